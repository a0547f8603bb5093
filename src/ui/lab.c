#include "ui/lab.h"

#include "base/numbers.h"
#include "base/text.h"
#include <math.h>

void lab_swatch(const View *v, Rect *row, Color color, const char *text) {
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int side = ui_px(v, 10), gap = SPACE(v) / 2;
    const int width = draw_text_width(v->list, style, text) + side + gap;
    if (width > row->w)
        return;
    Rect place = rect_cut_left(row, width);
    rect_cut_left(row, 2 * SPACE(v));
    draw_fill(v->list, (Rect){place.x, place.y + (place.h - side) / 2, side, side}, color);
    rect_cut_left(&place, side + gap);
    draw_text(v->list, place, style, text);
}

void lab_caption(const View *v, Rect *box, int least, const char *text) {
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_SMALL);
    const int height = draw_paragraph_height(v->list, box->w, dim, line, text);
    if (box->h - height < ui_px(v, least))
        return;
    Rect words = rect_cut_bottom(box, height);
    rect_cut_bottom(box, SPACE(v) / 2);
    draw_paragraph(v->list, words, dim, line, text);
}

const char *lab_join(const View *v, const char *first, const char *second) {
    const char *text = arena_format(&v->list->arena, &v->list->error, "%s%s%s", first,
                                    first[0] && second[0] ? " " : "", second);
    return text ? text : "";
}

const char *lab_change(const View *v, double share) {
    const double points = round(share * 1000) / 10;
    return ui_keep(v, TEXT("%s%s", points > 0 ? "+" : points < 0 ? "" : "±", ui_number(v, points)));
}

const char *lab_amount(const View *v, double value) {
    char text[48];
    const NumberStyle style = {.comma = v->state->comma, .digits = 3};
    return ui_keep(v, amount_text(text, style, value));
}
