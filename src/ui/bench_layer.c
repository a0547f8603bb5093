/* view.play: a convolution with other numbers, a kernel edited by hand, maps set to zero, a patch
 * over the picture. */
#include "ui/bench_layer.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- Pictures --------------------------------------------------------------------------------- */

void trial_panes(const View *v, Rect box, const char *const *titles, int count, Rect *room) {
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_SMALL), gap = SPACE(v);
    const int width = (box.w - (count - 1) * gap) / count;
    int height = 0;
    for (int i = 0; i < count; i++) {
        const int needs = draw_paragraph_height(v->list, width, style, line, titles[i]);
        height = needs > height ? needs : height;
    }
    for (int i = 0; i < count; i++) {
        Rect pane = {box.x + i * (width + gap), box.y, width, box.h};
        Rect title = rect_cut_top(&pane, height);
        ui_paragraph(v, &title, style, 6, titles[i]);
        rect_cut_top(&pane, SPACE(v) / 2);
        room[i] = pane;
    }
}

static int ramp_height(const View *v) {
    return ui_px(v, 12) + ui_line(v, SIZE_SMALL) + SPACE(v) / 2;
}

static void draw_ramp(const View *v, Rect picture, Colormap map, ColorRange range) {
    const int width = picture.w < ui_px(v, 130) ? ui_px(v, 130) : picture.w;
    Rect bar = {picture.x, picture.y + picture.h + SPACE(v) / 2, width, ui_px(v, 10)};
    ui_ramp(v, bar, map, range);
    ui_ramp_ends(v, (Rect){bar.x, bar.y + bar.h, bar.w, ui_line(v, SIZE_SMALL)}, range);
}

static void draw_node(const View *v, Rect box, int node, int channel) {
    const SceneExtent e = scene_extent(v->scene, node);
    rect_cut_bottom(&box, ramp_height(v));
    const Rect r = ui_fit(box, e.width, e.height, false);
    ui_map(v, r, node, channel);
    if (scene_values(v->scene, node))
        draw_ramp(v, r, ui_colormap(v, node), ui_range(v, node, channel));
}

void trial_layer_map(const TrialView *t, Rect box) {
    draw_node(t->v, box, t->conv, t->channel);
}

void trial_input_map(const TrialView *t, Rect box, int channel) {
    const View *v = t->v;
    if (channel >= 0) {
        draw_node(v, box, t->node->inputs[0], channel);
        return;
    }
    const SceneExtent e = scene_extent(v->scene, GRAPH_IMAGE);
    rect_cut_bottom(&box, ramp_height(v));
    ui_picture(v, ui_fit(box, e.width, e.height, false));
}

/* Of one plane in the colours of its range, of three as a picture from the least to the most. */
static void paint(const Tensor *map, Colormap colors, ColorRange range, uint8_t *to) {
    const int64_t area = map->shape.dim[1] * map->shape.dim[2];
    if (map->shape.dim[0] == 1) {
        colormap_apply(colors, range, map->data, area, to);
        return;
    }
    for (int64_t i = 0; i < area; i++)
        for (int c = 0; c < 3; c++) {
            const float share =
                (map->data[c * area + i] - range.min) / fmaxf(range.max - range.min, 1e-20f);
            to[3 * i + c] = (uint8_t)lroundf(255 * fminf(fmaxf(share, 0), 1));
        }
}

/* As large as the box lets it; sharp where enlarged. */
static void draw_tensor(const TrialView *t, Rect r, const Tensor *map, Colormap colors,
                        ColorRange range) {
    const View *v = t->v;
    const int w = (int)map->shape.dim[2], h = (int)map->shape.dim[1];
    ImageKey key = image_key_add_text((ImageKey){0}, "trial");
    key = image_key_add(image_key_add(key, t->work->serial), (uint64_t)colors);
    const uint8_t *pixels = image_cache_get(v->memory->images, key, w, h, 3);
    if (!pixels) {
        uint8_t *made = image_cache_put(v->memory->images, key, w, h, 3, &v->list->error);
        if (!made)
            return;
        paint(map, colors, range, made);
        pixels = made;
    }
    draw_image_keyed(v->list, r, key, pixels, w, h, 3);
    draw_region(v->list, r, NULL, "trial.map");
}

void trial_map(const TrialView *t, Rect box) {
    const View *v = t->v;
    if (!t->result || t->result->map.shape.rank == 0) {
        bench_waits(v, box, t->work, ui_word(v, "trial.waiting"));
        return;
    }
    const Tensor *map = &t->result->map;
    const Stats s = stats_of(map->data, tensor_count(map));
    const bool colours = map->shape.dim[0] == 3;
    const Colormap colors = colours                              ? COLORMAP_GRAY
                            : v->place->colors == COLORS_GRAY    ? COLORMAP_GRAY
                            : v->place->colors == COLORS_VIRIDIS ? COLORMAP_VIRIDIS
                            : v->place->colors == COLORS_RDBU    ? COLORMAP_RDBU
                            : s.min < 0                          ? COLORMAP_RDBU
                                                                 : COLORMAP_VIRIDIS;
    const float least = colors == COLORMAP_VIRIDIS && s.min > 0 ? 0 : s.min;
    const ColorRange range = colormap_range(colors, least, s.max);
    rect_cut_bottom(&box, ramp_height(v));
    const Rect r = ui_fit(box, (int)map->shape.dim[2], (int)map->shape.dim[1], false);
    draw_tensor(t, r, map, colors, range);
    draw_ramp(v, r, colors, range);
}

/* --- What it says ----------------------------------------------------------------------------- */

const char *trial_fault(const TrialView *t, const TrialFigures *f, int64_t height, int64_t width) {
    const View *v = t->v;
    const TrialParams *p = &t->params;
    if (f->fault == TRIAL_GROUPS)
        return ui_say(v, "trial.fault_groups", ui_count(v, p->groups),
                      ui_count(v, t->node->in.dim[0]), ui_count(v, t->node->out.dim[0]));
    const int axis = f->extent[0] > height + 2 * p->padding[0] ? 0 : 1;
    if (f->fault == TRIAL_LARGE)
        return ui_say(v, "trial.fault_large", ui_count(v, f->extent[axis]),
                      ui_count(v, (axis ? width : height) + 2 * p->padding[axis]));
    return NULL;
}

static void draw_modes(const View *v, const TrialView *t, Rect row) {
    static const char *const names[] = {"size", "kernel", "channels", "patch"};
    static const char *const words[] = {"trial.size_tab", "trial.kernel_tab", "trial.channels_tab",
                                        "trial.patch_tab"};
    UiButton buttons[TRIES + 1];
    for (int i = 0; i < TRIES; i++)
        buttons[i] = (UiButton){.text = ui_word(v, words[i]),
                                .action = ui_keep(v, TEXT("trial %s", names[i])),
                                .region = ui_keep(v, TEXT("trial.tab.%s", names[i])),
                                .chosen = (int)t->trial.what == i,
                                .keyless = true};
    buttons[TRIES] = (UiButton){
        .text = ui_word(v, "trial.back_to_own"), .action = "trial.reset", .region = "trial.reset"};
    ui_buttons(v, row, buttons, TRIES + 1);
}

void bench_layer(const View *v, Rect box) {
    static void (*const views[TRIES])(const TrialView *, Rect) = {
        trial_size_view, trial_kernel_view, trial_channels_view, trial_patch_view};
    draw_region(v->list, box, NULL, "view.play");
    if (!v->scene || trial_refuses(v->session)) {
        ui_empty(v, box, ui_word(v, v->scene ? "refuse.no_convolution" : "refuse.no_network"));
        return;
    }
    TrialView t = {.v = v, .trial = trial_now(v->session), .work = bench_work(v->session)};
    t.conv = t.trial.of;
    t.node = &v->graph->nodes[t.conv];
    t.channel = v->place->channel < t.node->out.dim[0] ? v->place->channel : 0;
    t.own = trial_own(t.node);
    t.params = trial_params(t.node, &t.trial);
    t.figures = trial_figures(t.node, &t.params);
    t.result = trial_result(t.work);
    ui_heading(v, &box, ui_say(v, "trial.title", ui_label(v, t.conv)), ui_layer_note(v, t.conv));
    draw_modes(v, &t, rect_cut_top(&box, ui_px(v, 30)));
    rect_cut_top(&box, SPACE(v) / 2);
    views[t.trial.what](&t, box);
}
