/* What an answer rests on: occlusion, filling in as the square moves, and Grad-CAM. */
#include "ui/explain.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

static const char *class_name(const ExplainView *x) {
    const int label = explanation_label(x->e);
    return label < 0 ? "" : ui_class_name(x->v, label);
}

/* A part of the input's pixels, in a picture of it that is drawn there. */
static Rect part_of(const ExplainView *x, Rect picture, double left, double top, double right,
                    double bottom) {
    const double w = picture.w / (double)x->v->graph->input.dim[2];
    const double h = picture.h / (double)x->v->graph->input.dim[1];
    const int x0 = picture.x + (int)lround(left * w), y0 = picture.y + (int)lround(top * h);
    return (Rect){x0, y0, picture.x + (int)lround(right * w) - x0,
                  picture.y + (int)lround(bottom * h) - y0};
}

/* --- Occlusion -------------------------------------------------------------------------------- */

/* The picture with the square where it is now. */
static void draw_square(const ExplainView *x, Rect r, const ExplainScores *s) {
    const View *v = x->v;
    const int at = s->done < s->rows * s->columns ? s->done : -1;
    ui_picture(v, r);
    if (at < 0)
        return;
    const int left = at % s->columns * s->stride, top = at / s->columns * s->stride;
    const Rect square = part_of(x, r, left, top, left + s->patch, top + s->patch);
    draw_fill(v->list, square, (Color){128, 128, 128, 255});
    ui_mark(v, square, v->theme->accent);
}

/* Each score as a tile around the middle of its square; what is not known yet stays empty. */
static void draw_scores(const ExplainView *x, Rect r, const ExplainScores *s, const float *scores,
                        ColorRange range) {
    const View *v = x->v;
    uint8_t *pixels = draw_pixels(v->list, s->columns, s->rows, 4);
    for (int i = 0; pixels && i < s->done; i++) {
        colormap_color(COLORMAP_VIRIDIS, range, scores[i], pixels + 4 * i);
        pixels[4 * i + 3] = 255;
    }
    const double half = (s->patch - s->stride) / 2.0;
    const Rect tiles =
        part_of(x, r, half, half, half + s->columns * s->stride, half + s->rows * s->stride);
    draw_fill(v->list, r, v->theme->raised);
    draw_clip_begin(v->list, r);
    draw_image(v->list, tiles, pixels, s->columns, s->rows, 4);
    draw_clip_end(v->list);
    draw_frame(v->list, (Rect){r.x - 1, r.y - 1, r.w + 2, r.h + 2}, v->theme->line);
}

/* From the least to the largest score so far, that of the whole picture included. */
static ColorRange range_of(const float *scores, int count, float whole) {
    ColorRange range = {whole, whole};
    for (int i = 0; scores && i < count; i++) {
        range.min = fminf(range.min, scores[i]);
        range.max = fmaxf(range.max, scores[i]);
    }
    return range;
}

void explain_occlusion_view(const ExplainView *x, Rect box) {
    const View *v = x->v;
    const Shape *input = &v->graph->input;
    ExplainScores s;
    if (!explanation_scores(x->e, &s))
        return;
    const int count = s.sum ? 3 : 2, legend = explain_legend_height(x) + ui_px(v, 2);
    const ColorRange ranges[3] = {{0, 0},
                                  range_of(s.probability, s.done, s.whole_probability),
                                  range_of(s.sum, s.done, s.whole_sum)};
    const char *const says[3] = {
        ui_say(v, "explain.square", TEXT("%d", s.patch)),
        ui_say(v, "explain.probability", class_name(x), ui_percent(v, (double)s.whole_probability)),
        ui_say(v, "explain.sum", TEXT("%d", x->request->channel),
               ui_number(v, (double)s.whole_sum))};
    const ExplainGrid grid =
        explain_grid(x, box, count, (int)input->dim[2], (int)input->dim[1], says, legend);
    for (int i = 0; i < count; i++) {
        Rect below;
        const Rect r = explain_cell(x, &grid, i, &below);
        if (i == 0)
            draw_square(x, r, &s);
        else
            draw_scores(x, r, &s, i == 1 ? s.probability : s.sum, ranges[i]);
        draw_region(v->list, r, NULL, "explain.part.%d", i);
        rect_cut_top(&below, ui_px(v, 2));
        if (i > 0 && below.h > 0)
            explain_legend(x, below, COLORMAP_VIRIDIS, ranges[i]);
    }
}

/* --- Grad-CAM --------------------------------------------------------------------------------- */

void explain_gradcam_view(const ExplainView *x, Rect box) {
    enum { COVER = 150 }; /* of 255 */
    const View *v = x->v;
    const Tensor *map = explanation_part(x->e, 0);
    const Shape *input = &v->graph->input;
    if (!map)
        return;
    const int h = (int)map->shape.dim[0], w = (int)map->shape.dim[1];
    const Stats s = stats_of(map->data, (int64_t)h * w);
    const ColorRange range = {0, s.max};
    Rect legend = rect_cut_bottom(&box, explain_legend_height(x));
    rect_cut_bottom(&box, SPACE(v));
    const char *const says[] = {ui_say(v, "explain.for", class_name(x)),
                                ui_word(v, "explain.picture")};
    const ExplainGrid grid =
        explain_grid(x, box, 2, (int)input->dim[2], (int)input->dim[1], says, 0);
    uint8_t *pixels = draw_pixels(v->list, w, h, 4);
    for (int i = 0; pixels && i < w * h; i++) {
        colormap_color(COLORMAP_VIRIDIS, range, map->data[i], pixels + 4 * i);
        pixels[4 * i + 3] = COVER;
    }
    for (int i = 0; i < 2; i++) {
        const Rect r = explain_cell(x, &grid, i, NULL);
        ui_picture(v, r);
        draw_region(v->list, r, NULL, "explain.part.%d", i);
        if (i == 0)
            draw_image(v->list, r, pixels, w, h, 4);
    }
    explain_legend(x, legend, COLORMAP_VIRIDIS, range);
}
