#include "base/error.h"

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const templates[ERROR_CODES] = {"",
#define X(name, english) english,
                                                   ERROR_LIST(X)
#undef X
};

static const char *const names[ERROR_CODES] = {"NONE",
#define X(name, english) #name,
                                               ERROR_LIST(X)
#undef X
};

const char *error_template(ErrorCode code) {
    return (unsigned)code < ERROR_CODES ? templates[code] : "";
}

const char *error_name(ErrorCode code) {
    return (unsigned)code < ERROR_CODES ? names[code] : "";
}

/* Appends what of `text` fits, cut at a character's edge; returns the new length. What a terminal
 * would obey (controls of ASCII and of U+0080..9F) and what is no UTF-8 becomes '?'. */
static size_t append(char *buffer, size_t size, size_t used, const char *text) {
    while (*text) {
        size_t length = text_character(text, 4); /* the 0 at the end ends any character */
        unsigned char c = (unsigned char)text[0];
        bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)text[1] < 0xa0);
        bool replace = !length || control;
        size_t bytes = replace ? 1 : length;
        if (bytes >= size - used)
            break;
        if (replace)
            buffer[used] = '?';
        else
            memcpy(buffer + used, text, bytes);
        used += bytes;
        text += length ? length : 1;
    }
    buffer[used] = '\0';
    return used;
}

/* Puts what stands at `used` after a place: "layers" + "[3]." + "stride" -> layers[3].stride. A
 * final
 * '.' waits for a member's name; before anything else it gives way to ": ". */
static size_t append_joint(char *buffer, size_t size, size_t used, const char *next,
                           bool is_member) {
    if (next[0] == '[')
        return used;
    bool dotted = used && buffer[used - 1] == '.';
    if (dotted && is_member && !next[strcspn(next, " ")])
        return used;
    return append(buffer, size, dotted ? used - 1 : used, ": ");
}

/* err->text from the place, the template and the arguments. */
static void compose(Error *err) {
    size_t used = 0, size = sizeof err->text;
    err->text[0] = '\0';
    if (err->place[0]) {
        used = append(err->text, size, used, err->place);
        bool is_member = err->code == ERROR_EXPECTED || err->code == ERROR_MISSING;
        used = append_joint(err->text, size, used, err->args[0], is_member);
    }
    for (const char *t = templates[err->code]; *t; t++) {
        if (t[0] == '{' && t[1] >= '0' && t[1] < '0' + ERROR_ARGS && t[2] == '}') {
            used = append(err->text, size, used, err->args[t[1] - '0']);
            t += 2;
        } else {
            used = append(err->text, size, used, (char[]){*t, '\0'});
        }
    }
}

bool error_set_args(Error *err, ErrorCode code, const char *const *args) {
    if (!err || err->code != ERROR_NONE)
        return false;
    memset(err, 0, sizeof *err);
    err->code = code;
    for (int i = 0; i < ERROR_ARGS && args[i]; i++)
        append(err->args[i], sizeof err->args[i], 0, args[i]);
    compose(err);
    return false;
}

bool error_prefix(Error *err, const char *format, ...) {
    if (!err || err->code == ERROR_NONE)
        return false;
    char inner[sizeof err->place], outer[FILENAME_MAX];
    memcpy(inner, err->place, sizeof inner);
    va_list list;
    va_start(list, format);
    vsnprintf(outer, sizeof outer, format, list);
    va_end(list);
    size_t used = append(err->place, sizeof err->place, 0, outer);
    if (inner[0]) {
        used = append_joint(err->place, sizeof err->place, used, inner, true);
        append(err->place, sizeof err->place, used, inner);
    }
    compose(err);
    return false;
}

const char *text_format(char *buffer, size_t size, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(buffer, size, format, list);
    va_end(list);
    return buffer;
}
