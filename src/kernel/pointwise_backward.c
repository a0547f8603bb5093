#include "kernel/backward.h"

#include "kernel/maps.h"

/* Elements are shared out in chunks whose size does not depend on the number of threads. */
enum { CHUNK = 4096 };

typedef enum Operation { RELU, POSITIVE, RELU_POSITIVE, TANH, SIGMOID, COPY } Operation;

typedef struct Elements {
    Operation operation;
    int64_t count;
    const float *y, *grad_y;
    float *grad_x;
    bool add;
    Job *job;
} Elements;

static inline int64_t min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static inline __attribute__((always_inline)) void chunk_as(const Operation operation,
                                                           const bool add, int64_t count,
                                                           const float *y, const float *g,
                                                           float *dx) {
    for (int64_t i = 0; i < count; i++) {
        float d = g[i];
        if (operation == POSITIVE || operation == RELU_POSITIVE)
            d = d < 0 ? 0 : d;
        if (operation == RELU || operation == RELU_POSITIVE)
            d = y[i] > 0 ? d : 0;
        if (operation == TANH)
            d *= 1 - y[i] * y[i];
        if (operation == SIGMOID)
            d *= y[i] * (1 - y[i]);
        dx[i] = add ? dx[i] + d : d;
    }
}

/* Compiled for each operation, adding or not. */
#define CASE(operation)                                                                            \
    case operation:                                                                                \
        if (e->add)                                                                                \
            chunk_as(operation, true, count, y, g, dx);                                            \
        else                                                                                       \
            chunk_as(operation, false, count, y, g, dx);                                           \
        break

static void elements_chunk(const void *context, int64_t chunk) {
    const Elements *e = context;
    const int64_t at = chunk * CHUNK, count = min64(e->count - at, CHUNK);
    const float *y = e->y ? e->y + at : NULL, *g = e->grad_y + at;
    float *dx = e->grad_x + at;
    switch (e->operation) {
        CASE(RELU);
        CASE(POSITIVE);
        CASE(RELU_POSITIVE);
        CASE(TANH);
        CASE(SIGMOID);
        CASE(COPY);
    }
    job_advance(e->job, count);
}

static bool run_elements(const KernelContext *k, Elements e) {
    return maps_run(k, (e.count + CHUNK - 1) / CHUNK, 0, CHUNK, elements_chunk, &e);
}

bool backward_rectify(const KernelContext *k, int64_t count, const float *y, bool positive,
                      const float *grad_y, float *grad_x, bool add) {
    const Operation operation = y ? (positive ? RELU_POSITIVE : RELU) : positive ? POSITIVE : COPY;
    return run_elements(k, (Elements){operation, count, y, grad_y, grad_x, add, k->job});
}

bool backward_tanh(const KernelContext *k, int64_t count, const float *y, const float *grad_y,
                   float *grad_x, bool add) {
    return run_elements(k, (Elements){TANH, count, y, grad_y, grad_x, add, k->job});
}

bool backward_sigmoid(const KernelContext *k, int64_t count, const float *y, const float *grad_y,
                      float *grad_x, bool add) {
    return run_elements(k, (Elements){SIGMOID, count, y, grad_y, grad_x, add, k->job});
}

bool backward_copy(const KernelContext *k, int64_t count, const float *grad_y, float *grad_x,
                   bool add) {
    return run_elements(k, (Elements){COPY, count, NULL, grad_y, grad_x, add, k->job});
}

typedef struct Addition {
    int64_t count;
    const float *y;
    float *grad_y, *grad_in[2];
    bool add[2];
    Job *job;
} Addition;

/* One after the other, so that both terms may be one. */
static void addition_chunk(const void *context, int64_t chunk) {
    const Addition *a = context;
    const int64_t at = chunk * CHUNK, count = min64(a->count - at, CHUNK);
    float *g = a->grad_y + at;
    for (int64_t i = 0; i < count && a->y; i++)
        g[i] = a->y[at + i] > 0 ? g[i] : 0;
    for (int t = 0; t < 2; t++) {
        if (!a->grad_in[t])
            continue;
        float *dx = a->grad_in[t] + at;
        if (a->add[t])
            for (int64_t i = 0; i < count; i++)
                dx[i] += g[i];
        else
            for (int64_t i = 0; i < count; i++)
                dx[i] = g[i];
    }
    job_advance(a->job, count);
}

bool backward_add(const KernelContext *k, int64_t count, const float *y, float *grad_y,
                  float *grad_a, bool add_a, float *grad_b, bool add_b) {
    const Addition a = {count, y, grad_y, {grad_a, grad_b}, {add_a, add_b}, k->job};
    return maps_run(k, (count + CHUNK - 1) / CHUNK, 0, 2 * CHUNK, addition_chunk, &a);
}

typedef struct Rows {
    int64_t classes;
    const float *y, *grad_y;
    float *grad_x;
    bool add;
} Rows;

static void softmax_row(const void *context, int64_t row) {
    const Rows *r = context;
    const int64_t at = row * r->classes;
    const float *y = r->y + at, *g = r->grad_y + at;
    float *dx = r->grad_x + at;
    double sum = 0;
    for (int64_t i = 0; i < r->classes; i++)
        sum += (double)g[i] * (double)y[i];
    for (int64_t i = 0; i < r->classes; i++) {
        const float d = (float)((double)y[i] * ((double)g[i] - sum));
        dx[i] = r->add ? dx[i] + d : d;
    }
}

bool backward_softmax(const KernelContext *k, int64_t n, int64_t c, const float *y,
                      const float *grad_y, float *grad_x, bool add) {
    const Rows r = {c, y, grad_y, grad_x, add};
    return maps_run(k, n, c, c * 4, softmax_row, &r);
}

typedef struct Subsample {
    int64_t ic, ih, iw, oc, oh, ow, before, stride;
    const float *grad_y;
    float *grad_x;
    bool add;
} Subsample;

static void subsample_map(const void *context, int64_t map) {
    const Subsample *s = context;
    const float *g = s->grad_y + (map / s->ic * s->oc + s->before + map % s->ic) * s->oh * s->ow;
    float *dx = s->grad_x + map * s->ih * s->iw;
    for (int64_t i = 0; i < s->ih * s->iw && !s->add; i++)
        dx[i] = 0;
    for (int64_t oy = 0; oy < s->oh; oy++)
        for (int64_t ox = 0; ox < s->ow; ox++)
            dx[oy * s->stride * s->iw + ox * s->stride] += g[oy * s->ow + ox];
}

bool backward_subsample(const KernelContext *k, int64_t n, int64_t ic, int64_t ih, int64_t iw,
                        int64_t oc, int64_t before, int64_t stride, const float *grad_y,
                        float *grad_x, bool add) {
    const Subsample s = {.ic = ic,
                         .ih = ih,
                         .iw = iw,
                         .oc = oc,
                         .oh = (ih - 1) / stride + 1,
                         .ow = (iw - 1) / stride + 1,
                         .before = before,
                         .stride = stride,
                         .grad_y = grad_y,
                         .grad_x = grad_x,
                         .add = add};
    return maps_run(k, n * ic, ih * iw, ih * iw, subsample_map, &s);
}
