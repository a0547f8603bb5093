/* Display lists on an SDL_Renderer, whichever it is, and as pictures without any display: the same
 * pixels everywhere, as they are painted by paint_list. */
#ifndef DRAW_SDL_RENDER_H
#define DRAW_SDL_RENDER_H

#include "draw/list.h"
#include "draw/sdl_font.h"
#include "tensor/image.h"

struct SDL_Renderer;

/* The picture on a renderer: each frame only what differs from the last is painted and handed to
 * the renderer. */
typedef struct SdlScreen SdlScreen;

/* Owned: sdl_screen_free, before the renderer is destroyed. */
SdlScreen *sdl_screen_new(struct SDL_Renderer *renderer, Error *err);
void sdl_screen_free(SdlScreen *screen); /* NULL is fine */
/* The renderer lost its textures (SDL_RENDER_DEVICE_RESET, SDL_RENDER_TARGETS_RESET). */
void sdl_screen_reset(SdlScreen *screen);

/* Draws the list at the fonts' scale, all over what the renderer shows, and black where the list
 * has nothing; the caller presents. False if something could not be drawn (the rest is). */
bool sdl_screen_draw(SdlScreen *screen, Fonts *fonts, const DrawList *list, Error *err);
/* How many pixels the last call had to paint. */
size_t sdl_screen_painted(const SdlScreen *screen);

/* The same once, with nothing kept. */
bool sdl_render(struct SDL_Renderer *renderer, Fonts *fonts, const DrawList *list, Error *err);

/* The list as an RGB picture of its width and height times the fonts' scale. Needs no display.
 * Owned: image_free. */
bool sdl_render_image(Fonts *fonts, const DrawList *list, Image *image, Error *err);

#endif
