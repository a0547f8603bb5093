/* Kernels that go over the elements once. x and y may be the same buffer unless said otherwise. */
#ifndef KERNEL_POINTWISE_H
#define KERNEL_POINTWISE_H

#include "kernel/kernel.h"

bool pointwise_relu(const KernelContext *k, int64_t count, const float *x,
                    float *y); /* NaN stays */
bool pointwise_tanh(const KernelContext *k, int64_t count, const float *x, float *y);
bool pointwise_sigmoid(const KernelContext *k, int64_t count, const float *x, float *y);
bool pointwise_copy(const KernelContext *k, int64_t count, const float *x, float *y);
/* a + b, then max(y, 0) if relu. */
bool pointwise_add(const KernelContext *k, int64_t count, const float *a, const float *b, bool relu,
                   float *y);
/* Run i of 0..count-1, `length` elements, from x + i * from to y + i * to; added if add. */
bool pointwise_copy_runs(const KernelContext *k, int64_t count, int64_t length, const float *x,
                         int64_t from, float *y, int64_t to, bool add);

/* y = x * scale[c] + shift[c] over N, C, plane; batch norm in inference with
 * scale = gamma / sqrt(var + eps), shift = beta - mean * scale (Ioffe and Szegedy 2015, algorithm
 * 2). Then max(y, 0) if relu. */
bool pointwise_affine(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const float *x,
                      const float *scale, const float *shift, bool relu, float *y);
/* scale and shift from a batch norm's parameters, computed in double. */
void pointwise_batchnorm_fold(int64_t c, const float *gamma, const float *beta, const float *mean,
                              const float *variance, double eps, float *scale, float *shift);

/* Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3),
 *     b[c] = a[c] / (k + alpha * sum of a[j]^2, j = c-n/2 .. c+n/2 within 0..C-1)^beta,
 * alpha not divided by n. y is not x. */
typedef struct LrnParams {
    int64_t size; /* n, odd */
    double k, alpha, beta;
} LrnParams;
bool pointwise_lrn(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const LrnParams *p,
                   const float *x, float *y);

/* Softmax over each row of N, C: exp(x - max) / sum, the sum in double. A row with NaN or +infinity
 * comes out as NaN. y is not x. */
bool pointwise_softmax(const KernelContext *k, int64_t n, int64_t c, const float *x, float *y);

/* Option-A shortcut (He et al. 2015, section 4.2): every stride-th pixel from the first; ic
 * channels put in the middle of oc, `before` zero channels first, the rest zero after. */
bool pointwise_subsample(const KernelContext *k, int64_t n, int64_t ic, int64_t ih, int64_t iw,
                         int64_t oc, int64_t before, int64_t stride, const float *x, float *y);

#endif
