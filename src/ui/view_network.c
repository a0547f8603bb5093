/* The architecture drawn to its shapes: cuboids, blocks opened or folded, what was computed as
 * thumbnails on them, costs as heat. */
#include "ui/network.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- The diagram, kept between frames --------------------------------------------------------- */

/* How much room the boxes get: as much as lets all of them be seen at once, with their words. */
typedef struct Level {
    DiagramSpacing spacing;
    double legible;
} Level;
static const Level levels[] = {{DIAGRAM_ROOMY, 0.85},    {DIAGRAM_PLAIN, 0.85},
                               {DIAGRAM_PLAIN, 0.7},     {DIAGRAM_STAGGERED, 0.7},
                               {DIAGRAM_STAGGERED, 0.6}, {DIAGRAM_STAGGERED, 0.55},
                               {DIAGRAM_COMPACT, 0.6},   {DIAGRAM_STAGGERED, 0.5}};
/* Where nothing lets it be seen at once, so that at least its height is. */
static const Level tall_levels[] = {{DIAGRAM_PLAIN, 0.85}, {DIAGRAM_PLAIN, 0.7},
                                    {DIAGRAM_FLAT, 0.7},   {DIAGRAM_FLAT, 0.6},
                                    {DIAGRAM_FLAT, 0.5},   {DIAGRAM_FLAT, 0.4}};
enum {
    LEVELS = sizeof levels / sizeof *levels,
    TALL_LEVELS = sizeof tall_levels / sizeof *tall_levels
};

static void flags_of(const StateBlocks *set, bool *flags, int count) {
    for (int i = 0; i < count; i++)
        flags[i] = state_has_block(set, i);
}

/* The room of the zone at the depth of the network: on the way to another depth, and there, the
 * diagram stays as it is. */
static DiagramKey key_of(const View *v) {
    LayoutWish wish = ui_layout_wish(v, DEPTH_NETWORK);
    wish.bench = false;
    const Layout layout = layout_make(v->list->width, v->list->height, &wish);
    const Rect zone = layout.zone[ZONE_NETWORK];
    DiagramKey key;
    memset(&key, 0, sizeof key);
    key.serial = scene_model_serial(v->scene);
    key.opened = v->place->opened;
    key.unfolded = v->place->unfolded;
    key.scale = v->scale;
    key.language = v->language;
    key.width = zone.w - 2 * SPACE(v);
    key.height = zone.h - ui_px(v, 32) - ui_line(v, SIZE_SMALL);
    return key;
}

static bool fits(const View *v, DiagramOptions *options, Level level, int width, int height) {
    Diagram d;
    options->spacing = level.spacing;
    options->legible = level.legible;
    options->size_only = true;
    const bool made = diagram_make(&d, v->graph, options, &v->list->error);
    const bool fit = made && d.width * level.legible <= width && d.height * level.legible <= height;
    diagram_free(&d);
    options->size_only = false;
    return fit;
}

static void choose_level(const View *v, DiagramOptions *options, const DiagramKey *key) {
    for (int i = 0; i < LEVELS; i++)
        if (fits(v, options, levels[i], key->width, key->height))
            return;
    for (int i = 0; i < TALL_LEVELS; i++)
        if (fits(v, options, tall_levels[i], RECT_FAR, key->height))
            return;
}

static const Diagram *diagram_of(const View *v) {
    UiMemory *m = v->memory;
    const DiagramKey key = key_of(v);
    if (m->has_diagram && memcmp(&m->diagram_key, &key, sizeof key) == 0)
        return &m->diagram;
    static bool opened[GRAPH_BLOCKS_MAX], unfolded[GRAPH_BLOCKS_MAX];
    flags_of(&v->place->opened, opened, v->graph->block_count);
    flags_of(&v->place->unfolded, unfolded, v->graph->block_count);
    DiagramTexts texts = network_texts;
    texts.context = v;
    DiagramOptions options = {
        .opened = opened, .unfolded = unfolded, .scale_text = v->scale, .texts = &texts};
    choose_level(v, &options, &key);
    diagram_free(&m->diagram);
    m->has_diagram = diagram_make(&m->diagram, v->graph, &options, &v->list->error);
    m->diagram_key = key;
    return m->has_diagram ? &m->diagram : NULL;
}

/* --- Zoom and pan ----------------------------------------------------------------------------- */

Area network_area(const Network *n, Area a) {
    const Camera *c = &n->camera;
    return (Area){a.x * c->zoom + c->x, a.y * c->zoom + c->y, a.w * c->zoom, a.h * c->zoom};
}

Rect network_rect(const Network *n, Area a) {
    return area_rect(network_area(n, a));
}

Point network_point(const Network *n, Point p) {
    const Camera *c = &n->camera;
    return (Point){p.x * c->zoom + c->x, p.y * c->zoom + c->y};
}

bool network_whole(const Network *n, Rect box) {
    return box.x >= n->box.x && box.x + box.w <= n->box.x + n->box.w;
}

const char *network_node(const View *v, int node) {
    return node == GRAPH_IMAGE ? "input" : v->graph->nodes[node].name;
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
    enum { LEAST = 50, MOST = 160 }; /* percent */
    const StatePlace *p = v->place;
    const bool ribbon = p->depth != DEPTH_NETWORK || p->bench != BENCH_NONE;
    const double fit = fmin(box.w / d->width, box.h / d->height);
    const double height = fmax(box.h / d->height, LEAST / 100.0);
    double zoom = fit >= d->legible ? fit : fmin(d->legible, height);
    if (ribbon && fit < zoom)
        zoom = fmin(zoom, fmax(fit, LEAST / 100.0)); /* as much as is still seen, */
    if (ribbon)                                      /* and what is opened as high as it */
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

/* --- More than is seen ------------------------------------------------------------------------ */

/* The diagram lies on the screen from *begin to *end along an axis: without its margins. */
static void extent_of(const Camera *c, const Diagram *d, bool across, double *begin, double *end) {
    enum { MARGIN = 14 };
    *begin = (across ? c->x : c->y) + MARGIN * c->zoom;
    *end = (across ? c->x + d->width * c->zoom : c->y + d->height * c->zoom) - MARGIN * c->zoom;
}

/* Whether there is more to the left, right, top, bottom of the box. */
static void find_more(const Camera *c, const Diagram *d, Rect box, bool more[4]) {
    double begin, end;
    for (int axis = 0; axis < 2; axis++) {
        const int from = axis ? box.y : box.x, to = axis ? box.y + box.h : box.x + box.w;
        extent_of(c, d, axis == 0, &begin, &end);
        more[2 * axis] = begin < from - 1;
        more[2 * axis + 1] = end > to + 1;
    }
}

/* An arrow at an edge; a click shows what lies there, with some of what was seen. */
static void draw_more(const Network *n, Rect place, int side) {
    static const char *const names[] = {"left", "right", "up", "down"};
    const View *v = n->v;
    const int axis = side / 2, forward = side % 2;
    const double zoom = n->camera.zoom;
    const double all[2] = {n->d->width, n->d->height}, room[2] = {n->box.w / zoom, n->box.h / zoom};
    const double origin[2] = {(n->box.x - n->camera.x) / zoom, (n->box.y - n->camera.y) / zoom};
    int by[2];
    for (int i = 0; i < 2; i++) { /* both, as panning holds the other axis where it was put */
        double middle = origin[i] + room[i] / 2;
        if (i == axis && forward)
            middle = fmin(middle + 0.8 * room[i], all[i] - room[i] / 2);
        else if (i == axis)
            middle = fmax(middle - 0.8 * room[i], room[i] / 2);
        by[i] = (int)lround(middle - v->memory->camera.focus[i] - v->place->pan[i]);
    }
    const double x = place.x + place.w / 2.0, y = place.y + place.h / 2.0;
    const double arm = fmin(place.w, place.h) * 0.28, tip = forward ? arm : -arm;
    const Point points[] = {{axis ? x - 2 * arm : x - tip, axis ? y - tip : y - 2 * arm},
                            {axis ? x : x + tip, axis ? y + tip : y},
                            {axis ? x + 2 * arm : x - tip, axis ? y - tip : y + 2 * arm}};
    draw_fill(v->list, place, v->theme->raised);
    if (ui_hovers(v, place))
        draw_frame(v->list, place, v->theme->hover);
    draw_polyline(v->list, points, 3,
                  (Stroke){.width = v->state->big ? 4 : 2.5, .color = v->theme->text});
    draw_region(v->list, place, TEXT("network.pan %d %d", by[0], by[1]), "network.more.%s",
                names[side]);
    draw_hint(v->list, ui_word(v, "network.more"));
}

/* Room for such arrows, on both sides of an axis along which not all is seen. */
static Rect leave_margins(const View *v, Rect box, const bool more[4]) {
    const int side = ui_px(v, 22);
    return rect_inset(box, more[0] || more[1] ? side : 0, more[2] || more[3] ? side : 0);
}

static void draw_margins(const Network *n, Rect all) {
    const int left = n->box.x - all.x, top = n->box.y - all.y;
    bool more[4];
    find_more(&n->camera, n->d, n->box, more);
    const Rect places[4] = {{all.x, n->box.y, left, n->box.h},
                            {n->box.x + n->box.w, n->box.y, left, n->box.h},
                            {n->box.x, all.y, n->box.w, top},
                            {n->box.x, n->box.y + n->box.h, n->box.w, top}};
    for (int i = 0; i < 4; i++)
        if (more[i] && places[i].w > 0 && places[i].h > 0)
            draw_more(n, rect_inset(places[i], 1, 1), i);
}

/* --- The zone --------------------------------------------------------------------------------- */

void view_network(const View *v, Rect box) {
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, v->place->depth == DEPTH_NETWORK ? NULL : "depth network",
                "view.network");
    const Diagram *d = diagram_of(v);
    if (!d)
        return;
    Network n = {.v = v, .d = d, .only = -1};
    const bool large = v->place->depth == DEPTH_NETWORK && v->place->bench == BENCH_NONE;
    const int below = large ? network_controls_height(&n, box.w) : 0;
    const Rect controls = rect_cut_bottom(&box, below);
    Rect inner = box;
    rect_cut_top(&inner, ui_line(v, SIZE_SMALL));
    bool more[4];
    n.box = rect_inset(inner, SPACE(v), 0);
    n.camera = camera_of(v, d, n.box);
    find_more(&n.camera, d, n.box, more);
    if (more[0] || more[1] || more[2] || more[3]) {
        n.box = leave_margins(v, inner, more);
        n.camera = camera_of(v, d, n.box);
    }
    v->memory->camera.zoom = n.camera.zoom;
    v->memory->camera.x = n.camera.x;
    v->memory->camera.y = n.camera.y;
    v->session->shown_zoom = (int)lround(n.camera.zoom * 100);
    n.most = v->place->heat ? network_most_cost(v, d) : 0;
    draw_clip_begin(v->list, box);
    network_halves(&n, box);
    draw_clip_begin(v->list, n.box);
    network_draw(&n);
    draw_clip_end(v->list);
    draw_margins(&n, inner);
    draw_clip_end(v->list);
    if (controls.h > 0)
        network_controls(&n, rect_inset(controls, SPACE(v), 0),
                         v->place->heat ? network_cost_text(v, n.most) : NULL);
}
