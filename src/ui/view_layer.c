/* The chosen layer: its maps as a grid, page by page; of a vector, its units. */
#include "ui/prediction.h"
#include "ui/ui.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* --- A page of maps --------------------------------------------------------------------------- */

typedef struct Grid {
    int columns, rows, cell_w, cell_h; /* a cell: the map, its caption, the gap */
    int caption;                       /* its height; 0: there is none */
} Grid;

/* The columns that give the largest maps to `count` of w x h cells. */
static Grid grid_of(const View *v, Rect box, int count, int w, int h) {
    Grid best = {0};
    double best_size = 0;
    const int gap = count > 128 ? 2 : count > 32 ? ui_px(v, 4) : SPACE(v);
    const int line = ui_line(v, SIZE_SMALL);
    for (int columns = 1; columns <= count; columns++) {
        const int rows = (count + columns - 1) / columns;
        const int cw = box.w / columns, ch = box.h / rows;
        const int caption = cw - gap >= ui_px(v, 34) && ch - gap - line >= ui_px(v, 24) ? line : 0;
        const double size = fmin((double)(cw - gap) / w, (double)(ch - gap - caption) / h);
        if (size > best_size) {
            best_size = size;
            best = (Grid){columns, rows, cw, ch, caption};
        }
    }
    if (best.columns) { /* as close together as the maps let them be */
        const int mw = (int)floor(best_size * w), mh = (int)floor(best_size * h);
        best.cell_w = rect_least(best.cell_w, (mw < 1 ? 1 : mw) + gap);
        best.cell_h = rect_least(best.cell_h, (mh < 1 ? 1 : mh) + gap + best.caption);
    }
    return best;
}

static void draw_cell(const View *v, Rect cell, const Grid *grid, int channel) {
    const int gap = grid->cell_w > ui_px(v, 60) ? ui_px(v, 4) : 1;
    Rect box = rect_inset(cell, gap / 2 + 1, gap / 2 + 1);
    Rect caption = rect_cut_bottom(&box, grid->caption);
    Rect map = ui_fit(box, v->extent.width, v->extent.height, true);
    ui_map(v, map, v->node, channel);
    draw_region(v->list, map, NULL, "grid.channel.%d", channel);
    const bool chosen = channel == v->place->channel;
    const bool hovered = v->state->hover.node == v->node && v->state->hover.channel == channel;
    if (chosen)
        ui_mark(v, map, v->theme->accent);
    else if (hovered)
        draw_frame(v->list, (Rect){map.x - 1, map.y - 1, map.w + 2, map.h + 2}, v->theme->hover);
    const TextStyle style = ui_style(v, SIZE_SMALL, chosen ? TONE_ACCENT : TONE_DIM, ALIGN_CENTRE);
    const char *name = ui_channel(v, v->node, channel);
    if (grid->caption && draw_text_width(v->list, style, name) <= caption.w)
        draw_text(v->list, caption, style, name);
    if (chosen)
        ui_mark_fed(v, map, v->node);
}

static void draw_maps(const View *v, Rect box) {
    const int maps = session_page_maps(v->session), first = v->place->page * maps;
    const int count = rect_least(maps, v->extent.channels - first);
    const Grid grid = grid_of(v, box, count, v->extent.width, v->extent.height);
    if (!grid.columns)
        return;
    const int left = box.x + (box.w - grid.columns * grid.cell_w) / 2;
    for (int i = 0; i < count; i++) {
        Rect cell = {left + i % grid.columns * grid.cell_w, box.y + i / grid.columns * grid.cell_h,
                     grid.cell_w, grid.cell_h};
        draw_cell(v, cell, &grid, session_channel_at(v->session, first + i));
    }
}

/* --- Units of a vector ------------------------------------------------------------------------ */

enum { BARS_MOST = 64 };

/* From where bars begin: zero, or the edge nearest to it. */
static double share_of(const View *v, double value) {
    const double min = fmin(v->stats->min, 0), max = fmax(v->stats->max, 0);
    return max > min ? (value - min) / (max - min) : 0;
}

static void draw_bar(const View *v, Rect row, double value, Color color) {
    const double a = share_of(v, 0), b = share_of(v, value);
    const int left = (int)lround(row.w * fmin(a, b)), right = (int)lround(row.w * fmax(a, b));
    Rect bar = {row.x + left, row.y, right - left < 1 ? 1 : right - left, row.h};
    draw_fill(v->list, bar, color);
}

static bool is_answer(const View *v) {
    return v->model->labels.count == v->extent.channels;
}

static void unit_bars(const View *v, Rect box, int rows) {
    TextStyle name = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_RIGHT);
    name.may_cut = true;
    int names = 0;
    const int first = v->place->page * session_page_maps(v->session);
    for (int i = 0; i < rows; i++) {
        const int unit = session_channel_at(v->session, first + i);
        const char *text = is_answer(v) ? ui_class_name(v, unit) : TEXT("%d", unit);
        const int width = draw_text_width(v->list, name, text);
        names = width > names ? width : names;
    }
    names = rect_least(names, box.w * 2 / 5);
    const int height = rect_least(box.h / rows, ui_px(v, 30));
    for (int i = 0; i < rows; i++) {
        const int unit = session_channel_at(v->session, first + i);
        Rect row = rect_cut_top(&box, height);
        const bool chosen = unit == v->place->channel;
        const float value = v->values->data[unit];
        const bool hidden = chosen && prediction_hides_values(v->place);
        draw_region(v->list, row, TEXT("channel.select %d", unit), "grid.channel.%d", unit);
        if (is_answer(v))
            draw_hint(v->list, ui_class_name(v, unit));
        name.color = chosen ? v->theme->accent : v->theme->text;
        draw_text(v->list, rect_cut_left(&row, names), name,
                  is_answer(v) ? ui_class_name(v, unit) : TEXT("%d", unit));
        TextStyle number = ui_mono(v, SIZE_BODY, chosen ? TONE_ACCENT : TONE_TEXT, ALIGN_RIGHT);
        draw_text(v->list, rect_cut_right(&row, ui_px(v, 86)), number,
                  hidden ? "?" : ui_number(v, (double)value));
        if (isfinite(value) && !hidden)
            draw_bar(v, rect_inset(row, SPACE(v), row.h / 5), (double)value,
                     chosen ? v->theme->accent : v->theme->bar);
    }
}

/* All of them, a cell each, row by row. */
static void unit_cells(const View *v, Rect box) {
    const int count = v->extent.channels;
    int side = ui_px(v, 64);
    while (side > 1 && (int64_t)(box.w / side) * (box.h / side) < count)
        side--;
    const int columns = rect_least(box.w / side, count);
    const int rows = columns ? rect_least((count + columns - 1) / columns, box.h / side) : 0;
    uint8_t *pixels = draw_pixels(v->list, columns, rows, 4);
    if (!pixels)
        return;
    const Colormap map = ui_colormap(v, v->node);
    const ColorRange range = ui_range(v, v->node, -1);
    for (int64_t i = 0; i < (int64_t)columns * rows && i < count; i++) {
        const int unit = session_channel_at(v->session, (int)i);
        colormap_color(map, range, v->values->data[unit], pixels + 4 * i);
        pixels[4 * i + 3] = 255;
    }
    Rect image = {box.x, box.y, columns * side, rows * side};
    draw_image(v->list, image, pixels, columns, rows, 4);
    draw_region(v->list, image, "channel.rank", "grid.units");
    draw_cells(v->list, rows, columns, CELLS_INDEX, NULL);
    const int chosen = session_rank_of(v->session, v->place->channel);
    if (chosen < columns * rows)
        ui_mark(v, ui_cell(image, columns, rows, chosen / columns, chosen % columns),
                v->theme->accent);
}

static void draw_units(const View *v, Rect box) {
    const int rows = rect_least(v->extent.channels, BARS_MOST);
    const TextStyle name = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_RIGHT);
    if (v->extent.channels <= BARS_MOST && box.h / rows >= draw_text_height(v->list, name))
        unit_bars(v, box, rows);
    else
        unit_cells(v, rect_inset(box, 3, 3));
}

/* --- The zone --------------------------------------------------------------------------------- */

/* What the maps would tell. */
static bool is_covered(const View *v) {
    return prediction_hides_shape(v->place, v->node) ||
           (prediction_hides_class(v->place) && prediction_is_answer(v->model, v->node));
}

static const char *count_text_of(const View *v) {
    const int channels = v->extent.channels;
    if (is_covered(v))
        return "";
    if (v->extent.vector)
        return channels == 1 ? ui_word(v, "layer.one_unit")
                             : ui_say(v, "layer.units", ui_count(v, channels));
    if (session_pages(v->session) == 1)
        return channels == 1 ? ui_word(v, "layer.one_map")
                             : ui_say(v, "layer.maps", TEXT("%d", channels));
    return ui_say(v, "layer.page", TEXT("%d", channels), TEXT("%d", v->place->page + 1),
                  TEXT("%d", session_pages(v->session)));
}

/* Page, order, colours, range: by mouse, and telling the key. */
static void draw_controls(const View *v, Rect row) {
    static const UiButton pages[] = {
        {.text = "‹", .action = "page.prev", .region = "layer.page_prev", .keyless = true},
        {.text = "›", .action = "page.next", .region = "layer.page_next", .keyless = true}};
    static const UiButton sizes[] = {
        {.text = "−", .action = "maps.more", .region = "layer.maps_more"},
        {.text = "+", .action = "maps.fewer", .region = "layer.maps_fewer"}};
    static const char *const fields[] = {"sort", "colors", "range"};
    UiButton buttons[7];
    int count = 0;
    for (int i = 0; i < 2 && !v->extent.vector && session_pages(v->session) > 1; i++)
        buttons[count++] = pages[i];
    for (int i = 0; i < 2 && !v->extent.vector; i++)
        buttons[count++] = sizes[i];
    for (int i = 0; i < (v->extent.vector ? 2 : 3); i++) {
        char value[48];
        Error err = {0};
        if (!state_get(v->state, v->graph, fields[i], value, sizeof value, &err))
            continue;
        buttons[count++] = (UiButton){.text = ui_word(v, TEXT("%s.%s", fields[i], value)),
                                      .action = fields[i],
                                      .region = ui_keep(v, TEXT("layer.%s", fields[i]))};
    }
    ui_buttons(v, row, buttons, count);
}

static void draw_waiting(const View *v, Rect box) {
    if (v->progress.kind != JOB_COMPUTING) {
        ui_empty(v, box,
                 v->state->paused ? ui_say(v, "layer.paused", ui_key(v, action_find("layer.next")),
                                           ui_key(v, action_find("deeper")))
                                  : ui_word(v, "layer.waiting"));
        return;
    }
    Rect middle = rect_inset(box, box.w / 4, 0);
    rect_cut_top(&middle, box.h / 2 - ui_line(v, SIZE_HEAD));
    ui_paragraph(v, &middle, ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_CENTRE), 3,
                 ui_say(v, "layer.computing", ui_label(v, v->progress.node),
                        ui_percent(v, floor(v->progress.fraction * 100) / 100)));
    rect_cut_top(&middle, SPACE(v));
    ui_progress(v, rect_cut_top(&middle, SPACE(v)), v->progress.fraction);
    rect_cut_top(&middle, SPACE(v));
    ui_text(v, &middle, ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_CENTRE),
            ui_word(v, "layer.esc_stops"));
}

/* What stands around the maps, where it leaves them room enough: else first the legend goes, then
 * the buttons, then what the layer is. */
typedef struct Furniture {
    int note, controls, legend; /* heights; 0: left out */
} Furniture;

static Furniture furniture_of(const View *v, Rect box) {
    const int line = ui_line(v, SIZE_BODY), least = ui_px(v, 64) + SPACE(v);
    const TextStyle style = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
    const int note = draw_paragraph_height(v->list, box.w, style, line, ui_layer_note(v, v->node));
    Furniture f = {rect_least(note, 5 * line), ui_px(v, 32), ui_px(v, 34)};
    if (box.h - f.note - f.controls - f.legend < least)
        f.legend = 0;
    if (box.h - f.note - f.controls - f.legend < least)
        f.controls = 0;
    if (box.h - f.note < least)
        f.note = 0;
    return f;
}

void view_layer(const View *v, Rect box) {
    draw_fill(v->list, box, v->theme->panel);
    draw_region(v->list, box, v->place->depth == DEPTH_NETWORK ? "depth layer" : NULL,
                "view.layer");
    box = rect_inset(box, SPACE(v), SPACE(v) / 2);
    ui_heading(v, &box, ui_label(v, v->node), count_text_of(v));
    const Furniture f = furniture_of(v, box);
    if (f.note) {
        const int top = box.y;
        ui_paragraph(v, &box, ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT), 5,
                     ui_layer_note(v, v->node));
        draw_region(v->list, (Rect){box.x, top, box.w, box.y - top}, NULL, "layer.note");
    }
    if (prediction_covers_shape(v, box, v->node))
        return;
    if (is_covered(v)) { /* the question stands beside it */
        ui_empty(v, box, ui_word(v, "predict.hidden"));
        return;
    }
    if (!v->values) {
        draw_waiting(v, box);
        return;
    }
    const Rect legend = rect_cut_bottom(&box, f.legend);
    const Rect controls = rect_cut_bottom(&box, f.controls);
    rect_cut_top(&box, SPACE(v) / 2);
    rect_cut_bottom(&box, SPACE(v) / 2);
    draw_clip_begin(v->list, box);
    if (v->extent.vector)
        draw_units(v, box);
    else
        draw_maps(v, box);
    draw_clip_end(v->list);
    if (f.controls)
        draw_controls(v, controls);
    if (f.legend && !prediction_hides_values(v->place))
        panel_legend(v, legend);
}
