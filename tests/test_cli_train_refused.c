/* What `convoscope train` refuses, and what it warns of: one clear sentence each. */
#include "train_support.h"

/* --- What cannot be learned from ----------------------------------------------------------------
 */

static void recipes_that_are_wrong(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"'epochs': 1, 'schedule': {'rate': 0}", "schedule.rate: expected more than 0 "},
        {"'epochs': 1, 'schedule': {'rate': 1e999}",
         "./bad.recipe.json: line 1, column 77: \"rate\": a number beyond 1.8e308"},
        {"'epochs': 1, 'schedule': {'rate': 1}, 'momentm': 0.9",
         "'momentm'; did you mean 'momentum'?"},
        {"'epochs': 1, 'schedule': {'rate': 1}, 'batch': 500",
         "./bad.recipe.json: batch: expected at most 480, as there are pictures to learn from, got "
         "500"},
        {"'epochs': 1, 'schedule': {'rate': 1}, 'holdout': 480",
         "./bad.recipe.json: holdout: expected 0..479, so that some of the pictures are left"},
        {"'epochs': 1, 'schedule': {'rate': 1}", NULL}};
    for (size_t i = 0; wrong[i][1]; i++) {
        write_json("bad.recipe.json",
                   TEXT("{'model': 'tiny.json', 'data': 'stripes', %s}", wrong[i][0]));
        assert_refused(wrong[i][1], "train ./bad.recipe.json");
    }
    assert_refused("unknown recipe 'lente'; did you mean 'lenet'?", "train lente");
    assert_refused("cannot open './nosuch.recipe.json': No such file",
                   "train ./nosuch.recipe.json");
    write_json("bad.recipe.json", "{'model': 'nosuch.json', 'data': 'stripes', 'epochs': 1, "
                                  "'schedule': {'rate': 1}}");
    assert_refused("nosuch.json", "train ./bad.recipe.json");
    assert_refused("'./tiny.json' is not a recipe: it is a network; did you mean "
                   "./tiny.recipe.json?",
                   "train ./tiny.json");
    assert_refused("unknown recipe 'tiny'; did you mean ./tiny.recipe.json?", "train tiny");
}

/* The weights' file is a file of weights, and no file that is read. */
static void outputs_that_are_wrong(void **state) {
    (void)state;
    static const char *const wrong[] = {"a.txt",  "safetensors",        ".safetensors",
                                        "share/", "share/.safetensors", "''"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused("--out: expected NAME.safetensors, got '",
                       "train ./tiny.recipe.json --out %s", wrong[i]);
    assert_int_equal(symlink("tiny.recipe.json", "r.safetensors"), 0);
    assert_int_equal(symlink("tiny.json", "m.safetensors"), 0);
    assert_refused("--out: expected a file of its own, got the recipe's",
                   "train ./tiny.recipe.json --out r.safetensors");
    assert_refused("--out: expected a file of its own, got the network's",
                   "train ./tiny.recipe.json --out ./m.safetensors");
}

static void data_that_are_wrong(void **state) {
    (void)state;
    Error err = {0};
    const char *args = "train ./tiny.recipe.json --out data.safetensors";
    assert_refused("cannot open 'nosuch'", "%s --data nosuch", args);
    assert_int_equal(rename("share/convoscope/data/stripes", "moved"), 0);
    assert_refused(
        "the data 'stripes' are not here: give --data PATH, or put them beside the recipe or into ",
        "%s", args);
    test_contains(err_text, "share/convoscope/data/stripes\n");
    assert_int_equal(rename("moved", "share/convoscope/data/stripes"), 0);
    make_stripes("beyond", 1, CLASSES + 1);
    assert_refused("train-images-idx3-ubyte[4]: its class: expected 0..3, got 4",
                   "%s --data beyond", args);
    assert_ok(file_make_folder("photos/train/0", &err), err);
    assert_ok(file_make_folder("photos/train/1", &err), err);
    make_picture("photos/train/0/a.png", SIDE, SIDE, 3);
    assert_refused("photos/train/1' holds no pictures", "%s --data photos", args);
    make_picture("photos/train/1/b.png", SIDE, SIDE + 1, 3);
    assert_refused("1/b.png: its size: expected 8 x 8, as the network's input, got 8 x 9",
                   "%s --data photos", args);
    assert_false(file_exists("data.safetensors"));
}

/* Folders of photographs of any size, of which one is broken. */
static void a_broken_jpeg_is_left_out(void **state) {
    (void)state;
    Error err = {0};
    write_json(
        "photos.recipe.json",
        "{'model': 'tiny.json', 'data': 'pictures', 'fit': 'resize', 'epochs': 2, 'batch': 2,"
        "'places': ['nosuch', 'album'], 'schedule': {'rate': 0.01}}");
    assert_ok(file_make_folder("album/0", &err), err);
    assert_ok(file_make_folder("album/3", &err), err);
    for (int i = 0; i < 4; i++)
        make_picture(TEXT("album/%d/%d.png", i % 2 * 3, i), SIDE + 5 * i, SIDE + 3 * i,
                     1 + i % 2 * 2);
    write_text("album/3/x.jpg", "\xff\xd8\xff and no more");
    assert_int_equal(run("train ./photos.recipe.json --json"), 0);
    test_contains(out_text, "\"images\": 4,");
    test_contains(out_text, "\"best_accuracy\": null,"); /* nothing was held out */
    test_contains(out_text, "\"skipped\": 1,");
    test_contains(err_text, "warning: 1 of 5 pictures skipped; the first: ");
    test_contains(err_text, "album/3/x.jpg");
    test_contains(err_text, "note: no pictures of 2 of 4 classes: class 1, class 2\n");
    char *log = slurp("photos.log.csv");
    test_contains(log, "# 4 of 4 pictures an epoch, 1 skipped that cannot be read\n");
    mem_free(log);
    write_text("album/0/y.heic", "x");
    make_picture("album/stray.png", SIDE, SIDE, 1);
    assert_int_equal(run("train ./photos.recipe.json --half"), 0);
    test_contains(err_text,
                  "note: ./album: 1 file not read, being no PNG, JPEG, BMP, TGA, GIF, PNM; "
                  "the first: 0/y.heic; 1 picture beside the class folders left out; the "
                  "first: stray.png\n");
    test_contains(err_text,
                  "warning: --half: nothing is held out that would tell what it costs, so "
                  "F32 is written\n");
    assert_int_equal(run("train ./photos.recipe.json --quiet"), 0);
    test_contains(err_text, "convoscope: warning: 1 of 5 pictures skipped; the first: ");
    assert_null(strstr(err_text, "note"));
}

/* What is too little for a batch is left out of each epoch; one of anything is in the singular. */
static void what_makes_no_batch(void **state) {
    (void)state;
    const char *recipe = "{'model': 'tiny.json', 'data': 'stripes', 'epochs': 1, 'batch': 100,"
                         "'schedule': {'rate': 0.01}}";
    write_json("rest.recipe.json", recipe);
    assert_int_equal(run("train ./rest.recipe.json"), 0);
    test_contains(err_text, "Tiny: 480 pictures of ");
    test_contains(err_text, ", 1 epoch of 4 batches\n");
    test_contains(err_text, "note: 80 pictures too few for another batch are left out of each "
                            "epoch, others each time\n");
    test_contains(out_text, "Tiny: 1 epoch of 400 of 480 pictures, seed 1\n");
    assert_int_equal(run("train ./rest.recipe.json --json"), 0);
    test_contains(out_text, "\"images\": 480,");
    test_contains(out_text, "\"images_per_epoch\": 400,");
    char *log = slurp("rest.log.csv");
    test_contains(log, "# 400 of 480 pictures an epoch\n");
    mem_free(log);
}

static void a_rate_that_is_too_high(void **state) {
    (void)state;
    write_json("hot.recipe.json",
               "{'model': 'wide.json', 'data': 'stripes', 'epochs': 100, 'batch': 16,"
               "'smoothing': 0.1, 'schedule': {'rate': 100}}");
    write_text("hot.safetensors", "what was there");
    assert_refused("epoch 1, batch ", "train ./hot.recipe.json --quiet");
    test_contains(err_text, "the training diverged (learning rate 100: too high?)");
    test_contains(err_text, "expected a finite number, got ");
    char *kept = slurp("hot.safetensors");
    assert_string_equal(kept, "what was there");
    mem_free(kept);
    assert_nothing_is_left();
}

/* It stays finite, and is worth nothing: told at each epoch and at the end, also with --quiet. */
static void an_explosion_that_stays_finite(void **state) {
    (void)state;
    write_json("warm.recipe.json",
               "{'model': 'wide.json', 'data': 'stripes', 'epochs': 2, 'batch': 16,"
               "'holdout': 80, 'momentum': 0, 'clip': 100, 'schedule': {'rate': 100}}");
    assert_int_equal(run("train ./warm.recipe.json --json"), 0);
    test_contains(out_text, "\"better_than_guessing\": false");
    test_contains(err_text, "; loss no better than guessing (1.3863)\n");
    test_contains(err_text, "convoscope: warning: the loss of these weights, ");
    test_contains(err_text, "e+"); /* it is huge */
    test_contains(err_text, " right), is no better than 1.3863, that of guessing among 4 classes; "
                            "try half the learning rate\n");
    write_json("warm.recipe.json", "{'model': 'wide.json', 'data': 'stripes', 'epochs': 1,"
                                   "'clip': 1, 'schedule': {'rate': 100}}");
    assert_int_equal(run("train ./warm.recipe.json --quiet"), 0);
    test_contains(err_text, "warning: the loss of these weights, ");
    assert_int_equal(run("train ./tiny.recipe.json --json"), 0);
    test_contains(out_text, "\"better_than_guessing\": true");
    assert_null(strstr(err_text, "warning"));
}

/* Neither weights nor checkpoint can be written: it is said that nothing is kept. */
static void nothing_can_be_kept(void **state) {
    (void)state;
    assert_refused("; no checkpoint could be written either, so that what was learned is lost\n",
                   "--version; ulimit -f 8; '%s' train ./wide.recipe.json --quiet --out "
                   "lost.safetensors",
                   program);
    assert_nothing_is_left();
}

static void a_network_without_a_year(void **state) {
    (void)state;
    assert_int_equal(run("info ./tiny.json"), 0);
    assert_int_equal(strncmp(out_text, "Tiny\ninput ", 11), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipes_that_are_wrong),         cmocka_unit_test(data_that_are_wrong),
        cmocka_unit_test(a_broken_jpeg_is_left_out),      cmocka_unit_test(a_rate_that_is_too_high),
        cmocka_unit_test(outputs_that_are_wrong),         cmocka_unit_test(what_makes_no_batch),
        cmocka_unit_test(an_explosion_that_stays_finite), cmocka_unit_test(nothing_can_be_kept),
        cmocka_unit_test(a_network_without_a_year),
    };
    return cmocka_run_group_tests_name("cli_train_refused", tests, setup, teardown);
}
