/* The boxes of the network: cuboids with what was computed on their faces, the frames of opened
 * blocks, the brackets over unfolded ones. */
#include "ui/network.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- Faces ------------------------------------------------------------------------------------ */

/* Whose values stand for a box: the node shown if it is one of its layer's; else the last of them
 * that is computed, a convolution's before its ReLU; a block's only when all of it is.
 * GRAPH_FAILED: none. */
static int computed_node(const View *v, const DiagramBox *b) {
    const int ready = v->scene ? scene_ready(v->scene) : GRAPH_IMAGE;
    if (b->item == DIAGRAM_NODE && v->node >= b->first && v->node <= b->shown && v->node < ready)
        return v->node;
    if (v->scene && (b->node == GRAPH_IMAGE || b->node < ready))
        return b->shown;
    return b->item == DIAGRAM_NODE && b->first < ready ? ready - 1 : GRAPH_FAILED;
}

/* Top and right side of the cuboid, darker than its front; with edges where the colour is that of
 * a cost, as nothing is nearly the ground's. */
static void draw_sides(const View *v, Area face, double depth, Color color) {
    const double s = depth * diagram_slant, right = face.x + face.w, bottom = face.y + face.h;
    const Point top[] = {
        {face.x, face.y}, {face.x + s, face.y - s}, {right + s, face.y - s}, {right, face.y}};
    const Point side[] = {
        {right, face.y}, {right + s, face.y - s}, {right + s, bottom - s}, {right, bottom}};
    draw_polygon(v->list, top, 4, theme_mix(color, v->theme->text, 0.25));
    draw_polygon(v->list, side, 4, theme_mix(color, (Color){0, 0, 0, 255}, 0.35));
    if (!v->place->heat)
        return;
    const Stroke edge = {.width = 1, .color = v->theme->line, .closed = true};
    draw_polyline(v->list, top, 4, edge);
    draw_polyline(v->list, side, 4, edge);
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

/* --- Places ----------------------------------------------------------------------------------- */

static void box_region(const View *v, Rect box, const DiagramBox *b) {
    const char *action = TEXT("layer.select %s", network_node(v, b->node));
    if (b->item == DIAGRAM_BLOCK || b->item == DIAGRAM_FOLD)
        draw_region(v->list, box, action, "block.%s", v->graph->blocks[b->block].name);
    else
        draw_region(v->list, box, action, "node.%s",
                    network_node(v, b->item == DIAGRAM_NODE ? b->first : b->node));
    const char *parameters = b->item == DIAGRAM_NODE ? ui_parameters(v, b->first) : "";
    draw_hint(v->list, ui_say(v, "network.hint", ui_label(v, b->node), ui_extent_of(v, b->node),
                              parameters));
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

/* --- The steps in a box ----------------------------------------------------------------------- */

/* A layer and the batch norm, ReLU, ... drawn with it: a sign for each in the corner of the face,
 * with its name when one has zoomed in. A click goes to it. */
static void draw_steps(const Network *n, const DiagramBox *b, Rect face) {
    enum { NAMED = 125 }; /* percent, from which on names are told */
    const View *v = n->v;
    const int count = b->node - b->first + 1, gap = 2, side = ui_px(v, 8);
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int line = draw_text_height(v->list, style) + 2;
    bool named = v->place->zoom >= NAMED && count * (line + gap) <= face.h - gap;
    for (int i = b->first; i <= b->node && named; i++)
        named = side + 3 * gap + draw_text_width(v->list, style, ui_operation(v, i)) < face.w - gap;
    if (count < 2 || (!named && count * (side + gap) + gap > face.w) || face.h < 2 * side)
        return;
    for (int i = 0; i < count; i++) {
        const int node = b->first + i,
                  words = draw_text_width(v->list, style, ui_operation(v, node));
        Rect sign = {face.x + gap + i * (side + gap), face.y + face.h - side - gap, side, side};
        if (named)
            sign = (Rect){face.x + gap, face.y + face.h - (count - i) * (line + gap),
                          side + 3 * gap + words, line};
        const Rect place = sign;
        if (named)
            draw_fill(v->list, sign, v->theme->panel);
        sign = (Rect){sign.x, sign.y + (sign.h - side) / 2, side, side};
        draw_fill(v->list, sign, v->theme->panel);
        draw_fill(v->list, rect_inset(sign, 1, 1),
                  theme_family(v->graph->nodes[node].type->family));
        if (named)
            draw_text(v->list, (Rect){sign.x + side + gap, place.y, words + gap, line}, style,
                      ui_operation(v, node));
        if (node == v->node)
            draw_frame(v->list, named ? place : sign, v->theme->accent);
        draw_region(v->list, place, TEXT("layer.select %s", network_node(v, node)), "step.%s",
                    network_node(v, node));
        draw_hint(v->list, ui_say(v, "network.hint", ui_label(v, node), ui_extent_of(v, node),
                                  ui_operation(v, node)));
    }
}

/* --- All -------------------------------------------------------------------------------------- */

void network_box(const Network *n, const DiagramBox *b) {
    const View *v = n->v;
    const Area face_area = network_area(n, b->face);
    Rect face = area_rect(face_area);
    const bool chosen =
        b->node == v->node || (b->first >= 0 && v->node >= b->first && v->node <= b->node);
    Color color = theme_family(b->family);
    if (v->place->heat)
        color = theme_heat(v->theme, n->most > 0 ? sqrt(network_cost(v, b) / n->most) : 0);
    if (b->depth > 0)
        draw_sides(v, face_area, b->depth * n->camera.zoom, color);
    draw_fill(v->list, face, color);
    if (v->place->heat)
        draw_frame(v->list, face, v->theme->line);
    const int values =
        v->place->heat && b->node != GRAPH_IMAGE ? GRAPH_FAILED : computed_node(v, b);
    if (values != GRAPH_FAILED && !b->stack)
        draw_thumbnail(v, rect_inset(face, face.w > 20 ? 2 : 1, face.w > 20 ? 2 : 1), values);
    box_region(v, face, b);
    if (b->stack)
        network_stack(n, b, face);
    else if (b->item == DIAGRAM_NODE && !v->place->heat)
        draw_steps(n, b, face);
    if (!n->printed && (b->item == DIAGRAM_BLOCK || (b->item == DIAGRAM_FOLD && b->block >= 0)))
        draw_handle(v, face, b);
    const bool hovered = v->state->hover.node != GRAPH_FAILED && b->first >= 0 &&
                         v->state->hover.node >= b->first && v->state->hover.node <= b->node;
    if (chosen)
        ui_mark(v, face, v->theme->accent);
    else if (hovered)
        draw_frame(v->list, (Rect){face.x - 1, face.y - 1, face.w + 2, face.h + 2},
                   v->theme->hover);
    network_caption(n, b, chosen);
}

/* "− inception (3a)" over what is opened or unfolded; the sign, which closes it, stays in sight. */
static void draw_title(const Network *n, Area area, const char *text, const char *action,
                       const char *block, const char *region) {
    const View *v = n->v;
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    style.size = network_type(n);
    style.may_cut = true;
    const int line = draw_text_height(v->list, style), sign = n->printed ? 0 : ui_px(v, 16);
    Rect box = network_rect(n, area);
    const int hidden = n->box.x - box.x;
    if (hidden > 0)
        rect_cut_left(&box, hidden);
    if (box.h < line || box.w < ui_px(v, 40))
        return; /* they stand too close within each other */
    TextStyle plain = style;
    plain.may_cut = false;
    Rect words = box;
    rect_cut_left(&words, sign);
    if (!network_fits(v, words, plain, text)) /* else over two lines, if need be */
        words = (Rect){words.x, words.y + words.h - line, words.w, line};
    const int height = draw_paragraph_height(v->list, words.w, style, line, text);
    rect_cut_top(&words, words.h - rect_least(height, words.h));
    draw_paragraph(v->list, words, style, line, text);
    Rect close = {box.x, words.y, sign, line};
    if (!n->printed)
        draw_text(v->list, close, style, "−");
    const int width = rect_least(sign + draw_text_width(v->list, style, text), box.w);
    draw_region(v->list, (Rect){box.x, words.y, width, words.h}, TEXT("%s %s", action, block),
                "%s.%s", region, block);
    draw_hint(v->list, ui_word(v, TEXT("action.%s", action)));
}

void network_frame(const Network *n, const DiagramBox *b) {
    const View *v = n->v;
    const Rect all = network_rect(n, b->face);
    const char *name = v->graph->blocks[b->block].name;
    draw_fill(v->list, all, theme_mix(v->theme->panel, v->theme->raised, 0.5));
    draw_frame(v->list, all, v->theme->line);
    draw_region(v->list, all, NULL, "block.%s", name);
    draw_title(n, b->caption, ui_phrases(v, v->graph->blocks[b->block].label), "block.open", name,
               "close");
}

void network_bracket(const Network *n, const DiagramBox *b) {
    const View *v = n->v;
    const Area a = network_area(n, b->face);
    const Point points[] = {{a.x, a.y + a.h}, {a.x, a.y}, {a.x + a.w, a.y}, {a.x + a.w, a.y + a.h}};
    draw_polyline(v->list, points, 4,
                  (Stroke){.width = v->state->big ? 3 : 2, .color = v->theme->dim});
    draw_title(n, b->caption, network_name(v, n->d, (int)(b - n->d->boxes)), "block.unfold",
               v->graph->blocks[b->block].name, "fold");
}
