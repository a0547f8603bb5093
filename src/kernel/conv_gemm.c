#include "kernel/gemm_tiers.h"

#include <assert.h>

enum { LINE = 16 }; /* floats in a cache line */

/* A convolution as n*groups products: item i is group i % groups of picture i / groups. */
typedef struct Conv {
    const KernelContext *k;
    const ConvShape *shape;
    const float *x, *w, *packed; /* w NULL: packed weights */
    const GemmEpilogue *epilogue;
    float *y;
    int64_t m, n, depth;  /* of one product */
    bool add;             /* to what lies in y */
    const float *columns; /* the patch matrix; NULL: patches are packed from the picture */
} Conv;

static bool is_plain(const ConvShape *s) {
    return s->kh == 1 && s->kw == 1 && s->sy == 1 && s->sx == 1 && s->py == 0 && s->px == 0;
}

static Conv make_conv(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                      const GemmEpilogue *epilogue, float *y) {
    return (Conv){
        .k = k,
        .shape = s,
        .x = x,
        .w = w,
        .epilogue = epilogue,
        .y = y,
        .m = s->oc / s->groups,
        .n = s->oh * s->ow,
        .depth = s->ic / s->groups * s->kh * s->kw,
    };
}

static const float *item_maps(const Conv *c, int64_t i) {
    const ConvShape *s = c->shape;
    return c->x + i * (s->ic / s->groups) * s->ih * s->iw;
}

static void conv_item(const void *context, int64_t i, Gemm *g, GemmSource *source) {
    const Conv *c = context;
    const ConvShape *s = c->shape;
    const GemmEpilogue *e = c->epilogue;
    const int64_t oc = i % s->groups * c->m;
    const float *residual = e ? e->residual : NULL;
    if (c->columns)
        source->matrix = (GemmMatrix){c->columns, c->n, 1};
    else if (is_plain(s))
        source->matrix = (GemmMatrix){item_maps(c, i), c->n, 1};
    else
        source->patches = (ConvPatches){s, item_maps(c, i)};
    *g = (Gemm){
        .m = c->m,
        .n = c->n,
        .k = c->depth,
        .a = {c->w ? c->w + oc * c->depth : NULL, c->depth, 1},
        .packed_a = c->packed
                        ? c->packed + (size_t)(i % s->groups) * gemm_packed_size(c->m, c->depth)
                        : NULL,
        .pack_b =
            c->columns || is_plain(s) ? gemm_pack_matrix : gemm_tier(c->k->tier)->pack_patches,
        .b = source,
        .c = c->y + i * c->m * c->n,
        .ldc = c->n,
        .add = c->add,
    };
    if (e)
        g->epilogue = (GemmEpilogue){
            .scale = e->scale ? e->scale + oc : NULL,
            .shift = e->shift ? e->shift + oc : NULL,
            .column_shift = e->column_shift,
            .residual = residual ? residual + i * c->m * c->n : NULL,
            .relu = e->relu,
        };
}

size_t conv_gemm_scratch(CpuTier tier, const ConvShape *s, int threads) {
    return gemm_scratch(tier, s->oc / s->groups, s->oh * s->ow, s->ic / s->groups * s->kh * s->kw,
                        threads);
}

bool conv_gemm(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
               const GemmEpilogue *epilogue, float *y) {
    const Conv c = make_conv(k, s, x, w, epilogue, y);
    return gemm_run_items(k, s->n * s->groups, c.m, c.n, c.depth, conv_item, &c);
}

size_t conv_packed_size(const ConvShape *s) {
    return (size_t)s->groups *
           gemm_packed_size(s->oc / s->groups, s->ic / s->groups * s->kh * s->kw);
}

void conv_pack_weights(CpuTier tier, const ConvShape *s, const float *w, float *packed) {
    const int64_t m = s->oc / s->groups, k = s->ic / s->groups * s->kh * s->kw;
    for (int64_t g = 0; g < s->groups; g++) {
        const GemmMatrix a = {w + g * m * k, k, 1};
        gemm_pack_a(tier, &a, m, k, packed + (size_t)g * gemm_packed_size(m, k));
    }
}

bool conv_gemm_packed(const KernelContext *k, const ConvShape *s, const float *x,
                      const float *packed, const GemmEpilogue *epilogue, bool add, float *y) {
    Conv c = make_conv(k, s, x, NULL, epilogue, y);
    c.packed = packed;
    c.add = add;
    return gemm_run_items(k, s->n * s->groups, c.m, c.n, c.depth, conv_item, &c);
}

/* The patch matrix, rounded up to whole lines, so that what follows it is aligned. */
static size_t columns_size(const ConvShape *s) {
    const size_t size = (size_t)(s->ic / s->groups * s->kh * s->kw * s->oh * s->ow);
    return (size + LINE - 1) / LINE * LINE;
}

size_t conv_im2col_scratch(CpuTier tier, const ConvShape *s, int threads) {
    return columns_size(s) + conv_gemm_scratch(tier, s, threads);
}

typedef struct Columns {
    const ConvShape *shape;
    const float *x;
    float *columns;
} Columns;

static void columns_task(void *context, int64_t k, int worker) {
    const Columns *c = context;
    (void)worker;
    conv_im2col_row(c->shape, c->x, k, c->columns + k * c->shape->oh * c->shape->ow);
}

/* The items' products one by one: context is that of conv_item, shifted by `first`. */
typedef struct OneConv {
    const Conv *conv;
    int64_t item;
} OneConv;

static void one_item(const void *context, int64_t i, Gemm *g, GemmSource *source) {
    const OneConv *one = context;
    conv_item(one->conv, one->item + i, g, source);
}

bool conv_gemm_im2col(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                      const GemmEpilogue *epilogue, float *y) {
    Conv c = make_conv(k, s, x, w, epilogue, y);
    KernelContext rest = *k;
    const size_t size = columns_size(s);
    assert(k->scratch_count >= size);
    rest.scratch += size;
    rest.scratch_count -= size;
    c.columns = k->scratch;
    for (int64_t i = 0; i < s->n * s->groups; i++) {
        Columns columns = {s, item_maps(&c, i), k->scratch};
        const OneConv one = {&c, i};
        if (!pool_run(k->pool, k->job, c.depth, columns_task, &columns) ||
            !gemm_run_items(&rest, 1, c.m, c.n, c.depth, one_item, &one))
            return false;
    }
    return !job_cancelled(k->job);
}
