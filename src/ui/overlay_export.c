/* What of the screen is written, how large, and where: pictures of it, or sheets of maps. */
#include "ui/overlays.h"

#include "base/text.h"

enum { SCALES = 4 };

static void draw_scales(const View *v, Rect row) {
    UiButton buttons[SCALES];
    const TextStyle style = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
    const char *name = ui_word(v, "export.pixels");
    draw_text(v->list, rect_cut_left(&row, draw_text_width(v->list, style, name) + SPACE(v)), style,
              name);
    for (int i = 0; i < SCALES; i++)
        buttons[i] = (UiButton){.text = ui_keep(v, TEXT("%d×", i + 1)),
                                .action = ui_keep(v, TEXT("export.scale %d", i + 1)),
                                .region = ui_keep(v, TEXT("export.scale.%d", i + 1)),
                                .chosen = v->state->export_scale == i + 1,
                                .keyless = true};
    ui_buttons(v, row, buttons, SCALES);
}

/* What is written, and below it where. */
static void draw_row(const View *v, Rect box, const PaletteRow *row, int index) {
    const bool chosen = index == v->state->choice;
    const TextStyle key = ui_mono(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_TEXT, ALIGN_RIGHT);
    TextStyle title = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    TextStyle path = ui_mono(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_DIM, ALIGN_LEFT);
    title.color = chosen ? v->theme->on_accent : row->refusal ? v->theme->dim : v->theme->text;
    title.may_cut = path.may_cut = true;
    if (chosen || ui_hovers(v, box))
        draw_fill(v->list, box, chosen ? v->theme->accent : v->theme->raised);
    draw_region(v->list, box, TEXT("choice.take %d", index), "palette.row.%d", index);
    draw_hint(v->list, row->refusal ? ui_word(v, row->refusal) : row->detail);
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    const char *name = ui_key_name(v, row->key);
    if (name[0])
        draw_text(v->list, rect_cut_right(&box, draw_text_width(v->list, key, name) + SPACE(v)),
                  key, name);
    ui_text(v, &box, title, row->title);
    ui_text(v, &box, path, row->detail);
}

/* What a picture has in pixels, and what it tells. */
static const char *about(const View *v) {
    const int scale = v->state->export_scale;
    return ui_say(v, "export.about", TEXT("%d", v->list->width * scale),
                  TEXT("%d", v->list->height * scale));
}

void overlay_export_view(const View *v, Rect screen) {
    static PaletteRow row; /* large; the window has one thread */
    const int width = rect_least(screen.w - 4 * SPACE(v), ui_px(v, 720)), gap = SPACE(v);
    const int line = ui_line(v, SIZE_BODY) + ui_line(v, SIZE_SMALL) + gap;
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int rows = palette_count(v->session), inner = width - 4 * gap;
    const int words =
        draw_paragraph_height(v->list, inner, small, ui_line(v, SIZE_SMALL), about(v));
    Rect box = overlay_begin(
        v, screen, width, overlay_field_height(v) + ui_px(v, 32) + rows * line + words + 5 * gap);
    draw_region(v->list, box, NULL, "export");
    box = rect_inset(box, 2 * gap, gap);
    overlay_field(v, &box);
    draw_scales(v, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, gap);
    for (int i = 0; i < rows && palette_row(v->session, i, &row); i++)
        draw_row(v, rect_cut_top(&box, line), &row, i);
    rect_cut_top(&box, gap);
    ui_paragraph(v, &box, small, 4, about(v));
}
