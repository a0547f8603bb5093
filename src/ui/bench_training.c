/* view.training: a LeNet that learns while one looks: what it has learned so far, and how well. */
#include "ui/training.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- Small pictures of numbers ---------------------------------------------------------------- */

float training_most(const float *values, int count) {
    float most = 0;
    for (int i = 0; i < count; i++)
        most = fmaxf(most, fabsf(values[i]));
    return most;
}

void training_values(const View *v, Rect box, const float *values, int w, int h, float most) {
    uint8_t *pixels = draw_pixels(v->list, w, h, 3);
    const ColorRange range = {-most, most};
    for (int i = 0; pixels && i < w * h; i++)
        colormap_color(COLORMAP_RDBU, range, values[i], pixels + 3 * i);
    if (pixels && box.w > 0 && box.h > 0)
        draw_image(v->list, box, pixels, w, h, 3);
}

enum { COLUMNS = 5, ROWS = LEARNING_MAPS / COLUMNS };

static int cell_side(const View *v, int width, int height) {
    const int gap = ui_px(v, 4), across = (width - (COLUMNS - 1) * gap) / COLUMNS;
    return rect_least(across, (height - (ROWS - 1) * gap) / ROWS);
}

int training_grid_height(const View *v, int width, int most) {
    const int gap = ui_px(v, 4);
    return ROWS * cell_side(v, width, most) + (ROWS - 1) * gap;
}

float training_grid(const View *v, Rect box, const float *values, int side, int count,
                    const char *region) {
    const int gap = ui_px(v, 4), cell = cell_side(v, box.w, box.h);
    const float most = training_most(values, count * side * side);
    for (int i = 0; i < count && cell > 0; i++) {
        const Rect place = {box.x + i % COLUMNS * (cell + gap), box.y + i / COLUMNS * (cell + gap),
                            cell, cell};
        training_values(v, place, values + i * side * side, side, side, most);
        draw_frame(v->list, rect_inset(place, -1, -1), v->theme->line);
    }
    box.w = COLUMNS * (cell + gap) - gap;
    box.h = ROWS * (cell + gap) - gap;
    draw_region(v->list, box, NULL, "%s", region);
    return most;
}

/* --- The filters, a picture, the classes ------------------------------------------------------ */

static void title(const View *v, Rect *box, const char *text) {
    ui_paragraph(v, box, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), 2, text);
    rect_cut_top(box, ui_px(v, 3));
}

static void draw_kernels(const View *v, Rect box, const LearningShot *s) {
    const int half = box.h / 2;
    Rect now = rect_cut_top(&box, half);
    title(v, &now, ui_word(v, "training.kernels"));
    training_grid(v, now, s->kernels[0], LEARNING_KERNEL, LEARNING_MAPS, "training.kernels");
    enum { ALL = LEARNING_MAPS * LEARNING_KERNEL * LEARNING_KERNEL };
    float added[ALL];
    for (int i = 0; i < ALL; i++)
        added[i] = (&s->kernels[0][0])[i] - (&s->first[0][0])[i];
    title(v, &box, ui_say(v, "training.added", ui_number(v, (double)training_most(added, ALL))));
    training_grid(v, box, added, LEARNING_KERNEL, LEARNING_MAPS, "training.added");
}

static void draw_classes(const View *v, Rect box, const LearningShot *s) {
    const TextStyle name = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    const int line = rect_least(box.h / LEARNING_CLASSES, ui_line(v, SIZE_SMALL));
    draw_region(v->list, box, NULL, "training.classes");
    for (int i = 0; i < LEARNING_CLASSES; i++) {
        Rect row = rect_cut_top(&box, line);
        TextStyle style = name;
        style.bold = i == s->label;
        style.may_cut = true;
        draw_region(v->list, row, NULL, "training.class.%d", i);
        draw_hint(v->list, s->names[v->language][i]);
        if (line < draw_text_height(v->list, name))
            continue;
        draw_text(v->list, rect_cut_left(&row, row.w * 45 / 100), style, s->names[v->language][i]);
        draw_text(v->list, rect_cut_right(&row, draw_text_width(v->list, mono, "0.0999 %") + 1),
                  mono, ui_percent(v, (double)s->classes[i]));
        row = rect_inset(row, SPACE(v) / 2, line / 4);
        draw_fill(v->list, row, v->theme->raised);
        row.w = (int)lround(row.w * (double)s->classes[i]);
        if (row.w > 0)
            draw_fill(v->list, row, i == s->label ? v->theme->accent : v->theme->bar);
    }
}

static void draw_picture(const View *v, Rect box, const LearningShot *s) {
    uint8_t *pixels = draw_pixels(v->list, LEARNING_INPUT, LEARNING_INPUT, 1);
    const int side = LEARNING_INPUT * LEARNING_INPUT;
    float low = s->picture[0], high = low;
    for (int i = 0; i < side; i++) {
        low = fminf(low, s->picture[i]);
        high = fmaxf(high, s->picture[i]);
    }
    for (int i = 0; pixels && i < side && high > low; i++)
        pixels[i] = (uint8_t)lroundf((s->picture[i] - low) / (high - low) * 255);
    if (pixels)
        draw_image(v->list, box, pixels, LEARNING_INPUT, LEARNING_INPUT, 1);
    draw_region(v->list, box, NULL, "training.picture");
}

static void draw_answers(const View *v, Rect box, const LearningShot *s) {
    title(v, &box, ui_say(v, "training.picture", s->names[v->language][s->label]));
    Rect top = rect_cut_top(&box, box.h * 42 / 100);
    const int side = rect_least(top.h, top.w / 3);
    Rect left = rect_cut_left(&top, side);
    draw_picture(v, (Rect){left.x, left.y, side, side}, s);
    rect_cut_left(&top, SPACE(v));
    draw_classes(v, top, s);
    rect_cut_top(&box, SPACE(v));
    title(v, &box, ui_word(v, "training.maps"));
    training_grid(v, box, s->maps[0], LEARNING_SIDE, LEARNING_MAPS, "training.maps");
}

/* --- Curves ----------------------------------------------------------------------------------- */

static Color run_color(const View *v, int run) {
    static const LayerFamily colors[] = {LAYER_CONNECTED, LAYER_POOLING, LAYER_ACTIVATION,
                                         LAYER_NORMALISATION};
    return run < 0 ? v->theme->accent : theme_family(colors[run % 4]);
}

static double run_end(const LearningRun *r) {
    return (double)r->curve.count * r->curve.per;
}

static const char *run_name(const View *v, const LearningRun *r) {
    return ui_say(v, "training.run_name", learning_activation_name(r->activation),
                  learning_pooling_name(r->pooling), ui_number(v, r->rate), TEXT("%d", r->seed));
}

static void draw_run(const View *v, const Chart *loss, const Chart *accuracy, const LearningRun *r,
                     int index, int64_t of) {
    const double per = r->curve.per, first = per / 2;
    const Stroke thin = {.width = index < 0 ? 2 : 1.3, .color = run_color(v, index)};
    chart_curve(loss, r->curve.loss, r->curve.count, first, per, thin);
    chart_curve(accuracy, r->curve.accuracy, r->curve.count, first, per, thin);
    for (int i = 0; i < r->epochs; i++) /* held out: a dot an epoch */
        if (accuracy->plot.w > 0)
            draw_disc(v->list, chart_point(accuracy, (double)((i + 1) * of), (double)r->held[i]), 4,
                      run_color(v, index));
}

static void draw_keys(const View *v, Rect *box, const LearningShot *s) {
    const int line = ui_line(v, SIZE_SMALL);
    for (int i = -1; i < s->before_count; i++) {
        const LearningRun *r = i < 0 ? &s->now : &s->before[i];
        Rect row = rect_cut_top(box, line);
        chart_key(v, &row, (Stroke){.width = i < 0 ? 3 : 2, .color = run_color(v, i)},
                  run_name(v, r));
    }
}

static void draw_curves(const View *v, Rect box, const LearningShot *s) {
    double end = fmax(run_end(&s->now), 50), most = 2.5;
    for (int i = 0; i < s->before_count; i++)
        end = fmax(end, run_end(&s->before[i]));
    for (int i = 0; i < s->now.curve.count; i++)
        if (isfinite(s->now.curve.loss[i]))
            most = fmax(most, fmin((double)s->now.curve.loss[i], 5));
    draw_keys(v, &box, s);
    const char *held = s->now.epochs ? ui_say(v, "training.held",
                                              ui_percent(v, (double)s->now.held[s->now.epochs - 1]),
                                              TEXT("%d", s->now.epochs), ui_count(v, s->held_out))
                                     : ui_say(v, "training.held_none", ui_count(v, s->held_out));
    ui_paragraph(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 3, held);
    const ChartAxis x = {0, end, ui_word(v, "training.batches"), false};
    Rect upper = rect_cut_top(&box, box.h / 2);
    const Chart loss = chart_begin(
        v, upper, x, (ChartAxis){0, most, ui_word(v, "training.loss"), false}, "training.loss");
    const Chart accuracy = chart_begin(
        v, box, x, (ChartAxis){0, 1, ui_word(v, "training.accuracy"), true}, "training.accuracy");
    for (int i = s->before_count - 1; i >= -1; i--)
        draw_run(v, &loss, &accuracy, i < 0 ? &s->now : &s->before[i], i, s->of);
}

void training_filters(const View *v, Rect box, const LearningShot *s) {
    draw_kernels(v, rect_cut_left(&box, box.w * 22 / 100), s);
    rect_cut_left(&box, 2 * SPACE(v));
    draw_answers(v, rect_cut_left(&box, box.w * 44 / 100), s);
    rect_cut_left(&box, 2 * SPACE(v));
    draw_curves(v, box, s);
}

/* --- The zone --------------------------------------------------------------------------------- */

static const char *progress_text(const View *v, const LearningShot *s) {
    const int64_t of = s->of > 0 ? s->of : 1;
    if (s->phase == LEARNING_READING)
        return ui_word(v, "training.reading");
    if (s->measuring)
        return ui_word(v, "training.measuring");
    return ui_say(v, "training.progress", ui_count(v, s->done % of), ui_count(v, of),
                  ui_count(v, s->done / of + 1),
                  v->memory->hide_times || !(s->images_per_second > 0)
                      ? "-"
                      : ui_count(v, (int64_t)s->images_per_second));
}

static void draw_controls(const View *v, Rect row, const LearningShot *s) {
    const bool learns = s->endless || s->phase == LEARNING_RUNNING;
    const UiButton buttons[] = {
        {ui_word(v, learns ? "training.pause" : "training.learn"), "training.run", "training.run",
         learns, false},
        {ui_word(v, "training.batch"), "training.batch", "training.batch", false, false},
        {ui_word(v, "training.epoch"), "training.epoch", "training.epoch", false, false},
        {ui_word(v, "training.slower"), "training.slower", "training.slower", false, false},
        {ui_word(v, "training.faster"), "training.faster", "training.faster", false, false},
        {ui_word(v, "training.reset"), "training.reset", "training.reset", false, false},
        {ui_word(v, "training.use"), "training.use", "training.use", false, false}};
    ui_buttons(v, row, buttons, sizeof buttons / sizeof *buttons);
}

static void draw_choices(const View *v, Rect row) {
    const StatePlace *p = v->place;
    const UiButton buttons[] = {{ui_word(v, "training.filters"), "training.view filters",
                                 "training.view.filters", p->learn_view == LEARN_FILTERS, true},
                                {ui_word(v, "training.gradient"), "training.view gradient",
                                 "training.view.gradient", p->learn_view == LEARN_GRADIENT, true},
                                {ui_word(v, "training.degradation"), "training.view degradation",
                                 "training.view.degradation", p->learn_view == LEARN_DEGRADATION,
                                 true},
                                {"tanh", "training.activation tanh", "training.tanh",
                                 p->learn_activation == LEARN_TANH, true},
                                {"ReLU", "training.activation relu", "training.relu",
                                 p->learn_activation == LEARN_RELU, true},
                                {ui_word(v, "training.pool2"), "training.pooling 2x2",
                                 "training.pool2", p->learn_pooling == LEARN_POOL_2, true},
                                {ui_word(v, "training.pool3"), "training.pooling 3x3",
                                 "training.pool3", p->learn_pooling == LEARN_POOL_3, true}};
    ui_buttons(v, row, buttons, p->learn_view == LEARN_DEGRADATION ? 3 : 7);
}

static void draw_learning(const View *v, Rect box) {
    static LearningShot shot; /* large; the window has one thread */
    if (!v->session->learning) {
        ui_empty(v, box, ui_word(v, "training.reading"));
        v->memory->animating = true;
        return;
    }
    learning_look(v->session->learning, &shot);
    v->memory->animating =
        v->memory->animating || shot.phase == LEARNING_RUNNING || shot.phase == LEARNING_READING;
    draw_controls(v, rect_cut_top(&box, ui_px(v, 32)), &shot);
    rect_cut_top(&box, SPACE(v) / 2);
    if (shot.phase == LEARNING_FAILED) {
        char text[ERROR_TEXT_SIZE];
        ui_empty(v, box,
                 ui_keep(v, words_error(text, sizeof text, v->words, v->language, &shot.error)));
        return;
    }
    Rect told = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    draw_region(v->list, told, NULL, "training.progress");
    TextStyle right = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    const char *rate = ui_say(v, "training.rate", ui_number(v, shot.rate));
    draw_text(v->list, rect_cut_right(&told, draw_text_width(v->list, right, rate) + 1), right,
              rate);
    draw_text(v->list, told, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT),
              progress_text(v, &shot));
    rect_cut_top(&box, SPACE(v) / 2);
    if (shot.phase == LEARNING_READING && !shot.layer_count) {
        ui_empty(v, box, ui_word(v, "training.reading"));
        return;
    }
    if (v->place->learn_view == LEARN_GRADIENT)
        training_gradient(v, box, &shot);
    else
        training_filters(v, box, &shot);
}

void bench_training(const View *v, Rect box) {
    const bool learning = v->place->learn_view != LEARN_DEGRADATION;
    draw_region(v->list, box, NULL, "view.training");
    ui_heading(v, &box, ui_word(v, learning ? "training.title" : "training.degradation_title"),
               learning ? ui_say(v, "training.note", TEXT("%d", v->place->learn_seed)) : "");
    draw_choices(v, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, SPACE(v) / 2);
    if (learning)
        draw_learning(v, box);
    else
        training_degradation(v, box);
}
