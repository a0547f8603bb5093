/* The gradient of a convolution's weights, dw transposed (rows (ic, ky, kx), columns oc) = the sum
 * over the batch's positions of a value of the picture times a row of dy transposed, by the tiles
 * of conv_tiers.h: three of a filter's columns to a group, or four channels where filters are
 * narrow. As in gemm.c, positions are summed in blocks. The batch is cut into parts, their sums
 * joined in order; how many parts and which blocks depends on the shape only. */
#include "kernel/conv_tiers.h"

#include <assert.h>
#include <string.h>

enum {
    LINE = 16,               /* floats in a cache line */
    POSITIONS = 384,         /* of a block, about: panels stay in the second-level cache */
    COLUMNS = 256,           /* of panels at a time */
    PARTS = 16,              /* at most */
    PARTIAL_SUMS = 1 << 19,  /* floats, at most, unless there is one part */
    PART_POSITIONS = 1 << 9, /* at least */
    CHANNELS = 12,           /* of a frame: whole tiles */
    TASKS_PER_THREAD = 3,
    TASK_WORK = 1 << 20, /* multiply-adds worth a task */
    JOIN = 16            /* rows of dw a task */
};

typedef struct Weights {
    const KernelContext *k;
    const ConvShape *shape;
    const ConvTier *tier;
    const float *x, *dy;
    float *sums; /* parts, G, rows + 1, columns; the last row is for db */
    float *dw, *db;
    int64_t icg, ocg, taps;
    bool across; /* a group is four channels, else three columns of the filter */
    int64_t kw;  /* columns of the filter, and what fills the last three */
    int64_t rows, columns;
    ConvFrame frame;
    int64_t channels, items, band; /* of a frame; band: rows of positions */
    int64_t count;                 /* of positions */
    int32_t *at;                   /* where they lie in the frame */
    int64_t parts;
    int64_t ranges, col_blocks; /* tasks: channels by frames, columns by panels. Affect no sum */
    size_t panels, worker_size; /* floats */
} Weights;

/* Three columns of a filter or four channels: what leaves fewer rows of a tile idle. */
static void choose_groups(Weights *c) {
    const int64_t kw = conv_round_up(c->shape->kw, 3), icg = conv_round_up(c->icg, 4);
    c->across = icg * c->shape->kw < kw * c->icg;
    c->kw = c->across ? c->shape->kw : kw;
    c->rows = (c->across ? icg : c->icg) * c->shape->kh * c->kw;
}

/* A filter of one column (row) needs no other columns (rows) of the picture than those it sees. */
static void choose_frame(Weights *c) {
    const ConvShape *s = c->shape;
    const int64_t plane = conv_max(s->oh * s->ow, 1), bands = conv_div_up(plane, POSITIONS);
    const int64_t down = s->kh == 1 ? 1 : s->sy, across = s->kw == 1 ? 1 : s->sx;
    c->items = conv_max(conv_min(POSITIONS / plane, s->n), 1);
    c->band = conv_max(conv_div_up(s->oh, bands), 1);
    c->count = c->items * c->band * s->ow;
    c->frame = (ConvFrame){
        .height = (c->band - 1) * down + (s->kh - 1) * s->dy + 1,
        .width = (s->ow - 1) * across + (s->kw - 1) * s->dx + 1,
        .row_step = s->kh == 1 ? s->sy : 1,
        .col_step = s->kw == 1 ? s->sx : 1,
        .col_from = -s->px,
        .map_height = s->ih,
        .map_width = s->iw,
    };
    conv_frame_init(&c->frame, c->items, 3 * s->dx);
    c->channels = CHANNELS;
    if (!c->across) { /* whole tiles */
        const int64_t groups = s->kh * c->kw / 3;
        c->channels = groups % 4 == 0 ? 1 : groups % 2 == 0 ? 2 : 4;
    }
    c->channels = conv_min(c->channels, c->across ? conv_round_up(c->icg, 4) : c->icg);
}

static void find_positions(const Weights *c, int32_t *at) {
    const ConvShape *s = c->shape;
    const ConvFrame *f = &c->frame;
    const int64_t down = s->kh == 1 ? 1 : s->sy, across = s->kw == 1 ? 1 : s->sx;
    for (int64_t item = 0; item < c->items; item++)
        for (int64_t y = 0; y < c->band; y++)
            for (int64_t x = 0; x < s->ow; x++)
                *at++ = (int32_t)(item * f->item_step + y * down * f->width + x * across);
}

/* Of a part and group. */
static int64_t sums_each(const Weights *c) {
    return (c->rows + 1) * c->columns;
}

static int64_t choose_parts(const Weights *c) {
    const ConvShape *s = c->shape;
    const int64_t sums = sums_each(c) * conv_max(s->groups, 1);
    const int64_t most = conv_min(PARTIAL_SUMS / sums, s->n * s->oh * s->ow / PART_POSITIONS);
    int64_t parts = 1;
    while (parts * 2 <= conv_min(conv_min(most, s->n), PARTS))
        parts *= 2;
    return parts;
}

static Weights make_weights(CpuTier tier, const ConvShape *s, int threads) {
    Weights c = {
        .shape = s,
        .tier = conv_tier(tier),
        .icg = s->ic / s->groups,
        .ocg = s->oc / s->groups,
        .taps = s->kh * s->kw,
    };
    choose_groups(&c);
    c.columns = conv_round_up(c.ocg, c.tier->lanes);
    choose_frame(&c);
    c.parts = choose_parts(&c);
    const int64_t items = c.parts * s->groups, blocks = conv_div_up(c.icg, c.channels);
    const int64_t work = s->n * s->oh * s->ow * c.rows * c.columns * s->groups;
    const int64_t wanted = conv_min(threads * TASKS_PER_THREAD, work / TASK_WORK + 1);
    c.col_blocks = conv_div_up(c.columns, COLUMNS);
    c.ranges = threads == 1 ? 1 : conv_min(conv_div_up(wanted, items * c.col_blocks), blocks);
    const int64_t width = conv_min(c.columns, COLUMNS);
    c.panels = (size_t)conv_round_up(c.count * width, LINE);
    c.worker_size = c.panels + (size_t)(c.channels * c.frame.channel_step);
    return c;
}

/* What of a frame is in use: a block of positions. */
typedef struct Block {
    int64_t group, item, items, oy, rows; /* items, and rows of the output of each */
    int64_t col0, col1;                   /* columns of the panels */
    bool add;
} Block;

/* Packs a block of dy, and adds up its columns if there is where. */
static void pack_panels(const Weights *c, const Block *b, float *panel, float *sums) {
    const ConvShape *s = c->shape;
    const int64_t plane = s->oh * s->ow, count = b->rows * s->ow, nr = 2 * c->tier->lanes;
    const GemmPackB pack = gemm_tier(c->k->tier)->pack_matrix;
    for (int64_t n = b->col0; n < b->col1; n += nr) {
        const int64_t width = conv_min(nr, b->col1 - n);
        const float *first = panel;
        for (int64_t item = 0; item < b->items; item++, panel += count * width) {
            const int64_t map = (b->item + item) * s->oc + b->group * c->ocg;
            const GemmMatrix dy = {c->dy + map * plane + b->oy * s->ow, 1, plane};
            pack(&dy, 0, count, n, conv_min(width, c->ocg - n), (int)width, panel);
        }
        if (sums)
            c->tier->sums[width / c->tier->lanes - 1](first, b->items * count, sums + n, b->add);
    }
}

/* Group i of a frame that begins with channel ic: where it begins in the frame, its row of sums. */
static void find_group(const Weights *c, int64_t ic, int64_t count, int64_t i, int64_t *at,
                       int64_t *row) {
    const ConvShape *s = c->shape;
    const ConvFrame *f = &c->frame;
    if (c->across) {
        const int64_t quartets = conv_div_up(count, 4), tap = i / quartets;
        const int64_t channel = i % quartets * 4;
        *at = channel * f->channel_step + tap / s->kw * s->dy * f->width + tap % s->kw * s->dx;
        *row = (ic + channel) * c->taps + tap;
    } else {
        const int64_t trios = c->kw / 3, kx = i % trios * 3, line = i / trios;
        *at = line / s->kh * f->channel_step + line % s->kh * s->dy * f->width + kx * s->dx;
        *row = (ic * s->kh + line) * c->kw + kx;
    }
}

static ConvKind tile_kind(const Weights *c) {
    const ConvShape *s = c->shape;
    if (!c->across)
        return s->dx == 1 ? CONV_TRIOS_BESIDE : CONV_TRIOS;
    const bool beside = s->kw == 1 || s->sx == 1; /* positions of a row */
    return c->taps == 1 || (beside && s->ow % 4 == 0) ? CONV_QUARTETS_RUNS : CONV_QUARTETS;
}

/* All taps of `count` channels times all panels. */
static void multiply_channels(const Weights *c, const Block *b, int64_t ic, int64_t count,
                              const float *frame, const float *panels, float *sums) {
    const ConvKind kind = tile_kind(c);
    const int64_t positions = b->items * b->rows * c->shape->ow, nr = 2 * c->tier->lanes;
    const int64_t groups =
        c->across ? conv_div_up(count, 4) * c->taps : count * c->shape->kh * (c->kw / 3);
    const int64_t tiles = conv_div_up(groups, c->tier->groups[kind]);
    for (int64_t t = 0; t < tiles; t++) {
        const int64_t first = conv_part(groups, tiles, t);
        const int64_t end = conv_part(groups, tiles, t + 1);
        ConvTile tile = {
            .a_row = c->across ? c->frame.channel_step : c->shape->dx,
            .at = c->at,
            .count = positions,
            .b = panels,
            .c_row = (c->across ? c->taps : 1) * c->columns,
            .add = b->add,
        };
        for (int64_t i = first; i < end; i++) {
            int64_t from, row;
            find_group(c, ic, count, i, &from, &row);
            tile.a[i - first] = frame + from;
            tile.c[i - first] = sums + row * c->columns + b->col0;
        }
        for (int64_t n = b->col0; n < b->col1; n += nr) {
            const int64_t lanes = conv_min(nr, b->col1 - n);
            c->tier->micro[kind][end - first - 1][lanes / c->tier->lanes - 1](&tile);
            tile.b += positions * lanes;
            for (int64_t i = 0; i < end - first; i++)
                tile.c[i] += lanes;
        }
    }
}

/* A range of channels of one part and group, for a block of columns. */
static void weights_task(void *context, int64_t task, int worker) {
    const Weights *c = context;
    const ConvShape *s = c->shape;
    const int64_t col = task % c->col_blocks, range = task / c->col_blocks % c->ranges;
    const int64_t i = task / c->col_blocks / c->ranges, part = i / s->groups;
    const int64_t blocks = conv_div_up(c->icg, c->channels), panels = c->columns / c->tier->lanes;
    const int64_t ic0 = conv_part(blocks, c->ranges, range) * c->channels;
    const int64_t ic1 = conv_min(conv_part(blocks, c->ranges, range + 1) * c->channels, c->icg);
    const int64_t end = conv_part(s->n, c->parts, part + 1);
    float *panel = c->k->scratch + (size_t)worker * c->worker_size, *frame = panel + c->panels;
    float *sums = c->sums + i * sums_each(c);
    Block b = {
        .group = i % s->groups,
        .item = conv_part(s->n, c->parts, part),
        .col0 = conv_part(panels, c->col_blocks, col) * c->tier->lanes,
        .col1 = conv_part(panels, c->col_blocks, col + 1) * c->tier->lanes,
    };
    memset(frame, 0, (c->worker_size - c->panels) * sizeof *frame);
    for (; b.item < end; b.item += c->items)
        for (b.oy = 0; b.oy < s->oh && !job_cancelled(c->k->job); b.oy += c->band) {
            b.items = conv_min(c->items, end - b.item);
            b.rows = conv_min(c->band, s->oh - b.oy);
            pack_panels(c, &b, panel, c->db && range == 0 ? sums + c->rows * c->columns : NULL);
            for (int64_t ic = ic0; ic < ic1 && c->dw; ic += c->channels) {
                const int64_t count = conv_min(c->channels, ic1 - ic);
                const float *maps = c->x + (b.item * s->ic + b.group * c->icg + ic) * s->ih * s->iw;
                conv_frame_copy(c->k->tier, &c->frame, maps, s->ic * s->ih * s->iw, count, b.items,
                                b.oy * s->sy - s->py,
                                c->frame.height - (c->band - b.rows) * (s->kh == 1 ? 1 : s->sy),
                                frame);
                multiply_channels(c, &b, ic, count, frame, panel, sums);
            }
            b.add = true;
            job_advance(c->k->job, b.items * b.rows * s->ow * (ic1 - ic0) * c->taps *
                                       (conv_min(b.col1, c->ocg) - b.col0));
        }
}

/* Row i of the sums, JOIN columns from o0 on (or what there is): the parts' added up in order. */
static void join_row(const Weights *c, int64_t group, int64_t i, int64_t o0, float sum[JOIN]) {
    const int64_t count = conv_min(JOIN, c->columns - o0);
    const float *from = c->sums + group * sums_each(c) + i * c->columns + o0;
    for (int o = 0; o < JOIN; o++)
        sum[o] = 0;
    for (int64_t part = 0; part < c->parts; part++, from += c->shape->groups * sums_each(c))
        for (int64_t o = 0; o < count; o++)
            sum[o] += from[o];
}

/* Rows of dw, from columns of the sums; and what belongs to them of db. */
static void join_task(void *context, int64_t task, int worker) {
    const Weights *c = context;
    const int64_t blocks = conv_div_up(c->ocg, JOIN), group = task / blocks, kw = c->shape->kw;
    const int64_t o0 = task % blocks * JOIN, count = conv_min(JOIN, c->ocg - o0);
    const int64_t first = group * c->ocg + o0, m = c->icg * c->taps;
    float sum[JOIN];
    (void)worker;
    for (int64_t i = 0; i < m && c->dw; i++) {
        join_row(c, group, i / kw * c->kw + i % kw, o0, sum);
        for (int64_t o = 0; o < count; o++)
            c->dw[(first + o) * m + i] = sum[o];
    }
    if (c->db)
        join_row(c, group, c->rows, o0, sum);
    for (int64_t o = 0; o < count && c->db; o++)
        c->db[first + o] = sum[o];
}

/* What all threads share: the sums, and the positions. */
static size_t sums_size(const Weights *c) {
    return (size_t)conv_round_up(c->parts * c->shape->groups * sums_each(c), LINE);
}
static size_t shared_size(const Weights *c) {
    return sums_size(c) + (size_t)conv_round_up(c->count, LINE);
}

size_t conv_weights_scratch(CpuTier tier, const ConvShape *s, int threads) {
    const Weights c = make_weights(tier, s, threads);
    return shared_size(&c) + c.worker_size * (size_t)threads;
}

bool conv_backward_weights(const KernelContext *k, const ConvShape *s, const float *x,
                           const float *dy, float *dw, float *db) {
    const int threads = pool_threads(k->pool);
    Weights c = make_weights(k->tier, s, threads);
    const size_t size = shared_size(&c);
    KernelContext rest = *k;
    assert(k->scratch_count >= size + c.worker_size * (size_t)threads);
    rest.scratch += size;
    c.k = &rest;
    c.x = x;
    c.dy = dy;
    c.sums = k->scratch;
    c.at = (int32_t *)(void *)(k->scratch + sums_size(&c));
    find_positions(&c, c.at);
    c.dw = dw;
    c.db = db;
    const int64_t tasks = c.parts * s->groups * c.ranges * c.col_blocks;
    return pool_run(k->pool, k->job, tasks, weights_task, &c) &&
           pool_run(k->pool, k->job, s->groups * conv_div_up(c.ocg, JOIN), join_task, &c) &&
           !job_cancelled(k->job);
}
