#include "explain/gradcam.h"

#include "explain/project.h"
#include <string.h>

int gradcam_node(const Graph *g) {
    for (int i = g->node_count - 1; i >= 0; i--) {
        const Node *node = &g->nodes[i];
        if (node->out.rank == 3 && node->out.dim[1] * node->out.dim[2] > 1 &&
            node->type->family != LAYER_POOLING && strcmp(node->type->name, "dropout") != 0)
            return i;
    }
    return GRAPH_IMAGE;
}

/* relu(sum of w A), w the means of the gradient's maps; sums in double, in order. */
static void combine(const Tensor *maps, const Tensor *gradient, float *w, float *out) {
    const int64_t channels = maps->shape.dim[1], plane = tensor_count(maps) / channels;
    for (int64_t c = 0; c < channels; c++) {
        double sum = 0;
        for (int64_t i = 0; i < plane; i++)
            sum += (double)gradient->data[c * plane + i];
        w[c] = (float)(sum / (double)plane);
    }
    for (int64_t i = 0; i < plane; i++) {
        double sum = 0;
        for (int64_t c = 0; c < channels; c++)
            sum += (double)w[c] * (double)maps->data[c * plane + i];
        out[i] = sum > 0 ? (float)sum : 0;
    }
}

bool gradcam(Run *run, int node, int label, Job *job, Arena *arena, Tensor *map, Tensor *weights,
             Error *err) {
    const Graph *g = &run_model(run)->graph;
    const Shape *shape = &g->nodes[node].out;
    Tensor w, *means = weights ? weights : &w;
    if (shape->rank != 3)
        return error_set(err, ERROR_EXPECTED, TEXT("the output of %s", g->nodes[node].name),
                         "maps (C, H, W)", SHAPE_TEXT(shape));
    const int64_t classes = g->nodes[g->node_count - 1].out.dim[0];
    if (label < 0 || label >= classes)
        return error_set(err, ERROR_EXPECTED, "class", TEXT("0..%lld", (long long)classes - 1),
                         TEXT("%d", label));
    const Shape plane = SHAPE(shape->dim[1], shape->dim[2]), channels = SHAPE(shape->dim[0]);
    Projection *p = projection_new(run, g->node_count - 1, node, false, err);
    const Seed seed = {.kind = SEED_ONE, .channel = label};
    const LayerRules rules = rule_rules(RULE_GRADIENT);
    bool ok = p && projection_begin(p, &rules, NULL, &seed, err) && projection_all(p, job, err) &&
              tensor_new(map, arena, &plane, err) && tensor_new(means, arena, &channels, err);
    if (ok)
        combine(run_output(run, node), projection_signal(p, node), means->data, map->data);
    projection_free(p);
    return ok;
}
