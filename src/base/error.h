/* Errors: why something could not be done, as data.
 *
 * A fallible function returns bool (or a pointer) and takes `Error *err` last. The first message
 * wins: once an Error is set, later error_set calls on it change nothing. error_prefix adds the
 * place on the way up, so that the whole reads
 *
 *     models/lenet.json: layers[3].stride: expected 1..16, got 0
 *
 * An Error keeps its code and arguments beside the English text, so that a front end can say it in
 * another language. Nothing below app prints or exits. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* Each code with its English sentence; {0}, {1}, ... are the arguments. */
#define ERROR_LIST(X)                                                                              \
    X(OPEN, "cannot open '{0}': {1}")                                                              \
    X(READ, "cannot read '{0}': {1}")                                                              \
    X(WRITE, "cannot write '{0}': {1}")                                                            \
    X(FORMAT, "'{0}' is not {1}: {2}")                                                             \
    X(BAD, "{0}")                                                                                  \
    X(SYNTAX, "line {0}, column {1}: {2}")                                                         \
    X(EXPECTED, "{0}: expected {1}, got {2}")                                                      \
    X(UNKNOWN, "unknown {0} '{1}'")                                                                \
    X(UNKNOWN_NEAR, "unknown {0} '{1}'; did you mean {2}?")                                        \
    X(MISSING, "{0} is missing")                                                                   \
    X(TWICE, "{0} '{1}' appears twice")                                                            \
    X(TOO_LARGE, "{0} is too large: {1}, at most {2}")                                             \
    X(UNSUPPORTED, "{0} is not supported: {1}")                                                    \
    X(CONVERT,                                                                                     \
      "'{0}' is a picture in {1} format, which is not read: convert it, for example with: {2}")    \
    X(NO_MEMORY, "out of memory: {0} asked for")                                                   \
    X(MACHINE, "{0} needs {1} of memory, and this machine has {2} free")                           \
    X(CANCELLED, "cancelled{0}")

typedef enum ErrorCode {
    ERROR_NONE,
#define X(name, english) ERROR_##name,
    ERROR_LIST(X)
#undef X
        ERROR_CODES
} ErrorCode;

enum { ERROR_ARGS = 4, ERROR_ARG_SIZE = 400, ERROR_TEXT_SIZE = 1600 };

typedef struct Error {
    ErrorCode code;                        /* ERROR_NONE: nothing happened */
    char args[ERROR_ARGS][ERROR_ARG_SIZE]; /* cut at a character's edge if longer */
    char place[ERROR_ARG_SIZE];            /* "models/lenet.json: layers[3]", or "" */
    char text[ERROR_TEXT_SIZE];            /* the whole in English: "place: sentence" */
} Error;

/* Sets *err (if it is not set yet; err may be NULL) and returns false, always:
 *     return error_set(err, ERROR_EXPECTED, "stride", "1..16", TEXT("%d", stride));
 * Control characters in arguments are replaced by '?', so a message stays one line. */
#define error_set(err, code, ...)                                                                  \
    error_set_args((err), (code), (const char *const[]){__VA_ARGS__, NULL})
bool error_set_args(Error *err, ErrorCode code, const char *const *args);

/* Puts "place: " before what is said; does nothing if err is NULL or not set. Returns false. Places
 * join as paths do: "layers", then "[3].", then a message about "stride" give layers[3].stride. */
bool error_prefix(Error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The English template of a code, and its name ("EXPECTED"), for translations and tests. */
const char *error_template(ErrorCode code);
const char *error_name(ErrorCode code);
/* The whole by another template, one in another language: with error_template it is err->text.
 * Returns the buffer; what does not fit is cut at a character's edge. size >= 1. */
const char *error_say(char *buffer, size_t size, const Error *err, const char *template);

/* A short formatted text that lives until the end of the enclosing block. */
#define TEXT(...) text_format((char[200]){0}, 200, __VA_ARGS__)
const char *text_format(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
