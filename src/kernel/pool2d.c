#include "kernel/pool2d.h"

#include "kernel/maps.h"
#include "kernel/pool2d_tiers.h"
#include <math.h>

enum {
    NARROW = 4,   /* output columns below which an average goes window by window */
    PITCH = 512,  /* columns and */
    PADDED = 6144 /* cells of a map, with its padding, that is copied to the stack */
};

typedef struct Pooling {
    const PoolShape *shape;
    const float *x;
    float *y;
    int32_t *switches;
    Columns columns;
    Span inner; /* windows whose columns all lie inside the picture */
    const PoolTier *tier;
    bool vectors;  /* whether there is at least one of them */
    int64_t pitch; /* of a copy with room for whole vectors of windows; 0: better without */
} Pooling;

static Pooling pooling(const PoolShape *s, const float *x, float *y, int32_t *switches) {
    Pooling p = {.shape = s, .x = x, .y = y, .switches = switches, .inner = {0, s->ow}};
    columns_plan(&p.columns, s);
    for (int64_t kx = 0; kx < s->kw && !s->adaptive; kx++) {
        p.inner.first = max64(p.inner.first, p.columns.taps[kx].first);
        p.inner.end = min64(p.inner.end, p.columns.taps[kx].end);
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

/* The last vector may overlap the one before. */
static void max_row(const Pooling *p, Span rows, const float *x, float *y, int32_t *switches) {
    const PoolShape *s = p->shape;
    const PoolSource in = {x, s->iw, 0};
    const int64_t first = p->inner.first, end = p->inner.end, width = p->tier->width;
    const int64_t last = end - width;
    max_windows(p, rows, (Span){0, first}, x, y, switches);
    p->tier->max(s, in, rows, first, (end - first) / width, y + first,
                 switches ? switches + first : NULL);
    p->tier->max(s, in, rows, last, 1, y + last, switches ? switches + last : NULL);
    max_windows(p, rows, (Span){end, s->ow}, x, y, switches);
}

/* The same on a padded copy. Where the padding, minus infinity, may have been taken for a maximum
 * the row is done again. */
static void max_row_padded(const Pooling *p, Span rows, const float *copy, const float *x, float *y,
                           int32_t *switches) {
    const PoolShape *s = p->shape;
    const PoolSource in = {copy, p->pitch, s->px};
    float values[PITCH];
    int32_t at[PITCH];
    int doubtful = 0;
    p->tier->max(s, in, rows, 0, (s->ow + p->tier->width - 1) / p->tier->width, values,
                 switches ? at : NULL);
    for (int64_t ox = 0; ox < s->ow; ox++) {
        y[ox] = values[ox];
        doubtful |= values[ox] == -INFINITY;
    }
    for (int64_t ox = 0; ox < s->ow && switches; ox++)
        switches[ox] = at[ox];
    if (doubtful)
        max_windows(p, rows, (Span){0, s->ow}, x, y, switches);
}

static void copy_padded(const Pooling *p, const float *x, float *copy) {
    const PoolShape *s = p->shape;
    for (int64_t iy = 0; iy < s->ih; iy++, x += s->iw, copy += p->pitch) {
        for (int64_t i = 0; i < s->px; i++)
            copy[i] = -INFINITY;
        for (int64_t i = 0; i < s->iw; i++)
            copy[s->px + i] = x[i];
        for (int64_t i = s->px + s->iw; i < p->pitch; i++)
            copy[i] = -INFINITY;
    }
}

static void max_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    const float *x = p->x + map * s->ih * s->iw;
    float copy[PADDED];
    if (p->pitch)
        copy_padded(p, x, copy);
    for (int64_t oy = 0; oy < s->oh; oy++) {
        const Span rows = window(oy, s->ih, s->kh, s->sy, s->py);
        float *y = p->y + (map * s->oh + oy) * s->ow;
        int32_t *switches = p->switches ? p->switches + (map * s->oh + oy) * s->ow : NULL;
        if (p->pitch && rows.first < rows.end)
            max_row_padded(p, rows, copy, x, y, switches);
        else if (p->vectors && rows.first < rows.end)
            max_row(p, rows, x, y, switches);
        else
            max_windows(p, rows, (Span){0, s->ow}, x, y, switches);
    }
}

/* A copy pays where windows are not all inside and at least a vector of them. */
static void plan_vectors(Pooling *p, CpuTier tier) {
    const PoolShape *s = p->shape;
    const int64_t inner = p->inner.end - p->inner.first;
    p->tier = pool_tier(tier);
    const int64_t width = p->tier->width, windows = (s->ow + width - 1) / width * width;
    const int64_t pitch = max64((windows - 1) * s->sx + s->kw, s->px + s->iw);
    if (s->sx > 2 || (s->sx == 2 && s->kw == 1))
        return;
    p->vectors = inner >= width;
    if ((inner < s->ow || !p->vectors) && pitch <= PITCH && pitch * s->ih <= PADDED)
        p->pitch = pitch;
}

static bool run(const KernelContext *k, const Pooling *p, MapFunction f) {
    const PoolShape *s = p->shape;
    const int64_t taps = s->adaptive ? s->ih * s->iw : s->oh * s->ow * s->kh * s->kw;
    return maps_run(k, s->n * s->c, s->oh * s->ow, taps, f, p);
}

bool pool_max(const KernelContext *k, const PoolShape *s, const float *x, float *y,
              int32_t *switches) {
    Pooling p = pooling(s, x, y, switches);
    plan_vectors(&p, k->tier);
    return run(k, &p, max_map);
}

/* --- Average --- */

/* Window by window. */
static void average_cells(const PoolShape *s, const Share *rows, const float *x, float *y) {
    for (int64_t ox = 0; ox < s->ow; ox++) {
        const Share columns = share_columns(s, ox);
        double sum = 0;
        for (int64_t iy = rows->cells.first; iy < rows->cells.end; iy++)
            for (int64_t ix = columns.cells.first; ix < columns.cells.end; ix++)
                sum += x[iy * s->iw + ix];
        y[ox] = (float)(sum / (double)max64(rows->divisor * columns.divisor, 1));
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
            const Span span = p->columns.taps[kx];
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
    const float divisor = (float)max64(rows->divisor, 1);
    for (int64_t ox = 0; ox < s->ow; ox++)
        y[ox] /= divisor * p->columns.divisors[ox];
}

static void average_map(const void *context, int64_t map) {
    const Pooling *p = context;
    const PoolShape *s = p->shape;
    const float *x = p->x + map * s->ih * s->iw;
    for (int64_t oy = 0; oy < s->oh; oy++) {
        float *y = p->y + (map * s->oh + oy) * s->ow;
        const Share rows = share_rows(s, oy);
        if (p->columns.fit && s->ow >= NARROW)
            average_row(p, &rows, x, y);
        else
            average_cells(s, &rows, x, y);
    }
}

bool pool_average(const KernelContext *k, const PoolShape *s, const float *x, float *y) {
    const Pooling p = pooling(s, x, y, NULL);
    return run(k, &p, average_map);
}
