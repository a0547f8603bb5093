/* Whether all texts of a list can be read. */
#include "draw/list.h"
#include <string.h>

static Rect seen(const DrawItem *item) {
    return rect_common(item->box, item->clip);
}

static bool wrong(const DrawList *list, Error *err, const char *what) {
    return error_set(err, ERROR_BAD, TEXT("at %d x %d, %s", list->width, list->height, what));
}

static bool check_missing(const DrawList *list, Error *err) {
    for (size_t i = 0; i < list->missing_count; i++) {
        const DrawItem *item = &list->missing[i];
        if (!item->style.may_cut)
            return wrong(list, err,
                         TEXT("\"%.80s\" has no room in %d x %d at (%d, %d)", item->whole,
                              item->given.w, item->given.h, item->given.x, item->given.y));
    }
    return true;
}

static bool check_one(const DrawList *list, const DrawItem *item, Error *err) {
    Rect screen = {0, 0, list->width, list->height};
    if (!item->style.may_cut && strcmp(item->text, item->whole) != 0)
        return wrong(list, err, TEXT("\"%.80s\" is cut: \"%.60s\"", item->whole, item->text));
    if (!rect_inside(item->box, item->given))
        return wrong(list, err, TEXT("\"%.80s\" leaves its box", item->text));
    if (!rect_inside(seen(item), screen))
        return wrong(list, err, TEXT("\"%.80s\" leaves the screen", item->text));
    return true;
}

/* Against all that came before on the same layer. */
static bool check_overlaps(const DrawList *list, size_t index, Error *err) {
    const DrawItem *item = &list->items[index];
    Rect box = seen(item);
    for (size_t i = 0; i < index; i++) {
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
            (!check_one(list, &list->items[i], err) || !check_overlaps(list, i, err)))
            return false;
    return true;
}
