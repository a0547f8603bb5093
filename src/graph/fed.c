/* What one cell feeds: the way that graph_receptive_box goes, the other way round; and who made a
 * channel. */
#include "base/memory.h"
#include "graph/graph.h"
#include "layer/trace.h"
#include <string.h>

/* The outputs along an axis that the input cells first..last have a part in. With a stride larger
 * than the window single cells may feed nothing. */
static TraceSpan fed_along(const LayerWindow *w, int axis, int64_t first, int64_t last,
                           int64_t extent) {
    TraceSpan from = layer_outputs_of(w, axis, first, extent);
    while (from.last < from.first && first < last)
        from = layer_outputs_of(w, axis, ++first, extent);
    TraceSpan to = layer_outputs_of(w, axis, last, extent);
    while (to.last < to.first && first < last)
        to = layer_outputs_of(w, axis, --last, extent);
    return (TraceSpan){from.first, to.last};
}

static GraphBox fed_by(const Node *n, GraphBox in) {
    const LayerWindow w = layer_window(n->type, n->params, &n->in, &n->out);
    const int64_t height = n->out.rank == 3 ? n->out.dim[1] : 1;
    const int64_t width = n->out.rank == 3 ? n->out.dim[2] : 1;
    const TraceSpan y = fed_along(&w, 0, in.y, in.y + in.height - 1, height);
    const TraceSpan x = fed_along(&w, 1, in.x, in.x + in.width - 1, width);
    if (y.last < y.first || x.last < x.first)
        return (GraphBox){0};
    return (GraphBox){y.first, x.first, y.last - y.first + 1, x.last - x.first + 1};
}

static GraphBox join(GraphBox a, GraphBox b) {
    if (a.height < 1 || b.height < 1)
        return a.height < 1 ? b : a;
    const int64_t y = a.y < b.y ? a.y : b.y, x = a.x < b.x ? a.x : b.x;
    const int64_t bottom = a.y + a.height > b.y + b.height ? a.y + a.height : b.y + b.height;
    const int64_t right = a.x + a.width > b.x + b.width ? a.x + a.width : b.x + b.width;
    return (GraphBox){y, x, bottom - y, right - x};
}

GraphBox graph_fed_box(const Graph *g, int from, int64_t y, int64_t x, int node) {
    if (node < from)
        return (GraphBox){0};
    GraphBox *fed = mem_alloc((size_t)(node - from + 1), sizeof *fed, NULL);
    if (!fed)
        return (GraphBox){0};
    fed[0] = (GraphBox){y, x, 1, 1};
    for (int i = from + 1; i <= node; i++) {
        const Node *n = &g->nodes[i];
        for (int k = 0; k < n->input_count; k++)
            if (n->inputs[k] >= from && fed[n->inputs[k] - from].height > 0)
                fed[i - from] = join(fed[i - from], fed_by(n, fed[n->inputs[k] - from]));
    }
    const GraphBox box = fed[node - from];
    mem_free(fed);
    return box;
}

/* Whether output cell and channel are those of its one input. */
static bool keeps_place(const Node *n) {
    const char *const kinds[] = {"relu", "tanh", "sigmoid", "bn", "dropout"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(n->type->name, kinds[i]) == 0)
            return true;
    return false;
}

int graph_channel_maker(const Graph *g, int node, int64_t *channel) {
    while (node >= 0) {
        const Node *n = &g->nodes[node];
        if (strcmp(n->type->name, "concat") == 0) {
            int k = 0;
            for (; k + 1 < n->input_count; k++) {
                const int from = n->inputs[k];
                const int64_t brings = (from < 0 ? &g->input : &g->nodes[from].out)->dim[0];
                if (*channel < brings)
                    break;
                *channel -= brings;
            }
            node = n->inputs[k];
        } else if (keeps_place(n)) {
            node = n->inputs[0];
        } else {
            break;
        }
    }
    return node;
}
