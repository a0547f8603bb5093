#include "draw/sdl_render.h"

#include "base/memory.h"
#include <SDL.h>
#include <SDL_ttf.h>
#include <math.h>
#include <string.h>

typedef struct Target {
    SDL_Renderer *renderer;
    Fonts *fonts;
    double scale;
} Target;

static bool sdl_error(Error *err, const char *what) {
    return error_set(err, ERROR_BAD, TEXT("%s: %s", what, SDL_GetError()));
}

static int to_pixels(const Target *t, int logical) {
    return (int)lround(logical * t->scale);
}

/* Edges are rounded, not extents, so that what touches still touches at any scale. */
static SDL_Rect box_pixels(const Target *t, Rect r) {
    int x = to_pixels(t, r.x), y = to_pixels(t, r.y);
    return (SDL_Rect){x, y, to_pixels(t, r.x + r.w) - x, to_pixels(t, r.y + r.h) - y};
}

static int line_width(const Target *t) {
    int width = (int)lround(t->scale);
    return width < 1 ? 1 : width;
}

static void set_color(const Target *t, Color c) {
    SDL_SetRenderDrawColor(t->renderer, c.r, c.g, c.b, c.a);
}

static bool render_frame(const Target *t, const DrawItem *item) {
    SDL_Rect b = box_pixels(t, item->box);
    int w = line_width(t);
    if (b.w < 2 * w || b.h < 2 * w)
        return SDL_RenderFillRect(t->renderer, &b) == 0;
    SDL_Rect sides[4] = {{b.x, b.y, b.w, w},
                         {b.x, b.y + b.h - w, b.w, w},
                         {b.x, b.y + w, w, b.h - 2 * w},
                         {b.x + b.w - w, b.y + w, w, b.h - 2 * w}};
    return SDL_RenderFillRects(t->renderer, sides, 4) == 0;
}

/* Level and upright lines are as wide as frames are; slanted ones a pixel. */
static bool render_line(const Target *t, const DrawItem *item) {
    SDL_Rect b = box_pixels(t, item->box);
    if (b.w != 0 && b.h != 0)
        return SDL_RenderDrawLine(t->renderer, b.x, b.y, b.x + b.w, b.y + b.h) == 0;
    if (b.w < 0)
        b.x += b.w;
    if (b.h < 0)
        b.y += b.h;
    SDL_Rect bar = {b.x, b.y, b.h ? line_width(t) : abs(b.w), b.h ? abs(b.h) : line_width(t)};
    return SDL_RenderFillRect(t->renderer, &bar) == 0;
}

/* A texture of the pixels, drawn over the box and forgotten. */
static bool copy_surface(const Target *t, SDL_Surface *surface, const SDL_Rect *box) {
    SDL_Texture *texture = surface ? SDL_CreateTextureFromSurface(t->renderer, surface) : NULL;
    if (!texture)
        return false;
    SDL_SetTextureScaleMode(texture, SDL_ScaleModeNearest);
    bool ok = SDL_RenderCopy(t->renderer, texture, NULL, box) == 0;
    SDL_DestroyTexture(texture);
    return ok;
}

static SDL_Surface *grey_surface(const DrawItem *item) {
    SDL_Surface *s =
        SDL_CreateRGBSurfaceWithFormat(0, item->width, item->height, 24, SDL_PIXELFORMAT_RGB24);
    if (!s)
        return NULL;
    for (int y = 0; y < item->height; y++) {
        const uint8_t *from = item->pixels + (size_t)y * (size_t)item->width;
        uint8_t *to = (uint8_t *)s->pixels + (size_t)y * (size_t)s->pitch;
        for (int x = 0; x < item->width; x++)
            memset(to + 3 * x, from[x], 3);
    }
    return s;
}

static bool render_image(const Target *t, const DrawItem *item) {
    SDL_Rect box = box_pixels(t, item->box);
    int channels = item->channels;
    SDL_Surface *surface =
        channels == 1 ? grey_surface(item)
                      : SDL_CreateRGBSurfaceWithFormatFrom(
                            (void *)(uintptr_t)item->pixels, item->width, item->height,
                            channels * 8, item->width * channels,
                            channels == 3 ? SDL_PIXELFORMAT_RGB24 : SDL_PIXELFORMAT_RGBA32);
    bool ok = copy_surface(t, surface, &box);
    SDL_FreeSurface(surface);
    return ok;
}

static bool render_text(const Target *t, const DrawItem *item) {
    TTF_Font *font = fonts_get(t->fonts, item->style.face, item->style.size);
    Color c = item->color;
    SDL_Surface *surface =
        font ? TTF_RenderUTF8_Blended(font, item->text, (SDL_Color){c.r, c.g, c.b, c.a}) : NULL;
    if (!surface)
        return false;
    SDL_Rect box = {to_pixels(t, item->box.x), to_pixels(t, item->box.y), surface->w, surface->h};
    bool ok = copy_surface(t, surface, &box);
    SDL_FreeSurface(surface);
    return ok;
}

static bool render_item(const Target *t, const DrawItem *item) {
    SDL_Rect box = box_pixels(t, item->box);
    set_color(t, item->color);
    switch (item->kind) {
    case ITEM_FILL:
        return SDL_RenderFillRect(t->renderer, &box) == 0;
    case ITEM_FRAME:
        return render_frame(t, item);
    case ITEM_LINE:
        return render_line(t, item);
    case ITEM_IMAGE:
        return render_image(t, item);
    case ITEM_TEXT:
        return render_text(t, item);
    }
    return true;
}

bool sdl_render(SDL_Renderer *renderer, Fonts *fonts, const DrawList *list, Error *err) {
    Target target = {.renderer = renderer, .fonts = fonts, .scale = fonts_scale(fonts)};
    bool ok = true;
    SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND);
    for (size_t i = 0; i < list->item_count; i++)
        if (!render_item(&target, &list->items[i]))
            ok = sdl_error(err, "cannot draw");
    return ok;
}

static bool render_and_read(SDL_Surface *surface, Fonts *fonts, const DrawList *list, Image *image,
                            Error *err) {
    SDL_Renderer *renderer = SDL_CreateSoftwareRenderer(surface);
    if (!renderer)
        return sdl_error(err, "cannot draw in memory");
    bool ok = sdl_render(renderer, fonts, list, err);
    if (ok && SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_RGB24, image->pixels,
                                   image->width * 3) != 0)
        ok = sdl_error(err, "cannot read the picture back");
    SDL_DestroyRenderer(renderer);
    return ok;
}

bool sdl_render_image(Fonts *fonts, const DrawList *list, Image *image, Error *err) {
    int width = (int)lround(list->width * fonts_scale(fonts));
    int height = (int)lround(list->height * fonts_scale(fonts));
    if (!image_new(image, width, height, 3, err))
        return false;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
    bool ok = surface ? render_and_read(surface, fonts, list, image, err)
                      : sdl_error(err, "cannot draw in memory");
    SDL_FreeSurface(surface);
    if (!ok)
        image_free(image);
    return ok;
}
