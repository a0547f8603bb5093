/* Each edge of a polygon adds to the pixels right of it the area that it lets in, with the sign of
 * its direction; along a row these sum up to what the polygon covers. Only the changes are kept,
 * and a bit for each pixel that has one, so that a row costs what crosses it, not its width. */
#include "draw/raster.h"

#include "base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Without fmin's care for NaN, of which there is none here (list_shapes.c). */
static inline double least(double a, double b) {
    return a < b ? a : b;
}

static inline double most(double a, double b) {
    return a > b ? a : b;
}

void raster_begin(Raster *raster, Rect clip) {
    raster->clip = clip;
    raster->edge_count = raster->span_count = raster->active_count = 0;
}

void raster_free(Raster *raster) {
    mem_free(raster->edges);
    mem_free(raster->spans);
    mem_free(raster->active);
    mem_free(raster->row);
    mem_free(raster->touched);
    *raster = (Raster){0};
}

/* --- Edges ------------------------------------------------------------------------------------ */

static void push_edge(Raster *raster, Point top, Point bottom, float sign) {
    if (!(bottom.y > top.y))
        return;
    raster->edges[raster->edge_count++] =
        (RasterEdge){top.x, top.y, bottom.y, (bottom.x - top.x) / (bottom.y - top.y), sign};
}

/* Where the line through both points crosses an upright. */
static Point cross_upright(Point a, Point b, double x) {
    return (Point){x, a.y + (x - a.x) * (b.y - a.y) / (b.x - a.x)};
}

static Point cross_level(Point a, Point b, double y) {
    return (Point){a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y), y};
}

/* Beyond the left and right side, edges go along it: what is outside counts as if it were there.
 * At most three edges. */
static void clip_sides(Raster *raster, Point top, Point bottom, float sign) {
    double width = raster->clip.w;
    const double sides[2] = {0, width};
    Point at[4] = {top};
    int count = 1;
    bool falls = top.x > bottom.x;
    for (int i = 0; i < 2; i++) {
        double side = sides[falls ? 1 - i : i];
        if ((top.x < side && bottom.x > side) || (top.x > side && bottom.x < side))
            at[count++] = cross_upright(top, bottom, side);
    }
    at[count++] = bottom;
    for (int i = 0; i < count; i++)
        at[i].x = least(most(at[i].x, 0), width);
    for (int i = 0; i + 1 < count; i++)
        push_edge(raster, at[i], at[i + 1], sign);
}

static void add_edge(Raster *raster, Point a, Point b, float sign) {
    double height = raster->clip.h;
    if (a.y > b.y) {
        Point c = a;
        a = b;
        b = c;
        sign = -sign;
    }
    if (!(a.y < b.y) || b.y <= 0 || a.y >= height)
        return;
    Point top = a.y < 0 ? cross_level(a, b, 0) : a;
    Point bottom = b.y > height ? cross_level(a, b, height) : b;
    clip_sides(raster, top, bottom, sign);
}

static double signed_area(const Point *p, int count) {
    double area = 0;
    for (int i = 0; i < count; i++) {
        Point a = p[i], b = p[i + 1 < count ? i + 1 : 0];
        area += (a.x - p[0].x) * (b.y - p[0].y) - (b.x - p[0].x) * (a.y - p[0].y);
    }
    return area;
}

bool raster_add(Raster *raster, const Point *points, int count, Error *err) {
    double area = signed_area(points, count);
    if (area == 0 || raster->clip.w < 1 || raster->clip.h < 1)
        return true;
    if (!mem_grow(&raster->edges, &raster->edge_capacity, raster->edge_count + 3 * (size_t)count,
                  sizeof *raster->edges, err))
        return false;
    Point origin = {raster->clip.x, raster->clip.y};
    for (int i = 0; i < count; i++) {
        Point a = points[i], b = points[i + 1 < count ? i + 1 : 0];
        a = (Point){a.x - origin.x, a.y - origin.y};
        b = (Point){b.x - origin.x, b.y - origin.y};
        add_edge(raster, a, b, area > 0 ? 1 : -1);
    }
    return true;
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* An edge within a pixel of the row, `depth` of it high, `right` from the pixel's left side. */
static void let_in(Raster *raster, int x, double right, double depth) {
    raster->row[x] += (float)(depth * (1 - right));
    raster->row[x + 1] += (float)(depth * right);
    raster->touched[x / 64] |= 1ull << (x % 64);
    raster->touched[(x + 1) / 64] |= 1ull << ((x + 1) % 64);
}

/* An edge within a row, from column a to column b, `depth` high in all. */
static void cross_row(Raster *raster, double a, double b, double depth) {
    double left = least(a, b), right = most(a, b);
    left = most(left, 0);
    right = least(most(right, left), raster->clip.w);
    int first = (int)left, last = (int)right;
    if (first == last) {
        let_in(raster, first, (left + right) / 2 - first, depth);
        return;
    }
    double share = depth / (right - left);
    for (int x = first; x <= last; x++) {
        double from = most(left, x), to = least(right, x + 1);
        if (to > from)
            let_in(raster, x, (from + to) / 2 - x, (to - from) * share);
    }
}

static bool push_span(Raster *raster, int from, int to, int y, int level, Error *err) {
    from += raster->clip.x;
    to += raster->clip.x;
    RasterSpan *last = raster->span_count ? &raster->spans[raster->span_count - 1] : NULL;
    if (last && last->y == y && last->level == level && last->x + last->w == from) {
        last->w += to - from;
        return true;
    }
    if (!mem_grow(&raster->spans, &raster->span_capacity, raster->span_count + 1,
                  sizeof *raster->spans, err))
        return false;
    raster->spans[raster->span_count++] = (RasterSpan){from, y, to - from, level};
    return true;
}

/* Sums up the changes of a row, and forgets them. */
static bool sweep(Raster *raster, int y, Error *err) {
    int width = raster->clip.w, begun = 0, level = 0;
    float sum = 0;
    bool ok = true;
    for (int word = 0; word <= (width + 1) / 64; word++) {
        uint64_t bits = raster->touched[word];
        raster->touched[word] = 0;
        for (; bits; bits &= bits - 1) {
            int x = 64 * word + __builtin_ctzll(bits);
            sum += raster->row[x];
            raster->row[x] = 0;
            int now = (int)(least(fabsf(sum), 1) * RASTER_LEVELS + 0.5);
            if (level && begun < x && begun < width)
                ok = push_span(raster, begun, x < width ? x : width, y + raster->clip.y, level,
                               err) &&
                     ok;
            begun = x;
            level = now;
        }
    }
    return ok;
}

/* Then by all else, so that every machine sums up in the same order. */
static int by_top(const void *first, const void *second) {
    const RasterEdge *a = first, *b = second;
    double d = a->y0 != b->y0 ? a->y0 - b->y0 : a->x != b->x ? a->x - b->x : a->slope - b->slope;
    return d < 0 ? -1 : d > 0;
}

/* Adds what the active edges let in between y and y + 1, and drops those that end there. */
static void cross_edges(Raster *raster, int y) {
    size_t kept = 0;
    for (size_t i = 0; i < raster->active_count; i++) {
        RasterEdge *e = raster->active[i];
        double top = most(e->y0, y), bottom = least(e->y1, y + 1);
        double a = e->x + (top - e->y0) * e->slope, b = e->x + (bottom - e->y0) * e->slope;
        cross_row(raster, a, b, (bottom - top) * e->sign);
        if (e->y1 > y + 1)
            raster->active[kept++] = e;
    }
    raster->active_count = kept;
}

bool raster_scan(Raster *raster, Error *err) {
    size_t width = raster->clip.w < 1 ? 0 : (size_t)raster->clip.w;
    if (!raster->edge_count)
        return true;
    if (!mem_grow(&raster->row, &raster->row_capacity, width + 2, sizeof *raster->row, err) ||
        !mem_grow(&raster->touched, &raster->touched_capacity, (width + 2) / 64 + 1,
                  sizeof *raster->touched, err) ||
        !mem_grow(&raster->active, &raster->active_capacity, raster->edge_count,
                  sizeof *raster->active, err))
        return false;
    qsort(raster->edges, raster->edge_count, sizeof *raster->edges, by_top);
    bool ok = true;
    size_t next = 0;
    for (int y = 0; next < raster->edge_count || raster->active_count; y++) {
        if (!raster->active_count)
            y = (int)raster->edges[next].y0;
        while (next < raster->edge_count && raster->edges[next].y0 < y + 1)
            raster->active[raster->active_count++] = &raster->edges[next++];
        cross_edges(raster, y);
        ok = sweep(raster, y, err) && ok;
    }
    return ok;
}
