/* Batch norm while a network learns, over N, C, plane (Ioffe and Szegedy 2015, algorithm 1): each
 * channel is normalised by the mean and the variance of its own n * plane values, summed in an
 * order that only the shape decides. */
#ifndef KERNEL_BATCHNORM_H
#define KERNEL_BATCHNORM_H

#include "kernel/kernel.h"

/* The share of a batch in the running statistics, as in PyTorch. */
#define BATCHNORM_MOMENTUM 0.1

typedef struct BatchNorm {
    int64_t n, c, plane;
    double eps;
    const float *gamma, *beta; /* C */
    bool relu;                 /* max(y, 0) follows */
} BatchNorm;

/* y = (x - mean) * inverse * gamma + beta, where mean and inverse, each C, become those of x:
 * inverse = 1 / sqrt(variance + eps), the variance divided by n * plane. The running statistics,
 * each C (both may be NULL), go a tenth of the way to the batch's mean and to its variance divided
 * by n * plane - 1, as PyTorch's do; of a single value the variance is 0. y is not x. */
bool batchnorm_train(const KernelContext *k, const BatchNorm *b, const float *x, float *y,
                     float *mean, float *inverse, float *running_mean, float *running_variance);

/* The way back: the gradients of a loss with respect to x (added to what lies there if add), gamma
 * and beta, from that with respect to y; each may be NULL if it is not wanted. `statistics`: mean
 * and inverse are those of x and change with it (algorithm 1); else they are constants (algorithm
 * 2). b->relu: y was max(y, 0); which values it cut off is computed anew from x, as
 * batchnorm_train computes it. */
bool batchnorm_backward(const KernelContext *k, const BatchNorm *b, const float *x,
                        const float *grad_y, const float *mean, const float *inverse,
                        bool statistics, float *grad_x, bool add, float *grad_gamma,
                        float *grad_beta);

#endif
