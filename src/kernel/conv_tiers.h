/* What the files of the convolution's way back share; nothing outside kernel includes this. */
#ifndef KERNEL_CONV_TIERS_H
#define KERNEL_CONV_TIERS_H

#include "kernel/gemm_tiers.h"

/* Products of a picture, where it lies, with a packed panel:
 *
 *     c[i][j*c_row + v] (+)= sum over item, y, x of
 *         a[i][j*a_row + item*item_step + y*row_step + x*step] * b[item][y][x][v]
 *
 * for groups i and the CONV_ROWS rows j of each: taps beside each other, or channels. A group is
 * what one register can address, so that the inner loop holds all of them. */
enum { CONV_ROWS = 3, CONV_GROUPS_MAX = 4 };
typedef struct ConvTile {
    const float *a[CONV_GROUPS_MAX];
    int64_t a_row, step, row_step, item_step;
    int64_t items, height, width; /* of the loops item, y, x */
    const float *b;               /* items, height, width, a panel's columns */
    float *c[CONV_GROUPS_MAX];
    int64_t c_row;
    bool add; /* to what lies in c */
} ConvTile;
typedef void (*ConvMicro)(const ConvTile *tile);
/* sums[v] (+)= the sum of a panel's column v. */
typedef void (*ConvSums)(const float *panel, int64_t positions, float *sums, bool add);

typedef struct ConvTier {
    int groups, lanes;                                  /* most of a tile; of a vector */
    ConvMicro micro[CONV_GROUPS_MAX][GEMM_VECTORS_MAX]; /* [groups-1][vectors-1] */
    ConvSums sums[GEMM_VECTORS_MAX];
} ConvTier;
extern const ConvTier conv_tier_ref;
#if defined(KERNEL_X86)
extern const ConvTier conv_tier_avx2;
extern const ConvTier conv_tier_avx512;
#endif

size_t conv_weights_scratch(CpuTier tier, const ConvShape *s, int threads);

#endif
