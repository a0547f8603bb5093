/* Which part of a picture an answer rests on: a square of one colour slides over it, and each time
 * the network is asked again (Zeiler and Fergus 2014, section 4.2 and figure 7). What fills the
 * square matters, as does which place a score is given to: here score (i, j) belongs to the square
 * whose top left corner lies at (i * stride, j * stride); squares lie wholly inside. */
#ifndef EXPLAIN_OCCLUSION_H
#define EXPLAIN_OCCLUSION_H

#include "engine/run.h"

typedef struct OcclusionOptions {
    int64_t patch, stride; /* 0: an eighth of the picture; half the patch, rounded up */
    float fill;            /* as the network's input has it: 0 is the mean colour */
    int label;             /* the class; -1: that which the whole picture is likeliest */
    int node;              /* whose strongest map is summed; GRAPH_IMAGE: none */
    int64_t channel;       /* which map; -1: that with the largest sum on the whole picture */
    int batch;             /* pictures at a time; 0: 8 */
} OcclusionOptions;

/* What is known so far. Scores that are not computed yet are NaN (best: -1). */
typedef struct OcclusionView {
    int64_t rows, columns, patch, stride, channel, done; /* done: scores, in reading order */
    int label, node;
    float whole_probability, whole_sum; /* without any square */
    const float *probability;           /* rows, columns: of the class */
    const float *sum;                   /* of the map; NULL without a node */
    const int *best;                    /* the likeliest class */
} OcclusionView;

typedef struct Occlusion Occlusion;

/* `input` is one picture, (1, C, H, W), and is copied. Model and pool must outlive it. Computes the
 * whole picture first. Errors name a class, channel, patch or stride that does not fit. */
Occlusion *occlusion_new(const Model *model, const Tensor *input, const OcclusionOptions *options,
                         const RunOptions *how, Pool *pool, Job *job, Error *err);
void occlusion_free(Occlusion *o); /* NULL is fine */
/* Computes the next batch of scores. At the end it returns true and does nothing. False: cancelled
 * or failed; what is done stays. */
bool occlusion_step(Occlusion *o, Job *job, Error *err);
bool occlusion_all(Occlusion *o, Job *job, Error *err);
bool occlusion_at_end(const Occlusion *o);
const OcclusionView *occlusion_view(const Occlusion *o);
int64_t occlusion_work(const Occlusion *o); /* what all steps add to Job.done */

/* For an overlay: out (H, W of the input) gets at each pixel the mean of the scores of the squares
 * that cover it, so far; NaN where none does. `scores` is the view's probability or sum. */
void occlusion_spread(const Occlusion *o, const float *scores, float *out);

#endif
