/* The arithmetic of one output with the engine's own numbers. */
#include "ui/prediction.h"
#include "ui/unit.h"

#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void unit_say(const UnitView *u, Rect *box, const char *text) {
    ui_paragraph(u->v, box, ui_style(u->v, SIZE_BODY, TONE_DIM, ALIGN_LEFT), 3, text);
}

void unit_figures(const UnitView *u, Rect *box, const char *text) {
    ui_paragraph(u->v, box, ui_mono(u->v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT), 3, text);
}

const char *unit_place(const UnitView *u, const TraceTerm *term) {
    const View *v = u->v;
    const Node *n = &v->graph->nodes[u->node];
    const int from = n->inputs[term->input];
    const SceneExtent e = scene_extent(v->scene, from);
    if (e.vector)
        return ui_say(v, "unit.place_vector", TEXT("%lld", (long long)term->c));
    return ui_say(v, "unit.place", TEXT("%lld", (long long)term->c),
                  TEXT("%lld", (long long)term->y), TEXT("%lld", (long long)term->x));
}

/* --- The running sum -------------------------------------------------------------------------- */

static const Trace *sorted; /* for compare; the window has one thread */

static int compare(const void *a, const void *b) {
    const int64_t i = *(const int64_t *)a, k = *(const int64_t *)b;
    const double x = fabs(sorted->terms[i].product), y = fabs(sorted->terms[k].product);
    return x > y ? -1 : x < y ? 1 : (i > k) - (i < k);
}

/* Strongest first or as the loops go; of a convolution by whole channels, so that the picture of
 * one stays while its terms are added. */
static void order_terms(UnitView *u) {
    const Trace *t = u->t;
    for (int64_t i = 0; i < t->count; i++)
        u->order[i] = i;
    if (u->v->place->terms == TERMS_STRONGEST && !unit_has_patch(u)) {
        sorted = t;
        qsort(u->order, (size_t)t->count, sizeof *u->order, compare);
    }
}

static void take_terms(UnitView *u) {
    const int step = u->hidden ? 0 : u->v->place->step;
    u->taken = step < 0 || step > u->t->count ? u->t->count : step;
    for (int64_t i = 0; i < u->taken; i++)
        u->running += u->t->terms[u->order[i]].product;
}

/* --- Result ----------------------------------------------------------------------------------- */

/* What rounding has to do with it. */
static const char *rounding_text(const UnitView *u) {
    if (u->hidden)
        return "";
    const double off = fabs((double)u->t->result - u->t->exact);
    const char *result = ui_exact(u->v, (double)u->t->result);
    return off > 0 ? ui_say(u->v, "unit.rounding", result, ui_number(u->v, off))
                   : ui_say(u->v, "unit.exactly", result);
}

static int result_height(const UnitView *u, int width) {
    const View *v = u->v;
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    return ui_line(v, SIZE_TITLE) + SPACE(v) +
           draw_paragraph_height(v->list, width, small, ui_line(v, SIZE_SMALL), rounding_text(u));
}

/* The engine's number. */
static void draw_result(const UnitView *u, Rect box) {
    const View *v = u->v;
    draw_region(v->list, box, NULL, "unit.result");
    draw_line(v->list, box.x, box.y, box.x + box.w, box.y, v->theme->line);
    rect_cut_top(&box, SPACE(v) / 2);
    if (u->hidden || (u->t->kind == TRACE_SUM && u->taken < u->t->count)) { /* not known yet */
        ui_text(v, &box, ui_mono(v, SIZE_TITLE, TONE_DIM, ALIGN_LEFT), "= ?");
        return;
    }
    ui_text(v, &box, ui_mono(v, SIZE_TITLE, TONE_ACCENT, ALIGN_LEFT),
            TEXT("= %s", ui_number(v, (double)u->t->result)));
    ui_paragraph(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 4, rounding_text(u));
}

/* --- The zone --------------------------------------------------------------------------------- */

static void draw_kind(const UnitView *u, Rect box) {
    switch (u->t->kind) {
    case TRACE_SUM:
        unit_sum(u, box);
        break;
    case TRACE_MAX:
    case TRACE_MEAN:
        unit_window(u, box);
        break;
    case TRACE_ADD:
        unit_add(u, box);
        break;
    case TRACE_COPY:
        unit_copy(u, box);
        break;
    case TRACE_FUNCTION:
        unit_function(u, box);
        break;
    default:
        unit_formula(u, box);
        break;
    }
}

/* Of a sum how it goes on, of all which cell; with their keys if there is room for all of them. */
static void draw_controls(const View *v, Rect row, bool sum) {
    static const char *const names[] = {"step.begin", "step.back", "step.mac", "step.all",
                                        "terms",      "unit.max",  "playing"};
    enum { COUNT = sizeof names / sizeof *names, SUMS = 5 };
    UiButton buttons[COUNT];
    int count = 0;
    for (int i = sum ? 0 : SUMS; i < COUNT; i++)
        buttons[count++] = (UiButton){.text = ui_word(v, TEXT("button.%s", names[i])),
                                      .action = names[i],
                                      .region = ui_keep(v, TEXT("unit.%s", names[i])),
                                      .chosen = false};
    if (v->state->playing) { /* the last */
        buttons[count - 1].text = ui_say(v, "play.rate", TEXT("%d", v->state->speed));
        buttons[count - 1].chosen = true;
    }
    ui_buttons(v, row, buttons, count);
}

static void draw_trace(const View *v, Rect box, int channel, int y, int x) {
    Trace t;
    Error err = {0};
    if (!scene_trace(v->scene, v->node, channel, y, x, &v->list->arena, &t, &err)) {
        ui_empty(v, box, err.text);
        return;
    }
    UnitView u = {.v = v,
                  .t = &t,
                  .node = v->node,
                  .channel = channel,
                  .y = y,
                  .x = x,
                  .hidden = prediction_hides_values(v->place)};
    u.order = arena_alloc(&v->list->arena, (size_t)t.count, sizeof *u.order, &v->list->error);
    if (!u.order)
        return;
    order_terms(&u);
    take_terms(&u);
    Rect controls = rect_cut_bottom(&box, ui_px(v, 32));
    Rect result = rect_cut_bottom(&box, result_height(&u, box.w));
    draw_kind(&u, box);
    draw_result(&u, result);
    draw_controls(v, controls, t.kind == TRACE_SUM);
}

/* The cell under the mouse where there is one: then autoplay and stepping stand aside. */
static void cell_of(const View *v, int *channel, int *y, int *x) {
    const StateHover *h = &v->state->hover;
    const bool hovered = h->node == v->node && h->cell[0] >= 0 && v->place->depth == DEPTH_UNIT;
    *channel = hovered ? h->channel : v->place->channel;
    *y = hovered ? h->cell[0] : v->place->unit[0];
    *x = hovered ? h->cell[1] : v->place->unit[1];
    if (v->extent.vector)
        *y = *x = 0;
}

static const char *vector_title(const View *v, int unit) {
    const char *number = TEXT("%d", unit);
    return v->model->labels.count == v->extent.channels
               ? ui_say(v, "unit.of_class", number, ui_class_name(v, unit))
               : ui_say(v, "unit.of_vector", number);
}

void view_unit(const View *v, Rect box) {
    int channel, y, x;
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, v->place->depth == DEPTH_UNIT ? NULL : "depth unit", "view.unit");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    cell_of(v, &channel, &y, &x);
    if (!v->values) {
        ui_heading(v, &box, ui_word(v, "unit.title"), "");
        ui_empty(v, box, ui_word(v, "layer.waiting"));
    } else if (v->node == GRAPH_IMAGE && v->place->depth == DEPTH_UNIT) {
        ui_heading(v, &box, ui_word(v, "unit.title"), "");
        ui_empty(v, box, ui_word(v, "unit.input"));
    } else if (y < 0 || v->node == GRAPH_IMAGE) {
        view_channel(v, box);
    } else {
        ui_heading(v, &box,
                   v->extent.vector ? vector_title(v, channel)
                                    : ui_say(v, "unit.of_map", TEXT("%d", channel), TEXT("%d", y),
                                             TEXT("%d", x)),
                   "");
        draw_trace(v, box, channel, y, x);
    }
}

/* In place of what would tell what is to be predicted. */
static bool is_covered(const View *v, bool classes) {
    const StatePlace *p = v->place;
    const bool of_class = p->explain >= EXPLAIN_OCCLUSION || p->start == START_CLASS;
    return prediction_hides_shape(p, v->node) || (p->explain && prediction_hides_values(p)) ||
           (prediction_hides_class(p) &&
            (p->explain ? of_class : !classes && prediction_is_answer(v->model, v->node)));
}

/* The question stands once: beside the layer that is covered only that there is one. */
static void draw_cover(const View *v, Rect box) {
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "view.hidden");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    if (v->place->depth == DEPTH_UNIT || prediction_hides_class(v->place))
        prediction_view(v, box);
    else
        ui_empty(v, box, ui_word(v, "predict.hidden"));
}

void view_right(const View *v, Rect box) {
    const bool answer = v->place->depth == DEPTH_NETWORK ||
                        (v->place->depth == DEPTH_LAYER && v->node == v->graph->node_count - 1);
    if (is_covered(v, answer))
        draw_cover(v, box);
    else if (v->place->explain != EXPLAIN_NONE)
        view_explain(v, box);
    else if (answer)
        view_classes(v, box);
    else
        view_unit(v, box);
}
