/* The display list: what a picture consists of, before anything draws it. A view fills one; a back
 * end (draw/sdl_render.h) turns it into pixels, and tests ask it what is said where. Items are
 * drawn in the order in which they were added. Everything lies in the list's arena, so a picture is
 * forgotten at once. */
#ifndef DRAW_LIST_H
#define DRAW_LIST_H

#include "base/arena.h"
#include "draw/image_key.h"
#include "draw/rect.h"
#include <stdint.h>

typedef struct Color {
    uint8_t r, g, b, a; /* a: 255 is opaque */
} Color;

/* Numbers that stand under each other are set in FACE_MONO, all of whose characters are as wide. */
typedef enum TextFace { FACE_SANS, FACE_MONO, FACE_SANS_BOLD, FACE_MONO_BOLD, FACES } TextFace;
typedef enum TextAlign { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } TextAlign;
typedef struct TextStyle {
    TextFace face;
    int size; /* logical pixels an em */
    Color color;
    TextAlign align;
    bool bold;    /* the face's bold cut, if there is one */
    bool may_cut; /* a name of any length: draw_list_check lets it end in "…" or be left out where a
                     region's hint (draw_hint) says it whole. No figures */
} TextStyle;

/* The cut of the face that a style asks for. */
TextFace text_face(TextStyle style);

/* How large texts come out, in logical pixels: of the fonts in use (draw/sdl_font.h), or made up.
 */
typedef struct TextMetrics {
    int (*width)(void *context, TextFace face, int size, const char *text);
    int (*height)(void *context, TextFace face, int size); /* of a line */
    void *context;
} TextMetrics;

/* How a line is drawn; lengths in logical pixels. */
typedef struct Stroke {
    double width;
    Color color;
    bool arrow;       /* a head at the last point */
    bool closed;      /* back to the first point */
    double dash, gap; /* both above 0: dashed */
} Stroke;

typedef enum ItemKind {
    ITEM_FILL,
    ITEM_FRAME,
    ITEM_LINE,
    ITEM_IMAGE,
    ITEM_TEXT,
    ITEM_POLYGON,
    ITEM_POLYLINE
} ItemKind;

typedef struct DrawItem {
    ItemKind kind;
    Rect box;  /* of a text: what its letters take; of a line: from (x, y) to (x + w, y + h); of a
                  polygon or polyline: the pixels that it can touch */
    Rect clip; /* nothing of it is seen outside */
    int layer;
    Color color;
    const uint8_t *pixels; /* of an image: width * height * channels, rows top to bottom */
    int width, height, channels;
    bool keyed; /* `key` promises these pixels */
    ImageKey key;
    const Point *points; /* of a polygon or polyline */
    int point_count;
    Stroke stroke;
    const char *text;  /* as drawn, perhaps cut: "inception (3a), 5x5 re…" */
    const char *whole; /* what was to be said */
    TextStyle style;
    Rect given; /* the box that the text had to keep to */
} DrawItem;

/* A place with a name, such as "layer.conv1", the action that a click on it means, and what is said
 * while the mouse rests on it; these two may be NULL. */
typedef enum DrawCells { CELLS_NONE, CELLS_YX, CELLS_INDEX } DrawCells;
/* Cells of a region are a part of something larger: cell (i, j) is (first[0] + step[0] * i,
 * first[1] + step[1] * j) of its rows and columns; beyond `end` there is nothing. */
typedef struct DrawPart {
    int first[2], step[2], end[2];
} DrawPart;
typedef struct DrawRegion {
    const char *name, *action, *hint;
    int rows, columns;        /* of cells in it; 0: it is one place */
    Rect whole;               /* what the cells divide: `box` before clipping */
    DrawCells click;          /* what of the cell follows the action: nothing, "Y X", its number */
    const char *group, *drag; /* what the mouse held down means in regions of that group; or NULL */
    const char *hover; /* the action that the mouse over a cell means, "Y X" following; or NULL */
    DrawPart part;     /* what Y X of the hover action mean; end 0: the region's own cells */
    Rect box;          /* what of it is not clipped away */
    int layer;
} DrawRegion;

/* Items and regions that belong together, under a name: what a file of vectors keeps as one thing.
 * Groups lie within each other or apart. */
typedef struct DrawGroup {
    const char *name;
    size_t first, end;               /* items */
    size_t first_region, end_region; /* named in it */
    int parent;                      /* -1: none */
} DrawGroup;

enum { DRAW_CLIPS = 16 }; /* within each other */

typedef struct DrawList {
    Arena arena;
    const TextMetrics *metrics;
    int width, height;
    DrawItem *items;
    DrawItem *missing; /* texts for which there was no room at all: `whole`, `style`, `given` */
    DrawRegion *regions;
    DrawGroup *groups; /* in the order in which they begin */
    size_t group_count, group_capacity;
    int group; /* the innermost that is open; -1: none */
    size_t item_count, item_capacity, missing_count, missing_capacity, region_count,
        region_capacity;
    Rect clips[DRAW_CLIPS];
    int clip_count, layer;
    bool region_is_seen; /* the last region was not clipped away */
    Error error; /* the first failure (memory); what did not fit is missing from the picture */
} DrawList;

/* Forgets what the list held; it must be zero-initialised or begun before. metrics must live on. */
void draw_begin(DrawList *list, const TextMetrics *metrics, int width, int height);
void draw_free(DrawList *list);

/* What is drawn between these two is seen only within the box, and within that of the pair around.
 * What would not be seen at all does not come into the list: neither texts nor regions there are
 * found. */
void draw_clip_begin(DrawList *list, Rect box);
void draw_clip_end(DrawList *list);
/* From here on, what is drawn belongs to this layer (0 at first). An overlay is drawn on a higher
 * one, after a veil: its texts may lie over others, and its regions hide those below. */
void draw_layer(DrawList *list, int layer);

/* What is drawn between these two is a group. The name is copied. */
void draw_group_begin(DrawList *list, const char *name);
void draw_group_end(DrawList *list);

void draw_fill(DrawList *list, Rect box, Color color);
void draw_frame(DrawList *list, Rect box, Color color); /* a thin border, inside the box */
/* Level and upright ones are as wide as frames are, and their last pixel is not drawn. */
void draw_line(DrawList *list, int x0, int y0, int x1, int y1, Color color);
/* With soft edges, save that long level and upright ones come to lie on whole pixels, as fills do.
 * Points are copied. */
void draw_polygon(DrawList *list, const Point *points, int count, Color color); /* convex */
/* Mitred, where that is not too sharp. */
void draw_polyline(DrawList *list, const Point *points, int count, Stroke stroke);
void draw_disc(DrawList *list, Point centre, double radius, Color color);
void draw_circle(DrawList *list, Point centre, double radius, Stroke stroke);
/* Grey, RGB or RGBA pixels stretched over the box; every pixel stays a sharp rectangle. They must
 * live as long as the list. */
void draw_image(DrawList *list, Rect box, const uint8_t *pixels, int width, int height,
                int channels);
/* The same, with a promise: wherever this key appears with this size, the pixels are these. So a
 * back end need not look at them again (draw/image_cache.h keeps them for the view). */
void draw_image_keyed(DrawList *list, Rect box, ImageKey key, const uint8_t *pixels, int width,
                      int height, int channels);
/* Room for such pixels, zeroed, that lives as long as the list; NULL if there is no memory. */
uint8_t *draw_pixels(DrawList *list, int width, int height, int channels);

/* One line of text, in the middle of the box's height, aligned in its width. What is too wide ends
 * in "…"; what cannot even show that, or is too tall for the box, is left out (and counted as
 * missing). Returns what it takes (width 0 if nothing), even if that is clipped away. */
Rect draw_text(DrawList *list, Rect box, TextStyle style, const char *text);
Rect draw_textf(DrawList *list, Rect box, TextStyle style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int draw_text_width(const DrawList *list, TextStyle style, const char *text);
int draw_text_height(const DrawList *list, TextStyle style); /* the least that its box needs */
/* Text broken into lines of `line` height, at spaces where there are any and at line ends, from the
 * top of the box down; what is more than fits ends in "…". Returns the height of the lines. */
int draw_paragraph(DrawList *list, Rect box, TextStyle style, int line, const char *text);
/* The height that a paragraph needs in a box of this width. */
int draw_paragraph_height(const DrawList *list, int width, TextStyle style, int line,
                          const char *text);

/* Names a place. `action` (copied) may be NULL. */
void draw_region(DrawList *list, Rect box, const char *action, const char *name, ...)
    __attribute__((format(printf, 4, 5)));
/* What hovering over the last region says; copied. NULL or "": nothing. */
void draw_hint(DrawList *list, const char *text);
/* Divides the last region into cells: a click adds the cell's place to the action, and the mouse
 * over one means `hover` (copied; NULL: nothing) with it. */
void draw_cells(DrawList *list, int rows, int columns, DrawCells click, const char *hover);
/* The last region is dragged over: its action counts as soon as the button is pressed there, and
 * from then on that of every region of the same `group` that the mouse comes to, or `action` with
 * the cell's place, if that is not NULL. Both are copied. */
void draw_drag(DrawList *list, const char *group, const char *action);
/* What the mouse held down since it was pressed in a region of that group means at a point; NULL:
 * nothing. */
const char *draw_drag_at(const DrawList *list, const char *group, int x, int y, char *buffer,
                         size_t size);
/* Hovering the cells just divided tells the places of the whole. */
void draw_cells_part(DrawList *list, DrawPart part);
/* What a click or the mouse at a point of the region means, its cell included; NULL: nothing. */
const char *draw_region_click(const DrawRegion *region, int x, int y, char *buffer, size_t size);
const char *draw_region_hover(const DrawRegion *region, int x, int y, char *buffer, size_t size);
/* As draw_region_at: the topmost that has a hover action. */
const DrawRegion *draw_hover_at(const DrawList *list, int x, int y);
/* By name. NULL if there is none (or it is clipped away). */
const DrawRegion *draw_region_find(const DrawList *list, const char *name);
/* At a point, among the regions of the highest layer that has any there: the topmost that has an
 * action, or a hint. NULL if there is none. */
const DrawRegion *draw_region_at(const DrawList *list, int x, int y);
const DrawRegion *draw_hint_at(const DrawList *list, int x, int y);
/* The first text that contains these words, as drawn (a no-break space is a space); NULL if none
 * does. */
const DrawItem *draw_text_find(const DrawList *list, const char *words);

/* A point of the list to which it can be taken back, so that what did not fit can be drawn smaller.
 * Clips, layers and open groups must be as they were. */
typedef struct DrawMark {
    size_t items, missing, regions, groups;
} DrawMark;
DrawMark draw_mark(const DrawList *list);
void draw_rewind(DrawList *list, DrawMark mark);
/* Whether no text since then is missing, cut (but for names that may be) or on another of them. */
bool draw_is_whole(const DrawList *list, DrawMark since);

/* Whether all that was to be said can be read: no text is missing, cut (but for names whose whole a
 * hint says), outside of its box or of the screen, or on another of its layer. What is clipped away
 * does not count. False with a sentence about the first that is wrong. */
bool draw_list_check(const DrawList *list, Error *err);

#endif
