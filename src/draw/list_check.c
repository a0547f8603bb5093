/* Whether all texts of a list can be read, and taking back those that cannot. */
#include "draw/list.h"
#include <string.h>

static Rect seen(const DrawItem *item) {
    return rect_common(item->box, item->clip);
}

static bool wrong(const DrawList *list, Error *err, const char *what) {
    return error_set(err, ERROR_BAD, TEXT("at %d x %d, %s", list->width, list->height, what));
}

/* Of a name that may be cut the whole is said when the mouse rests on it; figures, which are set in
 * mono, may not be. */
static bool is_said_elsewhere(const DrawList *list, const DrawItem *item) {
    if (!item->style.may_cut || item->style.face == FACE_MONO)
        return false;
    for (size_t i = 0; i < list->region_count; i++) {
        const DrawRegion *r = &list->regions[i];
        if (r->hint && strstr(r->hint, item->whole) && rect_meet(r->box, item->given))
            return true;
    }
    return false;
}

static bool check_missing(const DrawList *list, Error *err) {
    for (size_t i = 0; i < list->missing_count; i++) {
        const DrawItem *item = &list->missing[i];
        if (!is_said_elsewhere(list, item))
            return wrong(list, err,
                         TEXT("\"%.80s\" has no room in %d x %d at (%d, %d)", item->whole,
                              item->given.w, item->given.h, item->given.x, item->given.y));
    }
    return true;
}

static bool check_one(const DrawList *list, const DrawItem *item, Error *err) {
    Rect screen = {0, 0, list->width, list->height};
    if (strcmp(item->text, item->whole) != 0 && !is_said_elsewhere(list, item))
        return wrong(list, err, TEXT("\"%.80s\" is cut: \"%.60s\"", item->whole, item->text));
    if (!rect_inside(item->box, item->given))
        return wrong(list, err, TEXT("\"%.80s\" leaves its box", item->text));
    if (!rect_inside(seen(item), screen))
        return wrong(list, err, TEXT("\"%.80s\" leaves the screen", item->text));
    return true;
}

/* Against all that came before on the same layer, from some item on. */
static bool check_overlaps(const DrawList *list, size_t from, size_t index, Error *err) {
    const DrawItem *item = &list->items[index];
    Rect box = seen(item);
    for (size_t i = from; i < index; i++) {
        const DrawItem *other = &list->items[i];
        if (other->kind == ITEM_TEXT && other->layer == item->layer && rect_meet(box, seen(other)))
            return wrong(list, err,
                         TEXT("\"%.60s\" overlaps \"%.60s\" at (%d, %d)", item->text, other->text,
                              box.x, box.y));
    }
    return true;
}

bool draw_list_check(const DrawList *list, Error *err) {
    if (list->error.code != ERROR_NONE)
        return error_set(err, ERROR_BAD, list->error.text);
    if (list->clip_count)
        return wrong(list, err, "a clip was begun and not ended");
    if (!check_missing(list, err))
        return false;
    for (size_t i = 0; i < list->item_count; i++)
        if (list->items[i].kind == ITEM_TEXT &&
            (!check_one(list, &list->items[i], err) || !check_overlaps(list, 0, i, err)))
            return false;
    return true;
}

DrawMark draw_mark(const DrawList *list) {
    return (DrawMark){list->item_count, list->missing_count, list->region_count, list->group_count};
}

void draw_rewind(DrawList *list, DrawMark mark) {
    list->item_count = mark.items;
    list->missing_count = mark.missing;
    list->region_count = mark.regions;
    list->group_count = mark.groups;
    list->region_is_seen = false;
}

bool draw_is_whole(const DrawList *list, DrawMark since) {
    for (size_t i = since.missing; i < list->missing_count; i++)
        if (!list->missing[i].style.may_cut)
            return false;
    for (size_t i = since.items; i < list->item_count; i++) {
        const DrawItem *item = &list->items[i];
        if (item->kind != ITEM_TEXT)
            continue;
        if ((!item->style.may_cut && strcmp(item->text, item->whole) != 0) ||
            !check_overlaps(list, since.items, i, NULL))
            return false;
    }
    return true;
}
