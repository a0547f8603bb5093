/* What the tests of the draw room share. */
#ifndef TESTS_DRAW_SUPPORT_H
#define TESTS_DRAW_SUPPORT_H

#include "support.h"

#include "base/text.h"
#include "draw/list.h"
#include "draw/sdl_font.h"
#include "draw/sdl_render.h"
#include <string.h>

/* Every character is 10 wide and 16 high; 20 wide where it is bold. */
static inline int made_up_width(void *context, TextFace face, int size, const char *text) {
    (void)context, (void)size;
    int count = 0;
    for (size_t at = 0, length = strlen(text); at < length; count++) {
        size_t bytes = text_character(text + at, length - at);
        at += bytes ? bytes : 1;
    }
    return (face >= FACE_SANS_BOLD ? 20 : 10) * count;
}

static inline int made_up_height(void *context, TextFace face, int size) {
    (void)context, (void)face, (void)size;
    return 16;
}

static const TextMetrics made_up = {.width = made_up_width, .height = made_up_height};
static const Color white = {255, 255, 255, 255}, black = {0, 0, 0, 255}, red = {200, 10, 20, 255};

/* The list as a picture, at a scale. */
static inline void render(DrawList *list, double scale, Image *image) {
    Error err = {0};
    Fonts *fonts = fonts_new(scale, &err);
    assert_ok(fonts, err);
    assert_ok(sdl_render_image(fonts, list, image, &err), err);
    fonts_free(fonts);
}

static inline const uint8_t *pixel_at(const Image *image, int x, int y) {
    return image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * 3;
}

static inline void assert_pixel(const Image *image, int x, int y, Color c) {
    const uint8_t *p = pixel_at(image, x, y);
    if (p[0] != c.r || p[1] != c.g || p[2] != c.b)
        fail_msg("pixel (%d, %d) is %d %d %d instead of %d %d %d", x, y, p[0], p[1], p[2], c.r, c.g,
                 c.b);
}

#endif
