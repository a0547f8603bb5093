#include "draw/sdl_font.h"

#include "base/file.h"
#include "draw/font_find.h"
#include <SDL_ttf.h>
#include <math.h>

enum { OPEN_MAX = 24 }; /* faces times sizes in use at one scale */

typedef struct OpenFont {
    TextFace face;
    int size;
    TTF_Font *font; /* NULL: it could not be opened */
} OpenFont;

struct Fonts {
    double scale;
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
    int pixels = (int)lround(size * fonts->scale);
    TTF_Font *font = TTF_OpenFont(fonts->path[face], pixels < 1 ? 1 : pixels);
    if (font)
        TTF_SetFontHinting(font, TTF_HINTING_LIGHT);
    fonts->open[fonts->open_count++] = (OpenFont){face, size, font};
    return font;
}

static int logical(const Fonts *fonts, int pixels) {
    return (int)ceil(pixels / fonts->scale);
}

static int width_of(void *context, TextFace face, int size, const char *text) {
    Fonts *fonts = context;
    TTF_Font *font = fonts_get(fonts, face, size);
    int width = 0;
    if (font)
        TTF_SizeUTF8(font, text, &width, NULL);
    return logical(fonts, width);
}

static int height_of(void *context, TextFace face, int size) {
    Fonts *fonts = context;
    TTF_Font *font = fonts_get(fonts, face, size);
    return font ? logical(fonts, TTF_FontHeight(font)) : size;
}

/* Every face must open once, so that a broken file is told now and not by an empty window. */
static bool try_faces(Fonts *fonts, Error *err) {
    for (TextFace face = 0; face < FACES; face++) {
        if (!font_find(face == FACE_MONO, fonts->path[face], sizeof fonts->path[face], err))
            return false;
        if (!fonts_get(fonts, face, 14))
            return error_set(err, ERROR_OPEN, fonts->path[face], TTF_GetError());
    }
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
    mem_free(fonts);
    TTF_Quit();
}

void fonts_set_scale(Fonts *fonts, double scale) {
    if (scale == fonts->scale)
        return;
    close_all(fonts);
    fonts->scale = scale;
}

double fonts_scale(const Fonts *fonts) {
    return fonts->scale;
}

const TextMetrics *fonts_metrics(const Fonts *fonts) {
    return &fonts->metrics;
}
