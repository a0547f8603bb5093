/* A convolution of a picture in planes: bands of it are copied into a frame of zeros, in which each
 * output pixel's inputs lie at the same few places. */
#include "kernel/blocked_tiers.h"

#include "kernel/deal.h"
#include <string.h>

enum { LINE = 16, BAND = 8, TASKS_PER_THREAD = 4 };

typedef struct Picture {
    const KernelContext *k;
    const BlockedConv *conv;
    const Blocks *x, *y;
    const BlockedTier *tier;
    int64_t terms, outputs;
    Deal bands;
    int64_t height, width; /* of the frame of a band */
    int32_t *at;
    size_t at_size, worker_size;
} Picture;

static Picture make_picture(CpuTier tier, const BlockedConv *c, int threads) {
    const ConvShape *s = &c->shape;
    Picture p = {.conv = c,
                 .tier = blocked_tier(tier),
                 .terms = s->ic * s->kh * s->kw,
                 .outputs = blocks_of(s->oc)};
    const int64_t bands = div_up(threads * TASKS_PER_THREAD, max64(s->n, 1));
    p.bands = deal(s->oh, min64(max64(div_up(s->oh, BAND), bands), s->oh));
    const int64_t band = div_up(s->oh, p.bands.parts);
    p.height = (band - 1) * s->sy + (s->kh - 1) * s->dy + 1;
    p.width = (s->ow - 1) * s->sx + (s->kw - 1) * s->dx + 1;
    p.at_size = (size_t)round_up(p.terms, LINE);
    p.worker_size = (size_t)round_up(s->ic * p.height * p.width, LINE);
    return p;
}

static void fill_frame(const Picture *p, const float *planes, int64_t iy, float *frame) {
    const ConvShape *s = &p->conv->shape;
    const int64_t first = min64(s->px, p->width), end = min64(p->width, s->iw + s->px);
    for (int64_t row = 0; row < s->ic * p->height; row++, frame += p->width) {
        const int64_t c = row / p->height, y = iy + row % p->height;
        const bool inside = y >= 0 && y < s->ih && end > first;
        const float *from = planes + (c * s->ih + (inside ? y : 0)) * s->iw;
        memset(frame, 0, (size_t)p->width * sizeof *frame);
        if (inside)
            memcpy(frame + first, from, (size_t)(end - first) * sizeof *frame);
    }
}

/* `rows` output rows from oy on, of one panel. */
static void multiply_band(const Picture *p, const float *frame, int64_t item, int64_t panel,
                          int64_t oy, int64_t rows) {
    const ConvShape *s = &p->conv->shape;
    const BlockedAfter *after = &p->conv->after;
    const int64_t wide = p->tier->wide, first = panel * wide, plane = s->oh * s->ow * BLOCK;
    const int64_t width = min64(p->outputs - first, wide);
    const Deal tiles = deal(s->ow, div_up(s->ow, p->tier->rows));
    BlockedTile t = {
        .w = p->conv->packed + first * p->terms * BLOCK,
        .depth = p->terms,
        .at = p->at,
        .a_row = s->sx,
        .c_block = plane,
        .last = true,
        .shift = after->shift ? after->shift + first * BLOCK : NULL,
        .relu = after->relu,
    };
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = 0, ox = 0, next; i < tiles.parts; i++, ox = next) {
            const int64_t to = first * plane + ((oy + row) * s->ow + ox) * BLOCK;
            next = deal_start(&tiles, i + 1);
            t.a = frame + row * s->sy * p->width + ox * s->sx;
            t.c = p->y->data + item * p->y->item + to;
            if (after->residual)
                t.residual = after->residual->data + item * after->residual->item + to;
            p->tier->picture[next - ox - 1][width - 1](&t);
        }
}

static void picture_task(void *context, int64_t task, int worker) {
    const Picture *p = context;
    const ConvShape *s = &p->conv->shape;
    const int64_t item = task / p->bands.parts, band = task % p->bands.parts;
    const int64_t oy = deal_start(&p->bands, band), rows = deal_start(&p->bands, band + 1) - oy;
    float *frame = p->k->scratch + p->at_size + (size_t)worker * p->worker_size;
    fill_frame(p, p->x->data + item * p->x->item, oy * s->sy - s->py, frame);
    for (int64_t panel = 0; panel < blocked_panels(p->tier, p->outputs); panel++)
        multiply_band(p, frame, item, panel, oy, rows);
    job_advance(p->k->job, rows * s->ow * p->terms * s->oc);
}

size_t blocked_picture_scratch(CpuTier tier, const BlockedConv *c, int threads) {
    const Picture p = make_picture(tier, c, threads);
    return p.at_size + p.worker_size * (size_t)threads;
}

bool blocked_picture(const KernelContext *k, const BlockedConv *c, const Blocks *x,
                     const Blocks *y) {
    const ConvShape *s = &c->shape;
    Picture p = make_picture(k->tier, c, pool_threads(k->pool));
    p.k = k;
    p.x = x;
    p.y = y;
    p.at = (int32_t *)(void *)k->scratch;
    for (int64_t i = 0; i < p.terms; i++) {
        const int64_t tap = i % (s->kh * s->kw), ic = i / (s->kh * s->kw);
        p.at[i] = (int32_t)((ic * p.height + tap / s->kw * s->dy) * p.width + tap % s->kw * s->dx);
    }
    return pool_run(k->pool, k->job, s->n * p.bands.parts, picture_task, &p) &&
           !job_cancelled(k->job);
}
