/* How much of each pixel shapes cover: their exact areas, in plain C, so that soft edges look the
 * same with every renderer (SDL's software renderer puts the corners of triangles on whole pixels).
 *
 *     raster_begin(&raster, clip);
 *     raster_add(&raster, points, count, err);    once or more: together they are one shape
 *     raster_scan(&raster, err);                  raster.spans
 *
 * Zero-initialised is ready; what it allocated is kept for the next shape, until raster_free. */
#ifndef DRAW_RASTER_H
#define DRAW_RASTER_H

#include "base/error.h"
#include "draw/rect.h"
#include <stddef.h>
#include <stdint.h>

enum { RASTER_LEVELS = 32 };

/* Pixels of a row that are covered by level / RASTER_LEVELS, level >= 1. */
typedef struct RasterSpan {
    int x, y, w, level;
} RasterSpan;

/* From (x, y0) down to y1 > y0, going right by `slope` a row; relative to the clip. */
typedef struct RasterEdge {
    double x, y0, y1, slope;
    float sign; /* of what lies to its right */
} RasterEdge;

typedef struct Raster {
    Rect clip;
    RasterEdge *edges;
    size_t edge_count, edge_capacity;
    RasterSpan *spans; /* by rows, from left to right */
    size_t span_count, span_capacity;
    RasterEdge **active; /* the edges that cross a row */
    size_t active_count, active_capacity;
    float *row; /* by how much the cover changes from each pixel to the next */
    size_t row_capacity;
    uint64_t *touched; /* a bit for each pixel of the row where it may change */
    size_t touched_capacity;
} Raster;

void raster_begin(Raster *raster, Rect clip); /* in pixels; nothing outside is scanned */
/* A polygon, in either direction. Pieces may touch each other; where they overlap, the shape is
 * covered once. */
bool raster_add(Raster *raster, const Point *points, int count, Error *err);
bool raster_scan(Raster *raster, Error *err);
void raster_free(Raster *raster);

#endif
