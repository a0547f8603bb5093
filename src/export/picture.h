/* One map, vector or kernel as a picture. */
#ifndef EXPORT_PICTURE_H
#define EXPORT_PICTURE_H

#include "export/plan.h"
#include "tensor/image.h"

/* Pixels at one pixel a cell. Kernels of many input channels show them side by side in reading
 * order, as near to a square as may be, with a grey line of one cell between them (none between
 * those of 1x1). */
void picture_size(const ExportPart *part, int64_t *width, int64_t *height);
/* width * height pixels, RGB interleaved. */
void picture_paint(const ExportPart *part, uint8_t *rgb);

/* At `scale` pixels a cell; refused with the figures if that is too large. Owned: image_free. */
bool picture_make(const ExportPart *part, int scale, Image *image, Error *err);

#endif
