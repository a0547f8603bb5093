/* Formulas whose numbers are the trace's steps: batch norm, local response normalisation, softmax;
 * and those steps, a line each. */
#include "ui/unit.h"

#include "base/text.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* --- Steps ------------------------------------------------------------------------------------ */

static double step_of(const Trace *t, const char *name) {
    for (int i = 0; i < t->step_count; i++)
        if (strcmp(t->steps[i].name, name) == 0)
            return t->steps[i].value;
    assert(false);
    return NAN;
}

/* At the first and the last maps the window of a LRN hangs over the edge: it sums fewer. */
static bool is_cut_window(const Trace *t, const TraceStep *step) {
    return t->kind == TRACE_LRN && strcmp(step->name, "trace.lrn_size") == 0 &&
           (double)t->count < step->value;
}

static const char *step_name(const UnitView *u, const TraceStep *step) {
    const View *v = u->v;
    return is_cut_window(u->t, step)
               ? ui_say(v, "unit.lrn_edge", ui_count(v, u->t->count), ui_number(v, step->value))
               : ui_word(v, step->name);
}

static double step_value(const UnitView *u, const TraceStep *step) {
    return is_cut_window(u->t, step) ? (double)u->t->count : step->value;
}

enum { STEP_COLUMNS = 2 };

/* Which the line with numbers put in says already. */
static bool is_said(const TraceStep *step) {
    static const char *const said[] = {"bn_mean",        "bn_variance", "bn_eps",    "bn_gamma",
                                       "bn_beta",        "lrn_k",       "lrn_alpha", "lrn_beta",
                                       "sum_of_squares", "largest",     "sum_of_exp"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(step->name + strlen("trace."), said[i]) == 0)
            return true;
    return false;
}

/* How the steps stand: in columns of so many rows, each as wide as its longest line. */
typedef struct StepGrid {
    TextStyle name, number;
    const TraceStep *steps[TRACE_STEPS_MAX];
    int count, columns, rows, width[STEP_COLUMNS];
} StepGrid;

static StepGrid step_grid(const UnitView *u, int size, int columns, bool all) {
    const View *v = u->v;
    StepGrid g = {.name = ui_style(v, size, TONE_DIM, ALIGN_LEFT),
                  .number = ui_mono(v, size, TONE_TEXT, ALIGN_RIGHT),
                  .columns = columns};
    for (int i = 0; i < u->t->step_count; i++)
        if (all || !is_said(&u->t->steps[i]))
            g.steps[g.count++] = &u->t->steps[i];
    g.rows = (g.count + columns - 1) / columns;
    for (int i = 0; i < g.count; i++) {
        const TraceStep *s = g.steps[i];
        const int width = draw_text_width(v->list, g.name, step_name(u, s)) + 3 * SPACE(v) +
                          draw_text_width(v->list, g.number, ui_digits(v, step_value(u, s), 6));
        int *most = &g.width[i / g.rows];
        *most = width > *most ? width : *most;
    }
    return g;
}

/* The largest type in which no line is cut, in two columns where one would be too high; where that
 * is no help either, only those that nothing else says. */
static StepGrid choose_grid(const UnitView *u, Rect box) {
    static const int sizes[] = {SIZE_BODY, SIZE_SMALL};
    for (int i = 0; i < 4 * STEP_COLUMNS; i++) {
        const int size = sizes[i / 2 % 2];
        const StepGrid g = step_grid(u, size, i % 2 + 1, i < 2 * STEP_COLUMNS);
        if (g.rows * ui_line(u->v, size) <= box.h &&
            g.width[0] + g.width[1] + 3 * SPACE(u->v) <= box.w)
            return g;
    }
    return step_grid(u, SIZE_SMALL, 1, false);
}

int unit_steps_height(const UnitView *u) {
    return u->t->step_count * ui_line(u->v, SIZE_BODY);
}

void unit_steps(const UnitView *u, Rect box) {
    const View *v = u->v;
    const StepGrid g = choose_grid(u, box);
    const int line = (int)lround(g.name.size * 1.45);
    Rect column = {0, 0, 0, 0};
    for (int i = 0; i < g.count; i++) {
        const TraceStep *s = g.steps[i];
        if (i % g.rows == 0) {
            column = rect_cut_left(&box, rect_least(g.width[i / g.rows], box.w));
            rect_cut_left(&box, 3 * SPACE(v));
        }
        Rect row = rect_cut_top(&column, line);
        if (row.h < line)
            continue;
        const char *value = ui_digits(v, step_value(u, s), 6);
        draw_region(v->list, row, NULL, "unit.step.%d", i);
        draw_hint(v->list, ui_exact(v, s->value));
        draw_text(v->list, rect_cut_right(&row, draw_text_width(v->list, g.number, value)),
                  g.number, value);
        draw_text(v->list, row, g.name, step_name(u, s));
    }
}

/* --- With numbers put in ---------------------------------------------------------------------- */

/* In brackets where a sign before it would be misread: "x − (−0.3)". */
static const char *inside(const View *v, double value) {
    const char *number = ui_digits(v, value, 4);
    return value < 0 ? ui_keep(v, TEXT("(%s)", number)) : number;
}

/* Parts of a line that is broken only between them. */
static const char *whole(const View *v, const char *text) {
    return ui_unbroken(v, text);
}

static const char *with_numbers(const UnitView *u) {
    const View *v = u->v;
    const Trace *t = u->t;
    const TraceTerm *own = &t->terms[t->chosen < 0 ? 0 : t->chosen];
    const char *x = ui_digits(v, (double)own->value, 4);
    const char *y = u->hidden ? "?" : ui_digits(v, (double)t->result, 4);
#define STEP(name) inside(v, step_of(t, "trace." name))
    if (t->kind == TRACE_AFFINE)
        return ui_keep(v, TEXT("%s %s %s %s %s", whole(v, TEXT("(%s − %s)", x, STEP("bn_mean"))),
                               whole(v, TEXT("÷ √(%s + %s)", STEP("bn_variance"), STEP("bn_eps"))),
                               whole(v, TEXT("× %s", STEP("bn_gamma"))),
                               whole(v, TEXT("+ %s", STEP("bn_beta"))), whole(v, TEXT("= %s", y))));
    if (t->kind == TRACE_LRN)
        return ui_keep(v,
                       TEXT("%s %s %s", x,
                            whole(v, TEXT("÷ (%s + %s × %s)^%s", STEP("lrn_k"), STEP("lrn_alpha"),
                                          STEP("sum_of_squares"), STEP("lrn_beta"))),
                            whole(v, TEXT("= %s", y))));
    return ui_keep(v, TEXT("%s %s %s", whole(v, TEXT("exp(%s − %s)", x, STEP("largest"))),
                           whole(v, TEXT("÷ %s", STEP("sum_of_exp"))), whole(v, TEXT("= %s", y))));
#undef STEP
}

/* --- Terms as bars ---------------------------------------------------------------------------- */

static const char *term_name(const UnitView *u, const TraceTerm *term) {
    return u->t->kind == TRACE_SOFTMAX
               ? ui_class_name(u->v, (int)term->c)
               : ui_say(u->v, "unit.channel", TEXT("%lld", (long long)term->c));
}

static const char *term_figures(const UnitView *u, const TraceTerm *term) {
    const View *v = u->v;
    const char *product = ui_number(v, term->product);
    return u->t->kind == TRACE_SOFTMAX
               ? ui_keep(v, TEXT("exp → %s", product))
               : ui_keep(v, TEXT("%s² = %s", ui_number(v, (double)term->value), product));
}

static void draw_term(const UnitView *u, Rect row, const TraceTerm *term, double most, bool own) {
    const View *v = u->v;
    TextStyle name = ui_style(v, SIZE_SMALL, own ? TONE_ACCENT : TONE_DIM, ALIGN_LEFT);
    const TextStyle mono = ui_mono(v, SIZE_SMALL, own ? TONE_ACCENT : TONE_TEXT, ALIGN_RIGHT);
    const char *figures = term_figures(u, term);
    name.may_cut = u->t->kind == TRACE_SOFTMAX; /* of a class */
    draw_region(v->list, row, NULL, "unit.term.%lld", (long long)term->c);
    draw_hint(v->list, term_name(u, term));
    draw_text(v->list, rect_cut_left(&row, row.w * 3 / 10), name, term_name(u, term));
    int width = ui_px(v, 150);
    const int needs = draw_text_width(v->list, mono, figures);
    draw_text(v->list, rect_cut_right(&row, needs > width ? needs : width), mono, figures);
    Rect bar = rect_inset(row, SPACE(v) / 2, row.h / 5);
    bar.w = most > 0 && isfinite(term->product) ? (int)lround(bar.w * term->product / most) : 0;
    draw_fill(v->list, bar, own ? v->theme->accent : v->theme->bar);
}

/* A LRN's window in order; of a softmax the largest terms, and the own one in any case. */
static int choose_terms(const Trace *t, int rows, int64_t *chosen) {
    for (int i = 0; i < rows; i++) {
        int64_t best = -1;
        for (int64_t k = 0; k < t->count && t->kind == TRACE_SOFTMAX; k++) {
            bool taken = false;
            for (int j = 0; j < i && !taken; j++)
                taken = chosen[j] == k;
            if (!taken && (best < 0 || t->terms[k].product > t->terms[best].product))
                best = k;
        }
        chosen[i] = t->kind == TRACE_SOFTMAX ? best : i;
    }
    bool own = t->chosen < 0;
    for (int i = 0; i < rows; i++)
        own = own || chosen[i] == t->chosen;
    if (!own && rows > 0)
        chosen[rows - 1] = t->chosen;
    return rows;
}

static void draw_terms(const UnitView *u, Rect *box, int rows) {
    enum { MOST = 12 };
    const Trace *t = u->t;
    int64_t chosen[MOST];
    double most = 0;
    rows -= rows < t->count ? 2 : 0; /* room to say how many there are */
    rows = rect_least(rows, t->count < MOST ? (int)t->count : MOST);
    for (int64_t i = 0; i < t->count; i++)
        most = fmax(most, t->terms[i].product);
    const int line = ui_line(u->v, SIZE_SMALL), count = choose_terms(t, rows, chosen);
    for (int i = 0; i < count; i++)
        draw_term(u, rect_cut_top(box, line), &t->terms[chosen[i]], most, chosen[i] == t->chosen);
    if (count < t->count)
        unit_say(u, box,
                 ui_say(u->v, "unit.of_terms", TEXT("%d", count), ui_count(u->v, t->count)));
}

/* --- The whole -------------------------------------------------------------------------------- */

void unit_formula(const UnitView *u, Rect box) {
    static const char *const formulas[TRACE_KINDS] = {[TRACE_AFFINE] = "unit.formula_bn",
                                                      [TRACE_LRN] = "unit.formula_lrn",
                                                      [TRACE_SOFTMAX] = "unit.formula_softmax"};
    const View *v = u->v;
    const Trace *t = u->t;
    const TraceTerm *own = &t->terms[t->chosen < 0 ? 0 : t->chosen];
    if (!formulas[t->kind])
        return;
    unit_say(u, &box, ui_say(v, "unit.x", ui_number(v, (double)own->value), unit_place(u, own)));
    unit_say(u, &box, ui_word(v, formulas[t->kind]));
    unit_figures(u, &box, with_numbers(u));
    rect_cut_top(&box, SPACE(v) / 2);
    const int room = box.h - unit_steps_height(u), line = ui_line(v, SIZE_SMALL);
    if (t->kind != TRACE_AFFINE && room > 3 * line)
        draw_terms(u, &box, (room - SPACE(v)) / line);
    rect_cut_top(&box, SPACE(v) / 2);
    if (!u->hidden)
        unit_steps(u, box);
}
