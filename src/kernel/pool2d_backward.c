#include "kernel/backward.h"

#include "kernel/maps.h"
#include "kernel/pool2d_window.h"

/* A row of the picture is taken apart into as many rows as the stride: cell ix is number (ix + px)
 * / sx of row (ix + px) % sx. There the cells that one tap kx meets lie side by side, those of
 * window ox at ox + kx / sx of row kx % sx, whatever the stride. */
enum { APART = 1152 }; /* floats of such rows that fit on the stack */

typedef struct Pooling {
    const PoolShape *shape;
    const float *x, *y, *grad_y;
    float *grad_x;
    bool add;
    int64_t apart; /* from one of the rows apart to the next; 0: they do not fit */
} Pooling;

/* What is not written is outside of the picture, and not read. */
static void take_apart(const PoolShape *s, int64_t apart, const float *restrict row,
                       float *restrict out) {
    if (s->sx == 2) {
        const int64_t odd = s->px % 2, at = (s->px + 1) / 2, half = s->iw / 2;
        float *even_out = out + odd * apart + s->px / 2, *odd_out = out + (1 - odd) * apart + at;
        for (int64_t i = 0; i < half; i++) {
            even_out[i] = row[2 * i];
            odd_out[i] = row[2 * i + 1];
        }
        if (s->iw % 2)
            even_out[half] = row[2 * half];
        return;
    }
    for (int64_t ix = 0; ix < s->iw; ix++)
        out[(ix + s->px) % s->sx * apart + (ix + s->px) / s->sx] = row[ix];
}

/* row += what is apart */
static void put_together(const PoolShape *s, int64_t apart, const float *restrict in,
                         float *restrict row) {
    if (s->sx == 1) {
        for (int64_t ix = 0; ix < s->iw; ix++)
            row[ix] += in[ix + s->px];
        return;
    }
    if (s->sx == 2) {
        const int64_t odd = s->px % 2, at = (s->px + 1) / 2, half = s->iw / 2;
        const float *even_in = in + odd * apart + s->px / 2, *odd_in = in + (1 - odd) * apart + at;
        for (int64_t i = 0; i < half; i++) {
            row[2 * i] += even_in[i];
            row[2 * i + 1] += odd_in[i];
        }
        if (s->iw % 2)
            row[2 * half] += even_in[half];
        return;
    }
    for (int64_t ix = 0; ix < s->iw; ix++)
        row[ix] += in[(ix + s->px) % s->sx * apart + (ix + s->px) / s->sx];
}

static void clear(float *x, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        x[i] = 0;
}

static int64_t apart_of(const PoolShape *s) {
    if (s->adaptive)
        return 0;
    const int64_t cells = max64(s->iw + s->px, (s->ow - 1) * s->sx + s->kw);
    const int64_t apart = (cells + s->sx - 1) / s->sx;
    return apart * s->sx <= APART ? apart : 0;
}

/* --- Maximum --- */

/* One row of windows, tap by tap in reading order: the first that equals the maximum takes the
 * gradient, which is then 0 for those that follow. */
static void max_taps(const Pooling *p, int64_t kx, const float *x, int64_t x_at, const float *y,
                     float *restrict left, float *restrict grad) {
    const PoolShape *s = p->shape;
    const Span span = columns_of_tap(s, kx);
    const int64_t at = kx % s->sx * p->apart + kx / s->sx;
    for (int64_t ox = span.first; ox < span.end; ox++) {
        const float v = x[x_at + ox];
        const int hit = (v == y[ox]) | (v != v);
        const float g = hit ? left[ox] : 0;
        grad[at + ox] += g;
        left[ox] = hit ? 0 : left[ox];
    }
}

static void max_windows(const Pooling *p, int64_t oy, const float *x, const float *y,
                        const float *grad_y, float *grad_x) {
    const PoolShape *s = p->shape;
    const Span rows = window(oy, s->ih, s->kh, s->sy, s->py);
    float left[APART], cells[APART], grad[APART];
    for (int64_t ox = 0; ox < s->ow; ox++)
        left[ox] = grad_y[ox];
    for (int64_t iy = rows.first; iy < rows.end; iy++) {
        const float *row = x + iy * s->iw;
        clear(grad, p->apart * s->sx);
        if (s->sx > 1)
            take_apart(s, p->apart, row, cells);
        for (int64_t kx = 0; kx < s->kw; kx++)
            if (s->sx > 1)
                max_taps(p, kx, cells, kx % s->sx * p->apart + kx / s->sx, y, left, grad);
            else
                max_taps(p, kx, row, kx - s->px, y, left, grad);
        put_together(s, p->apart, grad, grad_x + iy * s->iw);
    }
}

/* Window by window, for pictures of any width. */
static void max_windows_wide(const Pooling *p, int64_t oy, const float *x, const float *y,
                             const float *grad_y, float *grad_x) {
    const PoolShape *s = p->shape;
    const Span rows = window(oy, s->ih, s->kh, s->sy, s->py);
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Span columns = window(ox, s->iw, s->kw, s->sx, s->px);
        int64_t best = -1;
        for (int64_t iy = rows.first; iy < rows.end && best < 0; iy++)
            for (int64_t ix = columns.first; ix < columns.end && best < 0; ix++) {
                const float v = x[iy * s->iw + ix];
                if (v == y[ox] || v != v)
                    best = iy * s->iw + ix;
            }
        if (best >= 0)
            grad_x[best] += grad_y[ox];
    }
}

static void max_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    const int64_t at = map * s->ih * s->iw;
    if (!p->add)
        clear(p->grad_x + at, s->ih * s->iw);
    for (int64_t oy = 0; oy < s->oh; oy++) {
        const int64_t row = (map * s->oh + oy) * s->ow;
        (p->apart ? max_windows : max_windows_wide)(p, oy, p->x + at, p->y + row, p->grad_y + row,
                                                    p->grad_x + at);
    }
}

bool backward_pool_max(const KernelContext *k, const PoolShape *s, const float *x, const float *y,
                       const float *grad_y, float *grad_x, bool add) {
    const Pooling p = {s, x, y, grad_y, grad_x, add, apart_of(s)};
    return maps_run(k, s->n * s->c, s->ih * s->iw, s->oh * s->ow * s->kh * s->kw, max_map, &p);
}

/* --- Average --- */

static inline float part(float g, const Share *rows, const Share *columns) {
    const int64_t divisor = rows->divisor * columns->divisor;
    return divisor ? g / (float)divisor : 0;
}

/* All rows of a row of windows get the same. */
static void average_windows(const Pooling *p, const Share *rows, const float *grad_y,
                            float *grad_x) {
    const PoolShape *s = p->shape;
    float parts[APART], grad[APART];
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Share columns = share_columns(s, ox);
        parts[ox] = part(grad_y[ox], rows, &columns);
    }
    clear(grad, p->apart * s->sx);
    for (int64_t kx = 0; kx < s->kw; kx++) {
        const Span span = columns_of_tap(s, kx);
        float *to = grad + kx % s->sx * p->apart + kx / s->sx;
        for (int64_t ox = span.first; ox < span.end; ox++)
            to[ox] += parts[ox];
    }
    for (int64_t iy = rows->cells.first; iy < rows->cells.end; iy++)
        put_together(s, p->apart, grad, grad_x + iy * s->iw);
}

static void average_windows_wide(const Pooling *p, const Share *rows, const float *grad_y,
                                 float *grad_x) {
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
    if (!p->add)
        clear(grad_x, s->ih * s->iw);
    for (int64_t oy = 0; oy < s->oh; oy++) {
        const float *grad_y = p->grad_y + (map * s->oh + oy) * s->ow;
        const Share rows = share_rows(s, oy);
        if (p->apart)
            average_windows(p, &rows, grad_y, grad_x);
        else
            average_windows_wide(p, &rows, grad_y, grad_x);
    }
}

bool backward_pool_average(const KernelContext *k, const PoolShape *s, const float *grad_y,
                           float *grad_x, bool add) {
    const Pooling p = {s, NULL, NULL, grad_y, grad_x, add, apart_of(s)};
    const int64_t taps = s->adaptive ? 1 : s->oh * s->ow * s->kw;
    return maps_run(k, s->n * s->c, s->ih * s->iw, 2 * s->ih * s->iw + taps, average_map, &p);
}
