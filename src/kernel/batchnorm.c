#include "kernel/batchnorm.h"

#include "kernel/maps.h"
#include <math.h>

/* Two sums over a channel go side by side: LANES partial sums of single precision, emptied into two
 * of double precision after BLOCK values. */
enum { LANES = 16, BLOCK = 1024 };

typedef struct Sums {
    float a[LANES], b[LANES];
    int64_t pending;
    double first, second;
} Sums;

static void sums_flush(Sums *s) {
    for (int half = LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++) {
            s->a[l] += s->a[l + half];
            s->b[l] += s->b[l + half];
        }
    s->first += (double)s->a[0];
    s->second += (double)s->b[0];
    for (int l = 0; l < LANES; l++)
        s->a[l] = s->b[l] = 0;
    s->pending = 0;
}

static inline int64_t min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* sum of (x - shift), sum of (x - shift)^2 */
static void add_moments(Sums *s, int64_t count, const float *x, float shift) {
    float a[LANES], b[LANES];
    int64_t i = 0;
    for (int l = 0; l < LANES; l++)
        a[l] = s->a[l], b[l] = s->b[l];
    for (; i + LANES <= count; i += LANES)
        for (int l = 0; l < LANES; l++) {
            const float d = x[i + l] - shift;
            a[l] += d;
            b[l] += d * d;
        }
    for (int l = 0; i < count; i++, l++) {
        const float d = x[i] - shift;
        a[l] += d;
        b[l] += d * d;
    }
    for (int l = 0; l < LANES; l++)
        s->a[l] = a[l], s->b[l] = b[l];
}

/* y = (x - mean) * scale + shift */
typedef struct Line {
    float mean, scale, shift;
    bool relu;
} Line;

static inline float line_at(const Line *line, float x) {
    return (x - line->mean) * line->scale + line->shift;
}

/* sum of g, sum of g * (x - mean), g being 0 where a ReLU cut y off */
static void add_products(Sums *s, int64_t count, const float *x, const float *g, Line line) {
    float a[LANES], b[LANES];
    int64_t i = 0;
    for (int l = 0; l < LANES; l++)
        a[l] = s->a[l], b[l] = s->b[l];
    if (line.relu)
        for (; i + LANES <= count; i += LANES)
            for (int l = 0; l < LANES; l++) {
                const float v = line_at(&line, x[i + l]) > 0 ? g[i + l] : 0;
                a[l] += v;
                b[l] += v * (x[i + l] - line.mean);
            }
    else
        for (; i + LANES <= count; i += LANES)
            for (int l = 0; l < LANES; l++) {
                a[l] += g[i + l];
                b[l] += g[i + l] * (x[i + l] - line.mean);
            }
    for (int l = 0; i < count; i++, l++) {
        const float v = !line.relu || line_at(&line, x[i]) > 0 ? g[i] : 0;
        a[l] += v;
        b[l] += v * (x[i] - line.mean);
    }
    for (int l = 0; l < LANES; l++)
        s->a[l] = a[l], s->b[l] = b[l];
}

static void put_line(int64_t count, const float *x, Line line, float *restrict y) {
    if (line.relu)
        for (int64_t i = 0; i < count; i++) {
            const float v = line_at(&line, x[i]);
            y[i] = v < 0 ? 0 : v;
        }
    else
        for (int64_t i = 0; i < count; i++)
            y[i] = line_at(&line, x[i]);
}

/* grad_x = scale * (g - offset - (x - mean) * slope) */
typedef struct Slope {
    float offset, slope;
    bool add;
} Slope;

static inline __attribute__((always_inline)) void
put_gradient_as(int64_t count, const float *x, const float *g, const Line *line, const Slope *s,
                const bool relu, const bool add, float *restrict grad_x) {
    const Line l = *line;
    const Slope p = *s;
    for (int64_t i = 0; i < count; i++) {
        const float v = !relu || line_at(&l, x[i]) > 0 ? g[i] : 0;
        const float d = l.scale * (v - p.offset - (x[i] - l.mean) * p.slope);
        grad_x[i] = add ? grad_x[i] + d : d;
    }
}

static void put_gradient(int64_t count, const float *x, const float *g, const Line *line,
                         const Slope *s, float *grad_x) {
    if (line->relu && s->add)
        put_gradient_as(count, x, g, line, s, true, true, grad_x);
    else if (line->relu)
        put_gradient_as(count, x, g, line, s, true, false, grad_x);
    else if (s->add)
        put_gradient_as(count, x, g, line, s, false, true, grad_x);
    else
        put_gradient_as(count, x, g, line, s, false, false, grad_x);
}

/* --- Forward --- */

typedef struct Train {
    const BatchNorm *b;
    const float *x;
    float *y, *mean, *inverse, *running_mean, *running_variance;
} Train;

/* Deviations are taken from the mean of the channel's first values, so that little is lost where
 * the mean is far from 0: a batch's variance is at least the share of those values in it times the
 * square of what they are off (and the sums across blocks are of double precision). */
static void moments(const BatchNorm *b, const float *x, double *mean, double *variance) {
    const int64_t step = b->c * b->plane, near = min64(b->plane, BLOCK);
    Sums s = {0};
    add_moments(&s, near, x, 0);
    sums_flush(&s);
    const float shift = (float)(s.first / (double)near);
    s = (Sums){0};
    for (int64_t n = 0; n < b->n; n++)
        for (int64_t i = 0; i < b->plane; i += BLOCK) {
            const int64_t count = min64(b->plane - i, BLOCK);
            add_moments(&s, count, x + n * step + i, shift);
            s.pending += count;
            if (s.pending >= BLOCK)
                sums_flush(&s);
        }
    sums_flush(&s);
    const double count = (double)(b->n * b->plane), off = s.first / count;
    const double square = s.second / count - off * off;
    *mean = (double)shift + off;
    *variance = square < 0 ? 0 : square; /* NaN stays */
}

static void go_towards(float *running, double value) {
    *running = (float)((1 - BATCHNORM_MOMENTUM) * (double)*running + BATCHNORM_MOMENTUM * value);
}

static void train_channel(const void *context, int64_t c) {
    const Train *t = context;
    const BatchNorm *b = t->b;
    const int64_t step = b->c * b->plane, count = b->n * b->plane;
    const float *x = t->x + c * b->plane;
    double mean, variance;
    moments(b, x, &mean, &variance);
    t->mean[c] = (float)mean;
    t->inverse[c] = (float)(1 / sqrt(variance + b->eps));
    if (t->running_mean)
        go_towards(&t->running_mean[c], mean);
    if (t->running_variance)
        go_towards(&t->running_variance[c],
                   count > 1 ? variance * (double)count / (double)(count - 1) : 0);
    const Line line = {t->mean[c], t->inverse[c] * b->gamma[c], b->beta[c], b->relu};
    for (int64_t n = 0; n < b->n; n++)
        put_line(b->plane, x + n * step, line, t->y + c * b->plane + n * step);
}

bool batchnorm_train(const KernelContext *k, const BatchNorm *b, const float *x, float *y,
                     float *mean, float *inverse, float *running_mean, float *running_variance) {
    const Train t = {b, x, y, mean, inverse, running_mean, running_variance};
    const int64_t count = b->n * b->plane;
    return maps_run(k, b->c, count, 2 * count, train_channel, &t);
}

/* --- Backward --- */

typedef struct Backward {
    const BatchNorm *b;
    const float *x, *grad_y, *mean, *inverse;
    bool statistics, add;
    float *grad_x, *grad_gamma, *grad_beta;
} Backward;

static void backward_channel(const void *context, int64_t c) {
    const Backward *w = context;
    const BatchNorm *b = w->b;
    const int64_t step = b->c * b->plane, first = c * b->plane;
    const double inverse = (double)w->inverse[c], count = (double)(b->n * b->plane);
    const Line line = {w->mean[c], w->inverse[c] * b->gamma[c], b->beta[c], b->relu};
    Sums s = {0};
    for (int64_t n = 0; n < b->n && (w->statistics || w->grad_gamma || w->grad_beta); n++)
        for (int64_t i = 0; i < b->plane; i += BLOCK) {
            const int64_t at = first + n * step + i, part = min64(b->plane - i, BLOCK);
            add_products(&s, part, w->x + at, w->grad_y + at, line);
            s.pending += part;
            if (s.pending >= BLOCK)
                sums_flush(&s);
        }
    sums_flush(&s);
    if (w->grad_gamma)
        w->grad_gamma[c] = (float)(s.second * inverse);
    if (w->grad_beta)
        w->grad_beta[c] = (float)s.first;
    if (!w->grad_x)
        return;
    Slope slope = {.add = w->add};
    if (w->statistics) {
        slope.offset = (float)(s.first / count);
        slope.slope = (float)(s.second * inverse * inverse / count);
    }
    for (int64_t n = 0; n < b->n; n++) {
        const int64_t at = first + n * step;
        put_gradient(b->plane, w->x + at, w->grad_y + at, &line, &slope, w->grad_x + at);
    }
}

bool batchnorm_backward(const KernelContext *k, const BatchNorm *b, const float *x,
                        const float *grad_y, const float *mean, const float *inverse,
                        bool statistics, float *grad_x, bool add, float *grad_gamma,
                        float *grad_beta) {
    const Backward w = {b,          x,   grad_y, mean,       inverse,
                        statistics, add, grad_x, grad_gamma, grad_beta};
    const int64_t count = b->n * b->plane;
    return maps_run(k, b->c, count, 3 * count, backward_channel, &w);
}
