/* A picture in memory that frames are drawn on by SDL's software renderer, as on a window's: to see
 * how long they take. */
#ifndef DRAW_SDL_STAGE_H
#define DRAW_SDL_STAGE_H

#include "draw/sdl_font.h"

typedef struct Stage Stage;
Stage *stage_new(int width, int height, Error *err);
void stage_free(Stage *stage); /* NULL is fine */
void stage_draw(Stage *stage, Fonts *fonts, const DrawList *list);

#endif
