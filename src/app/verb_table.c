#include "app/app.h"

#include "base/text.h"
#include "base/words.h"
#include "model/table.h"
#include <string.h>

/* "parameters (paper)". */
static const char *line_text(Arena *arena, const Words *words, const TableLine *l, Error *err) {
    static const char *const whose[] = {[TABLE_PAPER] = "table.paper", [TABLE_OURS] = "table.ours"};
    const char *what = l->word[0] ? words_get(words, WORDS_EN, l->word) : l->text;
    const bool tells = l->source != TABLE_SHAPE && strncmp(l->word, "table.out", 9) != 0 &&
                       strcmp(l->word, "table.depth") != 0;
    return tells ? arena_format(arena, err, "%s (%s)", what,
                                words_get(words, WORDS_EN, whose[l->source]))
                 : what;
}

/* All texts, the names of the rows first and those of the columns on top; NULL: no memory. */
static const char **texts_of(Arena *arena, const PaperTable *t, const Words *words, Error *err) {
    const int columns = t->column_count + 1;
    const char **texts =
        arena_alloc(arena, (size_t)((t->row_count + 1) * columns), sizeof *texts, err);
    if (!texts)
        return NULL;
    texts[0] = words_get(words, WORDS_EN, "table.layer");
    for (int c = 0; c < t->column_count; c++)
        texts[c + 1] = line_text(arena, words, &t->columns[c], err);
    for (int r = 0; r < t->row_count; r++) {
        texts[(r + 1) * columns] = line_text(arena, words, &t->rows[r], err);
        for (int c = 0; c < t->column_count; c++) {
            const TableCell *cell = table_cell(t, r, c);
            texts[(r + 1) * columns + c + 1] =
                cell->text ? cell->text : arena_format(arena, err, "%lld", (long long)cell->count);
        }
    }
    for (int i = 0; i < (t->row_count + 1) * columns; i++)
        if (!texts[i])
            return NULL;
    return texts;
}

/* RFC 4180: quoted where it holds a comma, a quote or a line end. */
static void put_csv(FILE *out, const char *text) {
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void print_csv(FILE *out, const char *const *texts, int rows, int columns) {
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) {
            put_csv(out, texts[r * columns + c]);
            fputs(c + 1 < columns ? "," : "\r\n", out);
        }
}

static int width_of(const char *const *texts, int rows, int columns, int column) {
    int width = 0;
    for (int r = 0; r < rows; r++) {
        const int length = (int)strlen(texts[r * columns + column]);
        width = length > width ? length : width;
    }
    return width;
}

static void print_text(FILE *out, const PaperTable *t, const char *const *texts) {
    const int columns = t->column_count + 1;
    fprintf(out, "%s\n%s, %s; ours: counted here\n\n", t->title, t->paper, t->source);
    for (int r = 0; r <= t->row_count; r++) {
        for (int c = 0; c < columns; c++)
            fprintf(out, c + 1 < columns ? "%-*s  " : "%*s\n",
                    c + 1 < columns ? width_of(texts, t->row_count + 1, columns, c) : 0,
                    texts[r * columns + c]);
    }
    for (int r = 0; r < t->row_count; r++)
        if (t->rows[r].why[0])
            fprintf(out, "\n%s: %s\n", texts[(r + 1) * columns], t->rows[r].why);
}

bool verb_table(App *app, Error *err) {
    PaperTable table;
    Words *words = words_load(err);
    bool ok = words && table_make(&table, app->options.words[0], err);
    const char **texts = ok ? texts_of(&table.arena, &table, words, err) : NULL;
    if (texts && app->options.csv)
        print_csv(app->out, texts, table.row_count + 1, table.column_count + 1);
    else if (texts)
        print_text(app->out, &table, texts);
    if (words)
        table_free(&table);
    words_free(words);
    return texts != NULL;
}
