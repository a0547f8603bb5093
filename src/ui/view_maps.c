#include "ui/theme.h"
#include "ui/view_parts.h"
#include <math.h>
#include <string.h>

enum { GAP = SPACE, CAPTION = 18, SMALLEST_WITH_CAPTION = 48, LARGEST_CELL = 24 };

/* --- Maps to pixels --------------------------------------------------------------------------- */

/* Along one axis of n cells drawn as d pixels, in units of 1 / (n * d) of the axis: cell i covers
 * i*d .. (i+1)*d, pixel p covers p*n .. (p+1)*n. How much of the one lies in the other. */
static int64_t covered(int64_t i, int64_t p, int64_t n, int64_t d) {
    int64_t from = i * d > p * n ? i * d : p * n;
    int64_t to = (i + 1) * d < (p + 1) * n ? (i + 1) * d : (p + 1) * n;
    return to - from;
}

static float mean_covered(const float *x, int w, int h, int dw, int dh, int px, int py) {
    double sum = 0;
    for (int64_t y = (int64_t)py * h / dh; y * dh < ((int64_t)py + 1) * h; y++) {
        const float *row = x + y * w;
        double along = 0;
        for (int64_t i = (int64_t)px * w / dw; i * dw < ((int64_t)px + 1) * w; i++)
            along += (double)row[i] * (double)covered(i, px, w, dw);
        sum += along * (double)covered(y, py, h, dh);
    }
    return (float)(sum / ((double)w * (double)h));
}

void view_resample(const float *x, int w, int h, int dw, int dh, float *out) {
    for (int py = 0; py < dh; py++)
        for (int px = 0; px < dw; px++)
            *out++ = mean_covered(x, w, h, dw, dh, px, py);
}

/* A scale, times 1024. */
static int64_t prefer_whole(int64_t scale) {
    int64_t whole = scale / 1024 * 1024;
    return whole * 6 >= scale * 5 ? whole : scale;
}

Rect view_fit(Rect box, int w, int h) {
    int64_t sx = (int64_t)box.w * 1024 / w, sy = (int64_t)box.h * 1024 / h;
    int64_t scale = prefer_whole(sx < sy ? sx : sy);
    return (Rect){box.x, box.y, (int)(w * scale / 1024), (int)(h * scale / 1024)};
}

/* A map over the whole of the box. */
static void draw_map(const View *v, Rect box, const float *x) {
    if (box.w < 1 || box.h < 1)
        return;
    size_t count = (size_t)box.w * (size_t)box.h;
    float *scaled = arena_alloc(&v->list->arena, count, sizeof *scaled, &v->list->error);
    uint8_t *pixels = scaled ? draw_pixels(v->list, box.w, box.h, 3) : NULL;
    if (!pixels)
        return;
    view_resample(x, v->extent.width, v->extent.height, box.w, box.h, scaled);
    colormap_apply(v->colormap, v->range, scaled, (int64_t)count, pixels);
    draw_image(v->list, box, pixels, box.w, box.h, 3);
}

static const float *map_values(const View *v, int channel) {
    Tensor map = tensor_map(v->values, 0, channel);
    return map.data;
}

/* --- A page of maps --------------------------------------------------------------------------- */

typedef struct Grid {
    int columns, w, h, caption; /* a map's size in pixels; a line below it, or 0 */
} Grid;

/* Pixels a cell, times 1024, when so many columns of maps share a box. */
static int64_t grid_scale(Rect box, const SceneExtent *e, int count, int columns, int caption) {
    int rows = (count + columns - 1) / columns;
    int64_t w = (box.w + GAP) / columns - GAP, h = (box.h + GAP) / rows - GAP - caption;
    int64_t sx = w * 1024 / e->width, sy = h * 1024 / e->height;
    return sx < sy ? sx : sy;
}

/* The number of columns that makes the maps largest. */
static Grid grid_of(Rect box, const SceneExtent *e, int count, int caption) {
    Grid grid = {.columns = 1, .caption = caption};
    int64_t best = 0;
    for (int columns = 1; columns <= count; columns++) {
        int64_t scale = grid_scale(box, e, count, columns, caption);
        if (scale > best) {
            best = scale;
            grid.columns = columns;
        }
    }
    best = prefer_whole(best);
    grid.w = (int)(e->width * best / 1024);
    grid.h = (int)(e->height * best / 1024);
    return grid;
}

static void draw_cell(const View *v, Rect cell, const Grid *grid, int channel) {
    Rect map = rect_cut_top(&cell, grid->h);
    draw_map(v, map, map_values(v, channel));
    draw_region(v->list, map, TEXT("channel.select %d", channel), "map.%d", channel);
    if (channel == v->session->state.channel)
        for (int i = 1; i <= 3; i++)
            draw_frame(v->list, (Rect){map.x - i, map.y - i, map.w + 2 * i, map.h + 2 * i},
                       color_accent);
    if (grid->caption)
        draw_textf(v->list, cell, theme_text(SIZE_BODY, color_dim, ALIGN_CENTRE), "%d", channel);
}

void view_maps(const View *v, Rect box) {
    int first = v->session->state.page * STATE_PAGE_MAPS;
    int count = rect_least(v->extent.channels - first, STATE_PAGE_MAPS);
    box = rect_inset(box, 3, 3); /* for the frame round the chosen one */
    Grid grid = grid_of(box, &v->extent, count, CAPTION);
    if (grid.w < SMALLEST_WITH_CAPTION)
        grid = grid_of(box, &v->extent, count, 0);
    for (int i = 0; i < count; i++) {
        int column = i % grid.columns, row = i / grid.columns;
        Rect cell = {box.x + column * (grid.w + GAP), box.y + row * (grid.h + grid.caption + GAP),
                     grid.w, grid.h + grid.caption};
        draw_cell(v, cell, &grid, first + i);
    }
}

/* --- A vector --------------------------------------------------------------------------------- */

bool view_has_bars(const View *v, Rect box) {
    return v->extent.vector && v->extent.channels * LINE_HEAD <= box.h;
}

/* A bar to the right of zero, or to the left. */
static void draw_bar(const View *v, Rect box, float value, Color color) {
    double min = v->stats->min < 0 ? v->stats->min : 0, max = v->stats->max > 0 ? v->stats->max : 0;
    double span = max > min ? max - min : 1;
    int zero = box.x + (int)(-min / span * box.w);
    int end = box.x + (int)((value - min) / span * box.w);
    Rect bar = {rect_least(zero, end), box.y, zero < end ? end - zero : zero - end, box.h};
    draw_fill(v->list, bar, color);
    draw_line(v->list, zero, box.y - 2, zero, box.y + box.h + 2, color_line);
}

static void unit_bars(const View *v, Rect box) {
    TextStyle plain = theme_text(SIZE_BODY, color_text, ALIGN_RIGHT);
    int names = view_names_width(v, plain, NULL, v->extent.channels, box.w * 2 / 5);
    for (int i = 0; i < v->extent.channels; i++) {
        Rect row = rect_cut_top(&box, LINE_HEAD);
        bool chosen = i == v->session->state.channel;
        char buffer[24];
        float value = v->values->data[i];
        draw_region(v->list, row, TEXT("channel.select %d", i), "map.%d", i);
        TextStyle name = theme_text(SIZE_BODY, chosen ? color_accent : color_text, ALIGN_RIGHT);
        draw_text(v->list, rect_cut_left(&row, names), name, view_unit_name(v, i, buffer));
        draw_text(v->list, rect_cut_right(&row, 96), theme_number(name.color, ALIGN_RIGHT),
                  NUMBER(value));
        if (isfinite(value))
            draw_bar(v, rect_inset(row, MARGIN, 4), value, chosen ? color_accent : color_bar);
    }
}

/* One cell a unit, row by row, the last row perhaps not full; the cells as large as fit. */
static void unit_cells(const View *v, Rect box) {
    int count = v->extent.channels, side = LARGEST_CELL;
    while (side > 1 && (int64_t)(box.w / side) * (box.h / side) < count)
        side--;
    int columns = rect_least(box.w / side, count);
    int rows = columns ? rect_least((count + columns - 1) / columns, box.h / side) : 0;
    uint8_t *pixels = draw_pixels(v->list, columns, rows, 4);
    if (!pixels)
        return;
    for (int64_t i = 0; i < (int64_t)columns * rows && i < count; i++) {
        colormap_color(v->colormap, v->range, v->values->data[i], pixels + 4 * i);
        pixels[4 * i + 3] = 255;
    }
    Rect image = {box.x, box.y, columns * side, rows * side};
    draw_image(v->list, image, pixels, columns, rows, 4);
    int chosen = v->session->state.channel;
    Rect cell = {box.x + chosen % columns * side, box.y + chosen / columns * side, side, side};
    for (int i = 1; i <= 2 && rect_inside(cell, image); i++)
        draw_frame(v->list, (Rect){cell.x - i, cell.y - i, side + 2 * i, side + 2 * i},
                   color_accent);
}

void view_units(const View *v, Rect box) {
    if (view_has_bars(v, box))
        unit_bars(v, box);
    else if (box.h > 6 && box.w > 6)
        unit_cells(v, rect_inset(box, 3, 3)); /* for the frame round the chosen one */
}

/* --- Legend ----------------------------------------------------------------------------------- */

static void legend_bar(const View *v, Rect bar) {
    uint8_t *pixels = draw_pixels(v->list, bar.w, 1, 3);
    if (!pixels)
        return;
    for (int x = 0; x < bar.w; x++) {
        double share = bar.w > 1 ? (double)x / (bar.w - 1) : 0;
        double value = v->range.min + share * ((double)v->range.max - (double)v->range.min);
        colormap_color(v->colormap, v->range, (float)value, pixels + 3 * x);
    }
    draw_image(v->list, bar, pixels, bar.w, 1, 3);
}

/* The ends of the colours under the bar, and zero where it is, if there is room between them. */
static void legend_ticks(const View *v, Rect bar, Rect line) {
    double min = v->range.min, max = v->range.max;
    int left = draw_text(v->list, line, theme_number(color_text, ALIGN_LEFT), NUMBER(min)).w;
    int right = draw_text(v->list, line, theme_number(color_text, ALIGN_RIGHT), NUMBER(max)).w;
    if (!(min < 0 && max > 0))
        return;
    int zero = bar.x + (int)(-min / (max - min) * bar.w);
    if (zero - SPACE < line.x + left || zero + SPACE > line.x + line.w - right)
        return;
    draw_text(v->list, (Rect){zero - SPACE, line.y, 2 * SPACE, line.h},
              theme_number(color_text, ALIGN_CENTRE), "0");
}

static void legend_colors(const View *v, Rect box) {
    Rect bar = {box.x, box.y, box.w, 12};
    legend_bar(v, bar);
    legend_ticks(v, bar, (Rect){bar.x, bar.y + bar.h, bar.w, LINE_BODY});
}

void view_legend(const View *v, Rect box, bool colors) {
    const Stats *s = v->stats;
    char odd[80] = "";
    rect_cut_top(&box, SPACE);
    if (colors) {
        draw_region(v->list, box, "colormap.cycle", "legend");
        legend_colors(v, rect_cut_left(&box, rect_least(box.w / 2, 320)));
        rect_cut_left(&box, MARGIN);
    }
    if (s->nans)
        text_format(odd, sizeof odd, ", %lld NaN (magenta)", (long long)s->nans);
    if (s->infinities)
        text_format(odd + strlen(odd), sizeof odd - strlen(odd), ", %lld infinite",
                    (long long)s->infinities);
    TextStyle style = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    if (colors)
        draw_text(v->list, (Rect){box.x, box.y - 6, box.w, LINE_BODY}, style,
                  v->colormap == COLORMAP_RDBU ? "white is zero; one range for the whole layer"
                                               : "one range for the whole layer");
    draw_textf(v->list, (Rect){box.x, box.y + 12, box.w, LINE_BODY}, style,
               "min %s, mean %s, max %s%s", NUMBER(s->min), NUMBER(s->mean), NUMBER(s->max), odd);
}

/* --- Chosen channel --------------------------------------------------------------------------- */

static void channel_unit(const View *v, Rect box) {
    const Labels *labels = &scene_model(v->scene)->labels;
    int unit = v->session->state.channel;
    char buffer[24];
    draw_text(v->list, rect_cut_top(&box, LINE_TITLE),
              theme_text(SIZE_TITLE, color_text, ALIGN_LEFT), NUMBER(v->values->data[unit]));
    if (labels->count == v->extent.channels)
        draw_text(v->list, rect_cut_top(&box, LINE_HEAD),
                  theme_text(SIZE_BODY, color_text, ALIGN_LEFT), labels_name(labels, unit, buffer));
}

static void channel_map(const View *v, Rect box) {
    const float *x = map_values(v, v->session->state.channel);
    int w = v->extent.width, h = v->extent.height;
    Rect map = view_fit((Rect){box.x, box.y, box.w / 2, box.h}, w, h);
    draw_map(v, map, x);
    rect_cut_left(&box, map.w + MARGIN);
    Stats s = stats_of(x, (int64_t)w * h);
    TextStyle dim = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    TextStyle number = theme_text(SIZE_BODY, color_text, ALIGN_LEFT);
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), dim, "%d×%d", w, h);
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), number, "max %s", NUMBER(s.max));
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), number, "mean %s", NUMBER(s.mean));
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), number, "min %s", NUMBER(s.min));
    if (s.nans || s.infinities)
        draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), number, "not finite: %lld",
                   (long long)(s.nans + s.infinities));
}

void view_channel(const View *v, Rect box) {
    draw_region(v->list, box, NULL, "channel");
    draw_textf(v->list, rect_cut_top(&box, LINE_HEAD), theme_text(SIZE_BODY, color_dim, ALIGN_LEFT),
               "%s %d of %s", v->extent.vector ? "unit" : "map", v->session->state.channel,
               view_label(v, v->node));
    if (v->values && v->extent.vector)
        channel_unit(v, box);
    else if (v->values)
        channel_map(v, box);
}
