#include "graph/graph.h"

#include "base/text.h"
#include "graph/internal.h"
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[BLOCK_KINDS] = {
    [BLOCK_NETWORK] = "network",         [BLOCK_CHAIN] = "chain",           [BLOCK_STAGE] = "stage",
    [BLOCK_INCEPTION] = "inception",     [BLOCK_RESIDUAL] = "residual",     [BLOCK_DENSE] = "dense",
    [BLOCK_DENSE_LAYER] = "dense-layer", [BLOCK_TRANSITION] = "transition",
};

const char *block_kind_name(BlockKind kind) {
    return kind_names[kind];
}

bool block_kind_from_name(BlockKind *kind, const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (int i = 0; i < BLOCK_KINDS; i++) {
        if (strcmp(kind_names[i], name) == 0) {
            *kind = (BlockKind)i;
            return true;
        }
        text_nearest_offer(&nearest, kind_names[i]);
    }
    return text_unknown(&nearest, "kind of block", err);
}

bool graph_begin(Graph *g, const Shape *input, Error *err) {
    *g = (Graph){0};
    static const char *const axes[3] = {"channels", "height", "width"};
    if (input->rank != 3)
        return error_set(err, ERROR_EXPECTED, "input", "channels, height, width",
                         TEXT("%d numbers", input->rank));
    for (int i = 0; i < 3; i++)
        if (input->dim[i] < 1 || input->dim[i] > 16384)
            return error_set(err, ERROR_EXPECTED, TEXT("input %s", axes[i]), "1..16384",
                             TEXT("%lld", (long long)input->dim[i]));
    g->input = *input;
    return graph_block_open(g, "", "", BLOCK_NETWORK, -1, GRAPH_IMAGE, err) == 0;
}

void graph_free(Graph *g) {
    arena_free(&g->arena);
    mem_free(g->nodes);
    mem_free(g->blocks);
    *g = (Graph){0};
}

static bool name_taken(const Graph *g, const char *name) {
    for (int i = 0; i < g->node_count; i++)
        if (strcmp(g->nodes[i].name, name) == 0)
            return true;
    return false;
}

/* Shapes, weights and costs of a node whose type, params and inputs are set. */
static bool node_infer(Graph *g, Node *node, Error *err) {
    const LayerType *type = node->type;
    Shape *in = mem_alloc((size_t)node->input_count, sizeof *in, err);
    if (!in)
        return false;
    for (int i = 0; i < node->input_count; i++)
        in[i] = node->inputs[i] == GRAPH_IMAGE ? g->input : g->nodes[node->inputs[i]].out;
    node->in = in[0];
    bool ok = type->shape(node->params, in, node->input_count, &node->out, err) &&
              shape_check(&node->out, "the output", err);
    mem_free(in);
    if (!ok)
        return false;

    node->weight_count = type->weights ? type->weights(node->params, &node->in, node->weights) : 0;
    for (int i = 0; i < node->weight_count; i++) {
        const WeightSpec *spec = &node->weights[i];
        if (!shape_check(&spec->shape, spec->suffix, err))
            return false;
        node->weight_keys[i] = arena_format(&g->arena, err, "%s.%s", node->name, spec->suffix);
        if (!node->weight_keys[i])
            return false;
        if (spec->role != WEIGHT_MEAN && spec->role != WEIGHT_VARIANCE)
            node->param_count += shape_count(&spec->shape);
    }
    node->macs = type->macs ? type->macs(node->params, &node->in, &node->out) : 0;
    node->work = node->macs ? node->macs : shape_count(&node->out);
    graph_receptive_field(g, node);
    return true;
}

static bool add_totals(Graph *g, const Node *node, Error *err) {
    if (__builtin_add_overflow(g->param_count, node->param_count, &g->param_count) ||
        __builtin_add_overflow(g->macs, node->macs, &g->macs) ||
        __builtin_add_overflow(g->work, node->work, &g->work) ||
        __builtin_add_overflow(g->activation_count, shape_count(&node->out), &g->activation_count))
        return error_set(err, ERROR_TOO_LARGE, "the network", "more than 2^63 operations", "2^63");
    return true;
}

int graph_add(Graph *g, const NodeDef *def, Error *err) {
    const LayerType *type = def->type;
    if (g->node_count >= GRAPH_NODES_MAX) {
        error_set(err, ERROR_TOO_LARGE, "the network", "more nodes", TEXT("%d", GRAPH_NODES_MAX));
        return GRAPH_FAILED;
    }
    if (def->input_count < type->inputs_min || def->input_count > type->inputs_max) {
        error_set(err, ERROR_EXPECTED, TEXT("%s: inputs of a %s", def->name, type->name),
                  type->inputs_min == type->inputs_max
                      ? TEXT("%d", type->inputs_min)
                      : TEXT("%d to %d", type->inputs_min, type->inputs_max),
                  TEXT("%d", def->input_count));
        return GRAPH_FAILED;
    }
    if (name_taken(g, def->name)) {
        error_set(err, ERROR_TWICE, "the node name", def->name);
        return GRAPH_FAILED;
    }
    if (!mem_grow(&g->nodes, &g->node_capacity, (size_t)g->node_count + 1, sizeof(Node), err))
        return GRAPH_FAILED;

    Node node = {.type = type,
                 .params = def->params,
                 .block = def->block,
                 .branch = def->branch,
                 .input_count = def->input_count};
    node.name = arena_text(&g->arena, def->name, err);
    node.label = arena_text(&g->arena, def->label, err);
    int *inputs = arena_alloc(&g->arena, (size_t)def->input_count, sizeof *inputs, err);
    if (!node.name || !node.label || !inputs)
        return GRAPH_FAILED;
    memcpy(inputs, def->inputs, (size_t)def->input_count * sizeof *inputs);
    node.inputs = inputs;
    if (!node_infer(g, &node, err)) {
        error_prefix(err, "%s", def->name);
        return GRAPH_FAILED;
    }
    if (!add_totals(g, &node, err))
        return GRAPH_FAILED;

    int index = g->node_count++;
    g->nodes[index] = node;
    for (int b = def->block; b >= 0; b = g->blocks[b].parent) {
        Block *block = &g->blocks[b];
        if (block->last < block->first)
            block->first = index;
        block->last = block->output = index;
        if (b == def->block && def->branch >= block->branches)
            block->branches = def->branch + 1;
    }
    return index;
}

int graph_block_open(Graph *g, const char *name, const char *label, BlockKind kind, int parent,
                     int input, Error *err) {
    if (g->block_count >= GRAPH_BLOCKS_MAX) {
        error_set(err, ERROR_TOO_LARGE, "the network", "more blocks", TEXT("%d", GRAPH_BLOCKS_MAX));
        return GRAPH_FAILED;
    }
    if (!mem_grow(&g->blocks, &g->block_capacity, (size_t)g->block_count + 1, sizeof(Block), err))
        return GRAPH_FAILED;
    Block block = {.kind = kind, .parent = parent, .input = input, .output = input, .last = -1};
    block.name = arena_text(&g->arena, name, err);
    block.label = arena_text(&g->arena, label, err);
    if (!block.name || !block.label)
        return GRAPH_FAILED;
    g->blocks[g->block_count] = block;
    return g->block_count++;
}

void graph_block_close(Graph *g, int block, int output) {
    g->blocks[block].output = output;
}

static int compare_nodes_by_label(const void *a, const void *b) {
    const Node *const *x = a, *const *y = b;
    return strcmp((*x)->label, (*y)->label);
}

bool graph_end(Graph *g, Error *err) {
    if (g->node_count == 0)
        return error_set(err, ERROR_MISSING, "layers: at least one layer");
    const Node **sorted = mem_alloc((size_t)g->node_count, sizeof(*sorted), err);
    if (!sorted)
        return false;
    for (int i = 0; i < g->node_count; i++)
        sorted[i] = &g->nodes[i];
    qsort(sorted, (size_t)g->node_count, sizeof *sorted, compare_nodes_by_label);
    bool ok = true;
    for (int i = 1; ok && i < g->node_count; i++)
        if (strcmp(sorted[i - 1]->label, sorted[i]->label) == 0)
            ok = error_set(err, ERROR_TWICE,
                           TEXT("%s and %s: the label", sorted[i - 1]->name, sorted[i]->name),
                           sorted[i]->label);
    mem_free(sorted);
    return ok;
}
