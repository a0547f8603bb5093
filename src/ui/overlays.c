/* The lists that lie over everything: the palette, and the picker of networks. */
#include "ui/overlays.h"

#include "base/text.h"
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

/* --- What the lists share --------------------------------------------------------------------- */

/* The end of what was typed, with a mark where the next character goes. */
static const char *typed_text(const View *v, TextStyle style, int width) {
    const char *typed = v->state->typed;
    const char *text = arena_format(&v->list->arena, &v->list->error, "%s│", typed);
    while (text && *typed && draw_text_width(v->list, style, text) > width) {
        const size_t bytes = text_character(typed, strlen(typed));
        typed += bytes ? bytes : 1;
        text = arena_format(&v->list->arena, &v->list->error, "…%s│", typed);
    }
    return text ? text : "";
}

int overlay_field_height(const View *v) {
    return ui_line(v, SIZE_SMALL) + ui_px(v, 32) + SPACE(v);
}

void overlay_field(const View *v, Rect *box) {
    static const char *const titles[OVERLAYS] = {[OVERLAY_PALETTE] = "palette.title",
                                                 [OVERLAY_MODELS] = "palette.models",
                                                 [OVERLAY_IMAGES] = "palette.images",
                                                 [OVERLAY_EXPORT] = "export.title",

                                                 [OVERLAY_LESSONS] = "palette.lessons"};
    const TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_LEFT);
    ui_text(v, box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT),
            ui_word(v, titles[v->state->overlay]));
    Rect field = rect_cut_top(box, ui_px(v, 32));
    draw_fill(v->list, field, v->theme->ground);
    draw_frame(v->list, field, v->theme->accent);
    draw_region(v->list, field, NULL, "palette.field");
    field = rect_inset(field, SPACE(v), 0);
    draw_text(v->list, field, style, typed_text(v, style, field.w));
    rect_cut_top(box, SPACE(v));
}

/* --- Rows ------------------------------------------------------------------------------------- */

enum { ROWS_MOST = 14 };

/* What hovering it says: why it cannot be done, else what may be cut of it. */
static const char *row_hint(const View *v, const PaletteRow *row) {
    const char *hint = arena_format(
        &v->list->arena, &v->list->error, "%s%s%s%s%s", row->title, row->detail[0] ? ": " : "",
        row->detail, row->refusal ? ". " : "", row->refusal ? ui_word(v, row->refusal) : "");
    return hint ? hint : "";
}

static void draw_row(const View *v, Rect box, const PaletteRow *row, int index, bool chosen) {
    if (chosen)
        draw_fill(v->list, box, v->theme->accent);
    else if (ui_hovers(v, box))
        draw_fill(v->list, box, v->theme->raised);
    draw_region(v->list, box, TEXT("choice.take %d", index), "palette.row.%d", index);
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
    const int wanted = draw_text_width(v->list, title, row->title);
    const int details = draw_text_width(v->list, detail, row->detail) + SPACE(v);
    if (row->refusal || wanted + details > box.w)
        draw_hint(v->list, row_hint(v, row));
    draw_text(v->list, rect_cut_left(&box, rect_least(wanted, box.w)), title, row->title);
    rect_cut_left(&box, SPACE(v));
    if (wanted + details <= box.w + wanted + SPACE(v) || box.w >= ui_px(v, 80))
        draw_text(v->list, box, detail, row->detail);
}

/* Above the first of the trained networks, and of the others. */
static int group_of(const PaletteRow *row) {
    return !row->model ? 0 : row->model->trained ? 1 : 2;
}

static void draw_group(const View *v, Rect *box, int group) {
    static const char *const words[] = {NULL, "palette.trained", "palette.random"};
    const Rect line = rect_cut_top(box, ui_px(v, 24));
    draw_text(v->list, rect_inset(line, SPACE(v), 0),
              ui_style(v, SIZE_SMALL, TONE_ACCENT, ALIGN_LEFT), ui_word(v, words[group]));
}

static void draw_rows(const View *v, Rect box, int shown, bool groups) {
    static PaletteRow row; /* large; the window has one thread */
    const int line = ui_px(v, 28), rows = palette_count(v->session);
    int first = v->state->choice - shown / 2, group = 0;
    first = first > rows - shown ? rows - shown : first;
    first = first < 0 ? 0 : first;
    for (int i = first; i < rows && box.h >= line && palette_row(v->session, i, &row); i++) {
        if (groups && group_of(&row) != group) {
            group = group_of(&row);
            if (box.h < line + ui_px(v, 24))
                return;
            draw_group(v, &box, group);
        }
        draw_row(v, rect_cut_top(&box, line), &row, i, i == v->state->choice);
    }
    if (rows == 0)
        ui_empty(v, rect_cut_top(&box, 2 * line), ui_word(v, "palette.nothing"));
}

void overlay_list_view(const View *v, Rect screen) {
    const int line = ui_px(v, 28), width = rect_least(screen.w - 4 * SPACE(v), ui_px(v, 720));
    const int above = overlay_field_height(v) + 3 * SPACE(v);
    int shown = (screen.h - above - 4 * SPACE(v)) / line;
    shown = shown > ROWS_MOST ? ROWS_MOST : shown;
    Rect box = overlay_begin(v, screen, width, above + shown * line);
    draw_region(v->list, box, NULL, "palette");
    box = rect_inset(box, 2 * SPACE(v), SPACE(v));
    overlay_field(v, &box);
    draw_rows(v, box, shown, false);
}

/* --- Networks --------------------------------------------------------------------------------- */

/* The network whose row is chosen; NULL: it is none that ships. */
static const PaletteModel *chosen_model(const View *v) {
    static PaletteRow row;
    return palette_row(v->session, v->state->choice, &row) ? row.model : NULL;
}

static const char *model_title(const View *v, const PaletteModel *m) {
    return m->year ? ui_keep(v, TEXT("%s, %d", m->title, m->year)) : m->title;
}

/* Title and year, the paper, and what makes it itself. */
static int about_height(const View *v, int width, const PaletteModel *m) {
    const TextStyle small = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int line = ui_line(v, SIZE_SMALL);
    return ui_line(v, SIZE_HEAD) + SPACE(v) +
           draw_paragraph_height(v->list, width, small, line, m->paper) +
           draw_paragraph_height(v->list, width, small, line, m->note[v->language]);
}

static void draw_about(const View *v, Rect box, const PaletteModel *m) {
    enum { LINES = 30 };
    draw_region(v->list, box, NULL, "palette.about");
    draw_line(v->list, box.x, box.y, box.x + box.w, box.y, v->theme->line);
    rect_cut_top(&box, SPACE(v) / 2);
    ui_heading(v, &box, model_title(v, m),
               ui_word(v, m->trained ? "palette.is_trained" : "palette.is_random"));
    ui_paragraph(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT), LINES, m->paper);
    ui_paragraph(v, &box, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT), LINES,
                 m->note[v->language]);
}

void overlay_models_view(const View *v, Rect screen) {
    enum { ABOUT_LINES = 7, ROWS = 16 };
    const int line = ui_px(v, 28), width = rect_least(screen.w - 4 * SPACE(v), ui_px(v, 800));
    const int inner = width - 4 * SPACE(v), groups = 2 * ui_px(v, 24);
    const PaletteModel *m = chosen_model(v);
    /* As high for most of them, so that the rows stay in their places. */
    const int least = ui_line(v, SIZE_HEAD) + SPACE(v) + ABOUT_LINES * ui_line(v, SIZE_SMALL);
    const int needs = m ? about_height(v, inner, m) : 0;
    const int about = (needs > least ? needs : least) + SPACE(v);
    const int above = overlay_field_height(v) + 3 * SPACE(v);
    int shown = (screen.h - above - about - groups - 4 * SPACE(v)) / line;
    shown = shown > ROWS ? ROWS : shown;
    Rect box = overlay_begin(v, screen, width, above + groups + shown * line + about);
    draw_region(v->list, box, NULL, "palette");
    box = rect_inset(box, 2 * SPACE(v), SPACE(v));
    overlay_field(v, &box);
    const Rect below = rect_cut_bottom(&box, about);
    draw_rows(v, box, shown, true);
    if (m)
        draw_about(v, below, m);
}
