/* The networks as circles: published error, or parameters, over multiply-adds. */
#include "ui/lab.h"

#include "base/text.h"
#include "session/families.h"
#include "session/palette.h"
#include <math.h>
#include <string.h>

typedef struct Spot {
    int model;
    double x, y, radius; /* logical pixels */
    Rect label;
    bool named;
} Spot;

typedef struct Axis {
    double low, high;
    bool logarithmic;
} Axis;

static double share_of(const Axis *a, double value) {
    if (a->logarithmic)
        return log(value / a->low) / log(a->high / a->low);
    return (value - a->low) / (a->high - a->low);
}

static double height_of(const View *v, const PaletteModel *m) {
    return v->place->families_view == FAMILIES_ERROR_MACS ? families_top5(m) : (double)m->params;
}

static Color family_color(const View *v, const char *family) {
    static const struct {
        const char *name;
        LayerFamily color;
    } known[] = {{"lenet", LAYER_OTHER},         {"alexnet", LAYER_POOLING},
                 {"zfnet", LAYER_NORMALISATION}, {"vgg", LAYER_ACTIVATION},
                 {"googlenet", LAYER_CONNECTED}, {"resnet", LAYER_CONVOLUTION},
                 {"densenet", LAYER_JOINING}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(family, known[i].name) == 0)
            return theme_family(known[i].color);
    return v->theme->dim;
}

/* --- Labels that touch nothing ---------------------------------------------------------------- */

static bool is_free(const Spot *spots, int count, int self, Rect label, Rect plot) {
    if (!rect_inside(label, plot))
        return false;
    for (int i = 0; i < count; i++) {
        const Spot *s = &spots[i];
        const int r = (int)ceil(s->radius) + (i == self ? 0 : 1);
        const Rect disc = {(int)s->x - r, (int)s->y - r, 2 * r, 2 * r};
        if (i != self && (rect_meet(label, disc) || (s->named && rect_meet(label, s->label))))
            return false;
    }
    return true;
}

/* Beside, above or below its circle, the nearest first; without a name where there is no room. */
static void place_label(const View *v, Spot *spots, int count, int self, Rect plot,
                        const char *name) {
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_CENTRE);
    const int w = draw_text_width(v->list, style, name) + 4, h = ui_line(v, SIZE_SMALL);
    Spot *s = &spots[self];
    for (int ring = 0; ring < 3 && !s->named; ring++)
        for (int turn = 0; turn < 8 && !s->named; turn++) {
            static const int way[8][2] = {{1, 0},  {-1, 0}, {0, -1},  {0, 1},
                                          {1, -1}, {1, 1},  {-1, -1}, {-1, 1}};
            const double far = s->radius + 2 + ring * h * 0.5;
            const double reach = way[turn][0] && way[turn][1] ? 0.75 : 1;
            const int cx = (int)lround(s->x + way[turn][0] * (far * reach + w / 2.0));
            const int cy = (int)lround(s->y + way[turn][1] * (far * reach + h / 2.0));
            s->label = (Rect){cx - w / 2, cy - h / 2, w, h};
            s->named = is_free(spots, count, self, s->label, plot);
        }
}

/* --- Axes ------------------------------------------------------------------------------------- */

static void draw_ticks(const View *v, Rect plot, const Axis *a, bool down) {
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_DIM, down ? ALIGN_RIGHT : ALIGN_CENTRE);
    const int line = ui_line(v, SIZE_SMALL), wide = ui_px(v, 56);
    const double step = a->logarithmic ? 10 : a->high - a->low > 12 ? 5 : 2;
    const double first = a->logarithmic ? pow(10, ceil(log10(a->low))) : ceil(a->low / step) * step;
    for (double t = first; t <= a->high; t = a->logarithmic ? t * step : t + step) {
        const double share = share_of(a, t);
        const char *text =
            a->logarithmic ? lab_amount(v, t) : ui_keep(v, TEXT("%s %%", ui_number(v, t)));
        if (down) {
            const int y = plot.y + plot.h - (int)lround(share * plot.h);
            draw_line(v->list, plot.x, y, plot.x + plot.w, y, v->theme->raised);
            draw_text(v->list, (Rect){plot.x - wide - SPACE(v) / 2, y - line / 2, wide, line}, mono,
                      text);
        } else {
            const int x = plot.x + (int)lround(share * plot.w);
            draw_line(v->list, x, plot.y, x, plot.y + plot.h, v->theme->raised);
            draw_text(v->list, (Rect){x - wide / 2, plot.y + plot.h + 2, wide, line}, mono, text);
        }
    }
}

static Axis axis_of(const View *v, const Spot *spots, int count, bool down) {
    const PaletteLists *lists = palette_lists(v->session);
    Axis a = {INFINITY, -INFINITY, !down || v->place->families_view == FAMILIES_PARAMS_MACS};
    for (int i = 0; i < count; i++) {
        const PaletteModel *m = &lists->models[spots[i].model];
        const double value = down ? height_of(v, m) : (double)m->macs;
        a.low = fmin(a.low, value);
        a.high = fmax(a.high, value);
    }
    const double room = a.logarithmic ? pow(a.high / a.low, 0.08) : (a.high - a.low) * 0.1;
    a.low = a.logarithmic ? a.low / room : fmax(a.low - room, 0);
    a.high = a.logarithmic ? a.high * room : a.high + room;
    return a;
}

/* --- The chart -------------------------------------------------------------------------------- */

static void draw_spot(const View *v, const Spot *s, const PaletteModel *m) {
    const Color color = family_color(v, m->family);
    const Color soft = {color.r, color.g, color.b, 150};
    const int r = (int)ceil(s->radius);
    const Rect place = {(int)s->x - r, (int)s->y - r, 2 * r, 2 * r};
    draw_disc(v->list, (Point){s->x, s->y}, s->radius, soft);
    draw_circle(v->list, (Point){s->x, s->y}, s->radius,
                (Stroke){.width = ui_hovers(v, place) ? 2.5 : 1.2, .color = v->theme->text});
    draw_region(v->list, place, TEXT("families.open %s", m->name), "families.spot.%s", m->name);
    const double error = families_top5(m);
    draw_hint(v->list, ui_say(v, "families.spot", m->title, lab_amount(v, (double)m->params),
                              lab_amount(v, (double)m->macs),
                              error < 0 ? "-" : ui_keep(v, TEXT("%s %%", ui_digits(v, error, 4)))));
}

void families_chart(const View *v, Rect box, const int *order, int count) {
    const PaletteLists *lists = palette_lists(v->session);
    Spot spots[FAMILIES_MAX];
    int n = 0;
    double most = 1;
    for (int i = 0; i < count; i++)
        if (height_of(v, &lists->models[order[i]]) > 0) {
            spots[n++] = (Spot){.model = order[i]};
            most = fmax(most, (double)lists->models[order[i]].params);
        }
    if (n == 0)
        return;
    const int line = ui_line(v, SIZE_SMALL);
    const bool errors = v->place->families_view == FAMILIES_ERROR_MACS;
    ui_text(v, &box, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT),
            ui_word(v, errors ? "families.up_error" : "families.up_params"));
    Rect foot = rect_cut_bottom(&box, line);
    draw_text(v->list, foot, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT),
              ui_word(v, "families.across"));
    rect_cut_bottom(&box, line + 2);
    rect_cut_left(&box, ui_px(v, 64));
    rect_cut_right(&box, ui_px(v, 28));
    const Axis x = axis_of(v, spots, n, false), y = axis_of(v, spots, n, true);
    draw_ticks(v, box, &x, false);
    draw_ticks(v, box, &y, true);
    for (int i = 0; i < n; i++) {
        const PaletteModel *m = &lists->models[spots[i].model];
        spots[i].x = box.x + share_of(&x, (double)m->macs) * box.w;
        spots[i].y = box.y + (1 - share_of(&y, height_of(v, m))) * box.h;
        spots[i].radius = ui_px(v, 3) + ui_px(v, 22) * sqrt((double)m->params / most);
    }
    for (int i = 0; i < n; i++)
        draw_spot(v, &spots[i], &lists->models[spots[i].model]);
    for (int i = 0; i < n; i++)
        place_label(v, spots, n, i, box, lists->models[spots[i].model].title);
    for (int i = 0; i < n; i++)
        if (spots[i].named)
            draw_text(v->list, spots[i].label, ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_CENTRE),
                      lists->models[spots[i].model].title);
}
