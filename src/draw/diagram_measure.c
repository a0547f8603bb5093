/* How large boxes, rows, lanes and frames are, from the inside outwards; then where they stand. */
#include "draw/diagram_parts.h"

#include <math.h>
#include <string.h>

const double diagram_slant = 0.5;

enum {
    FACE_LARGEST = 96, /* sides in logical pixels at zoom 1 */
    FACE_LEAST = 24,
    FACE_SEEN = 20, /* on the screen, at the least zoom */
    DEPTH_LARGEST = 72,
    BAR_WIDTH = 16,
    MARGIN = 16,
    PAD = 16,        /* a frame's, within */
    ARROW = 24,      /* the least length of one */
    ARROW_SKIP = 48, /* beside a line that goes over the row */
    LABEL = 14,      /* what a shape needs beside its width */
    LEVEL = 10,      /* from one line over a row to the next */
    SPREAD = 6,      /* between lines that turn side by side */
    GAP = 10,        /* from one box to the next, were there no arrow */
    STACK_WIDTH = 48,
    STACK_HEIGHT = 240,
    BRACKET = 8
};
static const double line = 15; /* of DejaVu Sans at 12 pixels */

double diagram_text(const Layout *l, double px) {
    return px * l->text / l->legible;
}

double diagram_line_height(const Layout *l) {
    return diagram_text(l, line);
}

/* Of what is said over a frame or a bracket. */
static double title_height(const Layout *l) {
    return fmax(2 * line * l->text, diagram_text(l, 17));
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

/* No cuboid is smaller. */
static double face_least(const Layout *l) {
    return l->spacing >= DIAGRAM_COMPACT ? fmax(FACE_LEAST, FACE_SEEN / l->legible) : FACE_LEAST;
}

/* In the compact measure what is between boxes takes half of the room. */
static double tight(const Layout *l, double px) {
    return l->spacing >= DIAGRAM_COMPACT ? px / 2 : px;
}

/* --- Leaves -----------------------------------------------------------------------------------
 */

static void measure_leaf(Layout *l, Part *p) {
    DiagramBox *box = &l->d->boxes[p->box];
    const Shape *s = output_shape(l, box->shown);
    const double *scale = l->d->cuboid;
    const double least = face_least(l);
    if (box->stack) {
        box->face.w = STACK_WIDTH;
        box->face.h = STACK_HEIGHT;
    } else if (is_bar(s)) {
        box->face.w = BAR_WIDTH;
        box->face.h = fmax(least, fmin(FACE_LARGEST, scale[2] * sqrt((double)s->dim[0])));
    } else {
        box->face.w = fmax(least, scale[0] * sqrt((double)s->dim[2]));
        box->face.h = fmax(least, scale[0] * sqrt((double)s->dim[1]));
        box->depth = scale[1] * sqrt((double)s->dim[0]);
    }
    double slant = box->depth * diagram_slant, cuboid = box->face.w + slant;
    diagram_caption(l, p);
    p->staggered = l->spacing == DIAGRAM_STAGGERED && p->parent == 0;
    p->w = p->staggered ? cuboid : fmax(cuboid, box->caption.w);
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
    double least = skip_at(l, row, i) ? ARROW_SKIP : tight(l, ARROW);
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

/* Whether the halves part between two children of the network's own row. */
static bool parts_halves(const Layout *l, const Part *a, const Part *b) {
    return a->box >= 0 && b->box >= 0 && !l->d->boxes[a->box].classification &&
           l->d->boxes[b->box].classification;
}

/* Where its child i begins: behind the one before it and the arrow between them. */
static double child_x(const Layout *l, const Part *row, int i) {
    const Part *before = &l->parts[row->child[i - 1]], *c = &l->parts[row->child[i]];
    const double from = skip_at(l, row, i) || row->roomy ? before->edge : before->out;
    double x = fmax(before->w + tight(l, GAP) * l->text, from + arrow(l, row, i) - c->in);
    if (c->staggered && before->edge - before->in <= BAR_WIDTH) /* bars look like one too soon */
        x += BAR_WIDTH;
    if (parts_halves(l, before, c)) /* the shape stands before the line between them */
        x = fmax(x, row->roomy ? from + arrow(l, row, i) + 4 : before->w + 2 * GAP);
    return x;
}

/* What a caption needs on either side of its part. */
static double overhang(const Layout *l, const Part *p) {
    return p->staggered ? fmax(0, (l->d->boxes[p->box].caption.w - p->w) / 2) : 0;
}

/* Of what stands at the same height, the second before is the nearest to a caption; and next to
 * each other frames and halves. */
static double clear_of_captions(const Layout *l, const Part *row, int i) {
    const Part *c = &l->parts[row->child[i]];
    double least = overhang(l, c);
    for (int k = i - 1; k >= 0 && k >= i - 2; k--) {
        const Part *before = &l->parts[row->child[k]];
        if ((before->staggered || c->staggered) &&
            (k == i - 2 || !before->staggered || !c->staggered || parts_halves(l, before, c)))
            least = fmax(least, before->rx + before->w + overhang(l, before) + overhang(l, c) + 4);
    }
    return least;
}

/* The captions of every other box below those of the rest, all under the largest face. */
static void stagger_captions(Layout *l, Part *row) {
    double under = 0, upper = 0;
    for (int i = 0; i < row->child_count; i++) {
        const Part *c = &l->parts[row->child[i]];
        if (!c->staggered)
            continue;
        under = fmax(under, l->d->boxes[c->box].face.h / 2 + 4);
        upper = fmax(upper, i % 2 ? 0 : l->d->boxes[c->box].caption.h);
    }
    for (int i = 0; i < row->child_count; i++) {
        Part *c = &l->parts[row->child[i]];
        if (!c->staggered)
            continue;
        c->words = under + (i % 2 ? upper + 2 : 0);
        c->below = c->words + l->d->boxes[c->box].caption.h;
        row->below = fmax(row->below, c->below);
    }
}

/* What stands below and above all of it: a chart, brackets. */
static void measure_extras(Layout *l, Part *row) {
    if (row->growth >= 0) {
        DiagramBox *box = &l->d->boxes[row->growth];
        const double line_height = diagram_line_height(l);
        box->face = (Area){PAD, row->below + 8, row->w - PAD, DIAGRAM_GROWTH_HEIGHT};
        box->caption = (Area){PAD, box->face.y + box->face.h + 4, row->w - PAD, 2 * line_height};
        row->below = box->caption.y + box->caption.h;
    }
    if (row->brackets >= 0)
        row->above += BRACKET + 12 + title_height(l);
    row->top = row->above;
}

static void measure_row(Layout *l, Part *row) {
    double x = 0;
    row->w = row->out = row->above = row->below = 0;
    for (int i = 0; i < row->child_count; i++) {
        Part *c = &l->parts[row->child[i]];
        if (i > 0) {
            x += child_x(l, row, i);
        } else if (row->box >= 0) {
            x = fmax(PAD, arrow(l, row, 0) - c->in);
        } else if (skip_at(l, row, 0)) {
            x = fmax(0, ARROW_SKIP - c->in);
        }
        c->rx = x = fmax(x, clear_of_captions(l, row, i));
        row->above = fmax(row->above, c->above);
        row->below = fmax(row->below, c->below);
    }
    if (row->child_count > 0) {
        const Part *last = &l->parts[row->child[row->child_count - 1]];
        row->w = last->rx + last->w + overhang(l, last) +
                 (skip_at(l, row, row->child_count) ? ARROW : 0);
        for (int i = 0; i < row->child_count; i++) { /* or the one before it */
            const Part *c = &l->parts[row->child[i]];
            row->w = fmax(row->w, c->rx + c->w + overhang(l, c));
        }
        row->in = l->parts[row->child[0]].rx + l->parts[row->child[0]].in;
        row->out = last->rx + last->out;
    }
    stagger_captions(l, row);
    row->base = row->above + 4;
    row->above += lines_height(l, row);
    measure_extras(l, row);
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
        if (!lane->child_count || !lane->roomy)
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
    box->caption.h = title_height(l);
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
    box->caption.y = p->staggered ? p->axis + p->words : box->face.y + box->face.h + 4;
    double slant = box->depth * diagram_slant;
    Area cuboid = {box->face.x, box->face.y - slant, box->face.w + slant, box->face.h + slant};
    box->all = around(cuboid, box->caption);
}

static void place_free(const Part *p, DiagramBox *box) {
    box->face.x += p->x;
    box->caption.x += p->x;
    box->face.y += p->axis;
    box->caption.y += p->axis;
    box->all = around(box->face, box->caption);
}

/* Over all else of the row. */
static void place_brackets(const Layout *l, const Part *row) {
    for (int i = row->brackets; i >= 0; i = l->brackets[i].next) {
        const Bracket *b = &l->brackets[i];
        const Part *first = &l->parts[row->child[b->first]], *last = &l->parts[row->child[b->last]];
        DiagramBox *box = &l->d->boxes[b->box];
        const double top = row->axis - row->top;
        const double x = row->x + first->rx, w = last->rx + last->w - first->rx;
        box->caption = (Area){x, top, w, title_height(l)};
        box->face = (Area){x, top + box->caption.h + 4, w, BRACKET};
        box->all = around(box->face, box->caption);
    }
}

static void place(Layout *l, int index, double x, double axis) {
    Part *p = &l->parts[index];
    p->x = x + p->rx;
    p->axis = axis + p->ry;
    if (p->box >= 0)
        place_box(p, &l->d->boxes[p->box]);
    if (p->matrix >= 0)
        place_free(p, &l->d->boxes[p->matrix]);
    if (p->growth >= 0)
        place_free(p, &l->d->boxes[p->growth]);
    place_brackets(l, p);
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
