/* The architecture drawn to its shapes: cuboids, blocks opened or folded, what was computed as
 * thumbnails on them, costs as heat. */
#include "ui/ui.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- The diagram, kept between frames --------------------------------------------------------- */

static void flags_of(const StateBlocks *set, bool *flags, int count) {
    for (int i = 0; i < count; i++)
        flags[i] = state_has_block(set, i);
}

static const Diagram *diagram_of(const View *v) {
    enum { ROOMY_NODES = 40 }; /* a ribbon so short that its arrows may bear shapes */
    UiMemory *m = v->memory;
    const double scale = v->scale;
    const bool same =
        m->has_diagram && m->diagram_serial == scene_model_serial(v->scene) &&
        m->diagram_scale == scale &&
        memcmp(&m->diagram_opened, &v->place->opened, sizeof m->diagram_opened) == 0 &&
        memcmp(&m->diagram_unfolded, &v->place->unfolded, sizeof m->diagram_unfolded) == 0;
    if (same)
        return &m->diagram;
    static bool opened[GRAPH_BLOCKS_MAX], unfolded[GRAPH_BLOCKS_MAX];
    flags_of(&v->place->opened, opened, v->graph->block_count);
    flags_of(&v->place->unfolded, unfolded, v->graph->block_count);
    const DiagramOptions options = {.opened = opened,
                                    .unfolded = unfolded,
                                    .scale_text = scale,
                                    .roomy = v->graph->node_count <= ROOMY_NODES};
    diagram_free(&m->diagram);
    m->has_diagram = diagram_make(&m->diagram, v->graph, &options, &v->list->error);
    m->diagram_serial = scene_model_serial(v->scene);
    m->diagram_scale = scale;
    m->diagram_opened = v->place->opened;
    m->diagram_unfolded = v->place->unfolded;
    return m->has_diagram ? &m->diagram : NULL;
}

/* --- Zoom and pan ----------------------------------------------------------------------------- */

/* From the diagram's units to the screen's. */
typedef struct Camera {
    double zoom, x, y; /* screen = diagram * zoom + (x, y) */
} Camera;

static Area area_of(const Camera *c, Area a) {
    return (Area){a.x * c->zoom + c->x, a.y * c->zoom + c->y, a.w * c->zoom, a.h * c->zoom};
}

static Point point_of(const Camera *c, Point p) {
    return (Point){p.x * c->zoom + c->x, p.y * c->zoom + c->y};
}

/* Along one axis: where what is shown begins, so that its middle is in the middle, without empty
 * margins unless one panned there. */
static double placed(double begin, double room, double all, double middle, bool panned) {
    const double at = begin + room / 2 - middle;
    if (panned)
        return at;
    return all <= room ? begin + (room - all) / 2 : fmin(begin, fmax(begin + room - all, at));
}

/* What is to be in the middle: what was opened, else the layer shown. */
static Area focus_of(const View *v, const Diagram *d) {
    for (int i = 0; i < d->box_count; i++) {
        const DiagramBox *b = &d->boxes[i];
        if (b->item != DIAGRAM_MATRIX && b->block > 0 &&
            state_has_block(&v->place->focus, b->block))
            return b->all;
    }
    const int shown = diagram_box_of(d, v->node);
    return shown >= 0 ? d->boxes[shown].all : (Area){0, 0, d->width, d->height};
}

/* All of it where it stays legible; else so large that names can be read, about the layer shown. */
static Camera camera_of(const View *v, const Diagram *d, Rect box) {
    enum { LEGIBLE = 85, LEAST = 50, MOST = 160 }; /* percent */
    const StatePlace *p = v->place;
    const double fit = fmin(box.w / d->width, box.h / d->height);
    const double height = fmax(box.h / d->height, LEAST / 100.0);
    double zoom = fit >= LEGIBLE / 100.0 ? fit : fmin(LEGIBLE / 100.0, height);
    if (v->place->depth != DEPTH_NETWORK && fit < zoom)
        zoom = fmin(zoom, fmax(fit, LEAST / 100.0)); /* a ribbon: as much as is still seen */
    if (v->place->depth != DEPTH_NETWORK)            /* and what is opened as high as it */
        zoom = fmin(zoom, fmax(box.h / d->height, 0.25));
    if (p->zoom == ZOOM_WHOLE)
        zoom = fit;
    Camera c = {.zoom = p->zoom > 0 ? p->zoom / 100.0 : fmin(zoom, MOST / 100.0)};
    const Area a = focus_of(v, d);
    const double x = a.x + a.w / 2, y = a.y + a.h / 2;
    v->memory->camera.focus[0] = x;
    v->memory->camera.focus[1] = y;
    v->memory->camera.box = box;
    const bool panned = p->pan[0] || p->pan[1];
    c.x = placed(box.x, box.w, d->width * c.zoom, (x + p->pan[0]) * c.zoom, panned);
    c.y = placed(box.y, box.h, d->height * c.zoom, (y + p->pan[1]) * c.zoom, panned);
    return c;
}

void ui_pan_under(const UiMemory *m, int x, int y, int percent, int pan[2]) {
    const double zoom = m->camera.zoom > 0 ? m->camera.zoom : 1, after = percent / 100.0;
    const double there[2] = {(x - m->camera.x) / zoom, (y - m->camera.y) / zoom};
    const double from_middle[2] = {x - (m->camera.box.x + m->camera.box.w / 2.0),
                                   y - (m->camera.box.y + m->camera.box.h / 2.0)};
    for (int i = 0; i < 2; i++)
        pan[i] = (int)lround(there[i] - from_middle[i] / after - m->camera.focus[i]);
}

/* --- Heat ------------------------------------------------------------------------------------- */

static double cost_of_node(const View *v, int node) {
    const Node *n = &v->graph->nodes[node];
    switch (v->place->heat) {
    case HEAT_PARAMS:
        return (double)n->param_count;
    case HEAT_MACS:
        return (double)n->macs;
    case HEAT_BYTES:
        return 4.0 * (double)shape_count(&n->out);
    case HEAT_TIME:
        return v->memory->hide_times ? 0 : scene_node_ms(v->scene, node);
    default:
        return 0;
    }
}

static double cost_of_box(const View *v, const DiagramBox *b) {
    double sum = 0;
    if (b->node == GRAPH_IMAGE && v->place->heat == HEAT_BYTES)
        return 4.0 * (double)shape_count(&v->graph->input);
    for (int i = b->first; b->node >= 0 && i <= b->node; i++)
        sum += cost_of_node(v, i);
    return sum;
}

static const char *cost_text(const View *v, double cost) {
    char text[48];
    const NumberStyle style = {.comma = v->state->comma, .digits = 3};
    if (v->place->heat == HEAT_TIME && v->memory->hide_times)
        return "- ms";
    const char *say = v->place->heat == HEAT_TIME    ? duration_text(text, style, cost)
                      : v->place->heat == HEAT_BYTES ? bytes_text(text, style, cost)
                                                     : amount_text(text, style, cost);
    const char *kept = arena_text(&v->list->arena, say, &v->list->error);
    return kept ? kept : "";
}

static double most_cost(const View *v, const Diagram *d) {
    double most = 0;
    for (int i = 0; i < d->box_count; i++)
        if (d->boxes[i].item != DIAGRAM_FRAME && d->boxes[i].item != DIAGRAM_MATRIX)
            most = fmax(most, cost_of_box(v, &d->boxes[i]));
    return most;
}

/* --- Boxes ------------------------------------------------------------------------------------ */

static const char *node_word(const View *v, int node) {
    return node == GRAPH_IMAGE ? "input" : v->graph->nodes[node].name;
}

/* Whose values stand for a box: the last of a layer's nodes that is computed, a convolution's
 * before its ReLU; a block's only when all of it is. GRAPH_FAILED: none. */
static int computed_node(const View *v, const DiagramBox *b) {
    const int ready = scene_ready(v->scene);
    if (b->node == GRAPH_IMAGE || b->node < ready)
        return b->shown;
    return b->item == DIAGRAM_NODE && b->first < ready ? ready - 1 : GRAPH_FAILED;
}

/* Top and right side of the cuboid, darker than its front. */
static void draw_sides(const View *v, Area face, double depth, Color color) {
    const double s = depth * diagram_slant;
    const Point top[] = {{face.x, face.y},
                         {face.x + s, face.y - s},
                         {face.x + face.w + s, face.y - s},
                         {face.x + face.w, face.y}};
    const Point side[] = {{face.x + face.w, face.y},
                          {face.x + face.w + s, face.y - s},
                          {face.x + face.w + s, face.y + face.h - s},
                          {face.x + face.w, face.y + face.h}};
    draw_polygon(v->list, top, 4, theme_mix(color, v->theme->text, 0.25));
    draw_polygon(v->list, side, 4, theme_mix(color, (Color){0, 0, 0, 255}, 0.35));
}

/* The channel with the largest value stands for the layer; of the layer shown, the chosen one. */
static int thumbnail_channel(const View *v, int node) {
    const ChannelStats *stats = scene_channels(v->scene, node);
    const SceneExtent e = scene_extent(v->scene, node);
    int best = 0;
    if (node == v->node && v->place->channel < e.channels)
        return v->place->channel;
    for (int c = 1; stats && c < e.channels; c++)
        if (stats[c].max > stats[best].max)
            best = c;
    return best;
}

static void draw_thumbnail(const View *v, Rect face, int node) {
    const SceneExtent e = scene_extent(v->scene, node);
    if (node == GRAPH_IMAGE) {
        ui_picture(v, face);
        return;
    }
    if (!e.vector && face.w >= 8) {
        ui_map(v, face, node, thumbnail_channel(v, node));
        return;
    }
    /* A vector from top to bottom, each pixel the mean of its share. */
    const Tensor *values = scene_values(v->scene, node);
    const int rows = rect_least(face.h, e.channels);
    uint8_t *pixels = draw_pixels(v->list, 1, rows, 3);
    const Colormap map = ui_colormap(v, node);
    const ColorRange range = ui_range(v, node, -1);
    for (int i = 0; pixels && i < rows; i++) {
        const int from = (int)((int64_t)i * e.channels / rows);
        const int to = (int)((int64_t)(i + 1) * e.channels / rows);
        float sum = 0;
        for (int k = from; k < to; k++)
            sum += values->data[k];
        colormap_color(map, range, sum / (float)(to - from), pixels + 3 * i);
    }
    draw_image(v->list, face, pixels, 1, rows, 3);
}

/* Captions grow and shrink with the diagram, but are never smaller than what can be read. */
static int caption_size(const View *v, const Camera *c) {
    return (int)lround(fmin(fmax(12, 12 * c->zoom), 14) * v->scale);
}

/* Whether a text, broken at its spaces, can be read as a whole in so much room. */
static bool has_room(const View *v, Rect box, TextStyle style, const char *text) {
    const int line = draw_text_height(v->list, style);
    char word[120];
    for (const char *at = text; *at; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");
        text_format(word, sizeof word, "%.*s", (int)length, at);
        if (draw_text_width(v->list, style, word) > box.w)
            return false;
        at += length;
    }
    return draw_paragraph_height(v->list, box.w, style, line, text) <= box.h;
}

static void put_caption(const View *v, Rect *box, TextStyle style, const char *text) {
    const int line = draw_text_height(v->list, style);
    const int height = draw_paragraph_height(v->list, box->w, style, line, text);
    draw_paragraph(v->list, rect_cut_top(box, height), style, line, text);
}

/* What can be read as a whole of its two texts, the name first. */
static void draw_caption(const View *v, const Camera *c, const DiagramBox *b, bool chosen) {
    TextStyle name = ui_style(v, SIZE_SMALL, chosen ? TONE_ACCENT : TONE_TEXT, ALIGN_CENTRE);
    TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    name.size = small.size = caption_size(v, c);
    Rect box = area_rect(area_of(c, b->caption));
    const bool fold = b->item == DIAGRAM_FOLD && b->count > 1;
    const char *label =
        diagram_name(&v->memory->diagram, v->graph, (int)(b - v->memory->diagram.boxes));
    label = label[0] ? ui_phrases(v, label) : ui_label(v, b->node);
    if (fold)
        label = ui_keep(v, TEXT("%s ×%d", label, b->count));
    if (!has_room(v, box, name, label) && b->item == DIAGRAM_BLOCK &&
        v->graph->blocks[b->block].kind == BLOCK_DENSE_LAYER && strrchr(label, ' '))
        label = strrchr(label, ' ') + 1; /* "12" of "layer 12" */
    if (!has_room(v, box, name, label))
        return;
    put_caption(v, &box, name, label);
    const Shape *shape = b->node == GRAPH_IMAGE ? &v->graph->input : &v->graph->nodes[b->node].out;
    const char *second = v->place->heat            ? cost_text(v, cost_of_box(v, b))
                         : b->item == DIAGRAM_NODE ? ui_unbroken(v, ui_parameters(v, b->first))
                                                   : ui_unbroken(v, ui_extent_short(v, shape));
    if (has_room(v, box, small, second))
        put_caption(v, &box, small, second);
}

static void box_region(const View *v, Rect box, const DiagramBox *b) {
    const char *action = TEXT("layer.select %s", node_word(v, b->node));
    if (b->item == DIAGRAM_BLOCK || b->item == DIAGRAM_FOLD)
        draw_region(v->list, box, action, "block.%s", v->graph->blocks[b->block].name);
    else
        draw_region(v->list, box, action, "node.%s",
                    node_word(v, b->item == DIAGRAM_NODE ? b->first : b->node));
    const Shape *shape = b->node == GRAPH_IMAGE ? &v->graph->input : &v->graph->nodes[b->node].out;
    draw_hint(v->list, ui_say(v, "network.hint", ui_label(v, b->node), ui_extent(v, shape),
                              ui_parameters(v, b->node)));
}

/* The block's own sign: opens it, or unfolds the run (a dense block's layers are opened). */
static void draw_handle(const View *v, Rect face, const DiagramBox *b) {
    const Block *block = &v->graph->blocks[b->block];
    const bool unfold = b->item == DIAGRAM_FOLD && block->kind != BLOCK_DENSE;
    const char *action = unfold ? "block.unfold" : "block.open";
    const int side = ui_px(v, 14);
    if (face.w < side + 4)
        return;
    Rect box = {face.x + face.w - side - 1, face.y + 1, side, side};
    draw_fill(v->list, box, v->theme->raised);
    draw_region(v->list, box, TEXT("%s %s", action, block->name), "open.%s", block->name);
    draw_hint(v->list, ui_word(v, TEXT("action.%s", action)));
    const int middle_x = box.x + side / 2, middle_y = box.y + side / 2, arm = side / 2 - 3;
    draw_line(v->list, middle_x - arm, middle_y, middle_x + arm + 1, middle_y, v->theme->text);
    draw_line(v->list, middle_x, middle_y - arm, middle_x, middle_y + arm + 1, v->theme->text);
}

static void draw_box(const View *v, const Camera *c, const DiagramBox *b, double most) {
    const Area face_area = area_of(c, b->face);
    Rect face = area_rect(face_area);
    const bool chosen =
        b->node == v->node || (b->first >= 0 && v->node >= b->first && v->node <= b->node);
    Color color = theme_family(b->family);
    if (v->place->heat)
        color = theme_heat(v->theme, most > 0 ? sqrt(cost_of_box(v, b) / most) : 0);
    if (b->depth > 0)
        draw_sides(v, face_area, b->depth * c->zoom, color);
    draw_fill(v->list, face, color);
    const int values =
        v->place->heat && b->node != GRAPH_IMAGE ? GRAPH_FAILED : computed_node(v, b);
    if (values != GRAPH_FAILED)
        draw_thumbnail(v, rect_inset(face, face.w > 20 ? 2 : 1, face.w > 20 ? 2 : 1), values);
    box_region(v, face, b);
    if (b->item == DIAGRAM_BLOCK || (b->item == DIAGRAM_FOLD && b->block >= 0))
        draw_handle(v, face, b);
    const bool hovered = v->state->hover.node != GRAPH_FAILED && b->first >= 0 &&
                         v->state->hover.node >= b->first && v->state->hover.node <= b->node;
    if (chosen)
        ui_mark(v, face, v->theme->accent);
    else if (hovered)
        draw_frame(v->list, (Rect){face.x - 1, face.y - 1, face.w + 2, face.h + 2},
                   v->theme->hover);
    draw_caption(v, c, b, chosen);
}

static void draw_frame_box(const View *v, const Camera *c, const DiagramBox *b) {
    Rect all = area_rect(area_of(c, b->face));
    const char *name = v->graph->blocks[b->block].name;
    draw_fill(v->list, all, theme_mix(v->theme->panel, v->theme->raised, 0.5));
    draw_frame(v->list, all, v->theme->line);
    draw_region(v->list, all, NULL, "block.%s", name);
    Rect caption = area_rect(area_of(c, b->caption));
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    style.may_cut = true;
    style.size = caption_size(v, c);
    const int line = draw_text_height(v->list, style);
    if (caption.h < line)
        return; /* frames within each other stand too close */
    caption = (Rect){caption.x, caption.y + caption.h - line, caption.w, line};
    Rect close = {caption.x, caption.y, ui_px(v, 16), caption.h};
    if (caption.w >= ui_px(v, 40)) {
        draw_text(v->list, close, style, "−");
        draw_region(v->list, close, TEXT("block.open %s", name), "close.%s", name);
        draw_hint(v->list, ui_word(v, "action.block.open"));
        rect_cut_left(&caption, close.w);
        draw_text(v->list, caption, style, ui_phrases(v, v->graph->blocks[b->block].label));
    }
}

/* --- A dense block's connections -------------------------------------------------------------- */

static void draw_matrix(const View *v, const Camera *c, const DiagramBox *b) {
    const Area a = area_of(c, b->face);
    const int n = b->count + 1;
    const double side = a.w / n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            Rect cell = area_rect((Area){a.x + j * side + 0.5, a.y + i * side + 0.5,
                                         fmax(1, side - 1), fmax(1, side - 1)});
            draw_fill(v->list, cell,
                      theme_mix(theme_family(LAYER_JOINING), v->theme->raised, j == i ? 0 : 0.35));
        }
    Rect caption = area_rect(area_of(c, b->caption));
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    draw_region(v->list, area_rect(a), NULL, "matrix.%s", v->graph->blocks[b->block].name);
    draw_hint(v->list, ui_say(v, "network.matrix", TEXT("%d", n)));
    if (has_room(v, caption, style, ui_word(v, "network.matrix_short")))
        put_caption(v, &caption, style, ui_word(v, "network.matrix_short"));
}

/* --- Edges ------------------------------------------------------------------------------------ */

static void draw_edge(const View *v, const Camera *c, const DiagramEdge *e) {
    enum { MOST = 64 };
    Point points[MOST];
    const int count = rect_least(e->count, MOST);
    const bool lit = v->state->hover.node != GRAPH_FAILED && v->state->hover.node == e->node;
    for (int i = 0; i < count; i++)
        points[i] = point_of(c, e->points[i]);
    Stroke stroke = {.width = (v->state->big ? 3 : 1) * (lit ? 2 : 1),
                     .color = lit                        ? v->theme->hover
                              : e->wire == WIRE_IDENTITY ? v->theme->accent
                              : e->wire == WIRE_PROJECTION
                                  ? theme_family_text(v->state->theme, LAYER_CONVOLUTION)
                              : e->wire == WIRE_DENSE
                                  ? theme_family_text(v->state->theme, LAYER_JOINING)
                                  : v->theme->dim,
                     .arrow = true,
                     .dash = e->wire == WIRE_IDENTITY ? 5 : 0,
                     .gap = e->wire == WIRE_IDENTITY ? 3 : 0};
    draw_polyline(v->list, points, count, stroke);
}

/* Shapes where they can be read. */
static void draw_edge_label(const View *v, const Camera *c, const DiagramEdge *e) {
    const Shape *shape = e->node == GRAPH_IMAGE ? &v->graph->input : &v->graph->nodes[e->node].out;
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    style.size = caption_size(v, c);
    Rect box = area_rect(area_of(c, e->label));
    if (e->label.w > 0 && draw_text_width(v->list, style, ui_extent_short(v, shape)) <= box.w &&
        draw_text_height(v->list, style) <= box.h)
        draw_text(v->list, box, style, ui_extent_short(v, shape));
}

/* --- The zone --------------------------------------------------------------------------------- */

static void draw_halves(const View *v, Rect box, const Diagram *d, const Camera *c) {
    if (!d->has_split)
        return;
    const int at = (int)lround(d->split * c->zoom + c->x);
    Rect left = {box.x, box.y, at - box.x, box.h}, right = {at, box.y, box.x + box.w - at, box.h};
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int pad = SPACE(v), line = ui_line(v, SIZE_SMALL);
    const char *words[2] = {ui_word(v, "network.extraction"), ui_word(v, "network.classification")};
    Rect halves[2] = {rect_common(left, box), rect_common(right, box)};
    for (int i = 0; i < 2; i++) {
        draw_fill(v->list, halves[i], v->theme->half[i]);
        Rect text = {halves[i].x + pad, halves[i].y + 2, halves[i].w - 2 * pad, line};
        if (draw_text_width(v->list, style, words[i]) <= text.w)
            draw_text(v->list, text, style, words[i]);
    }
    if (at > box.x && at < box.x + box.w)
        draw_line(v->list, at, box.y, at, box.y + box.h, v->theme->line);
}

void view_network(const View *v, Rect box) {
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, v->place->depth == DEPTH_NETWORK ? NULL : "depth network",
                "view.network");
    const Diagram *d = diagram_of(v);
    if (!d)
        return;
    Rect controls =
        v->place->depth == DEPTH_NETWORK ? rect_cut_bottom(&box, ui_px(v, 32)) : (Rect){0, 0, 0, 0};
    Rect inner = box;
    rect_cut_top(&inner, ui_line(v, SIZE_SMALL));
    inner = rect_inset(inner, SPACE(v), 0);
    const Camera camera = camera_of(v, d, inner);
    v->memory->camera.zoom = camera.zoom;
    v->memory->camera.x = camera.x;
    v->memory->camera.y = camera.y;
    v->session->shown_zoom = (int)lround(camera.zoom * 100);
    draw_clip_begin(v->list, box);
    draw_halves(v, box, d, &camera);
    const double most = v->place->heat ? most_cost(v, d) : 0;
    for (int i = 0; i < d->box_count; i++)
        if (d->boxes[i].item == DIAGRAM_FRAME)
            draw_frame_box(v, &camera, &d->boxes[i]);
    for (int i = 0; i < d->edge_count; i++)
        draw_edge(v, &camera, &d->edges[i]);
    for (int i = 0; i < d->box_count; i++) {
        if (d->boxes[i].item == DIAGRAM_MATRIX)
            draw_matrix(v, &camera, &d->boxes[i]);
        else if (d->boxes[i].item != DIAGRAM_FRAME)
            draw_box(v, &camera, &d->boxes[i], most);
    }
    for (int i = 0; i < d->edge_count; i++)
        draw_edge_label(v, &camera, &d->edges[i]);
    draw_clip_end(v->list);
    if (controls.h > 0)
        network_controls(v, rect_inset(controls, SPACE(v), 0), d,
                         v->place->heat ? cost_text(v, most) : NULL);
}
