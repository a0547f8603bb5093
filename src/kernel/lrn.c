#include "kernel/pointwise.h"

#include "kernel/maps.h"
#include <math.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* A map is cut into strips; all channels of a strip are gone through together, so that the window's
 * maps are still in the cache. Sums are taken afresh for each channel, so nothing drifts. */
enum { STRIP = 256 };

typedef struct Lrn {
    int64_t channels, plane, strips;
    const LrnParams *p;
    const float *x;
    float *y;
    Job *job;
} Lrn;

/* y = x / v^(3/4), v^(3/4) = sqrt(v) * sqrt(sqrt(v)). Where sqrtf may set errno no compiler makes
 * vectors of it, hence the intrinsics. */
static void divide_three_quarters(int64_t count, const float *v, const float *x, float *y) {
    int64_t i = 0;
#if defined(__SSE2__)
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

static void divide(const LrnParams *p, int64_t count, float *restrict sum, const float *x,
                   float *y) {
    const float k = (float)p->k, alpha = (float)p->alpha;
    for (int64_t i = 0; i < count; i++)
        sum[i] = k + alpha * sum[i];
    if (p->beta == 0.75)
        divide_three_quarters(count, sum, x, y);
    else
        for (int64_t i = 0; i < count; i++)
            y[i] = x[i] / powf(sum[i], (float)p->beta);
}

static void lrn_strip(const void *context, int64_t strip) {
    const Lrn *l = context;
    const int64_t first = strip % l->strips * STRIP, half = l->p->size / 2;
    const int64_t count = l->plane - first < STRIP ? l->plane - first : STRIP;
    const int64_t at = strip / l->strips * l->channels * l->plane + first;
    for (int64_t c = 0; c < l->channels; c++) {
        const int64_t from = c > half ? c - half : 0;
        const int64_t to = c + half < l->channels ? c + half + 1 : l->channels;
        float sum[STRIP] = {0};
        for (int64_t j = from; j < to; j++) {
            const float *x = l->x + at + j * l->plane;
            for (int64_t i = 0; i < count; i++)
                sum[i] += x[i] * x[i];
        }
        divide(l->p, count, sum, l->x + at + c * l->plane, l->y + at + c * l->plane);
    }
    job_advance(l->job, l->channels * count);
}

bool pointwise_lrn(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const LrnParams *p,
                   const float *x, float *y) {
    const Lrn l = {c, plane, (plane + STRIP - 1) / STRIP, p, x, y, k->job};
    return maps_run(k, n * l.strips, 0, c * STRIP * 8, lrn_strip, &l);
}
