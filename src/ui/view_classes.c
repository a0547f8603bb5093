/* The network's answer: the likeliest classes with their names, as probabilities or logits, and the
 * softmax of one of them term by term. */
#include "ui/prediction.h"
#include "ui/ui.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

enum { ROWS_MOST = 10 };

typedef struct Answer {
    int node, logits; /* the last node; the one that its softmax reads, or the same */
    bool softmax;
    const float *p, *x;
    int count;
} Answer;

static bool answer_of(const View *v, Answer *a) {
    const int last = v->graph->node_count - 1;
    const Node *n = &v->graph->nodes[last];
    a->node = a->logits = last;
    a->softmax = strcmp(n->type->name, "softmax") == 0;
    if (a->softmax)
        a->logits = n->inputs[0];
    const Tensor *p = scene_values(v->scene, last), *x = scene_values(v->scene, a->logits);
    a->count = (int)n->out.dim[0];
    a->p = p ? p->data : NULL;
    a->x = x ? x->data : NULL;
    return a->p && a->x;
}

/* --- Bars ------------------------------------------------------------------------------------- */

static void draw_row(const View *v, Rect row, int names, const Answer *a, int64_t index,
                     bool logits, bool chosen) {
    const double value = (double)(logits ? a->x[index] : a->p[index]);
    const Stats s = stats_of(a->x, a->count);
    draw_region(v->list, row, TEXT("class.select %d", (int)index), "bar.class.%d", (int)index);
    TextStyle name = ui_style(v, SIZE_BODY, chosen ? TONE_ACCENT : TONE_TEXT, ALIGN_RIGHT);
    name.may_cut = true;
    const char *text = ui_class_name(v, (int)index);
    draw_text(v->list, rect_cut_left(&row, names), name, text);
    draw_hint(v->list,
              ui_say(v, "classes.hint", text, prediction_value(v, ui_exact(v, (double)a->p[index])),
                     prediction_value(v, ui_exact(v, (double)a->x[index]))));
    draw_text(v->list, rect_cut_right(&row, ui_px(v, 80)),
              ui_mono(v, SIZE_BODY, TONE_TEXT, ALIGN_RIGHT),
              prediction_value(v, logits ? ui_number(v, value) : ui_percent(v, value)));
    if (prediction_hides_values(v->place))
        return;
    Rect bar = rect_inset(row, SPACE(v), row.h / 4);
    draw_fill(v->list, bar, v->theme->raised);
    const double low = fmin(0, (double)s.min), high = fmax(0, (double)s.max);
    const double share = !isfinite(value) ? 0
                         : !logits        ? value
                         : high > low     ? (value - low) / (high - low)
                                          : 0;
    bar.w = (int)lround(bar.w * fmin(fmax(share, 0), 1));
    draw_fill(v->list, bar, chosen ? v->theme->accent : v->theme->bar);
}

static void draw_rows(const View *v, Rect *box, const Answer *a, int rows) {
    int64_t best[ROWS_MOST];
    TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_RIGHT);
    int names = 0;
    stats_top(a->p, a->count, rows, best);
    for (int i = 0; i < rows; i++) {
        const int width = draw_text_width(v->list, style, ui_class_name(v, (int)best[i]));
        names = width > names ? width : names;
    }
    names = rect_least(names, box->w * 9 / 20);
    const int height = rect_least(box->h / rows, ui_px(v, 32));
    for (int i = 0; i < rows; i++)
        draw_row(v, rect_cut_top(box, height), names, a, best[i], v->place->logits && a->softmax,
                 best[i] == v->place->class_index);
}

/* --- Softmax, term by term -------------------------------------------------------------------- */

enum { FRACTION_LINES = 4 };

static void fraction_texts(const View *v, const Answer *a, const char *texts[FRACTION_LINES]) {
    int64_t best = 0;
    stats_top(a->p, a->count, 1, &best);
    const int index = v->place->class_index >= 0 ? v->place->class_index : (int)best;
    double largest = -INFINITY, sum = 0;
    for (int i = 0; i < a->count; i++)
        largest = fmax(largest, (double)a->x[i]);
    for (int i = 0; i < a->count; i++)
        sum += exp((double)a->x[i] - largest);
    const double x = (double)a->x[index];
    texts[0] = ui_say(v, "classes.softmax", ui_class_name(v, index));
    texts[1] = ui_keep(v, TEXT("exp(%s − %s) = %s", ui_digits(v, x, 4), ui_digits(v, largest, 4),
                               ui_number(v, exp(x - largest))));
    texts[2] = ui_keep(v, TEXT("%s ÷ %s = %s", ui_number(v, exp(x - largest)), ui_digits(v, sum, 6),
                               ui_digits(v, (double)a->p[index], 5)));
    texts[3] = ui_say(v, "classes.sum_of", ui_count(v, a->count));
}

static TextStyle fraction_style(const View *v, int i) {
    return i == 1 || i == 2 ? ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT)
                            : ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
}

static int fraction_height(const View *v, int width, const Answer *a) {
    const char *texts[FRACTION_LINES];
    int height = SPACE(v);
    fraction_texts(v, a, texts);
    for (int i = 0; i < FRACTION_LINES; i++)
        height += draw_paragraph_height(v->list, width, fraction_style(v, i),
                                        ui_line(v, SIZE_SMALL), texts[i]);
    return height;
}

static void draw_fraction(const View *v, Rect box, const Answer *a) {
    const char *texts[FRACTION_LINES];
    rect_cut_top(&box, SPACE(v));
    draw_region(v->list, box, NULL, "classes.softmax");
    fraction_texts(v, a, texts);
    for (int i = 0; i < FRACTION_LINES; i++)
        ui_paragraph(v, &box, fraction_style(v, i), 4, texts[i]);
}

/* --- The zone --------------------------------------------------------------------------------- */

static void draw_caveat(const View *v, Rect *box) {
    TextStyle style =
        ui_style(v, SIZE_SMALL, v->model->weights.trained ? TONE_DIM : TONE_ACCENT, ALIGN_LEFT);
    const char *text = v->model->weights.trained
                           ? ui_say(v, "explain.closed_set", ui_count(v, v->model->labels.count))
                           : ui_word(v, "classes.untrained");
    const int line = ui_line(v, SIZE_SMALL);
    const int height = draw_paragraph_height(v->list, box->w, style, line, text);
    if (height < box->h / 2)
        draw_paragraph(v->list, rect_cut_bottom(box, height), style, line, text);
}

void view_classes(const View *v, Rect box) {
    Answer a;
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "view.classes");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    ui_heading(v, &box, ui_word(v, "classes.title"), "");
    if (prediction_covers_classes(v, box))
        return;
    if (!answer_of(v, &a)) {
        ui_empty(v, box, ui_say(v, "classes.waiting", ui_key(v, action_find("layer.last"))));
        return;
    }
    draw_caveat(v, &box);
    if (a.softmax) {
        Rect row = rect_cut_bottom(&box, ui_px(v, 32));
        ui_button(v, &row, ui_word(v, v->place->logits ? "classes.show_p" : "classes.show_logits"),
                  ui_key(v, action_find("logits")), "logits", false, "classes.logits");
    }
    const int needs =
        a.softmax && !prediction_hides_values(v->place) ? fraction_height(v, box.w, &a) : 0;
    const bool room = needs > 0 && box.h >= needs + 5 * ui_px(v, 22);
    const Rect fraction = rect_cut_bottom(&box, room ? needs : 0);
    int rows = box.h / ui_px(v, 22);
    rows = rows > ROWS_MOST ? ROWS_MOST : rows;
    rows = rect_least(rows, a.count);
    if (rows > 0)
        draw_rows(v, &box, &a, rows);
    if (room)
        draw_fraction(v, fraction, &a);
}
