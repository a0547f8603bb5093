/* Rows of a tile are positions, four beside each other to a group, columns are output channels, and
 * terms (channel, ky, kx). A few lines of positions are finished at a time: transposed, taken
 * through the epilogue and put where they belong. */
#include "kernel/conv_direct.h"

#include <assert.h>

enum {
    LINE = 16,        /* floats in a cache line */
    FRAME = 96 << 10, /* floats: stays in the second-level cache */
    POSITIONS = 512,  /* of several items */
    STRIP = 96,       /* positions that are finished together, at least */
    TASKS_PER_THREAD = 3,
    TASK_WORK = 1 << 20, /* multiply-adds worth a task */
    BAND = 4,            /* rows worth a task */
    TERMS = 100,         /* fewer are not worth the transposing of what they add up to */
    LANES_MAX = 16
};

static int64_t positions_of(const ConvDirect *d) {
    return d->v.positions * d->h.positions;
}

/* A filter of one column (row) needs no other columns (rows) of the picture than those it sees. */
static void choose_frame(ConvDirect *d) {
    const ConvAxis *v = &d->v, *h = &d->h;
    const int64_t down = v->taps == 1 ? 1 : v->from_step, across = h->taps == 1 ? 1 : h->from_step;
    d->frame = (ConvFrame){
        .height = (d->rows - 1) * down + (v->taps - 1) * v->tap_step + 1,
        .width = (h->positions - 1) * across + (h->taps - 1) * h->tap_step + 1,
        .row_step = v->taps == 1 ? v->from_step : 1,
        .col_step = h->taps == 1 ? h->from_step : 1,
        .col_from = h->from,
        .map_height = d->ih,
        .map_width = d->iw,
    };
    conv_frame_init(&d->frame, d->items, 3 * across);
}

/* Blocks of as many items or rows as a frame holds, or fewer to occupy the threads. */
static void choose_blocks(ConvDirect *d, int threads) {
    const int64_t plane = positions_of(d);
    const int64_t work = d->n * d->groups * plane * d->terms * d->columns;
    const int64_t wanted =
        threads == 1 ? 1 : conv_min(threads * TASKS_PER_THREAD, work / TASK_WORK + 1);
    d->items = 1;
    d->rows = d->v.positions;
    choose_frame(d);
    const int64_t fit = conv_max(FRAME / (d->cin * d->frame.channel_step), 1);
    const int64_t few = conv_max(d->n * d->groups / wanted, 1);
    d->items = conv_min(conv_min(conv_max(POSITIONS / plane, 1), d->n), conv_min(fit, few));
    d->item_blocks = conv_div_up(d->n, d->items);
    const int64_t more = conv_div_up(wanted, d->item_blocks * d->groups);
    const int64_t over = conv_div_up(d->cin * d->frame.channel_step, 2 * FRAME);
    d->bands = conv_min(conv_max(more, over), conv_div_up(d->v.positions, BAND));
    d->rows = conv_div_up(d->v.positions, d->bands);
    d->bands = conv_div_up(d->v.positions, d->rows);
    choose_frame(d);
}

/* What follows from the shape, once the axes are known. False: there is nothing to add up. */
static bool complete(ConvDirect *d, CpuTier tier, int threads) {
    d->tier = conv_tier(tier);
    d->terms = d->cin * d->v.taps * d->h.taps;
    d->columns = conv_round_up(d->cout, d->tier->lanes);
    if (d->n * d->groups * positions_of(d) * d->cout <= 0)
        return false;
    d->strip = conv_div_up(STRIP, conv_max(d->h.positions, 1));
    if (d->terms == 0)
        return false;
    choose_blocks(d, threads);
    d->strip = conv_min(d->strip, d->items * d->rows);
    d->frame_size = (size_t)(d->cin * d->frame.channel_step);
    const int64_t strip = (d->strip * d->h.positions + 3) * 2 * d->tier->lanes;
    d->worker_size = d->frame_size + (size_t)conv_round_up(strip, LINE);
    return true;
}

static size_t packed_size(const ConvDirect *d) {
    return (size_t)conv_round_up(d->groups * d->terms * d->columns, LINE);
}
static size_t shared_size(const ConvDirect *d) {
    return packed_size(d) + (size_t)conv_round_up(d->terms, LINE);
}

/* A panel of a group's weights. */
static void pack_task(void *context, int64_t task, int worker) {
    const ConvDirect *d = context;
    const ConvAxis *v = &d->v, *h = &d->h;
    const int64_t nr = 2 * d->tier->lanes, panels = conv_div_up(d->columns, nr);
    const int64_t group = task / panels, n0 = task % panels * nr;
    const int64_t width = conv_min(nr, d->columns - n0), valid = conv_min(nr, d->cout - n0);
    const float *w = d->w + group * d->w_group + n0 * d->w_out + v->tap * d->w_row + h->tap;
    float *to = d->packed + (group * d->columns + n0) * d->terms;
    (void)worker;
    for (int64_t c = 0; c < d->cin; c++, w += d->w_in)
        for (int64_t y = 0; y < v->taps; y++)
            for (int64_t x = 0; x < h->taps; x++, to += width) {
                const float *from = w + y * v->next * d->w_row + x * h->next;
                for (int64_t n = 0; n < valid; n++)
                    to[n] = from[n * d->w_out];
                for (int64_t n = valid; n < width; n++)
                    to[n] = 0;
            }
}

static void find_terms(const ConvDirect *d, int32_t *at) {
    const ConvAxis *v = &d->v, *h = &d->h;
    for (int64_t c = 0; c < d->cin; c++)
        for (int64_t y = 0; y < v->taps; y++)
            for (int64_t x = 0; x < h->taps; x++)
                *at++ = (int32_t)(c * d->frame.channel_step + y * v->tap_step * d->frame.width +
                                  x * h->tap_step);
}

/* Some rows of some items of a group, in a frame. */
typedef struct Block {
    int64_t group, item, items, row, rows;
    const float *frame;
    float *strip; /* lines' positions x width */
    int64_t n0, width;
} Block;

/* The positions of `lines` lines from `line` on, a line being a row of an item; the last group of a
 * line runs over into the next, which is written after it. */
static void multiply_strip(const ConvDirect *d, const Block *b, int64_t line, int64_t lines) {
    const int64_t down = (d->v.taps == 1 ? 1 : d->v.from_step) * d->frame.width;
    const int64_t across = d->h.taps == 1 ? 1 : d->h.from_step, positions = d->h.positions;
    const int64_t groups = lines * conv_div_up(positions, 4);
    const int64_t tiles = conv_div_up(groups, d->tier->groups[CONV_QUARTETS]);
    const ConvKind kind = across == 1   ? CONV_QUARTETS_BESIDE
                          : across == 2 ? CONV_QUARTETS_SECOND
                                        : CONV_QUARTETS;
    const ConvMicro *micro = &d->tier->micro[kind][0][b->width / d->tier->lanes - 1];
    ConvTile tile = {
        .a_row = across,
        .at = d->at,
        .count = d->terms,
        .b = d->packed + (b->group * d->columns + b->n0) * d->terms,
        .c_row = b->width,
    };
    int64_t item = line / b->rows, row = line % b->rows, x = 0;
    float *c = b->strip;
    for (int64_t t = 0, i = 0; t < tiles; t++) {
        const int64_t end = conv_part(groups, tiles, t + 1), first = i;
        for (; i < end; i++) {
            tile.a[i - first] = b->frame + item * d->frame.item_step + row * down + x * across;
            tile.c[i - first] = c + x * b->width;
            x += 4;
            if (x < positions)
                continue;
            x = 0;
            c += positions * b->width;
            if (++row == b->rows) {
                row = 0;
                item++;
            }
        }
        micro[(end - first - 1) * GEMM_VECTORS_MAX](&tile);
    }
}

/* `count` positions of one item and row (or of several whole rows), transposed, to y. */
static void finish_positions(const ConvDirect *d, const Block *b, const float *strip, int64_t count,
                             float *y) {
    _Alignas(64) float t[4 * LANES_MAX * LANES_MAX];
    const int64_t plane = d->oh * d->ow, nr = 2 * d->tier->lanes, step = d->h.to_step;
    const int64_t n = b->group * d->cout + b->n0;
    const GemmEpilogue *e = d->epilogue;
    ConvRows rows = {
        .t = t,
        .rows = conv_min(b->width, d->cout - b->n0),
        .plane = plane,
        .add = d->add,
    };
    for (int64_t p = 0; p < count; p += nr, strip += nr * b->width, y += nr * step) {
        const GemmMatrix columns = {strip, 1, b->width};
        rows.count = conv_min(nr, count - p);
        rows.apart = conv_round_up(rows.count, d->tier->lanes);
        gemm_tier(d->k->tier)
            ->pack_matrix(&columns, 0, rows.rows, 0, rows.count, (int)rows.apart, t);
        rows.y = y;
        if (e)
            rows.epilogue = (GemmEpilogue){
                .scale = e->scale ? e->scale + n : NULL,
                .shift = e->shift ? e->shift + n : NULL,
                .residual = e->residual ? e->residual + (y - d->y) : NULL,
                .relu = e->relu,
            };
        if (step == 1) {
            d->tier->finish(&rows);
            continue;
        }
        for (int64_t r = 0; r < rows.rows; r++)
            for (int64_t i = 0; i < rows.count; i++) {
                float *to = y + r * plane + i * step;
                *to = d->add ? *to + t[r * rows.apart + i] : t[r * rows.apart + i];
            }
    }
}

static void finish_strip(const ConvDirect *d, const Block *b, int64_t line, int64_t lines) {
    const int64_t positions = d->h.positions;
    const bool whole = d->v.to_step == 1 && d->h.to_step == 1 && positions == d->ow;
    const float *strip = b->strip;
    for (int64_t end = line + lines, count; line < end; line += count) {
        const int64_t item = line / b->rows, row = line % b->rows;
        count = whole ? conv_min(b->rows - row, end - line) : 1;
        const int64_t map = ((b->item + item) * d->groups + b->group) * d->cout + b->n0;
        const int64_t y = (b->row + row) * d->v.to_step + d->v.to;
        finish_positions(d, b, strip, count * positions,
                         d->y + (map * d->oh + y) * d->ow + d->h.to);
        strip += count * positions * b->width;
    }
}

static void direct_task(void *context, int64_t task, int worker) {
    const ConvDirect *d = context;
    const int64_t band = task % d->bands, group = task / d->bands % d->groups;
    const int64_t block = task / d->bands / d->groups, nr = 2 * d->tier->lanes;
    const int64_t item = conv_part(d->n, d->item_blocks, block), map = d->ih * d->iw;
    float *frame = d->k->scratch + (size_t)worker * d->worker_size;
    Block b = {
        .group = group,
        .item = item,
        .items = conv_part(d->n, d->item_blocks, block + 1) - item,
        .row = band * d->rows,
        .rows = conv_min(d->rows, d->v.positions - band * d->rows),
        .frame = frame,
        .strip = frame + d->frame_size,
    };
    const int64_t down = d->v.taps == 1 ? 1 : d->v.from_step;
    conv_frame_copy(d->k->tier, &d->frame, d->x + (item * d->groups + group) * d->cin * map,
                    d->groups * d->cin * map, d->cin, b.items, d->v.from + b.row * d->v.from_step,
                    d->frame.height - (d->rows - b.rows) * down, frame);
    for (b.n0 = 0; b.n0 < d->cout; b.n0 += nr) {
        b.width = conv_min(nr, d->columns - b.n0);
        for (int64_t line = 0; line < b.items * b.rows && !job_cancelled(d->k->job);
             line += d->strip) {
            const int64_t lines = conv_min(d->strip, b.items * b.rows - line);
            multiply_strip(d, &b, line, lines);
            finish_strip(d, &b, line, lines);
        }
        job_advance(d->k->job, b.items * b.rows * d->h.positions * d->terms *
                                   conv_min(b.width, d->cout - b.n0));
    }
}

size_t conv_direct_size(ConvDirect *d, CpuTier tier, int threads) {
    return complete(d, tier, threads) ? shared_size(d) + d->worker_size * (size_t)threads : 0;
}

bool conv_direct_run(const KernelContext *k, ConvDirect *d) {
    const int threads = pool_threads(k->pool);
    if (!complete(d, k->tier, threads))
        return !job_cancelled(k->job);
    const size_t shared = shared_size(d);
    assert(k->scratch_count >= shared + d->worker_size * (size_t)threads);
    KernelContext rest = *k;
    rest.scratch += shared;
    d->k = &rest;
    d->packed = k->scratch;
    d->at = (int32_t *)(void *)(k->scratch + packed_size(d));
    find_terms(d, d->at);
    const int64_t panels = conv_div_up(d->columns, 2 * d->tier->lanes);
    return pool_run(k->pool, k->job, d->groups * panels, pack_task, d) &&
           pool_run(k->pool, k->job, d->item_blocks * d->groups * d->bands, direct_task, d) &&
           !job_cancelled(k->job);
}

static ConvDirect forward(const ConvShape *s) {
    const int64_t taps = s->kh * s->kw, cin = s->ic / s->groups, cout = s->oc / s->groups;
    return (ConvDirect){
        .n = s->n,
        .groups = s->groups,
        .cin = cin,
        .ih = s->ih,
        .iw = s->iw,
        .cout = cout,
        .oh = s->oh,
        .ow = s->ow,
        .w_group = cout * cin * taps,
        .w_out = cin * taps,
        .w_in = taps,
        .w_row = s->kw,
        .v = {s->oh, 0, 1, -s->py, s->sy, s->dy, s->kh, 0, 1},
        .h = {s->ow, 0, 1, -s->px, s->sx, s->dx, s->kw, 0, 1},
    };
}

size_t conv_direct_scratch(CpuTier tier, const ConvShape *s, int threads) {
    ConvDirect d = forward(s);
    return conv_direct_size(&d, tier, threads);
}

bool conv_direct(const KernelContext *k, const ConvShape *s, const float *x, const float *w,
                 const GemmEpilogue *epilogue, float *y) {
    ConvDirect d = forward(s);
    d.x = x;
    d.w = w;
    d.epilogue = epilogue;
    d.y = y;
    return conv_direct_run(k, &d);
}

bool conv_direct_pays(const ConvShape *s) {
    return s->kh * s->kw > 1 && s->ic / s->groups * s->kh * s->kw >= TERMS;
}
