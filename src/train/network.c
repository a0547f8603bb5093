#include "train/network.h"

#include "base/random.h"
#include "base/text.h"
#include "engine/slots.h"
#include "model/packed.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ALIGN_FLOATS = 16 };

/* A layer of the way forward. Its output is that of node `result`: its own, or that of the ReLU
 * that is computed with it. */
typedef struct Step {
    int node, result;
    const Tensor **in;
    float **grad_in; /* by input; NULL: not wanted */
    bool *add;
    float *saved;
    size_t offset[LAYER_WEIGHTS_MAX]; /* in the run of weights */
    LayerFusion fusion;
} Step;

struct TrainNet {
    const Model *model;
    RunOptions options;
    Pool *pool;
    int64_t batch;
    Arena arena;
    Step *steps;
    int step_count;
    int logits; /* the node */
    Tensor image;
    Tensor *out;  /* by node; without data where it is not computed */
    bool *learns; /* by node: it or something before it has weights to be learned */
    int *slot_of; /* by node: where its gradient lies; -1: nowhere */
    Slots slots;  /* of gradients */
    TrainSizes sizes;
    float *weights, *gradient, *memory, *scratch;
    size_t memory_floats, scratch_floats;
    const TrainWatch *watch; /* NULL: nobody looks */
};

static size_t aligned(int64_t floats) {
    return ((size_t)floats + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
}

/* --- Which layers -------------------------------------------------------------------------------
 */

static bool is_type(const Node *node, const char *name) {
    return strcmp(node->type->name, name) == 0;
}

static int logits_node(const Graph *g) {
    const Node *last = &g->nodes[g->node_count - 1];
    return is_type(last, "softmax") ? last->inputs[0] : g->node_count - 1;
}

/* The ReLU that is computed with node i, or -1. `readers`: how many inputs each node feeds. */
static int fused_relu(const Graph *g, int i, const int *readers, const bool *needed) {
    if (readers[i] != 1 || !(g->nodes[i].type->fuses & LAYER_FUSES_RELU))
        return -1;
    for (int r = i + 1; r < g->node_count; r++)
        for (int k = 0; k < g->nodes[r].input_count; k++)
            if (g->nodes[r].inputs[k] == i && needed[r])
                return is_type(&g->nodes[r], "relu") ? r : -1;
    return -1;
}

/* Marks what the logits depend on, and counts who reads what of it. */
static void mark_needed(const Graph *g, int logits, bool *needed, int *readers) {
    needed[logits] = true;
    for (int i = logits; i >= 0; i--)
        for (int k = 0; needed[i] && k < g->nodes[i].input_count; k++) {
            int input = g->nodes[i].inputs[k];
            if (input == GRAPH_IMAGE)
                continue;
            needed[input] = true;
            readers[input]++;
        }
}

static bool is_learned(WeightRole role) {
    return role != WEIGHT_MEAN && role != WEIGHT_VARIANCE;
}

static void mark_learning(TrainNet *net) {
    const Graph *g = &net->model->graph;
    for (int i = 0; i < g->node_count; i++) {
        const Node *node = &g->nodes[i];
        for (int w = 0; w < node->weight_count; w++)
            net->learns[i] |= is_learned(node->weights[w].role);
        for (int k = 0; k < node->input_count; k++)
            net->learns[i] |= node->inputs[k] != GRAPH_IMAGE && net->learns[node->inputs[k]];
    }
}

static bool add_step(TrainNet *net, int i, int result, Error *err) {
    const Node *node = &net->model->graph.nodes[i];
    Step *step = &net->steps[net->step_count++];
    size_t inputs = (size_t)node->input_count;
    *step = (Step){.node = i, .result = result, .fusion = {.relu = result != i}};
    step->in = arena_alloc(&net->arena, inputs, sizeof(*step->in), err);
    step->grad_in = arena_alloc(&net->arena, inputs, sizeof *step->grad_in, err);
    step->add = arena_alloc(&net->arena, inputs, sizeof *step->add, err);
    if (!step->in || !step->grad_in || !step->add)
        return false;
    for (size_t k = 0; k < inputs; k++)
        step->in[k] = node->inputs[k] == GRAPH_IMAGE ? &net->image : &net->out[node->inputs[k]];
    return node->type->backward ||
           error_set(err, ERROR_UNSUPPORTED, TEXT("learning through %s", node->name),
                     TEXT("the layer type '%s' has no way back", node->type->name));
}

static bool list_steps(TrainNet *net, Error *err) {
    const Graph *g = &net->model->graph;
    Arena arena = {0};
    size_t count = (size_t)g->node_count;
    bool *needed = arena_alloc(&arena, count, sizeof *needed, err);
    int *readers = arena_alloc(&arena, count, sizeof *readers, err);
    bool *done = arena_alloc(&arena, count, sizeof *done, err);
    bool ok = needed && readers && done;
    if (ok)
        mark_needed(g, net->logits, needed, readers);
    for (int i = 0; ok && i <= net->logits; i++) {
        if (!needed[i] || done[i])
            continue;
        int relu = i == net->logits ? -1 : fused_relu(g, i, readers, needed);
        if (relu >= 0)
            done[relu] = true;
        ok = add_step(net, i, relu >= 0 ? relu : i, err);
    }
    arena_free(&arena);
    return ok;
}

/* --- Weights ------------------------------------------------------------------------------------
 */

typedef enum Part { PART_KERNELS, PART_OTHERS, PART_STATISTICS } Part;

static Part part_of(WeightRole role) {
    if (role == WEIGHT_KERNEL)
        return PART_KERNELS;
    return is_learned(role) ? PART_OTHERS : PART_STATISTICS;
}

/* Deals out places to the weights of one part, from `at` on; returns where it ends. */
static size_t place_part(TrainNet *net, Part part, size_t at) {
    for (int s = 0; s < net->step_count; s++) {
        const Node *node = &net->model->graph.nodes[net->steps[s].node];
        for (int w = 0; w < node->weight_count; w++)
            if (part_of(node->weights[w].role) == part) {
                net->steps[s].offset[w] = at;
                at += aligned(shape_count(&node->weights[w].shape));
            }
    }
    return at;
}

static bool place_weights(TrainNet *net, Error *err) {
    net->sizes.kernels = place_part(net, PART_KERNELS, 0);
    net->sizes.learned = place_part(net, PART_OTHERS, net->sizes.kernels);
    net->sizes.all = place_part(net, PART_STATISTICS, net->sizes.learned);
    if (net->sizes.learned == 0)
        return error_set(err, ERROR_UNSUPPORTED, TEXT("training %s", net->model->name),
                         "it has no weights");
    net->weights = mem_alloc(net->sizes.all, sizeof *net->weights, err);
    net->gradient = mem_alloc(net->sizes.learned, sizeof *net->gradient, err);
    if (!net->weights || !net->gradient)
        return false;
    for (int s = 0; s < net->step_count; s++) {
        const Step *step = &net->steps[s];
        const Node *node = &net->model->graph.nodes[step->node];
        for (int w = 0; w < node->weight_count; w++)
            memcpy(net->weights + step->offset[w], net->model->weights.data[step->node][w],
                   (size_t)shape_count(&node->weights[w].shape) * sizeof(float));
    }
    return true;
}

void train_net_export(const TrainNet *net, const float *weights, Model *model) {
    for (int s = 0; s < net->step_count; s++) {
        const Step *step = &net->steps[s];
        const Node *node = &net->model->graph.nodes[step->node];
        for (int w = 0; w < node->weight_count; w++) {
            /* Random weights lie in the model's own arena, where nothing else reads them. */
            float *to = (float *)(uintptr_t)model->weights.data[step->node][w];
            memcpy(to, weights + step->offset[w],
                   (size_t)shape_count(&node->weights[w].shape) * sizeof(float));
        }
    }
    packed_forget(model);
}

/* --- Calls --------------------------------------------------------------------------------------
 */

static LayerCall step_call(const TrainNet *net, const Step *step, const KernelContext *kernel,
                           const float *weights, const LayerTraining *training) {
    const Node *node = &net->model->graph.nodes[step->node];
    LayerCall call = {.kernel = kernel,
                      .path = net->options.path,
                      .params = node->params,
                      .in = step->in,
                      .in_count = node->input_count,
                      .out = &net->out[step->result],
                      .fusion = &step->fusion,
                      .training = training};
    for (int w = 0; w < node->weight_count; w++)
        call.weights[w] = weights + step->offset[w];
    return call;
}

static LayerTraining step_training(TrainNet *net, const Step *step, uint64_t seed,
                                   uint64_t step_no) {
    const Node *node = &net->model->graph.nodes[step->node];
    LayerTraining training = {.seed = seed,
                              .stream = random_stream(node->name) + step_no * 0x9e3779b97f4a7c15u,
                              .saved = step->saved};
    for (int w = 0; w < node->weight_count; w++)
        training.weights[w] = net->weights + step->offset[w];
    return training;
}

static LayerBackward step_backward(const TrainNet *net, const Step *step, const LayerCall *call) {
    const Node *node = &net->model->graph.nodes[step->node];
    LayerBackward back = {.call = call, .grad_in = step->grad_in, .add = step->add};
    if (net->slot_of[step->result] >= 0)
        back.grad_out = net->slots.slots[net->slot_of[step->result]].data;
    for (int w = 0; w < node->weight_count; w++)
        if (is_learned(node->weights[w].role))
            back.grad_weights[w] = net->gradient + step->offset[w];
    return back;
}

/* --- Memory -------------------------------------------------------------------------------------
 */

/* Walks the way back: a node's gradient needs room from its last reader on until it is passed on.
 */
static void assign_slots(TrainNet *net) {
    const Graph *g = &net->model->graph;
    net->slot_of[net->logits] =
        slots_take(&net->slots, (size_t)tensor_count(&net->out[net->logits]));
    for (int s = net->step_count - 1; s >= 0; s--) {
        Step *step = &net->steps[s];
        const Node *node = &g->nodes[step->node];
        for (int k = 0; k < node->input_count; k++) {
            int input = node->inputs[k];
            if (input == GRAPH_IMAGE || !net->learns[input] || net->slot_of[step->result] < 0)
                continue;
            step->add[k] = net->slot_of[input] >= 0;
            if (!step->add[k])
                net->slot_of[input] =
                    slots_take(&net->slots, (size_t)tensor_count(&net->out[input]));
        }
        if (net->slot_of[step->result] >= 0)
            slots_give_back(&net->slots, net->slot_of[step->result]);
    }
}

static bool measure(TrainNet *net, Error *err) {
    const Graph *g = &net->model->graph;
    KernelContext kernel = {.tier = net->options.tier, .pool = net->pool};
    size_t floats = aligned(tensor_count(&net->image));
    for (int s = 0; s < net->step_count; s++) {
        Step *step = &net->steps[s];
        const LayerType *type = g->nodes[step->node].type;
        if (!shape_check(&net->out[step->result].shape, g->nodes[step->node].name, err))
            return false;
        LayerTraining training = {0};
        LayerCall call = step_call(net, step, &kernel, net->weights, &training);
        LayerBackward back = step_backward(net, step, &call);
        size_t forward = type->scratch ? type->scratch(&call) : 0;
        size_t backward = type->backward_scratch ? type->backward_scratch(&back) : 0;
        size_t more = forward > backward ? forward : backward;
        net->scratch_floats = more > net->scratch_floats ? more : net->scratch_floats;
        floats += aligned(tensor_count(call.out));
        floats += type->saved ? aligned((int64_t)type->saved(&call)) : 0;
    }
    net->memory_floats = floats + slots_floats(&net->slots);
    return true;
}

/* Hands out the memory in the order in which measure counted it. */
static void deal_memory(TrainNet *net) {
    const Graph *g = &net->model->graph;
    KernelContext kernel = {.tier = net->options.tier, .pool = net->pool};
    float *at = net->memory;
    net->image.data = at;
    at += aligned(tensor_count(&net->image));
    for (int s = 0; s < net->step_count; s++) {
        Step *step = &net->steps[s];
        const LayerType *type = g->nodes[step->node].type;
        LayerTraining training = {0};
        LayerCall call = step_call(net, step, &kernel, net->weights, &training);
        call.out->data = at;
        at += aligned(tensor_count(call.out));
        step->saved = at;
        at += type->saved ? aligned((int64_t)type->saved(&call)) : 0;
    }
    slots_deal(&net->slots, at);
    for (int s = 0; s < net->step_count; s++) {
        const Step *step = &net->steps[s];
        const Node *node = &g->nodes[step->node];
        for (int k = 0; k < node->input_count; k++) {
            int input = node->inputs[k];
            bool wanted = input != GRAPH_IMAGE && net->slot_of[input] >= 0;
            step->grad_in[k] = wanted ? net->slots.slots[net->slot_of[input]].data : NULL;
        }
    }
}

static bool place_memory(TrainNet *net, Error *err) {
    if (!measure(net, err))
        return false;
    uint64_t needed = (net->memory_floats + net->scratch_floats) * sizeof(float);
    uint64_t available = mem_available();
    if (needed > available)
        return error_set(
            err, ERROR_MACHINE,
            TEXT("training %s on batches of %lld", net->model->name, (long long)net->batch),
            MEM_TEXT(needed), MEM_TEXT(available));
    net->memory = mem_alloc_raw(net->memory_floats, sizeof *net->memory, err);
    net->scratch = mem_alloc_raw(net->scratch_floats, sizeof *net->scratch, err);
    if (!net->memory || !net->scratch)
        return false;
    deal_memory(net);
    memset(net->image.data, 0, (size_t)tensor_count(&net->image) * sizeof(float));
    return true;
}

uint64_t train_net_bytes(const TrainNet *net) {
    return (net->memory_floats + net->scratch_floats + net->sizes.all + net->sizes.learned) *
           sizeof(float);
}

/* --- Beginning and end --------------------------------------------------------------------------
 */

static bool prepare(TrainNet *net, Error *err) {
    const Graph *g = &net->model->graph;
    size_t count = (size_t)g->node_count;
    net->steps = arena_alloc(&net->arena, count, sizeof *net->steps, err);
    net->out = arena_alloc(&net->arena, count, sizeof *net->out, err);
    net->learns = arena_alloc(&net->arena, count, sizeof *net->learns, err);
    net->slot_of = arena_alloc(&net->arena, count, sizeof *net->slot_of, err);
    net->slots.slots = arena_alloc(&net->arena, count, sizeof *net->slots.slots, err);
    if (!net->steps || !net->out || !net->learns || !net->slot_of || !net->slots.slots)
        return false;
    net->logits = logits_node(g);
    if (net->logits == GRAPH_IMAGE || g->nodes[net->logits].out.rank != 1)
        return error_set(err, ERROR_EXPECTED, TEXT("the output of %s", net->model->name),
                         "one number a class",
                         net->logits == GRAPH_IMAGE ? "the picture itself"
                                                    : SHAPE_TEXT(&g->nodes[net->logits].out));
    net->image.shape = shape_batched(&g->input, net->batch);
    for (int i = 0; i < g->node_count; i++) {
        net->out[i].shape = shape_batched(&g->nodes[i].out, net->batch);
        net->slot_of[i] = -1;
    }
    if (!shape_check(&net->image.shape, "the batch", err) || !list_steps(net, err) ||
        !place_weights(net, err))
        return false;
    mark_learning(net);
    assign_slots(net);
    return place_memory(net, err);
}

TrainNet *train_net_new(const Model *model, int64_t batch, const RunOptions *options, Pool *pool,
                        Error *err) {
    TrainNet *net = mem_alloc(1, sizeof *net, err);
    if (!net)
        return NULL;
    net->model = model;
    net->batch = batch;
    net->options = *options;
    net->pool = pool;
    if (prepare(net, err))
        return net;
    train_net_free(net);
    return NULL;
}

void train_net_free(TrainNet *net) {
    if (!net)
        return;
    mem_free(net->weights);
    mem_free(net->gradient);
    mem_free(net->memory);
    mem_free(net->scratch);
    arena_free(&net->arena);
    mem_free(net);
}

TrainSizes train_net_sizes(const TrainNet *net) {
    return net->sizes;
}

float *train_net_weights(TrainNet *net) {
    return net->weights;
}

const float *train_net_gradient(TrainNet *net) {
    return net->gradient;
}

float *train_net_input(TrainNet *net) {
    return net->image.data;
}

int64_t train_net_classes(const TrainNet *net) {
    return net->model->graph.nodes[net->logits].out.dim[0];
}

/* --- Forward and back ---------------------------------------------------------------------------
 */

static KernelContext kernel_context(const TrainNet *net, Job *job) {
    return (KernelContext){.tier = net->options.tier,
                           .pool = net->pool,
                           .job = job,
                           .scratch = net->scratch,
                           .scratch_count = net->scratch_floats};
}

static bool cancelled(const TrainNet *net, const Step *step, Error *err) {
    return error_set(err, ERROR_CANCELLED,
                     TEXT(" in %s", net->model->graph.nodes[step->node].name));
}

/* --- Looking on ------------------------------------------------------------------------------- */

static double rms_of(const float *x, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (double)x[i] * (double)x[i];
    return count ? sqrt(sum / (double)count) : 0;
}

/* The gradient of a step's output, whole by now: all its readers were gone back through. */
static void watch(const TrainNet *net, const Step *step, const float *gradient) {
    const Tensor *out = &net->out[step->result];
    if (!net->watch || !gradient)
        return;
    net->watch->rms[step->result] = rms_of(gradient, tensor_count(out));
    if (net->watch->first && net->watch->node == step->result)
        memcpy(net->watch->first, gradient,
               (size_t)(tensor_count(out) / net->batch) * sizeof *gradient);
}

void train_net_watch(TrainNet *net, const TrainWatch *watch) {
    net->watch = watch;
}

bool train_net_kernel(const TrainNet *net, int node, double *kernel, double *gradient) {
    for (int s = 0; s < net->step_count; s++) {
        const Step *step = &net->steps[s];
        const Node *n = &net->model->graph.nodes[step->node];
        for (int w = 0; step->node == node && w < n->weight_count; w++) {
            if (n->weights[w].role != WEIGHT_KERNEL)
                continue;
            const int64_t count = shape_count(&n->weights[w].shape);
            *kernel = rms_of(net->weights + step->offset[w], count);
            *gradient = rms_of(net->gradient + step->offset[w], count);
            return true;
        }
    }
    return false;
}

bool train_net_learn(TrainNet *net, const int32_t *labels, const LabelMix *mixes, double smoothing,
                     uint64_t seed, uint64_t step_no, Job *job, Loss *loss, Error *err) {
    const KernelContext kernel = kernel_context(net, job);
    for (int s = 0; s < net->step_count; s++) {
        const Step *step = &net->steps[s];
        const LayerTraining training = step_training(net, step, seed, step_no);
        const LayerCall call = step_call(net, step, &kernel, net->weights, &training);
        if (job_cancelled(job) || !net->model->graph.nodes[step->node].type->forward(&call))
            return cancelled(net, step, err);
    }
    *loss =
        loss_softmax(net->out[net->logits].data, labels, mixes, net->batch, train_net_classes(net),
                     smoothing, net->slots.slots[net->slot_of[net->logits]].data);
    for (int s = net->step_count - 1; s >= 0; s--) {
        const Step *step = &net->steps[s];
        if (!net->learns[step->node] || net->slot_of[step->result] < 0)
            continue;
        const LayerTraining training = step_training(net, step, seed, step_no);
        const LayerCall call = step_call(net, step, &kernel, net->weights, &training);
        const LayerBackward back = step_backward(net, step, &call);
        watch(net, step, back.grad_out);
        if (job_cancelled(job) || !net->model->graph.nodes[step->node].type->backward(&back))
            return cancelled(net, step, err);
    }
    return true;
}

bool train_net_score(TrainNet *net, const float *weights, const int32_t *labels, int64_t count,
                     Job *job, Loss *loss, Error *err) {
    const KernelContext kernel = kernel_context(net, job);
    for (int s = 0; s < net->step_count; s++) {
        const Step *step = &net->steps[s];
        const LayerCall call =
            step_call(net, step, &kernel, weights ? weights : net->weights, NULL);
        if (job_cancelled(job) || !net->model->graph.nodes[step->node].type->forward(&call))
            return cancelled(net, step, err);
    }
    *loss = loss_softmax(net->out[net->logits].data, labels, NULL, count, train_net_classes(net), 0,
                         NULL);
    return true;
}

/* --- Telling networks apart ---------------------------------------------------------------------
 */

uint64_t train_net_fingerprint(const TrainNet *net) {
    const Graph *g = &net->model->graph;
    uint64_t hash = random_stream(SHAPE_TEXT(&g->input));
    for (int i = 0; i < g->node_count; i++) {
        const Node *node = &g->nodes[i];
        char params[300] = "", line[600];
        if (node->type->params)
            layer_params_text(node->type, node->params, params, sizeof params);
        snprintf(line, sizeof line, "%s %s %s %s", node->name, node->type->name, params,
                 SHAPE_TEXT(&node->out));
        hash = (hash ^ random_stream(line)) * 0x100000001b3u;
        for (int k = 0; k < node->input_count; k++)
            hash = (hash ^ (uint64_t)(node->inputs[k] + 2)) * 0x100000001b3u;
    }
    return hash;
}
