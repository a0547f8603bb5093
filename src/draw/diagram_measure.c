/* How large boxes, rows, lanes and frames are, from the inside outwards; then where they stand. */
#include "draw/diagram_parts.h"

#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const double diagram_slant = 0.5;

enum {
    FACE_LARGEST = 96, /* sides in logical pixels at zoom 1 */
    FACE_LEAST = 24,
    DEPTH_LARGEST = 72,
    BAR_WIDTH = 16,
    MARGIN = 16,
    PAD = 16,        /* a frame's, within */
    ARROW = 24,      /* the least length of one */
    ARROW_SKIP = 48, /* beside a line that goes over the row */
    LABEL = 14,      /* what a shape needs beside its width */
    LEVEL = 10,      /* from one line over a row to the next */
    SPREAD = 6       /* between lines that turn side by side */
};
/* Of DejaVu Sans at 12 pixels: the mean character, a line. */
static const double character = 6.7, line = 15;
static const double caption_least = 72, caption_most = 144;
static const double smaller = 0.85; /* the zoom at which captions still have room */

double diagram_line_height(const Layout *l) {
    return line * l->text;
}

/* --- Scales -----------------------------------------------------------------------------------
 */

static const Shape *output_shape(const Layout *l, int node) {
    return node < 0 ? &l->g->input : &l->g->nodes[node].out;
}

/* A vector, or maps of a single cell, are a bar. */
static bool is_bar(const Shape *s) {
    return s->rank < 3 || (s->dim[1] == 1 && s->dim[2] == 1);
}

static void set_scales(Layout *l) {
    double side = 1, channels = 1, features = 1;
    for (int i = GRAPH_IMAGE; i < l->g->node_count; i++) {
        const Shape *s = output_shape(l, i);
        bool flat = i >= 0 && strcmp(l->g->nodes[i].type->name, "flatten") == 0;
        if (is_bar(s)) {
            features = fmax(features, flat ? 1 : (double)s->dim[0]);
            continue;
        }
        side = fmax(side, fmax((double)s->dim[1], (double)s->dim[2]));
        channels = fmax(channels, (double)s->dim[0]);
    }
    l->d->cuboid[0] = FACE_LARGEST / sqrt(side);
    l->d->cuboid[1] = fmin(DEPTH_LARGEST / sqrt(channels), 5); /* 5: LeNet's are no tunnels */
    l->d->cuboid[2] = FACE_LARGEST / sqrt(features);
}

/* --- Leaves -----------------------------------------------------------------------------------
 */

/* "14² x 512", or of a map that is no square "14 x 20 x 512". */
double diagram_shape_width(const Layout *l, int node) {
    const Shape *s = output_shape(l, node);
    char text[80];
    int length = snprintf(text, sizeof text, "%lld", (long long)s->dim[0]);
    if (s->rank == 3 && s->dim[1] == s->dim[2])
        length += snprintf(text, sizeof text, "%lld  x ", (long long)s->dim[1]);
    else if (s->rank == 3)
        length += snprintf(text, sizeof text, "%lld x %lld x ", (long long)s->dim[1],
                           (long long)s->dim[2]);
    return (character * length / smaller + 6) * l->text;
}

/* How many lines a text takes that is broken at its spaces. */
static int wrapped_lines(const char *text, size_t characters) {
    int lines = text[0] != '\0';
    size_t used = 0;
    for (const char *at = text; *at;) {
        const size_t word = strcspn(at, " ");
        if (used && used + 1 + word > characters) {
            lines++;
            used = 0;
        }
        used += (used ? 1 : 0) + word;
        at += word + strspn(at + word, " ");
    }
    return lines;
}

static size_t longest_word(const char *text) {
    size_t longest = 0;
    for (const char *at = text; *at;) {
        const size_t word = strcspn(at, " ");
        longest = word > longest ? word : longest;
        at += word + strspn(at + word, " ");
    }
    return longest;
}

/* How many characters a line must have so that the text takes no more than so many. */
static size_t wrapped_width(const char *text, int lines) {
    size_t characters = longest_word(text);
    while (wrapped_lines(text, characters) > lines)
        characters++;
    return characters;
}

/* Its name in two lines at most, then, where there is room, its parameters in three at most ("3x3,
 * 192, pad 1"), else one line for a shape. Captions are not drawn smaller than 12 pixels, so they
 * are given what they need where the diagram is. */
static void measure_caption(const Layout *l, const Part *p, DiagramBox *box) {
    char name[200], text[120] = "";
    text_format(name, sizeof name, "%s%s", diagram_name(l->d, l->g, p->box),
                box->item == DIAGRAM_FOLD && box->count > 1 ? TEXT(" x%d", box->count) : "");
    size_t characters = wrapped_width(name, 2);
    if (l->parts[p->parent].roomy && box->item == DIAGRAM_NODE) {
        const Node *n = &l->g->nodes[box->first];
        if (n->type->describe)
            n->type->describe(n->params, &n->in, text, sizeof text);
        /* lines end at commas: other spaces count as letters */
        for (char *at = text; *at; at++)
            if (*at == ' ' && at > text && at[-1] != ',')
                *at = '_';
        const size_t params = wrapped_width(text, 3);
        characters = params > characters ? params : characters;
    }
    const double words = (character * (double)characters + 6) / smaller;
    const double wide = fmin(fmax(words, caption_least), caption_most);
    characters = (size_t)((wide * smaller - 6) / character);
    const int first = wrapped_lines(name, characters), second = wrapped_lines(text, characters);
    box->caption.w = wide * l->text;
    box->caption.h = ((first ? first : 1) + (second ? second : 1)) * line * l->text / smaller;
}

static void measure_leaf(Layout *l, Part *p) {
    DiagramBox *box = &l->d->boxes[p->box];
    const Shape *s = output_shape(l, box->shown);
    const double *scale = l->d->cuboid;
    if (is_bar(s)) {
        box->face.w = BAR_WIDTH;
        box->face.h = fmax(FACE_LEAST, fmin(FACE_LARGEST, scale[2] * sqrt((double)s->dim[0])));
    } else {
        box->face.w = fmax(FACE_LEAST, scale[0] * sqrt((double)s->dim[2]));
        box->face.h = fmax(FACE_LEAST, scale[0] * sqrt((double)s->dim[1]));
        box->depth = scale[1] * sqrt((double)s->dim[0]);
    }
    double slant = box->depth * diagram_slant, cuboid = box->face.w + slant;
    measure_caption(l, p, box);
    p->w = fmax(cuboid, box->caption.w);
    p->in = (p->w - cuboid) / 2;
    /* at the height of the axis the cuboid may end at the lower edge of its side */
    p->out = p->in + box->face.w + fmin(slant, box->face.h / 2);
    p->edge = p->in + cuboid;
    p->above = box->face.h / 2 + slant;
    p->below = box->face.h / 2 + 4 + box->caption.h;
}

/* --- Rows -------------------------------------------------------------------------------------
 */

/* Whether in the gap before child i (child_count: behind the last) a line rises over what follows,
 * or comes down. */
static bool skip_at(const Layout *l, const Part *row, int i) {
    return (i > 0 ? l->parts[row->child[i - 1]].rises : row->rises_before) ||
           (i < row->child_count ? l->parts[row->child[i]].lands : row->lands_behind);
}

double diagram_arc_height(int over) {
    return 18 + 13 * (over - 2);
}

/* The least length of the arrow to child i (child_count: out of the row). */
static double arrow(const Layout *l, const Part *row, int i) {
    double least = skip_at(l, row, i) ? ARROW_SKIP : ARROW;
    const Part *before = i > 0 ? &l->parts[row->child[i - 1]] : NULL;
    if (!row->roomy || i == row->child_count || (before && before->kind == PART_LANES))
        return least;
    if (before)
        return fmax(least, diagram_shape_width(l, diagram_part_node(l, before)) + LABEL);
    if (row->block <= 0)
        return least;
    return fmax(least, diagram_shape_width(l, l->g->blocks[row->block].input) + LABEL);
}

/* What its lines need over the heads of its children. */
static double lines_height(const Layout *l, const Part *row) {
    if (row->skips < 0)
        return 0;
    if (row->style == ROW_LEVELS)
        return LEVEL * (row->levels + 1);
    double highest = 0;
    for (int s = row->skips; s >= 0; s = l->skips[s].next)
        highest = fmax(highest, diagram_arc_height(l->skips[s].to - l->skips[s].from));
    return highest + 8;
}

static void measure_row(Layout *l, Part *row) {
    double x = 0;
    row->w = row->out = row->above = row->below = 0;
    for (int i = 0; i < row->child_count; i++) {
        Part *c = &l->parts[row->child[i]];
        if (i > 0) {
            const Part *before = &l->parts[row->child[i - 1]];
            double from = skip_at(l, row, i) || row->roomy ? before->edge : before->out;
            x += fmax(before->w + 10 * l->text, from + arrow(l, row, i) - c->in);
        } else if (row->box >= 0) {
            x = fmax(PAD, arrow(l, row, 0) - c->in);
        } else if (skip_at(l, row, 0)) {
            x = fmax(0, ARROW_SKIP - c->in);
        }
        c->rx = x;
        row->above = fmax(row->above, c->above);
        row->below = fmax(row->below, c->below);
    }
    if (row->child_count > 0) {
        const Part *last = &l->parts[row->child[row->child_count - 1]];
        row->w = last->rx + last->w + (skip_at(l, row, row->child_count) ? ARROW : 0);
        row->in = l->parts[row->child[0]].rx + l->parts[row->child[0]].in;
        row->out = last->rx + last->out;
    }
    row->base = row->above + 4;
    row->above += lines_height(l, row);
}

/* --- Lanes ------------------------------------------------------------------------------------
 */

/* What is to stand below each other: a leaf's face, the middle of anything else. */
static double anchor(const Layout *l, const Part *p) {
    return p->kind == PART_BOX ? p->in + l->d->boxes[p->box].face.w / 2 : p->w / 2;
}

static double anchor_at(const Layout *l, const Part *lane, int from_right) {
    const Part *c = &l->parts[lane->child[lane->child_count - 1 - from_right]];
    return c->rx + anchor(l, c);
}

/* Columns, counted from where the lanes meet; each lane's last child stands in the last one. */
static void align_columns(Layout *l, const Part *lanes) {
    double right = 0;
    for (int column = 1, more = 1; more; column++) {
        double apart = 0;
        more = 0;
        for (int i = 0; i < lanes->child_count; i++) {
            const Part *lane = &l->parts[lanes->child[i]];
            if (column < lane->child_count) {
                apart = fmax(apart, anchor_at(l, lane, column - 1) - anchor_at(l, lane, column));
                more = 1;
            }
        }
        for (int i = 0; i < lanes->child_count; i++) {
            Part *lane = &l->parts[lanes->child[i]];
            int n = lane->child_count;
            double shift =
                column < n ? apart - (anchor_at(l, lane, column - 1) - anchor_at(l, lane, column))
                           : 0;
            for (int k = n - column; k < n && shift > 0; k++)
                l->parts[lane->child[k]].rx += shift;
            lane->w += shift;
            lane->out += shift;
        }
    }
    for (int i = 0; i < lanes->child_count; i++) {
        const Part *lane = &l->parts[lanes->child[i]];
        right = fmax(right, lane->child_count ? anchor_at(l, lane, 0) : 0);
    }
    for (int i = 0; i < lanes->child_count; i++) {
        Part *lane = &l->parts[lanes->child[i]];
        lane->rx = lane->child_count ? right - anchor_at(l, lane, 0) : 0;
    }
}

static void align_middles(Layout *l, const Part *lanes) {
    double widest = 0;
    for (int i = 0; i < lanes->child_count; i++)
        widest = fmax(widest, l->parts[lanes->child[i]].w);
    for (int i = 0; i < lanes->child_count; i++) {
        Part *lane = &l->parts[lanes->child[i]];
        lane->rx = (widest - lane->w) / 2;
    }
}

/* One above the other. A residual block's last one, the shortcut, is the trunk: on the axis. */
static void stack_lanes(Layout *l, Part *lanes) {
    double y = 0, gap = lanes->residual ? diagram_line_height(l) + 4 : 8;
    for (int i = 0; i < lanes->child_count; i++) {
        Part *lane = &l->parts[lanes->child[i]];
        if (lane->child_count == 0)
            lane->above = lane->below = 10;
        y += i > 0 ? gap : 0;
        lane->ry = y + lane->above;
        y = lane->ry + lane->below;
    }
    const Part *last = &l->parts[lanes->child[lanes->child_count - 1]];
    double axis = lanes->residual ? last->ry : y / 2;
    for (int i = 0; i < lanes->child_count; i++)
        l->parts[lanes->child[i]].ry -= axis;
    lanes->above = axis;
    lanes->below = y - axis;
}

static void measure_lanes(Layout *l, Part *lanes) {
    if (lanes->residual)
        align_middles(l, lanes);
    else
        align_columns(l, lanes);
    double first = INFINITY, right = 0;
    lanes->fork = 8;
    for (int i = 0; i < lanes->child_count; i++) {
        const Part *lane = &l->parts[lanes->child[i]];
        first = lane->child_count ? fmin(first, lane->rx + lane->in) : first;
    }
    double shift = fmax(lanes->fork, lanes->fork + ARROW - (isfinite(first) ? first : 0));
    for (int i = 0; i < lanes->child_count; i++) {
        Part *lane = &l->parts[lanes->child[i]];
        lane->rx += shift;
        right = fmax(right, lane->rx + lane->w + 4);
        if (!lane->child_count)
            continue;
        const Part *last = &l->parts[lane->child[lane->child_count - 1]];
        double shape = diagram_shape_width(l, diagram_part_node(l, last));
        right = fmax(right, lane->rx + last->rx + last->edge + shape + LABEL);
    }
    stack_lanes(l, lanes);
    lanes->join = right;
    lanes->w = right + SPREAD * (lanes->child_count - 1);
    lanes->in = 0;
    lanes->out = lanes->w;
}

/* --- All --------------------------------------------------------------------------------------
 */

/* A frame around a row, its caption above. */
static void add_frame(Layout *l, Part *row) {
    DiagramBox *box = &l->d->boxes[row->box];
    row->w += PAD;
    row->in = 0;
    row->out = row->w;
    row->face_above = row->above + PAD / 2;
    row->face_below = row->below + PAD / 2;
    box->caption.w = row->w;
    box->caption.h = 2 * diagram_line_height(l);
    row->above = row->face_above + 4 + box->caption.h;
    row->below = row->face_below;
}

static void measure(Layout *l, int index) {
    Part *p = &l->parts[index];
    for (int i = 0; i < p->child_count; i++)
        measure(l, p->child[i]);
    if (p->kind == PART_BOX)
        measure_leaf(l, p);
    else if (p->kind == PART_LANES)
        measure_lanes(l, p);
    else if (p->style == ROW_MATRIX)
        diagram_measure_rows(l, p);
    else
        measure_row(l, p);
    if (p->kind == PART_ROW && p->box >= 0)
        add_frame(l, p);
    if (p->kind != PART_BOX)
        p->edge = p->w;
}

void diagram_measure(Layout *l) {
    set_scales(l);
    measure(l, 0);
}

static Area around(Area a, Area b) {
    double x = fmin(a.x, b.x), y = fmin(a.y, b.y);
    return (Area){x, y, fmax(a.x + a.w, b.x + b.w) - x, fmax(a.y + a.h, b.y + b.h) - y};
}

static void place_box(const Part *p, DiagramBox *box) {
    if (p->kind == PART_ROW) {
        box->face = (Area){p->x, p->axis - p->face_above, p->w, p->face_above + p->face_below};
        box->caption.x = p->x;
        box->caption.y = box->face.y - 4 - box->caption.h;
        box->all = around(box->face, box->caption);
        return;
    }
    box->face.x = p->x + p->in;
    box->face.y = p->axis - box->face.h / 2;
    box->caption.x = p->x + (p->w - box->caption.w) / 2;
    box->caption.y = box->face.y + box->face.h + 4;
    double slant = box->depth * diagram_slant;
    Area cuboid = {box->face.x, box->face.y - slant, box->face.w + slant, box->face.h + slant};
    box->all = around(cuboid, box->caption);
}

static void place(Layout *l, int index, double x, double axis) {
    Part *p = &l->parts[index];
    p->x = x + p->rx;
    p->axis = axis + p->ry;
    if (p->box >= 0)
        place_box(p, &l->d->boxes[p->box]);
    if (p->matrix >= 0) {
        DiagramBox *m = &l->d->boxes[p->matrix];
        m->face.x += p->x;
        m->caption.x += p->x;
        m->face.y += p->axis;
        m->caption.y += p->axis;
        m->all = around(m->face, m->caption);
    }
    for (int i = 0; i < p->child_count; i++)
        place(l, p->child[i], p->x, p->axis);
}

void diagram_place(Layout *l) {
    Part *root = &l->parts[0];
    root->rx = MARGIN;
    root->ry = MARGIN + root->above;
    place(l, 0, 0, 0);
    l->d->width = root->w + 2 * MARGIN;
    l->d->height = root->above + root->below + 2 * MARGIN;
}
