#include "support.h"

#include "base/memory.h"
#include "model/labels.h"
#include <string.h>

static void load(Labels *labels, Arena *arena, const char *name) {
    Error err = {0};
    assert_ok(labels_load(labels, arena, name, &err), err);
}

static void shipped(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int count;
        bool es, ids;
    } lists[] = {{"imagenet", 1000, false, true},
                 {"digits", 10, false, false},
                 {"fashion", 10, true, false},
                 {"cifar10", 10, true, false},
                 {"tinyphotos", 30, true, true}};
    Arena arena = {0};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        Labels labels;
        load(&labels, &arena, lists[i].name);
        assert_int_equal(labels.count, lists[i].count);
        assert_int_equal(labels.es != NULL, lists[i].es);
        assert_int_equal(labels.ids != NULL, lists[i].ids);
        for (int k = 1; labels.ids && k < labels.count; k++) {
            assert_int_equal(strlen(labels.ids[k]), 9);
            if (labels.count == 1000) /* ImageNet's classes are sorted by id */
                assert_true(strcmp(labels.ids[k - 1], labels.ids[k]) < 0);
        }
    }
    arena_free(&arena);
}

/* The same photograph's class has one id in both lists. */
static void agree(void **state) {
    (void)state;
    Arena arena = {0};
    Labels imagenet, tiny;
    load(&imagenet, &arena, "imagenet");
    load(&tiny, &arena, "tinyphotos");
    for (int i = 0; i < tiny.count; i++)
        assert_true(labels_find(&imagenet, tiny.ids[i]) >= 0);
    int fish = labels_find(&imagenet, "n01443537");
    assert_int_equal(fish, 1);
    assert_string_equal(imagenet.names[fish], "goldfish");
    arena_free(&arena);
}

static void find(void **state) {
    (void)state;
    Arena arena = {0};
    Labels labels, none = {0};
    char buffer[24];
    load(&labels, &arena, "tinyphotos");
    int bus = labels_find(&labels, "school_bus");
    assert_string_equal(labels.names[bus], "school bus");
    assert_int_equal(labels_find(&labels, "School Bus"), bus);
    assert_int_equal(labels_find(&labels, "autobús_escolar"), bus);
    assert_int_equal(labels_find(&labels, "N04146614"), bus);
    assert_int_equal(labels_find(&labels, "school"), -1);
    assert_int_equal(labels_find(&labels, "school buses"), -1);
    assert_int_equal(labels_find(&labels, ""), -1);
    assert_int_equal(labels_find(&none, "x"), -1);
    assert_string_equal(labels_name(&labels, bus, buffer), "school bus");
    assert_string_equal(labels_name(&labels, 30, buffer), "class 30");
    assert_string_equal(labels_name(&none, 17, buffer), "class 17");
    assert_string_equal(labels.es[labels_find(&labels, "ladybug")], "catarina");
    arena_free(&arena);
}

static void write_text(const char *name, const char *text) {
    test_write(test_path(name), text, strlen(text));
}

static void own_lists(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    Labels labels;
    write_text("mine.txt", "\xef\xbb\xbf"
                           "one\r\n  two words \r\nárbol\r\n\r\n\n");
    load(&labels, &arena, test_path("mine.txt"));
    assert_int_equal(labels.count, 3);
    assert_string_equal(labels.names[0], "one");
    assert_string_equal(labels.names[1], "two words");
    assert_string_equal(labels.names[2], "árbol");
    assert_null(labels.es);
    write_text("mine.es.txt", "uno\ndos\n");
    assert_fails(labels_load(&labels, &arena, test_path("mine.txt"), &err), err,
                 "mine.es.txt: lines: expected 3, as in the English list, got 2");
    assert_int_equal(labels.count, 3); /* as it was */
    write_text("mine.es.txt", "uno\ndos\ntres");
    load(&labels, &arena, test_path("mine")); /* without .txt */
    assert_string_equal(labels.es[2], "tres");
    arena_free(&arena);
}

static void bad(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {{"", "no names"},
                 {"\n \n", "no names"},
                 {"a\n\nb\n", "line 2: an empty line"},
                 {"a\nb\xff\n", "line 2: invalid UTF-8"},
                 {"a\nb\x1b[2J\n", "line 2: a control character"}};
    Arena arena = {0};
    Error err = {0};
    Labels labels;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_text("bad.txt", cases[i].text);
        assert_fails(labels_load(&labels, &arena, test_path("bad.txt"), &err), err,
                     cases[i].message);
    }
    const char **names;
    int count;
    assert_fails(labels_parse(&names, &count, &arena, "a\0b", 3, &err), err, "control character");

    char *text = mem_alloc(1, 400001, NULL);
    memset(text, 'x', 201);
    assert_fails(labels_parse(&names, &count, &arena, text, 201, &err), err,
                 "line 1: a name of more than 200 bytes");
    assert_true(labels_parse(&names, &count, &arena, text, 200, &err));
    for (int i = 0; i < 400000; i++)
        text[i] = i % 2 ? '\n' : 'x';
    assert_fails(labels_parse(&names, &count, &arena, text, 400000, &err), err, "too large");
    assert_true(labels_parse(&names, &count, &arena, text, 200000, &err));
    assert_int_equal(count, 100000);
    mem_free(text);

    assert_fails(labels_load(&labels, &arena, "imagent", &err), err,
                 "unknown list of labels 'imagent'; did you mean 'imagenet'?");
    assert_fails(labels_load(&labels, &arena, "", &err), err, "unknown list of labels");
    assert_fails(labels_load(&labels, &arena, "./none.txt", &err), err, "cannot open");
    arena_free(&arena);
}

static void out_of_memory(void **state) {
    (void)state;
    for (size_t n = 1;; n++) {
        Error err = {0};
        Labels labels;
        Arena arena = {0};
        mem_fail_at(n);
        bool ok = labels_load(&labels, &arena, "tinyphotos", &err);
        bool reached = mem_fail_at(0) >= n;
        arena_free(&arena);
        assert_int_equal(ok, !reached);
        assert_int_equal(err.code, reached ? ERROR_NO_MEMORY : ERROR_NONE);
        if (!reached)
            break;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped),   cmocka_unit_test(agree), cmocka_unit_test(find),
        cmocka_unit_test(own_lists), cmocka_unit_test(bad),   cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
