/* The pictures of a folder, one after the other. */
#ifndef SESSION_BROWSE_H
#define SESSION_BROWSE_H

#include "base/arena.h"
#include "base/file.h"

typedef struct Browse {
    Arena arena;
    char folder[FILE_PATH_MAX]; /* that was listed; "" none */
    char **names;
    size_t count;
} Browse;

void browse_free(Browse *browse);
/* The picture `step` places (1 or -1) from `path` in its folder, by name, after the last the first.
 * The folder is listed anew each time it is another one or `path` is not in the list. Errors: it
 * cannot be listed, it holds no pictures. */
bool browse_step(Browse *browse, const char *path, int step, char result[FILE_PATH_MAX],
                 Error *err);
/* Where in the folder a picture is, from 0; -1 if it was not listed. */
int browse_index(const Browse *browse, const char *path);
/* Lists the folder's pictures, if it is not the one listed. */
bool browse_list(Browse *browse, const char *folder, Error *err);
/* By the end of its name. */
bool browse_is_picture(const char *path);

#endif
