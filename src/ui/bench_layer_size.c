/* view.play: kernel, stride, padding, dilation and groups to slide, and what they make of the layer
 * at once: the formula, the figures, a map of it. */
#include "ui/bench_layer.h"
#include "ui/prediction.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

enum { TICKS = 12 };
static const char *const names[TRIAL_PARAMS] = {"kernel", "stride", "padding", "dilation",
                                                "groups"};

/* What the screen calls it, and what hovering says. */
static const char *const words[TRIAL_PARAMS][2] = {{"trial.kernel", "trial.kernel_is"},
                                                   {"trial.stride", "trial.stride_is"},
                                                   {"trial.padding", "trial.padding_is"},
                                                   {"trial.dilation", "trial.dilation_is"},
                                                   {"trial.groups", "trial.groups_is"}};

static int64_t number_of(const TrialParams *p, int i) {
    const int64_t all[TRIAL_PARAMS] = {p->kernel[0], p->stride[0], p->padding[0], p->dilation[0],
                                       p->groups};
    return all[i];
}

/* --- Sliders ---------------------------------------------------------------------------------- */

static int ticks_of(const TrialView *t, int which, int64_t ticks[TICKS]) {
    static const int64_t least[] = {1, 1, 0, 1, 1}, most[] = {11, 8, 8, 6, 0};
    static const int64_t groups[] = {1, 2, 3, 4, 6, 8, 16, 32};
    int count = 0;
    for (int64_t i = least[which]; i <= most[which]; i++)
        ticks[count++] = i;
    const int64_t all = t->node->in.dim[0];
    for (size_t i = 0; which == 4 && i < sizeof groups / sizeof *groups && groups[i] < all; i++)
        ticks[count++] = groups[i];
    if (which == 4)
        ticks[count++] = all;
    return count;
}

static void draw_tick(const TrialView *t, Rect r, int which, int64_t value) {
    const View *v = t->v;
    const bool chosen = value == number_of(&t->params, which);
    const char *text = ui_keep(v, TEXT("%lld", (long long)value));
    const TextStyle style =
        ui_mono(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_DIM, ALIGN_CENTRE);
    r = rect_inset(r, 1, 1);
    draw_fill(v->list, r, chosen ? v->theme->accent : v->theme->raised);
    if (value == number_of(&t->own, which))
        draw_frame(v->list, r, v->theme->text);
    draw_region(v->list, r, TEXT("trial.set %s %s", names[which], text), "trial.%s.%s",
                names[which], text);
    draw_drag(v->list, ui_keep(v, TEXT("trial.%s", names[which])), NULL);
    draw_hint(v->list, ui_word(v, words[which][1]));
    if (draw_text_width(v->list, style, text) <= r.w && draw_text_height(v->list, style) <= r.h)
        draw_text(v->list, r, style, text);
}

static void draw_slider(const TrialView *t, Rect row, int which, int label) {
    const View *v = t->v;
    const bool chosen = t->trial.slider == which;
    const int64_t value = number_of(&t->params, which);
    int64_t ticks[TICKS];
    draw_text(v->list, rect_cut_left(&row, label),
              ui_style(v, SIZE_BODY, chosen ? TONE_ACCENT : TONE_TEXT, ALIGN_LEFT),
              ui_word(v, words[which][0]));
    Rect end = rect_cut_right(&row, ui_px(v, 90));
    const int count = ticks_of(t, which, ticks);
    Rect track = rect_inset(row, SPACE(v) / 2, row.h / 10);
    for (int i = 0; i < count; i++)
        draw_tick(t, ui_cell(track, count, 1, 0, i), which, ticks[i]);
    ui_button(v, &end, "−", NULL,
              TEXT("trial.set %s %lld", names[which], (long long)(value ? value - 1 : 0)), false,
              ui_keep(v, TEXT("trial.%s.less", names[which])));
    ui_button(v, &end, "+", NULL, TEXT("trial.set %s %lld", names[which], (long long)value + 1),
              false, ui_keep(v, TEXT("trial.%s.more", names[which])));
    const TextStyle style = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    draw_text(v->list, end, style, ui_keep(v, TEXT("%lld", (long long)value)));
}

static void draw_sliders(const TrialView *t, Rect *box) {
    const View *v = t->v;
    const TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    int label = 0;
    for (int i = 0; i < TRIAL_PARAMS; i++) {
        const int width = draw_text_width(v->list, style, ui_word(v, words[i][0]));
        label = width > label ? width : label;
    }
    for (int i = 0; i < TRIAL_PARAMS; i++)
        draw_slider(t, rect_cut_top(box, ui_px(v, 28)), i, label + SPACE(v) / 2);
    rect_cut_top(box, SPACE(v) / 2);
}

/* --- The formula and the figures -------------------------------------------------------------- */

static void draw_formula(const TrialView *t, Rect *box) {
    const View *v = t->v;
    const TrialParams *p = &t->params;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const TextStyle dim = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int64_t extent = t->figures.extent[1];
    const bool hidden = prediction_hides_shape(v->place, v->node);
    const char *out = hidden ? "?" : TEXT("%lld", (long long)t->figures.out[1]);
    const bool gaps = p->dilation[1] > 1;
    if (gaps)
        ui_paragraph(v, box, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), 3,
                     ui_say(v, "trial.extent",
                            ui_keep(v, TEXT("%lld·(%lld − 1) + 1 = %lld", (long long)p->dilation[1],
                                            (long long)p->kernel[1], (long long)extent))));
    ui_paragraph(v, box, dim, 2,
                 gaps ? "⌊(W − (D(K − 1) + 1) + 2P) ÷ S⌋ + 1" : "⌊(W − K + 2P) ÷ S⌋ + 1");
    if (t->figures.fault == TRIAL_LARGE)
        return;
    ui_paragraph(v, box, mono, 2,
                 ui_keep(v, TEXT("⌊(%lld − %lld + 2·%lld) ÷ %lld⌋ + 1 = %s",
                                 (long long)t->node->in.dim[2], (long long)extent,
                                 (long long)p->padding[1], (long long)p->stride[1], out)));
}

static void draw_figures(const TrialView *t, Rect *box) {
    const View *v = t->v;
    const TrialFigures own = trial_figures(t->node, &t->own), *f = &t->figures;
    const char *sizes[2];
    for (int i = 0; i < 2; i++)
        sizes[i] = ui_unbroken(v, ui_keep(v, TEXT("%lld × %lld", (long long)(i ? f : &own)->out[0],
                                                  (long long)(i ? f : &own)->out[1])));
    const bool hidden = prediction_hides_shape(v->place, v->node);
    const char *rows[][3] = {{"", ui_word(v, "trial.the_layer"), ui_word(v, "trial.with_these")},
                             {ui_word(v, "trial.map_size"), hidden ? "?" : sizes[0],
                              hidden     ? "?"
                              : f->fault ? "–"
                                         : sizes[1]},
                             {ui_word(v, "trial.weights"), ui_count(v, own.weights),
                              f->fault == TRIAL_GROUPS ? "–" : ui_count(v, f->weights)},
                             {ui_word(v, "trial.macs"), hidden ? "?" : ui_count(v, own.macs),
                              hidden     ? "?"
                              : f->fault ? "–"
                                         : ui_count(v, f->macs)}};
    rect_cut_top(box, SPACE(v) / 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && box->h >= ui_line(v, SIZE_SMALL); i++) {
        Rect line = rect_cut_top(box, ui_line(v, SIZE_SMALL));
        const Rect last = rect_cut_right(&line, line.w * 37 / 100);
        const Rect middle = rect_cut_right(&line, last.w);
        draw_text(v->list, line, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), rows[i][0]);
        for (int c = 0; c < 2; c++)
            draw_text(v->list, c ? last : middle,
                      i ? ui_mono(v, SIZE_SMALL, c ? TONE_TEXT : TONE_DIM, ALIGN_RIGHT)
                        : ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT),
                      rows[i][1 + c]);
    }
    rect_cut_top(box, SPACE(v) / 2);
}

/* --- What the map is computed with ------------------------------------------------------------ */

static const char *filter_note(const TrialView *t) {
    const View *v = t->v;
    const int64_t *own = t->own.kernel, *now = t->params.kernel;
    const char *was =
        ui_unbroken(v, ui_keep(v, TEXT("%lld × %lld", (long long)own[0], (long long)own[1])));
    const char *is =
        ui_unbroken(v, ui_keep(v, TEXT("%lld × %lld", (long long)now[0], (long long)now[1])));
    const char *groups = t->params.groups > t->own.groups   ? ui_word(v, "trial.more_groups")
                         : t->params.groups < t->own.groups ? ui_word(v, "trial.fewer_groups")
                                                            : "";
    const char *filter = own[0] == now[0] && own[1] == now[1] ? ui_word(v, "trial.own_filter")
                         : now[0] < own[0]                    ? ui_say(v, "trial.cropped", is, was)
                                                              : ui_say(v, "trial.widened", was, is);
    return ui_keep(v, TEXT("%s %s", filter, groups));
}

void trial_size_view(const TrialView *t, Rect box) {
    const View *v = t->v;
    Rect left = rect_cut_left(&box, box.w * 43 / 100), room[TRIAL_PANES];
    rect_cut_left(&box, 2 * SPACE(v));
    draw_sliders(t, &left);
    draw_formula(t, &left);
    draw_figures(t, &left);
    const char *fault = trial_fault(t, &t->figures, t->node->in.dim[1], t->node->in.dim[2]);
    if (fault || left.h >= 3 * ui_line(v, SIZE_SMALL))
        ui_paragraph(v, &left, ui_style(v, SIZE_SMALL, fault ? TONE_WRONG : TONE_DIM, ALIGN_LEFT),
                     4, fault ? fault : filter_note(t));
    StateTrial strongest = t->trial;
    strongest.input = -1;
    const bool picture = t->node->inputs[0] == GRAPH_IMAGE;
    const int input = (int)trial_input_of(v->model, t->conv, t->channel, &strongest);
    const char *number = TEXT("%d", t->channel), *of = TEXT("%d", input);
    const char *titles[TRIAL_PANES] = {
        picture ? ui_word(v, "trial.in_picture")
                : ui_say(v, "trial.in_map", of, ui_count(v, t->node->in.dim[0])),
        ui_say(v, "trial.own_map", number), ui_say(v, "trial.new_map", number)};
    if (prediction_covers_shape(v, box, v->node))
        return;
    trial_panes(v, box, titles, TRIAL_PANES, room);
    trial_input_map(t, room[0], picture ? -1 : input);
    trial_layer_map(t, room[1]);
    if (!fault)
        trial_map(t, room[2]);
}
