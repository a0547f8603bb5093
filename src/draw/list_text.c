/* Texts: lines that keep to their box, and paragraphs. */
#include "base/text.h"
#include "draw/list_parts.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\u2026"

TextFace text_face(TextStyle style) {
    if (!style.bold)
        return style.face;
    return style.face == FACE_SANS   ? FACE_SANS_BOLD
           : style.face == FACE_MONO ? FACE_MONO_BOLD
                                     : style.face;
}

int draw_text_width(const DrawList *list, TextStyle style, const char *text) {
    return list->metrics->width(list->metrics->context, text_face(style), style.size, text);
}

int draw_text_height(const DrawList *list, TextStyle style) {
    return list->metrics->height(list->metrics->context, text_face(style), style.size);
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* Bytes of the character at the beginning of a text; those that are no UTF-8 count one each. */
static size_t character_bytes(const char *text, size_t length) {
    size_t bytes = text_character(text, length);
    return bytes ? bytes : 1;
}

/* Where the characters of a text begin: at most `most` offsets, and the end. */
static size_t character_starts(const char *text, size_t length, size_t *starts, size_t most) {
    size_t count = 0, at = 0;
    while (at < length && count < most) {
        starts[count++] = at;
        at += character_bytes(text + at, length - at);
    }
    starts[count] = at;
    return count;
}

/* The longest beginning of a text that fits `width` with an ellipsis after it; NULL if not even the
 * ellipsis does. A space before the ellipsis is dropped. */
static const char *cut_text(DrawList *list, TextStyle style, const char *text, int width) {
    enum { MOST = 400 };
    size_t starts[MOST + 1];
    size_t low = 0, high = character_starts(text, strlen(text), starts, MOST);
    char buffer[4 * MOST + sizeof ELLIPSIS];
    if (draw_text_width(list, style, ELLIPSIS) > width)
        return NULL;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        text_format(buffer, sizeof buffer, "%.*s" ELLIPSIS, (int)starts[middle], text);
        if (draw_text_width(list, style, buffer) <= width)
            low = middle;
        else
            high = middle - 1;
    }
    size_t bytes = starts[low];
    while (bytes && text[bytes - 1] == ' ')
        bytes--;
    return arena_format(&list->arena, &list->error, "%.*s" ELLIPSIS, (int)bytes, text);
}

static int align_text(Rect box, TextAlign align, int width) {
    int room = box.w - width;
    return align == ALIGN_LEFT ? box.x : align == ALIGN_RIGHT ? box.x + room : box.x + room / 2;
}

static Rect leave_out(DrawList *list, const DrawItem *item) {
    if (item->whole && list_sees(list, item->given))
        list_add_missing(list, item);
    return (Rect){item->given.x, item->given.y, 0, 0};
}

Rect draw_text(DrawList *list, Rect box, TextStyle style, const char *text) {
    Rect none = {box.x, box.y, 0, 0};
    const char *whole = text[0] ? arena_text(&list->arena, text, &list->error) : NULL;
    if (!whole)
        return none;
    DrawItem item = {.kind = ITEM_TEXT,
                     .color = style.color,
                     .text = whole,
                     .whole = whole,
                     .style = style,
                     .given = box};
    int height = draw_text_height(list, style);
    if (height > box.h)
        return leave_out(list, &item);
    int width = draw_text_width(list, style, whole);
    if (width > box.w) {
        item.text = cut_text(list, style, whole, box.w);
        if (!item.text)
            return leave_out(list, &item);
        width = draw_text_width(list, style, item.text);
    }
    if (width < 1)
        return none;
    item.box =
        (Rect){align_text(box, style.align, width), box.y + (box.h - height) / 2, width, height};
    list_add(list, &item);
    return item.box;
}

static Rect draw_formatted(DrawList *list, Rect box, TextStyle style, const char *format,
                           va_list arguments) {
    char text[500];
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(text, sizeof text, format, arguments);
    char *whole = text;
    if (length >= (int)sizeof text) {
        whole = arena_alloc(&list->arena, (size_t)length + 1, 1, &list->error);
        if (whole)
            vsnprintf(whole, (size_t)length + 1, format, again);
    }
    va_end(again);
    return length < 0 || !whole ? (Rect){box.x, box.y, 0, 0} : draw_text(list, box, style, whole);
}

Rect draw_textf(DrawList *list, Rect box, TextStyle style, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Rect taken = draw_formatted(list, box, style, format, arguments);
    va_end(arguments);
    return taken;
}

/* As strstr, a no-break space being a space. */
static bool says(const char *text, const char *words) {
    static const char space[] = "\u00a0";
    char plain[1000];
    size_t length = 0;
    for (; *text && length + 1 < sizeof plain; text++) {
        const bool wide = strncmp(text, space, sizeof space - 1) == 0;
        plain[length++] = wide ? ' ' : *text;
        text += wide ? sizeof space - 2 : 0;
    }
    plain[length] = '\0';
    return strstr(plain, words) != NULL;
}

const DrawItem *draw_text_find(const DrawList *list, const char *words) {
    for (size_t i = 0; i < list->item_count; i++)
        if (list->items[i].kind == ITEM_TEXT && says(list->items[i].text, words))
            return &list->items[i];
    return NULL;
}

/* --- Paragraphs ------------------------------------------------------------------------------- */

enum { LINE_MAX_BYTES = 1000 };

static bool fits(const DrawList *list, TextStyle style, const char *text, size_t bytes, int width) {
    char buffer[LINE_MAX_BYTES + 1];
    text_format(buffer, sizeof buffer, "%.*s", (int)bytes, text);
    return draw_text_width(list, style, buffer) <= width;
}

/* As many characters as fit, at least one: of a word that is too long for a line. */
static size_t letters_bytes(const DrawList *list, TextStyle style, const char *text, size_t length,
                            int width) {
    size_t bytes = 0;
    while (bytes < length) {
        size_t more = bytes + character_bytes(text + bytes, length - bytes);
        if (bytes && !fits(list, style, text, more, width))
            break;
        bytes = more;
    }
    return bytes;
}

/* How many bytes of the text go on a line: whole words if there are any that fit. */
static size_t line_bytes(const DrawList *list, TextStyle style, const char *text, int width) {
    size_t end = strcspn(text, "\n"), words = 0;
    if (end > LINE_MAX_BYTES)
        for (end = LINE_MAX_BYTES; end && (text[end] & 0xc0) == 0x80;)
            end--;
    while (words < end) {
        size_t at = words + strspn(text + words, " ");
        if (at >= end)
            break; /* only spaces are left */
        at += strcspn(text + at, " \n");
        at = at < end ? at : end;
        if (!fits(list, style, text, at, width))
            return words ? words : letters_bytes(list, style, text, at, width);
        words = at;
    }
    return words;
}

/* What comes after a line: without the spaces around its end, and the end itself. */
static const char *next_line(const char *text, size_t bytes) {
    text += bytes;
    text += strspn(text, " ");
    return *text == '\n' ? text + 1 : text;
}

int draw_paragraph_height(const DrawList *list, int width, TextStyle style, int line,
                          const char *text) {
    int height = 0;
    for (; *text; height += line)
        text = next_line(text, line_bytes(list, style, text, width));
    return height;
}

/* All that is left, on one line. */
static void draw_rest(DrawList *list, Rect row, TextStyle style, const char *text) {
    char *rest = arena_text(&list->arena, text, &list->error);
    if (!rest)
        return;
    for (char *c = rest; *c; c++)
        if (*c == '\n')
            *c = ' ';
    draw_text(list, row, style, rest);
}

int draw_paragraph(DrawList *list, Rect box, TextStyle style, int line, const char *text) {
    int top = box.y;
    if (*text && box.h < line)
        leave_out(list, &(DrawItem){.whole = arena_text(&list->arena, text, &list->error),
                                    .style = style,
                                    .given = box});
    while (*text && box.h >= line) {
        size_t bytes = line_bytes(list, style, text, box.w);
        bool last = box.h < 2 * line;
        Rect row = rect_cut_top(&box, line);
        if (last)
            draw_rest(list, row, style, text);
        else
            draw_textf(list, row, style, "%.*s", (int)bytes, text);
        text = next_line(text, bytes);
    }
    return box.y - top;
}
