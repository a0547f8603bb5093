/* All of a network's diagram in its order: frames, edges with their shapes, boxes. */
#include "ui/network.h"

#include "base/text.h"
#include <math.h>

/* --- Edges ------------------------------------------------------------------------------------ */

static Color edge_color(const View *v, const Network *n, const DiagramEdge *e) {
    const DiagramBox *to = &n->d->boxes[e->to];
    if (to->stack)
        return network_branch_color(v, network_branch(v, to, e->node));
    return ui_wire_color(v, e->wire);
}

/* Hovering an arrow tells what goes along it. Arches of dense blocks are too many to be met. */
static void edge_regions(const Network *n, const DiagramEdge *e, const Point *points, int count) {
    enum { REACH = 4 };
    const View *v = n->v;
    if (e->wire == WIRE_DENSE)
        return;
    const char *hint = NULL;
    for (int i = 1; i < count; i++) {
        const Point p = points[i - 1], q = points[i];
        const Rect place =
            area_rect((Area){fmin(p.x, q.x) - REACH, fmin(p.y, q.y) - REACH,
                             fabs(p.x - q.x) + 2 * REACH, fabs(p.y - q.y) + 2 * REACH});
        if (!rect_meet(place, n->box))
            continue;
        if (!hint)
            hint = ui_say(v, "network.hint", ui_label(v, e->node), ui_extent_of(v, e->node), "");
        draw_region(v->list, place, NULL, "edge.%s", network_node(v, e->node));
        draw_hint(v->list, hint);
    }
}

static void draw_edge(const Network *n, const DiagramEdge *e) {
    enum { MOST = 64 };
    const View *v = n->v;
    draw_group_begin(v->list, TEXT("edge.%s-%s", network_node(v, e->node),
                                   network_node(v, n->d->boxes[e->to].node)));
    Point points[MOST];
    const int count = rect_least(e->count, MOST);
    const bool lit = v->state->hover.node != GRAPH_FAILED && v->state->hover.node == e->node;
    for (int i = 0; i < count; i++)
        points[i] = network_point(n, e->points[i]);
    const bool stack = n->d->boxes[e->to].stack;
    const Stroke stroke = {.width = (v->state->big ? 3 : 1) * (lit || stack ? 2 : 1),
                           .color = lit ? v->theme->hover : edge_color(v, n, e),
                           .arrow = true,
                           .dash = e->wire == WIRE_IDENTITY ? 5 : 0,
                           .gap = e->wire == WIRE_IDENTITY ? 3 : 0};
    draw_polyline(v->list, points, count, stroke);
    edge_regions(n, e, points, count);
    draw_group_end(v->list);
}

/* Shapes where they can be read. True: it is told. */
static bool draw_edge_label(const Network *n, const DiagramEdge *e) {
    const View *v = n->v;
    if (e->label.w <= 0)
        return false;
    const char *text = ui_extent_short(v, e->node);
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    style.size = network_type(n);
    Rect box = network_rect(n, e->label);
    if (draw_text_width(v->list, style, text) > box.w || draw_text_height(v->list, style) > box.h)
        return false;
    if (!network_whole(n, box))
        return true; /* half a number would be another one */
    draw_text(v->list, box, style, text);
    return true;
}

/* --- All of it ---------------------------------------------------------------------------------
 */

void network_halves(const Network *n, Rect box) {
    const View *v = n->v;
    if (!n->d->has_split)
        return;
    const int at = (int)lround(n->d->split * n->camera.zoom + n->camera.x);
    Rect left = {box.x, box.y, at - box.x, box.h}, right = {at, box.y, box.x + box.w - at, box.h};
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int pad = SPACE(v), line = ui_line(v, SIZE_SMALL);
    const char *words[2] = {ui_word(v, "network.extraction"), ui_word(v, "network.classification")};
    Rect halves[2] = {rect_common(left, box), rect_common(right, box)};
    for (int i = 0; i < 2; i++) {
        draw_fill(v->list, halves[i], v->theme->half[i]);
        Rect text = {halves[i].x + pad, halves[i].y + 2, halves[i].w - 2 * pad, line};
        if (draw_text_width(v->list, style, words[i]) <= text.w)
            draw_text(v->list, text, style, words[i]);
    }
    if (at > box.x && at < box.x + box.w)
        draw_line(v->list, at, box.y, at, box.y + box.h, v->theme->line);
}

bool network_shows(const Network *n, int box) {
    for (int at = box; n->only >= 0 && at != n->only; at = n->d->boxes[at].frame)
        if (at < 0)
            return false;
    return true;
}

/* Of one layer of a dense block the arches that come and go lead nowhere: they stay away. */
bool network_shows_edge(const Network *n, const DiagramEdge *e) {
    if (n->only >= 0 && e->wire == WIRE_DENSE)
        return network_shows(n, e->to) &&
               n->v->graph->blocks[n->d->boxes[n->only].block].kind == BLOCK_DENSE;
    return network_shows(n, e->from) || network_shows(n, e->to);
}

static void draw_frames(const Network *n) {
    const Diagram *d = n->d;
    for (int i = 0; i < d->box_count; i++) {
        if (!network_shows(n, i))
            continue;
        if (d->boxes[i].item == DIAGRAM_FRAME)
            network_frame(n, &d->boxes[i]);
        else if (d->boxes[i].item == DIAGRAM_BRACKET)
            network_bracket(n, &d->boxes[i]);
    }
}

static void draw_edges(const Network *n, bool *said) {
    const Diagram *d = n->d;
    for (int i = 0; i < d->edge_count; i++)
        if (network_shows_edge(n, &d->edges[i]))
            draw_edge(n, &d->edges[i]);
    for (int i = 0; i < d->edge_count; i++)
        if (network_shows_edge(n, &d->edges[i]) && draw_edge_label(n, &d->edges[i]))
            said[d->edges[i].node < 0 ? d->node_count : d->edges[i].node] = true;
}

static void draw_box(const Network *n, const DiagramBox *b) {
    const View *v = n->v;
    const bool node = b->item == DIAGRAM_NODE || b->item == DIAGRAM_INPUT;
    const char *what = b->item == DIAGRAM_MATRIX   ? "matrix"
                       : b->item == DIAGRAM_GROWTH ? "growth"
                       : node                      ? "node"
                                                   : "block";
    draw_group_begin(v->list,
                     TEXT("%s.%s", what,
                          node ? network_node(v, b->item == DIAGRAM_NODE ? b->first : b->node)
                               : v->graph->blocks[b->block].name));
    if (b->item == DIAGRAM_MATRIX)
        network_matrix(n, b);
    else if (b->item == DIAGRAM_GROWTH)
        network_growth(n, b);
    else
        network_box(n, b);
    draw_group_end(v->list);
}

void network_draw(Network *n) {
    const Diagram *d = n->d;
    const View *v = n->v;
    bool *said =
        arena_alloc(&v->list->arena, (size_t)d->node_count + 1, sizeof *said, &v->list->error);
    if (!said)
        return;
    n->said = said;
    draw_frames(n);
    draw_group_begin(v->list, "edges");
    draw_edges(n, said);
    draw_group_end(v->list);
    for (int i = 0; i < d->box_count; i++) {
        const DiagramBox *b = &d->boxes[i];
        const bool chart = b->item == DIAGRAM_MATRIX || b->item == DIAGRAM_GROWTH;
        if (network_shows(n, i) && (chart || diagram_is_layer(b)) &&
            rect_meet(rect_inset(n->box, -8, -8), network_rect(n, b->all)))
            draw_box(n, b);
    }
}
