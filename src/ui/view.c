#include "ui/view.h"

#include "session/action.h"
#include "ui/theme.h"
#include "ui/view_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- Words and numbers ------------------------------------------------------------------------ */

const char *view_number(char buffer[24], double value) {
    double size = fabs(value);
    if (isnan(value))
        snprintf(buffer, 24, "NaN");
    else if (isinf(value))
        snprintf(buffer, 24, value > 0 ? "+infinity" : "-infinity");
    else if (size >= 1e6 || (size > 0 && size < 1e-3))
        snprintf(buffer, 24, "%.2e", value);
    else if (size >= 999.5)
        snprintf(buffer, 24, "%.0f", value);
    else
        snprintf(buffer, 24, "%.3g", value);
    return buffer;
}

const char *view_extent(char buffer[48], const Shape *shape) {
    if (shape->rank == 3)
        snprintf(buffer, 48, "%lld×%lld×%lld", (long long)shape->dim[1], (long long)shape->dim[2],
                 (long long)shape->dim[0]);
    else
        snprintf(buffer, 48, "%lld", (long long)shape->dim[0]);
    return buffer;
}

const char *view_label(const View *v, int node) {
    return node == GRAPH_IMAGE ? "input" : scene_model(v->scene)->graph.nodes[node].label;
}

/* Its parameters as on a slide, or "". */
static const char *parameters_of(const Node *n, char buffer[200]) {
    buffer[0] = '\0';
    if (n->type->describe)
        n->type->describe(n->params, &n->in, buffer, 200);
    return strcmp(buffer, n->type->title) != 0 ? buffer : "";
}

const char *view_operation(const View *v, int node, int width, char buffer[200]) {
    if (node == GRAPH_IMAGE)
        return "scaled and normalised";
    const Node *n = &scene_model(v->scene)->graph.nodes[node];
    char parameters[200];
    if (!parameters_of(n, parameters)[0])
        return n->type->title;
    text_format(buffer, 200, "%s %s", n->type->title, parameters);
    TextStyle style = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    if (draw_text_width(v->list, style, buffer) > width)
        text_format(buffer, 200, "%s", parameters);
    return buffer;
}

const char *view_unit_name(const View *v, int unit, char buffer[24]) {
    const Labels *labels = &scene_model(v->scene)->labels;
    if (labels->count == v->extent.channels)
        return labels_name(labels, unit, buffer);
    return text_format(buffer, 24, "%d", unit);
}

int view_names_width(const View *v, TextStyle style, const int64_t *units, int count, int most) {
    int widest = 0;
    for (int i = 0; i < count; i++) {
        char buffer[24];
        const char *name = view_unit_name(v, units ? (int)units[i] : i, buffer);
        int width = draw_text_width(v->list, style, name);
        widest = width > widest ? width : widest;
    }
    return rect_least(widest, most);
}

/* --- Bar, banner, footer ---------------------------------------------------------------------- */

/* How far: the step, or what is being opened. Returns the width it takes. */
static int bar_step(const View *v, Rect box) {
    TextStyle style = theme_text(SIZE_HEAD, color_text, ALIGN_RIGHT);
    if (v->session->opening)
        return draw_textf(v->list, rect_cut_right(&box, box.w / 2), style, "opening %s ...",
                          file_name(v->session->asked.model))
            .w;
    if (!v->scene)
        return draw_text(v->list, box, style, "no network is open").w;
    const Graph *graph = &scene_model(v->scene)->graph;
    int width = draw_textf(v->list, box, style, "step %d of %d", v->node + 1, graph->node_count).w;
    if (!v->values || v->progress.kind != JOB_COMPUTING)
        return width;
    rect_cut_right(&box, width + MARGIN);
    style = theme_text(SIZE_BODY, color_dim, ALIGN_RIGHT);
    return width + MARGIN +
           draw_textf(v->list, rect_cut_right(&box, box.w / 3), style, "computing %s",
                      graph->nodes[v->progress.node].label)
               .w;
}

static void view_bar(const View *v, Rect box) {
    draw_fill(v->list, box, color_panel);
    draw_region(v->list, box, NULL, "bar");
    box = rect_inset(box, MARGIN, 0);
    rect_cut_right(&box, bar_step(v, box) + 2 * MARGIN);
    if (!v->scene)
        return;
    const Model *model = scene_model(v->scene);
    TextStyle title = theme_text(SIZE_TITLE, color_text, ALIGN_LEFT);
    Rect left = {box.x, box.y, box.w / 2, box.h};
    int width = model->year > 0
                    ? draw_textf(v->list, left, title, "%s (%d)", model->title, model->year).w
                    : draw_text(v->list, left, title, model->title).w;
    rect_cut_left(&box, width + 2 * MARGIN);
    /* The weights' source is never cut short by a long file name. */
    TextStyle weights =
        theme_text(SIZE_BODY, model->weights.trained ? color_dim : color_accent, ALIGN_LEFT);
    int most = box.w * 2 / 3, wanted = draw_text_width(v->list, weights, model->weights.source);
    int room = box.w - rect_least(wanted, most) - 2 * MARGIN;
    TextStyle name = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    Rect image = {box.x, box.y, room, box.h};
    width = draw_text(v->list, image, name, file_name(scene_image_path(v->scene))).w;
    rect_cut_left(&box, width + MARGIN);
    draw_line(v->list, box.x, box.y + MARGIN, box.x, box.y + box.h - MARGIN, color_line);
    rect_cut_left(&box, MARGIN);
    draw_text(v->list, box, weights, model->weights.source);
}

/* What went wrong, over up to three lines; else a remark on the weights. Cuts itself off the box.
 */
static void view_banner(const View *v, Rect *box) {
    bool wrong = v->session->banner.code != ERROR_NONE;
    const char *text = wrong      ? v->session->banner.text
                       : v->scene ? scene_model(v->scene)->weights.note
                                  : "";
    if (!text[0])
        return;
    static const char close[] = "Esc closes";
    TextStyle style = theme_text(SIZE_BODY, color_text, ALIGN_LEFT);
    int hint = wrong ? draw_text_width(v->list, style, close) + 2 * MARGIN : 0;
    int width = box->w - 2 * MARGIN - hint;
    int height = draw_paragraph_height(v->list, width, style, LINE_BODY, text);
    Rect banner = rect_cut_top(box, rect_least(height, 3 * LINE_BODY) + 2 * SPACE);
    draw_fill(v->list, banner, wrong ? color_wrong : color_raised);
    draw_region(v->list, banner, wrong ? "cancel" : NULL, "banner");
    banner = rect_inset(banner, MARGIN, SPACE);
    if (wrong) {
        style.align = ALIGN_RIGHT;
        Rect corner = {banner.x, banner.y, banner.w, LINE_BODY};
        draw_text(v->list, corner, style, close);
        style.align = ALIGN_LEFT;
    }
    banner.w = width;
    draw_paragraph(v->list, banner, style, LINE_BODY, text);
}

/* A key as it is printed on keyboards, from SDL's name of it. */
static const char *key_text(const char *keys, char buffer[24]) {
    static const char *const printed[][2] = {
        {"Right", "→"},        {"Left", "←"},       {"Up", "↑"},         {"Down", "↓"},
        {"PageDown", "Pg Dn"}, {"PageUp", "Pg Up"}, {"Return", "Enter"}, {"Escape", "Esc"}};
    size_t length = strcspn(keys, ",");
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
        if (strlen(printed[i][0]) == length && strncmp(printed[i][0], keys, length) == 0)
            return printed[i][1];
    snprintf(buffer, 24, "%.*s", (int)length, keys);
    return buffer;
}

static void view_footer(const View *v, Rect box) {
    static const char *const hints[][2] = {
        {"layer.next", "next layer"},  {"layer.prev", "back"},       {"layer.last", "to the end"},
        {"layer.first", "input"},      {"channel.next", "next map"}, {"page.next", "next page"},
        {"colormap.cycle", "colours"}, {"run.all", "compute all"},   {"quit", "quit"}};
    draw_fill(v->list, box, color_panel);
    draw_region(v->list, box, NULL, "footer");
    box = rect_inset(box, MARGIN, 0);
    TextStyle key = theme_text(SIZE_BODY, color_text, ALIGN_LEFT);
    TextStyle meaning = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        char buffer[24];
        const char *name = key_text(action_find(hints[i][0])->keys, buffer);
        int width = draw_text_width(v->list, key, name) + SPACE +
                    draw_text_width(v->list, meaning, hints[i][1]);
        if (width > box.w)
            return;
        rect_cut_left(&box, draw_text(v->list, box, key, name).w + SPACE);
        rect_cut_left(&box, draw_text(v->list, box, meaning, hints[i][1]).w + LINE_HEAD);
    }
}

/* --- The node shown --------------------------------------------------------------------------- */

static void heading_maps(const View *v, Rect box) {
    TextStyle style = theme_text(SIZE_BODY, color_dim, ALIGN_LEFT);
    int channels = v->extent.channels, page = v->session->state.page;
    if (v->extent.vector) {
        draw_textf(v->list, box, style, channels == 1 ? "%d unit" : "%d units", channels);
    } else if (channels <= STATE_PAGE_MAPS) {
        draw_textf(v->list, box, style, channels == 1 ? "%d map" : "%d maps", channels);
    } else {
        int last = rect_least((page + 1) * STATE_PAGE_MAPS, channels) - 1;
        draw_textf(v->list, box, style, "maps %d to %d of %d, page %d of %d",
                   page * STATE_PAGE_MAPS, last, channels, page + 1, session_pages(v->session));
    }
}

/* What goes in and what comes out. Returns the width it takes. */
static int heading_shapes(const View *v, Rect box) {
    const Graph *graph = &scene_model(v->scene)->graph;
    TextStyle style = theme_number(color_dim, ALIGN_RIGHT);
    if (v->node == GRAPH_IMAGE)
        return draw_text(v->list, box, style, EXTENT(&graph->input)).w;
    const Node *n = &graph->nodes[v->node];
    if (n->input_count > 1)
        return draw_textf(v->list, box, style, "%d inputs → %s", n->input_count, EXTENT(&n->out)).w;
    return draw_textf(v->list, box, style, "%s → %s", EXTENT(&n->in), EXTENT(&n->out)).w;
}

static void view_heading(const View *v, Rect box) {
    Rect first = rect_cut_top(&box, LINE_TITLE), second = rect_cut_top(&box, LINE_BODY);
    char buffer[200];
    const char *label = view_label(v, v->node);
    rect_cut_right(&first, heading_shapes(v, first) + MARGIN);
    Rect left = {first.x, first.y, first.w * 3 / 5, first.h};
    Rect taken = draw_text(v->list, left, theme_text(SIZE_HEAD, color_text, ALIGN_LEFT), label);
    rect_cut_left(&first, taken.w + MARGIN);
    first.y += 2; /* on the larger text's line */
    const char *what = view_operation(v, v->node, first.w, buffer);
    if (strcmp(what, label) != 0)
        draw_text(v->list, first, theme_text(SIZE_BODY, color_dim, ALIGN_LEFT), what);
    heading_maps(v, second);
}

/* In place of maps that are not there yet. */
static void view_waiting(const View *v, Rect box) {
    const Graph *graph = &scene_model(v->scene)->graph;
    TextStyle style = theme_text(SIZE_HEAD, color_text, ALIGN_CENTRE);
    Rect middle = {box.x, box.y + box.h / 2 - LINE_TITLE, box.w, LINE_TITLE};
    if (v->progress.kind != JOB_COMPUTING) {
        draw_text(v->list, middle, style,
                  v->session->state.paused ? "not computed: → goes on" : "waiting");
        return;
    }
    draw_textf(v->list, middle, style, "computing %s: %.0f %%",
               graph->nodes[v->progress.node].label, floor(v->progress.fraction * 100));
    int width = rect_least(box.w, 320);
    Rect bar = {box.x + (box.w - width) / 2, middle.y + middle.h + SPACE, width, SPACE};
    draw_fill(v->list, bar, color_raised);
    bar.w = (int)(width * v->progress.fraction);
    draw_fill(v->list, bar, color_bar);
    Rect below = {box.x, bar.y + bar.h + SPACE, box.w, LINE_BODY};
    draw_textf(v->list, below, theme_text(SIZE_BODY, color_dim, ALIGN_CENTRE),
               "layer %d of %d; Esc stops", v->progress.node + 1, graph->node_count);
}

/* The network's answer: the likeliest classes, and beside or below them all others. */
static void view_answer(const View *v, Rect box) {
    Rect rest = rect_cut_right(&box, box.w * 2 / 5);
    rect_cut_top(&rest, LINE_HEAD);
    if (view_has_bars(v, rest)) {
        rect_cut_right(&box, 4 * MARGIN);
    } else {
        box.w = rest.x + rest.w - box.x;
        rest = rect_cut_bottom(&box, box.h / 4);
    }
    view_classes(v, box);
    view_units(v, rest);
}

static void view_values(const View *v, Rect box) {
    draw_region(v->list, box, NULL, "maps");
    if (!v->values) {
        view_waiting(v, box);
        return;
    }
    Rect legend = rect_cut_bottom(&box, LINE_TITLE + SPACE);
    rect_cut_bottom(&box, SPACE);
    if (v->extent.vector && v->node == session_last_node(v->session))
        view_answer(v, box);
    else if (v->extent.vector)
        view_units(v, box);
    else
        view_maps(v, box);
    view_legend(v, legend, !view_has_bars(v, box));
}

/* --- The whole -------------------------------------------------------------------------------- */

static Colormap choose_colormap(const View *v) {
    switch (v->session->state.colors) {
    case COLORS_GRAY:
        return COLORMAP_GRAY;
    case COLORS_VIRIDIS:
        return COLORMAP_VIRIDIS;
    case COLORS_RDBU:
        return COLORMAP_RDBU;
    default:
        return v->stats && v->stats->min < 0 ? COLORMAP_RDBU : COLORMAP_VIRIDIS;
    }
}

static void view_body(const View *v, Rect box) {
    int list_width = box.w * 2 / 7 / SPACE * SPACE;
    view_layers(v, rect_cut_left(&box, rect_least(list_width, 400)));
    box = rect_inset(box, MARGIN, SPACE);
    Rect strip = rect_cut_bottom(&box, box.h * 3 / 10 / SPACE * SPACE);
    view_heading(v, rect_cut_top(&box, LINE_TITLE + LINE_BODY));
    rect_cut_top(&box, SPACE);
    view_values(v, box);
    rect_cut_top(&strip, SPACE);
    draw_line(v->list, strip.x, strip.y, strip.x + strip.w, strip.y, color_line);
    rect_cut_top(&strip, SPACE);
    view_picture(v, rect_cut_left(&strip, (strip.w - MARGIN) / 2));
    rect_cut_left(&strip, MARGIN);
    view_channel(v, strip);
}

void view_build(DrawList *list, const TextMetrics *metrics, const Session *session, int width,
                int height) {
    draw_begin(list, metrics, width, height);
    View v = {.list = list, .session = session, .scene = session->scene};
    v.progress = job_progress(session->jobs);
    v.node = session->state.node;
    Rect screen = {0, 0, width, height};
    draw_fill(list, screen, color_ground);
    if (v.scene) {
        v.extent = scene_extent(v.scene, v.node);
        v.values = scene_values(v.scene, v.node);
        v.stats = scene_stats(v.scene, v.node);
        v.colormap = choose_colormap(&v);
        if (v.stats)
            v.range = colormap_range(v.colormap, v.stats->min, v.stats->max);
    }
    view_bar(&v, rect_cut_top(&screen, 56));
    view_banner(&v, &screen);
    view_footer(&v, rect_cut_bottom(&screen, 32));
    if (v.scene)
        view_body(&v, screen);
}
