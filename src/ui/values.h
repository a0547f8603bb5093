/* Numbers of a tensor as little pictures: kernels, patches. */
#ifndef UI_VALUES_H
#define UI_VALUES_H

#include "ui/ui.h"

/* w x h values as cells of a box, signed: blue, white at zero, red, over -most..most; or in the
 * colours of `map` and `range`. Where cells are large enough their numbers stand in them. */
typedef struct ValueCells {
    const float *values; /* w * h */
    int w, h;
    Colormap map;
    ColorRange range;
    const bool *padding; /* w * h: drawn as holes; NULL: none */
    const char *region;  /* a place with cells; NULL: none */
    const char *hover;   /* its action (draw_cells), or NULL */
    DrawPart part;       /* of which map they are cells (draw_cells_part) */
    int lit;             /* the cell that is hovered somewhere on the screen; -1: none */
} ValueCells;
enum { VALUES_GAP = 4 }; /* pixels that a cell is wider than its number */
void values_cells(const View *v, Rect box, const ValueCells *cells);

/* Whether a convolution's kernels are shown as colours: its input is the picture, in RGB. */
bool values_is_rgb(const View *v, int node);
/* The kernel of an output channel: as one colour picture, or its input channels as tiles, those of
 * the largest norm first, as many as there is room for. Returns how many of them are shown. */
int values_kernel(const View *v, Rect box, int node, int channel);

#endif
