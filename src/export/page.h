/* What pages of pictures share (sheets of maps, panels of explanations): sizes, colours, the bar of
 * a colour map. */
#ifndef EXPORT_PAGE_H
#define EXPORT_PAGE_H

#include "draw/list.h"
#include "tensor/colormap.h"

enum { /* logical pixels */
       PAGE_MARGIN = 16,
       PAGE_SIZE_TITLE = 24,
       PAGE_SIZE_BODY = 14,
       PAGE_SIZE_SMALL = 12,
       PAGE_LINE_TITLE = 32,
       PAGE_LINE_BODY = 20,
       PAGE_LINE_SMALL = 16,
       PAGE_WIDTH_MIN = 640 /* for the texts */
};

static const Color page_ground = {255, 255, 255, 255};
static const Color page_text = {32, 33, 36, 255};
static const Color page_dim = {95, 99, 104, 255};
static const Color page_frame = {176, 179, 186, 255};
static const Color page_warning = {174, 70, 0, 255}; /* vermilion, dark enough to read on white */

static inline TextStyle page_sans(int size, Color color) {
    return (TextStyle){.face = FACE_SANS, .size = size, .color = color, .align = ALIGN_LEFT};
}

static inline TextStyle page_mono(int size, Color color) {
    return (TextStyle){.face = FACE_MONO, .size = size, .color = color, .align = ALIGN_LEFT};
}

/* The colours from end to end of the range, with a frame inside the box. False: no memory. */
bool page_bar(DrawList *list, Rect box, Colormap map, ColorRange range);

#endif
