#include "session/settings.h"

#include "base/memory.h"
#include "base/text.h"
#include <string.h>

enum { LINE_SIZE = 400, VALUE_SIZE = 32 };

static const char *const kept[] = {"theme", "lang",  "comma",   "text",
                                   "big",   "still", "display", "tips"};

void settings_copy(State *to, const State *from) {
    to->theme = from->theme;
    to->language = from->language;
    to->comma = from->comma;
    to->text = from->text;
    to->big = from->big;
    to->still = from->still;
    to->display = from->display;
    to->tips = from->tips;
}

static bool path_of(char path[FILE_PATH_MAX], Error *err) {
    char folder[FILE_PATH_MAX];
    if (!file_user_state(folder, sizeof folder))
        return error_set(err, ERROR_MISSING, "the user's home folder");
    return file_make_folder(folder, err) && file_join(path, FILE_PATH_MAX, folder, "settings", err);
}

/* "" if there is none. */
static bool read_line(char line[LINE_SIZE], Error *err) {
    char path[FILE_PATH_MAX];
    size_t size;
    line[0] = '\0';
    if (!path_of(path, err))
        return false;
    if (!file_exists(path))
        return true;
    char *text = (char *)file_read(path, LINE_SIZE - 1, false, &size, err);
    if (text)
        text_format(line, LINE_SIZE, "%.*s", (int)strcspn(text, "\r\n"), text);
    mem_free(text);
    return text != NULL;
}

bool settings_load(State *state, Error *err) {
    char line[LINE_SIZE], path[FILE_PATH_MAX];
    if (!read_line(line, err))
        return false;
    State *read = mem_alloc(1, sizeof *read, err);
    if (read)
        *read = *state;
    const bool ok = read && state_read_rest(read, NULL, line, err);
    if (ok)
        settings_copy(state, read);
    else if (path_of(path, NULL))
        error_prefix(err, "%s", path);
    mem_free(read);
    return ok;
}

/* The value that a line has for a field. */
static bool value_in(const char *line, const char *field, char value[VALUE_SIZE]) {
    const size_t length = strlen(field);
    for (const char *at = line; *at; at += strcspn(at, ";"), at += strspn(at, "; "))
        if (strncmp(at, field, length) == 0 && at[length] == '=') {
            at += length + 1;
            text_format(value, VALUE_SIZE, "%.*s", (int)strcspn(at, ";"), at);
            return true;
        }
    return false;
}

static bool write_line(const char *line, Error *err) {
    char path[FILE_PATH_MAX];
    FileWriter w;
    if (!path_of(path, err) || !file_create(&w, path, err))
        return false;
    file_put(&w, line, strlen(line));
    file_put(&w, "\n", 1);
    return file_commit(&w, err);
}

bool settings_keep(const State *before, const State *now, Error *err) {
    char line[LINE_SIZE] = "", old[LINE_SIZE], value[VALUE_SIZE], was[VALUE_SIZE];
    bool changed = false;
    if (!read_line(old, NULL)) /* one that cannot be read is written anew */
        old[0] = '\0';
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (!state_get(before, NULL, kept[i], was, sizeof was, err) ||
            !state_get(now, NULL, kept[i], value, sizeof value, err))
            return false;
        const bool other = strcmp(was, value) != 0;
        changed = changed || other;
        if (!other && !value_in(old, kept[i], value))
            continue;
        const size_t used = strlen(line);
        text_format(line + used, sizeof line - used, "%s%s=%s", used ? "; " : "", kept[i], value);
    }
    return !changed || write_line(line, err);
}
