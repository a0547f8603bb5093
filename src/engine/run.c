#include "engine/run.h"

#include "base/clock.h"
#include "model/packed.h"
#include <assert.h>
#include <stdatomic.h>
#include <string.h>

struct Run {
    atomic_int references;
    const Model *model;
    RunOptions options;
    Pool *pool;
    Tensor image;
    Tensor *out; /* by node; data NULL never: all lie in `memory` */
    double *ms;
    float *memory; /* the input and every activation, each 64-byte aligned */
    float *scratch;
    size_t scratch_count;
    Arena arena;
    Run *base;        /* retained: bears the values that it shares with this run; NULL: none */
    bool *has_values; /* by node: given or shared, not to be computed; NULL: none is */
    int cursor;
    atomic_int computed;
};

RunOptions run_exact(RunOptions options) {
    if (options.path == CONV_AUTO)
        options.path = CONV_GEMM;
    return options;
}

/* --- Memory ----------------------------------------------------------------------------------- */

enum { ALIGN_FLOATS = 16 };

static size_t aligned(int64_t floats) {
    return ((size_t)floats + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
}

static const Tensor *node_input(const Tensor *image, const Tensor *out, int node) {
    return node == GRAPH_IMAGE ? image : &out[node];
}

enum { CALL_INPUTS_MAX = 1024 };

/* A call of node i's layer; `in` has room for its inputs. */
static LayerCall make_call(const Model *model, const RunOptions *options, int i,
                           const Tensor *image, Tensor *out, const Tensor **in) {
    const Node *node = &model->graph.nodes[i];
    for (int k = 0; k < node->input_count; k++)
        in[k] = node_input(image, out, node->inputs[k]);
    LayerCall call = {.path = options->path,
                      .params = node->params,
                      .in = in,
                      .in_count = node->input_count,
                      .out = &out[i]};
    for (int w = 0; w < node->weight_count; w++)
        call.weights[w] = model->weights.data ? model->weights.data[i][w] : NULL;
    return call;
}

/* The shapes of the input and of every activation, without data; and the scratch that the most
 * demanding node asks for. */
static bool plan(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                 Arena *arena, Tensor *image, Tensor **out, size_t *scratch, Error *err) {
    const Graph *g = &model->graph;
    const Tensor **in = arena_alloc(arena, CALL_INPUTS_MAX, sizeof(*in), err);
    *out = arena_alloc(arena, (size_t)g->node_count, sizeof **out, err);
    if (!*out || !in)
        return false;
    *image = (Tensor){.shape = shape_batched(&g->input, batch)};
    KernelContext kernel = {.tier = options->tier, .pool = pool};
    *scratch = 0;
    for (int i = 0; i < g->node_count; i++) {
        (*out)[i].shape = shape_batched(&g->nodes[i].out, batch);
        if (!shape_check(&(*out)[i].shape, g->nodes[i].name, err))
            return false;
        LayerCall call = make_call(model, options, i, image, *out, in);
        call.kernel = &kernel;
        size_t floats = g->nodes[i].type->scratch ? g->nodes[i].type->scratch(&call) : 0;
        if (floats > *scratch)
            *scratch = floats;
    }
    return true;
}

static uint64_t activation_floats(const Graph *g, int64_t batch) {
    uint64_t floats = aligned(shape_count(&g->input) * batch);
    for (int i = 0; i < g->node_count; i++)
        floats += aligned(shape_count(&g->nodes[i].out) * batch);
    return floats;
}

bool run_memory(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                RunMemory *memory, Error *err) {
    Arena arena = {0};
    Tensor image, *out;
    size_t scratch = 0;
    bool ok = plan(model, batch, options, pool, &arena, &image, &out, &scratch, err);
    arena_free(&arena);
    const Graph *g = &model->graph;
    *memory = (RunMemory){.activations = activation_floats(g, batch) * sizeof(float),
                          .scratch = scratch * sizeof(float)};
    for (int i = 0; i < g->node_count; i++)
        for (int w = 0; w < g->nodes[i].weight_count; w++)
            memory->weights += (uint64_t)shape_count(&g->nodes[i].weights[w].shape) * sizeof(float);
    return ok;
}

static bool check_memory(const Run *run, uint64_t floats, Error *err) {
    uint64_t needed = (floats + run->scratch_count) * sizeof(float);
    uint64_t available = mem_available();
    return needed <= available ||
           error_set(err, ERROR_MACHINE, TEXT("a run of %s", run->model->name), MEM_TEXT(needed),
                     MEM_TEXT(available));
}

/* So many floats of `memory`, and the rest that a run needs beside its plan. */
static bool take_memory(Run *run, uint64_t floats, Error *err) {
    if (!check_memory(run, floats, err))
        return false;
    run->ms = arena_alloc(&run->arena, (size_t)run->model->graph.node_count, sizeof *run->ms, err);
    run->memory = mem_alloc_raw(floats, sizeof *run->memory, err);
    run->scratch = mem_alloc_raw(run->scratch_count, sizeof *run->scratch, err);
    return run->ms && run->memory && run->scratch;
}

/* --- Beginning and end -------------------------------------------------------------------------
 */

static bool run_prepare(Run *run, const Tensor *input, Error *err) {
    const Graph *g = &run->model->graph;
    if (!plan(run->model, input->shape.dim[0], &run->options, run->pool, &run->arena, &run->image,
              &run->out, &run->scratch_count, err) ||
        !take_memory(run, activation_floats(g, input->shape.dim[0]), err))
        return false;
    float *at = run->memory;
    run->image.data = at;
    memcpy(at, input->data, (size_t)tensor_count(input) * sizeof(float));
    at += aligned(tensor_count(input));
    for (int i = 0; i < g->node_count; i++) {
        run->out[i].data = at;
        at += aligned(tensor_count(&run->out[i]));
    }
    return true;
}

static Run *run_empty(const Model *model, const RunOptions *options, Pool *pool, Error *err) {
    Run *run = mem_alloc(1, sizeof *run, err);
    if (!run)
        return NULL;
    atomic_init(&run->references, 1);
    atomic_init(&run->computed, 0);
    run->model = model;
    run->options = *options;
    run->pool = pool;
    return run;
}

Run *run_new(const Model *model, const Tensor *input, const RunOptions *options, Pool *pool,
             Error *err) {
    Shape expected = shape_batched(&model->graph.input, input->shape.dim[0]);
    if (!shape_equal(&input->shape, &expected)) {
        error_set(err, ERROR_EXPECTED, TEXT("input of %s", model->name), SHAPE_TEXT(&expected),
                  SHAPE_TEXT(&input->shape));
        return NULL;
    }
    Run *run = run_empty(model, options, pool, err);
    if (run && run_prepare(run, input, err))
        return run;
    run_release(run);
    return NULL;
}

/* Which nodes have their values from elsewhere: those given, and those of base that no given one
 * has a part in. */
static bool find_values(Run *run, const RunGiven *given, int count, Error *err) {
    const Graph *g = &run->model->graph;
    const int shared = run_computed(run->base);
    run->has_values = arena_alloc(&run->arena, (size_t)g->node_count, sizeof(bool), err);
    bool *follows = arena_alloc(&run->arena, (size_t)g->node_count, sizeof(bool), err);
    if (!run->has_values || !follows)
        return false;
    for (int k = 0; k < count; k++)
        run->has_values[given[k].node] = follows[given[k].node] = true;
    for (int i = 0; i < g->node_count; i++) {
        for (int k = 0; k < g->nodes[i].input_count; k++)
            if (g->nodes[i].inputs[k] != GRAPH_IMAGE && follows[g->nodes[i].inputs[k]])
                follows[i] = true;
        if (follows[i] || i >= shared)
            continue;
        run->has_values[i] = true;
        run->out[i].data = run->base->out[i].data;
    }
    return true;
}

static bool run_prepare_given(Run *run, const RunGiven *given, int count, Error *err) {
    const Graph *g = &run->model->graph;
    if (!plan(run->model, run->base->image.shape.dim[0], &run->options, run->pool, &run->arena,
              &run->image, &run->out, &run->scratch_count, err) ||
        !find_values(run, given, count, err))
        return false;
    run->image.data = run->base->image.data;
    uint64_t floats = 0;
    for (int i = 0; i < g->node_count; i++)
        floats += run->out[i].data ? 0 : aligned(tensor_count(&run->out[i]));
    if (!take_memory(run, floats, err))
        return false;
    float *at = run->memory;
    for (int i = 0; i < g->node_count; i++)
        if (!run->out[i].data) {
            run->out[i].data = at;
            at += aligned(tensor_count(&run->out[i]));
        }
    for (int k = 0; k < count; k++) {
        const Tensor *out = &run->out[given[k].node];
        const size_t bytes = (size_t)tensor_count(out) * sizeof(float);
        if (given[k].values)
            memcpy(out->data, given[k].values, bytes);
        else
            memset(out->data, 0, bytes);
    }
    return true;
}

Run *run_new_given(Run *base, const RunGiven *given, int count, Error *err) {
    Run *run = run_empty(base->model, &base->options, base->pool, err);
    if (!run)
        return NULL;
    run->base = run_retain(base);
    if (run_prepare_given(run, given, count, err))
        return run;
    run_release(run);
    return NULL;
}

void run_restart(Run *run, const Tensor *input) {
    assert(!run->base && shape_equal(&input->shape, &run->image.shape));
    memcpy(run->image.data, input->data, (size_t)tensor_count(input) * sizeof(float));
    run->cursor = 0;
    atomic_store(&run->computed, 0);
}

Run *run_retain(Run *run) {
    atomic_fetch_add(&run->references, 1);
    return run;
}

void run_release(Run *run) {
    if (!run || atomic_fetch_sub(&run->references, 1) > 1)
        return;
    run_release(run->base);
    mem_free(run->memory);
    mem_free(run->scratch);
    arena_free(&run->arena);
    mem_free(run);
}

/* --- Stepping ----------------------------------------------------------------------------------
 */

static bool compute(Run *run, int i, Job *job, Error *err) {
    const Node *node = &run->model->graph.nodes[i];
    const Tensor **in = mem_alloc((size_t)node->input_count, sizeof(*in), err);
    if (!in)
        return false;
    KernelContext kernel = {.tier = run->options.tier,
                            .pool = run->pool,
                            .job = job,
                            .scratch = run->scratch,
                            .scratch_count = run->scratch_count};
    LayerCall call = make_call(run->model, &run->options, i, &run->image, run->out, in);
    call.kernel = &kernel;
    if (!packed_weights(run->model, i, &call, LAYER_FORWARD, &call.packed, err)) {
        mem_free((void *)in);
        return false;
    }
    const double start = clock_ms();
    bool ok = !job_cancelled(job) && node->type->forward(&call);
    run->ms[i] = clock_ms() - start;
    mem_free((void *)in);
    return ok || error_set(err, ERROR_CANCELLED, TEXT(" in %s", node->name));
}

bool run_step(Run *run, Job *job, Error *err) {
    if (run->cursor >= run->model->graph.node_count)
        return true;
    if (run->cursor == run_computed(run)) {
        const bool has_values = run->has_values && run->has_values[run->cursor];
        if (!has_values && !compute(run, run->cursor, job, err))
            return false;
        atomic_store_explicit(&run->computed, run->cursor + 1, memory_order_release);
    }
    run->cursor++;
    return true;
}

bool run_back(Run *run) {
    if (run->cursor == 0)
        return false;
    run->cursor--;
    return true;
}

bool run_until(Run *run, int last, Job *job, Error *err) {
    if (run->cursor < run_computed(run) && last + 1 > run->cursor)
        run->cursor = last + 1 < run_computed(run) ? last + 1 : run_computed(run);
    while (run_computed(run) <= last && run->cursor < run->model->graph.node_count)
        if (!run_step(run, job, err))
            return false;
    return true;
}

bool run_all(Run *run, Job *job, Error *err) {
    return run_until(run, run->model->graph.node_count - 1, job, err);
}

/* --- Looking ------------------------------------------------------------------------------------
 */

int run_cursor(const Run *run) {
    return run->cursor;
}

int run_computed(const Run *run) {
    return atomic_load_explicit(&run->computed, memory_order_acquire);
}

const Tensor *run_output(const Run *run, int node) {
    if (node == GRAPH_IMAGE)
        return &run->image;
    return node >= 0 && node < run_computed(run) ? &run->out[node] : NULL;
}

LayerCall run_call(const Run *run, int node, const KernelContext *kernel, const Tensor **in) {
    LayerCall call = make_call(run->model, &run->options, node, &run->image, run->out, in);
    call.kernel = kernel;
    return call;
}

double run_node_ms(const Run *run, int node) {
    return node >= 0 && node < run_computed(run) ? run->ms[node] : 0;
}

const Model *run_model(const Run *run) {
    return run->model;
}

const RunOptions *run_options(const Run *run) {
    return &run->options;
}

Pool *run_pool(const Run *run) {
    return run->pool;
}

int64_t run_work(const Run *run) {
    const Graph *g = &run->model->graph;
    int64_t work = 0;
    for (int i = 0; i < g->node_count; i++)
        work += run->has_values && run->has_values[i] ? 0 : g->nodes[i].work;
    return work * run->image.shape.dim[0];
}

static bool ends_in_softmax(const Graph *g) {
    return strcmp(g->nodes[g->node_count - 1].type->name, "softmax") == 0;
}

const Tensor *run_logits(const Run *run) {
    const Graph *g = &run->model->graph;
    const Node *last = &g->nodes[g->node_count - 1];
    return run_output(run, ends_in_softmax(g) ? last->inputs[0] : g->node_count - 1);
}

const Tensor *run_probabilities(const Run *run) {
    const Graph *g = &run->model->graph;
    return ends_in_softmax(g) ? run_output(run, g->node_count - 1) : NULL;
}
