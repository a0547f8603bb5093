#include "export/picture.h"

#include <math.h>
#include <string.h>

enum { LINE_GREY = 128 };

/* How the planes of a kernel lie side by side: as near to a square as may be, without empty places
 * if that takes at most half as many columns again. */
typedef struct Tiling {
    int64_t columns, rows, gap;
} Tiling;

static Tiling tiling_of(const ExportPart *part) {
    if (part->rgb || part->planes == 1)
        return (Tiling){1, 1, 0};
    Tiling t = {.columns = 1, .gap = part->height * part->width > 1};
    while (t.columns * t.columns < part->planes)
        t.columns++;
    for (int64_t c = t.columns; c <= t.columns + t.columns / 2; c++)
        if (part->planes % c == 0) {
            t.columns = c;
            break;
        }
    t.rows = (part->planes + t.columns - 1) / t.columns;
    return t;
}

void picture_size(const ExportPart *part, int64_t *width, int64_t *height) {
    Tiling t = tiling_of(part);
    *width = t.columns * (part->width + t.gap) - t.gap;
    *height = t.rows * (part->height + t.gap) - t.gap;
}

static void paint_rgb(const ExportPart *part, uint8_t *rgb) {
    int64_t count = part->height * part->width;
    for (int64_t i = 0; i < count; i++) {
        for (int64_t c = 0; c < 3; c++) {
            uint8_t color[3];
            float value = part->data[c * count + i];
            colormap_color(part->colormap, part->range, value, color);
            if (!isfinite(value)) {
                memcpy(rgb + 3 * i, color, 3);
                break;
            }
            rgb[3 * i + c] = color[0];
        }
    }
}

void picture_paint(const ExportPart *part, uint8_t *rgb) {
    Tiling t = tiling_of(part);
    int64_t width, height, cells = part->height * part->width;
    picture_size(part, &width, &height);
    if (part->rgb) {
        paint_rgb(part, rgb);
        return;
    }
    if (part->planes > 1)
        memset(rgb, LINE_GREY, (size_t)(width * height * 3));
    for (int64_t p = 0; p < part->planes; p++) {
        int64_t x = p % t.columns * (part->width + t.gap);
        int64_t y = p / t.columns * (part->height + t.gap);
        for (int64_t row = 0; row < part->height; row++)
            colormap_apply(part->colormap, part->range, part->data + p * cells + row * part->width,
                           part->width, rgb + ((y + row) * width + x) * 3);
    }
}

bool picture_make(const ExportPart *part, int scale, Image *image, Error *err) {
    int64_t width, height;
    Image cells;
    picture_size(part, &width, &height);
    *image = (Image){0};
    if (!image_check_size(width * scale, height * scale, "picture", err) ||
        !image_new(&cells, (int)width, (int)height, 3, err))
        return false;
    picture_paint(part, cells.pixels);
    if (scale == 1) {
        *image = cells;
        return true;
    }
    bool ok = image_enlarge(image, &cells, scale, err);
    image_free(&cells);
    return ok;
}
