#include "draw/svg.h"

#include "base/markup.h"
#include "base/memory.h"
#include "base/text.h"
#include "draw/stroke.h"
#include "tensor/decode.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Svg {
    FileWriter file;
    const DrawList *list;
    Point *points; /* room for those of any line, and one more */
    char **ids;    /* of the groups, in the order of their names */
    int clips;
} Svg;

static void put(Svg *svg, const char *text) {
    file_put(&svg->file, text, strlen(text));
}

/* --- Attributes ------------------------------------------------------------------------------- */

/* To a hundredth, without zeros that say nothing. */
static void put_number(Svg *svg, double x) {
    char text[40];
    size_t length = strlen(text_format(text, sizeof text, "%.2f", x));
    while (length > 1 && text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    if (strncmp(text, "-0", length) == 0)
        length = 0;
    file_put(&svg->file, length ? text : "0", length ? length : 1);
}

static void put_length(Svg *svg, const char *name, double x) {
    markup_put(&svg->file, " %s=\"", name);
    put_number(svg, x);
    put(svg, "\"");
}

/* fill="#rrggbb", with its opacity where it has one. */
static void put_color(Svg *svg, const char *what, Color c) {
    markup_put(&svg->file, " %s=\"#%02x%02x%02x\"", what, c.r, c.g, c.b);
    if (c.a < 255)
        put_length(svg, TEXT("%s-opacity", what), c.a / 255.0);
}

static void put_box(Svg *svg, double x, double y, double w, double h) {
    put_length(svg, "x", x);
    put_length(svg, "y", y);
    put_length(svg, "width", w);
    put_length(svg, "height", h);
}

static void put_points(Svg *svg, const Point *p, int count) {
    put(svg, " points=\"");
    for (int i = 0; i < count; i++) {
        put(svg, i ? " " : "");
        put_number(svg, p[i].x);
        put(svg, ",");
        put_number(svg, p[i].y);
    }
    put(svg, "\"");
}

/* --- Items ------------------------------------------------------------------------------------ */

static void put_fill(Svg *svg, const DrawItem *item) {
    const Rect b = item->box;
    put(svg, "<rect");
    put_box(svg, b.x, b.y, b.w, b.h);
    put_color(svg, "fill", item->color);
    put(svg, "/>\n");
}

static void put_frame(Svg *svg, const DrawItem *item) {
    const Rect b = item->box;
    put(svg, "<rect");
    put_box(svg, b.x + 0.5, b.y + 0.5, fmax(b.w - 1, 0), fmax(b.h - 1, 0));
    put(svg, " fill=\"none\"");
    put_color(svg, "stroke", item->color);
    put(svg, "/>\n");
}

/* Level or upright, from (x, y) to (x + w, y + h), which is not drawn itself. */
static void put_line(Svg *svg, const DrawItem *item) {
    const Rect b = item->box;
    put(svg, "<rect");
    put_box(svg, b.w < 0 ? b.x + b.w : b.x, b.h < 0 ? b.y + b.h : b.y, b.h ? 1 : abs(b.w),
            b.h ? abs(b.h) : 1);
    put_color(svg, "fill", item->color);
    put(svg, "/>\n");
}

static bool put_image(Svg *svg, const DrawItem *item, Error *err) {
    const Image image = {item->width, item->height, item->channels, (uint8_t *)item->pixels};
    size_t size;
    uint8_t *png = stb_encode_png(&image, &size);
    if (!png)
        return error_set(err, ERROR_NO_MEMORY, "a picture");
    put(svg, "<image");
    put_box(svg, item->box.x, item->box.y, item->box.w, item->box.h);
    put(svg, " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\""
             " xlink:href=\"data:image/png;base64,");
    markup_put_base64(&svg->file, png, size);
    put(svg, "\"/>\n");
    mem_free(png);
    return true;
}

/* Letters stand on a line at ascent / (ascent + descent) of their height: 0.928 / 1.164 of DejaVu's
 * faces. Another font is stretched to the same width. */
static void put_text(Svg *svg, const DrawItem *item) {
    const TextFace face = text_face(item->style);
    const bool mono = face == FACE_MONO || face == FACE_MONO_BOLD;
    const bool bold = face == FACE_SANS_BOLD || face == FACE_MONO_BOLD;
    put(svg, "<text");
    put_length(svg, "x", item->box.x);
    put_length(svg, "y", item->box.y + item->box.h * (0.928 / 1.164));
    put_length(svg, "font-size", item->style.size);
    put_length(svg, "textLength", item->box.w);
    put(svg, " lengthAdjust=\"spacingAndGlyphs\"");
    if (mono)
        put(svg, " font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\"");
    if (bold)
        put(svg, " font-weight=\"bold\"");
    put_color(svg, "fill", item->style.color);
    put(svg, ">");
    markup_put_text(&svg->file, item->text, strlen(item->text));
    put(svg, "</text>\n");
}

static void put_polygon(Svg *svg, const Point *p, int count, Color color) {
    put(svg, "<polygon");
    put_points(svg, p, count);
    put_color(svg, "fill", color);
    put(svg, "/>\n");
}

static void put_polyline(Svg *svg, const DrawItem *item) {
    const Stroke *s = &item->stroke;
    Point head[3];
    int count = 0;
    for (int i = 0; i < item->point_count; i++)
        if (!count || hypot(item->points[i].x - svg->points[count - 1].x,
                            item->points[i].y - svg->points[count - 1].y) >= 0.01)
            svg->points[count++] = item->points[i];
    const bool arrow = s->arrow && !s->closed && count > 1;
    if (arrow)
        count = stroke_head(stroke_head_length(fmax(s->width, 1)), svg->points, count, head);
    if (count > 1) {
        put(svg, s->closed ? "<polygon" : "<polyline");
        put_points(svg, svg->points, count);
        put(svg, " fill=\"none\"");
        put_color(svg, "stroke", s->color);
        put_length(svg, "stroke-width", s->width);
        if (s->dash > 0 && s->gap > 0)
            markup_put(&svg->file, " stroke-dasharray=\"%d %d\"", (int)s->dash, (int)s->gap);
        put(svg, "/>\n");
    }
    if (arrow)
        put_polygon(svg, head, 3, s->color);
}

/* Most items lie within their clip as a whole, and need none. */
static bool is_clipped(const DrawItem *item) {
    Rect box = item->box;
    if (item->kind == ITEM_LINE)
        box = (Rect){box.w < 0 ? box.x + box.w : box.x, box.h < 0 ? box.y + box.h : box.y,
                     abs(box.w) + 1, abs(box.h) + 1};
    return !rect_inside(box, item->clip);
}

static bool put_item(Svg *svg, const DrawItem *item, Error *err) {
    const bool clipped = is_clipped(item);
    bool ok = true;
    if (clipped) {
        const Rect c = rect_common(item->clip, (Rect){0, 0, svg->list->width, svg->list->height});
        markup_put(&svg->file, "<clipPath id=\"clip%d\"><rect", ++svg->clips);
        put_box(svg, c.x, c.y, c.w, c.h);
        markup_put(&svg->file, "/></clipPath>\n<g clip-path=\"url(#clip%d)\">\n", svg->clips);
    }
    if (item->kind == ITEM_FILL)
        put_fill(svg, item);
    else if (item->kind == ITEM_FRAME)
        put_frame(svg, item);
    else if (item->kind == ITEM_LINE)
        put_line(svg, item);
    else if (item->kind == ITEM_IMAGE)
        ok = put_image(svg, item, err);
    else if (item->kind == ITEM_TEXT)
        put_text(svg, item);
    else if (item->kind == ITEM_POLYGON)
        put_polygon(svg, item->points, item->point_count, item->color);
    else
        put_polyline(svg, item);
    put(svg, clipped ? "</g>\n" : "");
    return ok;
}

/* --- Groups ----------------------------------------------------------------------------------- */

static bool fits_id(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("._-", c) != NULL;
}

/* An id begins with a letter: our names do, as their first part says what they are. */
static char *id_of(Arena *arena, const char *name, int number, Error *err) {
    char *id =
        number ? arena_format(arena, err, "%s-%d", name, number + 1) : arena_text(arena, name, err);
    for (char *c = id; c && *c; c++)
        *c = fits_id(*c) ? *c : '_';
    return id;
}

typedef struct Named {
    const char *name;
    size_t group;
} Named;

static int by_name(const void *a, const void *b) {
    const Named *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    return order ? order : x->group < y->group ? -1 : x->group > y->group;
}

static bool make_ids(Svg *svg, Arena *arena, Error *err) {
    const size_t count = svg->list->group_count;
    Named *named = arena_alloc(arena, count + 1, sizeof *named, err);
    svg->ids = arena_alloc(arena, count + 1, sizeof *svg->ids, err);
    if (!named || !svg->ids)
        return false;
    for (size_t i = 0; i < count; i++)
        named[i] = (Named){id_of(arena, svg->list->groups[i].name, 0, err), i};
    for (size_t i = 0; i < count; i++)
        if (!named[i].name)
            return false;
    qsort(named, count, sizeof *named, by_name);
    for (size_t i = 0, same = 0; i < count; i++) {
        same = i && strcmp(named[i].name, named[i - 1].name) == 0 ? same + 1 : 0;
        svg->ids[named[i].group] = id_of(arena, named[i].name, (int)same, err);
        if (!svg->ids[named[i].group])
            return false;
    }
    return true;
}

static void begin_group(Svg *svg, size_t index) {
    const DrawGroup *g = &svg->list->groups[index];
    markup_put(&svg->file, "<g id=\"%s\">\n", svg->ids[index]);
    const char *hint =
        g->first_region < g->end_region ? svg->list->regions[g->first_region].hint : NULL;
    if (!hint)
        return;
    put(svg, "<title>");
    markup_put_text(&svg->file, hint, strlen(hint));
    put(svg, "</title>\n");
}

/* The items, with the groups opened and closed where they begin and end. */
static bool put_items(Svg *svg, Error *err) {
    const DrawList *list = svg->list;
    size_t next = 0;
    int open = -1;
    bool ok = true;
    for (size_t i = 0; i <= list->item_count && ok; i++) {
        for (;;) {
            while (open >= 0 && list->groups[open].end <= i) {
                put(svg, "</g>\n");
                open = list->groups[open].parent;
            }
            if (next == list->group_count || list->groups[next].first > i)
                break;
            if (list->groups[next].end > list->groups[next].first) {
                begin_group(svg, next);
                open = (int)next;
            }
            next++;
        }
        ok = i == list->item_count || put_item(svg, &list->items[i], err);
    }
    return ok;
}

/* --- The file --------------------------------------------------------------------------------- */

static void put_element(Svg *svg, const char *tag, const char *text) {
    markup_put(&svg->file, "<%s>", tag);
    markup_put_text(&svg->file, text, strlen(text));
    markup_put(&svg->file, "</%s>\n", tag);
}

static void put_head(Svg *svg, const SvgWords *words) {
    const int w = svg->list->width, h = svg->list->height;
    put(svg, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\""
             " xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\" role=\"img\"");
    if (words->language)
        markup_put(&svg->file, " xml:lang=\"%s\"", words->language);
    markup_put(&svg->file,
               " width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
               " font-family=\"'DejaVu Sans', Verdana, sans-serif\">\n",
               w, h, w, h);
    put_element(svg, "title", words->title);
    put_element(svg, "desc", words->description);
}

static size_t most_points(const DrawList *list) {
    size_t most = 0;
    for (size_t i = 0; i < list->item_count; i++)
        if ((size_t)list->items[i].point_count > most)
            most = (size_t)list->items[i].point_count;
    return most;
}

bool svg_save(const DrawList *list, const char *path, const SvgWords *words, Error *err) {
    Svg svg = {.list = list};
    Arena arena = {0};
    svg.points = arena_alloc(&arena, most_points(list) + 1, sizeof *svg.points, err);
    if (!svg.points || !make_ids(&svg, &arena, err) || !file_create(&svg.file, path, err)) {
        arena_free(&arena);
        return false;
    }
    put_head(&svg, words);
    bool ok = put_items(&svg, err);
    put(&svg, "</svg>\n");
    if (ok)
        ok = file_commit(&svg.file, err);
    else
        file_abort(&svg.file);
    arena_free(&arena);
    return ok;
}
