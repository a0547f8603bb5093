/* Inverted dropout: y[i] = x[i] / (1 - p) with probability 1 - p, else 0 (Srivastava et al. 2014,
 * section 10, the weights left as they are in inference). */
#ifndef KERNEL_DROPOUT_H
#define KERNEL_DROPOUT_H

#include "kernel/kernel.h"

/* Whether i is kept is a function of (seed, stream, i): word i of that stream (base/random.h) is at
 * least p * 2^32. What is dropped becomes 0 whatever it was; p = 1 drops all. The way back is the
 * same map from the gradient of y to that of x, added to y if add. y may be x. */
bool dropout(const KernelContext *k, int64_t count, double p, uint64_t seed, uint64_t stream,
             const float *x, float *y, bool add);

#endif
