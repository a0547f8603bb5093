#include "ui/theme.h"
#include "ui/view_parts.h"
#include <math.h>
#include <string.h>

enum { TOP = 5, ROW = 40 };

/* --- The likeliest classes -------------------------------------------------------------------- */

static void draw_class(const View *v, Rect row, int names, int64_t index, bool probability,
                       Color color) {
    char buffer[24];
    float value = v->values->data[index];
    double scale = probability ? 1 : v->stats->max > 0 ? v->stats->max : 1;
    TextStyle style = theme_text(SIZE_HEAD, color_text, ALIGN_RIGHT);
    draw_text(v->list, rect_cut_left(&row, names), style, view_unit_name(v, (int)index, buffer));
    Rect number = rect_cut_right(&row, 96);
    if (probability && isfinite(value))
        draw_textf(v->list, number, style, "%.1f %%", (double)value * 100);
    else
        draw_text(v->list, number, style, NUMBER(value));
    Rect bar = rect_inset(row, MARGIN, (row.h - MARGIN) / 2);
    draw_fill(v->list, bar, color_panel);
    double share = value > 0 ? fmin(value / scale, 1) : 0;
    bar.w = (int)(bar.w * share);
    draw_fill(v->list, bar, color);
}

void view_classes(const View *v, Rect box) {
    const Model *model = scene_model(v->scene);
    bool probability = strcmp(model->graph.nodes[v->node].type->name, "softmax") == 0;
    int64_t best[TOP];
    int count = rect_least(v->extent.channels, TOP);
    draw_region(v->list, box, NULL, "classes");
    stats_top(v->values->data, v->extent.channels, count, best);
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), theme_text(SIZE_BODY, color_dim, ALIGN_LEFT),
               "top %d%s", count,
               model->weights.trained ? "" : "; with random weights it means nothing");
    int height = rect_least(ROW, box.h / count);
    TextStyle style = theme_text(SIZE_HEAD, color_text, ALIGN_RIGHT);
    int names = view_names_width(v, style, best, count, box.w * 2 / 5);
    for (int i = 0; i < count; i++)
        draw_class(v, rect_cut_top(&box, height), names, best[i], probability,
                   i == 0 ? color_accent : color_bar);
}

/* --- The input -------------------------------------------------------------------------------- */

/* Enlarged, its pixels stay sharp; made smaller, it is resized as any picture is. */
static void draw_picture(const View *v, Rect box, const Image *picture) {
    Image small = {0};
    if (box.w >= picture->width) {
        draw_image(v->list, box, picture->pixels, picture->width, picture->height,
                   picture->channels);
        return;
    }
    if (box.w < 1 || box.h < 1 || !image_resize(&small, picture, box.w, box.h, &v->list->error))
        return;
    uint8_t *pixels = draw_pixels(v->list, box.w, box.h, small.channels);
    if (pixels)
        memcpy(pixels, small.pixels, (size_t)box.w * (size_t)box.h * (size_t)small.channels);
    draw_image(v->list, box, pixels, box.w, box.h, small.channels);
    image_free(&small);
}

void view_picture(const View *v, Rect box) {
    const Image *picture = scene_picture(v->scene);
    draw_region(v->list, box, NULL, "picture");
    TextStyle dim = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    TextStyle text = theme_text(SIZE_BODY, color_text, ALIGN_LEFT);
    draw_text(v->list, rect_cut_top(&box, LINE_HEAD), dim, "what the network sees");
    int w = picture->width, h = picture->height;
    if (w < 1 || h < 1)
        return;
    Rect shown = view_fit((Rect){box.x, box.y, box.w / 2, box.h}, w, h);
    draw_picture(v, shown, picture);
    rect_cut_left(&box, shown.w + MARGIN);
    draw_text(v->list, rect_cut_top(&box, LINE_HEAD), text, file_name(scene_image_path(v->scene)));
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), dim, "%d×%d, %s", w, h,
               picture->channels == 1 ? "grey" : "colour");
    draw_paragraph(v->list, box, dim, LINE_BODY, scene_image_note(v->scene));
}
