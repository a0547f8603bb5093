#include "support.h"

#include "base/numbers.h"
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define T "\u202f" /* between thousands */

static const NumberStyle plain = {.comma = false};

static const char *number(NumberStyle style, double value) {
    static char buffers[4][48];
    static unsigned next;
    return number_text(buffers[next++ % 4], style, value);
}

static void three_digits_count(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {0.5, "0.5"},
        {3.412, "3.41"},
        {-0.00123, "-0.00123"},
        {0.05, "0.05"},
        {0.0995, "0.0995"},
        {9.994, "9.99"},
        {9.996, "10"},
        {99.94, "99.9"},
        {99.96, "100"},
        {999.4, "999"},
        {999.5, "1000"}, /* a tie goes to the even digit, here and below */
        {1000.5, "1000"},
        {1234.4, "1234"},
        {9999.4, "9999"},
        {9999.6, "10" T "000"},
        {12300, "12" T "300"},
        {-12345.6, "-12" T "346"},
        {999999.4, "999" T "999"},
        {999999.5, "1×10⁶"},
        {1e6, "1×10⁶"},
        {-1234567, "-1.23×10⁶"},
        {9.996e9, "1×10¹⁰"},
        {0.001, "0.001"},
        {0.000999, "9.99×10⁻⁴"},
        {0.0009994, "9.99×10⁻⁴"},
        {0.0009996, "0.001"},
        {1.2e-7, "1.2×10⁻⁷"},
        {DBL_MIN, "2.23×10⁻³⁰⁸"},
        {4.9406564584124654e-324, "4.94×10⁻³²⁴"},
        {DBL_MAX, "1.8×10³⁰⁸"},
        {-DBL_MAX, "-1.8×10³⁰⁸"},
        {INFINITY, "∞"},
        {-INFINITY, "-∞"},
        {NAN, "NaN"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(number(plain, cases[i].value), cases[i].text);
    assert_string_equal(number(plain, -NAN), "NaN");
}

/* 9.995 and its like are no doubles: what counts is the double's own value, just below or above. */
static void rounding_is_that_of_the_double(void **state) {
    (void)state;
    assert_string_equal(number(plain, 9.995), "9.99");
    assert_string_equal(number(plain, nextafter(9.995, 10)), "10");
    assert_string_equal(number(plain, 0.125 + 1), "1.12"); /* a true tie */
    assert_string_equal(number(plain, 1.135), "1.14");
    assert_string_equal(number(plain, (double)0.1f), "0.1");
}

static void digits_can_be_chosen(void **state) {
    (void)state;
    static const struct {
        int digits;
        double value;
        const char *text;
    } cases[] = {
        {1, 0.0264, "0.03"},
        {1, 9.6, "10"},
        {1, 1234, "1234"},
        {2, 99.4, "99"},
        {2, 123.6, "124"},
        {5, 3.14159265, "3.1416"},
        {5, 99999.4, "99" T "999"},
        {6, 999999.5, "1×10⁶"},
        {9, 1234567.891, "1" T "234" T "567.89"},
        {9, 999999999.5, "1×10⁹"},
        {9, (double)0.1f, "0.100000001"},
        {9, 1.23456789e-4, "1.23456789×10⁻⁴"},
        {17, 0.1, "0.10000000000000001"},
        {17, 12345678901234568.0, "12" T "345" T "678" T "901" T "234" T "568"},
        {17, -1.2345678901234568e-300, "-1.2345678901234568×10⁻³⁰⁰"},
        {99, 0.1, "0.10000000000000001"},
        {-1, 3.412, "3.41"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(number((NumberStyle){.digits = cases[i].digits}, cases[i].value),
                            cases[i].text);
}

static void the_comma_is_the_only_difference(void **state) {
    (void)state;
    for (double value = -3.7e-9; value > -1e12; value *= 7.3)
        for (int digits = 1; digits <= 17; digits += 4) {
            char with[48];
            number_text(with, (NumberStyle){.comma = true, .digits = digits}, value);
            assert_null(strchr(with, '.'));
            char *comma = strchr(with, ',');
            if (comma)
                *comma = '.';
            assert_string_equal(with, number((NumberStyle){.digits = digits}, value));
        }
    assert_string_equal(number((NumberStyle){.comma = true}, -12345.6), "-12" T "346");
    assert_string_equal(number((NumberStyle){.comma = true}, 3.412), "3,41");
}

/* Every text is within half a unit of its last digit of the value, which reading it back shows. */
static void what_is_shown_is_near(void **state) {
    (void)state;
    for (double value = 1.1e-3; value < 9e5; value *= 1.017) {
        const char *text = number(plain, value);
        char digits[48] = "";
        for (const char *p = text; *p; p++) /* without the thin space's three bytes */
            if ((unsigned char)*p < 0x80)
                strncat(digits, p, 1);
        double shown = 0;
        assert_int_equal(sscanf(digits, "%lf", &shown), 1);
        assert_true(fabs(shown - value) <= 0.5000001 * 1e-2 * pow(10, floor(log10(value))) ||
                    (value >= 999 && fabs(shown - value) <= 0.5));
    }
}

static void counts_have_all_digits(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-7, "-7"},
        {999, "999"},
        {1000, "1000"},
        {-9999, "-9999"},
        {10000, "10" T "000"},
        {100000, "100" T "000"},
        {-100000, "-100" T "000"},
        {61100840, "61" T "100" T "840"},
        {INT64_MAX, "9" T "223" T "372" T "036" T "854" T "775" T "807"},
        {INT64_MIN, "-9" T "223" T "372" T "036" T "854" T "775" T "808"},
    };
    char buffer[48];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(count_text(buffer, cases[i].value), cases[i].text);
}

static void shares_in_percent(void **state) {
    (void)state;
    static const struct {
        double share;
        const char *text, *comma;
    } cases[] = {
        {0, "0 %", "0 %"},
        {-0.0, "0 %", "0 %"},
        {1, "100 %", "100 %"},
        {0.5, "50 %", "50 %"},
        {0.9312, "93.1 %", "93,1 %"},
        {0.00595, "0.595 %", "0,595 %"},
        {0.0001, "0.01 %", "0,01 %"},
        {0.0000999999, "< 0.01 %", "< 0,01 %"},
        {1e-300, "< 0.01 %", "< 0,01 %"},
        {0.9994, "99.9 %", "99,9 %"},
        {0.9996, "> 99.9 %", "> 99,9 %"},
        {1 - DBL_EPSILON, "> 99.9 %", "> 99,9 %"},
        {1.0001, "100 %", "100 %"},
        {1.5, "150 %", "150 %"},
        {-0.25, "-25 %", "-25 %"},
        {NAN, "NaN", "NaN"},
        {INFINITY, "∞", "∞"},
    };
    char buffer[48];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(percent_text(buffer, plain, cases[i].share), cases[i].text);
        assert_string_equal(percent_text(buffer, (NumberStyle){.comma = true}, cases[i].share),
                            cases[i].comma);
    }
    assert_string_equal(percent_text(buffer, (NumberStyle){.digits = 1}, 0.996), "> 99 %");
    assert_string_equal(percent_text(buffer, (NumberStyle){.digits = 2}, 0.994), "99 %");
    assert_string_equal(percent_text(buffer, (NumberStyle){.digits = 5}, 0.99996), "99.996 %");
    assert_string_equal(percent_text(buffer, (NumberStyle){.digits = 9}, 1 - 1e-12),
                        "> 99.9999999 %");
    assert_string_equal(percent_text(buffer, (NumberStyle){.digits = 17}, 0.5), "50 %");
}

static void amounts_by_thousands(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},          {431, "431"},         {999.4, "999"},    {999.5, "1 k"},
        {1000, "1 k"},     {12345, "12.3 k"},    {999499, "999 k"}, {999500, "1 M"},
        {999999, "1 M"},   {61100840, "61.1 M"}, {1.8e9, "1.8 G"},  {-2.5e6, "-2.5 M"},
        {9.995e11, "1 T"}, {-999500, "-1 M"},    {1e12, "1 T"},     {2e15, "2000 T"},
        {9e18, "9×10⁶ T"}, {3.5, "3.5"},         {NAN, "NaN"},      {INFINITY, "∞"},
    };
    char buffer[48];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(amount_text(buffer, plain, cases[i].value), cases[i].text);
    assert_string_equal(amount_text(buffer, (NumberStyle){true, 4}, 61100840), "61,1 M");
    assert_string_equal(amount_text(buffer, (NumberStyle){true, 5}, 61100840), "61,101 M");
    assert_string_equal(amount_text(buffer, (NumberStyle){.digits = 1}, 999499), "999 k");
    assert_string_equal(amount_text(buffer, (NumberStyle){.digits = 5}, 999.99), "999.99");
}

static void bytes_as_elsewhere(void **state) {
    (void)state;
    static const struct {
        double bytes;
        const char *text, *comma;
    } cases[] = {
        {0, "0 bytes", "0 bytes"},    {1, "1 byte", "1 byte"},      {999, "999 bytes", "999 bytes"},
        {1000, "1.0 kB", "1,0 kB"},   {8.2e6, "8.2 MB", "8,2 MB"},  {62e6, "62 MB", "62 MB"},
        {999499, "999 kB", "999 kB"}, {999500, "1.0 MB", "1,0 MB"}, {1.5e9, "1.5 GB", "1,5 GB"},
        {-5, "0 bytes", "0 bytes"},   {NAN, "0 bytes", "0 bytes"},  {1e300, "18 EB", "18 EB"},
        {INFINITY, "18 EB", "18 EB"},
    };
    char buffer[48];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(bytes_text(buffer, plain, cases[i].bytes), cases[i].text);
        assert_string_equal(bytes_text(buffer, (NumberStyle){.comma = true}, cases[i].bytes),
                            cases[i].comma);
    }
}

static void durations(void **state) {
    (void)state;
    static const struct {
        double ms;
        const char *text;
    } cases[] = {
        {0, "0 ms"},
        {0.0043, "4.3 µs"},
        {0.9994, "999 µs"},
        {0.9995, "1 ms"},
        {1, "1 ms"},
        {12.34, "12.3 ms"},
        {999.4, "999 ms"},
        {999.5, "1 s"},
        {1800, "1.8 s"},
        {59940, "59.9 s"},
        {59960, "1 min 0 s"},
        {65000, "1 min 5 s"},
        {200000, "3 min 20 s"},
        {3599400, "59 min 59 s"},
        {3599600, "1 h 0 min"},
        {7500000, "2 h 5 min"},
        {3.6e6 * 12345, "12" T "345 h 0 min"},
        {3.6e24, "3.6×10²¹ s"},
        {-12.34, "-12.3 ms"},
        {-1800, "-1.8 s"},
        {NAN, "NaN"},
        {INFINITY, "∞"},
    };
    char buffer[48];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(duration_text(buffer, plain, cases[i].ms), cases[i].text);
    assert_string_equal(duration_text(buffer, (NumberStyle){.comma = true}, 1800), "1,8 s");
}

/* A program that takes over the user's locale prints as before. */
static void the_process_locale_is_not_looked_at(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "es_ES.UTF-8", "fr_FR.UTF-8", "de_DE"};
    char buffer[48];
    bool any = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!setlocale(LC_ALL, names[i]))
            continue;
        any = true;
        assert_string_equal(number(plain, 3.412), "3.41");
        assert_string_equal(number(plain, 3.4e-9), "3.4×10⁻⁹");
        assert_string_equal(bytes_text(buffer, plain, 8.2e6), "8.2 MB");
        assert_string_equal(bytes_text(buffer, (NumberStyle){.comma = true}, 8.2e6), "8,2 MB");
    }
    setlocale(LC_ALL, "C");
    if (!any)
        skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_digits_count),
        cmocka_unit_test(rounding_is_that_of_the_double),
        cmocka_unit_test(digits_can_be_chosen),
        cmocka_unit_test(the_comma_is_the_only_difference),
        cmocka_unit_test(what_is_shown_is_near),
        cmocka_unit_test(counts_have_all_digits),
        cmocka_unit_test(shares_in_percent),
        cmocka_unit_test(amounts_by_thousands),
        cmocka_unit_test(bytes_as_elsewhere),
        cmocka_unit_test(durations),
        cmocka_unit_test(the_process_locale_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
