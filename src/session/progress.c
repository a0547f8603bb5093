#include "session/progress.h"

#include "base/file.h"
#include "base/json.h"
#include <string.h>

enum { PROGRESS_FILE_MAX = 1 << 20 };

static bool path_of(char path[FILE_PATH_MAX], Error *err) {
    char folder[FILE_PATH_MAX];
    if (!file_user_state(folder, sizeof folder))
        return error_set(err, ERROR_MISSING, "the user's home folder");
    return file_make_folder(folder, err) && file_join(path, FILE_PATH_MAX, folder, "lessons", err);
}

/* NULL: there is none, or it cannot be read, which then begins anew. */
static Json *load(void) {
    char path[FILE_PATH_MAX];
    return path_of(path, NULL) && file_exists(path) ? json_load(path, NULL) : NULL;
}

int progress_get(const char *lesson) {
    Json *root = load();
    const double step = json_number(json_get(json_get(root, lesson), "step"));
    json_free(root);
    return step > 0 && step < 1e6 ? (int)step : 0;
}

static void put_one(JsonWriter *w, const char *lesson, int step, int steps) {
    json_begin_object(w, lesson);
    json_put_int(w, "step", step);
    json_put_int(w, "of", steps);
    json_end(w);
}

bool progress_put(const char *lesson, int step, int steps, Error *err) {
    char path[FILE_PATH_MAX];
    JsonWriter w = {0};
    Json *root = load();
    json_begin_object(&w, NULL);
    for (const Json *m = json_first(root); m; m = json_next(m))
        if (strcmp(json_key(m), lesson) != 0)
            put_one(&w, json_key(m), (int)json_number(json_get(m, "step")),
                    (int)json_number(json_get(m, "of")));
    put_one(&w, lesson, step, steps);
    json_end(&w);
    json_free(root);
    char *text = json_finish(&w, err);
    const bool ok = text && path_of(path, err) && file_write(path, text, strlen(text), err);
    mem_free(text);
    return ok;
}
