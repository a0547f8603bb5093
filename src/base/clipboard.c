#include "base/clipboard.h"

#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Runs a program with the file as its input and nothing to print to. False: it is not there, or it
 * failed. */
static bool run(char *const *arguments, const char *input) {
    pid_t child;
    int status;
    posix_spawn_file_actions_t files;
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    const int failure = posix_spawnp(&child, arguments[0], &files, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failure)
        return false;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#ifdef __APPLE__
bool clipboard_put_png(const char *path, Error *err) {
    char full[FILE_PATH_MAX], script[FILE_PATH_MAX + 100];
    if (!realpath(path, full))
        return error_set(err, ERROR_OPEN, path, strerror(errno));
    text_format(script, sizeof script,
                "set the clipboard to (read (POSIX file \"%s\") as «class PNGf»)", full);
    char *const arguments[] = {"osascript", "-e", script, NULL};
    return run(arguments, "/dev/null") ||
           error_set(err, ERROR_UNSUPPORTED, "the clipboard", "osascript failed");
}
#else
bool clipboard_put_png(const char *path, Error *err) {
    char *const wayland[] = {"wl-copy", "--type", "image/png", NULL};
    char *const x11[] = {"xclip", "-selection", "clipboard", "-target", "image/png", NULL};
    if ((getenv("WAYLAND_DISPLAY") && run(wayland, path)) || (getenv("DISPLAY") && run(x11, path)))
        return true;
    return error_set(err, ERROR_MISSING,
                     getenv("WAYLAND_DISPLAY") ? "wl-copy (package wl-clipboard)"
                                               : "xclip (package xclip)");
}
#endif
