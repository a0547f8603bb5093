#include "draw/diagram.h"

#include "draw/diagram_parts.h"
#include <math.h>
#include <string.h>

/* Whether a node belongs to the fully connected layer that takes its output: a flatten, a dropout,
 * a pool that leaves a single cell. */
static bool leads_to_connected(const Node *n) {
    const Shape *in = &n->in, *out = &n->out;
    if (n->type->family == LAYER_POOLING)
        return out->rank == 3 && out->dim[1] == 1 && out->dim[2] == 1 &&
               in->dim[1] * in->dim[2] > 1;
    return n->input_count == 1 &&
           (strcmp(n->type->name, "flatten") == 0 || strcmp(n->type->name, "dropout") == 0);
}

int diagram_split(const Graph *g) {
    int node = g->node_count, first = g->node_count;
    while (node > 0 && g->nodes[node - 1].type->family != LAYER_CONVOLUTION)
        if (g->nodes[--node].type->family == LAYER_CONNECTED)
            first = node;
    if (first == g->node_count)
        return first;
    while (first > 0 && g->nodes[first].inputs[0] == first - 1 &&
           leads_to_connected(&g->nodes[first - 1]))
        first--;
    return first;
}

/* The halves are apart unless the layers of one stand among those of the other. */
static void find_split(Diagram *d) {
    double end = -INFINITY, begin = INFINITY;
    for (int i = 0; i < d->box_count; i++) {
        const DiagramBox *box = &d->boxes[i];
        if (box->item == DIAGRAM_BRACKET)
            continue; /* over others that count */
        if (box->classification)
            begin = fmin(begin, box->all.x);
        else
            end = fmax(end, box->all.x + box->all.w);
    }
    d->has_split = isfinite(begin) && isfinite(end) && end <= begin;
    /* near the second half, so that the arrow between them has room for its shape before it */
    d->split = d->has_split ? begin - fmin((begin - end) / 2, 8) : 0;
}

bool diagram_make(Diagram *d, const Graph *g, const DiagramOptions *options, Error *err) {
    *d = (Diagram){0};
    Layout l = {.d = d, .g = g, .options = options, .err = err};
    l.text = options->scale_text > 0 ? options->scale_text : 1;
    l.legible = d->legible = options->legible > 0 ? options->legible : 0.85;
    l.spacing = options->spacing;
    l.split = diagram_split(g);
    bool ok = diagram_tree(&l) && diagram_links(&l);
    if (ok) {
        diagram_measure(&l);
        diagram_place(&l);
        find_split(d);
        ok = options->size_only || (diagram_route(&l) && diagram_label(&l));
    }
    mem_free(l.skips);
    arena_free(&l.arena);
    return ok;
}

void diagram_free(Diagram *d) {
    arena_free(&d->arena);
    *d = (Diagram){0};
}

bool diagram_is_layer(const DiagramBox *box) {
    return box->item <= DIAGRAM_FOLD;
}

int diagram_box_of(const Diagram *d, int node) {
    return d->box_of[node < 0 ? d->node_count : node];
}

int diagram_box_at(const Diagram *d, Point p) {
    int frame = -1;
    for (int i = 0; i < d->box_count; i++) {
        const DiagramBox *box = &d->boxes[i];
        double slant = box->depth * diagram_slant;
        Area cuboid = {box->face.x, box->face.y - slant, box->face.w + slant, box->face.h + slant};
        if (!area_holds(cuboid, p) && !area_holds(box->caption, p))
            continue;
        if (box->item != DIAGRAM_FRAME)
            return i;
        frame = i; /* the innermost comes last */
    }
    return frame;
}

/* A label without that of the frame, which ends in ", ". */
static const char *within(const char *label, const char *frame) {
    size_t n = strlen(frame);
    if (n == 0 || strncmp(label, frame, n) != 0)
        return label;
    return strncmp(label + n, ", ", 2) == 0 ? label + n + 2 : label + n;
}

/* The stage whose name a bracket over the box tells, or the block whose frame does; "": none. */
static const char *around_label(const Diagram *d, const Graph *g, const DiagramBox *b) {
    const int stage =
        b->item == DIAGRAM_BLOCK || b->item == DIAGRAM_FRAME ? g->blocks[b->block].parent : -1;
    for (int i = 0; i < d->box_count && stage > 0; i++) {
        const DiagramBox *bracket = &d->boxes[i];
        const int block = bracket->block;
        if (bracket->item == DIAGRAM_BRACKET &&
            (block == stage ||
             (g->blocks[block].parent == stage && g->blocks[block].first <= b->first)))
            return g->blocks[stage].label;
    }
    return b->frame >= 0 ? g->blocks[d->boxes[b->frame].block].label : "";
}

const char *diagram_name(const Diagram *d, const Graph *g, int box) {
    const DiagramBox *b = &d->boxes[box];
    const char *frame = around_label(d, g, b);
    if (b->item == DIAGRAM_INPUT)
        return "";
    if (b->item == DIAGRAM_NODE) {
        const Node *n = &g->nodes[b->first];
        bool after = n->type->family == LAYER_ACTIVATION && n->inputs[0] >= 0; /* "conv1, ReLU" */
        const char *name = within(n->label, after ? g->nodes[n->inputs[0]].label : "");
        name = name == n->label ? within(name, frame) : name;
        return *name ? name : n->type->title;
    }
    int block = b->block;
    const bool run = b->item == DIAGRAM_FOLD || b->item == DIAGRAM_BRACKET;
    if (run && g->blocks[block].kind != BLOCK_DENSE && g->blocks[block].kind != BLOCK_STAGE)
        block = g->blocks[block].parent;
    const char *name = within(g->blocks[block].label, frame);
    return *name ? name : g->blocks[block].label;
}
