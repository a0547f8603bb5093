#include "draw/sdl_render.h"

#include "base/memory.h"
#include "draw/damage.h"
#include "draw/paint.h"
#include <SDL.h>
#include <math.h>

struct SdlScreen {
    SDL_Renderer *renderer;
    SDL_Texture *texture; /* what the painter's canvas holds; NULL: not made yet */
    Painter painter;
    Damage damage;
    size_t painted;
};

static bool sdl_error(Error *err, const char *what) {
    return error_set(err, ERROR_BAD, TEXT("%s: %s", what, SDL_GetError()));
}

/* --- A screen --------------------------------------------------------------------------------- */

SdlScreen *sdl_screen_new(SDL_Renderer *renderer, Error *err) {
    SdlScreen *screen = mem_alloc(1, sizeof *screen, err);
    if (screen)
        screen->renderer = renderer;
    return screen;
}

void sdl_screen_reset(SdlScreen *screen) {
    if (screen->texture)
        SDL_DestroyTexture(screen->texture);
    screen->texture = NULL;
    damage_forget(&screen->damage);
}

void sdl_screen_free(SdlScreen *screen) {
    if (!screen)
        return;
    sdl_screen_reset(screen);
    painter_free(&screen->painter);
    damage_free(&screen->damage);
    mem_free(screen);
}

/* Canvas and texture as large as what the renderer draws on. */
static bool fit(SdlScreen *screen, Fonts *fonts, Error *err) {
    Canvas *canvas = &screen->painter.canvas;
    int width, height;
    if (SDL_GetRendererOutputSize(screen->renderer, &width, &height) != 0)
        return sdl_error(err, "cannot draw");
    screen->painter.text = fonts_painter(fonts);
    if (screen->texture && canvas->width == width && canvas->height == height &&
        screen->painter.scale == fonts_scale(fonts))
        return true;
    sdl_screen_reset(screen);
    screen->painter.scale = fonts_scale(fonts);
    if (!canvas_resize(canvas, width, height, err))
        return false;
    screen->texture = SDL_CreateTexture(screen->renderer, SDL_PIXELFORMAT_RGB888,
                                        SDL_TEXTUREACCESS_STREAMING, width, height);
    if (!screen->texture)
        return sdl_error(err, "cannot draw");
    SDL_SetTextureBlendMode(screen->texture, SDL_BLENDMODE_NONE);
    return true;
}

/* Paints a part of the canvas and hands it over. */
static bool renew(SdlScreen *screen, const DrawList *list, Rect r, Error *err) {
    const Canvas *canvas = &screen->painter.canvas;
    bool ok = paint_list(&screen->painter, list, r, err);
    const uint32_t *pixels = canvas->pixels + (size_t)r.y * (size_t)canvas->width + (size_t)r.x;
    SDL_Rect box = {r.x, r.y, r.w, r.h};
    screen->painted += (size_t)r.w * (size_t)r.h;
    if (SDL_UpdateTexture(screen->texture, &box, pixels, 4 * canvas->width) != 0)
        ok = sdl_error(err, "cannot draw");
    return ok;
}

bool sdl_screen_draw(SdlScreen *screen, Fonts *fonts, const DrawList *list, Error *err) {
    screen->painted = 0;
    if (!fit(screen, fonts, err) || !damage_find(&screen->damage, &screen->painter, list, err))
        return false;
    bool ok = true;
    for (size_t i = 0; i < screen->damage.rect_count; i++)
        ok = renew(screen, list, screen->damage.rects[i], err) && ok;
    if (!ok)
        damage_forget(&screen->damage); /* to be tried again */
    return SDL_RenderCopy(screen->renderer, screen->texture, NULL, NULL) == 0
               ? ok
               : sdl_error(err, "cannot draw");
}

size_t sdl_screen_painted(const SdlScreen *screen) {
    return screen->painted;
}

/* --- Once ------------------------------------------------------------------------------------- */

bool sdl_render(SDL_Renderer *renderer, Fonts *fonts, const DrawList *list, Error *err) {
    SdlScreen *screen = sdl_screen_new(renderer, err);
    bool ok = screen && sdl_screen_draw(screen, fonts, list, err);
    sdl_screen_free(screen);
    return ok;
}

static void copy_rgb(uint8_t *to, const uint32_t *pixels, size_t count) {
    for (size_t i = 0; i < count; i++) {
        *to++ = (uint8_t)(pixels[i] >> 16);
        *to++ = (uint8_t)(pixels[i] >> 8);
        *to++ = (uint8_t)pixels[i];
    }
}

bool sdl_render_image(Fonts *fonts, const DrawList *list, Image *image, Error *err) {
    Painter painter = {.scale = fonts_scale(fonts), .text = fonts_painter(fonts)};
    int width = (int)lround(list->width * painter.scale);
    int height = (int)lround(list->height * painter.scale);
    if (!image_new(image, width, height, 3, err))
        return false;
    bool ok = canvas_resize(&painter.canvas, width, height, err) &&
              paint_list(&painter, list, (Rect){0, 0, width, height}, err);
    if (ok)
        copy_rgb(image->pixels, painter.canvas.pixels, (size_t)width * (size_t)height);
    else
        image_free(image);
    painter_free(&painter);
    return ok;
}
