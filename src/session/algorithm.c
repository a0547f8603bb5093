#include "session/algorithm.h"

#include "layer/conv_shape.h"

static bool is_convolution(const Graph *g, int node) {
    const Node *n = &g->nodes[node];
    ConvShape s;
    return layer_conv_shape(n->type, n->params, &n->in, &n->out, &s);
}

/* Back to a convolution along first inputs; *channel becomes its own where maps keep theirs. */
static int maker_of(const Graph *g, int node, int64_t *channel) {
    if (node == GRAPH_IMAGE)
        for (int i = 0; i < g->node_count; i++)
            if (is_convolution(g, i))
                return i;
    while (node >= 0 && !is_convolution(g, node)) {
        const int maker =
            g->nodes[node].out.rank == 3 ? graph_channel_maker(g, node, channel) : node;
        node = maker != node || is_convolution(g, maker) ? maker : g->nodes[node].inputs[0];
    }
    return node >= 0 ? node : GRAPH_FAILED;
}

int algorithm_node(const Session *s) {
    int64_t channel = s->state.place.channel;
    return s->scene ? maker_of(session_graph(s), s->state.place.node, &channel) : GRAPH_FAILED;
}

const char *algorithm_refuses(const Session *s) {
    return !s->scene                           ? "refuse.no_network"
           : algorithm_node(s) == GRAPH_FAILED ? "refuse.no_convolution"
                                               : NULL;
}

/* The chosen cell where the node shown has as many; else where the map is largest, or its middle.
 */
static bool choose_cell(const Session *s, Algorithm *a) {
    const StatePlace *p = &s->state.place;
    const ConvShape *c = &a->walk.shape;
    const SceneExtent shown = scene_extent(s->scene, p->node);
    const ChannelStats *stats = scene_channels(s->scene, a->node);
    if (shown.height == c->oh && shown.width == c->ow && p->unit[0] >= 0) {
        a->y = p->unit[0];
        a->x = p->unit[1];
        return p->node == a->node;
    }
    const int64_t at = stats && stats[a->channel].argmax >= 0 ? stats[a->channel].argmax
                                                              : c->oh / 2 * c->ow + c->ow / 2;
    a->y = (int)(at / c->ow);
    a->x = (int)(at % c->ow);
    return false;
}

static bool in_span(GemmSpan span, int64_t i) {
    return i >= span.first && i < span.first + span.count;
}

/* The state's step where the cell's tile is at work; else in the midst of the cell's first block of
 * K. */
static void choose_step(const Session *s, Algorithm *a, bool chosen) {
    const int64_t step = s->state.place.algorithm_step, group = a->channel / a->walk.plan.m;
    if (chosen && step >= 0 && step < a->walk.steps) {
        a->step = step;
        gemm_walk_at(&a->walk, step, &a->place);
        if (a->place.group == group && in_span(a->place.ir, a->row) &&
            in_span(a->place.jr, a->column))
            return;
    }
    const GemmPlan *p = &a->walk.plan;
    const int64_t depth = p->k < p->blocks.kc ? p->k : p->blocks.kc;
    a->step = gemm_walk_find(&a->walk, group, a->row, a->column, depth / 2);
    gemm_walk_at(&a->walk, a->step, &a->place);
}

bool algorithm_at(const Session *s, Algorithm *a) {
    int64_t channel = s->state.place.channel;
    ConvShape shape;
    *a = (Algorithm){.node = GRAPH_FAILED};
    if (!s->scene)
        return false;
    const Graph *g = session_graph(s);
    a->node = maker_of(g, s->state.place.node, &channel);
    if (a->node == GRAPH_FAILED)
        return false;
    const Node *n = &g->nodes[a->node];
    const Run *run = scene_run(s->scene);
    const Weights *weights = &scene_model(s->scene)->weights;
    layer_conv_shape(n->type, n->params, &n->in, &n->out, &shape);
    gemm_walk_begin(&a->walk, &shape, run_options(run)->tier, pool_threads(run_pool(run)));
    a->input = n->inputs[0];
    const Tensor *x = scene_values(s->scene, a->input);
    a->x_data = x ? x->data : NULL;
    a->weights = weights->data[a->node][0];
    a->bias = n->weight_count > 1 ? weights->data[a->node][1] : NULL;
    a->channel = channel >= 0 && channel < shape.oc ? (int)channel : 0;
    const bool chosen = choose_cell(s, a);
    a->row = a->channel % a->walk.plan.m;
    a->column = (int64_t)a->y * shape.ow + a->x;
    choose_step(s, a, chosen);
    a->terms = a->place.pc.first + a->place.k + 1;
    return true;
}
