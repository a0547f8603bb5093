/* The footer: the keys that are of most use where one is. */
#include "session/tutor.h"
#include "ui/bench.h"

#include "base/text.h"
#include <string.h>

/* Of products, which a unit's running sum goes through. */
static bool is_sum(const LayerType *type) {
    return type->family == LAYER_CONVOLUTION || type->family == LAYER_CONNECTED;
}

/* What is of most use where one is, the first first; as many as there is room for. */
static const char *const *hints_of(const View *v) {
    static const char *const network[] = {"layer.next", "deeper",   "block.open", "model.pick",
                                          "image.pick", "heat",     "layer.last", "help",
                                          "palette",    "language", NULL};
    static const char *const layer[] = {"layer.next", "channel.next", "deeper",  "explain",
                                        "back",       "sort",         "colors",  "range",
                                        "page.next",  "help",         "palette", NULL};
    static const char *const explaining[] = {
        "explain",    "explain.start", "explain.down", "explain.up", "explain.pin", "channel.next",
        "layer.next", "back",          "help",         "palette",    NULL};
    static const char *const unit[] = {"step.mac", "unit.right", "playing", "step.all", "unit.max",
                                       "back",     "terms",      "help",    "palette",  NULL};
    static const char *const playing[] = {"playing", "speed.up", "speed.down", "back",
                                          "help",    "palette",  NULL};
    static const char *const other[] = {"unit.right", "playing", "unit.max", "back",
                                        "help",       "palette", NULL};
    static const char *const asking[] = {"lesson.answer", "lesson.next",  "lesson.back",
                                         "help",          "lesson.close", NULL};
    static const char *const lesson[] = {"lesson.next", "lesson.back", "lesson.pick",  "language",
                                         "help",        "palette",     "lesson.close", NULL};
    if (tutor_is_asking(v->session))
        return asking;
    if (tutor_lesson(v->session) && tutor_is_content(v->session))
        return lesson;
    const bool sums = v->graph && v->node >= 0 && is_sum(v->graph->nodes[v->node].type);
    if (v->state->playing)
        return playing;
    if (v->place->bench != BENCH_NONE)
        return bench_hints(v->place->bench);
    if (v->place->explain != EXPLAIN_NONE)
        return explaining;
    switch (v->place->depth) {
    case DEPTH_LAYER:
        return layer;
    case DEPTH_UNIT:
        return sums ? unit : other;
    default:
        return network;
    }
}

/* The line that leads here; where it is so long that it would take the picture's place, where it
 * stands whole. */
static const char *origin_text(const View *v, int width, int *height) {
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_SMALL);
    *height = draw_paragraph_height(v->list, width, mono, line, v->origin);
    if (*height <= v->list->height / 4)
        return v->origin;
    *height = draw_paragraph_height(v->list, width, mono, line, ui_word(v, "footer.metadata"));
    return ui_word(v, "footer.metadata");
}

int view_footer_height(const View *v, int width) {
    int height;
    if (!v->origin)
        return ui_px(v, 28);
    origin_text(v, width - 4 * SPACE(v), &height);
    return height + SPACE(v);
}

/* "1-3": of the choices; where there are none, what answers. */
static const char *answer_keys(const View *v) {
    const int choices = tutor_step(v->session)->choice_count;
    return choices ? ui_keep(v, TEXT("1–%d", choices)) : ui_key_name(v, "Space");
}

void view_footer(const View *v, Rect box) {
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "footer");
    box = rect_inset(box, 2 * SPACE(v), 0);
    if (v->origin) {
        int height;
        const char *text = origin_text(v, box.w, &height);
        draw_paragraph(v->list, rect_inset(box, 0, SPACE(v) / 2),
                       ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), ui_line(v, SIZE_SMALL), text);
        return;
    }
    TextStyle key = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    TextStyle meaning = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *const *hints = hints_of(v);
    for (; *hints; hints++) {
        const Action *action = action_find(*hints);
        if (action_refusal(v->session, action))
            continue;
        const bool answers = strcmp(*hints, "lesson.answer") == 0;
        const char *name = answers ? answer_keys(v) : ui_key(v, action);
        const char *text = v->state->playing && strcmp(*hints, "playing") == 0
                               ? ui_say(v, "play.rate", TEXT("%d", v->state->speed))
                               : ui_word(v, TEXT("hint.%s", *hints));
        const int width = draw_text_width(v->list, key, name) + SPACE(v) / 2 +
                          draw_text_width(v->list, meaning, text);
        if (width > box.w)
            return;
        Rect place = rect_cut_left(&box, width);
        draw_region(v->list, place, answers ? NULL : *hints, "hint.%s", *hints);
        rect_cut_left(&place, draw_text(v->list, place, key, name).w + SPACE(v) / 2);
        draw_text(v->list, place, meaning, text);
        rect_cut_left(&box, 2 * SPACE(v));
    }
}
