/* The arithmetic of few numbers: windows of pooling, functions of one value, copies. */
#include "ui/unit.h"

#include "base/text.h"
#include "ui/values.h"
#include <math.h>
#include <string.h>

/* --- Windows ---------------------------------------------------------------------------------- */

static void window_words(const UnitView *u, Rect *box) {
    const View *v = u->v;
    const Trace *t = u->t;
    if (u->hidden) {
        unit_say(u, box, ui_word(v, t->kind == TRACE_MAX ? "predict.of_max" : "predict.of_mean"));
        return;
    }
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
    Rect steps = rect_cut_bottom(&box, t->kind == TRACE_MEAN ? unit_steps_height(u) : 0);
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
    if (t->chosen >= 0 && !u->hidden)
        ui_mark(v, ui_cell(fit, w, h, (int)t->chosen / w, (int)t->chosen % w), v->theme->accent);
    if (t->kind == TRACE_MEAN && !u->hidden)
        unit_steps(u, steps);
}

/* --- Functions of one value ------------------------------------------------------------------- */

static double function_at(const char *name, double x) {
    if (strcmp(name, "tanh") == 0)
        return tanh(x);
    if (strcmp(name, "sigmoid") == 0)
        return 1 / (1 + exp(-x));
    return x > 0 ? x : 0;
}

/* 1, 2 or 5 times a power of ten: the least of which at most `most` fit into the span. */
static double tick_step(double span, int most) {
    double step = pow(10, floor(log10(span / most)));
    const double times[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++)
        if (span / (step * times[i]) <= most)
            return step * times[i];
    return step * 20;
}

/* A plot of y over x, x from -reach to reach: where it lies, and what it spans. */
typedef struct Plot {
    Rect box;
    double reach, low, high;
} Plot;

static Point plot_at(const Plot *p, double x, double y) {
    return (Point){p->box.x + p->box.w * (x + p->reach) / (2 * p->reach),
                   p->box.y + p->box.h * (p->high - y) / (p->high - p->low)};
}

/* Numbers at the left and the bottom edge, and faint lines through zero. */
static void draw_axes(const UnitView *u, const Plot *p, int margin) {
    const View *v = u->v;
    const Rect b = p->box;
    const int line = ui_line(v, SIZE_SMALL), tick = ui_px(v, 4);
    const TextStyle left = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    TextStyle below = left;
    below.align = ALIGN_CENTRE;
    const int room = draw_text_width(v->list, below, "−0.25") + SPACE(v);
    const double dx = tick_step(2 * p->reach, rect_least(8, b.w / room));
    const double dy = tick_step(p->high - p->low, rect_least(6, b.h / (2 * line)));
    for (int i = (int)ceil(-p->reach / dx); i * dx <= p->reach; i++) {
        const int x = (int)lround(plot_at(p, i * dx, 0).x);
        draw_line(v->list, x, i ? b.y + b.h : b.y, x, b.y + b.h + tick, v->theme->line);
        draw_text(v->list, (Rect){x - room / 2, b.y + b.h + tick, room, line}, below,
                  ui_number(v, i * dx));
    }
    for (int i = (int)ceil(p->low / dy - 1e-9); i * dy <= p->high + 1e-9 * dy; i++) {
        const int y = (int)lround(plot_at(p, 0, i * dy).y);
        draw_line(v->list, b.x - tick, y, i ? b.x : b.x + b.w, y, v->theme->line);
        draw_text(v->list, (Rect){b.x - margin, y - line / 2, margin - 2 * tick, line}, left,
                  ui_number(v, i * dy));
    }
    draw_frame(v->list, (Rect){b.x, b.y, b.w + 1, b.h + 1}, v->theme->line);
}

/* Its coordinates above and to the left of it, where no rising curve comes. */
static void draw_point(const UnitView *u, const Plot *p, double x, double y) {
    const View *v = u->v;
    const Point at = plot_at(p, x, y);
    const TextStyle style = ui_mono(v, SIZE_BODY, TONE_ACCENT, ALIGN_LEFT);
    const char *text = ui_keep(
        v, TEXT("(%s%s %s)", ui_number(v, x), v->state->comma ? ";" : ",", ui_number(v, y)));
    const int w = draw_text_width(v->list, style, text), h = draw_text_height(v->list, style);
    const int gap = ui_px(v, 8);
    Rect box = {(int)at.x - gap - w, (int)at.y - gap - h, w, h};
    if (box.x < p->box.x + 2)
        box.x = p->box.x + 2;
    if (box.y < p->box.y + 2)
        box.y = p->box.y + 2;
    if (box.x + w > (int)at.x - gap && box.y + h > (int)at.y - gap) /* else over the point */
        box = (Rect){(int)at.x + gap, (int)at.y + gap, w, h};
    if (box.x + w > p->box.x + p->box.w)
        box.x = p->box.x + p->box.w - w;
    if (box.y + h > p->box.y + p->box.h)
        box.y = p->box.y + p->box.h - h;
    draw_disc(v->list, at, ui_px(v, 5), v->theme->accent);
    draw_text(v->list, box, style, text);
}

/* The curve about zero, as far as the value goes. */
static void draw_curve(const UnitView *u, Rect box, const char *name) {
    enum { POINTS = 97 };
    const View *v = u->v;
    Point points[POINTS];
    const double x0 = (double)u->t->terms[0].value, reach = fmax(3, fabs(x0) * 1.25);
    const TextStyle small = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int margin = draw_text_width(v->list, small, "−0.25") + ui_px(v, 12);
    Plot p = {.reach = reach,
              .low = fmin(function_at(name, -reach), 0),
              .high = function_at(name, reach)};
    if (!isfinite(x0) || !(p.high > p.low))
        return;
    draw_region(v->list, box, NULL, "unit.curve");
    rect_cut_left(&box, margin);
    rect_cut_right(&box, margin / 2);
    rect_cut_top(&box, SPACE(v));
    rect_cut_bottom(&box, ui_line(v, SIZE_SMALL) + SPACE(v));
    p.box = box;
    draw_axes(u, &p, margin);
    for (int i = 0; i < POINTS; i++) {
        const double x = -reach + 2 * reach * i / (POINTS - 1);
        points[i] = plot_at(&p, x, function_at(name, x));
    }
    draw_polyline(v->list, points, POINTS,
                  (Stroke){.width = v->state->big ? 3 : 2, .color = v->theme->bar});
    if (!u->hidden)
        draw_point(u, &p, x0, function_at(name, x0));
}

void unit_function(const UnitView *u, Rect box) {
    const View *v = u->v;
    const char *name = v->graph->nodes[u->node].type->name;
    unit_say(u, &box, ui_say(v, "unit.from", unit_place(u, &u->t->terms[0])));
    unit_figures(u, &box,
                 ui_say(v, TEXT("unit.%s", name), ui_number(v, (double)u->t->terms[0].value),
                        u->hidden ? "?" : ui_number(v, (double)u->t->result)));
    if (box.h > ui_px(v, 110))
        draw_curve(u, rect_cut_top(&box, rect_least(box.h, box.w * 2 / 3)), name);
}

/* --- Copies ----------------------------------------------------------------------------------- */

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
    if (!u->hidden && !e.vector && box.h > ui_px(v, 40)) {
        Rect map = ui_fit(box, e.width, e.height, true);
        ui_map(v, map, from, (int)term->c);
        ui_mark(v, ui_cell(map, e.width, e.height, (int)term->y, (int)term->x), v->theme->accent);
    }
}
