#include "kernel/pool2d.h"

#include "kernel/maps.h"
#include "kernel/pool2d_window.h"
#include "kernel/vector.h"
#include <assert.h>
#include <math.h>

enum { NARROW = 4 }; /* output columns below which an average goes window by window */

typedef struct Pooling {
    const PoolShape *shape;
    const float *x;
    float *y;
    int32_t *switches;
    Span columns[POOL_KERNEL_MAX]; /* of each tap */
    Span inner;                    /* windows whose columns all lie inside the picture */
} Pooling;

static Pooling pooling(const PoolShape *s, const float *x, float *y, int32_t *switches) {
    Pooling p = {.shape = s, .x = x, .y = y, .switches = switches, .inner = {0, s->ow}};
    assert(s->adaptive || s->kw <= POOL_KERNEL_MAX);
    for (int64_t kx = 0; kx < s->kw && !s->adaptive; kx++) {
        p.columns[kx] = columns_of_tap(s, kx);
        p.inner.first = max64(p.inner.first, p.columns[kx].first);
        p.inner.end = min64(p.inner.end, p.columns[kx].end);
    }
    return p;
}

/* --- Maximum --- */

/* Windows first..end-1 of a row, one by one. */
static void max_windows(const Pooling *p, Span rows, Span windows, const float *x, float *y,
                        int32_t *switches) {
    const PoolShape *s = p->shape;
    for (int64_t ox = windows.first; ox < windows.end; ox++) {
        const Span columns = window(ox, s->iw, s->kw, s->sx, s->px);
        int64_t at = -1;
        float best = -INFINITY;
        for (int64_t iy = rows.first; iy < rows.end; iy++)
            for (int64_t ix = columns.first; ix < columns.end; ix++) {
                const float v = x[iy * s->iw + ix];
                if (at < 0 || v > best || (v != v && best == best)) {
                    best = v;
                    at = iy * s->iw + ix;
                }
            }
        y[ox] = best;
        if (switches)
            switches[ox] = (int32_t)at;
    }
}

/* x[0], x[2], ... and x[1], x[3], ... of 2 * VECTOR_WIDTH numbers, which all may be read. */
#if defined(__has_builtin) && !defined(KERNEL_REF_ONLY)
#if __has_builtin(__builtin_shufflevector)
#define VECTOR_SHUFFLES
#endif
#endif
#ifdef VECTOR_SHUFFLES
static inline Vector even(const float *x) {
    return __builtin_shufflevector(load(x), load(x + 4), 0, 2, 4, 6);
}
static inline Vector odd(const float *x) {
    return __builtin_shufflevector(load(x), load(x + 4), 1, 3, 5, 7);
}
#else
static inline Vector even(const float *x) {
    Vector v;
    for (int l = 0; l < VECTOR_WIDTH; l++)
        v[l] = x[2 * l];
    return v;
}
static inline Vector odd(const float *x) {
    return even(x + 1);
}
#endif

/* Cells x[kx], x[kx + stride], ... for one tap of VECTOR_WIDTH windows side by side. Nothing beyond
 * the windows is read: a stride of 2 takes the even or the odd ones of two vectors that begin with
 * this tap or the one before it. */
static inline Vector tap(const float *x, int64_t kx, int64_t kw, const int stride) {
    if (stride == 1)
        return load(x + kx);
    return kx % 2 || kx + 1 == kw ? odd(x + kx - 1) : even(x + kx);
}

/* VECTOR_WIDTH windows side by side, all columns of which lie inside. */
static inline __attribute__((always_inline)) void max_block(const PoolShape *s, Span rows,
                                                            int64_t ox, const float *x,
                                                            const int stride, float *y,
                                                            int32_t *switches) {
    const int64_t left = ox * stride - s->px, top = rows.first * s->iw + left;
    Vector best = tap(x + top, 0, s->kw, stride);
    Mask first = {0}, at;
    for (int l = 0; l < VECTOR_WIDTH; l++)
        first[l] = (int32_t)left + l * stride;
    at = first + (int32_t)(rows.first * s->iw);
    for (int64_t iy = rows.first; iy < rows.end; iy++)
        for (int64_t kx = 0; kx < s->kw; kx++) {
            const Vector v = tap(x + iy * s->iw + left, kx, s->kw, stride);
            const Mask better = (v > best) | ((v != v) & (best == best));
            best = choose(better, v, best);
            if (switches)
                at = ((first + (int32_t)(iy * s->iw + kx)) & better) | (at & ~better);
        }
    store(y + ox, best);
    for (int l = 0; l < VECTOR_WIDTH && switches; l++)
        switches[ox + l] = (int32_t)at[l];
}

/* The last block may overlap the one before. */
static inline __attribute__((always_inline)) void max_blocks(const Pooling *p, Span rows,
                                                             const float *x, const int stride,
                                                             float *y, int32_t *switches) {
    const int64_t last = p->inner.end - VECTOR_WIDTH;
    for (int64_t ox = p->inner.first; ox < last; ox += VECTOR_WIDTH)
        max_block(p->shape, rows, ox, x, stride, y, switches);
    max_block(p->shape, rows, last, x, stride, y, switches);
}

static void max_row(const Pooling *p, int64_t oy, const float *x, float *y, int32_t *switches) {
    const PoolShape *s = p->shape;
    const Span rows = window(oy, s->ih, s->kh, s->sy, s->py), inner = p->inner;
    const bool blocks = inner.end - inner.first >= VECTOR_WIDTH && rows.first < rows.end &&
                        (s->sx == 1 || (s->sx == 2 && s->kw > 1));
    if (!blocks) {
        max_windows(p, rows, (Span){0, s->ow}, x, y, switches);
        return;
    }
    max_windows(p, rows, (Span){0, inner.first}, x, y, switches);
    max_windows(p, rows, (Span){inner.end, s->ow}, x, y, switches);
    if (s->sx == 1 && switches)
        max_blocks(p, rows, x, 1, y, switches);
    else if (s->sx == 1)
        max_blocks(p, rows, x, 1, y, NULL);
    else if (switches)
        max_blocks(p, rows, x, 2, y, switches);
    else
        max_blocks(p, rows, x, 2, y, NULL);
}

static void max_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    const float *x = p->x + map * s->ih * s->iw;
    for (int64_t oy = 0; oy < s->oh; oy++) {
        const int64_t row = (map * s->oh + oy) * s->ow;
        max_row(p, oy, x, p->y + row, p->switches ? p->switches + row : NULL);
    }
}

static bool run(const KernelContext *k, const Pooling *p, MapFunction f) {
    const PoolShape *s = p->shape;
    const int64_t taps = s->adaptive ? s->ih * s->iw : s->oh * s->ow * s->kh * s->kw;
    return maps_run(k, s->n * s->c, s->oh * s->ow, taps, f, p);
}

bool pool_max(const KernelContext *k, const PoolShape *s, const float *x, float *y,
              int32_t *switches) {
    const Pooling p = pooling(s, x, y, switches);
    return run(k, &p, max_map);
}

/* --- Average --- */

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
    const Pooling p = pooling(s, x, y, NULL);
    return run(k, &p, average_map);
}
