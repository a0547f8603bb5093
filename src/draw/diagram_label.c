/* Room for the shapes on the edges, where it is free: above a level stretch, or else below it. */
#include "draw/diagram_parts.h"

#include <math.h>

enum { LABELLED_MAX = 5000 }; /* edges: among more no shape is read, and finding room takes long */

static bool meet(Area a, Area b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static bool inside(Area inner, Area outer) {
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

static bool boxes_free(const Diagram *d, Area a) {
    for (int i = 0; i < d->box_count; i++) {
        const DiagramBox *box = &d->boxes[i];
        if (!meet(a, box->all))
            continue;
        double slant = box->depth * diagram_slant;
        Area cuboid = {box->face.x, box->face.y - slant, box->face.w + slant, box->face.h + slant};
        if (meet(a, box->caption) || (box->item != DIAGRAM_FRAME && meet(a, cuboid)) ||
            (box->item == DIAGRAM_FRAME && meet(a, box->face) && !inside(a, box->face)))
            return false;
    }
    return true;
}

/* The line between the halves stands through no text. */
static bool split_free(const Diagram *d, Area a) {
    return !d->has_split || a.x + a.w + 1 < d->split || a.x - 1 > d->split;
}

/* Lines are level or upright, but for an arch, whose pieces are short. */
static bool lines_free(const Diagram *d, const Area *bounds, Area a) {
    for (int i = 0; i < d->edge_count; i++) {
        const DiagramEdge *e = &d->edges[i];
        if (e->label.w > 0 && meet(a, e->label))
            return false;
        if (!meet(a, bounds[i]))
            continue;
        for (int k = 1; k < e->count; k++) {
            Point p = e->points[k - 1], q = e->points[k];
            double left = p.x < q.x ? p.x : q.x, top = p.y < q.y ? p.y : q.y;
            Area line = {left, top, p.x + q.x - 2 * left, p.y + q.y - 2 * top};
            if (a.x < line.x + line.w + 1 && line.x - 1 < a.x + a.w && a.y < line.y + line.h + 1 &&
                line.y - 1 < a.y + a.h)
                return false;
        }
    }
    return true;
}

static bool try_label(Layout *l, const Area *bounds, DiagramEdge *e, int piece) {
    Point p = e->points[piece], q = e->points[piece + 1];
    double w = diagram_shape_width(l, e->node), h = diagram_text(l, 16);
    double length = q.x - p.x;
    if (p.y != q.y || length < w + 2)
        return false;
    /* the middle of what lies between the boxes, then either end, then beside the halves' line */
    const double split = l->d->split;
    const double at[5] = {p.x + (length - w) / 2, p.x + length - w - 2, p.x + 2, split - w - 2,
                          split + 2};
    const bool parted = l->d->has_split && split > p.x && split < q.x;
    for (int i = 0; i < (parted ? 10 : 6); i++) {
        Area a = {at[i / 2], i % 2 ? p.y + 2 : p.y - 2 - h, w, h};
        if (split_free(l->d, a) && boxes_free(l->d, a) && lines_free(l->d, bounds, a)) {
            e->label = a;
            return true;
        }
    }
    return false;
}

/* Of a line, and a pixel around it. */
static Area bounds_of(const DiagramEdge *e) {
    double left = e->points[0].x, right = left, top = e->points[0].y, bottom = top;
    for (int k = 1; k < e->count; k++) {
        left = fmin(left, e->points[k].x);
        right = fmax(right, e->points[k].x);
        top = fmin(top, e->points[k].y);
        bottom = fmax(bottom, e->points[k].y);
    }
    return (Area){left - 1, top - 1, right - left + 2, bottom - top + 2};
}

/* What a box sends out is named once, however many read it. */
bool diagram_label(Layout *l) {
    Diagram *d = l->d;
    if (d->edge_count > LABELLED_MAX)
        return true;
    bool *named = arena_alloc(&l->arena, (size_t)d->node_count + 1, sizeof *named, l->err);
    Area *bounds = arena_alloc(&l->arena, (size_t)d->edge_count, sizeof *bounds, l->err);
    if (!named || !bounds)
        return false;
    for (int i = 0; i < d->edge_count; i++)
        bounds[i] = bounds_of(&d->edges[i]);
    for (int i = 0; i < d->edge_count; i++) {
        DiagramEdge *e = &d->edges[i];
        bool *done = &named[e->node < 0 ? d->node_count : e->node];
        for (int k = 0; k + 1 < e->count && !*done && e->wire != WIRE_DENSE; k++)
            *done = try_label(l, bounds, e, k);
    }
    return true;
}
