/* Sums of products: a convolution's patch and kernel channel by channel, a fully connected unit's
 * terms one by one. */
#include "ui/unit.h"

#include "base/text.h"
#include "layer/types.h"
#include "ui/values.h"
#include <math.h>
#include <stdlib.h>

/* What a channel of the patch brings to the sum. */
typedef struct Slice {
    double sum;
    int index; /* which of the window's channels */
} Slice;

static int compare(const void *a, const void *b) {
    const Slice *s = a, *t = b;
    const double x = fabs(s->sum), y = fabs(t->sum);
    return x > y ? -1 : x < y ? 1 : (s->index > t->index) - (s->index < t->index);
}

/* --- Figures below ---------------------------------------------------------------------------- */

/* The term that was added last, the sum so far, and the bias once all are in. */
static void draw_sum(const UnitView *u, Rect box) {
    const View *v = u->v;
    const Trace *t = u->t;
    const bool all = u->taken == t->count;
    if (!all && u->taken > 0) {
        const TraceTerm *last = &t->terms[u->order[u->taken - 1]];
        unit_figures(u, &box,
                     TEXT("%s × %s = %s", ui_number(v, (double)last->value),
                          ui_number(v, (double)last->weight), ui_number(v, last->product)));
    }
    unit_say(u, &box,
             ui_say(v, all ? "unit.sum_all" : "unit.sum_of", ui_count(v, u->taken),
                    ui_count(v, t->count), ui_number(v, u->running)));
    if (all && t->has_bias)
        unit_figures(u, &box,
                     TEXT("%s %s %s (%s)", ui_number(v, u->running), t->bias < 0 ? "−" : "+",
                          ui_number(v, fabs(t->bias)), ui_word(v, "trace.bias")));
}

/* Of the longest that it says while the sum grows, so that what is above stays in its place. */
static int sum_height(const UnitView *u, int width) {
    const View *v = u->v;
    const int line = ui_line(v, SIZE_BODY);
    const char *all = ui_count(v, u->t->count), *number = "−0.00123";
    const TextStyle style = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
    const TextStyle mono = ui_mono(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    const char *words[] = {ui_say(v, "unit.sum_of", all, all, number),
                           ui_say(v, "unit.sum_all", all, all, number)};
    const char *figures[] = {
        ui_keep(v, TEXT("%s × %s = %s", number, number, number)),
        ui_keep(v, TEXT("%s − %s (%s)", number, number, ui_word(v, "trace.bias")))};
    int most = 0;
    for (int i = 0; i < 2; i++) {
        const int height = draw_paragraph_height(v->list, width, style, line, words[i]) +
                           draw_paragraph_height(v->list, width, mono, line, figures[i]);
        most = height > most ? height : most;
    }
    return most;
}

/* --- By channels ------------------------------------------------------------------------------ */

typedef struct Patch {
    float *values, *weights, *products;
    bool *padding;
    bool *waiting; /* products that the running sum has not come to, and those of padding */
    float most_value, most_weight, most_product;
} Patch;

static bool make_patch(const UnitView *u, int64_t area, Patch *p) {
    Arena *arena = &u->v->list->arena;
    Error *err = &u->v->list->error;
    const Trace *t = u->t;
    const size_t count = (size_t)t->count;
    p->values = arena_alloc(arena, count, sizeof *p->values, err);
    p->weights = arena_alloc(arena, count, sizeof *p->weights, err);
    p->products = arena_alloc(arena, count, sizeof *p->products, err);
    p->padding = arena_alloc(arena, count, sizeof *p->padding, err);
    p->waiting = arena_alloc(arena, count, sizeof *p->waiting, err);
    if (!p->values || !p->weights || !p->products || !p->padding || !p->waiting || area < 1)
        return false;
    for (int64_t i = 0; i < t->count; i++) {
        p->values[i] = t->terms[i].value;
        p->weights[i] = t->terms[i].weight;
        p->products[i] = (float)t->terms[i].product;
        p->padding[i] = t->terms[i].padding;
        p->most_value = fmaxf(p->most_value, fabsf(p->values[i]));
        p->most_weight = fmaxf(p->most_weight, fabsf(p->weights[i]));
        p->most_product = fmaxf(p->most_product, fabsf(p->products[i]));
        p->waiting[i] = p->padding[i];
    }
    for (int64_t i = u->taken; i < t->count; i++)
        p->waiting[u->order[i]] = true;
    return true;
}

static void draw_grid(const UnitView *u, Rect box, const float *values, const bool *padding,
                      float most, int64_t at, int current, const char *region) {
    const Trace *t = u->t;
    const int w = (int)t->window[2], h = (int)t->window[1];
    ValueCells cells = {.values = values,
                        .w = w,
                        .h = h,
                        .map = COLORMAP_RDBU,
                        .range = {-most, most},
                        .padding = padding,
                        .region = region};
    Rect fit = ui_fit(box, w, h, true);
    unit_cells(u, at, &cells);
    values_cells(u->v, fit, &cells);
    if (current >= 0)
        ui_mark(u->v, ui_cell(fit, w, h, current / w, current % w), u->v->theme->accent);
}

/* "x", "=" between the grids; what stands above them in the first row. */
static void draw_sign(const View *v, Rect box, const char *sign) {
    draw_text(v->list, box, ui_mono(v, SIZE_HEAD, TONE_DIM, ALIGN_CENTRE), sign);
}

/* The term of this channel that the running sum took last: its place in the channel, or -1. */
static int current_of(const UnitView *u, int rank, int64_t area) {
    const int64_t begin = rank * area;
    if (u->taken == u->t->count || u->taken <= begin || u->taken > begin + area)
        return -1;
    return (int)(u->taken - 1 - begin);
}

static const char *place_name(const UnitView *u, const char *name, int rank) {
    return rank == 0 ? name : ui_keep(u->v, TEXT("%s.%d", name, rank));
}

/* "channel 3"; of the picture "blue". */
static const char *channel_name(const UnitView *u, const TraceTerm *term) {
    const int from = u->v->graph->nodes[u->node].inputs[term->input];
    const char *name = ui_channel(u->v, from, (int)term->c);
    return from == GRAPH_IMAGE && u->v->graph->input.dim[0] == 3
               ? name
               : ui_say(u->v, "unit.channel", name);
}

static int sum_width(const View *v) {
    return ui_px(v, 70);
}

/* Of this channel's products, those that the running sum has. */
static double sum_so_far(const UnitView *u, int rank, int64_t area) {
    double sum = 0;
    for (int64_t i = rank * area; i < u->taken && i < (rank + 1) * area; i++)
        sum += u->t->terms[u->order[i]].product;
    return sum;
}

static void draw_slice(const UnitView *u, Rect row, const Patch *p, const Slice *slices, int rank,
                       int64_t area) {
    const View *v = u->v;
    const Slice *s = &slices[rank];
    const TraceTerm *first = &u->t->terms[s->index * area];
    const int current = current_of(u, rank, area), sign = ui_px(v, 18);
    const int64_t at = s->index * area;
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    if (u->t->window[0] > 1)
        draw_text(v->list, rect_cut_top(&row, ui_line(v, SIZE_SMALL)), small,
                  channel_name(u, first));
    Rect sum = rect_cut_right(&row, sum_width(v));
    if (u->taken > rank * area)
        draw_text(v->list, sum,
                  ui_mono(v, SIZE_BODY, current >= 0 ? TONE_ACCENT : TONE_TEXT, ALIGN_RIGHT),
                  ui_number(v, sum_so_far(u, rank, area)));
    draw_sign(v, rect_cut_right(&row, sign), "Σ");
    const int width = (row.w - 2 * sign) / 3;
    Rect value = rect_cut_left(&row, width);
    draw_sign(v, rect_cut_left(&row, sign), "×");
    Rect weight = rect_cut_left(&row, width);
    draw_sign(v, rect_cut_left(&row, sign), "=");
    draw_grid(u, rect_inset(value, 2, 3), p->values + at, p->padding + at, p->most_value, at,
              current, place_name(u, "unit.patch", rank));
    draw_grid(u, rect_inset(weight, 2, 3), p->weights + at, NULL, p->most_weight, at, current,
              place_name(u, "unit.kernel", rank));
    draw_grid(u, rect_inset(row, 2, 3), p->products + at, p->waiting + at, p->most_product, at,
              current, place_name(u, "unit.products", rank));
}

static Slice *make_slices(const UnitView *u, int channels, int64_t area) {
    Slice *slices =
        arena_alloc(&u->v->list->arena, (size_t)channels, sizeof *slices, &u->v->list->error);
    for (int i = 0; slices && i < channels; i++) {
        slices[i].index = i;
        for (int64_t k = 0; k < area; k++)
            slices[i].sum += u->t->terms[i * area + k].product;
    }
    const bool colors = u->v->graph->nodes[u->node].inputs[0] == GRAPH_IMAGE; /* red, green, blue */
    if (slices && !colors && u->v->place->terms == TERMS_STRONGEST)
        qsort(slices, (size_t)channels, sizeof *slices, compare);
    return slices;
}

/* The running sum goes through the channels in the order that they are shown in. */
static void reorder(UnitView *u, const Slice *slices, int channels, int64_t area) {
    u->running = 0;
    for (int c = 0; c < channels; c++)
        for (int64_t k = 0; k < area; k++)
            u->order[c * area + k] = slices[c].index * area + k;
    for (int64_t i = 0; i < u->taken; i++)
        u->running += u->t->terms[u->order[i]].product;
}

/* The page that the running sum has reached, else the one asked for. */
static int page_of(const UnitView *u, int rows, int pages, int64_t area) {
    int page = u->v->place->term_page;
    if (u->taken > 0 && u->taken < u->t->count)
        page = (int)((u->taken - 1) / area / rows);
    return page >= pages ? pages - 1 : page;
}

static const char *pages_text(const UnitView *u, bool channels, int first, int last, int all) {
    const View *v = u->v;
    const bool colors = channels && v->graph->nodes[u->node].inputs[0] == GRAPH_IMAGE;
    const char *key = colors || v->place->terms != TERMS_STRONGEST ? "unit.shown_of"
                      : channels                                   ? "unit.strongest_of"
                                                                   : "unit.strongest_terms";
    return ui_say(v, key, TEXT("%d", first + 1), TEXT("%d", last), ui_count(v, all));
}

static int pages_buttons(const View *v) {
    return ui_px(v, 76);
}

static int pages_height(const UnitView *u, int width, bool channels, int all) {
    const View *v = u->v;
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int words =
        draw_paragraph_height(v->list, width - pages_buttons(v), small, ui_line(v, SIZE_SMALL),
                              pages_text(u, channels, all, all, all));
    return words > ui_px(v, 30) ? words : ui_px(v, 30);
}

/* Which of them are shown, and the way to the others. */
static void draw_pages(const UnitView *u, Rect *box, bool channels, int first, int last, int all) {
    const View *v = u->v;
    Rect line = rect_cut_bottom(box, pages_height(u, box->w, channels, all));
    Rect right = rect_cut_right(&line, pages_buttons(v));
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *text = pages_text(u, channels, first, last, all);
    const int height = draw_paragraph_height(v->list, line.w, small, ui_line(v, SIZE_SMALL), text);
    rect_cut_top(&line, (line.h - height) / 2);
    ui_paragraph(v, &line, small, 4, text);
    ui_button(v, &right, "‹", NULL, "terms.prev", false, "unit.terms_prev");
    ui_button(v, &right, "›", NULL, "terms.next", false, "unit.terms_next");
}

/* How high a channel's row is: its cells so large that numbers stand in them, where the width
 * allows that; else as much as is still seen. */
static int row_height(const UnitView *u, Rect box, int channels) {
    const View *v = u->v;
    const int w = (int)u->t->window[2], h = (int)u->t->window[1], sign = ui_px(v, 18);
    const int name = channels > 1 ? ui_line(v, SIZE_SMALL) : 0;
    const int grid = (box.w - sum_width(v) - 3 * sign) / 3 - 4;
    const int side = rect_least(grid / w, ui_px(v, 64));
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const bool readable = side >= draw_text_width(v->list, mono, "−0.12") + VALUES_GAP;
    return (readable ? h * side + 6 : ui_px(v, 64)) + name;
}

/* Which channels there is room for, and the maps above them if there is still more. */
typedef struct Pages {
    int rows, pages, page, height;
} Pages;

static Pages pages_of(const UnitView *u, Rect *box, Rect *slide, int channels, int64_t area) {
    const int height = row_height(u, *box, channels);
    const int line = pages_height(u, box->w, true, channels);
    const int maps = unit_slide_height(u, *box);
    Pages p = {.height = height};
    if (maps > 0 && box->h - maps >= height + (channels > 1 ? line : 0))
        *slide = rect_cut_top(box, maps);
    p.rows = box->h / height;
    if (channels > p.rows)
        p.rows = (box->h - line) / height;
    p.rows = p.rows < 1 ? 1 : p.rows > channels ? channels : p.rows > 6 ? 6 : p.rows;
    p.pages = (channels + p.rows - 1) / p.rows;
    p.page = page_of(u, p.rows, p.pages, area);
    return p;
}

static void by_channels(UnitView *u, Rect box) {
    const View *v = u->v;
    const int channels = (int)u->t->window[0];
    const int64_t area = u->t->window[1] * u->t->window[2];
    Patch patch = {.values = NULL};
    Slice *slices = make_slices(u, channels, area);
    if (!slices)
        return;
    reorder(u, slices, channels, area);
    if (!make_patch(u, area, &patch))
        return;
    Rect sum = rect_cut_bottom(&box, sum_height(u, box.w)), slide = {.h = 0};
    const Pages p = pages_of(u, &box, &slide, channels, area);
    const int first = p.page * p.rows, last = rect_least(first + p.rows, channels);
    if (p.pages > 1)
        draw_pages(u, &box, true, first, last, channels);
    const int height = rect_least(box.h / p.rows, ui_px(v, 300));
    if (slide.h > 0)
        unit_slide(u, slide, u->t->terms[slices[first].index * area].c);
    const int name = channels > 1 ? ui_line(v, SIZE_SMALL) : 0;
    for (int i = first; height - name >= ui_line(v, SIZE_HEAD) && i < last; i++)
        draw_slice(u, rect_cut_top(&box, height), &patch, slices, i, area);
    draw_sum(u, sum);
}

/* --- Term by term ----------------------------------------------------------------------------- */

/* Where a term's value lay before it came into a row: back through flatten and dropout, which keep
 * the order. at: channel, row and column; of a vector only the first counts. */
static int origin_of(const UnitView *u, const TraceTerm *term, int at[3]) {
    const Graph *g = u->v->graph;
    int node = g->nodes[u->node].inputs[term->input];
    const SceneExtent e = scene_extent(u->v->scene, node);
    const int64_t i = e.vector ? term->c : (term->c * e.height + term->y) * e.width + term->x;
    while (node >= 0 &&
           (g->nodes[node].type == &layer_flatten || g->nodes[node].type == &layer_dropout))
        node = g->nodes[node].inputs[0];
    const SceneExtent o = scene_extent(u->v->scene, node);
    const int64_t area = (int64_t)o.height * o.width;
    at[0] = (int)(i / area);
    at[1] = (int)(i % area / o.width);
    at[2] = (int)(i % o.width);
    return node;
}

/* How much a row says, from all to the least. */
typedef enum RowForm { ROW_WORDS, ROW_NUMBERS, ROW_BARE, ROW_FORMS } RowForm;
enum { BAR_LEAST = 60 };

static const char *origin_text(const UnitView *u, const TraceTerm *term, RowForm form) {
    const View *v = u->v;
    int at[3];
    const int node = origin_of(u, term, at);
    const SceneExtent e = scene_extent(v->scene, node);
    const char *channel = ui_channel(v, node, at[0]);
    if (e.vector)
        return form == ROW_WORDS ? ui_say(v, "unit.place_vector", channel) : channel;
    if (e.height * e.width == 1)
        return form == ROW_WORDS ? ui_say(v, "unit.channel", channel) : channel;
    if (form != ROW_WORDS)
        return ui_say(v, "unit.place_short", channel, TEXT("%d", at[1]), TEXT("%d", at[2]));
    return ui_say(v, "unit.place", channel, TEXT("%d", at[1]), TEXT("%d", at[2]));
}

static const char *product_text(const UnitView *u, const TraceTerm *term) {
    const View *v = u->v;
    return ui_keep(v, TEXT("%s × %s = %s", ui_number(v, (double)term->value),
                           ui_number(v, (double)term->weight), ui_number(v, term->product)));
}

/* Columns of a page of terms. */
typedef struct TermRows {
    RowForm form;
    int place, figures; /* widths */
    double most;
} TermRows;

static TermRows term_rows(const UnitView *u, int width, int first, int last) {
    const View *v = u->v;
    const TextStyle place = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    TermRows r = {.most = 0};
    for (int64_t i = 0; i < u->t->count; i++)
        r.most = fmax(r.most, fabs(u->t->terms[i].product));
    for (int form = 0; form < ROW_FORMS; form++) {
        r.form = (RowForm)form;
        r.place = r.figures = 0;
        for (int i = first; i < last; i++) {
            const TraceTerm *term = &u->t->terms[u->order[i]];
            const int a = draw_text_width(v->list, place, origin_text(u, term, r.form));
            const int b = draw_text_width(v->list, mono, product_text(u, term));
            r.place = a > r.place ? a : r.place;
            r.figures = b > r.figures ? b : r.figures;
        }
        const int bar = r.form == ROW_BARE ? 0 : ui_px(v, BAR_LEAST);
        if (r.place + r.figures + 3 * SPACE(v) + bar <= width)
            break;
    }
    return r;
}

/* Hovering it lights the cell of the map where its value lay. */
static void term_region(const UnitView *u, Rect row, const TraceTerm *term, int index) {
    const View *v = u->v;
    int at[3];
    const int node = origin_of(u, term, at);
    const SceneExtent e = scene_extent(v->scene, node);
    draw_region(v->list, row, NULL, "unit.term.%d", index);
    draw_hint(v->list, ui_say(v, "unit.term", ui_label(v, node), origin_text(u, term, ROW_WORDS),
                              product_text(u, term)));
    if (e.vector)
        return;
    const char *name = node == GRAPH_IMAGE ? "input" : v->graph->nodes[node].name;
    draw_cells(v->list, 1, 1, CELLS_NONE, TEXT("hover.cell %s %d", name, at[0]));
    draw_cells_part(
        v->list, (DrawPart){.first = {at[1], at[2]}, .step = {1, 1}, .end = {e.height, e.width}});
}

static void draw_term(const UnitView *u, Rect row, const TermRows *r, int index) {
    const View *v = u->v;
    const TraceTerm *term = &u->t->terms[u->order[index]];
    const bool current = u->taken < u->t->count && index == u->taken - 1;
    const TextStyle place = ui_style(v, SIZE_SMALL, current ? TONE_ACCENT : TONE_DIM, ALIGN_LEFT);
    const TextStyle mono = ui_mono(v, SIZE_SMALL, current ? TONE_ACCENT : TONE_TEXT, ALIGN_LEFT);
    term_region(u, row, term, index);
    draw_text(v->list, rect_cut_left(&row, r->place), place, origin_text(u, term, r->form));
    rect_cut_left(&row, 2 * SPACE(v));
    draw_text(v->list, rect_cut_left(&row, r->figures), mono, product_text(u, term));
    if (r->form == ROW_BARE)
        return;
    rect_cut_left(&row, SPACE(v));
    const Rect bar = rect_inset(row, 0, row.h / 5);
    const int middle = bar.x + bar.w / 2;
    const int length = r->most > 0 ? (int)lround(bar.w / 2.0 * fabs(term->product) / r->most) : 0;
    draw_fill(
        v->list,
        (Rect){term->product < 0 ? middle - length : middle, bar.y, length < 1 ? 1 : length, bar.h},
        term->product < 0 ? v->theme->negative : v->theme->positive);
}

/* What the places are places in: "Its inputs: pool2, 4 × 4 × 50, flattened." */
static void draw_origin(const UnitView *u, Rect *box) {
    const View *v = u->v;
    int at[3];
    const int node = origin_of(u, &u->t->terms[0], at);
    const SceneExtent e = scene_extent(v->scene, node);
    ui_paragraph(v, box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 2,
                 ui_say(v, e.vector ? "unit.terms_of" : "unit.terms_flat", ui_label(v, node),
                        ui_unbroken(v, ui_extent_of(v, node))));
    rect_cut_top(box, SPACE(v) / 2);
}

static void by_terms(const UnitView *u, Rect box) {
    const View *v = u->v;
    const int line = ui_line(v, SIZE_SMALL);
    Rect sum = rect_cut_bottom(&box, sum_height(u, box.w));
    const int all = (int)u->t->count;
    draw_origin(u, &box);
    int rows = box.h / line;
    rows = rows < all ? (box.h - pages_height(u, box.w, false, all)) / line : all;
    rows = rows < 1 ? 1 : rows;
    const int pages = (all + rows - 1) / rows, page = page_of(u, rows, pages, 1);
    const int first = page * rows, last = rect_least(first + rows, all);
    const TermRows r = term_rows(u, box.w, first, last);
    if (pages > 1)
        draw_pages(u, &box, false, first, last, all);
    for (int i = first; i < last; i++)
        draw_term(u, rect_cut_top(&box, line), &r, i);
    draw_sum(u, sum);
}

void unit_sum(const UnitView *u, Rect box) {
    UnitView own = *u; /* by channels the sum has an order of its own */
    if (unit_has_patch(u))
        by_channels(&own, box);
    else
        by_terms(u, box);
}
