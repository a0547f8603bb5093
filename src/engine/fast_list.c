#include "engine/fast_parts.h"

#include <string.h>

bool fast_is_type(const Node *node, const char *name) {
    return strcmp(node->type->name, name) == 0;
}

int fast_answer_node(const Graph *g) {
    const Node *last = &g->nodes[g->node_count - 1];
    return fast_is_type(last, "softmax") ? last->inputs[0] : g->node_count - 1;
}

/* What is known of the nodes while steps are made. */
typedef struct List {
    FastPlan *p;
    const Graph *g;
    bool *folded;  /* into a step that was made, or will be */
    int *before;   /* of a convolution: the batch norm that is folded into its packing; -1: none */
    bool *rectify; /* and whether a ReLU is, after that */
} List;

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

/* Those that change nothing in inference. */
static bool is_alias(const Node *node) {
    return fast_is_type(node, "flatten") || fast_is_type(node, "dropout");
}

/* --- Values
 * ------------------------------------------------------------------------------------------- */

static int add_value(FastPlan *p, const Shape *shape, Layout layout) {
    const int64_t *d = shape->dim;
    Value *v = &p->values[p->value_count];
    *v = (Value){.layout = layout, .within = VALUE_NONE, .slot = -1};
    v->planes.shape = shape_batched(shape, p->batch);
    v->floats = (size_t)tensor_count(&v->planes);
    const int64_t own = shape_count(shape);
    v->blocks = (Blocks){.n = p->batch, .c = d[0], .item = own}; /* of a picture in planes */
    if (shape->rank == 3) {
        const int64_t item = blocks_floats(d[0], d[1], d[2]);
        v->blocks.h = d[1];
        v->blocks.w = d[2];
        v->blocks.item = layout == LAYOUT_BLOCKS ? item : own;
        v->floats = (size_t)(p->batch * v->blocks.item);
    }
    return p->value_count++;
}

static int *values_of(FastPlan *p, int node) {
    return node == GRAPH_IMAGE ? p->picture : p->value_of[node];
}

static const Shape *shape_of_node(const FastPlan *p, int node) {
    const Graph *g = &p->model->graph;
    return node == GRAPH_IMAGE ? &g->input : &g->nodes[node].out;
}

static Step *add_step(FastPlan *p, StepKind kind, int node, int in_count, Error *err) {
    Step *s = &p->steps[p->step_count];
    *s = (Step){.kind = kind, .node = node, .in_count = in_count, .residual = VALUE_NONE};
    s->in = arena_alloc(&p->arena, (size_t)in_count, sizeof *s->in, err);
    s->planes = arena_alloc(&p->arena, (size_t)in_count, sizeof *s->planes, err);
    s->blocks = arena_alloc(&p->arena, (size_t)in_count, sizeof *s->blocks, err);
    if (!s->in || !s->planes || !s->blocks)
        return NULL;
    p->step_count++;
    return s;
}

/* The node's result in this layout, brought into it if need be; VALUE_NONE: out of memory. */
static int need(FastPlan *p, int node, Layout layout, Error *err) {
    int *values = values_of(p, node);
    if (values[layout] == VALUE_NONE) {
        const bool to_blocks = layout == LAYOUT_BLOCKS;
        Step *s = add_step(p, to_blocks ? STEP_TO_BLOCKS : STEP_TO_PLANES, node, 1, err);
        if (!s)
            return VALUE_NONE;
        s->in[0] = values[to_blocks ? LAYOUT_PLANES : LAYOUT_BLOCKS];
        s->out = values[layout] = add_value(p, shape_of_node(p, node), layout);
    }
    return values[layout];
}

/* --- Folding
 * ------------------------------------------------------------------------------------------ */

/* Numbers by channel, filled up to whole blocks. */
static float *by_channel(FastPlan *p, int64_t channels, Error *err) {
    return arena_alloc(&p->arena, (size_t)(blocks_of(channels) * BLOCK), sizeof(float), err);
}

/* Scale and shift of a batch norm; `layer` (or -1): with the bias of the layer before it. */
static bool make_affine(FastPlan *p, int norm, int layer, const float **scale, const float **shift,
                        Error *err) {
    const Graph *g = &p->model->graph;
    const int64_t channels = g->nodes[norm].out.dim[0];
    float *by = by_channel(p, channels, err), *add = by_channel(p, channels, err);
    if (!by || !add)
        return false;
    g->nodes[norm].type->affine(g->nodes[norm].params, channels, p->model->weights.data[norm], by,
                                add);
    for (int w = 0; layer >= 0 && w < g->nodes[layer].weight_count; w++)
        for (int64_t c = 0; c < channels && g->nodes[layer].weights[w].role == WEIGHT_BIAS; c++)
            add[c] += by[c] * p->model->weights.data[layer][w][c];
    *scale = by;
    *shift = add;
    return true;
}

/* What follows a layer and can be done with it. *result: the last node that is. */
static bool fold_after(List *l, int node, LayerFusion *fusion, int *result, Error *err) {
    const int fuses = l->p->options.path == CONV_NAIVE ? 0 : l->g->nodes[node].type->fuses;
    int next = only_consumer(l->g, *result);
    if (next >= 0 && (fuses & LAYER_FUSES_AFFINE) && l->g->nodes[next].type->affine) {
        if (!make_affine(l->p, next, node, &fusion->scale, &fusion->shift, err))
            return false;
        l->folded[ *result = next] = true;
        next = only_consumer(l->g, next);
    }
    if (next >= 0 && (fuses & LAYER_FUSES_RELU) && fast_is_type(&l->g->nodes[next], "relu")) {
        fusion->relu = true;
        l->folded[ *result = next] = true;
    }
    return true;
}

/* The way of a convolution whose input is in blocks. */
static BlockedConv conv_way(const FastPlan *p, int node) {
    const Node *n = &p->model->graph.nodes[node];
    const Tensor in = {.shape = shape_batched(&n->in, p->batch)}, *ins = &in;
    Tensor out = {.shape = shape_batched(&n->out, p->batch)};
    LayerBlocks b = {0};
    const LayerCall call = {
        .path = p->options.path, .params = n->params, .in = &ins, .in_count = 1, .out = &out};
    if (n->type->choose_way && p->options.path != CONV_NAIVE)
        n->type->choose_way(&call, &b);
    return b.conv;
}

/* A batch norm, and a ReLU after it, that only a convolution reads: done where that packs its
 * input. */
static bool fold_before(List *l, int norm) {
    const Node *n = &l->g->nodes[norm];
    int next = only_consumer(l->g, norm), relu = -1;
    if (!n->type->affine || values_of(l->p, n->inputs[0])[LAYOUT_BLOCKS] == VALUE_NONE || next < 0)
        return false;
    if (fast_is_type(&l->g->nodes[next], "relu"))
        next = only_consumer(l->g, relu = next);
    if (next < 0 || conv_way(l->p, next).way != BLOCKED_GEMM)
        return false;
    l->before[next] = norm;
    l->rectify[next] = relu >= 0;
    l->folded[norm] = true;
    if (relu >= 0)
        l->folded[relu] = true;
    return true;
}

/* The mean of 2x2 pixels after a 1x1 convolution is that convolution of the means, at a quarter of
 * the work. */
static void fold_halving(List *l, Step *s, int *result) {
    const int next = only_consumer(l->g, *result);
    ConvShape *c = &s->b.conv.shape;
    if (s->b.conv.way != BLOCKED_GEMM || next < 0 || *result != s->node ||
        !fast_is_type(&l->g->nodes[next], "avgpool") || c->kh != 1 || c->kw != 1 || c->sy != 1 ||
        c->sx != 1 || c->py || c->px || c->oh % 2 || c->ow % 2)
        return;
    const Node *pool = &l->g->nodes[next];
    const LayerWindow w = layer_window(pool->type, pool->params, &pool->in, &pool->out);
    for (int axis = 0; axis < 2; axis++)
        if (w.size[axis] != 2 || w.stride[axis] != 2 || w.pad[axis])
            return;
    c->ih = c->oh /= 2;
    c->iw = c->ow /= 2;
    s->b.conv.before.halve = true;
    l->folded[ *result = next] = true;
}

/* An addition of what was computed before, and a ReLU after it. */
static void fold_addition(List *l, Step *s, int *result) {
    const int next = only_consumer(l->g, *result);
    if (next < 0 || s->fusion.relu || !fast_is_type(&l->g->nodes[next], "add"))
        return;
    const Node *add = &l->g->nodes[next];
    const int other = add->inputs[add->inputs[0] == *result ? 1 : 0];
    const int residual = other > *result ? VALUE_NONE : values_of(l->p, other)[LAYOUT_BLOCKS];
    if (other == *result || residual == VALUE_NONE)
        return;
    s->residual = residual;
    l->folded[ *result = next] = true;
    const int relu = only_consumer(l->g, next);
    if (relu >= 0 && fast_is_type(&l->g->nodes[relu], "relu")) {
        s->fusion.relu = true;
        l->folded[ *result = relu] = true;
    }
}

/* --- Steps
 * -------------------------------------------------------------------------------------------- */

/* The bias alone, filled up to whole blocks. */
static bool shift_in_blocks(FastPlan *p, Step *s, Error *err) {
    const Node *n = &p->model->graph.nodes[s->node];
    for (int w = 0; !s->fusion.shift && w < n->weight_count; w++) {
        if (n->weights[w].role != WEIGHT_BIAS)
            continue;
        float *shift = by_channel(p, n->out.dim[0], err);
        if (!shift)
            return false;
        memcpy(shift, p->model->weights.data[s->node][w], (size_t)n->out.dim[0] * sizeof *shift);
        s->b.conv.after.shift = shift;
        return true;
    }
    s->b.conv.after.shift = s->fusion.shift;
    return true;
}

static bool list_conv(List *l, int node, BlockedConv way, Error *err) {
    FastPlan *p = l->p;
    const int norm = l->before[node];
    const int from = l->g->nodes[norm >= 0 ? norm : node].inputs[0];
    const int in = need(p, from, way.way == BLOCKED_PICTURE ? LAYOUT_PLANES : LAYOUT_BLOCKS, err);
    Step *s = in == VALUE_NONE ? NULL : add_step(p, STEP_BLOCKS, node, 1, err);
    int result = node;
    if (!s)
        return false;
    s->in[0] = in;
    s->b.conv = way;
    BlockedBefore *before = &s->b.conv.before;
    before->relu = l->rectify[node];
    if ((norm >= 0 && !make_affine(p, norm, -1, &before->scale, &before->shift, err)) ||
        !fold_after(l, node, &s->fusion, &result, err) || !shift_in_blocks(p, s, err))
        return false;
    s->filter_scale = s->fusion.scale;
    fold_halving(l, s, &result);
    fold_addition(l, s, &result);
    s->b.conv.after.relu = s->fusion.relu;
    s->packed_floats = blocked_packed_size(&s->b.conv);
    const ConvShape *c = &s->b.conv.shape;
    s->work = c->n * c->oh * c->ow * c->oc * (c->ic / c->groups) * c->kh * c->kw;
    s->out = p->value_of[result][LAYOUT_BLOCKS] =
        add_value(p, &l->g->nodes[result].out, LAYOUT_BLOCKS);
    return true;
}

/* Whether all its inputs are in blocks, those of a concatenation in whole ones but the last. */
static bool takes_blocks(List *l, const Node *n) {
    const bool alias = fast_is_type(n, "dropout"), stack = fast_is_type(n, "concat");
    if (l->p->options.path == CONV_NAIVE || n->out.rank != 3 || !(n->type->forward_blocks || alias))
        return false;
    for (int k = 0; k < n->input_count; k++) {
        const int from = n->inputs[k];
        if (values_of(l->p, from)[LAYOUT_BLOCKS] == VALUE_NONE ||
            (stack && k + 1 < n->input_count && shape_of_node(l->p, from)->dim[0] % BLOCK))
            return false;
    }
    return true;
}

static bool list_node(List *l, int node, Error *err) {
    FastPlan *p = l->p;
    const Node *n = &l->g->nodes[node];
    const bool blocks = takes_blocks(l, n), alias = is_alias(n);
    const Layout layout = blocks ? LAYOUT_BLOCKS : LAYOUT_PLANES;
    for (int k = 0; k < n->input_count; k++)
        if (need(p, n->inputs[k], layout, err) == VALUE_NONE)
            return false;
    const StepKind kind = alias ? STEP_ALIAS : blocks ? STEP_BLOCKS : STEP_PLANES;
    Step *s = add_step(p, kind, node, n->input_count, err);
    int result = node;
    if (!s)
        return false;
    for (int k = 0; k < n->input_count; k++)
        s->in[k] = values_of(p, n->inputs[k])[layout];
    if (blocks && n->type->affine && !make_affine(p, node, -1, &s->b.scale, &s->b.shift, err))
        return false;
    if (!fold_after(l, node, &s->fusion, &result, err))
        return false;
    s->work = alias || (blocks && fast_is_type(n, "concat")) ? 0 : n->work * p->batch;
    s->out = p->value_of[result][layout] = add_value(p, &l->g->nodes[result].out, layout);
    return true;
}

static bool list_all(List *l, Error *err) {
    for (int i = 0; i < l->g->node_count; i++) {
        if (l->folded[i] || (l->p->options.path != CONV_NAIVE && fold_before(l, i)))
            continue;
        const BlockedConv way = conv_way(l->p, i);
        if (!(way.way ? list_conv(l, i, way, err) : list_node(l, i, err)))
            return false;
    }
    l->p->answer = need(l->p, fast_answer_node(l->g), LAYOUT_PLANES, err);
    return l->p->answer != VALUE_NONE;
}

bool fast_list(FastPlan *p, Error *err) {
    const Graph *g = &p->model->graph;
    const size_t count = (size_t)g->node_count;
    List l = {.p = p, .g = g};
    l.folded = arena_alloc(&p->arena, count, sizeof *l.folded, err);
    l.before = arena_alloc(&p->arena, count, sizeof *l.before, err);
    l.rectify = arena_alloc(&p->arena, count, sizeof *l.rectify, err);
    p->steps = arena_alloc(&p->arena, LAYOUTS * (count + 1), sizeof *p->steps, err);
    p->values = arena_alloc(&p->arena, LAYOUTS * (count + 1), sizeof *p->values, err);
    p->value_of = arena_alloc(&p->arena, count, sizeof *p->value_of, err);
    if (!l.folded || !l.before || !l.rectify || !p->steps || !p->values || !p->value_of)
        return false;
    for (size_t i = 0; i < count; i++) {
        l.before[i] = -1;
        p->value_of[i][LAYOUT_PLANES] = p->value_of[i][LAYOUT_BLOCKS] = VALUE_NONE;
    }
    p->picture[LAYOUT_PLANES] = add_value(p, &g->input, LAYOUT_PLANES);
    p->picture[LAYOUT_BLOCKS] = VALUE_NONE;
    return list_all(&l, err);
}
