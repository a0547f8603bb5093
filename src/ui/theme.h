/* Colours and sizes: a neutral ground, one accent for what is chosen, and the eight colours of
 * Okabe and Ito (2008), which the colour-blind can tell apart, for the families of layers. */
#ifndef UI_THEME_H
#define UI_THEME_H

#include "draw/list.h"
#include "layer/layer.h"

enum { SIZE_BODY = 14, SIZE_HEAD = 18, SIZE_TITLE = 24 }; /* of type */
enum { SPACE = 8, MARGIN = 16 };
enum { LINE_BODY = 20, LINE_HEAD = 24, LINE_TITLE = 32 }; /* what a line of each takes */

static const Color color_ground = {30, 31, 34, 255};
static const Color color_panel = {41, 42, 46, 255};
static const Color color_raised = {58, 60, 66, 255};
static const Color color_line = {84, 87, 95, 255};
static const Color color_text = {238, 238, 240, 255};
static const Color color_dim = {176, 179, 186, 255};
static const Color color_accent = {230, 159, 0, 255};
static const Color color_wrong = {140, 52, 0, 255}; /* behind an error */
static const Color color_bar = {86, 180, 233, 255}; /* of a diagram */

static inline Color theme_family(LayerFamily family) {
    switch (family) {
    case LAYER_CONVOLUTION:
        return (Color){0, 114, 178, 255};
    case LAYER_POOLING:
        return (Color){0, 158, 115, 255};
    case LAYER_NORMALISATION:
        return (Color){240, 228, 66, 255};
    case LAYER_ACTIVATION:
        return (Color){204, 121, 167, 255};
    case LAYER_CONNECTED:
        return (Color){86, 180, 233, 255};
    case LAYER_JOINING:
        return (Color){213, 94, 0, 255};
    default:
        return (Color){150, 153, 160, 255};
    }
}

static inline TextStyle theme_text(int size, Color color, TextAlign align) {
    return (TextStyle){.face = FACE_SANS, .size = size, .color = color, .align = align};
}

static inline TextStyle theme_number(Color color, TextAlign align) {
    return (TextStyle){.face = FACE_MONO, .size = SIZE_BODY, .color = color, .align = align};
}

#endif
