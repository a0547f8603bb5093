/* The column at the left: what the network sees with the receptive field of a cell, the kernel that
 * made the chosen map, the histogram of its values; and the legend of colours. */
#include "ui/prediction.h"
#include "ui/ui.h"

#include "base/text.h"
#include "ui/values.h"
#include <math.h>
#include <string.h>

/* --- The input -------------------------------------------------------------------------------- */

/* The cell whose field is shown: the one under the mouse, else the one explained or chosen. */
static bool field_cell(const View *v, int *node, int64_t *channel, int cell[2]) {
    const StateHover *h = &v->state->hover;
    if (h->node != GRAPH_FAILED && h->node != GRAPH_IMAGE && h->cell[0] >= 0) {
        *node = h->node;
        *channel = h->channel < 0 ? 0 : h->channel;
        memcpy(cell, h->cell, sizeof h->cell);
        return true;
    }
    if (ui_explained_cell(v, node, channel, cell))
        return true;
    *node = v->node;
    *channel = v->place->channel;
    memcpy(cell, v->place->unit, sizeof v->place->unit);
    return v->node != GRAPH_IMAGE && cell[0] >= 0;
}

static Rect field_rect(const View *v, Rect picture, const GraphBox *b) {
    const double w = (double)v->graph->input.dim[2], h = (double)v->graph->input.dim[1];
    const int left = (int)floor(picture.w * (double)b->x / w);
    const int top = (int)floor(picture.h * (double)b->y / h);
    const int right = (int)ceil(picture.w * (double)(b->x + b->width) / w);
    const int bottom = (int)ceil(picture.h * (double)(b->y + b->height) / h);
    return (Rect){picture.x + left, picture.y + top, right - left, bottom - top};
}

static void find_field(const View *v, int node, int64_t channel, const int cell[2], GraphBox *whole,
                       GraphBox *inside) {
    node = graph_channel_maker(v->graph, node, &channel); /* only its own branch */
    graph_receptive_box(v->graph, node, cell[0], cell[1], whole, inside);
}

static void draw_field(const View *v, Rect picture, const GraphBox *inside) {
    if (inside->width < 1 || inside->height < 1)
        return;
    const Rect r = field_rect(v, picture, inside);
    draw_frame(v->list, r, v->theme->accent);
    draw_frame(v->list, rect_inset(r, 1, 1), v->theme->on_accent);
}

void ui_mark_field(const View *v, Rect picture, int node, int64_t channel, const int cell[2]) {
    GraphBox whole, inside;
    find_field(v, node, channel, cell, &whole, &inside);
    draw_field(v, picture, &inside);
}

/* What the words below the picture say, and the longest that they may say of this layer. */
static const char *field_words(const View *v, const GraphBox *whole, bool cut) {
    return ui_say(
        v, cut ? "input.field_cut" : "input.field",
        ui_unbroken(v, TEXT("%lld × %lld", (long long)whole->width, (long long)whole->height)));
}

static bool field_of(const View *v, GraphBox *whole, GraphBox *inside) {
    int node, cell[2];
    int64_t channel;
    if (!field_cell(v, &node, &channel, cell))
        return false;
    find_field(v, node, channel, cell, whole, inside);
    return true;
}

void panel_input(const View *v, Rect box) {
    GraphBox whole, inside;
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_SMALL);
    const bool has_field = field_of(v, &whole, &inside);
    const char *hover = ui_word(v, "input.hover");
    const char *longest = has_field ? field_words(v, &whole, true) : hover;
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "panel.input");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    ui_heading(v, &box, ui_word(v, "input.title"), "");
    /* The picture stays in its place from cell to cell. A mere hint leaves it the room. */
    const int needs = draw_paragraph_height(v->list, box.w, style, line, longest);
    Rect words = rect_cut_bottom(&box, has_field || box.h >= 2 * needs ? needs : 0);
    const Image *picture = scene_picture(v->scene);
    const Rect shown = ui_fit(box, picture->width, picture->height, true);
    ui_picture(v, shown);
    if (has_field)
        draw_field(v, shown, &inside);
    const bool cut = has_field && (whole.width != inside.width || whole.height != inside.height);
    if (words.h > 0)
        ui_paragraph(v, &words, style, 6, has_field ? field_words(v, &whole, cut) : hover);
}

/* --- The kernel ------------------------------------------------------------------------------- */

/* The convolution that made the chosen map: this node, or the one that a ReLU, a batch norm or the
 * like took over channel by channel. GRAPH_FAILED: none. */
static int kernel_node(const View *v) {
    for (int node = v->node; node >= 0;) {
        const Node *n = &v->graph->nodes[node];
        if (strcmp(n->type->name, "conv") == 0)
            return node;
        const bool keeps = n->type->family == LAYER_ACTIVATION ||
                           n->type->family == LAYER_NORMALISATION ||
                           strcmp(n->type->name, "maxpool") == 0;
        if (!keeps || n->input_count != 1)
            return GRAPH_FAILED;
        node = n->inputs[0];
    }
    return GRAPH_FAILED;
}

bool panel_has_kernel(const View *v) {
    return kernel_node(v) != GRAPH_FAILED;
}

void panel_kernel(const View *v, Rect box) {
    const int node = kernel_node(v);
    if (node == GRAPH_FAILED)
        return;
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "panel.kernel");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    const Shape *w = &v->graph->nodes[node].weights[0].shape;
    ui_heading(v, &box, ui_say(v, "kernel.of", ui_label(v, node)),
               TEXT("%lld × %lld × %lld", (long long)w->dim[2], (long long)w->dim[3],
                    (long long)w->dim[1]));
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *all = TEXT("%lld", (long long)w->dim[1]);
    const bool rgb = values_is_rgb(v, node);
    const char *const texts[] = {rgb ? ui_word(v, "kernel.rgb") : ui_say(v, "kernel.one", all),
                                 ui_say(v, "kernel.strongest", all, all)};
    const int line = ui_line(v, SIZE_SMALL);
    int height = line;
    for (int i = 0; i < (rgb ? 1 : 2); i++) {
        const int needs = draw_paragraph_height(v->list, box.w, small, line, texts[i]);
        height = needs > height ? needs : height;
    }
    Rect words = rect_cut_bottom(&box, height);
    const int shown = values_kernel(v, box, node, v->place->channel);
    const char *key = shown < w->dim[1] ? "kernel.strongest"
                      : shown == 1      ? "kernel.one"
                                        : "kernel.all";
    ui_paragraph(v, &words, small, 3,
                 rgb ? ui_word(v, "kernel.rgb") : ui_say(v, key, TEXT("%d", shown), all));
}

/* --- The histogram ---------------------------------------------------------------------------- */

enum { BINS = 48 };

static void draw_bins(const View *v, Rect box, const float *x, int64_t count, double min,
                      double max) {
    int64_t bins[BINS], most = 1;
    stats_histogram(x, count, (float)min, (float)max, BINS, bins);
    for (int i = 0; i < BINS; i++)
        most = bins[i] > most ? bins[i] : most;
    const Colormap map = ui_colormap(v, v->node);
    const ColorRange range = ui_range(v, v->node, v->extent.vector ? -1 : v->place->channel);
    for (int i = 0; i < BINS; i++) {
        /* A square root, so that rare values are seen beside very many zeros. */
        const int height = (int)lround(box.h * sqrt((double)bins[i] / (double)most));
        const int left = box.x + box.w * i / BINS, right = box.x + box.w * (i + 1) / BINS;
        uint8_t rgb[3];
        colormap_color(map, range, (float)(min + (max - min) * (i + 0.5) / BINS), rgb);
        Rect bar = {left, box.y + box.h - height, right - left, height};
        draw_fill(v->list, bar, (Color){rgb[0], rgb[1], rgb[2], 255});
        if (height > 2)
            draw_fill(v->list, (Rect){bar.x, bar.y, bar.w, 1}, v->theme->dim);
    }
}

/* The mean, and how many are zero or odd: a line each. */
static const char *figures_of(const View *v, const float *x, int64_t count, const Stats *s) {
    int64_t zeros = 0;
    for (int64_t i = 0; i < count; i++)
        zeros += x[i] == 0;
    return ui_keep(
        v, TEXT("%s\n%s", ui_say(v, "histogram.mean", ui_number(v, s->mean)),
                s->nans + s->infinities
                    ? ui_say(v, "histogram.odd", ui_count(v, s->nans), ui_count(v, s->infinities))
                    : ui_say(v, "histogram.zeros", ui_percent(v, (double)zeros / (double)count))));
}

void panel_histogram(const View *v, Rect box) {
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, NULL, "panel.histogram");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    const bool vector = v->extent.vector;
    ui_heading(
        v, &box,
        vector ? ui_word(v, "histogram.units") : ui_say_map(v, "histogram", v->place->channel), "");
    const StatePlace *p = v->place;
    const bool hidden = prediction_hides_values(p) || prediction_hides_shape(p, v->node) ||
                        (prediction_hides_class(p) && prediction_is_answer(v->model, v->node));
    if (!v->values || hidden) {
        ui_empty(v, box, hidden ? "?" : ui_word(v, "layer.waiting"));
        return;
    }
    const int64_t area = (int64_t)v->extent.height * v->extent.width;
    const float *x = v->values->data + (vector ? 0 : v->place->channel * area);
    const int64_t count = vector ? v->extent.channels : area;
    const Stats s = stats_of(x, count);
    const int line = ui_line(v, SIZE_SMALL);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *words = figures_of(v, x, count, &s);
    const int needs = draw_paragraph_height(v->list, box.w, dim, line, words);
    Rect numbers = rect_cut_bottom(&box, box.h >= needs + 2 * line ? needs : 0);
    Rect ends = rect_cut_bottom(&box, line);
    if (ends.h < line)
        return;
    if (box.h > ui_px(v, 12))
        draw_bins(v, box, x, count, (double)s.min, (double)s.max);
    TextStyle left = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), right = left;
    right.align = ALIGN_RIGHT;
    const char *least = ui_number(v, (double)s.min), *most = ui_number(v, (double)s.max);
    Rect end = rect_cut_right(&ends, draw_text_width(v->list, right, most));
    draw_text(v->list, ends, left, least);
    draw_text(v->list, end, right, most);
    if (numbers.h >= needs)
        ui_paragraph(v, &numbers, dim, 6, words);
}

/* --- The legend ------------------------------------------------------------------------------- */

void ui_ramp(const View *v, Rect bar, Colormap map, ColorRange range) {
    uint8_t *pixels = draw_pixels(v->list, bar.w, 1, 3);
    for (int x = 0; pixels && x < bar.w; x++) {
        const double share = bar.w > 1 ? (double)x / (bar.w - 1) : 0;
        const double value = (double)range.min + share * ((double)range.max - (double)range.min);
        colormap_color(map, range, (float)value, pixels + 3 * x);
    }
    draw_image(v->list, bar, pixels, bar.w, 1, 3);
    draw_frame(v->list, bar, v->theme->line);
}

void ui_ramp_ends(const View *v, Rect line, ColorRange range) {
    TextStyle left = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), right = left, middle = left;
    right.align = ALIGN_RIGHT;
    middle.align = ALIGN_CENTRE;
    Rect third = rect_cut_left(&line, line.w * 2 / 5), last = rect_cut_right(&line, line.w * 2 / 3);
    draw_text(v->list, third, left, ui_number(v, (double)range.min));
    draw_text(v->list, last, right, ui_number(v, (double)range.max));
    if (range.min < 0 && range.max > 0)
        draw_text(v->list, line, middle, "0");
}

void panel_legend(const View *v, Rect box) {
    draw_region(v->list, box, "colors", "panel.legend");
    if (!v->stats || box.w < ui_px(v, 120))
        return;
    const Colormap map = ui_colormap(v, v->node);
    const ColorRange range = ui_range(v, v->node, v->extent.vector ? -1 : v->place->channel);
    rect_cut_top(&box, ui_px(v, 2));
    Rect bar = rect_cut_top(&box, ui_px(v, 12));
    const int width = box.w < ui_px(v, 260) ? box.w : rect_least(box.w / 2, ui_px(v, 260));
    Rect note = {bar.x + width + 2 * SPACE(v), bar.y - ui_px(v, 4), bar.w - width - 2 * SPACE(v),
                 ui_line(v, SIZE_SMALL)};
    bar.w = width;
    ui_ramp(v, bar, map, range);
    ui_ramp_ends(v, (Rect){bar.x, bar.y + bar.h, bar.w, ui_line(v, SIZE_SMALL)}, range);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const bool one = v->place->range == RANGE_MAP && !v->extent.vector;
    const char *words =
        one ? ui_say_map(v, "legend", v->place->channel)
            : ui_word(v, v->place->range == RANGE_NETWORK ? "legend.network" : "legend.layer");
    if (draw_text_width(v->list, dim, words) <= note.w)
        draw_text(v->list, note, dim, words);
}
