#include "kernel/pointwise.h"

#include "kernel/maps.h"
#include "kernel/rows.h"
#include <assert.h>
#include <math.h>

/* Elements are shared out in chunks whose size does not depend on the number of threads. */
enum { CHUNK = 16384 };

typedef enum Operation { COPY, RELU, TANH, SIGMOID, ADD, ADD_RELU } Operation;

typedef struct Elements {
    Operation operation;
    int64_t count;
    const float *a, *b;
    float *y;
    const Rows *rows;
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
        e->rows->tanh(count, a, y);
        break;
    case SIGMOID:
        e->rows->sigmoid(count, a, y);
        break;
    case ADD:
        assert(b);
        for (int64_t i = 0; i < count; i++)
            y[i] = a[i] + b[i];
        break;
    case ADD_RELU:
        assert(b);
        for (int64_t i = 0; i < count; i++) {
            const float v = a[i] + b[i];
            y[i] = v < 0 ? 0 : v;
        }
        break;
    }
    job_advance(e->job, count);
}

static bool run_elements(const KernelContext *k, Operation operation, int64_t count, const float *a,
                         const float *b, float *y) {
    Elements e = {operation, count, a, b, y, rows_of(k->tier), k->job};
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

bool pointwise_add(const KernelContext *k, int64_t count, const float *a, const float *b, bool relu,
                   float *y) {
    return run_elements(k, relu ? ADD_RELU : ADD, count, a, b, y);
}

typedef struct Runs {
    int64_t length, pieces, from, to;
    const float *x;
    float *y;
    bool add;
    Job *job;
} Runs;

static void copy_piece(const void *context, int64_t i) {
    const Runs *r = context;
    const int64_t run = i / r->pieces, at = i % r->pieces * CHUNK;
    const int64_t count = r->length - at < CHUNK ? r->length - at : CHUNK;
    const float *x = r->x + run * r->from + at;
    float *y = r->y + run * r->to + at;
    if (r->add)
        for (int64_t j = 0; j < count; j++)
            y[j] += x[j];
    else
        for (int64_t j = 0; j < count; j++)
            y[j] = x[j];
    job_advance(r->job, count);
}

bool pointwise_copy_runs(const KernelContext *k, int64_t count, int64_t length, const float *x,
                         int64_t from, float *y, int64_t to, bool add) {
    const int64_t pieces = (length + CHUNK - 1) / CHUNK;
    const Runs r = {length, pieces, from, to, x, y, add, k->job};
    return maps_run(k, count * pieces, 0, length / (pieces ? pieces : 1), copy_piece, &r);
}

typedef struct Affine {
    int64_t channels, plane;
    const float *x, *scale, *shift;
    bool relu;
    float *y;
} Affine;

static void affine_map(const void *context, int64_t map) {
    const Affine *a = context;
    const float scale = a->scale[map % a->channels], shift = a->shift[map % a->channels];
    const float *x = a->x + map * a->plane;
    float *y = a->y + map * a->plane;
    if (a->relu)
        for (int64_t i = 0; i < a->plane; i++) {
            const float v = x[i] * scale + shift;
            y[i] = v < 0 ? 0 : v;
        }
    else
        for (int64_t i = 0; i < a->plane; i++)
            y[i] = x[i] * scale + shift;
}

bool pointwise_affine(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const float *x,
                      const float *scale, const float *shift, bool relu, float *y) {
    const Affine a = {c, plane, x, scale, shift, relu, y};
    return maps_run(k, n * c, plane, plane, affine_map, &a);
}

void pointwise_batchnorm_fold(int64_t c, const float *gamma, const float *beta, const float *mean,
                              const float *variance, double eps, float *scale, float *shift) {
    for (int64_t i = 0; i < c; i++) {
        const double factor = (double)gamma[i] / sqrt((double)variance[i] + eps);
        scale[i] = (float)factor;
        shift[i] = (float)((double)beta[i] - (double)mean[i] * factor);
    }
}

typedef struct Softmax {
    int64_t classes;
    const float *x;
    float *y;
} Softmax;

static void softmax_row(const void *context, int64_t row) {
    const Softmax *r = context;
    const float *x = r->x + row * r->classes;
    float *y = r->y + row * r->classes;
    float max = -INFINITY;
    for (int64_t i = 0; i < r->classes; i++)
        if (x[i] > max)
            max = x[i];
    double sum = 0;
    for (int64_t i = 0; i < r->classes; i++) {
        y[i] = expf(x[i] - max);
        sum += (double)y[i];
    }
    for (int64_t i = 0; i < r->classes; i++)
        y[i] = (float)((double)y[i] / sum);
}

bool pointwise_softmax(const KernelContext *k, int64_t n, int64_t c, const float *x, float *y) {
    const Softmax r = {c, x, y};
    return maps_run(k, n, c, c * 16, softmax_row, &r);
}

typedef struct Subsample {
    int64_t ic, ih, iw, oc, oh, ow, before, stride;
    const float *x;
    float *y;
} Subsample;

static void subsample_map(const void *context, int64_t map) {
    const Subsample *s = context;
    const int64_t n = map / s->oc, c = map % s->oc - s->before;
    const bool zero = c < 0 || c >= s->ic;
    const float *x = zero ? NULL : s->x + (n * s->ic + c) * s->ih * s->iw;
    float *y = s->y + map * s->oh * s->ow;
    for (int64_t oy = 0; oy < s->oh; oy++)
        for (int64_t ox = 0; ox < s->ow; ox++)
            y[oy * s->ow + ox] = zero ? 0 : x[oy * s->stride * s->iw + ox * s->stride];
}

bool pointwise_subsample(const KernelContext *k, int64_t n, int64_t ic, int64_t ih, int64_t iw,
                         int64_t oc, int64_t before, int64_t stride, const float *x, float *y) {
    const Subsample s = {
        ic,     ih,     iw, oc, (ih + stride - 1) / stride, (iw + stride - 1) / stride,
        before, stride, x,  y,
    };
    return maps_run(k, n * oc, s.oh * s.ow, s.oh * s.ow * 2, subsample_map, &s);
}
