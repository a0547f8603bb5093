/* What the files of the fast plan share; nothing outside engine includes this.
 *
 * fast_list.c makes the steps: what is folded into what, and in which layout each result is.
 * fast_place.c finds each result its place: concatenations take their inputs in where they will
 * lie, and buffers serve again when nobody reads them any more. fast.c packs the weights and runs.
 */
#ifndef ENGINE_FAST_PARTS_H
#define ENGINE_FAST_PARTS_H

#include "engine/fast.h"

typedef enum Layout { LAYOUT_PLANES, LAYOUT_BLOCKS, LAYOUTS } Layout;

/* A result in one layout. */
typedef struct Value {
    Layout layout;
    Tensor planes;
    Blocks blocks;
    size_t floats;
    int within; /* the value in which this one lies, `at` floats from its start; -1: it is a buffer
                   of its own */
    int64_t at;
    int read; /* of a buffer: the last step that reads it, or any value within */
    int slot; /* of a buffer; -1: none (the picture) */
} Value;

typedef enum StepKind {
    STEP_PLANES,
    STEP_BLOCKS,
    STEP_TO_PLANES,
    STEP_TO_BLOCKS,
    STEP_ALIAS
} StepKind;

/* One computation: a node, with the nodes before and after it that are folded into it. */
typedef struct Step {
    StepKind kind;
    int node, out;
    int in_count, *in; /* values */
    int residual;      /* the value added at the end; -1: none */
    LayerFusion fusion;
    LayerBlocks b;
    const float *filter_scale; /* of a convolution in blocks: by output channel, or NULL */
    float *packed;
    size_t packed_floats;
    const Tensor **planes; /* by input: of the values */
    const Blocks **blocks;
    int64_t work;
    double ms; /* in the last run */
} Step;

typedef struct Slot { /* a buffer */
    size_t floats;
    int free_after; /* the last step that reads it */
} Slot;

struct FastPlan {
    const Model *model;
    RunOptions options;
    Pool *pool;
    int64_t batch;
    Arena arena;
    Step *steps;
    Value *values;
    Slot *slots;
    int step_count, value_count, slot_count;
    int (*value_of)[LAYOUTS]; /* by node; -1: not in that layout */
    int picture[LAYOUTS], answer;
    float *memory, *scratch, *packed;
    size_t memory_floats, scratch_floats, packed_floats;
};

enum { VALUE_NONE = -1 };

bool fast_list(FastPlan *p, Error *err);
bool fast_place(FastPlan *p, Error *err); /* after fast_list: slots and their sizes */
void fast_point(FastPlan *p);             /* once there is memory: where each value lies */

/* The node whose output is the answer before any softmax at the end. */
int fast_answer_node(const Graph *g);
LayerCall fast_call(const FastPlan *p, const Step *step, const KernelContext *kernel);
bool fast_is_type(const Node *node, const char *name);

#endif
