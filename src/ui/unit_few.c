/* The arithmetic of few numbers: windows of pooling, functions, copies, additions, formulas. */
#include "ui/unit.h"

#include "base/text.h"
#include "ui/values.h"
#include <math.h>
#include <string.h>

/* --- Windows ---------------------------------------------------------------------------------- */

static void window_words(const UnitView *u, Rect *box) {
    const View *v = u->v;
    const Trace *t = u->t;
    if (t->kind == TRACE_MAX && t->chosen >= 0) {
        unit_say(u, box, ui_say(v, "unit.max", unit_place(u, &t->terms[t->chosen])));
        return;
    }
    double sum = 0;
    for (int64_t i = 0; i < t->count; i++)
        sum += t->terms[i].padding ? 0 : (double)t->terms[i].value;
    unit_say(u, box, ui_say(v, "unit.mean", ui_count(v, t->count)));
    unit_figures(u, box,
                 TEXT("%s ÷ %s = %s", ui_number(v, sum), ui_number(v, t->divisor),
                      ui_number(v, sum / t->divisor)));
}

/* The numbers that the layer has beside its terms, a line each. */
static void draw_steps(const UnitView *u, Rect *box) {
    const View *v = u->v;
    for (int i = 0; i < u->t->step_count; i++) {
        Rect line = rect_cut_top(box, ui_line(v, SIZE_BODY));
        TextStyle name = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
        name.may_cut = true;
        draw_text(v->list, rect_cut_right(&line, ui_px(v, 110)),
                  ui_mono(v, SIZE_BODY, TONE_TEXT, ALIGN_RIGHT),
                  ui_digits(v, u->t->steps[i].value, 6));
        draw_hint(v->list, ui_exact(v, u->t->steps[i].value));
        draw_text(v->list, line, name, ui_word(v, u->t->steps[i].name));
    }
}

void unit_window(const UnitView *u, Rect box) {
    const View *v = u->v;
    const Trace *t = u->t;
    const int w = (int)t->window[2], h = (int)t->window[1];
    const size_t count = (size_t)t->count;
    float *values = arena_alloc(&v->list->arena, count, sizeof *values, &v->list->error);
    bool *padding = arena_alloc(&v->list->arena, count, sizeof *padding, &v->list->error);
    if (!values || !padding)
        return;
    for (int64_t i = 0; i < t->count; i++) {
        values[i] = t->terms[i].value;
        padding[i] = t->terms[i].padding;
    }
    window_words(u, &box);
    rect_cut_top(&box, SPACE(v));
    const int slide = unit_slide_height(u, box);
    if (slide > 0)
        unit_slide(u, rect_cut_top(&box, slide), t->terms[0].c);
    const int from = v->graph->nodes[u->node].inputs[0];
    Rect steps =
        rect_cut_bottom(&box, t->kind == TRACE_MEAN ? t->step_count * ui_line(v, SIZE_BODY) : 0);
    ValueCells cells = {.values = values,
                        .w = w,
                        .h = h,
                        .map = ui_colormap(v, from),
                        .range = ui_range(v, from, (int)t->terms[0].c),
                        .padding = padding,
                        .region = "unit.patch"};
    Rect fit = ui_fit(box, w, h, true);
    unit_cells(u, 0, &cells);
    values_cells(v, fit, &cells);
    if (t->chosen >= 0)
        ui_mark(v, ui_cell(fit, w, h, (int)t->chosen / w, (int)t->chosen % w), v->theme->accent);
    if (t->kind == TRACE_MEAN)
        draw_steps(u, &steps);
}

/* --- Functions of one value ------------------------------------------------------------------- */

static double function_at(const char *name, double x) {
    if (strcmp(name, "tanh") == 0)
        return tanh(x);
    if (strcmp(name, "sigmoid") == 0)
        return 1 / (1 + exp(-x));
    return x > 0 ? x : 0;
}

/* The curve about zero, as far as the value and the layer's input go. */
static void draw_curve(const UnitView *u, Rect box, const char *name) {
    enum { POINTS = 97 };
    const View *v = u->v;
    Point points[POINTS];
    const double x0 = (double)u->t->terms[0].value, reach = fmax(3, fabs(x0) * 1.25);
    double low = function_at(name, -reach), high = function_at(name, reach);
    low = fmin(low, 0);
    const double span = high > low ? high - low : 1;
    box = rect_inset(box, SPACE(v), SPACE(v));
    for (int i = 0; i < POINTS; i++) {
        const double x = -reach + 2 * reach * i / (POINTS - 1);
        points[i] = (Point){box.x + box.w * (x + reach) / (2 * reach),
                            box.y + box.h * (high - function_at(name, x)) / span};
    }
    const int zero = box.y + (int)lround(box.h * high / span);
    draw_line(v->list, box.x, zero, box.x + box.w, zero, v->theme->line);
    draw_line(v->list, box.x + box.w / 2, box.y, box.x + box.w / 2, box.y + box.h, v->theme->line);
    draw_polyline(v->list, points, POINTS,
                  (Stroke){.width = v->state->big ? 3 : 2, .color = v->theme->bar});
    draw_disc(v->list,
              (Point){box.x + box.w * (x0 + reach) / (2 * reach),
                      box.y + box.h * (high - function_at(name, x0)) / span},
              ui_px(v, 5), v->theme->accent);
}

void unit_function(const UnitView *u, Rect box) {
    const View *v = u->v;
    const char *name = v->graph->nodes[u->node].type->name;
    unit_say(u, &box, ui_say(v, "unit.from", unit_place(u, &u->t->terms[0])));
    unit_figures(u, &box,
                 ui_say(v, TEXT("unit.%s", name), ui_number(v, (double)u->t->terms[0].value),
                        ui_number(v, (double)u->t->result)));
    if (box.h > ui_px(v, 60))
        draw_curve(u, rect_cut_top(&box, rect_least(box.h, box.w * 2 / 3)), name);
}

/* --- Copies and additions --------------------------------------------------------------------- */

void unit_copy(const UnitView *u, Rect box) {
    const View *v = u->v;
    const Node *n = &v->graph->nodes[u->node];
    const TraceTerm *term = &u->t->terms[0];
    const int from = n->inputs[term->input];
    const char *key = TEXT("unit.%s", n->type->name);
    unit_say(
        u, &box,
        ui_say(v, key, ui_label(v, from), TEXT("%d", term->input + 1), TEXT("%d", n->input_count)));
    unit_figures(u, &box, unit_place(u, term));
    const SceneExtent e = scene_extent(v->scene, from);
    rect_cut_top(&box, SPACE(v));
    if (!e.vector && box.h > ui_px(v, 40)) {
        Rect map = ui_fit(box, e.width, e.height, true);
        ui_map(v, map, from, (int)term->c);
        ui_mark(v, ui_cell(map, e.width, e.height, (int)term->y, (int)term->x), v->theme->accent);
    }
}

/* The L2 norm of all values of a node. */
static double norm_of(const View *v, int node) {
    const Stats *s = scene_stats(v->scene, node);
    return s ? s->l2 : 0;
}

void unit_add(const UnitView *u, Rect box) {
    const View *v = u->v;
    const Node *n = &v->graph->nodes[u->node];
    const int height = rect_least(box.h / (int)u->t->count, ui_px(v, 150));
    for (int64_t i = 0; i < u->t->count; i++) {
        const TraceTerm *term = &u->t->terms[i];
        const int from = n->inputs[term->input];
        const SceneExtent e = scene_extent(v->scene, from);
        Rect row = rect_cut_top(&box, height);
        row = rect_inset(row, 0, SPACE(v) / 2);
        Rect map = rect_cut_left(&row, rect_least(row.h, row.w / 3));
        if (!e.vector && map.h > ui_px(v, 20)) {
            Rect fit = ui_fit(map, e.width, e.height, true);
            ui_map(v, fit, from, (int)term->c);
            ui_mark(v, ui_cell(fit, e.width, e.height, (int)term->y, (int)term->x),
                    v->theme->accent);
        }
        rect_cut_left(&row, SPACE(v));
        TextStyle name = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
        name.may_cut = true;
        ui_text(v, &row, name, ui_label(v, from));
        ui_text(v, &row, ui_mono(v, SIZE_HEAD, TONE_TEXT, ALIGN_LEFT),
                TEXT("%s%s", i ? "+ " : "", ui_number(v, (double)term->value)));
        if (row.h >= ui_line(v, SIZE_SMALL)) {
            TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
            small.may_cut = true;
            ui_text(v, &row, small, ui_say(v, "unit.norm", ui_number(v, norm_of(v, from))));
        }
    }
}

/* --- Formulas --------------------------------------------------------------------------------- */

static void draw_term(const UnitView *u, Rect row, const TraceTerm *term, double most, bool own) {
    const View *v = u->v;
    TextStyle name = ui_style(v, SIZE_SMALL, own ? TONE_ACCENT : TONE_DIM, ALIGN_LEFT);
    name.may_cut = true;
    draw_text(v->list, rect_cut_left(&row, row.w * 3 / 10), name,
              u->t->kind == TRACE_SOFTMAX
                  ? ui_class_name(v, (int)term->c)
                  : ui_say(v, "unit.channel", TEXT("%lld", (long long)term->c)));
    draw_text(v->list, rect_cut_right(&row, ui_px(v, 150)),
              ui_mono(v, SIZE_SMALL, own ? TONE_ACCENT : TONE_TEXT, ALIGN_RIGHT),
              u->t->kind == TRACE_SOFTMAX ? TEXT("exp → %s", ui_number(v, term->product))
                                          : TEXT("%s² = %s", ui_number(v, (double)term->value),
                                                 ui_number(v, term->product)));
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

void unit_formula(const UnitView *u, Rect box) {
    static const char *const formulas[TRACE_KINDS] = {[TRACE_AFFINE] = "unit.formula_bn",
                                                      [TRACE_LRN] = "unit.formula_lrn",
                                                      [TRACE_SOFTMAX] = "unit.formula_softmax"};
    const View *v = u->v;
    const int line = ui_line(v, SIZE_BODY);
    if (formulas[u->t->kind])
        unit_figures(u, &box, ui_word(v, formulas[u->t->kind]));
    rect_cut_top(&box, SPACE(v) / 2);
    const int room = box.h - u->t->step_count * line;
    if (u->t->kind != TRACE_AFFINE && room > 3 * line)
        draw_terms(u, &box, room / ui_line(v, SIZE_SMALL) - 3);
    else
        unit_say(u, &box, ui_say(v, "unit.from", unit_place(u, &u->t->terms[0])));
    rect_cut_top(&box, SPACE(v) / 2);
    draw_steps(u, &box);
}
