#include "session/recent.h"

#include "base/file.h"
#include "base/memory.h"
#include <string.h>

static bool path_of(char path[FILE_PATH_MAX], Error *err) {
    char folder[FILE_PATH_MAX];
    if (!file_user_state(folder, sizeof folder))
        return error_set(err, ERROR_MISSING, "the user's home folder");
    return file_make_folder(folder, err) && file_join(path, FILE_PATH_MAX, folder, "recent", err);
}

void recent_load(Recent *recent, bool memory) {
    char path[FILE_PATH_MAX];
    size_t size;
    if (recent->read)
        return;
    recent->read = true;
    if (memory || !path_of(path, NULL) || !file_exists(path))
        return;
    char *text = (char *)file_read(path, RECENT_MAX * RECENT_SIZE, false, &size, NULL);
    const char *at = text;
    for (int i = 0; at && *at && i < RECENT_MAX;) {
        const size_t length = strcspn(at, "\r\n");
        if (length && length < RECENT_SIZE)
            text_format(recent->lines[i++], RECENT_SIZE, "%.*s", (int)length, at);
        at += length + strspn(at + length, "\r\n");
    }
    mem_free(text);
}

static void keep(const Recent *recent) {
    char path[FILE_PATH_MAX];
    FileWriter w;
    if (!path_of(path, NULL) || !file_create(&w, path, NULL))
        return;
    for (int i = 0; i < RECENT_MAX && recent->lines[i][0]; i++) {
        file_put(&w, recent->lines[i], strlen(recent->lines[i]));
        file_put(&w, "\n", 1);
    }
    file_commit(&w, NULL); /* a home that cannot be written to is no reason to disturb anyone */
}

/* Where the program is started the next time it may be in another folder. */
static void make_whole(char path[FILE_PATH_MAX]) {
    char whole[FILE_PATH_MAX];
    if (path[0] && file_exists(path) && file_absolute(whole, sizeof whole, path, NULL))
        text_format(path, FILE_PATH_MAX, "%s", whole);
}

static bool line_of(const SceneNames *names, char line[RECENT_SIZE]) {
    static State state; /* large; sessions are of one thread */
    state_init(&state);
    state.place.scene = *names;
    make_whole(state.place.scene.model);
    make_whole(state.place.scene.image);
    make_whole(state.place.scene.weights);
    return state_print(&state, NULL, line, RECENT_SIZE) && line[0];
}

void recent_put(Recent *recent, const SceneNames *names, bool memory) {
    static char line[RECENT_SIZE];
    int at = 0;
    recent_load(recent, memory);
    if (!line_of(names, line) || strcmp(line, recent->lines[0]) == 0)
        return;
    while (at < RECENT_MAX - 1 && strcmp(recent->lines[at], line) != 0)
        at++;
    memmove(recent->lines[1], recent->lines[0], (size_t)at * RECENT_SIZE);
    memcpy(recent->lines[0], line, RECENT_SIZE);
    if (!memory)
        keep(recent);
}
