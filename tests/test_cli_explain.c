/* convoscope explain as a person meets it. */
#include "cli_support.h"

#include "base/arena.h"
#include "tensor/npy.h"
#include <math.h>
#include <unistd.h>

static int setup(void **state) {
    (void)state;
    find_program();
    make_picture("a.png", 60, 50, 3);
    make_picture("b.png", 40, 44, 1);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    drop_output();
    return 0;
}

static void assert_done(int status) {
    if (status != 0)
        fail_msg("exit status %d: %s", status, err_text);
}

static const char *picture(void) {
    return test_path("a.png");
}

static Tensor numbers(Arena *arena, const char *name) {
    Error err = {0};
    Tensor t;
    assert_ok(npy_load(&t, arena, test_path(name), &err), err);
    return t;
}

static void every_method_gives_numbers_and_a_page(void **state) {
    (void)state;
    static const struct {
        const char *ask;
        int64_t count;
    } asks[] = {
        {"deconvnet lenet --node conv2", 28 * 28},
        {"gradient lenet --class 3", 28 * 28},
        {"gradient lenet --class digit --weights random:1", -1}, /* no such class */
        {"guided lenet --node fc1 --channel 7", 28 * 28},
        {"deconvnet lenet --node conv1 --at all --channel 2 --switches center", 28 * 28},
        {"guided lenet --node conv1 --at 3,4 --channel 2 --scale common", -1},
        {"cube lenet --node conv2 --scale common", 8 * 28 * 28},
        {"occlusion lenet --patch 7 --stride 7", 16},
        {"occlusion lenet --patch 7 --stride 7 --node conv2 --fill -1.5", 16},
        {"gradcam lenet --class 3", 16},
        {"gradcam resnet20-cifar --node layer2.0", 16 * 16},
    };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        Arena arena = {0};
        Error err = {0};
        Image page;
        const int status =
            run("explain %s --image %s --out %s", asks[i].ask, picture(), test_path("x.npy"));
        if (asks[i].count < 0) {
            assert_true(status != 0);
            continue;
        }
        assert_done(status);
        const Tensor t = numbers(&arena, "x.npy");
        assert_int_equal(tensor_count(&t), asks[i].count);
        arena_free(&arena);
        assert_done(
            run("explain %s --image %s --out %s", asks[i].ask, picture(), test_path("x.png")));
        test_contains(out_text, "x.png: ");
        assert_ok(image_load(&page, test_path("x.png"), NULL, &err), err);
        assert_in_range(page.width, 600, 2000);
        image_free(&page);
    }
}

static void it_answers_in_json(void **state) {
    (void)state;
    assert_done(run("explain deconvnet lenet --image %s --node conv2 --channel 9 --out %s --json "
                    "--threads 2",
                    picture(), test_path("x.npy")));
    Json *root = answer();
    assert_string_equal(json_text(json_get(root, "method")), "deconvnet");
    assert_string_equal(json_text(json_get(root, "node")), "conv2");
    assert_int_equal((int)json_number(json_get(root, "channel")), 9);
    assert_true(json_number(json_get(root, "ms")) > 0);
    assert_true(json_bool(json_get(json_get(root, "weights"), "trained")));
    json_free(root);
    assert_done(run("explain occlusion lenet --image %s --patch 9 --out %s --json", picture(),
                    test_path("x.png")));
    root = answer();
    assert_int_equal((int)json_number(json_get(root, "stride")), 5);
    assert_true(json_number(json_get(root, "least")) <= json_number(json_get(root, "whole")) + 1);
    json_free(root);
}

/* The same numbers for any number of threads; other switches, other numbers. */
static void numbers_are_the_same_again(void **state) {
    (void)state;
    Arena arena = {0};
    static const char *const ways[] = {"--threads 1", "--threads 3", "--switches recorded",
                                       "--switches center"};
    Tensor t[4];
    for (int i = 0; i < 4; i++) {
        assert_done(run("explain deconvnet lenet --image %s --node conv2 --out %s %s", picture(),
                        test_path("x.npy"), ways[i]));
        t[i] = numbers(&arena, "x.npy");
    }
    const size_t size = 28 * 28 * sizeof(float);
    assert_memory_equal(t[0].data, t[1].data, size);
    assert_memory_equal(t[0].data, t[2].data, size);
    assert_memory_not_equal(t[0].data, t[3].data, size);
    assert_done(run("explain deconvnet lenet --image %s --node conv2 --out %s --switches %s",
                    picture(), test_path("x.npy"), test_path("b.png")));
    const Tensor other = numbers(&arena, "x.npy");
    assert_memory_not_equal(t[0].data, other.data, size);
    arena_free(&arena);
}

static void wrong_usage_is_status_2(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"explain", "usage:"},
        {"explain lenet", "usage:"},
        {"explain deconvent lenet --image a.png", "did you mean 'deconvnet'"},
        {"explain deconvnet lenet --image a.png", "--out"},
        {"explain deconvnet lenet --image a.png --out x.jpg", ".png or .npy"},
        {"explain deconvnet lenet --out x.png", "--image FILE or --input F.npy"},
        {"explain deconvnet lenet --image a.png --out x.png --patch 3", "--patch is not for"},
        {"explain gradcam lenet --image a.png --out x.png --at all", "--at is not for gradcam"},
        {"explain top9 lenet --image a.png --out x.png", "--image is not for top9"},
        {"explain top9 lenet --node conv1 --out x.png", "--data"},
        {"explain top9 lenet --node conv1 --data d --out x.png --shard 1/4", "F.json"},
        {"explain top9 lenet --node conv1 --data d --out x.png --shard 5/4", "--shard"},
        {"explain occlusion lenet --image a.png --out x.png --fill red", "a number"},
        {"explain top9 --merge a.json --node conv1 --out x.png", "--merge"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const int status = run("%s", wrong[i][0]);
        if (status != 2)
            fail_msg("%s: exit status %d: %s", wrong[i][0], status, err_text);
        test_contains(err_text, wrong[i][1]);
    }
    assert_int_equal(run("explain --help"), 0);
    test_contains(out_text, "gradcam     where");
    test_contains(out_text, "--switches");
}

static void what_is_not_there_is_told_in_a_sentence(void **state) {
    (void)state;
    char x[FILE_PATH_MAX];
    snprintf(x, sizeof x, "%s", test_path("x.png"));
    assert_refused("did you mean 'conv1'",
                   "explain deconvnet lenet --image %s --node cnov1 --out %s", picture(), x);
    assert_refused("channel of conv2: expected 0..49, got 50",
                   "explain deconvnet lenet --image %s --node conv2 --channel 50 --out %s",
                   picture(), x);
    assert_refused("column of conv2: expected 0..7, got 8",
                   "explain guided lenet --image %s --node conv2 --at 0,8 --out %s", picture(), x);
    assert_refused("class of lenet: expected 0..9, got '10'",
                   "explain gradient lenet --image %s --class 10 --out %s", picture(), x);
    assert_refused("did you mean 'teapot'",
                   "explain gradient resnet-mini --image %s --class teapto --out %s", picture(), x);
    assert_refused("patch: expected 1..28, got 29",
                   "explain occlusion lenet --image %s --patch 29 --out %s", picture(), x);
    assert_refused("maps (C, H, W)", "explain gradcam lenet --image %s --node fc1 --out %s",
                   picture(), x);
    assert_refused("cannot open",
                   "explain deconvnet lenet --image %s --node conv1 --out %s "
                   "--switches nowhere.png",
                   picture(), x);
    assert_refused("cannot", "explain deconvnet lenet --image %s --node conv1 --out /nowhere/x.png",
                   picture());
}

/* --- top9 ---------------------------------------------------------------------------------------
 */

static void make_folder(const char *name, int count) {
    Error err = {0};
    assert_ok(file_make_folder(test_path(name), &err), err);
    for (int i = 0; i < count; i++)
        make_picture(TEXT("%s/p%02d.png", name, i), 30 + i, 33, 1);
}

static void the_nine_strongest(void **state) {
    (void)state;
    Error err = {0};
    make_folder("pictures", 12);
    test_write(test_path("pictures/p05.png"), "nothing", 7);
    test_write(test_path("pictures/q.png"), "nothing", 7);
    char data[FILE_PATH_MAX];
    snprintf(data, sizeof data, "%s", test_path("pictures"));
    assert_done(run("explain top9 lenet --data %s --node conv2 --channels 0-2,40 --out %s --json",
                    data, test_path("whole.png")));
    test_contains(err_text, "2 of 13 pictures skipped; the first: ");
    test_contains(err_text, "p05.png");
    test_contains(err_text, "skipped: ");
    test_contains(err_text, "q.png");
    char *whole = mem_text(out_text, &err);
    Json *root = answer();
    const Json *channels = json_get(root, "channels");
    assert_int_equal(json_count(channels), 4);
    assert_int_equal((int)json_number(json_get(json_at(channels, 3), "channel")), 40);
    assert_int_equal(json_count(json_get(json_at(channels, 0), "best")), 9);
    assert_int_equal((int)json_number(json_get(root, "skipped")), 2);
    json_free(root);
    for (int shard = 1; shard <= 3; shard++)
        assert_done(run("explain top9 lenet --data %s --node conv2 --channels 0-2,40 --shard %d/3 "
                        "--out %s --quiet",
                        data, shard, test_path(TEXT("%d.json", shard))));
    assert_refused("the part of shard 2/3 is missing", "explain top9 --merge %s %s --out %s",
                   test_path("1.json"), test_path("3.json"), test_path("x.png"));
    assert_refused("the shard '1/3' appears twice", "explain top9 --merge %s %s --out %s",
                   test_path("1.json"), test_path("1.json"), test_path("x.png"));
    assert_done(run("explain top9 --merge %s %s %s --out %s --json", test_path("2.json"),
                    test_path("3.json"), test_path("1.json"), test_path("whole.png")));
    assert_string_equal(out_text, whole); /* however it was shared out */
    mem_free(whole);
    assert_false(file_exists(test_path("whole.png.part")));
    assert_done(run("explain top9 lenet --data %s --node conv1 --channels 3 --out %s", data,
                    test_path("x.npy")));
}

/* What a search left that was cut off. */
static void it_can_be_resumed(void **state) {
    (void)state;
    make_folder("more", 10);
    char data[FILE_PATH_MAX];
    snprintf(data, sizeof data, "%s", test_path("more"));
    assert_done(run("explain top9 lenet --data %s --node conv1 --out %s --quiet", data,
                    test_path("r.json")));
    char *text = slurp(test_path("r.json"));
    /* As if nothing had been done but what is said: the two pictures left find nothing better. */
    char *done = strstr(text, "\"done\": 10");
    assert_non_null(done);
    memcpy(done, "\"done\": 8 ", 10);
    test_write(test_path("s.json.part"), text, strlen(text));
    assert_done(run("explain top9 lenet --data %s --node conv1 --out %s --resume", data,
                    test_path("s.json")));
    test_contains(err_text, "going on after 8 pictures");
    assert_false(file_exists(test_path("s.json.part")));
    test_write(test_path("t.json.part"), text, strlen(text));
    assert_refused("t.json.part: node: expected 'conv2', got 'conv1'",
                   "explain top9 lenet --data %s --node conv2 --out %s --resume", data,
                   test_path("t.json"));
    mem_free(text);
}

static void bad_folders(void **state) {
    (void)state;
    Error err = {0};
    char x[FILE_PATH_MAX];
    snprintf(x, sizeof x, "%s", test_path("x.png"));
    assert_ok(file_make_folder(test_path("empty"), &err), err);
    assert_refused("no pictures", "explain top9 lenet --data %s --node conv1 --out %s",
                   test_path("empty"), x);
    assert_refused("cannot", "explain top9 lenet --data /nowhere --node conv1 --out %s", x);
    assert_ok(file_make_folder(test_path("broken"), &err), err);
    test_write(test_path("broken/a.png"), "x", 1);
    assert_refused("1 of 1 picture cannot be read",
                   "explain top9 lenet --data %s --node conv1 --out %s", test_path("broken"), x);
    make_folder("good", 2);
    assert_refused("--channels: expected 0..19, got 20",
                   "explain top9 lenet --data %s --node conv1 --channels 3-20 --out %s",
                   test_path("good"), x);
    assert_refused("fewer --channels at a time",
                   "explain top9 vgg16 --weights random:1 --data %s "
                   "--node features.28.relu --out %s",
                   test_path("good"), x);
    assert_int_equal(run("explain top9 lenet --data %s --node conv1 --channels 3-x --out %s",
                         test_path("good"), x),
                     2);
    test_contains(err_text, "--channels: expected a list");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_gives_numbers_and_a_page),
        cmocka_unit_test(it_answers_in_json),
        cmocka_unit_test(numbers_are_the_same_again),
        cmocka_unit_test(wrong_usage_is_status_2),
        cmocka_unit_test(what_is_not_there_is_told_in_a_sentence),
        cmocka_unit_test(the_nine_strongest),
        cmocka_unit_test(it_can_be_resumed),
        cmocka_unit_test(bad_folders),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
