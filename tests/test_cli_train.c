/* `convoscope train` as a person meets it: what it answers and leaves behind, being killed and
 * taken up again, and being kept apart from others. Runs the built program on stripes.
 */
#include "train_support.h"

/* --- What it answers ----------------------------------------------------------------------------
 */

/* The pictures that seed 1 holds out of the stripes, as a test set. */
static void write_held_out(const char *folder) {
    Error err = {0};
    Arena arena = {0};
    Pool *pool = pool_new(1, &err);
    Model *model = model_load("./tiny.json", 0, &err);
    assert_ok(model, err);
    TrainData *data = train_data_load("share/convoscope/data/stripes", DATASET_TRAIN, model,
                                      FIT_EXACT, pool, NULL, NULL, &err);
    assert_ok(data, err);
    TrainSplit split;
    assert_ok(train_split(data, HELD_OUT, 1, &arena, &split, &err), err);
    uint8_t pixels[HELD_OUT * AREA];
    int32_t labels[HELD_OUT];
    for (int i = 0; i < HELD_OUT; i++) {
        memcpy(pixels + i * AREA, data->pixels + split.holdout[i] * AREA, AREA);
        labels[i] = data->labels[split.holdout[i]];
    }
    write_idx(folder, "t10k", HELD_OUT, SIDE, pixels, labels);
    train_data_free(data);
    model_free(model);
    arena_free(&arena);
    pool_free(pool);
}

static void check_metadata(const char *path) {
    char *bytes = slurp(path);
    Error err = {0};
    Json *header = json_parse(bytes + 8, (uint8_t)bytes[0] | (size_t)(uint8_t)bytes[1] << 8, &err);
    assert_ok(header, err);
    const Json *meta = json_get(header, "__metadata__");
    assert_string_equal(json_text(json_get(meta, "convoscope.recipe")), "tiny");
    assert_string_equal(json_text(json_get(meta, "convoscope.seed")), "1");
    assert_string_equal(json_text(json_get(meta, "convoscope.epochs")), "4");
    assert_string_equal(json_text(json_get(meta, "convoscope.data")), "stripes");
    json_free(header);
    mem_free(bytes);
}

/* Where things lie on this machine stays out of the log, which is published beside the weights. */
static void logs_name_no_folders(void **state) {
    (void)state;
    if (run("train ./tiny.recipe.json --data '%s' --out l.safetensors",
            test_path("share/convoscope/data/stripes")))
        fail_msg("%s", err_text);
    char *log = slurp("l.log.csv");
    log[strcspn(log, "\n")] = '\0';
    test_contains(log, "# convoscope train ./tiny.recipe.json --data stripes --out ");
    assert_null(strstr(log, test_folder()));
    mem_free(log);
}

static void weights_do_what_the_answer_says(void **state) {
    (void)state;
    write_held_out("held");
    assert_int_equal(run("train ./tiny.recipe.json --out a.safetensors --json"), 0);
    test_contains(err_text, "epoch 1/4: loss ");
    test_contains(err_text, "epoch 4/4: loss ");
    Json *root = answer();
    assert_string_equal(json_text(json_get(root, "model")), "tiny");
    assert_string_equal(json_text(json_get(root, "weights")), "a.safetensors");
    assert_string_equal(json_text(json_get(root, "log")), "a.log.csv");
    assert_int_equal(number(root, "seed"), 1);
    assert_int_equal(number(root, "epochs"), 4);
    assert_int_equal(number(root, "images"), PICTURES - HELD_OUT);
    assert_int_equal(number(root, "held_out"), HELD_OUT);
    const double accuracy = number(root, "best_accuracy"), loss = number(root, "best_loss");
    assert_in_range(number(root, "best_epoch"), 1, 4);
    assert_true(number(root, "images_per_second") > 0);
    assert_true(accuracy > 0.5 && accuracy < 1); /* learned, and nothing that anyone could say */
    json_free(root);
    assert_int_equal(log_rows("a.log.csv"), 4);
    check_metadata("a.safetensors");
    assert_nothing_is_left();
    assert_int_equal(run("eval ./tiny.json --weights a.safetensors --data held --json"), 0);
    root = answer();
    assert_int_equal(number(root, "images"), HELD_OUT);
    assert_true(fabs(number(root, "top1") - accuracy) < 1e-9);
    assert_true(fabs(number(root, "loss") - loss) < 1e-5);
    json_free(root);
}

static void an_answer_for_people(void **state) {
    (void)state;
    assert_int_equal(run("train ./tiny.recipe.json --quiet"), 0);
    test_contains(out_text, "Tiny: 4 epochs of 400 pictures, seed 1\n");
    test_contains(out_text, "held-out pictures: ");
    test_contains(out_text, "weights: tiny.safetensors\nlog: tiny.log.csv\n");
    assert_string_equal(err_text, "");
    assert_true(file_exists("tiny.safetensors"));
    assert_int_equal(run("train"), 2);
    test_contains(err_text, "which recipe? alexnet-mini, ");
    test_contains(err_text, "'convoscope help train'");
    assert_int_equal(run("help train"), 0);
    test_contains(out_text, "--save-every");
    test_contains(out_text, "  lenet ");
}

static void the_same_bits_or_others(void **state) {
    (void)state;
    const char *recipe = "./tiny.recipe.json --quiet";
    assert_int_equal(run("train %s --out a.safetensors --threads 1", recipe), 0);
    assert_int_equal(run("train %s --out b.safetensors --threads 2", recipe), 0);
    assert_true(same_bytes("a.safetensors", "b.safetensors"));
    assert_int_equal(run("train %s --out b.safetensors --seed 2 --json", recipe), 0);
    test_contains(out_text, "\"seed\": 2,");
    assert_false(same_bytes("a.safetensors", "b.safetensors"));
    assert_int_equal(
        run("train %s --out b.safetensors --epochs 1 --seed 9007199254740991 --json", recipe), 0);
    test_contains(out_text, "\"seed\": 9007199254740991,");
    assert_int_equal(run("train %s --out b.safetensors --epochs 1 --seed 0 --json", recipe), 0);
    test_contains(out_text, "\"seed\": 0,");
    assert_int_equal(run("train %s --seed 9007199254740992", recipe), 2);
    test_contains(err_text, "--seed: expected 0..9007199254740991, got");
    assert_int_equal(run("train %s --out b.safetensors --epochs 2 --json", recipe), 0);
    test_contains(out_text, "\"epochs\": 2,");
    assert_int_equal(log_rows("b.log.csv"), 2);
    assert_int_equal(run("train %s --out half.safetensors --half", recipe), 0);
    assert_int_equal(run("eval ./tiny.json --weights half.safetensors --data held"), 0);
    assert_nothing_is_left();
}

/* --- Being stopped ------------------------------------------------------------------------------
 */

static void killed_and_taken_up_again(void **state) {
    (void)state;
    static const double moments[] = {1200, 200, 1100, 500, 1300, 0}; /* of which some save before */
    const int epochs = epochs_of("./tiny.recipe.json", 3.5);
    const char *args =
        TEXT("train ./tiny.recipe.json --save-every 1 --threads 1 --epochs %d --out", epochs);
    assert_int_equal(run("%s whole.safetensors", args), 0);
    int status = -1, kills = 0, resumed = 0;
    while (status != 0) {
        pid_t child = begin(TEXT("%s killed.safetensors", args));
        if (kills < 6) {
            clock_sleep_ms(moments[kills] + 300 * (double)random_uniform(4, 0, (uint64_t)kills));
            kill(child, SIGKILL);
            kills++;
        }
        status = end(child);
        resumed += strstr(err_text, "going on in epoch") != NULL;
        if (status != 0 && status != -SIGKILL)
            fail_msg("exit status %d: %s", status, err_text);
    }
    if (kills < 2 || resumed < 1)
        fail_msg("only %d kills and %d times going on", kills, resumed);
    assert_true(same_bytes("whole.safetensors", "killed.safetensors"));
    assert_int_equal(log_rows("killed.log.csv"), epochs);
    assert_nothing_is_left();
}

static void interrupted_and_taken_up_again(void **state) {
    (void)state;
    const char *args = TEXT("train ./tiny.recipe.json --threads 1 --epochs %d --out",
                            epochs_of("./tiny.recipe.json", 2));
    assert_int_equal(run("%s whole.safetensors", args), 0);
    for (int round = 0; round < 2; round++) {
        const char *again = round ? "--restart" : "";
        pid_t child = begin(TEXT("%s part.safetensors %s", args, again));
        await("epoch ");
        kill(child, round ? SIGTERM : SIGINT);
        assert_int_equal(end(child), 1);
        assert_string_equal(out_text, "");
        test_contains(err_text, round ? "\nconvoscope: cancelled; the same command without "
                                        "--restart goes on from here\n"
                                      : "\nconvoscope: cancelled; the same command goes on from "
                                        "here\n");
        assert_false(file_exists("part.safetensors"));
        assert_int_equal(run("%s part.safetensors %s", args, again), 0);
        assert_int_equal(strstr(err_text, "going on in epoch ") != NULL, !round);
        assert_true(same_bytes("whole.safetensors", "part.safetensors"));
        assert_nothing_is_left();
        assert_int_equal(remove("part.safetensors"), 0);
    }
}

static void checkpoints_that_do_not_serve(void **state) {
    (void)state;
    char path[FILE_PATH_MAX];
    const char *args =
        "train ./tiny.recipe.json --threads 1 --epochs 2000 --out part.safetensors --quiet";
    leave_checkpoint("train ./tiny.recipe.json --threads 1 --epochs 2000 --out part.safetensors");
    find_state(".checkpoint", path);
    make_stripes("other", 2, CLASSES);
    assert_refused("by another recipe, network or data; --restart begins anew", "%s --data other",
                   args);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
    assert_refused("is not a whole checkpoint: it has ", "%s", args);
    test_contains(err_text, "; --restart begins anew\n");
    leave_checkpoint("train ./tiny.recipe.json --threads 1 --epochs 2000 --out part.safetensors "
                     "--restart");
    find_state(".checkpoint", path);
    assert_int_equal(remove(path), 0);
    find_state(".log.csv", path);
    assert_int_equal(remove(path), 0);
}

/* --- Trainings beside each other ----------------------------------------------------------------
 */

static const char endless[] = "train %s./tiny.recipe.json --threads 1 --epochs 100000 --out "
                              "%spart.safetensors";

/* Of one file of weights there is one training, wherever it is called from. */
static void places_are_told_apart(void **state) {
    (void)state;
    Error err = {0};
    leave_checkpoint(TEXT(endless, "", ""));
    assert_ok(file_make_folder("below", &err), err);
    assert_int_equal(chdir("below"), 0);
    pid_t child = begin(TEXT(endless, ".", "../"));
    await("going on in epoch ");
    kill(child, SIGINT);
    assert_int_equal(end(child), 1);
    child = begin(TEXT(endless, ".", ""));
    await("/100000: loss ");
    kill(child, SIGKILL);
    assert_int_equal(end(child), -SIGKILL);
    assert_null(strstr(err_text, "going on"));
    assert_null(strstr(err_text, "anew"));
    assert_int_equal(run("train .././tiny.recipe.json --quiet --out part.safetensors"), 0);
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(run("train ./tiny.recipe.json --quiet --out part.safetensors"), 0);
    assert_nothing_is_left();
}

/* The second to write the same weights is refused, until the first has ended, be it by a crash. */
static void one_at_a_time(void **state) {
    (void)state;
    pid_t child = begin(TEXT(endless, "", ""));
    await("epoch ");
    assert_int_equal(run("train ./tiny.recipe.json --seed 3 --out ./part.safetensors"), 1);
    test_contains(err_text, "convoscope: another training writes './part.safetensors' just now: "
                            "wait for its end, or give another --out\n");
    assert_int_equal(run("train ./tiny.recipe.json --quiet --out other.safetensors"), 0);
    kill(child, SIGKILL);
    assert_int_equal(end(child), -SIGKILL);
    assert_int_equal(run("train ./tiny.recipe.json --quiet --out part.safetensors"), 0);
    assert_nothing_is_left();
}

/* Another seed begins anew and says so; what was there stays until weights are written. */
static void beginning_anew(void **state) {
    (void)state;
    char path[FILE_PATH_MAX], log[FILE_PATH_MAX];
    assert_int_equal(run("train ./tiny.recipe.json --quiet --out part.safetensors"), 0);
    char *before = slurp("part.log.csv");
    leave_checkpoint(TEXT(endless, "", ""));
    find_state(".checkpoint", path);
    find_state(".log.csv", log); /* so far: the one beside the old weights is still theirs */
    assert_true(log_rows(log) >= 1);
    char *after = slurp("part.log.csv");
    assert_string_equal(before, after);
    mem_free(before);
    mem_free(after);
    leave_checkpoint(TEXT("train ./tiny.recipe.json --threads 1 --epochs 99999 --out "
                          "part.safetensors"));
    test_contains(err_text, "convoscope: note: beginning anew: the checkpoint of 20");
    test_contains(err_text, " is of another recipe, --epochs or --seed (");
    assert_true(file_exists(path));
    pid_t child = begin(TEXT(endless, "", ""));
    await("going on in epoch ");
    kill(child, SIGINT);
    assert_int_equal(end(child), 1);
    assert_int_equal(run("train ./tiny.recipe.json --seed 2 --out part.safetensors"), 0);
    test_contains(err_text, "note: beginning anew");
    assert_nothing_is_left();
    assert_int_equal(run("train ./tiny.recipe.json --seed 3 --out part.safetensors"), 0);
    assert_null(strstr(err_text, "anew"));
}

/* Sums of other kernels are rounded otherwise: no training is made of both. */
static void other_kernels_are_refused(void **state) {
    (void)state;
    leave_checkpoint(TEXT("%s --cpu ref", TEXT(endless, "", "")));
    assert_refused("it was made with --cpu ref --conv auto, not with --cpu ref --conv gemm, which "
                   "rounds differently; --restart begins anew",
                   "%s --cpu ref --conv gemm", TEXT(endless, "", ""));
    assert_int_equal(
        run("train ./tiny.recipe.json --quiet --cpu ref --conv naive --out part.safetensors"), 0);
    char *log = slurp("part.log.csv");
    test_contains(log, " with --cpu ref --conv naive\n");
    mem_free(log);
    assert_nothing_is_left();
}

/* --- What cannot be written ---------------------------------------------------------------------
 */

static long size_of(const char *path) {
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return (long)info.st_size;
}

/* A limit on the size of files, in sh's blocks of 512 bytes, stands for a full disk: a checkpoint
 * holds the weights three times. */
static void a_full_disk(void **state) {
    (void)state;
    const char *args = TEXT("train ./wide.recipe.json --save-every 1 --threads 1 --epochs %d --out",
                            epochs_of("./wide.recipe.json", 2.5));
    assert_int_equal(run("%s whole.safetensors", args), 0);
    const long blocks = size_of("whole.safetensors") / 512;
    assert_int_equal(run("--version; ulimit -f %ld; '%s' %s full.safetensors --quiet", 2 * blocks,
                         program, args),
                     0);
    assert_int_equal(count(err_text, "the training goes on\n"), 1);
    test_contains(err_text, "warning: cannot write '");
    assert_true(same_bytes("whole.safetensors", "full.safetensors"));
    assert_nothing_is_left();
    assert_refused("cannot write 'full.safetensors': File too large",
                   "--version; ulimit -f %ld; '%s' train ./wide.recipe.json --quiet "
                   "--seed 2 --out full.safetensors",
                   blocks / 2, program);
    assert_true(same_bytes("whole.safetensors", "full.safetensors"));
    assert_nothing_is_left();
}

/* What was learned is not lost because the folder has gone meanwhile. */
static void a_folder_that_goes(void **state) {
    (void)state;
    const char *args =
        TEXT("train ./tiny.recipe.json --threads 1 --epochs %d --out gone/a.safetensors",
             epochs_of("./tiny.recipe.json", 2));
    assert_int_equal(mkdir("gone", 0777), 0);
    pid_t child = begin(args);
    await("epoch ");
    assert_int_equal(rename("gone", "elsewhere"), 0);
    assert_int_equal(end(child), 1);
    assert_string_equal(out_text, "");
    test_contains(err_text, "cannot write 'gone/a.safetensors': No such file or directory; the "
                            "training is kept, the same command writes it anew\n");
    assert_int_equal(mkdir("gone", 0777), 0);
    assert_int_equal(run("%s", args), 0);
    test_contains(err_text, "note: all was learned before");
    assert_true(file_exists("gone/a.safetensors"));
    assert_nothing_is_left();
}

/* Told before anything is learned: this recipe would take for ever. */
static void places_that_cannot_be_written(void **state) {
    (void)state;
    const char *args = "train ./tiny.recipe.json --epochs 100000 --out";
    assert_refused("cannot write 'nosuch/a.safetensors': No such file or directory",
                   "%s nosuch/a.safetensors", args);
    assert_refused("cannot write 'tiny.json/a.safetensors': Not a directory",
                   "%s tiny.json/a.safetensors", args);
    assert_int_equal(mkdir("folder.safetensors", 0777), 0);
    assert_refused("cannot write 'folder.safetensors': Is a directory", "%s folder.safetensors",
                   args);
    assert_int_equal(mkdir("taken.log.csv", 0777), 0);
    assert_refused("cannot write 'taken.log.csv': Is a directory", "%s taken.safetensors", args);
    assert_refused("a.safetensors/convoscope/train': Not a directory",
                   "--version; XDG_STATE_HOME='%s' '%s' %s b.safetensors",
                   test_path("a.safetensors"), program, args);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_name_no_folders),
        cmocka_unit_test(weights_do_what_the_answer_says),
        cmocka_unit_test(an_answer_for_people),
        cmocka_unit_test(the_same_bits_or_others),
        cmocka_unit_test(killed_and_taken_up_again),
        cmocka_unit_test(interrupted_and_taken_up_again),
        cmocka_unit_test(checkpoints_that_do_not_serve),
        cmocka_unit_test(places_are_told_apart),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(beginning_anew),
        cmocka_unit_test(other_kernels_are_refused),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_folder_that_goes),
        cmocka_unit_test(places_that_cannot_be_written),
    };
    return cmocka_run_group_tests_name("cli_train", tests, setup, teardown);
}
