/* The bar at the top (what, on what, how far), and the banner below it. */
#include "session/exporting.h"
#include "ui/prediction.h"
#include "ui/ui.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- Bar -------------------------------------------------------------------------------------- */

/* Cut off the right: the language, help, the palette, the workbench. */
static void bar_buttons(const View *v, Rect *box) {
    const char *const buttons[][3] = {{"?", "help", "bar.help"},
                                      {":", "palette", "bar.palette"},
                                      {NULL, "language", "bar.language"},
                                      {ui_word(v, "bar.bench"), "bench", "bar.bench"}};
    for (int i = 0; i < 4; i++) {
        const char *text = buttons[i][0] ? buttons[i][0]
                                         : words_language_code((v->language + 1) % WORDS_LANGUAGES);
        TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
        Rect place = rect_cut_right(box, draw_text_width(v->list, style, text) + 2 * SPACE(v));
        ui_button(v, &place, text, NULL, buttons[i][1], i == 3 && v->place->bench != BENCH_NONE,
                  buttons[i][2]);
        draw_hint(v->list, ui_word(v, TEXT("action.%s", buttons[i][1])));
        rect_cut_right(box, SPACE(v) / 2);
    }
    rect_cut_right(box, SPACE(v));
}

static const char *how_far(const View *v, double *share) {
    const int count = v->graph ? v->graph->node_count : 1;
    *share = -1;
    if (v->session->opening)
        return ui_say(v, "bar.opening", file_name(v->session->asked.model));
    if (!v->scene)
        return ui_word(v, "bar.nothing");
    if (v->progress.kind == JOB_COMPUTING) {
        *share = (v->progress.node + v->progress.fraction) / count;
        return ui_say(v, "bar.computing", ui_label(v, v->progress.node));
    }
    return v->node == GRAPH_IMAGE
               ? ui_say(v, "bar.input", TEXT("%d", count))
               : ui_say(v, "bar.step", TEXT("%d", v->node + 1), TEXT("%d", count));
}

static void bar_progress(const View *v, Rect *box) {
    double share;
    const char *text = how_far(v, &share);
    TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_RIGHT);
    style.may_cut = true;
    const int most = box->w / 3;
    Rect place = rect_cut_right(box, rect_least(draw_text_width(v->list, style, text), most));
    draw_text(v->list, place, style, text);
    draw_region(v->list, place, NULL, "bar.step");
    draw_hint(v->list, ui_say(v, "bar.hint.step", text));
    if (share >= 0) {
        Rect line = {place.x, place.y + place.h - ui_px(v, 6), place.w, ui_px(v, 4)};
        ui_progress(v, line, share);
    }
    rect_cut_right(box, 2 * SPACE(v));
}

enum { LEAST_PART = 24 };

/* `key`: of what hovering says beside the text, which may be cut; where it would be nearly nothing
 * it is left out. */
static void bar_part(const View *v, Rect *box, TextStyle style, const char *text, int most,
                     const char *action, const char *region, const char *key) {
    const int width = rect_least(draw_text_width(v->list, style, text), most);
    if (width < ui_px(v, LEAST_PART))
        return;
    Rect place = rect_cut_left(box, width);
    draw_text(v->list, place, style, text);
    draw_region(v->list, place, action, "%s", region);
    draw_hint(v->list, ui_say(v, key, text));
    rect_cut_left(box, 2 * SPACE(v));
}

/* "AlexNet, 2012 ▾"; without the year where it would be cut. */
static const char *bar_title(const View *v, TextStyle style, int most) {
    const char *name = ui_keep(v, TEXT("%s, %d ▾", v->model->title, v->model->year));
    return v->model->year > 0 && draw_text_width(v->list, style, name) <= most
               ? name
               : ui_keep(v, TEXT("%s ▾", v->model->title));
}

void view_bar(const View *v, Rect box) {
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "bar");
    box = rect_inset(box, 2 * SPACE(v), 0);
    if (!v->state->alone || !v->origin)
        bar_buttons(v, &box);
    bar_progress(v, &box);
    if (!v->scene)
        return;
    TextStyle title = ui_style(v, SIZE_HEAD, TONE_TEXT, ALIGN_LEFT);
    TextStyle plain = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
    TextStyle source =
        ui_style(v, SIZE_BODY, v->model->weights.trained ? TONE_DIM : TONE_ACCENT, ALIGN_LEFT);
    title.may_cut = plain.may_cut = source.may_cut = true;
    const char *weights = ui_weights(v);
    const int all = box.w;
    /* The weights' source has room before the picture's name has. */
    const int wanted = rect_least(draw_text_width(v->list, source, weights), all * 2 / 5);
    const int name = draw_text_width(v->list, title, ui_keep(v, TEXT("%s ▾", v->model->title)));
    const int rest = all - wanted - 6 * SPACE(v) - ui_px(v, 80);
    const int most = rest > name ? rest : rect_least(name, all); /* it has room before all else */
    bar_part(v, &box, title, bar_title(v, title, most), most, "model.pick", "bar.model",
             "bar.hint.model");
    const char *picture = TEXT("%s ▾", file_name(scene_image_path(v->scene)));
    bar_part(v, &box, plain, picture, box.w - wanted - 3 * SPACE(v), "image.pick", "bar.image",
             "bar.hint.image");
    const Weights *w = &v->model->weights;
    bar_part(v, &box, source, weights, box.w, NULL, "bar.weights",
             w->kind == WEIGHTS_RANDOM ? "bar.hint.random"
             : w->trained              ? "bar.hint.trained"
                                       : "bar.hint.untrained");
}

/* --- Banner ----------------------------------------------------------------------------------- */

typedef struct Banner {
    const char *text;
    bool wrong;
    const char *button, *action, *key; /* of what could be done about it; or NULL */
} Banner;

/* What a newcomer should know, one after the other until each was read. */
static Banner tip_banner(const View *v) {
    static const char *const tips[STATE_TIPS] = {"tips.1", "tips.2", "tips.3"};
    char key[32];
    return (Banner){ui_word(v, tips[v->state->tips]), false, ui_word(v, "tips.next"), "tips.next",
                    ui_keep(v, ui_key_name(v, action_key(action_find("tips.next"), key)))};
}

static Banner banner_of(const View *v) {
    const Session *s = v->session;
    char name[64];
    if (s->banner.code != ERROR_NONE) {
        char text[ERROR_TEXT_SIZE];
        words_error(text, sizeof text, v->words, v->language, &s->banner);
        const char *kept = arena_text(&v->list->arena, text, &v->list->error);
        return (Banner){kept ? kept : "", true, ui_word(v, "banner.close"), "back", "Esc"};
    }
    if (s->exporting)
        return (Banner){ui_say(v, "export.writing", ui_percent(v, work_fraction(s->exporting)),
                               exporting_folder(s->exporting)),
                        false, ui_word(v, "export.cancel"), "export.cancel", "Esc"};
    if (s->notice[0])
        return (Banner){s->notice, false, ui_word(v, "banner.close"), "back", "Esc"};
    const char *asked = prediction_banner(v);
    if (asked && prediction_hidden(s)) {
        char buffer[32];
        const char *key = prediction_asks(s) ? "Space" : action_key(action_find("reveal"), buffer);
        return (Banner){asked, false, ui_word(v, "predict.reveal"), "reveal", ui_key_name(v, key)};
    }
    if (asked)
        return (Banner){asked, false, NULL, NULL, NULL};
    if (v->scene && !s->opening && trained_mini(s, name))
        return (Banner){ui_say(v, "banner.untrained", v->model->title), false,
                        ui_say(v, "banner.open_mini", name), "model.trained", "t"};
    if (v->scene && v->model->weights.of[0])
        return (Banner){ui_say(v, "weights.of_another", v->model->weights.of), false, NULL, NULL,
                        NULL};
    if (v->scene && v->model->weights.note[0])
        return (Banner){v->model->weights.note, false, NULL, NULL, NULL};
    if (v->scene && v->state->tips < STATE_TIPS && v->state->overlay == OVERLAY_NONE && !s->tutor)
        return tip_banner(v);
    return (Banner){"", false, NULL, NULL, NULL};
}

static int banner_button_width(const View *v, const Banner *b) {
    TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    TextStyle small = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    return b->button ? draw_text_width(v->list, style, b->button) +
                           draw_text_width(v->list, small, b->key) + 5 * SPACE(v)
                     : 0;
}

int view_banner_height(const View *v, int width) {
    const Banner b = banner_of(v);
    if (!b.text[0])
        return 0;
    TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_BODY);
    const int text = draw_paragraph_height(
        v->list, width - 4 * SPACE(v) - banner_button_width(v, &b), style, line, b.text);
    return rect_least(text, 3 * line) + 2 * SPACE(v);
}

void view_banner(const View *v, Rect box) {
    const Banner b = banner_of(v);
    if (!b.text[0] || box.h < 1)
        return;
    draw_fill(v->list, box, b.wrong ? v->theme->wrong : v->theme->raised);
    draw_region(v->list, box, NULL, b.wrong ? "banner.error" : "banner");
    draw_hint(v->list, b.text);
    box = rect_inset(box, 2 * SPACE(v), SPACE(v));
    Rect right = rect_cut_right(&box, banner_button_width(v, &b));
    if (b.button)
        ui_button(v, &right, b.button, b.key, b.action, false, "banner.button");
    TextStyle style = ui_style(v, SIZE_BODY, b.wrong ? TONE_WRONG : TONE_TEXT, ALIGN_LEFT);
    style.may_cut = true;
    draw_paragraph(v->list, box, style, ui_line(v, SIZE_BODY), b.text);
}
