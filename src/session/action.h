/* Everything that a person can do, in one table: keys, clicks, scripts and tests all come through
 * here, and nothing else changes the state. A new action is one row. */
#ifndef SESSION_ACTION_H
#define SESSION_ACTION_H

#include "session/session.h"

typedef struct Action {
    const char *name;     /* "layer.select" */
    const char *argument; /* "NAME": what stands for it in the help; NULL: it takes none */
    const char *keys;     /* SDL's names of keys, separated by commas: "Right,Space"; or "" */
    const char *help;
    bool (*perform)(Session *s, const char *argument, Error *err);
} Action;

/* All of them, ended by a name of NULL. */
extern const Action actions[];
/* NULL if there is none of that name, or for that key. */
const Action *action_find(const char *name);
const Action *action_for_key(const char *key);

/* Performs a line such as "layer.select conv3_2": a name, and its argument up to the line's end. On
 * failure the state is as it was. Unknown names suggest the nearest. */
bool action_perform(Session *s, const char *line, Error *err);

#endif
