/* view.table: the network, or its family, as the table of its paper tells it; what a row of blocks
 * consists of stands in brackets, as there. */
#include "ui/lab.h"

#include "base/text.h"
#include "session/paper_table.h"
#include <string.h>

enum { COLUMNS_MOST = 24, LINES_MOST = 8, EXACT = 10000 };

/* A cell as it is drawn: lines, perhaps in brackets with a count behind them. */
typedef struct Said {
    const char *line[LINES_MOST];
    const char *times; /* "× 3", or "" */
    int count;
    bool bracket;
} Said;

typedef struct TableView {
    const View *v;
    const PaperTable *t;
    int width[COLUMNS_MOST + 1], line, gap;
} TableView;

static const char *keep_part(const View *v, const char *from, size_t length) {
    return ui_part(v, TEXT("%.*s", (int)length, from));
}

static Said said_of(const View *v, const TableCell *cell) {
    Said s = {.times = "", .count = 1};
    if (!cell->text) {
        s.line[0] =
            cell->count < EXACT ? ui_count(v, cell->count) : lab_amount(v, (double)cell->count);
        return s;
    }
    const char *end = strchr(cell->text, ']');
    s.line[0] = keep_part(v, cell->text, strlen(cell->text));
    if (cell->text[0] != '[' || !end)
        return s;
    s.bracket = true;
    s.count = 0;
    for (const char *at = cell->text + 1; at < end && s.count < LINES_MOST;) {
        const size_t length = strcspn(at, ";]");
        s.line[s.count++] = keep_part(v, at, length);
        at += length + strspn(at + length, "; ");
    }
    s.times = ui_keep(v, TEXT("× %s", end + strlen("] x ")));
    return s;
}

static bool is_amount(const TableLine *l) {
    return l->word[0] && strcmp(l->word, "table.out") != 0 && strcmp(l->word, "table.depth") != 0 &&
           l->source != TABLE_SHAPE;
}

/* A heading: what it is in one line, and whose it is in the next. */
static Said name_of(const View *v, const TableLine *l) {
    static const char *const whose[] = {[TABLE_PAPER] = "table.paper", [TABLE_OURS] = "table.ours"};
    Said s = {.times = "", .count = 1};
    s.line[0] = l->word[0] ? ui_word(v, l->word) : ui_phrases(v, l->text);
    if (is_amount(l))
        s.line[s.count++] = ui_say(v, "table.whose", ui_word(v, whose[l->source]));
    return s;
}

/* --- Sizes ------------------------------------------------------------------------------------ */

static TextStyle cell_style(const View *v, TextAlign align) {
    return ui_style(v, SIZE_SMALL, TONE_TEXT, align);
}

static int lines_width(const View *v, const Said *s) {
    int width = 0;
    for (int i = 0; i < s->count; i++) {
        const int w = draw_text_width(v->list, cell_style(v, ALIGN_LEFT), s->line[i]);
        width = w > width ? w : width;
    }
    return width;
}

static int said_width(const View *v, const Said *s) {
    const int times = draw_text_width(v->list, cell_style(v, ALIGN_LEFT), s->times);
    return lines_width(v, s) + (s->bracket ? times + 2 * SPACE(v) : 0);
}

static void widen(TableView *w, int column, Said s) {
    const int width = said_width(w->v, &s);
    w->width[column] = width > w->width[column] ? width : w->width[column];
}

static void measure(TableView *w, int room) {
    const PaperTable *t = w->t;
    int all = 0;
    for (int c = 0; c < t->column_count; c++) {
        widen(w, c + 1, name_of(w->v, &t->columns[c]));
        for (int r = 0; r < t->row_count; r++)
            widen(w, c + 1, said_of(w->v, table_cell(t, r, c)));
    }
    for (int r = 0; r < t->row_count; r++) {
        const Said name = name_of(w->v, &t->rows[r]);
        const char *text = lab_join(w->v, name.line[0], name.count > 1 ? name.line[1] : "");
        widen(w, 0, (Said){.line = {text}, .times = "", .count = 1});
    }
    w->width[0] += draw_text_width(w->v->list, cell_style(w->v, ALIGN_LEFT), " *") + 2;
    for (int c = 0; c <= t->column_count; c++)
        all += w->width[c];
    const int left = (room - all) / (t->column_count + 1), most = ui_px(w->v, 40);
    w->gap = left < SPACE(w->v) ? SPACE(w->v) : rect_least(left, most);
}

static int row_lines(const TableView *w, int row) {
    int lines = 1;
    for (int c = 0; c < w->t->column_count; c++) {
        const int count = said_of(w->v, table_cell(w->t, row, c)).count;
        lines = count > lines ? count : lines;
    }
    return lines;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

/* Square brackets about lines, as the papers set them. */
static void draw_brackets(const View *v, Rect lines) {
    const Stroke stroke = {.width = v->state->big ? 2 : 1, .color = v->theme->dim};
    const int arm = ui_px(v, 4);
    for (int side = 0; side < 2; side++) {
        const double x = side ? lines.x + lines.w + arm : lines.x - arm,
                     in = side ? x - arm : x + arm;
        const Point points[] = {{in, lines.y + 1},
                                {x, lines.y + 1},
                                {x, lines.y + lines.h - 1},
                                {in, lines.y + lines.h - 1}};
        draw_polyline(v->list, points, 4, stroke);
    }
}

static void draw_said(const TableView *w, Rect box, const Said *s, TextStyle style) {
    const View *v = w->v;
    const int width = said_width(v, s), height = s->count * w->line;
    Rect lines = {box.x + (box.w - width) / 2, box.y + (box.h - height) / 2, width, height};
    if (s->bracket) {
        rect_cut_left(&lines, SPACE(v) / 2);
        const Rect times = {lines.x + lines_width(v, s) + SPACE(v), lines.y,
                            width - lines_width(v, s) - SPACE(v), lines.h};
        lines.w = lines_width(v, s);
        draw_brackets(v, lines);
        style.align = ALIGN_LEFT;
        draw_text(v->list, times, style, s->times);
    } else if (style.align == ALIGN_RIGHT) {
        lines.x = box.x;
        lines.w = box.w;
    }
    style.align = s->bracket ? ALIGN_CENTRE : style.align;
    for (int i = 0; i < s->count; i++)
        draw_text(v->list, rect_cut_top(&lines, w->line), style, s->line[i]);
}

/* Networks that have the same in a row share a cell, as in the papers. */
static int alike(const TableView *w, int row, int column) {
    int end = column + 1;
    const TableCell *first = table_cell(w->t, row, column);
    if (!w->t->family || column == 0 || !first->text || !first->text[0])
        return end;
    while (end < w->t->column_count) {
        const TableCell *next = table_cell(w->t, row, end);
        if (!next->text || strcmp(next->text, first->text) != 0)
            break;
        end++;
    }
    return end;
}

static void draw_row_cells(const TableView *w, Rect row, int index) {
    const View *v = w->v;
    for (int c = 0, end; c < w->t->column_count; c = end) {
        Rect box = rect_cut_left(&row, w->width[c + 1] + w->gap);
        end = alike(w, index, c);
        for (int k = c + 1; k < end; k++)
            box.w += rect_cut_left(&row, w->width[k + 1] + w->gap).w;
        const TableCell *cell = table_cell(w->t, index, c);
        const Said s = said_of(v, cell);
        const bool number = !w->t->family && is_amount(&w->t->columns[c]);
        if (end > c + 1)
            draw_fill(v->list, rect_inset(box, 1, 1), v->theme->raised);
        box.w -= w->gap / 2;
        rect_cut_left(&box, w->gap - w->gap / 2);
        draw_said(w, box, &s, cell_style(v, number ? ALIGN_RIGHT : ALIGN_CENTRE));
    }
}

static void draw_row(const TableView *w, Rect row, int index) {
    const View *v = w->v;
    const TableLine *l = &w->t->rows[index];
    const bool chosen =
        l->at[0] && v->node >= 0 && strcmp(v->graph->nodes[v->node].name, l->at) == 0;
    const Said name = name_of(v, l);
    const char *text = lab_join(v, name.line[0], name.count > 1 ? name.line[1] : "");
    if (ui_hovers(v, row))
        draw_fill(v->list, row, theme_mix(v->theme->panel, v->theme->raised, 0.6));
    draw_region(v->list, row, l->at[0] ? TEXT("layer.select %s", l->at) : NULL, "table.row.%d",
                index);
    draw_hint(v->list, l->why);
    Rect first = rect_cut_left(&row, w->width[0]);
    draw_text(v->list, first, ui_style(v, SIZE_SMALL, chosen ? TONE_ACCENT : TONE_TEXT, ALIGN_LEFT),
              l->why[0] ? ui_keep(v, TEXT("%s *", text)) : text);
    draw_row_cells(w, row, index);
}

static void draw_head(const TableView *w, Rect row) {
    const View *v = w->v;
    rect_cut_left(&row, w->width[0]);
    for (int c = 0; c < w->t->column_count; c++) {
        Rect box = rect_cut_left(&row, w->width[c + 1] + w->gap);
        const Said name = name_of(v, &w->t->columns[c]);
        const bool number = !w->t->family && is_amount(&w->t->columns[c]);
        box.w -= w->gap / 2;
        rect_cut_left(&box, w->gap - w->gap / 2);
        draw_said(w, box, &name,
                  ui_style(v, SIZE_SMALL, TONE_DIM, number ? ALIGN_RIGHT : ALIGN_CENTRE));
    }
}

static int all_lines(const TableView *w) {
    enum { HEAD = 2 };
    int lines = HEAD;
    for (int r = 0; r < w->t->row_count; r++)
        lines += row_lines(w, r);
    return lines;
}

static void draw_table(const TableView *w, Rect box) {
    const View *v = w->v;
    const int air = (box.h - 1 - all_lines(w) * w->line) / w->t->row_count;
    const int between = air < 0 ? 0 : rect_least(air, ui_px(v, 10));
    draw_head(w, rect_cut_top(&box, 2 * w->line));
    draw_fill(v->list, rect_cut_top(&box, 1), v->theme->line);
    for (int r = 0; r < w->t->row_count; r++)
        draw_row(w, rect_cut_top(&box, row_lines(w, r) * w->line + between), r);
}

/* Where there is little room lines stand closer. */
static int line_height(const TableView *w, int height) {
    const View *v = w->v;
    const int least = draw_text_height(v->list, cell_style(v, ALIGN_LEFT));
    const int fits = (height - 1) / all_lines(w), most = ui_line(v, SIZE_SMALL);
    return fits > most ? most : fits < least ? least : fits;
}

void bench_table(const View *v, Rect box) {
    const Work *work = bench_work(v->session);
    draw_region(v->list, box, NULL, "view.table");
    if (!work || bench_waits(v, box, work, ui_word(v, "table.waiting")))
        return;
    const PaperTable *t = paper_table_of(work);
    if (!t || t->column_count > COLUMNS_MOST)
        return;
    TableView w = {.v = v, .t = t, .line = ui_line(v, SIZE_SMALL)};
    const int needs = all_lines(&w) * w.line;
    const char *where = ui_phrases(v, t->source);
    const char *source = ui_say(v, "table.source", t->title, v->model->paper, where);
    const bool tight = box.h < needs + ui_line(v, SIZE_HEAD) + 2 * w.line;
    ui_heading(v, &box, ui_word(v, "bench.table"), tight ? where : source);
    if (!tight)
        lab_caption(v, &box, (int)(needs / v->scale), ui_word(v, "table.about"));
    w.line = line_height(&w, box.h);
    measure(&w, box.w);
    draw_table(&w, box);
}
