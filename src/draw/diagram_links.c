/* Which boxes feed which, the way of each link through the tree, and what goes over which row. */
#include "draw/diagram_parts.h"

enum { LEVELS_MAX = 64 }; /* more lines than that over one child share the highest */

static void hop(Layout *l, HopKind kind, int part, int i, int j) {
    l->hops[l->hop_count++] = (Hop){kind, part, i, j};
}

/* In a row, from behind child i to before child j. Next to each other there is nothing to say. */
static void step(Layout *l, int row, int i, int j) {
    const Part *r = &l->parts[row];
    if (j < i)
        hop(l, HOP_JUMP, row, i, j);
    else if (j == i + 2 && l->parts[r->child[i + 1]].kind == PART_LANES &&
             l->parts[r->child[i + 1]].identity >= 0)
        hop(l, HOP_THROUGH, r->child[i + 1], 0, 0);
    else if (j != i + 1 || r->style == ROW_MATRIX)
        hop(l, HOP_STEP, row, i, j);
}

static void come_out(Layout *l, int part) {
    const Part *p = &l->parts[part], *above = &l->parts[p->parent];
    if (above->kind == PART_LANES)
        hop(l, HOP_OUT, p->parent, p->index, 0);
    else
        step(l, p->parent, p->index, above->child_count);
}

static void go_in(Layout *l, int part) {
    const Part *p = &l->parts[part];
    if (l->parts[p->parent].kind == PART_LANES)
        hop(l, HOP_IN, p->parent, p->index, 0);
    else
        step(l, p->parent, -1, p->index);
}

void diagram_walk(Layout *l, const Link *link) {
    int a = l->part_of[link->from], b = l->part_of[link->to], x = a, y = b;
    while (l->parts[x].depth > l->parts[y].depth)
        x = l->parts[x].parent;
    while (l->parts[y].depth > l->parts[x].depth)
        y = l->parts[y].parent;
    while (x != y && l->parts[x].parent != l->parts[y].parent) {
        x = l->parts[x].parent;
        y = l->parts[y].parent;
    }
    l->hop_count = 0;
    for (; a != x; a = l->parts[a].parent)
        come_out(l, a);
    int meet = l->parts[x].parent;
    if (l->parts[meet].kind == PART_LANES)
        hop(l, HOP_JUMP, meet, l->parts[x].index, l->parts[y].index);
    else
        step(l, meet, l->parts[x].index, l->parts[y].index);
    int first = l->hop_count;
    for (; b != y; b = l->parts[b].parent)
        go_in(l, b);
    for (int i = first, j = l->hop_count - 1; i < j; i++, j--) { /* from the outside inwards */
        Hop swap = l->hops[i];
        l->hops[i] = l->hops[j];
        l->hops[j] = swap;
    }
}

/* Whether the link is a cell of a matrix. */
static bool in_matrix(const Layout *l) {
    for (int h = 0; h < l->hop_count; h++)
        if (l->hops[h].kind == HOP_STEP && l->parts[l->hops[h].part].style == ROW_MATRIX &&
            l->hops[h].j != l->hops[h].i + 1)
            return true;
    return false;
}

/* What one node sends over a row shares one line, however far each of its readers is. */
static bool note_skip(Layout *l, const Hop *h, int node) {
    Part *row = &l->parts[h->part];
    *(h->i < 0 ? &row->rises_before : &l->parts[row->child[h->i]].rises) = true;
    *(h->j == row->child_count ? &row->lands_behind : &l->parts[row->child[h->j]].lands) = true;
    for (int s = row->skips; s >= 0; s = l->skips[s].next)
        if (l->skips[s].from == h->i && l->skips[s].node == node) {
            l->skips[s].to = h->j > l->skips[s].to ? h->j : l->skips[s].to;
            return true;
        }
    size_t needed = (size_t)l->skip_count + 1;
    if (!mem_grow(&l->skips, &l->skip_capacity, needed, sizeof *l->skips, l->err))
        return false;
    l->skips[l->skip_count] = (Skip){h->part, h->i, node, h->j, 0, row->skips};
    row->skips = l->skip_count++;
    return true;
}

/* Lines that are over the same child have different levels: the lowest that is free. */
static void set_levels(Layout *l) {
    for (int s = 0; s < l->skip_count; s++) {
        Skip *own = &l->skips[s];
        bool taken[LEVELS_MAX] = {false};
        for (int t = own->next; t >= 0; t = l->skips[t].next) /* those have theirs already */
            if (own->from < l->skips[t].to && l->skips[t].from < own->to)
                taken[l->skips[t].level] = true;
        while (own->level + 1 < LEVELS_MAX && taken[own->level])
            own->level++;
        Part *row = &l->parts[own->row];
        row->levels = own->level + 1 > row->levels ? own->level + 1 : row->levels;
    }
}

/* Each (from, to, node) once: the nodes that a box stands for follow each other, so it is enough to
 * remember where a node's output went last. */
static bool collect(Layout *l) {
    const Graph *g = l->g;
    size_t inputs = 0;
    for (int i = 0; i < g->node_count; i++)
        inputs += (size_t)g->nodes[i].input_count;
    int *last = arena_alloc(&l->arena, (size_t)g->node_count + 1, sizeof *last, l->err);
    l->links = arena_alloc(&l->arena, inputs, sizeof *l->links, l->err);
    /* at both ends a block is at most a frame, its lanes and a lane */
    l->hops = arena_alloc(&l->arena, 6 * (size_t)g->block_count + 8, sizeof *l->hops, l->err);
    if (!last || !l->links || !l->hops)
        return false;
    for (int i = 0; i < g->node_count; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++) {
            int node = g->nodes[i].inputs[k], slot = node < 0 ? g->node_count : node;
            Link link = {l->d->box_of[slot], l->d->box_of[i], node};
            if (link.from == link.to || last[slot] == link.to + 1)
                continue;
            last[slot] = link.to + 1;
            l->links[l->link_count++] = link;
        }
    return true;
}

bool diagram_links(Layout *l) {
    if (!collect(l))
        return false;
    int kept = 0;
    for (int i = 0; i < l->link_count; i++) {
        diagram_walk(l, &l->links[i]);
        if (in_matrix(l))
            continue;
        for (int h = 0; h < l->hop_count; h++)
            if (l->hops[h].kind == HOP_STEP && l->parts[l->hops[h].part].style != ROW_MATRIX &&
                !note_skip(l, &l->hops[h], l->links[i].node))
                return false;
        l->links[kept++] = l->links[i];
    }
    l->link_count = kept;
    set_levels(l);
    return true;
}
