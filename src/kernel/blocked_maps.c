/* What is not a convolution, over maps in blocks. */
#include "kernel/blocked_tiers.h"

#include "kernel/deal.h"
#include <string.h>

enum { PIXELS = 1024 /* of a task, about */ };

/* One row of a block of an item, or some of its pixels, a task. */
typedef struct Maps {
    const KernelContext *k;
    const BlockedTier *tier;
    const Blocks *x, *other, *y;
    const PoolShape *pool;
    const float *scale, *shift;
    float *planes;
    const float *from;
    int64_t blocks, at; /* blocks of x; the block of y where x begins */
    bool relu, average;
    Deal pixels;
} Maps;

/* Each task is a range of pixels of a block. */
typedef struct Range {
    int64_t item, block, first, count;
} Range;
static Range task_range(const Maps *m, int64_t task) {
    const int64_t part = task % m->pixels.parts, i = task / m->pixels.parts;
    const int64_t first = deal_start(&m->pixels, part);
    return (Range){i / m->blocks, i % m->blocks, first, deal_start(&m->pixels, part + 1) - first};
}
static float *range_at(const Blocks *b, const Range *r, int64_t from_block) {
    return b->data + r->item * b->item + ((r->block + from_block) * b->h * b->w + r->first) * BLOCK;
}

static bool run_ranges(Maps *m, const Blocks *x, PoolTask task) {
    m->tier = blocked_tier(m->k->tier);
    m->blocks = blocks_of(x->c);
    m->pixels = deal(x->h * x->w, div_up(x->h * x->w, PIXELS));
    return pool_run(m->k->pool, m->k->job, x->n * m->blocks * m->pixels.parts, task, m) &&
           !job_cancelled(m->k->job);
}

static void advance(const Maps *m, const Range *r, int64_t channels) {
    job_advance(m->k->job, r->count * min64(channels - r->block * BLOCK, BLOCK));
}

static void line_task(void *context, int64_t task, int worker) {
    const Maps *m = context;
    const Range r = task_range(m, task);
    (void)worker;
    m->tier->line(r.count, range_at(m->x, &r, 0), m->scale ? m->scale + r.block * BLOCK : NULL,
                  m->shift ? m->shift + r.block * BLOCK : NULL,
                  m->other ? range_at(m->other, &r, 0) : NULL, m->relu, range_at(m->y, &r, 0));
    advance(m, &r, m->x->c);
}

bool blocked_affine(const KernelContext *k, const Blocks *x, const float *scale, const float *shift,
                    bool relu, const Blocks *y) {
    Maps m = {.k = k, .x = x, .y = y, .scale = scale, .shift = shift, .relu = relu};
    return run_ranges(&m, x, line_task);
}

bool blocked_add(const KernelContext *k, const Blocks *a, const Blocks *b, bool relu,
                 const Blocks *y) {
    Maps m = {.k = k, .x = a, .other = b, .y = y, .relu = relu};
    return run_ranges(&m, a, line_task);
}

static void copy_task(void *context, int64_t task, int worker) {
    const Maps *m = context;
    const Range r = task_range(m, task);
    (void)worker;
    memcpy(range_at(m->y, &r, m->at), range_at(m->x, &r, 0),
           (size_t)(r.count * BLOCK) * sizeof *m->x->data);
}

bool blocked_copy(const KernelContext *k, const Blocks *x, const Blocks *y, int64_t at) {
    Maps m = {.k = k, .x = x, .y = y, .at = at};
    return run_ranges(&m, x, copy_task);
}

static void from_task(void *context, int64_t task, int worker) {
    const Maps *m = context;
    const Range r = task_range(m, task);
    const int64_t plane = m->y->h * m->y->w, channels = m->y->c, first = r.block * BLOCK;
    (void)worker;
    m->tier->from_planes(r.count, m->from + (r.item * channels + first) * plane + r.first, plane,
                         min64(channels - first, BLOCK), range_at(m->y, &r, 0));
}

bool blocked_from_planes(const KernelContext *k, const float *planes, const Blocks *to) {
    Maps m = {.k = k, .y = to, .from = planes};
    return run_ranges(&m, to, from_task);
}

static void to_task(void *context, int64_t task, int worker) {
    const Maps *m = context;
    const Range r = task_range(m, task);
    const int64_t plane = m->x->h * m->x->w, channels = m->x->c, first = r.block * BLOCK;
    (void)worker;
    m->tier->to_planes(r.count, range_at(m->x, &r, 0), plane, min64(channels - first, BLOCK),
                       m->planes + (r.item * channels + first) * plane + r.first);
}

bool blocked_to_planes(const KernelContext *k, const Blocks *from, float *planes) {
    Maps m = {.k = k, .x = from, .planes = planes};
    return run_ranges(&m, from, to_task);
}

/* --- Pooling
 * ------------------------------------------------------------------------------------------- */

/* Where window o of an axis begins and ends within the input, and how many cells it counts. */
typedef struct Span {
    int64_t from, to, cells;
} Span;
static Span window_span(int64_t o, int64_t out, int64_t in, int64_t kernel, int64_t stride,
                        int64_t pad, const PoolShape *s) {
    if (s->adaptive) {
        const int64_t from = o * in / out, to = div_up((o + 1) * in, out);
        return (Span){from, to, to - from};
    }
    const int64_t first = o * stride - pad, end = min64(first + kernel, in + pad);
    const int64_t from = max64(first, 0), to = max64(min64(end, in), from);
    return (Span){from, to, s->count_include_pad ? end - first : to - from};
}

static void pool_task(void *context, int64_t task, int worker) {
    const Maps *m = context;
    const PoolShape *s = m->pool;
    const int64_t oy = task % s->oh, i = task / s->oh;
    const Range row = {i / m->blocks, i % m->blocks, 0, s->ow};
    const Span y = window_span(oy, s->oh, s->ih, s->kh, s->sy, s->py, s);
    const float *map = range_at(m->x, &row, 0) + y.from * s->iw * BLOCK;
    BlockedWindow w = {.row = s->iw * BLOCK,
                       .rows = y.to - y.from,
                       .to = range_at(m->y, &row, 0) + oy * s->ow * BLOCK};
    (void)worker;
    for (int64_t ox = 0; ox < s->ow; ox++, w.to += BLOCK) {
        const Span x = window_span(ox, s->ow, s->iw, s->kw, s->sx, s->px, s);
        w.from = map + x.from * BLOCK;
        w.cols = x.to - x.from;
        w.divisor = (float)(y.cells * x.cells);
        (m->average ? m->tier->window_average : m->tier->window_max)(&w);
    }
    advance(m, &row, s->c);
}

static bool run_pool(Maps *m, const PoolShape *s) {
    m->tier = blocked_tier(m->k->tier);
    m->blocks = blocks_of(s->c);
    m->pool = s;
    return pool_run(m->k->pool, m->k->job, s->n * m->blocks * s->oh, pool_task, m) &&
           !job_cancelled(m->k->job);
}

bool blocked_pool_max(const KernelContext *k, const PoolShape *s, const Blocks *x,
                      const Blocks *y) {
    Maps m = {.k = k, .x = x, .y = y};
    return run_pool(&m, s);
}

bool blocked_pool_average(const KernelContext *k, const PoolShape *s, const Blocks *x,
                          const Blocks *y) {
    Maps m = {.k = k, .x = x, .y = y, .average = true};
    return run_pool(&m, s);
}
