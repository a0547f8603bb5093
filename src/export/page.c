#include "export/page.h"

bool page_bar(DrawList *list, Rect box, Colormap map, ColorRange range) {
    uint8_t *pixels = draw_pixels(list, box.w, 1, 3);
    if (!pixels)
        return false;
    for (int x = 0; x < box.w; x++) {
        const double share = (x + 0.5) / box.w;
        const double value = (double)range.min * (1 - share) + (double)range.max * share;
        colormap_color(map, range, (float)value, pixels + 3 * x);
    }
    draw_image(list, box, pixels, box.w, 1, 3);
    draw_frame(list, box, page_frame);
    return true;
}
