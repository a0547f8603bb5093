#include "draw/list.h"

#include "draw/list_parts.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Rect everywhere = {-RECT_FAR, -RECT_FAR, 2 * RECT_FAR, 2 * RECT_FAR};

void draw_begin(DrawList *list, const TextMetrics *metrics, int width, int height) {
    draw_free(list);
    list->metrics = metrics;
    list->width = width;
    list->height = height;
    list->group = -1;
}

void draw_free(DrawList *list) {
    arena_free(&list->arena);
    *list = (DrawList){0};
}

/* Room for one more in an array of the arena. What was there before stays until the list is
 * forgotten: at most as much again. */
static void *one_more(DrawList *list, void *items, size_t *count, size_t *capacity, size_t size) {
    if (*count < *capacity)
        return items;
    size_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = arena_alloc(&list->arena, larger, size, &list->error);
    if (!grown)
        return NULL;
    if (*count)
        memcpy(grown, items, *count * size);
    *capacity = larger;
    return grown;
}

/* --- Clips and layers ------------------------------------------------------------------------- */

Rect list_clip(const DrawList *list) {
    return list->clip_count ? list->clips[list->clip_count - 1] : everywhere;
}

bool list_sees(const DrawList *list, Rect box) {
    Rect clip = list_clip(list);
    return clip.w > 0 && clip.h > 0 && rect_meet(box, clip);
}

void draw_clip_begin(DrawList *list, Rect box) {
    Rect clip = rect_common(list_clip(list), box);
    assert(list->clip_count < DRAW_CLIPS);
    list->clips[list->clip_count++] = clip;
}

void draw_clip_end(DrawList *list) {
    assert(list->clip_count > 0);
    list->clip_count--;
}

void draw_layer(DrawList *list, int layer) {
    list->layer = layer;
}

/* --- Groups ----------------------------------------------------------------------------------- */

void draw_group_begin(DrawList *list, const char *name) {
    DrawGroup *groups =
        one_more(list, list->groups, &list->group_count, &list->group_capacity, sizeof *groups);
    const char *copy = arena_text(&list->arena, name, &list->error);
    if (!groups || !copy)
        return;
    list->groups = groups;
    groups[list->group_count] = (DrawGroup){.name = copy,
                                            .first = list->item_count,
                                            .first_region = list->region_count,
                                            .parent = list->group};
    list->group = (int)list->group_count++;
}

void draw_group_end(DrawList *list) {
    if (list->group < 0) /* there was no memory for it */
        return;
    DrawGroup *group = &list->groups[list->group];
    group->end = list->item_count;
    group->end_region = list->region_count;
    list->group = group->parent;
}

/* --- Items ------------------------------------------------------------------------------------ */

/* What an item touches: lines may go up and to the left, and are a pixel wide. */
static Rect touched(const DrawItem *item) {
    Rect b = item->box;
    if (item->kind != ITEM_LINE)
        return b;
    return (Rect){b.w < 0 ? b.x + b.w : b.x, b.h < 0 ? b.y + b.h : b.y, abs(b.w) + 1, abs(b.h) + 1};
}

void list_add(DrawList *list, const DrawItem *item) {
    Rect clip = list_clip(list);
    if (!list_sees(list, touched(item)))
        return;
    DrawItem *items =
        one_more(list, list->items, &list->item_count, &list->item_capacity, sizeof *items);
    if (!items)
        return;
    list->items = items;
    DrawItem *added = &items[list->item_count++];
    *added = *item;
    added->clip = clip;
    added->layer = list->layer;
}

void list_add_missing(DrawList *list, const DrawItem *item) {
    DrawItem *items =
        one_more(list, list->missing, &list->missing_count, &list->missing_capacity, sizeof *items);
    if (!items)
        return;
    list->missing = items;
    items[list->missing_count++] = *item;
}

void draw_fill(DrawList *list, Rect box, Color color) {
    if (box.w > 0 && box.h > 0)
        list_add(list, &(DrawItem){.kind = ITEM_FILL, .box = box, .color = color});
}

void draw_frame(DrawList *list, Rect box, Color color) {
    if (box.w > 0 && box.h > 0)
        list_add(list, &(DrawItem){.kind = ITEM_FRAME, .box = box, .color = color});
}

void draw_line(DrawList *list, int x0, int y0, int x1, int y1, Color color) {
    if (x0 != x1 && y0 != y1) {
        Point ends[2] = {{x0 + 0.5, y0 + 0.5}, {x1 + 0.5, y1 + 0.5}};
        draw_polyline(list, ends, 2, (Stroke){.width = 1, .color = color});
        return;
    }
    Rect box = {x0, y0, x1 - x0, y1 - y0};
    list_add(list, &(DrawItem){.kind = ITEM_LINE, .box = box, .color = color});
}

static void add_image(DrawList *list, DrawItem *item) {
    if (!item->pixels || item->width < 1 || item->height < 1 || item->box.w < 1 || item->box.h < 1)
        return;
    item->kind = ITEM_IMAGE;
    list_add(list, item);
}

void draw_image(DrawList *list, Rect box, const uint8_t *pixels, int width, int height,
                int channels) {
    add_image(
        list,
        &(DrawItem){
            .box = box, .pixels = pixels, .width = width, .height = height, .channels = channels});
}

void draw_image_keyed(DrawList *list, Rect box, ImageKey key, const uint8_t *pixels, int width,
                      int height, int channels) {
    add_image(list, &(DrawItem){.box = box,
                                .keyed = true,
                                .key = key,
                                .pixels = pixels,
                                .width = width,
                                .height = height,
                                .channels = channels});
}

uint8_t *draw_pixels(DrawList *list, int width, int height, int channels) {
    size_t count;
    if (width < 1 || height < 1 || !size_mul((size_t)width, (size_t)height, &count))
        return NULL;
    return arena_alloc(&list->arena, count, (size_t)channels, &list->error);
}

/* --- Regions ---------------------------------------------------------------------------------- */

void draw_region(DrawList *list, Rect box, const char *action, const char *name, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, name);
    vsnprintf(text, sizeof text, name, arguments);
    va_end(arguments);
    list->region_is_seen = false;
    if (!list_sees(list, box))
        return;
    DrawRegion *regions =
        one_more(list, list->regions, &list->region_count, &list->region_capacity, sizeof *regions);
    if (!regions)
        return;
    list->regions = regions;
    DrawRegion region = {.box = rect_common(box, list_clip(list)),
                         .whole = box,
                         .name = arena_text(&list->arena, text, &list->error),
                         .layer = list->layer};
    if (action)
        region.action = arena_text(&list->arena, action, &list->error);
    if (!region.name)
        return;
    regions[list->region_count++] = region;
    list->region_is_seen = true;
}

void draw_hint(DrawList *list, const char *text) {
    if (text && text[0] && list->region_is_seen)
        list->regions[list->region_count - 1].hint = arena_text(&list->arena, text, &list->error);
}

const DrawRegion *draw_region_find(const DrawList *list, const char *name) {
    for (size_t i = 0; i < list->region_count; i++)
        if (strcmp(list->regions[i].name, name) == 0)
            return &list->regions[i];
    return NULL;
}

typedef enum Wanted { WANT_ACTION, WANT_HINT, WANT_HOVER } Wanted;

static bool has(const DrawRegion *r, Wanted wanted) {
    return wanted == WANT_ACTION ? r->action != NULL
           : wanted == WANT_HINT ? r->hint != NULL
                                 : r->hover != NULL;
}

static const DrawRegion *topmost(const DrawList *list, int x, int y, Wanted wanted) {
    const DrawRegion *best = NULL;
    int layer = 0;
    bool any = false;
    for (size_t i = list->region_count; i-- > 0;) {
        const DrawRegion *r = &list->regions[i];
        if (!rect_holds(r->box, x, y) || (any && r->layer < layer))
            continue;
        if (!any || r->layer > layer)
            best = NULL;
        any = true;
        layer = r->layer;
        if (!best && has(r, wanted))
            best = r;
    }
    return best;
}

const DrawRegion *draw_region_at(const DrawList *list, int x, int y) {
    return topmost(list, x, y, WANT_ACTION);
}

const DrawRegion *draw_hover_at(const DrawList *list, int x, int y) {
    return topmost(list, x, y, WANT_HOVER);
}

const DrawRegion *draw_hint_at(const DrawList *list, int x, int y) {
    return topmost(list, x, y, WANT_HINT);
}
