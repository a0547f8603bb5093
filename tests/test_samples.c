/* The sample pictures in assets/images and the trained networks in models/ suit each other. */
#include "support.h"

#include "base/memory.h"
#include "base/text.h"
#include "engine/fast.h"
#include "engine/input.h"
#include "engine/open.h"
#include <stdio.h>
#include <string.h>

enum { SCENE_CLASSES = 10, SCENES_NAMED = 7, GARMENTS_NAMED = 9 };

typedef struct Judge { /* a trained network */
    Arena arena;
    Pool *pool;
    Model *model;
    FastPlan *plan;
} Judge;

static void judge_open(Judge *j, const char *name) {
    Error err = {0};
    const RunOptions options = {.path = CONV_AUTO, .tier = cpu_best()};
    *j = (Judge){.pool = pool_new(2, &err)};
    j->model = engine_open(name, 0, NULL, &options, j->pool, NULL, &err);
    assert_ok(j->model, err);
    if (!j->model->weights.trained)
        fail_msg("%s has no trained weights in models/", name);
    j->plan = fast_new(j->model, 1, &options, j->pool, &err);
    assert_ok(j->plan, err);
}

static void judge_close(Judge *j) {
    fast_free(j->plan);
    model_free(j->model);
    pool_free(j->pool);
    arena_free(&j->arena);
}

/* The class that it gives a picture of assets/images. */
static int judge_name(Judge *j, const char *file) {
    Error err = {0};
    char path[FILE_PATH_MAX], note[IMAGE_NOTE_SIZE];
    Tensor input;
    Result result;
    assert_true(file_find(path, sizeof path, TEXT("assets/images/%s", file)));
    assert_ok(engine_input_image(j->model, path, &j->arena, &input, NULL, note, &err), err);
    assert_ok(fast_run(j->plan, &input, NULL, &j->arena, &result, &err), err);
    int best = 0;
    for (int i = 1; i < j->model->labels.count; i++)
        if (result.probabilities.data[i] > result.probabilities.data[best])
            best = i;
    return best;
}

/* The class that a scene is named after ("basketball_2.png": basketball), or -1. */
static int scene_class(const Labels *labels, const char *file) {
    char stem[80];
    size_t length = strcspn(file, ".");
    if (strcmp(file + length, ".png") != 0 || length >= sizeof stem)
        return -1;
    memcpy(stem, file, length);
    stem[length] = '\0';
    if (length > 2 && stem[length - 2] == '_' && stem[length - 1] >= '2' && stem[length - 1] <= '9')
        stem[length - 2] = '\0';
    return labels_find(labels, stem);
}

/* How many classes it names rightly in one of their pictures at least. */
static int classes_named(const char *network) {
    Judge j;
    Error err = {0};
    char folder[FILE_PATH_MAX], **files;
    size_t count;
    bool drawn[100] = {false}, named[100] = {false};
    judge_open(&j, network);
    assert_true(file_find(folder, sizeof folder, "assets/images"));
    assert_ok(file_list(folder, &j.arena, &files, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        const int label = scene_class(&j.model->labels, files[i]);
        if (label < 0)
            continue;
        const int answer = judge_name(&j, files[i]);
        char buffer[24];
        drawn[label] = true;
        named[label] |= answer == label;
        if (answer != label)
            print_message("%s: %s is called %s\n", network, files[i],
                          labels_name(&j.model->labels, answer, buffer));
    }
    int classes = 0, right = 0;
    for (int i = 0; i < 100; i++) {
        classes += drawn[i];
        right += named[i];
    }
    print_message("%s: %d of %d classes\n", network, right, classes);
    assert_true(classes >= SCENE_CLASSES);
    judge_close(&j);
    return right;
}

/* Every mini but the weakest names at least seven of the classes drawn. */
static void minis_name_the_scenes(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    int minis = 0, weak = 0;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        if (strstr(names[i], "-mini")) {
            minis++;
            weak += classes_named(names[i]) < SCENES_NAMED;
        }
    assert_true(minis >= 6 && weak <= 1);
    arena_free(&arena);
}

/* What was trained says on what, how, and how well. */
static void trained_networks_come_with_their_papers(void **state) {
    (void)state;
    static const char *const papers[] = {".md", ".recipe.json", ".log.csv"};
    Error err = {0};
    Arena arena = {0};
    char **names, path[FILE_PATH_MAX];
    size_t count, trained = 0;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        if (!file_find(path, sizeof path, TEXT("models/%s.safetensors", names[i])))
            continue;
        trained++;
        for (size_t p = 0; p < sizeof papers / sizeof *papers; p++)
            if (!file_find(path, sizeof path, TEXT("models/%s%s", names[i], papers[p])))
                fail_msg("models/%s%s is missing", names[i], papers[p]);
    }
    assert_true(trained >= 8);
    arena_free(&arena);
}

static void lenet_reads_the_digits(void **state) {
    (void)state;
    Judge j;
    judge_open(&j, "lenet");
    for (int digit = 0; digit < 10; digit++) {
        assert_int_equal(judge_name(&j, TEXT("digit_%d.png", digit)), digit);
        assert_int_equal(judge_name(&j, TEXT("digit_%db.png", digit)), digit);
    }
    judge_close(&j);
}

static void lenet_fashion_names_the_garments(void **state) {
    (void)state;
    static const char *const files[] = {"t_shirt", "trouser", "pullover", "dress", "coat",
                                        "sandal",  "shirt",   "sneaker",  "bag",   "ankle_boot"};
    Judge j;
    int right = 0;
    judge_open(&j, "lenet-fashion");
    for (int i = 0; i < 10; i++)
        right += judge_name(&j, TEXT("%s.png", files[i])) == i;
    assert_true(right >= GARMENTS_NAMED);
    judge_close(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trained_networks_come_with_their_papers),
        cmocka_unit_test(lenet_reads_the_digits),
        cmocka_unit_test(lenet_fashion_names_the_garments),
        cmocka_unit_test(minis_name_the_scenes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
