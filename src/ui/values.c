#include "ui/values.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- Cells ------------------------------------------------------------------------------------ */

/* Black or white, whichever reads better on that colour. */
static Color text_on(const uint8_t rgb[3]) {
    const Color c = {rgb[0], rgb[1], rgb[2], 255}, black = {0, 0, 0, 255},
                white = {255, 255, 255, 255};
    return theme_contrast(c, black) > theme_contrast(c, white) ? black : white;
}

/* Three digits where all of the numbers fit with them, else two decimals, else none: a grid has all
 * of its numbers or none. */
static const char *number_of(const View *v, double value, bool exactly) {
    return exactly ? ui_number(v, value) : ui_short(v, value);
}

static bool numbers_fit(const View *v, const ValueCells *c, TextStyle style, int width,
                        bool exactly) {
    for (int i = 0; i < c->w * c->h; i++)
        if ((!c->padding || !c->padding[i]) &&
            draw_text_width(v->list, style, number_of(v, (double)c->values[i], exactly)) +
                    VALUES_GAP >
                width)
            return false;
    return true;
}

/* The largest type in which the numbers have three digits; else the largest in which they fit. */
static bool choose_type(const View *v, Rect box, const ValueCells *c, TextStyle *style,
                        bool *exactly) {
    static const int sizes[] = {SIZE_HEAD, SIZE_BODY, SIZE_SMALL};
    for (int i = 0; i < 6; i++) {
        *exactly = i < 3;
        *style = ui_mono(v, sizes[i % 3], TONE_TEXT, ALIGN_CENTRE);
        if (box.h / c->h >= draw_text_height(v->list, *style) &&
            numbers_fit(v, c, *style, box.w / c->w, *exactly))
            return true;
    }
    return false;
}

static void cell_numbers(const View *v, Rect box, const ValueCells *c) {
    TextStyle style;
    bool exactly;
    if (!choose_type(v, box, c, &style, &exactly))
        return;
    for (int i = 0; i < c->w * c->h; i++) {
        uint8_t rgb[3];
        if (c->padding && c->padding[i])
            continue;
        colormap_color(c->map, c->range, c->values[i], rgb);
        style.color = text_on(rgb);
        draw_text(v->list, ui_cell(box, c->w, c->h, i / c->w, i % c->w), style,
                  number_of(v, (double)c->values[i], exactly));
    }
}

void values_cells(const View *v, Rect box, const ValueCells *c) {
    uint8_t *pixels = draw_pixels(v->list, c->w, c->h, 4);
    if (!pixels || box.w < c->w || box.h < c->h)
        return;
    for (int i = 0; i < c->w * c->h; i++) {
        const bool hole = c->padding && c->padding[i];
        colormap_color(c->map, c->range, c->values[i], pixels + 4 * i);
        pixels[4 * i + 3] = hole ? 0 : 255;
    }
    draw_fill(v->list, box, v->theme->raised);
    draw_image(v->list, box, pixels, c->w, c->h, 4);
    if (c->region) {
        draw_region(v->list, box, NULL, "%s", c->region);
        draw_cells(v->list, c->h, c->w, CELLS_NONE, c->hover);
        draw_cells_part(v->list, c->part);
    }
    cell_numbers(v, box, c);
    draw_frame(v->list, box, v->theme->line);
    if (c->lit >= 0)
        ui_mark(v, ui_cell(box, c->w, c->h, c->lit / c->w, c->lit % c->w), v->theme->hover);
}

/* --- Kernels ---------------------------------------------------------------------------------- */

bool values_is_rgb(const View *v, int node) {
    const Node *n = &v->graph->nodes[node];
    return n->inputs[0] == GRAPH_IMAGE && n->weights[0].shape.dim[1] == 3;
}

/* Red, green and blue over one symmetric range: mid-grey is zero. */
static void kernel_rgb(const View *v, Rect box, const float *w, int kh, int kw) {
    uint8_t *pixels = draw_pixels(v->list, kw, kh, 3);
    const int area = kh * kw;
    float most = 0;
    for (int i = 0; i < 3 * area; i++)
        most = fmaxf(most, fabsf(w[i]));
    for (int i = 0; pixels && i < area; i++)
        for (int c = 0; c < 3; c++) {
            const float share = most > 0 ? w[c * area + i] / most : 0;
            pixels[3 * i + c] = (uint8_t)lroundf(127.5f + 127.5f * share);
        }
    draw_image(v->list, ui_fit(box, kw, kh, true), pixels, kw, kh, 3);
}

typedef struct Strength {
    double norm;
    int channel;
} Strength;

/* The `count` strongest of `all`, in order; picked one after the other, as they are few. */
static void strongest(const float *w, int all, int area, int count, int *out) {
    for (int i = 0; i < count; i++) {
        Strength best = {-1, 0};
        for (int c = 0; c < all; c++) {
            double norm = 0;
            bool taken = false;
            for (int k = 0; k < i && !taken; k++)
                taken = out[k] == c;
            for (int k = 0; k < area && !taken; k++)
                norm += (double)w[c * area + k] * (double)w[c * area + k];
            if (!taken && norm > best.norm)
                best = (Strength){norm, c};
        }
        out[i] = best.channel;
    }
}

enum { TILES_MOST = 16 };

int values_kernel(const View *v, Rect box, int node, int channel) {
    const Node *n = &v->graph->nodes[node];
    const Shape *s = &n->weights[0].shape; /* OC, IC/groups, KH, KW */
    const int channels = (int)s->dim[1], kh = (int)s->dim[2], kw = (int)s->dim[3];
    if (channel >= s->dim[0])
        return 0;
    const float *w = v->model->weights.data[node][0] + (int64_t)channel * channels * kh * kw;
    if (values_is_rgb(v, node)) {
        kernel_rgb(v, box, w, kh, kw);
        return 3;
    }
    int tiles = rect_least(channels, TILES_MOST), columns = 1, order[TILES_MOST];
    for (int i = 1, best = 0; i <= tiles; i++) { /* the largest tiles that the box lets them be */
        const int side = rect_least(box.w / i / kw, box.h / ((tiles + i - 1) / i) / kh);
        columns = side > best ? i : columns;
        best = side > best ? side : best;
    }
    const int rows = (tiles + columns - 1) / columns;
    float most = 0;
    for (int i = 0; i < channels * kh * kw; i++)
        most = fmaxf(most, fabsf(w[i]));
    strongest(w, channels, kh * kw, tiles, order);
    for (int i = 0; i < tiles; i++) {
        Rect tile = rect_inset(ui_cell(box, columns, rows, i / columns, i % columns), 2, 2);
        const ValueCells cells = {.values = w + (int64_t)order[i] * kh * kw,
                                  .lit = -1,
                                  .w = kw,
                                  .h = kh,
                                  .map = COLORMAP_RDBU,
                                  .range = {-most, most}};
        values_cells(v, ui_fit(tile, kw, kh, true), &cells);
    }
    return tiles;
}
