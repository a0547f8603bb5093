#include "kernel/batchnorm.h"

#include "kernel/maps.h"
#include "kernel/rows.h"
#include <math.h>

/* Sums over a channel are taken in single precision for BLOCK values, then emptied into double
 * precision. Small maps are gone through in groups of channels, so that what is read at a time lies
 * side by side in memory. */
enum { BLOCK = 1024, SIDE_BY_SIDE = 512, GROUP = 16 /* channels at most */ };

static inline int64_t min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}

typedef struct Sums {
    RowSums rows;
    double a, b;
} Sums;

static void sums_flush(Sums *s) {
    float *a = s->rows.a, *b = s->rows.b;
    for (int half = ROWS_LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++) {
            a[l] += a[l + half];
            b[l] += b[l + half];
        }
    s->a += (double)a[0];
    s->b += (double)b[0];
    s->rows = (RowSums){0};
}

/* A pass over channels first..first+count-1. */
typedef struct Pass {
    const BatchNorm *b;
    const Rows *rows;
    const float *x, *grad_y;
    float *y, *mean, *inverse, *running_mean, *running_variance;
    const float *means, *inverses; /* backward */
    bool statistics, add;
    float *grad_x, *grad_gamma, *grad_beta;
    Job *job;
} Pass;

typedef struct Channels {
    const Pass *pass;
    int64_t first;
    int count;
    RowLine lines[GROUP];
    Sums sums[GROUP];
} Channels;

/* Adds `count` values of channel i from x[at]. */
typedef void (*SumRow)(Channels *c, int i, int64_t at, int64_t count);

static void sum_channels(Channels *c, SumRow add) {
    const BatchNorm *b = c->pass->b;
    int64_t pending = 0;
    for (int i = 0; i < c->count; i++)
        c->sums[i] = (Sums){0};
    for (int64_t n = 0; n < b->n; n++)
        for (int64_t at = 0; at < b->plane; at += BLOCK) {
            const int64_t count = min64(b->plane - at, BLOCK);
            for (int i = 0; i < c->count; i++)
                add(c, i, (n * b->c + c->first + i) * b->plane + at, count);
            pending += count;
            for (int i = 0; i < c->count && pending >= BLOCK; i++)
                sums_flush(&c->sums[i]);
            pending = pending >= BLOCK ? 0 : pending;
        }
    for (int i = 0; i < c->count; i++)
        sums_flush(&c->sums[i]);
}

static int group_of(const BatchNorm *b) {
    return (int)(b->plane < SIDE_BY_SIDE ? min64(SIDE_BY_SIDE / b->plane, GROUP) : 1);
}

static Channels group_channels(const Pass *p, int64_t group) {
    const int size = group_of(p->b);
    const int64_t first = group * size;
    return (Channels){.pass = p, .first = first, .count = (int)min64(size, p->b->c - first)};
}

static bool run(const KernelContext *k, const Pass *p, MapFunction f, int64_t cost) {
    const BatchNorm *b = p->b;
    const int size = group_of(b);
    return maps_run(k, (b->c + size - 1) / size, 0, size * b->n * b->plane * cost, f, p);
}

/* --- Forward --- */

static void add_moments(Channels *c, int i, int64_t at, int64_t count) {
    c->pass->rows->moments(count, c->pass->x + at, c->lines[i].mean, &c->sums[i].rows);
}

/* Deviations are taken from the mean of the channel's first values, so that little is lost where
 * the mean is far from 0: a batch's variance is at least the share of those values in it times the
 * square of what they are off (and the sums across blocks are of double precision). */
static void near_means(Channels *c) {
    const BatchNorm *b = c->pass->b;
    const int64_t count = min64(b->plane, BLOCK);
    for (int i = 0; i < c->count; i++) {
        Sums s = {0};
        c->pass->rows->moments(count, c->pass->x + (c->first + i) * b->plane, 0, &s.rows);
        sums_flush(&s);
        c->lines[i].mean = (float)(s.a / (double)count);
    }
}

static void go_towards(float *running, double value) {
    *running = (float)((1 - BATCHNORM_MOMENTUM) * (double)*running + BATCHNORM_MOMENTUM * value);
}

static void set_statistics(Channels *c, int i) {
    const Pass *p = c->pass;
    const BatchNorm *b = p->b;
    const int64_t at = c->first + i;
    const double count = (double)(b->n * b->plane), off = c->sums[i].a / count;
    const double square = c->sums[i].b / count - off * off;
    const double mean = (double)c->lines[i].mean + off;
    const double variance = square < 0 ? 0 : square; /* NaN stays */
    p->mean[at] = (float)mean;
    p->inverse[at] = (float)(1 / sqrt(variance + b->eps));
    if (p->running_mean)
        go_towards(&p->running_mean[at], mean);
    if (p->running_variance)
        go_towards(&p->running_variance[at], count > 1 ? variance * count / (count - 1) : 0);
}

static void set_line(Channels *c, int i, const float *mean, const float *inverse) {
    const BatchNorm *b = c->pass->b;
    const int64_t at = c->first + i;
    c->lines[i] = (RowLine){mean[at], inverse[at] * b->gamma[at], b->beta[at], b->relu};
}

static void train_group(const void *context, int64_t group) {
    const Pass *p = context;
    const BatchNorm *b = p->b;
    Channels c = group_channels(p, group);
    near_means(&c);
    sum_channels(&c, add_moments);
    for (int i = 0; i < c.count; i++) {
        set_statistics(&c, i);
        set_line(&c, i, p->mean, p->inverse);
    }
    for (int64_t n = 0; n < b->n; n++)
        for (int i = 0; i < c.count; i++) {
            const int64_t at = (n * b->c + c.first + i) * b->plane;
            p->rows->line(b->plane, p->x + at, &c.lines[i], p->y + at);
        }
    job_advance(p->job, c.count * b->n * b->plane);
}

bool batchnorm_train(const KernelContext *k, const BatchNorm *b, const float *x, float *y,
                     float *mean, float *inverse, float *running_mean, float *running_variance) {
    const Pass p = {.b = b,
                    .rows = rows_of(k->tier),
                    .x = x,
                    .y = y,
                    .mean = mean,
                    .inverse = inverse,
                    .running_mean = running_mean,
                    .running_variance = running_variance,
                    .job = k->job};
    return run(k, &p, train_group, 2);
}

/* --- Backward --- */

static void add_products(Channels *c, int i, int64_t at, int64_t count) {
    const Pass *p = c->pass;
    p->rows->products(count, p->x + at, p->grad_y + at, &c->lines[i], &c->sums[i].rows);
}

static void put_gradients(const Channels *c) {
    const Pass *p = c->pass;
    const BatchNorm *b = p->b;
    const double count = (double)(b->n * b->plane);
    float offset[GROUP] = {0}, slope[GROUP] = {0};
    for (int i = 0; i < c->count && p->statistics; i++) {
        const double inverse = (double)p->inverses[c->first + i];
        offset[i] = (float)(c->sums[i].a / count);
        slope[i] = (float)(c->sums[i].b * inverse * inverse / count);
    }
    for (int64_t n = 0; n < b->n; n++)
        for (int i = 0; i < c->count; i++) {
            const int64_t at = (n * b->c + c->first + i) * b->plane;
            p->rows->line_gradient(b->plane, p->x + at, p->grad_y + at, &c->lines[i], offset[i],
                                   slope[i], p->add, p->grad_x + at);
        }
}

static void backward_group(const void *context, int64_t group) {
    const Pass *p = context;
    Channels c = group_channels(p, group);
    for (int i = 0; i < c.count; i++)
        set_line(&c, i, p->means, p->inverses);
    if (p->statistics || p->grad_gamma || p->grad_beta)
        sum_channels(&c, add_products);
    for (int i = 0; i < c.count; i++) {
        const int64_t at = c.first + i;
        if (p->grad_gamma)
            p->grad_gamma[at] = (float)(c.sums[i].b * (double)p->inverses[at]);
        if (p->grad_beta)
            p->grad_beta[at] = (float)c.sums[i].a;
    }
    if (p->grad_x)
        put_gradients(&c);
    job_advance(p->job, c.count * p->b->n * p->b->plane);
}

bool batchnorm_backward(const KernelContext *k, const BatchNorm *b, const float *x,
                        const float *grad_y, const float *mean, const float *inverse,
                        bool statistics, float *grad_x, bool add, float *grad_gamma,
                        float *grad_beta) {
    const Pass p = {.b = b,
                    .rows = rows_of(k->tier),
                    .x = x,
                    .grad_y = grad_y,
                    .means = mean,
                    .inverses = inverse,
                    .statistics = statistics,
                    .add = add,
                    .grad_x = grad_x,
                    .grad_gamma = grad_gamma,
                    .grad_beta = grad_beta,
                    .job = k->job};
    return run(k, &p, backward_group, 3);
}
