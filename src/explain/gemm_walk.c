#include "explain/gemm_walk.h"

#include <math.h>

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* --- Parts of parts --------------------------------------------------------------------------- */

/* Things first .. first + count - 1. */
static GemmSpan dealt(int64_t count, int64_t parts, int64_t i) {
    const int64_t first = gemm_dealt(count, parts, i);
    return (GemmSpan){first, gemm_dealt(count, parts, i + 1) - first};
}

/* Which part of them has thing i: the parts are few, or as many as there are things. */
static int64_t part_of(int64_t count, int64_t parts, int64_t i) {
    int64_t part = i * parts / count;
    while (gemm_dealt(count, parts, part) > i)
        part--;
    while (gemm_dealt(count, parts, part + 1) <= i)
        part++;
    return part;
}

static GemmSpan rows_of(const GemmPlan *p, GemmSpan tiles) {
    const int64_t first = gemm_dealt(p->m, p->tiles, tiles.first);
    return (GemmSpan){first, gemm_dealt(p->m, p->tiles, tiles.first + tiles.count) - first};
}

static GemmSpan columns_of(const GemmPlan *p, GemmSpan panels) {
    const int64_t nr = p->blocks.nr, first = panels.first * nr;
    return (GemmSpan){first, least((panels.first + panels.count) * nr, p->n) - first};
}

/* --- From steps to places --------------------------------------------------------------------- */

void gemm_walk_begin(GemmWalk *w, const ConvShape *s, CpuTier tier, int threads) {
    *w = (GemmWalk){.shape = *s, .tier = tier};
    w->shape.n = 1;
    w->plan = gemm_plan(tier, s->oc / s->groups, s->oh * s->ow, s->ic / s->groups * s->kh * s->kw,
                        s->groups, threads);
    w->steps = s->groups * w->plan.tiles * w->plan.panels * w->plan.k;
}

/* In tiles and panels. */
typedef struct Task {
    GemmSpan tiles, panels;
} Task;

/* The task that has a step of a group, which becomes one of the task. */
static Task task_at(const GemmPlan *p, int64_t *step) {
    Task t = {.tiles = {0, 0}};
    const int64_t column = *step / (p->tiles * p->k); /* panels before it, all rows of each */
    t.panels = dealt(p->panels, p->col_blocks, part_of(p->panels, p->col_blocks, column));
    *step -= t.panels.first * p->tiles * p->k;
    const int64_t tile = *step / (t.panels.count * p->k);
    t.tiles = dealt(p->tiles, p->row_blocks, part_of(p->tiles, p->row_blocks, tile));
    *step -= t.tiles.first * t.panels.count * p->k;
    return t;
}

void gemm_walk_at(const GemmWalk *w, int64_t step, GemmPlace *place) {
    const GemmPlan *p = &w->plan;
    const int64_t group_steps = w->steps / w->shape.groups;
    *place = (GemmPlace){.group = step / group_steps};
    step %= group_steps;
    const Task t = task_at(p, &step);
    place->jc = columns_of(p, t.panels);
    place->rows = rows_of(p, t.tiles);
    const int64_t both = t.tiles.count * t.panels.count, kc = p->blocks.kc;
    place->pc.first = step / (both * kc) * kc;
    place->pc.count = least(kc, p->k - place->pc.first);
    step -= both * place->pc.first;
    const int64_t parts = gemm_plan_parts(p, t.tiles.count), depth = place->pc.count;
    const int64_t before = step / (t.panels.count * depth); /* tiles, all panels of each */
    const GemmSpan part = dealt(t.tiles.count, parts, part_of(t.tiles.count, parts, before));
    place->ic = rows_of(p, (GemmSpan){t.tiles.first + part.first, part.count});
    step -= part.first * t.panels.count * depth;
    const int64_t jr = step / (part.count * depth), ir = step / depth % part.count;
    place->jr = columns_of(p, (GemmSpan){t.panels.first + jr, 1});
    place->ir = rows_of(p, (GemmSpan){t.tiles.first + part.first + ir, 1});
    place->k = step % depth;
    const bool first = ir == 0 && place->k == 0;
    place->packs_b = first && part.first == 0;
    place->packs_a = first && jr == 0 && !p->direct;
}

int64_t gemm_walk_find(const GemmWalk *w, int64_t group, int64_t m, int64_t n, int64_t k) {
    const GemmPlan *p = &w->plan;
    const int64_t tile = part_of(p->m, p->tiles, m), panel = n / p->blocks.nr;
    const Task t = {dealt(p->tiles, p->row_blocks, part_of(p->tiles, p->row_blocks, tile)),
                    dealt(p->panels, p->col_blocks, part_of(p->panels, p->col_blocks, panel))};
    const int64_t pc = k / p->blocks.kc * p->blocks.kc, depth = least(p->blocks.kc, p->k - pc);
    const int64_t parts = gemm_plan_parts(p, t.tiles.count), own = tile - t.tiles.first;
    const GemmSpan part = dealt(t.tiles.count, parts, part_of(t.tiles.count, parts, own));
    return group * (w->steps / w->shape.groups) + t.panels.first * p->tiles * p->k +
           t.tiles.first * t.panels.count * p->k + t.tiles.count * t.panels.count * pc +
           part.first * t.panels.count * depth + (panel - t.panels.first) * part.count * depth +
           (own - part.first) * depth + k - pc;
}

/* The first step over the place's panel, or over its part of A; and how many steps that takes. */
static GemmSpan span_of(const GemmWalk *w, int64_t step, GemmStride stride) {
    const GemmPlan *p = &w->plan;
    GemmPlace at;
    gemm_walk_at(w, step, &at);
    if (stride == STRIDE_TILE)
        return (GemmSpan){step - at.k, at.pc.count};
    const int64_t tiles = part_of(p->m, p->tiles, at.ic.first + at.ic.count - 1) -
                          part_of(p->m, p->tiles, at.ic.first) + 1;
    const int64_t panels = (at.jc.count + p->blocks.nr - 1) / p->blocks.nr;
    const bool part = stride == STRIDE_PART;
    return (GemmSpan){
        gemm_walk_find(w, at.group, at.ic.first, part ? at.jc.first : at.jr.first, at.pc.first),
        tiles * at.pc.count * (part ? panels : 1)};
}

int64_t gemm_walk_go(const GemmWalk *w, int64_t step, GemmStride stride, int by) {
    int64_t to = step + by;
    const GemmSpan here = span_of(w, step, stride);
    if (stride == STRIDE_TILE) {
        const int64_t last = here.first + here.count - 1;
        to = by < 0 ? here.first - 1 : step < last ? last : step + 1;
        if (by > 0 && step == last && to < w->steps)
            to += span_of(w, to, stride).count - 1;
    } else if (stride != STRIDE_K) {
        to = by > 0 ? here.first + here.count : here.first;
        if (by < 0 && step == here.first && step > 0)
            to = span_of(w, step - 1, stride).first;
    }
    return to < 0 ? 0 : to >= w->steps ? w->steps - 1 : to;
}

/* --- Numbers ---------------------------------------------------------------------------------- */

float gemm_walk_a(const GemmWalk *w, const float *weights, int64_t group, int64_t m, int64_t k) {
    return weights[(group * w->plan.m + m) * w->plan.k + k];
}

void gemm_walk_source(const GemmWalk *w, int64_t group, int64_t k, int64_t n, int64_t at[3]) {
    const ConvShape *s = &w->shape;
    const int64_t area = s->kh * s->kw, ky = k % area / s->kw, kx = k % s->kw;
    at[0] = group * (s->ic / s->groups) + k / area;
    at[1] = n / s->ow * s->sy - s->py + ky * s->dy;
    at[2] = n % s->ow * s->sx - s->px + kx * s->dx;
}

float gemm_walk_b(const GemmWalk *w, const float *x, int64_t group, int64_t k, int64_t n,
                  bool *padding) {
    const ConvShape *s = &w->shape;
    int64_t at[3];
    gemm_walk_source(w, group, k, n, at);
    const bool outside = at[1] < 0 || at[1] >= s->ih || at[2] < 0 || at[2] >= s->iw;
    if (padding)
        *padding = outside;
    return outside ? 0 : x[(at[0] * s->ih + at[1]) * s->iw + at[2]];
}

/* One multiply-add, rounded once where the tier's instruction does, else twice. */
static float add_product(const GemmWalk *w, float sum, float a, float b) {
    return w->tier == CPU_REF ? sum + a * b : fmaf(a, b, sum);
}

void gemm_walk_tile(const GemmWalk *w, const GemmPlace *place, const float *x, const float *weights,
                    float *accumulators) {
    const int64_t rows = place->ir.count, columns = place->jr.count;
    for (int64_t i = 0; i < rows * columns; i++)
        accumulators[i] = 0;
    for (int64_t k = place->pc.first; k <= place->pc.first + place->k; k++)
        for (int64_t c = 0; c < columns; c++) {
            const float b = gemm_walk_b(w, x, place->group, k, place->jr.first + c, NULL);
            for (int64_t r = 0; r < rows; r++) {
                float *sum = &accumulators[r * columns + c];
                const float a = gemm_walk_a(w, weights, place->group, place->ir.first + r, k);
                *sum = add_product(w, *sum, a, b);
            }
        }
}

float gemm_walk_c(const GemmWalk *w, const float *x, const float *weights, int64_t group, int64_t m,
                  int64_t n, int64_t terms) {
    const int64_t kc = w->plan.blocks.kc;
    float c = 0;
    for (int64_t pc = 0; pc + kc <= terms || (terms == w->plan.k && pc < terms); pc += kc) {
        float sum = 0;
        for (int64_t k = pc; k < least(pc + kc, w->plan.k); k++)
            sum = add_product(w, sum, gemm_walk_a(w, weights, group, m, k),
                              gemm_walk_b(w, x, group, k, n, NULL));
        c = pc == 0 ? sum : c + sum;
    }
    return c;
}

/* --- Loads ------------------------------------------------------------------------------------ */

/* Of `taps` taps along one axis, how many see cell i of the input. */
static int64_t seen_by(int64_t i, int64_t taps, int64_t stride, int64_t pad, int64_t dilation,
                       int64_t out) {
    int64_t count = 0;
    for (int64_t t = 0; t < taps; t++) {
        const int64_t from = i + pad - t * dilation;
        count += from >= 0 && from % stride == 0 && from / stride < out;
    }
    return count;
}

/* Of the outputs along one axis, for how many a tap is inside the input. */
static int64_t inside(int64_t tap, int64_t size, int64_t stride, int64_t pad, int64_t dilation,
                      int64_t out) {
    int64_t count = 0;
    for (int64_t o = 0; o < out; o++) {
        const int64_t i = o * stride - pad + tap * dilation;
        count += i >= 0 && i < size;
    }
    return count;
}

GemmLoads gemm_walk_input_loads(const GemmWalk *w, int64_t y, int64_t x) {
    const ConvShape *s = &w->shape;
    const GemmPlan *p = &w->plan;
    const int64_t copies = seen_by(y, s->kh, s->sy, s->py, s->dy, s->oh) *
                           seen_by(x, s->kw, s->sx, s->px, s->dx, s->ow);
    return (GemmLoads){.copies = copies,
                       .naive = copies * p->m,
                       .packed = copies * p->row_blocks,
                       .panel = copies * p->tiles};
}

GemmLoads gemm_walk_weight_loads(const GemmWalk *w, int64_t ky, int64_t kx) {
    const ConvShape *s = &w->shape;
    const GemmPlan *p = &w->plan;
    return (GemmLoads){.copies = 1,
                       .naive = inside(ky, s->ih, s->sy, s->py, s->dy, s->oh) *
                                inside(kx, s->iw, s->sx, s->px, s->dx, s->ow),
                       .packed = p->direct ? 0 : p->col_blocks,
                       .panel = p->panels};
}

GemmBytes gemm_walk_bytes(const GemmWalk *w, bool bias) {
    const ConvShape *s = &w->shape;
    const GemmPlan *p = &w->plan;
    double rows = 0, columns = 0; /* taps that are inside, over all outputs */
    for (int64_t ky = 0; ky < s->kh; ky++)
        rows += (double)inside(ky, s->ih, s->sy, s->py, s->dy, s->oh);
    for (int64_t kx = 0; kx < s->kw; kx++)
        columns += (double)inside(kx, s->iw, s->sx, s->px, s->dx, s->ow);
    const double taps = rows * columns * (double)(s->ic / s->groups),
                 outputs = (double)(p->m * p->n);
    const double m = (double)p->m, n = (double)p->n, k = (double)p->k;
    const double blocks = ceil(k / p->blocks.kc), padded = (double)(p->panels * p->blocks.nr);
    const double pack_a = p->direct ? 0 : 2 * m * k * (double)p->col_blocks;
    const double pack_b = (taps + padded * k) * (double)p->row_blocks;
    const double kernel = k * (m * (double)p->panels + padded * (double)p->tiles);
    const double c = outputs * (2 * blocks - 1), biases = bias ? m : 0, groups = (double)s->groups;
    return (GemmBytes){
        .naive = 4 * groups * (2 * m * taps + outputs * (bias ? 2 : 1)),
        .gemm = 4 * groups * (pack_a + pack_b + kernel + c + biases),
        .least = 4 * ((double)(s->ic * s->ih * s->iw) + groups * (m * k + n * m + biases))};
}
