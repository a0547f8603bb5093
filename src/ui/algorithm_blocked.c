/* Blocked GEMM: its five loops with their indices, the parts of A, B and C that are at work, the
 * packed panels about the running k, and the micro-tile's accumulators as they fill. */
#include "ui/algorithm.h"
#include "ui/prediction.h"

#include "base/text.h"
#include <math.h>

/* --- The program ------------------------------------------------------------------------------ */

static const char *span_text(const View *v, GemmSpan s, int64_t all) {
    char of[32] = "";
    if (all)
        text_format(of, sizeof of, " / %lld", (long long)all);
    return ui_keep(v,
                   TEXT("%lld…%lld%s", (long long)s.first, (long long)(s.first + s.count - 1), of));
}

enum { LINES_MOST = 14 };

/* Lines of the engine's loops; those for groups and for the rows that threads share only where
 * there are several. */
static int blocked_code(const AlgorithmView *w, CodeLine lines[LINES_MOST]) {
    const View *v = w->v;
    const GemmPlan *plan = &w->a->walk.plan;
    const GemmPlace *p = &w->a->place;
    const bool begins = p->k == 0, ends = p->k == p->pc.count - 1;
    int n = 0;
    if (w->a->walk.shape.groups > 1)
        lines[n++] = (CodeLine){"for g:", NULL,
                                ui_keep(v, TEXT("%lld / %lld", (long long)p->group,
                                                (long long)w->a->walk.shape.groups)),
                                false};
    lines[n++] = (CodeLine){"for jc in N:", NULL, span_text(v, p->jc, plan->n), false};
    if (plan->row_blocks > 1)
        lines[n++] = (CodeLine){" for rows in M:", NULL, span_text(v, p->rows, plan->m), false};
    lines[n++] = (CodeLine){" for pc in K by KC:", NULL, span_text(v, p->pc, plan->k), false};
    lines[n++] =
        (CodeLine){"  for ic in M by MC:", "  for ic in M:", span_text(v, p->ic, plan->m), false};
    if (!plan->direct)
        lines[n++] = (CodeLine){"   pack A[ic,pc]", NULL, NULL, p->packs_a};
    lines[n++] =
        (CodeLine){"   for jr in jc by NR:", "   for jr in jc:", span_text(v, p->jr, 0), false};
    lines[n++] = (CodeLine){"    pack B[pc,jr]  (1st ic)", "    pack B[pc,jr]", NULL, p->packs_b};
    lines[n++] =
        (CodeLine){"    for ir in ic by MR:", "    for ir in ic:", span_text(v, p->ir, 0), false};
    lines[n++] = (CodeLine){"     acc = 0", NULL, NULL, begins};
    lines[n++] =
        (CodeLine){"     for k in pc:", NULL,
                   ui_keep(v, TEXT("%lld / %lld", (long long)p->k, (long long)p->pc.count)), false};
    lines[n++] = (CodeLine){"      acc += A[ir,k] × B[k,jr]", "      acc += A × B", NULL, true};
    lines[n++] =
        (CodeLine){p->pc.first ? "     C[ir,jr] += acc" : "     C[ir,jr] = acc", NULL, NULL, ends};
    return n;
}

/* --- A, B and C ------------------------------------------------------------------------------- */

/* The part of a length that a span has of `all`; at least two pixels, so that it is seen. */
static void part_of_length(GemmSpan s, int64_t all, int from, int length, int *at, int *size) {
    *at = from + (int)((double)length * (double)s.first / (double)all);
    *size = (int)ceil((double)length * (double)s.count / (double)all);
    *size = *size < 2 ? 2 : *size;
    if (*at + *size > from + length)
        *at = from + length - *size;
}

static Rect part_of_matrix(Rect box, GemmSpan rows, int64_t m, GemmSpan columns, int64_t n) {
    Rect r;
    part_of_length(columns, n, box.x, box.w, &r.x, &r.w);
    part_of_length(rows, m, box.y, box.h, &r.y, &r.h);
    return r;
}

/* A matrix with its block, within that the panel, and within that what the step reads. */
static void draw_matrix(const View *v, Rect box, Rect block, Rect panel, Rect step,
                        const char *name, const char *hint) {
    const Theme *t = v->theme;
    draw_fill(v->list, box, t->raised);
    draw_fill(v->list, block, theme_mix(t->raised, t->bar, 0.35));
    draw_fill(v->list, panel, theme_mix(t->raised, t->bar, 0.8));
    draw_fill(v->list, step, t->accent);
    draw_frame(v->list, box, t->line);
    draw_region(v->list, box, NULL, "algorithm.matrix.%.1s", name);
    draw_hint(v->list, hint);
}

static double share(double a, double b) {
    const double part = sqrt(a) / (sqrt(a) + sqrt(b));
    return part < 0.25 ? 0.25 : part > 0.6 ? 0.6 : part;
}

static const char *matrix_name(const View *v, const char *name, int64_t rows, int64_t columns) {
    return ui_keep(v, TEXT("%s %lld × %lld", name, (long long)rows, (long long)columns));
}

/* A at the left, B above, C where they meet, each with its name above or below it. */
void algorithm_matrices(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    const GemmPlan *p = &w->a->walk.plan;
    const GemmPlace *at = &w->a->place;
    const int line = ui_line(v, SIZE_SMALL), gap = SPACE(v) / 2;
    if (box.h < 3 * line + ui_px(v, 30))
        return;
    draw_region(v->list, box, NULL, "algorithm.matrices");
    draw_hint(v->list, ui_word(v, "algorithm.matrices_hint"));
    const TextStyle dim = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *names[] = {matrix_name(v, "A", p->m, p->k), matrix_name(v, "B", p->k, p->n),
                           matrix_name(v, "C", p->m, p->n)};
    Rect left = rect_cut_left(&box, (int)(box.w * share((double)p->k, (double)p->n)));
    rect_cut_left(&box, 2 * gap);
    const int high = (int)((box.h - 2 * line - gap) * share((double)p->k, (double)p->m));
    draw_text(v->list, rect_cut_top(&box, line), dim, names[1]);
    Rect b = rect_cut_top(&box, high);
    draw_text(v->list, rect_cut_bottom(&box, line), dim, names[2]);
    rect_cut_top(&box, gap);
    const Rect c = box, a = {left.x, c.y, left.w, c.h};
    draw_text(v->list, (Rect){left.x, c.y + c.h, left.w + gap, line}, dim, names[0]);
    const GemmSpan k = {at->pc.first + at->k, 1}, row = {w->a->row, 1}, column = {w->a->column, 1};
    draw_matrix(v, a, part_of_matrix(a, at->ic, p->m, at->pc, p->k),
                part_of_matrix(a, at->ir, p->m, at->pc, p->k),
                part_of_matrix(a, at->ir, p->m, k, p->k), "a", ui_word(v, "algorithm.a_hint"));
    draw_matrix(v, b, part_of_matrix(b, at->pc, p->k, at->jc, p->n),
                part_of_matrix(b, at->pc, p->k, at->jr, p->n),
                part_of_matrix(b, k, p->k, at->jr, p->n), "b", ui_word(v, "algorithm.b_hint"));
    draw_matrix(v, c, part_of_matrix(c, at->rows, p->m, at->jc, p->n),
                part_of_matrix(c, at->ir, p->m, at->jr, p->n),
                part_of_matrix(c, row, p->m, column, p->n), "c", ui_word(v, "algorithm.c_hint"));
}

/* --- The micro-tile --------------------------------------------------------------------------- */

enum { DEPTH_SHOWN = 8 };

typedef struct Tile {
    int rows, columns, depth; /* depth: how many k of the panels are shown, */
    int64_t k0;               /* from this one of the block on */
    float *a, *b, *c;         /* rows x depth, depth x columns, rows x columns */
    bool *later;              /* of a and b: not come to yet (as large as the larger) */
} Tile;

static bool make_tile(const AlgorithmView *w, Tile *t) {
    const View *v = w->v;
    const Algorithm *s = w->a;
    const GemmPlace *p = &s->place;
    Arena *arena = &v->list->arena;
    Error *err = &v->list->error;
    *t = (Tile){.rows = (int)p->ir.count, .columns = (int)p->jr.count};
    t->depth = (int)(p->pc.count < DEPTH_SHOWN ? p->pc.count : DEPTH_SHOWN);
    t->k0 = p->k / t->depth * t->depth;
    t->k0 = t->k0 + t->depth > p->pc.count ? p->pc.count - t->depth : t->k0;
    t->a = arena_alloc(arena, (size_t)(t->rows * t->depth), sizeof *t->a, err);
    t->b = arena_alloc(arena, (size_t)(t->depth * t->columns), sizeof *t->b, err);
    t->c = arena_alloc(arena, (size_t)(t->rows * t->columns), sizeof *t->c, err);
    if (!t->a || !t->b || !t->c)
        return false;
    for (int i = 0; i < t->rows * t->depth; i++)
        t->a[i] = gemm_walk_a(&s->walk, s->weights, p->group, p->ir.first + i / t->depth,
                              p->pc.first + t->k0 + i % t->depth);
    for (int i = 0; i < t->depth * t->columns; i++)
        t->b[i] = gemm_walk_b(&s->walk, s->x_data, p->group, p->pc.first + t->k0 + i / t->columns,
                              p->jr.first + i % t->columns, NULL);
    gemm_walk_tile(&s->walk, p, s->x_data, s->weights, t->c);
    return true;
}

static ColorRange signed_range(const float *x, int count) {
    float most = 0;
    for (int i = 0; i < count; i++)
        most = fmaxf(most, fabsf(x[i]));
    return (ColorRange){-most, most};
}

static void draw_cells_of(const View *v, Rect box, const float *x, int w, int h, ColorRange range,
                          const char *region, const char *hint) {
    const ValueCells cells = {.values = x,
                              .w = w,
                              .h = h,
                              .map = COLORMAP_RDBU,
                              .range = range,
                              .region = region,
                              .lit = -1};
    values_cells(v, box, &cells);
    draw_hint(v->list, hint);
}

/* The sliver of A at the left, the panel of B above, the accumulators where they meet. */
static void draw_tile(const AlgorithmView *w, Rect box, const Tile *t) {
    const View *v = w->v;
    const Stats *stats = scene_stats(v->scene, w->a->input);
    const float most = stats ? fmaxf(fabsf(stats->min), fabsf(stats->max)) : 0;
    const ColorRange patches =
        stats ? (ColorRange){-most, most} : signed_range(t->b, t->depth * t->columns);
    const int gap = SPACE(v);
    const int wide = (box.w - gap) / (t->depth + t->columns);
    const int high = (box.h - gap) / (t->depth + t->rows);
    const int cell = wide < 1 || high < 1 ? 1 : wide, tall = high < 1 ? 1 : rect_least(high, wide);
    Rect a = {box.x, box.y + t->depth * tall + gap, t->depth * cell, t->rows * tall};
    Rect b = {box.x + t->depth * cell + gap, box.y, t->columns * cell, t->depth * tall};
    Rect c = {b.x, a.y, b.w, a.h};
    draw_cells_of(v, a, t->a, t->depth, t->rows, signed_range(t->a, t->rows * t->depth),
                  "algorithm.sliver", ui_word(v, "algorithm.sliver_hint"));
    draw_cells_of(v, b, t->b, t->columns, t->depth, patches, "algorithm.panel",
                  ui_word(v, "algorithm.panel_hint"));
    draw_cells_of(v, c, t->c, t->columns, t->rows, signed_range(t->c, t->rows * t->columns),
                  "algorithm.accumulators", ui_word(v, "algorithm.accumulators_hint"));
    const int k = (int)(w->a->place.k - t->k0);
    const int row = (int)(w->a->row - w->a->place.ir.first);
    const int column = (int)(w->a->column - w->a->place.jr.first);
    const Rect ak = ui_cell(a, t->depth, t->rows, 0, k),
               bk = ui_cell(b, t->columns, t->depth, k, 0);
    ui_mark(v, (Rect){ak.x, a.y, ak.w, a.h}, v->theme->accent);
    ui_mark(v, (Rect){b.x, bk.y, b.w, bk.h}, v->theme->accent);
    ui_mark(v, ui_cell(c, t->columns, t->rows, row, column), v->theme->accent);
}

/* The chosen output's accumulator, and what C holds with it. */
static void draw_sums(const AlgorithmView *w, Rect box, const Tile *t) {
    const View *v = w->v;
    const Algorithm *a = w->a;
    const GemmPlace *p = &a->place;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int64_t row = a->row - p->ir.first, column = a->column - p->jr.first;
    const float acc = t->c[row * t->columns + column];
    ui_paragraph(v, &box, dim, 3,
                 ui_say(v, "algorithm.tile", TEXT("%d", t->rows), TEXT("%d", t->columns),
                        TEXT("%d", t->depth), ui_count(v, p->pc.count)));
    ui_paragraph(v, &box, mono, 1,
                 ui_keep(v, TEXT("acc[%lld,%lld] = %s", (long long)row, (long long)column,
                                 prediction_value(v, ui_digits(v, (double)acc, 7)))));
    float c = p->pc.first ? gemm_walk_c(&a->walk, a->x_data, a->weights, p->group, a->row,
                                        a->column, p->pc.first)
                          : 0;
    c = p->pc.first ? c + acc : acc;
    const bool all = a->terms == a->walk.plan.k;
    if (all && a->bias)
        c += a->bias[a->channel];
    if (all || p->pc.first)
        ui_paragraph(v, &box, mono, 1,
                     ui_keep(v, TEXT("%s = %s", all ? "y" : "C + acc",
                                     prediction_value(v, ui_digits(v, (double)c, 7)))));
}

/* --- The column ------------------------------------------------------------------------------- */

static const char *blocks_text(const AlgorithmView *w) {
    const GemmPlan *p = &w->a->walk.plan;
    const View *v = w->v;
    return ui_keep(v, TEXT("%s:  MR %d  NR %d  MC %d  NC %d  KC %d", cpu_tier_name(w->a->walk.tier),
                           p->blocks.mr, p->blocks.nr, p->blocks.mc, p->blocks.nc, p->blocks.kc));
}

void algorithm_blocked(const AlgorithmView *w, Rect box) {
    const View *v = w->v;
    CodeLine lines[LINES_MOST];
    Tile t;
    const int line = ui_line(v, SIZE_SMALL);
    ui_heading(v, &box, ui_word(v, "algorithm.blocked"), "");
    ui_paragraph(v, &box, ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 2, blocks_text(w));
    const int count = blocked_code(w, lines);
    algorithm_code(v, &box, lines, count, "algorithm.five");
    if (!make_tile(w, &t))
        return;
    const char *words = ui_say(v, "algorithm.tile", "14", "32", "8", "384");
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int height = draw_paragraph_height(v->list, box.w, dim, line, words) + 2 * line;
    if (box.h >= height)
        draw_sums(w, rect_cut_bottom(&box, height), &t);
    draw_tile(w, rect_inset(box, 2, SPACE(v) / 2), &t);
}
