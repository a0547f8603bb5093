/* Colours and sizes: one scale of type, one unit of space, a restrained palette, and the eight
 * colours of Okabe and Ito (2008), which the colour-blind can tell apart, for the families of
 * layers. */
#ifndef UI_THEME_H
#define UI_THEME_H

#include "draw/list.h"
#include "layer/layer.h"
#include "session/state.h"

typedef struct Theme {
    Color ground, panel, raised, line; /* from behind to before */
    Color text, dim;                   /* at least 4.5 : 1 on ground, panel and raised (WCAG AA) */
    Color accent;                      /* what is chosen; and text on it */
    Color on_accent;
    Color hover;              /* what the mouse is over */
    Color wrong, on_wrong;    /* behind an error */
    Color bar;                /* of a diagram */
    Color positive, negative; /* of signed numbers: terms that add and that take away */
    Color half[2];            /* behind feature extraction and classification */
    Color veil;               /* over what an overlay covers */
} Theme;

extern const Theme themes[THEMES];

/* The family's own colour; and the same for text on the theme's panel, dark or light enough. */
Color theme_family(LayerFamily family);
Color theme_heat(const Theme *theme, double share); /* 0 (nothing) .. 1 (the most) */
Color theme_family_text(StateTheme theme, LayerFamily family);
/* A mixture: share 0 is a, 1 is b. */
Color theme_mix(Color a, Color b, double share);
/* The contrast of two opaque colours, 1..21 (WCAG 2.1, "contrast ratio"). */
double theme_contrast(Color a, Color b);

#endif
