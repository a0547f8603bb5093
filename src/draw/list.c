#include "draw/list.h"

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\u2026"

void draw_begin(DrawList *list, const TextMetrics *metrics, int width, int height) {
    draw_free(list);
    list->metrics = metrics;
    list->width = width;
    list->height = height;
}

void draw_free(DrawList *list) {
    arena_free(&list->arena);
    *list = (DrawList){0};
}

/* Room for one more in an array of the arena. What was there before stays until the list is
 * forgotten: at most as much again. */
static void *one_more(DrawList *list, void *items, size_t *count, size_t *capacity, size_t size) {
    if (*count < *capacity)
        return items;
    size_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = arena_alloc(&list->arena, larger, size, &list->error);
    if (!grown)
        return NULL;
    if (*count)
        memcpy(grown, items, *count * size);
    *capacity = larger;
    return grown;
}

static void add_item(DrawList *list, const DrawItem *item) {
    DrawItem *items =
        one_more(list, list->items, &list->item_count, &list->item_capacity, sizeof *items);
    if (!items)
        return;
    list->items = items;
    items[list->item_count++] = *item;
}

void draw_fill(DrawList *list, Rect box, Color color) {
    add_item(list, &(DrawItem){.kind = ITEM_FILL, .box = box, .color = color});
}

void draw_frame(DrawList *list, Rect box, Color color) {
    add_item(list, &(DrawItem){.kind = ITEM_FRAME, .box = box, .color = color});
}

void draw_line(DrawList *list, int x0, int y0, int x1, int y1, Color color) {
    Rect box = {x0, y0, x1 - x0, y1 - y0};
    add_item(list, &(DrawItem){.kind = ITEM_LINE, .box = box, .color = color});
}

void draw_image(DrawList *list, Rect box, const uint8_t *pixels, int width, int height,
                int channels) {
    if (!pixels || width < 1 || height < 1)
        return;
    add_item(list, &(DrawItem){.kind = ITEM_IMAGE,
                               .box = box,
                               .pixels = pixels,
                               .width = width,
                               .height = height,
                               .channels = channels});
}

uint8_t *draw_pixels(DrawList *list, int width, int height, int channels) {
    size_t count;
    if (width < 1 || height < 1 || !size_mul((size_t)width, (size_t)height, &count))
        return NULL;
    return arena_alloc(&list->arena, count, (size_t)channels, &list->error);
}

int draw_text_width(const DrawList *list, TextStyle style, const char *text) {
    return list->metrics->width(list->metrics->context, style.face, style.size, text);
}

/* Where the characters of a text begin: at most `most` offsets, and the end. Bytes that are no
 * UTF-8 count as one each. */
static size_t character_starts(const char *text, size_t length, size_t *starts, size_t most) {
    size_t count = 0, at = 0;
    while (at < length && count < most) {
        starts[count++] = at;
        size_t bytes = text_character(text + at, length - at);
        at += bytes ? bytes : 1;
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

Rect draw_text(DrawList *list, Rect box, TextStyle style, const char *text) {
    Rect none = {box.x, box.y, 0, 0};
    int height = list->metrics->height(list->metrics->context, style.face, style.size);
    if (!text[0] || height > box.h)
        return none;
    const char *whole = arena_text(&list->arena, text, &list->error), *shown = whole;
    if (whole && draw_text_width(list, style, whole) > box.w)
        shown = cut_text(list, style, whole, box.w);
    if (!whole || !shown)
        return none;
    int width = draw_text_width(list, style, shown);
    if (width < 1)
        return none;
    Rect taken = {align_text(box, style.align, width), box.y + (box.h - height) / 2, width, height};
    add_item(list, &(DrawItem){.kind = ITEM_TEXT,
                               .box = taken,
                               .color = style.color,
                               .text = shown,
                               .whole = whole,
                               .style = style,
                               .given = box});
    return taken;
}

Rect draw_textf(DrawList *list, Rect box, TextStyle style, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return draw_text(list, box, style, text);
}

/* --- Paragraphs ------------------------------------------------------------------------------- */

enum { LINE_MAX_BYTES = 1000 };

static bool fits(const DrawList *list, TextStyle style, const char *text, size_t bytes, int width) {
    char buffer[LINE_MAX_BYTES + 1];
    text_format(buffer, sizeof buffer, "%.*s", (int)bytes, text);
    return draw_text_width(list, style, buffer) <= width;
}

/* How many bytes of the text go on a line: whole words, or as many letters as fit of a long one. */
static size_t line_bytes(const DrawList *list, TextStyle style, const char *text, int width) {
    size_t length = strlen(text), words = 0, letters = 0;
    for (size_t at = 0; at < length && at < LINE_MAX_BYTES - 4;) {
        size_t bytes = text_character(text + at, length - at);
        at += bytes ? bytes : 1;
        if (!fits(list, style, text, at, width))
            break;
        letters = at;
        if (text[at] == ' ' || text[at] == '\0')
            words = at;
    }
    return words ? words : letters ? letters : 1;
}

int draw_paragraph_height(const DrawList *list, int width, TextStyle style, int line,
                          const char *text) {
    int height = 0;
    for (; *text; height += line) {
        text += line_bytes(list, style, text, width);
        text += strspn(text, " ");
    }
    return height;
}

int draw_paragraph(DrawList *list, Rect box, TextStyle style, int line, const char *text) {
    int top = box.y;
    while (*text && box.h >= line) {
        size_t bytes = line_bytes(list, style, text, box.w);
        bool last = box.h < 2 * line;
        Rect row = rect_cut_top(&box, line);
        if (last)
            draw_text(list, row, style, text);
        else
            draw_textf(list, row, style, "%.*s", (int)bytes, text);
        text += bytes;
        text += strspn(text, " ");
    }
    return box.y - top;
}

/* --- Regions ---------------------------------------------------------------------------------- */

void draw_region(DrawList *list, Rect box, const char *action, const char *name, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, name);
    vsnprintf(text, sizeof text, name, arguments);
    va_end(arguments);
    DrawRegion *regions =
        one_more(list, list->regions, &list->region_count, &list->region_capacity, sizeof *regions);
    if (!regions)
        return;
    list->regions = regions;
    DrawRegion region = {.box = box, .name = arena_text(&list->arena, text, &list->error)};
    if (action)
        region.action = arena_text(&list->arena, action, &list->error);
    if (region.name)
        regions[list->region_count++] = region;
}

const DrawRegion *draw_region_find(const DrawList *list, const char *name) {
    for (size_t i = 0; i < list->region_count; i++)
        if (strcmp(list->regions[i].name, name) == 0)
            return &list->regions[i];
    return NULL;
}

const DrawRegion *draw_region_at(const DrawList *list, int x, int y) {
    for (size_t i = list->region_count; i-- > 0;)
        if (list->regions[i].action && rect_holds(list->regions[i].box, x, y))
            return &list->regions[i];
    return NULL;
}

const DrawItem *draw_text_find(const DrawList *list, const char *words) {
    for (size_t i = 0; i < list->item_count; i++)
        if (list->items[i].kind == ITEM_TEXT && strstr(list->items[i].text, words))
            return &list->items[i];
    return NULL;
}
