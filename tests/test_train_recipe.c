/* models/NAME.recipe.json: what is read, what it is when left out, and what is wrong with it. */
#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "model/model.h"
#include "train/recipe.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Recipe *parse(const char *text, Error *err) {
    return recipe_parse(text, strlen(text), "test", err);
}

static const char full[] =
    "{\"model\": \"resnet-mini\", \"data\": \"tinyphotos\", \"places\": [\"/usr/share/d\", \"d\"],"
    "\"fit\": \"resize\", \"seed\": 9007199254740991, \"epochs\": 40, \"batch\": 32,"
    "\"holdout\": 1500, \"schedule\": {\"kind\": \"one-cycle\", \"rate\": 0.1, \"warmup\": 7.5,"
    "\"first\": 0.05, \"last\": 0.0001}, \"momentum\": 0.8, \"nesterov\": true, \"decay\": 0.0005,"
    "\"smoothing\": 0.125, \"average\": 0.999, \"clip\": 5, \"measure\": 300, \"augment\": {"
    "\"flip\": true, \"crop\": 4, \"area\": [0.5, 1], \"aspect\": 1.5, \"brightness\": 0.2,"
    "\"contrast\": 0.25, \"saturation\": 0.3, \"hue\": 10, \"rotate\": 15, \"cutout\": 16,"
    "\"cutmix\": 0.5, \"cutmix_until\": 0.8}}";

static void everything_is_read(void **state) {
    (void)state;
    Error err = {0};
    Recipe *r = parse(full, &err);
    assert_ok(r, err);
    assert_string_equal(r->name, "test");
    assert_string_equal(r->model, "resnet-mini");
    assert_string_equal(r->data, "tinyphotos");
    assert_int_equal(r->place_count, 2);
    assert_string_equal(r->places[0], "/usr/share/d");
    assert_string_equal(r->places[1], "d");
    assert_true(r->fit == FIT_RESIZE && r->seed == 9007199254740991);
    assert_true(r->epochs == 40 && r->batch == 32 && r->holdout == 1500 && r->measure == 300);
    const Schedule *s = &r->schedule;
    assert_true(s->kind == SCHEDULE_ONE_CYCLE && s->rate == 0.1 && s->warmup == 7.5);
    assert_true(s->first == 0.05 && s->last == 0.0001);
    assert_true(r->momentum == 0.8 && r->nesterov && r->decay == 0.0005 && r->smoothing == 0.125);
    assert_true(r->average == 0.999 && r->clip == 5);
    const Augment *a = &r->augment;
    assert_true(a->flip && a->crop == 4 && a->area[0] == 0.5 && a->area[1] == 1);
    assert_true(a->aspect == 1.5 && a->brightness == 0.2 && a->contrast == 0.25);
    assert_true(a->saturation == 0.3 && a->hue == 10 && a->rotate == 15 && a->cutout == 16);
    assert_true(a->cutmix == 0.5 && a->cutmix_until == 0.8);
    recipe_free(r);
}

#define LEAST "\"model\": \"m\", \"data\": \"d\", \"epochs\": 3"

static void what_is_left_out_has_a_value(void **state) {
    (void)state;
    Error err = {0};
    Recipe *r = parse("{" LEAST ", \"schedule\": {\"rate\": 0.5}}", &err);
    assert_ok(r, err);
    assert_true(r->place_count == 0 && r->fit == FIT_EXACT && r->seed == 1);
    assert_true(r->epochs == 3 && r->batch == 64 && r->holdout == 0 && r->measure == 0);
    assert_true(r->schedule.kind == SCHEDULE_CONSTANT && r->schedule.rate == 0.5);
    assert_true(r->schedule.warmup == 0 && r->schedule.first == 0.04 && r->schedule.last == 0);
    assert_true(r->momentum == 0.9 && !r->nesterov && r->decay == 0 && r->smoothing == 0);
    assert_true(r->average == 0 && r->clip == 0);
    Augment none = {.aspect = 4.0 / 3, .cutmix_until = 1};
    assert_memory_equal(&r->augment, &none, sizeof none);
    recipe_free(r);
}

static void steps_have_milestones(void **state) {
    (void)state;
    Error err = {0};
    Recipe *r = parse("{" LEAST ", \"schedule\": {\"kind\": \"step\", \"rate\": 1, \"milestones\": "
                      "[1, 2.5], \"factor\": 0.2}}",
                      &err);
    assert_ok(r, err);
    assert_true(r->schedule.kind == SCHEDULE_STEP && r->schedule.milestone_count == 2);
    assert_true(r->schedule.milestones[0] == 1 && r->schedule.milestones[1] == 2.5);
    assert_true(r->schedule.factor == 0.2);
    recipe_free(r);
}

/* Another number of epochs takes the schedule with it; the same number changes nothing. */
static void a_schedule_is_stretched(void **state) {
    (void)state;
    Error err = {0};
    Recipe *r = parse("{" LEAST ", \"schedule\": {\"kind\": \"step\", \"rate\": 1, \"warmup\": 1, "
                      "\"milestones\": [1, 2]}}",
                      &err);
    assert_ok(r, err);
    const uint64_t before = r->fingerprint;
    const int64_t epochs = r->epochs;
    recipe_stretch(r, epochs);
    recipe_seal(r);
    assert_int_equal(r->fingerprint, before);
    recipe_stretch(r, 4 * epochs);
    assert_int_equal(r->epochs, 4 * epochs);
    assert_true(r->schedule.warmup == 4);
    assert_true(r->schedule.milestones[0] == 4 && r->schedule.milestones[1] == 8);
    recipe_free(r);
}

/* ---- What is wrong ---- */

static void what_is_wrong_is_said(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[]", "its value: expected an object, got an array"},
        {"{", "line 1, column 2"},
        {"{}", "model is missing"},
        {"{\"model\": \"m\"}", "data is missing"},
        {"{\"model\": \"m\", \"data\": \"d\"}", "epochs is missing"},
        {"{" LEAST "}", "schedule is missing"},
        {"{" LEAST ", \"schedule\": {}}", "schedule.rate is missing"},
        {"{" LEAST ", \"schedule\": 3}", "schedule: expected an object, got a number"},
        {"{\"model\": \"\"}", "model: expected a text, got an empty one"},
        {"{\"data\": 3}", "data: expected a text, got a number"},
        {"{\"places\": \"x\"}", "places: expected an array of folders, got a text"},
        {"{\"places\": [\"a\", 3]}", "places[1]: expected a text, got a number"},
        {"{\"fit\": \"exakt\"}", "unknown fit 'exakt'; did you mean 'exact'?"},
        {"{\"fit\": true}", "fit: expected a text, got true or false"},
        {"{\"epoch\": 3}", "unknown key 'epoch'; did you mean 'epochs'?"},
        {"{\"epochs\": 0}",
         "epochs: expected a whole number, at least 1 and at most 100000, got 0"},
        {"{\"epochs\": 2.5}", "epochs: expected a whole number, at least 1"},
        {"{\"epochs\": \"3\"}", "epochs: expected a whole number, got a text"},
        {"{\"seed\": -1}",
         "seed: expected a whole number, at least 0 and at most 9007199254740991"},
        {"{\"seed\": 9007199254740993}", "seed: expected a whole number"},
        {"{\"batch\": 1e300}", "batch: expected a whole number, at least 1 and at most 65536"},
        {"{\"holdout\": -1}", "holdout: expected a whole number, at least 0"},
        {"{\"momentum\": 1}", "momentum: expected at least 0 and less than 1, got 1"},
        {"{\"nesterov\": 1}", "nesterov: expected true or false, got a number"},
        {"{\"smoothing\": 1}", "smoothing: expected at least 0 and less than 1"},
        {"{\"average\": 1}", "average: expected at least 0 and less than 1"},
        {"{\"decay\": -0.1}", "decay: expected at least 0 and at most 1, got -0.1"},
        {"{\"epochs\": 3,\n\"clip\": 1e999}",
         "line 2, column 9: \"clip\": a number beyond 1.8e308"},
        {"{\"clip\": NaN}", "line 1"},
        {"{\"augment\": {\"cutoff\": 3}}",
         "augment: unknown key 'cutoff'; did you mean 'cutout' or 'cutmix'?"},
        {"{\"augment\": {\"crop\": 1001}}", "augment.crop: expected a whole number, at least 0"},
        {"{\"augment\": {\"area\": 0.5}}", "augment.area: expected [least, most], got a number"},
        {"{\"augment\": {\"area\": [1]}}", "augment.area: expected [least, most], got 1 number"},
        {"{\"augment\": {\"area\": [0, 1]}}",
         "augment.area[0]: expected more than 0 and at most 1, got 0"},
        {"{\"augment\": {\"area\": [1, 0.5]}}", "augment.area[1]: expected at least 1, got 0.5"},
        {"{\"augment\": {\"aspect\": 0.75}}", "augment.aspect: expected at least 1 and at most 10"},
        {"{\"augment\": {\"hue\": \"x\"}}", "augment.hue: expected a number, got a text"},
        {"{" LEAST ", \"momentum\": 0, \"nesterov\": true, \"schedule\": {\"rate\": 1}}",
         "momentum: expected more than 0, since nesterov is true, got 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        assert_fails(parse(cases[i].text, &err), err, cases[i].message);
    }
}

static void what_is_wrong_with_a_schedule_is_said(void **state) {
    (void)state;
    static const struct {
        const char *schedule, *message;
    } cases[] = {
        {"\"rate\": 0", "schedule.rate: expected more than 0 and at most 100, got 0"},
        {"\"rate\": 1e308", "schedule.rate: expected more than 0 and at most 100, got 1e+308"},
        {"\"rate\": -1", "schedule.rate: expected more than 0"},
        {"\"rat\": 1", "schedule: unknown key 'rat'; did you mean 'rate'?"},
        {"\"kind\": \"cosin\"", "schedule: unknown kind 'cosin'; did you mean 'cosine'?"},
        {"\"kind\": \"one-cycle\", \"rate\": 1",
         "schedule.warmup: expected the epochs of the way up, more than 0, got none"},
        {"\"kind\": \"step\", \"rate\": 1", "schedule.milestones is missing"},
        {"\"milestones\": []", "schedule.milestones: expected an array of 1 to 16 epochs, got 0"},
        {"\"milestones\": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]", "epochs, got 17 numbers"},
        {"\"milestones\": [0]", "schedule.milestones[0]: expected more than 0"},
        {"\"milestones\": [2, 2]", "schedule.milestones[1]: expected more than 2, got 2"},
        {"\"rate\": 1, \"milestones\": [1]", "schedule: kind 'constant' has no 'milestones'"},
        {"\"rate\": 1, \"kind\": \"cosine\", \"factor\": 0.5", "kind 'cosine' has no 'factor'"},
        {"\"rate\": 1, \"last\": 0", "schedule: kind 'constant' has no 'last'"},
        {"\"rate\": 1, \"warmup\": 4",
         "schedule.warmup: expected at most the 3 epochs of all, got 4"},
        {"\"rate\": 1, \"kind\": \"step\", \"milestones\": [1, 3]",
         "schedule.milestones[1]: expected less than the 3 epochs of all, got 3"},
        {"\"first\": 1.5", "schedule.first: expected at least 0 and at most 1, got 1.5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        char text[400];
        snprintf(text, sizeof text, "{" LEAST ", \"schedule\": {%s}}", cases[i].schedule);
        assert_fails(parse(text, &err), err, cases[i].message);
    }
}

/* ---- Fingerprints ---- */

/* `text` with its first `from` replaced, in a static buffer. */
static const char *with(const char *text, const char *from, const char *to) {
    static char buffer[4000];
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(buffer, sizeof buffer, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return buffer;
}

static uint64_t fingerprint(const char *text, const char *name) {
    Error err = {0};
    Recipe *r = recipe_parse(text, strlen(text), name, &err);
    assert_ok(r, err);
    uint64_t print = r->fingerprint;
    recipe_free(r);
    return print;
}

static void every_field_counts(void **state) {
    (void)state;
    static const char *const changes[][2] = {
        {"resnet-mini", "resnet-mini2"},
        {"tinyphotos", "otherphotos"},
        {"\"resize\"", "\"exact\""},
        {"9007199254740991", "9007199254740990"},
        {"\"epochs\": 40", "\"epochs\": 41"},
        {"\"batch\": 32", "\"batch\": 33"},
        {"1500", "1501"},
        {"one-cycle", "cosine"},
        {"\"rate\": 0.1", "\"rate\": 0.10000000000000002"},
        {"7.5", "7"},
        {"0.05", "0.06"},
        {"0.0001", "0.0002"},
        {"0.8", "0.9"},
        {"\"nesterov\": true", "\"nesterov\": false"},
        {"0.0005", "0.0006"},
        {"0.125", "0.1"},
        {"0.999", "0.9999"},
        {"\"clip\": 5", "\"clip\": 0"},
        {"300", "301"},
        {"\"flip\": true", "\"flip\": false"},
        {"\"crop\": 4", "\"crop\": 3"},
        {"[0.5, 1]", "[0.4, 1]"},
        {"[0.5, 1]", "[0.5, 0.9]"},
        {"1.5,", "1.6,"},
        {"0.2,", "0.3,"},
        {"0.25", "0.2"},
        {"0.3,", "0.4,"},
        {"\"hue\": 10", "\"hue\": 11"},
        {"\"rotate\": 15", "\"rotate\": 14"},
        {"\"cutout\": 16", "\"cutout\": 0"},
        {"\"cutmix\": 0.5", "\"cutmix\": 0.75"},
        {"\"cutmix_until\": 0.8", "\"cutmix_until\": 0.9"},
    };
    enum { COUNT = sizeof changes / sizeof *changes };
    uint64_t prints[COUNT + 1] = {fingerprint(full, "a")};
    for (size_t i = 0; i < COUNT; i++) {
        prints[i + 1] = fingerprint(with(full, changes[i][0], changes[i][1]), "a");
        for (size_t k = 0; k <= i; k++)
            if (prints[k] == prints[i + 1])
                fail_msg("%s does not change the fingerprint", changes[i][0]);
    }
    /* Name, places and the way it is written do not. */
    assert_int_equal(fingerprint(full, "b"), prints[0]);
    assert_int_equal(fingerprint(with(full, "\"d\"", "\"e\", \"f\""), "a"), prints[0]);
    assert_int_equal(fingerprint(with(full, "\"epochs\": 40", "\n\"epochs\":4e1"), "a"), prints[0]);
    /* What is left out is what it is preset to. */
    assert_int_equal(fingerprint("{" LEAST ", \"schedule\": {\"rate\": 1}}", "a"),
                     fingerprint("{" LEAST ", \"schedule\": {\"first\": 0.04, \"rate\": 1},"
                                 "\"seed\": 1, \"augment\": {}}",
                                 "a"));
    /* The same on every machine and from now on: checkpoints name it. */
    assert_int_equal(fingerprint("{" LEAST ", \"schedule\": {\"rate\": 1}}", "a"),
                     0x561d754b8e88b751);
}

static void sealing_sees_what_changed(void **state) {
    (void)state;
    Error err = {0};
    Recipe *r = parse(full, &err);
    assert_ok(r, err);
    uint64_t before = r->fingerprint;
    recipe_seal(r);
    assert_int_equal(r->fingerprint, before);
    r->seed = UINT64_MAX;
    recipe_seal(r);
    uint64_t last = r->fingerprint;
    assert_true(last != before);
    r->seed--; /* the same as a double */
    recipe_seal(r);
    assert_true(r->fingerprint != last);
    recipe_free(r);
}

/* ---- Files ---- */

static void files_are_found(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    assert_ok(file_make_folder(test_path("models"), &err), err);
    test_write(test_path("models/one-b.recipe.json"), full, strlen(full));
    test_write(test_path("models/one-a.recipe.json"), full, strlen(full));
    test_write(test_path("models/two.json"), "{}", 2);
    test_write(test_path("models/.recipe.json"), "{}", 2);
    test_write(test_path("mine.json"), full, strlen(full));
    test_write(test_path("bad.recipe.json"), "{\"modle\": 1}", 12);
    assert_int_equal(setenv("CONVOSCOPE_HOME", test_folder(), 1), 0);
    assert_ok(recipe_names(&arena, &names, &count, &err), err);
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "one-a");
    assert_string_equal(names[1], "one-b");
    Recipe *r = recipe_load("one-b", &err);
    assert_ok(r, err);
    assert_string_equal(r->name, "one-b");
    recipe_free(r);
    r = recipe_load(test_path("models/one-a.recipe.json"), &err);
    assert_ok(r, err);
    assert_string_equal(r->name, "one-a");
    recipe_free(r);
    r = recipe_load(test_path("mine.json"), &err);
    assert_ok(r, err);
    assert_string_equal(r->name, "mine");
    recipe_free(r);
    assert_string_equal(recipe_where(r = recipe_load("one-b", &err)),
                        test_path("models/one-b.recipe.json"));
    recipe_free(r);
    assert_fails(recipe_load("one-x", &err), err,
                 "unknown recipe 'one-x'; did you mean 'one-a' or 'one-b'?");
    assert_fails(recipe_load("", &err), err, "unknown recipe ''");
    assert_fails(recipe_load(test_path("none.recipe.json"), &err), err, "No such file");
    assert_fails(recipe_load(test_path("bad.recipe.json"), &err), err,
                 "bad.recipe.json: unknown key 'modle'; did you mean 'model'?");
    assert_int_equal(unsetenv("CONVOSCOPE_HOME"), 0);
    arena_free(&arena);
}

/* A network, or a recipe's name without its ending: what was meant is said. */
static void what_is_no_recipe(void **state) {
    (void)state;
    Error err = {0};
    char here[FILE_PATH_MAX];
    static const char network[] = "{\"title\": \"x\", \"layers\": []}";
    assert_non_null(getcwd(here, sizeof here));
    assert_fails(recipe_load("resnet152", &err), err,
                 "the network 'resnet152' comes without a recipe");
    assert_int_equal(chdir(test_folder()), 0);
    test_write("pets.json", network, strlen(network));
    assert_fails(recipe_load("./pets.json", &err), err,
                 "'./pets.json' is not a recipe: it is a network, of which a recipe says how it is "
                 "trained (models/README.md)");
    assert_fails(recipe_load("pets", &err), err, "unknown recipe 'pets'");
    test_write("pets.recipe.json", full, strlen(full));
    assert_fails(recipe_load("pets.json", &err), err,
                 "'pets.json' is not a recipe: it is a network; did you mean pets.recipe.json?");
    assert_fails(recipe_load("pets", &err), err,
                 "unknown recipe 'pets'; did you mean ./pets.recipe.json?");
    assert_fails(recipe_load("pets.recipe", &err), err, "did you mean ./pets.recipe.json?");
    assert_int_equal(chdir(here), 0);
}

static void assert_found(const Recipe *r, const char *expected) {
    Error err = {0};
    char path[FILE_PATH_MAX];
    assert_ok(recipe_data(r, path, &err), err);
    assert_string_equal(path, expected);
}

/* Beside the recipe, then in the user's folder, then in its places, seen from the recipe. */
static void data_are_found(void **state) {
    (void)state;
    Error err = {0};
    char path[FILE_PATH_MAX], here[FILE_PATH_MAX];
    static const char text[] = "{" LEAST ", \"places\": [\"nosuch\", \"../elsewhere\"], "
                               "\"schedule\": {\"rate\": 1}}";
    assert_ok(file_make_folder(test_path("mine"), &err), err);
    test_write(test_path("mine/r.recipe.json"), text, strlen(text));
    setenv("XDG_DATA_HOME", test_path("share"), 1);
    Recipe *r = recipe_load(test_path("mine/r.recipe.json"), &err);
    assert_ok(r, err);
    assert_fails(recipe_data(r, path, &err), err,
                 "the data 'd' are not here: give --data PATH, or put them beside the recipe or "
                 "into ");
    assert_ok(file_make_folder(test_path("elsewhere"), &err), err);
    assert_found(r, test_path("mine/../elsewhere"));
    assert_ok(file_make_folder(test_path("share/convoscope/data/d"), &err), err);
    assert_found(r, test_path("share/convoscope/data/d"));
    assert_ok(file_make_folder(test_path("mine/d"), &err), err);
    assert_found(r, test_path("mine/d"));
    recipe_free(r);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(test_path("mine")), 0); /* however it is called */
    r = recipe_load("r.recipe.json", &err);
    assert_ok(r, err);
    assert_found(r, "./d");
    assert_int_equal(chdir(here), 0);
    recipe_free(r);
    unsetenv("XDG_DATA_HOME");
}

/* Those that ship: each can be read, and its network is there. */
static void shipped_recipes_are_sound(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    assert_ok(recipe_names(&arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        Recipe *r = recipe_load(names[i], &err);
        assert_ok(r, err);
        Model *model = model_load(r->model, 0, &err);
        assert_ok(model, err);
        model_free(model);
        recipe_free(r);
    }
    arena_free(&arena);
}

static void out_of_memory(void **state) {
    (void)state;
    const char *path = test_path("memory.recipe.json");
    test_write(path, full, strlen(full));
    for (size_t n = 1;; n++) {
        Error err = {0};
        mem_fail_at(n);
        Recipe *r = recipe_load(path, &err);
        bool reached = mem_fail_at(0) >= n;
        assert_int_equal(r != NULL, !reached);
        recipe_free(r);
        if (!reached)
            break;
        assert_int_equal(err.code, ERROR_NO_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(what_is_left_out_has_a_value),
        cmocka_unit_test(steps_have_milestones),
        cmocka_unit_test(a_schedule_is_stretched),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(what_is_wrong_with_a_schedule_is_said),
        cmocka_unit_test(every_field_counts),
        cmocka_unit_test(sealing_sees_what_changed),
        cmocka_unit_test(files_are_found),
        cmocka_unit_test(what_is_no_recipe),
        cmocka_unit_test(data_are_found),
        cmocka_unit_test(shipped_recipes_are_sound),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests_name("train_recipe", tests, NULL, NULL);
}
