/* view.inception: an inception block's branches to scale, and what their 1x1 reductions save; all
 * of the network's blocks beside the paper's table. */
#include "ui/lab.h"

#include "base/text.h"
#include "model/printed.h"
#include "session/lab.h"
#include <math.h>
#include <string.h>

/* --- The chosen block, branch by branch --------------------------------------------------------
 */

static const char *lane_word(const View *v, const LabBranch *b) {
    static const char *const keys[] = {"inception.single", "inception.reduced", "inception.pool"};
    return ui_say(v, keys[b->lane], TEXT("%d", b->kernel));
}

/* A bar to scale with what it is behind it. */
static void draw_bar(const View *v, Rect line, double share, Color color, const char *text) {
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int words = draw_text_width(v->list, style, text) + SPACE(v) / 2;
    const int room = line.w - words > 0 ? line.w - words : 0;
    Rect bar = rect_inset(line, 0, line.h / 5);
    bar.w = (int)lround(room * fmin(fmax(share, 0), 1));
    bar.w = bar.w < 1 ? 1 : bar.w;
    draw_fill(v->list, bar, color);
    line.x += bar.w + SPACE(v) / 2;
    line.w -= bar.w + SPACE(v) / 2;
    if (line.h >= draw_text_height(v->list, style))
        draw_text(v->list, line, style, text);
}

static Color lane_color(int branch) {
    static const LayerFamily families[LAB_BRANCHES] = {LAYER_CONNECTED, LAYER_CONVOLUTION,
                                                       LAYER_ACTIVATION, LAYER_POOLING};
    return theme_family(families[branch]);
}

/* Its channels: in, after the reduction, out. */
static void draw_channels(const View *v, Rect box, const LabBranch *b, Color color, double most) {
    const int line = rect_least(box.h / 3, ui_line(v, SIZE_SMALL) * 5 / 4);
    draw_bar(v, rect_cut_top(&box, line), (double)b->in / most, v->theme->line,
             ui_say(v, "inception.in", ui_count(v, b->in)));
    if (b->lane == LANE_REDUCED)
        draw_bar(v, rect_cut_top(&box, line), (double)b->reduced / most, v->theme->accent,
                 ui_say(v, "inception.reduces", ui_count(v, b->reduced)));
    draw_bar(v, rect_cut_top(&box, line), (double)b->out / most, color,
             ui_say(v, b->lane == LANE_POOL ? "inception.projects" : "inception.makes",
                    TEXT("%d", b->kernel), ui_count(v, b->out)));
}

static void draw_costs(const View *v, Rect box, int64_t macs, int64_t plain, double most) {
    const int line = rect_least(box.h / 2, ui_line(v, SIZE_SMALL) * 5 / 4);
    draw_bar(v, rect_cut_top(&box, line), (double)macs / most, v->theme->bar,
             ui_say(v, "inception.with", lab_amount(v, (double)macs)));
    draw_bar(v, rect_cut_top(&box, line), (double)plain / most, v->theme->dim,
             ui_say(v, "inception.without", lab_amount(v, (double)plain)));
}

static void draw_branch(const View *v, Rect box, const LabInception *x, int i, double widest,
                        double dearest) {
    const LabBranch *b = &x->branch[i];
    draw_region(v->list, box, NULL, "inception.branch.%d", i);
    draw_hint(v->list, ui_say(v, "inception.hint", lane_word(v, b), ui_count(v, b->macs),
                              ui_count(v, b->plain_macs), ui_count(v, b->weights),
                              ui_count(v, b->plain_weights)));
    rect_cut_top(&box, ui_px(v, 3));
    draw_fill(v->list, rect_cut_left(&box, ui_px(v, 4)), lane_color(i));
    rect_cut_left(&box, SPACE(v));
    if (box.h >= 4 * ui_line(v, SIZE_SMALL)) /* else its convolutions say it, and the hint */
        ui_text(v, &box, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), lane_word(v, b));
    draw_channels(v, rect_cut_left(&box, box.w * 48 / 100), b, lane_color(i), widest);
    rect_cut_left(&box, SPACE(v));
    draw_costs(v, box, b->macs, b->plain_macs, dearest);
}

/* What is concatenated, to the scale of the branches; and what it would be without the projection
 * after the pool. */
static void draw_sum(const View *v, Rect box, const LabInception *x, double dearest) {
    draw_region(v->list, box, NULL, "inception.sum");
    rect_cut_top(&box, ui_px(v, 3));
    rect_cut_left(&box, ui_px(v, 4) + SPACE(v));
    ui_text(v, &box, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT),
            ui_say(v, "inception.sum", ui_count(v, x->all.out), ui_count(v, x->all.plain_out)));
    Rect left = rect_cut_left(&box, box.w * 48 / 100);
    rect_cut_left(&box, SPACE(v));
    Rect strip = rect_cut_top(&left, rect_least(left.h, ui_line(v, SIZE_SMALL)));
    const double scale = (double)(strip.w - SPACE(v)) / (double)x->all.plain_out;
    int64_t at = 0;
    for (int i = 0; i < x->branches; i++) {
        const int from = strip.x + (int)lround(scale * (double)at);
        at += x->branch[i].out;
        const int to = strip.x + (int)lround(scale * (double)at);
        draw_fill(v->list, (Rect){from, strip.y, to - from - 1, strip.h}, lane_color(i));
    }
    draw_frame(v->list,
               (Rect){strip.x, strip.y, (int)lround(scale * (double)x->all.plain_out), strip.h},
               v->theme->dim);
    draw_costs(v, box, x->all.macs, x->all.plain_macs, dearest);
}

static void draw_branches(const View *v, Rect box, const LabInception *x) {
    double widest = 1, dearest = 1;
    for (int i = 0; i < x->branches; i++) {
        const LabBranch *b = &x->branch[i];
        widest = fmax(widest, fmax((double)b->in, (double)b->out));
        dearest = fmax(dearest, fmax((double)b->macs, (double)b->plain_macs));
    }
    const int line = ui_line(v, SIZE_SMALL);
    const int height = rect_least(box.h / (x->branches + 1), 6 * line);
    for (int i = 0; i < x->branches; i++)
        draw_branch(v, rect_cut_top(&box, height), x, i, widest, dearest);
    draw_sum(v, box, x, fmax((double)x->all.macs, (double)x->all.plain_macs));
}

/* --- All blocks ------------------------------------------------------------------------------- */

enum { COLUMNS = 6 };

static const PaperRow *printed_row(const View *v, int block) {
    const PaperFigures *f = &v->model->figures;
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->rows[i].at, v->graph->blocks[block].name) == 0)
            return &f->rows[i];
    return NULL;
}

static const char *factor(const View *v, const LabBranch *b) {
    return b->macs ? ui_keep(v, TEXT("× %s", ui_short(v, (double)b->plain_macs / (double)b->macs)))
                   : "–";
}

/* Numbers from the right, as many columns as there is room for; the name takes the rest. */
static void draw_cells_of(const View *v, Rect row, UiTone tone, const char *name,
                          const char *const *cells, int count, int width) {
    const TextStyle mono = ui_mono(v, SIZE_SMALL, tone, ALIGN_RIGHT);
    for (int i = count - 1; i >= 0; i--)
        draw_text(v->list, rect_cut_right(&row, width), mono, cells[i]);
    TextStyle style = ui_style(v, SIZE_SMALL, tone, ALIGN_LEFT);
    style.may_cut = true;
    draw_text(v->list, row, style, name);
    draw_hint(v->list, name);
}

static void draw_row(const View *v, Rect row, int index, int columns, int width) {
    const int block = lab_block(v->graph, BLOCK_INCEPTION, index);
    const LabInception x = lab_inception(v->graph, block);
    const PaperRow *printed = printed_row(v, block);
    const bool chosen = index == v->place->inception_block;
    const char *name = ui_phrases(v, v->graph->blocks[block].label);
    const char *cells[COLUMNS] = {
        lab_amount(v, (double)x.all.macs), printed && printed->macs[0] ? printed->macs : "–",
        lab_amount(v, (double)x.all.plain_macs), factor(v, &x.all),
        ui_keep(v, TEXT("%s→%s", ui_count(v, x.all.in), ui_count(v, x.all.out)))};
    if (chosen)
        draw_fill(v->list, row, v->theme->raised);
    if (ui_hovers(v, row))
        draw_frame(v->list, row, v->theme->hover);
    draw_region(v->list, row, TEXT("lab.choose %d", index), "inception.row.%d", index);
    draw_cells_of(v, rect_inset(row, SPACE(v) / 2, 0), chosen ? TONE_ACCENT : TONE_TEXT, name,
                  cells, columns, width);
    if (printed && printed->why[0])
        draw_hint(v->list, ui_say(v, "inception.why", name, printed->why));
}

static void draw_total(const View *v, Rect row, int count, int columns, int width) {
    LabBranch all = {.macs = 0};
    double paper = 0;
    for (int i = 0; i < count; i++) {
        const int block = lab_block(v->graph, BLOCK_INCEPTION, i);
        const LabInception x = lab_inception(v->graph, block);
        const PaperRow *printed = printed_row(v, block);
        all.macs += x.all.macs;
        all.plain_macs += x.all.plain_macs;
        if (printed)
            paper += printed_number(printed->macs, 1000);
    }
    const char *cells[COLUMNS] = {lab_amount(v, (double)all.macs),
                                  paper > 0 ? lab_amount(v, paper) : "–",
                                  lab_amount(v, (double)all.plain_macs), factor(v, &all), ""};
    draw_line(v->list, row.x, row.y, row.x + row.w, row.y, v->theme->line);
    draw_region(v->list, row, NULL, "inception.total");
    draw_cells_of(v, rect_inset(row, SPACE(v) / 2, 0), TONE_TEXT, ui_word(v, "inception.total"),
                  cells, columns, width);
}

static void draw_table(const View *v, Rect box, int count) {
    static const char *const heads[COLUMNS - 1] = {"inception.macs", "inception.paper",
                                                   "inception.plain", "inception.saves",
                                                   "inception.width"};
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    const char *words[COLUMNS];
    int width = draw_text_width(v->list, mono, "832→1024") + SPACE(v);
    for (int i = 0; i < COLUMNS - 1; i++) {
        words[i] = ui_word(v, heads[i]);
        const int w = draw_text_width(v->list, mono, words[i]) + SPACE(v);
        width = w > width ? w : width;
    }
    int columns = (box.w - ui_px(v, 96)) / width;
    columns = columns > COLUMNS - 1 ? COLUMNS - 1 : columns < 0 ? 0 : columns;
    const int line = ui_line(v, SIZE_SMALL);
    const int height = rect_least(box.h / (count + 2), line * 3 / 2);
    Rect head = rect_cut_top(&box, height);
    draw_region(v->list, head, NULL, "inception.head");
    draw_cells_of(v, rect_inset(head, SPACE(v) / 2, 0), TONE_DIM, ui_word(v, "inception.block"),
                  words, columns, width);
    for (int i = 0; i < count; i++)
        draw_row(v, rect_cut_top(&box, height), i, columns, width);
    draw_total(v, rect_cut_top(&box, height), count, columns, width);
}

/* --- The zone --------------------------------------------------------------------------------- */

void bench_inception(const View *v, Rect box) {
    const int count = lab_count(v->graph, BLOCK_INCEPTION);
    const int chosen = rect_least(v->place->inception_block, count - 1);
    const int block = lab_block(v->graph, BLOCK_INCEPTION, chosen);
    const LabInception x = lab_inception(v->graph, block);
    const int out = v->graph->blocks[block].output;
    draw_region(v->list, box, NULL, "view.inception");
    ui_heading(v, &box,
               ui_say(v, "inception.title", ui_phrases(v, v->graph->blocks[block].label),
                      TEXT("%d", chosen + 1), TEXT("%d", count)),
               ui_say(v, "inception.note", ui_count(v, x.all.in), ui_extent_of(v, out)));
    const UiButton buttons[] = {
        {ui_word(v, "lab.prev"), "lab.prev", "inception.prev", false, false},
        {ui_word(v, "lab.next"), "lab.next", "inception.next", false, false}};
    ui_buttons(v, rect_cut_top(&box, ui_px(v, 32)), buttons, 2);
    rect_cut_top(&box, SPACE(v) / 2);
    lab_caption(v, &box, 300, ui_word(v, "inception.about"));
    draw_branches(v, rect_cut_left(&box, box.w * 54 / 100), &x);
    rect_cut_left(&box, 2 * SPACE(v));
    draw_table(v, box, count);
}
