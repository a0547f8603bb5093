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

/* Puts what stands at `used` after a place: "layers" + "[3]." + "stride" -> layers[3].stride. A
 * final '.' waits for a member's name; before anything else it gives way to ": ". */
static size_t append_joint(char *buffer, size_t size, size_t used, const char *next,
                           bool is_member) {
    if (next[0] == '[')
        return used;
    bool dotted = used && buffer[used - 1] == '.';
    if (dotted && is_member && !next[strcspn(next, " ")])
        return used;
    return text_append(buffer, size, dotted ? used - 1 : used, ": ");
}

const char *error_say(char *buffer, size_t size, const Error *err, const char *template) {
    const char *args[ERROR_ARGS];
    size_t used = 0;
    for (int i = 0; i < ERROR_ARGS; i++)
        args[i] = err->args[i];
    buffer[0] = '\0';
    if (err->place[0]) {
        bool is_member = err->code == ERROR_EXPECTED || err->code == ERROR_MISSING;
        const char *next = strncmp(template, "{0}", 3) == 0 ? err->args[0] : template;
        used = text_append(buffer, size, used, err->place);
        used = append_joint(buffer, size, used, next, is_member);
    }
    text_fill(buffer, size, used, template, args, ERROR_ARGS);
    return buffer;
}

static void compose(Error *err) {
    error_say(err->text, sizeof err->text, err, templates[err->code]);
}

bool error_set_args(Error *err, ErrorCode code, const char *const *args) {
    if (!err || err->code != ERROR_NONE)
        return false;
    memset(err, 0, sizeof *err);
    err->code = code;
    for (int i = 0; i < ERROR_ARGS && args[i]; i++)
        text_append(err->args[i], sizeof err->args[i], 0, args[i]);
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
    size_t used = text_append(err->place, sizeof err->place, 0, outer);
    if (inner[0]) {
        used = append_joint(err->place, sizeof err->place, used, inner, true);
        text_append(err->place, sizeof err->place, used, inner);
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
