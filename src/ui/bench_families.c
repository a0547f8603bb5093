/* view.families: all networks in a table that can be sorted, or as a chart. */
#include "ui/lab.h"

#include "base/numbers.h"
#include "base/text.h"
#include "session/families.h"
#include "session/family_times.h"
#include "session/palette.h"
#include <math.h>
#include <string.h>

enum { COLUMNS = 8 };
typedef struct Column {
    const char *word, *sort, *sample; /* sample: as wide as it gets */
} Column;
static const Column columns[COLUMNS] = {
    {"families.name", "name", "ResNet-152 (torchvision)"},
    {"families.year", "year", "2014"},
    {"families.depth", "depth", "201"},
    {"families.params", "params", "60.2 M"},
    {"families.macs", "macs", "19.6 G"},
    {"families.top5", "error", "20.93 %"},
    {"families.top1", NULL, "43.48 %"},
    {"families.time", "time", "1.24 s"},
};
enum { NAME, YEAR, DEPTH, PARAMS, MACS, TOP5, TOP1, TIME };

static const StateFamilySort sorts[COLUMNS] = {
    FAMILIES_BY_NAME, FAMILIES_BY_YEAR,  FAMILIES_BY_DEPTH,  FAMILIES_BY_PARAMS,
    FAMILIES_BY_MACS, FAMILIES_BY_ERROR, FAMILIES_AS_TAUGHT, FAMILIES_BY_TIME};

/* How the papers tested, in the user's language. */
static const char *setting_of(const View *v, const PaperError *e) {
    static const char *const known[][2] = {
        {"single crop", "setting.single_crop"},
        {"single view", "setting.single_view"},
        {"10-crop", "setting.ten_crop"},
        {"one network", "setting.one"},
        {"one network, 10-crop", "setting.one_ten_crop"},
        {"one network, single crop", "setting.one_single_crop"},
        {"10-crop, with shortcuts of option A", "setting.ten_crop_a"},
        {"best of five runs (mean 6.61)", "setting.best_of_five"},
        {"trained on the 60,000 digits as they are", "setting.digits"},
        {"dense, test scale 256, training scale 256", "setting.dense_256"},
        {"dense, test scale 384, training scales 256 to 512", "setting.dense_384"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(e->setting, known[i][0]) == 0)
            return ui_word(v, known[i][1]);
    return e->setting;
}

static const char *set_of(const View *v, const PaperError *e) {
    static const char *const known[][2] = {{"ImageNet validation", "set.imagenet"},
                                           {"CIFAR-10 test", "set.cifar"},
                                           {"MNIST test", "set.mnist"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(e->set, known[i][0]) == 0)
            return ui_word(v, known[i][1]);
    return e->set;
}

static const char *percent(const View *v, double value) {
    return value < 0 ? "-" : ui_keep(v, TEXT("%s %%", ui_digits(v, value, 4)));
}

static const char *time_text(const View *v, const PaletteLists *lists, int model) {
    char text[48];
    const double ms = families_ms(lists, model);
    const NumberStyle style = {.comma = v->state->comma, .digits = 3};
    if (ms < 0 || v->memory->hide_times)
        return "-";
    return ui_keep(v, duration_text(text, style, ms));
}

/* --- The table -------------------------------------------------------------------------------- */

typedef struct Table {
    const View *v;
    const PaletteLists *lists;
    int width[COLUMNS], how; /* pixels; the last column, which tells how the error was measured */
    int measuring;           /* model; -1: none */
} Table;

static void lay_out(Table *t, int width) {
    const View *v = t->v;
    const TextStyle mono = ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT);
    const TextStyle sans = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    t->how = width;
    for (int i = 0; i < COLUMNS; i++) {
        const int head = draw_text_width(v->list, sans, ui_word(v, columns[i].word)) + ui_px(v, 14);
        const int cell = draw_text_width(v->list, i == NAME ? sans : mono, columns[i].sample);
        t->width[i] = (head > cell ? head : cell) + 2 * SPACE(v);
        t->how -= t->width[i];
    }
    if (t->how < ui_px(v, 90)) { /* names may be cut */
        const int missing = rect_least(ui_px(v, 90) - t->how, t->width[NAME] / 2);
        t->width[NAME] -= missing;
        t->how += missing;
    }
}

static void draw_head(const Table *t, Rect row) {
    const View *v = t->v;
    const StatePlace *p = v->place;
    for (int i = 0; i < COLUMNS; i++) {
        Rect cell = rect_cut_left(&row, t->width[i]);
        const bool sorted = columns[i].sort && p->families_sort == sorts[i];
        const TextStyle style = ui_style(v, SIZE_SMALL, sorted ? TONE_ACCENT : TONE_DIM,
                                         i == NAME ? ALIGN_LEFT : ALIGN_RIGHT);
        if (columns[i].sort && ui_hovers(v, cell))
            draw_frame(v->list, cell, v->theme->hover);
        draw_region(v->list, cell,
                    columns[i].sort ? TEXT("families.sort %s", columns[i].sort) : NULL,
                    "families.head.%s", columns[i].sort ? columns[i].sort : "top1");
        draw_hint(v->list, ui_word(v, columns[i].sort ? "action.families.sort" : "families.top1"));
        draw_text(v->list, rect_inset(cell, SPACE(v), 0), style,
                  ui_keep(v, TEXT("%s%s", ui_word(v, columns[i].word),
                                  !sorted               ? ""
                                  : p->families_reverse ? " ▼"
                                                        : " ▲")));
    }
    TextStyle how = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    how.may_cut = true;
    draw_region(v->list, row, NULL, "families.head.how");
    draw_hint(v->list, ui_word(v, "families.how"));
    draw_text(v->list, row, how, ui_word(v, "families.how"));
}

static const char *cell_text(const Table *t, int model, int column) {
    const View *v = t->v;
    const PaletteModel *m = &t->lists->models[model];
    const PaperError *e = families_error(m);
    switch (column) {
    case NAME:
        return m->title;
    case YEAR:
        return ui_keep(v, TEXT("%d", m->year));
    case DEPTH:
        return ui_keep(v, TEXT("%d", m->depth));
    case PARAMS:
        return lab_amount(v, (double)m->params);
    case MACS:
        return lab_amount(v, (double)m->macs);
    case TOP5:
        return percent(v, e ? e->top5 : -1);
    case TOP1:
        return percent(v, e ? e->top1 : -1);
    default:
        return time_text(v, t->lists, model);
    }
}

static const char *how_text(const View *v, const PaletteModel *m) {
    const PaperError *e = families_error(m);
    return e ? ui_keep(v, TEXT("%s, %s", set_of(v, e), setting_of(v, e))) : "-";
}

static void draw_time_cell(const Table *t, Rect cell, int model, TextStyle style) {
    const View *v = t->v;
    const PaletteModel *m = &t->lists->models[model];
    if (ui_hovers(v, cell))
        draw_frame(v->list, cell, v->theme->hover);
    draw_region(v->list, cell, TEXT("families.time %s", m->name), "families.time.%s", m->name);
    draw_hint(v->list, ui_say(v, "families.measure_one", m->title));
    draw_text(v->list, rect_inset(cell, SPACE(v), 0), style,
              t->measuring == model && !v->memory->hide_times ? "…" : cell_text(t, model, TIME));
}

static void draw_row(const Table *t, Rect row, int model, bool chosen) {
    const View *v = t->v;
    const PaletteModel *m = &t->lists->models[model];
    const bool open = strcmp(v->place->scene.model, m->name) == 0;
    if (chosen)
        draw_fill(v->list, row, v->theme->raised);
    if (ui_hovers(v, row))
        draw_frame(v->list, row, v->theme->hover);
    draw_region(v->list, row, TEXT("families.open %s", m->name), "families.row.%s", m->name);
    const PaperError *e = families_error(m);
    draw_hint(v->list, e ? ui_say(v, "families.row_hint", m->title, how_text(v, m), e->source)
                         : ui_say(v, "families.row_hint_none", m->title));
    Rect rest = row;
    for (int i = 0; i < COLUMNS; i++) {
        const UiTone tone = open && i == NAME ? TONE_ACCENT : TONE_TEXT;
        TextStyle style = i == NAME ? ui_style(v, SIZE_SMALL, tone, ALIGN_LEFT)
                                    : ui_mono(v, SIZE_SMALL, tone, ALIGN_RIGHT);
        style.may_cut = i == NAME;
        Rect cell = rect_cut_left(&rest, t->width[i]);
        if (i < TIME)
            draw_text(v->list, rect_inset(cell, SPACE(v), 0), style, cell_text(t, model, i));
    }
    TextStyle how = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    how.may_cut = true;
    draw_text(v->list, rest, how, how_text(v, m));
    const Rect last = {rest.x - t->width[TIME], row.y, t->width[TIME], row.h};
    draw_time_cell(t, last, model, ui_mono(v, SIZE_SMALL, TONE_TEXT, ALIGN_RIGHT));
}

/* As many rows as fit, the page with the chosen one. */
static void draw_table(Table *t, Rect box, const int *order, int count) {
    const View *v = t->v;
    const int line = ui_line(v, SIZE_SMALL) + ui_px(v, 1);
    lay_out(t, box.w);
    draw_head(t, rect_cut_top(&box, line + ui_px(v, 4)));
    Rect foot = rect_cut_bottom(&box, line);
    const int rows = box.h / line > 0 ? box.h / line : 1;
    const int chosen = rect_least(v->place->families_row, count - 1);
    int first = chosen < rows ? 0 : chosen / rows * rows;
    first = first + rows > count && count > rows ? count - rows : first;
    const int last = rect_least(first + rows, count);
    const int height = rect_least(box.h / (last - first > 0 ? last - first : 1), line * 3 / 2);
    for (int i = first; i < last; i++)
        draw_row(t, rect_cut_top(&box, height), order[i], i == chosen);
    draw_text(
        v->list, foot, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT),
        ui_say(v, "families.rows", TEXT("%d", first + 1), TEXT("%d", last), TEXT("%d", count)));
}

/* --- The zone --------------------------------------------------------------------------------- */

void bench_families(const View *v, Rect box) {
    static const char *const views[FAMILY_VIEWS] = {"families.as_table", "families.as_error",
                                                    "families.as_params"};
    static const char *const actions_of[FAMILY_VIEWS] = {
        "families.view table", "families.view error", "families.view params"};
    static const char *const regions[FAMILY_VIEWS] = {"families.table", "families.error",
                                                      "families.params"};
    const PaletteLists *lists = palette_lists(v->session);
    const Work *work = bench_work(v->session);
    int order[FAMILIES_MAX];
    const int count = families_order(v->session, order);
    Table t = {.v = v, .lists = lists, .measuring = family_times_at(work)};
    UiButton buttons[FAMILY_VIEWS + 2];
    int n = 0;
    for (int i = 0; i < FAMILY_VIEWS; i++)
        buttons[n++] = (UiButton){ui_word(v, views[i]), actions_of[i], regions[i],
                                  (int)v->place->families_view == i, true};
    buttons[n++] = (UiButton){ui_word(v, "families.measure"), "families.time", "families.measure",
                              false, false};
    buttons[n++] = (UiButton){ui_word(v, "families.measure_all"), "families.time all",
                              "families.measure_all", v->place->families_time == 1, true};
    draw_region(v->list, box, NULL, "view.families");
    ui_heading(v, &box, ui_say(v, "families.title", TEXT("%d", count)),
               ui_word(v, "families.sources"));
    ui_buttons(v, rect_cut_top(&box, ui_px(v, 32)), buttons, n);
    Rect bar = rect_cut_top(&box, SPACE(v) / 2);
    if (work && !work_at_end(work) && !v->memory->hide_times)
        ui_progress(v, bar, work_fraction(work));
    rect_cut_top(&box, SPACE(v) / 2);
    lab_caption(v, &box, 300,
                ui_word(v, v->place->families_view == FAMILIES_TABLE ? "families.about"
                                                                     : "families.about_chart"));
    if (count == 0)
        return;
    if (v->place->families_view == FAMILIES_TABLE)
        draw_table(&t, box, order, count);
    else
        families_chart(v, box, order, count);
}
