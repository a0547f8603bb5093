#include "kernel/backward.h"

#include "kernel/maps.h"
#include "kernel/pool2d_window.h"
#include <string.h>

enum { WIDTH = 1024 }; /* of a picture whose rows fit on the stack */

/* Of window o along one axis; -1: none. */
static int64_t center(int64_t o, int64_t in, int64_t kernel, int64_t stride, int64_t pad) {
    const Span cells = window(o, in, kernel, stride, pad);
    const int64_t middle = o * stride - pad + (kernel - 1) / 2;
    if (cells.first >= cells.end)
        return -1;
    return max64(min64(middle, cells.end - 1), cells.first);
}

void pool_centers(const PoolShape *s, int32_t *switches) {
    const int64_t windows = s->oh * s->ow;
    assert(!s->adaptive);
    for (int64_t oy = 0; oy < s->oh; oy++)
        for (int64_t ox = 0; ox < s->ow; ox++) {
            const int64_t y = center(oy, s->ih, s->kh, s->sy, s->py);
            const int64_t x = center(ox, s->iw, s->kw, s->sx, s->px);
            switches[oy * s->ow + ox] = y < 0 || x < 0 ? -1 : (int32_t)(y * s->iw + x);
        }
    for (int64_t map = 1; map < s->n * s->c; map++)
        memcpy(switches + map * windows, switches, (size_t)windows * sizeof *switches);
}

typedef struct Pooling {
    const PoolShape *shape;
    const int32_t *switches;
    const float *grad_y;
    float *grad_x;
    bool add;
    Columns columns;
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

/* All rows that a row of windows sees get the same. */
static void average_row(const Pooling *p, const Share *rows, const float *grad_y,
                        float *restrict grad_x) {
    const PoolShape *s = p->shape;
    const float divisor = (float)max64(rows->divisor, 1);
    float parts[POOL_COLUMNS_MAX], sums[WIDTH];
    for (int64_t ox = 0; ox < s->ow; ox++)
        parts[ox] = grad_y[ox] / (divisor * p->columns.divisors[ox]);
    for (int64_t ix = 0; ix < s->iw; ix++)
        sums[ix] = 0;
    for (int64_t kx = 0; kx < s->kw; kx++)
        for (int64_t ox = p->columns.taps[kx].first; ox < p->columns.taps[kx].end; ox++)
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
        const float g = grad_y[ox] / (float)max64(rows->divisor * columns.divisor, 1);
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
        if (p->columns.fit && s->iw <= WIDTH)
            average_row(p, &rows, grad_y, grad_x);
        else
            average_cells(p, &rows, grad_y, grad_x);
    }
}

bool backward_pool_average(const KernelContext *k, const PoolShape *s, const float *grad_y,
                           float *grad_x, bool add) {
    Pooling p = {.shape = s, .grad_y = grad_y, .grad_x = grad_x, .add = add};
    columns_plan(&p.columns, s);
    const int64_t taps = s->adaptive ? 1 : s->oh * s->ow * s->kw;
    return maps_run(k, s->n * s->c, s->ih * s->iw, 2 * s->ih * s->iw + taps, average_map, &p);
}
