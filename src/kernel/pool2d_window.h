/* Where the windows of a pooling lie, for its forward and backward pass; nothing outside kernel
 * includes this. */
#ifndef KERNEL_POOL2D_WINDOW_H
#define KERNEL_POOL2D_WINDOW_H

#include "kernel/pool2d.h"
#include <assert.h>

static inline int64_t min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static inline int64_t max64(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Cells first..end-1 of one axis; first >= end if there are none. */
typedef struct Span {
    int64_t first, end;
} Span;

/* The part of window o that lies in 0..in-1. */
static inline Span window(int64_t o, int64_t in, int64_t kernel, int64_t stride, int64_t pad) {
    const int64_t first = o * stride - pad;
    return (Span){max64(first, 0), min64(first + kernel, in)};
}

/* The output columns whose tap kx lies inside the picture. */
static inline Span columns_of_tap(const PoolShape *s, int64_t kx) {
    const int64_t before = s->px - kx, last = s->iw - 1 + before;
    return (Span){before > 0 ? (before + s->sx - 1) / s->sx : 0,
                  last < 0 ? 0 : min64(last / s->sx + 1, s->ow)};
}

/* One axis of an average: the cells, and what they are divided by (0 if there are none). */
typedef struct Share {
    Span cells;
    int64_t divisor;
} Share;

static inline Share share(const PoolShape *s, int64_t o, int64_t in, int64_t out, int64_t kernel,
                          int64_t stride, int64_t pad) {
    const int64_t first = o * stride - pad;
    Share a = {window(o, in, kernel, stride, pad), min64(first + kernel, in + pad) - first};
    if (s->adaptive)
        a.cells = (Span){o * in / out, ((o + 1) * in + out - 1) / out};
    if (s->adaptive || !s->count_include_pad)
        a.divisor = a.cells.end - a.cells.first;
    a.divisor = max64(a.divisor, 0);
    return a;
}
static inline Share share_rows(const PoolShape *s, int64_t oy) {
    return share(s, oy, s->ih, s->oh, s->kh, s->sy, s->py);
}
static inline Share share_columns(const PoolShape *s, int64_t ox) {
    return share(s, ox, s->iw, s->ow, s->kw, s->sx, s->px);
}

/* The same for all windows of rows that are evenly spaced and not more than fit: the columns of
 * each tap, and what a sum is divided by (1 where there is nothing). */
enum { POOL_COLUMNS_MAX = 1024 };
typedef struct Columns {
    Span taps[POOL_KERNEL_MAX];
    bool fit; /* divisors */
    float divisors[POOL_COLUMNS_MAX];
} Columns;

static inline void columns_plan(Columns *c, const PoolShape *s) {
    c->fit = !s->adaptive && s->ow <= POOL_COLUMNS_MAX;
    assert(s->adaptive || s->kw <= POOL_KERNEL_MAX);
    for (int64_t kx = 0; kx < s->kw && !s->adaptive; kx++)
        c->taps[kx] = columns_of_tap(s, kx);
    for (int64_t ox = 0; ox < s->ow && c->fit; ox++)
        c->divisors[ox] = (float)max64(share_columns(s, ox).divisor, 1);
}

#endif
