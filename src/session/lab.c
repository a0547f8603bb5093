#include "session/lab.h"

#include <math.h>
#include <string.h>

/* --- Blocks of a kind ------------------------------------------------------------------------- */

int lab_count(const Graph *g, BlockKind kind) {
    int count = 0;
    for (int i = 0; i < g->block_count; i++)
        count += g->blocks[i].kind == kind;
    return count;
}

int lab_block(const Graph *g, BlockKind kind, int index) {
    for (int i = 0; i < g->block_count; i++)
        if (g->blocks[i].kind == kind && index-- == 0)
            return i;
    return -1;
}

/* --- Residual --------------------------------------------------------------------------------- */

LabResidual lab_residual(const Graph *g, int block) {
    const Block *b = &g->blocks[block];
    LabResidual r = {.block = block, .input = b->input, .output = b->output, .sum = b->output};
    while (strcmp(g->nodes[r.sum].type->name, "add") != 0)
        r.sum = g->nodes[r.sum].inputs[0];
    /* The branch of F(x) is the first. */
    r.f = g->nodes[r.sum].inputs[0];
    r.shortcut = g->nodes[r.sum].inputs[1];
    r.identity = r.shortcut == r.input;
    return r;
}

double lab_rms(const Stats *stats) {
    return stats && stats->count ? stats->l2 / sqrt((double)stats->count) : 0;
}

/* --- Inception -------------------------------------------------------------------------------- */

static bool is_conv(const Node *n) {
    return n->type->family == LAYER_CONVOLUTION && n->weight_count > 0;
}

static int64_t kernel_count(const Node *n) {
    return shape_count(&n->weights[0].shape);
}

static LabBranch branch_of(const Graph *g, const Block *b, int branch) {
    LabBranch x = {.lane = LANE_SINGLE, .kernel = 1};
    const Node *convs[2] = {NULL, NULL};
    int count = 0;
    for (int i = b->first; i <= b->last; i++) {
        const Node *n = &g->nodes[i];
        if (n->branch != branch)
            continue;
        if (n->type->family == LAYER_POOLING)
            x.lane = LANE_POOL;
        if (is_conv(n)) {
            convs[count > 0] = n;
            count++;
            x.macs += n->macs;
            x.weights += kernel_count(n);
        }
    }
    if (count == 0)
        return x;
    const Node *last = convs[count > 1];
    x.in = convs[0]->in.dim[0];
    x.out = x.plain_out = last->out.dim[0];
    x.kernel = (int)last->weights[0].shape.dim[2];
    if (count > 1) {
        const int64_t cells = last->out.dim[1] * last->out.dim[2];
        x.lane = LANE_REDUCED;
        x.reduced = convs[0]->out.dim[0];
        x.plain_weights = kernel_count(last) / x.reduced * x.in;
        x.plain_macs = x.plain_weights * cells;
    } else if (x.lane == LANE_POOL) {
        x.plain_out = x.in;
    } else {
        x.plain_macs = x.macs;
        x.plain_weights = x.weights;
    }
    return x;
}

LabInception lab_inception(const Graph *g, int block) {
    const Block *b = &g->blocks[block];
    LabInception x = {.block = block,
                      .branches = b->branches < LAB_BRANCHES ? b->branches : LAB_BRANCHES};
    for (int i = 0; i < x.branches; i++) {
        const LabBranch one = x.branch[i] = branch_of(g, b, i);
        x.all.in = one.in;
        x.all.out += one.out;
        x.all.plain_out += one.plain_out;
        x.all.macs += one.macs;
        x.all.plain_macs += one.plain_macs;
        x.all.weights += one.weights;
        x.all.plain_weights += one.plain_weights;
    }
    return x;
}

/* --- Dense ------------------------------------------------------------------------------------ */

/* The first node from `from` on with weights that reads so many channels; -1: none. */
static int consumer_from(const Graph *g, int from, int64_t channels) {
    for (int i = from; i < g->node_count; i++) {
        const LayerFamily family = g->nodes[i].type->family;
        if (family == LAYER_CONVOLUTION || family == LAYER_CONNECTED)
            return g->nodes[i].in.dim[0] == channels ? i : -1;
    }
    return -1;
}

bool lab_dense(const Graph *g, int block, LabDense *d) {
    const Block *b = &g->blocks[block];
    *d = (LabDense){.block = block};
    d->makers[0] = b->input;
    d->input = b->input == GRAPH_IMAGE ? g->input.dim[0] : g->nodes[b->input].out.dim[0];
    int64_t stack = d->input;
    for (int i = 0; i < g->block_count && d->layers + 1 < LAB_LAYERS_MAX; i++) {
        if (g->blocks[i].parent != block || g->blocks[i].kind != BLOCK_DENSE_LAYER)
            continue;
        const int maker = g->blocks[i].output;
        d->growth = g->nodes[maker].out.dim[0];
        d->consumers[d->layers] = consumer_from(g, g->blocks[i].first, stack);
        d->makers[++d->layers] = maker;
        stack += d->growth;
    }
    d->consumers[d->layers] = consumer_from(g, b->last + 1, stack);
    return d->layers > 0;
}
