/* view.explain: what in the picture excites the chosen unit, or speaks for a class; by what method,
 * from where, and what such a picture is and is not. */
#include "ui/explain.h"

#include "base/text.h"
#include <string.h>

/* Its name, and what its pictures are and are not. */
static const char *const methods[EXPLAINS][2] = {
    [EXPLAIN_DECONVNET] = {"explain.deconvnet", "explain.deconvnet_is"},
    [EXPLAIN_GRADIENT] = {"explain.gradient", "explain.gradient_is"},
    [EXPLAIN_GUIDED] = {"explain.guided", "explain.guided_is"},
    [EXPLAIN_CUBE] = {"explain.cube", "explain.cube_is"},
    [EXPLAIN_TESTS] = {"explain.tests", "explain.tests_is"},
    [EXPLAIN_OCCLUSION] = {"explain.occlusion", "explain.occlusion_is"},
    [EXPLAIN_GRADCAM] = {"explain.gradcam", "explain.gradcam_is"}};

static bool is_projection(StateExplain method) {
    return method >= EXPLAIN_DECONVNET && method <= EXPLAIN_GUIDED;
}

/* --- What it is about ------------------------------------------------------------------------- */

static const char *unit_name(const ExplainView *x) {
    const View *v = x->v;
    const ExplainRequest *r = x->request;
    if (r->method == EXPLAIN_GRADCAM || r->node == GRAPH_IMAGE)
        return r->label < 0 ? ui_word(v, "explain.likeliest")
                            : ui_say(v, "explain.class", ui_class_name(v, r->label));
    return ui_say(v, scene_extent(v->scene, r->node).vector ? "explain.unit" : "explain.map",
                  TEXT("%d", r->channel), ui_label(v, r->node));
}

/* Where it began, once that is known. */
static const char *start_text(const ExplainView *x) {
    const View *v = x->v;
    const Projection *p = explanation_projection(x->e);
    static const char *const keys[STARTS] = {"explain.from_cell", "explain.from_all",
                                             "explain.from_cell", "explain.from_class"};
    if (!p)
        return "";
    const ProjectionStart *start = projection_start(p);
    if (x->request->start == START_CLASS)
        return ui_say(v, keys[START_CLASS], ui_class_name(v, (int)start->channel));
    if (scene_extent(v->scene, start->node).vector)
        return ui_say(v, "explain.from_unit", ui_number(v, (double)start->value));
    return ui_say(v, keys[x->request->start], ui_number(v, (double)start->value),
                  TEXT("%lld", (long long)start->y), TEXT("%lld", (long long)start->x));
}

/* --- Controls --------------------------------------------------------------------------------- */

/* The buttons that make sense with the method; their number. */
static int list_controls(const View *v, UiButton *b) {
    static const char *const starts[] = {"explain.start_max", "explain.start_all",
                                         "explain.start_cell", "explain.start_class"};
    static const char *const switches[] = {"explain.switches_recorded", "explain.switches_center",
                                           "explain.switches_other"};
    static const char *const scales[] = {"explain.scale_picture", "explain.scale_common"};
    const StatePlace *p = v->place;
    const bool pinned = p->pin != GRAPH_FAILED, way = is_projection(p->explain);
    const char *start = ui_say(v, "explain.start", ui_word(v, starts[p->start]));
    const char *from = ui_say(v, "explain.switches", ui_word(v, switches[p->switches]));
    const char *scale = ui_say(v, "explain.scale", ui_word(v, scales[p->common_scale]));
    int n = 0;
    b[n++] = (UiButton){ui_word(v, "explain.next"), "explain", "explain.method", false, false};
    if (p->explain < EXPLAIN_OCCLUSION)
        b[n++] = (UiButton){start, "explain.start", "explain.start", false, false};
    if (way || p->explain == EXPLAIN_CUBE)
        b[n++] = (UiButton){from, "explain.switches", "explain.switches", false, false};
    if (p->explain == EXPLAIN_CUBE || p->explain == EXPLAIN_TESTS)
        b[n++] = (UiButton){scale, "explain.scale", "explain.scale", false, false};
    if (way) {
        b[n++] =
            (UiButton){ui_word(v, "explain.down"), "explain.down", "explain.down", false, false};
        b[n++] = (UiButton){ui_word(v, "explain.up"), "explain.up", "explain.up", false, false};
    }
    if (way && p->stage >= 0)
        b[n++] =
            (UiButton){ui_word(v, "explain.whole"), "explain.whole", "explain.whole", false, true};
    b[n++] = (UiButton){ui_word(v, pinned ? "explain.unpin" : "explain.pin"), "explain.pin",
                        "explain.pin", pinned, false};
    b[n++] = (UiButton){ui_word(v, "explain.off"), "explain none", "explain.off", false, true};
    return n;
}

/* On two rows, or on one where there is little room. */
static void draw_controls(const View *v, Rect *box) {
    enum { CONTROLS = 10, LITTLE = 280 };
    UiButton buttons[CONTROLS];
    const bool two = box->h >= ui_px(v, LITTLE);
    const int count = list_controls(v, buttons), first = two ? count / 2 : count;
    Rect below = rect_cut_bottom(box, two ? ui_px(v, 32) : 0);
    ui_buttons(v, rect_cut_bottom(box, ui_px(v, 32)), buttons, first);
    ui_buttons(v, below, buttons + first, count - first);
}

/* What such a picture is and is not; where there is little room, said by hovering the zone. */
static void draw_caption(const View *v, Rect *box, const char *text) {
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_SMALL);
    const int height = draw_paragraph_height(v->list, box->w, dim, line, text);
    if (box->h - height < ui_px(v, 250))
        return;
    Rect words = rect_cut_bottom(box, height);
    rect_cut_bottom(box, SPACE(v) / 2);
    ui_paragraph(v, &words, dim, height / line, text);
}

/* --- The zone --------------------------------------------------------------------------------- */

static void draw_method(const ExplainView *x, Rect box) {
    switch (x->request->method) {
    case EXPLAIN_CUBE:
        explain_cube_view(x, box);
        break;
    case EXPLAIN_TESTS:
        explain_tests_view(x, box);
        break;
    case EXPLAIN_OCCLUSION:
        explain_occlusion_view(x, box);
        break;
    case EXPLAIN_GRADCAM:
        explain_gradcam_view(x, box);
        break;
    default:
        if (x->v->place->stage >= 0)
            explain_way_view(x, box);
        else
            explain_projection_view(x, box);
    }
}

/* What there is so far, with its progress; or why there is nothing. */
static void draw_explanation(const ExplainView *x, Rect box) {
    const View *v = x->v;
    const Error *error = work_error(explanation_progress(x->e));
    if (error) {
        char text[600];
        words_error(text, sizeof text, v->words, v->language, error);
        ui_empty(v, box, text);
        return;
    }
    if (!work_at_end(explanation_progress(x->e))) {
        ui_progress(v, rect_cut_top(&box, ui_px(v, 4)), work_fraction(explanation_progress(x->e)));
        rect_cut_top(&box, SPACE(v));
    }
    const bool one = explanation_parts(x->e) == 1;
    if (one && (!explanation_part(x->e, 0) || !work_at_end(explanation_progress(x->e))))
        ui_empty(v, box, ui_word(v, "explain.waiting"));
    else
        draw_method(x, box);
}

void view_explain(const View *v, Rect box) {
    const Explanation *e = v->session->explanation;
    const StateExplain method = v->place->explain;
    const ExplainRequest nothing = {.node = v->node, .method = method};
    const ExplainView x = {v, e, e ? explanation_request(e) : &nothing};
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "view.explain");
    draw_hint(v->list, ui_word(v, methods[method][1]));
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    draw_controls(v, &box);
    ui_heading(v, &box, ui_word(v, methods[method][0]),
               v->place->pin != GRAPH_FAILED ? ui_word(v, "explain.pinned") : "");
    draw_caption(v, &box, ui_word(v, methods[method][1]));
    if (!e) {
        ui_empty(v, box, ui_word(v, "explain.choose"));
        return;
    }
    ui_paragraph(v, &box, ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT), 4, unit_name(&x));
    if (is_projection(method) && explanation_projection(e) && v->place->stage < 0)
        ui_paragraph(v, &box, dim, 4, start_text(&x));
    rect_cut_top(&box, SPACE(v) / 2);
    draw_explanation(&x, box);
}
