#include "kernel/pointwise.h"

#include <math.h>

/* Elements are shared out in chunks whose size does not depend on the number of threads. */
enum { CHUNK = 16384 };

typedef enum Operation { COPY, RELU, TANH, SIGMOID, ADD } Operation;

typedef struct Elements {
    Operation operation;
    int64_t count;
    const float *a, *b;
    float *y;
    Job *job;
} Elements;

static void elements_chunk(void *context, int64_t chunk, int worker) {
    const Elements *e = context;
    (void)worker;
    int64_t first = chunk * CHUNK;
    int64_t count = e->count - first < CHUNK ? e->count - first : CHUNK;
    const float *a = e->a + first, *b = e->b ? e->b + first : NULL;
    float *y = e->y + first;
    switch (e->operation) {
    case COPY:
        for (int64_t i = 0; i < count; i++)
            y[i] = a[i];
        break;
    case RELU:
        for (int64_t i = 0; i < count; i++)
            y[i] = a[i] < 0 ? 0 : a[i];
        break;
    case TANH:
        for (int64_t i = 0; i < count; i++)
            y[i] = tanhf(a[i]);
        break;
    case SIGMOID:
        for (int64_t i = 0; i < count; i++)
            y[i] = 1 / (1 + expf(-a[i]));
        break;
    case ADD:
        for (int64_t i = 0; i < count; i++)
            y[i] = a[i] + b[i];
        break;
    }
    job_advance(e->job, count);
}

static bool run_elements(const KernelContext *k, Operation operation, int64_t count, const float *a,
                         const float *b, float *y) {
    Elements e = {operation, count, a, b, y, k->job};
    return pool_run(k->pool, k->job, (count + CHUNK - 1) / CHUNK, elements_chunk, &e);
}

bool pointwise_relu(const KernelContext *k, int64_t count, const float *x, float *y) {
    return run_elements(k, RELU, count, x, NULL, y);
}

bool pointwise_tanh(const KernelContext *k, int64_t count, const float *x, float *y) {
    return run_elements(k, TANH, count, x, NULL, y);
}

bool pointwise_sigmoid(const KernelContext *k, int64_t count, const float *x, float *y) {
    return run_elements(k, SIGMOID, count, x, NULL, y);
}

bool pointwise_copy(const KernelContext *k, int64_t count, const float *x, float *y) {
    return run_elements(k, COPY, count, x, NULL, y);
}

bool pointwise_add(const KernelContext *k, int64_t count, const float *a, const float *b,
                   float *y) {
    return run_elements(k, ADD, count, a, b, y);
}

/* --- Batch norm --------------------------------------------------------------------------------- */

typedef struct Affine {
    int64_t channels, plane;
    const float *x, *scale, *shift;
    bool relu;
    float *y;
    Job *job;
} Affine;

static void affine_map(void *context, int64_t map, int worker) {
    const Affine *a = context;
    (void)worker;
    float scale = a->scale[map % a->channels], shift = a->shift[map % a->channels];
    const float *x = a->x + map * a->plane;
    float *y = a->y + map * a->plane;
    for (int64_t i = 0; i < a->plane; i++)
        y[i] = x[i] * scale + shift;
    for (int64_t i = 0; a->relu && i < a->plane; i++)
        y[i] = y[i] < 0 ? 0 : y[i];
    job_advance(a->job, a->plane);
}

bool pointwise_affine(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const float *x,
                      const float *scale, const float *shift, bool relu, float *y) {
    Affine a = {c, plane, x, scale, shift, relu, y, k->job};
    return pool_run(k->pool, k->job, n * c, affine_map, &a);
}

void pointwise_batchnorm_fold(int64_t c, const float *gamma, const float *beta, const float *mean,
                              const float *variance, double eps, float *scale, float *shift) {
    for (int64_t i = 0; i < c; i++) {
        double factor = (double)gamma[i] / sqrt((double)variance[i] + eps);
        scale[i] = (float)factor;
        shift[i] = (float)((double)beta[i] - (double)mean[i] * factor);
    }
}

/* --- Softmax ------------------------------------------------------------------------------------- */

typedef struct Rows {
    int64_t classes;
    const float *x;
    float *y;
    Job *job;
} Rows;

static void softmax_row(void *context, int64_t row, int worker) {
    const Rows *r = context;
    (void)worker;
    const float *x = r->x + row * r->classes;
    float *y = r->y + row * r->classes;
    float max = x[0];
    for (int64_t i = 1; i < r->classes; i++)
        if (x[i] > max || isnan(x[i]))
            max = x[i];
    double sum = 0;
    for (int64_t i = 0; i < r->classes; i++) {
        y[i] = expf(x[i] - max);
        sum += y[i];
    }
    for (int64_t i = 0; i < r->classes; i++)
        y[i] = (float)(y[i] / sum);
    job_advance(r->job, r->classes);
}

bool pointwise_softmax(const KernelContext *k, int64_t n, int64_t c, const float *x, float *y) {
    Rows r = {c, x, y, k->job};
    return pool_run(k->pool, k->job, n, softmax_row, &r);
}

/* --- Option-A shortcut ----------------------------------------------------------------------------- */

typedef struct Subsample {
    int64_t ic, ih, iw, oc, before, stride;
    const float *x;
    float *y;
    Job *job;
} Subsample;

static void subsample_map(void *context, int64_t map, int worker) {
    const Subsample *s = context;
    (void)worker;
    int64_t oh = (s->ih + s->stride - 1) / s->stride, ow = (s->iw + s->stride - 1) / s->stride;
    int64_t n = map / s->oc, c = map % s->oc - s->before;
    float *y = s->y + map * oh * ow;
    const float *x = c >= 0 && c < s->ic ? s->x + (n * s->ic + c) * s->ih * s->iw : NULL;
    for (int64_t oy = 0; oy < oh; oy++)
        for (int64_t ox = 0; ox < ow; ox++)
            y[oy * ow + ox] = x ? x[oy * s->stride * s->iw + ox * s->stride] : 0;
    job_advance(s->job, oh * ow);
}

bool pointwise_subsample(const KernelContext *k, int64_t n, int64_t ic, int64_t ih, int64_t iw,
                         int64_t oc, int64_t before, int64_t stride, const float *x, float *y) {
    Subsample s = {ic, ih, iw, oc, before, stride, x, y, k->job};
    return pool_run(k->pool, k->job, n * oc, subsample_map, &s);
}
