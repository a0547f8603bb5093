#include "draw/rect.h"

#include <math.h>

static int edge(double x) {
    return (int)fmin(fmax(floor(x + 0.5), -RECT_FAR), RECT_FAR);
}

Rect area_rect(Area a) {
    int x = edge(a.x), y = edge(a.y);
    return (Rect){x, y, edge(a.x + a.w) - x, edge(a.y + a.h) - y};
}
