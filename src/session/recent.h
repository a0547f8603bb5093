/* What was opened last: networks with the picture and weights they were looked at with, newest
 * first, kept from one start of the window to the next ("recent" in the user's folder of states, a
 * line of state_print each). */
#ifndef SESSION_RECENT_H
#define SESSION_RECENT_H

#include "session/state.h"

enum { RECENT_MAX = 5, RECENT_SIZE = 2048 };

typedef struct Recent {
    char lines[RECENT_MAX][RECENT_SIZE]; /* "" beyond the last */
    bool read;
} Recent;

/* From the file, once; not in scripts (`memory`), which begin with none. What cannot be read is
 * forgotten. */
void recent_load(Recent *recent, bool memory);
/* Puts a scene first, and keeps that. Paths of its files are made whole. */
void recent_put(Recent *recent, const SceneNames *names, bool memory);

#endif
