/* Pixels to draw on, by the processor: the same on every machine, whatever shows them in the end.
 * All of it in the pixels of the screen; nothing is drawn outside of the clip, which must lie
 * within the canvas. */
#ifndef DRAW_CANVAS_H
#define DRAW_CANVAS_H

#include "draw/list.h"
#include "draw/raster.h"

typedef struct Canvas {
    uint32_t *pixels; /* rows top to bottom, 0xffRRGGBB */
    size_t capacity;
    int width, height;
    int *columns; /* scratch: where each column of an image comes from */
    size_t column_capacity;
} Canvas;

/* Zero-initialised is empty. After this the pixels hold anything. */
bool canvas_resize(Canvas *canvas, int width, int height, Error *err);
void canvas_free(Canvas *canvas);

void canvas_fill(Canvas *canvas, Rect clip, Rect box, Color color);
/* An image of the list, stretched over the box; each pixel of the canvas has the colour of the one
 * that its middle lies in. */
bool canvas_image(Canvas *canvas, Rect clip, Rect box, const DrawItem *image, Error *err);
/* The colour through a mask of w x h bytes, 255 where it shows in full. */
void canvas_mask(Canvas *canvas, Rect clip, int x, int y, const uint8_t *mask, int w, int h,
                 Color color);
/* What a raster found, whose clip must lie within the canvas. */
void canvas_spans(Canvas *canvas, const Raster *raster, Color color);

#endif
