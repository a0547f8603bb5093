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

/* --- What one cell sees --- */

/* Cells of a node's output, y and x; empty while last < first. */
typedef struct Cells {
    int64_t first[2], last[2];
} Cells;

static void cells_join(Cells *all, const Cells *one) {
    const bool first = all->last[0] < all->first[0];
    for (int axis = 0; axis < 2; axis++) {
        if (first || one->first[axis] < all->first[axis])
            all->first[axis] = one->first[axis];
        if (first || one->last[axis] > all->last[axis])
            all->last[axis] = one->last[axis];
    }
}

/* Those of the input's cells that `out` of the node sees; clipped to the input's map or not. False:
 * none. */
static bool cells_seen(const Node *node, const Cells *out, const Shape *in, bool clip,
                       Cells *seen) {
    const LayerWindow w = layer_window(node->type, node->params, &node->in, &node->out);
    for (int axis = 0; axis < 2; axis++) {
        const int64_t end = in->rank == 3 ? in->dim[1 + axis] - 1 : 0;
        /* As far from overflow as graph_receptive_field keeps. */
        const int64_t bound = INT64_C(1) << 40;
        int64_t first = out->first[axis] * w.stride[axis] - w.pad[axis];
        int64_t last = out->last[axis] * w.stride[axis] - w.pad[axis] + w.size[axis] - 1;
        if (w.everything) {
            first = 0;
            last = end;
        }
        const int64_t low = clip ? 0 : -bound, high = clip ? end : bound;
        seen->first[axis] = first > low ? first : low;
        seen->last[axis] = last < high ? last : high;
        if (seen->last[axis] < seen->first[axis])
            return false;
    }
    return true;
}

static GraphBox box_of(const Cells *cells) {
    for (int axis = 0; axis < 2; axis++)
        if (cells->last[axis] < cells->first[axis])
            return (GraphBox){0};
    return (GraphBox){cells->first[0], cells->first[1], cells->last[0] - cells->first[0] + 1,
                      cells->last[1] - cells->first[1] + 1};
}

/* Goes back from the cell through all its ways to the image. cells: of the image, then of the nodes
 * up to this one. */
static GraphBox cells_walk(const Graph *g, int node, const Cells *cell, bool clip, Cells *cells) {
    for (int i = 0; i <= node; i++)
        cells[i] = (Cells){.last = {-1, -1}};
    cells[node + 1] = *cell;
    for (int i = node; i >= 0; i--) {
        const Node *n = &g->nodes[i];
        for (int k = 0; k < n->input_count && cells[i + 1].last[0] >= cells[i + 1].first[0]; k++) {
            const int from = n->inputs[k];
            const Shape *in = from == GRAPH_IMAGE ? &g->input : &g->nodes[from].out;
            Cells seen;
            if (cells_seen(n, &cells[i + 1], in, clip, &seen))
                cells_join(&cells[from + 1], &seen);
        }
    }
    return box_of(&cells[0]);
}

/* The same from the ReceptiveField alone, for want of memory. */
static GraphBox box_of_field(const Graph *g, int node, const Cells *cell, bool clip) {
    Cells seen;
    for (int axis = 0; axis < 2; axis++) {
        const ReceptiveField rf = field_of(g, node, axis);
        seen.first[axis] = rf.start + cell->first[axis] * rf.jump;
        seen.last[axis] = seen.first[axis] + rf.size - 1;
        if (clip && seen.first[axis] < 0)
            seen.first[axis] = 0;
        if (clip && seen.last[axis] >= g->input.dim[1 + axis])
            seen.last[axis] = g->input.dim[1 + axis] - 1;
    }
    return box_of(&seen);
}

void graph_receptive_box(const Graph *g, int node, int64_t y, int64_t x, GraphBox *whole,
                         GraphBox *inside) {
    const Cells cell = {{y, x}, {y, x}};
    Cells *cells = mem_alloc((size_t)node + 2, sizeof *cells, NULL);
    *whole = cells ? cells_walk(g, node, &cell, false, cells) : box_of_field(g, node, &cell, false);
    *inside = cells ? cells_walk(g, node, &cell, true, cells) : box_of_field(g, node, &cell, true);
    mem_free(cells);
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
