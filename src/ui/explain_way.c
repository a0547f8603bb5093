/* One stage of the way down: the strongest maps of a layer as they were forward, beside the signal
 * that has come back to them; and, below a max pool, its switches as arrows. */
#include "ui/explain.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

enum { MAPS_MOST = 9, ARROWS_MOST = 16 };

typedef struct Stage {
    const ExplainView *x;
    const Projection *way;
    int node, above; /* whose signal is shown, and a layer that reads it, on the way */
    const Tensor *signal;
    SceneExtent extent;
    int maps[MAPS_MOST], count; /* the channels with the strongest signal first */
    float size;                 /* the largest number of the signal */
} Stage;

static const float *signal_of(const Tensor *signal, SceneExtent extent, int channel) {
    return signal->data + (int64_t)channel * extent.height * extent.width;
}

/* --- The strongest maps ----------------------------------------------------------------------- */

static float largest_of(const float *values, int64_t count) {
    float m = 0;
    for (int64_t i = 0; i < count; i++)
        m = fabsf(values[i]) > m ? fabsf(values[i]) : m;
    return m;
}

/* In order of size, the lower channel first among equals. */
static void find_maps(Stage *s, int most) {
    float sizes[MAPS_MOST];
    const int64_t area = (int64_t)s->extent.height * s->extent.width;
    s->count = 0;
    for (int c = 0; c < s->extent.channels; c++) {
        const float size = largest_of(signal_of(s->signal, s->extent, c), area);
        int at = s->count;
        while (at > 0 && size > sizes[at - 1])
            at--;
        if (at >= most || !(size > 0))
            continue;
        const int kept = s->count < most ? s->count++ : most - 1;
        for (int i = kept; i > at; i--) {
            sizes[i] = sizes[i - 1];
            s->maps[i] = s->maps[i - 1];
        }
        sizes[at] = size;
        s->maps[at] = c;
    }
    s->size = s->count ? sizes[0] : 0;
}

static void draw_signal(const Stage *s, Rect r, const Tensor *signal, int node, int channel) {
    const SceneExtent e = scene_extent(s->x->v->scene, node);
    const Tensor one = {.shape = {.rank = 4, .dim = {1, 1, e.height, e.width}},
                        .data = signal->data + (int64_t)channel * e.height * e.width};
    const GraphBox all = {.height = e.height, .width = e.width};
    explain_signed(s->x, r, &one, all, s->size, (node + 2) << 16 | channel);
}

/* Forward in the left half, the signal in the right. */
static void draw_maps(const Stage *s, Rect box) {
    const View *v = s->x->v;
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    Rect halves[2];
    halves[0] = rect_cut_left(&box, (box.w - 2 * SPACE(v)) / 2);
    rect_cut_left(&box, 2 * SPACE(v));
    halves[1] = box;
    for (int side = 0; side < 2; side++) {
        ui_paragraph(v, &halves[side], dim, 1,
                     ui_word(v, side ? "explain.way_signal" : "explain.way_forward"));
        const char *texts[MAPS_MOST];
        for (int i = 0; i < s->count; i++)
            texts[i] = ui_channel(v, s->node, s->maps[i]);
        const ExplainGrid grid =
            explain_grid(s->x, halves[side], s->count, s->extent.width, s->extent.height, texts, 0);
        for (int i = 0; i < s->count; i++) {
            const Rect r = explain_cell(s->x, &grid, i, NULL);
            if (side == 0)
                ui_map(v, r, s->node, s->maps[i]);
            else
                draw_signal(s, r, s->signal, s->node, s->maps[i]);
            draw_region(v->list, r, NULL, "explain.%s.%d", side ? "signal" : "forward", s->maps[i]);
        }
    }
}

/* The strongest units of a vector: what each was, and what has come back to it. */
static void draw_vector(const Stage *s, Rect box) {
    const View *v = s->x->v;
    const Tensor *forward = scene_values(v->scene, s->node);
    const TextStyle mono = ui_mono(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    for (int i = 0; i < s->count && box.h >= 2 * ui_line(v, SIZE_BODY); i++)
        ui_paragraph(v, &box, mono, 4,
                     ui_say(v, "explain.way_unit", TEXT("%d", s->maps[i]),
                            ui_number(v, (double)forward->data[s->maps[i]]),
                            ui_number(v, (double)s->signal->data[s->maps[i]])));
}

/* --- Switches --------------------------------------------------------------------------------- */

/* Where the window of a max pool's cell sends back to; false: nowhere. */
static bool switch_of(const Stage *s, int channel, int oy, int ox, int cell[2]) {
    const Node *n = &s->x->v->graph->nodes[s->above];
    const LayerWindow w = layer_window(n->type, n->params, &n->in, &n->out);
    const Tensor *values = explanation_switch_values(s->x->e, s->node);
    const float *x = signal_of(values, s->extent, channel);
    const int at[2] = {oy, ox}, sides[2] = {s->extent.height, s->extent.width};
    int from[2], to[2];
    for (int a = 0; a < 2; a++) {
        const int first = at[a] * (int)w.stride[a] - (int)w.pad[a], end = first + (int)w.size[a];
        from[a] = first < 0 ? 0 : first;
        to[a] = end > sides[a] ? sides[a] : end;
        const int middle = first + ((int)w.size[a] - 1) / 2;
        cell[a] = middle < from[a] ? from[a] : middle >= to[a] ? to[a] - 1 : middle;
    }
    if (from[0] >= to[0] || from[1] >= to[1])
        return false;
    if (projection_rules(s->way)->switches == SWITCHES_CENTER)
        return true;
    cell[0] = from[0];
    cell[1] = from[1];
    for (int y = from[0]; y < to[0]; y++)
        for (int i = from[1]; i < to[1]; i++)
            if (x[y * sides[1] + i] > x[cell[0] * sides[1] + cell[1]]) {
                cell[0] = y;
                cell[1] = i;
            }
    return true;
}

typedef struct Arrow {
    int above[2], below[2]; /* the pool's cell, and the one that it was taken from */
    float size;
} Arrow;

/* Of the cells with the strongest signal. */
static int find_arrows(const Stage *s, int channel, Arrow arrows[ARROWS_MOST]) {
    const Tensor *pooled = projection_signal(s->way, s->above);
    const SceneExtent e = scene_extent(s->x->v->scene, s->above);
    const float *values = signal_of(pooled, e, channel);
    int count = 0;
    for (int i = 0; i < e.height * e.width; i++) {
        Arrow a = {{i / e.width, i % e.width}, {0, 0}, fabsf(values[i])};
        int at = count;
        while (at > 0 && a.size > arrows[at - 1].size)
            at--;
        if (at >= ARROWS_MOST || !(a.size > 0) ||
            !switch_of(s, channel, a.above[0], a.above[1], a.below))
            continue;
        count += count < ARROWS_MOST;
        memmove(arrows + at + 1, arrows + at, (size_t)(count - 1 - at) * sizeof *arrows);
        arrows[at] = a;
    }
    return count;
}

static Point middle_of(Rect map, SceneExtent e, const int cell[2]) {
    const Rect r = ui_cell(map, e.width, e.height, cell[0], cell[1]);
    return (Point){r.x + r.w / 2.0, r.y + r.h / 2.0};
}

/* How many windows send to the cell that an arrow ends in. */
static int meeting(const Arrow *arrows, int count, const int cell[2]) {
    int n = 0;
    for (int i = 0; i < count; i++)
        n += arrows[i].below[0] == cell[0] && arrows[i].below[1] == cell[1];
    return n;
}

/* Two maps, the lower layer's and the pool's, with an arrow for each switch: to the pool's where
 * the values went forward, from it where the signal comes back. */
static void draw_arrows(const Stage *s, Rect box, int channel, const Arrow *arrows, int count,
                        bool back) {
    const View *v = s->x->v;
    const SceneExtent above = scene_extent(v->scene, s->above);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    ui_paragraph(v, &box, dim, 5, ui_word(v, back ? "explain.switch_back" : "explain.switch_on"));
    Rect left = rect_cut_left(&box, box.w * 55 / 100);
    rect_cut_left(&box, box.w / 6);
    const Rect maps[2] = {ui_fit(left, s->extent.width, s->extent.height, false),
                          ui_fit(box, above.width, above.height, false)};
    if (back) {
        draw_signal(s, maps[0], s->signal, s->node, channel);
        draw_signal(s, maps[1], projection_signal(s->way, s->above), s->above, channel);
    } else {
        ui_map(v, maps[0], s->node, channel);
        ui_map(v, maps[1], s->above, channel);
    }
    draw_region(v->list, maps[0], NULL, "explain.switches.%s", back ? "back" : "on");
    for (int i = 0; i < count; i++) {
        const Point below = middle_of(maps[0], s->extent, arrows[i].below);
        const Point pooled = middle_of(maps[1], above, arrows[i].above);
        const Point line[2] = {back ? pooled : below, back ? below : pooled};
        const bool meet = meeting(arrows, count, arrows[i].below) > 1;
        draw_polyline(v->list, line, 2,
                      (Stroke){.width = v->state->big ? 3 : 1.5,
                               .color = meet ? v->theme->accent : v->theme->hover,
                               .arrow = true});
    }
}

static void draw_switches(const Stage *s, Rect box) {
    Arrow arrows[ARROWS_MOST];
    const int channel = s->maps[0], count = find_arrows(s, channel, arrows);
    Rect left = rect_cut_left(&box, (box.w - 2 * SPACE(s->x->v)) / 2);
    rect_cut_left(&box, 2 * SPACE(s->x->v));
    draw_arrows(s, left, channel, arrows, count, false);
    draw_arrows(s, box, channel, arrows, count, true);
}

/* --- The stage -------------------------------------------------------------------------------- */

/* A node on the way that reads this one: that by which the signal came. GRAPH_FAILED: none, it
 * began here. */
static int reader_of(const Stage *s) {
    const Graph *g = s->x->v->graph;
    for (int i = s->node + 1; i < g->node_count; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++)
            if (g->nodes[i].inputs[k] == s->node && projection_signal(s->way, i))
                return i;
    return GRAPH_FAILED;
}

/* What was done to the signal last. */
static const char *say_step(const Stage *s) {
    static const char *const keys[][2] = {
        {"maxpool", "explain.did_unpool"},  {"relu", "explain.did_rectify"},
        {"conv", "explain.did_filter"},     {"linear", "explain.did_filter"},
        {"bn", "explain.did_scale"},        {"add", "explain.did_add"},
        {"concat", "explain.did_slice"},    {"avgpool", "explain.did_spread"},
        {"flatten", "explain.did_reshape"}, {"adaptive_avgpool", "explain.did_spread"}};
    const View *v = s->x->v;
    if (s->above == GRAPH_FAILED)
        return ui_word(v, "explain.did_begin");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(v->graph->nodes[s->above].type->name, keys[i][0]) == 0)
            return ui_say(v, keys[i][1], ui_label(v, s->above));
    return ui_say(v, "explain.did_pass", ui_label(v, s->above));
}

void explain_way_view(const ExplainView *x, Rect box) {
    const View *v = x->v;
    const int count = session_way(v->session, NULL, 0);
    const int stage = rect_least(v->place->stage, count - 1);
    int *nodes = arena_alloc(&v->list->arena, (size_t)count + 1, sizeof *nodes, &v->list->error);
    if (!nodes || count < 1)
        return;
    session_way(v->session, nodes, count);
    Stage s = {.x = x, .way = explanation_projection(x->e), .node = nodes[stage]};
    s.signal = projection_signal(s.way, s.node);
    s.extent = scene_extent(v->scene, s.node);
    s.above = reader_of(&s);
    draw_region(v->list, box, NULL, "explain.way");
    ui_paragraph(
        v, &box, ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT), 3,
        ui_say(v, "explain.stage", TEXT("%d", stage), TEXT("%d", count - 1), ui_label(v, s.node)));
    ui_paragraph(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), 5, say_step(&s));
    ui_progress(v, rect_cut_top(&box, ui_px(v, 4)), count > 1 ? stage / (count - 1.0) : 1);
    rect_cut_top(&box, SPACE(v));
    if (s.node == GRAPH_IMAGE) {
        explain_projection_view(x, box);
        return;
    }
    const bool pool =
        s.above != GRAPH_FAILED && strcmp(v->graph->nodes[s.above].type->name, "maxpool") == 0;
    find_maps(&s, pool || box.w < ui_px(v, 600) ? 4 : MAPS_MOST);
    Rect legend = rect_cut_bottom(&box, s.extent.vector ? 0 : explain_legend_height(x));
    rect_cut_bottom(&box, SPACE(v));
    if (s.count == 0)
        ui_empty(v, box, ui_word(v, "explain.way_nothing"));
    else if (s.extent.vector)
        draw_vector(&s, box);
    else {
        if (pool) {
            const bool both = box.h >= ui_px(v, 320);
            Rect switches = rect_cut_bottom(&box, both ? box.h * 55 / 100 : box.h);
            rect_cut_top(&switches, both ? SPACE(v) : 0);
            draw_switches(&s, switches);
        }
        if (box.h > 0)
            draw_maps(&s, box);
    }
    if (legend.h > 0 && s.count)
        explain_legend(x, legend, COLORMAP_GRAY, (ColorRange){-s.size, s.size});
}
