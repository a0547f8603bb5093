/* models/NAME.json: what is wrong with a file is said in one sentence that names the place. */
#include "support.h"

#include "base/memory.h"
#include "model/model.h"
#include "model/printed.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool loads(const char *text, Error *err) {
    Model *m = model_parse(text, strlen(text), "test", 0, err);
    model_free(m);
    return m != NULL;
}

#define LAYERS(list) "{\"input\": [3, 16, 16], \"layers\": [" list "]}"
#define CONV         "{\"op\": \"conv\", \"name\": \"c\", \"out\": 4, \"kernel\": 3}"

#define WITH_BLOCKS(blocks, use)                                                                   \
    "{\"input\": [3, 16, 16], \"blocks\": " blocks                                                 \
    ", \"layers\": [{\"block\": \"b\", \"name\": \"x\", " use "}]}"

static void bad_files_are_told(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"", "line 1"},
        {"[]", "an object"},
        {"{\"input\": [3, 16, 16]}", "layers"},
        {"{\"input\": [3, 16], \"layers\": []}", "[channels, height, width]"},
        {"{\"input\": [3, 16, 0], \"layers\": [" CONV "]}", "input[2]: expected 1..16384, got 0"},
        {LAYERS(""), "at least one layer"},
        {LAYERS("{\"op\": \"cnov\"}"),
         "layers[0]: unknown layer type 'cnov'; did you mean 'conv'?"},
        {LAYERS("{\"name\": \"x\"}"), "layers[0]: op or block is missing"},
        {LAYERS(CONV "," CONV), "layers[1]: the node name 'c' appears twice"},
        {LAYERS("{\"op\": \"conv\", \"name\": \"c\", \"out\": 4, \"kernel\": 3, \"stride\": 0}"),
         "layers[0].stride: expected 1.."},
        {LAYERS("{\"op\": \"conv\", \"name\": \"c\", \"out\": 1000000, \"kernel\": 3}"),
         "layers[0].out: expected 1.."},
        {LAYERS("{\"op\": \"conv\", \"name\": \"c\", \"kernel\": 3}"), "layers[0].out is missing"},
        {LAYERS("{\"op\": \"conv\", \"name\": \"c\", \"out\": 4, \"kernel\": 3, \"padd\": 1}"),
         "did you mean 'padding'"},
        {LAYERS("{\"op\": \"conv\", \"name\": \"c\", \"out\": 4, \"kernel\": 17}"), "does not fit"},
        {LAYERS("{\"op\": \"conv\", \"name\": \"../c\", \"out\": 4, \"kernel\": 3}"), "letters"},
        {LAYERS("{\"op\": \"conv\", \"name\": \"c\", \"out\": 4, \"kernel\": 3, \"from\": \"d\"},"
                "{\"op\": \"relu\", \"name\": \"d\"}"),
         "cycle"},
        {LAYERS("{\"op\": \"relu\", \"name\": \"d\", \"from\": \"d\"}"), "cycle"},
        {LAYERS(CONV ", {\"op\": \"add\", \"name\": \"s\", \"from\": [\"c\", \"e\"]}"),
         "unknown layer 'e'"},
        {LAYERS(CONV ", {\"op\": \"add\", \"name\": \"s\", \"from\": [\"c\", \"input\"]}"),
         "(4, 14, 14)"},
        {LAYERS("{\"block\": \"b\", \"name\": \"x\"}"), "unknown block 'b'"},
        {LAYERS("{\"op\": \"conv\", \"name\": \"c\", \"out\": \"4 *\", \"kernel\": 3}"),
         "layers[0].out: expression"},
        {LAYERS("{\"op\": \"linear\", \"name\": \"f\", \"out\": 4}"), "flatten"},
        {"{\"input\": [3, 16, 16], \"layesr\": []}",
         "unknown key 'layesr'; did you mean 'layers'?"},
        {"{\"input\": [3, 16, 16], \"blocks\": {\"b\": {\"layers\": [{\"block\": \"b\", \"name\": "
         "\"x\"}]}},"
         "\"layers\": [{\"block\": \"b\", \"name\": \"x\"}]}",
         "nesting of blocks is too large"},
        {"{\"input\": [3, 16, 16], \"blocks\": {\"b\": {\"args\": {\"w\": null}, \"layers\": [" CONV
         "]}},"
         "\"layers\": [{\"block\": \"b\", \"name\": \"x\", \"repeat\": 3, \"with\": {\"v\": 1}}]}",
         "unknown argument 'v'"},
        {"{\"input\": [3, 16, 16], \"blocks\": {\"b\": {\"layers\": [" CONV "]}},"
         "\"layers\": [{\"block\": \"b\", \"name\": \"x\", \"repeat\": 100000}]}",
         "repeat: expected 1..512"},
        {"{\"input\": [3, 16, 16], \"preprocess\": {\"mean\": [1]}, \"layers\": [" CONV "]}",
         "preprocess: mean"},
        {"{\"input\": [3, 16, 16], \"labels\": \"nosuch\", \"layers\": [" CONV "]}", "nosuch"},
        {"{\"input\": [3, 16, 16], \"printed\": {\"rows\": [{\"at\": \"d\"}]}, \"layers\": [" CONV
         "]}",
         "rows[0]"},
        {LAYERS("{\"op\": \"relu\", \"name\": \"\"}"),
         "layers[0].name: expected a text, got an empty"},
        {LAYERS("{\"op\": \"relu\", \"name\": \"d\", \"from\": \"e\"}"),
         "layers[0].from: unknown layer 'e'"},
        {LAYERS(
             "{\"op\": \"conv\", \"name\": \"c\", \"out\": \"((((((((((((((((((((((((((((((((((((("
             "((((((((((((((((((((((((((((((((((((((((((\", \"kernel\": 3}"),
         "...': expected less nesting"},
        {WITH_BLOCKS("[3]", "\"repeat\": 2"), "blocks: expected an object, got an array"},
        {WITH_BLOCKS("{\"b\": [1]}", "\"repeat\": 2"), "expected an object, got an array"},
        {WITH_BLOCKS("{\"b\": null}", "\"repeat\": 2"), "expected an object, got null"},
        {WITH_BLOCKS("{\"b\": {\"args\": [1], \"layers\": []}}", "\"repeat\": 2"),
         "args: expected an object, got an array"},
        {WITH_BLOCKS("{\"b\": {\"args\": {\"w\": 1}, \"layers\": []}}", "\"with\": [1]"),
         "with: expected an object, got an array"},
        {WITH_BLOCKS("{\"b\": {\"args\": {\"w\": 1}, \"layers\": []}}", "\"first\": 3"),
         "first: expected an object, got a number"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Error err = {0};
        assert_fails(loads(bad[i][0], &err), err, bad[i][1]);
    }
}

#define NOTE(note) "{\"note\": " note ", \"input\": [3, 16, 16], \"layers\": [" CONV "]}"

/* One text for all languages, or one each. */
static void notes_are_read(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {NOTE("{\"en\": \"only this\"}"), "note.es is missing"},
        {NOTE("{\"en\": \"a\", \"es\": \"b\", \"fr\": \"c\"}"), "note: unknown key 'fr'"},
        {NOTE("{\"en\": \"a\", \"es\": 3}"), "note: es: expected a text"},
        {NOTE("7"), "note: expected a text"}};
    static const char *const good[][3] = {
        {NOTE("\"one\""), "one", "one"},
        {NOTE("{\"en\": \"a note\", \"es\": \"una nota\"}"), "a note", "una nota"},
        {LAYERS(CONV), "", ""}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Error err = {0};
        assert_false(loads(bad[i][0], &err));
        test_contains(err.text, bad[i][1]);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        Error err = {0};
        Model *m = model_parse(good[i][0], strlen(good[i][0]), "test", 0, &err);
        assert_ok(m, err);
        assert_string_equal(m->note[WORDS_EN], good[i][1]);
        assert_string_equal(m->note[WORDS_ES], good[i][2]);
        model_free(m);
    }
}

/* Those that ship have them in both languages. */
static void shipped_notes_are_translated(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        Model *m = model_load(names[i], 0, &err);
        assert_ok(m, err);
        if (!*m->note[WORDS_EN] || strcmp(m->note[WORDS_EN], m->note[WORDS_ES]) == 0)
            fail_msg("%s has no note in each language", names[i]);
        model_free(m);
    }
    arena_free(&arena);
}

static void repeated_stages_must_fit_limits(void **state) {
    (void)state;
    /* 8 levels of 512 repetitions would be 2^72 nodes: refused early. */
    char text[4000] = "{\"input\": [1, 4, 4], \"blocks\": {";
    for (int i = 0; i < 7; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "\"b%d\": {\"layers\": [{\"block\": \"b%d\", \"name\": \"x\", \"repeat\": 512}]},",
                 i, i + 1);
    strcat(text, "\"b7\": {\"layers\": [{\"op\": \"dropout\", \"name\": \"d\"}]}},"
                 "\"layers\": [{\"block\": \"b0\", \"name\": \"x\", \"repeat\": 512}]}");
    Error err = {0};
    assert_fails(loads(text, &err), err, "too large");
}

/* Each entry looks among all others for what it comes from: too many would take hours. */
static void lists_of_layers_are_limited(void **state) {
    (void)state;
    enum { MANY = 20000, ENTRY = 70 };
    char *text = malloc(MANY * ENTRY + 100), *end = text;
    end += sprintf(end, "{\"input\": [1, 4, 4], \"layers\": [{\"op\": \"relu\", \"name\": \"r\"}");
    for (int i = 0; i < MANY; i++)
        end += sprintf(end, ", {\"op\": \"relu\", \"name\": \"r%d\", \"from\": \"r\"}", i);
    strcpy(end, "]}");
    Error err = {0};
    assert_fails(loads(text, &err), err, "20001 layers, at most 8192");
    free(text);
}

static void size_changes_input_and_resize(void **state) {
    (void)state;
    Error err = {0};
    Model *m = model_load("vgg19", 448, &err);
    assert_ok(m, err);
    assert_int_equal(m->graph.input.dim[2], 448);
    assert_int_equal(m->preprocess.resize, 512);
    assert_int_equal(m->graph.nodes[m->graph.node_count - 1].out.dim[0], 1000);
    model_free(m);
    assert_fails(model_load("vgg91", 0, &err), err, "vgg19");
    assert_fails(model_load("./nosuch.json", 0, &err), err, "No such file");
}

static void figures_are_read(void **state) {
    (void)state;
    assert_true(printed_number("159K", 1024) == 159 * 1024.0);
    assert_true(printed_number("1.8e9", 1000) == 1.8e9);
    assert_true(printed_number("60 million", 1000) == 60e6);
    assert_true(printed_number("650,000", 1000) == 650000);
    assert_true(printed_number("34M", 1024) == 34e6);
    assert_true(printed_number("lots", 1000) == -1);
    Error err = {0};
    Model *m = model_load("googlenet", 0, &err);
    assert_ok(m, err);
    PrintedOurs ours;
    PaperRow row = {.at = "inception_3a"};
    assert_ok(printed_ours(m, &row, &ours, &err), err);
    assert_int_equal(ours.params, 163696); /* with biases; 163,328 weights */
    assert_int_equal(ours.out.dim[0], 256);
    row.at = "";
    assert_ok(printed_ours(m, &row, &ours, &err), err);
    assert_int_equal(ours.depth, 22);
    model_free(m);
}

/* Every allocation of a load fails once: an error, no crash, no leak (ASan looks on). */
static void allocation_failures_are_errors(void **state) {
    (void)state;
    mem_fail_at(0);
    Error err = {0};
    Model *m = model_load("lenet", 0, &err);
    assert_ok(m, err);
    model_free(m);
    size_t count = mem_fail_at(0);
    assert_true(count > 10);
    for (size_t n = 1; n <= count; n++) {
        err = (Error){0};
        mem_fail_at(n);
        m = model_load("lenet", 0, &err);
        mem_fail_at(0);
        if (!m)
            assert_true(err.code != ERROR_NONE);
        model_free(m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_are_told),
        cmocka_unit_test(notes_are_read),
        cmocka_unit_test(shipped_notes_are_translated),
        cmocka_unit_test(repeated_stages_must_fit_limits),
        cmocka_unit_test(lists_of_layers_are_limited),
        cmocka_unit_test(size_changes_input_and_resize),
        cmocka_unit_test(figures_are_read),
        cmocka_unit_test(allocation_failures_are_errors),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
