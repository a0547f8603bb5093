#include "support.h"

#include "base/text.h"
#include <string.h>

static void the_first_message_wins(void **state) {
    (void)state;
    Error err = {0};
    assert_false(error_set(&err, ERROR_OPEN, "x.png", "No such file or directory"));
    assert_string_equal(err.text, "cannot open 'x.png': No such file or directory");
    assert_false(error_set(&err, ERROR_BAD, "later"));
    assert_int_equal(err.code, ERROR_OPEN);
    assert_string_equal(err.text, "cannot open 'x.png': No such file or directory");
    assert_string_equal(err.args[0], "x.png");
    assert_string_equal(err.args[2], "");
}

static void no_error_to_set_is_fine(void **state) {
    (void)state;
    assert_false(error_set(NULL, ERROR_BAD, "x"));
    assert_false(error_prefix(NULL, "%s", "x"));
    Error err = {0};
    assert_false(error_prefix(&err, "%s", "x"));
    assert_int_equal(err.code, ERROR_NONE);
    assert_string_equal(err.text, "");
}

static void prefixes_nest_outwards(void **state) {
    (void)state;
    Error err = {0};
    error_set(&err, ERROR_EXPECTED, "stride", "1..16", TEXT("%d", 0));
    error_prefix(&err, "layers[%d]", 3);
    assert_false(error_prefix(&err, "%s", "models/lenet.json"));
    assert_string_equal(err.place, "models/lenet.json: layers[3]");
    assert_string_equal(err.text, "models/lenet.json: layers[3]: stride: expected 1..16, got 0");
}

static void every_code_has_a_name_and_a_template(void **state) {
    (void)state;
    assert_string_equal(error_template(ERROR_NONE), "");
    assert_string_equal(error_name(ERROR_NONE), "NONE");
    assert_string_equal(error_name(ERROR_EXPECTED), "EXPECTED");
    assert_string_equal(error_template(ERROR_EXPECTED), "{0}: expected {1}, got {2}");
    assert_string_equal(error_template(ERROR_CODES), "");
    for (int code = 1; code < ERROR_CODES; code++) {
        Error err = {0};
        assert_true(strlen(error_name((ErrorCode)code)) > 1);
        test_contains(error_template((ErrorCode)code), "{0}");
        error_set(&err, (ErrorCode)code, "A0", "B1", "C2", "D3");
        assert_int_equal(err.code, code);
        test_contains(err.text, "A0");
        assert_null(strchr(err.text, '{'));
        if (strstr(error_template((ErrorCode)code), "{2}"))
            test_contains(err.text, "C2");
    }
}

static void missing_arguments_are_empty(void **state) {
    (void)state;
    Error err = {0};
    error_set_args(&err, ERROR_CANCELLED, (const char *const[]){NULL});
    assert_string_equal(err.text, "cancelled");
}

static void arguments_are_no_templates(void **state) {
    (void)state;
    Error err = {0};
    error_set(&err, ERROR_OPEN, "{1}%s%n", "{0}");
    assert_string_equal(err.text, "cannot open '{1}%s%n': {0}");
}

static void what_a_terminal_obeys_is_replaced(void **state) {
    (void)state;
    Error err = {0};
    error_set(&err, ERROR_BAD, "a\nb\x1b[31m\x7f|\xc2\x9b|\xff|\xc3|\xed\xa0\x80|\xc3\xa9");
    assert_string_equal(err.text, "a?b?[31m?|?|?|?|???|\xc3\xa9");
    error_prefix(&err, "x\r%s", "y");
    assert_string_equal(err.place, "x?y");
}

/* Whatever the length, what is kept is valid UTF-8, ends with a 0 and is as long as can be. */
static void long_texts_are_cut_at_a_characters_edge(void **state) {
    (void)state;
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t kind = 0; kind < 4; kind++) {
        size_t width = strlen(characters[kind]);
        for (size_t shift = 0; shift < 4; shift++) {
            char text[3000] = "";
            memset(text, 'x', shift);
            for (size_t i = shift; i + width < sizeof text; i += width)
                memcpy(text + i, characters[kind], width + 1);
            Error err = {0};
            error_set(&err, ERROR_EXPECTED, text, text, text);
            for (int i = 0; i < 4; i++)
                error_prefix(&err, "%s", text);
            for (int i = 0; i < 3; i++) {
                size_t length = strlen(err.args[i]);
                assert_true(length < ERROR_ARG_SIZE && length >= ERROR_ARG_SIZE - 4);
                assert_true(text_is_utf8(err.args[i], length));
                assert_memory_equal(err.args[i], text, length);
            }
            assert_true(text_is_utf8(err.place, strlen(err.place)));
            assert_true(text_is_utf8(err.text, strlen(err.text)));
            assert_true(strlen(err.text) < ERROR_TEXT_SIZE);
            assert_true(strlen(err.text) >= ERROR_TEXT_SIZE - 40);
        }
    }
}

static void text_makes_short_texts(void **state) {
    (void)state;
    assert_string_equal(TEXT("%d-%s", 7, "x"), "7-x");
    const char *a = TEXT("%d", 1), *b = TEXT("%d", 2);
    assert_string_equal(a, "1");
    assert_string_equal(b, "2");
    char buffer[4];
    assert_string_equal(text_format(buffer, sizeof buffer, "%s", "abcdef"), "abc");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_message_wins),
        cmocka_unit_test(no_error_to_set_is_fine),
        cmocka_unit_test(prefixes_nest_outwards),
        cmocka_unit_test(every_code_has_a_name_and_a_template),
        cmocka_unit_test(missing_arguments_are_empty),
        cmocka_unit_test(arguments_are_no_templates),
        cmocka_unit_test(what_a_terminal_obeys_is_replaced),
        cmocka_unit_test(long_texts_are_cut_at_a_characters_edge),
        cmocka_unit_test(text_makes_short_texts),
    };
    return cmocka_run_group_tests_name("base_error", tests, NULL, NULL);
}
