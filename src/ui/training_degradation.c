/* The degradation curves, as He et al. 2016 draw them (figure 6): plain networks at the left,
 * residual ones at the right; thin and dashed what is learned from, bold what is held out. */
#include "session/degradation.h"
#include "ui/lab.h"
#include "ui/training.h"

#include "base/text.h"

static Color depth_color(int layers) {
    return theme_family(layers == 20 ? LAYER_CONNECTED : LAYER_ACTIVATION);
}

static void draw_half(const View *v, Rect box, const Degradation *d, bool residual) {
    int epochs = 1;
    for (int i = 0; i < d->count; i++)
        epochs = d->curves[i].epochs > epochs ? d->curves[i].epochs : epochs;
    ui_heading(v, &box, ui_word(v, residual ? "training.residual" : "training.plain"), "");
    Rect keys = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    for (int layers = 20; layers <= 56; layers += 36)
        chart_key(v, &keys, (Stroke){.width = 3, .color = depth_color(layers)},
                  ui_say(v, "training.layers", TEXT("%d", layers)));
    const Chart chart =
        chart_begin(v, box, (ChartAxis){0, epochs, ui_word(v, "training.epochs"), false},
                    (ChartAxis){0, 1, ui_word(v, "training.error"), true},
                    residual ? "training.curves.residual" : "training.curves.plain");
    for (int i = 0; i < d->count; i++) {
        const DegradationCurve *c = &d->curves[i];
        if (c->residual != residual)
            continue;
        const Color color = depth_color(c->layers);
        chart_curve(&chart, c->learned, c->epochs, 1, 1,
                    (Stroke){.width = 1.2, .color = color, .dash = 5, .gap = 4});
        chart_curve(&chart, c->held, c->epochs, 1, 1, (Stroke){.width = 2.6, .color = color});
    }
}

void training_degradation(const View *v, Rect box) {
    static Degradation curves; /* large, and always the same */
    Error err = {0};
    if (!curves.count && !degradation_load(&curves, &err)) {
        char text[ERROR_TEXT_SIZE];
        ui_empty(v, box, ui_keep(v, words_error(text, sizeof text, v->words, v->language, &err)));
        return;
    }
    lab_caption(v, &box, 240, ui_word(v, "training.degradation_about"));
    Rect left = rect_cut_left(&box, (box.w - 3 * SPACE(v)) / 2);
    rect_cut_left(&box, 3 * SPACE(v));
    draw_half(v, left, &curves, false);
    draw_half(v, box, &curves, true);
}
