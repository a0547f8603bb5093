#include "export/panels.h"

#include "base/text.h"
#include "export/page.h"
#include "export/picture.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SPACE = 16,
    BAR = 10,
    LEGEND = BAR + PAGE_LINE_SMALL + 4,
    SIDE = 224,
};

static const Color color_marked = {0, 90, 156, 255};

bool panels_new(Panels *p, int count, const Model *model, Error *err) {
    *p = (Panels){.count = count, .model = model, .title = "", .about = "", .command = ""};
    p->panels = mem_alloc((size_t)count, sizeof *p->panels, err);
    return p->panels != NULL;
}

void panels_free(Panels *p) {
    for (int i = 0; p->panels && i < p->count; i++)
        image_free(&p->panels[i].image);
    mem_free(p->panels);
    *p = (Panels){0};
}

/* --- Pictures -----------------------------------------------------------------------------------
 */

bool panel_paint(Panel *panel, const float *data, int64_t planes, int64_t height, int64_t width,
                 Colormap map, ColorRange range, Error *err) {
    const ExportPart part = {.data = data,
                             .planes = planes,
                             .height = height,
                             .width = width,
                             .rgb = planes == 3,
                             .colormap = map,
                             .range = range};
    panel->scaled = true;
    panel->colormap = map;
    panel->range = range;
    return picture_make(&part, 1, &panel->image, err);
}

bool panel_paint_signed(Panel *panel, const float *data, int64_t planes, int64_t height,
                        int64_t width, float m, Error *err) {
    return panel_paint(panel, data, planes, height, width, COLORMAP_GRAY, (ColorRange){-m, m}, err);
}

bool panel_show(Panel *panel, const Image *image, Error *err) {
    return image_to_rgb(&panel->image, image, err);
}

bool panel_show_input(Panel *panel, const Model *model, const Tensor *input, Error *err) {
    const int64_t *dim = input->shape.dim, plane = dim[2] * dim[3];
    float scale[3], shift[3];
    if (dim[1] != 1 && dim[1] != 3) {
        const double m = (double)stats_of(input->data, plane).max;
        return panel_paint_signed(panel, input->data, 1, dim[2], dim[3], (float)m, err);
    }
    preprocess_affine(&model->preprocess, scale, shift);
    if (!image_new(&panel->image, (int)dim[3], (int)dim[2], 3, err))
        return false;
    for (int64_t i = 0; i < plane; i++)
        for (int64_t c = 0; c < 3; c++) {
            const int64_t from = dim[1] == 3 ? c : 0;
            const float byte = (input->data[from * plane + i] - shift[from]) / scale[from];
            panel->image.pixels[3 * i + c] =
                (uint8_t)(byte > 0 ? byte < 255 ? lroundf(byte) : 255 : 0); /* NaN: 0 */
        }
    return true;
}

void panel_mark(Panel *panel, GraphBox box) {
    static const uint8_t mark[3] = {255, 96, 0};
    const Image *image = &panel->image;
    for (int64_t y = box.y; y < box.y + box.height; y++)
        for (int64_t x = box.x; x < box.x + box.width; x++) {
            const bool edge = y == box.y || y == box.y + box.height - 1 || x == box.x ||
                              x == box.x + box.width - 1;
            if (edge && y >= 0 && x >= 0 && y < image->height && x < image->width)
                memcpy(image->pixels + 3 * (y * image->width + x), mark, sizeof mark);
        }
}

/* --- Where things lie ---------------------------------------------------------------------------
 */

typedef struct Layout {
    int64_t tile_width, tile_height; /* of a picture */
    int64_t cell_height, columns, rows;
    int lines; /* of text under each */
    bool legend;
    int64_t width, about, foot, height;
    char title[400], weights[500], command[2200];
} Layout;

static int64_t enlarged(const Panels *p, int64_t width, int64_t height) {
    const int64_t side = width > height ? width : height, wanted = p->side ? p->side : SIDE;
    return side < wanted ? (wanted + side - 1) / side : 1;
}

/* What the terminal or a font could stumble over. */
static void say(char *buffer, size_t size, const char *text) {
    buffer[0] = '\0';
    text_append(buffer, size, 0, text);
}

static void say_all(const Panels *p, Layout *l) {
    char weights[440];
    export_weights_text(weights, sizeof weights, p->model);
    say(l->title, sizeof l->title, TEXT("%.100s: %.90s", p->model->title, p->title));
    say(l->weights, sizeof l->weights, p->model->weights.kind == WEIGHTS_FILE ? "weights " : "");
    text_append(l->weights, sizeof l->weights, strlen(l->weights), weights);
    say(l->command, sizeof l->command - 40, p->command);
    text_append(l->command, sizeof l->command, strlen(l->command),
                *p->command ? "  # convoscope " CONVOSCOPE_VERSION
                            : "convoscope " CONVOSCOPE_VERSION);
}

static void lay_out_tiles(const Panels *p, Layout *l, int64_t width, int64_t height) {
    const int64_t scale = enlarged(p, width, height);
    l->tile_width = width * scale;
    l->tile_height = height * scale;
    for (int i = 0; i < p->count; i++) {
        l->legend |= p->panels[i].scaled;
        for (int k = l->lines; k < PANEL_LINES; k++)
            if (p->panels[i].lines[k][0])
                l->lines = k + 1;
    }
    l->cell_height =
        PAGE_LINE_BODY + l->tile_height + (l->legend ? LEGEND : 0) + l->lines * PAGE_LINE_SMALL;
    l->columns = p->columns;
    if (!l->columns) {
        const double shape =
            1.4 * (double)(l->cell_height + SPACE) / (double)(l->tile_width + SPACE);
        l->columns = llround(sqrt(shape * (double)p->count));
    }
    l->columns = l->columns < 1 ? 1 : l->columns > p->count ? p->count : l->columns;
    l->rows = (p->count + l->columns - 1) / l->columns;
    const int64_t tiles = l->columns * (l->tile_width + SPACE) - SPACE;
    l->width = (tiles > PAGE_WIDTH_MIN ? tiles : PAGE_WIDTH_MIN) + 2 * PAGE_MARGIN;
}

/* `list`: to measure texts by; NULL: without the paragraphs. */
static Layout lay_out(const Panels *p, int64_t width, int64_t height, DrawList *list) {
    Layout l = {0};
    say_all(p, &l);
    lay_out_tiles(p, &l, width, height);
    const int inner = (int)(l.width < IMAGE_SIDE_MAX ? l.width : IMAGE_SIDE_MAX) - 2 * PAGE_MARGIN;
    if (list) {
        l.about = draw_paragraph_height(list, inner, page_sans(PAGE_SIZE_BODY, page_text),
                                        PAGE_LINE_BODY, p->about);
        l.foot = draw_paragraph_height(list, inner, page_mono(PAGE_SIZE_SMALL, page_dim),
                                       PAGE_LINE_SMALL, l.command);
    }
    l.height = PAGE_MARGIN + PAGE_LINE_TITLE + l.about + PAGE_LINE_BODY + PAGE_MARGIN +
               l.rows * (l.cell_height + SPACE) - SPACE + PAGE_MARGIN + l.foot + PAGE_MARGIN;
    return l;
}

bool panels_check(const Panels *p, int64_t width, int64_t height, Error *err) {
    const Layout l = lay_out(p, width, height, NULL);
    return image_check_size(l.width, l.height + 4 * PAGE_LINE_BODY, "sheet", err);
}

/* --- Drawing ------------------------------------------------------------------------------------
 */

static bool draw_legend(DrawList *list, const Panel *panel, Rect box) {
    Rect bar = rect_cut_top(&box, BAR);
    const double min = (double)panel->range.min, max = (double)panel->range.max;
    if (!page_bar(list, bar, panel->colormap, panel->range))
        return false;
    TextStyle style = page_sans(PAGE_SIZE_SMALL, page_text);
    const Rect under = {box.x, box.y + 1, box.w, PAGE_LINE_SMALL};
    draw_textf(list, (Rect){under.x, under.y, under.w * 2 / 5, under.h}, style, "%.3g", min);
    style.align = ALIGN_RIGHT;
    draw_textf(list, (Rect){under.x + under.w * 3 / 5, under.y, under.w * 2 / 5, under.h}, style,
               "%.3g", max);
    style.align = ALIGN_CENTRE;
    if (min < 0 && max > 0)
        draw_text(list, (Rect){under.x + under.w * 2 / 5, under.y, under.w / 5, under.h}, style,
                  "0");
    return true;
}

static bool draw_panel(DrawList *list, const Layout *l, const Panel *panel, Rect box) {
    TextStyle head = page_sans(PAGE_SIZE_BODY, panel->marked ? color_marked : page_text);
    head.bold = panel->marked;
    draw_text(list, rect_cut_top(&box, PAGE_LINE_BODY), head, panel->title);
    Rect tile = rect_cut_top(&box, (int)l->tile_height);
    const Image *image = &panel->image;
    if (image->pixels) {
        const int64_t scale = image->width ? l->tile_width / image->width : 1;
        tile.w = (int)(image->width * (scale < 1 ? 1 : scale));
        tile.h = (int)(image->height * (scale < 1 ? 1 : scale));
        draw_image(list, tile, image->pixels, image->width, image->height, 3);
        draw_frame(list, (Rect){tile.x - 1, tile.y - 1, tile.w + 2, tile.h + 2}, page_frame);
    }
    rect_cut_top(&box, 4);
    if (panel->scaled) {
        Rect legend = rect_cut_top(&box, LEGEND - 4);
        legend.w = tile.w;
        if (!draw_legend(list, panel, legend))
            return false;
    }
    for (int i = 0; i < l->lines; i++)
        draw_text(list, rect_cut_top(&box, PAGE_LINE_SMALL), page_sans(PAGE_SIZE_SMALL, page_dim),
                  panel->lines[i]);
    return true;
}

static bool draw_page(const Panels *p, const Layout *l, DrawList *list) {
    Rect page = {0, 0, list->width, list->height};
    draw_fill(list, page, page_ground);
    page = rect_inset(page, PAGE_MARGIN, PAGE_MARGIN);
    draw_text(list, rect_cut_top(&page, PAGE_LINE_TITLE), page_sans(PAGE_SIZE_TITLE, page_text),
              l->title);
    draw_paragraph(list, rect_cut_top(&page, (int)l->about), page_sans(PAGE_SIZE_BODY, page_text),
                   PAGE_LINE_BODY, p->about);
    draw_text(list, rect_cut_top(&page, PAGE_LINE_BODY),
              page_sans(PAGE_SIZE_BODY, p->model->weights.trained ? page_text : page_warning),
              l->weights);
    rect_cut_top(&page, PAGE_MARGIN);
    for (int i = 0; i < p->count; i++) {
        const int64_t x = i % l->columns * (l->tile_width + SPACE);
        const int64_t y = i / l->columns * (l->cell_height + SPACE);
        const Rect box = {page.x + (int)x, page.y + (int)y,
                          (int)(l->columns > 1 ? l->tile_width : page.w), (int)l->cell_height + 4};
        if (!draw_panel(list, l, &p->panels[i], box))
            return false;
    }
    rect_cut_top(&page, (int)(l->rows * (l->cell_height + SPACE) - SPACE + PAGE_MARGIN));
    draw_paragraph(list, page, page_mono(PAGE_SIZE_SMALL, page_dim), PAGE_LINE_SMALL, l->command);
    return list->error.code == ERROR_NONE;
}

/* The largest of the pictures. */
static void largest(const Panels *p, int64_t *width, int64_t *height) {
    *width = *height = 1;
    for (int i = 0; i < p->count; i++) {
        const Image *image = &p->panels[i].image;
        *width = image->width > *width ? image->width : *width;
        *height = image->height > *height ? image->height : *height;
    }
}

bool panels_list(const Panels *p, const TextMetrics *metrics, DrawList *list, Error *err) {
    int64_t width, height;
    largest(p, &width, &height);
    draw_begin(list, metrics, 0, 0);
    void *point = text_point_begin();
    const Layout l = lay_out(p, width, height, list);
    bool ok = image_check_size(l.width, l.height, "sheet", err);
    if (ok) {
        list->width = (int)l.width;
        list->height = (int)l.height;
        ok = draw_page(p, &l, list);
        if (!ok && err && err->code == ERROR_NONE)
            *err = list->error;
    }
    text_point_end(point);
    return ok;
}

bool panels_save(const Panels *p, const char *path, Error *err) {
    DrawList list = {0};
    Image image = {0};
    char weights[440];
    Fonts *fonts = fonts_new(1, err);
    bool ok = fonts && panels_list(p, fonts_metrics(fonts), &list, err) &&
              sdl_render_image(fonts, &list, &image, err);
    if (ok) {
        char about[1024], comment[2400];
        export_weights_text(weights, sizeof weights, p->model);
        snprintf(about, sizeof about, "%s: %s. %.700s", p->model->title, p->title, p->about);
        snprintf(comment, sizeof comment, "%.1900s%s%s%s", p->command, *p->command ? "\n" : "",
                 p->model->weights.kind == WEIGHTS_FILE ? "weights " : "", weights);
        const char *const texts[] = {
            "Software", "convoscope " CONVOSCOPE_VERSION, "Description", about, "Comment", comment,
            NULL};
        ok = image_save_png(path, &image, texts, err);
    }
    image_free(&image);
    draw_free(&list);
    fonts_free(fonts);
    return ok;
}
