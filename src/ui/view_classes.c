#include "ui/theme.h"
#include "ui/view_parts.h"
#include <string.h>

enum { TOP = 5, ROW = 40 };

/* --- The likeliest classes
 * ------------------------------------------------------------------------------- */

static void draw_class(const View *v, Rect row, int place, int64_t index, bool probability) {
    char buffer[24];
    float value = v->values->data[index];
    double scale = probability ? 1 : v->stats->max > 0 ? v->stats->max : 1;
    Color color = place == 0 ? color_accent : color_text;
    row = rect_inset(row, 0, rect_least(4, (row.h - LINE_HEAD) / 2));
    draw_text(v->list, rect_cut_left(&row, row.w * 2 / 5),
              theme_text(SIZE_HEAD, color, ALIGN_RIGHT),
              labels_name(&scene_model(v->scene)->labels, (int)index, buffer));
    Rect number = rect_cut_right(&row, 96);
    TextStyle style = theme_text(SIZE_HEAD, color, ALIGN_RIGHT);
    if (probability && value - value == 0)
        draw_textf(v->list, number, style, "%.1f %%", (double)value * 100);
    else
        draw_text(v->list, number, style, NUMBER(value));
    Rect bar = rect_inset(row, MARGIN, (row.h - MARGIN) / 2);
    draw_fill(v->list, bar, color_panel);
    if (value > 0)
        bar.w = (int)(bar.w * (value / scale > 1 ? 1 : value / scale));
    else
        bar.w = 0;
    draw_fill(v->list, bar, place == 0 ? color_accent : color_bar);
}

void view_classes(const View *v, Rect box) {
    const Model *model = scene_model(v->scene);
    const Node *node = &model->graph.nodes[v->node];
    bool probability = strcmp(node->type->name, "softmax") == 0;
    int64_t best[TOP];
    int count = rect_least(v->extent.channels, TOP);
    draw_region(v->list, box, NULL, "classes");
    rect_cut_bottom(&box, SPACE);
    stats_top(v->values->data, v->extent.channels, count, best);
    Rect head = rect_cut_top(&box, LINE_HEAD);
    draw_textf(v->list, head, theme_text(SIZE_BODY, color_dim, ALIGN_LEFT), "the %d %s classes%s",
               count, probability ? "most probable" : "largest",
               model->weights.trained ? "" : " (random weights: they mean nothing)");
    int height = rect_least(ROW, box.h / count);
    for (int i = 0; i < count; i++)
        draw_class(v, rect_cut_top(&box, height), i, best[i], probability);
}

/* --- The input
 * ---------------------------------------------------------------------------------------------- */

void view_picture(const View *v, Rect box) {
    const Image *picture = scene_picture(v->scene);
    draw_region(v->list, box, NULL, "picture");
    TextStyle dim = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    TextStyle text = theme_text(SIZE_BODY, color_text, ALIGN_LEFT);
    draw_text(v->list, rect_cut_top(&box, LINE_HEAD), dim, "what the network sees");
    int w = picture->width, h = picture->height, most = rect_least(box.h, box.w / 2);
    if (w < 1 || h < 1 || most < 1)
        return;
    int longer = w > h ? w : h, scale = most / longer;
    Rect shown = {box.x, box.y, scale ? w * scale : w * most / longer,
                  scale ? h * scale : h * most / longer};
    Image small = {0};
    if (scale || !image_resize(&small, picture, shown.w, shown.h, &v->list->error))
        draw_image(v->list, shown, picture->pixels, w, h, picture->channels);
    uint8_t *pixels = small.pixels ? draw_pixels(v->list, shown.w, shown.h, small.channels) : NULL;
    if (pixels) {
        memcpy(pixels, small.pixels, (size_t)shown.w * (size_t)shown.h * (size_t)small.channels);
        draw_image(v->list, shown, pixels, shown.w, shown.h, small.channels);
    }
    image_free(&small);
    rect_cut_left(&box, shown.w + MARGIN);
    draw_text(v->list, rect_cut_top(&box, LINE_HEAD), text, file_name(scene_image_path(v->scene)));
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), dim, "%d × %d, %s", w, h,
               picture->channels == 1 ? "grey" : "colour");
    draw_paragraph(v->list, box, dim, LINE_BODY, scene_image_note(v->scene));
}
