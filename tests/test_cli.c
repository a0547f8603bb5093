/* The command line as a person meets it: answers, exit statuses, and one clear sentence for
 * whatever is wrong. Runs the built program. */
#include "cli_support.h"

#include "tensor/npy.h"
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state) {
    (void)state;
    find_program();
    make_picture("a.png", 60, 50, 3);
    make_picture("dot.png", 1, 1, 3);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    drop_output();
    return 0;
}

/* --- What works
 * -------------------------------------------------------------------------------------- */

static void version_and_help(void **state) {
    (void)state;
    assert_int_equal(run("--version"), 0);
    assert_int_equal(strncmp(out_text, "convoscope ", 11), 0);
    assert_int_equal(run("help"), 0);
    test_contains(out_text, "convoscope run");
    assert_int_equal(run("run --help"), 0);
    test_contains(out_text, "--dump");
    test_contains(out_text, "Examples:");
    assert_int_equal(run("help layers"), 0);
    test_contains(out_text, "dilation");
}

static void wrong_usage_is_status_2(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"rnu lenet", "did you mean 'run'"},
        {"run", "usage:"},
        {"run lenet", "--image"},
        {"run lenet --imgae x.png", "did you mean 'image'"},
        {"run lenet --image x.png --input y.npy", "exclude"},
        {"run lenet --image x.png --threads 0", "1..256"},
        {"run lenet --image x.png --top five", "'five'"},
        {"run lenet --image x.png --conv fft", "naive"},
        {"run lenet --image", "is missing"},
        {"run lenet --image x.png --plan fast --dump d", "--plan step"},
        {"eval lenet", "--data"},
        {"export lenet --image x.png --out d --shard 5/4 --nodes conv1", "shard"},
        {"run lenet --image x.png --json=1", "--json takes no value"},
        {"run lenet --image x.png --t 3", "unknown option of run 't'"}, /* top or threads? */
        {"run lenet --image x.png -xq", "unknown option of run 'x'"},
        {"run lenet --image x.png --dump ''", "--dump"},
        {"view lenet --lang fr", "--lang: expected en|es, got 'fr'"},
        {"run lenet --image x.png --lang es", "unknown option of run 'lang'"},
        {"help rnu", "did you mean 'run'"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int status = run("%s", wrong[i][0]);
        if (status != 2)
            fail_msg("%s: exit status %d: %s", wrong[i][0], status, err_text);
        assert_string_equal(out_text, "");
        test_contains(err_text, wrong[i][1]);
    }
}

static void run_answers_in_json(void **state) {
    (void)state;
    assert_int_equal(run("run lenet --image %s --json --threads 2 --top 3 --weights random:1",
                         test_path("a.png")),
                     0);
    Json *root = answer();
    assert_string_equal(json_text(json_get(root, "model")), "lenet");
    const Json *weights = json_get(root, "weights");
    assert_string_equal(json_text(json_get(weights, "source")), "random weights, seed 1");
    assert_false(json_bool(json_get(weights, "trained")));
    assert_int_equal(json_number(json_get(root, "threads")), 2);
    assert_int_equal(json_count(json_get(root, "top")), 3);
    double first = json_number(json_get(json_at(json_get(root, "top"), 0), "p"));
    double second = json_number(json_get(json_at(json_get(root, "top"), 1), "p"));
    assert_true(first >= second && first <= 1);
    assert_true(json_count(json_get(root, "nodes")) > 8);
    assert_true(json_get(root, "total_ms") != NULL);
    json_free(root);
}

static void dumps_hold_what_was_asked_for(void **state) {
    (void)state;
    assert_int_equal(run("run lenet --image %s --dump %s --nodes conv1,pool1.tanh,softmax",
                         test_path("a.png"), test_path("dump")),
                     0);
    Error err = {0};
    Arena arena = {0};
    Tensor t;
    assert_ok(npy_load(&t, &arena, test_path("dump/acts/conv1.npy"), &err), err);
    Shape expected = SHAPE(1, 20, 24, 24);
    assert_true(shape_equal(&t.shape, &expected));
    assert_ok(npy_load(&t, &arena, test_path("dump/acts/pool1.tanh.npy"), &err), err);
    assert_ok(npy_load(&t, &arena, test_path("dump/logits.npy"), &err), err);
    assert_ok(npy_load(&t, &arena, test_path("dump/probs.npy"), &err), err);
    assert_int_equal(t.shape.rank, 2);
    double sum = 0;
    for (int i = 0; i < 10; i++)
        sum += t.data[i];
    assert_true(sum > 0.9999 && sum < 1.0001);
    assert_false(file_exists(test_path("dump/acts/conv2.npy")));
    assert_ok(npy_load(&t, &arena, test_path("dump/acts/softmax.npy"), &err), err);
    arena_free(&arena);
}

static void paths_and_plans_agree(void **state) {
    (void)state;
    static const char *const ways[] = {"--conv naive", "--conv gemm", "--plan fast", "--cpu ref"};
    char first[200] = "";
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assert_int_equal(
            run("run resnet20-cifar --image %s --json %s", test_path("a.png"), ways[i]), 0);
        Json *root = answer();
        char top[200];
        snprintf(top, sizeof top, "%s %.4f",
                 json_text(json_get(json_at(json_get(root, "top"), 0), "label")),
                 json_number(json_get(json_at(json_get(root, "top"), 0), "p")));
        json_free(root);
        if (i == 0)
            strcpy(first, top);
        assert_string_equal(top, first);
    }
}

static void odd_but_good_pictures_run(void **state) {
    (void)state;
    assert_int_equal(run("run lenet --image %s", test_path("dot.png")), 0);
    make_picture("thin.png", 500, 3, 1);
    assert_int_equal(run("run lenet --image %s", test_path("thin.png")), 0);
}

static void no_number_is_called_so(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    Tensor input;
    Shape shape = SHAPE(1, 1, 28, 28);
    assert_ok(tensor_new(&input, &arena, &shape, &err), err);
    for (int i = 0; i < 784; i++)
        input.data[i] = INFINITY;
    assert_ok(npy_save(test_path("inf.npy"), &input, &err), err);
    arena_free(&arena);
    assert_int_equal(run("run lenet --weights random:1 --input %s", test_path("inf.npy")), 0);
    test_contains(out_text, "   NaN %");
    assert_int_equal(run("run lenet --weights random:1 --input %s --json", test_path("inf.npy")),
                     0);
    test_contains(out_text, "\"p\": null");
}

static void info_and_models_answer(void **state) {
    (void)state;
    assert_int_equal(run("models --json"), 0);
    Json *root = answer();
    assert_true(json_count(json_get(root, "models")) >= 31);
    json_free(root);
    assert_int_equal(run("info googlenet --paper"), 0);
    test_contains(out_text, "inception_3a");
    test_contains(out_text, "159K");
    assert_int_equal(run("info googlenet --paper --json"), 0);
    root = answer();
    const Json *row = json_at(json_get(root, "printed"), 0);
    assert_string_equal(json_text(json_get(json_get(row, "paper"), "params")), "2.7K");
    assert_int_equal(json_number(json_get(json_get(row, "ours"), "params")), 9472);
    json_free(root);
    assert_int_equal(run("info alexnet"), 0);
    test_contains(out_text, "beta 0.75  (96, 55, 55)"); /* no column is too narrow */
    assert_int_equal(run("info vgg19 --size 448 --json"), 0);
    root = answer();
    assert_int_equal(json_number(json_at(json_get(root, "input"), 1)), 448);
    json_free(root);
}

/* --- What does not
 * ------------------------------------------------------------------------------------ */

static void bad_pictures_are_refused(void **state) {
    (void)state;
    assert_refused("cannot open", "run lenet --image %s", test_path("nosuch.png"));
    test_contains(err_text, "No such file");
    assert_refused("directory", "run lenet --image %s", test_folder());
    write_text("empty.png", "");
    assert_refused("empty.png", "run lenet --image %s", test_path("empty.png"));
    write_text("text.png", "This is no picture.\n");
    assert_refused("text.png", "run lenet --image %s", test_path("text.png"));
    size_t size;
    Error err = {0};
    uint8_t *png = file_read(test_path("a.png"), 1 << 20, false, &size, &err);
    test_write(test_path("half.png"), png, size / 2);
    mem_free(png);
    assert_refused("half.png", "run lenet --image %s", test_path("half.png"));
}

static void bad_models_are_refused(void **state) {
    (void)state;
    write_text("bad.json",
               "{\"input\": [1, 28, 28], \"layers\": [{\"op\": \"conv\", \"name\": \"c\", "
               "\"out\": 4, \"kernel\": 3, \"stride\": 0}]}");
    assert_refused("layers[0].stride: expected 1", "info %s", test_path("bad.json"));
    assert_refused("did you mean", "info lente");
    write_text("deep.json",
               "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
               "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
    assert_refused("deep.json", "info %s", test_path("deep.json"));
    write_text("huge.json", "{\"input\": [64, 16384, 16384], \"layers\": [{\"op\": \"conv\", "
                            "\"name\": \"c\", \"out\": 64, "
                            "\"kernel\": 1}]}");
    assert_refused("of memory", "run %s --image %s", test_path("huge.json"), test_path("a.png"));
}

static void bad_weights_and_inputs_are_refused(void **state) {
    (void)state;
    write_text("w.safetensors", "\xff\xff\xff\xff\xff\xff\xff\x7f{}");
    assert_refused("w.safetensors", "run lenet --image %s --weights %s", test_path("a.png"),
                   test_path("w.safetensors"));
    write_text("w.pt", "PK\x03\x04");
    assert_refused("safetensors", "run lenet --image %s --weights %s", test_path("a.png"),
                   test_path("w.pt"));
    assert_refused("random:SEED", "run lenet --image %s --weights random:x", test_path("a.png"));
    write_text("x.npy", "\x93NUMPY");
    assert_refused("x.npy", "run lenet --input %s", test_path("x.npy"));
    assert_refused("unknown node 'conv9'", "run lenet --image %s --dump %s --nodes conv9",
                   test_path("a.png"), test_path("d"));
    assert_refused("nosuch", "eval lenet --data %s", test_path("nosuch"));
    assert_refused("unknown model 'nosuch'", "bench nosuch --threads 1");
}

/* Of a folder of pictures those that cannot be used are skipped and counted, and the first named.
 */
static void eval_skips_bad_pictures(void **state) {
    (void)state;
    Error err = {0};
    assert_ok(file_make_folder(test_path("set/3"), &err), err);
    assert_ok(file_make_folder(test_path("set/4"), &err), err); /* stays empty */
    write_text("set/3/b.jpg", "\xff\xd8 and no more");
    assert_refused("1 of 1 picture cannot be read", "eval lenet --weights random:1 --data %s",
                   test_path("set"));
    test_contains(err_text, "b.jpg");
    make_picture("set/3/a.png", 20, 20, 3);
    write_text("set/3/e.webp", "x");
    make_picture("set/3/c.png", 20000, 1, 1); /* resized it would be too large */
    make_picture("set/3/d.png", 20, 20, 1);
    assert_int_equal(
        run("eval lenet --weights random:1 --data %s --json --batch 2", test_path("set")), 0);
    test_contains(out_text, "\"images\": 2,");
    test_contains(out_text, "\"skipped\": 2,");
    test_contains(err_text, "warning: 2 of 4 pictures skipped");
    test_contains(err_text, "b.jpg");
    test_contains(err_text, "note: ");
    test_contains(err_text, "set: 1 file not read, being no PNG, JPEG, BMP, TGA, GIF, PNM; the "
                            "first: 3/e.webp");
    assert_ok(file_make_folder(test_path("learn/train/3"), &err), err);
    make_picture("learn/train/3/a.png", 20, 20, 3);
    assert_refused("learn' is not a test set: it has train, but no val",
                   "eval lenet --weights random:1 --data %s", test_path("learn"));
    assert_int_equal(run("eval lenet --weights random:1 --data %s", test_path("learn/train")), 0);
    test_contains(out_text, " on 1 picture: ");
    assert_ok(file_make_folder(test_path("flat"), &err), err);
    make_picture("flat/a.png", 20, 20, 1);
    assert_refused("its class: expected 0..9, got none", "eval lenet --weights random:1 --data %s",
                   test_path("flat"));
}

static void places_that_cannot_be_written(void **state) {
    (void)state;
    assert_refused("cannot", "run lenet --image %s --dump /proc/nosuch/dump", test_path("a.png"));
    write_text("file", "x");
    assert_refused("file", "run lenet --image %s --dump %s", test_path("a.png"),
                   test_path("file/dump"));
    assert_refused("Not a directory", "export lenet --image %s --nodes conv1 --out %s",
                   test_path("a.png"), test_path("file"));
    assert_int_equal(run("info lenet >&- 2>&-; exit $?"), 1);
    assert_int_equal(run("--version >&- 2>&-; exit $?"), 1);
    assert_int_equal(
        run("export lenet --image %s --nodes conv1 --format npy --out %s 2>&-; exit $?",
            test_path("a.png"), test_path("o")),
        0);
    if (!file_exists("/dev/full"))
        return;
    assert_int_equal(run("info lenet > /dev/full; exit $?"), 1);
}

/* --- Signals
 * ---------------------------------------------------------------------------------------- */

/* A picture from a pipe that nobody writes to: the program is there once the pipe is open, and can
 * only be stopped from outside. */
static void a_signal_ends_what_waits(void **state) {
    (void)state;
    char pipe[FILE_PATH_MAX];
    snprintf(pipe, sizeof pipe, "%s", test_path("pipe.png"));
    assert_int_equal(mkfifo(pipe, 0600), 0);
    int status = run("run lenet --image %s 2>%s & p=$!; exec 3>%s; kill -TERM $p; sleep 1; "
                     "kill -KILL $p 2>/dev/null; wait $p; exit $?",
                     pipe, test_path("told"), pipe);
    assert_int_equal(status, 1);
    char *told = slurp(test_path("told"));
    assert_string_equal(told, "convoscope: cancelled\n");
    mem_free(told);
    /* One that was ignored before, as by nohup, stays so. */
    status = run("--version; trap '' HUP; '%s' run lenet --image %s --quiet & p=$!; exec 3>%s; "
                 "kill -HUP $p; cat %s >&3; exec 3>&-; wait $p; exit $?",
                 program, pipe, pipe, test_path("a.png"));
    assert_int_equal(status, 0);
    unlink(pipe);
}

static void temporary_files_can_be_dropped(void **state) {
    (void)state;
    FileWriter one, two;
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    assert_ok(file_make_folder(test_path("drop"), &err), err);
    assert_ok(file_create(&one, test_path("drop/one"), &err), err);
    assert_ok(file_create(&two, test_path("drop/two"), &err), err);
    assert_ok(file_commit(&two, &err), err);
    file_drop_temporaries();
    assert_ok(file_list(test_path("drop"), &arena, &names, &count, &err), err);
    assert_int_equal(count, 1);
    assert_string_equal(names[0], "two");
    file_abort(&one);
    arena_free(&arena);
}

/* The manual and the completions tell of every command; the shells that are here can read them. */
static void other_programs_are_helped(void **state) {
    (void)state;
    static const char *const topics[] = {"man", "bash", "zsh", "fish"};
    static const char *const verbs[] = {"view",    "models", "info",  "run",   "export",
                                        "explain", "eval",   "train", "bench", "lesson",
                                        "diagram", "table",  "play",  "help"};
    for (size_t t = 0; t < sizeof topics / sizeof *topics; t++) {
        assert_int_equal(run("help %s", topics[t]), 0);
        for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++)
            test_contains(out_text, verbs[v]);
        test_contains(out_text, "lang");
        test_write(test_path(topics[t]), out_text, strlen(out_text));
        if (strcmp(topics[t], "man") == 0)
            continue;
        test_contains(out_text, "googlenet-mini");
        test_contains(out_text, "densenet");
        char command[2 * FILE_PATH_MAX];
        snprintf(command, sizeof command, "command -v %s >/dev/null || exit 0; %s -n '%s'",
                 topics[t], topics[t], test_path(topics[t]));
        assert_int_equal(system(command), 0);
    }
    drop_output();
}

static void tables_and_drawings(void **state) {
    (void)state;
    assert_int_equal(run("table resnet50 --csv"), 0);
    test_contains(out_text, "\"[1x1, 64; 3x3, 64; 1x1, 256] x 3\"");
    test_contains(out_text, "MACs (paper),,1.8e9,3.6e9,3.8e9,7.6e9,11.3e9\r\n");
    assert_int_equal(run("table googlenet"), 0);
    test_contains(out_text, "inception (5b)");
    assert_int_equal(run("table vgg19"), 1);
    test_contains(err_text, "a table of the paper for VGG-19 is missing");
    assert_int_equal(run("diagram lenet --out '%s'", test_path("lenet.svg")), 0);
    assert_true(file_exists(test_path("lenet.svg")));
    assert_int_equal(run("diagram lenet"), 2);
    assert_int_equal(run("diagram googlenet --block inception_3c --out x.svg"), 1);
    test_contains(err_text, "did you mean 'inception_3a'");
    assert_int_equal(run("diagram lenet --out /nosuch/x.svg"), 1);
    test_contains(err_text, "/nosuch/x.svg");
    drop_output();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_programs_are_helped),
        cmocka_unit_test(tables_and_drawings),
        cmocka_unit_test(version_and_help),
        cmocka_unit_test(wrong_usage_is_status_2),
        cmocka_unit_test(run_answers_in_json),
        cmocka_unit_test(dumps_hold_what_was_asked_for),
        cmocka_unit_test(paths_and_plans_agree),
        cmocka_unit_test(odd_but_good_pictures_run),
        cmocka_unit_test(no_number_is_called_so),
        cmocka_unit_test(info_and_models_answer),
        cmocka_unit_test(bad_pictures_are_refused),
        cmocka_unit_test(bad_models_are_refused),
        cmocka_unit_test(bad_weights_and_inputs_are_refused),
        cmocka_unit_test(eval_skips_bad_pictures),
        cmocka_unit_test(places_that_cannot_be_written),
        cmocka_unit_test(a_signal_ends_what_waits),
        cmocka_unit_test(temporary_files_can_be_dropped),
    };
    return cmocka_run_group_tests_name("cli", tests, setup, teardown);
}
