/* The gradient of a convolution's weights, dw transposed (rows (ic, ky, kx), columns oc) = the sum
 * over the batch's positions of a value of the picture times a row of dy transposed.
 *
 * As in gemm.c, positions are summed in blocks; a block of dy is packed in panels. But what the
 * panels meet is not packed: with the picture copied into a frame of zeros, the values that one tap
 * sees lie `stride` apart, and a tile takes three of a filter's columns from one pointer (or three
 * channels, where filters are narrow). The batch is cut into parts, their sums joined in order; how
 * many parts and which blocks depends on the shape only. */
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
    TASKS_PER_THREAD = 3,
    TASK_WORK = 1 << 20, /* multiply-adds worth a task */
    JOIN = 16            /* rows of dw a task */
};

static inline int64_t min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static inline int64_t max64(int64_t a, int64_t b) {
    return a > b ? a : b;
}
static inline int64_t div_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}
static inline int64_t round_up(int64_t a, int64_t b) {
    return div_up(a, b) * b;
}
/* Where part i of `parts` begins. */
static inline int64_t part_start(int64_t count, int64_t parts, int64_t i) {
    return count * i / parts;
}

static const ConvTier *conv_tier(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return &conv_tier_avx512;
    if (tier == CPU_AVX2)
        return &conv_tier_avx2;
#endif
    (void)tier;
    return &conv_tier_ref;
}

/* The picture as it is copied: `channels` x `items` x `height` x `width`, in which one position
 * lies `step` from the next and a row of positions `row_step`. A filter of one column (row) needs
 * no other columns (rows) of the picture than those it sees. */
typedef struct Frame {
    int64_t channels, items, rows; /* rows: of positions */
    int64_t height, width, step, row_step, item_step, channel_step;
} Frame;

typedef struct Weights {
    const KernelContext *k;
    const ConvShape *shape;
    const ConvTier *tier;
    const float *x, *dy;
    float *sums; /* parts, G, rows + 1, columns; the last row is for db */
    float *dw, *db;
    int64_t icg, ocg, taps;
    bool across; /* a group is three channels, else three columns of the filter */
    int64_t kw;  /* columns of the filter, and what fills the last three */
    int64_t rows, columns;
    Frame frame; /* of a block */
    int64_t parts;
    int64_t ranges, col_blocks; /* tasks: channels by frames, columns by panels. Affect no sum */
    size_t panels, worker_size; /* floats */
} Weights;

/* Three columns of a filter or three channels: what leaves fewer rows of a tile idle. */
static void choose_groups(Weights *c) {
    const int64_t kw = round_up(c->shape->kw, CONV_ROWS), icg = round_up(c->icg, CONV_ROWS);
    c->across = icg * c->shape->kw < kw * c->icg;
    c->kw = c->across ? c->shape->kw : kw;
    c->rows = (c->across ? icg : c->icg) * c->shape->kh * c->kw;
}

static Frame choose_frame(const Weights *c) {
    const ConvShape *s = c->shape;
    const int64_t plane = max64(s->oh * s->ow, 1), bands = div_up(plane, POSITIONS);
    Frame f = {.items = max64(min64(POSITIONS / plane, s->n), 1)};
    f.rows = max64(div_up(s->oh, bands), 1);
    f.step = s->kw == 1 ? 1 : s->sx;
    f.width = (s->ow - 1) * f.step + (s->kw - 1) * s->dx + 1;
    const int64_t down = s->kh == 1 ? 1 : s->sy;
    f.height = (f.rows - 1) * down + (s->kh - 1) * s->dy + 1;
    f.row_step = down * f.width;
    f.item_step = f.height * f.width;
    f.channel_step = round_up(f.items * f.item_step, LINE) + LINE;
    f.channels = CONV_ROWS * CONV_GROUPS_MAX;
    if (!c->across) { /* whole tiles */
        const int64_t groups = s->kh * c->kw / CONV_ROWS;
        f.channels = groups % 4 == 0 ? 1 : groups % 2 == 0 ? 2 : 4;
    }
    f.channels = min64(f.channels, c->across ? round_up(c->icg, CONV_ROWS) : c->icg);
    return f;
}

/* Of a part and group. */
static int64_t sums_each(const Weights *c) {
    return (c->rows + 1) * c->columns;
}

static int64_t choose_parts(const Weights *c) {
    const ConvShape *s = c->shape;
    const int64_t sums = sums_each(c) * max64(s->groups, 1);
    const int64_t most = min64(PARTIAL_SUMS / sums, s->n * s->oh * s->ow / PART_POSITIONS);
    int64_t parts = 1;
    while (parts * 2 <= min64(min64(most, s->n), PARTS))
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
    c.columns = round_up(c.ocg, c.tier->lanes);
    c.frame = choose_frame(&c);
    c.parts = choose_parts(&c);
    const Frame *f = &c.frame;
    const int64_t items = c.parts * s->groups, blocks = div_up(c.icg, max64(f->channels, 1));
    const int64_t work = s->n * s->oh * s->ow * c.rows * c.columns * s->groups;
    const int64_t wanted = min64(threads * TASKS_PER_THREAD, work / TASK_WORK + 1);
    c.col_blocks = div_up(c.columns, COLUMNS);
    c.ranges = threads == 1 ? 1 : min64(div_up(wanted, items * c.col_blocks), blocks);
    const int64_t width = min64(c.columns, COLUMNS);
    c.panels = (size_t)(f->items * f->rows * s->ow * round_up(width, c.tier->lanes));
    c.panels = (c.panels + LINE - 1) / LINE * LINE;
    /* A frame, and what idle rows of a tile read beyond it. */
    const int64_t beyond = CONV_ROWS * (f->channel_step + s->dx);
    c.worker_size = c.panels + (size_t)round_up(f->channels * f->channel_step + beyond, LINE);
    return c;
}

/* What of a frame is in use: a block of positions. */
typedef struct Block {
    int64_t group, item, items, oy, rows; /* items, and rows of the output of each */
    int64_t col0, col1;                   /* columns of the panels */
    bool add;
} Block;

/* One row of the picture into a frame whose columns outside the picture are zero. */
static void copy_row(const ConvShape *s, const Frame *f, const float *x, float *to) {
    if (s->kw == 1 && s->sx > 1) {
        for (int64_t i = 0; i < f->width; i++) {
            const int64_t ix = i * s->sx - s->px;
            if (ix >= 0 && ix < s->iw)
                to[i] = x[ix];
        }
        return;
    }
    const int64_t from = max64(s->px, 0), end = min64(f->width, s->iw + s->px);
    if (from < end)
        memcpy(to + from, x + from - s->px, (size_t)(end - from) * sizeof *to);
}

static void copy_channels(const Weights *c, const Block *b, int64_t ic, int64_t count,
                          float *frame) {
    const ConvShape *s = c->shape;
    const Frame *f = &c->frame;
    const bool whole = c->taps == 1 && s->sy == 1 && s->sx == 1 && s->py == 0 && s->px == 0;
    const int64_t down = s->kh == 1 ? s->sy : 1, iy0 = b->oy * s->sy - s->py;
    const int64_t height = f->height - (f->rows - b->rows) * (s->kh == 1 ? 1 : s->sy);
    for (int64_t channel = 0; channel < count; channel++)
        for (int64_t item = 0; item < b->items; item++) {
            const int64_t map = (b->item + item) * s->ic + b->group * c->icg + ic + channel;
            const float *x = c->x + map * s->ih * s->iw;
            float *to = frame + channel * f->channel_step + item * f->item_step;
            if (whole) {
                memcpy(to, x + iy0 * s->iw, (size_t)(height * s->iw) * sizeof *to);
                continue;
            }
            for (int64_t y = 0; y < height; y++, to += f->width) {
                const int64_t iy = iy0 + y * down;
                if (iy >= 0 && iy < s->ih)
                    copy_row(s, f, x + iy * s->iw, to);
                else
                    memset(to, 0, (size_t)f->width * sizeof *to);
            }
        }
}

/* Packs a block of dy, and adds up its columns if there is where. */
static void pack_panels(const Weights *c, const Block *b, float *panel, float *sums) {
    const ConvShape *s = c->shape;
    const int64_t plane = s->oh * s->ow, count = b->rows * s->ow, nr = 2 * c->tier->lanes;
    const GemmPackB pack = gemm_tier(c->k->tier)->pack_matrix;
    for (int64_t n = b->col0; n < b->col1; n += nr) {
        const int64_t width = min64(nr, b->col1 - n);
        const float *first = panel;
        for (int64_t item = 0; item < b->items; item++, panel += count * width) {
            const int64_t map = (b->item + item) * s->oc + b->group * c->ocg;
            const GemmMatrix dy = {c->dy + map * plane + b->oy * s->ow, 1, plane};
            pack(&dy, 0, count, n, min64(width, c->ocg - n), (int)width, panel);
        }
        if (sums)
            c->tier->sums[width / c->tier->lanes - 1](first, b->items * count, sums + n, b->add);
    }
}

/* Group i of a frame that begins with channel ic: where it begins in the frame, its row of sums. */
static void find_group(const Weights *c, int64_t ic, int64_t count, int64_t i, int64_t *at,
                       int64_t *row) {
    const ConvShape *s = c->shape;
    const Frame *f = &c->frame;
    if (c->across) {
        const int64_t trios = div_up(count, CONV_ROWS), tap = i / trios;
        const int64_t channel = i % trios * CONV_ROWS;
        *at = channel * f->channel_step + tap / s->kw * s->dy * f->width + tap % s->kw * s->dx;
        *row = (ic + channel) * c->taps + tap;
    } else {
        const int64_t trios = c->kw / CONV_ROWS, kx = i % trios * CONV_ROWS, line = i / trios;
        *at = line / s->kh * f->channel_step + line % s->kh * s->dy * f->width + kx * s->dx;
        *row = (ic * s->kh + line) * c->kw + kx;
    }
}

/* All taps of `count` channels times all panels. */
static void multiply_channels(const Weights *c, const Block *b, int64_t ic, int64_t count,
                              const float *frame, const float *panels, float *sums) {
    const Frame *f = &c->frame;
    const int64_t positions = b->items * b->rows * c->shape->ow, nr = 2 * c->tier->lanes;
    const bool merged = c->taps == 1; /* one position lies right after the other */
    const int64_t trios =
        c->across ? div_up(count, CONV_ROWS) * c->taps : count * c->shape->kh * (c->kw / CONV_ROWS);
    const int64_t tiles = div_up(trios, c->tier->groups);
    for (int64_t t = 0; t < tiles; t++) {
        const int64_t first = part_start(trios, tiles, t);
        const int64_t groups = part_start(trios, tiles, t + 1) - first;
        ConvTile tile = {
            .a_row = c->across ? f->channel_step : c->shape->dx,
            .step = f->step,
            .row_step = f->row_step,
            .item_step = f->item_step,
            .items = merged ? 1 : b->items,
            .height = merged ? 1 : b->rows,
            .width = merged ? positions : c->shape->ow,
            .b = panels,
            .c_row = (c->across ? c->taps : 1) * c->columns,
            .add = b->add,
        };
        for (int64_t i = 0; i < groups; i++) {
            int64_t at, row;
            find_group(c, ic, count, first + i, &at, &row);
            tile.a[i] = frame + at;
            tile.c[i] = sums + row * c->columns + b->col0;
        }
        for (int64_t n = b->col0; n < b->col1; n += nr) {
            const int64_t lanes = min64(nr, b->col1 - n);
            c->tier->micro[groups - 1][lanes / c->tier->lanes - 1](&tile);
            tile.b += positions * lanes;
            for (int64_t i = 0; i < groups; i++)
                tile.c[i] += lanes;
        }
    }
}

/* A range of channels of one part and group, for a block of columns. */
static void weights_task(void *context, int64_t task, int worker) {
    const Weights *c = context;
    const ConvShape *s = c->shape;
    const Frame *f = &c->frame;
    const int64_t col = task % c->col_blocks, range = task / c->col_blocks % c->ranges;
    const int64_t i = task / c->col_blocks / c->ranges, part = i / s->groups;
    const int64_t blocks = div_up(c->icg, f->channels), panels = c->columns / c->tier->lanes;
    const int64_t ic0 = part_start(blocks, c->ranges, range) * f->channels;
    const int64_t ic1 = min64(part_start(blocks, c->ranges, range + 1) * f->channels, c->icg);
    const int64_t end = part_start(s->n, c->parts, part + 1);
    float *panel = c->k->scratch + (size_t)worker * c->worker_size, *frame = panel + c->panels;
    float *sums = c->sums + i * sums_each(c);
    Block b = {
        .group = i % s->groups,
        .item = part_start(s->n, c->parts, part),
        .col0 = part_start(panels, c->col_blocks, col) * c->tier->lanes,
        .col1 = part_start(panels, c->col_blocks, col + 1) * c->tier->lanes,
    };
    memset(frame, 0, (c->worker_size - c->panels) * sizeof *frame);
    for (; b.item < end; b.item += f->items)
        for (b.oy = 0; b.oy < s->oh && !job_cancelled(c->k->job); b.oy += f->rows) {
            b.items = min64(f->items, end - b.item);
            b.rows = min64(f->rows, s->oh - b.oy);
            pack_panels(c, &b, panel, c->db && range == 0 ? sums + c->rows * c->columns : NULL);
            for (int64_t ic = ic0; ic < ic1 && c->dw; ic += f->channels) {
                const int64_t count = min64(f->channels, ic1 - ic);
                copy_channels(c, &b, ic, count, frame);
                multiply_channels(c, &b, ic, count, frame, panel, sums);
            }
            b.add = true;
            job_advance(c->k->job, b.items * b.rows * s->ow * (ic1 - ic0) * c->taps *
                                       (min64(b.col1, c->ocg) - b.col0));
        }
}

/* Row i of the sums, JOIN columns from o0 on (or what there is): the parts' added up in order. */
static void join_row(const Weights *c, int64_t group, int64_t i, int64_t o0, float sum[JOIN]) {
    const int64_t count = min64(JOIN, c->columns - o0);
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
    const int64_t blocks = div_up(c->ocg, JOIN), group = task / blocks, kw = c->shape->kw;
    const int64_t o0 = task % blocks * JOIN, count = min64(JOIN, c->ocg - o0);
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

static size_t sums_size(const Weights *c) {
    return (size_t)round_up(c->parts * c->shape->groups * sums_each(c), LINE);
}

size_t conv_weights_scratch(CpuTier tier, const ConvShape *s, int threads) {
    const Weights c = make_weights(tier, s, threads);
    return sums_size(&c) + c.worker_size * (size_t)threads;
}

bool conv_backward_weights(const KernelContext *k, const ConvShape *s, const float *x,
                           const float *dy, float *dw, float *db) {
    const int threads = pool_threads(k->pool);
    Weights c = make_weights(k->tier, s, threads);
    const size_t size = sums_size(&c);
    KernelContext rest = *k;
    assert(k->scratch_count >= size + c.worker_size * (size_t)threads);
    rest.scratch += size;
    c.k = &rest;
    c.x = x;
    c.dy = dy;
    c.sums = k->scratch;
    c.dw = dw;
    c.db = db;
    const int64_t tasks = c.parts * s->groups * c.ranges * c.col_blocks;
    return pool_run(k->pool, k->job, tasks, weights_task, &c) &&
           pool_run(k->pool, k->job, s->groups * div_up(c.ocg, JOIN), join_task, &c) &&
           !job_cancelled(k->job);
}
