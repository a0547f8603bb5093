/* Textures of what the display list holds, kept for the next frames. */
#ifndef DRAW_SDL_TEXTURES_H
#define DRAW_SDL_TEXTURES_H

#include "draw/list.h"
#include "draw/lru.h"
#include "draw/sdl_font.h"
#include <SDL.h>

typedef struct SdlTextures {
    Lru lru;
    SDL_Renderer *renderer;
    SDL_RendererInfo info;
    uint32_t *scratch; /* pixels on their way to a texture, and where each column comes from */
    int *columns;
    size_t scratch_capacity, columns_capacity;
} SdlTextures;

typedef struct SdlTexture {
    SDL_Texture *texture;
    int w, h;
    bool kept; /* else the caller destroys it after use */
} SdlTexture;

bool sdl_textures_begin(SdlTextures *t, SDL_Renderer *renderer, size_t bytes, Error *err);
void sdl_textures_end(SdlTextures *t);

/* An image for a box of w x h pixels of the screen; of that size unless it would be very large. */
bool sdl_texture_image(SdlTextures *t, const DrawItem *item, int w, int h, SdlTexture *out,
                       Error *err);
bool sdl_texture_text(SdlTextures *t, Fonts *fonts, const DrawItem *item, SdlTexture *out,
                      Error *err);

#endif
