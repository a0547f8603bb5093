#include "draw/paint.h"

#include "draw/stroke.h"
#include <math.h>
#include <stdlib.h>

void painter_free(Painter *painter) {
    canvas_free(&painter->canvas);
    raster_free(&painter->raster);
}

/* --- Logical pixels to those of the canvas ---------------------------------------------------- */

/* What is far away stays as far, so that the distance between two of them is an int. */
static int to_pixels(const Painter *p, int logical) {
    const double pixels = floor(logical * p->scale + 0.5);
    return (int)fmin(fmax(pixels, -RECT_FAR), RECT_FAR);
}

/* Edges are rounded, not extents, so that what touches still touches at any scale. */
static Rect box_pixels(const Painter *p, Rect r) {
    int x = to_pixels(p, r.x), y = to_pixels(p, r.y);
    return (Rect){x, y, to_pixels(p, r.x + r.w) - x, to_pixels(p, r.y + r.h) - y};
}

static int line_width(const Painter *p) {
    int width = to_pixels(p, 1);
    return width < 1 ? 1 : width;
}

/* Level or upright, as wide as frames are. */
static Rect line_box(const Painter *p, const DrawItem *item) {
    Rect b = box_pixels(p, item->box);
    if (b.w < 0)
        b.x += b.w;
    if (b.h < 0)
        b.y += b.h;
    return (Rect){b.x, b.y, b.h ? line_width(p) : abs(b.w), b.h ? abs(b.h) : line_width(p)};
}

Rect paint_bounds(const Painter *p, const DrawItem *item) {
    Rect screen = {0, 0, p->canvas.width, p->canvas.height};
    Rect box = item->kind == ITEM_LINE ? line_box(p, item) : box_pixels(p, item->box);
    if (item->kind == ITEM_TEXT) /* whose width was rounded */
        box = (Rect){box.x - 2, box.y - 2, box.w + 4, box.h + 4};
    return rect_common(rect_common(box, box_pixels(p, item->clip)), screen);
}

/* --- Items ------------------------------------------------------------------------------------ */

static void paint_frame(Painter *p, Rect clip, const DrawItem *item) {
    Rect b = box_pixels(p, item->box);
    int w = line_width(p);
    if (b.w < 2 * w || b.h < 2 * w) {
        canvas_fill(&p->canvas, clip, b, item->color);
        return;
    }
    canvas_fill(&p->canvas, clip, rect_cut_top(&b, w), item->color);
    canvas_fill(&p->canvas, clip, rect_cut_bottom(&b, w), item->color);
    canvas_fill(&p->canvas, clip, rect_cut_left(&b, w), item->color);
    canvas_fill(&p->canvas, clip, rect_cut_right(&b, w), item->color);
}

static bool paint_text(Painter *p, Rect clip, const DrawItem *item, Error *err) {
    TextMask mask;
    if (!p->text.mask(p->text.context, text_face(item->style), item->style.size, item->text, &mask,
                      err))
        return false;
    canvas_mask(&p->canvas, clip, to_pixels(p, item->box.x), to_pixels(p, item->box.y), mask.bytes,
                mask.w, mask.h, item->color);
    return true;
}

static bool paint_shape(Painter *p, Rect clip, const DrawItem *item, Error *err) {
    bool ok = item->kind == ITEM_POLYGON ? stroke_polygon(&p->raster, clip, item, p->scale, err)
                                         : stroke_polyline(&p->raster, clip, item, p->scale, err);
    canvas_spans(&p->canvas, &p->raster, item->color);
    return ok;
}

/* clip: not empty, within the canvas. */
static bool paint_item(Painter *p, Rect clip, const DrawItem *item, Error *err) {
    switch (item->kind) {
    case ITEM_FILL:
        canvas_fill(&p->canvas, clip, box_pixels(p, item->box), item->color);
        return true;
    case ITEM_FRAME:
        paint_frame(p, clip, item);
        return true;
    case ITEM_LINE:
        canvas_fill(&p->canvas, clip, line_box(p, item), item->color);
        return true;
    case ITEM_IMAGE:
        return canvas_image(&p->canvas, clip, box_pixels(p, item->box), item, err);
    case ITEM_TEXT:
        return paint_text(p, clip, item, err);
    case ITEM_POLYGON:
    case ITEM_POLYLINE:
        return paint_shape(p, clip, item, err);
    }
    return true;
}

/* The last item that hides all before it; where there is none, all is black and the first. */
static size_t first_seen(Painter *p, const DrawList *list, Rect clip) {
    for (size_t i = list->item_count; i-- > 0;) {
        const DrawItem *item = &list->items[i];
        if (item->kind == ITEM_FILL && item->color.a == 255 &&
            rect_inside(clip, paint_bounds(p, item)))
            return i;
    }
    canvas_fill(&p->canvas, clip, clip, (Color){0, 0, 0, 255});
    return 0;
}

bool paint_list(Painter *p, const DrawList *list, Rect clip, Error *err) {
    bool ok = true;
    clip = rect_common(clip, (Rect){0, 0, p->canvas.width, p->canvas.height});
    if (clip.w < 1 || clip.h < 1)
        return true;
    for (size_t i = first_seen(p, list, clip); i < list->item_count; i++) {
        Rect seen = rect_common(paint_bounds(p, &list->items[i]), clip);
        if (seen.w > 0 && seen.h > 0)
            ok = paint_item(p, seen, &list->items[i], err) && ok;
    }
    return ok;
}
