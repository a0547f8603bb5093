/* view.canvas: two drawings side by side, what the network sees of each, what it answers, and the
 * maps in which they differ. */
#include "session/canvas.h"
#include "ui/bench.h"
#include "ui/prediction.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

enum { DRAWINGS = 2, CLASSES = 10, LAYERS = 6 };
static const char *const sides[DRAWINGS] = {"left", "right"};

/* --- The drawing ------------------------------------------------------------------------------ */

static void draw_levels(const View *v, Rect box, const uint8_t *levels, int side) {
    uint8_t *pixels = draw_pixels(v->list, side, side, 1);
    for (int i = 0; pixels && i < side * side; i++)
        pixels[i] = (uint8_t)(levels[i] * 255 / (CANVAS_LEVELS - 1));
    if (pixels)
        draw_image(v->list, box, pixels, side, side, 1);
}

/* The pen of the drawing that the keys move: filled where it is down. */
static void draw_pen(const View *v, Rect box, int side) {
    const StatePlace *p = v->place;
    const double cell = (double)box.w / (side * CANVAS_FINE);
    const Point at = {box.x + (p->canvas_at[1] + 0.5) * cell,
                      box.y + (p->canvas_at[0] + 0.5) * cell};
    const double radius = fmax(p->canvas_width * cell / 2, 3);
    if (p->canvas_down)
        draw_disc(v->list, at, fmax(radius / 3, 2), v->theme->accent);
    draw_circle(v->list, at, radius, (Stroke){.width = 1.5, .color = v->theme->accent});
}

static void draw_drawing(const View *v, Rect box, int which, int side) {
    const int edge = rect_least(box.w, box.h) / side * side;
    box = (Rect){box.x, box.y, edge, edge};
    if (edge < side)
        return;
    draw_levels(v, box, v->place->canvas[which], side);
    draw_frame(v->list, rect_inset(box, -1, -1), v->theme->line);
    if (v->place->canvas_which == which) {
        ui_mark(v, box, v->theme->accent);
        draw_pen(v, box, side);
    }
    draw_region(v->list, box, TEXT("canvas.pen %s", sides[which]), "canvas.%s", sides[which]);
    draw_cells(v->list, side * CANVAS_FINE, side * CANVAS_FINE, CELLS_YX, NULL);
    draw_drag(v->list, ui_keep(v, TEXT("canvas.%s", sides[which])), "canvas.draw");
}

/* --- The answer ------------------------------------------------------------------------------- */

static void draw_class(const View *v, Rect row, double share, int64_t index, bool first,
                       int names) {
    const TextStyle mono = ui_mono(v, SIZE_SMALL, first ? TONE_TEXT : TONE_DIM, ALIGN_RIGHT);
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    style.bold = first;
    style.may_cut = true;
    const char *name = ui_class_name(v, (int)index);
    draw_region(v->list, row, NULL, "canvas.class.%d", (int)index);
    draw_hint(v->list, name);
    if (row.h < draw_text_height(v->list, style))
        return;
    draw_text(v->list, rect_cut_left(&row, names), style, name);
    draw_text(v->list, rect_cut_right(&row, draw_text_width(v->list, mono, "0.0999 %") + 1), mono,
              ui_percent(v, share));
    Rect bar = rect_inset(row, SPACE(v) / 2, row.h / 4);
    draw_fill(v->list, bar, v->theme->raised);
    bar.w = (int)lround(bar.w * share);
    if (bar.w > 0)
        draw_fill(v->list, bar, first ? v->theme->accent : v->theme->bar);
}

static int class_line(const View *v) {
    return draw_text_height(v->list, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT));
}

/* All in their order; where there is no room for that, the likeliest. */
static void draw_classes(const View *v, Rect box, const CanvasAnswer *answer, const char *side) {
    const int64_t all = tensor_count(answer->last);
    const int count = all < CLASSES ? (int)all : CLASSES, room = box.h / class_line(v);
    const int shown = rect_least(count, room);
    int64_t best[CLASSES];
    if (prediction_covers_classes(v, box) || shown < 1)
        return;
    draw_region(v->list, box, NULL, "canvas.classes.%s", side);
    stats_top(answer->last->data, all, shown, best);
    const int line = rect_least(box.h / shown, ui_line(v, SIZE_SMALL) * 5 / 4);
    const int names = rect_least(box.w * 36 / 100, ui_px(v, 96));
    for (int i = 0; i < shown; i++) {
        const int64_t index = shown < count ? best[i] : i;
        draw_class(v, rect_cut_top(&box, line), (double)answer->last->data[index], index,
                   index == best[0], names);
    }
}

static void draw_seen(const View *v, Rect box, const CanvasAnswer *answer, int side,
                      const char *name) {
    uint8_t *pixels = draw_pixels(v->list, side, side, 1);
    const int edge = rect_least(box.w, box.h);
    box = (Rect){box.x, box.y, edge, edge};
    for (int i = 0; pixels && i < side * side; i++)
        pixels[i] = (uint8_t)lroundf(fminf(fmaxf(answer->seen[i], 0), 1) * 255);
    if (pixels && edge > 0)
        draw_image(v->list, box, pixels, side, side, 1);
    draw_frame(v->list, rect_inset(box, -1, -1), v->theme->line);
    draw_region(v->list, box, NULL, "canvas.seen.%s", name);
    draw_hint(v->list,
              ui_word(v, v->place->canvas_plain ? "canvas.seen_plain" : "canvas.seen_fitted"));
}

static void draw_half(const View *v, Rect box, int which, int side) {
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    CanvasAnswer answer;
    Rect left = rect_cut_left(&box, rect_least(box.h, box.w * 48 / 100));
    draw_drawing(v, left, which, side);
    rect_cut_left(&box, 2 * SPACE(v));
    if (!canvas_answer(bench_work(v->session), which, &answer)) {
        bench_waits(v, box, bench_work(v->session), ui_word(v, "canvas.waiting"));
        return;
    }
    const int least = CLASSES * class_line(v) + SPACE(v) / 2;
    if (box.h * 74 / 100 >= least) { /* the classes come first */
        Rect seen = rect_cut_top(&box, rect_least(box.h * 26 / 100, ui_px(v, 84)));
        draw_seen(v, rect_cut_left(&seen, seen.h), &answer, side, sides[which]);
        rect_cut_left(&seen, SPACE(v));
        ui_paragraph(v, &seen, small, 3,
                     ui_word(v, v->place->canvas_plain ? "canvas.plain" : "canvas.fitted"));
        rect_cut_top(&box, SPACE(v) / 2);
    }
    draw_classes(v, box, &answer, sides[which]);
}

/* --- The maps of both ------------------------------------------------------------------------- */

/* The channels in which the two differ most, the most first. */
static int differing(const Tensor *a, const Tensor *b, int *channels, int most) {
    const int64_t all = a->shape.dim[1], area = a->shape.dim[2] * a->shape.dim[3];
    double sums[256];
    const int count = all < 256 ? (int)all : 256;
    for (int c = 0; c < count; c++) {
        sums[c] = 0;
        for (int64_t i = 0; i < area; i++)
            sums[c] += fabs((double)a->data[c * area + i] - (double)b->data[c * area + i]);
    }
    most = most < count ? most : count;
    for (int k = 0; k < most; k++) {
        int best = 0;
        for (int c = 1; c < count; c++)
            best = sums[c] > sums[best] ? c : best;
        channels[k] = best;
        sums[best] = -1;
    }
    return most;
}

static void draw_tile(const View *v, Rect box, const Tensor *t, int channel, ColorRange range) {
    const int h = (int)t->shape.dim[2], w = (int)t->shape.dim[3];
    const float *values = t->data + (int64_t)channel * h * w;
    uint8_t *pixels = draw_pixels(v->list, w, h, 3);
    const Colormap map = range.min < 0 ? COLORMAP_RDBU : COLORMAP_VIRIDIS;
    for (int i = 0; pixels && i < h * w; i++)
        colormap_color(map, range, values[i], pixels + 3 * i);
    if (pixels)
        draw_image(v->list, box, pixels, w, h, 3);
}

static bool is_signed(const Tensor *t) {
    for (int64_t i = 0; i < tensor_count(t); i++)
        if (t->data[i] < 0)
            return true;
    return false;
}

/* Of both, so that the same colour is the same value. */
static ColorRange common_range(const Tensor *a, const Tensor *b, int channel, bool both_signs) {
    const int64_t area = a->shape.dim[2] * a->shape.dim[3];
    float low = 0, high = 0;
    for (int64_t i = channel * area; i < (channel + 1) * area; i++) {
        low = fminf(low, fminf(a->data[i], b->data[i]));
        high = fmaxf(high, fmaxf(a->data[i], b->data[i]));
    }
    high = fmaxf(high, -low);
    high = high > 0 ? high : 1;
    return (ColorRange){both_signs ? -high : 0, high};
}

static void draw_layer_row(const View *v, Rect row, int node, const CanvasAnswer answers[2]) {
    const Tensor *a = run_output(answers[0].run, node), *b = run_output(answers[1].run, node);
    const int gap = ui_px(v, 3), tile = (row.h - gap) / 2;
    Rect name = rect_cut_left(&row, ui_px(v, 64));
    const bool both_signs = is_signed(a) || is_signed(b);
    int channels[64];
    draw_text(v->list, name, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), ui_label(v, node));
    draw_region(v->list, row, NULL, "canvas.maps.%s", v->graph->nodes[node].name);
    if (tile < 8)
        return;
    const int room = (row.w + gap) / (tile + gap);
    const int count = differing(a, b, channels, room < 64 ? room : 64);
    for (int i = 0; i < count; i++) {
        const ColorRange range = common_range(a, b, channels[i], both_signs);
        const int x = row.x + i * (tile + gap);
        draw_tile(v, (Rect){x, row.y, tile, tile}, a, channels[i], range);
        draw_tile(v, (Rect){x, row.y + tile + gap / 2, tile, tile}, b, channels[i], range);
    }
}

static void draw_maps(const View *v, Rect box) {
    CanvasAnswer answers[DRAWINGS];
    int nodes[LAYERS], count = 0;
    const Work *work = bench_work(v->session);
    if (!canvas_answer(work, 0, &answers[0]) || !canvas_answer(work, 1, &answers[1]))
        return;
    for (int i = 0; i < v->graph->node_count && count < LAYERS; i++) {
        const LayerFamily family = v->graph->nodes[i].type->family;
        if (v->graph->nodes[i].out.rank == 3 &&
            (family == LAYER_CONVOLUTION || family == LAYER_POOLING))
            nodes[count++] = i;
    }
    ui_paragraph(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 2,
                 ui_word(v, "canvas.maps"));
    const int least = ui_px(v, 40);
    if (count > box.h / least)
        count = box.h / least;
    const int height = count ? rect_least(box.h / count, ui_px(v, 84)) : 0;
    for (int i = 0; i < count; i++) {
        Rect row = rect_cut_top(&box, height);
        rect_cut_bottom(&row, ui_px(v, 5));
        draw_layer_row(v, row, nodes[i], answers);
    }
}

/* --- The zone --------------------------------------------------------------------------------- */

static void draw_controls(const View *v, Rect row) {
    const StatePlace *p = v->place;
    const UiButton buttons[] = {
        {ui_word(v, "canvas.clear"), "canvas.clear", "canvas.clear", false, false},
        {ui_word(v, "canvas.copy"), "canvas.copy", "canvas.copy", false, false},
        {ui_word(v, "canvas.picture"), "canvas.picture", "canvas.picture", false, false},
        {ui_word(v, "canvas.eraser"), "canvas.eraser", "canvas.eraser", p->canvas_erase != 0,
         false},
        {ui_word(v, "canvas.thinner"), "canvas.thinner", "canvas.thinner", false, true},
        {ui_word(v, "canvas.thicker"), "canvas.thicker", "canvas.thicker", false, true},
        {ui_word(v, "canvas.fit"), "canvas.fitted", "canvas.fitted", p->canvas_plain == 0, false},
        {ui_word(v, "canvas.use"), "canvas.use", "canvas.use", false, false}};
    ui_buttons(v, row, buttons, sizeof buttons / sizeof *buttons);
}

void bench_canvas(const View *v, Rect box) {
    const int side = canvas_side(v->session);
    draw_region(v->list, box, NULL, "view.canvas");
    ui_heading(v, &box, ui_word(v, "canvas.title"), ui_weights(v));
    draw_controls(v, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, SPACE(v));
    Rect top = rect_cut_top(&box, box.h * 58 / 100);
    Rect left = rect_cut_left(&top, (top.w - 3 * SPACE(v)) / 2);
    rect_cut_left(&top, 3 * SPACE(v));
    draw_half(v, left, 0, side);
    draw_half(v, top, 1, side);
    rect_cut_top(&box, SPACE(v));
    draw_maps(v, box);
}
