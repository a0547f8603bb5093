/* A convolution as blocked GEMM, step by step, for showing: which element of which panel meets
 * which at step number so and so, in the blocks and the order that the engine takes
 * (kernel/gemm.h), with the numbers that are in the accumulators then. Knows no screen. Nothing is
 * stored: any step is found from its number at once.
 *
 * A micro-step is one k of one micro-tile: its rows times its columns multiply-adds. Tasks, which
 * the engine's threads share, are taken one after the other. */
#ifndef EXPLAIN_GEMM_WALK_H
#define EXPLAIN_GEMM_WALK_H

#include "kernel/conv.h"

typedef struct GemmWalk {
    ConvShape shape; /* of one picture: n is 1 */
    CpuTier tier;
    GemmPlan plan; /* of one group's product: m = OC/G, n = OH*OW, k = IC/G*KH*KW */
    int64_t steps; /* of all groups */
} GemmWalk;

/* Where a step is: first and count of each loop's range. */
typedef struct GemmSpan {
    int64_t first, count;
} GemmSpan;
typedef struct GemmPlace {
    int64_t group;
    GemmSpan jc, rows;     /* columns and rows of the task's block of C */
    GemmSpan pc;           /* the block of K */
    GemmSpan ic;           /* rows of the part of A */
    GemmSpan jr;           /* columns of the panel of B */
    GemmSpan ir;           /* rows of the micro-tile */
    int64_t k;             /* within pc */
    bool packs_a, packs_b; /* done just before this step */
} GemmPlace;

void gemm_walk_begin(GemmWalk *w, const ConvShape *s, CpuTier tier, int threads);
void gemm_walk_at(const GemmWalk *w, int64_t step, GemmPlace *place);
/* The step at which element (m, n) of a group's C takes its k-th term (k of all of K). */
int64_t gemm_walk_find(const GemmWalk *w, int64_t group, int64_t m, int64_t n, int64_t k);

/* The next or the previous (by = -1) stop: each k, each micro-tile's last k, the first k over a
 * panel, the first k over a part of A. Stays within 0..steps-1. */
typedef enum GemmStride {
    STRIDE_K,
    STRIDE_TILE,
    STRIDE_PANEL,
    STRIDE_PART,
    GEMM_STRIDES
} GemmStride;
int64_t gemm_walk_go(const GemmWalk *w, int64_t step, GemmStride stride, int by);

/* Element (m, k) of a group's A, and (k, n) of its B, the patch matrix. *padding (may be NULL): it
 * is a zero that is nowhere in the picture. */
float gemm_walk_a(const GemmWalk *w, const float *weights, int64_t group, int64_t m, int64_t k);
float gemm_walk_b(const GemmWalk *w, const float *x, int64_t group, int64_t k, int64_t n,
                  bool *padding);
/* Where row k of B lies in the input, for column n: channel, y and x (which may be outside). */
void gemm_walk_source(const GemmWalk *w, int64_t group, int64_t k, int64_t n, int64_t at[3]);

/* The accumulators of the place's micro-tile, ir.count x jr.count, with its step done; rounded as
 * the tier does. */
void gemm_walk_tile(const GemmWalk *w, const GemmPlace *place, const float *x, const float *weights,
                    float *accumulators);
/* What lies in C at (m, n) after `terms` of its K terms, blocks of K whole; the bias is not in. */
float gemm_walk_c(const GemmWalk *w, const float *x, const float *weights, int64_t group, int64_t m,
                  int64_t n, int64_t terms);

/* How often a value is loaded. */
typedef struct GemmLoads {
    int64_t copies;        /* of an input pixel: its places in the patch matrix */
    int64_t naive, packed; /* read by the seven loops; read to be packed */
    int64_t panel;         /* read from the packed panels by the micro-kernel */
} GemmLoads;
GemmLoads gemm_walk_input_loads(const GemmWalk *w, int64_t y, int64_t x); /* of one channel */
GemmLoads gemm_walk_weight_loads(const GemmWalk *w, int64_t ky, int64_t kx);
/* Bytes that the instructions load and store, from wherever they come (most from caches). Least:
 * every input, weight and output once. */
typedef struct GemmBytes {
    double naive, gemm, least;
} GemmBytes;
GemmBytes gemm_walk_bytes(const GemmWalk *w, bool bias);

#endif
