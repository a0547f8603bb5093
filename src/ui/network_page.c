#include "ui/network_page.h"

#include "base/file.h"
#include "base/program.h"
#include "base/text.h"
#include "draw/sdl_render.h"
#include "draw/svg.h"
#include "ui/lab.h"
#include "ui/network.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 24, REACH = 56, WIDTH_LEAST = 560 };

/* --- What is opened --------------------------------------------------------------------------- */

typedef struct Page {
    const NetworkPage *wanted;
    View v;
    State state;
    DrawList list;
    Diagram diagram;
    Rect drawn; /* what of the diagram is seen, in its units */
    Network network;
} Page;

/* A block's parents are open around it; a stage's run splits by itself. In blocks that are told
 * layer by layer every layer has a box to itself. */
static void open_blocks(const Graph *g, int block, bool *opened, bool *fine) {
    const BlockKind kind = g->blocks[block].kind;
    if (block == 0)
        return;
    fine[block] = kind == BLOCK_RESIDUAL || kind == BLOCK_DENSE_LAYER || kind == BLOCK_TRANSITION;
    for (int at = block; at > 0; at = g->blocks[at].parent)
        opened[at] = at == block || g->blocks[at].kind != BLOCK_STAGE;
}

static int find_frame(const Diagram *d, int block) {
    for (int i = 0; i < d->box_count; i++)
        if (block && d->boxes[i].item == DIAGRAM_FRAME && d->boxes[i].block == block)
            return i;
    return -1;
}

/* A block with the ends of the arrows that come in and go out. */
static Rect drawn_of(const Page *p) {
    const Diagram *d = &p->diagram;
    if (p->network.only < 0)
        return (Rect){0, 0, (int)ceil(d->width), (int)ceil(d->height)};
    const DiagramBox *b = &d->boxes[p->network.only];
    Rect r = area_rect(b->all);
    return (Rect){r.x - REACH, r.y - 4, r.w + 2 * REACH, r.h + 8};
}

static bool lay_out(Page *p, Error *err) {
    static bool opened[GRAPH_BLOCKS_MAX], fine[GRAPH_BLOCKS_MAX];
    const Graph *g = &p->wanted->model->graph;
    DiagramTexts texts = network_texts;
    texts.context = &p->v;
    memset(opened, 0, sizeof opened);
    memset(fine, 0, sizeof fine);
    open_blocks(g, p->wanted->block, opened, fine);
    const DiagramOptions options = {
        .opened = opened, .fine = fine, .spacing = DIAGRAM_ROOMY, .legible = 1, .texts = &texts};
    if (!diagram_make(&p->diagram, g, &options, err))
        return false;
    p->network = (Network){.v = &p->v,
                           .d = &p->diagram,
                           .only = find_frame(&p->diagram, p->wanted->block),
                           .printed = true};
    p->drawn = drawn_of(p);
    return true;
}

/* --- What stands around it -------------------------------------------------------------------- */

static const char *costs_of(const View *v, int block) {
    const Block *b = &v->graph->blocks[block];
    const char *counts =
        ui_say(v, "page.costs", lab_amount(v, (double)graph_block_params(v->graph, block)),
               lab_amount(v, (double)graph_block_macs(v->graph, block)));
    if (!block)
        return counts;
    const char *text = arena_format(&v->list->arena, &v->list->error, "%s → %s; %s",
                                    ui_extent_of(v, b->input), ui_extent_of(v, b->output), counts);
    return text ? text : "";
}

static const char *title_of(const View *v, int block) {
    const Model *m = v->model;
    if (block)
        return ui_keep(v, TEXT("%s, %s", m->title, ui_phrases(v, v->graph->blocks[block].label)));
    return ui_keep(v, m->year ? TEXT("%s (%d)", m->title, m->year) : m->title);
}

/* A line as the diagram draws such a shortcut, and its word. */
static void wire_entry(const View *v, Rect *row, DiagramWire wire, const char *word) {
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    Rect place = rect_cut_left(row, 28);
    const double y = place.y + place.h / 2.0;
    const Point ends[] = {{place.x, y}, {place.x + 24, y}};
    draw_polyline(v->list, ends, 2,
                  (Stroke){.width = 1,
                           .color = ui_wire_color(v, wire),
                           .arrow = true,
                           .dash = wire == WIRE_IDENTITY ? 5 : 0,
                           .gap = wire == WIRE_IDENTITY ? 3 : 0});
    draw_text(v->list, rect_cut_left(row, draw_text_width(v->list, style, word)), style, word);
    rect_cut_left(row, 2 * SPACE(v));
}

static bool has_wire(const Page *p, DiagramWire wire) {
    for (int i = 0; i < p->diagram.edge_count; i++)
        if (p->diagram.edges[i].wire == wire &&
            network_shows_edge(&p->network, &p->diagram.edges[i]))
            return true;
    return false;
}

static void draw_legend(const Page *p, Rect row) {
    static const char *const wires[] = {[WIRE_IDENTITY] = "page.identity",
                                        [WIRE_PROJECTION] = "page.projection",
                                        [WIRE_DENSE] = "page.dense"};
    const View *v = &p->v;
    const NetworkFamilies families = network_families(&p->network);
    draw_group_begin(v->list, "legend");
    for (int f = 0; f <= LAYER_OTHER; f++)
        if (families.drawn[f])
            lab_swatch(v, &row, theme_family((LayerFamily)f), network_family(v, (LayerFamily)f));
    for (int w = WIRE_IDENTITY; w <= WIRE_DENSE; w++)
        if (has_wire(p, (DiagramWire)w))
            wire_entry(v, &row, (DiagramWire)w, ui_word(v, wires[w]));
    draw_group_end(v->list);
}

static int legend_width(const Page *p) {
    const View *v = &p->v;
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const NetworkFamilies families = network_families(&p->network);
    int width = 0;
    for (int f = 0; f <= LAYER_OTHER; f++)
        if (families.drawn[f])
            width += 40 + draw_text_width(v->list, style, network_family(v, (LayerFamily)f));
    for (int w = WIRE_IDENTITY; w <= WIRE_DENSE; w++)
        width += has_wire(p, (DiagramWire)w) ? 220 : 0;
    return width;
}

/* --- The page --------------------------------------------------------------------------------- */

static void draw_diagram(Page *p, Rect box) {
    const View *v = &p->v;
    const Rect seen = {box.x + (box.w - p->drawn.w) / 2, box.y, p->drawn.w, p->drawn.h};
    Network *n = &p->network;
    n->camera = (Camera){1, seen.x - p->drawn.x, seen.y - p->drawn.y};
    n->box = seen;
    draw_group_begin(v->list, "diagram");
    if (n->only < 0)
        network_halves(n, (Rect){seen.x, seen.y - ui_line(v, SIZE_SMALL), seen.w,
                                 seen.h + ui_line(v, SIZE_SMALL)});
    draw_clip_begin(v->list, seen);
    network_draw(n);
    draw_clip_end(v->list);
    draw_group_end(v->list);
}

/* Title, costs, diagram, legend and credit from top to bottom; the height that they take. */
static int draw_page(Page *p, int width) {
    const View *v = &p->v;
    const Model *m = v->model;
    const TextStyle head = ui_style(v, SIZE_HEAD, TONE_TEXT, ALIGN_LEFT);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    Rect box = rect_inset((Rect){0, 0, width, RECT_FAR}, MARGIN, MARGIN);
    const int top = box.y;
    draw_group_begin(v->list, "heading");
    ui_paragraph(v, &box, head, 3, title_of(v, p->wanted->block));
    ui_paragraph(v, &box, dim, 3, costs_of(v, p->wanted->block));
    draw_group_end(v->list);
    rect_cut_top(&box, SPACE(v) + (p->network.only < 0 ? ui_line(v, SIZE_SMALL) : 0));
    draw_diagram(p, rect_cut_top(&box, p->drawn.h));
    rect_cut_top(&box, SPACE(v));
    draw_legend(p, rect_cut_top(&box, ui_line(v, SIZE_SMALL)));
    draw_group_begin(v->list, "credit");
    ui_paragraph(v, &box, dim, 3, ui_word(v, "page.scale"));
    ui_paragraph(
        v, &box, dim, 6,
        ui_say(v, m->paper[0] ? "page.credit_paper" : "page.credit", CONVOSCOPE_VERSION, m->paper));
    draw_group_end(v->list);
    return box.y - top + 2 * MARGIN;
}

/* fonts: NULL if they could not be opened. */
static bool build(Page *p, const NetworkPage *w, Fonts *fonts, Error *err) {
    *p = (Page){.wanted = w};
    if (!fonts)
        return false;
    state_init(&p->state);
    p->state.comma = w->comma;
    draw_begin(&p->list, fonts_metrics(fonts), RECT_FAR / 4, RECT_FAR / 4);
    p->v = (View){.list = &p->list,
                  .state = &p->state,
                  .place = &p->state.place,
                  .theme = &themes[w->theme],
                  .words = w->words,
                  .language = w->language,
                  .mouse_x = -1,
                  .mouse_y = -1,
                  .scale = 1,
                  .model = w->model,
                  .graph = &w->model->graph,
                  .node = GRAPH_FAILED};
    if (!lay_out(p, err))
        return false;
    int width = p->drawn.w > legend_width(p) ? p->drawn.w : legend_width(p);
    width = (width > WIDTH_LEAST ? width : WIDTH_LEAST) + 2 * MARGIN;
    const DrawMark begin = draw_mark(&p->list);
    const int height = draw_page(p, width); /* once to see how high it is, */
    draw_rewind(&p->list, begin);
    p->list.width = width;
    p->list.height = height;
    draw_fill(&p->list, (Rect){0, 0, width, height}, p->v.theme->ground);
    draw_page(p, width);
    if (p->list.error.code != ERROR_NONE) {
        *err = p->list.error;
        return false;
    }
    return true;
}

static void page_free(Page *p, Fonts *fonts) {
    draw_free(&p->list);
    diagram_free(&p->diagram);
    fonts_free(fonts);
}

/* --- Files ------------------------------------------------------------------------------------ */

static bool save_svg(const Page *p, const char *path, Error *err) {
    const SvgWords words = {.title = title_of(&p->v, p->wanted->block),
                            .description = p->wanted->command,
                            .language = words_language_code(p->wanted->language)};
    return svg_save(&p->list, path, &words, err);
}

static bool save_png(const Page *p, Fonts *fonts, const char *path, Error *err) {
    const char *const texts[] = {"Software", "convoscope " CONVOSCOPE_VERSION, "Comment",
                                 p->wanted->command, NULL};
    Image image = {0};
    const bool ok = image_check_size((int64_t)p->list.width * p->wanted->scale,
                                     (int64_t)p->list.height * p->wanted->scale, path, err) &&
                    sdl_render_image(fonts, &p->list, &image, err) &&
                    image_save_png(path, &image, texts, err);
    image_free(&image);
    return ok;
}

/* Beside the file that is wanted, so that it can be renamed to it. */
static bool save_pdf(const Page *p, const char *path, Error *err) {
    char svg[FILE_PATH_MAX + 40], pdf[FILE_PATH_MAX + 40];
    text_format(svg, sizeof svg, "%s.tmp.svg", path);
    text_format(pdf, sizeof pdf, "%s.tmp.pdf", path);
    const char *const argv[] = {"rsvg-convert", "-f", "pdf", "-o", pdf, svg, NULL};
    bool ok = save_svg(p, svg, err) &&
              program_run(argv, "rsvg-convert, which makes PDF files (Debian: librsvg2-bin),", err);
    if (ok && rename(pdf, path) != 0)
        ok = error_set(err, ERROR_WRITE, path, "the folder does not let it be renamed");
    remove(svg);
    if (!ok)
        remove(pdf);
    return ok;
}

bool network_page_save(const NetworkPage *page, const char *path, Error *err) {
    const char *kind = file_extension(path);
    const bool svg = text_equal(kind, "svg"), png = text_equal(kind, "png");
    if (!svg && !png && !text_equal(kind, "pdf"))
        return error_set(err, ERROR_EXPECTED, path, "a name ending in .svg, .png or .pdf",
                         kind[0] ? TEXT(".%.40s", kind) : "none of them");
    static Page p; /* large */
    Fonts *fonts = fonts_new(png ? page->scale : 1, err);
    bool ok = build(&p, page, fonts, err);
    ok = ok && (svg   ? save_svg(&p, path, err)
                : png ? save_png(&p, fonts, path, err)
                      : save_pdf(&p, path, err));
    page_free(&p, fonts);
    return ok;
}

bool network_page_check(const NetworkPage *page, Error *err) {
    static Page p;
    Fonts *fonts = fonts_new(1, err);
    const bool ok = build(&p, page, fonts, err) && draw_list_check(&p.list, err);
    page_free(&p, fonts);
    return ok;
}
