/* What the benches about blocks of one kind look at: the parts of a residual block, the branches of
 * an inception block with their costs, the layers of a dense block. Follows from the graph alone.
 */
#ifndef SESSION_LAB_H
#define SESSION_LAB_H

#include "session/session.h"

/* Blocks of a kind in the order of their depth. */
int lab_count(const Graph *g, BlockKind kind);
int lab_block(const Graph *g, BlockKind kind, int index); /* -1: there are not so many */

/* He et al. 2015, "Deep residual learning for image recognition": y = ReLU(F(x) + x). */
typedef struct LabResidual {
    int block;
    int input;    /* x: the node that the block starts from, */
    int f;        /* F(x): the last node of the branch with the convolutions, */
    int shortcut; /* and what is added to it: x, or what a projection or subsampling made of it */
    int sum, output;
    bool identity;
} LabResidual;
LabResidual lab_residual(const Graph *g, int block);
/* The root of the mean square of a node's values: comparable between maps of different sizes. */
double lab_rms(const Stats *stats);

/* A branch of an inception block (Szegedy et al. 2014): a 1x1 alone; a larger convolution behind a
 * 1x1 that reduces; a pool before a 1x1 that projects. */
typedef enum LabLane { LANE_SINGLE, LANE_REDUCED, LANE_POOL } LabLane;
typedef struct LabBranch {
    LabLane lane;
    int kernel;                          /* of the convolution that is not the 1x1; else 1 */
    int64_t in, reduced, out, plain_out; /* channels; reduced 0: nothing is. plain_...: without */
    int64_t macs, plain_macs;            /* 1x1 reductions, on the block's own input */
    int64_t weights, plain_weights;      /* of the kernels, biases left out */
} LabBranch;
enum { LAB_BRANCHES = 4 };
typedef struct LabInception {
    int block, branches;
    LabBranch branch[LAB_BRANCHES], all; /* all: the sums */
} LabInception;
LabInception lab_inception(const Graph *g, int block);

/* A dense block (Huang et al. 2017): layer i (from 1 on) makes the slice i of the stack; slice 0 is
 * what comes into the block. Whoever reads the stack through weights is a consumer: the 1x1 of each
 * layer, and the layer with weights that follows the block (the transition's 1x1, or the
 * classifier). */
enum { LAB_LAYERS_MAX = 256 };
typedef struct LabDense {
    int block, layers;
    int64_t input;                     /* channels of slice 0, */
    int64_t growth;                    /* and of each other: the growth rate k */
    int makers[LAB_LAYERS_MAX];        /* the node that makes slice i; [0]: the block's input */
    int consumers[LAB_LAYERS_MAX + 1]; /* of layer i at [i - 1]; the last: of what follows; -1:
                                          there is none */
} LabDense;
bool lab_dense(const Graph *g, int block, LabDense *dense);

#endif
