/* The nine strongest pictures: the table and its file, and a search whose answer is known. */
#include "explain_support.h"

#include "base/file.h"
#include "explain/top9.h"
#include "tensor/image.h"
#include "tensor/stats.h"
#include <stdio.h>

/* A network that hands the pixel values on: map 0 as they are, map 1 negated. */
static const char *const mirror = "{'op': 'conv', 'name': 'c', 'out': 2, 'kernel': 1}";

static void open_mirror(Bed *b, int threads) {
    bed_open(b, threads, "1, 6, 6", mirror);
    bed_set(b, "c", 0, (const float[]){1, -1});
}

/* Picture i is black with a pixel of 10 * i at (2, i % 6) and one of 1 elsewhere. */
static void make_pictures(const char *folder, int count) {
    Error err = {0};
    assert_ok(file_make_folder(folder, &err), err);
    for (int i = 0; i < count; i++) {
        Image image;
        char path[FILE_PATH_MAX];
        assert_ok(image_new(&image, 6, 6, 1, &err), err);
        image.pixels[5] = 1;
        image.pixels[2 * 6 + i % 6] = (uint8_t)(10 * i);
        snprintf(path, sizeof path, "%s/p%02d.png", folder, i);
        assert_ok(image_save_png(path, &image, NULL, &err), err);
        image_free(&image);
    }
}

static TopEntry entry_of(int64_t picture, float value) {
    return (TopEntry){.picture = picture, .value = value};
}

static void begin(TopTable *t, Bed *b, int64_t pictures, int shard, int shards) {
    const int64_t channels[] = {0, 1};
    assert_ok(top_begin(t, b->model, "tiny", bed_node(b, "c"), channels, 2, "somewhere", pictures,
                        shard, shards, &b->err),
              b->err);
}

static void strongest_first_and_of_equals_the_earlier(void **state) {
    (void)state;
    Bed b;
    TopTable t;
    open_mirror(&b, 1);
    begin(&t, &b, 100, 1, 1);
    for (int64_t i = 0; i < 20; i++) {
        const TopEntry e = entry_of((i * 7) % 20, (float)(((i * 7) % 20) / 2));
        top_offer(&t, 1, &e);
    }
    for (int i = 0; i < TOP_BEST; i++) { /* 18, 19, 16, 17, ... */
        assert_int_equal(t.entries[TOP_BEST + i].picture, 18 - i / 2 * 2 + i % 2);
        assert_int_equal(t.entries[i].picture, -1);
    }
    top_free(&t);
    const int64_t none[] = {2};
    assert_fails(top_begin(&t, b.model, "tiny", bed_node(&b, "c"), none, 1, "", 1, 0, 0, &b.err),
                 b.err, "channel of c: expected 0..1, got 2");
    top_free(&t);
    bed_close(&b);
}

static void tables_are_written_and_read(void **state) {
    (void)state;
    Bed b;
    TopTable t, read;
    open_mirror(&b, 1);
    begin(&t, &b, 1000, 2, 3);
    assert_int_equal(top_shard_pictures(&t), 333); /* 1, 4, ..., 997 */
    t.done = 17;
    t.skipped = 2;
    t.names[t.name_count++] = "x.png: broken \"here\"";
    const TopEntry e = {.picture = 4, .value = 0.1F, .y = 3, .x = 5};
    top_offer(&t, 0, &e);
    const char *path = test_path("part.json");
    assert_ok(top_save(&t, path, &b.err), b.err);
    assert_ok(top_load(&read, path, &b.err), b.err);
    assert_ok(top_is_same(&t, &read, path, &b.err), b.err);
    assert_int_equal(read.shard, 2);
    assert_int_equal(read.done, 17);
    assert_int_equal(read.skipped, 2);
    assert_string_equal(read.names[0], t.names[0]);
    assert_memory_equal(&read.entries[0].value, &e.value, sizeof e.value);
    assert_int_equal(read.entries[0].y, 3);
    assert_int_equal(read.entries[0].x, 5);
    assert_int_equal(read.entries[1].picture, -1);
    top_free(&read);
    bed_set(&b, "c", 0, (const float[]){1, -2}); /* other weights are another search */
    begin(&read, &b, 1000, 1, 3);
    assert_fails(top_is_same(&read, &t, path, &b.err), b.err, "network, weights and size");
    top_free(&read);
    top_free(&t);
    bed_close(&b);
}

static void broken_tables_are_refused(void **state) {
    (void)state;
    static const char head[] = "{\"model\": \"m\", \"weights\": \"w\", \"node\": \"n\", \"data\": "
                               "\"d\", \"fingerprint\": \"0\", ";
    static const struct {
        const char *rest, *said;
    } wrong[] = {
        {"\"x\": 1}", "pictures: expected"},
        {"\"pictures\": 9, \"shards\": 2, \"shard\": 3}", "shard: expected 1..2, got 3"},
        {"\"pictures\": 9, \"shards\": 2, \"shard\": 1, \"done\": 6}", "done: expected 0..5"},
        {"\"pictures\": 9, \"shards\": 2, \"shard\": 1, \"done\": 1.5}", "done"},
        {"\"pictures\": 9, \"shards\": 1, \"shard\": 1, \"done\": 2, \"skipped\": 0, "
         "\"channels\": []}",
         "channels"},
        {"\"pictures\": 9, \"shards\": 1, \"shard\": 1, \"done\": 2, \"skipped\": 0, "
         "\"channels\": [1], \"best\": [[9, 1, 0, 0]]}",
         "best: expected 0..8, got 9"},
        {"\"pictures\": 9, \"shards\": 1, \"shard\": 1, \"done\": 2, \"skipped\": 0, "
         "\"channels\": [1], \"best\": [[1, 2, 3]]}",
         "four numbers"},
        {"\"pictures\": 9, \"shards\": 1, \"shard\": 1, \"done\": 2, \"skipped\": 0, "
         "\"channels\": [1], \"best\": [[1, \"x\", 0, 0]]}",
         "a number"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[1000];
        TopTable t;
        Error err = {0};
        snprintf(text, sizeof text, "%s%s", head, wrong[i].rest);
        test_write(test_path("wrong.json"), text, strlen(text));
        assert_fails(top_load(&t, test_path("wrong.json"), &err), err, wrong[i].said);
    }
}

static void search_all(TopTable *t, Bed *b, const Dataset *data) {
    const RunOptions how = {.path = CONV_AUTO, .tier = CPU_REF};
    TopSearch *s = top_search_new(t, b->model, data, &how, b->pool, &b->err);
    assert_ok(s, b->err);
    while (!top_search_at_end(s))
        assert_ok(top_search_step(s, NULL, &b->err), b->err);
    top_search_free(s);
}

static Dataset *open_data(Bed *b, const char *folder) {
    Dataset *data = dataset_open(folder, DATASET_PICTURES, NULL, &b->err);
    assert_ok(data, b->err);
    return data;
}

/* By one thread, by three, in shards that are joined: the same. A broken picture is passed over. */
static void the_answer_is_one(void **state) {
    (void)state;
    char folder[FILE_PATH_MAX];
    TopTable first;
    snprintf(folder, sizeof folder, "%s", test_path("pictures"));
    make_pictures(folder, 25);
    test_write(TEXT("%.150s/p10.png", folder), "no picture", 10);
    for (int threads = 1; threads <= 3; threads++) {
        Bed b;
        TopTable t, part;
        open_mirror(&b, threads);
        Dataset *data = open_data(&b, folder);
        assert_int_equal(dataset_count(data), 25);
        begin(&t, &b, 25, 1, 1);
        search_all(&t, &b, data);
        assert_int_equal(t.done, 25);
        assert_int_equal(t.skipped, 1);
        test_contains(t.names[0], "p10.png");
        for (int i = 0; i < TOP_BEST; i++) {
            assert_int_equal(t.entries[i].picture, 24 - i);
            assert_int_equal(t.entries[i].y, 2);
            assert_int_equal(t.entries[i].x, (24 - i) % 6);
            /* all are 0 somewhere: the first of equals, in the first pictures */
            assert_int_equal(t.entries[TOP_BEST + i].picture, i);
        }
        if (threads == 1) {
            first = t;
        } else {
            assert_memory_equal(t.entries, first.entries, 2 * TOP_BEST * sizeof *t.entries);
            begin(&part, &b, 25, 2, 2);
            search_all(&part, &b, data);
            top_free(&t);
            begin(&t, &b, 25, 1, 2);
            search_all(&t, &b, data);
            assert_ok(top_join(&t, &part, &b.err), b.err);
            assert_int_equal(t.done, 25);
            assert_int_equal(t.skipped, 1);
            assert_memory_equal(t.entries, first.entries, 2 * TOP_BEST * sizeof *t.entries);
            top_free(&part);
            top_free(&t);
        }
        dataset_free(data);
        bed_close(&b);
    }
    top_free(&first);
}

static void what_excites_it_there(void **state) {
    (void)state;
    char folder[FILE_PATH_MAX];
    const RunOptions how = {.path = CONV_AUTO, .tier = CPU_REF};
    Bed b;
    TopTable t;
    TopView view;
    snprintf(folder, sizeof folder, "%s", test_path("few"));
    make_pictures(folder, 4);
    open_mirror(&b, 2);
    Dataset *data = open_data(&b, folder);
    begin(&t, &b, 4, 0, 0);
    search_all(&t, &b, data);
    assert_int_equal(t.entries[4].picture, -1); /* there are only four */
    TopLook *look = top_look_new(&t, b.model, data, &how, b.pool, &b.err);
    assert_ok(look, b.err);
    assert_ok(top_look(look, 0, 0, NULL, &view, &b.err), b.err);
    test_contains(view.name, "p03.png");
    assert_int_equal(view.picture->pixels[2 * 6 + 3], 30);
    assert_int_equal(view.field.y, 2);
    assert_int_equal(view.field.x, 3);
    assert_int_equal(view.field.height, 1);
    for (int i = 0; i < 36; i++)
        assert_true((view.projection->data[i] != 0) == (i == 2 * 6 + 3));
    top_look_free(look);
    top_free(&t);
    dataset_free(data);
    bed_close(&b);
}

static void a_cancelled_step_changes_nothing(void **state) {
    (void)state;
    char folder[FILE_PATH_MAX];
    const RunOptions how = {.path = CONV_AUTO, .tier = CPU_REF};
    Bed b;
    TopTable t;
    Job job = {0};
    snprintf(folder, sizeof folder, "%s", test_path("more"));
    make_pictures(folder, 12);
    open_mirror(&b, 2);
    Dataset *data = open_data(&b, folder);
    begin(&t, &b, 12, 0, 0);
    TopSearch *s = top_search_new(&t, b.model, data, &how, b.pool, &b.err);
    assert_ok(s, b.err);
    atomic_store(&job.cancel, true);
    assert_fails(top_search_step(s, &job, &b.err), b.err, "cancelled");
    assert_int_equal(t.done, 0);
    assert_int_equal(t.entries[0].picture, -1);
    atomic_store(&job.cancel, false);
    assert_ok(top_search_step(s, &job, &b.err), b.err);
    assert_int_equal(atomic_load(&job.done), 12);
    top_search_free(s);
    top_free(&t);
    dataset_free(data);
    bed_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strongest_first_and_of_equals_the_earlier),
        cmocka_unit_test(tables_are_written_and_read),
        cmocka_unit_test(broken_tables_are_refused),
        cmocka_unit_test(the_answer_is_one),
        cmocka_unit_test(what_excites_it_there),
        cmocka_unit_test(a_cancelled_step_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
