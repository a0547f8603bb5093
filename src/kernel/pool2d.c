#include "kernel/pool2d.h"

#include <math.h>

typedef struct Pooling {
    const PoolShape *s;
    const float *x;
    float *y;
    int32_t *switches;
    Job *job;
} Pooling;

static int64_t at_least(int64_t a, int64_t b) {
    return a > b ? a : b;
}
static int64_t at_most(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* One map. */
static void max_map(void *context, int64_t map, int worker) {
    const Pooling *c = context;
    const PoolShape *s = c->s;
    (void)worker;
    const float *x = c->x + map * s->ih * s->iw;
    float *y = c->y + map * s->oh * s->ow;
    for (int64_t oy = 0; oy < s->oh; oy++)
        for (int64_t ox = 0; ox < s->ow; ox++) {
            int64_t top = at_least(oy * s->sy - s->py, 0);
            int64_t bottom = at_most(oy * s->sy - s->py + s->kh, s->ih);
            int64_t left = at_least(ox * s->sx - s->px, 0);
            int64_t right = at_most(ox * s->sx - s->px + s->kw, s->iw);
            int64_t best = top * s->iw + left;
            for (int64_t iy = top; iy < bottom; iy++)
                for (int64_t ix = left; ix < right; ix++) {
                    float v = x[iy * s->iw + ix], m = x[best];
                    if (v > m || (isnan(v) && !isnan(m)))
                        best = iy * s->iw + ix;
                }
            y[oy * s->ow + ox] = x[best];
            if (c->switches)
                c->switches[(map * s->oh + oy) * s->ow + ox] = (int32_t)best;
        }
    job_advance(c->job, s->oh * s->ow);
}

bool pool_max(const KernelContext *k, const PoolShape *s, const float *x, float *y,
              int32_t *switches) {
    Pooling context = {s, x, y, switches, k->job};
    return pool_run(k->pool, k->job, s->n * s->c, max_map, &context);
}

/* A window of an average along one axis: the part within the picture, and what to divide by. */
typedef struct Span {
    int64_t first, end, divisor;
} Span;

static Span average_span(const PoolShape *s, int64_t o, int64_t in, int64_t out, int64_t kernel,
                         int64_t stride, int64_t pad) {
    if (s->adaptive) {
        Span span = {o * in / out, ((o + 1) * in + out - 1) / out, 0};
        span.divisor = span.end - span.first;
        return span;
    }
    int64_t first = o * stride - pad, end = at_most(first + kernel, in + pad);
    Span span = {at_least(first, 0), at_most(end, in), end - first};
    if (!s->count_include_pad)
        span.divisor = span.end - span.first;
    return span;
}

static void average_map(void *context, int64_t map, int worker) {
    const Pooling *c = context;
    const PoolShape *s = c->s;
    (void)worker;
    const float *x = c->x + map * s->ih * s->iw;
    float *y = c->y + map * s->oh * s->ow;
    for (int64_t oy = 0; oy < s->oh; oy++) {
        Span rows = average_span(s, oy, s->ih, s->oh, s->kh, s->sy, s->py);
        for (int64_t ox = 0; ox < s->ow; ox++) {
            Span columns = average_span(s, ox, s->iw, s->ow, s->kw, s->sx, s->px);
            float sum = 0;
            for (int64_t iy = rows.first; iy < rows.end; iy++)
                for (int64_t ix = columns.first; ix < columns.end; ix++)
                    sum += x[iy * s->iw + ix];
            y[oy * s->ow + ox] = sum / (float)(rows.divisor * columns.divisor);
        }
    }
    job_advance(c->job, s->oh * s->ow);
}

bool pool_average(const KernelContext *k, const PoolShape *s, const float *x, float *y) {
    Pooling context = {s, x, y, NULL, k->job};
    return pool_run(k->pool, k->job, s->n * s->c, average_map, &context);
}
