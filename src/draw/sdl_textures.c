#include "draw/sdl_textures.h"

#include "base/memory.h"
#include <SDL_ttf.h>
#include <string.h>

/* A larger image is scaled by SDL, from its own pixels: what is seen of it is a small part. */
enum { LARGE = 4 << 20 };

/* What a kept texture shows; `text` is NULL of an image. */
typedef struct Shown {
    ImageKey key;
    int width, height, channels, to_width, to_height;
    const char *text;
    TextFace face;
    int size; /* in pixels of the screen */
    Color color;
} Shown;

typedef struct Kept {
    LruEntry entry; /* the first: so that one can be taken for the other */
    SdlTexture is;
    Shown shown;
} Kept; /* followed by the text */

static bool sdl_error(Error *err, const char *what) {
    return error_set(err, ERROR_BAD, TEXT("%s: %s", what, SDL_GetError()));
}

static void drop(LruEntry *entry) {
    SDL_DestroyTexture(((Kept *)entry)->is.texture);
    mem_free(entry);
}

static bool equal_texts(const Shown *a, const Shown *b) {
    return a->face == b->face && a->size == b->size && a->color.r == b->color.r &&
           a->color.g == b->color.g && a->color.b == b->color.b && a->color.a == b->color.a &&
           strcmp(a->text, b->text) == 0;
}

static bool equal(const LruEntry *entry, const void *wanted) {
    const Shown *a = &((const Kept *)entry)->shown, *b = wanted;
    if (a->text || b->text)
        return a->text && b->text && equal_texts(a, b);
    return a->key.high == b->key.high && a->key.low == b->key.low && a->width == b->width &&
           a->height == b->height && a->channels == b->channels && a->to_width == b->to_width &&
           a->to_height == b->to_height;
}

static uint64_t hash_of(const Shown *s) {
    ImageKey key = s->key;
    if (!s->text)
        return image_key_add(key, (uint64_t)s->to_width << 32 | (uint32_t)s->to_height).low;
    const Color c = s->color;
    key = image_key_add(key, (uint64_t)s->face << 32 | (uint32_t)s->size);
    key = image_key_add(key, (uint64_t)c.r << 24 | (uint64_t)c.g << 16 | (uint64_t)c.b << 8 | c.a);
    return image_key_add_text(key, s->text).low;
}

bool sdl_textures_begin(SdlTextures *t, SDL_Renderer *renderer, size_t bytes, Error *err) {
    *t = (SdlTextures){.lru = {.drop = drop, .limit = bytes}, .renderer = renderer};
    return SDL_GetRendererInfo(renderer, &t->info) == 0 || sdl_error(err, "cannot draw");
}

void sdl_textures_end(SdlTextures *t) {
    lru_clear(&t->lru);
    mem_free(t->scratch);
    mem_free(t->columns);
    *t = (SdlTextures){0};
}

/* Keeps a texture for what it shows; if there is no memory for that, it is used once. */
static void keep(SdlTextures *t, const Shown *shown, uint64_t hash, SdlTexture *texture) {
    size_t text = shown->text ? strlen(shown->text) + 1 : 0;
    Kept *kept = mem_alloc(1, sizeof *kept + text, NULL);
    if (!kept)
        return;
    kept->is = *texture;
    kept->is.kept = true;
    kept->shown = *shown;
    if (shown->text)
        kept->shown.text = memcpy(kept + 1, shown->text, text);
    kept->entry.bytes = sizeof *kept + text + 4 * (size_t)texture->w * (size_t)texture->h;
    if (lru_add(&t->lru, hash, &kept->entry, NULL))
        texture->kept = true;
    else
        mem_free(kept);
}

/* --- Images ----------------------------------------------------------------------------------- */

static uint32_t pixel(const uint8_t *p, int channels) {
    uint32_t r = p[0], g = channels == 1 ? r : p[1], b = channels == 1 ? r : p[2];
    uint32_t a = channels == 4 ? p[3] : 255;
    return a << 24 | r << 16 | g << 8 | b;
}

/* The middle of pixel i of `to`, among `from` pixels. */
static int nearest(int i, int from, int to) {
    return (int)((2 * (int64_t)i + 1) * from / (2 * (int64_t)to));
}

/* The item's pixels as 0xAARRGGBB, w x h of them, into the scratch. */
static bool scale_image(SdlTextures *t, const DrawItem *item, int w, int h, Error *err) {
    size_t width = (size_t)w, row = 0;
    if (!mem_grow(&t->scratch, &t->scratch_capacity, width * (size_t)h, sizeof *t->scratch, err) ||
        !mem_grow(&t->columns, &t->columns_capacity, width, sizeof *t->columns, err))
        return false;
    for (int x = 0; x < w; x++)
        t->columns[x] = nearest(x, item->width, w) * item->channels;
    for (int y = 0, before = -1; y < h; y++, row += width) {
        int from = nearest(y, item->height, h);
        uint32_t *to = t->scratch + row;
        const uint8_t *p =
            item->pixels + (size_t)from * (size_t)item->width * (size_t)item->channels;
        if (from == before)
            memcpy(to, to - width, width * sizeof *to);
        else
            for (int x = 0; x < w; x++)
                to[x] = pixel(p + t->columns[x], item->channels);
        before = from;
    }
    return true;
}

static bool too_large(const SdlTextures *t, int w, int h) {
    return (int64_t)w * h > LARGE || (t->info.max_texture_width && w > t->info.max_texture_width) ||
           (t->info.max_texture_height && h > t->info.max_texture_height);
}

/* Opaque images have the screen's own format where the renderer has it: to draw is to copy. */
static uint32_t image_format(const SdlTextures *t, int channels) {
    for (uint32_t i = 0; channels != 4 && i < t->info.num_texture_formats; i++)
        if (t->info.texture_formats[i] == SDL_PIXELFORMAT_RGB888)
            return SDL_PIXELFORMAT_RGB888;
    return SDL_PIXELFORMAT_ARGB8888;
}

static bool make_image(SdlTextures *t, const DrawItem *item, SdlTexture *out, Error *err) {
    if (!scale_image(t, item, out->w, out->h, err))
        return false;
    out->texture = SDL_CreateTexture(t->renderer, image_format(t, item->channels),
                                     SDL_TEXTUREACCESS_STATIC, out->w, out->h);
    if (!out->texture || SDL_UpdateTexture(out->texture, NULL, t->scratch, 4 * out->w) != 0) {
        SDL_DestroyTexture(out->texture);
        return sdl_error(err, "cannot draw an image");
    }
    SDL_SetTextureBlendMode(out->texture,
                            item->channels == 4 ? SDL_BLENDMODE_BLEND : SDL_BLENDMODE_NONE);
    SDL_SetTextureScaleMode(out->texture, SDL_ScaleModeNearest);
    return true;
}

bool sdl_texture_image(SdlTextures *t, const DrawItem *item, int w, int h, SdlTexture *out,
                       Error *err) {
    bool own = too_large(t, w, h);
    *out = (SdlTexture){.w = own ? item->width : w, .h = own ? item->height : h};
    Shown shown = {.key = item->key,
                   .width = item->width,
                   .height = item->height,
                   .channels = item->channels,
                   .to_width = out->w,
                   .to_height = out->h};
    uint64_t hash = item->keyed ? hash_of(&shown) : 0;
    Kept *kept = item->keyed ? (Kept *)lru_find(&t->lru, hash, equal, &shown) : NULL;
    if (kept) {
        *out = kept->is;
        return true;
    }
    if (!make_image(t, item, out, err))
        return false;
    if (item->keyed)
        keep(t, &shown, hash, out);
    return true;
}

/* --- Texts ------------------------------------------------------------------------------------ */

bool sdl_texture_text(SdlTextures *t, Fonts *fonts, const DrawItem *item, SdlTexture *out,
                      Error *err) {
    TextFace face = text_face(item->style);
    Color c = item->color;
    Shown shown = {.text = item->text,
                   .face = face,
                   .size = fonts_pixels(fonts, item->style.size),
                   .color = c};
    uint64_t hash = hash_of(&shown);
    Kept *kept = (Kept *)lru_find(&t->lru, hash, equal, &shown);
    if (kept) {
        *out = kept->is;
        return true;
    }
    TTF_Font *font = fonts_get(fonts, face, item->style.size);
    SDL_Surface *surface =
        font ? TTF_RenderUTF8_Blended(font, item->text, (SDL_Color){c.r, c.g, c.b, c.a}) : NULL;
    if (!surface)
        return sdl_error(err, "cannot draw a text");
    *out = (SdlTexture){.texture = SDL_CreateTextureFromSurface(t->renderer, surface),
                        .w = surface->w,
                        .h = surface->h};
    SDL_FreeSurface(surface);
    if (!out->texture)
        return sdl_error(err, "cannot draw a text");
    SDL_SetTextureBlendMode(out->texture, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(out->texture, SDL_ScaleModeNearest);
    keep(t, &shown, hash, out);
    return true;
}
