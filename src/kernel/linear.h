/* Fully connected: y[n][o] = bias[o] + sum over i of w[o][i] x[n][i]. */
#ifndef KERNEL_LINEAR_H
#define KERNEL_LINEAR_H

#include "kernel/kernel.h"

/* One accumulator in order of i; the specification. */
bool linear_naive(const KernelContext *k, int64_t n, int64_t in, int64_t out, const float *x,
                  const float *w, /* OUT, IN */ const float *bias /* OUT, or NULL */, float *y);
/* Fast: for a small batch each weight is read once, in the order it lies in (dot products over a
 * fixed number of lanes joined in a fixed order); for a larger one a GEMM. Which one depends on the
 * shape only. */
size_t linear_fast_scratch(CpuTier tier, int64_t n, int64_t in, int64_t out, int threads);
bool linear_fast(const KernelContext *k, int64_t n, int64_t in, int64_t out, const float *x,
                 const float *w, const float *bias, bool relu, float *y);

#endif
