/* The way back through the kernels of pointwise.h, pool2d.h and the like: from the gradient of a
 * loss with respect to y (or out) to that with respect to x. Each grad_x is overwritten, or with
 * `add` added to. Unless it is said, a gradient does not overlap another array. */
#ifndef KERNEL_BACKWARD_H
#define KERNEL_BACKWARD_H

#include "kernel/pointwise.h"
#include "kernel/pool2d.h"

/* Through a ReLU: grad_y, but 0 where the result y is not above 0 (unless y is NULL) and, if
 * `positive`, where grad_y is below 0. grad_x may be grad_y. */
bool backward_rectify(const KernelContext *k, int64_t count, const float *y, bool positive,
                      const float *grad_y, float *grad_x, bool add);
/* By the result y: grad_y (1 - y^2); grad_y y (1 - y); grad_y. grad_x may be grad_y. */
bool backward_tanh(const KernelContext *k, int64_t count, const float *y, const float *grad_y,
                   float *grad_x, bool add);
bool backward_sigmoid(const KernelContext *k, int64_t count, const float *y, const float *grad_y,
                      float *grad_x, bool add);
bool backward_copy(const KernelContext *k, int64_t count, const float *grad_y, float *grad_x,
                   bool add);

/* Of pointwise_add to both terms in one pass; y not NULL: it was max(a + b, 0), and grad_y becomes
 * 0 where that is not above 0. grad_a and grad_b may be NULL (not wanted), one buffer, or grad_y.
 */
bool backward_add(const KernelContext *k, int64_t count, const float *y, float *grad_y,
                  float *grad_a, bool add_a, float *grad_b, bool add_b);

/* Local response normalisation. With s the sum that is raised to beta,
 *     dx[c] = dy[c] s[c]^-beta - 2 alpha beta x[c] sum of dy[j] y[j] / s[j], j in c's window.
 * grad_y is used up. */
bool backward_lrn(const KernelContext *k, int64_t n, int64_t c, int64_t plane, const LrnParams *p,
                  const float *x, const float *y, float *grad_y, float *grad_x, bool add);

/* Softmax over each row of N, C: dx = y (dy - sum of dy y), the sum in double. */
bool backward_softmax(const KernelContext *k, int64_t n, int64_t c, const float *y,
                      const float *grad_y, float *grad_x, bool add);

/* As pointwise_subsample. */
bool backward_subsample(const KernelContext *k, int64_t n, int64_t ic, int64_t ih, int64_t iw,
                        int64_t oc, int64_t before, int64_t stride, const float *grad_y,
                        float *grad_x, bool add);

/* A window's gradient goes to its largest value: switches are those of pool_max. */
bool backward_pool_max(const KernelContext *k, const PoolShape *s, const int32_t *switches,
                       const float *grad_y, float *grad_x, bool add);
/* A window's gradient goes to all its cells in equal parts. */
bool backward_pool_average(const KernelContext *k, const PoolShape *s, const float *grad_y,
                           float *grad_x, bool add);

#endif
