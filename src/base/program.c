#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool program_run(const char *const *argv, const char *what, Error *err) {
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return error_set(err, ERROR_NO_MEMORY, argv[0]);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    /* posix_spawn does not change what it is given; its type is older than const. */
    const int failed =
        posix_spawnp(&child, argv[0], &actions, NULL, (char *const *)(void *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == ENOENT)
        return error_set(err, ERROR_MISSING, what);
    if (failed)
        return error_set(err, ERROR_BAD, TEXT("cannot run %s: %s", argv[0], strerror(failed)));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return error_set(err, ERROR_BAD, TEXT("%s: %s", argv[0], strerror(errno)));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) /* where spawning tells it so */
        return error_set(err, ERROR_MISSING, what);
    return error_set(err, ERROR_BAD, TEXT("%s failed", argv[0]));
}
