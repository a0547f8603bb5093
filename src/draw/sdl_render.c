#include "draw/sdl_render.h"

#include "base/memory.h"
#include "draw/raster.h"
#include "draw/sdl_textures.h"
#include "draw/stroke.h"
#include <SDL.h>
#include <math.h>
#include <string.h>

struct SdlCache {
    SdlTextures textures;
    Raster raster;
    SDL_Rect *rects; /* of a shape, sorted by how much they cover */
    size_t rect_capacity;
};

typedef struct Target {
    SdlCache *cache;
    SDL_Renderer *renderer;
    Fonts *fonts;
    double scale;
    Rect clip;   /* of the last item, logical */
    Rect screen; /* in pixels */
    Error *err;
} Target;

static bool sdl_error(Error *err, const char *what) {
    return error_set(err, ERROR_BAD, TEXT("%s: %s", what, SDL_GetError()));
}

static bool done(const Target *t, int status) {
    return status == 0 || sdl_error(t->err, "cannot draw");
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
    SDL_SetRenderDrawBlendMode(t->renderer, c.a == 255 ? SDL_BLENDMODE_NONE : SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(t->renderer, c.r, c.g, c.b, c.a);
}

static bool fill(const Target *t, const SDL_Rect *rects, int count) {
    return done(t, SDL_RenderFillRects(t->renderer, rects, count));
}

static bool render_frame(const Target *t, const DrawItem *item) {
    SDL_Rect b = box_pixels(t, item->box);
    int w = line_width(t);
    if (b.w < 2 * w || b.h < 2 * w)
        return fill(t, &b, 1);
    SDL_Rect sides[4] = {{b.x, b.y, b.w, w},
                         {b.x, b.y + b.h - w, b.w, w},
                         {b.x, b.y + w, w, b.h - 2 * w},
                         {b.x + b.w - w, b.y + w, w, b.h - 2 * w}};
    return fill(t, sides, 4);
}

/* Level or upright, as wide as frames are. */
static bool render_line(const Target *t, const DrawItem *item) {
    SDL_Rect b = box_pixels(t, item->box);
    if (b.w < 0)
        b.x += b.w;
    if (b.h < 0)
        b.y += b.h;
    SDL_Rect bar = {b.x, b.y, b.h ? line_width(t) : abs(b.w), b.h ? abs(b.h) : line_width(t)};
    return fill(t, &bar, 1);
}

/* Over the whole box, which is of the texture's size unless SDL is to scale it. */
static bool copy(const Target *t, const SdlTexture *texture, const SDL_Rect *box) {
    bool ok = done(t, SDL_RenderCopy(t->renderer, texture->texture, NULL, box));
    if (!texture->kept)
        SDL_DestroyTexture(texture->texture);
    return ok;
}

static bool render_image(const Target *t, const DrawItem *item) {
    SDL_Rect box = box_pixels(t, item->box);
    SdlTexture texture;
    if (box.w < 1 || box.h < 1)
        return true;
    return sdl_texture_image(&t->cache->textures, item, box.w, box.h, &texture, t->err) &&
           copy(t, &texture, &box);
}

static bool render_text(const Target *t, const DrawItem *item) {
    SdlTexture texture;
    if (!sdl_texture_text(&t->cache->textures, t->fonts, item, &texture, t->err))
        return false;
    SDL_Rect box = {to_pixels(t, item->box.x), to_pixels(t, item->box.y), texture.w, texture.h};
    return copy(t, &texture, &box);
}

/* --- Shapes ----------------------------------------------------------------------------------- */

/* Fills the raster's spans, all that are covered alike at once. */
static bool fill_spans(const Target *t, Color color) {
    SdlCache *cache = t->cache;
    const Raster *raster = &cache->raster;
    size_t start[RASTER_LEVELS + 2] = {0};
    if (!mem_grow(&cache->rects, &cache->rect_capacity, raster->span_count, sizeof *cache->rects,
                  t->err))
        return false;
    for (size_t i = 0; i < raster->span_count; i++)
        start[raster->spans[i].level + 1]++;
    for (int level = 1; level <= RASTER_LEVELS + 1; level++)
        start[level] += start[level - 1];
    for (size_t i = 0; i < raster->span_count; i++) {
        const RasterSpan *s = &raster->spans[i];
        cache->rects[start[s->level]++] = (SDL_Rect){s->x, s->y, s->w, 1};
    }
    bool ok = true;
    size_t from = 0; /* start[level] is by now where the level ends */
    for (int level = 1; level <= RASTER_LEVELS; from = start[level++]) {
        Color c = color;
        c.a = (uint8_t)((color.a * level + RASTER_LEVELS / 2) / RASTER_LEVELS);
        if (start[level] == from)
            continue;
        set_color(t, c);
        ok = fill(t, cache->rects + from, (int)(start[level] - from)) && ok;
    }
    return ok;
}

static bool render_shape(const Target *t, const DrawItem *item) {
    Raster *raster = &t->cache->raster;
    SDL_Rect box = box_pixels(t, rect_common(item->box, item->clip));
    Rect clip = rect_common((Rect){box.x, box.y, box.w, box.h}, t->screen);
    if (clip.w < 1 || clip.h < 1)
        return true;
    bool ok = item->kind == ITEM_POLYGON ? stroke_polygon(raster, clip, item, t->scale, t->err)
                                         : stroke_polyline(raster, clip, item, t->scale, t->err);
    return fill_spans(t, item->color) && ok;
}

/* --- Lists ------------------------------------------------------------------------------------ */

static void set_clip(Target *t, Rect clip) {
    if (memcmp(&clip, &t->clip, sizeof clip) == 0)
        return;
    SDL_Rect box = box_pixels(t, clip);
    t->clip = clip;
    SDL_RenderSetClipRect(t->renderer, clip.w > RECT_FAR ? NULL : &box);
}

static bool render_item(Target *t, const DrawItem *item) {
    SDL_Rect box = box_pixels(t, item->box);
    set_clip(t, item->clip);
    set_color(t, item->color);
    switch (item->kind) {
    case ITEM_FILL:
        return fill(t, &box, 1);
    case ITEM_FRAME:
        return render_frame(t, item);
    case ITEM_LINE:
        return render_line(t, item);
    case ITEM_IMAGE:
        return render_image(t, item);
    case ITEM_TEXT:
        return render_text(t, item);
    case ITEM_POLYGON:
    case ITEM_POLYLINE:
        return render_shape(t, item);
    }
    return true;
}

SdlCache *sdl_cache_new(SDL_Renderer *renderer, size_t bytes, Error *err) {
    SdlCache *cache = mem_alloc(1, sizeof *cache, err);
    if (cache && !sdl_textures_begin(&cache->textures, renderer, bytes, err)) {
        mem_free(cache);
        return NULL;
    }
    return cache;
}

void sdl_cache_free(SdlCache *cache) {
    if (!cache)
        return;
    sdl_textures_end(&cache->textures);
    raster_free(&cache->raster);
    mem_free(cache->rects);
    mem_free(cache);
}

void sdl_cache_clear(SdlCache *cache) {
    lru_clear(&cache->textures.lru);
}

size_t sdl_cache_bytes(const SdlCache *cache) {
    return cache->textures.lru.bytes;
}

bool sdl_render_frame(SdlCache *cache, Fonts *fonts, const DrawList *list, Error *err) {
    Target t = {.cache = cache,
                .renderer = cache->textures.renderer,
                .fonts = fonts,
                .scale = fonts_scale(fonts),
                .err = err};
    bool ok = true;
    lru_frame(&cache->textures.lru);
    if (SDL_GetRendererOutputSize(t.renderer, &t.screen.w, &t.screen.h) != 0)
        return sdl_error(err, "cannot draw");
    for (size_t i = 0; i < list->item_count; i++)
        ok = render_item(&t, &list->items[i]) && ok;
    SDL_RenderSetClipRect(t.renderer, NULL);
    return ok;
}

bool sdl_render(SDL_Renderer *renderer, Fonts *fonts, const DrawList *list, Error *err) {
    SdlCache *cache = sdl_cache_new(renderer, 0, err);
    bool ok = cache && sdl_render_frame(cache, fonts, list, err);
    sdl_cache_free(cache);
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
        SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_RGB888);
    bool ok = surface ? render_and_read(surface, fonts, list, image, err)
                      : sdl_error(err, "cannot draw in memory");
    SDL_FreeSurface(surface);
    if (!ok)
        image_free(image);
    return ok;
}
