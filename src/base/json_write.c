#include "base/json.h"

#include "base/memory.h"
#include "base/text.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = sizeof((JsonWriter *)0)->level / sizeof((JsonWriter *)0)->level[0] };

static void put(JsonWriter *w, const char *bytes, size_t size) {
    if (w->failed || !mem_grow(&w->text, &w->capacity, w->size + size + 1, 1, NULL)) {
        w->failed = true;
        return;
    }
    memcpy(w->text + w->size, bytes, size);
    w->size += size;
}

static void put_plain(JsonWriter *w, const char *text) {
    put(w, text, strlen(text));
}

/* In quotes; what is no UTF-8 becomes U+FFFD, so that the whole stays JSON. */
static void put_quoted(JsonWriter *w, const char *text) {
    size_t left = strlen(text);
    put_plain(w, "\"");
    while (left) {
        size_t length = text_character(text, left);
        unsigned char c = (unsigned char)*text;
        if (!length)
            put_plain(w, "\xef\xbf\xbd");
        else if (c == '"' || c == '\\')
            put(w, (char[]){'\\', (char)c}, 2);
        else if (c == '\n')
            put_plain(w, "\\n");
        else if (c == '\t')
            put_plain(w, "\\t");
        else if (c < 0x20 || c == 0x7f)
            put_plain(w, TEXT("\\u%04x", c));
        else
            put(w, text, length);
        length = length ? length : 1;
        text += length;
        left -= length;
    }
    put_plain(w, "\"");
}

static void new_line(JsonWriter *w) {
    put_plain(w, "\n");
    for (int i = 0; i < w->depth; i++)
        if (w->level[i].lines)
            put_plain(w, "  ");
}

/* What stands before a value: the comma, a new line for a container in an array, and the key. */
static void before_value(JsonWriter *w, const char *key, bool container) {
    if (!w->depth) {
        assert(!key && !w->size);
        return;
    }
    bool array = w->level[w->depth - 1].array;
    assert(array == !key);
    bool used = w->level[w->depth - 1].used;
    w->level[w->depth - 1].used = true;
    if (array && container) {
        w->level[w->depth - 1].lines = true;
        put_plain(w, used ? "," : "");
        new_line(w);
    } else {
        put_plain(w, used ? ", " : "");
    }
    if (key) {
        put_quoted(w, key);
        put_plain(w, ": ");
    }
}

static void begin(JsonWriter *w, const char *key, bool array) {
    before_value(w, key, true);
    assert(w->depth < LEVELS);
    put_plain(w, array ? "[" : "{");
    memset(&w->level[w->depth], 0, sizeof w->level[0]);
    w->level[w->depth++].array = array;
}

void json_begin_object(JsonWriter *w, const char *key) {
    begin(w, key, false);
}

void json_begin_array(JsonWriter *w, const char *key) {
    begin(w, key, true);
}

void json_end(JsonWriter *w) {
    assert(w->depth > 0);
    w->depth--;
    if (w->level[w->depth].lines)
        new_line(w);
    put_plain(w, w->level[w->depth].array ? "]" : "}");
}

void json_put_text(JsonWriter *w, const char *key, const char *value) {
    before_value(w, key, false);
    put_quoted(w, value);
}

void json_put_int(JsonWriter *w, const char *key, int64_t value) {
    before_value(w, key, false);
    put_plain(w, TEXT("%" PRId64, value));
}

void json_put_bool(JsonWriter *w, const char *key, bool value) {
    before_value(w, key, false);
    put_plain(w, value ? "true" : "false");
}

void json_put_null(JsonWriter *w, const char *key) {
    before_value(w, key, false);
    put_plain(w, "null");
}

void json_put_float(JsonWriter *w, const char *key, float value) {
    char text[40] = "null";
    void *saved = text_point_begin();
    for (int digits = 6; isfinite(value) && digits <= 9; digits++) {
        text_format(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    text_point_end(saved);
    before_value(w, key, false);
    put_plain(w, text);
}

void json_put_double(JsonWriter *w, const char *key, double value) {
    char text[40] = "null";
    void *saved = text_point_begin();
    for (int digits = 15; isfinite(value) && digits <= 17; digits++) {
        text_format(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    text_point_end(saved);
    before_value(w, key, false);
    put_plain(w, text);
}

char *json_finish(JsonWriter *w, Error *err) {
    put_plain(w, "\n");
    char *text = w->text;
    if (w->failed) {
        mem_free(text);
        text = NULL;
        error_set(err, ERROR_NO_MEMORY, "the text of a JSON document");
    } else {
        assert(w->depth == 0 && w->size > 1);
        text[w->size] = '\0';
    }
    *w = (JsonWriter){0};
    return text;
}
