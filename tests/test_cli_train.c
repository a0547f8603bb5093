/* `convoscope train` as a person meets it: what it answers and leaves behind, being killed and
 * taken up again, and one clear sentence for whatever is wrong. Runs the built program on stripes.
 */
#include "cli_support.h"

#include "base/clock.h"
#include "base/random.h"
#include "train/data.h"
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE = 8, AREA = SIDE * SIDE, CLASSES = 4, PICTURES = 480, HELD_OUT = 80 };

/* --- A small world ------------------------------------------------------------------------------
 */

/* IDX files NAME-images-idx3-ubyte and its labels, side x side. */
static void write_idx(const char *folder, const char *name, int64_t count, int side,
                      const uint8_t *pixels, const int32_t *labels) {
    const uint8_t head[] = {0,
                            0,
                            8,
                            3,
                            0,
                            0,
                            (uint8_t)(count >> 8),
                            (uint8_t)count,
                            0,
                            0,
                            0,
                            (uint8_t)side,
                            0,
                            0,
                            0,
                            (uint8_t)side};
    const uint8_t label_head[] = {0, 0, 8, 1, 0, 0, (uint8_t)(count >> 8), (uint8_t)count};
    const size_t size = (size_t)(count * side * side);
    uint8_t *bytes = malloc(sizeof head + size);
    Error err = {0};
    char path[FILE_PATH_MAX];
    assert_ok(file_make_folder(folder, &err), err);
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + sizeof head, pixels, size);
    snprintf(path, sizeof path, "%.3000s/%s-images-idx3-ubyte", folder, name);
    test_write(path, bytes, sizeof head + size);
    memcpy(bytes, label_head, sizeof label_head);
    for (int64_t i = 0; i < count; i++)
        bytes[sizeof label_head + (size_t)i] = (uint8_t)labels[i];
    snprintf(path, sizeof path, "%.3000s/%s-labels-idx1-ubyte", folder, name);
    test_write(path, bytes, sizeof label_head + (size_t)count);
    free(bytes);
}

/* Class k is brighter in rows 2k and 2k + 1, under noise, so that not all can be told rightly. */
static void make_stripes(const char *folder, uint64_t seed, int classes) {
    static uint8_t pixels[PICTURES * AREA];
    static int32_t labels[PICTURES];
    static float noise[PICTURES * AREA];
    random_normal(seed, 1, 0, PICTURES * AREA, noise);
    for (int i = 0; i < PICTURES; i++) {
        labels[i] = i % classes;
        for (int p = 0; p < AREA; p++) {
            const bool bright = p / SIDE / 2 == labels[i];
            const float value = (bright ? 120.0f : 90.0f) + 60 * noise[i * AREA + p];
            pixels[i * AREA + p] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
    }
    write_idx(folder, "train", PICTURES, SIDE, pixels, labels);
}

/* A file of JSON with ' for ". */
static void write_json(const char *name, const char *quoted) {
    char text[2000];
    snprintf(text, sizeof text, "%s", quoted);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    write_text(name, text);
}

/* The tests run in the test's folder, with the user's places in it, the data where they belong. */
static int setup(void **state) {
    (void)state;
    find_program();
    assert_int_equal(chdir(test_folder()), 0);
    setenv("XDG_STATE_HOME", test_path("state"), 1);
    setenv("XDG_DATA_HOME", test_path("share"), 1);
    make_stripes("share/convoscope/data/stripes", 1, CLASSES);
    write_json("tiny.json", "{'title': 'Tiny', 'input': [1, 8, 8], 'layers': ["
                            "{'op': 'conv', 'name': 'conv1', 'out': 6, 'kernel': 3, 'padding': 1, "
                            "'then': 'relu'},"
                            "{'op': 'maxpool', 'name': 'pool1', 'kernel': 2, 'stride': 2},"
                            "{'op': 'flatten'}, {'op': 'dropout', 'p': 0.1},"
                            "{'op': 'linear', 'name': 'fc', 'out': 4}, {'op': 'softmax'}]}");
    write_json("tiny.recipe.json",
               "{'model': 'tiny.json', 'data': 'stripes', 'epochs': 4, 'batch': 16, 'holdout': 80,"
               "'schedule': {'kind': 'one-cycle', 'rate': 0.05, 'warmup': 1}, 'average': 0.9,"
               "'augment': {'crop': 1}}");
    /* Two layers and nothing between them, 74000 weights. */
    write_json("wide.json", "{'title': 'Wide', 'input': [1, 8, 8], 'layers': [{'op': 'flatten'},"
                            "{'op': 'linear', 'name': 'fc1', 'out': 1024},"
                            "{'op': 'linear', 'name': 'fc2', 'out': 4}, {'op': 'softmax'}]}");
    write_json(
        "wide.recipe.json",
        "{'model': 'wide.json', 'data': 'stripes', 'epochs': 4, 'batch': 4, 'smoothing': 0.1,"
        "'schedule': {'rate': 0.01}}");
    return 0;
}

static int teardown(void **state) {
    (void)state;
    drop_output();
    return chdir("/");
}

/* Fails unless none of a folder's names contains `part`. */
static void assert_none(const char *folder, const char *part) {
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count;
    assert_ok(file_list(folder, &arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        if (strstr(names[i], part))
            fail_msg("%s/%s is left", folder, names[i]);
    arena_free(&arena);
}

static void assert_nothing_is_left(void) {
    assert_none(".", ".tmp-");
    assert_none("state/convoscope/train", "");
}

static bool same_bytes(const char *a, const char *b) {
    size_t size_a, size_b;
    Error err = {0};
    uint8_t *one = file_read(a, 1 << 24, false, &size_a, &err);
    assert_ok(one, err);
    uint8_t *two = file_read(b, 1 << 24, false, &size_b, &err);
    assert_ok(two, err);
    const bool same = size_a == size_b && memcmp(one, two, size_a) == 0;
    mem_free(one);
    mem_free(two);
    return same;
}

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

static double number(const Json *root, const char *key) {
    if (json_type(json_get(root, key)) != JSON_NUMBER)
        fail_msg("no number '%s' in %s", key, out_text);
    return json_number(json_get(root, key));
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

/* Lines of a log that are neither remarks nor the head. */
static int log_rows(const char *path) {
    char *text = slurp(path);
    int rows = -1;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
        rows += *line != '#';
    mem_free(text);
    return rows;
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
    assert_int_equal(run("train %s --out b.safetensors --epochs 2 --json", recipe), 0);
    test_contains(out_text, "\"epochs\": 2,");
    assert_int_equal(log_rows("b.log.csv"), 2);
    assert_int_equal(run("train %s --out half.safetensors --half", recipe), 0);
    assert_int_equal(run("eval ./tiny.json --weights half.safetensors --data held"), 0);
    assert_nothing_is_left();
}

/* --- Being stopped ------------------------------------------------------------------------------
 */

/* Begins "convoscope ARGS"; its process. */
static pid_t begin(const char *args) {
    char command[8000];
    snprintf(command, sizeof command, "exec '%s' %s", program, args);
    write_text("stderr", "");
    pid_t child = fork();
    if (child == 0) {
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        if (open("/dev/null", O_RDONLY) == 0 &&
            open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0666) == 1 &&
            open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0666) == 2)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    return child;
}

/* Its exit status, or minus the signal that ended it. */
static int end(pid_t child) {
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    take_output();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Until the program has said it, or half a minute. */
static void await(const char *text) {
    for (int i = 0; i < 3000; i++) {
        char *said = slurp("stderr");
        const bool found = strstr(said, text) != NULL;
        mem_free(said);
        if (found)
            return;
        clock_sleep_ms(10);
    }
    fail_msg("it never said '%s'", text);
}

/* Of a recipe, so many that this machine learns for about that long. */
static int epochs_of(const char *recipe, double seconds) {
    double best = 0; /* of three: a machine that is busy just now is not slow */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(run("train %s --out t.safetensors --json --threads 1", recipe), 0);
        Json *root = answer();
        best = fmax(best, number(root, "images_per_second") / number(root, "images"));
        json_free(root);
    }
    return (int)fmin(fmax(4, seconds * best), 100000);
}

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

/* The checkpoint that is in the state folder, into a buffer. */
static void find_checkpoint(char path[FILE_PATH_MAX]) {
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count;
    assert_ok(file_list("state/convoscope/train", &arena, &names, &count, &err), err);
    assert_int_equal(count, 1);
    snprintf(path, FILE_PATH_MAX, "state/convoscope/train/%s", names[0]);
    arena_free(&arena);
}

static void leave_checkpoint(const char *args) {
    pid_t child = begin(args);
    await("epoch ");
    kill(child, SIGINT);
    assert_int_equal(end(child), 1);
}

static void checkpoints_that_do_not_serve(void **state) {
    (void)state;
    char path[FILE_PATH_MAX];
    const char *args =
        "train ./tiny.recipe.json --threads 1 --epochs 2000 --out part.safetensors --quiet";
    leave_checkpoint("train ./tiny.recipe.json --threads 1 --epochs 2000 --out part.safetensors");
    find_checkpoint(path);
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
    find_checkpoint(path);
    assert_int_equal(remove(path), 0);
}

/* --- What cannot be written ---------------------------------------------------------------------
 */

static long size_of(const char *path) {
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return (long)info.st_size;
}

static int count(const char *text, const char *part) {
    int found = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        found++;
    return found;
}

/* A limit on the size of files, in sh's blocks of 512 bytes, stands for a full disk: a checkpoint
 * holds the weights three times. */
static void a_full_disk(void **state) {
    (void)state;
    const char *args = TEXT("train ./wide.recipe.json --save-every 1 --threads 1 --epochs %d --out",
                            epochs_of("./wide.recipe.json", 2.5));
    assert_int_equal(run("%s whole.safetensors", args), 0);
    const long blocks = size_of("whole.safetensors") / 512;
    assert_int_equal(
        run("--version; ulimit -f %ld; '%s' %s full.safetensors", 2 * blocks, program, args), 0);
    assert_int_equal(count(err_text, "the training goes on\n"), 1);
    test_contains(err_text, "note: cannot write '");
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
    assert_refused("cannot write 'share': Is a directory", "%s share", args);
    assert_int_equal(mkdir("taken.log.csv", 0777), 0);
    assert_refused("cannot write 'taken.log.csv': Is a directory", "%s taken.safetensors", args);
    assert_refused("a.safetensors/convoscope/train': Not a directory",
                   "--version; XDG_STATE_HOME='%s' '%s' %s b.safetensors",
                   test_path("a.safetensors"), program, args);
}

/* --- What cannot be learned from ----------------------------------------------------------------
 */

static void recipes_that_are_wrong(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"'epochs': 1, 'schedule': {'rate': 0}", "schedule.rate: expected more than 0 "},
        {"'epochs': 1, 'schedule': {'rate': 1e999}", "a number beyond"},
        {"'epochs': 1, 'schedule': {'rate': 1}, 'momentm': 0.9",
         "'momentm'; did you mean 'momentum'?"},
        {"'epochs': 1, 'schedule': {'rate': 1}, 'batch': 500",
         "pictures to learn from: expected at least a batch of 500, got 480"},
        {"'epochs': 1, 'schedule': {'rate': 1}, 'holdout': 480",
         "pictures to hold out: expected 0..479"},
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
}

static void data_that_are_wrong(void **state) {
    (void)state;
    Error err = {0};
    const char *args = "train ./tiny.recipe.json --out data.safetensors";
    assert_refused("cannot open 'nosuch'", "%s --data nosuch", args);
    assert_int_equal(rename("share/convoscope/data/stripes", "moved"), 0);
    assert_refused("the data 'stripes' are not here: give --data PATH, or put them into ", "%s",
                   args);
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
    write_json("photos.recipe.json",
               "{'model': 'tiny.json', 'data': 'photos', 'fit': 'resize', 'epochs': 2, 'batch': 2,"
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
    test_contains(err_text, "note: 1 of 5 pictures skipped; the first: ");
    test_contains(err_text, "album/3/x.jpg");
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_do_what_the_answer_says),
        cmocka_unit_test(an_answer_for_people),
        cmocka_unit_test(the_same_bits_or_others),
        cmocka_unit_test(killed_and_taken_up_again),
        cmocka_unit_test(interrupted_and_taken_up_again),
        cmocka_unit_test(checkpoints_that_do_not_serve),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_folder_that_goes),
        cmocka_unit_test(places_that_cannot_be_written),
        cmocka_unit_test(recipes_that_are_wrong),
        cmocka_unit_test(data_that_are_wrong),
        cmocka_unit_test(a_broken_jpeg_is_left_out),
        cmocka_unit_test(a_rate_that_is_too_high),
    };
    return cmocka_run_group_tests_name("cli_train", tests, setup, teardown);
}
