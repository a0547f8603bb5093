/* view.algorithm: how a convolution is really computed: the seven loops beside the patch matrix and
 * blocked GEMM, at the same output of the same layer, with its own numbers. */
#include "ui/algorithm.h"
#include "ui/bench.h"
#include "ui/prediction.h"

#include "base/text.h"

/* --- Programs --------------------------------------------------------------------------------- */

int algorithm_code_height(const View *v, int count) {
    return count * ui_line(v, SIZE_SMALL);
}

void algorithm_code(const View *v, Rect *box, const CodeLine *lines, int count,
                    const char *region) {
    Rect all = rect_cut_top(box, algorithm_code_height(v, count));
    draw_region(v->list, all, NULL, "%s", region);
    for (int i = 0; i < count; i++) {
        const CodeLine *l = &lines[i];
        Rect row = rect_cut_top(&all, ui_line(v, SIZE_SMALL));
        if (row.h < ui_line(v, SIZE_SMALL))
            return;
        const TextStyle text =
            ui_mono(v, SIZE_SMALL, l->runs ? TONE_ACCENT : TONE_TEXT, ALIGN_LEFT);
        const TextStyle value = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
        if (l->runs)
            draw_fill(v->list, row, v->theme->raised);
        row = rect_inset(row, SPACE(v) / 2, 0);
        const int width = l->value ? draw_text_width(v->list, value, l->value) : 0;
        if (width)
            draw_text(v->list, rect_cut_right(&row, width), value, l->value);
        const bool fits = draw_text_width(v->list, text, l->text) <= row.w;
        draw_text(v->list, row, text, fits || !l->shorter ? l->text : l->shorter);
    }
}

/* --- The seven loops -------------------------------------------------------------------------- */

static const char *index_of(const View *v, int64_t i, int64_t count) {
    return ui_keep(v, TEXT("%lld / %lld", (long long)i, (long long)count));
}

static void naive_code(const AlgorithmView *w, Rect *box) {
    const View *v = w->v;
    const Algorithm *a = w->a;
    const ConvShape *s = &a->walk.shape;
    const int64_t k = a->terms - 1, area = s->kh * s->kw, icg = s->ic / s->groups;
    const bool first = k == 0, last = a->terms == a->walk.plan.k;
    const CodeLine lines[] = {
        {"for n:", NULL, index_of(v, 0, 1), false},
        {" for oc:", NULL, index_of(v, a->channel, s->oc), false},
        {"  for oy:", NULL, index_of(v, a->y, s->oh), false},
        {"   for ox:", NULL, index_of(v, a->x, s->ow), false},
        {"    sum = 0", NULL, NULL, first},
        {"    for ic:", NULL, index_of(v, k / area, icg), false},
        {"     for ky:", NULL, index_of(v, k % area / s->kw, s->kh), false},
        {"      for kx:", NULL, index_of(v, k % s->kw, s->kw), false},
        {"       sum += w[oc,ic,ky,kx]·x[ic,iy,ix]", "       sum += w·x", NULL, true},
        {"    y[oc,oy,ox] = sum + bias", "    y = sum + bias", NULL, last},
    };
    algorithm_code(v, box, lines, sizeof lines / sizeof *lines, "algorithm.loops");
}

/* The sum in the loops' order, one float, so far. */
static float naive_sum(const Algorithm *a) {
    float sum = 0;
    for (int64_t k = 0; k < a->terms; k++) {
        bool padding;
        const float x = gemm_walk_b(&a->walk, a->x_data, a->place.group, k, a->column, &padding);
        if (!padding)
            sum += gemm_walk_a(&a->walk, a->weights, a->place.group, a->row, k) * x;
    }
    return sum;
}

/* Both paths' sums after as many terms; at the end with the bias, which gives the output. */
static void draw_sums(const AlgorithmView *w, Rect *column) {
    const View *v = w->v;
    const Algorithm *a = w->a;
    const int64_t k = a->terms - 1;
    const int line = ui_line(v, SIZE_SMALL);
    const bool all = a->terms == a->walk.plan.k;
    const float x = gemm_walk_b(&a->walk, a->x_data, a->place.group, k, a->column, NULL);
    const float weight = gemm_walk_a(&a->walk, a->weights, a->place.group, a->row, k);
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *which =
        ui_say(v, "algorithm.term", ui_count(v, a->terms), ui_count(v, a->walk.plan.k));
    const char *product =
        w->padding ? ui_say(v, "algorithm.padding", ui_number(v, (double)weight))
                   : ui_keep(v, TEXT("%s × %s = %s", ui_number(v, (double)weight),
                                     ui_number(v, (double)x), ui_number(v, (double)(weight * x))));
    const int height = draw_paragraph_height(v->list, column->w, dim, line, which) +
                       draw_paragraph_height(v->list, column->w, mono, line, product) + line;
    if (height > column->h)
        return;
    Rect box = rect_cut_bottom(column, height);
    ui_paragraph(v, &box, dim, 3, which);
    ui_paragraph(v, &box, mono, 3, product);
    float sum = naive_sum(a);
    if (all && a->bias)
        sum += a->bias[a->channel];
    ui_paragraph(v, &box, mono, 1,
                 ui_keep(v, TEXT("%s = %s", all ? "y" : "sum",
                                 prediction_value(v, ui_digits(v, (double)sum, 7)))));
}

static void mark_pixel(const View *v, Rect map, int w, int h, int64_t y, int64_t x, Color color) {
    if (y >= 0 && y < h && x >= 0 && x < w)
        ui_mark(v, ui_cell(map, w, h, (int)y, (int)x), color);
}

/* The input map with the window on it. */
static void draw_input(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    const Algorithm *a = w->a;
    const ConvShape *s = &a->walk.shape;
    const Rect map = ui_fit(box, (int)s->iw, (int)s->ih, true);
    const GraphBox window = {.y = a->y * s->sy - s->py,
                             .x = a->x * s->sx - s->px,
                             .height = (s->kh - 1) * s->dy + 1,
                             .width = (s->kw - 1) * s->dx + 1};
    ui_map(v, map, a->input, (int)w->tap[0]);
    const char *name = a->input == GRAPH_IMAGE ? "input" : v->graph->nodes[a->input].name;
    draw_region(v->list, map, NULL, "algorithm.input");
    draw_hint(v->list, ui_word(v, "algorithm.input_hint"));
    draw_cells(v->list, (int)s->ih, (int)s->iw, CELLS_NONE,
               TEXT("hover.cell %s %lld", name, (long long)w->tap[0]));
    ui_mark_cells(v, map, a->input, window, v->theme->accent);
    mark_pixel(v, map, (int)s->iw, (int)s->ih, w->pixel[0], w->pixel[1], v->theme->hover);
}

/* The output's map, once it is computed. */
static void draw_output(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    const Algorithm *a = w->a;
    const ConvShape *s = &a->walk.shape;
    const Rect map = ui_fit(box, (int)s->ow, (int)s->oh, true);
    if (scene_values(v->scene, a->node))
        ui_map(v, map, a->node, a->channel);
    else
        draw_fill(v->list, map, v->theme->raised);
    draw_region(v->list, map, TEXT("algorithm.pixel %d", a->channel), "algorithm.output");
    draw_hint(v->list, ui_word(v, "algorithm.output_hint"));
    draw_cells(v->list, (int)s->oh, (int)s->ow, CELLS_YX, NULL);
    mark_pixel(v, map, (int)s->ow, (int)s->oh, a->y, a->x, v->theme->accent);
}

const char *algorithm_channel(const AlgorithmView *w) {
    const char *name = ui_channel(w->v, w->a->input, (int)w->tap[0]);
    return w->a->input == GRAPH_IMAGE && w->v->graph->input.dim[0] == 3
               ? name
               : ui_say(w->v, "unit.channel", name);
}

void algorithm_naive(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    const Algorithm *a = w->a;
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    ui_heading(v, &box, ui_word(v, "algorithm.loops"), "");
    naive_code(w, &box);
    rect_cut_top(&box, SPACE(v) / 2);
    draw_sums(w, &box);
    if (box.h < 4 * ui_line(v, SIZE_SMALL)) /* no room for maps */
        return;
    rect_cut_bottom(&box, SPACE(v) / 2);
    Rect left = rect_cut_left(&box, (box.w - SPACE(v)) / 2);
    rect_cut_left(&box, SPACE(v));
    ui_text(v, &left, dim, ui_say(v, "algorithm.in", algorithm_channel(w)));
    ui_text(v, &box, dim, ui_say(v, "algorithm.out", TEXT("%d", a->channel)));
    draw_input(w, rect_inset(left, 2, 3));
    draw_output(w, rect_inset(box, 2, 3));
}

/* --- The bench -------------------------------------------------------------------------------- */

static void draw_controls(const View *v, const Algorithm *a, Rect row) {
    static const char *const by[GEMM_STRIDES] = {"algorithm.by_k", "algorithm.by_tile",
                                                 "algorithm.by_panel", "algorithm.by_part"};
    const char *stride =
        ui_say(v, "algorithm.by", ui_word(v, by[v->place->algorithm_by % GEMM_STRIDES]));
    const UiButton buttons[] = {
        {ui_word(v, "algorithm.step"), "algorithm.step", "algorithm.step", false, false},
        {ui_word(v, "algorithm.back"), "algorithm.back", "algorithm.back", false, false},
        {stride, "algorithm.by", "algorithm.by", false, false},
        {ui_word(v, "algorithm.play"), "playing", "algorithm.play", v->state->playing, false},
        {ui_word(v, "algorithm.pixel"), "algorithm.pixel", "algorithm.pixel", false, false},
        {ui_word(v, "algorithm.begin"), "algorithm.begin", "algorithm.begin", false, true},
        {ui_word(v, "algorithm.end"), "algorithm.end", "algorithm.end", false, true},
    };
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    const char *at =
        ui_say(v, "algorithm.at", ui_count(v, a->step + 1), ui_count(v, a->walk.steps));
    Rect right = rect_cut_right(&row, draw_text_width(v->list, dim, at));
    draw_text(v->list, right, dim, at);
    rect_cut_right(&row, SPACE(v));
    ui_buttons(v, row, buttons, sizeof buttons / sizeof *buttons);
}

static AlgorithmView look(const View *v, const Algorithm *a) {
    const StateHover *hover = &v->state->hover;
    AlgorithmView w = {.v = v, .a = a};
    gemm_walk_source(&a->walk, a->place.group, a->terms - 1, a->column, w.tap);
    gemm_walk_b(&a->walk, a->x_data, a->place.group, a->terms - 1, a->column, &w.padding);
    const bool hovered = hover->node == a->input && hover->cell[0] >= 0;
    for (int i = 0; i < 2; i++)
        w.pixel[i] = hovered ? hover->cell[i] : w.padding ? -1 : w.tap[i + 1];
    return w;
}

void bench_algorithm(const View *v, Rect box) {
    Algorithm a;
    draw_region(v->list, box, NULL, "view.algorithm");
    if (!algorithm_at(v->session, &a) || !a.x_data) {
        ui_empty(v, box, ui_word(v, "algorithm.waiting"));
        return;
    }
    const AlgorithmView w = look(v, &a);
    ui_heading(v, &box, ui_label(v, a.node), ui_layer_note(v, a.node));
    draw_controls(v, &a, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, SPACE(v) / 2);
    const int gap = 2 * SPACE(v), width = (box.w - 2 * gap) / 3;
    algorithm_naive(&w, rect_cut_left(&box, width));
    rect_cut_left(&box, gap);
    algorithm_patches(&w, rect_cut_left(&box, width));
    rect_cut_left(&box, gap);
    algorithm_blocked(&w, box);
}
