/* What of a picture differs from the one before: the screen is divided into tiles, each of which
 * sums up, in order, all items that touch it. Where the sums are equal, nothing need be drawn. */
#ifndef DRAW_DAMAGE_H
#define DRAW_DAMAGE_H

#include "draw/paint.h"

enum { DAMAGE_TILE = 64 }; /* pixels a side */

typedef struct Damage {
    Rect screen;
    int columns, rows;       /* of tiles */
    uint64_t *sums, *before; /* of each tile, in this picture and the last */
    size_t capacity, before_capacity;
    Rect *rects; /* what to draw anew, in pixels; they do not overlap */
    size_t rect_count, rect_capacity;
    bool valid; /* `before` is of a picture of this size */
} Damage;

/* Fills `rects` for a list that is to be painted on the painter's canvas, which holds the picture
 * of the last call; everything after damage_forget or at another size. False: no memory. */
bool damage_find(Damage *damage, const Painter *painter, const DrawList *list, Error *err);
/* The canvas no longer holds the last picture. */
void damage_forget(Damage *damage);
void damage_free(Damage *damage);

#endif
