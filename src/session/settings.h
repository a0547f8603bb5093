/* What a user chose about the look of the screen (theme, language, decimal sign, size of type,
 * ...), kept from one start of the window to the next: "theme=light; lang=es" in the user's folder
 * of states, with the fields that were ever chosen and no others. */
#ifndef SESSION_SETTINGS_H
#define SESSION_SETTINGS_H

#include "session/state.h"

/* The look alone, of which settings speak. */
void settings_copy(State *to, const State *from);
/* Puts what was kept into *state; nothing if nothing was. On failure (a file that is none, no home
 * folder) *state is as it was. */
bool settings_load(State *state, Error *err);
/* Keeps those fields of the look in which `now` is not as `before`. */
bool settings_keep(const State *before, const State *now, Error *err);

#endif
