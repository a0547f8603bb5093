#include "explain/project.h"

#include "base/random.h"
#include "engine/slots.h"
#include "model/packed.h"
#include "tensor/stats.h"
#include <math.h>
#include <string.h>

/* The way back through one node's layer. */
typedef struct Stage {
    int node;
    const Tensor **in;
    float **grad_in; /* by input; NULL: not on the way */
    bool *add;
} Stage;

struct Projection {
    Run *run;
    const Run *other;
    int from, to;
    bool keep;
    Arena arena;
    bool *needed; /* by node: on the way from `from` to `to`; the latter is not */
    Stage *stages;
    int stage_count, done; /* stages done; -1: not begun */
    Tensor *signal;        /* by node, then that of `to` if it is the picture */
    int *slot_of;          /* as signal; -1: none */
    Slots slots;
    float *memory, *scratch, *copy; /* copy: of a signal that a layer may overwrite */
    size_t memory_floats, scratch_floats, copy_floats;
    LayerRules rules;
    ProjectionStart start;
};

static const Graph *graph_of(const Projection *p) {
    return &run_model(p->run)->graph;
}

/* Where node's signal is noted. */
static int place(const Projection *p, int node) {
    return node == GRAPH_IMAGE ? graph_of(p)->node_count : node;
}

/* --- The way ------------------------------------------------------------------------------------
 */

/* What lies below `from` and above `to`: the nodes between which signals pass. */
static bool find_way(Projection *p, Error *err) {
    const Graph *g = graph_of(p);
    bool *reaches = arena_alloc(&p->arena, (size_t)g->node_count, sizeof *reaches, err);
    if (!reaches)
        return false;
    for (int i = 0; i <= p->from; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++)
            reaches[i] |= g->nodes[i].inputs[k] == p->to ||
                          (g->nodes[i].inputs[k] >= 0 && reaches[g->nodes[i].inputs[k]]);
    p->needed[p->from] = p->from != p->to && reaches[p->from];
    for (int i = p->from; i >= 0; i--)
        for (int k = 0; p->needed[i] && k < g->nodes[i].input_count; k++) {
            const int input = g->nodes[i].inputs[k];
            if (input >= 0 && input != p->to && reaches[input])
                p->needed[input] = true;
        }
    if (p->needed[p->from] || p->from == p->to)
        return true;
    return error_set(err, ERROR_EXPECTED, TEXT("the way down from %s", g->nodes[p->from].name),
                     "a node that it depends on", g->nodes[p->to].name);
}

static bool is_on_way(const Projection *p, int node) {
    return node == p->to || (node >= 0 && p->needed[node]);
}

static bool add_stage(Projection *p, int i, Error *err) {
    const Node *node = &graph_of(p)->nodes[i];
    const size_t inputs = (size_t)node->input_count;
    Stage *stage = &p->stages[p->stage_count++];
    stage->node = i;
    stage->in = arena_alloc(&p->arena, inputs, sizeof(*stage->in), err);
    stage->grad_in = arena_alloc(&p->arena, inputs, sizeof *stage->grad_in, err);
    stage->add = arena_alloc(&p->arena, inputs, sizeof *stage->add, err);
    if (!stage->in || !stage->grad_in || !stage->add)
        return false;
    return node->type->backward ||
           error_set(err, ERROR_UNSUPPORTED, TEXT("going down through %s", node->name),
                     TEXT("the layer type '%s' has no way back", node->type->name));
}

static void take_place(Projection *p, int node) {
    const int at = place(p, node);
    p->signal[at].shape = run_output(p->run, GRAPH_IMAGE)->shape;
    if (node >= 0)
        p->signal[at].shape = shape_batched(&graph_of(p)->nodes[node].out, 1);
    p->slot_of[at] = slots_take(&p->slots, (size_t)tensor_count(&p->signal[at]));
}

/* A signal needs room from the first that adds to it until it has been passed on. */
static void assign_places(Projection *p) {
    take_place(p, p->from);
    for (int s = 0; s < p->stage_count; s++) {
        const Stage *stage = &p->stages[s];
        const Node *node = &graph_of(p)->nodes[stage->node];
        for (int k = 0; k < node->input_count; k++) {
            const int input = node->inputs[k];
            if (!is_on_way(p, input))
                continue;
            stage->add[k] = p->slot_of[place(p, input)] >= 0;
            if (!stage->add[k])
                take_place(p, input);
        }
        if (!p->keep)
            slots_give_back(&p->slots, p->slot_of[stage->node]);
    }
}

static bool plan(Projection *p, Error *err) {
    const size_t nodes = (size_t)graph_of(p)->node_count;
    p->needed = arena_alloc(&p->arena, nodes, sizeof *p->needed, err);
    p->stages = arena_alloc(&p->arena, nodes, sizeof *p->stages, err);
    p->signal = arena_alloc(&p->arena, nodes + 1, sizeof *p->signal, err);
    p->slot_of = arena_alloc(&p->arena, nodes + 1, sizeof *p->slot_of, err);
    p->slots.slots = arena_alloc(&p->arena, nodes + 1, sizeof *p->slots.slots, err);
    if (!p->needed || !p->stages || !p->signal || !p->slot_of || !p->slots.slots ||
        !find_way(p, err))
        return false;
    for (int i = p->from; i >= 0; i--)
        if (p->needed[i] && !add_stage(p, i, err))
            return false;
    for (size_t i = 0; i <= nodes; i++)
        p->slot_of[i] = -1;
    assign_places(p);
    return true;
}

/* --- Memory -------------------------------------------------------------------------------------
 */

static LayerBackward stage_backward(const Projection *p, const Stage *stage, const LayerCall *call,
                                    const LayerRules *rules) {
    return (LayerBackward){.call = call,
                           .grad_out = p->signal[stage->node].data,
                           .grad_in = stage->grad_in,
                           .add = stage->add,
                           .rules = rules};
}

static KernelContext kernel_context(const Projection *p, Job *job) {
    return (KernelContext){.tier = run_options(p->run)->tier,
                           .pool = run_pool(p->run),
                           .job = job,
                           .scratch = p->scratch,
                           .scratch_count = p->scratch_floats};
}

static void measure(Projection *p) {
    const KernelContext kernel = kernel_context(p, NULL);
    for (int s = 0; s < p->stage_count; s++) {
        const Stage *stage = &p->stages[s];
        const LayerType *type = graph_of(p)->nodes[stage->node].type;
        const LayerCall call = run_call(p->run, stage->node, &kernel, stage->in);
        const LayerBackward back = stage_backward(p, stage, &call, NULL);
        const size_t scratch = type->backward_scratch ? type->backward_scratch(&back) : 0;
        const size_t count = (size_t)tensor_count(&p->signal[stage->node]);
        p->scratch_floats = scratch > p->scratch_floats ? scratch : p->scratch_floats;
        p->copy_floats = p->keep && count > p->copy_floats ? count : p->copy_floats;
    }
    p->memory_floats = slots_floats(&p->slots);
}

uint64_t projection_bytes(const Projection *p) {
    return (p->memory_floats + p->scratch_floats + p->copy_floats) * sizeof(float);
}

static bool place_memory(Projection *p, Error *err) {
    measure(p);
    if (projection_bytes(p) > mem_available())
        return error_set(err, ERROR_MACHINE, TEXT("explaining %s", run_model(p->run)->name),
                         MEM_TEXT(projection_bytes(p)), MEM_TEXT(mem_available()));
    p->memory = mem_alloc_raw(p->memory_floats, sizeof *p->memory, err);
    p->scratch = mem_alloc_raw(p->scratch_floats, sizeof *p->scratch, err);
    p->copy = mem_alloc_raw(p->copy_floats, sizeof *p->copy, err);
    if (!p->memory || !p->scratch || !p->copy)
        return false;
    slots_deal(&p->slots, p->memory);
    for (int i = 0; i <= graph_of(p)->node_count; i++)
        if (p->slot_of[i] >= 0)
            p->signal[i].data = p->slots.slots[p->slot_of[i]].data;
    for (int s = 0; s < p->stage_count; s++) {
        const Node *node = &graph_of(p)->nodes[p->stages[s].node];
        for (int k = 0; k < node->input_count; k++)
            if (is_on_way(p, node->inputs[k]))
                p->stages[s].grad_in[k] = p->signal[place(p, node->inputs[k])].data;
    }
    return true;
}

Projection *projection_new(Run *run, int from, int to, bool keep, Error *err) {
    const Graph *g = &run_model(run)->graph;
    const Shape *input = &run_output(run, GRAPH_IMAGE)->shape;
    if (input->dim[0] != 1) {
        error_set(err, ERROR_EXPECTED, "what is explained", "one picture",
                  TEXT("%lld", (long long)input->dim[0]));
        return NULL;
    }
    Projection *p = mem_alloc(1, sizeof *p, err);
    if (!p)
        return NULL;
    p->run = run_retain(run);
    p->from = strcmp(g->nodes[from].type->name, "softmax") == 0 ? g->nodes[from].inputs[0] : from;
    p->to = to;
    p->keep = keep;
    p->done = -1;
    if (plan(p, err) && place_memory(p, err))
        return p;
    projection_free(p);
    return NULL;
}

void projection_free(Projection *p) {
    if (!p)
        return;
    run_release(p->run);
    mem_free(p->memory);
    mem_free(p->scratch);
    mem_free(p->copy);
    arena_free(&p->arena);
    mem_free(p);
}

/* --- The seed -----------------------------------------------------------------------------------
 */

/* A node's output as channels of planes. */
typedef struct Planes {
    int64_t channels, height, width;
} Planes;

static Planes planes_of(const Shape *s) {
    return s->rank == 4 ? (Planes){s->dim[1], s->dim[2], s->dim[3]} : (Planes){s->dim[1], 1, 1};
}

static bool check_index(const char *what, int64_t value, int64_t count, Error *err) {
    return (value >= 0 && value < count) ||
           error_set(err, ERROR_EXPECTED, what, TEXT("0..%lld", (long long)count - 1),
                     TEXT("%lld", (long long)value));
}

static bool check_seed(const Projection *p, const Planes *size, const Seed *seed, Error *err) {
    const char *name = graph_of(p)->nodes[p->from].name;
    const bool placed = seed->kind == SEED_AT || seed->kind == SEED_ONE;
    return check_index(TEXT("channel of %s", name), seed->channel, size->channels, err) &&
           (!placed || (check_index(TEXT("row of %s", name), seed->y, size->height, err) &&
                        check_index(TEXT("column of %s", name), seed->x, size->width, err)));
}

/* Noise everywhere, of the L2 norm of the channel. */
static void put_noise(const Seed *seed, const float *channel, int64_t plane, Tensor *signal) {
    const int64_t count = tensor_count(signal);
    random_normal(seed->random, random_stream("explain noise"), 0, (size_t)count, signal->data);
    const double wanted = stats_of(channel, plane).l2, is = stats_of(signal->data, count).l2;
    for (int64_t i = 0; i < count && is > 0; i++)
        signal->data[i] = (float)((double)signal->data[i] * wanted / is);
}

static void put_seed(Projection *p, const Planes *size, const Seed *seed, const float *values) {
    const int64_t plane = size->height * size->width, base = seed->channel * plane;
    Tensor *signal = &p->signal[p->from];
    int64_t at = stats_of(values + base, plane).argmax;
    if (seed->kind == SEED_AT || seed->kind == SEED_ONE)
        at = seed->y * size->width + seed->x;
    at = at < 0 ? 0 : at; /* nothing finite: what there is is sent, and seen */
    memset(signal->data, 0, (size_t)tensor_count(signal) * sizeof *signal->data);
    if (seed->kind == SEED_NOISE)
        put_noise(seed, values + base, plane, signal);
    else if (seed->kind == SEED_ALL)
        memcpy(signal->data + base, values + base, (size_t)plane * sizeof *values);
    else
        signal->data[base + at] = seed->kind == SEED_ONE ? 1 : values[base + at];
    p->start = (ProjectionStart){.node = p->from,
                                 .channel = seed->channel,
                                 .y = at / size->width,
                                 .x = at % size->width,
                                 .value = signal->data[base + at]};
}

bool projection_begin(Projection *p, const LayerRules *rules, const Run *other, const Seed *seed,
                      Error *err) {
    const Tensor *values = run_output(p->run, p->from);
    const char *name = graph_of(p)->nodes[p->from].name;
    p->done = -1;
    if (!values)
        return error_set(err, ERROR_MISSING, TEXT("the output of %s", name));
    if (rules->switches == SWITCHES_OTHER &&
        (!other || run_model(other) != run_model(p->run) || run_computed(other) <= p->from))
        return error_set(err, ERROR_MISSING, "the other picture, whose switches are asked for");
    const Planes size = planes_of(&values->shape);
    if (!check_seed(p, &size, seed, err))
        return false;
    p->rules = *rules;
    p->other = other;
    put_seed(p, &size, seed, values->data);
    p->done = 0;
    return true;
}

/* --- Down ---------------------------------------------------------------------------------------
 */

bool projection_step(Projection *p, Job *job, Error *err) {
    if (p->done < 0)
        return error_set(err, ERROR_MISSING, "the seed of a projection");
    if (projection_at_end(p))
        return true;
    const Stage *stage = &p->stages[p->done];
    const Node *node = &graph_of(p)->nodes[stage->node];
    const KernelContext kernel = kernel_context(p, job);
    LayerRules rules = p->rules;
    if (rules.switches == SWITCHES_OTHER)
        rules.other = run_output(p->other, node->inputs[0]);
    const LayerCall call = run_call(p->run, stage->node, &kernel, stage->in);
    LayerBackward back = stage_backward(p, stage, &call, &rules);
    if (p->keep) {
        memcpy(p->copy, back.grad_out,
               (size_t)tensor_count(&p->signal[stage->node]) * sizeof *p->copy);
        back.grad_out = p->copy;
    }
    if (!packed_weights(run_model(p->run), stage->node, &call, LAYER_BACKWARD, &back.packed, err)) {
        p->done = -1;
        return false;
    }
    if (job_cancelled(job) || !node->type->backward(&back)) {
        p->done = -1;
        return error_set(err, ERROR_CANCELLED, TEXT(" in %s", node->name));
    }
    p->done++;
    return true;
}

bool projection_all(Projection *p, Job *job, Error *err) {
    do {
        if (!projection_step(p, job, err))
            return false;
    } while (!projection_at_end(p));
    return true;
}

/* --- Looking ------------------------------------------------------------------------------------
 */

int projection_next(const Projection *p) {
    if (p->done < 0)
        return p->from;
    return p->done < p->stage_count ? p->stages[p->done].node : p->to;
}

bool projection_at_end(const Projection *p) {
    return p->done == p->stage_count;
}

int projection_steps(const Projection *p) {
    return p->stage_count;
}

/* Complete once every stage above it is done; kept until its own is. */
const Tensor *projection_signal(const Projection *p, int node) {
    if (p->done < 0 || (node != GRAPH_IMAGE && (node < 0 || node >= graph_of(p)->node_count)))
        return NULL;
    const int at = place(p, node);
    if (p->slot_of[at] < 0)
        return NULL;
    const int next = projection_next(p);
    if (node == p->to)
        return projection_at_end(p) ? &p->signal[at] : NULL;
    return node == next || (node > next && p->keep) ? &p->signal[at] : NULL;
}

bool projection_switches(const Projection *p, int node, int32_t *switches, Error *err) {
    const Graph *g = graph_of(p);
    const KernelContext kernel = kernel_context(p, NULL);
    int s = 0;
    while (s < p->stage_count && p->stages[s].node != node)
        s++;
    if (p->done < 0 || s == p->stage_count || strcmp(g->nodes[node].type->name, "maxpool") != 0)
        return error_set(err, ERROR_EXPECTED, "switches", "a max pool on the way", "none");
    LayerRules rules = p->rules;
    if (rules.switches == SWITCHES_OTHER)
        rules.other = run_output(p->other, g->nodes[node].inputs[0]);
    const LayerCall call = run_call(p->run, node, &kernel, p->stages[s].in);
    return layer_switches(&call, &rules, p->scratch, switches);
}

const ProjectionStart *projection_start(const Projection *p) {
    return &p->start;
}

const LayerRules *projection_rules(const Projection *p) {
    return &p->rules;
}

int64_t projection_work(const Projection *p) {
    int64_t work = 0;
    for (int s = 0; s < p->stage_count; s++)
        work += graph_of(p)->nodes[p->stages[s].node].work;
    return work;
}
