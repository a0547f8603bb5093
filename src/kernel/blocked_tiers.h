/* What the files of the blocked kernels share; nothing outside kernel includes this.
 *
 * One microkernel serves 1x1 convolutions (the picture where it lies), all others (pixels packed
 * side by side) and Winograd's products: `rows` pixels by 16*wide channels of the output, over
 * blocks of 16 channels of the input,
 *
 *     c[v][r] (+)= sum over b, i of a[b * a_block + r*16 + i] * w[b][i][v]
 *
 * Packed weights: panels of `wide` blocks of output channels (the last may have fewer), each
 * [depth][16][width] in order of the sum. */
#ifndef KERNEL_BLOCKED_TIERS_H
#define KERNEL_BLOCKED_TIERS_H

#include "kernel/blocked.h"
#include "kernel/deal.h"

enum {
    BLOCKED_ROWS_MAX = 14,
    BLOCKED_WIDE_MAX = 2,
    BLOCKED_DEPTH = 16, /* blocks of 16 to be summed before they are added to c, at most */
    WINOGRAD_OUT = 4,   /* F(4x4, 3x3): tiles of the output */
    WINOGRAD_IN = 6,
    WINOGRAD_POINTS = 36
};

typedef struct BlockedTile {
    const float *a, *w;
    int64_t a_block, depth;
    const int32_t *at; /* of a picture: a[at[i] + r * a_row], i of 0..depth-1 */
    int64_t a_row;
    float *c;
    int64_t c_block; /* floats from block to block, of c and residual */
    bool add;        /* to what lies in c */
    bool last;       /* what follows is done: */
    const float *shift, *residual;
    bool relu;
} BlockedTile;
typedef void (*BlockedMicro)(const BlockedTile *tile);

/* `count` pixels from `from`, `step` floats apart, side by side; changed as BlockedBefore says. */
typedef struct BlockedGather {
    const float *from;
    int64_t step, count;
    int64_t below; /* > 0: means of 2x2, the row below so many floats further on */
    const float *scale, *shift;
    bool relu;
    float *to;
} BlockedGather;

/* A tile of the output from its 36 points, `apart` floats apart; rows by cols are inside. */
typedef struct WinogradTile {
    const float *from;
    int64_t apart;
    float *y;
    int64_t y_row; /* floats; of residual too */
    int64_t rows, cols;
    const float *shift, *residual;
    bool relu;
} WinogradTile;

/* One pixel of a pooled map: `rows` of `cols` pixels from `from`. */
typedef struct BlockedWindow {
    const float *from;
    int64_t row, rows, cols;
    float divisor; /* of an average */
    float *to;
} BlockedWindow;

typedef struct BlockedTier {
    int rows, wide;
    BlockedMicro micro[BLOCKED_ROWS_MAX][BLOCKED_WIDE_MAX];   /* [rows-1][wide-1] */
    BlockedMicro picture[BLOCKED_ROWS_MAX][BLOCKED_WIDE_MAX]; /* of a picture in planes */
    void (*gather)(const BlockedGather *g);
    void (*winograd_in)(const float *from, int64_t row, float *to, int64_t apart);
    void (*winograd_out)(const WinogradTile *t);
    void (*window_max)(const BlockedWindow *w);
    void (*window_average)(const BlockedWindow *w);
    /* y = max(x*scale + shift + other, 0), any of which may be left out (NULL, false) */
    void (*line)(int64_t pixels, const float *x, const float *scale, const float *shift,
                 const float *other, bool relu, float *y);
    void (*from_planes)(int64_t pixels, const float *x, int64_t plane, int64_t channels, float *y);
    void (*to_planes)(int64_t pixels, const float *x, int64_t plane, int64_t channels, float *y);
} BlockedTier;
const BlockedTier *blocked_tier(CpuTier tier);
extern const BlockedTier blocked_tier_ref;
#if defined(KERNEL_X86)
extern const BlockedTier blocked_tier_avx2, blocked_tier_avx512;
#endif

/* Where a sum over so many blocks is cut: its parts are added to the output one by one. */
Deal blocked_depths(int64_t depth);

/* A part of a product: pixels from a and c on, blocks k0..k1-1 of the sum (a part of it, or all),
 * panels p0..p1-1 of the output. */
typedef struct BlockedProduct {
    const BlockedTier *tier;
    const float *a, *w;
    int64_t a_block; /* a: at block k0 */
    int64_t depth;   /* blocks of the whole sum */
    int64_t outputs; /* blocks of the whole output */
    int64_t pixels, k0, k1, p0, p1;
    float *c;
    int64_t c_block;
    const float *shift, *residual;
    bool relu;
} BlockedProduct;
void blocked_multiply(const BlockedProduct *p);
int64_t blocked_panels(const BlockedTier *tier, int64_t outputs);

/* Of the ways, for blocked_conv. */
size_t blocked_gemm_scratch(CpuTier tier, const BlockedConv *c, int threads);
bool blocked_gemm(const KernelContext *k, const BlockedConv *c, const Blocks *x, const Blocks *y);
size_t blocked_picture_scratch(CpuTier tier, const BlockedConv *c, int threads);
bool blocked_picture(const KernelContext *k, const BlockedConv *c, const Blocks *x,
                     const Blocks *y);
size_t blocked_winograd_scratch(CpuTier tier, const BlockedConv *c, int threads);
bool blocked_winograd(const KernelContext *k, const BlockedConv *c, const Blocks *x,
                      const Blocks *y);

#endif
