/* A LeNet that learns while one looks: it learns what the trainer learns, batch for batch; it can
 * be paused, begun again, changed, and used. */
#include "session_support.h"

#include "base/file.h"
#include "session/degradation.h"
#include "session/learning.h"
#include "train/trainer.h"
#include <math.h>
#include <string.h>

static const char fashion[] = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";

static RunOptions options(void) {
    return (RunOptions){.tier = cpu_best()};
}

/* A small set of pictures: two grey levels a class, so that it is learned at once. */
static const char *small_pictures(void) {
    static char folder[FILE_PATH_MAX];
    static const char *const names[] = {"T-shirt_top", "Trouser"};
    Error err = {0};
    text_format(folder, sizeof folder, "%s", test_path("learning"));
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < 160; i++) {
            uint8_t pixels[28 * 28];
            char path[FILE_PATH_MAX];
            memset(pixels, c ? 220 - i % 9 : 20 + i % 7, sizeof pixels);
            const Image image = {.pixels = pixels, .width = 28, .height = 28, .channels = 1};
            text_format(path, sizeof path, "%s/train/%s", folder, names[c]);
            assert_ok(file_make_folder(path, &err), err);
            text_format(path, sizeof path, "%s/train/%s/%d.png", folder, names[c], i);
            assert_ok(image_save_png(path, &image, NULL, &err), err);
        }
    return folder;
}

static void wait_for(Learning *l) {
    for (int i = 0; !learning_wait(l, 1000); i++)
        assert_in_range(i, 0, 900);
}

static Learning *begin(const LearningSetup *setup, int threads) {
    Error err = {0};
    const RunOptions run = options();
    Learning *l = learning_new(&run, threads, setup, &err);
    assert_ok(l, err);
    wait_for(l);
    static LearningShot shot;
    learning_look(l, &shot);
    if (setup->data[0] != '/' || !strstr(setup->data, "nosuch"))
        assert_ok(shot.phase != LEARNING_FAILED, shot.error);
    return l;
}

/* --- What is learned -------------------------------------------------------------------------- */

static void it_learns_the_same_on_any_threads(void **state) {
    (void)state;
    static LearningShot a, b;
    LearningSetup setup = {.seed = 3};
    text_format(setup.data, sizeof setup.data, "%s", small_pictures());
    for (int threads = 1; threads <= 2; threads++) {
        LearningShot *shot = threads == 1 ? &a : &b;
        Learning *l = begin(&setup, threads);
        learning_set_rate(l, 0.01);
        learning_go(l, 2);
        wait_for(l);
        learning_go(l, 3);
        wait_for(l);
        learning_look(l, shot);
        assert_int_equal(shot->phase, LEARNING_PAUSED);
        assert_int_equal(shot->done, 5);
        learning_free(l);
    }
    assert_memory_equal(a.kernels, b.kernels, sizeof a.kernels);
    assert_memory_equal(a.maps, b.maps, sizeof a.maps);
    assert_memory_equal(a.now.curve.loss, b.now.curve.loss, sizeof a.now.curve.loss);
    assert_memory_not_equal(a.kernels, a.first, sizeof a.first);
    assert_int_equal(a.now.curve.count, 5);
    assert_true(a.now.curve.loss[4] < a.now.curve.loss[0]);
    assert_true(a.now.epochs >= 1 &&
                a.now.held[0] > 0.9F); /* 320 pictures: four batches an epoch */
}

static void gradients_come_back(void **state) {
    (void)state;
    static LearningShot shot;
    LearningSetup setup = {.seed = 1, .activation = LEARN_RELU, .pooling = LEARN_POOL_3};
    text_format(setup.data, sizeof setup.data, "%s", small_pictures());
    Learning *l = begin(&setup, 1);
    learning_look(l, &shot);
    assert_false(shot.has_back);
    learning_go(l, 1);
    wait_for(l);
    learning_look(l, &shot);
    assert_true(shot.has_back);
    assert_int_equal(shot.layer_count, 6);
    assert_string_equal(shot.layers[0].name, "conv1");
    assert_string_equal(shot.layers[5].name, "fc2");
    for (int i = 0; i < 6; i++) {
        const bool pool = strncmp(shot.layers[i].name, "pool", 4) == 0;
        assert_true(shot.layers[i].gradient > 0);
        assert_int_equal(shot.layers[i].weights > 0 && shot.layers[i].size > 0, !pool);
    }
    /* The softmax's gradient: each item's is (p - t) / batch, which sums to 0 over the classes. */
    assert_true(shot.layers[5].gradient < 1.0 / LEARNING_BATCH);
    learning_free(l);
}

static void another_setup_begins_anew(void **state) {
    (void)state;
    static LearningShot shot;
    LearningSetup setup = {.seed = 1};
    text_format(setup.data, sizeof setup.data, "%s", small_pictures());
    Learning *l = begin(&setup, 1);
    learning_go(l, 3);
    wait_for(l);
    setup.activation = LEARN_RELU;
    assert_false(learning_is(l, &setup));
    learning_set(l, &setup);
    assert_true(learning_is(l, &setup));
    wait_for(l);
    learning_look(l, &shot);
    assert_int_equal(shot.done, 0);
    assert_int_equal(shot.before_count, 1);
    assert_int_equal(shot.before[0].activation, LEARN_TANH);
    assert_int_equal(shot.before[0].curve.count, 3);
    learning_go(l, -1);
    assert_true(learning_is_endless(l));
    assert_true(learning_wait(l, 10)); /* nobody waits for what does not end */
    setup.restarts++;
    learning_set(l, &setup);
    wait_for(l);
    learning_go(l, 0);
    wait_for(l);
    assert_false(learning_is_endless(l));
    learning_free(l);
}

static void what_cannot_be_learned_is_told(void **state) {
    (void)state;
    static LearningShot shot;
    LearningSetup setup = {.seed = 1, .data = "/nosuch/pictures"};
    char model[FILE_PATH_MAX], weights[FILE_PATH_MAX];
    Error err = {0};
    Learning *l = begin(&setup, 1);
    learning_look(l, &shot);
    assert_int_equal(shot.phase, LEARNING_FAILED);
    assert_non_null(strstr(shot.error.text, "/nosuch/pictures"));
    learning_go(l, 5);
    wait_for(l);
    assert_false(learning_save(l, test_path("trained"), model, weights, &err));
    assert_non_null(strstr(err.text, "nothing was learned"));
    text_format(setup.data, sizeof setup.data, "%s", small_pictures());
    learning_set(l, &setup);
    wait_for(l);
    learning_set_rate(l, 1e30);
    learning_go(l, 20);
    wait_for(l);
    learning_look(l, &shot);
    assert_int_equal(shot.phase, LEARNING_FAILED);
    assert_non_null(strstr(shot.error.text, "diverged"));
    learning_free(l);
}

/* --- Using it --------------------------------------------------------------------------------- */

static void it_can_be_used_as_trained(void **state) {
    (void)state;
    Error err = {0};
    for (int pooling = 0; pooling < LEARN_POOLINGS; pooling++) {
        static LearningShot shot;
        char model[FILE_PATH_MAX], weights[FILE_PATH_MAX];
        LearningSetup setup = {.seed = 2, .pooling = (StateLearnPooling)pooling};
        text_format(setup.data, sizeof setup.data, "%s", small_pictures());
        Learning *l = begin(&setup, 1);
        learning_go(l, 2);
        wait_for(l);
        learning_look(l, &shot);
        assert_ok(learning_save(l, test_path("trained"), model, weights, &err), err);
        learning_free(l);
        Model *m = model_load(model, 0, &err);
        assert_ok(m && weights_load(m, weights, &err), err);
        assert_string_equal(m->weights.note, "");
        assert_true(m->weights.trained);
        assert_memory_equal(m->weights.data[0][0], shot.kernels, sizeof shot.kernels);
        model_free(m);
    }
}

/* The sizes of LeNet with each pooling: (24 - 3) / 2 + 1 = 11, 7, 3. */
static void networks_with_other_parts(void **state) {
    (void)state;
    Error err = {0};
    static const int sides[LEARN_POOLINGS][4] = {{24, 12, 8, 4}, {24, 11, 7, 3}};
    static const char *const names[] = {"conv1", "pool1", "conv2", "pool2"};
    for (int p = 0; p < LEARN_POOLINGS; p++)
        for (int a = 0; a < LEARN_ACTIVATIONS; a++) {
            char *text = learning_network((StateLearnActivation)a, (StateLearnPooling)p, &err);
            assert_ok(text, err);
            Model *m = model_parse(text, strlen(text), "x", 0, &err);
            assert_ok(m, err);
            int seen = 0, found = 0;
            for (int i = 0; i < m->graph.node_count; i++) {
                const Node *n = &m->graph.nodes[i];
                for (int k = 0; k < 4; k++)
                    if (strcmp(n->name, names[k]) == 0) {
                        assert_int_equal(n->out.dim[1], sides[p][k]);
                        found++;
                    }
                seen += strcmp(n->type->name, a == LEARN_RELU ? "relu" : "tanh") == 0;
                assert_string_not_equal(n->type->name, a == LEARN_RELU ? "tanh" : "relu");
            }
            assert_int_equal(seen, 3);
            assert_int_equal(found, 4);
            model_free(m);
            mem_free(text);
        }
}

/* --- Fashion-MNIST ---------------------------------------------------------------------------- */

static void garments_are_learned(void **state) {
    (void)state;
    static LearningShot shot;
    if (!file_exists(fashion)) {
        print_message("no Fashion-MNIST here (Debian: dataset-fashion-mnist)\n");
        skip();
    }
    const LearningSetup setup = {.seed = 1};
    Learning *l = begin(&setup, 2);
    learning_go(l, 60);
    wait_for(l);
    learning_look(l, &shot);
    assert_int_equal(shot.pictures, 55000);
    assert_int_equal(shot.held_out, 5000);
    assert_true(shot.now.curve.accuracy[0] < 0.4F);
    float late = 0;
    for (int i = 50; i < 60; i++)
        late += shot.now.curve.accuracy[i] / 10;
    assert_true(late > 0.6F);
    learning_free(l);
}

/* --- Degradation ------------------------------------------------------------------------------ */

static void curves_are_those_of_the_files(void **state) {
    (void)state;
    static Degradation d;
    Error err = {0};
    assert_ok(degradation_load(&d, &err), err);
    double learned[2][57] = {{0}};
    int count[2][57] = {{0}};
    for (int i = 0; i < d.count; i++) {
        const DegradationCurve *c = &d.curves[i];
        assert_int_equal(c->epochs, 16);
        learned[c->residual][c->layers] += (double)c->learned[15];
        count[c->residual][c->layers]++;
    }
    assert_int_equal(count[0][20], 3); /* the figures of lessons/degradation/README.md */
    assert_true(fabs(learned[0][20] / 3 - 0.453) < 0.0006);
    assert_true(fabs(learned[0][56] / count[0][56] - 0.832) < 0.0006);
    assert_true(fabs(learned[1][20] / 3 - 0.310) < 0.0006);
    assert_true(fabs(learned[1][56] / count[1][56] - 0.354) < 0.0006);
}

static void bad_curves_are_told(void **state) {
    (void)state;
    static const char *const texts[][2] = {
        {"epoch,loss\n1,2\n", "'train_accuracy'"},
        {"train_accuracy,val_accuracy\n0.5,1.5\n", "line 2: expected an accuracy"},
        {"train_accuracy,val_accuracy\n# nothing\n", "an epoch"},
        {"train_accuracy,val_accuracy\n0.5\n", "got ''"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Error err = {0};
        static DegradationCurve c;
        c.epochs = 0;
        assert_false(degradation_parse(&c, texts[i][0], &err));
        if (!strstr(err.text, texts[i][1]))
            fail_msg("%s", err.text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns_the_same_on_any_threads),
        cmocka_unit_test(gradients_come_back),
        cmocka_unit_test(another_setup_begins_anew),
        cmocka_unit_test(what_cannot_be_learned_is_told),
        cmocka_unit_test(it_can_be_used_as_trained),
        cmocka_unit_test(networks_with_other_parts),
        cmocka_unit_test(garments_are_learned),
        cmocka_unit_test(curves_are_those_of_the_files),
        cmocka_unit_test(bad_curves_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
