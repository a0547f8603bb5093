/* Blocked matrix multiplication, C[M][N] = epilogue(A[M][K] B[K][N]), after Goto and van de Geijn,
 * "Anatomy of high-performance matrix multiplication" (2008), and BLIS (Van Zee and van de Geijn
 * 2015): five loops jc, pc, ic, jr, ir round a microkernel that keeps an MR x NR tile of C in
 * registers, over panels of A and B packed so that it reads both in order.
 *
 * Sums: each block of KC along K is summed from 0 in order and added to C; KC is a constant of the
 * tier. So an element's bits depend on K, the tier and its row and column's data only. */
#ifndef KERNEL_GEMM_H
#define KERNEL_GEMM_H

#include "kernel/kernel.h"

/* The tile and block sizes of a tier. */
typedef struct GemmBlocks {
    int mr, nr;     /* micro-tile */
    int mc, nc, kc; /* a part of A: mc x kc; a block of C: at most nc columns */
} GemmBlocks;
GemmBlocks gemm_blocks(CpuTier tier);

/* Where B comes from: packs rows k0..k0+kc-1 of columns n0..n0+nc-1 (nc <= nr) into panel[kc][nr],
 * columns from nc on zero. This is how im2col is fused. */
typedef void (*GemmPackB)(const void *source, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
                          int nr, float *panel);
typedef struct GemmMatrix { /* the plain source: element (k, n) is data[k*row + n*col] */
    const float *data;
    int64_t row, col;
} GemmMatrix;
void gemm_pack_matrix(const void *matrix, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                      float *panel);

/* What happens to each finished element, in this order: v = v*scale[m] + shift[m]; v += residual;
 * v = max(v, 0). Any pointer may be NULL. For a plain bias scale is NULL. */
typedef struct GemmEpilogue {
    const float *scale, *shift; /* M: one a row */
    const float *column_shift; /* N: one a column (the bias of a batch of fully connected layers) */
    const float *residual;     /* laid out as C */
    bool relu;                 /* NaN stays NaN */
} GemmEpilogue;

typedef struct Gemm {
    int64_t m, n, k;
    GemmMatrix a;          /* element (m, k) */
    const float *packed_a; /* the same by gemm_pack_a, or NULL */
    GemmPackB pack_b;
    const void *b; /* for pack_b */
    float *c;      /* row-major with row stride ldc */
    int64_t ldc;
    bool add; /* to what lies in C; else it is overwritten */
    GemmEpilogue epilogue;
} Gemm;

/* A packed once for many products (weights): floats, and the packing, which belongs to a tier. The
 * product's bits are the same. */
size_t gemm_packed_size(int64_t m, int64_t k);
void gemm_pack_a(CpuTier tier, const GemmMatrix *a, int64_t m, int64_t k, float *packed);

/* How gemm_run cuts a product, for those who want to look at it: A lies row by row without gaps and
 * is not packed beforehand. Micro-tiles are dealt out evenly (64 rows by 14 at most are
 * 13+13+13+13+12) to row blocks, panels of blocks.nr columns to column blocks; a pair of these is a
 * task, taken row block by row block within a column block. A task goes over K in steps of
 * blocks.kc, and in each over its parts of A, over panels and over micro-tiles. */
typedef struct GemmPlan {
    GemmBlocks blocks; /* mr is the most rows of a micro-tile here */
    int64_t m, n, k;
    int64_t tiles, panels, row_blocks, col_blocks;
    bool narrow; /* each micro-tile is a part of A, as C is narrow; else about blocks.mc rows are */
    bool direct; /* A is read where it lies */
} GemmPlan;
GemmPlan gemm_plan(CpuTier tier, int64_t m, int64_t n, int64_t k, int64_t items, int threads);
int64_t gemm_plan_parts(const GemmPlan *plan, int64_t tiles); /* of a row block of so many */
/* Of `count` things dealt out to `parts`, the first that part i gets; i = parts: count. */
int64_t gemm_dealt(int64_t count, int64_t parts, int64_t i);

size_t gemm_scratch(CpuTier tier, int64_t m, int64_t n, int64_t k, int threads); /* floats */
/* Progress: m*n*k in all. Splits C among threads in both dimensions. */
bool gemm_run(const KernelContext *ctx, const Gemm *g);

#endif
