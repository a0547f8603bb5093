#include "tensor/image.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

/* Fuzzers are to spend their time on structure, not on clearing memory. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { PIXELS_MAX = 1 << 18 };
#else
enum { PIXELS_MAX = IMAGE_PIXELS_MAX };
#endif

bool image_check_size(int64_t width, int64_t height, const char *what, Error *err) {
    if (width < 1 || height < 1)
        return error_set(err, ERROR_EXPECTED, what, "a size of at least 1 x 1",
                         TEXT("%lld x %lld", (long long)width, (long long)height));
    if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX)
        return error_set(err, ERROR_TOO_LARGE, what,
                         TEXT("%lld x %lld pixels", (long long)width, (long long)height),
                         TEXT("%d a side", IMAGE_SIDE_MAX));
    if (width * height > PIXELS_MAX)
        return error_set(err, ERROR_TOO_LARGE, what,
                         TEXT("%lld x %lld = %lld pixels", (long long)width, (long long)height,
                              (long long)(width * height)),
                         TEXT("%d pixels", PIXELS_MAX));
    return true;
}

bool image_new(Image *image, int width, int height, int channels, Error *err) {
    assert(channels == 1 || channels == 3 || channels == 4);
    *image = (Image){0};
    if (!image_check_size(width, height, "picture", err))
        return false;
    size_t count = (size_t)width * (size_t)height;
    uint8_t *pixels = mem_alloc(count, (size_t)channels, err);
    if (!pixels)
        return false;
    *image = (Image){width, height, channels, pixels};
    return true;
}

void image_free(Image *image) {
    mem_free(image->pixels);
    *image = (Image){0};
}

static uint8_t *pixel_at(const Image *image, int64_t x, int64_t y) {
    return image->pixels + (y * image->width + x) * image->channels;
}

bool image_to_grey(Image *out, const Image *in, Error *err) {
    if (!image_new(out, in->width, in->height, 1, err))
        return false;
    size_t count = (size_t)in->width * (size_t)in->height;
    const uint8_t *p = in->pixels;
    if (in->channels == 1)
        memcpy(out->pixels, p, count);
    else
        for (size_t i = 0; i < count; i++, p += in->channels)
            out->pixels[i] =
                (uint8_t)((19595u * p[0] + 38470u * p[1] + 7471u * p[2] + 32768) >> 16);
    return true;
}

bool image_to_rgb(Image *out, const Image *in, Error *err) {
    if (!image_new(out, in->width, in->height, 3, err))
        return false;
    const uint8_t *p = in->pixels;
    size_t count = (size_t)in->width * (size_t)in->height;
    for (size_t i = 0; i < count; i++, p += in->channels)
        for (int c = 0; c < 3; c++)
            out->pixels[3 * i + (size_t)c] = p[in->channels == 1 ? 0 : c];
    return true;
}

/* Copies width x height pixels of `from` at (fx, fy) to (tx, ty); all of it lies within both. */
static void copy_part(const Image *to, int64_t tx, int64_t ty, const Image *from, int64_t fx,
                      int64_t fy, int64_t width, int64_t height) {
    for (int64_t y = 0; y < height; y++)
        memcpy(pixel_at(to, tx, ty + y), pixel_at(from, fx, fy + y),
               (size_t)(width * from->channels));
}

/* The image of `from` with its corner at (x, y) of `to`, as far as it lies there. */
static void paste(const Image *to, const Image *from, int64_t x, int64_t y) {
    assert(to->channels == from->channels);
    int64_t left = x > 0 ? x : 0, top = y > 0 ? y : 0;
    int64_t right = x + from->width < to->width ? x + from->width : to->width;
    int64_t bottom = y + from->height < to->height ? y + from->height : to->height;
    if (left < right && top < bottom)
        copy_part(to, left, top, from, left - x, top - y, right - left, bottom - top);
}

bool image_crop(Image *out, const Image *in, int x, int y, int width, int height, Error *err) {
    if (!image_new(out, width, height, in->channels, err))
        return false;
    paste(out, in, -(int64_t)x, -(int64_t)y);
    return true;
}

void image_paste(Image *onto, const Image *what, int x, int y) {
    paste(onto, what, x, y);
}

bool image_enlarge(Image *out, const Image *in, int scale, Error *err) {
    assert(scale >= 1);
    *out = (Image){0};
    int64_t width = (int64_t)in->width * scale, height = (int64_t)in->height * scale;
    int64_t most = IMAGE_SIDE_MAX + 1; /* refused by image_new, and still an int */
    if (!image_new(out, (int)(width < most ? width : most), (int)(height < most ? height : most),
                   in->channels, err))
        return false;
    for (int y = 0; y < out->height; y += scale) {
        for (int x = 0; x < out->width; x++)
            memcpy(pixel_at(out, x, y), pixel_at(in, x / scale, y / scale), (size_t)in->channels);
        for (int repeat = 1; repeat < scale; repeat++)
            copy_part(out, 0, y + repeat, out, 0, y, out->width, 1);
    }
    return true;
}

bool image_is_name(const char *path) {
    static const char *const names[] = {"png", "jpg", "jpeg", "bmp", "tga",
                                        "gif", "ppm", "pgm",  "pnm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal(file_extension(path), names[i]))
            return true;
    return false;
}
