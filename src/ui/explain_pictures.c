/* Signed pictures of view.explain: one, eight, four; their greys and their grid. */
#include "ui/explain.h"

#include "base/text.h"
#include "explain/rules.h"
#include "export/picture.h"
#include "tensor/image.h"
#include <math.h>
#include <string.h>

/* --- One -------------------------------------------------------------------------------------- */

float explain_size(const Tensor *values) {
    const Stats s = stats_of(values->data, tensor_count(values));
    return fmaxf(fabsf(s.min), fabsf(s.max));
}

static ImageKey key_of(const ExplainView *x, int part, int w, int h, float m) {
    ImageKey key = image_key_add_text((ImageKey){0}, "explanation");
    key = image_key_add(image_key_add(key, explanation_progress(x->e)->serial), (uint64_t)part);
    key = image_key_add(key, (uint64_t)w << 32 | (uint32_t)h);
    return image_key_add_double(key, (double)m);
}

/* In its own size, then made smaller where the box is. */
static bool paint(const Tensor *values, GraphBox crop, float m, int w, int h, uint8_t *to,
                  Error *err) {
    const Shape *s = &values->shape;
    const ExportPart part = {.data = values->data,
                             .planes = s->dim[1] == 3 ? 3 : 1,
                             .height = s->dim[2],
                             .width = s->dim[3],
                             .rgb = s->dim[1] == 3,
                             .colormap = COLORMAP_GRAY,
                             .range = {-m, m}};
    Image all = {0}, seen = {0}, small = {0};
    bool ok = picture_make(&part, 1, &all, err) &&
              image_new(&seen, (int)crop.width, (int)crop.height, 3, err);
    if (ok)
        image_paste(&seen, &all, -(int)crop.x, -(int)crop.y);
    ok = ok && image_resize(&small, &seen, w, h, err);
    if (ok)
        memcpy(to, small.pixels, (size_t)w * (size_t)h * 3);
    image_free(&all);
    image_free(&seen);
    image_free(&small);
    return ok;
}

static void draw_border(const View *v, Rect r) {
    draw_frame(v->list, (Rect){r.x - 1, r.y - 1, r.w + 2, r.h + 2}, v->theme->line);
}

void explain_signed(const ExplainView *x, Rect box, const Tensor *values, GraphBox crop, float m,
                    int part) {
    DrawList *list = x->v->list;
    ImageCache *images = x->v->memory->images;
    const int w = rect_least(box.w, (int)crop.width), h = rect_least(box.h, (int)crop.height);
    if (w < 1 || h < 1)
        return;
    const ImageKey key = key_of(x, part, w, h, m);
    const uint8_t *pixels = image_cache_get(images, key, w, h, 3);
    if (!pixels) {
        uint8_t *made = image_cache_put(images, key, w, h, 3, &list->error);
        if (!made || !paint(values, crop, m, w, h, made, &list->error))
            return;
        pixels = made;
    }
    draw_image_keyed(list, box, key, pixels, w, h, 3);
    draw_border(x->v, box);
}

bool ui_explained_cell(const View *v, int *node, int64_t *channel, int cell[2]) {
    const Explanation *e = v->session->explanation;
    int64_t y, x;
    if (!e || !explanation_cell(e, &y, &x))
        return false;
    *node = explanation_request(e)->node;
    *channel = explanation_request(e)->channel;
    cell[0] = (int)y;
    cell[1] = (int)x;
    return true;
}

GraphBox explain_crop(const ExplainView *x, bool *whole) {
    const View *v = x->v;
    const Shape *in = &v->graph->input;
    const GraphBox all = {.height = in->dim[1], .width = in->dim[2]};
    GraphBox field, inside;
    int node, cell[2];
    int64_t channel;
    *whole = true;
    if (!ui_explained_cell(v, &node, &channel, cell))
        return all;
    node = graph_channel_maker(v->graph, node, &channel);
    graph_receptive_box(v->graph, node, cell[0], cell[1], &field, &inside);
    *whole = inside.width < 1 || inside.height < 1 ||
             2 * inside.width * inside.height > all.width * all.height;
    return *whole ? all : inside;
}

/* That part of the picture that the network sees. */
static void draw_picture(const ExplainView *x, Rect box, GraphBox crop, bool whole) {
    const View *v = x->v;
    const Image *picture = scene_picture(v->scene);
    if (whole) {
        ui_picture(v, box);
        return;
    }
    const int w = (int)crop.width, h = (int)crop.height, channels = picture->channels;
    uint8_t *pixels = draw_pixels(v->list, w, h, channels);
    for (int y = 0; pixels && y < h; y++)
        memcpy(pixels + (size_t)y * (size_t)w * (size_t)channels,
               picture->pixels +
                   (((size_t)crop.y + (size_t)y) * (size_t)picture->width + (size_t)crop.x) *
                       (size_t)channels,
               (size_t)w * (size_t)channels);
    if (pixels)
        draw_image(v->list, box, pixels, w, h, channels);
    draw_border(v, box);
}

int explain_legend_height(const ExplainView *x) {
    return ui_px(x->v, 12) + ui_line(x->v, SIZE_SMALL);
}

void explain_legend(const ExplainView *x, Rect box, Colormap map, ColorRange range) {
    const int most = ui_px(x->v, 260);
    box.w = box.w < most ? box.w : most;
    ui_ramp(x->v, rect_cut_top(&box, ui_px(x->v, 12)), map, range);
    ui_ramp_ends(x->v, box, range);
}

/* --- Grids ------------------------------------------------------------------------------------ */

static TextStyle words_style(const View *v) {
    return ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
}

/* The height that the longest of the texts takes. */
static int words_height(const View *v, int width, const char *const *texts, int count) {
    int height = 0;
    for (int i = 0; texts && i < count; i++) {
        const int needs = !texts[i] ? 0
                                    : draw_paragraph_height(v->list, width, words_style(v),
                                                            ui_line(v, SIZE_SMALL), texts[i]);
        height = needs > height ? needs : height;
    }
    return height;
}

ExplainGrid explain_grid(const ExplainView *x, Rect box, int count, int w, int h,
                         const char *const *texts, int extra) {
    const int gap = SPACE(x->v);
    ExplainGrid best = {.columns = 1, .rows = count, .box = box, .texts = texts, .extra = extra};
    for (int columns = 1; columns <= count; columns++) {
        const int rows = (count + columns - 1) / columns;
        const int width = (box.w - (columns - 1) * gap) / columns;
        const int words = words_height(x->v, width, texts, count) + gap / 2;
        const Rect cell = {0, 0, width, (box.h - (rows - 1) * gap) / rows - words - extra};
        const Rect fit = ui_fit(cell, w, h, false);
        if (fit.w <= best.width || (columns > 1 && width < ui_px(x->v, 88))) /* a word's width */
            continue;
        best.columns = columns;
        best.rows = rows;
        best.width = fit.w;
        best.height = fit.h;
        best.words = words;
    }
    /* Where there is no room for words there are none. */
    return best.width > 0 || !texts ? best : explain_grid(x, box, count, w, h, NULL, 0);
}

Rect explain_cell(const ExplainView *x, const ExplainGrid *grid, int i, Rect *below) {
    const View *v = x->v;
    const int gap = SPACE(v), column = i % grid->columns, row = i / grid->columns;
    const int pitch = (grid->box.w + gap) / grid->columns; /* words have the whole width */
    const int all = grid->height + grid->words + grid->extra;
    const Rect r = {grid->box.x + column * pitch, grid->box.y + row * (all + gap), grid->width,
                    grid->height};
    Rect words = {r.x, r.y + r.h + gap / 2 + grid->extra, pitch - gap, grid->words - gap / 2};
    if (below)
        *below = (Rect){r.x, r.y + r.h, r.w, grid->extra}; /* of no height: no room */
    if (grid->texts && grid->texts[i])
        ui_paragraph(v, &words, words_style(v), 9, grid->texts[i]);
    return r;
}

/* --- The end of the way ----------------------------------------------------------------------- */

void explain_projection_view(const ExplainView *x, Rect box) {
    const View *v = x->v;
    const Tensor *t = explanation_part(x->e, 0);
    if (!t)
        return;
    const float m = explain_size(t);
    Rect legend = rect_cut_bottom(&box, explain_legend_height(x));
    rect_cut_bottom(&box, SPACE(v));
    bool whole;
    const GraphBox crop = explain_crop(x, &whole);
    const int count = whole || !v->state->big ? 2 : 3; /* in the hall there is no panel.input */
    const char *const says[] = {ui_word(v, "explain.signal"), ui_word(v, "explain.picture"),
                                ui_word(v, "explain.place")};
    const ExplainGrid grid =
        explain_grid(x, box, count, (int)crop.width, (int)crop.height, says, 0);
    int node, cell[2];
    int64_t channel;
    for (int i = 0; i < count; i++) {
        const Rect r = explain_cell(x, &grid, i, NULL);
        if (i == 0)
            explain_signed(x, r, t, crop, m, 0);
        else
            draw_picture(x, r, crop, whole || i == 2);
        draw_region(v->list, r, NULL, "explain.part.%d", i);
        if ((whole || i == 2) && ui_explained_cell(v, &node, &channel, cell))
            ui_mark_field(v, r, node, channel, cell);
    }
    explain_legend(x, legend, COLORMAP_GRAY, (ColorRange){-m, m});
}

/* --- Side by side ----------------------------------------------------------------------------- */

/* What black and white stand for: the largest of all parts that there are, or of each. */
static float scale_of(const ExplainView *x, int part) {
    float m = 0;
    if (!x->v->place->common_scale)
        return explain_size(explanation_part(x->e, part));
    for (int i = 0; explanation_part(x->e, i) && i < explanation_parts(x->e); i++)
        m = fmaxf(m, explain_size(explanation_part(x->e, i)));
    return m;
}

static void draw_parts(const ExplainView *x, Rect box,
                       const char *(*say)(const ExplainView *x, int part)) {
    const View *v = x->v;
    bool whole;
    const GraphBox crop = explain_crop(x, &whole);
    const int count = explanation_parts(x->e);
    const char *texts[EXPLANATION_PARTS] = {NULL};
    float scales[EXPLANATION_PARTS];
    for (int i = 0; i < count && explanation_part(x->e, i); i++) {
        scales[i] = scale_of(x, i);
        texts[i] = ui_keep(v, TEXT("%s\n±%s", say(x, i), ui_number(v, (double)scales[i])));
    }
    const ExplainGrid grid =
        explain_grid(x, box, count, (int)crop.width, (int)crop.height, texts, 0);
    for (int i = 0; i < count; i++) {
        const Rect r = explain_cell(x, &grid, i, NULL);
        draw_region(v->list, r, NULL, "explain.part.%d", i);
        if (texts[i])
            explain_signed(x, r, explanation_part(x->e, i), crop, scales[i], i);
        else
            draw_fill(v->list, r, v->theme->raised);
    }
}

static const char *corner_name(const ExplainView *x, int corner) {
    const View *v = x->v;
    const LayerRules rules = cube_rules(corner, SWITCHES_CENTER);
    const ExplainRule rule = rule_of(&rules);
    static const char *const keys[] = {"explain.gradient", "explain.deconvnet", "explain.guided"};
    char words[200] = "";
    if (rule < RULES_NAMED)
        return ui_word(v, keys[rule]);
    const bool on[3] = {rules.forward_mask, rules.switches == SWITCHES_RECORDED,
                        rules.backward_mask};
    static const char *const names[3] = {"explain.mask_forward", "explain.mask_switches",
                                         "explain.mask_backward"};
    for (int i = 0; i < 3; i++)
        if (on[i])
            text_format(words + strlen(words), sizeof words - strlen(words), "%s%s",
                        words[0] ? " + " : "", ui_word(v, names[i]));
    return words[0] ? ui_keep(v, words) : ui_word(v, "explain.mask_none");
}

void explain_cube_view(const ExplainView *x, Rect box) {
    draw_parts(x, box, corner_name);
}

/* Pearson's correlation of the sizes of two signals: 1 is the same picture but for its scale. */
static double likeness(const Tensor *a, const Tensor *b) {
    double sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
    const int64_t n = tensor_count(a);
    for (int64_t i = 0; i < n; i++) {
        const double x = fabs((double)a->data[i]), y = fabs((double)b->data[i]);
        sa += x, sb += y, aa += x * x, bb += y * y, ab += x * y;
    }
    const double of = (aa - sa * sa / (double)n) * (bb - sb * sb / (double)n);
    return of > 0 ? (ab - sa * sb / (double)n) / sqrt(of) : 0;
}

static const char *test_name(const ExplainView *x, int test) {
    static const char *const keys[EXPLAIN_TESTS_COUNT] = {
        "explain.test_real", "explain.test_random", "explain.test_other", "explain.test_noise"};
    const View *v = x->v;
    const Tensor *real = explanation_part(x->e, TEST_REAL), *t = explanation_part(x->e, test);
    const char *number = ui_keep(v, TEXT("%d", explanation_other_channel(x->e)));
    if (test == TEST_REAL)
        return ui_word(v, keys[test]);
    return ui_say(v, keys[test], ui_short(v, likeness(real, t)), number);
}

void explain_tests_view(const ExplainView *x, Rect box) {
    draw_parts(x, box, test_name);
}
