/* Receptive fields, depth, and sums over blocks. */
#include "graph/graph.h"
#include "graph/internal.h"
#include "layer/layer.h"

/* Where an axis of the output starts and ends in the image, for output 0; the rule of Dumoulin and
 * Visin, "A guide to convolution arithmetic for deep learning" (2016), carried through joins. */
typedef struct Interval {
    int64_t first, last, jump;
} Interval;

static Interval interval_of(ReceptiveField rf) {
    return (Interval){rf.start, rf.start + rf.size - 1, rf.jump};
}

static ReceptiveField field_of(const Graph *g, int node, int axis) {
    return node == GRAPH_IMAGE ? (ReceptiveField){1, 1, 0} : g->nodes[node].rf[axis];
}

void graph_receptive_field(const Graph *g, Node *node) {
    LayerWindow window = layer_window(node->type, node->params, &node->in, &node->out);
    for (int axis = 0; axis < 2; axis++) {
        Interval all = interval_of(field_of(g, node->inputs[0], axis));
        for (int i = 1; i < node->input_count; i++) {
            Interval one = interval_of(field_of(g, node->inputs[i], axis));
            all.first = one.first < all.first ? one.first : all.first;
            all.last = one.last > all.last ? one.last : all.last;
            all.jump = one.jump > all.jump ? one.jump : all.jump;
        }
        int64_t before = window.pad[axis], after = window.size[axis] - 1 - before;
        int64_t stride = window.stride[axis];
        if (window.everything) {
            before = 0;
            after = node->in.rank == 3 ? node->in.dim[1 + axis] - 1 : 0;
            stride = 0;
        }
        /* A tower of strided layers multiplies jumps: keep them far from overflow. */
        const int64_t bound = INT64_C(1) << 40;
        all.first -= before * all.jump;
        all.last += after * all.jump;
        all.jump = all.jump * stride < bound ? all.jump * stride : bound;
        all.first = all.first > -bound ? all.first : -bound;
        all.last = all.last < bound ? all.last : bound;
        node->rf[axis] = (ReceptiveField){all.last - all.first + 1, all.jump, all.first};
    }
}

int64_t graph_block_params(const Graph *g, int block) {
    int64_t sum = 0;
    for (int i = g->blocks[block].first; i <= g->blocks[block].last; i++)
        sum += g->nodes[i].param_count;
    return sum;
}

int64_t graph_block_macs(const Graph *g, int block) {
    int64_t sum = 0;
    for (int i = g->blocks[block].first; i <= g->blocks[block].last; i++)
        sum += g->nodes[i].macs;
    return sum;
}

int graph_block_depth(const Graph *g, int block) {
    const Block *b = &g->blocks[block];
    if (b->last < b->first)
        return 0;
    int *depth = mem_alloc((size_t)(b->last - b->first + 1), sizeof *depth, NULL);
    if (!depth)
        return -1;
    int deepest = 0;
    for (int i = b->first; i <= b->last; i++) {
        int most = 0;
        for (int k = 0; k < g->nodes[i].input_count; k++) {
            int from = g->nodes[i].inputs[k];
            if (from >= b->first && depth[from - b->first] > most)
                most = depth[from - b->first];
        }
        depth[i - b->first] = most + (g->nodes[i].macs > 0);
        if (depth[i - b->first] > deepest)
            deepest = depth[i - b->first];
    }
    mem_free(depth);
    return deepest;
}

int64_t graph_neurons(const Graph *g, int block) {
    int64_t sum = 0;
    for (int i = g->blocks[block].first; i <= g->blocks[block].last; i++)
        if (g->nodes[i].macs > 0)
            sum += shape_count(&g->nodes[i].out);
    return sum;
}
