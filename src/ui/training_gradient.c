/* The gradient's way back through a LeNet that learns: from the loss to the first layer. */
#include "ui/lab.h"
#include "ui/training.h"

#include "base/text.h"
#include <math.h>

/* The powers of ten that hold all of them. */
typedef struct Powers {
    double low, high;
} Powers;

static Powers powers_of(const LearningShot *s) {
    Powers p = {INFINITY, -INFINITY};
    for (int i = 0; i < s->layer_count; i++) {
        const double values[] = {s->layers[i].gradient, s->layers[i].weights, s->layers[i].size};
        for (int k = 0; k < 3; k++)
            if (values[k] > 0) {
                p.low = fmin(p.low, floor(log10(values[k])));
                p.high = fmax(p.high, ceil(log10(values[k])));
            }
    }
    if (!isfinite(p.low))
        p = (Powers){-6, 0};
    p.high = fmax(p.high, p.low + 1);
    return p;
}

static void draw_bar(const View *v, Rect column, const Powers *p, double value, Color color) {
    if (!(value > 0))
        return;
    const double share = (log10(value) - p->low) / (p->high - p->low);
    draw_fill(v->list, rect_cut_bottom(&column, (int)lround(fmax(share, 0.004) * column.h)), color);
}

static void draw_scale(const View *v, Rect box, Rect plot, const Powers *p) {
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    const int line = ui_line(v, SIZE_SMALL), count = (int)lround(p->high - p->low);
    const int step = plot.h < 1 ? count + 1 : 1 + count * line / plot.h;
    for (int i = 0; i <= count; i += step) {
        const int y = plot.y + plot.h - plot.h * i / count;
        draw_line(v->list, plot.x, y, plot.x + plot.w, y, v->theme->raised);
        draw_text(v->list, (Rect){box.x, y - line / 2, plot.x - box.x - SPACE(v) / 2, line}, mono,
                  ui_number(v, pow(10, p->low + i)));
    }
}

static void draw_one(const View *v, Rect column, Rect under, const LearningLayer *layer,
                     const Powers *p, const Color colors[3]) {
    const double values[] = {layer->gradient, layer->weights, layer->size};
    const TextStyle name = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_CENTRE);
    draw_region(v->list, column, NULL, "training.layer.%s", layer->name);
    draw_hint(v->list, ui_say(v, "training.layer_hint", layer->name, ui_digits(v, values[0], 3),
                              ui_digits(v, values[1], 3), ui_digits(v, values[2], 3)));
    for (int i = 0; i < 3; i++)
        draw_bar(v, rect_inset(ui_cell(column, 3, 1, 0, i), 2, 0), p, values[i], colors[i]);
    draw_text(v->list, rect_cut_top(&under, ui_line(v, SIZE_BODY)), name, layer->name);
}

/* From the loss, at the right, to the left. */
static void draw_arrow(const View *v, Rect row) {
    const double y = row.y + row.h / 2.0;
    const Point ends[] = {{row.x + row.w, y}, {row.x, y}};
    draw_polyline(v->list, ends, 2,
                  (Stroke){.width = 2 * v->scale, .color = v->theme->accent, .arrow = true});
}

void training_gradient(const View *v, Rect box, const LearningShot *s) {
    const Color colors[3] = {v->theme->accent, theme_family(LAYER_CONNECTED), v->theme->dim};
    const Powers p = powers_of(s);
    lab_caption(v, &box, 280, ui_word(v, "training.gradient_about"));
    Rect maps = rect_cut_right(&box, box.w * 34 / 100);
    rect_cut_right(&box, 2 * SPACE(v));
    Rect keys = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    lab_swatch(v, &keys, colors[0], ui_word(v, "training.of_outputs"));
    lab_swatch(v, &keys, colors[1], ui_word(v, "training.of_weights"));
    lab_swatch(v, &keys, colors[2], ui_word(v, "training.weights_size"));
    rect_cut_top(&box, SPACE(v));
    Rect arrow = rect_cut_bottom(&box, ui_px(v, 20)),
         under = rect_cut_bottom(&box, ui_line(v, SIZE_BODY));
    Rect plot = box;
    rect_cut_left(&plot, ui_px(v, 72));
    const Rect row = {plot.x, under.y, plot.w, under.h};
    draw_scale(v, box, plot, &p);
    for (int i = 0; i < s->layer_count; i++)
        draw_one(v, rect_inset(ui_cell(plot, s->layer_count, 1, 0, i), SPACE(v) / 2, 0),
                 ui_cell(row, s->layer_count, 1, 0, i), &s->layers[i], &p, colors);
    rect_cut_left(&arrow, ui_px(v, 72));
    draw_arrow(v, arrow);
    ui_paragraph(v, &maps, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), 3,
                 ui_word(v, s->has_back ? "training.back_maps" : "training.back_none"));
    if (s->has_back) {
        const float most = training_most(s->back[0], LEARNING_MAPS * LEARNING_SIDE * LEARNING_SIDE);
        Rect foot = rect_cut_bottom(&maps, ui_line(v, SIZE_SMALL));
        training_grid(v, maps, s->back[0], LEARNING_SIDE, LEARNING_MAPS, "training.back");
        draw_text(v->list, foot, ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT),
                  ui_say(v, "training.scale", ui_number(v, (double)most)));
    }
}
