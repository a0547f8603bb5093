#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Under a sanitizer too, an allocation that is too large gives NULL. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void) {
    return "allocator_may_return_null=1";
}

void test_contains(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static char folder[FILE_PATH_MAX];
static pid_t owner;

/* Removes a file or a folder with all in it; links are not followed. */
static void remove_tree(const char *path) {
    struct stat info;
    if (lstat(path, &info) != 0)
        return;
    if (!S_ISDIR(info.st_mode)) {
        unlink(path);
        return;
    }
    chmod(path, 0700);
    DIR *stream = opendir(path);
    for (struct dirent *entry; stream && (entry = readdir(stream));) {
        char below[FILE_PATH_MAX];
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            file_join(below, sizeof below, path, entry->d_name, NULL))
            remove_tree(below);
    }
    if (stream)
        closedir(stream);
    rmdir(path);
}

static void remove_folder(void) {
    if (getpid() == owner) /* not in a child that a test forked */
        remove_tree(folder);
}

const char *test_folder(void) {
    if (!folder[0]) {
        const char *place = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/convoscope-test-XXXXXX",
                 place && *place ? place : "/tmp");
        if (!mkdtemp(folder)) {
            perror(folder);
            abort();
        }
        owner = getpid();
        atexit(remove_folder);
    }
    return folder;
}

const char *test_path(const char *name) {
    static char paths[4][FILE_PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    if (!file_join(path, FILE_PATH_MAX, test_folder(), name, NULL))
        fail_msg("the path of %s is too long", name);
    return path;
}

void test_write(const char *path, const void *data, size_t size) {
    Error err = {0};
    assert_ok(file_write(path, data, size, &err), err);
}

const char *test_fixture(const char *name) {
    static char paths[4][FILE_PATH_MAX];
    static unsigned next;
    char relative[FILE_PATH_MAX];
    char *path = paths[next++ % 4];
    if (!file_join(relative, sizeof relative, "tests/fixtures", name, NULL) ||
        !file_find(path, FILE_PATH_MAX, relative))
        fail_msg("there is no %s", relative);
    return path;
}

double test_distance(const float *a, const float *b, size_t count) {
    double aa = 0, bb = 0, dd = 0;
    for (size_t i = 0; i < count; i++) {
        double x = (double)a[i], y = (double)b[i];
        aa += x * x;
        bb += y * y;
        dd += (x - y) * (x - y);
    }
    double most = aa > bb ? aa : bb;
    if (!isfinite(aa) || !isfinite(bb))
        return (double)NAN;
    return most > 0 ? sqrt(dd / most) : 0;
}

void test_fill(float *x, size_t count, uint64_t seed) {
    random_normal(seed, random_stream("test_fill"), 0, count, x);
}
