/* view.panes: what is shown, and beside it another network, another way of computing, or other
 * weights, at the layer that corresponds. */
#include "session/panes.h"
#include "ui/bench.h"
#include "ui/prediction.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

enum { PANE_LEFT, PANE_RIGHT, CLASSES = 5 };
static const char *const sides[] = {"left", "right"};

/* The view as it is, looking at the other scene. */
static View view_on(const View *v, Scene *scene, int node) {
    View other = *v;
    other.scene = scene;
    other.model = scene_model(scene);
    other.graph = &other.model->graph;
    other.node = node;
    other.extent = scene_extent(scene, node);
    other.values = scene_values(scene, node);
    other.stats = scene_stats(scene, node);
    other.channels = scene_channels(scene, node);
    return other;
}

/* --- Maps ------------------------------------------------------------------------------------- */

typedef struct Tiles {
    int first, count, columns, side_w, side_h, gap;
} Tiles;

/* As many of the page as there is room for, as large as they can be. */
static Tiles tiles_of(const View *v, Rect box) {
    const int maps = session_page_maps(v->session), page = v->place->page * maps;
    Tiles t = {.first = page < v->extent.channels ? page : 0, .gap = ui_px(v, 3)};
    t.count = rect_least(maps, v->extent.channels - t.first);
    const double aspect = (double)v->extent.height / v->extent.width;
    double best = 0;
    for (int columns = 1; columns <= t.count; columns++) {
        const int rows = (t.count + columns - 1) / columns;
        const double w =
            fmin((double)box.w / columns - t.gap, ((double)box.h / rows - t.gap) / aspect);
        if (w > best) {
            best = w;
            t.columns = columns;
        }
    }
    t.side_w = (int)best;
    t.side_h = (int)(best * aspect);
    return t;
}

static void draw_difference(const View *v, Rect box, const View *left, int channel, float most) {
    const int w = v->extent.width, h = v->extent.height;
    const int64_t from = (int64_t)channel * h * w;
    uint8_t *pixels = draw_pixels(v->list, w, h, 3);
    const ColorRange range = {-most, most > 0 ? most : 1};
    for (int i = 0; pixels && i < w * h; i++)
        colormap_color(COLORMAP_RDBU, range,
                       left->values->data[from + i] - v->values->data[from + i], pixels + 3 * i);
    if (pixels)
        draw_image(v->list, box, pixels, w, h, 3);
}

/* `left`: what v's values are taken away from; NULL: nothing is. */
static void draw_maps(const View *v, Rect box, int side, const View *left, float most) {
    const Tiles t = tiles_of(v, box);
    for (int i = 0; i < t.count && t.side_w > 0 && t.side_h > 0; i++) {
        const int channel = t.first + i;
        const Rect tile = {box.x + i % t.columns * (t.side_w + t.gap),
                           box.y + i / t.columns * (t.side_h + t.gap), t.side_w, t.side_h};
        if (left)
            draw_difference(v, tile, left, channel, most);
        else
            ui_map_plain(v, tile, v->node, channel);
        draw_region(v->list, tile, TEXT("channel.select %d", channel), "panes.%s.%d", sides[side],
                    channel);
        draw_hint(v->list, ui_say_map(v, "channel", channel));
        if (channel == v->place->channel)
            ui_mark(v, tile, v->theme->accent);
    }
}

/* --- Classes ---------------------------------------------------------------------------------- */

static bool has_answer(const View *v) {
    return scene_values(v->scene, v->graph->node_count - 1) != NULL;
}

static void draw_classes(const View *v, Rect box, int side) {
    const Tensor *p = scene_values(v->scene, v->graph->node_count - 1);
    const int64_t all = tensor_count(p);
    const int count = all < CLASSES ? (int)all : CLASSES;
    int64_t best[CLASSES];
    const int line = rect_least(box.h / count, ui_line(v, SIZE_SMALL) * 5 / 4);
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    TextStyle name = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    name.may_cut = true;
    if (prediction_covers_classes(v, box))
        return;
    draw_region(v->list, box, NULL, "panes.classes.%s", sides[side]);
    stats_top(p->data, all, count, best);
    for (int i = 0; i < count; i++) {
        Rect row = rect_cut_top(&box, line);
        const double share = (double)p->data[best[i]];
        const char *text = ui_class_name(v, (int)best[i]);
        draw_region(v->list, row, NULL, "panes.class.%s.%d", sides[side], (int)best[i]);
        draw_hint(v->list, text);
        if (line < draw_text_height(v->list, name))
            continue;
        draw_text(v->list, rect_cut_left(&row, row.w * 40 / 100), name, text);
        draw_text(v->list, rect_cut_right(&row, draw_text_width(v->list, mono, "0.0999 %") + 1),
                  mono, ui_percent(v, share));
        Rect bar = rect_inset(row, SPACE(v) / 2, line / 4);
        draw_fill(v->list, bar, v->theme->raised);
        bar.w = (int)lround(bar.w * share);
        if (bar.w > 0)
            draw_fill(v->list, bar, v->theme->bar);
    }
}

/* --- A pane ----------------------------------------------------------------------------------- */

static const char *time_text(const View *v) {
    const double ms = v->node == GRAPH_IMAGE ? 0 : scene_node_ms(v->scene, v->node);
    return v->memory->hide_times || !(ms > 0) ? "-" : ui_digits(v, ms, 3);
}

static void draw_title(const View *v, Rect *box, const char *how) {
    /* Random weights are always named. */
    const char *note = !how ? ui_weights(v)
                       : v->model->weights.trained
                           ? how
                           : ui_keep(v, TEXT("%s; %.120s", how, ui_weights(v)));
    ui_heading(v, box, v->model->title, note);
    ui_paragraph(
        v, box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 2,
        ui_say(v, "panes.layer", ui_label(v, v->node), ui_extent_of(v, v->node), time_text(v)));
    rect_cut_top(box, SPACE(v) / 2);
}

static void draw_pane(const View *v, Rect box, int side, const char *how, bool classes,
                      const View *left, float most) {
    draw_region(v->list, box, NULL, "panes.%s", sides[side]);
    draw_title(v, &box, how);
    if (!v->values) {
        ui_empty(v, box, ui_word(v, "panes.computing"));
        return;
    }
    if (classes) {
        Rect below = rect_cut_bottom(&box, CLASSES * ui_line(v, SIZE_SMALL) * 5 / 4);
        rect_cut_bottom(&box, SPACE(v));
        draw_classes(v, below, side);
    }
    if (v->extent.vector && !classes)
        ui_empty(v, box, ui_say(v, "panes.vector", ui_count(v, v->extent.channels)));
    else if (!v->extent.vector)
        draw_maps(v, box, side, left, most);
}

static void draw_verdict(const View *v, Rect box, const View *right) {
    const TextStyle text = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    draw_region(v->list, box, NULL, "panes.difference");
    if (!v->values || !right || !right->values)
        return;
    const PanesDifference d = panes_difference(v->values, right->values);
    const char *words = isnan(d.most) ? ui_word(v, "panes.incomparable")
                        : d.most > 0
                            ? ui_say(v, "panes.apart", ui_digits(v, d.most, 3),
                                     TEXT("%d", d.channel), TEXT("%d", d.y), TEXT("%d", d.x),
                                     ui_exact(v, (double)d.left), ui_exact(v, (double)d.right))
                            : ui_word(v, "panes.same");
    ui_paragraph(v, &box, text, 2, words);
}

/* --- The zone --------------------------------------------------------------------------------- */

static void draw_controls(const View *v, Rect row) {
    const StatePlace *p = v->place;
    const UiButton buttons[] = {
        {ui_word(v, "panes.networks"), "panes.kind networks", "panes.networks",
         p->panes_kind == PANES_NETWORKS, true},
        {ui_word(v, "panes.paths"), "panes.kind paths", "panes.paths", p->panes_kind == PANES_PATHS,
         true},
        {ui_word(v, "panes.weights"), "panes.kind weights", "panes.weights",
         p->panes_kind == PANES_WEIGHTS, true},
        {ui_word(v, "panes.subtract"), "panes.difference", "panes.subtract",
         p->panes_difference != 0, false},
        {ui_word(v, p->panes_kind == PANES_WEIGHTS ? "panes.seed" : "panes.next"),
         p->panes_kind == PANES_WEIGHTS ? "panes.seed" : "panes.model", "panes.next", false,
         false}};
    ui_buttons(v, row, buttons, p->panes_kind == PANES_PATHS ? 4 : 5);
}

void bench_panes(const View *v, Rect box) {
    Work *work = bench_work(v->session);
    Scene *scene = panes_scene(work);
    draw_region(v->list, box, NULL, "view.panes");
    draw_controls(v, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, SPACE(v));
    Rect told = rect_cut_bottom(&box, 2 * ui_line(v, SIZE_SMALL));
    Rect left = rect_cut_left(&box, (box.w - 3 * SPACE(v)) / 2);
    rect_cut_left(&box, 3 * SPACE(v));
    const bool classes = scene && has_answer(v) && (v->extent.vector || left.h > ui_px(v, 240));
    View right;
    if (scene) {
        right = view_on(v, scene, panes_node(v->graph, v->node, &scene_model(scene)->graph));
        if (scene_ready(scene) <= right.node)
            right.values = NULL;
    }
    const bool paths = v->place->panes_kind == PANES_PATHS;
    const bool both = classes && has_answer(&right);
    draw_pane(v, left, PANE_LEFT, paths ? ui_word(v, "panes.gemm") : NULL, both, NULL, 0);
    if (!scene) {
        bench_waits(v, box, work, ui_word(v, "panes.opening"));
        return;
    }
    const PanesDifference d = v->values && right.values ? panes_difference(v->values, right.values)
                                                        : (PanesDifference){.most = NAN};
    const bool subtract = v->place->panes_difference && !isnan(d.most);
    if (work_error(work) && !right.values)
        bench_waits(v, box, work, "");
    else
        draw_pane(&right, box, PANE_RIGHT,
                  subtract ? ui_word(v, "panes.minus")
                  : paths  ? ui_word(v, "panes.naive")
                           : NULL,
                  both, subtract ? v : NULL, (float)d.most);
    draw_verdict(v, told, &right);
}
