/* What a network answers. */
#ifndef ENGINE_RESULT_H
#define ENGINE_RESULT_H

#include "engine/run.h"

typedef struct Result {
    Tensor logits, probabilities; /* N, classes; a network without a softmax at its end gets one */
    double ms;                    /* of the whole pass */
} Result;

/* Of a Run computed to its end; copies in the arena. */
bool result_of_run(Result *result, const Run *run, Arena *arena, Error *err);
/* From the logits alone: (N, ...), taken as N rows. */
bool result_of_logits(Result *result, const Tensor *logits, const RunOptions *options, Pool *pool,
                      Arena *arena, Error *err);
/* The mean over the items of -log p[label], and whether the label is first, and among the first
 * five: ties count for the lower index. Labels outside 0..classes-1 are not allowed. */
void result_score(const Result *result, const int *labels, double *loss, int64_t *top1,
                  int64_t *top5);

#endif
