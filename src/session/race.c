#include "session/race.h"

#include "base/clock.h"
#include "base/memory.h"
#include "engine/peak.h"
#include "layer/conv_shape.h"
#include "session/algorithm.h"
#include <math.h>
#include <string.h>

/* A piece of the loops is about a tenth of a second; a layer of a whole network that would take the
 * loops longer than about half a second is left to GEMM alone. */
static const double piece_macs = 1e8, naive_most = 5e8;

struct Race {
    Work work;
    bool whole;
    int count;

    /* of the thread that fills it */
    Arena arena;
    float *naive, *gemm, *scratch;
    size_t scratch_count;
    bool begun, gemm_done; /* of the row underway */
    int channels;          /* that the loops have */
    RaceRow row;
    double macs, macs_done;

    /* published */
    RaceRow *rows;
    atomic_int done;
    atomic_int share; /* of all, in thousandths */
    double peak;
    atomic_int has_peak;
};

/* --- Making ----------------------------------------------------------------------------------- */

static bool conv_of(const Graph *g, int node, ConvShape *shape) {
    const Node *n = &g->nodes[node];
    return layer_conv_shape(n->type, n->params, &n->in, &n->out, shape);
}

static double macs_of(const ConvShape *s) {
    return (double)(s->oc * s->oh * s->ow) * (double)(s->ic / s->groups * s->kh * s->kw);
}

static bool is_left_out(const Race *r, const ConvShape *s) {
    return r->whole && macs_of(s) > naive_most;
}

static void add_row(Race *r, int node, const ConvShape *shape) {
    const Run *run = scene_run(r->work.scene);
    RaceRow *row = &r->rows[r->count++];
    *row = (RaceRow){.node = node, .naive_ms = -1};
    gemm_walk_begin(&row->walk, shape, run_options(run)->tier, pool_threads(run_pool(run)));
    row->bytes =
        gemm_walk_bytes(&row->walk, scene_model(r->work.scene)->graph.nodes[node].weight_count > 1);
    r->macs += is_left_out(r, shape) ? macs_of(shape) / 50 : macs_of(shape);
}

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err);
static double fraction(const Work *w);
static void close_race(Work *w);

Race *race_new(Scene *scene, int node, bool whole, Error *err) {
    static const WorkKind kind = {step, fraction, close_race};
    const Graph *g = &scene_model(scene)->graph;
    ConvShape shape;
    Race *r = mem_alloc(1, sizeof *r, err);
    if (!r)
        return NULL;
    r->whole = whole;
    int last = node;
    for (int i = 0; whole && i < g->node_count; i++)
        last = conv_of(g, i, &shape) ? i : last;
    work_begin(&r->work, &kind, scene, last);
    r->rows = arena_alloc(&r->arena, (size_t)g->node_count, sizeof *r->rows, err);
    for (int i = whole ? 0 : node; r->rows && i <= last; i++)
        if (conv_of(g, i, &shape))
            add_row(r, i, &shape);
    if (r->rows)
        return r;
    work_release(&r->work);
    return NULL;
}

static void free_buffers(Race *r) {
    mem_free(r->naive);
    mem_free(r->gemm);
    mem_free(r->scratch);
    r->naive = r->gemm = r->scratch = NULL;
}

static void close_race(Work *w) {
    Race *r = (Race *)w;
    free_buffers(r);
    arena_free(&r->arena);
}

/* --- The thread ------------------------------------------------------------------------------- */

static void advance(Race *r, double macs) {
    r->macs_done += macs;
    atomic_store(&r->share, (int)(1000 * r->macs_done / r->macs));
}

static const float *input_of(const Race *r, int node) {
    const Graph *g = &scene_model(r->work.scene)->graph;
    return scene_values(r->work.scene, g->nodes[node].inputs[0])->data;
}

static const float *weight_of(const Race *r, int node, int which) {
    const Model *m = scene_model(r->work.scene);
    return which < m->graph.nodes[node].weight_count ? m->weights.data[node][which] : NULL;
}

static bool begin_row(Race *r, int i, CpuTier tier, Pool *pool, Error *err) {
    const ConvShape *s = &r->rows[i].walk.shape;
    const size_t outputs = (size_t)(s->oc * s->oh * s->ow);
    free_buffers(r);
    r->row = r->rows[i];
    r->gemm_done = false;
    r->channels = 0;
    r->scratch_count = conv_gemm_scratch(tier, s, pool_threads(pool));
    r->naive = mem_alloc(outputs, sizeof *r->naive, err);
    r->gemm = mem_alloc(outputs, sizeof *r->gemm, err);
    r->scratch = mem_alloc(r->scratch_count, sizeof *r->scratch, err);
    r->begun = r->naive && r->gemm && r->scratch;
    return r->begun;
}

static bool run_gemm(Race *r, CpuTier tier, Pool *pool, Job *job, Error *err) {
    const ConvShape *s = &r->row.walk.shape;
    const int runs = r->whole ? RACE_RUNS_EACH : RACE_RUNS;
    const KernelContext kernel = {tier, pool, job, r->scratch, r->scratch_count};
    const GemmEpilogue bias = {.shift = weight_of(r, r->row.node, 1)};
    double ms[RACE_RUNS];
    for (int i = -1; i < runs; i++) { /* the first warms up */
        const double start = clock_ms();
        if (!conv_gemm(&kernel, s, input_of(r, r->row.node), weight_of(r, r->row.node, 0), &bias,
                       r->gemm))
            return error_set(err, ERROR_CANCELLED, "");
        if (i >= 0)
            ms[i] = clock_ms() - start;
    }
    r->row.gemm_ms = peak_median(ms, runs);
    r->gemm_done = true;
    return true;
}

/* Some more output channels by the loops, of one group. */
static bool run_naive(Race *r, CpuTier tier, Pool *pool, Job *job, Error *err) {
    const ConvShape *s = &r->row.walk.shape;
    const int64_t ocg = s->oc / s->groups, icg = s->ic / s->groups, oc = r->channels;
    const int64_t group = oc / ocg, area = s->oh * s->ow;
    const double each = macs_of(s) / (double)s->oc;
    int64_t count = (int64_t)(piece_macs / each) + 1;
    count = oc + count > (group + 1) * ocg ? (group + 1) * ocg - oc : count;
    ConvShape part = *s;
    part.ic = icg;
    part.oc = count;
    part.groups = 1;
    const KernelContext kernel = {tier, pool, job, NULL, 0};
    const float *bias = weight_of(r, r->row.node, 1);
    const double start = clock_ms();
    if (!conv_naive(&kernel, &part, input_of(r, r->row.node) + group * icg * s->ih * s->iw,
                    weight_of(r, r->row.node, 0) + oc * icg * s->kh * s->kw,
                    bias ? bias + oc : NULL, r->naive + oc * area))
        return error_set(err, ERROR_CANCELLED, "");
    r->row.naive_ms = (r->channels ? r->row.naive_ms : 0) + clock_ms() - start;
    r->channels += (int)count;
    advance(r, each * (double)count);
    return true;
}

/* The variance of rounding to a float of this size: the last bit's step squared, over 12. */
static double variance(float value) {
    const float size = fabsf(value);
    const double bit = (double)nextafterf(size, INFINITY) - (double)size;
    return bit * bit / 12;
}

static double chance_at(const Race *r, int64_t group, int64_t m, int64_t n) {
    const GemmWalk *w = &r->row.walk;
    float sum = 0;
    double all = 0;
    for (int64_t k = 0; k < w->plan.k; k++) {
        bool padding;
        const float x = gemm_walk_b(w, input_of(r, r->row.node), group, k, n, &padding);
        if (padding)
            continue;
        const float product = gemm_walk_a(w, weight_of(r, r->row.node, 0), group, m, k) * x;
        sum += product;
        all += product == 0 ? 0 : variance(product) + variance(sum);
    }
    return sqrt(all);
}

/* Where the results are furthest apart. */
static void compare(Race *r) {
    RaceRow *row = &r->row;
    const GemmWalk *w = &row->walk;
    const int64_t area = w->shape.oh * w->shape.ow;
    int64_t at = 0;
    for (int64_t i = 1; i < w->shape.oc * area; i++)
        if (fabs((double)r->naive[i] - (double)r->gemm[i]) >
            fabs((double)r->naive[at] - (double)r->gemm[at]))
            at = i;
    row->channel = (int)(at / area);
    row->y = (int)(at % area / w->shape.ow);
    row->x = (int)(at % w->shape.ow);
    row->naive = r->naive[at];
    row->gemm = r->gemm[at];
    row->chance = chance_at(r, row->channel / w->plan.m, row->channel % w->plan.m, at % area);
}

static bool next_piece(Race *r, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    const int i = atomic_load(&r->done);
    const ConvShape *s = &r->rows[i].walk.shape;
    const bool left_out = is_left_out(r, s);
    if (!r->begun && !begin_row(r, i, options->tier, pool, err))
        return false;
    if (!r->gemm_done)
        return run_gemm(r, options->tier, pool, job, err);
    if (!left_out && r->channels < s->oc)
        return run_naive(r, options->tier, pool, job, err);
    if (left_out)
        advance(r, macs_of(s) / 50);
    else
        compare(r);
    r->rows[i] = r->row;
    r->begun = false;
    atomic_store_explicit(&r->done, i + 1, memory_order_release);
    return true;
}

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    Race *r = (Race *)w;
    if (!atomic_load(&r->has_peak)) {
        if (!engine_peak_fma(options->tier, pool, job, &r->peak, err))
            return false;
        atomic_store_explicit(&r->has_peak, 1, memory_order_release);
        return true;
    }
    if (!next_piece(r, options, pool, job, err))
        return false;
    *done = atomic_load(&r->done) == r->count;
    if (*done)
        free_buffers(r);
    return true;
}

static double fraction(const Work *w) {
    return atomic_load(&((const Race *)w)->share) / 1000.0;
}

/* --- What there is ---------------------------------------------------------------------------- */

Work *race_work(Race *race) {
    return race ? &race->work : NULL;
}

const char *race_refuses(const Session *s) {
    return algorithm_refuses(s);
}

Work *race_wants(Session *s, Work *now, Error *err) {
    const int node = algorithm_node(s);
    const bool whole = s->state.place.race_whole;
    if (node == GRAPH_FAILED)
        return NULL;
    const Race *r = now && now->kind->step == step && now->scene == s->scene ? (Race *)now : NULL;
    if (r && r->whole == whole && (whole || r->rows[0].node == node))
        return now;
    return race_work(race_new(s->scene, node, whole, err));
}

const Race *race_of(const Session *s) {
    const Work *w = s->work;
    return w && w->kind->step == step ? (const Race *)w : NULL;
}

const Work *race_progress(const Race *race) {
    return race ? &race->work : NULL;
}

bool race_is_whole(const Race *race) {
    return race->whole;
}

int race_rows(const Race *race) {
    return race->count;
}

const RaceRow *race_row(const Race *race, int i) {
    return i < atomic_load_explicit(&race->done, memory_order_acquire) ? &race->rows[i] : NULL;
}

double race_peak(const Race *race) {
    return atomic_load_explicit(&race->has_peak, memory_order_acquire) ? race->peak : 0;
}

double race_naive_macs_most(void) {
    return naive_most;
}
