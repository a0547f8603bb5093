#include "support.h"

#include "base/random.h"
#include "base/text.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void distances_are_known(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        int distance;
    } cases[] = {
        {"", "", 0},         {"", "abc", 3},           {"conv", "conv", 0}, {"cnov", "conv", 1},
        {"CONV", "conv", 0}, {"kitten", "sitting", 3}, {"ca", "abc", 3},    {"pool", "pol", 1},
        {"abcd", "badc", 2}, {"stride", "padding", 6}, {"flaw", "lawn", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(text_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(text_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

/* The same by the recursive definition. */
static int slow_distance(const char *a, int m, const char *b, int n) {
    if (m == 0 || n == 0)
        return m + n;
    int best = slow_distance(a, m - 1, b, n - 1) + (a[m - 1] != b[n - 1]);
    int other = slow_distance(a, m - 1, b, n) + 1;
    best = other < best ? other : best;
    other = slow_distance(a, m, b, n - 1) + 1;
    best = other < best ? other : best;
    if (m > 1 && n > 1 && a[m - 1] == b[n - 2] && a[m - 2] == b[n - 1]) {
        other = slow_distance(a, m - 2, b, n - 2) + 1;
        best = other < best ? other : best;
    }
    return best;
}

static void distances_follow_the_definition(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        char a[7] = "", b[7] = "";
        uint32_t r[4];
        random_block(5, 5, i, r);
        for (uint32_t k = 0; k < r[0] % 7; k++)
            a[k] = (char)('a' + (r[1] >> (4 * k)) % 3);
        for (uint32_t k = 0; k < r[2] % 7; k++)
            b[k] = (char)('a' + (r[3] >> (4 * k)) % 3);
        assert_int_equal(text_distance(a, b), slow_distance(a, (int)strlen(a), b, (int)strlen(b)));
    }
}

static void long_words_are_capped(void **state) {
    (void)state;
    char a[1000], b[1000];
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    a[999] = b[999] = '\0';
    assert_int_equal(text_distance(a, b), 127);
    assert_int_equal(text_distance(a, ""), 127);
    b[127] = '\0';
    assert_int_equal(text_distance(b, a), 127);
    a[128] = '\0';
    memset(b, 'a', 127);
    assert_int_equal(text_distance(b, a), 0);
}

static const char *unknown(const char *word, const char *const *known) {
    static Error err;
    err = (Error){0};
    TextNearest nearest = {.word = word};
    for (; *known; known++)
        text_nearest_offer(&nearest, *known);
    assert_false(text_unknown(&nearest, "layer type", &err));
    assert_int_equal(err.code, nearest.count ? ERROR_UNKNOWN_NEAR : ERROR_UNKNOWN);
    return err.text;
}

static void the_nearest_is_suggested(void **state) {
    (void)state;
    static const char *const types[] = {"conv", "pool", "norm", "linear", "relu", "softmax", NULL};
    static const char *const nets[] = {"resnet50",  "resnet18",    "resnet34",
                                       "resnet101", "densenet121", "alexnet",
                                       "googlenet", "resnet18",    NULL};
    assert_string_equal(unknown("cnov", types), "unknown layer type 'cnov'; did you mean 'conv'?");
    assert_string_equal(unknown("RELU", types), "unknown layer type 'RELU'; did you mean 'relu'?");
    assert_string_equal(unknown("qqqqqq", types), "unknown layer type 'qqqqqq'");
    assert_string_equal(unknown("", types), "unknown layer type ''");
    assert_string_equal(unknown("resnet", nets), "unknown layer type 'resnet'; did you mean "
                                                 "'resnet50', 'resnet18' or 'resnet34'?");
    assert_string_equal(unknown("dense", nets),
                        "unknown layer type 'dense'; did you mean 'densenet121'?");
    assert_string_equal(unknown("soft", types),
                        "unknown layer type 'soft'; did you mean 'softmax'?");
    assert_string_equal(unknown("max", types), "unknown layer type 'max'; did you mean 'softmax'?");
    assert_string_equal(unknown("resnet3", nets),
                        "unknown layer type 'resnet3'; did you mean 'resnet34'?");
}

static void long_candidates_fit_the_message(void **state) {
    (void)state;
    char word[200], others[3][200];
    memset(word, 'x', sizeof word);
    word[199] = '\0';
    TextNearest nearest = {.word = word};
    for (int i = 0; i < 3; i++) {
        memcpy(others[i], word, sizeof word);
        others[i][5 + i] = 'y';
        text_nearest_offer(&nearest, others[i]);
    }
    Error err = {0};
    assert_fails(text_unknown(&nearest, "node", &err), err, "did you mean 'xxxxxyxx");
}

static void equality_ignores_case(void **state) {
    (void)state;
    assert_true(text_equal("Conv2D", "cONV2d"));
    assert_true(text_equal("", ""));
    assert_false(text_equal("conv", "conv2"));
    assert_false(text_equal("conv2", "conv"));
    assert_false(text_equal("@", "`"));
    assert_false(text_equal("[", "{"));
    assert_true(text_equal("\xc3\xa9", "\xc3\xa9"));
}

/* Every code point is encoded here by the book; all else of up to three bytes is refused. */
static void utf8_is_exact(void **state) {
    (void)state;
    size_t valid = 0;
    for (unsigned a = 0x80; a < 0x100; a++)
        for (unsigned b = 0; b < 0x100; b++)
            for (unsigned c = 0; c < 0x100; c++) {
                char text[3] = {(char)a, (char)b, (char)c};
                valid += text_character(text, 3) == 3;
                assert_true(text_character(text, 1) == 0);
                assert_true(text_character(text, 2) != 1 && text_character(text, 2) != 3);
            }
    assert_int_equal(valid, 0x10000 - 0x800 - 0x800); /* without surrogates and the shorter ones */
    for (unsigned long code = 0x10000; code < 0x120000; code += 0x111) {
        char text[4] = {(char)(0xf0 | code >> 18), (char)(0x80 | (code >> 12 & 63)),
                        (char)(0x80 | (code >> 6 & 63)), (char)(0x80 | (code & 63))};
        assert_int_equal(text_is_utf8(text, 4), code < 0x110000);
        assert_false(text_is_utf8(text, 3));
    }
    assert_true(text_is_utf8("", 0));
    assert_true(text_is_utf8("a\0b", 3));
    assert_true(text_is_utf8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9));
    assert_false(text_is_utf8("\xc0\x80", 2));
    assert_false(text_is_utf8("\xed\xa0\x80", 3));
    assert_false(text_is_utf8("\xf0\x8f\xbf\xbf", 4));
    assert_false(text_is_utf8("a\x80", 2));
}

static void integers_are_whole(void **state) {
    (void)state;
    long out = 99;
    assert_true(text_to_int("42", 0, 100, &out) && out == 42);
    assert_true(text_to_int("-7", -10, 100, &out) && out == -7);
    assert_true(text_to_int("+7", -10, 100, &out) && out == 7);
    assert_true(text_to_int("007", 0, 7, &out) && out == 7);
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x10",
                                      "1e2",
                                      "-",
                                      "+",
                                      "--1",
                                      "101",
                                      "-11",
                                      "abc",
                                      "1\n",
                                      "99999999999999999999",
                                      "-99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        out = 5;
        assert_false(text_to_int(bad[i], -10, 100, &out));
        assert_int_equal(out, 5);
    }
}

static void numbers_have_points(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"1", 1},      {"-1.5", -1.5}, {"+.5", 0.5},   {"5.", 5},
                {"1e3", 1000}, {"1E-2", 0.01}, {"2.5e+1", 25}, {"1e-400", 0}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double out = -1;
        assert_true(text_to_double(good[i].text, &out));
        assert_true(out == good[i].value);
    }
    static const char *const bad[] = {"",    ".",   "-",  "e5", "1e",    "1e+",   "1,5", "nan",
                                      "inf", "0x1", " 1", "1 ", "1e999", "1.2.3", "--1", "1f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double out = -1;
        assert_false(text_to_double(bad[i], &out));
        assert_true(out == -1);
    }
}

static void a_locale_with_a_comma_changes_nothing(void **state) {
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "es_ES.UTF-8", "fr_FR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < 3 && !found; i++)
        found = setlocale(LC_NUMERIC, locales[i]) && strtod("1,5", NULL) == 1.5;
    if (!found)
        skip(); /* none is installed */
    double out = 0;
    assert_true(text_to_double("1.5", &out) && out == 1.5);
    assert_false(text_to_double("1,5", &out));
    void *saved = text_point_begin();
    assert_string_equal(TEXT("%.1f", 0.5), "0.5");
    text_point_end(saved);
    assert_string_equal(TEXT("%.1f", 0.5), "0,5");
    setlocale(LC_NUMERIC, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_known),
        cmocka_unit_test(distances_follow_the_definition),
        cmocka_unit_test(long_words_are_capped),
        cmocka_unit_test(the_nearest_is_suggested),
        cmocka_unit_test(long_candidates_fit_the_message),
        cmocka_unit_test(equality_ignores_case),
        cmocka_unit_test(utf8_is_exact),
        cmocka_unit_test(integers_are_whole),
        cmocka_unit_test(numbers_have_points),
        cmocka_unit_test(a_locale_with_a_comma_changes_nothing),
    };
    return cmocka_run_group_tests_name("base_text", tests, NULL, NULL);
}
