/* Convolution (cross-correlation: the kernel is not flipped),
 *
 *     y[n][oc][oy][ox] = bias[oc] + sum over ic, ky, kx of
 *         w[oc][ic][ky][kx] * x[n][g*IC/G + ic][oy*SY - PY + ky*DY][ox*SX - PX + kx*DX]
 *
 * with zeros outside the picture. Three ways to compute it, which agree but for rounding:
 * naive (the literal seven loops, the specification), GEMM over an explicit im2col matrix (for
 * teaching), and GEMM whose packing reads the picture itself (fused; the one for speed). */
#ifndef KERNEL_CONV_H
#define KERNEL_CONV_H

#include "kernel/gemm.h"
#include "kernel/kernel.h"

typedef struct ConvShape {
    int64_t n;                      /* batch */
    int64_t ic, ih, iw;             /* input */
    int64_t oc, oh, ow;             /* output: floor((I + 2P - D(K-1) - 1) / S) + 1 */
    int64_t kh, kw;                 /* kernel */
    int64_t sy, sx, py, px, dy, dx; /* stride, padding, dilation */
    int64_t groups;                 /* divides ic and oc */
} ConvShape;

/* The seven loops, in parallel over (n, oc) and output rows only; one accumulator that starts at 0
 * and gets the bias last. Looks at the job between output rows. */
bool conv_naive(const KernelContext *k, const ConvShape *s, const float *x, /* N, IC, IH, IW */
                const float *w,                                             /* OC, IC/G, KH, KW */
                const float *bias,                                          /* OC, or NULL */
                float *y);                                                  /* N, OC, OH, OW */

/* The patch matrix of one item and group: row (ic, ky, kx), column (oy, ox). */
void conv_im2col(const ConvShape *s, const float *x, /* IC/G, IH, IW: the group's own maps */
                 float *columns);                    /* IC/G*KH*KW, OH*OW */

/* By blocked GEMM, patches packed straight from the picture. A 1x1 of stride 1 without padding is a
 * plain GEMM over the maps. scratch: conv_gemm_scratch floats. The epilogue's bias, scale and
 * residual are as gemm.h says; rows are output channels. */
size_t conv_gemm_scratch(CpuTier tier, const ConvShape *s, int threads);
bool conv_gemm(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
               const GemmEpilogue *epilogue, float *y);

/* The same with weights packed beforehand (floats: conv_packed_size), for weights that serve many
 * pictures. What is packed belongs to a tier. The same bits. */
size_t conv_packed_size(const ConvShape *s);
void conv_pack_weights(CpuTier tier, const ConvShape *s, const float *w, float *packed);
bool conv_gemm_packed(const KernelContext *k, const ConvShape *s, const float *x,
                      const float *packed, const GemmEpilogue *epilogue, bool add,
                      float *y); /* add: to what lies in y, before the epilogue */

/* For batches: by tiles that read the picture where it lies in a frame of zeros, each output one
 * sum in order of (ic, ky, kx). The epilogue has no column_shift. */
bool conv_direct_pays(const ConvShape *s); /* whether that is faster than conv_gemm */
size_t conv_direct_scratch(CpuTier tier, const ConvShape *s, int threads);
bool conv_direct(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                 const GemmEpilogue *epilogue, float *y);

/* The way back, by blocked GEMM. Input: dx[ic] = sum over oc and taps of w * dy, the transposed
 * convolution; `add`: added to what lies in dx. Weights: dw = sum over the batch and positions of
 * dy * x (overwritten, as is db; either may be NULL). The order of every sum depends on shape and
 * tier only. */
size_t conv_backward_scratch(CpuTier tier, const ConvShape *s, int threads); /* for either */
bool conv_backward_input(const KernelContext *k, const ConvShape *s, const float *w,
                         const float *dy, bool add, float *dx);
bool conv_backward_weights(const KernelContext *k, const ConvShape *s, const float *x,
                           const float *dy, float *dw, float *db);

/* conv_backward_input with weights packed beforehand, for one picture at a time: floats (0: this
 * shape has no such way), and the packing, which needs room for the weights once more. */
size_t conv_turned_packed_size(const ConvShape *s);
void conv_turned_pack(CpuTier tier, const ConvShape *s, const float *w, float *room, float *packed);
size_t conv_turned_scratch(CpuTier tier, const ConvShape *s, int threads);
bool conv_turned(const KernelContext *k, const ConvShape *s, const float *packed, const float *dy,
                 bool add, float *dx);

/* The same through conv_im2col and a plain GEMM; scratch also holds the patch matrix. */
size_t conv_im2col_scratch(CpuTier tier, const ConvShape *s, int threads);
bool conv_gemm_im2col(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                      const GemmEpilogue *epilogue, float *y);

#endif
