#include "export/sheet.h"

#include "base/file.h"
#include "base/text.h"
#include "export/page.h"
#include "export/picture.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SPACE = 8,
    CAPTION = 2 * PAGE_LINE_SMALL,
    TILE_MIN = 80,        /* for what stands under it */
    TILE_ALONE_MIN = 480, /* of a layer with one map */
    PAGE_MAX = 6144,      /* pixels a side that a page is kept below, where tiles let it */
    BAR_WIDTH = 256,
    BAR_HEIGHT = 16,
    SWATCH = 12,
};

/* --- The grid -----------------------------------------------------------------------------------
 */

/* Of the column counts near `wanted`, the one that leaves the fewest places empty. */
static int64_t best_columns(int64_t wanted, int64_t count, int64_t most) {
    int64_t best = wanted, least = INT64_MAX;
    for (int64_t c = wanted - wanted / 4; c <= wanted + wanted / 3; c++) {
        if (c < 1 || c > most)
            continue;
        int64_t empty = (count + c - 1) / c * c - count;
        int64_t distance = c < wanted ? wanted - c : c - wanted;
        if (empty * 4 + distance < least) {
            least = empty * 4 + distance;
            best = c;
        }
    }
    return best;
}

SheetGrid sheet_grid(const ExportOptions *options, const ExportPart *part, int64_t count) {
    int64_t width, height;
    picture_size(part, &width, &height);
    int64_t wide = count == 1 ? TILE_ALONE_MIN : TILE_MIN;
    SheetGrid g = {.scale = options->scale};
    if (width * g.scale < wide)
        g.scale = (int)((wide + width - 1) / width);
    g.tile_width = width * g.scale;
    g.tile_height = height * g.scale;
    int64_t cell_width = g.tile_width + SPACE, cell_height = g.tile_height + CAPTION + SPACE;
    int64_t most = PAGE_MAX / cell_width > 1 ? PAGE_MAX / cell_width : 1;
    double near_square = sqrt(1.3 * (double)count * (double)cell_height / (double)cell_width);
    int64_t wanted = llround(near_square);
    wanted = wanted < 1 ? 1 : wanted > count ? count : wanted > most ? most : wanted;
    g.columns = best_columns(wanted, count, count < most ? count : most);
    int64_t rows = PAGE_MAX / cell_height > 1 ? PAGE_MAX / cell_height : 1;
    g.per_page = g.columns * rows;
    return g;
}

/* --- What is said -------------------------------------------------------------------------------
 */

typedef struct Sheet {
    const ExportPlan *plan;
    const ExportFile *file;
    const ExportPart *part; /* the first */
    const ExportNode *layer;
    const Node *node;
    DrawList *list;
    SheetGrid grid;
    char title[400], about[800], weights[500], foot[2200];
} Sheet;

/* What the terminal or a font could stumble over: control characters, and bytes that are no UTF-8.
 */
static void make_readable(char *text) {
    for (size_t left = strlen(text); left;) {
        size_t bytes = text_character(text, left);
        if (!bytes || (bytes == 1 && ((unsigned char)*text < 32 || *text == 127)))
            *text = '?';
        bytes = bytes ? bytes : 1;
        text += bytes;
        left -= bytes;
    }
}

static void say_parts(const Sheet *s, char *buffer, size_t size) {
    const ExportPart *p = s->part;
    long long count = s->layer->count / s->plan->items;
    const char *many = count == 1 ? "" : "s";
    if (s->plan->options.what == EXPORT_KERNELS)
        snprintf(buffer, size, "%lld kernel%s of %lld x %lld x %lld%s", count, many,
                 (long long)p->planes, (long long)p->height, (long long)p->width,
                 p->rgb || p->planes == 1 ? "" : ", input channels side by side");
    else if (p->vector)
        snprintf(buffer, size, "%lld numbers", (long long)(p->height * p->width));
    else
        snprintf(buffer, size, "%lld map%s of %lld x %lld", count, many, (long long)p->height,
                 (long long)p->width);
}

static void say_all(Sheet *s) {
    const ExportOptions *o = &s->plan->options;
    const Model *model = s->plan->model;
    const Node *node = s->node;
    const char *input = o->what == EXPORT_KERNELS ? NULL : o->image;
    const LayerType *type = node->type;
    char layer[160] = "", parts[120], weights[440];
    bool other = strcmp(node->name, node->label) != 0;
    snprintf(s->title, sizeof s->title, "%s: %s%s%s%s", model->title, node->label,
             other ? " (" : "", other ? node->name : "", other ? ")" : "");
    if (type->describe)
        type->describe(node->params, &node->in, layer, sizeof layer);
    bool say_layer = layer[0] && strcmp(layer, type->title) != 0;
    say_parts(s, parts, sizeof parts);
    snprintf(s->about, sizeof s->about, "%s%s%s; %s%s%.400s", type->title, say_layer ? " " : "",
             say_layer ? layer : "", parts, input ? "; input " : "", input ? file_name(input) : "");
    if (s->plan->items > 1)
        snprintf(s->about + strlen(s->about), sizeof s->about - strlen(s->about), ", item %d",
                 s->part->item);
    export_weights_text(weights, sizeof weights, model);
    snprintf(s->weights, sizeof s->weights, "%s%s",
             model->weights.kind == WEIGHTS_FILE ? "weights " : "", weights);
    snprintf(s->foot, sizeof s->foot, "%.2000s%sconvoscope " CONVOSCOPE_VERSION,
             o->command ? o->command : "", o->command && *o->command ? "  # " : "");
    make_readable(s->title);
    make_readable(s->about);
    make_readable(s->weights);
    make_readable(s->foot);
}

/* With so many digits; "all 0" where nothing differs; and how many are no numbers. */
static void say_range(const ExportPart *part, bool own, int digits, char *buffer, size_t size) {
    const Stats *s = &part->stats;
    if (s->nans + s->infinities > 0)
        snprintf(buffer, size, "%lld %s", (long long)(s->nans + s->infinities),
                 !s->infinities ? "NaN"
                 : s->nans      ? "NaN, inf"
                                : "infinite");
    else if (s->min == s->max)
        snprintf(buffer, size, "all %.3g", (double)s->min);
    else if (own && (part->rgb || part->colormap == COLORMAP_RDBU))
        snprintf(buffer, size, "\u00b1%.3g", (double)part->range.max);
    else
        snprintf(buffer, size, "%.*g\u2026%.*g", digits, (double)s->min, digits, (double)s->max);
}

/* With as many of three digits as there is room for, so that none is cut off its number. */
static void draw_range(const Sheet *s, const ExportPart *part, Rect box) {
    const bool strange = part->stats.nans + part->stats.infinities > 0;
    const TextStyle style = page_sans(PAGE_SIZE_SMALL, strange ? page_warning : page_dim);
    char range[64];
    int digits = 3;
    do
        say_range(part, s->plan->options.range == EXPORT_RANGE_MAP, digits, range, sizeof range);
    while (draw_text_width(s->list, style, range) > box.w && --digits > 0);
    draw_text(s->list, box, style, range);
}

/* --- The legend ---------------------------------------------------------------------------------
 */

static bool draw_bar(Sheet *s, Rect box, ColorRange range) {
    box = (Rect){box.x - 1, box.y - 1, box.w + 2, box.h + 2};
    return page_bar(s->list, box, s->part->colormap, range);
}

/* The ends of the bar and, where it lies well between them, zero. */
static void draw_ends(Sheet *s, Rect bar, ColorRange range, const char *low, const char *high) {
    Rect under = {bar.x, bar.y + bar.h + 2, bar.w, PAGE_LINE_SMALL};
    TextStyle style = page_sans(PAGE_SIZE_SMALL, page_text);
    draw_text(s->list, under, style, low);
    style.align = ALIGN_RIGHT;
    draw_text(s->list, under, style, high);
    double width = (double)range.max - (double)range.min;
    if (!(range.min < 0 && range.max > 0))
        return;
    int x = (int)(-(double)range.min / width * bar.w), edge = bar.w / 4;
    draw_line(s->list, bar.x + x, bar.y + bar.h, bar.x + x, bar.y + bar.h + 3, page_text);
    if (x < edge || x > bar.w - edge)
        return;
    style.align = ALIGN_CENTRE;
    draw_text(s->list, (Rect){bar.x + x - edge / 2, under.y, edge, PAGE_LINE_SMALL}, style, "0");
}

/* Whether every map's own range begins at the same number, as after a ReLU. */
static bool common_low(const Sheet *s) {
    for (int64_t i = 1; i < s->layer->count; i++)
        if (s->plan->parts[s->layer->first + i].range.min != s->part->range.min)
            return false;
    return true;
}

static void draw_scale(Sheet *s, Rect bar) {
    bool own = s->plan->options.range == EXPORT_RANGE_MAP && s->layer->count > 1;
    ColorRange range = s->part->range;
    bool symmetric = s->part->rgb || s->part->colormap == COLORMAP_RDBU;
    if (own && symmetric) {
        range = (ColorRange){-1, 1};
        draw_bar(s, bar, range);
        draw_ends(s, bar, range, "-max", "max");
    } else if (own) {
        const char *low = common_low(s) ? TEXT("%.3g", (double)range.min) : "min";
        range = (ColorRange){0, 1};
        draw_bar(s, bar, range);
        draw_ends(s, bar, range, low, "max");
    } else {
        draw_bar(s, bar, range);
        draw_ends(s, bar, range, TEXT("%.3g", (double)range.min), TEXT("%.3g", (double)range.max));
    }
}

/* What the colours stand for, and over what range. */
typedef struct Meaning {
    const char *colors;
    char range[80];
} Meaning;

static Meaning meaning_of(const Sheet *s) {
    static const char *const spans[] = {
        "each %s over its own range, which stands under it",
        "all %ss over one range, the layer's",
        "all %ss over one range, that of all layers exported",
    };
    static const char *const colors[COLORMAPS] = {"black is least, white is most",
                                                  "dark is least, bright is most (viridis)",
                                                  "blue below 0, white at 0, red above"};
    const ExportOptions *o = &s->plan->options;
    Meaning m = {s->part->rgb ? "the three input channels as red, green and blue; mid-grey is 0"
                              : colors[s->part->colormap],
                 "over its own range"};
    if (s->layer->count > 1 || o->range == EXPORT_RANGE_GLOBAL)
        snprintf(m.range, sizeof m.range, spans[o->range],
                 o->what == EXPORT_KERNELS ? "kernel" : "map");
    return m;
}

static void draw_meaning(Sheet *s, Rect box) {
    const Meaning m = meaning_of(s);
    TextStyle style = page_sans(PAGE_SIZE_SMALL, page_text);
    draw_text(s->list, rect_cut_top(&box, PAGE_LINE_SMALL + 1), style, m.colors);
    draw_text(s->list, rect_cut_top(&box, PAGE_LINE_SMALL + 1), style, m.range);
}

/* So that no text of it is cut. */
static int legend_width(const Sheet *s) {
    const Meaning m = meaning_of(s);
    const TextStyle style = page_sans(PAGE_SIZE_SMALL, page_text);
    const int colors = draw_text_width(s->list, style, m.colors);
    const int range = draw_text_width(s->list, style, m.range);
    return BAR_WIDTH + PAGE_MARGIN + (colors > range ? colors : range) + 1;
}

/* What is shown where there is no number. */
static void draw_not_finite(Sheet *s, Rect box) {
    static const struct {
        float value;
        const char *name;
    } kinds[] = {{NAN, "NaN"}, {INFINITY, "infinity"}, {-INFINITY, "-infinity"}};
    TextStyle style = page_sans(PAGE_SIZE_SMALL, page_warning);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint8_t c[3];
        colormap_color(s->part->colormap, s->part->range, kinds[i].value, c);
        Rect swatch = rect_inset(rect_cut_left(&box, SWATCH), 0, (PAGE_LINE_SMALL - SWATCH) / 2);
        draw_fill(s->list, swatch, (Color){c[0], c[1], c[2], 255});
        draw_frame(s->list, swatch, page_frame);
        rect_cut_left(&box, 4);
        Rect said = draw_text(s->list, box, style, kinds[i].name);
        rect_cut_left(&box, said.w + PAGE_MARGIN);
    }
    draw_textf(s->list, box, style, "%lld NaN and %lld infinite among %lld numbers",
               (long long)s->layer->stats.nans, (long long)s->layer->stats.infinities,
               (long long)s->layer->stats.count);
}

static bool has_strange(const Sheet *s) {
    return s->layer->stats.nans + s->layer->stats.infinities > 0;
}

static int legend_height(const Sheet *s) {
    return BAR_HEIGHT + 4 + PAGE_LINE_SMALL + 2 + (has_strange(s) ? PAGE_LINE_SMALL + SPACE : 0);
}

static void draw_legend(Sheet *s, Rect box) {
    Rect row = rect_cut_top(&box, BAR_HEIGHT + 4 + PAGE_LINE_SMALL + 2);
    draw_scale(s, (Rect){row.x + 1, row.y + 1, BAR_WIDTH, BAR_HEIGHT});
    rect_cut_left(&row, BAR_WIDTH + PAGE_MARGIN);
    draw_meaning(s, row);
    rect_cut_top(&box, SPACE);
    if (has_strange(s))
        draw_not_finite(s, rect_cut_top(&box, PAGE_LINE_SMALL));
}

/* --- The page -----------------------------------------------------------------------------------
 */

/* Which numbers of a vector are where. */
static void say_indexes(Sheet *s, const ExportPart *part, Rect under) {
    enum { CELL_MIN = 14 };
    TextStyle style = page_sans(PAGE_SIZE_SMALL, page_text);
    if (part->height > 1 || s->grid.scale < CELL_MIN) {
        draw_textf(s->list, under, style, "numbers 0\u2026%lld, %lld a row",
                   (long long)(part->height * part->width - 1), (long long)part->width);
        return;
    }
    style.align = ALIGN_CENTRE;
    for (int64_t i = 0; i < part->width; i++)
        draw_textf(s->list, rect_cut_left(&under, s->grid.scale), style, "%lld", (long long)i);
}

static bool draw_tile(Sheet *s, const ExportPart *part, int x, int y) {
    int64_t width, height;
    picture_size(part, &width, &height);
    Rect box = {x, y, (int)s->grid.tile_width, (int)s->grid.tile_height};
    uint8_t *pixels = draw_pixels(s->list, (int)width, (int)height, 3);
    if (!pixels)
        return false;
    picture_paint(part, pixels);
    draw_image(s->list, box, pixels, (int)width, (int)height, 3);
    draw_frame(s->list, (Rect){x - 1, y - 1, box.w + 2, box.h + 2}, page_frame);
    Rect under = {x, y + box.h + 1, box.w, PAGE_LINE_SMALL};
    TextStyle style = page_sans(PAGE_SIZE_SMALL, page_text);
    if (part->vector)
        say_indexes(s, part, under);
    else
        draw_textf(s->list, under, style, "%d", part->channel);
    under.y += PAGE_LINE_SMALL - 1;
    draw_range(s, part, under);
    return true;
}

static bool draw_tiles(Sheet *s, Rect box) {
    for (int64_t i = 0; i < s->file->count; i++) {
        int64_t x = i % s->grid.columns * (s->grid.tile_width + SPACE);
        int64_t y = i / s->grid.columns * (s->grid.tile_height + CAPTION + SPACE);
        if (!draw_tile(s, &s->plan->parts[s->file->first + i], box.x + (int)x, box.y + (int)y))
            return false;
    }
    return true;
}

/* Where things lie: heights from top to bottom, all at one left edge. */
typedef struct Layout {
    int64_t width, tiles_width, tiles_height;
    int about, legend, foot;
    int64_t height;
} Layout;

static Layout lay_out(const Sheet *s) {
    Layout l = {0};
    int64_t count = s->file->count, columns = s->grid.columns;
    int64_t rows = (count + columns - 1) / columns, wide = count < columns ? count : columns;
    l.tiles_width = wide * (s->grid.tile_width + SPACE) - SPACE;
    l.tiles_height = rows * (s->grid.tile_height + CAPTION + SPACE) - SPACE;
    const int least = legend_width(s) > PAGE_WIDTH_MIN ? legend_width(s) : PAGE_WIDTH_MIN;
    l.width = (l.tiles_width > least ? l.tiles_width : least) + 2 * PAGE_MARGIN;
    int inner = (int)(l.width < PAGE_MAX ? l.width : PAGE_MAX) - 2 * PAGE_MARGIN;
    l.about = draw_paragraph_height(s->list, inner, page_sans(PAGE_SIZE_BODY, page_text),
                                    PAGE_LINE_BODY, s->about);
    l.legend = legend_height(s);
    l.foot = draw_paragraph_height(s->list, inner, page_mono(PAGE_SIZE_SMALL, page_dim),
                                   PAGE_LINE_SMALL, s->foot);
    l.height = PAGE_MARGIN + PAGE_LINE_TITLE + l.about + PAGE_LINE_BODY + SPACE + l.legend +
               PAGE_MARGIN + l.tiles_height + PAGE_MARGIN + l.foot + PAGE_MARGIN;
    return l;
}

static bool draw_page(Sheet *s, const Layout *l) {
    DrawList *list = s->list;
    bool trained = s->plan->model->weights.trained;
    Rect page = {0, 0, list->width, list->height};
    draw_fill(list, page, page_ground);
    page = rect_inset(page, PAGE_MARGIN, PAGE_MARGIN);
    Rect top = rect_cut_top(&page, PAGE_LINE_TITLE);
    int pages = (int)((s->layer->count / s->plan->items + s->grid.per_page - 1) / s->grid.per_page);
    TextStyle right = page_sans(PAGE_SIZE_BODY, page_dim);
    right.align = ALIGN_RIGHT;
    if (pages > 1)
        draw_textf(list, rect_cut_right(&top, 128), right, "page %d of %d", s->file->page + 1,
                   pages);
    draw_text(list, top, page_sans(PAGE_SIZE_TITLE, page_text), s->title);
    draw_paragraph(list, rect_cut_top(&page, l->about), page_sans(PAGE_SIZE_BODY, page_text),
                   PAGE_LINE_BODY, s->about);
    draw_text(list, rect_cut_top(&page, PAGE_LINE_BODY),
              page_sans(PAGE_SIZE_BODY, trained ? page_text : page_warning), s->weights);
    rect_cut_top(&page, SPACE);
    draw_legend(s, rect_cut_top(&page, l->legend));
    rect_cut_top(&page, PAGE_MARGIN);
    bool ok = draw_tiles(s, rect_cut_top(&page, (int)l->tiles_height));
    rect_cut_top(&page, PAGE_MARGIN);
    draw_paragraph(list, page, page_mono(PAGE_SIZE_SMALL, page_dim), PAGE_LINE_SMALL, s->foot);
    return ok && list->error.code == ERROR_NONE;
}

static const ExportNode *layer_of(const ExportPlan *plan, const ExportFile *file) {
    const ExportNode *n = plan->nodes;
    while (file->first >= n->first + n->count)
        n++;
    return n;
}

bool sheet_list(const ExportPlan *plan, const ExportFile *file, const TextMetrics *metrics,
                DrawList *list, Error *err) {
    Sheet s = {.plan = plan, .file = file, .list = list, .part = &plan->parts[file->first]};
    s.layer = layer_of(plan, file);
    s.node = &plan->model->graph.nodes[s.part->node];
    s.grid = sheet_grid(&plan->options, s.part, s.layer->count / plan->items);
    draw_begin(list, metrics, 0, 0);
    void *point = text_point_begin();
    say_all(&s);
    Layout l = lay_out(&s);
    bool ok = image_check_size(l.width, l.height, "sheet", err);
    if (ok) {
        list->width = (int)l.width;
        list->height = (int)l.height;
        ok = draw_page(&s, &l);
        if (!ok && err && err->code == ERROR_NONE)
            *err = list->error;
    }
    text_point_end(point);
    return ok;
}

bool sheet_make(const ExportPlan *plan, const ExportFile *file, Fonts *fonts, Image *image,
                Error *err) {
    DrawList list = {0};
    *image = (Image){0};
    bool ok = sheet_list(plan, file, fonts_metrics(fonts), &list, err) &&
              sdl_render_image(fonts, &list, image, err);
    draw_free(&list);
    return ok;
}
