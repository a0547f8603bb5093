/* Undo and redo of where one was. */
#ifndef SESSION_HISTORY_H
#define SESSION_HISTORY_H

#include "session/state.h"

typedef struct History {
    StatePlace *places; /* those before, the present one's gap, those after */
    int capacity, before, after;
    const char *merging; /* the action whose repetitions are one change; NULL: none */
} History;

enum { HISTORY_MAX = 200 };

void history_free(History *history);
/* What was left, by an action of that name; `merges`: several of them after one another are one
 * change. What was undone before can no longer be redone. The oldest is forgotten when there are
 * too many; without memory nothing is kept. */
void history_add(History *history, const StatePlace *left, const char *action, bool merges);
/* The place to go to, leaving this one. False if there is none. */
bool history_undo(History *history, const StatePlace *left, StatePlace *to);
bool history_redo(History *history, const StatePlace *left, StatePlace *to);

#endif
