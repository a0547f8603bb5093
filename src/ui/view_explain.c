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

typedef struct Control {
    const char *text, *action, *key, *region;
    bool chosen;
} Control;

/* On as many rows as they take; returns the height when drawn at all. */
static void draw_controls(const View *v, Rect box, const Control *controls, int count) {
    Rect row = rect_cut_top(&box, ui_px(v, 32));
    for (int i = 0; i < count; i++) {
        const Control *c = &controls[i];
        for (int line = 0; line < 2; line++) {
            const int before = row.w;
            ui_button(v, &row, c->text, c->key, c->action, c->chosen, c->region);
            if (row.w != before || box.h < 1)
                break;
            row = rect_cut_top(&box, ui_px(v, 32));
        }
    }
}

static const char *key_of(const View *v, const char *action) {
    return ui_key(v, action_find(action));
}

/* The buttons that make sense with the method; their number. */
static int list_controls(const ExplainView *x, Control *c) {
    static const char *const starts[] = {"explain.start_max", "explain.start_all",
                                         "explain.start_cell", "explain.start_class"};
    static const char *const switches[] = {"explain.switches_recorded", "explain.switches_center",
                                           "explain.switches_other"};
    static const char *const scales[] = {"explain.scale_picture", "explain.scale_common"};
    const View *v = x->v;
    const StatePlace *p = v->place;
    const bool pinned = p->pin != GRAPH_FAILED, way = is_projection(p->explain);
    int n = 0;
    c[n++] = (Control){ui_word(v, "explain.next"), "explain", key_of(v, "explain"),
                       "explain.method", false};
    if (p->explain < EXPLAIN_OCCLUSION)
        c[n++] = (Control){ui_say(v, "explain.start", ui_word(v, starts[p->start])),
                           "explain.start", key_of(v, "explain.start"), "explain.start", false};
    if (way || p->explain == EXPLAIN_CUBE)
        c[n++] =
            (Control){ui_say(v, "explain.switches", ui_word(v, switches[p->switches])),
                      "explain.switches", key_of(v, "explain.switches"), "explain.switches", false};
    if (p->explain == EXPLAIN_CUBE || p->explain == EXPLAIN_TESTS)
        c[n++] = (Control){ui_say(v, "explain.scale", ui_word(v, scales[p->common_scale])),
                           "explain.scale", key_of(v, "explain.scale"), "explain.scale", false};
    if (way) {
        c[n++] = (Control){ui_word(v, "explain.down"), "explain.down", key_of(v, "explain.down"),
                           "explain.down", false};
        c[n++] = (Control){ui_word(v, "explain.up"), "explain.up", key_of(v, "explain.up"),
                           "explain.up", false};
    }
    if (way && p->stage >= 0)
        c[n++] =
            (Control){ui_word(v, "explain.whole"), "explain.whole", NULL, "explain.whole", false};
    c[n++] = (Control){ui_word(v, pinned ? "explain.unpin" : "explain.pin"), "explain.pin",
                       key_of(v, "explain.pin"), "explain.pin", pinned};
    c[n++] = (Control){ui_word(v, "explain.off"), "explain none", NULL, "explain.off", false};
    return n;
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
    const Error *error = explanation_error(x->e);
    if (error) {
        char text[600];
        words_error(text, sizeof text, v->words, v->language, error);
        ui_empty(v, box, text);
        return;
    }
    if (!explanation_at_end(x->e)) {
        ui_progress(v, rect_cut_top(&box, ui_px(v, 4)), explanation_fraction(x->e));
        rect_cut_top(&box, SPACE(v));
    }
    const bool one = explanation_parts(x->e) == 1;
    if (one && (!explanation_part(x->e, 0) || !explanation_at_end(x->e)))
        ui_empty(v, box, ui_word(v, "explain.waiting"));
    else
        draw_method(x, box);
}

void view_explain(const View *v, Rect box) {
    enum { CONTROLS = 10 };
    const Explanation *e = v->session->explanation;
    const StateExplain method = v->place->explain;
    const ExplainRequest nothing = {.node = v->node, .method = method};
    const ExplainView x = {v, e, e ? explanation_request(e) : &nothing};
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_SMALL);
    Control controls[CONTROLS];
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "view.explain");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    ui_heading(v, &box, ui_word(v, methods[method][0]),
               v->place->pin != GRAPH_FAILED ? ui_word(v, "explain.pinned") : "");
    draw_controls(v, rect_cut_bottom(&box, 2 * ui_px(v, 32)), controls,
                  list_controls(&x, controls));
    const char *caption = ui_word(v, methods[method][1]);
    const int height = draw_paragraph_height(v->list, box.w, dim, line, caption);
    if (height < box.h * 2 / 5) {
        Rect words = rect_cut_bottom(&box, height);
        rect_cut_bottom(&box, SPACE(v) / 2);
        ui_paragraph(v, &words, dim, height / line, caption);
    }
    if (!e) {
        ui_empty(v, box, ui_word(v, "explain.choose"));
        return;
    }
    ui_paragraph(v, &box, ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT), 2, unit_name(&x));
    if (is_projection(method) && explanation_projection(e) && v->place->stage < 0)
        ui_paragraph(v, &box, dim, 2, start_text(&x));
    rect_cut_top(&box, SPACE(v) / 2);
    draw_explanation(&x, box);
}
