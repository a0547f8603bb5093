#include "model/labels.h"

#include "base/file.h"
#include "base/text.h"
#include <string.h>

enum { LABELS_MAX = 100000, LABEL_BYTES_MAX = 200 };

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* One line without what surrounds it, into the arena; NULL with err set. */
static const char *parse_line(const char *text, size_t length, Arena *arena, Error *err) {
    while (length && is_blank(text[length - 1]))
        length--;
    while (length && is_blank(text[0])) {
        text++;
        length--;
    }
    const char *wrong = NULL;
    if (length == 0)
        wrong = "an empty line";
    else if (length > LABEL_BYTES_MAX)
        wrong = "a name of more than 200 bytes";
    else if (!text_is_utf8(text, length))
        wrong = "invalid UTF-8";
    for (size_t i = 0; i < length && !wrong; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            wrong = "a control character";
    if (wrong) {
        error_set(err, ERROR_BAD, wrong);
        return NULL;
    }
    char line[LABEL_BYTES_MAX + 1];
    memcpy(line, text, length);
    line[length] = '\0';
    return arena_text(arena, line, err);
}

bool labels_parse(const char ***names, int *count, Arena *arena, const char *text, size_t size,
                  Error *err) {
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte-order mark */
        text += 3;
        size -= 3;
    }
    while (size && (text[size - 1] == '\n' || is_blank(text[size - 1])))
        size--;
    if (size == 0)
        return error_set(err, ERROR_BAD, "there are no names in it");
    int lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n';
        if (lines > LABELS_MAX)
            return error_set(err, ERROR_TOO_LARGE, "the list", "over 100000 lines", "100000");
    }
    *names = arena_alloc(arena, (size_t)lines, sizeof **names, err);
    if (!*names)
        return false;
    const char *end = text + size;
    for (int i = 0; i < lines; i++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((stop ? stop : end) - text);
        (*names)[i] = parse_line(text, length, arena, err);
        if (!(*names)[i])
            return error_prefix(err, "line %d", i + 1);
        text += length + 1;
    }
    *count = lines;
    return true;
}

/* The names in a file, all of `expected` if that is not 0. */
static bool load_list(const char ***names, int *count, int expected, Arena *arena, const char *path,
                      Error *err) {
    size_t size;
    uint8_t *text = file_read(path, (size_t)LABELS_MAX * (LABEL_BYTES_MAX + 10), false, &size, err);
    if (!text)
        return false;
    bool ok = labels_parse(names, count, arena, (const char *)text, size, err);
    mem_free(text);
    if (ok && expected && *count != expected)
        ok = error_set(err, ERROR_EXPECTED, "lines", TEXT("%d, as in the English list", expected),
                       TEXT("%d", *count));
    return ok || error_prefix(err, "%s", path);
}

/* The path of the English list, without ".txt", of a shipped list or a path. */
static bool find_list(char *base, size_t size, Arena *arena, const char *name, Error *err) {
    if (strchr(name, '/')) {
        size_t length = strlen(name);
        if (length >= 4 && strcmp(name + length - 4, ".txt") == 0)
            length -= 4;
        if (length >= size)
            return error_set(err, ERROR_TOO_LARGE, "a path", MEM_TEXT(length), MEM_TEXT(size - 1));
        memcpy(base, name, length);
        base[length] = '\0';
        return true;
    }
    if (file_find(base, size, TEXT("assets/labels/%s.txt", name))) {
        base[strlen(base) - 4] = '\0';
        return true;
    }
    TextNearest nearest = {.word = name};
    char **files;
    size_t count;
    if (file_find(base, size, "assets/labels") && file_list(base, arena, &files, &count, NULL))
        for (size_t i = 0; i < count; i++) {
            char *dot = strchr(files[i], '.');
            if (dot && strcmp(dot, ".txt") == 0) {
                *dot = '\0';
                text_nearest_offer(&nearest, files[i]);
            }
        }
    return text_unknown(&nearest, "list of labels", err);
}

/* A list that may be there or not: *names stays NULL if not. */
static bool load_optional(const char ***names, int expected, Arena *arena, const char *base,
                          const char *suffix, Error *err) {
    char path[FILE_PATH_MAX + 16];
    text_format(path, sizeof path, "%s%s", base, suffix);
    int count;
    return !file_exists(path) || load_list(names, &count, expected, arena, path, err);
}

bool labels_load(Labels *labels, Arena *arena, const char *name, Error *err) {
    Labels all = {0};
    char base[FILE_PATH_MAX], path[FILE_PATH_MAX + 16];
    if (!find_list(base, sizeof base, arena, name, err))
        return false;
    text_format(path, sizeof path, "%s.txt", base);
    if (!load_list(&all.names, &all.count, 0, arena, path, err) ||
        !load_optional(&all.es, all.count, arena, base, ".es.txt", err) ||
        !load_optional(&all.ids, all.count, arena, base, ".wnid.txt", err))
        return false;
    *labels = all;
    return true;
}

static int plain(char c) {
    return c == '_' || c == '/' ? ' ' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static bool same(const char *a, const char *b) {
    while (*a && plain(*a) == plain(*b)) {
        a++;
        b++;
    }
    return plain(*a) == plain(*b);
}

int labels_find(const Labels *labels, const char *text) {
    const char *const *const lists[] = {labels->names, labels->ids, labels->es};
    for (int list = 0; list < 3; list++)
        for (int i = 0; lists[list] && i < labels->count; i++)
            if (same(lists[list][i], text))
                return i;
    return -1;
}

const char *labels_name(const Labels *labels, int i, char buffer[24]) {
    if (i >= 0 && i < labels->count)
        return labels->names[i];
    return text_format(buffer, 24, "class %d", i);
}

const char *labels_name_es(const Labels *labels, int i, char buffer[24]) {
    if (labels->es && i >= 0 && i < labels->count)
        return labels->es[i];
    return labels_name(labels, i, buffer);
}
