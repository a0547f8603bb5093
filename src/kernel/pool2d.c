#include "kernel/pool2d.h"

#include "kernel/maps.h"
#include "kernel/rows.h"
#include <assert.h>
#include <math.h>

enum { NARROW = 4 }; /* output columns below which an average goes window by window */

typedef struct Pooling {
    const PoolShape *shape;
    const float *x;
    float *y;
    int32_t *switches;
    const Rows *rows;
    Span columns[POOL_KERNEL_MAX]; /* of each tap */
} Pooling;

static Pooling pooling(const KernelContext *k, const PoolShape *s, const float *x, float *y,
                       int32_t *switches) {
    Pooling p = {.shape = s, .x = x, .y = y, .switches = switches, .rows = rows_of(k->tier)};
    assert(s->adaptive || s->kw <= POOL_KERNEL_MAX);
    for (int64_t kx = 0; kx < s->kw && !s->adaptive; kx++)
        p.columns[kx] = columns_of_tap(s, kx);
    return p;
}

/* Without switches, if the picture is wide. */
static void max_row_wide(const Pooling *p, const float *x, int64_t oy, float *restrict y) {
    const PoolShape *s = p->shape;
    const Span rows = window(oy, s->ih, s->kh, s->sy, s->py);
    for (int64_t ox = 0; ox < s->ow; ox++)
        y[ox] = -INFINITY;
    for (int64_t iy = rows.first; iy < rows.end; iy++)
        for (int64_t kx = 0; kx < s->kw; kx++)
            for (int64_t ox = p->columns[kx].first; ox < p->columns[kx].end; ox++) {
                const float v = x[iy * s->iw - s->px + kx + ox * s->sx];
                y[ox] = v > y[ox] || v != v ? v : y[ox];
            }
}

static void max_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    const float *x = p->x + map * s->ih * s->iw;
    for (int64_t oy = 0; oy < s->oh; oy++) {
        const int64_t row = (map * s->oh + oy) * s->ow;
        if (p->switches)
            p->rows->max_switches(s, p->columns, oy, x, p->y + row, p->switches + row);
        else if (s->iw > ROWS_PICTURE)
            max_row_wide(p, x, oy, p->y + row);
        else
            p->rows->max(s, p->columns, oy, x, p->y + row);
    }
}

static bool run(const KernelContext *k, const Pooling *p, MapFunction f) {
    const PoolShape *s = p->shape;
    const int64_t taps = s->adaptive ? s->ih * s->iw : s->oh * s->ow * s->kh * s->kw;
    return maps_run(k, s->n * s->c, s->oh * s->ow, taps, f, p);
}

bool pool_max(const KernelContext *k, const PoolShape *s, const float *x, float *y,
              int32_t *switches) {
    const Pooling p = pooling(k, s, x, y, switches);
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
static void average_row(const Pooling *p, const Share *rows, const float *x, float *restrict y) {
    const PoolShape *s = p->shape;
    for (int64_t ox = 0; ox < s->ow; ox++)
        y[ox] = 0;
    for (int64_t iy = rows->cells.first; iy < rows->cells.end; iy++)
        for (int64_t kx = 0; kx < s->kw; kx++) {
            const int64_t at = iy * s->iw - s->px + kx;
            const Span span = p->columns[kx];
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
            average_row(p, &rows, x, y);
    }
}

bool pool_average(const KernelContext *k, const PoolShape *s, const float *x, float *y) {
    const Pooling p = pooling(k, s, x, y, NULL);
    return run(k, &p, average_map);
}
