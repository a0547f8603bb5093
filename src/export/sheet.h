/* Contact sheets: all maps of a layer (or all kernels) on one picture, with what is needed to read
 * it: whose they are, what the colours mean, the numbers of the channels, whose weights these are,
 * and the command that makes it again. */
#ifndef EXPORT_SHEET_H
#define EXPORT_SHEET_H

#include "draw/sdl_render.h"
#include "export/plan.h"

/* How tiles lie on a sheet. Tiny maps are enlarged so that what stands under them can be read; what
 * does not fit on one page goes on the next. */
typedef struct SheetGrid {
    int64_t tile_width, tile_height, columns, per_page;
    int scale; /* pixels a cell */
} SheetGrid;
/* For `count` parts of one size. */
SheetGrid sheet_grid(const ExportOptions *options, const ExportPart *part, int64_t count);

/* Fills the list with a page; the plan must outlive it. Refused with the figures if the page would
 * be too large a picture. */
bool sheet_list(const ExportPlan *plan, const ExportFile *file, const TextMetrics *metrics,
                DrawList *list, Error *err);
/* The page in pixels (image_free). For one thread. */
bool sheet_make(const ExportPlan *plan, const ExportFile *file, Fonts *fonts, Image *image,
                Error *err);

#endif
