/* What gemm.c and the tiers' files share; nothing outside kernel includes this.
 *
 * Packed operands of one block of K (kc rows, padded with zeros to `depth`, a multiple of 4):
 *   A  [depth/4][rows][4]  one sliver for each micro-tile: packing copies four k at a time where A
 *                          lies row by row, and the microkernel reads it in order
 *   B  [depth][width]      one panel of `width` columns, a whole number of vectors */
#ifndef KERNEL_GEMM_TIERS_H
#define KERNEL_GEMM_TIERS_H

#include "kernel/im2col.h"

/* Before a loop of n steps, n a constant: unrolled wholly, early enough for arrays indexed by it to
 * become registers. */
#define GEMM_PRAGMA(text) _Pragma(#text)
#ifdef KERNEL_ROLLED /* sanitized builds, where compilers take minutes over unrolled tiles */
#define UNROLL(n)
#define GEMM_TILE static __attribute__((noinline))
#else
#define GEMM_TILE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL(n) GEMM_PRAGMA(clang loop unroll(full))
#else
#define UNROLL(n) GEMM_PRAGMA(GCC unroll n)
#endif
#endif

/* One micro-tile: C[rows][columns] = epilogue(before + A B), before being 0 for the first block of
 * K and C for the others; the epilogue (offset to the tile's corner) is applied with the last. */
typedef struct GemmTile {
    const float *a, *b;
    int64_t a_row; /* direct only: element (r, k) of A is a[r*a_row + k] */
    int64_t depth;
    float *c;
    int64_t ldc;
    const float *next; /* where the next tile of C begins: to be prefetched */
    int columns;       /* 1..width; nothing beyond them is read or written */
    bool first;
    const GemmEpilogue *epilogue; /* NULL unless this is the last block of K */
} GemmTile;
typedef void (*GemmMicro)(const GemmTile *tile);

enum { GEMM_ROWS_MAX = 14, GEMM_VECTORS_MAX = 2 };

typedef struct GemmTier {
    GemmBlocks blocks;
    int lanes;                                         /* of a vector; nr is a multiple */
    GemmPackB pack_matrix;                             /* gemm_pack_matrix, faster */
    GemmPackB pack_patches;                            /* of a ConvPatches (im2col.h) */
    GemmMicro micro[GEMM_ROWS_MAX][GEMM_VECTORS_MAX];  /* [rows-1][vectors-1] */
    GemmMicro direct[GEMM_ROWS_MAX][GEMM_VECTORS_MAX]; /* the same, A where it lies */
    int direct_rows; /* of these at most, where A's rows lie a multiple of 4 KB apart and so share
                        the same few lines of the first-level cache; 0: there are none */
} GemmTier;
const GemmTier *gemm_tier(CpuTier tier);

extern const GemmTier gemm_tier_ref;
#if defined(KERNEL_X86)
extern const GemmTier gemm_tier_avx2;
extern const GemmTier gemm_tier_avx512;
#endif

/* `count` products of one shape as one run of the pool: item(context, i, g, source) fills in the
 * i-th; `source` is room for what g->b points to. All must have the shape (m, n, k) given. Scratch:
 * gemm_scratch(m, n, k). */
typedef union GemmSource {
    GemmMatrix matrix;
    ConvPatches patches;
} GemmSource;
typedef void (*GemmItem)(const void *context, int64_t i, Gemm *g, GemmSource *source);
bool gemm_run_items(const KernelContext *ctx, int64_t count, int64_t m, int64_t n, int64_t k,
                    GemmItem item, const void *context);

#endif
