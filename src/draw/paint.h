/* A display list onto a canvas. */
#ifndef DRAW_PAINT_H
#define DRAW_PAINT_H

#include "draw/canvas.h"

/* A text as drawn: w * h bytes, 255 where the letters cover a pixel. */
typedef struct TextMask {
    int w, h;
    const uint8_t *bytes;
} TextMask;

/* Who draws the letters (draw/sdl_font.h). A mask lives until the next one is asked for. */
typedef struct TextPainter {
    bool (*mask)(void *context, TextFace face, int size, const char *text, TextMask *mask,
                 Error *err);
    void *context;
} TextPainter;

typedef struct Painter {
    Canvas canvas;
    double scale; /* the canvas's pixels to a logical one */
    TextPainter text;
    Raster raster;
} Painter;

void painter_free(Painter *painter);

/* What of the canvas an item can touch, in pixels. */
Rect paint_bounds(const Painter *painter, const DrawItem *item);
/* Paints what lies within the clip, on black. False if something could not be drawn (the rest is).
 */
bool paint_list(Painter *painter, const DrawList *list, Rect clip, Error *err);

#endif
