#include "support.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/random.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Json *parse(const char *text, Error *err) {
    return json_parse(text, strlen(text), err);
}

/* ---- Reading ---- */

static void values_are_read(void **state) {
    (void)state;
    Error err = {0};
    Json *root = parse("\xef\xbb\xbf {\"a\": [1, -2.5e1, true, false, null, \"t\"],\r\n"
                       "\t\"A\": {\"\": 0}, \"\\u0062\": \"\\u00e9\\ud83d\\ude00\\n\\/\"} \n",
                       &err);
    assert_ok(root, err);
    assert_int_equal(json_type(root), JSON_OBJECT);
    assert_int_equal(json_count(root), 3);
    const Json *a = json_get(root, "a");
    static const JsonType types[] = {JSON_NUMBER, JSON_NUMBER, JSON_BOOL,
                                     JSON_BOOL,   JSON_NULL,   JSON_TEXT};
    assert_int_equal(json_count(a), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(json_type(json_at(a, i)), types[i]);
    assert_null(json_at(a, 6));
    assert_true(json_number(json_at(a, 1)) == -25);
    assert_true(json_bool(json_at(a, 2)));
    assert_false(json_bool(json_at(a, 3)));
    assert_string_equal(json_text(json_at(a, 5)), "t");
    assert_string_equal(json_key(a), "a");
    assert_null(json_key(json_at(a, 0)));
    assert_null(json_key(root));
    assert_int_equal(json_type(json_get(root, "A")), JSON_OBJECT);
    assert_true(json_number(json_get(json_get(root, "A"), "")) == 0);
    assert_string_equal(json_text(json_get(root, "b")), "\xc3\xa9\xf0\x9f\x98\x80\n/");
    assert_null(json_get(root, "c"));
    const char *order[] = {"a", "A", "b"};
    size_t i = 0;
    for (const Json *v = json_first(root); v; v = json_next(v))
        assert_string_equal(json_key(v), order[i++]);
    json_free(root);
}

static void other_types_give_defaults(void **state) {
    (void)state;
    Error err = {0};
    Json *root = parse("[[], \"7\", 7, true]", &err);
    assert_ok(root, err);
    const Json *text = json_at(root, 1), *number = json_at(root, 2);
    assert_string_equal(json_text(number), "");
    assert_true(json_number(text) == 0);
    assert_false(json_bool(number));
    assert_null(json_first(text));
    assert_null(json_first(json_at(root, 0)));
    assert_int_equal(json_count(text), 0);
    assert_null(json_get(root, "a"));
    assert_null(json_get(text, "a"));
    assert_null(json_at(text, 0));
    assert_int_equal(json_type(NULL), JSON_NULL);
    assert_string_equal(json_text(NULL), "");
    assert_true(json_number(NULL) == 0 && !json_bool(NULL) && json_count(NULL) == 0);
    assert_null(json_get(NULL, "a"));
    assert_null(json_at(NULL, 0));
    assert_null(json_key(NULL));
    assert_string_equal(json_type_name(JSON_NUMBER), "a number");
    assert_string_equal(json_type_name(JSON_OBJECT), "an object");
    assert_string_equal(json_type_name(JSON_NULL), "null");
    json_free(root);
    json_free(NULL);
}

static void scalars_are_documents(void **state) {
    (void)state;
    Error err = {0};
    static const char *const good[] = {"0",  "-0",  " 1 ", "\"\"", "true", "null",   "[]",
                                       "{}", "[ ]", "{ }", "1e5",  "1E+5", "0.5e-3", "[[[]],{}]"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        Json *root = parse(good[i], &err);
        assert_ok(root, err);
        json_free(root);
    }
}

static const struct {
    const char *text, *error;
} refused[] = {
    {"", "line 1, column 1: expected a value, got the end"},
    {" \n ", "line 2, column 2: expected a value, got the end"},
    {"{\n  \"a\": 1,\n}", "line 3, column 1: expected a key in double quotes, got '}'"},
    {"[1,]", "line 1, column 4: expected a value, got ']'"},
    {"[1 2]", "column 4: expected ',' or ']', got '2'"},
    {"{\"a\" 1}", "column 6: expected ':', got '1'"},
    {"{\"a\":1 \"b\"", "column 8: expected ',' or '}', got '\"'"},
    {"{\"a\":1", "column 7: expected ',' or '}', got the end"},
    {"{", "column 2: expected a key in double quotes, got the end"},
    {"[", "column 2: expected a value, got the end"},
    {"[1]x", "column 4: expected the end, got 'x'"},
    {"1 1", "column 3: expected the end, got '1'"},
    {"]", "column 1: expected a value, got ']'"},
    {"{'a':1}", "column 2: expected a key in double quotes, got '''"},
    {"{1:1}", "column 2: expected a key"},
    {"nul", "column 1: expected a value, got 'n'"},
    {"True", "expected a value, got 'T'"},
    {"nulll", "column 5: expected the end, got 'l'"},
    {"NaN", "expected a value"},
    {"-Infinity", "column 2: expected a digit, got 'I'"},
    {"01", "column 1: a number that begins with 0"},
    {"-01", "a number that begins with 0"},
    {"1.", "column 3: expected a digit, got the end"},
    {".5", "expected a value, got '.'"},
    {"+1", "expected a value, got '+'"},
    {"1e", "expected a digit"},
    {"1e+", "expected a digit"},
    {"-", "expected a digit"},
    {"0x10", "expected the end, got 'x'"},
    {"1e999", "line 1, column 1: a number beyond 1.8e308"},
    {"{\"a\": 1e308,\n \"rate\": -1e999}", "line 2, column 10: \"rate\": a number beyond 1.8e308"},
    {"[\"\xc3\xa9\", \"abc", "line 1, column 7: a text that does not end"},
    {"\"a\nb\"", "column 3: a control character in a text"},
    {"\"\\x\"", "column 3: expected one of \"\\/bfnrtu after a backslash, got 'x'"},
    {"\"\\", "after a backslash, got the end"},
    {"\"\\u12g4\"", "column 6: expected four hexadecimal digits, got 'g'"},
    {"\"\\u00", "expected four hexadecimal digits, got the end"},
    {"\"\\u0000\"", "\\u0000 is not supported"},
    {"\"\\ud800\"", "half a surrogate pair"},
    {"\"\\ud800\\u0041\"", "half a surrogate pair"},
    {"\"\\udc00\"", "half a surrogate pair"},
    {"\"\xff\"", "column 2: invalid UTF-8"},
    {"[\"\xed\xa0\x80\"]", "column 3: invalid UTF-8"},
    {"\xff", "invalid UTF-8"},
    {"// c\n1", "expected a value, got '/'"},
    {"{\"a\":1,\"b\":[],\"a\":2}", "key 'a' appears twice"},
    {"[{\"x\":{\"\\u0061\":1,\"a\":2}}]", "key 'a' appears twice"},
};

static void errors_say_where(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        Error err = {0};
        Json *root = parse(refused[i].text, &err);
        if (root)
            fail_msg("accepted: %s", refused[i].text);
        test_contains(err.text, refused[i].error);
    }
    Error err = {0};
    assert_fails(json_parse("1\0", 2, &err), err, "column 2: expected the end");
    assert_fails(json_parse("\"a\0b\"", 5, &err), err, "column 3: a control character");
    assert_fails(json_parse("[1]", 2, &err), err, "got the end"); /* not past the size */
}

static void depth_is_bounded(void **state) {
    (void)state;
    Error err = {0};
    enum { DEEP = 1000000 };
    char *text = malloc(2 * DEEP);
    for (int depth = 99; depth <= 101; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        Json *root = json_parse(text, 2 * (size_t)depth, &err);
        assert_int_equal(root != NULL, depth <= 100);
        json_free(root);
    }
    assert_int_equal(err.code, ERROR_SYNTAX);
    test_contains(err.text, "column 101: nested deeper than 100");
    err = (Error){0};
    memset(text, '[', DEEP);
    assert_fails(json_parse(text, DEEP, &err), err, "nested deeper than 100");
    for (int i = 0; i < DEEP / 5; i++)
        memcpy(text + 5 * i, "{\"a\":", 5);
    assert_fails(json_parse(text, DEEP, &err), err, "nested deeper than 100");
    free(text);
}

static void long_numbers_are_refused_not_cut(void **state) {
    (void)state;
    Error err = {0};
    char text[80] = "1";
    memset(text + 1, '0', 59);
    Json *root = parse(text, &err);
    assert_ok(root, err);
    assert_true(json_number(root) == 1e59);
    json_free(root);
    memset(text + 1, '0', 60);
    assert_fails(parse(text, &err), err, "a number of more than 60 characters");
}

/* A hundred thousand keys take no quadratic time; the last equal to the first is found. */
static void many_keys_are_checked(void **state) {
    (void)state;
    Error err = {0};
    enum { KEYS = 200000 };
    char *text = malloc(KEYS * 16 + 32), *p = text;
    p += sprintf(p, "{");
    for (int i = 0; i < KEYS; i++)
        p += sprintf(p, "\"k%07d\":%d,", (i * 7919) % KEYS, i % 9);
    char *end = p - 1;
    strcpy(end, "}");
    Json *root = parse(text, &err);
    assert_ok(root, err);
    assert_int_equal(json_count(root), KEYS);
    json_free(root);
    strcpy(end, ",\"k0000000\":1}");
    assert_fails(parse(text, &err), err, "key 'k0000000' appears twice");
    free(text);
}

static void too_many_values_are_refused(void **state) {
    (void)state;
    Error err = {0};
    size_t size = 10000000;
    char *text = malloc(size);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 2 ? '1' : ',';
    text[0] = '[';
    assert_fails(json_parse(text, size, &err), err, "more than 4000000 values");
    free(text);
}

static void files_are_loaded(void **state) {
    (void)state;
    Error err = {0};
    test_write(test_path("good.json"), "{\"a\": 1}\n", 9);
    Json *root = json_load(test_path("good.json"), &err);
    assert_ok(root, err);
    assert_true(json_number(json_get(root, "a")) == 1);
    json_free(root);
    test_write(test_path("bad.json"), "{\n\"a\": }", 8);
    assert_fails(json_load(test_path("bad.json"), &err), err,
                 "bad.json: line 2, column 6: expected a value, got '}'");
    assert_fails(json_load(test_path("none.json"), &err), err, "cannot open '");
    assert_fails(json_load(test_path("none.json"), &err), err, "none.json': No such file");
}

static void reading_survives_any_failed_allocation(void **state) {
    (void)state;
    const char *text = "{\"a\": [1, 2, {\"b\": \"text\", \"c\": null}], \"d\": \"\\u00e9\"}";
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        Error err = {0};
        mem_fail_at(n);
        Json *root = parse(text, &err);
        mem_fail_at(0);
        if (root) {
            json_free(root);
            break;
        }
        assert_int_equal(err.code, ERROR_NO_MEMORY);
        failures++;
    }
    assert_true(failures >= 10); /* cJSON's nodes go through mem_plain */
}

/* Changed, cut and doubled documents: each is refused with a place or taken, and what is taken can
 * be walked. The sanitizers look on. */
static size_t walk(const Json *value) {
    size_t sum = 1 + strlen(json_text(value)) + (json_key(value) ? strlen(json_key(value)) : 0);
    assert_true(isfinite(json_number(value)));
    for (const Json *v = json_first(value); v; v = json_next(v))
        sum += walk(v);
    return sum;
}

static void mutants_do_no_harm(void **state) {
    (void)state;
    static const char seed[] =
        "{\"name\":\"lenet\",\"in\":[1,28,28],\"w\":-1.5e-3,\"\\u00e9\":[{},"
        "[],null,true,\"\\ud83d\\ude00\\\"\"],\"deep\":[[[[{\"x\":false}]]]]}";
    static const char letters[] = "{}[]:,\"\\0123456789+-.eEutnfalrs \n\x80\xc3\xff/x";
    size_t taken = 0;
    for (uint64_t i = 0; i < 30000; i++) {
        char text[sizeof seed];
        memcpy(text, seed, sizeof seed);
        size_t size = sizeof seed - 1;
        for (uint64_t k = 0; k < 1 + i % 4; k++) {
            uint32_t r[4];
            random_block(7, i, k, r);
            text[r[0] % size] = letters[r[1] % (sizeof letters - 1)];
            if (r[2] % 20 == 0)
                size = 1 + r[3] % size;
        }
        char *exact = malloc(size); /* so that AddressSanitizer sees reads past the end */
        memcpy(exact, text, size);
        Error err = {0};
        Json *root = json_parse(exact, size, &err);
        free(exact);
        assert_true(root ? err.code == ERROR_NONE && walk(root) > 0 : err.code != ERROR_NONE);
        assert_int_not_equal(err.code, ERROR_NO_MEMORY); /* cJSON takes all that the scan takes */
        taken += root != NULL;
        json_free(root);
    }
    assert_true(taken > 1000 && taken < 25000);
}

/* ---- Writing ---- */

static void documents_are_written(void **state) {
    (void)state;
    Error err = {0};
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "model", "le\"net\\\n\t\x01\x7f\xc3\xa9");
    json_begin_array(&w, "shape");
    json_put_int(&w, NULL, 1);
    json_put_int(&w, NULL, INT64_MIN);
    json_end(&w);
    json_begin_array(&w, "nodes");
    for (int i = 0; i < 2; i++) {
        json_begin_object(&w, NULL);
        json_put_int(&w, "i", i);
        json_begin_array(&w, "pairs");
        json_begin_array(&w, NULL);
        json_put_null(&w, NULL);
        json_end(&w);
        json_end(&w);
        json_end(&w);
    }
    json_end(&w);
    json_begin_array(&w, "none");
    json_end(&w);
    json_begin_object(&w, "o");
    json_put_bool(&w, "yes", true);
    json_put_bool(&w, "no", false);
    json_end(&w);
    json_end(&w);
    char *text = json_finish(&w, &err);
    assert_ok(text, err);
    assert_string_equal(text, "{\"model\": \"le\\\"net\\\\\\n\\t\\u0001\\u007f\xc3\xa9\", "
                              "\"shape\": [1, -9223372036854775808], \"nodes\": [\n"
                              "  {\"i\": 0, \"pairs\": [\n    [null]\n  ]},\n"
                              "  {\"i\": 1, \"pairs\": [\n    [null]\n  ]}\n"
                              "], \"none\": [], \"o\": {\"yes\": true, \"no\": false}}\n");
    assert_null(w.text);
    mem_free(text);
}

static void invalid_texts_are_made_valid(void **state) {
    (void)state;
    Error err = {0};
    JsonWriter w = {0};
    json_put_text(&w, NULL, "a\xff\xc3|\xed\xa0\x80");
    char *text = json_finish(&w, &err);
    assert_string_equal(text,
                        "\"a\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n");
    Json *root = parse(text, &err);
    assert_ok(root, err);
    json_free(root);
    mem_free(text);
}

static const char *number_text(bool single, double value) {
    static char buffer[64];
    Error err = {0};
    JsonWriter w = {0};
    if (single)
        json_put_float(&w, NULL, (float)value);
    else
        json_put_double(&w, NULL, value);
    char *text = json_finish(&w, &err);
    assert_ok(text, err);
    assert_true(strlen(text) < sizeof buffer);
    strcpy(buffer, text);
    buffer[strcspn(buffer, "\n")] = '\0';
    mem_free(text);
    return buffer;
}

static void numbers_come_back(void **state) {
    (void)state;
    assert_string_equal(number_text(true, 0.1), "0.1");
    assert_string_equal(number_text(true, 1), "1");
    assert_string_equal(number_text(true, -0.0), "-0");
    assert_string_equal(number_text(true, 16777216), "16777216");
    assert_string_equal(number_text(true, (double)NAN), "null");
    assert_string_equal(number_text(true, (double)-INFINITY), "null");
    assert_string_equal(number_text(false, 0.1), "0.1");
    assert_string_equal(number_text(false, 1.0 / 3), "0.3333333333333333");
    assert_string_equal(number_text(false, 1e300), "1e+300");
    assert_string_equal(number_text(false, (double)NAN), "null");
    assert_string_equal(number_text(false, (double)INFINITY), "null");
    for (uint64_t i = 0; i < 20000; i++) {
        uint32_t r[4];
        random_block(8, 8, i, r);
        float f;
        double d;
        memcpy(&f, r, sizeof f);
        memcpy(&d, r + 1, sizeof d);
        for (int single = 0; single < 2; single++) {
            double value = single ? (double)f : d;
            if (!isfinite(value))
                continue;
            Error err = {0};
            Json *root = parse(number_text(single, value), &err);
            assert_ok(root, err);
            double back = json_number(root);
            assert_true(single ? (float)back == f : back == d);
            json_free(root);
        }
    }
}

/* A random tree, written, read and compared while the same random numbers are drawn again. */
typedef struct Dice {
    uint64_t seed, i;
} Dice;

static uint32_t roll(Dice *dice, uint32_t sides) {
    return random_u32(dice->seed, 1, dice->i++) % sides;
}

static void random_text(Dice *dice, char text[32]) {
    static const char *const parts[] = {
        "a", "\"", "\\", "\n", "\xc3\xa9", "\xf0\x9f\x98\x80", "/", "\x1f", " ", "\xe2\x82\xac"};
    text[0] = '\0';
    for (uint32_t n = roll(dice, 7); n > 0; n--)
        strcat(text, parts[roll(dice, 10)]);
}

static void write_tree(JsonWriter *w, Dice *dice, const char *key, int depth) {
    char text[64];
    uint32_t kind = roll(dice, depth > 6 ? 5 : 8);
    if (kind == 0) {
        json_put_null(w, key);
    } else if (kind == 1) {
        json_put_bool(w, key, roll(dice, 2));
    } else if (kind == 2) {
        json_put_int(w, key, roll(dice, 1000));
    } else if (kind == 3) {
        json_put_float(w, key, random_uniform(dice->seed, 2, dice->i++));
    } else if (kind == 4) {
        random_text(dice, text);
        json_put_text(w, key, text);
    } else {
        uint32_t n = roll(dice, 5);
        bool array = kind == 5;
        if (array)
            json_begin_array(w, key);
        else
            json_begin_object(w, key);
        for (uint32_t i = 0; i < n; i++) {
            random_text(dice, text);
            snprintf(text + strlen(text), 16, "%u", i);
            write_tree(w, dice, array ? NULL : text, depth + 1);
        }
        json_end(w);
    }
}

static void compare_tree(const Json *value, Dice *dice, int depth) {
    char text[64];
    uint32_t kind = roll(dice, depth > 6 ? 5 : 8);
    static const JsonType types[] = {JSON_NULL, JSON_BOOL,  JSON_NUMBER, JSON_NUMBER,
                                     JSON_TEXT, JSON_ARRAY, JSON_OBJECT, JSON_OBJECT};
    assert_int_equal(json_type(value), types[kind]);
    if (kind == 1) {
        assert_int_equal(json_bool(value), roll(dice, 2));
    } else if (kind == 2) {
        assert_true(json_number(value) == roll(dice, 1000));
    } else if (kind == 3) {
        assert_true((float)json_number(value) == random_uniform(dice->seed, 2, dice->i++));
    } else if (kind == 4) {
        random_text(dice, text);
        assert_string_equal(json_text(value), text);
    } else if (kind >= 5) {
        uint32_t n = roll(dice, 5);
        assert_int_equal(json_count(value), n);
        const Json *child = json_first(value);
        for (uint32_t i = 0; i < n; i++, child = json_next(child)) {
            random_text(dice, text);
            snprintf(text + strlen(text), 16, "%u", i);
            if (kind != 5)
                assert_string_equal(json_key(child), text);
            compare_tree(child, dice, depth + 1);
        }
    }
}

static void what_is_written_is_read(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 500; seed++) {
        Error err = {0};
        JsonWriter w = {0};
        Dice dice = {seed, 0}, again = {seed, 0};
        write_tree(&w, &dice, NULL, 0);
        char *text = json_finish(&w, &err);
        assert_ok(text, err);
        assert_int_equal(text[strlen(text) - 1], '\n');
        Json *root = parse(text, &err);
        assert_ok(root, err);
        compare_tree(root, &again, 0);
        json_free(root);
        mem_free(text);
    }
}

static void writing_survives_any_failed_allocation(void **state) {
    (void)state;
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        Error err = {0};
        JsonWriter w = {0};
        mem_fail_at(n);
        json_begin_array(&w, NULL);
        for (int i = 0; i < 100; i++)
            json_put_int(&w, NULL, i);
        json_end(&w);
        char *text = json_finish(&w, &err);
        mem_fail_at(0);
        if (text) {
            mem_free(text);
            break;
        }
        assert_int_equal(err.code, ERROR_NO_MEMORY);
        failures++;
    }
    assert_true(failures > 3);
}

static void a_locale_with_a_comma_changes_nothing(void **state) {
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "es_ES.UTF-8", "fr_FR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < 3 && !found; i++)
        found = setlocale(LC_NUMERIC, locales[i]) && strtod("1,5", NULL) == 1.5;
    if (!found)
        skip(); /* none is installed */
    Error err = {0};
    Json *root = parse("[1.5, 2]", &err);
    assert_ok(root, err);
    assert_int_equal(json_count(root), 2);
    assert_true(json_number(json_first(root)) == 1.5);
    json_free(root);
    assert_string_equal(number_text(true, 1.5), "1.5");
    assert_string_equal(number_text(false, 1.5), "1.5");
    setlocale(LC_NUMERIC, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(other_types_give_defaults),
        cmocka_unit_test(scalars_are_documents),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(long_numbers_are_refused_not_cut),
        cmocka_unit_test(many_keys_are_checked),
        cmocka_unit_test(too_many_values_are_refused),
        cmocka_unit_test(files_are_loaded),
        cmocka_unit_test(reading_survives_any_failed_allocation),
        cmocka_unit_test(mutants_do_no_harm),
        cmocka_unit_test(documents_are_written),
        cmocka_unit_test(invalid_texts_are_made_valid),
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(writing_survives_any_failed_allocation),
        cmocka_unit_test(a_locale_with_a_comma_changes_nothing),
    };
    return cmocka_run_group_tests_name("base_json", tests, NULL, NULL);
}
