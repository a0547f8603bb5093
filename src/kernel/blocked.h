/* Maps in blocks of 16 channels, (N, C/16, H, W, 16): the layout of the fast plan (oneDNN and ONNX
 * Runtime call it NCHW16c). A pixel's 16 channels are a cache line, so vectors run over channels: a
 * convolution reads the picture where it lies, and its weights, packed once, in order.
 *
 * C need not be a multiple of 16: the last block's other channels are there, and hold numbers that
 * no weight looks at. */
#ifndef KERNEL_BLOCKED_H
#define KERNEL_BLOCKED_H

#include "kernel/conv.h"
#include "kernel/pool2d.h"

enum { BLOCK = 16 };

typedef struct Blocks {
    float *data; /* 64-byte aligned */
    int64_t n, c, h, w;
    int64_t item; /* floats from item to item: more than its own where it is part of a stack */
} Blocks;
static inline int64_t blocks_of(int64_t channels) {
    return (channels + BLOCK - 1) / BLOCK;
}
static inline int64_t blocks_floats(int64_t c, int64_t h, int64_t w) { /* of an item */
    return blocks_of(c) * BLOCK * h * w;
}

/* From and to planes (N, C, H, W). Channels beyond C become zero. */
bool blocked_from_planes(const KernelContext *k, const float *planes, const Blocks *to);
bool blocked_to_planes(const KernelContext *k, const Blocks *from, float *planes);

/* How a convolution is computed: of a picture of fewer than 16 channels, in planes; as a GEMM whose
 * microkernel holds pixels by 16 (or 32) channels; or by Winograd's minimal filtering. */
typedef enum BlockedWay {
    BLOCKED_NONE,
    BLOCKED_PICTURE,
    BLOCKED_GEMM,
    BLOCKED_WINOGRAD
} BlockedWay;

/* What happens to the input first, where it is packed: x*scale + shift, max(x, 0), and the mean of
 * 2x2 pixels (the shape is then that of the convolution of the means). BLOCKED_GEMM only. */
typedef struct BlockedBefore {
    const float *scale, *shift; /* blocks of IC; NULL: neither */
    bool relu, halve;
} BlockedBefore;

/* What happens to each finished element: v += shift[oc]; v += residual; v = max(v, 0). */
typedef struct BlockedAfter {
    const float *shift;     /* blocks of OC, or NULL */
    const Blocks *residual; /* as y, or NULL */
    bool relu;              /* NaN stays NaN */
} BlockedAfter;

typedef struct BlockedConv {
    ConvShape shape;
    BlockedWay way;
    BlockedBefore before;
    BlockedAfter after;
    const float *packed;
} BlockedConv;

/* Whether this way can compute it. BLOCKED_GEMM and BLOCKED_WINOGRAD take groups of whole blocks.
 */
bool blocked_conv_can(BlockedWay way, const ConvShape *s);
/* Whether Winograd's way is the faster one, by the shape alone. */
bool blocked_winograd_pays(const ConvShape *s);

/* Weights packed once: floats, and the packing, which belongs to a tier. scale: OC, or NULL;
 * multiplies the filters (a batch norm folded in). */
size_t blocked_packed_size(const BlockedConv *c);
bool blocked_pack(const KernelContext *k, const BlockedConv *c, const float *w, const float *scale,
                  float *packed);

/* x: planes for BLOCKED_PICTURE (then x->item is IC*IH*IW), else blocks. */
size_t blocked_conv_scratch(CpuTier tier, const BlockedConv *c, int threads);
bool blocked_conv(const KernelContext *k, const BlockedConv *c, const Blocks *x, const Blocks *y);

/* The same of planes x (N, IC, IH, IW) to planes y, brought into blocks and back; bias: OC, or
 * NULL. c->before and c->after are empty. BLOCKED_GEMM and BLOCKED_WINOGRAD. */
size_t blocked_conv_planes_scratch(CpuTier tier, const BlockedConv *c, int threads);
bool blocked_conv_planes(const KernelContext *k, const BlockedConv *c, const float *x,
                         const float *bias, float *y);

/* As pool2d.h. The shape's n, c and sizes are those of x and y. */
bool blocked_pool_max(const KernelContext *k, const PoolShape *s, const Blocks *x, const Blocks *y);
bool blocked_pool_average(const KernelContext *k, const PoolShape *s, const Blocks *x,
                          const Blocks *y);
/* y = x*scale + shift, then max(y, 0) if relu; scale and shift: blocks of C, or both NULL. y may be
 * x. */
bool blocked_affine(const KernelContext *k, const Blocks *x, const float *scale, const float *shift,
                    bool relu, const Blocks *y);
bool blocked_add(const KernelContext *k, const Blocks *a, const Blocks *b, bool relu,
                 const Blocks *y);
/* x into y from block `at` on. Not counted as work, nor is what follows. */
bool blocked_copy(const KernelContext *k, const Blocks *x, const Blocks *y, int64_t at);

#endif
