#include "kernel/backward.h"

#include "kernel/maps.h"
#include "kernel/pool2d_window.h"

enum { WIDTH = 1024 }; /* of a picture whose rows fit on the stack */

typedef struct Pooling {
    const PoolShape *shape;
    const int32_t *switches;
    const float *grad_y;
    float *grad_x;
    bool add;
    Span columns[POOL_KERNEL_MAX]; /* of each tap */
} Pooling;

static void max_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const int64_t cells = p->shape->ih * p->shape->iw, windows = p->shape->oh * p->shape->ow;
    const int32_t *switches = p->switches + map * windows;
    const float *grad_y = p->grad_y + map * windows;
    float *grad_x = p->grad_x + map * cells;
    for (int64_t i = 0; i < cells && !p->add; i++)
        grad_x[i] = 0;
    for (int64_t i = 0; i < windows; i++)
        if (switches[i] >= 0)
            grad_x[switches[i]] += grad_y[i];
}

bool backward_pool_max(const KernelContext *k, const PoolShape *s, const int32_t *switches,
                       const float *grad_y, float *grad_x, bool add) {
    const Pooling p = {
        .shape = s, .switches = switches, .grad_y = grad_y, .grad_x = grad_x, .add = add};
    const int64_t cells = s->ih * s->iw;
    return maps_run(k, s->n * s->c, cells, cells + 2 * s->oh * s->ow, max_map, &p);
}

/* What a window's cells get; 0 if it has none. */
static inline float part(float g, const Share *rows, const Share *columns) {
    const int64_t divisor = rows->divisor * columns->divisor;
    return divisor ? g / (float)divisor : 0;
}

/* All rows that a row of windows sees get the same. */
static void average_row(const Pooling *p, const Share *rows, const float *grad_y,
                        float *restrict grad_x) {
    const PoolShape *s = p->shape;
    float parts[WIDTH], sums[WIDTH];
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Share columns = share_columns(s, ox);
        parts[ox] = part(grad_y[ox], rows, &columns);
    }
    for (int64_t ix = 0; ix < s->iw; ix++)
        sums[ix] = 0;
    for (int64_t kx = 0; kx < s->kw; kx++)
        for (int64_t ox = p->columns[kx].first; ox < p->columns[kx].end; ox++)
            sums[ox * s->sx - s->px + kx] += parts[ox];
    for (int64_t iy = rows->cells.first; iy < rows->cells.end; iy++)
        for (int64_t ix = 0; ix < s->iw; ix++)
            grad_x[iy * s->iw + ix] += sums[ix];
}

/* Window by window, if the picture is wide, or windows are not evenly spaced. */
static void average_cells(const Pooling *p, const Share *rows, const float *grad_y,
                          float *restrict grad_x) {
    const PoolShape *s = p->shape;
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Share columns = share_columns(s, ox);
        const float g = part(grad_y[ox], rows, &columns);
        for (int64_t iy = rows->cells.first; iy < rows->cells.end; iy++)
            for (int64_t ix = columns.cells.first; ix < columns.cells.end; ix++)
                grad_x[iy * s->iw + ix] += g;
    }
}

static void average_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    float *grad_x = p->grad_x + map * s->ih * s->iw;
    for (int64_t i = 0; i < s->ih * s->iw && !p->add; i++)
        grad_x[i] = 0;
    for (int64_t oy = 0; oy < s->oh; oy++) {
        const float *grad_y = p->grad_y + (map * s->oh + oy) * s->ow;
        const Share rows = share_rows(s, oy);
        if (s->adaptive || s->iw > WIDTH || s->ow > WIDTH)
            average_cells(p, &rows, grad_y, grad_x);
        else
            average_row(p, &rows, grad_y, grad_x);
    }
}

bool backward_pool_average(const KernelContext *k, const PoolShape *s, const float *grad_y,
                           float *grad_x, bool add) {
    Pooling p = {.shape = s, .grad_y = grad_y, .grad_x = grad_x, .add = add};
    for (int64_t kx = 0; kx < s->kw && !s->adaptive; kx++)
        p.columns[kx] = columns_of_tap(s, kx);
    const int64_t taps = s->adaptive ? 1 : s->oh * s->ow * s->kw;
    return maps_run(k, s->n * s->c, s->ih * s->iw, 2 * s->ih * s->iw + taps, average_map, &p);
}
