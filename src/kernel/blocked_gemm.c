/* A convolution as a product of pixels by weights. Pixels of a 1x1 of stride 1 are read where they
 * lie; all others are packed side by side, tap by tap, a part of the sum at a time. */
#include "kernel/blocked_tiers.h"

#include "kernel/deal.h"
#include <string.h>

enum {
    PIXELS = 240,         /* of a block, at most: with a part of the sum they fill the second-level
                             cache about a quarter */
    TASKS_PER_THREAD = 3, /* so that a thread that is late holds the others up less */
    TASK_WORK = 1 << 20   /* multiply-adds worth handing to another thread */
};

typedef struct Product {
    const KernelContext *k;
    const BlockedConv *conv;
    const Blocks *x, *y;
    const BlockedTier *tier;
    int64_t inputs, outputs, depth; /* blocks of a group; of the sum */
    bool packs;
    Deal pixel_blocks, panel_blocks;
    size_t worker_size;
} Product;

static bool lies_ready(const BlockedConv *c) {
    const ConvShape *s = &c->shape;
    return s->kh == 1 && s->kw == 1 && s->sy == 1 && s->sx == 1 && s->py == 0 && s->px == 0 &&
           !c->before.scale && !c->before.halve;
}

/* Each block of pixels reads all the weights once, each block of panels all pixels. */
static void choose_blocks(Product *p, int threads) {
    const ConvShape *s = &p->conv->shape;
    const int64_t pixels = s->oh * s->ow, items = s->n * s->groups;
    const int64_t panels = blocked_panels(p->tier, p->outputs);
    const int64_t work = pixels * p->depth * p->outputs * BLOCK * BLOCK * items;
    int64_t wanted = threads == 1 ? 1 : threads * TASKS_PER_THREAD;
    wanted = div_up(min64(wanted, work / TASK_WORK + 1), items);
    const int64_t most = div_up(pixels, p->tier->rows), least = div_up(pixels, PIXELS);
    int64_t best = -1, best_cost = 0, best_rows = 1, best_cols = 1;
    for (int64_t cols = 1; cols <= panels; cols++) {
        const int64_t rows = max64(min64(div_up(wanted, cols), most), least);
        const int64_t tasks = min64(rows * cols, wanted);
        const int64_t cost = rows * p->outputs * BLOCK + cols * pixels * (p->packs ? 3 : 1);
        if (tasks > best || (tasks == best && cost < best_cost)) {
            best = tasks;
            best_cost = cost;
            best_rows = rows;
            best_cols = cols;
        }
    }
    p->pixel_blocks = deal(pixels, best_rows);
    p->panel_blocks = deal(panels, best_cols);
}

static Product make_product(CpuTier tier, const BlockedConv *c, int threads) {
    const ConvShape *s = &c->shape;
    Product p = {
        .conv = c,
        .tier = blocked_tier(tier),
        .inputs = blocks_of(s->ic / s->groups),
        .outputs = blocks_of(s->oc / s->groups),
        .packs = !lies_ready(c),
    };
    p.depth = s->kh * s->kw * p.inputs;
    choose_blocks(&p, threads);
    const int64_t pixels = min64(s->oh * s->ow, PIXELS) + 1;
    if (p.packs)
        p.worker_size = (size_t)(pixels * BLOCK * min64(p.depth, BLOCKED_DEPTH));
    return p;
}

/* Output pixels of a row, of which those from..to-1 see a pixel of the picture. */
static void pack_row(const Product *p, BlockedGather *g, const float *map, int64_t oy, int64_t ox,
                     int64_t count, int64_t ky, int64_t kx) {
    const ConvShape *s = &p->conv->shape;
    const int64_t iy = oy * s->sy - s->py + ky * s->dy, ix = ox * s->sx - s->px + kx * s->dx;
    const int64_t across = p->conv->before.halve ? 2 : 1;
    int64_t from = ix < 0 ? div_up(-ix, s->sx) : 0;
    int64_t to = ix < s->iw ? div_up(s->iw - ix, s->sx) : 0;
    from = min64(from, count);
    to = iy < 0 || iy >= s->ih ? from : max64(min64(to, count), from);
    memset(g->to, 0, (size_t)(from * BLOCK) * sizeof *g->to);
    g->to += from * BLOCK;
    if (to > from) {
        g->from = map + (iy * across * p->x->w + (ix + from * s->sx) * across) * BLOCK;
        g->count = to - from;
        p->tier->gather(g);
    }
    memset(g->to + (to - from) * BLOCK, 0, (size_t)((count - to) * BLOCK) * sizeof *g->to);
    g->to += (count - from) * BLOCK;
}

/* Blocks k0..k1-1 of the sum for `pixels` output pixels from `first` on. */
static void pack_pixels(const Product *p, const float *maps, int64_t channel, int64_t first,
                        int64_t pixels, int64_t k0, int64_t k1, int64_t a_block, float *to) {
    const ConvShape *s = &p->conv->shape;
    const BlockedBefore *before = &p->conv->before;
    const int64_t across = before->halve ? 2 : 1;
    BlockedGather g = {.step = s->sx * across * BLOCK,
                       .below = before->halve ? p->x->w * BLOCK : 0,
                       .relu = before->relu};
    for (int64_t k = k0; k < k1; k++, to += a_block) {
        const int64_t tap = k / p->inputs, block = k % p->inputs;
        const float *map = maps + block * p->x->h * p->x->w * BLOCK;
        g.to = to;
        g.scale = before->scale ? before->scale + channel + block * BLOCK : NULL;
        g.shift = before->scale ? before->shift + channel + block * BLOCK : NULL;
        for (int64_t done = 0, count; done < pixels; done += count) {
            const int64_t oy = (first + done) / s->ow, ox = (first + done) % s->ow;
            count = min64(s->ow - ox, pixels - done);
            pack_row(p, &g, map, oy, ox, count, tap / s->kw, tap % s->kw);
        }
    }
}

/* A block of pixels by a block of panels of one item and group. */
static void product_task(void *context, int64_t task, int worker) {
    const Product *p = context;
    const ConvShape *s = &p->conv->shape;
    const BlockedAfter *after = &p->conv->after;
    const int64_t rows = p->pixel_blocks.parts, cols = p->panel_blocks.parts;
    const int64_t row = task % rows, col = task / rows % cols, i = task / rows / cols;
    const int64_t item = i / s->groups, group = i % s->groups;
    const int64_t in_plane = p->x->h * p->x->w * BLOCK, out_plane = s->oh * s->ow * BLOCK;
    const int64_t first = deal_start(&p->pixel_blocks, row);
    const int64_t pixels = deal_start(&p->pixel_blocks, row + 1) - first;
    const float *maps = p->x->data + item * p->x->item + group * p->inputs * in_plane;
    const int64_t out = group * p->outputs * out_plane + first * BLOCK;
    float *packed = p->k->scratch + (size_t)worker * p->worker_size;
    BlockedProduct product = {
        .tier = p->tier,
        .a = p->packs ? packed : maps + first * BLOCK,
        .a_block = p->packs ? (pixels | 1) * BLOCK : in_plane, /* not all on the same lines */
        .w = p->conv->packed + group * p->outputs * p->depth * BLOCK * BLOCK,
        .depth = p->depth,
        .outputs = p->outputs,
        .pixels = pixels,
        .k1 = p->depth,
        .p0 = deal_start(&p->panel_blocks, col),
        .p1 = deal_start(&p->panel_blocks, col + 1),
        .c = p->y->data + item * p->y->item + out,
        .c_block = out_plane,
        .shift = after->shift ? after->shift + group * p->outputs * BLOCK : NULL,
        .relu = after->relu,
    };
    if (after->residual)
        product.residual = after->residual->data + item * after->residual->item + out;
    const Deal parts = blocked_depths(p->depth);
    for (int64_t part = 0; part < parts.parts && !job_cancelled(p->k->job); part++) {
        const int64_t k0 = deal_start(&parts, part), k1 = deal_start(&parts, part + 1);
        if (p->packs)
            pack_pixels(p, maps, group * p->inputs * BLOCK, first, pixels, k0, k1, product.a_block,
                        packed);
        else
            product.a = maps + k0 * in_plane + first * BLOCK;
        product.k0 = k0;
        product.k1 = k1;
        blocked_multiply(&product);
    }
    const int64_t wide = p->tier->wide * BLOCK, oc = s->oc / s->groups;
    job_advance(p->k->job, pixels * (s->ic / s->groups) * s->kh * s->kw *
                               (min64(product.p1 * wide, oc) - product.p0 * wide));
}

size_t blocked_gemm_scratch(CpuTier tier, const BlockedConv *c, int threads) {
    return make_product(tier, c, threads).worker_size * (size_t)threads;
}

bool blocked_gemm(const KernelContext *k, const BlockedConv *c, const Blocks *x, const Blocks *y) {
    Product p = make_product(k->tier, c, pool_threads(k->pool));
    p.k = k;
    p.x = x;
    p.y = y;
    const int64_t tasks =
        c->shape.n * c->shape.groups * p.pixel_blocks.parts * p.panel_blocks.parts;
    return pool_run(k->pool, k->job, tasks, product_task, &p) && !job_cancelled(k->job);
}
