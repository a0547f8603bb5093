#include "base/json_scan.h"

#include "base/text.h"
#include <string.h>

typedef struct Scan {
    const char *text;
    size_t size, at;
    size_t values;
    size_t key, key_length; /* the last key, with its quotes */
    Error *err;
} Scan;

/* The byte at hand; 0 at the end (and for a 0 byte, which nothing accepts either). */
static unsigned char peek(const Scan *s) {
    return s->at < s->size ? (unsigned char)s->text[s->at] : 0;
}

/* ERROR_SYNTAX here; columns count characters from 1. */
static bool fail(const Scan *s, const char *what) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < s->at; i++) {
        if (s->text[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)s->text[i] & 0xc0) != 0x80;
        }
    }
    return error_set(s->err, ERROR_SYNTAX, TEXT("%zu", line), TEXT("%zu", column), what);
}

static bool fail_expected(const Scan *s, const char *what) {
    if (s->at == s->size)
        return fail(s, TEXT("expected %s, got the end", what));
    size_t length = text_character(s->text + s->at, s->size - s->at);
    if (!length)
        return fail(s, "invalid UTF-8");
    return fail(s, TEXT("expected %s, got '%.*s'", what, (int)length, s->text + s->at));
}

static void skip_space(Scan *s) {
    while (s->at < s->size && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at])
        s->at++;
}

/* The four digits of \uXXXX, of which the u is at hand; -1 if they are not there. */
static int hex4(Scan *s) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
        s->at++;
        int c = peek(s);
        int digit = c >= '0' && c <= '9'                 ? c - '0'
                    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                         : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* After a backslash. */
static bool scan_escape(Scan *s) {
    unsigned char c = peek(s);
    if (c && strchr("\"\\/bfnrt", c)) {
        s->at++;
        return true;
    }
    if (c != 'u')
        return fail_expected(s, "one of \"\\/bfnrtu after a backslash");
    int unit = hex4(s);
    if (unit < 0)
        return fail_expected(s, "four hexadecimal digits");
    if (unit == 0)
        return fail(s, "\\u0000 is not supported");
    s->at++;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    bool paired = unit < 0xdc00 && peek(s) == '\\';
    if (paired) {
        s->at++;
        int low = peek(s) == 'u' ? hex4(s) : -1;
        paired = low >= 0xdc00 && low <= 0xdfff;
        s->at += paired;
    }
    return paired || fail(s, "half a surrogate pair");
}

/* From its opening quote to past its closing one. */
static bool scan_text(Scan *s) {
    size_t start = s->at++;
    while (s->at < s->size) {
        unsigned char c = peek(s);
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return fail(s, "a control character in a text (a new line is \\n)");
        if (c == '\\') {
            s->at++;
            if (!scan_escape(s))
                return false;
            continue;
        }
        size_t length = text_character(s->text + s->at, s->size - s->at);
        if (!length)
            return fail(s, "invalid UTF-8");
        s->at += length;
    }
    s->at = start;
    return fail(s, "a text that does not end");
}

static bool scan_digits(Scan *s) {
    size_t start = s->at;
    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return s->at > start || fail_expected(s, "a digit");
}

enum { LONGEST = 60 }; /* of numbers: cJSON cuts off at 63 */

/* Whether a double can hold the number from `start` on; without an exponent it can. */
static bool check_range(Scan *s, size_t start) {
    char number[LONGEST + 1];
    double value;
    memcpy(number, s->text + start, s->at - start);
    number[s->at - start] = '\0';
    if (text_to_double(number, &value))
        return true;
    s->at = start;
    return fail(s, s->key_length
                       ? TEXT("%.*s: a number beyond 1.8e308",
                              (int)(s->key_length < 100 ? s->key_length : 100), s->text + s->key)
                       : "a number beyond 1.8e308");
}

static bool scan_number(Scan *s) {
    size_t start = s->at;
    s->at += peek(s) == '-';
    bool zero = peek(s) == '0';
    if (!scan_digits(s))
        return false;
    if (zero && s->at - start > (s->text[start] == '-' ? 2u : 1u)) {
        s->at = start;
        return fail(s, "a number that begins with 0");
    }
    if (peek(s) == '.') {
        s->at++;
        if (!scan_digits(s))
            return false;
    }
    const bool power = (peek(s) | 32) == 'e';
    if (power) {
        s->at++;
        s->at += peek(s) == '-' || peek(s) == '+';
        if (!scan_digits(s))
            return false;
    }
    if (s->at - start <= LONGEST)
        return !power || check_range(s, start);
    s->at = start;
    return fail(s, "a number of more than 60 characters");
}

static bool scan_scalar(Scan *s) {
    static const char *const words[] = {"true", "false", "null"};
    unsigned char c = peek(s);
    if (c == '"')
        return scan_text(s);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(s);
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if (s->size - s->at >= length && memcmp(s->text + s->at, words[i], length) == 0) {
            s->at += length;
            return true;
        }
    }
    return fail_expected(s, "a value");
}

/* A member's key and colon. */
static bool scan_key(Scan *s) {
    skip_space(s);
    if (peek(s) != '"')
        return fail_expected(s, "a key in double quotes");
    s->key = s->at;
    if (!scan_text(s))
        return false;
    s->key_length = s->at - s->key;
    skip_space(s);
    if (peek(s) != ':')
        return fail_expected(s, "':'");
    s->at++;
    return true;
}

/* What may stand after a value: closes what closes there, and goes past a comma and the key that
 * follows it. True with *depth 0 at the end of the text. */
static bool scan_after(Scan *s, const char *open, int *depth) {
    for (;;) {
        skip_space(s);
        if (*depth == 0)
            return s->at == s->size || fail_expected(s, "the end");
        bool object = open[*depth - 1] == '{';
        unsigned char c = peek(s);
        if (c == ',') {
            s->at++;
            return !object || scan_key(s);
        }
        if (c != (object ? '}' : ']'))
            return fail_expected(s, object ? "',' or '}'" : "',' or ']'");
        s->at++;
        --*depth;
    }
}

bool json_scan(const char *text, size_t size, Error *err) {
    Scan scan = {.text = text, .size = size, .err = err}, *s = &scan;
    char open[JSON_DEPTH_MAX]; /* the containers we are in, '{' or '[' */
    int depth = 0;
    do {
        skip_space(s);
        if (++s->values > JSON_VALUES_MAX)
            return fail(s, TEXT("more than %d values", JSON_VALUES_MAX));
        char c = (char)peek(s);
        if (c != '{' && c != '[') {
            if (!scan_scalar(s) || !scan_after(s, open, &depth))
                return false;
            continue;
        }
        if (depth == JSON_DEPTH_MAX)
            return fail(s, TEXT("nested deeper than %d", JSON_DEPTH_MAX));
        open[depth++] = c;
        s->at++;
        skip_space(s);
        if (peek(s) == (c == '{' ? '}' : ']')) {
            if (!scan_after(s, open, &depth))
                return false;
        } else if (c == '{' && !scan_key(s)) {
            return false;
        }
    } while (depth);
    return true;
}
