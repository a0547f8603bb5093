#include "engine/fast.h"

#include "base/clock.h"
#include <string.h>

/* One computation of the plan: a node, and the nodes after it that are folded into it. */
typedef struct Step {
    int node, result; /* result: the last node folded in; node itself if none is */
    LayerFusion fusion;
    const Tensor **in;
} Step;

typedef struct Slot { /* a buffer */
    size_t floats;
    int free_after; /* the last step that reads it */
} Slot;

struct FastPlan {
    const Model *model;
    RunOptions options;
    Pool *pool;
    int64_t batch;
    Arena arena;
    Step *steps;
    int step_count;
    Tensor image, *out; /* by node; those folded into others have no data of their own */
    int *slot_of;       /* by node; -1: none */
    Slot *slots;
    int slot_count;
    float *memory, *scratch;
    size_t memory_floats, scratch_floats;
};

/* --- Which nodes are folded
 * ------------------------------------------------------------------------- */

static int only_consumer(const Graph *g, int node) {
    int found = -1;
    for (int i = node + 1; i < g->node_count; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++)
            if (g->nodes[i].inputs[k] == node) {
                if (found >= 0)
                    return -1;
                found = i;
            }
    return found;
}

static bool is_type(const Node *node, const char *name) {
    return strcmp(node->type->name, name) == 0;
}

/* scale and shift of a batch norm after a layer, with the layer's own bias. */
static bool fold_affine(FastPlan *p, Step *step, int norm, Error *err) {
    const Graph *g = &p->model->graph;
    const Node *node = &g->nodes[step->node];
    int64_t channels = node->out.dim[0];
    float *scale = arena_alloc(&p->arena, (size_t)channels, sizeof *scale, err);
    float *shift = arena_alloc(&p->arena, (size_t)channels, sizeof *shift, err);
    if (!scale || !shift)
        return false;
    g->nodes[norm].type->affine(g->nodes[norm].params, channels, p->model->weights.data[norm],
                                scale, shift);
    for (int w = 0; w < node->weight_count; w++)
        for (int64_t c = 0; c < channels && node->weights[w].role == WEIGHT_BIAS; c++)
            shift[c] += scale[c] * p->model->weights.data[step->node][w][c];
    step->fusion.scale = scale;
    step->fusion.shift = shift;
    return true;
}

static bool fold(FastPlan *p, Step *step, bool *folded, Error *err) {
    const Graph *g = &p->model->graph;
    int fuses = p->options.path == CONV_NAIVE ? 0 : g->nodes[step->node].type->fuses;
    int next = only_consumer(g, step->node);
    if (next >= 0 && (fuses & LAYER_FUSES_AFFINE) && g->nodes[next].type->affine) {
        if (!fold_affine(p, step, next, err))
            return false;
        folded[next] = true;
        step->result = next;
        next = only_consumer(g, next);
    }
    if (next >= 0 && (fuses & LAYER_FUSES_RELU) && is_type(&g->nodes[next], "relu")) {
        step->fusion.relu = true;
        folded[next] = true;
        step->result = next;
    }
    return true;
}

/* Those that change nothing in inference take their input's buffer. */
static bool is_alias(const Node *node) {
    return is_type(node, "flatten") || is_type(node, "dropout");
}

static bool list_steps(FastPlan *p, Error *err) {
    const Graph *g = &p->model->graph;
    size_t count = (size_t)g->node_count;
    bool *folded = arena_alloc(&p->arena, count, sizeof *folded, err);
    p->steps = arena_alloc(&p->arena, count, sizeof *p->steps, err);
    p->out = arena_alloc(&p->arena, count, sizeof *p->out, err);
    p->slot_of = arena_alloc(&p->arena, count, sizeof *p->slot_of, err);
    p->slots = arena_alloc(&p->arena, count, sizeof *p->slots, err);
    if (!folded || !p->steps || !p->out || !p->slot_of || !p->slots)
        return false;
    for (int i = 0; i < g->node_count; i++) {
        p->out[i].shape = shape_batched(&g->nodes[i].out, p->batch);
        p->slot_of[i] = -1;
        if (folded[i])
            continue;
        Step *step = &p->steps[p->step_count++];
        *step = (Step){.node = i, .result = i};
        if (!fold(p, step, folded, err))
            return false;
        step->in = arena_alloc(&p->arena, (size_t)g->nodes[i].input_count, sizeof(*step->in), err);
        if (!step->in)
            return false;
        for (int k = 0; k < g->nodes[i].input_count; k++) {
            int from = g->nodes[i].inputs[k];
            step->in[k] = from == GRAPH_IMAGE ? &p->image : &p->out[from];
        }
    }
    return true;
}

/* --- Where results lie
 * ------------------------------------------------------------------------------- */

/* The node whose output is the answer before any softmax at the end. */
static int logits_node(const Graph *g) {
    const Node *last = &g->nodes[g->node_count - 1];
    return is_type(last, "softmax") ? last->inputs[0] : g->node_count - 1;
}

/* The last step that reads the buffer of `node`, through aliases; beyond the last of all for the
 * answer. */
static int last_reader(const FastPlan *p, int node, int from_step) {
    const Graph *g = &p->model->graph;
    int last = node == logits_node(g) ? p->step_count : from_step;
    for (int s = from_step + 1; s < p->step_count; s++) {
        const Node *reader = &g->nodes[p->steps[s].node];
        for (int k = 0; k < reader->input_count; k++) {
            if (reader->inputs[k] != node)
                continue;
            int end = is_alias(reader) ? last_reader(p, p->steps[s].result, s) : s;
            last = end > last ? end : last;
        }
    }
    return last;
}

/* The buffer of the step's input if it may be overwritten: an activation whose input ends here. */
static int reusable_input(const FastPlan *p, int s) {
    const Graph *g = &p->model->graph;
    const Node *node = &g->nodes[p->steps[s].node];
    bool in_place = (node->type->family == LAYER_ACTIVATION && !is_type(node, "softmax")) ||
                    is_type(node, "add") || node->type->affine;
    if (!in_place || node->inputs[0] == GRAPH_IMAGE)
        return -1;
    int slot = p->slot_of[node->inputs[0]];
    return slot >= 0 && p->slots[slot].free_after == s ? slot : -1;
}

/* The free buffer that fits best: the smallest that is large enough, else the largest. */
static int free_slot(const FastPlan *p, int s, size_t floats) {
    int best = -1;
    for (int i = 0; i < p->slot_count; i++) {
        const Slot *slot = &p->slots[i];
        if (slot->free_after >= s)
            continue;
        if (best < 0) {
            best = i;
            continue;
        }
        size_t have = p->slots[best].floats;
        bool fits = slot->floats >= floats, best_fits = have >= floats;
        if (fits ? !best_fits || slot->floats < have : !best_fits && slot->floats > have)
            best = i;
    }
    return best;
}

static void assign_slots(FastPlan *p) {
    const Graph *g = &p->model->graph;
    for (int s = 0; s < p->step_count; s++) {
        const Node *node = &g->nodes[p->steps[s].node];
        int result = p->steps[s].result;
        if (is_alias(node)) {
            p->slot_of[result] = node->inputs[0] == GRAPH_IMAGE ? -1 : p->slot_of[node->inputs[0]];
            continue;
        }
        size_t floats = (size_t)tensor_count(&p->out[result]);
        int slot = reusable_input(p, s);
        if (slot < 0)
            slot = free_slot(p, s, floats);
        if (slot < 0)
            slot = p->slot_count++;
        if (p->slots[slot].floats < floats)
            p->slots[slot].floats = floats;
        p->slots[slot].free_after = last_reader(p, result, s);
        p->slot_of[result] = slot;
    }
}

static LayerCall step_call(const FastPlan *p, const Step *step, const KernelContext *kernel) {
    const Node *node = &p->model->graph.nodes[step->node];
    LayerCall call = {.kernel = kernel,
                      .path = p->options.path,
                      .params = node->params,
                      .in = step->in,
                      .in_count = node->input_count,
                      .out = &p->out[step->result],
                      .fusion = &step->fusion};
    for (int w = 0; w < node->weight_count; w++)
        call.weights[w] = p->model->weights.data[step->node][w];
    return call;
}

static void measure(FastPlan *p) {
    KernelContext kernel = {.tier = p->options.tier, .pool = p->pool};
    for (int s = 0; s < p->step_count; s++) {
        const LayerType *type = p->model->graph.nodes[p->steps[s].node].type;
        LayerCall call = step_call(p, &p->steps[s], &kernel);
        size_t floats = type->scratch ? type->scratch(&call) : 0;
        p->scratch_floats = floats > p->scratch_floats ? floats : p->scratch_floats;
    }
    for (int i = 0; i < p->slot_count; i++) {
        p->slots[i].floats = (p->slots[i].floats + 15) / 16 * 16;
        p->memory_floats += p->slots[i].floats;
    }
}

static bool place_buffers(FastPlan *p, Error *err) {
    measure(p);
    uint64_t available = mem_available();
    if (fast_bytes(p) > available)
        return error_set(err, ERROR_MACHINE, p->model->name, MEM_TEXT(fast_bytes(p)),
                         MEM_TEXT(available));
    p->memory = mem_alloc_raw(p->memory_floats, sizeof *p->memory, err);
    p->scratch = mem_alloc_raw(p->scratch_floats, sizeof *p->scratch, err);
    float **start = arena_alloc(&p->arena, (size_t)p->slot_count, sizeof *start, err);
    if (!p->memory || !p->scratch || !start)
        return false;
    float *at = p->memory;
    for (int i = 0; i < p->slot_count; i++) {
        start[i] = at;
        at += p->slots[i].floats;
    }
    for (int i = 0; i < p->model->graph.node_count; i++)
        if (p->slot_of[i] >= 0)
            p->out[i].data = start[p->slot_of[i]];
    return true;
}

/* --- Running
 * ------------------------------------------------------------------------------------------ */

FastPlan *fast_new(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                   Error *err) {
    FastPlan *p = mem_alloc(1, sizeof *p, err);
    if (!p)
        return NULL;
    p->model = model;
    p->options = *options;
    p->pool = pool;
    p->batch = batch;
    p->image.shape = shape_batched(&model->graph.input, batch);
    bool ok = shape_check(&p->image.shape, "the input", err) && list_steps(p, err);
    for (int i = 0; ok && i < model->graph.node_count; i++)
        ok = shape_check(&p->out[i].shape, model->graph.nodes[i].name, err);
    if (ok) {
        assign_slots(p);
        ok = place_buffers(p, err);
    }
    if (ok)
        return p;
    fast_free(p);
    return NULL;
}

void fast_free(FastPlan *p) {
    if (!p)
        return;
    mem_free(p->memory);
    mem_free(p->scratch);
    arena_free(&p->arena);
    mem_free(p);
}

uint64_t fast_bytes(const FastPlan *p) {
    return (uint64_t)(p->memory_floats + p->scratch_floats) * sizeof(float);
}

int64_t fast_work(const FastPlan *p) {
    int64_t work = 0;
    for (int s = 0; s < p->step_count; s++) {
        const Node *node = &p->model->graph.nodes[p->steps[s].node];
        work += is_alias(node) ? 0 : node->work * p->batch;
    }
    return work;
}

bool fast_run(FastPlan *p, const Tensor *input, Job *job, Arena *arena, Result *result,
              Error *err) {
    const Graph *g = &p->model->graph;
    if (!shape_equal(&input->shape, &p->image.shape))
        return error_set(err, ERROR_EXPECTED, TEXT("input of %s", p->model->name),
                         SHAPE_TEXT(&p->image.shape), SHAPE_TEXT(&input->shape));
    KernelContext kernel = {.tier = p->options.tier,
                            .pool = p->pool,
                            .job = job,
                            .scratch = p->scratch,
                            .scratch_count = p->scratch_floats};
    p->image.data = input->data;
    double start = clock_ms();
    for (int s = 0; s < p->step_count; s++) {
        const Node *node = &g->nodes[p->steps[s].node];
        if (is_alias(node)) {
            p->out[p->steps[s].result].data = p->steps[s].in[0]->data;
            continue;
        }
        LayerCall call = step_call(p, &p->steps[s], &kernel);
        if (job_cancelled(job) || !node->type->forward(&call))
            return error_set(err, ERROR_CANCELLED, TEXT(" in %s", node->name));
    }
    double ms = clock_ms() - start;
    int answer = logits_node(g);
    if (answer == GRAPH_IMAGE)
        return result_of_logits(result, &p->image, &p->options, p->pool, arena, err);
    if (!result_of_logits(result, &p->out[answer], &p->options, p->pool, arena, err))
        return false;
    result->ms = ms;
    return true;
}
