#include "ui/theme.h"
#include "ui/view_parts.h"
#include <string.h>

enum { ROW = 48, MARK = 8 };

/* The first row to show: the node's in the middle, as far as there are rows, and what was scrolled.
 */
static int first_row(const View *v, int rows, int visible) {
    int first = v->node + 1 - visible / 2 + v->session->state.scroll;
    if (first > rows - visible)
        first = rows - visible;
    return first < 0 ? 0 : first;
}

/* A wide mark: computed; a thin one: not yet. */
static void draw_mark(const View *v, Rect row, Color color, bool computed) {
    Rect mark = {row.x + MARGIN, row.y + SPACE, computed ? MARK : 2, row.h - 2 * SPACE};
    draw_fill(v->list, mark, color);
}

static void draw_row(const View *v, Rect row, int node) {
    const Graph *graph = &scene_model(v->scene)->graph;
    const Node *n = node == GRAPH_IMAGE ? NULL : &graph->nodes[node];
    bool computed = node < scene_ready(v->scene);
    if (node == v->node) {
        draw_fill(v->list, row, color_raised);
        draw_fill(v->list, (Rect){row.x, row.y, 4, row.h}, color_accent);
    }
    const char *name = n ? n->name : "input";
    draw_region(v->list, row, TEXT("layer.select %s", name), "layer.%s", name);
    draw_mark(v, row, theme_family(n ? n->type->family : LAYER_OTHER), computed);
    Rect text = rect_inset(row, MARGIN, (ROW - 2 * LINE_BODY) / 2);
    rect_cut_left(&text, MARK + MARGIN);
    Rect first = rect_cut_top(&text, LINE_BODY);
    char buffer[200];
    Color color = computed ? color_text : color_dim;
    TextStyle dim = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    draw_text(v->list, first, theme_text(SIZE_BODY, color, ALIGN_LEFT), view_label(v, node));
    const Shape *shape = n ? &n->out : &graph->input;
    int width = draw_text(v->list, text, theme_number(color_dim, ALIGN_RIGHT), EXTENT(shape)).w;
    rect_cut_right(&text, width + SPACE);
    draw_text(v->list, text, dim, view_operation(v, node, text.w, buffer));
}

/* Where in the whole list one is; only if there is more than fits. */
static void draw_scrollbar(const View *v, Rect bar, int first, int visible, int rows) {
    if (visible >= rows)
        return;
    Rect thumb = bar;
    thumb.y = bar.y + bar.h * first / rows;
    thumb.h = bar.h * visible / rows;
    if (thumb.h < SPACE)
        thumb.h = SPACE;
    draw_fill(v->list, thumb, color_line);
}

void view_layers(const View *v, Rect box) {
    draw_fill(v->list, box, color_panel);
    draw_region(v->list, box, NULL, "layers");
    Rect bar = rect_cut_right(&box, SPACE);
    box = rect_inset(box, 0, SPACE);
    int rows = scene_model(v->scene)->graph.node_count + 1, visible = box.h / ROW;
    int first = first_row(v, rows, visible);
    for (int i = first; i < rows && i < first + visible; i++)
        draw_row(v, rect_cut_top(&box, ROW), i - 1);
    draw_scrollbar(v, rect_inset(bar, 2, SPACE), first, visible, rows);
}
