/* The gradient of the input of a convolution of stride 1 with weights packed beforehand: the
 * convolution of dy with the filters turned by half a turn, channels exchanged, by the same GEMM as
 * forward. A 1x1 with a stride is the same among the pixels that it took.
 *
 * What a single unit sends back fills a part of the maps only; what is 0 round that part is left
 * out. */
#include "kernel/conv.h"

#include "kernel/deal.h"
#include <assert.h>
#include <string.h>

enum { LINE = 16 /* floats in a cache line */ };

/* A part of every map: rows y0..y1-1, columns x0..x1-1. */
typedef struct Box {
    int64_t y0, y1, x0, x1;
} Box;

typedef struct Turned {
    const ConvShape *s;
    ConvShape t; /* the convolution that takes dy to dx */
    bool spread; /* dx's pixels lie s->sy and s->sx apart */
    Box in, out; /* of dy, what is not 0; of what t puts out, what sees it */
    const float *dy;
    bool add;
    float *dx, *from, *to; /* from, to: t's input and output within the boxes */
} Turned;

/* False: there is no such convolution. */
static bool turn(const ConvShape *s, Turned *turned) {
    ConvShape t = {.n = s->n, .ic = s->oc, .ih = s->oh, .iw = s->ow, .oc = s->ic, .oh = s->ih};
    t.ow = s->iw;
    t.kh = s->kh;
    t.kw = s->kw;
    t.sy = t.sx = 1;
    t.py = s->dy * (s->kh - 1) - s->py;
    t.px = s->dx * (s->kw - 1) - s->px;
    t.dy = s->dy;
    t.dx = s->dx;
    t.groups = s->groups;
    const bool one = s->kh * s->kw == 1 && s->py == 0 && s->px == 0;
    *turned = (Turned){.s = s, .t = t, .spread = one && (s->sy > 1 || s->sx > 1)};
    if (turned->spread) {
        turned->t.oh = s->oh;
        turned->t.ow = s->ow;
    }
    return s->n == 1 && (turned->spread || (s->sy == 1 && s->sx == 1 && t.py >= 0 && t.px >= 0));
}

size_t conv_turned_packed_size(const ConvShape *s) {
    Turned turned;
    return turn(s, &turned) ? conv_packed_size(&turned.t) : 0;
}

void conv_turned_pack(CpuTier tier, const ConvShape *s, const float *w, float *room,
                      float *packed) {
    const int64_t ic = s->ic / s->groups, oc = s->oc / s->groups, taps = s->kh * s->kw;
    Turned turned;
    turn(s, &turned);
    for (int64_t g = 0; g < s->groups; g++)
        for (int64_t o = 0; o < oc; o++)
            for (int64_t i = 0; i < ic; i++) {
                const float *from = w + ((g * oc + o) * ic + i) * taps;
                float *to = room + ((g * ic + i) * oc + o) * taps;
                for (int64_t tap = 0; tap < taps; tap++)
                    to[tap] = from[taps - 1 - tap];
            }
    conv_pack_weights(tier, &turned.t, room, packed);
}

/* --- What is not zero --------------------------------------------------------------------------
 */

static bool all_zero(const float *x, int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
        if (x[i] != 0)
            return false;
    return true;
}

/* The smallest box that holds all of a map that is not 0, and what `box` held before. */
static void widen(Box *box, const float *map, int64_t h, int64_t w) {
    int64_t top = 0, bottom = h;
    while (top < box->y0 && all_zero(map + top * w, 0, w))
        top++;
    while (bottom > box->y1 && bottom > top && all_zero(map + (bottom - 1) * w, 0, w))
        bottom--;
    if (top >= bottom)
        return; /* nothing but zeros outside of the box's rows, or at all */
    box->y0 = min64(box->y0, top);
    box->y1 = max64(box->y1, bottom);
    for (int64_t y = top; y < bottom; y++) {
        const float *row = map + y * w;
        int64_t left = 0, right = w;
        while (left < box->x0 && row[left] == 0)
            left++;
        while (right > box->x1 && right > left && row[right - 1] == 0)
            right--;
        if (left >= right)
            continue;
        box->x0 = min64(box->x0, left);
        box->x1 = max64(box->x1, right);
    }
}

/* Of one axis: what of the output sees positions from..to-1 of the input. */
static void seen(int64_t from, int64_t to, int64_t pad, int64_t reach, int64_t size, int64_t *first,
                 int64_t *end) {
    *first = min64(max64(from + pad - reach, 0), size);
    *end = max64(min64(to + pad, size), *first);
}

static void find_boxes(Turned *p) {
    const ConvShape *t = &p->t;
    Box in = {t->ih, 0, t->iw, 0};
    for (int64_t c = 0; c < t->ic; c++)
        widen(&in, p->dy + c * t->ih * t->iw, t->ih, t->iw);
    if (in.y0 >= in.y1 || in.x0 >= in.x1)
        in = (Box){0, 0, 0, 0};
    p->in = in;
    seen(in.y0, in.y1, t->py, t->dy * (t->kh - 1), t->oh, &p->out.y0, &p->out.y1);
    seen(in.x0, in.x1, t->px, t->dx * (t->kw - 1), t->ow, &p->out.x0, &p->out.x1);
}

/* t, from one box to the other. */
static ConvShape boxed(const Turned *p) {
    ConvShape t = p->t;
    t.ih = p->in.y1 - p->in.y0;
    t.iw = p->in.x1 - p->in.x0;
    t.oh = p->out.y1 - p->out.y0;
    t.ow = p->out.x1 - p->out.x0;
    t.py += p->in.y0 - p->out.y0;
    t.px += p->in.x0 - p->out.x0;
    return t;
}

/* --- There and back ----------------------------------------------------------------------------
 */

static void cut_task(void *context, int64_t map, int worker) {
    const Turned *p = context;
    const int64_t w = p->in.x1 - p->in.x0, h = p->in.y1 - p->in.y0;
    const float *from = p->dy + (map * p->t.ih + p->in.y0) * p->t.iw + p->in.x0;
    float *to = p->from + map * h * w;
    (void)worker;
    for (int64_t y = 0; y < h; y++)
        memcpy(to + y * w, from + y * p->t.iw, (size_t)w * sizeof *to);
}

/* Puts a map where it belongs among zeros, or adds it. */
static void place_task(void *context, int64_t map, int worker) {
    const Turned *p = context;
    const ConvShape *s = p->s;
    const int64_t sy = p->spread ? s->sy : 1, sx = p->spread ? s->sx : 1;
    const int64_t w = p->out.x1 - p->out.x0, h = p->out.y1 - p->out.y0;
    const float *from = p->to + map * h * w;
    float *dx = p->dx + map * s->ih * s->iw;
    (void)worker;
    if (!p->add)
        memset(dx, 0, (size_t)(s->ih * s->iw) * sizeof *dx);
    for (int64_t y = 0; y < h; y++)
        for (int64_t x = 0; x < w; x++)
            dx[(p->out.y0 + y) * sy * s->iw + (p->out.x0 + x) * sx] += from[y * w + x];
}

static size_t in_size(const ConvShape *t) {
    return (size_t)round_up(t->ic * t->ih * t->iw, LINE);
}
static size_t out_size(const ConvShape *t) {
    return (size_t)round_up(t->oc * t->oh * t->ow, LINE);
}

size_t conv_turned_scratch(CpuTier tier, const ConvShape *s, int threads) {
    Turned p;
    return turn(s, &p) ? conv_gemm_scratch(tier, &p.t, threads) + in_size(&p.t) + out_size(&p.t)
                       : 0;
}

static int64_t work_of(const ConvShape *t) {
    return t->oc * t->oh * t->ow * (t->ic / t->groups) * t->kh * t->kw;
}

bool conv_turned(const KernelContext *k, const ConvShape *s, const float *packed, const float *dy,
                 bool add, float *dx) {
    Turned p;
    if (!turn(s, &p))
        return false;
    p.dy = dy;
    p.add = add;
    p.dx = dx;
    find_boxes(&p);
    const ConvShape t = boxed(&p);
    const int64_t all = p.t.ih * p.t.iw + p.t.oh * p.t.ow;
    if (!p.spread && t.ih * t.iw + t.oh * t.ow == all)
        return conv_gemm_packed(k, &p.t, dy, packed, NULL, add, dx);
    job_advance(k->job, work_of(&p.t) - work_of(&t));
    KernelContext rest = *k;
    p.from = k->scratch;
    p.to = p.from + in_size(&p.t);
    rest.scratch = p.to + out_size(&p.t);
    rest.scratch_count -= in_size(&p.t) + out_size(&p.t);
    return pool_run(k->pool, k->job, t.ic, cut_task, &p) &&
           conv_gemm_packed(&rest, &t, p.from, packed, NULL, false, p.to) &&
           pool_run(k->pool, k->job, t.oc, place_task, &p) && !job_cancelled(k->job);
}
