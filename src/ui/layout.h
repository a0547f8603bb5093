/* Where the zones of the screen lie, for its size, the depth that one has gone to and the size of
 * type. */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "draw/rect.h"
#include "session/state.h"

typedef enum Zone {
    ZONE_BAR,
    ZONE_BANNER,
    ZONE_NETWORK,
    ZONE_PANELS, /* input, kernel, histogram, from top to bottom */
    ZONE_LAYER,
    ZONE_RIGHT,  /* the unit's arithmetic, or the classes */
    ZONE_BENCH,  /* the workbench, in place of the three above */
    ZONE_LESSON, /* what a lesson says, above the footer */
    ZONE_FOOTER,
    ZONES
} Zone;

typedef struct Layout {
    Rect zone[ZONES]; /* of no width: not shown */
} Layout;

/* What the zones depend on, beside the window's size. */
typedef struct LayoutWish {
    StateDepth depth;
    bool big;
    bool bench;                 /* the workbench is open, */
    bool bench_network;         /* below the network */
    bool alone;                 /* only the zone that is large, */
    bool right;                 /* or the right one */
    bool opened;                /* blocks are: the network, where it is large, needs more height */
    double scale;               /* of type */
    int banner, lesson, footer; /* the heights they need */
} LayoutWish;
/* The height that is left between the bar and what stands at the bottom. */
int layout_room(const Layout *l);
Layout layout_make(int width, int height, const LayoutWish *wish);
/* Between two: share 0..1. */
Layout layout_between(const Layout *from, const Layout *to, double share);

#endif
