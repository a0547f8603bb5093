/* An addition of two maps: of a residual block H(x) = F(x) + x (He et al. 2016, section 3.1), where
 * x comes as it is, or through a shortcut with a projection or without parameters (section 3.3). */
#include "ui/unit.h"

#include "base/text.h"
#include <string.h>

/* What a term is in its block. */
typedef enum Half {
    HALF_NONE,       /* there is no block that says */
    HALF_RESIDUAL,   /* F(x) */
    HALF_IDENTITY,   /* x */
    HALF_PROJECTION, /* W x: a convolution on the shortcut */
    HALF_OPTION_A    /* x, rows and columns left out and zero maps added */
} Half;

/* The residual block that this addition ends; NULL: none. */
static const Block *block_of(const UnitView *u) {
    const Graph *g = u->v->graph;
    for (int b = g->nodes[u->node].block; b > 0; b = g->blocks[b].parent)
        if (g->blocks[b].kind == BLOCK_RESIDUAL)
            return &g->blocks[b];
    return NULL;
}

/* The convolution of the shortcut that ends in `from`, or the layer that stands in for one;
 * GRAPH_FAILED: there is none. */
static int shortcut_layer(const Graph *g, int from, const Block *block) {
    int other = GRAPH_FAILED;
    for (int node = from; node >= block->first && node != block->input;
         node = g->nodes[node].inputs[0]) {
        if (g->nodes[node].type->family == LAYER_CONVOLUTION)
            return node;
        other = node;
    }
    return other;
}

static Half half_of(const UnitView *u, int from, int *layer) {
    const Graph *g = u->v->graph;
    const Block *block = block_of(u);
    *layer = GRAPH_FAILED;
    if (!block)
        return HALF_NONE;
    if (from == block->input)
        return HALF_IDENTITY;
    if (from < 0 || g->nodes[from].branch <= 0)
        return HALF_RESIDUAL;
    *layer = shortcut_layer(g, from, block);
    const bool projects = *layer >= 0 && g->nodes[*layer].type->family == LAYER_CONVOLUTION;
    return projects ? HALF_PROJECTION : HALF_OPTION_A;
}

static Color color_of(const View *v, Half half) {
    static const DiagramWire wires[] = {WIRE_FLOW, WIRE_FLOW, WIRE_IDENTITY, WIRE_PROJECTION,
                                        WIRE_IDENTITY};
    return ui_wire_color(v, wires[half]);
}

static const char *name_of(const View *v, Half half) {
    static const char *const keys[] = {NULL, "unit.add_residual", "unit.add_identity",
                                       "unit.add_projection", "unit.add_option_a"};
    return keys[half] ? ui_word(v, keys[half]) : "";
}

/* Where it comes from: "conv2_x, block 1, 3x3"; of a projection with its convolution. */
static const char *source_of(const View *v, int from, int layer) {
    if (layer < 0)
        return ui_label(v, from);
    return ui_keep(v, TEXT("%s (%s %s)", ui_label(v, from), ui_operation(v, layer),
                           ui_unbroken(v, ui_parameters(v, layer))));
}

/* The L2 norm of all values of a node. */
static double norm_of(const View *v, int node) {
    const Stats *s = scene_stats(v->scene, node);
    return s ? s->l2 : 0;
}

static void draw_map(const UnitView *u, Rect box, int from, const TraceTerm *term) {
    const View *v = u->v;
    const SceneExtent e = scene_extent(v->scene, from);
    if (e.vector || box.h <= ui_px(v, 20) || box.w <= ui_px(v, 20))
        return;
    const Rect fit = ui_fit(box, e.width, e.height, true);
    ui_map(v, fit, from, (int)term->c);
    ui_mark(v, ui_cell(fit, e.width, e.height, (int)term->y, (int)term->x), v->theme->accent);
}

/* Its name, with its number behind it where there is room. */
static void draw_head(const UnitView *u, Rect *row, Half half, const char *number) {
    const View *v = u->v;
    TextStyle head = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    const TextStyle mono = ui_mono(v, SIZE_HEAD, TONE_TEXT, ALIGN_LEFT);
    head.color = color_of(v, half);
    head.bold = true;
    const char *name = name_of(v, half);
    const int width = name[0] ? draw_text_width(v->list, head, name) + 2 * SPACE(v) : 0;
    if (width + draw_text_width(v->list, mono, number) > row->w) {
        ui_paragraph(v, row, head, 2, name);
        ui_text(v, row, mono, number);
        return;
    }
    Rect line = rect_cut_top(row, ui_line(v, SIZE_HEAD));
    const Rect left = rect_cut_left(&line, width);
    if (width)
        draw_text(v->list, left, head, name);
    draw_text(v->list, line, mono, number);
}

static void draw_term(const UnitView *u, Rect row, int index) {
    const View *v = u->v;
    const TraceTerm *term = &u->t->terms[index];
    const int from = v->graph->nodes[u->node].inputs[term->input], gap = SPACE(v);
    int layer;
    const Half half = half_of(u, from, &layer);
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *texts[] = {ui_unbroken(v, ui_extent_of(v, from)), source_of(v, from, layer),
                           ui_say(v, "unit.norm", ui_number(v, norm_of(v, from)))};
    row = rect_inset(row, 0, gap / 2);
    draw_region(v->list, row, NULL, "unit.add.%d", index);
    draw_hint(v->list, texts[1]);
    draw_fill(v->list, rect_cut_left(&row, v->state->big ? 6 : 4), color_of(v, half));
    rect_cut_left(&row, gap / 2);
    draw_map(u, rect_inset(rect_cut_left(&row, rect_least(row.h, row.w / 3)), 3, 3), from, term);
    rect_cut_left(&row, gap);
    draw_head(u, &row, half, TEXT("%s%s", index ? "+ " : "", ui_number(v, (double)term->value)));
    for (int i = 0; i < 3; i++)
        if (draw_paragraph_height(v->list, row.w, small, ui_line(v, SIZE_SMALL), texts[i]) <= row.h)
            ui_paragraph(v, &row, small, 4, texts[i]);
}

void unit_add(const UnitView *u, Rect box) {
    const View *v = u->v;
    const Trace *t = u->t;
    if (block_of(u))
        unit_say(u, &box, ui_word(v, "unit.formula_add"));
    const int height = rect_least(box.h / (int)t->count, ui_px(v, 170));
    for (int i = 0; i < t->count; i++)
        draw_term(u, rect_cut_top(&box, height), i);
}
