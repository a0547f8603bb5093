#include "base/json.h"

#include "base/file.h"
#include "base/json_scan.h"
#include "base/memory.h"
#include "base/text.h"
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A Json is a cJSON under another name. */
static const cJSON *inner(const Json *value) {
    return (const cJSON *)(const void *)value;
}

static const Json *outer(const cJSON *value) {
    return (const Json *)(const void *)value;
}

static void set_hooks(void) {
    cJSON_Hooks hooks = {mem_plain, mem_plain_free};
    cJSON_InitHooks(&hooks);
}

/* cJSON keeps the place of the last error in a global, and reads numbers by the locale. */
static cJSON *parse_tree(const char *text, size_t size) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_once(&once, set_hooks);
    void *saved = text_point_begin();
    pthread_mutex_lock(&lock);
    cJSON *root = cJSON_ParseWithLengthOpts(text, size, NULL, 0);
    pthread_mutex_unlock(&lock);
    text_point_end(saved);
    return root;
}

typedef struct Keys {
    const char **items;
    size_t capacity;
} Keys;

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By sorting, as a header may hold a hundred thousand keys. */
static bool keys_differ(const cJSON *object, Keys *keys, Error *err) {
    size_t count = 0;
    for (const cJSON *member = object->child; member; member = member->next) {
        if (!mem_grow(&keys->items, &keys->capacity, count + 1, sizeof *keys->items, err))
            return false;
        keys->items[count++] = member->string;
    }
    if (count > 1)
        qsort(keys->items, count, sizeof *keys->items, by_bytes);
    for (size_t i = 1; i < count; i++)
        if (strcmp(keys->items[i - 1], keys->items[i]) == 0)
            return error_set(err, ERROR_TWICE, "key", keys->items[i]);
    return true;
}

/* What the grammar does not say. The scan has bounded the recursion. */
static bool check_tree(const cJSON *value, Keys *keys, Error *err) {
    if (cJSON_IsObject(value) && !keys_differ(value, keys, err))
        return false;
    for (const cJSON *child = value->child; child; child = child->next)
        if (!check_tree(child, keys, err))
            return false;
    return true;
}

Json *json_parse(const char *text, size_t size, Error *err) {
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (!json_scan(text, size, err))
        return NULL;
    cJSON *root = parse_tree(text, size);
    if (!root) {
        error_set(err, ERROR_NO_MEMORY, TEXT("the tree of %s of JSON", MEM_TEXT(size)));
        return NULL;
    }
    Keys keys = {0};
    bool ok = check_tree(root, &keys, err);
    mem_free(keys.items);
    if (!ok) {
        cJSON_Delete(root);
        return NULL;
    }
    return (Json *)(void *)root;
}

Json *json_load(const char *path, Error *err) {
    size_t size;
    uint8_t *text = file_read(path, 64000000, false, &size, err);
    if (!text)
        return NULL;
    Json *root = json_parse((const char *)text, size, err);
    if (!root)
        error_prefix(err, "%s", path);
    mem_free(text);
    return root;
}

void json_free(Json *root) {
    cJSON_Delete((cJSON *)(void *)root);
}

JsonType json_type(const Json *value) {
    const cJSON *v = inner(value);
    return cJSON_IsBool(v)     ? JSON_BOOL
           : cJSON_IsNumber(v) ? JSON_NUMBER
           : cJSON_IsString(v) ? JSON_TEXT
           : cJSON_IsArray(v)  ? JSON_ARRAY
           : cJSON_IsObject(v) ? JSON_OBJECT
                               : JSON_NULL;
}

const char *json_type_name(JsonType type) {
    static const char *const names[] = {"null",   "true or false", "a number",
                                        "a text", "an array",      "an object"};
    return names[type];
}

bool json_bool(const Json *value) {
    return cJSON_IsTrue(inner(value));
}

double json_number(const Json *value) {
    return cJSON_IsNumber(inner(value)) ? inner(value)->valuedouble : 0;
}

const char *json_text(const Json *value) {
    return cJSON_IsString(inner(value)) ? inner(value)->valuestring : "";
}

size_t json_count(const Json *value) {
    size_t count = 0;
    for (value = json_first(value); value; value = json_next(value))
        count++;
    return count;
}

const Json *json_first(const Json *value) {
    return value ? outer(inner(value)->child) : NULL;
}

const Json *json_next(const Json *value) {
    return outer(inner(value)->next);
}

const char *json_key(const Json *value) {
    return value ? inner(value)->string : NULL;
}

const Json *json_get(const Json *object, const char *key) {
    return outer(cJSON_GetObjectItemCaseSensitive(inner(object), key));
}

const Json *json_at(const Json *array, size_t index) {
    const Json *value = json_first(array);
    while (value && index--)
        value = json_next(value);
    return value;
}
