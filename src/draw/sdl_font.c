#include "draw/sdl_font.h"

#include "base/file.h"
#include "draw/font_find.h"
#include "draw/lru.h"
#include <SDL_ttf.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

enum { OPEN_MAX = 32 }; /* faces times sizes in use at one scale */
/* What is kept of texts that were measured or drawn; so many new ones count as a frame to them. */
enum { WIDTHS_BYTES = 2 << 20, MASKS_BYTES = 16 << 20, KEPT_FRAME = 4096 };

typedef struct OpenFont {
    TextFace face;
    int size;
    TTF_Font *font; /* NULL: it could not be opened */
} OpenFont;

/* What is known of a text at the current scale: views ask for the same ones frame after frame. */
typedef struct KeptText {
    LruEntry entry; /* the first: so that one can be taken for the other */
    TextFace face;
    int size;
    const char *text;
    int width; /* logical */
    TextMask mask;
} KeptText; /* followed by the text and the mask, if it is known */

struct Fonts {
    double scale;
    char path[FACES][FILE_PATH_MAX];
    OpenFont open[OPEN_MAX];
    int open_count;
    TextMetrics metrics;
    Lru widths, masks;
    int fresh;
};

/* Of one Fonts at a time: faces of different ones may be drawn with at once, but opening, closing
 * and finding them goes through libraries that all share. */
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

static void close_all(Fonts *fonts) {
    pthread_mutex_lock(&library);
    for (int i = 0; i < fonts->open_count; i++)
        if (fonts->open[i].font)
            TTF_CloseFont(fonts->open[i].font);
    pthread_mutex_unlock(&library);
    fonts->open_count = 0;
}

static int pixels_of(const Fonts *fonts, int size) {
    int pixels = (int)lround(size * fonts->scale);
    return pixels < 1 ? 1 : pixels;
}

TTF_Font *fonts_get(Fonts *fonts, TextFace face, int size) {
    for (int i = 0; i < fonts->open_count; i++)
        if (fonts->open[i].face == face && fonts->open[i].size == size)
            return fonts->open[i].font;
    if (fonts->open_count == OPEN_MAX)
        close_all(fonts);
    pthread_mutex_lock(&library);
    TTF_Font *font = TTF_OpenFont(fonts->path[face], pixels_of(fonts, size));
    if (font)
        TTF_SetFontHinting(font, TTF_HINTING_LIGHT);
    pthread_mutex_unlock(&library);
    fonts->open[fonts->open_count++] = (OpenFont){face, size, font};
    return font;
}

static int logical(const Fonts *fonts, int pixels) {
    return (int)ceil(pixels / fonts->scale);
}

/* --- Texts that are kept ---------------------------------------------------------------------- */

static void drop(LruEntry *entry) {
    mem_free(entry);
}

static bool equal(const LruEntry *entry, const void *wanted) {
    const KeptText *a = (const KeptText *)entry, *b = wanted;
    return a->face == b->face && a->size == b->size && strcmp(a->text, b->text) == 0;
}

static uint64_t hash_of(const KeptText *t) {
    ImageKey key = image_key_add((ImageKey){0}, (uint64_t)t->face << 32 | (uint32_t)t->size);
    return image_key_add_text(key, t->text).low;
}

/* A copy of it with room for `bytes` of a mask; NULL if there is no memory. */
static KeptText *keep(Fonts *fonts, Lru *lru, const KeptText *t, size_t bytes, Error *err) {
    size_t text = strlen(t->text) + 1;
    KeptText *kept = mem_alloc(1, sizeof *kept + text + bytes, err);
    if (!kept)
        return NULL;
    *kept = *t;
    kept->text = memcpy(kept + 1, t->text, text);
    kept->mask.bytes = (uint8_t *)(kept + 1) + text;
    kept->entry.bytes = sizeof *kept + text + bytes;
    if (!lru_add(lru, hash_of(t), &kept->entry, err)) {
        mem_free(kept);
        return NULL;
    }
    if (++fonts->fresh % KEPT_FRAME == 0) {
        lru_frame(&fonts->widths);
        lru_frame(&fonts->masks);
    }
    return kept;
}

static int width_of(void *context, TextFace face, int size, const char *text) {
    Fonts *fonts = context;
    KeptText wanted = {.face = face, .size = size, .text = text};
    const KeptText *kept =
        (const KeptText *)lru_find(&fonts->widths, hash_of(&wanted), equal, &wanted);
    if (kept)
        return kept->width;
    TTF_Font *font = fonts_get(fonts, face, size);
    if (font)
        TTF_SizeUTF8(font, text, &wanted.width, NULL);
    wanted.width = logical(fonts, wanted.width);
    keep(fonts, &fonts->widths, &wanted, 0, NULL);
    return wanted.width;
}

/* The alpha of white letters. */
static void copy_mask(uint8_t *to, const SDL_Surface *surface) {
    for (int y = 0; y < surface->h; y++) {
        const uint8_t *row = (const uint8_t *)surface->pixels + (size_t)y * (size_t)surface->pitch;
        for (int x = 0; x < surface->w; x++) {
            uint32_t pixel;
            memcpy(&pixel, row + 4 * (size_t)x, sizeof pixel);
            *to++ = (uint8_t)(pixel >> 24);
        }
    }
}

static bool mask_of(void *context, TextFace face, int size, const char *text, TextMask *mask,
                    Error *err) {
    Fonts *fonts = context;
    KeptText wanted = {.face = face, .size = size, .text = text};
    KeptText *kept = (KeptText *)lru_find(&fonts->masks, hash_of(&wanted), equal, &wanted);
    if (!kept) {
        TTF_Font *font = fonts_get(fonts, face, size);
        SDL_Surface *surface =
            font ? TTF_RenderUTF8_Blended(font, text, (SDL_Color){255, 255, 255, 255}) : NULL;
        if (!surface)
            return error_set(err, ERROR_BAD, TEXT("cannot draw a text: %s", TTF_GetError()));
        wanted.mask = (TextMask){.w = surface->w, .h = surface->h};
        kept = keep(fonts, &fonts->masks, &wanted, (size_t)surface->w * (size_t)surface->h, err);
        if (kept)
            copy_mask((uint8_t *)(kept + 1) + strlen(text) + 1, surface);
        SDL_FreeSurface(surface);
    }
    if (kept)
        *mask = kept->mask;
    return kept;
}

TextPainter fonts_painter(Fonts *fonts) {
    return (TextPainter){mask_of, fonts};
}

static int height_of(void *context, TextFace face, int size) {
    Fonts *fonts = context;
    TTF_Font *font = fonts_get(fonts, face, size);
    return font ? logical(fonts, TTF_FontHeight(font)) : size;
}

/* Every face must open once, so that a broken file is told now and not by an empty window. A bold
 * cut that does not is replaced by the regular one, which comes before it. */
static bool try_face(Fonts *fonts, FontFinder *finder, TextFace face, Error *err) {
    bool mono = face == FACE_MONO || face == FACE_MONO_BOLD, bold = face > FACE_MONO;
    char *path = fonts->path[face];
    const size_t size = sizeof fonts->path[face];
    pthread_mutex_lock(&library);
    const bool found = font_find(finder, mono, bold, path, size, bold ? NULL : err);
    pthread_mutex_unlock(&library);
    if (found && fonts_get(fonts, face, 14))
        return true;
    if (!bold)
        return error_set(err, ERROR_OPEN, path, TTF_GetError());
    memcpy(path, fonts->path[mono ? FACE_MONO : FACE_SANS], size);
    return true;
}

static bool try_faces(Fonts *fonts, Error *err) {
    pthread_mutex_lock(&library);
    FontFinder *finder = font_finder_new();
    pthread_mutex_unlock(&library);
    bool ok = true;
    for (TextFace face = 0; face < FACES && ok; face++)
        ok = try_face(fonts, finder, face, err);
    pthread_mutex_lock(&library);
    font_finder_free(finder);
    pthread_mutex_unlock(&library);
    close_all(fonts); /* also those that did not open */
    return ok;
}

static bool library_begin(void) {
    pthread_mutex_lock(&library);
    const bool begun = TTF_Init() == 0;
    pthread_mutex_unlock(&library);
    return begun;
}

static void library_end(void) {
    pthread_mutex_lock(&library);
    TTF_Quit();
    pthread_mutex_unlock(&library);
}

Fonts *fonts_new(double scale, Error *err) {
    if (!library_begin()) {
        error_set(err, ERROR_BAD, TEXT("SDL_ttf does not start: %s", TTF_GetError()));
        return NULL;
    }
    Fonts *fonts = mem_alloc(1, sizeof *fonts, err);
    if (!fonts) {
        library_end();
        return NULL;
    }
    fonts->scale = scale;
    fonts->widths = (Lru){.drop = drop, .limit = WIDTHS_BYTES};
    fonts->masks = (Lru){.drop = drop, .limit = MASKS_BYTES};
    fonts->metrics = (TextMetrics){.width = width_of, .height = height_of, .context = fonts};
    if (!try_faces(fonts, err)) {
        fonts_free(fonts);
        return NULL;
    }
    return fonts;
}

static void forget(Fonts *fonts) {
    close_all(fonts);
    lru_clear(&fonts->widths);
    lru_clear(&fonts->masks);
}

void fonts_free(Fonts *fonts) {
    if (!fonts)
        return;
    forget(fonts);
    mem_free(fonts);
    library_end();
}

void fonts_set_scale(Fonts *fonts, double scale) {
    if (scale == fonts->scale)
        return;
    forget(fonts);
    fonts->scale = scale;
}

double fonts_scale(const Fonts *fonts) {
    return fonts->scale;
}

const TextMetrics *fonts_metrics(const Fonts *fonts) {
    return &fonts->metrics;
}
