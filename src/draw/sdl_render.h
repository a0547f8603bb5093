/* Display lists to pixels through SDL_Renderer: on a window's, or headless on one in memory, with
 * the same code and the same outcome. */
#ifndef DRAW_SDL_RENDER_H
#define DRAW_SDL_RENDER_H

#include "draw/list.h"
#include "draw/sdl_font.h"
#include "tensor/image.h"

struct SDL_Renderer;

/* What is worth keeping from frame to frame, on one renderer: texts and keyed images, as textures
 * of the size in which they are drawn. */
typedef struct SdlCache SdlCache;

enum { SDL_CACHE_BYTES = 128 << 20 }; /* a good limit: a dozen screens of 1920 x 1080 */

/* Keeps about so many bytes; more only where one frame and the one before need more. Owned:
 * sdl_cache_free, before the renderer is destroyed. */
SdlCache *sdl_cache_new(struct SDL_Renderer *renderer, size_t bytes, Error *err);
void sdl_cache_free(SdlCache *cache); /* NULL is fine */
/* Forgets all: when the renderer says that it lost its textures (SDL_RENDER_DEVICE_RESET). */
void sdl_cache_clear(SdlCache *cache);
size_t sdl_cache_bytes(const SdlCache *cache); /* kept now */

/* Draws the list at the fonts' scale over what the renderer holds, as one frame; the caller
 * presents. False if something could not be drawn (the rest is). */
bool sdl_render_frame(SdlCache *cache, Fonts *fonts, const DrawList *list, Error *err);

/* The same once, with nothing kept. */
bool sdl_render(struct SDL_Renderer *renderer, Fonts *fonts, const DrawList *list, Error *err);

/* The list as an RGB picture of its width and height times the fonts' scale. Needs no display.
 * Owned: image_free. */
bool sdl_render_image(Fonts *fonts, const DrawList *list, Image *image, Error *err);

#endif
