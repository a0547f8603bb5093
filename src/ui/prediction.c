#include "ui/prediction.h"

#include "base/text.h"
#include <stdlib.h>
#include <string.h>

/* --- Words ------------------------------------------------------------------------------------ */

static const char *question(const View *v) {
    static const char *const keys[HIDES] = {NULL, "predict.shape", "predict.value",
                                            "predict.class"};
    return ui_say(v, keys[v->place->hide], ui_label(v, v->node));
}

static const char *guess_text(const View *v) {
    const StatePlace *p = v->place;
    Shape shape;
    if (p->hide == HIDE_SHAPE)
        return prediction_guessed_shape(p, &shape) ? ui_unbroken(v, ui_extent(v, &shape)) : "";
    return p->hide == HIDE_CLASS ? ui_class_name(v, atoi(p->guess))
                                 : ui_digits(v, strtod(p->guess, NULL), 6);
}

static const char *answer_text(const View *v) {
    PredictionAnswer a;
    if (!prediction_answer(v->session, &a))
        return NULL;
    switch (v->place->hide) {
    case HIDE_SHAPE:
        return ui_unbroken(v, ui_extent(v, &a.shape));
    case HIDE_CLASS:
        return ui_class_name(v, a.label);
    default:
        return ui_digits(v, a.value, 6);
    }
}

static const char *verdict(const View *v) {
    static const char *const words[] = {NULL, "predict.wrong", "predict.near", "predict.right"};
    const PredictionVerdict judged = prediction_judge(v->session);
    const char *answer = answer_text(v);
    if (!answer)
        return question(v);
    return judged == PREDICTION_NONE
               ? ui_say(v, "predict.revealed", answer)
               : ui_say(v, "predict.judged", answer, guess_text(v), ui_word(v, words[judged]));
}

const char *prediction_banner(const View *v) {
    const StatePlace *p = v->place;
    if (!v->scene || p->hide == HIDE_NONE)
        return NULL;
    if (p->revealed)
        return verdict(v);
    if (!prediction_hidden(v->session))
        return ui_word(v, "predict.elsewhere");
    return p->guess[0] ? ui_say(v, "predict.guessed", question(v), guess_text(v)) : question(v);
}

const char *prediction_value(const View *v, const char *text) {
    return prediction_hides_values(v->place) ? "?" : text;
}

/* --- What there is to choose among ------------------------------------------------------------ */

enum { CHOICES_MOST = PREDICTION_CLASSES };

static void add_choice(const View *v, UiButton *b, const char *text, const char *guess) {
    *b = (UiButton){.text = text,
                    .action = ui_keep(v, TEXT("guess %s", guess)),
                    .region = ui_keep(v, TEXT("prediction.%s", guess)),
                    .chosen = strcmp(v->place->guess, guess) == 0,
                    .keyless = true};
}

static int list_choices(const View *v, UiButton buttons[CHOICES_MOST]) {
    Shape shapes[PREDICTION_SHAPES];
    int classes[PREDICTION_CLASSES];
    const int count = prediction_shapes(v->session, shapes);
    const int labels = prediction_classes(v->session, classes);
    for (int i = 0; i < count; i++) {
        const int64_t *d = shapes[i].dim;
        const char *guess = shapes[i].rank == 3 ? TEXT("%lld %lld %lld", (long long)d[1],
                                                       (long long)d[2], (long long)d[0])
                                                : TEXT("%lld", (long long)d[0]);
        add_choice(v, &buttons[i], ui_unbroken(v, ui_extent(v, &shapes[i])), guess);
    }
    for (int i = 0; i < labels; i++)
        add_choice(v, &buttons[i], ui_class_name(v, classes[i]), TEXT("%d", classes[i]));
    return count ? count : labels;
}

/* Row by row, as many as there is room for. */
static void draw_choices(const View *v, Rect *box, const UiButton *buttons, int count) {
    const int height = ui_px(v, 34);
    Rect row = {.w = 0};
    for (int i = 0; i < count; i++) {
        const UiButton *b = &buttons[i];
        int before = row.w;
        ui_button(v, &row, b->text, NULL, b->action, b->chosen, b->region);
        if (row.w < before)
            continue;
        if (box->h < height)
            return;
        row = rect_cut_top(box, height);
        ui_button(v, &row, b->text, NULL, b->action, b->chosen, b->region);
    }
}

/* How the class can work it out: the rule without its numbers. */
static const char *rule(const View *v) {
    if (v->place->hide != HIDE_SHAPE || v->node < 0)
        return NULL;
    const LayerFamily family = v->graph->nodes[v->node].type->family;
    return family == LAYER_CONVOLUTION || family == LAYER_POOLING ? "⌊(W − K + 2P) ÷ S⌋ + 1" : NULL;
}

void prediction_view(const View *v, Rect box) {
    UiButton buttons[CHOICES_MOST];
    const TextStyle head = ui_style(v, SIZE_HEAD, TONE_TEXT, ALIGN_LEFT);
    const TextStyle dim = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
    draw_region(v->list, box, NULL, "prediction");
    const int count = list_choices(v, buttons), side = rect_least(box.w / 10, ui_px(v, 60));
    box = rect_inset(box, side, rect_least(box.h / 10, ui_px(v, 40)));
    Rect row = rect_cut_bottom(&box, ui_px(v, 34));
    ui_button(v, &row, ui_word(v, "predict.reveal"), ui_key(v, action_find("reveal")), "reveal",
              false, "prediction.reveal");
    ui_button(v, &row, ui_word(v, "predict.guess"), ui_key(v, action_find("guess")), "guess", false,
              "prediction.guess");
    ui_paragraph(v, &box, head, 3, question(v));
    rect_cut_top(&box, SPACE(v));
    const int line = ui_line(v, SIZE_BODY);
    if (rule(v) && box.h >= 3 * line)
        ui_paragraph(v, &box, ui_mono(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT), 2, rule(v));
    if (v->place->guess[0] && box.h >= 3 * line)
        ui_paragraph(v, &box, dim, 2, ui_say(v, "predict.you_said", guess_text(v)));
    rect_cut_top(&box, SPACE(v));
    draw_choices(v, &box, buttons, count);
}

bool prediction_covers_classes(const View *v, Rect box) {
    if (!prediction_hides_class(v->place))
        return false;
    prediction_view(v, box);
    return true;
}

bool prediction_covers_shape(const View *v, Rect box, int node) {
    if (!prediction_hides_shape(v->place, node))
        return false;
    prediction_view(v, box);
    return true;
}
