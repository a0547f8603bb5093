/* Places to come back to, 1 to 9, kept in the user's state folder (base/file.h) as a line each. */
#ifndef SESSION_BOOKMARKS_H
#define SESSION_BOOKMARKS_H

#include "session/state.h"

enum { BOOKMARKS = 9, BOOKMARK_SIZE = 4 * FILE_PATH_MAX };

/* The line of a state: where one is, not how it looks. */
bool bookmark_line(const State *state, const Graph *g, char line[BOOKMARK_SIZE], Error *err);
/* `memory`: only for as long as the program runs. */
bool bookmarks_put(int number, const char *line, bool memory, Error *err);
/* ERROR_MISSING if there is none of that number. */
bool bookmarks_get(int number, char line[BOOKMARK_SIZE], bool memory, Error *err);

#endif
