/* The fast plan: the same network with maps in blocks of 16 channels (kernel/blocked.h) and weights
 * packed once. Batch norm, ReLU and additions are folded into the convolutions beside them, 3x3 go
 * by Winograd where that pays, concatenations are computed where they lie, and buffers serve again
 * as soon as nothing needs them. It keeps no activations to look at; its answers differ from step
 * mode's by rounding only (relative L2 of 1e-5; where Winograd is used, of 1e-4). */
#ifndef ENGINE_FAST_H
#define ENGINE_FAST_H

#include "engine/result.h"
#include "engine/run.h"

typedef struct FastPlan FastPlan;

/* For inputs of this batch. On the naive path nothing is fused. Refused like run_new if the machine
 * lacks the memory. The model and the pool must outlive it. */
FastPlan *fast_new(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                   Error *err);
void fast_free(FastPlan *plan); /* NULL is fine */
/* May be called often. The result lies in the arena. */
bool fast_run(FastPlan *plan, const Tensor *input, Job *job, Arena *arena, Result *result,
              Error *err);
/* What it is made of, in order. */
typedef struct FastStep {
    const char *node; /* the layer; others may be folded into it */
    const char *way;  /* "planes", "picture", "gemm", "winograd", "blocks", "to planes", ... */
    int64_t macs;     /* of the batch, as the layer is defined; 0: it is no convolution */
    double ms;        /* in the last run */
} FastStep;
int fast_step_count(const FastPlan *plan);
FastStep fast_step(const FastPlan *plan, int i);
int64_t fast_work(const FastPlan *plan);   /* what a pass adds to Job.done */
uint64_t fast_bytes(const FastPlan *plan); /* of its buffers and scratch */

#endif
