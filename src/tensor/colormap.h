/* Numbers to colours. */
#ifndef TENSOR_COLORMAP_H
#define TENSOR_COLORMAP_H

#include "base/error.h"
#include <stdint.h>

typedef enum Colormap {
    COLORMAP_GRAY,    /* black to white */
    COLORMAP_VIRIDIS, /* S. van der Walt and N. Smith, 2015, CC0; for values of one sign */
    COLORMAP_RDBU,    /* diverging: blue, white at zero, red; for signed values */
    COLORMAPS
} Colormap;
const char *colormap_name(Colormap map);
bool colormap_from_name(Colormap *map, const char *name, Error *err);

/* The interval of values that the colours span. RDBU's is made symmetric, so that zero is white.
 * Ends that are not finite count as 0. */
typedef struct ColorRange {
    float min, max;
} ColorRange;
ColorRange colormap_range(Colormap map, float min, float max);

/* The colour of one value, RGB. Values outside the range take the end's colour; an empty range
 * (min = max) gives the middle (gray 128, rdbu white) or the first colour (viridis). RDBU spans
 * -m..m, m the larger of |min| and |max|. NaN is magenta
 * (255, 0, 255), +infinity yellow (255, 255, 0), -infinity cyan (0, 255, 255). */
void colormap_color(Colormap map, ColorRange range, float value, uint8_t rgb[3]);
/* Many of them, RGB interleaved. */
void colormap_apply(Colormap map, ColorRange range, const float *x, int64_t count, uint8_t *rgb);

#endif
