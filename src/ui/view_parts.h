/* The parts of the screen, each filling a box. */
#ifndef UI_VIEW_PARTS_H
#define UI_VIEW_PARTS_H

#include "draw/list.h"
#include "session/session.h"
#include "tensor/colormap.h"

/* What all parts look at. `values` and `stats` are NULL while the node shown is not computed. */
typedef struct View {
    DrawList *list;
    const Session *session;
    JobProgress progress;
    const Scene *scene;
    int node;
    SceneExtent extent;
    const Tensor *values;
    const Stats *stats;
    Colormap colormap; /* and the interval that it spans, the same for all maps of the node */
    ColorRange range;
} View;

void view_layers(const View *v, Rect box);  /* the list of layers */
void view_maps(const View *v, Rect box);    /* a page of maps */
void view_units(const View *v, Rect box);   /* a vector: bars if there is room, else cells */
void view_classes(const View *v, Rect box); /* the five likeliest */
void view_legend(const View *v, Rect box, bool colors); /* the range, and the colours for it */
void view_picture(const View *v, Rect box);             /* what the network sees */
void view_channel(const View *v, Rect box);             /* the chosen map, large */

/* Whether a vector has so few elements that each gets a bar and its name. */
bool view_has_bars(const View *v, Rect box);

/* How large w x h pixels are drawn in a box: a whole number of times where that costs less than a
 * sixth of the size. */
Rect view_fit(Rect box, int w, int h);

/* A map of w x h values drawn dw x dh pixels large: every pixel is the mean of what it covers, so
 * that nothing is left out when it shrinks, and cells stay sharp when it grows by whole numbers.
 * NaN spreads to the pixels that it touches. */
void view_resample(const float *x, int w, int h, int dw, int dh, float *out);

/* A number with three digits that count: "-3.21", "0.00123", "12300", "NaN". */
const char *view_number(char buffer[24], double value);
#define NUMBER(value) view_number((char[24]){0}, (value))
/* "24×24×20", the channels last; or "500" for a vector. */
const char *view_extent(char buffer[48], const Shape *shape);
#define EXTENT(shape) view_extent((char[48]){0}, (shape))
const char *view_label(const View *v, int node); /* of a node, or of the input */
/* "convolution 5x5, 20"; without the first word where that would not fit the width. */
const char *view_operation(const View *v, int node, int width, char buffer[200]);
/* The class that an element of a vector stands for, or its number. */
const char *view_unit_name(const View *v, int unit, char buffer[24]);
/* The width of the widest of these elements' names, at most `most`. */
int view_names_width(const View *v, TextStyle style, const int64_t *units, int count, int most);

#endif
