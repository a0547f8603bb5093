#include "kernel/pointwise.h"

#include <math.h>

/* Cells of a map are shared out in strips: channels of a strip are gone through together. */
enum { STRIP = 256 };

typedef struct Lrn {
    int64_t channels, plane, strips;
    const LrnParams *p;
    const float *x;
    float *y;
    Job *job;
} Lrn;

/* (k + alpha * sum)^-beta; with beta = 3/4, 1 / (sqrt v * sqrt sqrt v). */
static void divide(const LrnParams *p, const float *sum, const float *x, float *y, int64_t count) {
    float k = (float)p->k, alpha = (float)p->alpha, beta = (float)p->beta;
    if (p->beta == 0.75) {
        for (int64_t i = 0; i < count; i++) {
            float root = sqrtf(k + alpha * sum[i]);
            y[i] = x[i] / (root * sqrtf(root));
        }
    } else {
        for (int64_t i = 0; i < count; i++)
            y[i] = x[i] / powf(k + alpha * sum[i], beta);
    }
}

static void lrn_strip(void *context, int64_t task, int worker) {
    const Lrn *l = context;
    (void)worker;
    int64_t n = task / l->strips, first = task % l->strips * STRIP, half = l->p->size / 2;
    int64_t count = l->plane - first < STRIP ? l->plane - first : STRIP;
    const float *x = l->x + n * l->channels * l->plane + first;
    float *y = l->y + n * l->channels * l->plane + first;
    for (int64_t c = 0; c < l->channels; c++) {
        int64_t from = c - half > 0 ? c - half : 0;
        int64_t to = c + half < l->channels - 1 ? c + half : l->channels - 1;
        float sum[STRIP] = {0};
        for (int64_t j = from; j <= to; j++)
            for (int64_t i = 0; i < count; i++)
                sum[i] += x[j * l->plane + i] * x[j * l->plane + i];
        divide(l->p, sum, x + c * l->plane, y + c * l->plane, count);
    }
    job_advance(l->job, count * l->channels);
}

bool pointwise_lrn(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const LrnParams *p,
                   const float *x, float *y) {
    Lrn l = {c, plane, (plane + STRIP - 1) / STRIP, p, x, y, k->job};
    return pool_run(k->pool, k->job, n * l.strips, lrn_strip, &l);
}
