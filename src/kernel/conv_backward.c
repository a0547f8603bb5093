/* The gradient of a convolution's input as products of matrices.
 *
 * Stride 1: dx is the convolution of dy with the filters turned by half a turn and with input and
 * output channels exchanged, padded by D(K-1) - P. Other strides: the transposed filters times dy
 * give what each tap adds to dx (columns), which are then added up tap by tap (col2im). */
#include "kernel/conv_tiers.h"

#include <assert.h>
#include <string.h>

enum {
    LINE = 16,         /* floats in a cache line */
    COLUMNS = 1 << 16, /* floats of columns at a time: they stay in the second-level cache */
    ROWS = 28,         /* at least, so that the micro-tiles are full */
    BAND = 8           /* rows of dx that are worth a task */
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
static inline size_t lines(int64_t count) {
    return (size_t)(div_up(count, LINE) * LINE);
}
/* Where part i of `parts` begins. */
static inline int64_t part_start(int64_t count, int64_t parts, int64_t i) {
    return count * i / parts;
}

static inline int64_t taps_of(const ConvShape *s) {
    return s->kh * s->kw;
}
static inline int64_t group_inputs(const ConvShape *s) {
    return s->ic / s->groups;
}
static inline int64_t group_outputs(const ConvShape *s) {
    return s->oc / s->groups;
}

/* The context without the first `count` floats of scratch. */
static KernelContext after(const KernelContext *k, size_t count) {
    KernelContext rest = *k;
    assert(k->scratch_count >= count);
    rest.scratch += count;
    rest.scratch_count -= count;
    return rest;
}

/* Stride 1. */

static bool is_turned(const ConvShape *s) {
    return s->sy == 1 && s->sx == 1;
}

/* The convolution that takes dy to dx. */
static ConvShape turned_shape(const ConvShape *s) {
    ConvShape t = *s;
    t.ic = s->oc;
    t.ih = s->oh;
    t.iw = s->ow;
    t.oc = s->ic;
    t.oh = s->ih;
    t.ow = s->iw;
    t.py = s->dy * (s->kh - 1) - s->py;
    t.px = s->dx * (s->kw - 1) - s->px;
    return t;
}

typedef struct Turn {
    const ConvShape *shape;
    const float *w;
    float *turned; /* IC, OC/G, KH, KW */
} Turn;

static void turn_task(void *context, int64_t ic, int worker) {
    const Turn *t = context;
    const ConvShape *s = t->shape;
    const int64_t taps = taps_of(s), icg = group_inputs(s), ocg = group_outputs(s);
    const float *from = t->w + ((ic / icg * ocg) * icg + ic % icg) * taps;
    float *to = t->turned + ic * ocg * taps;
    (void)worker;
    for (int64_t oc = 0; oc < ocg; oc++, from += icg * taps, to += taps)
        for (int64_t i = 0; i < taps; i++)
            to[i] = from[taps - 1 - i];
}

static bool input_turned(const KernelContext *k, const ConvShape *s, const float *w,
                         const float *dy, bool add, float *dx) {
    const size_t size = lines(s->ic * group_outputs(s) * taps_of(s));
    const KernelContext rest = after(k, size);
    const ConvShape turned = turned_shape(s);
    Turn t = {s, w, k->scratch};
    return pool_run(k->pool, k->job, s->ic, turn_task, &t) &&
           conv_gemm_add(&rest, &turned, dy, k->scratch, add, dx);
}

/* Any stride. */

/* How dx is cut into tasks: items and groups, blocks of channels, bands of rows. Affects no sum. */
typedef struct Scatter {
    const KernelContext *k;
    const ConvShape *shape;
    const float *packed, *dy; /* packed: a block's filters transposed, IC/G/blocks*KH*KW x OC/G */
    bool add;
    float *dx;
    int64_t blocks, block;       /* channels of a block, but for the last */
    int64_t bands;               /* of rows of dx */
    int64_t rows;                /* of dy that a band sees, at most */
    size_t columns, worker_size; /* floats */
} Scatter;

/* The rows of dy that rows y0..y1-1 of dx see. */
static void rows_seen(const ConvShape *s, int64_t y0, int64_t y1, int64_t *from, int64_t *to) {
    const int64_t before = y0 + s->py - s->dy * (s->kh - 1);
    *from = before > 0 ? div_up(before, s->sy) : 0;
    *to = min64((y1 - 1 + s->py) / s->sy + 1, s->oh);
}

static Scatter make_scatter(CpuTier tier, const ConvShape *s, int threads) {
    const int64_t taps = taps_of(s), icg = group_inputs(s), plane = max64(s->oh * s->ow, 1);
    const int64_t least = min64(icg, div_up(ROWS, taps));
    const int64_t fit = min64(max64(COLUMNS / (taps * plane), least), icg);
    Scatter c = {.shape = s, .blocks = div_up(icg, fit), .bands = 1};
    c.block = div_up(icg, c.blocks);
    c.blocks = div_up(icg, c.block);
    const int64_t tasks = max64(s->n * s->groups * c.blocks, 1);
    if (threads > 1)
        c.bands = div_up(threads * 3, tasks);
    c.bands = max64(c.bands, div_up(c.block * taps * plane, 2 * COLUMNS));
    c.bands = max64(min64(c.bands, s->ih / BAND), 1);
    for (int64_t i = 0; i < c.bands; i++) {
        int64_t from, to;
        rows_seen(s, part_start(s->ih, c.bands, i), part_start(s->ih, c.bands, i + 1), &from, &to);
        c.rows = max64(c.rows, to - from);
    }
    c.columns = lines(c.block * taps * c.rows * s->ow);
    c.worker_size =
        c.columns + lines((int64_t)gemm_scratch(tier, c.block * taps, max64(c.rows, 1) * s->ow,
                                                group_outputs(s), 1));
    return c;
}

/* Where a block's packed filters lie; those of all blocks of all groups. */
static size_t packed_block(const Scatter *c, int64_t group, int64_t block) {
    const size_t one = gemm_packed_size(c->block * taps_of(c->shape), group_outputs(c->shape));
    return lines((int64_t)one) * (size_t)(group * c->blocks + block);
}
static size_t packed_all(const Scatter *c) {
    return packed_block(c, c->shape->groups, 0);
}

static int64_t block_channels(const Scatter *c, int64_t block) {
    return min64(c->block, group_inputs(c->shape) - block * c->block);
}

typedef struct Packing {
    const Scatter *scatter;
    const float *w;
    float *packed;
} Packing;

static void pack_task(void *context, int64_t i, int worker) {
    const Packing *p = context;
    const Scatter *c = p->scatter;
    const ConvShape *s = c->shape;
    const int64_t group = i / c->blocks, block = i % c->blocks, taps = taps_of(s);
    const int64_t icg = group_inputs(s), ocg = group_outputs(s);
    const GemmMatrix a = {p->w + (group * ocg * icg + block * c->block) * taps, 1, icg * taps};
    (void)worker;
    gemm_pack_a(c->k->tier, &a, block_channels(c, block) * taps, ocg,
                p->packed + packed_block(c, group, block));
}

/* Adds what tap (ky, kx) gives to rows y0..y1-1 of one map; row `from` of dy is the first of
 * column. */
static void add_tap(const ConvShape *s, int64_t ky, int64_t kx, int64_t y0, int64_t y1,
                    int64_t from, int64_t to, const float *column, float *map) {
    const int64_t ix0 = kx * s->dx - s->px;
    const int64_t x_from = ix0 < 0 ? div_up(-ix0, s->sx) : 0;
    const int64_t x_to = ix0 < s->iw ? min64((s->iw - 1 - ix0) / s->sx + 1, s->ow) : 0;
    for (int64_t oy = from; oy < to; oy++, column += s->ow) {
        const int64_t iy = oy * s->sy - s->py + ky * s->dy;
        if (iy < y0 || iy >= y1)
            continue;
        float *row = map + iy * s->iw;
        if (s->sx == 2)
            for (int64_t ox = x_from; ox < x_to; ox++)
                row[ix0 + ox * 2] += column[ox];
        else
            for (int64_t ox = x_from; ox < x_to; ox++)
                row[ix0 + ox * s->sx] += column[ox];
    }
}

static void scatter_task(void *context, int64_t task, int worker) {
    const Scatter *c = context;
    const ConvShape *s = c->shape;
    const int64_t band = task % c->bands, block = task / c->bands % c->blocks;
    const int64_t item = task / c->bands / c->blocks; /* of n*groups */
    const int64_t y0 = part_start(s->ih, c->bands, band);
    const int64_t y1 = part_start(s->ih, c->bands, band + 1);
    const int64_t channels = block_channels(c, block), taps = taps_of(s), ocg = group_outputs(s);
    int64_t from, to;
    rows_seen(s, y0, y1, &from, &to);
    const int64_t n = max64(to - from, 0) * s->ow;
    float *columns = c->k->scratch + (size_t)worker * c->worker_size;
    const GemmMatrix b = {c->dy + item * ocg * s->oh * s->ow + from * s->ow, s->oh * s->ow, 1};
    const Gemm g = {
        .m = channels * taps,
        .n = n,
        .k = ocg,
        .packed_a = c->packed + packed_block(c, item % s->groups, block),
        .pack_b = gemm_pack_matrix,
        .b = &b,
        .c = columns,
        .ldc = n,
    };
    if (n > 0)
        gemm_run_here(c->k, &g, columns + c->columns);
    float *map = c->dx + (item * group_inputs(s) + block * c->block) * s->ih * s->iw;
    for (int64_t ic = 0; ic < channels && !job_cancelled(c->k->job); ic++, map += s->ih * s->iw) {
        if (!c->add)
            memset(map + y0 * s->iw, 0, (size_t)((y1 - y0) * s->iw) * sizeof *map);
        for (int64_t t = 0; t < taps && n > 0; t++, columns += n)
            add_tap(s, t / s->kw, t % s->kw, y0, y1, from, to, columns, map);
    }
}

static bool input_scattered(const KernelContext *k, const ConvShape *s, const float *w,
                            const float *dy, bool add, float *dx) {
    Scatter c = make_scatter(k->tier, s, pool_threads(k->pool));
    const size_t packed = packed_all(&c);
    const KernelContext rest = after(k, packed);
    assert(rest.scratch_count >= c.worker_size * (size_t)pool_threads(k->pool));
    c.k = &rest;
    c.packed = k->scratch;
    c.dy = dy;
    c.add = add;
    c.dx = dx;
    Packing packing = {&c, w, k->scratch};
    return pool_run(k->pool, k->job, s->groups * c.blocks, pack_task, &packing) &&
           pool_run(k->pool, k->job, s->n * s->groups * c.blocks * c.bands, scatter_task, &c) &&
           !job_cancelled(k->job);
}

bool conv_backward_input(const KernelContext *k, const ConvShape *s, const float *w,
                         const float *dy, bool add, float *dx) {
    return (is_turned(s) ? input_turned : input_scattered)(k, s, w, dy, add, dx);
}

static size_t input_scratch(CpuTier tier, const ConvShape *s, int threads) {
    if (is_turned(s)) {
        const ConvShape turned = turned_shape(s);
        return lines(s->ic * group_outputs(s) * taps_of(s)) +
               conv_gemm_scratch(tier, &turned, threads);
    }
    const Scatter c = make_scatter(tier, s, threads);
    return packed_all(&c) + c.worker_size * (size_t)threads;
}

size_t conv_backward_scratch(CpuTier tier, const ConvShape *s, int threads) {
    const size_t input = input_scratch(tier, s, threads);
    const size_t weights = conv_weights_scratch(tier, s, threads);
    return input > weights ? input : weights;
}
