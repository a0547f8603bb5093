/* The patch matrix of im2col, as a crop that can be read: the taps of one input channel, and the
 * columns of outputs beside the chosen one; and how often its values are loaded. */
#include "ui/algorithm.h"

#include "base/text.h"
#include <math.h>

enum { GROUPS_MOST = 3, COLUMNS_MOST = 8 };

/* Columns of one output row, x0 .. x0 + count - 1. */
typedef struct Crop {
    int64_t channel;        /* of the group's */
    int64_t tap, taps;      /* rows: taps of the kernel, in reading order */
    int64_t y[GROUPS_MOST]; /* output rows */
    int rows_of_outputs;    /* how many */
    int64_t x, columns;     /* output columns of each */
} Crop;

/* `count` of `all` with `at` about their middle: the first. */
static int64_t window_about(int64_t at, int64_t count, int64_t all) {
    const int64_t first = at - count / 2;
    return first < 0 ? 0 : first + count > all ? all - count : first;
}

static Crop choose_crop(const AlgorithmView *w, int rows) {
    const Algorithm *a = w->a;
    const ConvShape *s = &a->walk.shape;
    const int64_t area = s->kh * s->kw, tap = (a->terms - 1) % area;
    Crop c = {.channel = (a->terms - 1) / area};
    const int64_t reach = ((s->kh - 1) * s->dy + s->sy) / s->sy; /* rows with copies of a pixel */
    c.rows_of_outputs = (int)(reach < GROUPS_MOST ? reach : GROUPS_MOST);
    c.rows_of_outputs = s->oh < c.rows_of_outputs ? (int)s->oh : c.rows_of_outputs;
    c.taps = area < rows ? area : rows;
    c.tap = window_about(tap, c.taps, area);
    c.columns = s->ow < COLUMNS_MOST ? s->ow : COLUMNS_MOST;
    c.x = window_about(a->x, c.columns, s->ow);
    const int64_t first = window_about(a->y, c.rows_of_outputs, s->oh);
    for (int i = 0; i < c.rows_of_outputs; i++)
        c.y[i] = first + i;
    return c;
}

/* One output row's columns of the crop. Returns how many of the pixel's copies it has. */
static int draw_group(const AlgorithmView *w, Rect box, const Crop *c, int group) {
    const View *v = w->v;
    const Algorithm *a = w->a;
    const int rows = (int)c->taps, columns = (int)c->columns;
    const size_t count = (size_t)(rows * columns);
    float *values = arena_alloc(&v->list->arena, count, sizeof *values, &v->list->error);
    bool *padding = arena_alloc(&v->list->arena, count, sizeof *padding, &v->list->error);
    if (!values || !padding)
        return 0;
    int copies = 0;
    const int64_t area = a->walk.shape.kh * a->walk.shape.kw;
    const int64_t k0 = c->channel * area + c->tap;
    const int64_t n0 = c->y[group] * a->walk.shape.ow + c->x;
    for (int i = 0; i < rows * columns; i++)
        values[i] = gemm_walk_b(&a->walk, a->x_data, a->place.group, k0 + i / columns,
                                n0 + i % columns, &padding[i]);
    const ValueCells cells = {.values = values,
                              .w = columns,
                              .h = rows,
                              .map = ui_colormap(v, a->input),
                              .range = ui_range(v, a->input, (int)w->tap[0]),
                              .padding = padding,
                              .region = ui_keep(v, TEXT("algorithm.patches.%d", group)),
                              .lit = -1};
    values_cells(v, box, &cells);
    for (int i = 0; i < rows * columns; i++) {
        int64_t at[3];
        gemm_walk_source(&a->walk, a->place.group, k0 + i / columns, n0 + i % columns, at);
        if (padding[i] || at[1] != w->pixel[0] || at[2] != w->pixel[1])
            continue;
        copies++;
        ui_mark(v, rect_inset(ui_cell(box, columns, rows, i / columns, i % columns), 1, 1),
                v->theme->hover);
    }
    if (c->y[group] != a->y)
        return copies;
    const Rect top = ui_cell(box, columns, rows, 0, (int)(a->x - c->x));
    ui_mark(v, (Rect){top.x, box.y, top.w, box.h}, v->theme->accent);
    return copies;
}

/* The taps' places in the kernel, beside the rows, where these are high enough. */
static void draw_taps(const AlgorithmView *w, Rect box, const Crop *c) {
    const View *v = w->v;
    const ConvShape *s = &w->a->walk.shape;
    const int64_t running = (w->a->terms - 1) % (s->kh * s->kw);
    if (box.h / c->taps < draw_text_height(v->list, ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT)))
        return;
    for (int i = 0; i < (int)c->taps; i++) {
        const int64_t tap = c->tap + i;
        const UiTone tone = tap == running ? TONE_ACCENT : TONE_DIM;
        draw_text(v->list, ui_cell(box, 1, (int)c->taps, i, 0),
                  ui_mono(v, SIZE_SMALL, tone, ALIGN_RIGHT),
                  TEXT("%lld,%lld", (long long)(tap / s->kw), (long long)(tap % s->kw)));
    }
}

static int draw_crop(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    Rect top = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    const Crop c = choose_crop(w, box.h / ui_px(v, 7) < 4 ? 4 : box.h / ui_px(v, 7));
    const int labels = ui_px(v, 36), gap = SPACE(v);
    const int wide = (box.w - labels - gap * c.rows_of_outputs) / c.rows_of_outputs;
    int side = rect_least(wide / (int)c.columns, box.h / (int)c.taps);
    side = side < 1 ? 1 : side;
    const int height = rect_least(box.h, (int)c.taps * rect_least(2 * side, box.h / (int)c.taps));
    box.h = height;
    int copies = 0;
    draw_taps(w, rect_cut_left(&box, labels - gap / 2), &c);
    rect_cut_left(&top, labels - gap / 2);
    for (int i = 0; i < c.rows_of_outputs; i++) {
        rect_cut_left(&box, gap);
        rect_cut_left(&top, gap);
        Rect label = rect_cut_left(&top, wide), cells = rect_cut_left(&box, wide);
        label.w = cells.w = rect_least(wide, 3 * side * (int)c.columns);
        draw_text(v->list, label, dim, ui_say(v, "algorithm.row", TEXT("%lld", (long long)c.y[i])));
        copies += draw_group(w, cells, &c, i);
    }
    return copies;
}

/* --- Loads ------------------------------------------------------------------------------------ */

static const char *two_loads(const View *v, const GemmLoads *l) {
    return ui_keep(v, TEXT("%s + %s", ui_count(v, l->packed), ui_count(v, l->panel)));
}

static void draw_row(const View *v, Rect *box, const char *what, const char *naive,
                     const char *gemm, bool head) {
    Rect row = rect_cut_top(box, ui_line(v, SIZE_SMALL));
    const int column = row.w * 27 / 100;
    const TextStyle right = head ? ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT)
                                 : ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    draw_text(v->list, rect_cut_right(&row, column), right, gemm);
    draw_text(v->list, rect_cut_right(&row, column - SPACE(v)), right, naive);
    draw_text(v->list, row, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), what);
}

/* How often the two paths load a value. */
static void draw_loads(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    const GemmWalk *walk = &w->a->walk;
    const ConvShape *s = &walk->shape;
    const int64_t tap = (w->a->terms - 1) % (s->kh * s->kw);
    const GemmLoads weight = gemm_walk_weight_loads(walk, tap / s->kw, tap % s->kw);
    const double mr = (double)w->a->place.ir.count, nr = (double)walk->plan.blocks.nr;
    draw_region(v->list, box, NULL, "algorithm.loads");
    draw_hint(v->list, ui_word(v, "algorithm.loads_hint"));
    draw_row(v, &box, ui_word(v, "algorithm.loads"), ui_word(v, "algorithm.by_loops"),
             ui_word(v, "algorithm.by_gemm"), true);
    if (w->pixel[0] >= 0) {
        const GemmLoads input = gemm_walk_input_loads(walk, w->pixel[0], w->pixel[1]);
        draw_row(v, &box, ui_word(v, "algorithm.this_input"), ui_count(v, input.naive),
                 two_loads(v, &input), false);
    } else {
        draw_row(v, &box, ui_word(v, "algorithm.this_input"), "0", "0", false);
    }
    draw_row(v, &box, ui_word(v, "algorithm.this_weight"), ui_count(v, weight.naive),
             two_loads(v, &weight), false);
    draw_row(v, &box, ui_word(v, "algorithm.per_product"), "2",
             ui_digits(v, (mr + nr) / (mr * nr), 2), false);
}

/* --- The column ------------------------------------------------------------------------------- */

/* How often the pixel stands in the matrix, and how often in the crop. */
static const char *copies_text(const AlgorithmView *w, int shown) {
    const View *v = w->v;
    if (w->pixel[0] < 0)
        return ui_word(v, "algorithm.zero");
    const GemmLoads loads = gemm_walk_input_loads(&w->a->walk, w->pixel[0], w->pixel[1]);
    return ui_say(v, loads.copies == 1 ? "algorithm.copy" : "algorithm.copies",
                  TEXT("%lld", (long long)w->pixel[0]), TEXT("%lld", (long long)w->pixel[1]),
                  ui_count(v, loads.copies), TEXT("%d", shown));
}

void algorithm_patches(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    const GemmPlan *p = &w->a->walk.plan;
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    ui_heading(v, &box, ui_word(v, "algorithm.patches"), "");
    ui_paragraph(
        v, &box, dim, 4,
        ui_say(v, "algorithm.crop", ui_count(v, p->k), ui_count(v, p->n), algorithm_channel(w)));
    Rect loads = rect_cut_bottom(&box, 4 * ui_line(v, SIZE_SMALL));
    const int words = draw_paragraph_height(v->list, box.w, dim, ui_line(v, SIZE_SMALL),
                                            copies_text(w, GROUPS_MOST * COLUMNS_MOST));
    const int high = (box.h - words - 2 * SPACE(v)) / 2;
    const char *copies = copies_text(w, draw_crop(w, rect_cut_top(&box, high)));
    rect_cut_top(&box, SPACE(v) / 2);
    ui_paragraph(v, &box, dim, 4, copies);
    rect_cut_top(&box, SPACE(v) / 2);
    rect_cut_bottom(&box, SPACE(v) / 2);
    algorithm_matrices(w, box);
    draw_loads(w, loads);
}
