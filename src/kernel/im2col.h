/* Patches as columns of a matrix that is never written out; nothing outside kernel includes this.
 */
#ifndef KERNEL_IM2COL_H
#define KERNEL_IM2COL_H

#include "kernel/conv.h"

/* The source of the GemmPackB functions below: row (ic, ky, kx), column (oy, ox) of one item and
 * group. */
typedef struct ConvPatches {
    const ConvShape *shape;
    const float *x; /* IC/G, IH, IW, and the same of the items that follow */
} ConvPatches;
/* A GemmPackA: row (ic, ky, kx), column (item, oy, ox). */
void conv_pack_patch_rows(const void *patches, int64_t m0, int64_t rows, int64_t k0, int64_t kc,
                          float *sliver);
/* Row k of the patch matrix, all columns. */
void conv_im2col_row(const ConvShape *s, const float *x, int64_t k, float *row);

void conv_pack_patches(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                       float *panel);

/* conv_gemm, adding to what lies in y if `add`. */
bool conv_gemm_add(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                   bool add, float *y);

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
/* The run that begins at `lane` of the lanes from column n on. */
static inline ConvRun conv_run(const ConvShape *s, int64_t n, int64_t lane, int64_t lanes) {
    const int64_t oy = (n + lane) / s->ow, ox = (n + lane) % s->ow, left = s->ow - ox;
    const int64_t iy0 = oy * s->sy - s->py, ix0 = (ox - lane) * s->sx - s->px;
    return (ConvRun){
        .start = iy0 * s->iw + ix0,
        .iy0 = iy0,
        .ix0 = ix0,
        .lane = lane,
        .end = left < lanes - lane ? lane + left : lanes,
    };
}
static inline bool conv_run_row(const ConvShape *s, const ConvRun *run, int64_t ky) {
    const int64_t iy = run->iy0 + ky * s->dy;
    return iy >= 0 && iy < s->ih;
}
/* The lanes *from..*to-1 (none if from >= to) whose input column is inside. */
static inline void conv_run_lanes(const ConvShape *s, const ConvRun *run, int64_t kx, int64_t *from,
                                  int64_t *to) {
    const int64_t ix = run->ix0 + kx * s->dx, last = s->iw - 1 - ix;
    const int64_t lo = ix < 0 ? (s->sx - 1 - ix) / s->sx : 0;
    const int64_t hi = last < 0 ? 0 : last / s->sx + 1;
    *from = lo > run->lane ? lo : run->lane;
    *to = hi < run->end ? hi : run->end;
}

/* The channels ic for which row (ic, ky, kx) = (ic, tap) lies within k0..k0+kc-1. */
typedef struct ConvSlice {
    int64_t taps, ic0, tap0, ic1, tap1;
} ConvSlice;
static inline ConvSlice conv_slice(const ConvShape *s, int64_t k0, int64_t kc) {
    const int64_t taps = s->kh * s->kw, k1 = k0 + kc;
    return (ConvSlice){taps, k0 / taps, k0 % taps, k1 / taps, k1 % taps};
}
static inline int64_t conv_slice_first(const ConvSlice *c, int64_t tap) {
    return c->ic0 + (tap < c->tap0);
}
static inline int64_t conv_slice_end(const ConvSlice *c, int64_t tap) {
    return c->ic1 + (tap < c->tap1);
}

#endif
