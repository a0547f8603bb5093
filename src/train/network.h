/* A network laid out for learning: every activation of a batch, the way back through the layers,
 * and all weights in one run of numbers, so that optimiser, average and checkpoint are plain loops.
 *
 * A ReLU that alone reads a convolution, fully connected layer, batch norm or addition is computed
 * with it; a softmax at the end belongs to the loss. Layers that the logits do not depend on are
 * left out. */
#ifndef TRAIN_NETWORK_H
#define TRAIN_NETWORK_H

#include "engine/run.h"
#include "model/model.h"
#include "train/loss.h"

typedef struct TrainNet TrainNet;

/* For batches of up to `batch` items. Starts from the model's weights, which it copies; model and
 * pool must outlive it. Errors: a layer type that cannot learn, an output that is not (classes),
 * memory (with the figures). */
TrainNet *train_net_new(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                        Error *err);
void train_net_free(TrainNet *net); /* NULL is fine */
uint64_t train_net_bytes(const TrainNet *net);

/* The weights: first kernels (which decay), then biases, gammas and betas, then the running
 * statistics, which are not learned. Padding between them is 0 and stays so. */
typedef struct TrainSizes {
    size_t kernels, learned, all; /* where each part ends */
} TrainSizes;
TrainSizes train_net_sizes(const TrainNet *net);
float *train_net_weights(TrainNet *net);        /* all */
const float *train_net_gradient(TrainNet *net); /* learned; after train_net_learn */
float *train_net_input(TrainNet *net);          /* batch x C x H x W, for the caller to fill */
int64_t train_net_classes(const TrainNet *net);

/* Forward in training mode and back: fills the gradient of the mean loss of a whole batch and moves
 * the running statistics on. (seed, step) draws dropout. False with err ERROR_CANCELLED: weights
 * are as they were but for those statistics. */
bool train_net_learn(TrainNet *net, const int32_t *labels, const LabelMix *mixes, double smoothing,
                     uint64_t seed, uint64_t step, Job *job, Loss *loss, Error *err);
/* What a way back leaves behind to look at. */
typedef struct TrainWatch {
    double *rms;  /* by node: the root mean square of the loss's gradient by its outputs, set where
                     one comes by (of a ReLU that is computed with a layer, at the ReLU) */
    int node;     /* of this node the whole gradient of the batch's first item is copied; */
    float *first; /* NULL: of none */
} TrainWatch;
/* Lent, filled by every train_net_learn from now on; NULL: no more. */
void train_net_watch(TrainNet *net, const TrainWatch *watch);
/* The root mean square of a node's kernel and of its gradient. False: it learns none. */
bool train_net_kernel(const TrainNet *net, int node, double *kernel, double *gradient);
/* Inference of the first `count` items with these weights (NULL: its own). */
bool train_net_score(TrainNet *net, const float *weights, const int32_t *labels, int64_t count,
                     Job *job, Loss *loss, Error *err);

/* Copies a run of weights, ordered as train_net_weights, into a model of the same graph whose
 * weights are random ones or set by this. */
void train_net_export(const TrainNet *net, const float *weights, Model *model);
/* Of names, shapes, parameters and connections: two networks that differ have different ones. */
uint64_t train_net_fingerprint(const TrainNet *net);

#endif
