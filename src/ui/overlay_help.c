/* The help: every key of the table of actions, in columns, on as many pages as it takes. */
#include "ui/overlays.h"

#include "base/text.h"
#include <string.h>

/* Where a part of the table begins, and what is said above it. */
static const char *const parts[][2] = {{"model.open", "help.open"},    {"layer.next", "help.walk"},
                                       {"unit.select", "help.unit"},   {"playing", "help.play"},
                                       {"block.open", "help.network"}, {"undo", "help.places"},
                                       {"help", "help.look"},          {"export.view", "help.out"}};

static const char *part_begun_by(const Action *action) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i][0], action->name) == 0)
            return parts[i][1];
    return NULL;
}

/* --- Keys ------------------------------------------------------------------------------------- */

enum { KEYS_MOST = 12 };

/* A key's digit with what stands before it, or 0. */
static char digit_of(const char *key) {
    const char last = key[strlen(key) - 1];
    return (char)(last >= '1' && last <= '9' && !(key[0] == 'F' && key[1] <= '9') ? last : 0);
}

/* Their names, at most KEYS_MOST; of a row of digits the first and the last, with "…" between. */
static int key_names(const View *v, const Action *action, const char *names[KEYS_MOST]) {
    char keys[ACTION_KEYS_SIZE];
    int count = 0;
    char before = 0;
    action_every_key(action, keys);
    for (char *at = strtok(keys, " "); at && count < KEYS_MOST; at = strtok(NULL, " ")) {
        const char digit = digit_of(at);
        const bool goes_on = digit && before && digit == before + 1;
        if (goes_on && digit > '2')
            names[count - 1] = ui_key_name(v, at);
        else if (goes_on) {
            names[count++] = "…";
            names[count++] = ui_key_name(v, at);
        } else
            names[count++] = ui_key_name(v, at);
        before = digit;
    }
    return count;
}

typedef struct Cap {
    const char *name;
    int x, line, w; /* from the left of the row; which of its lines */
} Cap;

/* The keys one after the other, broken into lines of a width; returns how many lines. */
static int lay_caps(const View *v, const Action *action, int size, int width, Cap caps[KEYS_MOST],
                    int *count) {
    const char *names[KEYS_MOST];
    const TextStyle mono = ui_mono(v, size, TONE_TEXT, ALIGN_CENTRE);
    const int pad = SPACE(v) / 2, gap = SPACE(v) / 2;
    int x = 0, line = 0;
    *count = key_names(v, action, names);
    for (int i = 0; i < *count; i++) {
        const int w = draw_text_width(v->list, mono, names[i]) + 2 * pad;
        if (x > 0 && x + w > width) {
            x = 0;
            line++;
        }
        caps[i] = (Cap){names[i], x, line, w};
        x += w + gap;
    }
    return line + 1;
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* How the columns stand. */
typedef struct Columns {
    int size; /* of type */
    int count, width, height, keys, line;
} Columns;

static const char *meaning(const View *v, const Action *action) {
    return ui_word(v, TEXT("action.%s", action->name));
}

static bool is_listed(const Action *action) {
    char keys[ACTION_KEYS_SIZE];
    return action_every_key(action, keys)[0] && strcmp(action->name, "nothing") != 0;
}

static int row_height(const View *v, const Columns *c, const Action *action) {
    Cap caps[KEYS_MOST];
    int count;
    const TextStyle text = ui_style(v, c->size, TONE_TEXT, ALIGN_LEFT);
    const int words = draw_paragraph_height(v->list, c->width - c->keys - SPACE(v), text,
                                            ui_line(v, c->size), meaning(v, action));
    const int keys = lay_caps(v, action, c->size, c->keys, caps, &count) * c->line;
    return (words > keys ? words : keys) + SPACE(v) / 2;
}

static void draw_row(const View *v, const Columns *c, Rect row, const Action *action) {
    Cap caps[KEYS_MOST];
    int count;
    draw_region(v->list, row, "back", "help.row.%s", action->name);
    lay_caps(v, action, c->size, c->keys, caps, &count);
    for (int i = 0; i < count; i++) {
        const Rect cap = {row.x + caps[i].x, row.y + caps[i].line * c->line, caps[i].w,
                          c->line - 2};
        if (strcmp(caps[i].name, "…") != 0)
            draw_fill(v->list, cap, v->theme->raised);
        draw_text(v->list, cap, ui_mono(v, c->size, TONE_TEXT, ALIGN_CENTRE), caps[i].name);
    }
    rect_cut_left(&row, c->keys + SPACE(v));
    draw_paragraph(v->list, row, ui_style(v, c->size, TONE_TEXT, ALIGN_LEFT), ui_line(v, c->size),
                   meaning(v, action));
}

static int part_height(const View *v) {
    return ui_line(v, SIZE_BODY) + SPACE(v);
}

/* Goes through all rows column by column, and draws those of one page (-1: none). Returns how many
 * pages there are. */
static int walk(const View *v, const Columns *c, Rect box, int wanted) {
    const char *part = NULL;
    int column = 0, used = 0;
    for (const Action *a = actions; a->name; a++) {
        part = part_begun_by(a) ? part_begun_by(a) : part; /* said above its first row */
        if (!is_listed(a))
            continue;
        const int height = row_height(v, c, a), above = part ? part_height(v) : 0;
        if (used > 0 && used + above + height > c->height) {
            column++;
            used = 0;
        }
        if (column / c->count == wanted) {
            Rect place = {box.x + column % c->count * (c->width + 3 * SPACE(v)), box.y + used,
                          c->width, above};
            TextStyle head = ui_style(v, SIZE_BODY, TONE_ACCENT, ALIGN_LEFT);
            if (part)
                draw_text(v->list, rect_cut_bottom(&place, ui_line(v, SIZE_BODY)), head,
                          ui_word(v, part));
            draw_row(v, c, (Rect){place.x, box.y + used + above, c->width, height}, a);
        }
        used += above + height;
        part = NULL;
    }
    return column / c->count + 1;
}

/* --- The whole -------------------------------------------------------------------------------- */

static Columns columns_of(const View *v, Rect box, int size, int count) {
    const int gap = 3 * SPACE(v), width = (box.w - (count - 1) * gap) / count;
    return (Columns){.size = size,
                     .count = count,
                     .width = width,
                     .height = box.h,
                     .keys = width * 2 / 5,
                     .line = ui_line(v, size) + 2};
}

/* The largest type and the fewest columns in which all of it is one page; else as much on a page as
 * can be. */
static Columns choose_columns(const View *v, Rect box) {
    static const int sizes[] = {SIZE_BODY, SIZE_SMALL};
    const int gap = 3 * SPACE(v);
    int most = 1;
    for (int i = 0; i < 2; i++) {
        most = (box.w + gap) / (ui_px(v, 23 * sizes[i]) + gap);
        most = most < 1 ? 1 : most > 4 ? 4 : most;
        for (int count = 1; count <= most; count++) {
            const Columns c = columns_of(v, box, sizes[i], count);
            if (walk(v, &c, box, -1) == 1)
                return c;
        }
    }
    return columns_of(v, box, SIZE_SMALL, most);
}

/* Which page, and the way to the others. */
static void draw_pages(const View *v, Rect row, int page, int pages) {
    const UiButton buttons[] = {
        {.text = "‹", .action = "choice.prev", .region = "help.prev", .keyless = true},
        {.text = "›", .action = "choice.next", .region = "help.next", .keyless = true}};
    ui_buttons(v, rect_cut_left(&row, ui_px(v, 76)), buttons, 2);
    draw_text(v->list, row, ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT),
              ui_say(v, "help.page", TEXT("%d", page + 1), TEXT("%d", pages),
                     ui_key_name(v, "PageDown")));
}

void overlay_help_view(const View *v, Rect screen) {
    Rect box = overlay_begin(v, screen, rect_least(screen.w - 2 * SPACE(v), ui_px(v, 1720)),
                             screen.h - 4 * SPACE(v));
    draw_region(v->list, box, "back", "help");
    box = rect_inset(box, 2 * SPACE(v), SPACE(v));
    ui_heading(v, &box, ui_word(v, "help.title"),
               ui_say(v, "help.palette", ui_key(v, action_find("palette"))));
    Columns c = choose_columns(v, box);
    int pages = walk(v, &c, box, -1);
    if (pages > 1) {
        Rect row = rect_cut_bottom(&box, ui_px(v, 32));
        c = columns_of(v, box, c.size, c.count);
        pages = walk(v, &c, box, -1);
        draw_pages(v, row, rect_least(v->state->choice, pages - 1), pages);
    }
    walk(v, &c, box, rect_least(v->state->choice, pages - 1));
    v->session->help_pages = pages;
}
