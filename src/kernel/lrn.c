#include "kernel/backward.h"

#include "kernel/maps.h"
#include <math.h>
#if defined(__SSE2__) && !defined(KERNEL_REF_ONLY)
#define LRN_SSE2 1
#include <emmintrin.h>
#endif

/* A map is cut into strips; all channels of a strip are gone through together, so that the window's
 * maps are still in the cache. Sums are taken afresh for each channel, so nothing drifts. */
enum { STRIP = 256 };

typedef struct Lrn {
    int64_t channels, plane, strips;
    const LrnParams *p;
    const float *x;
    float *y;         /* forward */
    const float *out; /* backward, and all that follow */
    float *grad_y, *grad_x;
    bool add;
    Job *job;
} Lrn;

/* y = x / v^(3/4), v^(3/4) = sqrt(v) * sqrt(sqrt(v)). Where sqrtf may set errno no compiler makes
 * vectors of it, hence the intrinsics. */
static void divide_three_quarters(int64_t count, const float *v, const float *x, float *y) {
    int64_t i = 0;
#if defined(LRN_SSE2)
    for (; i + 4 <= count; i += 4) {
        const __m128 root = _mm_sqrt_ps(_mm_loadu_ps(v + i));
        const __m128 power = _mm_mul_ps(root, _mm_sqrt_ps(root));
        _mm_storeu_ps(y + i, _mm_div_ps(_mm_loadu_ps(x + i), power));
    }
#endif
    for (; i < count; i++) {
        const float root = sqrtf(v[i]);
        y[i] = x[i] / (root * sqrtf(root));
    }
}

/* y = x / v^beta */
static void divide(const LrnParams *p, int64_t count, const float *v, const float *x, float *y) {
    if (p->beta == 0.75)
        divide_three_quarters(count, v, x, y);
    else
        for (int64_t i = 0; i < count; i++)
            y[i] = x[i] / powf(v[i], (float)p->beta);
}

/* The channels of c's window are from..to-1. */
static void window(const Lrn *l, int64_t c, int64_t *from, int64_t *to) {
    const int64_t half = l->p->size / 2;
    *from = c > half ? c - half : 0;
    *to = c + half < l->channels ? c + half + 1 : l->channels;
}

/* sum = k + alpha * sum of x^2 over c's window; x: the strip in the first channel. */
static void sum_squares(const Lrn *l, int64_t c, int64_t count, const float *x,
                        float *restrict sum) {
    const float k = (float)l->p->k, alpha = (float)l->p->alpha;
    int64_t from, to;
    window(l, c, &from, &to);
    for (int64_t i = 0; i < count; i++)
        sum[i] = 0;
    for (int64_t j = from; j < to; j++) {
        const float *v = x + j * l->plane;
        for (int64_t i = 0; i < count; i++)
            sum[i] += v[i] * v[i];
    }
    for (int64_t i = 0; i < count; i++)
        sum[i] = k + alpha * sum[i];
}

/* Where a strip begins in the first channel of its item; and its length. */
static int64_t strip_start(const Lrn *l, int64_t strip, int64_t *count) {
    const int64_t first = strip % l->strips * STRIP;
    *count = l->plane - first < STRIP ? l->plane - first : STRIP;
    return strip / l->strips * l->channels * l->plane + first;
}

static void lrn_strip(const void *context, int64_t strip) {
    const Lrn *l = context;
    int64_t count, start = strip_start(l, strip, &count);
    for (int64_t c = 0; c < l->channels; c++) {
        const int64_t at = start + c * l->plane;
        float sum[STRIP];
        sum_squares(l, c, count, l->x + start, sum);
        divide(l->p, count, sum, l->x + at, l->y + at);
    }
    job_advance(l->job, l->channels * count);
}

bool pointwise_lrn(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const LrnParams *p,
                   const float *x, float *y) {
    const Lrn l = {.channels = c,
                   .plane = plane,
                   .strips = (plane + STRIP - 1) / STRIP,
                   .p = p,
                   .x = x,
                   .y = y,
                   .job = k->job};
    return maps_run(k, n * l.strips, 0, c * STRIP * 8, lrn_strip, &l);
}

/* First all channels' own part, grad_y / s^beta, which leaves grad_y * y / s in grad_y; then what
 * each takes from its window of those. */
static void backward_strip(const void *context, int64_t strip) {
    const Lrn *l = context;
    const float factor = (float)(2 * l->p->alpha * l->p->beta);
    int64_t count, start = strip_start(l, strip, &count);
    for (int64_t c = 0; c < l->channels; c++) {
        const int64_t at = start + c * l->plane;
        float sum[STRIP], own[STRIP], *g = l->grad_y + at, *dx = l->grad_x + at;
        sum_squares(l, c, count, l->x + start, sum);
        divide(l->p, count, sum, g, own);
        for (int64_t i = 0; i < count; i++)
            dx[i] = l->add ? dx[i] + own[i] : own[i];
        for (int64_t i = 0; i < count; i++)
            g[i] *= l->out[at + i] / sum[i];
    }
    for (int64_t c = 0; c < l->channels; c++) {
        const int64_t at = start + c * l->plane;
        float sum[STRIP] = {0};
        int64_t from, to;
        window(l, c, &from, &to);
        for (int64_t j = from; j < to; j++)
            for (int64_t i = 0; i < count; i++)
                sum[i] += l->grad_y[start + j * l->plane + i];
        for (int64_t i = 0; i < count; i++)
            l->grad_x[at + i] -= factor * l->x[at + i] * sum[i];
    }
    job_advance(l->job, l->channels * count);
}

bool backward_lrn(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const LrnParams *p,
                  const float *x, const float *y, float *grad_y, float *grad_x, bool add) {
    const Lrn l = {.channels = c,
                   .plane = plane,
                   .strips = (plane + STRIP - 1) / STRIP,
                   .p = p,
                   .x = x,
                   .out = y,
                   .grad_y = grad_y,
                   .grad_x = grad_x,
                   .add = add,
                   .job = k->job};
    return maps_run(k, n * l.strips, 0, c * STRIP * 16, backward_strip, &l);
}
