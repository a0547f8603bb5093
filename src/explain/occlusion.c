#include "explain/occlusion.h"

#include "engine/fast.h"
#include "engine/result.h"
#include "tensor/stats.h"
#include <math.h>
#include <string.h>

enum { BATCH = 8 };

struct Occlusion {
    const Model *model;
    RunOptions how;
    Pool *pool;
    Arena arena;
    Tensor image; /* 1, C, H, W */
    Tensor batch;
    float fill;
    FastPlan *plan; /* where no maps are asked for */
    OcclusionView view;
    float *probability, *sum;
    int *best;
};

/* --- The network's answer to a batch ------------------------------------------------------------
 */

/* The sum of item n's map of a run. */
static double map_sum(const Run *run, int node, int64_t n, int64_t channel) {
    const Tensor item = tensor_item(run_output(run, node), n);
    const int64_t plane = tensor_count(&item) / item.shape.dim[1];
    const float *map = item.data + channel * plane;
    double sum = 0;
    for (int64_t i = 0; i < plane; i++)
        sum += (double)map[i];
    return sum;
}

/* The map of item 0 with the largest sum, the first of equals. */
static int64_t strongest_map(const Run *run, int node) {
    const int64_t channels = run_output(run, node)->shape.dim[1];
    int64_t best = 0;
    for (int64_t c = 1; c < channels; c++)
        if (map_sum(run, node, 0, c) > map_sum(run, node, 0, best))
            best = c;
    return best;
}

/* Classes of `items` of a result, and which the class is if it is not chosen yet. */
static void take_classes(Occlusion *o, const Result *result, int64_t items, float *probability,
                         int *best) {
    const int64_t classes = result->probabilities.shape.dim[1];
    for (int64_t n = 0; n < items; n++) {
        int64_t first;
        const float *p = result->probabilities.data + n * classes;
        stats_top(result->logits.data + n * classes, classes, 1, &first);
        best[n] = (int)first;
        if (o->view.label < 0)
            o->view.label = best[n];
        probability[n] = p[o->view.label];
    }
}

static bool compute_maps(Occlusion *o, int64_t items, float *probability, float *sum, int *best,
                         Job *job, Error *err) {
    Arena arena = {0};
    Result result;
    Run *run = run_new(o->model, &o->batch, &o->how, o->pool, err);
    bool ok = run && run_all(run, job, err) && result_of_run(&result, run, &arena, err);
    if (ok && o->view.channel < 0)
        o->view.channel = strongest_map(run, o->view.node);
    for (int64_t n = 0; ok && n < items; n++)
        sum[n] = (float)map_sum(run, o->view.node, n, o->view.channel);
    if (ok)
        take_classes(o, &result, items, probability, best);
    run_release(run);
    arena_free(&arena);
    return ok;
}

/* Of the first `items` of the batch. */
static bool compute(Occlusion *o, int64_t items, float *probability, float *sum, int *best,
                    Job *job, Error *err) {
    if (o->view.node != GRAPH_IMAGE)
        return compute_maps(o, items, probability, sum, best, job, err);
    Arena arena = {0};
    Result result;
    const bool ok = fast_run(o->plan, &o->batch, job, &arena, &result, err);
    if (ok)
        take_classes(o, &result, items, probability, best);
    arena_free(&arena);
    return ok;
}

/* --- Beginning and end --------------------------------------------------------------------------
 */

static bool check_range(const char *what, int64_t value, int64_t least, int64_t most, Error *err) {
    return (value >= least && value <= most) ||
           error_set(err, ERROR_EXPECTED, what,
                     TEXT("%lld..%lld", (long long)least, (long long)most),
                     TEXT("%lld", (long long)value));
}

static bool check(Occlusion *o, const OcclusionOptions *options, Error *err) {
    const Graph *g = &o->model->graph;
    const Shape *answer = &g->nodes[g->node_count - 1].out;
    OcclusionView *v = &o->view;
    const int64_t height = o->image.shape.dim[2], width = o->image.shape.dim[3];
    const int64_t side = height < width ? height : width;
    if (answer->rank != 1)
        return error_set(err, ERROR_EXPECTED, TEXT("the output of %s", o->model->name),
                         "one number a class", SHAPE_TEXT(answer));
    v->patch = options->patch ? options->patch : side / 8 > 0 ? side / 8 : 1;
    v->stride = options->stride ? options->stride : (v->patch + 1) / 2;
    v->label = options->label;
    v->node = options->node;
    v->channel = options->channel;
    if (!check_range("patch", v->patch, 1, side, err) ||
        !check_range("stride", v->stride, 1, side, err) ||
        (v->label != -1 && !check_range("class", v->label, 0, answer->dim[0] - 1, err)))
        return false;
    v->rows = (height - v->patch) / v->stride + 1;
    v->columns = (width - v->patch) / v->stride + 1;
    return v->node == GRAPH_IMAGE || v->channel == -1 ||
           check_range(TEXT("channel of %s", g->nodes[v->node].name), v->channel, 0,
                       g->nodes[v->node].out.dim[0] - 1, err);
}

static bool prepare(Occlusion *o, const Tensor *input, const OcclusionOptions *options,
                    Error *err) {
    OcclusionView *v = &o->view;
    Shape shape = input->shape;
    if (shape.dim[0] != 1)
        return error_set(err, ERROR_EXPECTED, "what is explained", "one picture",
                         TEXT("%lld", (long long)shape.dim[0]));
    if (!tensor_new(&o->image, &o->arena, &shape, err))
        return false;
    memcpy(o->image.data, input->data, (size_t)tensor_count(input) * sizeof(float));
    if (!check(o, options, err))
        return false;
    shape.dim[0] = options->batch ? options->batch : BATCH;
    const int64_t scores = v->rows * v->columns;
    shape.dim[0] = shape.dim[0] < scores ? shape.dim[0] : scores;
    o->probability = arena_alloc(&o->arena, (size_t)scores, sizeof *o->probability, err);
    o->sum = arena_alloc(&o->arena, (size_t)scores, sizeof *o->sum, err);
    o->best = arena_alloc(&o->arena, (size_t)scores, sizeof *o->best, err);
    if (!o->probability || !o->sum || !o->best || !shape_check(&shape, "the batch", err) ||
        !tensor_new(&o->batch, &o->arena, &shape, err))
        return false;
    for (int64_t i = 0; i < scores; i++) {
        o->probability[i] = o->sum[i] = NAN;
        o->best[i] = -1;
    }
    v->probability = o->probability;
    v->sum = v->node == GRAPH_IMAGE ? NULL : o->sum;
    v->best = o->best;
    if (v->node == GRAPH_IMAGE)
        o->plan = fast_new(o->model, shape.dim[0], &o->how, o->pool, err);
    return v->node != GRAPH_IMAGE || o->plan;
}

static void put_picture(Occlusion *o, int64_t n) {
    const Tensor item = tensor_item(&o->batch, n);
    memcpy(item.data, o->image.data, (size_t)tensor_count(&o->image) * sizeof(float));
}

Occlusion *occlusion_new(const Model *model, const Tensor *input, const OcclusionOptions *options,
                         const RunOptions *how, Pool *pool, Job *job, Error *err) {
    Occlusion *o = mem_alloc(1, sizeof *o, err);
    if (!o)
        return NULL;
    o->model = model;
    o->how = *how;
    o->pool = pool;
    o->fill = options->fill;
    int best;
    bool ok = prepare(o, input, options, err);
    for (int64_t n = 0; ok && n < o->batch.shape.dim[0]; n++)
        put_picture(o, n);
    if (ok && compute(o, 1, &o->view.whole_probability, &o->view.whole_sum, &best, job, err))
        return o;
    occlusion_free(o);
    return NULL;
}

void occlusion_free(Occlusion *o) {
    if (!o)
        return;
    fast_free(o->plan);
    arena_free(&o->arena);
    mem_free(o);
}

/* --- Sliding ------------------------------------------------------------------------------------
 */

/* Item n of the batch: the picture under the square of score i. */
static void put_square(Occlusion *o, int64_t n, int64_t i) {
    const OcclusionView *v = &o->view;
    const Tensor item = tensor_item(&o->batch, n);
    const int64_t *dim = o->image.shape.dim;
    const int64_t top = i / v->columns * v->stride, left = i % v->columns * v->stride;
    put_picture(o, n);
    for (int64_t c = 0; c < dim[1]; c++)
        for (int64_t y = top; y < top + v->patch; y++)
            for (int64_t x = left; x < left + v->patch; x++)
                item.data[(c * dim[2] + y) * dim[3] + x] = o->fill;
}

bool occlusion_at_end(const Occlusion *o) {
    return o->view.done == o->view.rows * o->view.columns;
}

bool occlusion_step(Occlusion *o, Job *job, Error *err) {
    const int64_t left = o->view.rows * o->view.columns - o->view.done;
    const int64_t size = o->batch.shape.dim[0], items = left < size ? left : size;
    const int64_t at = o->view.done;
    if (items == 0)
        return true;
    for (int64_t n = 0; n < items; n++)
        put_square(o, n, at + n);
    if (!compute(o, items, o->probability + at, o->sum + at, o->best + at, job, err))
        return false;
    o->view.done += items;
    return true;
}

bool occlusion_all(Occlusion *o, Job *job, Error *err) {
    while (!occlusion_at_end(o))
        if (!occlusion_step(o, job, err))
            return false;
    return true;
}

const OcclusionView *occlusion_view(const Occlusion *o) {
    return &o->view;
}

int64_t occlusion_work(const Occlusion *o) {
    const int64_t size = o->batch.shape.dim[0], scores = o->view.rows * o->view.columns;
    const int64_t batches = (scores + size - 1) / size;
    return batches * (o->plan ? fast_work(o->plan) : o->model->graph.work * size);
}

void occlusion_spread(const Occlusion *o, const float *scores, float *out) {
    const OcclusionView *v = &o->view;
    const int64_t height = o->image.shape.dim[2], width = o->image.shape.dim[3];
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++) {
            double sum = 0;
            int64_t count = 0;
            const int64_t i0 = y < v->patch ? 0 : (y - v->patch) / v->stride + 1;
            const int64_t j0 = x < v->patch ? 0 : (x - v->patch) / v->stride + 1;
            for (int64_t i = i0; i < v->rows && i * v->stride <= y; i++)
                for (int64_t j = j0; j < v->columns && j * v->stride <= x; j++)
                    if (!isnan(scores[i * v->columns + j])) {
                        sum += (double)scores[i * v->columns + j];
                        count++;
                    }
            out[y * width + x] = count ? (float)(sum / (double)count) : NAN;
        }
}
