#include "ui/chart.h"

#include "base/text.h"
#include <math.h>

/* 1, 2 or 5 of a power of ten, so that there are at most so many of them in the range. */
static double nice_step(double range, int most) {
    const double least = range / most, power = pow(10, floor(log10(least)));
    const double digit = least / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static double share_of(const ChartAxis *a, double value) {
    return fmin(fmax((value - a->from) / (a->to - a->from), 0), 1);
}

Point chart_point(const Chart *c, double x, double y) {
    return (Point){c->plot.x + share_of(&c->x, x) * c->plot.w,
                   c->plot.y + c->plot.h - share_of(&c->y, y) * c->plot.h};
}

static const char *tick_text(const View *v, const ChartAxis *a, double value) {
    return a->percent ? ui_keep(v, TEXT("%s %%", ui_number(v, 100 * value))) : ui_number(v, value);
}

static void draw_ticks(const Chart *c, bool up, int most) {
    const View *v = c->v;
    const ChartAxis *a = up ? &c->y : &c->x;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, up ? ALIGN_RIGHT : ALIGN_CENTRE);
    const int line = ui_line(v, SIZE_SMALL), wide = ui_px(v, 64);
    const double step = nice_step(a->to - a->from, most > 1 ? most : 1);
    for (double t = ceil(a->from / step - 1e-9) * step; t <= a->to + step * 1e-9; t += step) {
        const double value = fabs(t) < step * 1e-9 ? 0 : t;
        const Point p = up ? chart_point(c, c->x.from, value) : chart_point(c, value, c->y.from);
        const int x = (int)lround(p.x), y = (int)lround(p.y);
        if (up)
            draw_line(v->list, c->plot.x, y, c->plot.x + c->plot.w, y, v->theme->raised);
        else
            draw_line(v->list, x, c->plot.y + c->plot.h, x, c->plot.y + c->plot.h + 4,
                      v->theme->line);
        const Rect place = up ? (Rect){c->plot.x - wide - SPACE(v) / 2, y - line / 2, wide, line}
                              : (Rect){x - wide / 2, c->plot.y + c->plot.h + 4, wide, line};
        draw_text(v->list, place, mono, tick_text(v, a, value));
    }
}

Chart chart_begin(const View *v, Rect box, ChartAxis x, ChartAxis y, const char *region) {
    Chart c = {.v = v, .x = x, .y = y};
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    TextStyle right = dim;
    const int line = ui_line(v, SIZE_SMALL);
    right.align = ALIGN_RIGHT;
    if (box.h < 5 * line || box.w < ui_px(v, 120)) /* while the zone grows */
        return c;
    draw_text(v->list, rect_cut_top(&box, line), dim, y.title);
    draw_text(v->list, rect_cut_bottom(&box, line), right, x.title);
    rect_cut_top(&box, line / 2);
    rect_cut_bottom(&box, line + 4);
    rect_cut_left(&box,
                  draw_text_width(v->list, ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT), "100 %") +
                      SPACE(v));
    rect_cut_right(&box, ui_px(v, 24));
    c.plot = box;
    draw_ticks(&c, true, box.h / (2 * line));
    draw_ticks(&c, false, box.w / ui_px(v, 72));
    draw_line(v->list, box.x, box.y, box.x, box.y + box.h, v->theme->line);
    draw_line(v->list, box.x, box.y + box.h, box.x + box.w, box.y + box.h, v->theme->line);
    draw_region(v->list, box, NULL, "%s", region);
    return c;
}

void chart_curve(const Chart *c, const float *values, int count, double first, double step,
                 Stroke stroke) {
    DrawList *list = c->v->list;
    if (count < 1 || c->plot.w < 1)
        return;
    Point *points = arena_alloc(&list->arena, (size_t)count, sizeof *points, &list->error);
    int used = 0;
    for (int i = 0; points && i < count; i++)
        if (isfinite(values[i]))
            points[used++] = chart_point(c, first + i * step, (double)values[i]);
    if (used == 1)
        draw_disc(list, points[0], stroke.width, stroke.color);
    else if (used > 1)
        draw_polyline(list, points, used, stroke);
}

void chart_key(const View *v, Rect *row, Stroke stroke, const char *text) {
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int line = ui_px(v, 22), gap = SPACE(v) / 2;
    const int width = line + gap + draw_text_width(v->list, style, text) + 1;
    if (width > row->w)
        return;
    Rect place = rect_cut_left(row, width);
    rect_cut_left(row, 2 * SPACE(v));
    const double y = place.y + place.h / 2.0;
    const Point ends[] = {{place.x, y}, {place.x + line, y}};
    draw_polyline(v->list, ends, 2, stroke);
    rect_cut_left(&place, line + gap);
    draw_text(v->list, place, style, text);
}
