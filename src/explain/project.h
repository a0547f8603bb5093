/* What in this picture excites a unit: its activation sent back down the network to the pixels
 * (Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section
 * 2.1), layer by layer, by any of the rules of layer/layer.h.
 *
 * Nothing but the unit's own activation starts on the way; nothing is added on it (no bias); batch
 * norm multiplies by gamma over its deviation; a sum passes the signal on to both terms, a
 * concatenation to each its slice, and what a node sent to several places comes back as their sum.
 * The result is signed. */
#ifndef EXPLAIN_PROJECT_H
#define EXPLAIN_PROJECT_H

#include "engine/run.h"
#include "explain/rules.h"

/* What is sent; everything else is 0. */
typedef enum SeedKind {
    SEED_MAX,  /* the channel's largest activation, the first in reading order among equals */
    SEED_ALL,  /* the whole channel */
    SEED_AT,   /* the channel's activation at (y, x) */
    SEED_ONE,  /* the number 1 at the channel's (y, x): the gradient proper, of a class's logit */
    SEED_NOISE /* normal noise in every channel, drawn by `random`, as strong (L2) as the channel's
                  activation: what the way down makes of no signal at all */
} SeedKind;
typedef struct Seed {
    SeedKind kind;
    int64_t channel; /* of a vector: which number */
    int64_t y, x;
    uint64_t random;
} Seed;

/* Where a way down began. Of a vector, y and x are 0. */
typedef struct ProjectionStart {
    int node;
    int64_t channel, y, x; /* of SEED_ALL: where the largest lies */
    float value;           /* the largest number that is sent */
} ProjectionStart;

typedef struct Projection Projection;

/* From a node of a run of one picture down to another, or to GRAPH_IMAGE. A softmax is not walked
 * through: the way begins at its logits. `keep`: the signal of every stage stays to be looked at;
 * else room is used again. The run is retained. Refused (ERROR_MACHINE) if the machine lacks the
 * memory, (ERROR_EXPECTED) if no way leads from one to the other or the run has several pictures.
 */
Projection *projection_new(Run *run, int from, int to, bool keep, Error *err);
void projection_free(Projection *p); /* NULL is fine */

/* Puts the seed in its place; may be called again and again. The run must have computed the node.
 * `other`, for SWITCHES_OTHER: a run of the same network on another picture that has computed as
 * much; it must live until the end. Errors name a channel or place that the node does not have. */
bool projection_begin(Projection *p, const LayerRules *rules, const Run *other, const Seed *seed,
                      Error *err);
/* Goes back through one layer, that of projection_next. At the end it returns true and does
 * nothing. False: cancelled or failed; the projection must begin anew. */
bool projection_step(Projection *p, Job *job, Error *err);
bool projection_all(Projection *p, Job *job, Error *err);

/* The node whose layer comes next, its signal being complete; at the end the node (or GRAPH_IMAGE)
 * that was asked for. */
int projection_next(const Projection *p);
bool projection_at_end(const Projection *p);
int projection_steps(const Projection *p); /* in all */
/* The signal at a node's output (or at the picture), with a batch of 1; NULL if it is not complete,
 * not on the way, or no longer kept. */
const Tensor *projection_signal(const Projection *p, int node);
/* Where the windows of a max pool on the way send back to: (C, OH, OW) of indexes y * IW + x within
 * a map of its input, -1 for none. The projection must have begun and not be working. Errors: the
 * node is no max pool on the way. */
bool projection_switches(const Projection *p, int node, int32_t *switches, Error *err);
const ProjectionStart *projection_start(const Projection *p);
const LayerRules *projection_rules(const Projection *p);
int64_t projection_work(const Projection *p); /* about what a whole way adds to Job.done */
uint64_t projection_bytes(const Projection *p);

#endif
