/* LeNet with another activation or pooling: the shipped file, read and written again with what is
 * different. */
#include "session/learning.h"

#include "base/file.h"
#include "base/json.h"
#include <string.h>

const char *learning_activation_name(StateLearnActivation activation) {
    return activation == LEARN_RELU ? "relu" : "tanh";
}

const char *learning_pooling_name(StateLearnPooling pooling) {
    return pooling == LEARN_POOL_3 ? "3x3" : "2x2";
}

typedef struct Change {
    StateLearnActivation activation;
    StateLearnPooling pooling;
} Change;

static void copy(JsonWriter *w, const char *key, const Json *value, const Change *change);

static void copy_members(JsonWriter *w, const Json *container, const Change *change) {
    for (const Json *m = json_first(container); m; m = json_next(m))
        copy(w, json_key(m), m, change);
    json_end(w);
}

/* Max pooling of 3x3 by steps of 2: windows overlap (Krizhevsky et al. 2012, section 3.4). */
static void copy_pool(JsonWriter *w, const Json *pool, const Change *change) {
    for (const Json *m = json_first(pool); m; m = json_next(m)) {
        if (strcmp(json_key(m), "kernel") == 0 && change->pooling == LEARN_POOL_3)
            json_put_int(w, "kernel", 3);
        else
            copy(w, json_key(m), m, change);
    }
    json_end(w);
}

static void copy(JsonWriter *w, const char *key, const Json *value, const Change *change) {
    const char *text = json_text(value);
    switch (json_type(value)) {
    case JSON_OBJECT:
        json_begin_object(w, key);
        if (strcmp(json_text(json_get(value, "op")), "maxpool") == 0)
            copy_pool(w, value, change);
        else
            copy_members(w, value, change);
        break;
    case JSON_ARRAY:
        json_begin_array(w, key);
        copy_members(w, value, change);
        break;
    case JSON_TEXT:
        json_put_text(w, key,
                      key && strcmp(key, "then") == 0 && strcmp(text, "tanh") == 0
                          ? learning_activation_name(change->activation)
                          : text);
        break;
    case JSON_NUMBER:
        json_put_double(w, key, json_number(value));
        break;
    case JSON_BOOL:
        json_put_bool(w, key, json_bool(value));
        break;
    default:
        json_put_null(w, key);
    }
}

char *learning_network(StateLearnActivation activation, StateLearnPooling pooling, Error *err) {
    const Change change = {activation, pooling};
    char path[FILE_PATH_MAX];
    JsonWriter w = {0};
    if (!file_find(path, sizeof path, "models/lenet-fashion.json")) {
        error_set(err, ERROR_MISSING, "models/lenet-fashion.json");
        return NULL;
    }
    Json *root = json_load(path, err);
    if (!root)
        return NULL;
    copy(&w, NULL, root, &change);
    json_free(root);
    return json_finish(&w, err);
}
