/* Polygons and lines of the display list as what a Raster fills. */
#ifndef DRAW_STROKE_H
#define DRAW_STROKE_H

#include "draw/list.h"
#include "draw/raster.h"

enum { STROKE_MITRE = 3 }; /* sharper corners than this times the width are cut off */

/* How far from its points a line can reach, in logical pixels. */
double stroke_reach(const Stroke *stroke);

/* Fill the raster (begun here) with spans of an item's polygon or polyline at this scale. */
bool stroke_polygon(Raster *raster, Rect clip, const DrawItem *item, double scale, Error *err);
bool stroke_polyline(Raster *raster, Rect clip, const DrawItem *item, double scale, Error *err);

#endif
