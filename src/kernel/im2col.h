/* Patches as columns of a matrix that is never written out; nothing outside kernel includes this.
 */
#ifndef KERNEL_IM2COL_H
#define KERNEL_IM2COL_H

#include "kernel/conv.h"

/* The source of the GemmPackB functions below: row (ic, ky, kx), column (oy, ox) of one item and
 * group. */
typedef struct ConvPatches {
    const ConvShape *shape;
    const float *x; /* IC/G, IH, IW */
} ConvPatches;
/* Row k of the patch matrix, all columns. */
void conv_im2col_row(const ConvShape *s, const float *x, int64_t k, float *row);

void conv_pack_patches(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                       float *panel);

#if defined(KERNEL_X86)
/* nr a multiple of 8 and 16; the panel aligned likewise. */
void conv_pack_patches_avx2(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
                            int nr, float *panel);
void conv_pack_patches_avx512(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
                              int nr, float *panel);
#endif

/* What they share: adjacent columns ("lanes") fall into runs, each within one output row. In a run,
 * lane l shows column ox of output row oy, and tap (ky, kx) of channel ic lies at
 *     x + ic*IH*IW + start + ky*DY*IW + kx*DX + l*SX
 * if input row iy0 + ky*DY and column ix0 + kx*DX + l*SX are inside the picture. So for one (ky,
 * kx) the lanes are filled from the same few places of every channel. */
typedef struct ConvRun {
    int64_t start, iy0, ix0;
    int64_t lane, end; /* its lanes: lane..end-1 */
} ConvRun;
/* Where the lanes have come to: an output row and column. */
typedef struct ConvCursor {
    int64_t oy, ox;
} ConvCursor;
static inline ConvCursor conv_cursor(const ConvShape *s, int64_t n) {
    return (ConvCursor){n / s->ow, n % s->ow};
}
/* The run that begins at `lane` of `lanes`, where the cursor is; the cursor goes on to its end. */
static inline ConvRun conv_run(const ConvShape *s, ConvCursor *at, int64_t lane, int64_t lanes) {
    const int64_t left = s->ow - at->ox, count = left < lanes - lane ? left : lanes - lane;
    const int64_t iy0 = at->oy * s->sy - s->py, ix0 = (at->ox - lane) * s->sx - s->px;
    at->ox += count;
    if (at->ox == s->ow)
        *at = (ConvCursor){at->oy + 1, 0};
    return (ConvRun){
        .start = iy0 * s->iw + ix0, .iy0 = iy0, .ix0 = ix0, .lane = lane, .end = lane + count};
}
static inline bool conv_run_row(const ConvShape *s, const ConvRun *run, int64_t ky) {
    const int64_t iy = run->iy0 + ky * s->dy;
    return iy >= 0 && iy < s->ih;
}
/* a / sx for a >= 0: divisions are slow, and most strides are 1 or 2. */
static inline int64_t conv_by_stride(int64_t a, int64_t sx) {
    return sx == 1 ? a : sx == 2 ? a >> 1 : a / sx;
}
/* The lanes *from..*to-1 (none if from >= to) whose input column is inside. */
static inline void conv_run_lanes(const ConvShape *s, const ConvRun *run, int64_t kx, int64_t *from,
                                  int64_t *to) {
    const int64_t ix = run->ix0 + kx * s->dx, last = s->iw - 1 - ix;
    const int64_t lo = ix < 0 ? conv_by_stride(s->sx - 1 - ix, s->sx) : 0;
    const int64_t hi = last < 0 ? 0 : conv_by_stride(last, s->sx) + 1;
    *from = lo > run->lane ? lo : run->lane;
    *to = hi < run->end ? hi : run->end;
}

#endif
