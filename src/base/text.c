#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

enum { WORD_MAX = 127 }; /* longer words are compared by their beginnings */

static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static int least(int a, int b) {
    return a < b ? a : b;
}

/* Optimal string alignment: row i holds the distances of a's first i characters to b's beginnings;
 * a swap looks two rows back. */
int text_distance(const char *a, const char *b) {
    int rows[3][WORD_MAX + 1];
    int m = (int)strnlen(a, WORD_MAX), n = (int)strnlen(b, WORD_MAX);
    for (int j = 0; j <= n; j++)
        rows[0][j] = j;
    for (int i = 1; i <= m; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int replaced = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            row[j] = least(least(above[j], row[j - 1]) + 1, replaced);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = least(row[j], higher[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

/* Where `part` occurs in `whole`, ignoring ASCII case, or -1. */
static int position(const char *whole, const char *part) {
    size_t m = strlen(whole), n = strlen(part);
    for (size_t at = 0; at + n <= m; at++) {
        size_t i = 0;
        while (i < n && lower(whole[at + i]) == lower(part[i]))
            i++;
        if (i == n)
            return (int)at;
    }
    return -1;
}

/* How far a candidate is from the word: edits; behind those a beginning, then a part of either
 * (of two and three letters at least, as less says nothing). -1: not near. */
static int rank(const char *word, const char *candidate) {
    int limit = (int)strnlen(word, WORD_MAX) / 3 + 1;
    int distance = text_distance(word, candidate);
    if (distance <= limit)
        return distance;
    bool shorter = strlen(word) < strlen(candidate);
    const char *part = shorter ? word : candidate, *whole = shorter ? candidate : word;
    int at = strlen(part) >= 2 ? position(whole, part) : -1;
    if (at == 0)
        return limit + 1;
    return at > 0 && strlen(part) >= 3 ? limit + 2 : -1;
}

void text_nearest_offer(TextNearest *nearest, const char *candidate) {
    enum { KEPT = sizeof nearest->best / sizeof nearest->best[0] };
    int distance = rank(nearest->word, candidate);
    if (distance < 0)
        return;
    for (int i = 0; i < nearest->count; i++)
        if (strcmp(nearest->best[i].text, candidate) == 0)
            return;
    int at = nearest->count;
    while (at > 0 && nearest->best[at - 1].distance > distance)
        at--;
    if (at == KEPT)
        return;
    if (nearest->count < KEPT)
        nearest->count++;
    for (int i = nearest->count - 1; i > at; i--)
        nearest->best[i] = nearest->best[i - 1];
    nearest->best[at].text = candidate;
    nearest->best[at].distance = distance;
}

bool text_unknown(const TextNearest *nearest, const char *kind, Error *err) {
    if (!nearest->count)
        return error_set(err, ERROR_UNKNOWN, kind, nearest->word);
    /* Beside a very good guess a middling one is noise. */
    int worst = nearest->best[0].distance + nearest->best[0].distance / 2;
    int shown = 1;
    while (shown < nearest->count && nearest->best[shown].distance <= worst)
        shown++;
    char list[ERROR_ARG_SIZE] = "";
    for (int i = 0; i < shown; i++) {
        const char *joint = i == 0 ? "" : i == shown - 1 ? " or " : ", ";
        size_t used = strlen(list);
        text_format(list + used, sizeof list - used, "%s'%.*s'", joint, WORD_MAX,
                    nearest->best[i].text);
    }
    return error_set(err, ERROR_UNKNOWN_NEAR, kind, nearest->word, list);
}

bool text_equal(const char *a, const char *b) {
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

size_t text_character(const char *text, size_t size) {
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xed && s[1] >= 0xa0;
    bool beyond = s[0] == 0xf4 && s[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

bool text_is_utf8(const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t length = text_character(text + at, size - at);
        if (!length)
            return false;
        at += length;
    }
    return true;
}

/* One character of `bytes` bytes; false if it does not fit. */
static bool put(char *buffer, size_t size, size_t *used, const char *character, size_t bytes) {
    if (bytes >= size - *used)
        return false;
    memcpy(buffer + *used, character, bytes);
    *used += bytes;
    buffer[*used] = '\0';
    return true;
}

/* False if it was cut. */
static bool put_text(char *buffer, size_t size, size_t *used, const char *text) {
    while (*text) {
        size_t length = text_character(text, 4); /* the 0 at the end ends any character */
        unsigned char c = (unsigned char)text[0];
        bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)text[1] < 0xa0);
        bool replace = !length || control;
        if (!put(buffer, size, used, replace ? "?" : text, replace ? 1 : length))
            return false;
        text += length ? length : 1;
    }
    return true;
}

size_t text_append(char *buffer, size_t size, size_t used, const char *text) {
    buffer[used] = '\0';
    put_text(buffer, size, &used, text);
    return used;
}

size_t text_fill(char *buffer, size_t size, size_t used, const char *template,
                 const char *const *args, int count) {
    buffer[used] = '\0';
    for (const char *t = template; *t;) {
        bool filled =
            t[0] == '{' && t[1] >= '0' && t[1] <= '9' && t[2] == '}' && t[1] - '0' < count;
        size_t length = text_character(t, 4);
        length = filled ? 3 : length ? length : 1;
        if (filled ? !put_text(buffer, size, &used, args[t[1] - '0'])
                   : !put(buffer, size, &used, t, length))
            break;
        t += length;
    }
    return used;
}

static const char *skip_digits(const char *text) {
    while (*text >= '0' && *text <= '9')
        text++;
    return text;
}

bool text_to_int(const char *text, long min, long max, long *out) {
    const char *digits = text + (*text == '-' || *text == '+');
    const char *end = skip_digits(digits);
    if (end == digits || *end)
        return false;
    errno = 0;
    long value = strtol(text, NULL, 10);
    if (errno || value < min || value > max)
        return false;
    *out = value;
    return true;
}

bool text_to_double(const char *text, double *out) {
    const char *digits = text + (*text == '-' || *text == '+');
    const char *p = skip_digits(digits);
    bool any = p > digits;
    if (*p == '.') {
        const char *fraction = p + 1;
        p = skip_digits(fraction);
        any = any || p > fraction;
    }
    if (any && (*p == 'e' || *p == 'E')) {
        p += 1 + (p[1] == '-' || p[1] == '+');
        const char *exponent = p;
        p = skip_digits(exponent);
        any = p > exponent;
    }
    if (!any || *p)
        return false;
    void *saved = text_point_begin();
    double value = strtod(text, NULL);
    text_point_end(saved);
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}

static locale_t plain;

static void make_plain(void) {
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

void *text_point_begin(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_plain);
    return plain ? (void *)uselocale(plain) : NULL;
}

void text_point_end(void *saved) {
    if (saved)
        uselocale((locale_t)saved);
}

char *text_put_quoted(char *to, const char *word) {
    static const char harmless[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%";
    *to++ = ' ';
    size_t length = strlen(word);
    if (length && strspn(word, harmless) == length)
        return (char *)memcpy(to, word, length) + length;
    *to++ = '\'';
    for (; *word; word++) {
        if (*word == '\'') {
            memcpy(to, "'\\'", 3); /* out of the quotes, a quote, and in again */
            to += 3;
        }
        *to++ = *word;
    }
    *to++ = '\'';
    return to;
}
