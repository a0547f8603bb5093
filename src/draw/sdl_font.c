#include "draw/sdl_font.h"

#include "base/file.h"
#include "draw/font_find.h"
#include "draw/lru.h"
#include <SDL_ttf.h>
#include <math.h>
#include <string.h>

enum { OPEN_MAX = 32 };          /* faces times sizes in use at one scale */
enum { WIDTHS_BYTES = 2 << 20 }; /* kept of texts that were measured, with the texts */
enum { WIDTHS_FRAME = 4096 };    /* so many new ones count as a frame to them */

typedef struct OpenFont {
    TextFace face;
    int size;
    TTF_Font *font; /* NULL: it could not be opened */
} OpenFont;

/* How wide a text is at the current scale: views ask for the same ones frame after frame. */
typedef struct Measured {
    LruEntry entry; /* the first: so that one can be taken for the other */
    TextFace face;
    int size, width;
    const char *text;
} Measured; /* followed by the text */

struct Fonts {
    double scale;
    Lru widths;
    int fresh_widths;
    char path[FACES][FILE_PATH_MAX];
    OpenFont open[OPEN_MAX];
    int open_count;
    TextMetrics metrics;
};

static void close_all(Fonts *fonts) {
    for (int i = 0; i < fonts->open_count; i++)
        if (fonts->open[i].font)
            TTF_CloseFont(fonts->open[i].font);
    fonts->open_count = 0;
}

TTF_Font *fonts_get(Fonts *fonts, TextFace face, int size) {
    for (int i = 0; i < fonts->open_count; i++)
        if (fonts->open[i].face == face && fonts->open[i].size == size)
            return fonts->open[i].font;
    if (fonts->open_count == OPEN_MAX)
        close_all(fonts);
    TTF_Font *font = TTF_OpenFont(fonts->path[face], fonts_pixels(fonts, size));
    if (font)
        TTF_SetFontHinting(font, TTF_HINTING_LIGHT);
    fonts->open[fonts->open_count++] = (OpenFont){face, size, font};
    return font;
}

int fonts_pixels(const Fonts *fonts, int size) {
    int pixels = (int)lround(size * fonts->scale);
    return pixels < 1 ? 1 : pixels;
}

static int logical(const Fonts *fonts, int pixels) {
    return (int)ceil(pixels / fonts->scale);
}

/* --- Widths ----------------------------------------------------------------------------------- */

static void drop_width(LruEntry *entry) {
    mem_free(entry);
}

static bool equal_width(const LruEntry *entry, const void *wanted) {
    const Measured *a = (const Measured *)entry, *b = wanted;
    return a->face == b->face && a->size == b->size && strcmp(a->text, b->text) == 0;
}

static void keep_width(Fonts *fonts, const Measured *measured, uint64_t hash) {
    size_t text = strlen(measured->text) + 1;
    Measured *kept = mem_alloc(1, sizeof *kept + text, NULL);
    if (!kept)
        return;
    *kept = *measured;
    kept->text = memcpy(kept + 1, measured->text, text);
    kept->entry.bytes = sizeof *kept + text;
    if (!lru_add(&fonts->widths, hash, &kept->entry, NULL))
        mem_free(kept);
    if (++fonts->fresh_widths % WIDTHS_FRAME == 0)
        lru_frame(&fonts->widths);
}

static int width_of(void *context, TextFace face, int size, const char *text) {
    Fonts *fonts = context;
    Measured measured = {.face = face, .size = size, .text = text};
    ImageKey key = image_key_add((ImageKey){0}, (uint64_t)face << 32 | (uint32_t)size);
    uint64_t hash = image_key_add_text(key, text).low;
    const Measured *kept = (Measured *)lru_find(&fonts->widths, hash, equal_width, &measured);
    if (kept)
        return kept->width;
    TTF_Font *font = fonts_get(fonts, face, size);
    if (font)
        TTF_SizeUTF8(font, text, &measured.width, NULL);
    measured.width = logical(fonts, measured.width);
    keep_width(fonts, &measured, hash);
    return measured.width;
}

static int height_of(void *context, TextFace face, int size) {
    Fonts *fonts = context;
    TTF_Font *font = fonts_get(fonts, face, size);
    return font ? logical(fonts, TTF_FontHeight(font)) : size;
}

/* Every face must open once, so that a broken file is told now and not by an empty window. A bold
 * cut that does not is replaced by the regular one. */
static bool try_faces(Fonts *fonts, Error *err) {
    for (TextFace face = 0; face < FACES; face++) {
        bool mono = face == FACE_MONO || face == FACE_MONO_BOLD, bold = face > FACE_MONO;
        char *path = fonts->path[face];
        const size_t size = sizeof fonts->path[face];
        TTF_Font *font = NULL;
        if (font_find(mono, bold, path, size, bold ? NULL : err))
            font = fonts_get(fonts, face, 14);
        if (!font && bold)
            memcpy(path, fonts->path[mono ? FACE_MONO : FACE_SANS], size);
        else if (!font)
            return error_set(err, ERROR_OPEN, path, TTF_GetError());
    }
    close_all(fonts); /* also those that did not open */
    return true;
}

Fonts *fonts_new(double scale, Error *err) {
    if (TTF_Init() != 0) {
        error_set(err, ERROR_BAD, TEXT("SDL_ttf does not start: %s", TTF_GetError()));
        return NULL;
    }
    Fonts *fonts = mem_alloc(1, sizeof *fonts, err);
    if (!fonts) {
        TTF_Quit();
        return NULL;
    }
    fonts->scale = scale;
    fonts->widths = (Lru){.drop = drop_width, .limit = WIDTHS_BYTES};
    fonts->metrics = (TextMetrics){.width = width_of, .height = height_of, .context = fonts};
    if (!try_faces(fonts, err)) {
        fonts_free(fonts);
        return NULL;
    }
    return fonts;
}

void fonts_free(Fonts *fonts) {
    if (!fonts)
        return;
    close_all(fonts);
    lru_clear(&fonts->widths);
    mem_free(fonts);
    TTF_Quit();
}

void fonts_set_scale(Fonts *fonts, double scale) {
    if (scale == fonts->scale)
        return;
    close_all(fonts);
    lru_clear(&fonts->widths);
    fonts->scale = scale;
}

double fonts_scale(const Fonts *fonts) {
    return fonts->scale;
}

const TextMetrics *fonts_metrics(const Fonts *fonts) {
    return &fonts->metrics;
}
