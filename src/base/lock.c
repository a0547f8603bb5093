#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the file that is open is still the one at the path: its last holder removes it. */
static bool is_there(int file, const char *path) {
    struct stat open, there;
    return fstat(file, &open) == 0 && stat(path, &there) == 0 && open.st_dev == there.st_dev &&
           open.st_ino == there.st_ino;
}

bool lock_take(Lock *lock, const char *path, bool *taken, Error *err) {
    *lock = (Lock){0};
    *taken = false;
    if (strlen(path) >= sizeof lock->path)
        return error_set(err, ERROR_WRITE, path, strerror(ENAMETOOLONG));
    for (;;) {
        int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (file < 0)
            return error_set(err, ERROR_WRITE, path, strerror(errno));
        if (flock(file, LOCK_EX | LOCK_NB) != 0) {
            const int error = errno;
            close(file);
            if (error == EINTR)
                continue;
            *taken = error == EWOULDBLOCK;
            return !*taken && error_set(err, ERROR_WRITE, path, strerror(error));
        }
        if (is_there(file, path)) {
            lock->held = true;
            lock->file = file;
            memcpy(lock->path, path, strlen(path) + 1);
            return true;
        }
        close(file);
    }
}

void lock_drop(Lock *lock) {
    if (!lock->held)
        return;
    unlink(lock->path);
    close(lock->file);
    *lock = (Lock){0};
}
