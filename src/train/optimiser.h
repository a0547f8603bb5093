/* Stochastic gradient descent with momentum, as PyTorch defines it (dampening 0):
 *
 *     g = gradient + decay * w;   v = momentum * v + g;   w -= rate * (nesterov ? g + momentum * v
 * : v)
 *
 * (Sutskever et al. 2013 for Nesterov's; weight decay as an L2 penalty.) */
#ifndef TRAIN_OPTIMISER_H
#define TRAIN_OPTIMISER_H

#include "base/pool.h"
#include <stddef.h>

typedef struct Sgd {
    double rate, momentum, decay;
    bool nesterov;
} Sgd;

/* One run of numbers; in parallel over the pool; same bits for any number of threads. */
bool sgd_step(const Sgd *sgd, Pool *pool, size_t count, const float *gradient, float *velocity,
              float *weights);
/* average = decay * average + (1 - decay) * weights. */
bool sgd_average(double decay, Pool *pool, size_t count, const float *weights, float *average);
/* The L2 norm, summed in double in an order that does not depend on threads. */
double sgd_norm(Pool *pool, size_t count, const float *values);

#endif
