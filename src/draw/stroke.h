/* Polygons and lines of the display list as what a Raster fills. */
#ifndef DRAW_STROKE_H
#define DRAW_STROKE_H

#include "draw/list.h"
#include "draw/raster.h"

enum { STROKE_MITRE = 3 }; /* sharper corners than this times the width are cut off */

/* How far from its points a line can reach, in logical pixels. */
double stroke_reach(const Stroke *stroke);

/* The head of an arrow at the end of a line of so many points (no two on each other), which is
 * shortened to end in it: returns how many it has left, the last of which is moved. `length`: of
 * the head; all in the same units. head[0] is the tip; without an extent where there is no room. */
double stroke_head_length(double width); /* logical pixels */
int stroke_head(double length, Point *p, int count, Point head[3]);

/* Fill the raster (begun here) with spans of an item's polygon or polyline at this scale. */
bool stroke_polygon(Raster *raster, Rect clip, const DrawItem *item, double scale, Error *err);
bool stroke_polyline(Raster *raster, Rect clip, const DrawItem *item, double scale, Error *err);

#endif
