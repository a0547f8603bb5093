/* Display lists to pixels through SDL_Renderer: on a window's, or headless on one in memory, with
 * the same code and the same outcome. */
#ifndef DRAW_SDL_RENDER_H
#define DRAW_SDL_RENDER_H

#include "draw/list.h"
#include "draw/sdl_font.h"
#include "tensor/image.h"

struct SDL_Renderer;

/* Draws the list at the fonts' scale over what the renderer holds; the caller presents. False if
 * something could not be drawn (the rest is). */
bool sdl_render(struct SDL_Renderer *renderer, Fonts *fonts, const DrawList *list, Error *err);

/* The list as an RGB picture of its width and height times the fonts' scale. Needs no display.
 * Owned: image_free. */
bool sdl_render_image(Fonts *fonts, const DrawList *list, Image *image, Error *err);

#endif
