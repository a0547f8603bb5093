#include "draw/canvas.h"

#include "base/memory.h"
#include <string.h>

bool canvas_resize(Canvas *canvas, int width, int height, Error *err) {
    size_t count;
    if (width < 1 || height < 1 || !size_mul((size_t)width, (size_t)height, &count))
        return error_set(err, ERROR_BAD, TEXT("no picture can be %d x %d", width, height));
    if (count > canvas->capacity) {
        uint32_t *fresh = mem_alloc_raw(count, sizeof *fresh, err);
        if (!fresh)
            return false;
        mem_free(canvas->pixels);
        canvas->pixels = fresh;
        canvas->capacity = count;
    }
    canvas->width = width;
    canvas->height = height;
    return true;
}

void canvas_free(Canvas *canvas) {
    mem_free(canvas->pixels);
    mem_free(canvas->columns);
    *canvas = (Canvas){0};
}

static uint32_t *at(Canvas *canvas, int x, int y) {
    return canvas->pixels + (size_t)y * (size_t)canvas->width + (size_t)x;
}

/* --- Colours ---------------------------------------------------------------------------------- */

static uint32_t pixel_of(Color c) {
    return 0xff000000u | (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
}

/* Two channels at once, each in 16 bits: x / 255, rounded. */
static uint32_t by_255(uint32_t x) {
    x += 0x800080;
    return ((x + ((x >> 8) & 0xff00ff)) >> 8) & 0xff00ff;
}

/* `over` with this much of 255 over `under`. */
static uint32_t blend(uint32_t under, uint32_t over, uint32_t alpha) {
    uint32_t rest = 255 - alpha;
    uint32_t red_blue = by_255((over & 0xff00ff) * alpha + (under & 0xff00ff) * rest);
    uint32_t green = by_255((over >> 8 & 0xff) * alpha + (under >> 8 & 0xff) * rest);
    return 0xff000000u | red_blue | green << 8;
}

static void fill_row(uint32_t *to, int count, uint32_t pixel, uint32_t alpha) {
    if (alpha == 255)
        for (int i = 0; i < count; i++)
            to[i] = pixel;
    else
        for (int i = 0; i < count; i++)
            to[i] = blend(to[i], pixel, alpha);
}

void canvas_fill(Canvas *canvas, Rect clip, Rect box, Color color) {
    Rect r = rect_common(box, clip);
    for (int y = r.y; y < r.y + r.h; y++)
        fill_row(at(canvas, r.x, y), r.w, pixel_of(color), color.a);
}

void canvas_spans(Canvas *canvas, const Raster *raster, Color color) {
    uint32_t pixel = pixel_of(color);
    for (size_t i = 0; i < raster->span_count; i++) {
        const RasterSpan *s = &raster->spans[i];
        int alpha = (color.a * s->level + RASTER_LEVELS / 2) / RASTER_LEVELS;
        fill_row(at(canvas, s->x, s->y), s->w, pixel, (uint32_t)alpha);
    }
}

void canvas_mask(Canvas *canvas, Rect clip, int x, int y, const uint8_t *mask, int w, int h,
                 Color color) {
    Rect r = rect_common((Rect){x, y, w, h}, clip);
    uint32_t pixel = pixel_of(color);
    for (int row = r.y; row < r.y + r.h; row++) {
        const uint8_t *m = mask + (size_t)(row - y) * (size_t)w + (r.x - x);
        uint32_t *to = at(canvas, r.x, row);
        for (int i = 0; i < r.w; i++)
            if (m[i])
                to[i] = blend(to[i], pixel, m[i] * color.a / 255u);
    }
}

/* --- Images ----------------------------------------------------------------------------------- */

/* Among `from` pixels, the one under the middle of pixel i of `to`. */
static int nearest(int i, int from, int to) {
    return (int)((2 * (int64_t)i + 1) * from / (2 * (int64_t)to));
}

static void copy_grey(uint32_t *to, const uint8_t *p, const int *columns, int count) {
    for (int i = 0; i < count; i++)
        to[i] = 0xff000000u | p[columns[i]] * 0x10101u;
}

/* Four bytes are read at once, of which the last belongs to the next pixel: so not of the last
 * column, `end`, where there may be none. */
static void copy_rgb(uint32_t *to, const uint8_t *p, const int *columns, int count, int end) {
    int i = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; i < count && columns[i] < end; i++) {
        uint32_t bytes;
        memcpy(&bytes, p + columns[i], sizeof bytes);
        to[i] = 0xff000000u | __builtin_bswap32(bytes) >> 8;
    }
#endif
    for (; i < count; i++) {
        const uint8_t *c = p + columns[i];
        to[i] = 0xff000000u | (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
    }
}

static void copy_rgba(uint32_t *to, const uint8_t *p, const int *columns, int count) {
    for (int i = 0; i < count; i++) {
        const uint8_t *c = p + columns[i];
        to[i] = blend(to[i], (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2], c[3]);
    }
}

bool canvas_image(Canvas *canvas, Rect clip, Rect box, const DrawItem *image, Error *err) {
    Rect r = rect_common(box, clip);
    int channels = image->channels, before = -1;
    if (r.w < 1 || r.h < 1)
        return true;
    if (!mem_grow(&canvas->columns, &canvas->column_capacity, (size_t)r.w, sizeof(int), err))
        return false;
    for (int i = 0; i < r.w; i++)
        canvas->columns[i] = nearest(r.x - box.x + i, image->width, box.w) * channels;
    for (int y = r.y; y < r.y + r.h; y++) {
        int row = nearest(y - box.y, image->height, box.h);
        const uint8_t *p = image->pixels + (size_t)row * (size_t)image->width * (size_t)channels;
        uint32_t *to = at(canvas, r.x, y);
        if (channels == 4)
            copy_rgba(to, p, canvas->columns, r.w);
        else if (row == before)
            memcpy(to, at(canvas, r.x, y - 1), (size_t)r.w * sizeof *to);
        else if (channels == 3)
            copy_rgb(to, p, canvas->columns, r.w, 3 * (image->width - 1));
        else
            copy_grey(to, p, canvas->columns, r.w);
        before = row;
    }
    return true;
}
