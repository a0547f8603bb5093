/* What the files of the display list share. */
#ifndef DRAW_LIST_PARTS_H
#define DRAW_LIST_PARTS_H

#include "draw/list.h"

/* The clip in force; everywhere if there is none. */
Rect list_clip(const DrawList *list);
/* Whether any of the box is within it. */
bool list_sees(const DrawList *list, Rect box);
/* Adds it with the clip and the layer in force, unless nothing of it is seen. box.w and box.h may
 * not be negative, save a line's. */
void list_add(DrawList *list, const DrawItem *item);
void list_add_missing(DrawList *list, const DrawItem *item);

#endif
