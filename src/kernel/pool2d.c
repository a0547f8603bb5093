#include "kernel/pool2d.h"

#include "kernel/maps.h"
#include "kernel/pool2d_window.h"
#include <assert.h>
#include <math.h>

enum {
    NARROW = 4,  /* output columns below which an average goes window by window */
    WIDTH = 1024 /* of a picture whose rows fit on the stack */
};

typedef struct Pooling {
    const PoolShape *shape;
    const float *x;
    float *y;
    int32_t *switches;
} Pooling;

/* NaN wins. */
static inline float larger(float v, float best) {
    return ((v > best) | (v != v)) ? v : best;
}

/* Without switches a window's columns are taken first, all of the row's side by side, then its
 * rows. */
static void max_row(const PoolShape *s, const float *x, int64_t oy, float *restrict y) {
    const Span rows = window(oy, s->ih, s->kh, s->sy, s->py);
    for (int64_t ox = 0; ox < s->ow; ox++)
        y[ox] = -INFINITY;
    if (rows.first >= rows.end)
        return;
    assert(s->iw > 0 && s->iw <= WIDTH);
    float tallest[WIDTH];
    const float *top = x + rows.first * s->iw,
                *next = rows.end - rows.first > 1 ? top + s->iw : top;
    for (int64_t ix = 0; ix < s->iw; ix++)
        tallest[ix] = larger(next[ix], top[ix]);
    for (int64_t iy = rows.first + 2; iy < rows.end; iy++)
        for (int64_t ix = 0; ix < s->iw; ix++)
            tallest[ix] = larger(x[iy * s->iw + ix], tallest[ix]);
    for (int64_t kx = 0; kx < s->kw; kx++) {
        const Span span = columns_of_tap(s, kx);
        const int64_t at = kx - s->px;
        if (s->sx == 1)
            for (int64_t ox = span.first; ox < span.end; ox++)
                y[ox] = larger(tallest[at + ox], y[ox]);
        else if (s->sx == 2)
            for (int64_t ox = span.first; ox < span.end; ox++)
                y[ox] = larger(tallest[at + 2 * ox], y[ox]); /* NOLINT: inside 0..iw-1 */
        else
            for (int64_t ox = span.first; ox < span.end; ox++)
                y[ox] = larger(tallest[at + s->sx * ox], y[ox]);
    }
}

/* With switches, or if the picture is wide, tap by tap in reading order. */
static void max_row_by_taps(const PoolShape *s, const float *x, int64_t oy, float *restrict y,
                            int32_t *restrict switches) {
    const Span rows = window(oy, s->ih, s->kh, s->sy, s->py);
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Span columns = window(ox, s->iw, s->kw, s->sx, s->px);
        const bool empty = rows.first >= rows.end || columns.first >= columns.end;
        y[ox] = -INFINITY;
        if (switches)
            switches[ox] = empty ? -1 : (int32_t)(rows.first * s->iw + columns.first);
    }
    for (int64_t iy = rows.first; iy < rows.end; iy++)
        for (int64_t kx = 0; kx < s->kw; kx++) {
            const int64_t at = iy * s->iw - s->px + kx;
            const Span span = columns_of_tap(s, kx);
            for (int64_t ox = span.first; ox < span.end; ox++) {
                const float v = x[at + ox * s->sx], best = y[ox];
                const int better = (v > best) | ((v != v) & (best == best));
                y[ox] = better ? v : best;
                if (switches)
                    switches[ox] = better ? (int32_t)(at + ox * s->sx) : switches[ox];
            }
        }
}

static void max_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    const float *x = p->x + map * s->ih * s->iw;
    for (int64_t oy = 0; oy < s->oh; oy++) {
        const int64_t row = (map * s->oh + oy) * s->ow;
        if (p->switches || s->iw > WIDTH)
            max_row_by_taps(s, x, oy, p->y + row, p->switches ? p->switches + row : NULL);
        else
            max_row(s, x, oy, p->y + row);
    }
}

static bool run(const KernelContext *k, const Pooling *p, MapFunction f) {
    const PoolShape *s = p->shape;
    const int64_t taps = s->adaptive ? s->ih * s->iw : s->oh * s->ow * s->kh * s->kw;
    return maps_run(k, s->n * s->c, s->oh * s->ow, taps, f, p);
}

bool pool_max(const KernelContext *k, const PoolShape *s, const float *x, float *y,
              int32_t *switches) {
    const Pooling p = {s, x, y, switches};
    return run(k, &p, max_map);
}

static inline float quotient(double sum, const Share *rows, const Share *columns) {
    const int64_t divisor = rows->divisor * columns->divisor;
    return divisor ? (float)(sum / (double)divisor) : 0;
}

/* Window by window. */
static void average_cells(const PoolShape *s, const Share *rows, const float *x, float *y) {
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Share columns = share_columns(s, ox);
        double sum = 0;
        for (int64_t iy = rows->cells.first; iy < rows->cells.end; iy++)
            for (int64_t ix = columns.cells.first; ix < columns.cells.end; ix++)
                sum += x[iy * s->iw + ix];
        y[ox] = quotient(sum, rows, &columns);
    }
}

/* Tap by tap, so that adjacent windows are summed side by side. */
static void average_row(const PoolShape *s, const Share *rows, const float *x, float *restrict y) {
    for (int64_t ox = 0; ox < s->ow; ox++)
        y[ox] = 0;
    for (int64_t iy = rows->cells.first; iy < rows->cells.end; iy++)
        for (int64_t kx = 0; kx < s->kw; kx++) {
            const int64_t at = iy * s->iw - s->px + kx;
            const Span span = columns_of_tap(s, kx);
            if (s->sx == 1)
                for (int64_t ox = span.first; ox < span.end; ox++)
                    y[ox] += x[at + ox];
            else if (s->sx == 2)
                for (int64_t ox = span.first; ox < span.end; ox++)
                    y[ox] += x[at + ox * 2];
            else
                for (int64_t ox = span.first; ox < span.end; ox++)
                    y[ox] += x[at + ox * s->sx];
        }
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Share columns = share_columns(s, ox);
        y[ox] = quotient((double)y[ox], rows, &columns);
    }
}

static void average_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    const float *x = p->x + map * s->ih * s->iw;
    for (int64_t oy = 0; oy < s->oh; oy++) {
        float *y = p->y + (map * s->oh + oy) * s->ow;
        const Share rows = share_rows(s, oy);
        if (s->adaptive || s->ow < NARROW)
            average_cells(s, &rows, x, y);
        else
            average_row(s, &rows, x, y);
    }
}

bool pool_average(const KernelContext *k, const PoolShape *s, const float *x, float *y) {
    const Pooling p = {s, x, y, NULL};
    return run(k, &p, average_map);
}
