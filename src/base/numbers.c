#include "base/numbers.h"

#include "base/memory.h"
#include "base/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SIZE = 48, DIGITS = 3, DIGITS_MAX = 17, SMALLEST = -3, WHOLE_DIGITS = 6 };

#define THIN_SPACE "\xe2\x80\xaf"

static size_t add(char buffer[SIZE], size_t used, const char *text) {
    return text_append(buffer, SIZE, used, text);
}

static int digits_of(NumberStyle style) {
    return style.digits < 1 ? DIGITS : style.digits < DIGITS_MAX ? style.digits : DIGITS_MAX;
}

static double ten_to(int exponent) {
    double power = 1; /* exact up to 10^22 */
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* A row of digits in threes, if there are five or more. */
static size_t add_whole(char buffer[SIZE], size_t used, const char *digits, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i && count >= 5 && (count - i) % 3 == 0)
            used = add(buffer, used, THIN_SPACE);
        used = add(buffer, used, (char[]){digits[i], '\0'});
    }
    return used;
}

/* What of a row of digits comes after the decimal sign, without zeros at its end. */
static size_t add_fraction(char buffer[SIZE], size_t used, bool comma, const char *digits) {
    size_t count = strlen(digits);
    while (count && digits[count - 1] == '0')
        count--;
    if (!count)
        return used;
    used = add(buffer, used, comma ? "," : ".");
    return add(buffer, used, TEXT("%.*s", (int)count, digits));
}

/* "×10⁻⁷" */
static size_t add_power(char buffer[SIZE], size_t used, int exponent) {
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    used = add(buffer, used, exponent < 0 ? "×10⁻" : "×10");
    for (const char *digit = TEXT("%d", exponent < 0 ? -exponent : exponent); *digit; digit++)
        used = add(buffer, used, raised[*digit - '0']);
    return used;
}

/* Rounded to `count` digits: those, and the power of ten of the first. value > 0, finite. */
static int round_to(double value, int count, char digits[DIGITS_MAX + 1]) {
    char text[SIZE];
    void *saved = text_point_begin();
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    text_point_end(saved);
    digits[0] = text[0];
    memcpy(digits + 1, text + 2, (size_t)count - 1); /* after the point, if there is one */
    digits[count] = '\0';
    long exponent = 0;
    text_to_int(strchr(text, 'e') + 1, -400, 400, &exponent);
    return (int)exponent;
}

const char *number_text(char buffer[48], NumberStyle style, double value) {
    int count = digits_of(style), most = count > WHOLE_DIGITS ? count : WHOLE_DIGITS;
    double size = fabs(value);
    size_t used = 0;
    buffer[0] = '\0';
    if (isnan(value))
        return add(buffer, 0, "NaN"), buffer;
    if (value < 0)
        used = add(buffer, used, "-");
    if (isinf(value))
        return add(buffer, used, "∞"), buffer;
    if (size == 0)
        return add(buffer, used, "0"), buffer;
    if (size >= ten_to(count) - 0.5 && size < ten_to(most) - 0.5) {
        const char *whole = TEXT("%.0f", size); /* more digits than asked for, but no fraction */
        return add_whole(buffer, used, whole, strlen(whole)), buffer;
    }
    char digits[DIGITS_MAX + 1];
    int exponent = round_to(size, count, digits);
    if (exponent < SMALLEST || exponent >= most) {
        used = add_whole(buffer, used, digits, 1);
        used = add_fraction(buffer, used, style.comma, digits + 1);
        return add_power(buffer, used, exponent), buffer;
    }
    if (exponent < 0) {
        used = add(buffer, used, "0");
        const char *fraction = TEXT("%.*s%s", -exponent - 1, "00", digits);
        return add_fraction(buffer, used, style.comma, fraction), buffer;
    }
    used = add_whole(buffer, used, digits, (size_t)exponent + 1);
    return add_fraction(buffer, used, style.comma, digits + exponent + 1), buffer;
}

const char *count_text(char buffer[48], int64_t value) {
    const char *text = TEXT("%" PRId64, value);
    size_t used = 0;
    buffer[0] = '\0';
    if (*text == '-') {
        used = add(buffer, used, "-");
        text++;
    }
    add_whole(buffer, used, text, strlen(text));
    return buffer;
}

static const char *with_unit(char buffer[48], NumberStyle style, double value, const char *unit) {
    number_text(buffer, style, value);
    add(buffer, strlen(buffer), unit);
    return buffer;
}

const char *percent_text(char buffer[48], NumberStyle style, double share) {
    int count = digits_of(style);
    double unit = 1 / ten_to(count > 2 ? count - 2 : 0); /* of the last digit before 100 */
    bool exact = count > 12;                             /* 100 - unit is no number of its own */
    if (!isfinite(share))
        return number_text(buffer, style, share);
    if (share > 0 && share < 1e-4)
        return text_format(buffer, SIZE, "< 0%s01 %%", style.comma ? "," : ".");
    if (share < 1 && share * 100 >= 100 - unit / 2 && !exact) {
        char most[SIZE];
        return text_format(buffer, SIZE, "> %s %%", number_text(most, style, 100 - unit));
    }
    return with_unit(buffer, style, share * 100, " %");
}

/* Whether a number would be written with four digits before the point. */
static bool is_thousand(NumberStyle style, double value) {
    int count = digits_of(style);
    return fabs(value) >= 1000 - 0.5 / ten_to(count > 3 ? count - 3 : 0);
}

const char *amount_text(char buffer[48], NumberStyle style, double value) {
    static const char *const units[] = {"", " k", " M", " G", " T"};
    double scaled = value;
    int unit = 0;
    if (!isfinite(value))
        return number_text(buffer, style, value);
    while (unit < 4 && is_thousand(style, scaled))
        scaled = value / ten_to(3 * ++unit);
    if (unit && fabs(scaled) < 1) /* 999 500 is 1 M, not 0.9995 M */
        scaled = scaled < 0 ? -1 : 1;
    return with_unit(buffer, style, scaled, units[unit]);
}

const char *bytes_text(char buffer[48], NumberStyle style, double bytes) {
    uint64_t whole = !(bytes > 0) ? 0 : bytes < 1.8e19 ? (uint64_t)bytes : UINT64_MAX;
    void *saved = text_point_begin();
    mem_size_text(buffer, SIZE, whole);
    text_point_end(saved);
    char *point = strchr(buffer, '.');
    if (point && style.comma)
        *point = ',';
    return buffer;
}

/* Of a minute and more. */
static const char *long_duration(char buffer[48], double seconds) {
    int64_t whole = (int64_t)floor(seconds + 0.5), minutes = (int64_t)floor(seconds / 60 + 0.5);
    char hours[SIZE];
    if (whole < 3600)
        return text_format(buffer, SIZE, "%d min %d s", (int)(whole / 60), (int)(whole % 60));
    return text_format(buffer, SIZE, "%s h %d min", count_text(hours, minutes / 60),
                       (int)(minutes % 60));
}

const char *duration_text(char buffer[48], NumberStyle style, double ms) {
    int count = digits_of(style);
    if (!isfinite(ms))
        return number_text(buffer, style, ms);
    if (ms > 0 && !is_thousand(style, ms * 1000))
        return with_unit(buffer, style, ms * 1000, " µs");
    if (!is_thousand(style, ms))
        return with_unit(buffer, style, ms > 0 && ms < 1 ? 1 : ms, " ms");
    double seconds = ms / 1000, longest = 60 - 0.5 / ten_to(count > 2 ? count - 2 : 0);
    if (seconds < longest || seconds > 1e15)
        return with_unit(buffer, style, fabs(seconds) < 1 ? 1 : seconds, " s");
    return long_duration(buffer, seconds);
}
