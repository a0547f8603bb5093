/* view.dense: the stack that grows through a dense block, coloured by the layer that made each
 * slice; and the weight that every later reader gives to it. */
#include "ui/lab.h"

#include "base/text.h"
#include "session/lab.h"
#include "session/ledger.h"
#include <math.h>

typedef struct Dense {
    const View *v;
    LabDense d;
    const Work *work; /* NULL: not this block's */
    int rows;         /* readers: the layers' 1x1, and what follows the block */
    int row, column;  /* under the mouse; -1: none */
    int chosen;
} Dense;

/* What reads: "layer 12", or the layer behind the block. */
static const char *reader_name(const Dense *x, int row) {
    const View *v = x->v;
    const int node = x->d.consumers[row];
    if (row < x->d.layers)
        return ui_say(v, "dense.layer", TEXT("%d", row + 1));
    return node < 0 ? ui_word(v, "dense.nobody") : ui_label(v, node);
}

static const char *source_name(const Dense *x, int column) {
    return column ? ui_say(x->v, "dense.layer", TEXT("%d", column)) : ui_word(x->v, "dense.input");
}

static int64_t channels_read(const Dense *x, int row) {
    return x->d.input + row * x->d.growth;
}

/* --- Cells ------------------------------------------------------------------------------------ */

/* Grey for what comes in, then from the first layer to the last along viridis. */
static Color slice_color(const Dense *x, int slice) {
    uint8_t rgb[3];
    if (slice == 0)
        return x->v->theme->dim;
    const float at = x->d.layers > 1 ? (float)(slice - 1) / (float)(x->d.layers - 1) : 0;
    colormap_color(COLORMAP_VIRIDIS, (ColorRange){0, 1}, 0.12F + 0.88F * at, rgb);
    return (Color){rgb[0], rgb[1], rgb[2], 255};
}

static void put(uint8_t *pixels, int64_t at, Color c) {
    pixels[3 * at] = c.r;
    pixels[3 * at + 1] = c.g;
    pixels[3 * at + 2] = c.b;
}

/* A row a reader, a column a pixel: the stack that it reads, to scale. */
static void draw_stack(const Dense *x, Rect box) {
    const View *v = x->v;
    uint8_t *pixels = draw_pixels(v->list, box.w, x->rows, 3);
    const double all = (double)channels_read(x, x->d.layers);
    for (int row = 0; pixels && row < x->rows; row++)
        for (int px = 0; px < box.w; px++) {
            const int64_t channel = (int64_t)((px + 0.5) / box.w * all);
            const int slice =
                channel < x->d.input ? 0 : 1 + (int)((channel - x->d.input) / x->d.growth);
            put(pixels, (int64_t)row * box.w + px,
                slice > row ? v->theme->panel : slice_color(x, slice));
        }
    if (pixels)
        draw_image(v->list, box, pixels, box.w, x->rows, 3);
}

static void draw_matrix(const Dense *x, Rect box) {
    const View *v = x->v;
    uint8_t *pixels = draw_pixels(v->list, x->rows, x->rows, 3);
    for (int row = 0; pixels && row < x->rows; row++) {
        const double most = ledger_most(x->work, row);
        for (int column = 0; column < x->rows; column++) {
            const double w = ledger_weight(x->work, row, column);
            const int64_t at = (int64_t)row * x->rows + column;
            put(pixels, at, v->theme->panel);
            if (w >= 0 && most > 0)
                colormap_color(COLORMAP_VIRIDIS, (ColorRange){0, 1}, (float)(w / most),
                               pixels + 3 * at);
        }
    }
    if (pixels)
        draw_image(v->list, box, pixels, x->rows, x->rows, 3);
}

/* Numbers of rows or columns, as many as do not touch. */
static void draw_numbers(const Dense *x, Rect box, bool down, int first) {
    const View *v = x->v;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, down ? ALIGN_RIGHT : ALIGN_CENTRE);
    const int line = ui_line(v, SIZE_SMALL);
    const double cell = (double)(down ? box.h : box.w) / x->rows;
    const int room = down ? line : draw_text_width(v->list, mono, "00") + SPACE(v) / 2;
    int step = 1;
    if (cell <= 0) /* no room, as while the zone grows */
        return;
    while (cell * step < room)
        step = step == 1 ? 2 : step == 2 ? 4 : 2 * step;
    for (int i = 0; i < x->rows; i++) {
        if ((i + first) % step)
            continue;
        const int at = (int)lround(cell * (i + 0.5));
        const Rect place = down ? (Rect){box.x, box.y + at - line / 2, box.w, line}
                                : (Rect){box.x + at - room / 2, box.y, room, box.h};
        if (i + first <= x->d.layers)
            draw_text(v->list, place, mono, ui_keep(v, TEXT("%d", i + first)));
    }
}

static void mark_row(const Dense *x, Rect box, int row, Color color) {
    const Rect r = ui_cell(box, 1, x->rows, row, 0);
    draw_frame(x->v->list, (Rect){r.x - 1, r.y - 1, r.w + 2, r.h + 2}, color);
}

/* --- What is under the mouse, and what is chosen ---------------------------------------------- */

static void find_cell(Dense *x, Rect box, int columns, int *column) {
    const View *v = x->v;
    if (!ui_hovers(v, box))
        return;
    x->row = (v->mouse_y - box.y) * x->rows / box.h;
    *column = (v->mouse_x - box.x) * columns / box.w;
}

static const char *cell_text(const Dense *x, int row, int column) {
    const View *v = x->v;
    const double w = ledger_weight(x->work, row, column);
    if (!(w >= 0))
        return ui_say(v, column > row ? "dense.later" : "dense.reads_nothing", reader_name(x, row),
                      source_name(x, column));
    return ui_say(v, "dense.cell", reader_name(x, row), source_name(x, column), ui_digits(v, w, 4),
                  ui_percent(v, w / ledger_most(x->work, row)));
}

static const char *stack_text(const Dense *x, int row) {
    return ui_say(x->v, "dense.stack_row", reader_name(x, row),
                  ui_count(x->v, channels_read(x, row)), ui_count(x->v, x->d.input),
                  TEXT("%d", row), ui_count(x->v, x->d.growth));
}

/* Of the chosen reader: what it reads, and to which slice it gives most and least. */
static void tell_row(const Dense *x, Rect *box) {
    const View *v = x->v;
    const int row = x->chosen;
    int most = 0, least = 0;
    for (int i = 0; i <= row; i++) {
        const double w = ledger_weight(x->work, row, i);
        most = w > ledger_weight(x->work, row, most) ? i : most;
        least = w < ledger_weight(x->work, row, least) ? i : least;
    }
    const bool known = ledger_weight(x->work, row, 0) >= 0;
    const char *weights =
        !known || row == 0
            ? ""
            : ui_say(v, "dense.most", source_name(x, most),
                     ui_digits(v, ledger_weight(x->work, row, most), 3), source_name(x, least),
                     ui_digits(v, ledger_weight(x->work, row, least), 3));
    draw_region(v->list, *box, NULL, "dense.chosen");
    ui_paragraph(v, box, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), 3,
                 lab_join(v, stack_text(x, row), weights));
}

/* --- The two panels --------------------------------------------------------------------------- */

static Rect panel_cells(const View *v, Rect *box, const char *title, const char *under) {
    ui_text(v, box, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), title);
    Rect foot = rect_cut_bottom(box, ui_line(v, SIZE_SMALL));
    draw_text(v->list, foot, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), under);
    return *box;
}

static void draw_stack_panel(Dense *x, Rect box) {
    const View *v = x->v;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    const char *input = ui_say(v, "dense.stack_under", ui_count(v, x->d.input),
                               ui_count(v, channels_read(x, x->d.layers)));
    box = panel_cells(v, &box, ui_word(v, "dense.stack"), input);
    rect_cut_top(&box, ui_line(v, SIZE_SMALL)); /* where the matrix has its numbers */
    Rect numbers = rect_cut_left(&box, draw_text_width(v->list, mono, "00") + SPACE(v) / 2);
    numbers.w -= SPACE(v) / 2;
    const int height = box.h >= x->rows ? box.h / x->rows * x->rows : box.h;
    box.h = numbers.h = rect_least(height, x->rows * ui_px(v, 130));
    int column = -1;
    find_cell(x, box, 1, &column);
    draw_stack(x, box);
    draw_numbers(x, numbers, true, 1);
    draw_region(v->list, box, "dense.layer", "dense.stack");
    if (column >= 0)
        draw_hint(v->list, stack_text(x, x->row));
    draw_cells(v->list, x->rows, 1, CELLS_INDEX, NULL);
    mark_row(x, box, x->chosen, v->theme->accent);
}

static void draw_matrix_panel(Dense *x, Rect box) {
    const View *v = x->v;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    box = panel_cells(v, &box, ui_word(v, "dense.matrix"), ui_word(v, "dense.matrix_under"));
    Rect across = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    Rect ramp = rect_cut_right(&box, ui_px(v, 50));
    Rect numbers = rect_cut_left(&box, draw_text_width(v->list, mono, "00") + SPACE(v) / 2);
    numbers.w -= SPACE(v) / 2;
    box.h = numbers.h =
        rect_least(box.h >= x->rows ? box.h / x->rows * x->rows : box.h, x->rows * ui_px(v, 130));
    box.w = rect_least(box.w / x->rows * x->rows, x->rows * ui_px(v, 130));
    across.x = box.x;
    across.w = box.w;
    if (bench_waits(v, box, x->work, ui_word(v, "dense.waiting")))
        return;
    find_cell(x, box, x->rows, &x->column);
    draw_matrix(x, box);
    draw_numbers(x, numbers, true, 1);
    draw_numbers(x, across, false, 0);
    draw_region(v->list, box, "dense.layer", "dense.matrix");
    if (x->column >= 0)
        draw_hint(v->list, cell_text(x, x->row, x->column));
    draw_cells(v->list, x->rows, 1, CELLS_INDEX, NULL);
    mark_row(x, box, x->chosen, v->theme->accent);
    ramp.x = box.x + box.w + SPACE(v);
    Rect top = rect_cut_top(&ramp, ui_line(v, SIZE_SMALL));
    const TextStyle left = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    draw_text(v->list, top, left, "1");
    for (int i = 0; i < 24; i++) {
        uint8_t rgb[3];
        colormap_color(COLORMAP_VIRIDIS, (ColorRange){0, 1}, (float)(23 - i) / 23, rgb);
        const Rect all = {ramp.x, ramp.y, ui_px(v, 10), rect_least(ramp.h / 2, ui_px(v, 120))};
        draw_fill(v->list, ui_cell(all, 1, 24, i, 0), (Color){rgb[0], rgb[1], rgb[2], 255});
    }
    rect_cut_top(&ramp, rect_least(ramp.h / 2, ui_px(v, 120)));
    draw_text(v->list, rect_cut_top(&ramp, ui_line(v, SIZE_SMALL)), left, "0");
}

/* --- The zone --------------------------------------------------------------------------------- */

void bench_dense(const View *v, Rect box) {
    const int count = lab_count(v->graph, BLOCK_DENSE);
    const int index = rect_least(v->place->dense_block, count - 1);
    const int block = lab_block(v->graph, BLOCK_DENSE, index);
    Dense x = {.v = v, .work = bench_work(v->session), .row = -1, .column = -1};
    if (!lab_dense(v->graph, block, &x.d))
        return;
    if (!ledger_is(x.work, v->scene, block))
        x.work = NULL;
    x.rows = x.d.layers + 1;
    x.chosen = rect_least(v->place->dense_layer, x.d.layers);
    draw_region(v->list, box, NULL, "view.dense");
    ui_heading(v, &box,
               ui_say(v, "dense.title", ui_phrases(v, v->graph->blocks[block].label),
                      TEXT("%d", x.d.layers), ui_count(v, x.d.growth)),
               ui_weights(v));
    const UiButton buttons[] = {
        {ui_word(v, "dense.prev"), "lab.prev", "dense.prev", false, false},
        {ui_word(v, "dense.next"), "lab.next", "dense.next", false, false},
        {ui_word(v, "dense.up"), "dense.layer_prev", "dense.up", false, false},
        {ui_word(v, "dense.down"), "dense.layer_next", "dense.down", false, false}};
    ui_buttons(v, rect_cut_top(&box, ui_px(v, 32)), buttons, 4);
    rect_cut_top(&box, SPACE(v) / 2);
    lab_caption(v, &box, 330, ui_word(v, "dense.about"));
    Rect told = rect_cut_bottom(&box, 2 * ui_line(v, SIZE_SMALL));
    tell_row(&x, &told);
    draw_stack_panel(&x, rect_cut_left(&box, box.w * 48 / 100));
    rect_cut_left(&box, 2 * SPACE(v));
    draw_matrix_panel(&x, box);
}
