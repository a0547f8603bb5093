/* view.play: maps of the layer set to zero, or a grey patch over the picture, and what the network
 * answers then, beside what it answered. */
#include "ui/bench_layer.h"
#include "ui/prediction.h"

#include "base/text.h"
#include <math.h>

enum { FIRST = 5, ROWS = 2 * FIRST };

/* --- Classes before and after ----------------------------------------------------------------- */

/* The first five before, then those of the first five after that are not among them. */
static int list_classes(const TrialResult *r, int64_t classes[ROWS]) {
    const int64_t all = r->before.probabilities.shape.dim[1];
    const int first = all < FIRST ? (int)all : FIRST;
    int64_t after[FIRST];
    int count = first;
    stats_top(r->before.logits.data, all, first, classes);
    stats_top(r->after.logits.data, all, first, after);
    for (int i = 0; i < first; i++) {
        bool there = false;
        for (int j = 0; j < first; j++)
            there = there || classes[j] == after[i];
        if (!there)
            classes[count++] = after[i];
    }
    return count;
}

static void draw_bar(const View *v, Rect row, double share, Color color) {
    const Rect figure = rect_cut_right(&row, ui_px(v, 72));
    draw_text(v->list, figure, ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT),
              ui_percent(v, share));
    Rect bar = rect_inset(row, SPACE(v) / 2, row.h / 5);
    draw_fill(v->list, bar, v->theme->raised);
    bar.w = (int)lround(bar.w * fmin(fmax(share, 0), 1));
    draw_fill(v->list, bar, color);
}

static void draw_class(const TrialView *t, Rect row, int names, int64_t index) {
    const View *v = t->v;
    const double before = (double)t->result->before.probabilities.data[index];
    const double after = (double)t->result->after.probabilities.data[index];
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    style.may_cut = true;
    const char *name = ui_class_name(v, (int)index);
    draw_region(v->list, row, NULL, "trial.class.%d", (int)index);
    draw_hint(v->list,
              ui_say(v, "trial.class_hint", name, ui_exact(v, before), ui_exact(v, after)));
    draw_text(v->list, rect_cut_left(&row, names), style, name);
    draw_bar(v, rect_cut_left(&row, row.w / 2), before, v->theme->bar);
    draw_bar(v, row, after, v->theme->accent);
}

static void draw_answer(const TrialView *t, Rect box, const char *with) {
    const View *v = t->v;
    int64_t classes[ROWS];
    if (prediction_covers_classes(v, box))
        return;
    if (!t->result || !t->result->before.probabilities.data) {
        bench_waits(v, box, t->work, ui_word(v, "trial.asking"));
        return;
    }
    if (!v->model->weights.trained)
        ui_paragraph(v, &box, ui_style(v, SIZE_SMALL, TONE_ACCENT, ALIGN_LEFT), 3,
                     ui_word(v, "classes.untrained"));
    const int names = box.w * 34 / 100, count = list_classes(t->result, classes);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    const int line = ui_line(v, SIZE_SMALL);
    Rect head = box;
    rect_cut_left(&head, names);
    Rect first = rect_cut_left(&head, head.w / 2);
    const char *texts[] = {ui_word(v, "trial.before"), with};
    const int a = draw_paragraph_height(v->list, first.w, dim, line, texts[0]);
    const int b = draw_paragraph_height(v->list, head.w, dim, line, texts[1]);
    const int height = a > b ? a : b;
    ui_paragraph(v, &first, dim, 3, texts[0]);
    ui_paragraph(v, &head, dim, 3, texts[1]);
    rect_cut_top(&box, height);
    const int most = box.h / line, rows = count < most ? count : most;
    const int each = rows ? rect_least(box.h / rows, ui_px(v, 28)) : 0;
    for (int i = 0; i < rows; i++)
        draw_class(t, rect_cut_top(&box, each), names, classes[i]);
}

/* --- Maps set to zero ------------------------------------------------------------------------- */

static void draw_channel(const TrialView *t, Rect r, int channel) {
    const View *v = t->v;
    const bool off = state_has_block(&t->trial.off, channel);
    ui_map(v, r, v->node, channel);
    if (off) {
        draw_fill(v->list, r, v->theme->ground);
        draw_line(v->list, r.x, r.y, r.x + r.w, r.y + r.h, v->theme->accent);
        draw_line(v->list, r.x + r.w, r.y, r.x, r.y + r.h, v->theme->accent);
        draw_frame(v->list, r, v->theme->accent);
    }
    if (channel == v->place->channel)
        ui_mark(v, r, v->theme->accent);
    draw_region(v->list, r, TEXT("trial.off %d", channel), "trial.off.%d", channel);
    draw_hint(v->list, ui_say(v, off ? "trial.is_off" : "trial.is_on", TEXT("%d", channel)));
}

/* As many as there is room for, with the chosen one. */
static void draw_channels(const TrialView *t, Rect box) {
    const View *v = t->v;
    enum { LEAST = 30, MOST = 72 };
    const int count = v->extent.channels, gap = ui_px(v, 4);
    int side = ui_px(v, MOST);
    while (side > ui_px(v, LEAST) && (box.w / (side + gap)) * (box.h / (side + gap)) < count)
        side--;
    const int columns = box.w / (side + gap), rows = box.h / (side + gap);
    const int page = columns * rows;
    if (page < 1)
        return;
    const int first = v->place->channel / page * page;
    for (int i = 0; i < page && first + i < count; i++) {
        const Rect cell = {box.x + i % columns * (side + gap) + 2,
                           box.y + i / columns * (side + gap) + 2, side, side};
        draw_channel(t, ui_fit(cell, v->extent.width, v->extent.height, false), first + i);
    }
}

static const char *off_text(const TrialView *t) {
    int off = 0, last = 0;
    for (int c = 0; c < t->v->extent.channels && c < GRAPH_BLOCKS_MAX; c++)
        if (state_has_block(&t->trial.off, c)) {
            off++;
            last = c;
        }
    return off == 1 ? ui_say(t->v, "trial.without_map", TEXT("%d", last))
                    : ui_say(t->v, "trial.without_maps", TEXT("%d", off));
}

void trial_channels_view(const TrialView *t, Rect box) {
    const View *v = t->v;
    Rect left = rect_cut_left(&box, box.w / 2);
    rect_cut_left(&box, 2 * SPACE(v));
    ui_paragraph(
        v, &left, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 4,
        ui_say(v, "trial.channels_how", ui_label(v, v->node), ui_key(v, action_find("trial.off"))));
    rect_cut_top(&left, SPACE(v) / 2);
    if (v->values)
        draw_channels(t, left);
    else
        ui_empty(v, left, ui_word(v, "layer.waiting"));
    if (t->work)
        draw_answer(t, box, off_text(t));
    else
        ui_empty(v, box, ui_word(v, "trial.none_off"));
}

/* --- A patch over the picture ----------------------------------------------------------------- */

static void draw_patch(const TrialView *t, Rect r) {
    const View *v = t->v;
    const int h = (int)v->graph->input.dim[1], w = (int)v->graph->input.dim[2];
    const int side = trial_patch_side(v->graph, &t->trial);
    const int top = t->trial.patch[0] - side / 2, left = t->trial.patch[1] - side / 2;
    const Rect from = ui_cell(r, w, h, top < 0 ? 0 : top, left < 0 ? 0 : left);
    const Rect to = ui_cell(r, w, h, rect_least(top + side, h) - 1, rect_least(left + side, w) - 1);
    const Rect patch = {from.x, from.y, to.x + to.w - from.x, to.y + to.h - from.y};
    draw_fill(v->list, patch, (Color){124, 118, 104, 255});
    draw_frame(v->list, patch, v->theme->accent);
}

void trial_patch_view(const TrialView *t, Rect box) {
    const View *v = t->v;
    Rect left = rect_cut_left(&box, box.w * 45 / 100);
    rect_cut_left(&box, 2 * SPACE(v));
    const int h = (int)v->graph->input.dim[1], w = (int)v->graph->input.dim[2];
    const int side = trial_patch_side(v->graph, &t->trial);
    ui_paragraph(v, &left, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 5,
                 ui_word(v, "trial.patch_how"));
    Rect row = rect_cut_bottom(&left, ui_px(v, 30));
    ui_button(v, &row, "−", ui_key(v, action_find("trial.less")), "trial.less", false,
              "trial.patch.less");
    ui_button(v, &row, "+", ui_key(v, action_find("trial.more")), "trial.more", false,
              "trial.patch.more");
    const char *size = ui_unbroken(v, ui_keep(v, TEXT("%d × %d", side, side)));
    draw_text(v->list, row, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT),
              ui_say(v, "trial.patch_side", size));
    rect_cut_top(&left, SPACE(v) / 2);
    const Rect r = ui_fit(left, w, h, false);
    ui_picture(v, r);
    if (t->trial.patch[0] >= 0)
        draw_patch(t, r);
    draw_region(v->list, r, "trial.patch", "trial.picture");
    draw_cells(v->list, h, w, CELLS_YX, NULL);
    draw_drag(v->list, "trial.patch", NULL);
    draw_hint(v->list, ui_word(v, "action.trial.patch"));
    if (t->work)
        draw_answer(t, box, ui_word(v, "trial.with_patch"));
    else
        ui_empty(v, box, ui_word(v, "trial.no_patch"));
}
