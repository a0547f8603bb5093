/* Folders, paths, and where the program's own files lie. */
#include "base/file.h"

#include "base/memory.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

bool file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}

bool file_is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool file_same(const char *a, const char *b) {
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

bool file_date(char buffer[FILE_DATE_SIZE], const char *path) {
    struct stat info;
    struct tm when;
    return stat(path, &info) == 0 && localtime_r(&info.st_mtime, &when) &&
           strftime(buffer, FILE_DATE_SIZE, "%Y-%m-%d %H:%M", &when) > 0;
}

bool file_make_folder(const char *path, Error *err) {
    char part[FILE_PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof part)
        return error_set(err, ERROR_WRITE, path, strerror(ENAMETOOLONG));
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) == 0)
            continue;
        int error = errno;
        if (!file_is_folder(part))
            return error_set(err, ERROR_WRITE, path, strerror(error == EEXIST ? ENOTDIR : error));
    }
    return file_is_folder(path) || error_set(err, ERROR_WRITE, path, strerror(ENOTDIR));
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names into a list that grows; freed by the caller. */
static bool read_names(DIR *stream, const char *folder, Arena *arena, char ***list, size_t *count,
                       Error *err) {
    size_t capacity = 0;
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(stream);
        if (!entry)
            return errno == 0 || error_set(err, ERROR_READ, folder, strerror(errno));
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (!mem_grow(list, &capacity, *count + 1, sizeof **list, err))
            return false;
        (*list)[*count] = arena_text(arena, name, err);
        if (!(*list)[(*count)++])
            return false;
    }
}

bool file_list(const char *folder, Arena *arena, char ***names, size_t *count, Error *err) {
    *names = NULL;
    *count = 0;
    DIR *stream = opendir(folder);
    if (!stream)
        return error_set(err, ERROR_OPEN, folder, strerror(errno));
    char **list = NULL;
    size_t n = 0;
    bool ok = read_names(stream, folder, arena, &list, &n, err);
    closedir(stream);
    char **kept = ok ? arena_alloc(arena, n, sizeof *kept, err) : NULL;
    if (kept) {
        if (n) {
            qsort(list, n, sizeof *list, by_bytes);
            memcpy(kept, list, n * sizeof *kept);
        }
        *names = kept;
        *count = n;
    }
    mem_free(list);
    return kept != NULL;
}

/* Whether NAME is BASE.tmp-PID-N of a process that is no more. */
static bool is_stale(const char *name, const char *base) {
    size_t length = strlen(base);
    long pid;
    unsigned number;
    int used = 0;
    if (strncmp(name, base, length) != 0 ||
        sscanf(name + length, ".tmp-%ld-%u%n", &pid, &number, &used) != 2 ||
        name[length + (size_t)used])
        return false;
    return pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

void file_drop_stale(const char *path) {
    char folder[FILE_PATH_MAX], found[FILE_PATH_MAX];
    const char *base = file_name(path);
    Arena arena = {0};
    char **names;
    size_t count = 0;
    snprintf(folder, sizeof folder, "%.*s", (int)(base - path), path);
    if (base == path)
        strcpy(folder, ".");
    if (file_list(folder, &arena, &names, &count, NULL))
        for (size_t i = 0; i < count; i++)
            if (is_stale(names[i], base) && file_join(found, sizeof found, folder, names[i], NULL))
                unlink(found);
    arena_free(&arena);
}

/* "a/b"; false if it does not fit. */
static bool join(char *buffer, size_t size, const char *a, const char *b) {
    size_t length = strlen(a);
    const char *slash = length == 0 || a[length - 1] == '/' ? "" : "/";
    int wanted = snprintf(buffer, size, "%s%s%s", a, slash, b);
    return wanted >= 0 && (size_t)wanted < size;
}

bool file_join(char *buffer, size_t size, const char *a, const char *b, Error *err) {
    if (join(buffer, size, a, b))
        return true;
    if (size)
        buffer[0] = '\0';
    size_t wanted = strlen(a) + 1 + strlen(b);
    return error_set(err, ERROR_TOO_LARGE, "a path", MEM_TEXT(wanted), MEM_TEXT(size - 1));
}

bool file_absolute(char *buffer, size_t size, const char *path, Error *err) {
    char folder[FILE_PATH_MAX], real[PATH_MAX];
    const char *name = file_name(path);
    const size_t length = (size_t)(name - path);
    if (length >= sizeof folder)
        return error_set(err, ERROR_OPEN, path, strerror(ENAMETOOLONG));
    memcpy(folder, path, length);
    folder[length] = '\0';
    return realpath(length ? folder : ".", real)
               ? file_join(buffer, size, real, name, err)
               : error_set(err, ERROR_OPEN, path, strerror(errno));
}

bool file_is_terminal(FILE *stream) {
    return isatty(fileno(stream)) == 1;
}

const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *file_extension(const char *path) {
    const char *name = file_name(path), *dot = strrchr(name, '.');
    return dot && dot != name ? dot + 1 : "";
}

bool file_program(char *buffer, size_t size) {
#ifdef __APPLE__
    char raw[FILE_PATH_MAX], real[FILE_PATH_MAX];
    uint32_t room = sizeof raw;
    if (_NSGetExecutablePath(raw, &room) != 0 || !realpath(raw, real) || strlen(real) >= size)
        return false;
    memcpy(buffer, real, strlen(real) + 1);
    return true;
#else
    ssize_t length = readlink("/proc/self/exe", buffer, size);
    if (length <= 0 || (size_t)length >= size)
        return false;
    buffer[length] = '\0';
    return true;
#endif
}

static bool found_in(char *buffer, size_t size, const char *folder, const char *relative) {
    return join(buffer, size, folder, relative) && file_exists(buffer);
}

/* Looks in a folder and those above it, nearest first, also in an installed tree's share/. */
static bool found_above(char *buffer, size_t size, const char *folder, const char *relative) {
    char at[FILE_PATH_MAX], share[FILE_PATH_MAX];
    if (!join(at, sizeof at, folder, ""))
        return false;
    for (char *end = strrchr(at, '/'); end; end = strrchr(at, '/')) {
        end[end == at] = '\0'; /* the root keeps its slash */
        if (found_in(buffer, size, at, relative) ||
            (join(share, sizeof share, at, "share/convoscope") &&
             found_in(buffer, size, share, relative)))
            return true;
        if (end == at)
            break;
    }
    return false;
}

bool file_find(char *buffer, size_t size, const char *relative) {
    char place[FILE_PATH_MAX];
    const char *home = getenv("CONVOSCOPE_HOME");
    if (home && *home && found_in(buffer, size, home, relative))
        return true;
    if (file_program(place, sizeof place)) {
        *strrchr(place, '/') = '\0';
        if (found_above(buffer, size, place, relative))
            return true;
    }
    if (found_in(buffer, size, CONVOSCOPE_PREFIX "/share/convoscope", relative))
        return true;
    return getcwd(place, sizeof place) && found_above(buffer, size, place, relative);
}

/* "convoscope" in the folder that a variable names, or in one below the home. */
static bool user_folder(char *buffer, size_t size, const char *variable, const char *below_home) {
    char folder[FILE_PATH_MAX];
    const char *named = getenv(variable), *home = getenv("HOME");
    if (named && named[0] == '/') /* a relative one is to be ignored, says the specification */
        return join(buffer, size, named, "convoscope");
    return home && *home && join(folder, sizeof folder, home, below_home) &&
           join(buffer, size, folder, "convoscope");
}

bool file_can_write(const char *folder) {
    return access(folder, W_OK | X_OK) == 0;
}

bool file_home(char *buffer, size_t size) {
    const char *home = getenv("HOME");
    return home && *home && strlen(home) < size && memcpy(buffer, home, strlen(home) + 1);
}

bool file_user_data(char *buffer, size_t size) {
    return user_folder(buffer, size, "XDG_DATA_HOME", ".local/share");
}

bool file_user_state(char *buffer, size_t size) {
    return user_folder(buffer, size, "XDG_STATE_HOME", ".local/state");
}
