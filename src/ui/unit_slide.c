/* A window on its way over a map: the input with its padding and the window, the output with the
 * cell that it gives. The mouse over a cell of the input lights what that cell feeds. */
#include "ui/unit.h"

#include "base/text.h"

static const Node *node_of(const UnitView *u) {
    return &u->v->graph->nodes[u->node];
}

static const char *name_of(const UnitView *u, int node) {
    return node == GRAPH_IMAGE ? "input" : u->v->graph->nodes[node].name;
}

void unit_cells(const UnitView *u, int64_t at, ValueCells *cells) {
    const Trace *t = u->t;
    const int from = node_of(u)->inputs[t->terms[at].input];
    const SceneExtent e = scene_extent(u->v->scene, from);
    const StateHover *h = &u->v->state->hover;
    const TraceTerm *first = &t->terms[at];
    const int w = (int)t->window[2], area = (int)t->window[1] * w;
    cells->lit = -1;
    for (int i = 0; h->node == from && i < area; i++)
        if (!first[i].padding && first[i].y == h->cell[0] && first[i].x == h->cell[1])
            cells->lit = i;
    cells->hover = ui_keep(u->v, TEXT("hover.cell %s %lld", name_of(u, from), (long long)first->c));
    cells->part = (DrawPart){
        .first = {(int)first->y, (int)first->x}, .step = {1, 1}, .end = {e.height, e.width}};
    if (t->window[1] > 1)
        cells->part.step[0] = (int)(first[w].y - first->y);
    if (w > 1)
        cells->part.step[1] = (int)(first[1].x - first->x);
}

int unit_slide_height(const UnitView *u, Rect box) {
    const View *v = u->v;
    const LayerWindow w =
        layer_window(node_of(u)->type, node_of(u)->params, &node_of(u)->in, &node_of(u)->out);
    if (w.everything || v->extent.vector || box.h < ui_px(v, 300))
        return 0;
    return box.h * 34 / 100;
}

/* The input's map inside its padding, and the window's frame, which may lie on both. */
static void draw_input(const UnitView *u, Rect box, int from, int64_t channel) {
    const View *v = u->v;
    const Node *n = node_of(u);
    const SceneExtent e = scene_extent(v->scene, from);
    const LayerWindow w = layer_window(n->type, n->params, &n->in, &n->out);
    const int pad[2] = {(int)w.pad[0], (int)w.pad[1]};
    const int rows = e.height + 2 * pad[0], columns = e.width + 2 * pad[1];
    const Rect all = ui_fit(box, columns, rows, true);
    const Rect first = ui_cell(all, columns, rows, pad[0], pad[1]);
    const Rect last = ui_cell(all, columns, rows, pad[0] + e.height - 1, pad[1] + e.width - 1);
    const Rect map = {first.x, first.y, last.x + last.w - first.x, last.y + last.h - first.y};
    draw_fill(v->list, all, v->theme->raised);
    ui_map(v, map, from, (int)channel);
    const StateHover *h = &v->state->hover;
    if (h->node == from && h->cell[0] >= 0)
        ui_mark_cells(v, map, from, (GraphBox){h->cell[0], h->cell[1], 1, 1}, v->theme->hover);
    const int top = (int)(u->y * w.stride[0]), left = (int)(u->x * w.stride[1]);
    const int bottom = rect_least(top + (int)w.size[0], rows);
    const int right = rect_least(left + (int)w.size[1], columns);
    const Rect a = ui_cell(all, columns, rows, top, left);
    const Rect b = ui_cell(all, columns, rows, bottom - 1, right - 1);
    ui_mark(v, (Rect){a.x + 1, a.y + 1, b.x + b.w - a.x - 2, b.y + b.h - a.y - 2},
            v->theme->accent);
}

static void draw_output(const UnitView *u, Rect box) {
    const View *v = u->v;
    const Rect map = ui_fit(box, v->extent.width, v->extent.height, true);
    ui_map(v, map, u->node, u->channel);
    ui_mark_fed(v, map, u->node);
    ui_mark_cells(v, map, u->node, (GraphBox){u->y, u->x, 1, 1}, v->theme->accent);
}

static const char *map_name(const View *v, int node, int64_t channel) {
    return ui_say(v, "unit.map_of", ui_label(v, node), ui_channel(v, node, (int)channel));
}

static int name_height(const View *v, int width, const char *name) {
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    return draw_paragraph_height(v->list, width, small, ui_line(v, SIZE_SMALL), name);
}

void unit_slide(const UnitView *u, Rect box, int64_t input_channel) {
    const View *v = u->v;
    const int from = node_of(u)->inputs[0];
    draw_region(v->list, box, NULL, "unit.slide");
    rect_cut_bottom(&box, SPACE(v));
    const int arrow = ui_px(v, 56);
    Rect left = rect_cut_left(&box, (box.w - arrow) / 2);
    const Rect middle = rect_cut_left(&box, arrow);
    const char *names[] = {map_name(v, from, input_channel), map_name(v, u->node, u->channel)};
    const int a = name_height(v, left.w, names[0]), b = name_height(v, box.w, names[1]);
    Rect *const sides[] = {&left, &box};
    for (int i = 0; i < 2; i++) {
        Rect name = rect_cut_bottom(sides[i], a > b ? a : b);
        ui_paragraph(v, &name, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE), 4, names[i]);
    }
    draw_input(u, rect_inset(left, 3, 3), from, input_channel);
    draw_output(u, rect_inset(box, 3, 3));
    const double y = middle.y + (middle.h - ui_line(v, SIZE_SMALL)) / 2.0;
    const Point points[] = {{middle.x + 8, y}, {middle.x + middle.w - 8, y}};
    draw_polyline(
        v->list, points, 2,
        (Stroke){.width = v->state->big ? 3 : 2, .color = v->theme->accent, .arrow = true});
}
