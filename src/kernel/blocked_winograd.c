/* Winograd's minimal filtering, F(4x4, 3x3) (Lavin and Gray 2015): tiles of the picture, 6x6 at
 * steps of 4, are brought to 36 points, where the convolution is a product over the channels for
 * each point, and what comes out is brought back. Three passes over a group of tiles at a time,
 * which stays in the caches. */
#include "kernel/blocked_tiers.h"

#include "kernel/deal.h"

enum {
    LINE = 16,
    GROUP_FLOATS = 3 << 16, /* of a thread, points in and out, about: its second-level cache */
    GROUP_TILES = 48,       /* at least, to be worth reading the weights */
    TASKS_PER_THREAD = 3
};

typedef struct Winograd {
    const KernelContext *k;
    const BlockedConv *conv;
    const Blocks *x, *y;
    const BlockedTier *tier;
    int64_t inputs, outputs, across, down; /* blocks; tiles of a map */
    int64_t tiles, group;                  /* of all items; at a time */
    float *in, *out, *patches;             /* points: 36, blocks, tiles, 16; a patch a worker */
    int64_t first, count;                  /* the group that is being computed */
    Deal chunks, parts;                    /* of its tiles for transforms, of panels */
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
    w.group = max64((int64_t)threads * GROUP_FLOATS / tile, GROUP_TILES);
    w.group = div_up(w.tiles, div_up(w.tiles, w.group));
    return w;
}

static size_t points_size(const Winograd *w, int64_t blocks) {
    return (size_t)(WINOGRAD_POINTS * blocks * (w->group | 1) * BLOCK);
}

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

static void in_task(void *context, int64_t task, int worker) {
    const Winograd *w = context;
    const ConvShape *s = &w->conv->shape;
    const int64_t block = task / w->chunks.parts, chunk = task % w->chunks.parts;
    const int64_t plane = s->ih * s->iw * BLOCK, a_block = (w->group | 1) * BLOCK;
    float *patch = w->patches + worker * WINOGRAD_POINTS * BLOCK;
    for (int64_t i = deal_start(&w->chunks, chunk); i < deal_start(&w->chunks, chunk + 1); i++) {
        const Place at = tile_place(w, w->first + i);
        const float *map = w->x->data + at.item * w->x->item + block * plane;
        const int64_t y = at.y - s->py, x = at.x - s->px;
        float *to = w->in + block * a_block + i * BLOCK;
        if (y >= 0 && x >= 0 && y + WINOGRAD_IN <= s->ih && x + WINOGRAD_IN <= s->iw) {
            w->tier->winograd_in(map + (y * s->iw + x) * BLOCK, s->iw * BLOCK, to,
                                 w->inputs * a_block);
        } else {
            fill_patch(s, map, y, x, patch);
            w->tier->winograd_in(patch, WINOGRAD_IN * BLOCK, to, w->inputs * a_block);
        }
    }
}

static void product_task(void *context, int64_t task, int worker) {
    const Winograd *w = context;
    const int64_t point = task / w->parts.parts, part = task % w->parts.parts;
    const int64_t block = (w->group | 1) * BLOCK;
    const Deal depths = blocked_depths(w->inputs);
    const float *a = w->in + point * w->inputs * block;
    BlockedProduct product = {
        .tier = w->tier,
        .a_block = block,
        .w = w->conv->packed + point * w->outputs * w->inputs * BLOCK * BLOCK,
        .depth = w->inputs,
        .outputs = w->outputs,
        .pixels = w->count,
        .p0 = deal_start(&w->parts, part),
        .p1 = deal_start(&w->parts, part + 1),
        .c = w->out + point * w->outputs * block,
        .c_block = block,
    };
    (void)worker;
    for (int64_t i = 0; i < depths.parts; i++) {
        product.k0 = deal_start(&depths, i);
        product.k1 = deal_start(&depths, i + 1);
        product.a = a + product.k0 * block;
        blocked_multiply(&product);
    }
}

static void out_task(void *context, int64_t task, int worker) {
    const Winograd *w = context;
    const ConvShape *s = &w->conv->shape;
    const BlockedAfter *after = &w->conv->after;
    const int64_t block = task / w->chunks.parts, chunk = task % w->chunks.parts;
    const int64_t plane = s->oh * s->ow * BLOCK, c_block = (w->group | 1) * BLOCK;
    const int64_t first = deal_start(&w->chunks, chunk), end = deal_start(&w->chunks, chunk + 1);
    WinogradTile tile = {
        .apart = w->outputs * c_block,
        .y_row = s->ow * BLOCK,
        .shift = after->shift ? after->shift + block * BLOCK : NULL,
        .relu = after->relu,
    };
    (void)worker;
    for (int64_t i = first; i < end; i++) {
        const Place at = tile_place(w, w->first + i);
        const int64_t to = block * plane + (at.y * s->ow + at.x) * BLOCK;
        tile.from = w->out + block * c_block + i * BLOCK;
        tile.y = w->y->data + at.item * w->y->item + to;
        tile.rows = min64(s->oh - at.y, WINOGRAD_OUT);
        tile.cols = min64(s->ow - at.x, WINOGRAD_OUT);
        if (after->residual)
            tile.residual = after->residual->data + at.item * after->residual->item + to;
        w->tier->winograd_out(&tile);
    }
    const int64_t channels = min64(s->oc - block * BLOCK, BLOCK);
    job_advance(w->k->job, (end - first) * channels * s->ic); /* the rest when all is done */
}

size_t blocked_winograd_scratch(CpuTier tier, const BlockedConv *c, int threads) {
    const Winograd w = make_winograd(tier, c, threads);
    return points_size(&w, w.inputs) + points_size(&w, w.outputs) +
           (size_t)(threads * WINOGRAD_POINTS * BLOCK);
}

static bool run_group(Winograd *w) {
    const KernelContext *k = w->k;
    const int threads = pool_threads(k->pool);
    const int64_t tasks = threads == 1 ? 1 : threads * TASKS_PER_THREAD;
    const int64_t panels = blocked_panels(w->tier, w->outputs);
    w->chunks = deal(w->count, min64(w->count, div_up(tasks, w->inputs)));
    w->parts = deal(panels, 1);
    if (!pool_run(k->pool, k->job, w->inputs * w->chunks.parts, in_task, w) ||
        !pool_run(k->pool, k->job, WINOGRAD_POINTS * w->parts.parts, product_task, w))
        return false;
    w->chunks = deal(w->count, min64(w->count, div_up(tasks, w->outputs)));
    return pool_run(k->pool, k->job, w->outputs * w->chunks.parts, out_task, w);
}

bool blocked_winograd(const KernelContext *k, const BlockedConv *c, const Blocks *x,
                      const Blocks *y) {
    const ConvShape *s = &c->shape;
    Winograd w = make_winograd(k->tier, c, pool_threads(k->pool));
    w.k = k;
    w.x = x;
    w.y = y;
    w.in = k->scratch;
    w.out = w.in + points_size(&w, w.inputs);
    w.patches = w.out + points_size(&w, w.outputs);
    for (w.first = 0; w.first < w.tiles; w.first += w.group) {
        w.count = min64(w.group, w.tiles - w.first);
        if (!run_group(&w))
            return false;
    }
    job_advance(k->job, s->n * s->oh * s->ow * s->ic * s->oc * 9 - w.tiles * s->oc * s->ic);
    return !job_cancelled(k->job);
}
