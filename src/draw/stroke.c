/* A line is made of pieces that touch: a box for each straight part, a wedge on the outer side of
 * each corner, and a head. The raster fills them as one. */
#include "draw/stroke.h"

#include "base/memory.h"
#include <math.h>
#include <string.h>

enum { LONG = 8 }; /* logical pixels: what is as long and level or upright lies on whole pixels */

typedef struct Line {
    Raster *raster;
    Error *err;
    double half; /* of the width, in pixels */
} Line;

double stroke_head_length(double width) {
    return 4 + 3 * width;
}

double stroke_reach(const Stroke *stroke) {
    double width = fmax(stroke->width, 1);
    return fmax(STROKE_MITRE * width / 2, stroke->arrow ? stroke_head_length(width) / 2 : 0) + 1;
}

static double distance(Point a, Point b) {
    return hypot(b.x - a.x, b.y - a.y);
}

static Point between(Point a, Point b, double share) {
    return (Point){a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

static Point moved(Point p, Point direction, double by) {
    return (Point){p.x + direction.x * by, p.y + direction.y * by};
}

/* To the right of a direction of length 1, as y goes down. */
static Point right_of(Point d) {
    return (Point){-d.y, d.x};
}

/* --- Onto whole pixels ------------------------------------------------------------------------ */

static double snap(double x, double half) {
    return floor(x - half + 0.5) + half;
}

/* Scales the points of an item; the coordinates of long level and upright parts are moved so that
 * edges `half` beside them lie on whole pixels. Returns whether there was any. */
static bool scale_points(const DrawItem *item, bool closed, double scale, double half, Point *to) {
    int count = item->point_count;
    bool any = false;
    for (int i = 0; i < count; i++)
        to[i] = (Point){item->points[i].x * scale, item->points[i].y * scale};
    for (int i = 0; i < (closed ? count : count - 1); i++) {
        int j = i + 1 < count ? i + 1 : 0;
        Point a = item->points[i], b = item->points[j];
        if (a.y == b.y && fabs(a.x - b.x) >= LONG) {
            to[i].y = to[j].y = snap(a.y * scale, half);
            any = true;
        }
        if (a.x == b.x && fabs(a.y - b.y) >= LONG) {
            to[i].x = to[j].x = snap(a.x * scale, half);
            any = true;
        }
    }
    return any;
}

bool stroke_polygon(Raster *raster, Rect clip, const DrawItem *item, double scale, Error *err) {
    raster_begin(raster, clip);
    Point *points = mem_alloc_raw((size_t)item->point_count, sizeof *points, err);
    if (!points)
        return false;
    scale_points(item, true, scale, 0, points);
    bool ok = raster_add(raster, points, item->point_count, err) && raster_scan(raster, err);
    mem_free(points);
    return ok;
}

/* --- Pieces ----------------------------------------------------------------------------------- */

static bool add_part(const Line *line, Point a, Point b, Point direction) {
    Point side = right_of(direction);
    Point box[4] = {moved(a, side, line->half), moved(b, side, line->half),
                    moved(b, side, -line->half), moved(a, side, -line->half)};
    return raster_add(line->raster, box, 4, line->err);
}

/* What the boxes of two parts leave open on the outer side of their corner. */
static bool add_corner(const Line *line, Point at, Point before, Point after) {
    double turn = before.x * after.y - before.y * after.x;
    double along = before.x * after.x + before.y * after.y;
    if (fabs(turn) < 1e-9)
        return true;
    double outer = turn > 0 ? -line->half : line->half;
    Point a = moved(at, right_of(before), outer), b = moved(at, right_of(after), outer);
    /* The mitre's tip lies 1 / cos(half of the turn) half widths away. */
    double half_cosine = sqrt((1 + along) / 2);
    if (half_cosine * STROKE_MITRE < 1)
        return raster_add(line->raster, (Point[3]){at, a, b}, 3, line->err);
    Point middle = between(a, b, 0.5);
    Point tip = between(at, middle, 1 / (half_cosine * half_cosine));
    return raster_add(line->raster, (Point[4]){at, a, tip, b}, 4, line->err);
}

/* Points at least a hundredth of a pixel from each other. */
static bool add_line(const Line *line, const Point *p, int count, bool closed) {
    Point first = {0}, last = {0};
    int parts = closed ? count : count - 1;
    for (int i = 0; i < parts; i++) {
        Point a = p[i], b = p[i + 1 < count ? i + 1 : 0];
        double length = distance(a, b);
        Point direction = {(b.x - a.x) / length, (b.y - a.y) / length};
        if (!add_part(line, a, b, direction) || (i > 0 && !add_corner(line, a, last, direction)))
            return false;
        if (i == 0)
            first = direction;
        last = direction;
    }
    return !closed || parts < 3 || add_corner(line, p[0], last, first);
}

/* A line that is still to be drawn, of which dashes take their parts. */
typedef struct Walk {
    const Point *points;
    int count, at; /* between points at and at + 1 */
    double along;  /* so far from point at */
} Walk;

/* The next `length` of it, as points of its own: at most count + 1. */
static int walk(Walk *w, double length, Point *to) {
    int made = 0;
    while (w->at + 1 < w->count) {
        Point a = w->points[w->at], b = w->points[w->at + 1];
        double whole = distance(a, b);
        if (!made)
            to[made++] = between(a, b, w->along / whole);
        if (w->along + length < whole) {
            w->along += length;
            to[made++] = between(a, b, w->along / whole);
            return made;
        }
        length -= whole - w->along;
        w->along = 0;
        w->at++;
        to[made++] = b;
    }
    return made;
}

/* Leaves out points that lie on the one before. */
static int distinct(Point *p, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (!kept || distance(p[kept - 1], p[i]) >= 0.01)
            p[kept++] = p[i];
    return kept;
}

enum { DASHES_MAX = 20000 };

static bool add_dashes(const Line *line, const Point *p, int count, double dash, double gap,
                       Point *scratch) {
    Walk w = {.points = p, .count = count};
    for (int i = 0; i < DASHES_MAX && w.at + 1 < count; i++) {
        int made = distinct(scratch, walk(&w, dash, scratch));
        if (made > 1 && !add_line(line, scratch, made, false))
            return false;
        walk(&w, gap, scratch);
    }
    return true;
}

int stroke_head(double length, Point *p, int count, Point head[3]) {
    const Point tip = p[count - 1];
    double left = length;
    head[0] = head[1] = head[2] = tip;
    while (count > 1 && distance(p[count - 2], p[count - 1]) <= left) {
        left -= distance(p[count - 2], p[count - 1]);
        count--;
    }
    Point base = p[count - 1];
    if (count > 1)
        base = between(base, p[count - 2], left / distance(base, p[count - 2]));
    length = distance(base, tip);
    if (length < 0.01)
        return count;
    Point direction = {(tip.x - base.x) / length, (tip.y - base.y) / length};
    Point side = right_of(direction);
    head[1] = moved(base, side, length * 0.45);
    head[2] = moved(base, side, -length * 0.45);
    p[count - 1] = base;
    return count;
}

static int add_head(const Line *line, Point *p, int count, double scale, bool *ok) {
    Point head[3];
    const double width = 2 * line->half;
    count = stroke_head(fmax(stroke_head_length(width / scale) * scale, width), p, count, head);
    *ok = distance(head[1], head[2]) < 0.009 || raster_add(line->raster, head, 3, line->err);
    return count;
}

static bool add_all(const Line *line, const DrawItem *item, double scale, Point *p,
                    Point *scratch) {
    const Stroke *s = &item->stroke;
    bool ok = true, closed = s->closed;
    int count = distinct(p, item->point_count);
    if (closed && count > 1 && distance(p[0], p[count - 1]) < 0.01)
        count--;
    if (count < 2)
        return true;
    if (s->arrow && !closed)
        count = add_head(line, p, count, scale, &ok);
    if (!ok || count < 2)
        return ok;
    if (s->dash > 0 && s->gap > 0) {
        if (closed)
            p[count++] = p[0]; /* there is room: see stroke_polyline */
        return add_dashes(line, p, count, s->dash * scale, s->gap * scale, scratch);
    }
    return add_line(line, p, count, closed);
}

bool stroke_polyline(Raster *raster, Rect clip, const DrawItem *item, double scale, Error *err) {
    const Stroke *s = &item->stroke;
    size_t room = (size_t)item->point_count + 1;
    double width = fmax(s->width * scale, 1);
    raster_begin(raster, clip);
    Point *points = mem_alloc_raw(2 * room + 1, sizeof *points, err);
    if (!points)
        return false;
    /* Level and upright parts are a whole number of pixels wide. */
    if (scale_points(item, s->closed, scale, floor(width + 0.5) / 2, points))
        width = floor(width + 0.5);
    Line line = {raster, err, width / 2};
    bool ok = add_all(&line, item, scale, points, points + room) && raster_scan(raster, err);
    mem_free(points);
    return ok;
}
