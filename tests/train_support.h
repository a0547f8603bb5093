/* What the tests of `convoscope train` share: a small world to train in, stripes, and the built
 * program in it, which can be watched and killed. */
#ifndef TESTS_TRAIN_SUPPORT_H
#define TESTS_TRAIN_SUPPORT_H

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
static inline void write_idx(const char *folder, const char *name, int64_t count, int side,
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
static inline void make_stripes(const char *folder, uint64_t seed, int classes) {
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
static inline void write_json(const char *name, const char *quoted) {
    char text[2000];
    snprintf(text, sizeof text, "%s", quoted);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    write_text(name, text);
}

/* The tests run in the test's folder, with the user's places in it, the data where they belong. */
static inline int setup(void **state) {
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

static pid_t running; /* what a test that failed may have left */

static inline int teardown(void **state) {
    (void)state;
    if (running)
        kill(running, SIGKILL);
    drop_output();
    return chdir("/");
}

/* Fails unless none of a folder's names contains `part`. */
static inline void assert_none(const char *folder, const char *part) {
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

static inline void assert_nothing_is_left(void) {
    assert_none(".", ".tmp-");
    assert_none("state/convoscope/train", "");
}

static inline bool same_bytes(const char *a, const char *b) {
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

/* Begins "convoscope ARGS"; its process. */
static inline pid_t begin(const char *args) {
    char command[8000];
    snprintf(command, sizeof command, "exec '%s' %s", program, args);
    write_text("stderr", "");
    pid_t child = fork();
    if (child == 0) {
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        if (open("/dev/null", O_RDONLY) == 0 &&
            open(test_path("stdout"), O_WRONLY | O_CREAT | O_TRUNC, 0666) == 1 &&
            open(test_path("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0666) == 2)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    return running = child;
}

/* Its exit status, or minus the signal that ended it. */
static inline int end(pid_t child) {
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    running = 0;
    take_output();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Until the program has said it, or half a minute. */
static inline void await(const char *text) {
    for (int i = 0; i < 3000; i++) {
        char *said = slurp(test_path("stderr"));
        const bool found = strstr(said, text) != NULL;
        mem_free(said);
        if (found)
            return;
        clock_sleep_ms(10);
    }
    fail_msg("it never said '%s'", text);
}

static inline double number(const Json *root, const char *key) {
    if (json_type(json_get(root, key)) != JSON_NUMBER)
        fail_msg("no number '%s' in %s", key, out_text);
    return json_number(json_get(root, key));
}

/* Of a recipe, so many that this machine learns for about that long. */
static inline int epochs_of(const char *recipe, double seconds) {
    double best = 0; /* of three: a machine that is busy just now is not slow */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(run("train %s --out t.safetensors --json --threads 1", recipe), 0);
        Json *root = answer();
        best = fmax(best, number(root, "images_per_second") / number(root, "images"));
        json_free(root);
    }
    return (int)fmin(fmax(4, seconds * best), 100000);
}

/* Lines of a log that are neither remarks nor the head. */
static inline int log_rows(const char *path) {
    char *text = slurp(path);
    int rows = -1;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
        rows += *line != '#';
    mem_free(text);
    return rows;
}

/* The only file of the state folder whose name ends so, into a buffer. */
static inline void find_state(const char *end_of_name, char path[FILE_PATH_MAX]) {
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count;
    path[0] = '\0';
    assert_ok(file_list("state/convoscope/train", &arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(names[i]), size = strlen(end_of_name);
        if (length < size || strcmp(names[i] + length - size, end_of_name) != 0)
            continue;
        assert_string_equal(path, "");
        snprintf(path, FILE_PATH_MAX, "state/convoscope/train/%s", names[i]);
    }
    assert_true(path[0]);
    arena_free(&arena);
}

/* Begins such a training and stops it once it learns. */
static inline void leave_checkpoint(const char *args) {
    pid_t child = begin(args);
    await("epoch ");
    kill(child, SIGINT);
    assert_int_equal(end(child), 1);
}

static inline int count(const char *text, const char *part) {
    int found = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        found++;
    return found;
}

#endif
