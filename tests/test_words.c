#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include <stdlib.h>
#include <string.h>

static Words *parse(const char *en, const char *es, Error *err) {
    return words_parse((const char *const[WORDS_LANGUAGES]){en, es}, err);
}

static Words *parsed(const char *en, const char *es) {
    Error err = {0};
    Words *words = parse(en, es, &err);
    assert_ok(words != NULL, err);
    return words;
}

/* --- Catalogues ------------------------------------------------------------------------------- */

static void texts_by_key(void **state) {
    (void)state;
    Words *w = parsed("{\"b\": \"two\", \"a.b\": \"one\"}", "{\"a.b\": \"uno\", \"b\": \"dos\"}");
    assert_string_equal(words_get(w, WORDS_EN, "a.b"), "one");
    assert_string_equal(words_get(w, WORDS_ES, "a.b"), "uno");
    assert_string_equal(words_get(w, WORDS_ES, "b"), "dos");
    assert_int_equal(words_count(w), 2);
    assert_string_equal(words_key(w, 0), "a.b");
    assert_string_equal(words_key(w, 1), "b");
    words_free(w);
    words_free(NULL);
}

static void missing_keys_show(void **state) {
    (void)state;
    Words *w = parsed("{\"a\": \"x\"}", "{\"a\": \"y\"}"), *none = parsed("{}", "{}");
    const char *first = words_get(w, WORDS_EN, "b");
    assert_string_equal(first, "‹b›");
    assert_string_equal(words_get(w, WORDS_ES, "b.c"), "‹b.c›");
    assert_string_equal(words_get(none, WORDS_ES, "a"), "‹a›");
    assert_string_equal(words_get(NULL, WORDS_ES, "a"), "‹a›");
    assert_string_equal(first, "‹b›");
    assert_int_equal(words_count(none), 0);
    assert_int_equal(words_count(NULL), 0);
    char buffer[40];
    words_put(buffer, sizeof buffer, w, WORDS_EN, "c", "1");
    assert_string_equal(buffer, "‹c›");
    words_free(w);
    words_free(none);
}

static void arguments_are_put_in(void **state) {
    (void)state;
    Words *w = parsed("{\"k\": \"{0} of {1}: {2}\"}", "{\"k\": \"{2}: {1}, {0} {0}\"}");
    char buffer[100];
    assert_ptr_equal(words_put(buffer, sizeof buffer, w, WORDS_EN, "k", "A", "B", "C"), buffer);
    assert_string_equal(buffer, "A of B: C");
    words_put(buffer, sizeof buffer, w, WORDS_ES, "k", "A", "B", "C");
    assert_string_equal(buffer, "C: B, A A");
    words_put(buffer, sizeof buffer, w, WORDS_EN, "k", "A");
    assert_string_equal(buffer, "A of {1}: {2}"); /* what is forgotten shows */
    words_put(buffer, sizeof buffer, w, WORDS_EN, "k", "{1}", "%s", "");
    assert_string_equal(buffer, "{1} of %s: ");
    words_put(buffer, sizeof buffer, w, WORDS_EN, "k", "a\nb", "\xff", "→");
    assert_string_equal(buffer, "a?b of ?: →");
    words_free(w);
}

static void all_ten_places(void **state) {
    (void)state;
    static const char text[] = "{\"k\": \"{9}{8}{7}{6}{5}{4}{3}{2}{1}{0}{10}{a}{}{\"}";
    Words *w = parsed(text, text);
    char buffer[100];
    words_put(buffer, sizeof buffer, w, WORDS_EN, "k", "0", "1", "2", "3", "4", "5", "6", "7", "8",
              "9", "10");
    assert_string_equal(buffer, "9876543210{10}{a}{}{");
    words_free(w);
}

/* At every size: a beginning of the whole, of whole characters, and nothing after a cut. */
static void long_texts_are_cut(void **state) {
    (void)state;
    static const char template[] = "{\"k\": \"áé{0}→ó{1}.\"}";
    static const char whole[] = "áéñu→ó∞x.";
    Words *w = parsed(template, template);
    for (size_t size = 1; size <= sizeof whole + 2; size++) {
        char *buffer = malloc(size); /* so that a sanitizer sees its end */
        words_put(buffer, size, w, WORDS_ES, "k", "ñu", "∞x");
        size_t length = strlen(buffer);
        assert_true(length < size);
        assert_memory_equal(buffer, whole, length);
        assert_true(text_is_utf8(buffer, length));
        assert_true(length == sizeof whole - 1 || length + 3 >= size);
        free(buffer);
    }
    words_free(w);
}

static void wrong_catalogues_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *en, *es, *message;
    } cases[] = {
        {"{", "{}", "en: line 1, column 2"},
        {"[]", "{}", "en: the catalogue: expected an object of texts, got an array"},
        {"{}", "\"x\"", "es: the catalogue: expected an object of texts, got a text"},
        {"{\"a\": 1}", "{\"a\": \"x\"}", "en: a: expected a text, got a number"},
        {"{\"a\": \"x\"}", "{\"a\": {}}", "es: a: expected a text, got an object"},
        {"{\"a\": \"x\"}", "{\"a\": \"\"}", "es: a: expected a text, got an empty one"},
        {"{\"a\": \"x\", \"b\": \"y\"}", "{\"a\": \"x\"}", "es: b is missing"},
        {"{\"a\": \"x\"}", "{\"a\": \"x\", \"b.c\": \"y\"}", "en: b.c is missing"},
        {"{\"a\": \"x\", \"a\": \"y\"}", "{}", "en: key 'a' appears twice"},
        {"{\"a\": \"{0} {2}\"}", "{\"a\": \"{2}\"}", "es: a: expected {0} {2}, got {2}"},
        {"{\"a\": \"x\"}", "{\"a\": \"{9}\"}", "es: a: expected none, got {9}"},
        {"{\"a\": \"{0}\"}", "{\"a\": \"{O}\"}", "es: a: expected {0}, got none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err = {0};
        assert_null(parse(cases[i].en, cases[i].es, &err));
        test_contains(err.text, cases[i].message);
    }
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    bool done = false;
    for (size_t n = 1; !done; n++) {
        Error err = {0};
        mem_fail_at(n);
        Words *w = parse("{\"a\": \"x\", \"b\": \"y\"}", "{\"a\": \"x\", \"b\": \"y\"}", &err);
        done = mem_fail_at(0) < n;
        assert_true(done ? w != NULL : w == NULL && err.code == ERROR_NO_MEMORY);
        words_free(w);
    }
}

/* --- Errors ----------------------------------------------------------------------------------- */

static void errors_in_both_languages(void **state) {
    (void)state;
    Words *w = parsed("{\"error.OPEN\": \"cannot open '{0}': {1}\","
                      " \"error.MISSING\": \"{0} is missing\"}",
                      "{\"error.OPEN\": \"no se puede abrir '{0}': {1}\","
                      " \"error.MISSING\": \"falta {0}\"}");
    Error err = {0}, missing = {0}, bad = {0}, none = {0};
    char buffer[ERROR_TEXT_SIZE];
    error_set(&err, ERROR_OPEN, "ñ.png", "No such file");
    words_error(buffer, sizeof buffer, w, WORDS_ES, &err);
    assert_string_equal(buffer, "no se puede abrir 'ñ.png': No such file");
    words_error(buffer, sizeof buffer, w, WORDS_EN, &err);
    assert_string_equal(buffer, err.text);

    /* A place joins a member's name only where the sentence begins with it. */
    error_set(&missing, ERROR_MISSING, "stride");
    error_prefix(&missing, "[%d].", 3);
    error_prefix(&missing, "layers");
    assert_string_equal(missing.text, "layers[3].stride is missing");
    words_error(buffer, sizeof buffer, w, WORDS_EN, &missing);
    assert_string_equal(buffer, missing.text);
    words_error(buffer, sizeof buffer, w, WORDS_ES, &missing);
    assert_string_equal(buffer, "layers[3]: falta stride");

    /* Better in English than not at all. */
    error_set(&bad, ERROR_BAD, "x");
    assert_string_equal(words_error(buffer, sizeof buffer, w, WORDS_ES, &bad), "x");
    assert_string_equal(words_error(buffer, sizeof buffer, NULL, WORDS_ES, &err), err.text);
    assert_string_equal(words_error(buffer, sizeof buffer, w, WORDS_ES, &none), "");
    words_error(buffer, 21, w, WORDS_ES, &err);
    assert_string_equal(buffer, "no se puede abrir '"); /* not half of the "ñ" */
    words_free(w);
}

/* --- Languages -------------------------------------------------------------------------------- */

static void languages_by_code(void **state) {
    (void)state;
    Error err = {0};
    WordsLanguage language = WORDS_EN;
    assert_ok(words_language_from_code(&language, "es", &err), err);
    assert_int_equal(language, WORDS_ES);
    assert_ok(words_language_from_code(&language, "en", &err), err);
    assert_int_equal(language, WORDS_EN);
    assert_string_equal(words_language_code(WORDS_EN), "en");
    assert_string_equal(words_language_code(WORDS_ES), "es");
    assert_fails(words_language_from_code(&language, "fr", &err), err, "unknown language 'fr'");
    assert_fails(words_language_from_code(&language, "", &err), err, "unknown language ''");
    assert_fails(words_language_from_code(&language, "es_MX", &err), err, "'es'");
    assert_int_equal(language, WORDS_EN);
}

static void set_locale(const char *name, const char *value) {
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

/* What was there before comes back, for the tests that follow. */
static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LC_NUMERIC", "LANG"};
static char *saved[4];

static int save_locale(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++)
        saved[i] = getenv(variables[i]) ? strdup(getenv(variables[i])) : NULL;
    return 0;
}

static int restore_locale(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        set_locale(variables[i], saved[i]);
        free(saved[i]);
    }
    return 0;
}

static void languages_of_locales(void **state) {
    (void)state;
    static const struct {
        const char *lang;
        bool spanish, comma;
    } cases[] = {
        {NULL, false, false},
        {"", false, false},
        {"C", false, false},
        {"C.UTF-8", false, false},
        {"POSIX", false, false},
        {"en_US.UTF-8", false, false},
        {"en_ZA", false, false},
        {"es_MX.UTF-8", true, false},
        {"es_MX", true, false},
        {"es-MX", true, false},
        {"es_US.utf8", true, false},
        {"es_419", true, false},
        {"es_ES.UTF-8", true, true},
        {"es_ES@euro", true, true},
        {"es_AR", true, true},
        {"es_CO.ISO-8859-1", true, true},
        {"es", true, true},
        {"es.UTF-8", true, true},
        {"de_DE.UTF-8", false, true},
        {"de_CH.UTF-8", false, false},
        {"pt_BR.UTF-8", false, true},
        {"fr_CA", false, true},
        {"ja_JP.UTF-8", false, false},
        {"zh_CN", false, false},
        {"est", false, false},
        {"e", false, false},
        {"_MX", false, false},
        {".UTF-8", false, false},
        {"es_MXX", true, true},
        {"a language of which nobody ever heard", false, false},
    };
    for (int i = 0; i < 4; i++)
        set_locale(variables[i], NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_locale("LANG", cases[i].lang);
        bool spanish = words_language_of_locale() == WORDS_ES, comma = words_comma_of_locale();
        if (spanish != cases[i].spanish || comma != cases[i].comma)
            fail_msg("%s: Spanish %d, comma %d", cases[i].lang ? cases[i].lang : "unset", spanish,
                     comma);
    }
}

static void the_first_variable_that_is_set_counts(void **state) {
    (void)state;
    static const struct {
        const char *all, *messages, *numeric, *lang;
        bool spanish, comma;
    } cases[] = {
        {"es_ES", "en_US", "en_US", "en_US", true, true},
        {"C", "es_ES", "es_ES", "es_ES", false, false},
        {NULL, "es_MX", "de_DE", "en_US", true, true},
        {NULL, "en_US", NULL, "es_ES", false, true},
        {NULL, NULL, "en_US", "es_ES", true, false},
        {"", "", "", "es_ES", true, true},
        {"", "es_MX", "", "en_US", true, false},
        {NULL, "de_DE", "es_MX", "es_ES", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_locale("LC_ALL", cases[i].all);
        set_locale("LC_MESSAGES", cases[i].messages);
        set_locale("LC_NUMERIC", cases[i].numeric);
        set_locale("LANG", cases[i].lang);
        assert_int_equal(words_language_of_locale() == WORDS_ES, cases[i].spanish);
        assert_int_equal(words_comma_of_locale(), cases[i].comma);
    }
}

/* --- Files ------------------------------------------------------------------------------------ */

static void write_catalogues(const char *en, const char *es) {
    Error err = {0};
    assert_ok(file_make_folder(test_path("assets/i18n"), &err), err);
    test_write(test_path("assets/i18n/en.json"), en, strlen(en));
    if (es)
        test_write(test_path("assets/i18n/es.json"), es, strlen(es));
}

static void catalogues_are_files(void **state) {
    (void)state;
    char *home = getenv("CONVOSCOPE_HOME") ? strdup(getenv("CONVOSCOPE_HOME")) : NULL;
    Error err = {0};
    write_catalogues("{\"a\": \"x\"}", "{\"a\": \"z {0}\"}");
    setenv("CONVOSCOPE_HOME", test_folder(), 1);
    assert_null(words_load(&err));
    test_contains(err.text, "/assets/i18n/es.json: a: expected none, got {0}");
    err = (Error){0};
    write_catalogues("{\"a\": \"x\"", "{\"a\": \"z\"}");
    assert_null(words_load(&err));
    test_contains(err.text, "/assets/i18n/en.json: line 1, column");
    err = (Error){0};
    write_catalogues("{\"a\": \"x\"}", "{\"a\": \"z\"}");
    Words *w = words_load(&err);
    assert_ok(w != NULL, err);
    assert_string_equal(words_get(w, WORDS_ES, "a"), "z");
    words_free(w);
    set_locale("CONVOSCOPE_HOME", home);
    free(home);
}

static void phrases_are_put_in_whole(void **state) {
    (void)state;
    static const char *const texts[WORDS_LANGUAGES] = {
        "{\"label.batch norm\": \"batch norm\", \"label.norm\": \"norm\", \"label.after\": "
        "\"after\"}",
        "{\"label.batch norm\": \"por lotes\", \"label.norm\": \"norma\", \"label.after\": "
        "\"tras\"}"};
    static const char *const cases[][2] = {{"batch norm after conv1", "por lotes tras conv1"},
                                           {"norm", "norma"},
                                           {"norms batch", "norms batch"},
                                           {"afternorm, norm2", "afternorm, norm2"} /* a name */,
                                           {"", ""},
                                           {"(after)é norm", "(tras)é norma"}};
    Error err = {0};
    char buffer[64];
    Words *w = words_parse(texts, &err);
    assert_ok(w, err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(words_phrases(buffer, sizeof buffer, w, WORDS_ES, "label", cases[i][0]),
                            cases[i][1]);
        assert_string_equal(words_phrases(buffer, sizeof buffer, w, WORDS_EN, "label", cases[i][0]),
                            cases[i][0]);
    }
    assert_string_equal(words_phrases(buffer, 8, w, WORDS_ES, "label", "xy after norm"), "xy tras");
    words_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_are_put_in_whole),
        cmocka_unit_test(texts_by_key),
        cmocka_unit_test(missing_keys_show),
        cmocka_unit_test(arguments_are_put_in),
        cmocka_unit_test(all_ten_places),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(wrong_catalogues_are_refused),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(errors_in_both_languages),
        cmocka_unit_test(languages_by_code),
        cmocka_unit_test_setup_teardown(languages_of_locales, save_locale, restore_locale),
        cmocka_unit_test_setup_teardown(the_first_variable_that_is_set_counts, save_locale,
                                        restore_locale),
        cmocka_unit_test(catalogues_are_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
