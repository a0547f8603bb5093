/* Rectangles in whole logical pixels (a HiDPI screen has several of its own to each), and cutting
 * them up, which is how a view lays out what it shows. */
#ifndef DRAW_RECT_H
#define DRAW_RECT_H

#include <stdbool.h>

enum { RECT_FAR = 1 << 28 }; /* beyond every screen; sums of two fit an int */

typedef struct Rect {
    int x, y, w, h;
} Rect;

/* Places that need not be whole pixels: of what is zoomed, or drawn with soft edges. */
typedef struct Point {
    double x, y;
} Point;

typedef struct Area {
    double x, y, w, h;
} Area;

static inline int rect_least(int a, int b) {
    return a < b ? a : b;
}

/* What there is of what is wanted. */
static inline int rect_clip(int wanted, int there) {
    return wanted < 0 || there < 0 ? 0 : rect_least(wanted, there);
}

/* Cut a strip off one side of *r and return it; never more than there is. */
static inline Rect rect_cut_top(Rect *r, int h) {
    h = rect_clip(h, r->h);
    Rect cut = {r->x, r->y, r->w, h};
    r->y += h;
    r->h -= h;
    return cut;
}

static inline Rect rect_cut_bottom(Rect *r, int h) {
    h = rect_clip(h, r->h);
    r->h -= h;
    return (Rect){r->x, r->y + r->h, r->w, h};
}

static inline Rect rect_cut_left(Rect *r, int w) {
    w = rect_clip(w, r->w);
    Rect cut = {r->x, r->y, w, r->h};
    r->x += w;
    r->w -= w;
    return cut;
}

static inline Rect rect_cut_right(Rect *r, int w) {
    w = rect_clip(w, r->w);
    r->w -= w;
    return (Rect){r->x + r->w, r->y, w, r->h};
}

/* Without a margin of dx at the left and right, dy above and below. */
static inline Rect rect_inset(Rect r, int dx, int dy) {
    dx = rect_clip(dx, r.w / 2);
    dy = rect_clip(dy, r.h / 2);
    return (Rect){r.x + dx, r.y + dy, r.w - 2 * dx, r.h - 2 * dy};
}

static inline bool rect_holds(Rect r, int x, int y) {
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}

static inline bool rect_inside(Rect inner, Rect outer) {
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

static inline bool rect_meet(Rect a, Rect b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/* What both hold; without width and height if that is nothing. */
static inline Rect rect_common(Rect a, Rect b) {
    if (!rect_meet(a, b))
        return (Rect){a.x, a.y, 0, 0};
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    return (Rect){x, y, rect_least(a.x + a.w, b.x + b.w) - x, rect_least(a.y + a.h, b.y + b.h) - y};
}

static inline bool area_holds(Area a, Point p) {
    return p.x >= a.x && p.y >= a.y && p.x < a.x + a.w && p.y < a.y + a.h;
}

/* The whole pixels nearest to an area: edges are rounded, not extents, so that what touches still
 * touches. Far outside of any screen it is cut off. */
Rect area_rect(Area a);

#endif
