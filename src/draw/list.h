/* The display list: what a picture consists of, before anything draws it. A view fills one; a back
 * end (draw/sdl_render.h) turns it into pixels, and tests ask it what is said where. Items are
 * drawn in the order in which they were added. Everything lies in the list's arena, so a picture is
 * forgotten at once. */
#ifndef DRAW_LIST_H
#define DRAW_LIST_H

#include "base/arena.h"
#include "draw/rect.h"
#include <stdint.h>

typedef struct Color {
    uint8_t r, g, b, a; /* a: 255 is opaque */
} Color;

typedef enum TextFace { FACE_SANS, FACE_MONO, FACES } TextFace;
typedef enum TextAlign { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } TextAlign;
typedef struct TextStyle {
    TextFace face;
    int size; /* logical pixels an em */
    Color color;
    TextAlign align;
} TextStyle;

/* How large texts come out, in logical pixels: of the fonts in use (draw/sdl_font.h), or made up.
 */
typedef struct TextMetrics {
    int (*width)(void *context, TextFace face, int size, const char *text);
    int (*height)(void *context, TextFace face, int size); /* of a line */
    void *context;
} TextMetrics;

typedef enum ItemKind { ITEM_FILL, ITEM_FRAME, ITEM_LINE, ITEM_IMAGE, ITEM_TEXT } ItemKind;

typedef struct DrawItem {
    ItemKind kind;
    Rect box; /* of a text: what its letters take; of a line: from (x, y) to (x + w, y + h) */
    Color color;
    const uint8_t *pixels; /* of an image: width * height * channels, rows top to bottom */
    int width, height, channels;
    const char *text;  /* as drawn, perhaps cut: "inception (3a), 5x5 re…" */
    const char *whole; /* what was to be said */
    TextStyle style;
    Rect given; /* the box that the text had to keep to */
} DrawItem;

/* A place with a name, such as "layer.conv1", and the action that a click on it means, or NULL. */
typedef struct DrawRegion {
    const char *name, *action;
    Rect box;
} DrawRegion;

typedef struct DrawList {
    Arena arena;
    const TextMetrics *metrics;
    int width, height;
    DrawItem *items;
    DrawRegion *regions;
    size_t item_count, item_capacity, region_count, region_capacity;
    Error error; /* the first failure (memory); what did not fit is missing from the picture */
} DrawList;

/* Forgets what the list held; it must be zero-initialised or begun before. metrics must live on. */
void draw_begin(DrawList *list, const TextMetrics *metrics, int width, int height);
void draw_free(DrawList *list);

void draw_fill(DrawList *list, Rect box, Color color);
void draw_frame(DrawList *list, Rect box, Color color); /* a thin border, inside the box */
void draw_line(DrawList *list, int x0, int y0, int x1, int y1, Color color);
/* Grey, RGB or RGBA pixels stretched over the box; every pixel stays a sharp rectangle. They must
 * live as long as the list. */
void draw_image(DrawList *list, Rect box, const uint8_t *pixels, int width, int height,
                int channels);
/* Room for such pixels, zeroed, that lives as long as the list; NULL if there is no memory. */
uint8_t *draw_pixels(DrawList *list, int width, int height, int channels);

/* One line of text, in the middle of the box's height, aligned in its width. What is too wide ends
 * in "…"; what cannot even show that, or is too tall for the box, is left out. Returns what it
 * takes (width 0 if nothing). */
Rect draw_text(DrawList *list, Rect box, TextStyle style, const char *text);
Rect draw_textf(DrawList *list, Rect box, TextStyle style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int draw_text_width(const DrawList *list, TextStyle style, const char *text);
/* Text broken into lines of `line` height, at spaces where there are any, from the top of the box
 * down; what is more than fits ends in "…". Returns the height of the lines. */
int draw_paragraph(DrawList *list, Rect box, TextStyle style, int line, const char *text);
/* The height that a paragraph needs in a box of this width. */
int draw_paragraph_height(const DrawList *list, int width, TextStyle style, int line,
                          const char *text);

/* Names a place. `action` (copied) may be NULL. */
void draw_region(DrawList *list, Rect box, const char *action, const char *name, ...)
    __attribute__((format(printf, 4, 5)));
/* By name; and the topmost at a point that has an action. NULL if there is none. */
const DrawRegion *draw_region_find(const DrawList *list, const char *name);
const DrawRegion *draw_region_at(const DrawList *list, int x, int y);
/* The first text that contains these words, as drawn; NULL if none does. */
const DrawItem *draw_text_find(const DrawList *list, const char *words);

#endif
