/* What the files of the convolutions by tiles share; nothing outside kernel includes this.
 *
 * The picture is copied into a frame with zeros round it; then every product of a convolution, and
 * of its way back, is of the same kind: a few rows, each a value of the frame at a distance that
 * depends on the term only, times a packed panel. So nothing but the frame is packed of the
 * picture. */
#ifndef KERNEL_CONV_TIERS_H
#define KERNEL_CONV_TIERS_H

#include "kernel/gemm_tiers.h"

/* c[i][j*c_row + v] (+)= sum over k of a[i][j*a_row + at[k]] * b[k][v], for groups i and rows j of
 * each: three or four positions, channels or columns of a filter that lie a_row apart. All is
 * summed in order of k. */
enum { CONV_GROUPS_MAX = 4 };
typedef enum ConvKind {
    CONV_TRIOS, /* three rows to a group */
    CONV_TRIOS_BESIDE,
    CONV_QUARTETS, /* four */
    CONV_QUARTETS_BESIDE,
    CONV_QUARTETS_SECOND,
    CONV_QUARTETS_RUNS,
    CONV_KINDS /* _BESIDE: a_row is 1; _SECOND: 2; _RUNS: at[4*i + 1..3] follow on at[4*i] */
} ConvKind;
typedef struct ConvTile {
    const float *a[CONV_GROUPS_MAX];
    int64_t a_row;
    const int32_t *at;
    int64_t count;  /* terms */
    const float *b; /* count, the panel's columns; aligned, as are c and its rows */
    float *c[CONV_GROUPS_MAX];
    int64_t c_row;
    bool add; /* to what lies in c */
} ConvTile;
typedef void (*ConvMicro)(const ConvTile *tile);
/* sums[v] (+)= the sum of a panel's column v, of every fourth row each, joined in order. */
typedef void (*ConvSums)(const float *panel, int64_t rows, float *sums, bool add);
/* Rows t[r][0..count-1], `apart` floats from each other, go through the epilogue to y[r*plane..];
 * `add`: to what lies there. */
typedef struct ConvRows {
    const float *t;
    int64_t apart, rows, count;
    float *y;
    int64_t plane;
    GemmEpilogue epilogue; /* from y's first element on */
    bool add;
} ConvRows;
typedef void (*ConvFinish)(const ConvRows *rows);

/* A part of several maps of some items, copied: channels, items, height, width. */
typedef struct ConvFrame {
    int64_t height, width;      /* of a map in the frame, at most */
    int64_t row_step, col_step; /* the map's rows and columns from one in the frame to the next */
    int64_t col_from;           /* the map's column that is the frame's first */
    int64_t map_height, map_width;
    int64_t item_step, channel_step; /* in the frame */
    int64_t beyond;                  /* floats after a channel that may be read */
} ConvFrame;
/* Copies `height` rows of a map from its row `row` on. A little more may be written beyond them. */
typedef void (*ConvCopy)(const ConvFrame *f, const float *map, int64_t row, int64_t height,
                         float *frame);

typedef struct ConvTier {
    int lanes;
    int groups[CONV_KINDS];                                         /* of a tile, at most */
    ConvMicro micro[CONV_KINDS][CONV_GROUPS_MAX][GEMM_VECTORS_MAX]; /* [][groups-1][vectors-1] */
    ConvSums sums[GEMM_VECTORS_MAX];
    ConvFinish finish;
    ConvCopy copy;
} ConvTier;
const ConvTier *conv_tier(CpuTier tier);
extern const ConvTier conv_tier_ref;
#if defined(KERNEL_X86)
extern const ConvTier conv_tier_avx2;
extern const ConvTier conv_tier_avx512;
#endif

/* Makes the steps, for so many items. */
void conv_frame_init(ConvFrame *f, int64_t items, int64_t beyond);
/* Copies `height` rows from the map's row `row` on; maps: channel 0 of the first item, items
 * `item` floats apart. Zeros where there is no picture. */
void conv_frame_copy(CpuTier tier, const ConvFrame *f, const float *maps, int64_t item,
                     int64_t channels, int64_t items, int64_t row, int64_t height, float *frame);

/* Arithmetic. */
static inline int64_t conv_min(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static inline int64_t conv_max(int64_t a, int64_t b) {
    return a > b ? a : b;
}
static inline int64_t conv_div_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}
static inline int64_t conv_round_up(int64_t a, int64_t b) {
    return conv_div_up(a, b) * b;
}
/* Where part i of `parts` begins. */
static inline int64_t conv_part(int64_t count, int64_t parts, int64_t i) {
    return count * i / parts;
}

size_t conv_weights_scratch(CpuTier tier, const ConvShape *s, int threads);

#endif
