#include "session/bookmarks.h"

#include "base/memory.h"
#include <string.h>

static char lines[BOOKMARKS][BOOKMARK_SIZE]; /* those kept in memory */

bool bookmark_line(const State *state, const Graph *g, char line[BOOKMARK_SIZE], Error *err) {
    State where;
    state_init(&where);
    where.place = state->place;
    return state_print(&where, g, line, BOOKMARK_SIZE) ||
           error_set(err, ERROR_TOO_LARGE, "the bookmark", "its line", TEXT("%d", BOOKMARK_SIZE));
}

static bool path_of(char path[FILE_PATH_MAX], Error *err) {
    char folder[FILE_PATH_MAX];
    if (!file_user_state(folder, sizeof folder))
        return error_set(err, ERROR_MISSING, "the user's home folder");
    return file_make_folder(folder, err) &&
           file_join(path, FILE_PATH_MAX, folder, "bookmarks", err);
}

/* A line of the file each; what is missing is "". */
static bool read_all(char all[BOOKMARKS][BOOKMARK_SIZE], Error *err) {
    char path[FILE_PATH_MAX];
    size_t size;
    memset(all, 0, BOOKMARKS * sizeof *all);
    if (!path_of(path, err))
        return false;
    if (!file_exists(path))
        return true;
    char *text = (char *)file_read(path, BOOKMARKS * BOOKMARK_SIZE, false, &size, err);
    const char *at = text;
    for (int i = 0; at && *at && i < BOOKMARKS; i++) {
        size_t length = strcspn(at, "\n");
        text_format(all[i], sizeof all[i], "%.*s", (int)length, at);
        at += length + (at[length] == '\n');
    }
    mem_free(text);
    return text != NULL;
}

static bool write_all(char all[BOOKMARKS][BOOKMARK_SIZE], Error *err) {
    char path[FILE_PATH_MAX];
    FileWriter w;
    if (!path_of(path, err) || !file_create(&w, path, err))
        return false;
    for (int i = 0; i < BOOKMARKS; i++) {
        file_put(&w, all[i], strlen(all[i]));
        file_put(&w, "\n", 1);
    }
    return file_commit(&w, err);
}

bool bookmarks_put(int number, const char *line, bool memory, Error *err) {
    if (memory) {
        text_format(lines[number - 1], sizeof lines[number - 1], "%s", line);
        return true;
    }
    char(*all)[BOOKMARK_SIZE] = mem_alloc(BOOKMARKS, sizeof *all, err);
    bool ok = all && read_all(all, err);
    if (ok) {
        text_format(all[number - 1], sizeof all[number - 1], "%s", line);
        ok = write_all(all, err);
    }
    mem_free(all);
    return ok;
}

bool bookmarks_get(int number, char line[BOOKMARK_SIZE], bool memory, Error *err) {
    if (memory) {
        memcpy(line, lines[number - 1], BOOKMARK_SIZE);
    } else {
        char(*all)[BOOKMARK_SIZE] = mem_alloc(BOOKMARKS, sizeof *all, err);
        bool ok = all && read_all(all, err);
        if (ok)
            memcpy(line, all[number - 1], BOOKMARK_SIZE);
        mem_free(all);
        if (!ok)
            return false;
    }
    return line[0] || error_set(err, ERROR_MISSING, TEXT("bookmark %d", number));
}
