/* Which boxes there are, and the tree of rows and lanes in which they stand. */
#include "draw/diagram_parts.h"

#include <string.h>

static bool flag(const bool *flags, int block) {
    return flags && flags[block];
}

static bool is_type(const Node *n, const char *name) {
    return strcmp(n->type->name, name) == 0;
}

/* --- Parts and boxes --------------------------------------------------------------------------
 */

static int add_part(Layout *l, int parent, PartKind kind) {
    int index = l->part_count++;
    Part *p = &l->parts[index];
    *p = (Part){.kind = kind, .parent = parent, .first = -1, .last = -1, .next = -1, .box = -1};
    p->matrix = p->growth = p->brackets = p->block = p->identity = p->skips = p->index = -1;
    if (parent < 0)
        return index;
    Part *above = &l->parts[parent];
    p->depth = above->depth + 1;
    p->index = above->child_count++;
    if (above->last >= 0)
        l->parts[above->last].next = index;
    else
        above->first = index;
    above->last = index;
    return index;
}

/* Where a box is added: in which row, within which frame and branch. */
typedef struct Place {
    int row, frame, lane;
} Place;

static DiagramBox *add_box(Layout *l, const Place *place, DiagramItem item, int first, int node) {
    DiagramBox *box = &l->d->boxes[l->d->box_count++];
    *box = (DiagramBox){.item = item, .first = first, .node = node, .shown = node};
    box->block = -1;
    box->count = 1;
    box->frame = place->frame;
    box->lane = place->lane;
    box->family = LAYER_OTHER;
    box->classification = first >= l->split;
    return box;
}

/* A leaf for a box that stands for all nodes from..to. */
static DiagramBox *add_leaf(Layout *l, const Place *place, DiagramItem item, int from, int to,
                            int node) {
    int index = l->d->box_count, part = add_part(l, place->row, PART_BOX);
    l->parts[part].box = index;
    l->part_of[index] = part;
    for (int i = from; i <= to; i++)
        l->d->box_of[i < 0 ? l->g->node_count : i] = index;
    return add_box(l, place, item, from, node);
}

/* Whether a node is drawn with those from `first` up to the one before it. */
static bool joins(const Layout *l, int first, int node) {
    const Node *n = &l->g->nodes[node], *before = n - 1, *head = &l->g->nodes[first];
    if (n->block != head->block || n->branch != head->branch || n->input_count != 1 ||
        n->inputs[0] != node - 1 || l->uses[node - 1] != 1 || flag(l->options->fine, n->block))
        return false;
    if (is_type(n, "softmax"))
        return false;
    if (n->type->family == LAYER_ACTIVATION || is_type(n, "dropout") || is_type(n, "flatten"))
        return true;
    /* where the batch norm comes first, as in dense layers, it is the next convolution's */
    return is_type(n, "bn") && before == head && is_type(head, "conv") &&
           l->g->blocks[n->block].kind != BLOCK_DENSE_LAYER;
}

/* Returns the node after what the box stands for. */
static int add_node(Layout *l, const Place *place, int first) {
    const Node *nodes = l->g->nodes;
    int node = first;
    while (node + 1 < l->g->node_count && joins(l, first, node + 1))
        node++;
    DiagramBox *box = add_leaf(l, place, DIAGRAM_NODE, first, node, node);
    box->family = nodes[first].type->family;
    box->stack = is_type(&nodes[first], "concat") && nodes[first].branch < 0 &&
                 l->g->blocks[nodes[first].block].kind == BLOCK_INCEPTION;
    while (box->shown > first && nodes[box->shown].out.rank < nodes[first].out.rank)
        box->shown--;
    return node + 1;
}

static void add_closed(Layout *l, const Place *place, int block) {
    const Block *b = &l->g->blocks[block];
    DiagramBox *box = add_leaf(l, place, DIAGRAM_BLOCK, b->first, b->last, b->output);
    box->block = block;
}

static void add_fold(Layout *l, const Place *place, int block, int last, int count) {
    const Block *b = l->g->blocks;
    DiagramBox *box =
        add_leaf(l, place, DIAGRAM_FOLD, b[block].first, b[last].last, b[last].output);
    box->block = block;
    box->count = count;
}

/* --- Blocks -----------------------------------------------------------------------------------
 */

/* The block directly in `parent` that holds the node; `parent` itself if the node is its own. */
static int block_below(const Graph *g, int node, int parent) {
    int b = g->nodes[node].block;
    while (b != parent && g->blocks[b].parent != parent)
        b = g->blocks[b].parent;
    return b;
}

static int count_below(const Graph *g, int block) {
    int count = 0;
    for (int i = g->blocks[block].first; i <= g->blocks[block].last;) {
        int below = block_below(g, i, block);
        count += below != block;
        i = below == block ? i + 1 : g->blocks[below].last + 1;
    }
    return count;
}

static void add_content(Layout *l, const Place *place, int block);
static void add_run(Layout *l, const Place *place, int stage);

/* A frame with a row in it. */
static void add_opened(Layout *l, const Place *place, int block) {
    const Block *b = &l->g->blocks[block];
    int index = l->d->box_count, row = add_part(l, place->row, PART_ROW);
    DiagramBox *box = add_box(l, place, DIAGRAM_FRAME, b->first, b->output);
    box->block = block;
    l->part_of[index] = row;
    Part *p = &l->parts[row];
    p->box = index;
    p->block = block;
    p->roomy = b->kind != BLOCK_STAGE && l->spacing != DIAGRAM_COMPACT;
    Place inside = {.row = row, .frame = index};
    int layers = b->kind == BLOCK_DENSE ? count_below(l->g, block) : 0;
    if (b->kind == BLOCK_STAGE)
        add_run(l, &inside, block);
    else
        add_content(l, &inside, block);
    if (b->kind != BLOCK_DENSE)
        return;
    p->style = ROW_ARCS;
    p->growth = l->d->box_count;
    l->part_of[p->growth] = row;
    box = add_box(l, &inside, DIAGRAM_GROWTH, b->first, b->output);
    box->block = block;
    box->count = layers;
    if (layers <= DIAGRAM_ARCS_MAX || !diagram_fits_matrix(l, p))
        return;
    p->style = ROW_MATRIX;
    p->roomy = false;
    p->matrix = l->d->box_count;
    l->part_of[p->matrix] = row;
    box = add_box(l, &inside, DIAGRAM_MATRIX, b->first, b->output);
    box->block = block;
    box->count = layers;
}

static void add_block(Layout *l, const Place *place, int block) {
    const Block *b = &l->g->blocks[block];
    int layers = b->kind == BLOCK_DENSE ? count_below(l->g, block) : 0;
    if (flag(l->options->opened, block))
        add_opened(l, place, block);
    else if (b->kind == BLOCK_STAGE)
        add_run(l, place, block);
    else if (layers > 1)
        add_fold(l, place, block, block, layers);
    else
        add_closed(l, place, block);
}

/* The last of the closed blocks that follow each other in a stage, and how many they are. */
static int run_end(const Layout *l, int stage, int first, int *count) {
    const Block *blocks = l->g->blocks;
    int last = first, next = first;
    for (*count = 0; next != stage && !flag(l->options->opened, next); (*count)++) {
        last = next;
        next = stage;
        if (blocks[last].last < blocks[stage].last)
            next = block_below(l->g, blocks[last].last + 1, stage);
    }
    return last;
}

/* Over the children of the row from `first` on; the flag of `block` unfolded them. */
static void add_bracket(Layout *l, const Place *place, int block, int first, int count) {
    const int last = l->parts[place->row].child_count - 1, box = l->d->box_count;
    if (last <= first)
        return;
    const Block *b = &l->g->blocks[block];
    DiagramBox *d = add_box(l, place, DIAGRAM_BRACKET, b->first, b->output);
    d->block = block;
    d->count = count;
    l->part_of[box] = place->row;
    Part *row = &l->parts[place->row];
    l->brackets[l->bracket_count] = (Bracket){place->row, first, last, box, row->brackets};
    row->brackets = l->bracket_count++;
}

/* The blocks from `first` to `last` one by one. */
static void add_singly(Layout *l, const Place *place, int stage, int first, int last) {
    for (int b = first;; b = block_below(l->g, l->g->blocks[b].last + 1, stage)) {
        add_block(l, place, b);
        if (b == last)
            return;
    }
}

static void add_run(Layout *l, const Place *place, int stage) {
    const Graph *g = l->g;
    const Block *s = &g->blocks[stage];
    const bool opened = flag(l->options->opened, stage);
    const bool all = flag(l->options->unfolded, stage) || opened;
    const int begin = l->parts[place->row].child_count;
    for (int i = s->first, count; i <= s->last;) {
        int first = block_below(g, i, stage), last = first;
        if (first == stage) {
            i = add_node(l, place, i);
            continue;
        }
        if (flag(l->options->opened, first)) {
            add_block(l, place, first);
        } else {
            const int at = l->parts[place->row].child_count;
            last = run_end(l, stage, first, &count);
            if (count > 1 && !all && !flag(l->options->unfolded, first))
                add_fold(l, place, first, last, count);
            else
                add_singly(l, place, stage, first, last);
            if (count > 1 && !all && flag(l->options->unfolded, first))
                add_bracket(l, place, first, at, count);
        }
        i = g->blocks[last].last + 1;
    }
    if (all && !opened)
        add_bracket(l, place, stage, begin, count_below(g, stage));
}

/* --- Branches ---------------------------------------------------------------------------------
 */

/* The branch in which a block within a block with branches stands, which only its neighbours tell:
 * that of the node it starts from, else that of the node which takes its result, else the next. */
static int branch_of_block(const Layout *l, int block, int parent, int next) {
    const Graph *g = l->g;
    const Block *b = &g->blocks[block];
    if (b->input >= g->blocks[parent].first)
        return l->branch_of[b->input];
    for (int i = b->last + 1; i <= g->blocks[parent].last; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++)
            if (g->nodes[i].inputs[k] == b->output && g->nodes[i].block == parent &&
                g->nodes[i].branch >= 0)
                return g->nodes[i].branch;
    return next;
}

static int lane_for(Layout *l, int lanes, int branch) {
    int lane = l->parts[lanes].first;
    while (lane >= 0 && l->parts[lane].lane != branch)
        lane = l->parts[lane].next;
    if (lane < 0) {
        lane = add_part(l, lanes, PART_ROW);
        l->parts[lane].lane = branch;
        l->parts[lane].roomy = l->spacing != DIAGRAM_COMPACT;
    }
    return lane;
}

/* Whether a node after the branches takes what the block starts from: a shortcut without layers. */
static bool has_identity(const Graph *g, int block) {
    const Block *b = &g->blocks[block];
    for (int i = b->first; i <= b->last; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++)
            if (g->nodes[i].block == block && g->nodes[i].branch < 0 &&
                g->nodes[i].inputs[k] < b->first)
                return true;
    return false;
}

static int add_lanes(Layout *l, int row, int block) {
    int lanes = add_part(l, row, PART_LANES);
    l->parts[lanes].block = block;
    l->parts[lanes].residual = l->g->blocks[block].kind == BLOCK_RESIDUAL;
    return lanes;
}

static void add_content(Layout *l, const Place *place, int block) {
    const Graph *g = l->g;
    const Block *b = &g->blocks[block];
    int lanes = -1, next = 0;
    for (int i = b->first; i <= b->last;) {
        int below = block_below(g, i, block), branch = g->nodes[i].branch;
        int end = below == block ? i + 1 : g->blocks[below].last + 1;
        if (below != block)
            branch = b->branches > 0 ? branch_of_block(l, below, block, next) : -1;
        Place here = *place;
        if (branch >= 0) {
            next = branch + 1 > next ? branch + 1 : next;
            if (lanes < 0)
                lanes = add_lanes(l, place->row, block);
            here.row = lane_for(l, lanes, branch);
            here.lane = l->parts[here.row].index;
        }
        if (below != block)
            add_block(l, &here, below);
        else
            end = add_node(l, &here, i);
        while (i < end)
            l->branch_of[i++] = branch;
    }
    if (lanes < 0 || !has_identity(g, block))
        return;
    int empty = add_part(l, lanes, PART_ROW);
    l->parts[empty].lane = -1;
    l->parts[lanes].identity = l->parts[empty].index;
}

/* --- All --------------------------------------------------------------------------------------
 */

static bool gather_children(Layout *l) {
    for (int p = 0; p < l->part_count; p++) {
        Part *part = &l->parts[p];
        int *child = arena_alloc(&l->arena, (size_t)part->child_count, sizeof *child, l->err);
        if (!child)
            return false;
        for (int c = part->first, i = 0; c >= 0; c = l->parts[c].next)
            child[i++] = c;
        part->child = child;
    }
    return true;
}

bool diagram_tree(Layout *l) {
    const Graph *g = l->g;
    /* a leaf a node and the image, a frame with its matrix and its growth or a bracket a block,
     * lanes and their identity a block, and a lane has at least a node */
    size_t boxes = (size_t)g->node_count + 3 * (size_t)g->block_count + 2;
    size_t parts = 2 * (size_t)g->node_count + 4 * (size_t)g->block_count + 2;
    l->d->boxes = arena_alloc(&l->d->arena, boxes, sizeof *l->d->boxes, l->err);
    l->d->box_of =
        arena_alloc(&l->d->arena, (size_t)g->node_count + 1, sizeof *l->d->box_of, l->err);
    l->parts = arena_alloc(&l->arena, parts, sizeof *l->parts, l->err);
    l->part_of = arena_alloc(&l->arena, boxes, sizeof *l->part_of, l->err);
    l->brackets = arena_alloc(&l->arena, (size_t)g->block_count, sizeof *l->brackets, l->err);
    l->uses = arena_alloc(&l->arena, (size_t)g->node_count, sizeof *l->uses, l->err);
    l->branch_of = arena_alloc(&l->arena, (size_t)g->node_count, sizeof *l->branch_of, l->err);
    if (!l->d->boxes || !l->d->box_of || !l->parts || !l->part_of || !l->uses || !l->brackets ||
        !l->branch_of)
        return false;
    l->d->node_count = g->node_count;
    for (int i = 0; i < g->node_count; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++)
            if (g->nodes[i].inputs[k] >= 0)
                l->uses[g->nodes[i].inputs[k]]++;
    Place root = {.row = add_part(l, -1, PART_ROW), .frame = -1};
    l->parts[0].block = 0;
    l->parts[0].roomy = l->spacing == DIAGRAM_ROOMY;
    add_leaf(l, &root, DIAGRAM_INPUT, GRAPH_IMAGE, GRAPH_IMAGE, GRAPH_IMAGE);
    add_content(l, &root, 0);
    return gather_children(l);
}

int diagram_part_node(const Layout *l, const Part *p) {
    return l->d->boxes[p->box].node;
}
