#include "model/expression.h"

#include "base/text.h"
#include <string.h>

typedef struct Reader {
    const char *text, *at;
    const ExpressionNames *names;
    int depth;
    Error *err;
} Reader;

static const int64_t bound = INT64_C(1) << 53;

static bool complain(Reader *r, const char *expected) {
    return error_set(r->err, ERROR_EXPECTED,
                     TEXT("expression '%.60s%s'", r->text, strlen(r->text) > 60 ? "..." : ""),
                     expected, *r->at ? TEXT("'%.20s'", r->at) : "its end");
}

static void skip_spaces(Reader *r) {
    while (*r->at == ' ')
        r->at++;
}

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool read_name(Reader *r, int64_t *value) {
    const char *start = ++r->at;
    while (is_name_char(*r->at))
        r->at++;
    char name[64];
    size_t length = (size_t)(r->at - start);
    if (length == 0 || length >= sizeof name)
        return complain(r, "a name after '$'");
    memcpy(name, start, length);
    name[length] = 0;
    TextNearest nearest = {.word = name};
    for (int i = 0; i < r->names->count; i++) {
        if (strcmp(r->names->item[i].name, name) == 0) {
            if (!r->names->item[i].set)
                return error_set(r->err, ERROR_MISSING, TEXT("a value for $%s", name));
            *value = r->names->item[i].value;
            return true;
        }
        text_nearest_offer(&nearest, r->names->item[i].name);
    }
    return text_unknown(&nearest, "argument", r->err);
}

static bool read_number(Reader *r, int64_t *value) {
    *value = 0;
    while (*r->at >= '0' && *r->at <= '9') {
        *value = *value * 10 + (*r->at++ - '0');
        if (*value > bound)
            return complain(r, "a smaller number");
    }
    return true;
}

static bool read_sum(Reader *r, int64_t *value);

static bool read_factor(Reader *r, int64_t *value) {
    skip_spaces(r);
    if (*r->at == '$')
        return read_name(r, value);
    if (*r->at >= '0' && *r->at <= '9')
        return read_number(r, value);
    if (*r->at != '(' && *r->at != '-')
        return complain(r, "a number, $name or '('");
    if (++r->depth > 32)
        return complain(r, "less nesting");
    bool negative = *r->at++ == '-';
    if (negative ? !read_factor(r, value) : !read_sum(r, value))
        return false;
    r->depth--;
    if (negative) {
        *value = -*value;
        return true;
    }
    skip_spaces(r);
    if (*r->at != ')')
        return complain(r, "')'");
    r->at++;
    return true;
}

static bool apply(Reader *r, char operation, int64_t *left, int64_t right) {
    bool overflow = false;
    switch (operation) {
    case '+':
        overflow = __builtin_add_overflow(*left, right, left);
        break;
    case '-':
        overflow = __builtin_sub_overflow(*left, right, left);
        break;
    case '*':
        overflow = __builtin_mul_overflow(*left, right, left);
        break;
    default:
        if (right == 0)
            return error_set(r->err, ERROR_BAD,
                             TEXT("expression '%.100s' divides by zero", r->text));
        *left /= right;
    }
    if (overflow || *left > bound || *left < -bound)
        return error_set(r->err, ERROR_TOO_LARGE, TEXT("expression '%.100s'", r->text), "its value",
                         "2^53");
    return true;
}

static bool read_product(Reader *r, int64_t *value) {
    if (!read_factor(r, value))
        return false;
    for (skip_spaces(r); *r->at == '*' || *r->at == '/'; skip_spaces(r)) {
        char operation = *r->at++;
        int64_t right;
        if (!read_factor(r, &right) || !apply(r, operation, value, right))
            return false;
    }
    return true;
}

static bool read_sum(Reader *r, int64_t *value) {
    if (!read_product(r, value))
        return false;
    for (skip_spaces(r); *r->at == '+' || *r->at == '-'; skip_spaces(r)) {
        char operation = *r->at++;
        int64_t right;
        if (!read_product(r, &right) || !apply(r, operation, value, right))
            return false;
    }
    return true;
}

bool expression_value(const char *text, const ExpressionNames *names, int64_t *value, Error *err) {
    Reader r = {.text = text, .at = text, .names = names, .err = err};
    if (!read_sum(&r, value))
        return false;
    return *r.at == 0 || complain(&r, "an operator");
}
