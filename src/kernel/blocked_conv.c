/* What the ways of blocked.h have in common: which can do what, their weights, the product. */
#include "kernel/blocked_tiers.h"

#include "kernel/deal.h"

enum { WEIGHTS_SMALL = 1 << 14 /* of a point: those of all 36 stay in the caches */ };

bool blocked_conv_can(BlockedWay way, const ConvShape *s) {
    const bool whole =
        s->groups == 1 || (s->ic / s->groups % BLOCK == 0 && s->oc / s->groups % BLOCK == 0);
    const bool three = s->kh == 3 && s->kw == 3 && s->sy == 1 && s->sx == 1 && s->dy == 1 &&
                       s->dx == 1 && s->groups == 1;
    switch (way) {
    case BLOCKED_PICTURE:
        return s->groups == 1 && s->ic < BLOCK;
    case BLOCKED_GEMM:
        return whole;
    case BLOCKED_WINOGRAD:
        return three;
    default:
        return false;
    }
}

/* A quarter of the multiplications, but transforms that cost about as much as 5 channels of the
 * other side, and weights four times as large, which small maps do not pay for. */
bool blocked_winograd_pays(const ConvShape *s) {
    const bool large = s->oh >= 2 * WINOGRAD_OUT && s->ow >= 2 * WINOGRAD_OUT;
    return blocked_conv_can(BLOCKED_WINOGRAD, s) && s->ic >= 2 * BLOCK && s->oc >= 2 * BLOCK &&
           (large || s->ic * s->oc <= WEIGHTS_SMALL);
}

int64_t blocked_panels(const BlockedTier *tier, int64_t outputs) {
    return div_up(outputs, tier->wide);
}

/* --- Packed weights
 * ------------------------------------------------------------------------------------ */

/* Of one group: blocks of the output, and rows of 16 floats for each. */
typedef struct Packing {
    const BlockedConv *conv;
    const BlockedTier *tier;
    const float *w, *scale;
    float *packed;
    int64_t ic, oc, outputs, rows; /* of a group */
} Packing;

static Packing make_packing(const BlockedConv *c) {
    const ConvShape *s = &c->shape;
    const int64_t taps = s->kh * s->kw;
    Packing p = {.conv = c, .ic = s->ic / s->groups, .oc = s->oc / s->groups};
    p.outputs = blocks_of(p.oc);
    p.rows = blocks_of(p.ic) * BLOCK * (c->way == BLOCKED_WINOGRAD ? WINOGRAD_POINTS : taps);
    if (c->way == BLOCKED_PICTURE)
        p.rows = p.ic * taps;
    return p;
}

size_t blocked_packed_size(const BlockedConv *c) {
    const Packing p = make_packing(c);
    return (size_t)(c->shape.groups * p.outputs * p.rows * BLOCK);
}

/* G g G^T at the 36 points; in double, as these are constants. */
static void winograd_weights(const float *w, double scale, double u[WINOGRAD_POINTS]) {
    static const double g[WINOGRAD_IN][3] = {{1. / 4, 0, 0},
                                             {-1. / 6, -1. / 6, -1. / 6},
                                             {-1. / 6, 1. / 6, -1. / 6},
                                             {1. / 24, 1. / 12, 1. / 6},
                                             {1. / 24, -1. / 12, 1. / 6},
                                             {0, 0, 1}};
    double half[WINOGRAD_IN][3];
    for (int y = 0; y < WINOGRAD_IN; y++)
        for (int x = 0; x < 3; x++)
            half[y][x] = scale * (g[y][0] * (double)w[x] + g[y][1] * (double)w[3 + x] +
                                  g[y][2] * (double)w[6 + x]);
    for (int y = 0; y < WINOGRAD_IN; y++)
        for (int x = 0; x < WINOGRAD_IN; x++)
            u[y * WINOGRAD_IN + x] =
                half[y][0] * g[x][0] + half[y][1] * g[x][1] + half[y][2] * g[x][2];
}

/* Where output channel o of row `row` of a product over `rows` lies. */
static float *packed_at(const Packing *p, float *product, int64_t rows, int64_t o, int64_t row) {
    const int64_t wide = p->tier->wide, block = o / BLOCK, panel = block / wide;
    const int64_t left = p->outputs - panel * wide, width = min64(left, wide) * BLOCK;
    return product + panel * wide * BLOCK * rows + row * width + block % wide * BLOCK + o % BLOCK;
}

/* An output channel's filter. Rows: the picture's (ic, ky, kx); tap by tap else, blocks in each. */
static void pack_filter(const Packing *p, const float *w, double scale, float *product, int64_t o) {
    const ConvShape *s = &p->conv->shape;
    const int64_t taps = s->kh * s->kw, depth = blocks_of(p->ic) * BLOCK;
    for (int64_t ic = 0; ic < p->ic; ic++, w += taps) {
        if (p->conv->way == BLOCKED_WINOGRAD) {
            double u[WINOGRAD_POINTS];
            winograd_weights(w, scale, u);
            for (int64_t i = 0; i < WINOGRAD_POINTS; i++)
                *packed_at(p, product + i * p->outputs * BLOCK * depth, depth, o, ic) = (float)u[i];
        } else if (p->conv->way == BLOCKED_PICTURE) {
            for (int64_t t = 0; t < taps; t++)
                *packed_at(p, product, p->rows, o, ic * taps + t) = (float)(scale * (double)w[t]);
        } else {
            for (int64_t t = 0; t < taps; t++)
                *packed_at(p, product, p->rows, o, t * depth + ic) = (float)(scale * (double)w[t]);
        }
    }
}

static void pack_task(void *context, int64_t task, int worker) {
    const Packing *p = context;
    const ConvShape *s = &p->conv->shape;
    const int64_t group = task / p->outputs, filter = p->ic * s->kh * s->kw;
    float *product = p->packed + group * p->outputs * p->rows * BLOCK;
    (void)worker;
    for (int64_t o = task % p->outputs * BLOCK, end = min64(o + BLOCK, p->oc); o < end; o++) {
        const int64_t oc = group * p->oc + o;
        pack_filter(p, p->w + oc * filter, p->scale ? (double)p->scale[oc] : 1, product, o);
    }
}

bool blocked_pack(const KernelContext *k, const BlockedConv *c, const float *w, const float *scale,
                  float *packed) {
    Packing p = make_packing(c);
    p.tier = blocked_tier(k->tier);
    p.w = w;
    p.scale = scale;
    p.packed = packed;
    for (size_t i = 0; i < blocked_packed_size(c); i++)
        packed[i] = 0;
    return pool_run(k->pool, k->job, c->shape.groups * p.outputs, pack_task, &p) &&
           !job_cancelled(k->job);
}

/* --- The product
 * --------------------------------------------------------------------------------------- */

static void multiply_panel(const BlockedProduct *p, int64_t panel) {
    const int64_t wide = p->tier->wide, first = panel * wide;
    const int64_t width = min64(p->outputs - first, wide);
    const Deal tiles = deal(p->pixels, div_up(p->pixels, p->tier->rows));
    BlockedTile t = {
        .w = p->w + (first * p->depth + p->k0 * width) * BLOCK * BLOCK,
        .a_block = p->a_block,
        .depth = p->k1 - p->k0,
        .c_block = p->c_block,
        .add = p->k0 > 0,
        .last = p->k1 == p->depth,
        .shift = p->shift ? p->shift + first * BLOCK : NULL,
        .relu = p->relu,
    };
    for (int64_t i = 0, pixel = 0, next; i < tiles.parts; i++, pixel = next) {
        next = deal_start(&tiles, i + 1);
        t.a = p->a + pixel * BLOCK;
        t.c = p->c + first * p->c_block + pixel * BLOCK;
        t.residual = p->residual ? p->residual + first * p->c_block + pixel * BLOCK : NULL;
        p->tier->micro[next - pixel - 1][width - 1](&t);
    }
}

Deal blocked_depths(int64_t depth) {
    return deal(depth, div_up(depth, BLOCKED_DEPTH));
}

void blocked_multiply(const BlockedProduct *p) {
    for (int64_t panel = p->p0; panel < p->p1; panel++)
        multiply_panel(p, panel);
}

/* --- By any way
 * ---------------------------------------------------------------------------------------- */

size_t blocked_conv_scratch(CpuTier tier, const BlockedConv *c, int threads) {
    switch (c->way) {
    case BLOCKED_PICTURE:
        return blocked_picture_scratch(tier, c, threads);
    case BLOCKED_GEMM:
        return blocked_gemm_scratch(tier, c, threads);
    case BLOCKED_WINOGRAD:
        return blocked_winograd_scratch(tier, c, threads);
    default:
        return 0;
    }
}

bool blocked_conv(const KernelContext *k, const BlockedConv *c, const Blocks *x, const Blocks *y) {
    switch (c->way) {
    case BLOCKED_PICTURE:
        return blocked_picture(k, c, x, y);
    case BLOCKED_GEMM:
        return blocked_gemm(k, c, x, y);
    case BLOCKED_WINOGRAD:
        return blocked_winograd(k, c, x, y);
    default:
        return false;
    }
}
