/* The lists that lie over everything: the palette, the pickers. */
#include "ui/ui.h"

#include "session/palette.h"
#include <string.h>

enum { LAYER_OVERLAY = 1 };

Rect overlay_begin(const View *v, Rect screen, int width, int height) {
    draw_layer(v->list, LAYER_OVERLAY);
    draw_fill(v->list, screen, v->theme->veil);
    draw_region(v->list, screen, "back", "veil");
    Rect box = {screen.x + (screen.w - width) / 2, screen.y + (screen.h - height) / 3, width,
                height};
    draw_fill(v->list, box, v->theme->panel);
    draw_frame(v->list, box, v->theme->line);
    return box;
}

/* --- Lists ------------------------------------------------------------------------------------ */

enum { ROWS_MOST = 14 };

static void draw_row(const View *v, Rect box, const PaletteRow *row, int index, bool chosen) {
    if (chosen)
        draw_fill(v->list, box, v->theme->accent);
    else if (ui_hovers(v, box))
        draw_fill(v->list, box, v->theme->raised);
    draw_region(v->list, box, TEXT("choice.take %d", index), "palette.row.%d", index);
    if (row->refusal)
        draw_hint(v->list, ui_word(v, row->refusal));
    box = rect_inset(box, SPACE(v), 0);
    TextStyle title = ui_style(v, SIZE_BODY,
                               chosen         ? TONE_ON_ACCENT
                               : row->refusal ? TONE_DIM
                                              : TONE_TEXT,
                               ALIGN_LEFT);
    TextStyle detail = ui_style(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_DIM, ALIGN_RIGHT);
    TextStyle key = ui_mono(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_TEXT, ALIGN_RIGHT);
    title.may_cut = detail.may_cut = true;
    const char *name = ui_key_name(v, row->key);
    if (name[0])
        draw_text(v->list, rect_cut_right(&box, draw_text_width(v->list, key, name)), key, name);
    rect_cut_right(&box, SPACE(v));
    draw_text(v->list, rect_cut_left(&box, box.w * 3 / 5), title, row->title);
    draw_text(v->list, box, detail, row->detail);
}

void overlay_list_view(const View *v, Rect screen) {
    const int line = ui_px(v, 28), rows = palette_count(v->session);
    const int width = rect_least(screen.w - 4 * SPACE(v), ui_px(v, 720));
    int shown = (screen.h - ui_px(v, 150)) / line;
    shown = shown > ROWS_MOST ? ROWS_MOST : shown;
    const int height = ui_px(v, 84) + shown * line;
    Rect box = overlay_begin(v, screen, width, rect_least(height, screen.h - 2 * SPACE(v)));
    draw_region(v->list, box, NULL, "palette");
    box = rect_inset(box, 2 * SPACE(v), SPACE(v));
    static const char *const titles[OVERLAYS] = {[OVERLAY_PALETTE] = "palette.title",
                                                 [OVERLAY_MODELS] = "palette.models",
                                                 [OVERLAY_IMAGES] = "palette.images"};
    ui_text(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT),
            ui_word(v, titles[v->state->overlay]));
    Rect field = rect_cut_top(&box, ui_px(v, 32));
    draw_fill(v->list, field, v->theme->ground);
    draw_frame(v->list, field, v->theme->accent);
    draw_region(v->list, field, NULL, "palette.field");
    TextStyle typed = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    typed.may_cut = true;
    const char *text = arena_format(&v->list->arena, &v->list->error, "%s│", v->state->typed);
    draw_text(v->list, rect_inset(field, SPACE(v), 0), typed, text ? text : "");
    rect_cut_top(&box, SPACE(v));
    int first = v->state->choice - shown / 2;
    first = first > rows - shown ? rows - shown : first;
    first = first < 0 ? 0 : first;
    static PaletteRow row; /* large; the window has one thread */
    for (int i = first; i < rows && i < first + shown; i++)
        if (palette_row(v->session, i, &row))
            draw_row(v, rect_cut_top(&box, line), &row, i, i == v->state->choice);
    if (rows == 0)
        ui_empty(v, rect_cut_top(&box, 2 * line), ui_word(v, "palette.nothing"));
}
