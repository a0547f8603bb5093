#include "session/history.h"

#include "base/memory.h"
#include <string.h>

/* places[0 .. before-1] are the undoable ones, the latest last; places[capacity - after ..] the
 * redoable ones, the next first. */

void history_free(History *history) {
    mem_free(history->places);
    *history = (History){0};
}

static bool make_room(History *h) {
    if (h->places)
        return true;
    h->places = mem_alloc(HISTORY_MAX, sizeof *h->places, NULL);
    h->capacity = h->places ? HISTORY_MAX : 0;
    return h->places != NULL;
}

static void push_before(History *h, const StatePlace *place) {
    if (h->before + h->after == h->capacity) {
        memmove(h->places, h->places + 1, (size_t)(h->before - 1) * sizeof *h->places);
        h->before--;
    }
    h->places[h->before++] = *place;
}

void history_add(History *h, const StatePlace *left, const char *action, bool merges) {
    bool same = merges && h->merging && strcmp(h->merging, action) == 0;
    h->merging = merges ? action : NULL;
    h->after = 0;
    if (!same && make_room(h))
        push_before(h, left);
}

bool history_undo(History *h, const StatePlace *left, StatePlace *to) {
    h->merging = NULL;
    if (h->before == 0)
        return false;
    *to = h->places[--h->before];
    h->places[h->capacity - ++h->after] = *left;
    return true;
}

bool history_redo(History *h, const StatePlace *left, StatePlace *to) {
    h->merging = NULL;
    if (h->after == 0)
        return false;
    *to = h->places[h->capacity - h->after--];
    h->places[h->before++] = *left;
    return true;
}
