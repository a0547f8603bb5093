/* Stacks of maps, cut into what brought them: the concatenation of an inception block, what a dense
 * block's layers add; and which of its layers read which. */
#include "ui/network.h"
#include "ui/prediction.h"

#include "base/text.h"
#include "tensor/colormap.h"
#include <math.h>

/* --- Branches --------------------------------------------------------------------------------- */

/* Of Okabe and Ito's, those that no layer of an inception block has as its family's. */
Color network_branch_color(const View *v, int branch) {
    static const LayerFamily families[] = {LAYER_CONNECTED, LAYER_ACTIVATION, LAYER_NORMALISATION,
                                           LAYER_JOINING};
    const Color own = theme_family(families[branch % (int)(sizeof families / sizeof *families)]);
    return theme_mix(own, v->theme->text, 0.25); /* not the families' own */
}

int network_branch(const View *v, const DiagramBox *stack, int node) {
    const Node *n = &v->graph->nodes[stack->first];
    for (int i = 0; i < n->input_count; i++)
        if (n->inputs[i] == node)
            return i;
    return -1;
}

static Color ink_on(Color ground) {
    const Color black = {0, 0, 0, 255}, white = {255, 255, 255, 255};
    return theme_contrast(black, ground) > theme_contrast(white, ground) ? black : white;
}

void network_stack(const Network *n, const DiagramBox *b, Rect face) {
    const View *v = n->v;
    const Node *concat = &v->graph->nodes[b->first];
    const int64_t all = concat->out.dim[0];
    int64_t before = 0;
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_CENTRE);
    for (int i = 0; i < concat->input_count; i++) {
        const int64_t own = ui_shape(v, concat->inputs[i])->dim[0];
        const int top = face.y + (int)((before * face.h + all / 2) / all);
        const int end = face.y + (int)(((before + own) * face.h + all / 2) / all);
        const Rect stripe = {face.x, top, face.w, end - top};
        const Color color = network_branch_color(v, i);
        const bool hidden = prediction_hides_shape(v->place, concat->inputs[i]);
        const char *count = hidden ? "?" : ui_keep(v, TEXT("%lld", (long long)own));
        before += own;
        draw_fill(v->list, stripe, color);
        if (i > 0)
            draw_fill(v->list, (Rect){stripe.x, stripe.y, stripe.w, 1}, v->theme->ground);
        style.color = ink_on(color);
        if (draw_text_height(v->list, style) < stripe.h &&
            draw_text_width(v->list, style, count) <= stripe.w)
            draw_text(v->list, stripe, style, count);
        const char *name = network_node(v, concat->inputs[i]);
        draw_region(v->list, stripe, TEXT("layer.select %s", name), "stripe.%s", name);
        draw_hint(v->list, ui_say(v, "network.stripe", ui_label(v, concat->inputs[i]), count,
                                  hidden ? "?" : TEXT("%lld", (long long)all)));
    }
}

/* --- A dense block's connections -------------------------------------------------------------- */

/* Along an axis, numbers as far apart as they need. */
static int tick_step(int count, double side, int room) {
    static const int steps[] = {1, 2, 4, 6, 8, 12, 16, 24};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * side >= room)
            return steps[i];
    return count;
}

/* What is read over the columns (the input first), who reads before the rows. */
static void draw_axes(const Network *n, const DiagramBox *b, Area a, double side) {
    const View *v = n->v;
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int line = draw_text_height(v->list, style), gap = 4;
    const int number = draw_text_width(v->list, style, "00");
    const char *input = ui_word(v, "layer.input"), *first = ui_say(v, "network.layer", "1");
    const int taken = draw_text_width(v->list, style, input);
    draw_text(v->list, (Rect){(int)a.x, (int)a.y - line - 1, taken + 2, line}, style, input);
    const int across = tick_step(b->count, side, number + 2 * gap);
    for (int i = across; i <= b->count; i += across) {
        const int x = (int)lround(a.x + (i + 0.5) * side);
        if (x - number / 2 < a.x + taken + 2 * gap)
            continue;
        style.align = ALIGN_CENTRE;
        draw_text(v->list,
                  (Rect){x - number / 2 - gap / 2, (int)a.y - line - 1, number + gap, line}, style,
                  ui_keep(v, TEXT("%d", i)));
    }
    style.align = ALIGN_RIGHT;
    const int down = tick_step(b->count, side, line),
              names = draw_text_width(v->list, style, first);
    for (int i = 1; i <= b->count; i = i == 1 && down > 1 ? down : i + down) {
        const int y = (int)lround(a.y + (i - 0.5) * side - line / 2.0);
        if (i > 1 && i < down + 1 && (down - 1) * side < line)
            continue;
        draw_text(v->list, (Rect){(int)a.x - gap - names, y, names, line}, style,
                  i == 1 ? first : ui_keep(v, TEXT("%d", i)));
    }
}

/* The boxes that stand directly in the chart's frame, in order: the layers and, at the end, their
 * concatenation; count + 1 of them, NULL where there is none. */
static const DiagramBox **layers_of(const Network *n, const DiagramBox *chart) {
    const size_t count = (size_t)chart->count + 1;
    const DiagramBox **layers =
        arena_alloc(&n->v->list->arena, count, sizeof *layers, &n->v->list->error);
    size_t found = 0;
    for (int i = 0; layers && i < n->d->box_count && found < count; i++) {
        const DiagramBox *b = &n->d->boxes[i];
        if (b->frame == chart->frame && (diagram_is_layer(b) || b->item == DIAGRAM_FRAME))
            layers[found++] = b;
    }
    return layers;
}

/* A row, lit where the mouse or the choice is, tells what its layer reads. */
static void draw_row(const Network *n, const DiagramBox *b, const DiagramBox *layer, int row) {
    const View *v = n->v;
    const Area a = network_area(n, b->face);
    const bool chosen = v->node >= layer->first && v->node <= layer->node;
    const double side = a.w / (b->count + 1);
    const Rect place = area_rect((Area){a.x, a.y + row * side, a.w, side});
    const Color own = theme_family(LAYER_JOINING);
    const bool lit = ui_hovers(v, place);
    for (int j = 0; j <= row; j++) {
        const Rect cell = area_rect((Area){a.x + j * side + 0.5, a.y + row * side + 0.5,
                                           fmax(1, side - 1), fmax(1, side - 1)});
        draw_fill(v->list, cell,
                  lit      ? v->theme->hover
                  : chosen ? v->theme->accent
                           : theme_mix(own, v->theme->raised, j == row ? 0 : 0.35));
    }
    draw_region(v->list, place, TEXT("layer.select %s", network_node(v, layer->node)), "reader.%s",
                network_node(v, layer->node));
    draw_hint(v->list, row == b->count ? ui_say(v, "network.reads_all", TEXT("%d", b->count))
                                       : ui_say(v,
                                                row > 1 ? "network.reads"
                                                : row   ? "network.reads_one"
                                                        : "network.reads_input",
                                                TEXT("%d", row + 1), TEXT("%d", row)));
}

void network_matrix(const Network *n, const DiagramBox *b) {
    const View *v = n->v;
    const Area a = network_area(n, b->face);
    const DiagramBox **layers = layers_of(n, b);
    draw_region(v->list, area_rect(a), NULL, "matrix.%s", v->graph->blocks[b->block].name);
    draw_hint(v->list, ui_say(v, "network.matrix", TEXT("%d", b->count + 1)));
    for (int i = 0; i <= b->count && layers && layers[i]; i++)
        draw_row(n, b, layers[i], i);
    TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    if (n->camera.zoom < 0.95 * n->d->legible)
        return; /* too small for words */
    draw_axes(n, b, a, a.w / (b->count + 1));
    Rect caption = network_rect(n, b->caption);
    if (network_fits(v, caption, style, ui_word(v, "network.matrix_short")))
        network_put(v, &caption, style, ui_word(v, "network.matrix_short"));
}

/* --- What grows ------------------------------------------------------------------------------- */

/* The maps that there are before a layer: the block's input below, above it what each layer before
 * added; each as high as it has maps. */
static void draw_column(const Network *n, const DiagramBox *chart, const DiagramBox **layers,
                        Rect place, int column) {
    const View *v = n->v;
    const Block *block = &v->graph->blocks[chart->block];
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE);
    const int line = draw_text_height(v->list, style);
    const double unit = fmax(place.h - line, 1) / (double)v->graph->nodes[block->output].out.dim[0];
    double top = place.y + place.h;
    int64_t sum = 0;
    for (int i = 0; i <= column && (i == 0 || layers[i - 1]); i++) {
        const int64_t own = ui_shape(v, i ? layers[i - 1]->node : block->input)->dim[0];
        const float share = ((float)i - 0.5F) / (float)chart->count;
        uint8_t rgb[3];
        sum += own;
        colormap_color(COLORMAP_VIRIDIS, (ColorRange){0, 1}, share, rgb);
        const Color color = i ? (Color){rgb[0], rgb[1], rgb[2], 255} : theme_family(LAYER_OTHER);
        const double end = place.y + place.h - (double)sum * unit;
        draw_fill(v->list, area_rect((Area){place.x, end, place.w, top - end}), color);
        top = end;
    }
    const int last = column > 0 && layers[column - 1] ? layers[column - 1]->node : block->input;
    const char *text =
        prediction_hides_shape(v->place, last) ? "?" : ui_keep(v, TEXT("%lld", (long long)sum));
    draw_region(v->list, place, NULL, "growth.%d", column);
    draw_hint(v->list, column == chart->count
                           ? ui_say(v, "network.grown", text)
                           : ui_say(v, "network.growing", TEXT("%d", column + 1), text));
    if (draw_text_width(v->list, style, text) <= place.w)
        draw_text(v->list, (Rect){place.x, (int)floor(top) - line, place.w, line}, style, text);
}

/* Its columns stand under the layers, or beside a matrix next to each other. */
static Rect column_place(const Network *n, const DiagramBox *chart, const DiagramBox *layer,
                         int column) {
    const Area a = network_area(n, chart->face);
    const double share = a.w / (chart->count + 1);
    for (int i = 0; i < n->d->box_count; i++)
        if (n->d->boxes[i].item == DIAGRAM_MATRIX && n->d->boxes[i].frame == chart->frame)
            return area_rect((Area){a.x + column * share, a.y, share, a.h});
    const Area face = network_area(n, layer->item == DIAGRAM_FRAME ? layer->all : layer->face);
    const double width = 32 * fmax(n->camera.zoom, 1) * n->v->scale;
    return area_rect((Area){face.x + (face.w - width) / 2, a.y, width, a.h});
}

void network_growth(const Network *n, const DiagramBox *b) {
    const View *v = n->v;
    const DiagramBox **layers = layers_of(n, b);
    draw_region(v->list, network_rect(n, b->face), NULL, "growth.%s",
                v->graph->blocks[b->block].name);
    draw_hint(v->list, ui_word(v, "network.growth"));
    for (int i = 0; i <= b->count && layers && layers[i]; i++)
        draw_column(n, b, layers, column_place(n, b, layers[i], i), i);
    Rect caption = network_rect(n, b->caption);
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *text = ui_word(v, "network.growth");
    if (!network_fits(v, caption, style, text))
        text = ui_word(v, "network.growth_short");
    if (network_fits(v, caption, style, text))
        network_put(v, &caption, style, text);
}
