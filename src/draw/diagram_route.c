/* The edges as lines. They go along the axes of rows and lanes, and over the heads of what does not
 * concern them; so no line crosses a face. */
#include "draw/diagram_parts.h"

#include <math.h>
#include <string.h>

enum {
    POINTS_MAX = 4096, /* of one edge */
    ARC_POINTS = 24,
    SPREAD = 6,
    RISE = 8, /* from a cuboid to the line that rises beside it */
    LAND = 16 /* from a line that comes down to the face */
};

typedef struct Pen {
    Layout *l;
    const Link *link;
    const Part *to; /* the leaf where it ends */
    double end;     /* y there */
    DiagramWire wire;
    Point point[POINTS_MAX];
    int count;
} Pen;

/* Points on a straight line need no mention. */
static void line_to(Pen *pen, double x, double y) {
    if (pen->count >= 2) {
        Point a = pen->point[pen->count - 2], b = pen->point[pen->count - 1];
        if ((a.y == b.y && b.y == y) || (a.x == b.x && b.x == x))
            pen->count--;
    }
    if (pen->count > 0 && pen->point[pen->count - 1].x == x && pen->point[pen->count - 1].y == y)
        return;
    if (pen->count < POINTS_MAX)
        pen->point[pen->count++] = (Point){x, y};
}

static double pen_y(const Pen *pen) {
    return pen->point[pen->count - 1].y;
}

static void turn_at(Pen *pen, double x, double y) {
    line_to(pen, x, pen_y(pen));
    line_to(pen, x, y);
}

/* --- Rows -------------------------------------------------------------------------------------
 */

static void arch(Pen *pen, double from, double to, double base, double height) {
    double middle = (from + to) / 2, half = (to - from) / 2;
    for (int i = 0; i <= ARC_POINTS; i++) {
        double angle = acos(-1) * i / ARC_POINTS;
        line_to(pen, middle - half * cos(angle), base - height * sin(angle));
    }
}

static int level_of(const Layout *l, const Part *row, int from, int node) {
    for (int s = row->skips; s >= 0; s = l->skips[s].next)
        if (l->skips[s].from == from && l->skips[s].node == node)
            return l->skips[s].level;
    return 0;
}

/* Over the heads of all from behind child i to before child j. */
static void step_over(Pen *pen, const Part *row, int i, int j) {
    const Layout *l = pen->l;
    const Part *from = i < 0 ? NULL : &l->parts[row->child[i]];
    const Part *to = j == row->child_count ? NULL : &l->parts[row->child[j]];
    double rise = from ? from->x + from->edge + RISE : row->x + RISE;
    double land = to ? to->x + to->in - LAND : row->x + row->w - RISE;
    if (to == pen->to) /* not where an arrow along the axis ends */
        pen->end = to->axis - l->d->boxes[to->box].face.h / 4;
    double end = to == pen->to ? pen->end : row->axis, base = row->axis - row->base;
    line_to(pen, rise, pen_y(pen));
    if (row->style == ROW_ARCS) {
        arch(pen, rise, land, base, diagram_arc_height(j - i));
        pen->wire = WIRE_DENSE;
    } else {
        double y = base - 10 * (level_of(l, row, i, pen->link->node) + 1);
        line_to(pen, rise, y);
        line_to(pen, land, y);
    }
    line_to(pen, land, end);
}

/* From child i to the next of a large dense block, wherever that stands. */
static void step_matrix(Pen *pen, const Part *row, int i, int j) {
    const Layout *l = pen->l;
    const Turns *t = &row->turns;
    int n = row->child_count - 1;
    if (j > n)
        return;
    const Part *to = &l->parts[row->child[j]];
    if (i < 0) {
        turn_at(pen, row->x + t->enter, to->axis);
    } else if (j == n) {
        if (pen_y(pen) < row->axis + t->under)
            turn_at(pen, row->x + t->leave, row->axis + t->under);
        turn_at(pen, row->x + t->past, to->axis);
    } else if (to->axis != l->parts[row->child[i]].axis) {
        turn_at(pen, row->x + t->right, row->axis + to->channel);
        turn_at(pen, row->x + t->left, to->axis);
    }
}

/* --- Lanes ------------------------------------------------------------------------------------
 */

/* Where on the joining face a lane ends: in a concatenation at the middle of the slice that it
 * brings; in a residual sum the shortcut at the middle, and the others above. */
static double lane_end(const Pen *pen, const Part *lanes, int lane, int node) {
    const Layout *l = pen->l;
    const DiagramBox *box = &l->d->boxes[pen->to->box];
    if (lanes->residual) {
        int trunk = lanes->child_count - 1;
        return lane == trunk ? pen->to->axis
                             : box->face.y + box->face.h / 2 * (lane + 1) / (trunk + 1);
    }
    const Node *n = &l->g->nodes[box->first];
    bool concat = strcmp(n->type->name, "concat") == 0;
    double before = 0, own = 0, all = 0;
    for (int k = 0; k < n->input_count; k++) {
        const Shape *s = n->inputs[k] < 0 ? &l->g->input : &l->g->nodes[n->inputs[k]].out;
        double share = concat ? (double)s->dim[0] : 1;
        before = n->inputs[k] == node && own == 0 ? all : before;
        own = n->inputs[k] == node && own == 0 ? share : own;
        all += share;
    }
    return box->face.y + box->face.h * (all > 0 ? (before + own / 2) / all : 0.5);
}

/* How far a lane goes down (up: negative) from its own height to where it ends. */
static double lane_drop(const Pen *pen, const Part *lanes, int lane) {
    const Layout *l = pen->l;
    const Part *own = &l->parts[lanes->child[lane]];
    int node = l->g->blocks[lanes->block].input;
    if (own->child_count) {
        const Part *end = &l->parts[own->child[own->child_count - 1]];
        if (end->kind == PART_LANES)
            return -own->ry;
        node = diagram_part_node(l, end);
    }
    return lane_end(pen, lanes, lane, node) - own->axis;
}

/* How many lanes turn before it. Of those that go down, an upper one turns further to the right,
 * and of those that go up a lower one, so that none cross. */
static int lanes_before(const Pen *pen, const Part *lanes, int lane, bool last) {
    const Layout *l = pen->l;
    const double y = l->parts[lanes->child[lane]].ry;
    const double drop = last ? lane_drop(pen, lanes, lane) : -y;
    int count = 0;
    for (int i = 0; i < lanes->child_count; i++) {
        const double other = l->parts[lanes->child[i]].ry;
        const double falls = last ? lane_drop(pen, lanes, i) : -other;
        count += drop > 0 ? falls > 0 && other > y : drop < 0 && falls < 0 && other < y;
    }
    return count;
}

/* To where the lanes meet. */
static void meet(Pen *pen, const Part *lanes, int lane) {
    const Layout *l = pen->l;
    const Part *row = &l->parts[lanes->parent];
    bool last =
        row->child_count > lanes->index + 1 && &l->parts[row->child[lanes->index + 1]] == pen->to;
    if (last)
        pen->end = lane_end(pen, lanes, lane, pen->link->node);
    turn_at(pen, lanes->x + lanes->join + SPREAD * lanes_before(pen, lanes, lane, last),
            last ? pen->end : lanes->axis);
}

/* A shortcut with a convolution changes what flows; one that only leaves rows and columns out and
 * pads with zeros does not. */
static DiagramWire shortcut(const Layout *l, const Part *lane) {
    for (int i = 0; i < lane->child_count; i++) {
        const Part *c = &l->parts[lane->child[i]];
        if (c->kind != PART_BOX || l->d->boxes[c->box].family != LAYER_OTHER)
            return WIRE_PROJECTION;
    }
    return WIRE_IDENTITY;
}

static void take_lane(Pen *pen, const Hop *h) {
    const Part *lanes = &pen->l->parts[h->part], *lane = &pen->l->parts[lanes->child[h->i]];
    if (lanes->residual && h->i > 0)
        pen->wire = shortcut(pen->l, lane);
    if (h->kind == HOP_IN)
        turn_at(pen, lanes->x + lanes->fork, lane->axis);
    else
        meet(pen, lanes, h->i);
}

static void pass_lanes(Pen *pen, const Part *lanes) {
    const Part *lane = &pen->l->parts[lanes->child[lanes->identity]];
    if (lanes->residual)
        pen->wire = WIRE_IDENTITY;
    turn_at(pen, lanes->x + lanes->fork, lane->axis);
    meet(pen, lanes, lanes->identity);
}

/* --- All --------------------------------------------------------------------------------------
 */

static void draw(Pen *pen) {
    Layout *l = pen->l;
    const Part *from = &l->parts[l->part_of[pen->link->from]];
    pen->to = &l->parts[l->part_of[pen->link->to]];
    pen->end = pen->to->axis;
    pen->wire = WIRE_FLOW;
    pen->count = 0;
    line_to(pen, from->x + from->out, from->axis);
    diagram_walk(l, pen->link);
    for (int i = 0; i < l->hop_count; i++) {
        const Hop *h = &l->hops[i];
        const Part *p = &l->parts[h->part];
        if (h->kind == HOP_STEP && p->style == ROW_MATRIX)
            step_matrix(pen, p, h->i, h->j);
        else if (h->kind == HOP_STEP)
            step_over(pen, p, h->i, h->j);
        else if (h->kind == HOP_THROUGH)
            pass_lanes(pen, p);
        else if (h->kind != HOP_JUMP)
            take_lane(pen, h);
    }
    line_to(pen, pen->to->x + pen->to->in, pen->end);
}

bool diagram_route(Layout *l) {
    Diagram *d = l->d;
    d->edges = arena_alloc(&d->arena, (size_t)l->link_count, sizeof *d->edges, l->err);
    Pen *pen = arena_alloc(&l->arena, 1, sizeof *pen, l->err);
    if (!d->edges || !pen)
        return false;
    pen->l = l;
    for (int i = 0; i < l->link_count; i++) {
        const Link *link = pen->link = &l->links[i];
        draw(pen);
        Point *points = arena_alloc(&d->arena, (size_t)pen->count, sizeof *points, l->err);
        if (!points)
            return false;
        memcpy(points, pen->point, (size_t)pen->count * sizeof *points);
        DiagramEdge *e = &d->edges[d->edge_count++];
        *e = (DiagramEdge){link->from, link->to,   link->node,  pen->wire,
                           points,     pen->count, {0, 0, 0, 0}};
    }
    return true;
}
