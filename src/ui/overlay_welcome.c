/* What the window offers to who comes without a wish: the course, a network, a picture, what was
 * open last. */
#include "ui/overlays.h"

#include "base/text.h"

static void draw_offer(const View *v, Rect box, const PaletteRow *row, int index) {
    const bool chosen = index == v->state->choice;
    const UiTone tone = chosen ? TONE_ON_ACCENT : TONE_TEXT;
    TextStyle title = ui_style(v, SIZE_HEAD, tone, ALIGN_LEFT);
    TextStyle detail = ui_style(v, SIZE_SMALL, chosen ? TONE_ON_ACCENT : TONE_DIM, ALIGN_LEFT);
    const TextStyle number =
        ui_mono(v, SIZE_BODY, chosen ? TONE_ON_ACCENT : TONE_DIM, ALIGN_CENTRE);
    title.may_cut = detail.may_cut = true;
    draw_fill(v->list, box, chosen ? v->theme->accent : v->theme->raised);
    if (ui_hovers(v, box))
        draw_frame(v->list, box, v->theme->hover);
    draw_region(v->list, box, TEXT("choice.take %d", index), "welcome.%d", index + 1);
    draw_hint(v->list, ui_say(v, "welcome.hint", row->title, row->detail));
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    draw_text(v->list, rect_cut_left(&box, ui_px(v, 24)), number,
              ui_keep(v, TEXT("%d", index + 1)));
    rect_cut_left(&box, SPACE(v));
    draw_text(v->list, rect_cut_top(&box, ui_line(v, SIZE_HEAD)), title, row->title);
    draw_text(v->list, rect_cut_top(&box, ui_line(v, SIZE_SMALL)), detail, row->detail);
}

void overlay_welcome_view(const View *v, Rect screen) {
    static PaletteRow row; /* large; the window has one thread */
    const int rows = palette_count(v->session), gap = SPACE(v) / 2;
    const int each = ui_line(v, SIZE_HEAD) + ui_line(v, SIZE_SMALL) + SPACE(v);
    const int head = ui_line(v, SIZE_TITLE) + 2 * ui_line(v, SIZE_BODY) + SPACE(v);
    const int foot = ui_line(v, SIZE_SMALL) + SPACE(v);
    const int width = rect_least(screen.w - 4 * SPACE(v), ui_px(v, 640));
    const int room = (screen.h - head - foot - 6 * SPACE(v)) / (each + gap);
    const int shown = rect_least(rows, room);
    Rect box = overlay_begin(v, screen, width, head + shown * (each + gap) + foot + 4 * SPACE(v));
    draw_region(v->list, box, NULL, "welcome");
    box = rect_inset(box, 2 * SPACE(v), 2 * SPACE(v));
    Rect top = rect_cut_top(&box, head);
    ui_text(v, &top, ui_style(v, SIZE_TITLE, TONE_TEXT, ALIGN_LEFT), "convoscope");
    ui_paragraph(v, &top, ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT), 2,
                 ui_word(v, "welcome.about"));
    const int choice = v->state->choice, first = choice < shown ? 0 : choice - shown + 1;
    for (int i = first; i < first + shown && palette_row(v->session, i, &row); i++) {
        draw_offer(v, rect_cut_top(&box, each), &row, i);
        rect_cut_top(&box, gap);
    }
    rect_cut_top(&box, SPACE(v) / 2);
    ui_text(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE), ui_word(v, "welcome.keys"));
}
