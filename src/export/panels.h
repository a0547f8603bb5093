/* A page of pictures beside each other, each with its title, what its colours stand for and some
 * lines: what an explanation hands out. It says whose weights they come from and how to make it
 * again. */
#ifndef EXPORT_PANELS_H
#define EXPORT_PANELS_H

#include "draw/sdl_render.h"
#include "model/model.h"
#include "tensor/colormap.h"

enum { PANEL_LINES = 3, PANEL_TITLE_SIZE = 120, PANEL_LINE_SIZE = 160 };

typedef struct Panel {
    Image image; /* RGB; owned by the panels. Enlarged by whole numbers on a page */
    bool scaled; /* colours stand for numbers: the legend is drawn */
    Colormap colormap;
    ColorRange range;
    bool marked; /* its title stands out */
    char title[PANEL_TITLE_SIZE];
    char lines[PANEL_LINES][PANEL_LINE_SIZE];
} Panel;

typedef struct Panels {
    Panel *panels;
    int count;
    int columns;         /* 0: as near to a page as may be */
    int side;            /* pixels that the longer side of a picture has at least; 0: 224 */
    const Model *model;  /* whose title and weights are told */
    const char *title;   /* follows the model's */
    const char *about;   /* a paragraph; or "" */
    const char *command; /* that makes all this again; or "" */
} Panels;

/* Room for `count` empty panels; panels_free. */
bool panels_new(Panels *p, int count, const Model *model, Error *err);
void panels_free(Panels *p); /* with all pictures; harmless on a zeroed one */

/* Fills a panel's picture from numbers: 3 planes over -m..m as red, green and blue with 0 in the
 * middle grey, 1 plane over `range` in the colours of the map. */
bool panel_paint(Panel *panel, const float *data, int64_t planes, int64_t height, int64_t width,
                 Colormap map, ColorRange range, Error *err);
/* Signed numbers: 0 is mid-grey, black and white are -m and m. */
bool panel_paint_signed(Panel *panel, const float *data, int64_t planes, int64_t height,
                        int64_t width, float m, Error *err);
/* A grey or RGB picture as it is (copied). */
bool panel_show(Panel *panel, const Image *image, Error *err);

/* What went into the network, (1, C, H, W) of 1 or 3 channels, as the picture that it was made of.
 */
bool panel_show_input(Panel *panel, const Model *model, const Tensor *input, Error *err);
/* A frame of one pixel around a part of the picture, as much of it as lies inside. */
void panel_mark(Panel *panel, GraphBox box);

/* The page's size in pixels for pictures of this size each, before there are any. Refused with the
 * figures if it is too large a picture. */
bool panels_check(const Panels *p, int64_t width, int64_t height, Error *err);
/* Fills the list; the panels must outlive it. */
bool panels_list(const Panels *p, const TextMetrics *metrics, DrawList *list, Error *err);
/* Draws and writes it. */
bool panels_save(const Panels *p, const char *path, Error *err);

#endif
