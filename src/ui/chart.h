/* Curves over two axes. */
#ifndef UI_CHART_H
#define UI_CHART_H

#include "ui/ui.h"

typedef struct ChartAxis {
    double from, to; /* to > from */
    const char
        *title;   /* what it is, and its unit; on the screen above (y) and below (x) the plot */
    bool percent; /* its numbers are shares */
} ChartAxis;

typedef struct Chart {
    const View *v;
    Rect plot;
    ChartAxis x, y;
} Chart;

/* Draws the axes into the box, whose name `region` becomes that of the plot. */
Chart chart_begin(const View *v, Rect box, ChartAxis x, ChartAxis y, const char *region);
Point chart_point(const Chart *c, double x, double y);
/* `count` values over first, first + step, ...; what lies beyond the axes is put on their edge, and
 * what is not finite is left out. */
void chart_curve(const Chart *c, const float *values, int count, double first, double step,
                 Stroke stroke);
/* A stroke with its meaning, cut off the left of the row; nothing where there is no room. */
void chart_key(const View *v, Rect *row, Stroke stroke, const char *text);

#endif
