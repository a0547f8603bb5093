#include "model/model.h"

#include "base/json.h"
#include "base/text.h"
#include "model/expand.h"
#include "model/read.h"
#include <string.h>

/* --- Members of a JSON object, shared with printed.c ---------------------------------------- */

bool read_text(Model *m, const Json *object, const char *key, const char **out, Error *err) {
    const Json *member = json_get(object, key);
    if (!member) {
        *out = "";
        return true;
    }
    if (json_type(member) != JSON_TEXT)
        return error_set(err, ERROR_EXPECTED, key, "a text", json_type_name(json_type(member)));
    *out = arena_text(&m->arena, json_text(member), err);
    return *out != NULL;
}

bool read_number(const Json *object, const char *key, double min, double max, double *out,
                 Error *err) {
    const Json *member = json_get(object, key);
    if (!member)
        return true;
    double value = json_number(member);
    if (json_type(member) != JSON_NUMBER)
        return error_set(err, ERROR_EXPECTED, key, "a number", json_type_name(json_type(member)));
    if (!(value >= min && value <= max))
        return error_set(err, ERROR_EXPECTED, key, TEXT("%g..%g", min, max), TEXT("%g", value));
    *out = value;
    return true;
}

bool read_keys(const Json *object, const char *const *known, Error *err) {
    if (json_type(object) != JSON_OBJECT)
        return error_set(err, ERROR_EXPECTED, "its value", "an object",
                         json_type_name(json_type(object)));
    for (const Json *member = json_first(object); member; member = json_next(member)) {
        TextNearest nearest = {.word = json_key(member)};
        const char *const *k = known;
        for (; *k && strcmp(*k, json_key(member)) != 0; k++)
            text_nearest_offer(&nearest, *k);
        if (!*k)
            return text_unknown(&nearest, "key", err);
    }
    return true;
}

/* --- The parts ------------------------------------------------------------------------------- */

static bool read_input(Model *m, const Json *root, int size, Error *err) {
    const Json *input = json_get(root, "input");
    if (json_type(input) != JSON_ARRAY || json_count(input) != 3)
        return error_set(err, ERROR_EXPECTED, "input", "[channels, height, width]",
                         json_type(input) == JSON_ARRAY ? TEXT("%zu numbers", json_count(input))
                                                        : json_type_name(json_type(input)));
    Shape shape = {.rank = 3};
    for (int i = 0; i < 3; i++) {
        const Json *extent = json_at(input, (size_t)i);
        double value = json_number(extent);
        if (json_type(extent) != JSON_NUMBER || !(value >= 1 && value <= 16384) ||
            value != (double)(int)value)
            return error_set(err, ERROR_EXPECTED, TEXT("input[%d]", i), "1..16384",
                             json_type(extent) == JSON_NUMBER ? TEXT("%g", value)
                                                              : json_type_name(json_type(extent)));
        shape.dim[i] = (int64_t)value;
    }
    if (size > 0)
        shape.dim[1] = shape.dim[2] = size;
    return graph_begin(&m->graph, &shape, err);
}

static bool read_channels(const Json *object, const char *key, int64_t channels, double min,
                          double out[3], Error *err) {
    const Json *list = json_get(object, key);
    if (!list)
        return true;
    if (json_type(list) != JSON_ARRAY || (int64_t)json_count(list) != channels || channels > 3)
        return error_set(err, ERROR_EXPECTED, key,
                         TEXT("%lld numbers, one a channel", (long long)channels),
                         json_type(list) == JSON_ARRAY ? TEXT("%zu", json_count(list))
                                                       : json_type_name(json_type(list)));
    for (int i = 0; i < (int)channels; i++) {
        const Json *number = json_at(list, (size_t)i);
        out[i] = json_number(number);
        if (json_type(number) != JSON_NUMBER || !(out[i] >= min && out[i] <= 1e6))
            return error_set(err, ERROR_EXPECTED, TEXT("%s[%d]", key, i),
                             TEXT("a number from %g", min),
                             json_type(number) == JSON_NUMBER ? TEXT("%g", out[i])
                                                              : json_type_name(json_type(number)));
    }
    return true;
}

static bool read_preprocess(Model *m, const Json *root, int size, Error *err) {
    Preprocess *p = &m->preprocess;
    *p = (Preprocess){.range = 1, .deviation = {1, 1, 1}};
    const Json *object = json_get(root, "preprocess");
    if (!object)
        return true;
    static const char *const keys[] = {"resize", "range", "mean", "deviation", NULL};
    double resize = 0;
    int64_t channels = m->graph.input.dim[0];
    if (!read_keys(object, keys, err) || !read_number(object, "resize", 1, 16384, &resize, err) ||
        !read_number(object, "range", 1e-6, 1e6, &p->range, err) ||
        !read_channels(object, "mean", channels, -1e6, p->mean, err) ||
        !read_channels(object, "deviation", channels, 1e-6, p->deviation, err))
        return error_prefix(err, "preprocess");
    /* Another input size keeps the share of the picture that the crop sees. */
    const Json *height = json_at(json_get(root, "input"), 1);
    p->resize = size > 0 ? (int)(resize * size / json_number(height) + 0.5) : (int)resize;
    return true;
}

/* One text for all languages, or an object with one of each. */
static bool read_note(Model *m, const Json *root, Error *err) {
    const Json *note = json_get(root, "note");
    const char *keys[WORDS_LANGUAGES + 1] = {NULL};
    for (int i = 0; i < WORDS_LANGUAGES; i++)
        keys[i] = words_language_code((WordsLanguage)i);
    const bool each = json_type(note) == JSON_OBJECT;
    if (each && !read_keys(note, keys, err))
        return error_prefix(err, "note");
    for (int i = 0; i < WORDS_LANGUAGES; i++) {
        if (each && !json_get(note, keys[i]))
            return error_set(err, ERROR_MISSING, TEXT("note.%s", keys[i]));
        if (!read_text(m, each ? note : root, each ? keys[i] : "note", &m->note[i], err))
            return each ? error_prefix(err, "note") : false;
    }
    return true;
}

static bool read_about(Model *m, const Json *root, Error *err) {
    double year = 0;
    if (!read_text(m, root, "title", &m->title, err) ||
        !read_text(m, root, "family", &m->family, err) ||
        !read_text(m, root, "paper", &m->paper, err) || !read_note(m, root, err) ||
        !read_text(m, root, "unmarked_weights", &m->unmarked, err) ||
        !read_number(root, "year", 1900, 2999, &year, err))
        return false;
    m->year = (int)year;
    if (!*m->title)
        m->title = m->name;
    return true;
}

static bool read_labels(Model *m, const Json *root, Error *err) {
    const char *name;
    if (!read_text(m, root, "labels", &name, err))
        return false;
    return !*name || labels_load(&m->labels, &m->arena, name, err) || error_prefix(err, "labels");
}

static bool read_model(Model *m, const Json *root, int size, Error *err) {
    static const char *const keys[] = {
        "title",      "family",           "year",   "paper",  "note",   "input",
        "preprocess", "labels",           "sample", "blocks", "layers", "printed",
        "errors",     "unmarked_weights", NULL};
    return read_keys(root, keys, err) && read_about(m, root, err) &&
           read_input(m, root, size, err) && read_preprocess(m, root, size, err) &&
           expand_layers(&m->graph, json_get(root, "layers"), json_get(root, "blocks"), err) &&
           read_labels(m, root, err) && read_text(m, root, "sample", &m->sample, err) &&
           read_printed(m, root, err);
}

Model *model_parse(const char *text, size_t length, const char *name, int size, Error *err) {
    Model *m = mem_alloc(1, sizeof *m, err);
    if (!m)
        return NULL;
    Json *root = json_parse(text, length, err);
    m->name = root ? arena_text(&m->arena, name, err) : NULL;
    bool ok = m->name && read_model(m, root, size, err);
    json_free(root);
    if (ok)
        return m;
    model_free(m);
    return NULL;
}

/* --- From a file ----------------------------------------------------------------------------- */

enum { MODEL_FILE_MAX = 16 * 1024 * 1024 };

static bool unknown_model(const char *which, Error *err) {
    Arena arena = {0};
    char **names;
    size_t count;
    if (!model_names(&arena, &names, &count, err))
        return false;
    TextNearest nearest = {.word = which};
    for (size_t i = 0; i < count; i++)
        text_nearest_offer(&nearest, names[i]);
    text_unknown(&nearest, "model", err);
    arena_free(&arena);
    return false;
}

static bool find_model(const char *which, char path[FILE_PATH_MAX], Error *err) {
    if (strchr(which, '/') || text_equal(file_extension(which), "json")) {
        if (strlen(which) >= FILE_PATH_MAX)
            return error_set(err, ERROR_TOO_LARGE, "the path of a model",
                             TEXT("%zu bytes", strlen(which)), TEXT("%d", FILE_PATH_MAX - 1));
        strcpy(path, which);
        return true;
    }
    if (!*which || strlen(which) > 100)
        return unknown_model(which, err);
    return file_find(path, FILE_PATH_MAX, TEXT("models/%s.json", which)) ||
           unknown_model(which, err);
}

Model *model_load(const char *which, int size, Error *err) {
    char path[FILE_PATH_MAX], name[256];
    size_t length;
    if (!find_model(which, path, err))
        return NULL;
    const char *base = file_name(path);
    size_t stem = strlen(base);
    if (text_equal(file_extension(path), "json"))
        stem -= 5;
    snprintf(name, sizeof name, "%.*s", (int)(stem < 200 ? stem : 200), base);
    uint8_t *text = file_read(path, MODEL_FILE_MAX, false, &length, err);
    if (!text)
        return NULL;
    Model *m = model_parse((const char *)text, length, name, size, err);
    mem_free(text);
    if (!m)
        error_prefix(err, "%s", path);
    return m;
}

void model_free(Model *m) {
    if (!m)
        return;
    weights_free(&m->weights);
    graph_free(&m->graph);
    arena_free(&m->arena);
    mem_free(m);
}
