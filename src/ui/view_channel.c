/* The chosen map large, until a cell of it is chosen. */
#include "ui/prediction.h"
#include "ui/ui.h"

#include "base/text.h"

const char *ui_channel(const View *v, int node, int channel) {
    static const char *const colors[] = {"channel.red", "channel.green", "channel.blue"};
    return node == GRAPH_IMAGE && v->graph->input.dim[0] == 3 ? ui_word(v, colors[channel])
                                                              : ui_keep(v, TEXT("%d", channel));
}

static bool is_color(const View *v) {
    return v->node == GRAPH_IMAGE && v->graph->input.dim[0] == 3;
}

const char *ui_say_map(const View *v, const char *what, int channel) {
    return ui_say(v, TEXT("%s.%s", what, is_color(v) ? "color" : "map"),
                  ui_channel(v, v->node, channel));
}

void ui_mark_cells(const View *v, Rect map, int node, GraphBox cells, Color color) {
    const SceneExtent e = scene_extent(v->scene, node);
    if (cells.height < 1 || cells.width < 1)
        return;
    const Rect first = ui_cell(map, e.width, e.height, (int)cells.y, (int)cells.x);
    const Rect last = ui_cell(map, e.width, e.height, (int)(cells.y + cells.height) - 1,
                              (int)(cells.x + cells.width) - 1);
    const Rect all = {first.x, first.y, last.x + last.w - first.x, last.y + last.h - first.y};
    draw_frame(v->list, (Rect){all.x - 1, all.y - 1, all.w + 2, all.h + 2}, v->theme->on_accent);
    ui_mark(v, (Rect){all.x + 1, all.y + 1, all.w - 2, all.h - 2}, color);
}

void ui_mark_fed(const View *v, Rect map, int node) {
    const StateHover *h = &v->state->hover;
    if (h->node == GRAPH_FAILED || h->node >= node || h->cell[0] < 0)
        return;
    ui_mark_cells(v, map, node, graph_fed_box(v->graph, h->node, h->cell[0], h->cell[1], node),
                  v->theme->hover);
}

static const char *how_to_choose(const View *v) {
    return ui_say(v, "unit.choose", ui_key(v, action_find("deeper")));
}

/* What the mouse is over, with its number. */
static const char *under_mouse(const View *v) {
    const StateHover *h = &v->state->hover;
    if (h->node != v->node || h->cell[0] < 0 || h->channel >= v->extent.channels)
        return how_to_choose(v);
    const int64_t at = ((int64_t)h->channel * v->extent.height + h->cell[0]) * v->extent.width;
    return ui_say(v, "channel.cell", ui_say_map(v, "channel", h->channel), TEXT("%d", h->cell[0]),
                  TEXT("%d", h->cell[1]),
                  prediction_value(v, ui_number(v, (double)v->values->data[at + h->cell[1]])));
}

void view_channel(const View *v, Rect box) {
    const int channel = v->place->channel;
    ui_heading(v, &box, ui_say_map(v, "channel", channel),
               TEXT("%d × %d", v->extent.height, v->extent.width));
    TextStyle dim = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_BODY); /* as many as either text takes */
    const int longest = draw_paragraph_height(v->list, box.w, dim, line, how_to_choose(v));
    Rect words = rect_cut_bottom(&box, longest > 2 * line ? longest : 2 * line);
    ui_paragraph(v, &words, dim, words.h / line, under_mouse(v));
    rect_cut_bottom(&box, SPACE(v));
    const Rect map = ui_fit(box, v->extent.width, v->extent.height, true);
    ui_map(v, map, v->node, channel);
    draw_frame(v->list, (Rect){map.x - 1, map.y - 1, map.w + 2, map.h + 2}, v->theme->line);
    ui_mark_fed(v, map, v->node);
}
