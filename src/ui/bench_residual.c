/* view.residual: how large x and F(x) are, block by block; the chosen block's maps; and what the
 * network answers without some blocks. */
#include "ui/lab.h"
#include "ui/prediction.h"

#include "base/text.h"
#include "session/ablation.h"
#include "session/lab.h"
#include <math.h>
#include <string.h>

typedef struct Lab {
    const View *v;
    int count, chosen, removed; /* blocks */
    LabResidual block;
    const Work *work;
    bool ready; /* the network without them has answered */
} Lab;

static bool is_removed(const Lab *lab, int block) {
    return state_has_block(&lab->v->place->residual_removed, block);
}

static Lab lab_of(const View *v) {
    Lab lab = {.v = v, .count = lab_count(v->graph, BLOCK_RESIDUAL)};
    lab.chosen = rect_least(v->place->residual_block, lab.count - 1);
    for (int i = 0; i < lab.count; i++)
        lab.removed += is_removed(&lab, lab_block(v->graph, BLOCK_RESIDUAL, i));
    lab.block = lab_residual(v->graph, lab_block(v->graph, BLOCK_RESIDUAL, lab.chosen));
    lab.work = bench_work(v->session);
    lab.ready = ablation_is(lab.work, v->scene, &v->place->residual_removed) && work_done(lab.work);
    return lab;
}

/* As the network is now: without the blocks, as soon as it has answered. NULL: not there yet. */
static const Tensor *values_now(const Lab *lab, int node) {
    return lab->ready ? ablation_values(lab->work, node) : scene_values(lab->v->scene, node);
}

static Color x_color(const View *v) {
    return ui_wire_color(v, WIRE_IDENTITY);
}

static Color f_color(const View *v) {
    return v->theme->bar;
}

/* --- Block by block --------------------------------------------------------------------------- */

typedef struct Chart {
    Rect plot, cells; /* the bars; the row of switches below them */
    double most, column;
} Chart;

static Rect bar_of(const Chart *c, int i, int which, double size) {
    const double left = c->plot.x + c->column * i, width = c->column * 0.38;
    const int x = (int)lround(left + c->column * 0.1 + width * which);
    const int x1 = (int)lround(left + c->column * 0.1 + width * (which + 1));
    const int h = c->most > 0 ? (int)lround(c->plot.h * fmin(size / c->most, 1)) : 0;
    return (Rect){x, c->plot.y + c->plot.h - h, x1 - x > 1 ? x1 - x : 1, h};
}

static const char *kind_word(const View *v, const LabResidual *r) {
    return ui_word(v, r->identity ? "residual.identity" : "residual.projection");
}

static void draw_switch(const Lab *lab, Rect cell, int i, const LabResidual *r) {
    const View *v = lab->v;
    const bool gone = is_removed(lab, r->block);
    const TextStyle number = ui_mono(v, SIZE_SMALL,
                                     gone          ? TONE_ON_ACCENT
                                     : r->identity ? TONE_DIM
                                                   : TONE_TEXT,
                                     ALIGN_CENTRE);
    const char *text = gone ? "×" : r->identity ? TEXT("%d", i + 1) : TEXT("%dp", i + 1);
    draw_fill(v->list, cell, gone ? v->theme->accent : v->theme->raised);
    if (ui_hovers(v, cell))
        draw_frame(v->list, cell, v->theme->hover);
    if (draw_text_width(v->list, number, text) <= cell.w)
        draw_text(v->list, cell, number, ui_keep(v, text));
    draw_region(v->list, cell, TEXT("residual.remove %d", i), "residual.switch.%d", i);
    draw_hint(v->list, ui_say(v, gone ? "residual.put_back" : "residual.take_out",
                              ui_phrases(v, v->graph->blocks[r->block].label), kind_word(v, r)));
}

static void draw_column(const Lab *lab, const Chart *c, int i) {
    const View *v = lab->v;
    const LabResidual r = lab_residual(v->graph, lab_block(v->graph, BLOCK_RESIDUAL, i));
    const double x = lab_rms(scene_stats(v->scene, r.shortcut));
    const double f = lab_rms(scene_stats(v->scene, r.f));
    const int left = c->plot.x + (int)lround(c->column * i);
    const int right = c->plot.x + (int)lround(c->column * (i + 1));
    const Rect all = {left, c->plot.y, right - left, c->plot.h};
    AblationSizes now;
    if (i == lab->chosen)
        draw_fill(v->list, all, v->theme->raised);
    if (ui_hovers(v, all))
        draw_frame(v->list, all, v->theme->hover);
    draw_fill(v->list, bar_of(c, i, 0, x), x_color(v));
    const bool changed = lab->removed && lab->ready && ablation_sizes(lab->work, i, &now);
    const Rect before = bar_of(c, i, 1, f);
    if (changed) {
        draw_fill(v->list, bar_of(c, i, 1, now.f), f_color(v));
        draw_frame(v->list, before, v->theme->dim);
    } else {
        draw_fill(v->list, before, f_color(v));
    }
    draw_region(v->list, all, TEXT("lab.choose %d", i), "residual.block.%d", i);
    draw_hint(v->list, ui_say(v, "residual.hint", ui_phrases(v, v->graph->blocks[r.block].label),
                              ui_digits(v, x, 4), ui_digits(v, f, 4), kind_word(v, &r)));
    const Rect cell = {left + 1, c->cells.y, right - left - 2 > 1 ? right - left - 2 : 1,
                       c->cells.h};
    draw_switch(lab, cell, i, &r);
    if (i == lab->chosen)
        draw_frame(v->list, cell, v->theme->accent);
}

static void draw_chart(const Lab *lab, Rect box) {
    const View *v = lab->v;
    Chart c = {.most = 0};
    Rect legend = rect_cut_top(&box, ui_line(v, SIZE_SMALL) + ui_px(v, 2));
    for (int i = 0; i < lab->count; i++) {
        const LabResidual r = lab_residual(v->graph, lab_block(v->graph, BLOCK_RESIDUAL, i));
        c.most = fmax(c.most, fmax(lab_rms(scene_stats(v->scene, r.f)),
                                   lab_rms(scene_stats(v->scene, r.shortcut))));
    }
    lab_swatch(v, &legend, x_color(v), ui_word(v, "residual.legend_x"));
    lab_swatch(v, &legend, f_color(v), ui_word(v, "residual.legend_f"));
    lab_swatch(v, &legend, v->theme->raised, ui_word(v, "residual.legend_switch"));
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    Rect axis =
        rect_cut_left(&box, draw_text_width(v->list, mono, ui_number(v, c.most)) + SPACE(v) / 2);
    axis.w -= SPACE(v) / 2;
    c.cells = rect_cut_bottom(&box, ui_px(v, 20));
    rect_cut_bottom(&box, ui_px(v, 2));
    c.column = fmin((double)box.w / lab->count, ui_px(v, 150));
    c.plot = (Rect){box.x, box.y, (int)(c.column * lab->count), box.h};
    c.cells.w = c.plot.w;
    axis.h = box.h;
    const int line = ui_line(v, SIZE_SMALL);
    if (axis.h >= 2 * line) {
        draw_text(v->list, rect_cut_top(&axis, line), mono, ui_number(v, c.most));
        draw_text(v->list, rect_cut_bottom(&axis, line), mono, "0");
    }
    draw_line(v->list, c.plot.x, c.plot.y + c.plot.h, c.plot.x + c.plot.w, c.plot.y + c.plot.h,
              v->theme->line);
    for (int i = 0; i < lab->count; i++)
        draw_column(lab, &c, i);
}

/* --- The chosen block's maps ------------------------------------------------------------------ */

/* The chosen channel, or the one in which F(x) has its largest value. */
static int channel_of(const Lab *lab) {
    const View *v = lab->v;
    const int channels = scene_extent(v->scene, lab->block.f).channels;
    const ChannelStats *stats = scene_channels(v->scene, lab->block.f);
    int best = 0;
    if (v->place->residual_channel >= 0)
        return rect_least(v->place->residual_channel, channels - 1);
    for (int i = 1; stats && i < channels; i++)
        best = stats[i].max > stats[best].max ? i : best;
    return best;
}

/* One map as the network is now. */
static void draw_map(const Lab *lab, Rect box, int node, int channel) {
    const View *v = lab->v;
    const SceneExtent e = scene_extent(v->scene, node);
    const Tensor *t = values_now(lab, node);
    uint8_t *pixels = t ? draw_pixels(v->list, e.width, e.height, 3) : NULL;
    if (!pixels)
        return;
    const int64_t cells = (int64_t)e.width * e.height;
    const float *x = t->data + channel * cells;
    const Stats stats = stats_of(x, cells);
    const Colormap map = stats.min < 0 ? COLORMAP_RDBU : COLORMAP_VIRIDIS;
    const float low = map == COLORMAP_VIRIDIS ? 0 : stats.min;
    colormap_apply(map, colormap_range(map, low, stats.max), x, cells, pixels);
    draw_image(v->list, box, pixels, e.width, e.height, 3);
}

static void draw_part(const Lab *lab, Rect box, int node, int channel, Color color,
                      const char *name, const char *region) {
    const View *v = lab->v;
    const SceneExtent e = scene_extent(v->scene, node);
    const Tensor *t = values_now(lab, node);
    const TextStyle head = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_CENTRE);
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    ui_text(v, &box, head, name);
    Rect figures = rect_cut_bottom(&box, ui_line(v, SIZE_SMALL));
    const Rect map = ui_fit(rect_inset(box, ui_px(v, 4), ui_px(v, 2)), e.width, e.height, true);
    draw_map(lab, map, node, channel);
    ui_mark(v, map, color);
    draw_region(v->list, map, NULL, "%s", region);
    if (!t)
        return;
    const Stats stats =
        stats_of(t->data + (int64_t)channel * e.width * e.height, (int64_t)e.width * e.height);
    draw_hint(v->list, ui_say(v, "residual.map", TEXT("%d", channel), ui_label(v, node),
                              ui_exact(v, (double)stats.min), ui_exact(v, (double)stats.max)));
    const Stats all = stats_of(t->data, tensor_count(t));
    draw_text(v->list, figures, mono, ui_say(v, "residual.rms", ui_digits(v, lab_rms(&all), 3)));
}

static void draw_sign(const View *v, Rect box, const char *sign) {
    draw_text(v->list, box, ui_style(v, SIZE_TITLE, TONE_DIM, ALIGN_CENTRE), sign);
}

static void draw_maps(const Lab *lab, Rect box) {
    const View *v = lab->v;
    const int channel = channel_of(lab), sign = ui_px(v, 26);
    const bool gone = is_removed(lab, lab->block.block);
    const int width = (box.w - 2 * sign) / 3;
    Rect line = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    const char *which = v->place->residual_channel < 0 ? "residual.strongest" : "residual.channel";
    draw_text(v->list, line, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT),
              ui_say(v, which, TEXT("%d", channel)));
    draw_part(lab, rect_cut_left(&box, width), lab->block.shortcut, channel, x_color(v),
              lab->block.identity ? "x" : ui_word(v, "residual.projected"), "residual.map.x");
    draw_sign(v, rect_cut_left(&box, sign), "+");
    draw_part(lab, rect_cut_left(&box, width), lab->block.f, channel, f_color(v),
              gone ? "F(x) = 0" : "F(x)", "residual.map.f");
    draw_sign(v, rect_cut_left(&box, sign), "→");
    draw_part(lab, rect_cut_left(&box, width), lab->block.output, channel, v->theme->line,
              "ReLU(F(x) + x)", "residual.map.out");
}

/* --- What it answers -------------------------------------------------------------------------- */

enum { TOP = 5 };

/* With `before` what has changed since; with `after` a thin bar below of what it becomes. */
static void draw_answer(const Lab *lab, Rect row, const float *p, const float *before,
                        const float *after, int index) {
    const View *v = lab->v;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    TextStyle name = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    name.may_cut = true;
    const char *text = ui_class_name(v, index);
    draw_region(v->list, row, NULL, "residual.%s.%d", before ? "after" : "before", index);
    if (before) {
        const double change = (double)p[index] - (double)before[index];
        TextStyle style = mono;
        style.color = fabs(change) < 0.0005 ? v->theme->dim
                      : change > 0          ? v->theme->positive
                                            : v->theme->negative;
        draw_text(v->list, rect_cut_right(&row, ui_px(v, 50)), style, lab_change(v, change));
    }
    draw_text(v->list, rect_cut_right(&row, ui_px(v, 58)), mono, ui_percent(v, (double)p[index]));
    draw_text(v->list, rect_cut_left(&row, row.w * 3 / 5), name, text);
    draw_hint(v->list, ui_say(v, "residual.class", text, ui_exact(v, (double)p[index])));
    Rect bar = rect_inset(row, SPACE(v) / 2, row.h / 4);
    draw_fill(v->list, bar, v->theme->raised);
    if (after) {
        Rect thin = rect_cut_bottom(&bar, bar.h / 3);
        thin.w = (int)lround(thin.w * fmin(fmax((double)after[index], 0), 1));
        draw_fill(v->list, thin, v->theme->accent);
    }
    bar.w = (int)lround(bar.w * fmin(fmax((double)p[index], 0), 1));
    draw_fill(v->list, bar, before ? v->theme->accent : v->theme->bar);
}

static void draw_answers(const Lab *lab, Rect box, const Tensor *t, const Tensor *before,
                         const Tensor *after, const char *title) {
    const View *v = lab->v;
    const int count = (int)rect_least(TOP, (int)tensor_count(t));
    int64_t best[TOP];
    ui_text(v, &box, ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT), title);
    stats_top(t->data, tensor_count(t), count, best);
    const int height = rect_least(box.h / count, ui_px(v, 26));
    for (int i = 0; i < count; i++)
        draw_answer(lab, rect_cut_top(&box, height), t->data, before ? before->data : NULL,
                    after ? after->data : NULL, (int)best[i]);
}

static void draw_classes(const Lab *lab, Rect box) {
    const View *v = lab->v;
    const int last = v->graph->node_count - 1;
    const Tensor *before = scene_values(v->scene, last);
    if (prediction_covers_classes(v, box))
        return;
    Rect left = rect_cut_left(&box, (box.w - 2 * SPACE(v)) * 9 / 20);
    rect_cut_left(&box, 2 * SPACE(v));
    if (!before) {
        ui_empty(v, left, ui_word(v, "residual.waiting"));
        return;
    }
    draw_answers(lab, left, before, NULL,
                 lab->removed && lab->ready ? ablation_values(lab->work, last) : NULL,
                 ui_word(v, "residual.whole"));
    draw_region(v->list, box, NULL, "residual.after");
    if (lab->removed == 0)
        ui_empty(v, box, ui_word(v, "residual.none"));
    else if (!bench_waits(v, box, lab->work, ui_word(v, "residual.waiting")))
        draw_answers(lab, box, ablation_values(lab->work, last), before, NULL,
                     ui_say(v, lab->removed == 1 ? "residual.without_one" : "residual.without",
                            TEXT("%d", lab->removed)));
}

/* --- The zone --------------------------------------------------------------------------------- */

static void draw_controls(const Lab *lab, Rect row) {
    const View *v = lab->v;
    const bool gone = is_removed(lab, lab->block.block);
    const UiButton buttons[] = {
        {ui_word(v, "lab.prev"), "lab.prev", "residual.prev", false, false},
        {ui_word(v, "lab.next"), "lab.next", "residual.next", false, false},
        {ui_word(v, gone ? "residual.restore_one" : "residual.remove"), "residual.remove",
         "residual.remove", gone, false},
        {ui_word(v, "residual.restore"), "residual.restore", "residual.restore", false, false},
        {ui_word(v, "residual.next_channel"), "residual.channel_next", "residual.channel_next",
         false, false},
        {ui_word(v, "residual.strongest_one"), "residual.channel", "residual.strongest",
         v->place->residual_channel < 0, false}};
    ui_buttons(v, row, buttons, sizeof buttons / sizeof *buttons);
}

void bench_residual(const View *v, Rect box) {
    const Lab lab = lab_of(v);
    draw_region(v->list, box, NULL, "view.residual");
    ui_heading(v, &box,
               ui_say(v, "residual.title", ui_phrases(v, v->graph->blocks[lab.block.block].label),
                      TEXT("%d", lab.chosen + 1), TEXT("%d", lab.count)),
               kind_word(v, &lab.block));
    draw_controls(&lab, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, SPACE(v) / 2);
    const char *trained = v->model->weights.trained ? "" : ui_word(v, "residual.untrained");
    lab_caption(v, &box, 260, lab_join(v, trained, ui_word(v, "residual.about")));
    draw_chart(&lab, rect_cut_top(&box, box.h * 45 / 100));
    rect_cut_top(&box, SPACE(v));
    draw_maps(&lab, rect_cut_left(&box, box.w * 46 / 100));
    rect_cut_left(&box, 2 * SPACE(v));
    draw_classes(&lab, box);
}
