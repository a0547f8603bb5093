/* The faces, opened through SDL_ttf at the sizes that are asked for. For one thread. */
#ifndef DRAW_SDL_FONT_H
#define DRAW_SDL_FONT_H

#include "draw/paint.h"

typedef struct Fonts Fonts;

/* scale: a screen's pixels to a logical one, above 0. Owned: fonts_free. */
Fonts *fonts_new(double scale, Error *err);
void fonts_free(Fonts *fonts); /* NULL is fine */
void fonts_set_scale(Fonts *fonts, double scale);
double fonts_scale(const Fonts *fonts);
const TextMetrics *fonts_metrics(const Fonts *fonts);
/* Their letters, for paint_list at the same scale; each text is drawn once and kept for a while. */
TextPainter fonts_painter(Fonts *fonts);
/* NULL if it cannot be opened. */
struct _TTF_Font *fonts_get(Fonts *fonts, TextFace face, int size);

#endif
