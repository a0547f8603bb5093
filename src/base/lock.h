/* A lock between programs: a file that one of them holds. The system lets go of it when its holder
 * ends, however that comes. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include "base/file.h"

typedef struct Lock {
    bool held; /* a zeroed Lock is not */
    int file;
    char path[FILE_PATH_MAX];
} Lock;

/* Makes the file if it is not there. *taken: another program (or Lock) holds it, which is no error:
 * false without err. */
bool lock_take(Lock *lock, const char *path, bool *taken, Error *err);
/* Removes the file. Harmless where it is not held. */
void lock_drop(Lock *lock);

#endif
