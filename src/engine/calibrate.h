/* Batch-norm statistics for random weights. With mean 0 and variance 1 the signal of a deep network
 * would explode or fade; so each batch norm gets the mean and variance of its own input on one
 * drawn test picture, layer by layer, as training's first batch would have given it. */
#ifndef ENGINE_CALIBRATE_H
#define ENGINE_CALIBRATE_H

#include "engine/run.h"

/* The test picture: coloured waves, blobs and edges, normalised as the network's inputs are; the
 * same on every machine. out: 1, C, H, W. */
void calibrate_picture(const Shape *input, float *out);
/* Sets running_mean and running_var of a model with random weights, by one pass over the test
 * picture in the given tier (so they differ between tiers by rounding, never between numbers of
 * threads). Nothing to do without batch norm. */
bool calibrate_batchnorm(Model *model, const RunOptions *options, Pool *pool, Job *job, Error *err);

#endif
