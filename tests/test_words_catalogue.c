/* The catalogues that ship, held against each other, against the tables whose names they translate,
 * and against the sources that use them. */
#include "support.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "graph/graph.h"
#include "session/action.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Groups whose keys are put together at run time with a name that stands in the sources. */
static const char *const composed[] = {"action.", "block.", "button.",    "channel.", "colors.",
                                       "family.", "heat.",  "histogram.", "hint.",    "layer.",
                                       "legend.", "param.", "range.",     "sort.",    "unit."};
/* And those whose names do not stand alone there: of error codes, of keys of the keyboard. */
static const char *const named[] = {"arg.", "error.", "key.", "label."};

/* Functions that take a key, and which of their arguments it is. */
static const struct {
    const char *name;
    int argument;
} callers[] = {{"words_get", 2}, {"words_put", 4},   {"words_put_args", 4}, {"ui_word", 1},
               {"ui_say", 1},    {"ui_say_args", 1}, {"session_notice", 1}, {"trace_step", 1}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static Words *words;
static Arena arena;
/* The sources, comments blanked: one after the other, each ended by 0. */
static char **paths, **sources;
static size_t source_count;

/* --- Sources ---------------------------------------------------------------------------------- */

/* The end of a literal in " or ' that begins here. */
static char *skip_literal(char *at) {
    char quote = *at++;
    while (*at && *at != quote)
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

static void blank_comments(char *text) {
    for (char *at = text; *at;) {
        char *end = at + 1;
        if (*at == '"' || *at == '\'') {
            end = skip_literal(at);
        } else if (at[0] == '/' && (at[1] == '*' || at[1] == '/')) {
            char *close = at[1] == '*' ? strstr(at + 2, "*/") : strchr(at, '\n');
            end = !close ? at + strlen(at) : at[1] == '*' ? close + 2 : close;
            memset(at, ' ', (size_t)(end - at));
        }
        at = end;
    }
}

static void read_room(const char *room) {
    char **names, path[FILE_PATH_MAX];
    size_t count, size;
    Error err = {0};
    assert_ok(file_list(room, &arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        const char *extension = file_extension(names[i]);
        if (strcmp(extension, "c") != 0 && strcmp(extension, "h") != 0)
            continue;
        assert_ok(file_join(path, sizeof path, room, names[i], &err), err);
        uint8_t *text = file_read(path, 1000000, false, &size, &err);
        assert_ok(text != NULL, err);
        sources[source_count] = arena_text(&arena, (const char *)text, &err);
        paths[source_count] = arena_text(&arena, path, &err);
        assert_non_null(paths[source_count]);
        blank_comments(sources[source_count++]);
        mem_free(text);
        assert_true(source_count < 2000);
    }
}

static int setup(void **state) {
    (void)state;
    char **rooms, root[FILE_PATH_MAX], room[FILE_PATH_MAX];
    size_t count;
    Error err = {0};
    words = words_load(&err);
    assert_ok(words != NULL, err);
    sources = arena_alloc(&arena, 2000, sizeof *sources, &err);
    paths = arena_alloc(&arena, 2000, sizeof *paths, &err);
    assert_true(sources && paths);
    /* A build has a folder src too, without sources. */
    assert_true(file_find(root, sizeof root, "src/base/words.c"));
    *strrchr(root, '/') = '\0';
    *strrchr(root, '/') = '\0';
    assert_ok(file_list(root, &arena, &rooms, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        assert_ok(file_join(room, sizeof room, root, rooms[i], &err), err);
        if (file_is_folder(room))
            read_room(room);
    }
    assert_true(source_count > 50);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    words_free(words);
    arena_free(&arena);
    return 0;
}

/* The length of the group that a key belongs to, or 0. */
static size_t group_of(const char *key, const char *const *groups, size_t count) {
    for (size_t i = 0; i < count && groups[i]; i++)
        if (strncmp(key, groups[i], strlen(groups[i])) == 0)
            return strlen(groups[i]);
    return 0;
}
#define IN(key, groups) group_of((key), (groups), COUNT(groups))

static bool has_key(const char *key) {
    for (size_t i = 0; i < words_count(words); i++)
        if (strcmp(words_key(words, i), key) == 0)
            return true;
    return false;
}

/* What a literal asks for: a key, or the beginning of one that is put together ("error.%s"). One
 * without a point is no key. */
static void check_literal(const char *path, const char *literal, size_t length) {
    char key[200];
    assert_true(length < sizeof key);
    memcpy(key, literal, length);
    key[length] = '\0';
    char *rest = strchr(key, '%');
    if (rest)
        *rest = '\0';
    bool known = rest ? IN(key, composed) || IN(key, named) : has_key(key);
    if (strchr(key, '.') && !known)
        fail_msg("%s asks for \"%s\"", path, key);
}

/* The literals in one argument of a call whose '(' is at `at`. Returns how many there were. */
static int check_call(const char *path, char *at, int argument) {
    int depth = 0, index = 0, found = 0;
    do {
        char *end = at + 1;
        if (*at == '"' || *at == '\'')
            end = skip_literal(at);
        if (*at == '"' && index == argument) {
            check_literal(path, at + 1, (size_t)(end - at - 2));
            found++;
        }
        depth += *at == '(' || *at == '{' || *at == '[';
        depth -= *at == ')' || *at == '}' || *at == ']';
        index += *at == ',' && depth == 1;
        at = end;
    } while (*at && depth > 0);
    return found;
}

static int check_source(const char *path, char *text) {
    int found = 0;
    for (size_t i = 0; i < COUNT(callers); i++) {
        size_t length = strlen(callers[i].name);
        for (char *at = text; (at = strstr(at, callers[i].name)); at += length) {
            bool whole = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
            if (whole && at[length] == '(')
                found += check_call(path, at + length, callers[i].argument);
        }
    }
    return found;
}

/* The readers above, on a source of which all is known. */
static void the_check_of_sources_sees(void **state) {
    (void)state;
    char text[] = "/* words_get(w, l, \"no.such\") */ // words_get(w, l, \"no.such\")\n"
                  "f(\"/*\"); my_words_get(w, l, \"no.such\");"
                  "words_get(a(1, 2), '\"', TEXT(\"error.%s\", x));"
                  "words_put(b, 9, w, l, one ? \"error.OPEN\" : \"error.READ\", \"no.such\");";
    blank_comments(text);
    assert_null(strstr(text, "//"));
    assert_int_equal(check_source("the test", text), 3);
}

static void what_sources_ask_for_is_there(void **state) {
    (void)state;
    for (size_t i = 0; i < source_count; i++)
        check_source(paths[i], sources[i]);
}

/* Whether a literal is this text, or a list of choices ("none|params|time") has it. */
static bool is_literal(const char *text) {
    for (size_t i = 0; i < source_count; i++)
        for (const char *at = sources[i]; (at = strstr(at, text)); at++)
            if (at > sources[i] && strchr("\"|", at[-1]) && at[strlen(text)] &&
                strchr("\"|", at[strlen(text)]))
                return true;
    return false;
}

static void every_key_is_used(void **state) {
    (void)state;
    int unused = 0;
    for (size_t i = 0; i < words_count(words); i++) {
        const char *key = words_key(words, i);
        size_t group = IN(key, composed);
        if (!IN(key, named) && !is_literal(key) && !(group && is_literal(key + group)) && ++unused)
            print_error("no source asks for \"%s\"\n", key);
    }
    assert_int_equal(unused, 0);
}

/* --- Groups of names -------------------------------------------------------------------------- */

static void expect_english(const char *key, const char *english) {
    assert_string_equal(words_get(words, WORDS_EN, key), english);
}

static bool is_error(const char *name) {
    for (int code = ERROR_NONE + 1; code < ERROR_CODES; code++)
        if (strcmp(error_name((ErrorCode)code), name) == 0)
            return true;
    return false;
}

static void every_error(void **state) {
    (void)state;
    for (int code = ERROR_NONE + 1; code < ERROR_CODES; code++) {
        Error err = {0};
        char text[ERROR_TEXT_SIZE];
        expect_english(TEXT("error.%s", error_name((ErrorCode)code)),
                       error_template((ErrorCode)code));
        error_set(&err, (ErrorCode)code, "stride", "B", "C", "D");
        error_prefix(&err, "layers[%d].", 3);
        assert_string_equal(words_error(text, sizeof text, words, WORDS_EN, &err), err.text);
        words_error(text, sizeof text, words, WORDS_ES, &err);
        test_contains(text, "layers[3]");
        test_contains(text, "stride");
        assert_null(strchr(text, '{'));
    }
    for (size_t i = 0; i < words_count(words); i++)
        if (strncmp(words_key(words, i), "error.", 6) == 0 && !is_error(words_key(words, i) + 6))
            fail_msg("there is no error for \"%s\"", words_key(words, i));
}

/* What errors are about is said in Spanish too, names of files as they are. */
static void arguments_of_errors(void **state) {
    (void)state;
    Error shape = {0}, open = {0}, key = {0}, picture = {0};
    char text[ERROR_TEXT_SIZE];
    error_set(&shape, ERROR_EXPECTED, "fc2.weight", "shape (10, 84)", "nothing");
    words_error(text, sizeof text, words, WORDS_ES, &shape);
    assert_string_equal(text, "fc2.weight: se esperaba la forma (10, 84), se encontró nada");
    error_set(&open, ERROR_OPEN, "shape", "No such file or directory");
    words_error(text, sizeof text, words, WORDS_ES, &open);
    test_contains(text, "'shape'");
    test_contains(text, "no existe ese archivo");
    error_set(&key, ERROR_EXPECTED, "nodes", "no such keys", "shapes");
    words_error(text, sizeof text, words, WORDS_ES, &key);
    test_contains(text, "no such keys");
    test_contains(text, "shapes");
    error_set(&picture, ERROR_FORMAT, "a picture", "a whole PNG picture", "it is cut short");
    words_error(text, sizeof text, words, WORDS_ES, &picture);
    test_contains(text, "'a picture' no es una imagen PNG completa: est");
    words_error(text, sizeof text, words, WORDS_EN, &picture);
    assert_string_equal(text, picture.text);
}

static void every_layer_type(void **state) {
    (void)state;
    for (const LayerType *const *type = layer_types; *type; type++)
        expect_english(TEXT("layer.%s", (*type)->name), (*type)->title);
}

static void every_family_and_kind_of_block(void **state) {
    (void)state;
    static const char *const families[] = {
        [LAYER_CONVOLUTION] = "convolution",
        [LAYER_POOLING] = "pooling",
        [LAYER_NORMALISATION] = "normalisation",
        [LAYER_ACTIVATION] = "activation",
        [LAYER_CONNECTED] = "connected",
        [LAYER_JOINING] = "joining",
        [LAYER_OTHER] = "other",
    };
    for (size_t i = 0; i < COUNT(families); i++)
        assert_true(has_key(TEXT("family.%s", families[i])));
    for (int kind = 0; kind < BLOCK_KINDS; kind++)
        assert_true(has_key(TEXT("block.%s", block_kind_name((BlockKind)kind))));
}

static void every_action(void **state) {
    (void)state;
    static const char *const of_actions[] = {"action.", "button.", "hint."};
    for (const Action *a = actions; a->name; a++)
        assert_true(has_key(TEXT("action.%s", a->name)));
    for (size_t i = 0; i < words_count(words); i++) {
        const char *key = words_key(words, i);
        size_t group = IN(key, of_actions);
        if (group && !action_find(key + group))
            fail_msg("there is no action for \"%s\"", key);
    }
}

/* --- Texts ------------------------------------------------------------------------------------ */

static void files_are_sorted(void **state) {
    (void)state;
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        char path[FILE_PATH_MAX];
        Error err = {0};
        const char *code = words_language_code((WordsLanguage)language);
        assert_true(file_find(path, sizeof path, TEXT("assets/i18n/%s.json", code)));
        Json *root = json_load(path, &err);
        assert_ok(root != NULL, err);
        const char *before = "";
        for (const Json *member = json_first(root); member; member = json_next(member)) {
            if (strcmp(before, json_key(member)) >= 0)
                fail_msg("%s: \"%s\" stands after \"%s\"", path, json_key(member), before);
            before = json_key(member);
        }
        json_free(root);
    }
}

static void check_text(const char *key, const char *text) {
    size_t length = strlen(text);
    if (!length || text[0] == ' ' || text[length - 1] == ' ')
        fail_msg("%s: spaces in \"%s\"", key, text);
    for (const char *at = text; *at; at++) {
        bool place = at[0] == '{' && isdigit((unsigned char)at[1]) && at[2] == '}';
        if (at[0] == '{' ? !place : at[0] == '}' && (at < text + 2 || at[-2] != '{'))
            fail_msg("%s: a brace alone in \"%s\"", key, text);
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            fail_msg("%s: a control character", key);
    }
}

static void texts_are_tidy(void **state) {
    (void)state;
    for (size_t i = 0; i < words_count(words); i++)
        for (int language = 0; language < WORDS_LANGUAGES; language++)
            check_text(words_key(words, i),
                       words_get(words, (WordsLanguage)language, words_key(words, i)));
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

/* Accents that are easily forgotten, signs that come in pairs, and words that the course does not
 * use: the glossary says submuestreo, relleno, desplazamiento, completamente conectada, exactitud.
 */
static void spanish_is_the_course_s(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "cion ",   "cion,",      "cion:",      "sion ",       "maximo",          "minimo",
        "numero",  "calculo ",   "ultima",     "pagina",      "caracteristica ", "imágen ",
        "pooling", "agrupación", "capa densa", "totalmente ", "precisión",       "padding",
        "stride",  "kernel",     "fichero",    "ordenador",
    };
    for (size_t i = 0; i < words_count(words); i++) {
        const char *key = words_key(words, i), *text = words_get(words, WORDS_ES, key);
        const char *ended = TEXT("%s ", text);
        for (size_t k = 0; k < COUNT(wrong); k++)
            if (strstr(ended, wrong[k]))
                fail_msg("%s: \"%s\" in \"%s\"", key, wrong[k], text);
        if (count_of(text, "¿") != count_of(text, "?") ||
            count_of(text, "¡") != count_of(text, "!"))
            fail_msg("%s: a sign of two is missing in \"%s\"", key, text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_of_sources_sees),
        cmocka_unit_test(what_sources_ask_for_is_there),
        cmocka_unit_test(every_key_is_used),
        cmocka_unit_test(every_error),
        cmocka_unit_test(arguments_of_errors),
        cmocka_unit_test(every_layer_type),
        cmocka_unit_test(every_family_and_kind_of_block),
        cmocka_unit_test(every_action),
        cmocka_unit_test(files_are_sorted),
        cmocka_unit_test(texts_are_tidy),
        cmocka_unit_test(spanish_is_the_course_s),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
