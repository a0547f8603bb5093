/* A Run: one input, all activations of every node, and how long each took.
 *
 * Step mode: nodes are computed one at a time in order, nothing is fused, no buffer is reused, so
 * every activation can be looked at. The cursor can step back at no cost: what was computed stays.
 * A node is published once and for good; other threads may read published nodes while later ones
 * are computed. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "base/pool.h"
#include "model/model.h"

typedef struct RunOptions {
    ConvPath path;
    CpuTier tier;
} RunOptions;

/* For what is explained, or looked at number by number: auto is GEMM, which differs from the sums
 * that are told by rounding only. */
RunOptions run_exact(RunOptions options);

typedef struct Run Run;

/* What a Run of this batch takes: every activation and the input, and the scratch. */
typedef struct RunMemory {
    uint64_t weights, activations, scratch;
} RunMemory;
bool run_memory(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                RunMemory *memory, Error *err);

/* The input, (N, C, H, W) with C, H, W as the graph says, is copied. The model must have weights
 * and outlive the Run, as must the pool. Refused (ERROR_MACHINE with the figures) if the machine
 * lacks the memory. Counted by reference: run_new gives one, run_release drops one (NULL is fine).
 */
Run *run_new(const Model *model, const Tensor *input, const RunOptions *options, Pool *pool,
             Error *err);
/* What a node is told to put out, instead of what its layer computes: as many values as its output
 * holds, or NULL for zeros. */
typedef struct RunGiven {
    int node;
    const float *values; /* copied */
} RunGiven;
/* base's network on base's input, in which these nodes put out what is given. What follows from
 * them is computed anew; the other nodes' values are base's own, as far as it has computed them,
 * and cost neither time nor memory. Retains base, which may go on computing meanwhile. A node that
 * is given twice puts out the last. */
Run *run_new_given(Run *base, const RunGiven *given, int count, Error *err);
/* The same run on another input of the same shape, with nothing computed. Only for a run that
 * nobody else looks at, and that was made by run_new. */
void run_restart(Run *run, const Tensor *input);
Run *run_retain(Run *run);
void run_release(Run *run);

/* Computes the node at the cursor, unless it is computed already, and moves on. False: cancelled or
 * failed; the cursor stays and the Run can go on later. At the end it returns true and stays. */
bool run_step(Run *run, Job *job, Error *err);
bool run_back(Run *run); /* false at the beginning */
/* Steps until node `last` is computed (run_all: to the end). */
bool run_until(Run *run, int last, Job *job, Error *err);
bool run_all(Run *run, Job *job, Error *err);

int run_cursor(const Run *run);   /* the next node to compute or show; node_count at the end */
int run_computed(const Run *run); /* nodes 0 .. this - 1 are published */
/* A node's output, (N, ...), or NULL if it is not computed; GRAPH_IMAGE is the input. */
const Tensor *run_output(const Run *run, int node);
/* The call of a computed node's layer as it was made, for going back through it. `in` gets its
 * inputs; both it and the kernel are the caller's. */
LayerCall run_call(const Run *run, int node, const KernelContext *kernel, const Tensor **in);
double run_node_ms(const Run *run, int node); /* 0 if not computed */
const Model *run_model(const Run *run);
const RunOptions *run_options(const Run *run);
Pool *run_pool(const Run *run);
int64_t run_work(const Run *run); /* what a whole pass adds to Job.done */

/* The logits: the input of a softmax at the end, else the last output. And its probabilities: the
 * softmax's output if the network has one at the end, else NULL. NULL until computed. */
const Tensor *run_logits(const Run *run);
const Tensor *run_probabilities(const Run *run);

#endif
