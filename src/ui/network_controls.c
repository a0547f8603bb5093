/* Under the network: its buttons, and what the colours and sizes of its boxes mean. */
#include "ui/network.h"

#include "base/text.h"
#include <math.h>

static void draw_buttons(const View *v, Rect *row) {
    static const char *const actions_shown[][2] = {
        {"−", "network.out"}, {"+", "network.in"}, {NULL, "network.fit"}};
    char key[32], value[32];
    Error err = {0};
    for (int i = 0; i < 3; i++) {
        ui_button(v, row, actions_shown[i][0] ? actions_shown[i][0] : ui_word(v, "network.fit"),
                  NULL, actions_shown[i][1], false, actions_shown[i][1]);
        draw_hint(v->list, ui_word(v, TEXT("action.%s", actions_shown[i][1])));
    }
    if (state_get(v->state, v->graph, "heat", value, sizeof value, &err))
        ui_button(v, row, ui_word(v, TEXT("heat.%s", value)), action_key(action_find("heat"), key),
                  "heat", v->place->heat != HEAT_NONE, "network.heat");
    if (v->graph->block_count > 1)
        ui_button(v, row, ui_word(v, "button.blocks.close"), NULL, "blocks.close", false,
                  "network.close");
}

/* A swatch and its word from the right, where there is room for them. */
static void put_entry(const View *v, Rect *row, Color color, const char *word) {
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int side = ui_px(v, 10), gap = SPACE(v) / 2,
              words = draw_text_width(v->list, small, word);
    if (row->w < side + gap + words + 2 * SPACE(v))
        return;
    draw_text(v->list, rect_cut_right(row, words), small, word);
    rect_cut_right(row, gap);
    Rect swatch = rect_cut_right(row, side);
    draw_fill(v->list, (Rect){swatch.x, swatch.y + (swatch.h - side) / 2, side, side}, color);
    rect_cut_right(row, 2 * SPACE(v));
}

static int families_width(const Network *n) {
    const View *v = n->v;
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const NetworkFamilies families = network_families(n);
    int width = 0;
    for (int f = 0; f <= LAYER_OTHER; f++)
        if (families.drawn[f])
            width += ui_px(v, 10) + SPACE(v) / 2 + 2 * SPACE(v) +
                     draw_text_width(v->list, small, network_family(v, (LayerFamily)f));
    return width;
}

static void draw_families(const Network *n, Rect *row) {
    const View *v = n->v;
    const NetworkFamilies families = network_families(n);
    for (int f = LAYER_OTHER; f >= 0; f--)
        if (families.drawn[f])
            put_entry(v, row, theme_family((LayerFamily)f), network_family(v, (LayerFamily)f));
}

/* From nothing to the most that a box costs. */
static void draw_heat(const View *v, Rect *row, const char *most) {
    enum { STEPS = 48 };
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int words = draw_text_width(v->list, mono, most), bar = ui_px(v, 144);
    if (row->w < words + bar + 4 * SPACE(v))
        return;
    draw_text(v->list, rect_cut_right(row, words), mono, most);
    rect_cut_right(row, SPACE(v) / 2);
    Rect box = rect_cut_right(row, bar);
    box = (Rect){box.x, box.y + (box.h - ui_px(v, 12)) / 2, box.w, ui_px(v, 12)};
    for (int i = 0; i < STEPS; i++) /* costs from left to right; boxes take their square root */
        draw_fill(v->list,
                  (Rect){box.x + box.w * i / STEPS, box.y,
                         box.w * (i + 1) / STEPS - box.w * i / STEPS, box.h},
                  theme_heat(v->theme, sqrt((double)i / (STEPS - 1))));
    draw_frame(v->list, box, v->theme->line);
    rect_cut_right(row, SPACE(v) / 2);
    draw_text(v->list, rect_cut_right(row, draw_text_width(v->list, mono, "0")), mono, "0");
    rect_cut_right(row, 2 * SPACE(v));
}

/* About what its buttons take. */
static int buttons_width(const View *v) {
    const TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    int width = 0;
    const char *const texts[] = {"−", "+", ui_word(v, "network.fit"), ui_word(v, "heat.params"),
                                 ui_word(v, "button.blocks.close")};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        width += draw_text_width(v->list, style, texts[i]) + 3 * SPACE(v);
    return width;
}

/* The legend has a row of its own where it does not fit beside the buttons. */
static bool has_two_rows(const Network *n, int width) {
    const View *v = n->v;
    return !v->place->heat && families_width(n) + 4 * SPACE(v) > width - buttons_width(v);
}

int network_controls_height(const Network *n, int width) {
    const View *v = n->v;
    return ui_px(v, 32) + (has_two_rows(n, width - 2 * SPACE(v)) ? ui_px(v, 20) : 0);
}

void network_controls(const Network *n, Rect box, const char *most) {
    const View *v = n->v;
    const bool two = has_two_rows(n, box.w);
    Rect row = rect_cut_bottom(&box, ui_px(v, 32));
    Rect *legend = two ? &box : &row;
    draw_buttons(v, &row);
    draw_region(v->list, *legend, NULL, "network.legend");
    draw_hint(v->list, ui_word(v, "network.scale"));
    if (most)
        draw_heat(v, legend, most);
    else
        draw_families(n, legend);
    TextStyle note = ui_style(v, SIZE_SMALL, TONE_ACCENT, ALIGN_LEFT);
    const char *text = network_note(v, n->d);
    const int wanted = draw_text_width(v->list, note, text);
    rect_cut_left(&row, SPACE(v));
    if (wanted <= row.w - SPACE(v)) {
        const Rect place = rect_cut_left(&row, wanted);
        draw_text(v->list, place, note, text);
        draw_region(v->list, place, NULL, "network.chosen");
    }
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    if (draw_text_width(v->list, small, ui_word(v, "network.scale")) <= row.w - 2 * SPACE(v))
        draw_text(v->list, row, small, ui_word(v, "network.scale"));
}
