/* The gradient of a convolution's input. With stride 1 it is the convolution of dy with the filters
 * turned by half a turn and channels exchanged; with stride S, the pixels (y, x) of each (y mod S,
 * x mod S) see every S-th row and column of the filter (Dumoulin and Visin, "A guide to convolution
 * arithmetic for deep learning", 2016, section 4), and so are one such convolution each. */
#include "kernel/conv_direct.h"

#include <assert.h>
#include <string.h>

enum { LINE = 16 /* floats in a cache line */ };

/* Pixels first, first + stride, .. of one axis of dx: those taps that fall on whole positions of
 * dy, the last first, so that they are seen in order. */
static ConvAxis pixels(int64_t first, int64_t size, int64_t taps, int64_t stride, int64_t pad,
                       int64_t dilation) {
    ConvAxis a = {.positions = first < size ? (size - 1 - first) / stride + 1 : 0,
                  .to = first,
                  .to_step = stride,
                  .from_step = 1,
                  .tap_step = 1};
    int64_t last = -1, before = -1; /* the last such tap, and the one before */
    for (int64_t t = 0; t < taps; t++)
        if ((first + pad - t * dilation) % stride == 0) {
            before = last;
            last = t;
            a.taps++;
        }
    if (last < 0)
        return a;
    a.tap = last;
    a.from = (first + pad - last * dilation) / stride;
    if (before >= 0) {
        a.next = before - last;
        a.tap_step = (last - before) * dilation / stride;
    }
    return a;
}

/* The pixels (y0 + i*SY, x0 + j*SX) of dx. */
static ConvDirect backward(const ConvShape *s, int64_t y0, int64_t x0) {
    const int64_t taps = s->kh * s->kw, icg = s->ic / s->groups, ocg = s->oc / s->groups;
    return (ConvDirect){
        .n = s->n,
        .groups = s->groups,
        .cin = ocg,
        .ih = s->oh,
        .iw = s->ow,
        .cout = icg,
        .oh = s->ih,
        .ow = s->iw,
        .w_group = ocg * icg * taps,
        .w_out = taps,
        .w_in = icg * taps,
        .w_row = s->kw,
        .v = pixels(y0, s->ih, s->kh, s->sy, s->py, s->dy),
        .h = pixels(x0, s->iw, s->kw, s->sx, s->px, s->dx),
    };
}

/* Whether a tap reaches every pixel of dx. */
static bool all_reached(const ConvShape *s) {
    for (int64_t y0 = 0; y0 < s->sy; y0++)
        for (int64_t x0 = 0; x0 < s->sx; x0++) {
            const ConvDirect d = backward(s, y0, x0);
            if (d.v.taps == 0 || d.h.taps == 0)
                return false;
        }
    return true;
}

typedef struct Zeros {
    float *maps;
    int64_t plane;
} Zeros;

static void zero_task(void *context, int64_t map, int worker) {
    const Zeros *z = context;
    (void)worker;
    memset(z->maps + map * z->plane, 0, (size_t)z->plane * sizeof *z->maps);
}

/* A 1x1 convolution is a product with the filters transposed. */
typedef struct Product {
    const ConvShape *shape;
    const float *packed, *dy;
    bool add;
    float *dx;
} Product;

static bool is_product(const ConvShape *s) {
    return s->kh * s->kw == 1 && s->sy == 1 && s->sx == 1 && s->py == 0 && s->px == 0;
}

static size_t product_packed(const ConvShape *s) {
    const size_t size = gemm_packed_size(s->ic / s->groups, s->oc / s->groups);
    return (size_t)conv_round_up((int64_t)size, LINE);
}

static void product_item(const void *context, int64_t i, Gemm *g, GemmSource *source) {
    const Product *p = context;
    const ConvShape *s = p->shape;
    const int64_t icg = s->ic / s->groups, ocg = s->oc / s->groups, plane = s->oh * s->ow;
    source->matrix = (GemmMatrix){p->dy + i * ocg * plane, plane, 1};
    *g = (Gemm){
        .m = icg,
        .n = plane,
        .k = ocg,
        .packed_a = p->packed + (size_t)(i % s->groups) * product_packed(s),
        .pack_b = gemm_pack_matrix,
        .b = source,
        .c = p->dx + i * icg * plane,
        .ldc = plane,
        .add = p->add,
    };
}

static bool run_product(const KernelContext *k, const ConvShape *s, const float *w, const float *dy,
                        bool add, float *dx) {
    const int64_t icg = s->ic / s->groups, ocg = s->oc / s->groups;
    const size_t one = product_packed(s), size = one * (size_t)s->groups;
    const Product p = {s, k->scratch, dy, add, dx};
    KernelContext rest = *k;
    assert(k->scratch_count >= size);
    rest.scratch += size;
    rest.scratch_count -= size;
    for (int64_t group = 0; group < s->groups; group++) {
        const GemmMatrix a = {w + group * ocg * icg, 1, icg};
        gemm_pack_a(k->tier, &a, icg, ocg, k->scratch + (size_t)group * one);
    }
    return gemm_run_items(&rest, s->n * s->groups, icg, s->oh * s->ow, ocg, product_item, &p);
}

/* Into a picture of few channels, which would fill no vector: the patch matrix's gradient, one
 * product, whose rows (ic, ky, kx) are then added to the pixels that they were taken from. */
enum { FEW_CHANNELS = 8, FEW_FLOATS = 64 << 20 };

static size_t few_size(const ConvShape *s) {
    return (size_t)conv_round_up(s->ic * s->kh * s->kw * s->oh * s->ow, LINE);
}

static bool is_few(const ConvShape *s) {
    return s->groups == 1 && s->ic < FEW_CHANNELS && s->oc >= FEW_CHANNELS && !is_product(s) &&
           few_size(s) <= FEW_FLOATS;
}

typedef struct Few {
    const ConvShape *shape;
    const float *columns; /* IC*KH*KW, OH*OW */
    bool add;
    float *dx; /* IC, IH, IW */
} Few;

/* Adds a row of dy's positions to those pixels of a row of dx that tap kx sees. */
static void add_positions(const ConvShape *s, int64_t kx, const float *from, float *dx) {
    const int64_t shift = kx * s->dx - s->px;
    const int64_t first = shift < 0 ? conv_div_up(-shift, s->sx) : 0;
    const int64_t last = s->iw - 1 - shift;
    const int64_t end = last < 0 ? 0 : conv_min(last / s->sx + 1, s->ow);
    for (int64_t ox = first; ox < end; ox++)
        dx[ox * s->sx + shift] += from[ox];
}

/* Row iy of a map, the taps in order. */
static void few_task(void *context, int64_t task, int worker) {
    const Few *f = context;
    const ConvShape *s = f->shape;
    const int64_t ic = task / s->ih, iy = task % s->ih, positions = s->oh * s->ow;
    float *dx = f->dx + task * s->iw;
    (void)worker;
    if (!f->add)
        memset(dx, 0, (size_t)s->iw * sizeof *dx);
    for (int64_t ky = 0; ky < s->kh; ky++) {
        const int64_t y = iy + s->py - ky * s->dy;
        if (y < 0 || y % s->sy || y / s->sy >= s->oh)
            continue;
        const float *rows = f->columns + (ic * s->kh + ky) * s->kw * positions + y / s->sy * s->ow;
        for (int64_t kx = 0; kx < s->kw; kx++)
            add_positions(s, kx, rows + kx * positions, dx);
    }
}

static bool run_few(const KernelContext *k, const ConvShape *s, const float *w, const float *dy,
                    bool add, float *dx) {
    const int64_t taps = s->ic * s->kh * s->kw, positions = s->oh * s->ow;
    const size_t size = few_size(s);
    KernelContext rest = *k;
    assert(k->scratch_count >= size);
    rest.scratch += size;
    rest.scratch_count -= size;
    for (int64_t n = 0; n < s->n; n++) {
        const GemmMatrix b = {dy + n * s->oc * positions, positions, 1};
        const Gemm g = {
            .m = taps,
            .n = positions,
            .k = s->oc,
            .a = {w, 1, taps},
            .pack_b = gemm_pack_matrix,
            .b = &b,
            .c = k->scratch,
            .ldc = positions,
        };
        Few few = {s, k->scratch, add, dx + n * s->ic * s->ih * s->iw};
        if (!gemm_run(&rest, &g) || !pool_run(k->pool, k->job, s->ic * s->ih, few_task, &few))
            return false;
    }
    return true;
}

bool conv_backward_input(const KernelContext *k, const ConvShape *s, const float *w,
                         const float *dy, bool add, float *dx) {
    if (is_product(s))
        return run_product(k, s, w, dy, add, dx);
    if (is_few(s))
        return run_few(k, s, w, dy, add, dx);
    Zeros zeros = {dx, s->ih * s->iw};
    if (!add && !all_reached(s) && !pool_run(k->pool, k->job, s->n * s->ic, zero_task, &zeros))
        return false;
    for (int64_t y0 = 0; y0 < s->sy; y0++)
        for (int64_t x0 = 0; x0 < s->sx; x0++) {
            ConvDirect d = backward(s, y0, x0);
            d.x = dy;
            d.w = w;
            d.add = add;
            d.y = dx;
            if (!conv_direct_run(k, &d))
                return false;
        }
    return true;
}

static size_t product_scratch(CpuTier tier, const ConvShape *s, int threads) {
    return product_packed(s) * (size_t)s->groups +
           gemm_scratch(tier, s->ic / s->groups, s->oh * s->ow, s->oc / s->groups, threads);
}

static size_t input_scratch(CpuTier tier, const ConvShape *s, int threads) {
    size_t most = 0;
    if (is_product(s))
        return product_scratch(tier, s, threads);
    if (is_few(s))
        return few_size(s) +
               gemm_scratch(tier, s->ic * s->kh * s->kw, s->oh * s->ow, s->oc, threads);
    for (int64_t y0 = 0; y0 < s->sy; y0++)
        for (int64_t x0 = 0; x0 < s->sx; x0++) {
            ConvDirect d = backward(s, y0, x0);
            const size_t size = conv_direct_size(&d, tier, threads);
            most = size > most ? size : most;
        }
    return most;
}

size_t conv_backward_scratch(CpuTier tier, const ConvShape *s, int threads) {
    const size_t input = input_scratch(tier, s, threads);
    const size_t weights = conv_weights_scratch(tier, s, threads);
    return input > weights ? input : weights;
}
