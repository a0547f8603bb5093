/* JSON: reading (cJSON behind it) and writing. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/error.h"
#include <stdint.h>

typedef struct Json Json; /* a value; belongs to the document it was parsed in */
typedef enum JsonType {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT
} JsonType;

/* The document's root; freed by json_free. Strictly RFC 8259, after a byte order mark if there is
 * one. Errors: ERROR_SYNTAX with line and column (also for nesting deeper than 100, trailing
 * garbage, invalid UTF-8, \u0000, more than 4 million values, a number of more than 60 characters
 * or beyond a double's range); ERROR_TWICE for an object with the same key twice. */
Json *json_parse(const char *text, size_t size, Error *err);
Json *json_load(const char *path, Error *err); /* at most 64 MB; errors name the path */
void json_free(Json *root);

JsonType json_type(const Json *value);     /* NULL pointer: JSON_NULL */
const char *json_type_name(JsonType type); /* "a number", "a text", ... for messages */
bool json_bool(const Json *value);
double json_number(const Json *value);
const char *json_text(const Json *value); /* "" if it is no text */
/* Of arrays and objects, in file order. */
size_t json_count(const Json *value);
const Json *json_first(const Json *value); /* NULL if empty or no container */
const Json *json_next(const Json *value);
const char *json_key(const Json *value);                   /* of a member of an object; else NULL */
const Json *json_get(const Json *object, const char *key); /* case counts; NULL if absent */
const Json *json_at(const Json *array, size_t index);

/* Writing to memory, in order; failures are kept and told by json_finish. Between the values of an
 * object give keys; of an array NULL.
 *     JsonWriter w = {0};
 *     json_begin_object(&w, NULL); json_put_text(&w, "model", name); json_end(&w);
 *     char *text = json_finish(&w, err);   a line with its newline, freed by mem_free; NULL on
 * error Arrays and objects nested in an array are put one a line; others stay on the line. */
typedef struct JsonWriter {
    char *text;
    size_t size, capacity;
    int depth;
    bool failed;
    struct {
        bool array, used, lines;
    } level[16];
} JsonWriter;
void json_begin_object(JsonWriter *w, const char *key);
void json_begin_array(JsonWriter *w, const char *key);
void json_end(JsonWriter *w);
void json_put_text(JsonWriter *w, const char *key, const char *value);
void json_put_int(JsonWriter *w, const char *key, int64_t value);
void json_put_bool(JsonWriter *w, const char *key, bool value);
void json_put_null(JsonWriter *w, const char *key);
/* The shortest of %.6g .. %.9g that gives the same float back (%.15g..%.17g with json_put_double);
 * NaN and infinity as null. */
void json_put_float(JsonWriter *w, const char *key, float value);
void json_put_double(JsonWriter *w, const char *key, double value);
char *json_finish(JsonWriter *w, Error *err);

#endif
