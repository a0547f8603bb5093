/* Winograd's minimal filtering, F(4x4, 3x3) (Lavin and Gray 2015): tiles of the picture, 6x6 at
 * steps of 4, are brought to 36 points, where the convolution is a product over the channels for
 * each point, and what comes out is brought back. Three passes over a group of tiles at a time,
 * which stays in the caches. */
#include "kernel/blocked_tiers.h"

#include "kernel/deal.h"

enum {

    GROUP_FLOATS = 3 << 16, /* points in and out of a group, about: a second-level cache */
    GROUP_TILES = 48,       /* at least, to be worth reading the weights */
    ALONE = 4,              /* groups a thread from which on each works on groups of its own */
    TASKS_PER_THREAD = 3
};

typedef struct Winograd {
    const KernelContext *k;
    const BlockedConv *conv;
    const Blocks *x, *y;
    const BlockedTier *tier;
    int64_t inputs, outputs, across, down; /* blocks; tiles of a map */
    int64_t tiles, group;                  /* of all items; at a time, at most */
    bool alone;                            /* each thread has its own group */
    Deal groups;
    int64_t in_size, out_size, worker_size; /* floats */
} Winograd;

static Winograd make_winograd(CpuTier tier, const BlockedConv *c, int threads) {
    const ConvShape *s = &c->shape;
    Winograd w = {.conv = c,
                  .tier = blocked_tier(tier),
                  .inputs = blocks_of(s->ic),
                  .outputs = blocks_of(s->oc),
                  .across = div_up(s->ow, WINOGRAD_OUT),
                  .down = div_up(s->oh, WINOGRAD_OUT)};
    const int64_t tile = (w.inputs + w.outputs) * BLOCK * WINOGRAD_POINTS;
    w.tiles = s->n * w.across * w.down;
    w.group = max64(GROUP_FLOATS / tile, GROUP_TILES);
    w.alone = threads == 1 || w.tiles / w.group >= ALONE * threads;
    if (!w.alone)
        w.group = max64(threads * GROUP_FLOATS / tile, GROUP_TILES);
    w.groups = deal(w.tiles, div_up(w.tiles, w.group));
    w.group = div_up(w.tiles, w.groups.parts) | 1; /* not all blocks on the same lines */
    w.in_size = WINOGRAD_POINTS * w.inputs * w.group * BLOCK;
    w.out_size = WINOGRAD_POINTS * w.outputs * w.group * BLOCK;
    w.worker_size = WINOGRAD_POINTS * BLOCK + (w.alone ? w.in_size + w.out_size : 0);
    return w;
}

/* Some tiles at their points: [36][blocks][tiles][16]. */
typedef struct Group {
    const Winograd *w;
    float *in, *out, *patches;
    int64_t first, count;
    Deal chunks, parts; /* of tiles for transforms, of panels; where threads share the group */
} Group;

/* A tile's place. */
typedef struct Place {
    int64_t item, y, x;
} Place;
static Place tile_place(const Winograd *w, int64_t tile) {
    const int64_t map = w->across * w->down, at = tile % map;
    return (Place){tile / map, at / w->across * WINOGRAD_OUT, at % w->across * WINOGRAD_OUT};
}

/* What of the picture a tile sees, in a frame of zeros where it reaches beyond. */
static void fill_patch(const ConvShape *s, const float *map, int64_t y0, int64_t x0, float *patch) {
    for (int64_t y = y0; y < y0 + WINOGRAD_IN; y++)
        for (int64_t x = x0; x < x0 + WINOGRAD_IN; x++, patch += BLOCK) {
            const bool inside = y >= 0 && y < s->ih && x >= 0 && x < s->iw;
            for (int i = 0; i < BLOCK; i++)
                patch[i] = inside ? map[(y * s->iw + x) * BLOCK + i] : 0;
        }
}

/* A block of the input of tiles i..end-1. */
static void bring_in(const Group *g, int64_t block, int64_t i, int64_t end, float *patch) {
    const Winograd *w = g->w;
    const ConvShape *s = &w->conv->shape;
    const int64_t plane = s->ih * s->iw * BLOCK, a_block = w->group * BLOCK;
    for (; i < end; i++) {
        const Place at = tile_place(w, g->first + i);
        const float *map = w->x->data + at.item * w->x->item + block * plane;
        const int64_t y = at.y - s->py, x = at.x - s->px;
        float *to = g->in + block * a_block + i * BLOCK;
        if (y >= 0 && x >= 0 && y + WINOGRAD_IN <= s->ih && x + WINOGRAD_IN <= s->iw) {
            w->tier->winograd_in(map + (y * s->iw + x) * BLOCK, s->iw * BLOCK, to,
                                 w->inputs * a_block);
        } else {
            fill_patch(s, map, y, x, patch);
            w->tier->winograd_in(patch, WINOGRAD_IN * BLOCK, to, w->inputs * a_block);
        }
    }
}

/* Panels p0..p1-1 at one point. */
static void multiply(const Group *g, int64_t point, int64_t p0, int64_t p1) {
    const Winograd *w = g->w;
    const int64_t block = w->group * BLOCK;
    const Deal depths = blocked_depths(w->inputs);
    const float *a = g->in + point * w->inputs * block;
    BlockedProduct product = {
        .tier = w->tier,
        .a_block = block,
        .w = w->conv->packed + point * w->outputs * w->inputs * BLOCK * BLOCK,
        .depth = w->inputs,
        .outputs = w->outputs,
        .pixels = g->count,
        .p0 = p0,
        .p1 = p1,
        .c = g->out + point * w->outputs * block,
        .c_block = block,
    };
    for (int64_t i = 0; i < depths.parts; i++) {
        product.k0 = deal_start(&depths, i);
        product.k1 = deal_start(&depths, i + 1);
        product.a = a + product.k0 * block;
        blocked_multiply(&product);
    }
}

/* A block of the output of tiles i..end-1. */
static void bring_out(const Group *g, int64_t block, int64_t i, int64_t end) {
    const Winograd *w = g->w;
    const ConvShape *s = &w->conv->shape;
    const BlockedAfter *after = &w->conv->after;
    const int64_t plane = s->oh * s->ow * BLOCK, c_block = w->group * BLOCK;
    WinogradTile tile = {
        .apart = w->outputs * c_block,
        .y_row = s->ow * BLOCK,
        .shift = after->shift ? after->shift + block * BLOCK : NULL,
        .relu = after->relu,
    };
    for (; i < end; i++) {
        const Place at = tile_place(w, g->first + i);
        const int64_t to = block * plane + (at.y * s->ow + at.x) * BLOCK;
        tile.from = g->out + block * c_block + i * BLOCK;
        tile.y = w->y->data + at.item * w->y->item + to;
        tile.rows = min64(s->oh - at.y, WINOGRAD_OUT);
        tile.cols = min64(s->ow - at.x, WINOGRAD_OUT);
        if (after->residual)
            tile.residual = after->residual->data + at.item * after->residual->item + to;
        w->tier->winograd_out(&tile);
    }
}

static Group make_group(const Winograd *w, int64_t i, float *points) {
    const int64_t first = deal_start(&w->groups, i);
    return (Group){.w = w,
                   .in = points,
                   .out = points + w->in_size,
                   .first = first,
                   .count = deal_start(&w->groups, i + 1) - first};
}

/* --- Each thread by itself
 * ----------------------------------------------------------------------------- */

static void group_task(void *context, int64_t task, int worker) {
    const Winograd *w = context;
    float *patch = w->k->scratch + worker * w->worker_size;
    const Group g = make_group(w, task, patch + WINOGRAD_POINTS * BLOCK);
    for (int64_t block = 0; block < w->inputs && !job_cancelled(w->k->job); block++)
        bring_in(&g, block, 0, g.count, patch);
    for (int64_t i = 0; i < WINOGRAD_POINTS && !job_cancelled(w->k->job); i++)
        multiply(&g, i, 0, blocked_panels(w->tier, w->outputs));
    for (int64_t block = 0; block < w->outputs && !job_cancelled(w->k->job); block++)
        bring_out(&g, block, 0, g.count);
}

/* --- All threads on one group
 * -------------------------------------------------------------------------- */

static void in_task(void *context, int64_t task, int worker) {
    const Group *g = context;
    const int64_t chunk = task % g->chunks.parts;
    bring_in(g, task / g->chunks.parts, deal_start(&g->chunks, chunk),
             deal_start(&g->chunks, chunk + 1), g->patches + worker * g->w->worker_size);
}

static void product_task(void *context, int64_t task, int worker) {
    const Group *g = context;
    const int64_t part = task % g->parts.parts;
    (void)worker;
    multiply(g, task / g->parts.parts, deal_start(&g->parts, part),
             deal_start(&g->parts, part + 1));
}

static void out_task(void *context, int64_t task, int worker) {
    const Group *g = context;
    const int64_t chunk = task % g->chunks.parts;
    (void)worker;
    bring_out(g, task / g->chunks.parts, deal_start(&g->chunks, chunk),
              deal_start(&g->chunks, chunk + 1));
}

static bool run_group(const Winograd *w, int64_t i) {
    const KernelContext *k = w->k;
    const int64_t threads = pool_threads(k->pool), tasks = threads * TASKS_PER_THREAD;
    Group g = make_group(w, i, k->scratch + threads * w->worker_size);
    g.patches = k->scratch;
    g.parts = deal(blocked_panels(w->tier, w->outputs), 1);
    g.chunks = deal(g.count, min64(g.count, div_up(tasks, w->inputs)));
    if (!pool_run(k->pool, k->job, w->inputs * g.chunks.parts, in_task, &g) ||
        !pool_run(k->pool, k->job, WINOGRAD_POINTS * g.parts.parts, product_task, &g))
        return false;
    g.chunks = deal(g.count, min64(g.count, div_up(tasks, w->outputs)));
    return pool_run(k->pool, k->job, w->outputs * g.chunks.parts, out_task, &g);
}

size_t blocked_winograd_scratch(CpuTier tier, const BlockedConv *c, int threads) {
    const Winograd w = make_winograd(tier, c, threads);
    return (size_t)(threads * w.worker_size + (w.alone ? 0 : w.in_size + w.out_size));
}

bool blocked_winograd(const KernelContext *k, const BlockedConv *c, const Blocks *x,
                      const Blocks *y) {
    const ConvShape *s = &c->shape;
    Winograd w = make_winograd(k->tier, c, pool_threads(k->pool));
    w.k = k;
    w.x = x;
    w.y = y;
    bool ok = true;
    if (w.alone)
        ok = pool_run(k->pool, k->job, w.groups.parts, group_task, &w);
    for (int64_t i = 0; !w.alone && ok && i < w.groups.parts; i++)
        ok = run_group(&w, i);
    job_advance(k->job, ok ? s->n * s->oh * s->ow * s->ic * s->oc * 9 : 0);
    return ok && !job_cancelled(k->job);
}
