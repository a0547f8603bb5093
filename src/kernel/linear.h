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

/* The way back, by blocked GEMM: dx[n][i] = sum over o of dy[n][o] w[o][i] (`add`: added to what
 * lies in dx); dw[o][i] = sum over n of dy[n][o] x[n][i], db[o] = sum over n of dy[n][o]
 * (overwritten; either may be NULL). The order of every sum depends on shape and tier only. */
size_t linear_backward_scratch(CpuTier tier, int64_t n, int64_t in, int64_t out,
                               int threads); /* for either */
bool linear_backward_input(const KernelContext *k, int64_t n, int64_t in, int64_t out,
                           const float *w, const float *dy, bool add, float *dx);
bool linear_backward_weights(const KernelContext *k, int64_t n, int64_t in, int64_t out,
                             const float *x, const float *dy, float *dw, float *db);

#endif
