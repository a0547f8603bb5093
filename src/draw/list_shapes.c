/* Polygons and lines of any width, whose points need not be whole pixels. */
#include "draw/list_parts.h"
#include "draw/stroke.h"
#include <math.h>
#include <string.h>

enum { CIRCLE_MAX = 256 };

/* The pixels that the points and a margin around them can touch; without width if a point is no
 * number or absurdly far away. */
static Rect bounds(const Point *points, int count, double margin) {
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int i = 0; i < count; i++) {
        if (!(fabs(points[i].x) < RECT_FAR / 4) || !(fabs(points[i].y) < RECT_FAR / 4))
            return (Rect){0};
        x0 = fmin(x0, points[i].x);
        y0 = fmin(y0, points[i].y);
        x1 = fmax(x1, points[i].x);
        y1 = fmax(y1, points[i].y);
    }
    /* A pixel more, as edges may be moved onto whole ones. */
    int x = (int)floor(x0 - margin) - 1, y = (int)floor(y0 - margin) - 1;
    return (Rect){x, y, (int)ceil(x1 + margin) + 1 - x, (int)ceil(y1 + margin) + 1 - y};
}

static void add_shape(DrawList *list, DrawItem *item, const Point *points, int count, int least,
                      double margin) {
    if (count < least || !(margin < RECT_FAR / 4))
        return;
    item->box = bounds(points, count, margin);
    if (item->box.w < 1 || !list_sees(list, item->box))
        return;
    Point *copy = arena_alloc(&list->arena, (size_t)count, sizeof *copy, &list->error);
    if (!copy)
        return;
    item->points = memcpy(copy, points, (size_t)count * sizeof *copy);
    item->point_count = count;
    list_add(list, item);
}

void draw_polygon(DrawList *list, const Point *points, int count, Color color) {
    add_shape(list, &(DrawItem){.kind = ITEM_POLYGON, .color = color}, points, count, 3, 0);
}

void draw_polyline(DrawList *list, const Point *points, int count, Stroke stroke) {
    if (!(stroke.width > 0))
        return;
    DrawItem item = {.kind = ITEM_POLYLINE, .color = stroke.color, .stroke = stroke};
    add_shape(list, &item, points, count, 2, stroke_reach(&stroke));
}

/* As many corners as keep within 1/32 of a pixel of the circle. */
static int circle_points(Point centre, double radius, Point points[CIRCLE_MAX]) {
    static const double turn = 6.283185307179586;
    if (!(radius > 0))
        return 0;
    double corners = ceil(turn / 2 / acos(1 - fmin(1.0 / 32 / radius, 0.5)));
    int count = corners < 8 ? 8 : corners > CIRCLE_MAX ? CIRCLE_MAX : (int)corners;
    for (int i = 0; i < count; i++) {
        double angle = turn * i / count;
        points[i] = (Point){centre.x + radius * cos(angle), centre.y + radius * sin(angle)};
    }
    return count;
}

void draw_disc(DrawList *list, Point centre, double radius, Color color) {
    Point points[CIRCLE_MAX];
    draw_polygon(list, points, circle_points(centre, radius, points), color);
}

void draw_circle(DrawList *list, Point centre, double radius, Stroke stroke) {
    Point points[CIRCLE_MAX];
    stroke.closed = true;
    draw_polyline(list, points, circle_points(centre, radius, points), stroke);
}
