/* Learning as a whole: gradients through joins, the same bits however it runs, and checkpoints. */
#include "support.h"

#include "base/random.h"
#include "train/trainer.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLASSES = 3, SIDE = 8, PICTURES = 240, PIXELS = 3 * SIDE * SIDE };

/* Everything that makes the way back hard: a node read three times, an addition, a concatenation,
 * batch norm before and after a convolution, groups, dropout; smooth, so that differences tell. */
static const char smooth_text[] =
    "{'title': 'smooth', 'input': [3, 8, 8], 'layers': ["
    "{'op': 'conv', 'name': 'conv1', 'out': 6, 'kernel': 3, 'padding': 1},"
    "{'op': 'tanh', 'name': 'act1'},"
    "{'op': 'conv', 'name': 'conv2', 'out': 6, 'kernel': 3, 'padding': 1, 'groups': 2, 'bias': "
    "false},"
    "{'op': 'bn', 'name': 'bn2'},"
    "{'op': 'add', 'name': 'sum', 'from': ['bn2', 'act1']},"
    "{'op': 'conv', 'name': 'conv3', 'out': 4, 'kernel': 1, 'stride': 2, 'from': 'sum'},"
    "{'op': 'avgpool', 'name': 'pool1', 'kernel': 2, 'stride': 2, 'from': 'act1'},"
    "{'op': 'concat', 'name': 'cat', 'from': ['conv3', 'pool1']},"
    "{'op': 'lrn', 'name': 'norm1', 'size': 3, 'alpha': 0.1},"
    "{'op': 'sigmoid', 'name': 'gate'},"
    "{'op': 'flatten'},"
    "{'op': 'dropout', 'p': 0.25},"
    "{'op': 'linear', 'name': 'fc', 'out': 3},"
    "{'op': 'softmax'}]}";

/* What real networks are made of. */
static const char small_text[] =
    "{'title': 'small', 'input': [3, 8, 8], 'preprocess': {'mean': [0.5, 0.5, 0.5], "
    "'deviation': [0.25, 0.25, 0.25]}, 'layers': ["
    "{'op': 'conv', 'name': 'conv1', 'out': 8, 'kernel': 3, 'padding': 1, 'bias': false},"
    "{'op': 'bn', 'name': 'bn1', 'then': 'relu'},"
    "{'op': 'conv', 'name': 'conv2', 'out': 8, 'kernel': 3, 'padding': 1, 'bias': false},"
    "{'op': 'bn', 'name': 'bn2'},"
    "{'op': 'add', 'name': 'sum', 'from': ['bn2', 'bn1'], 'then': 'relu'},"
    "{'op': 'maxpool', 'name': 'pool1', 'kernel': 3, 'stride': 2, 'padding': 1},"
    "{'op': 'flatten'},"
    "{'op': 'linear', 'name': 'fc1', 'out': 16, 'then': 'relu'},"
    "{'op': 'dropout', 'p': 0.2},"
    "{'op': 'linear', 'name': 'fc2', 'out': 3},"
    "{'op': 'softmax'}]}";

/* Nothing between the pictures and the classes. */
static const char steep_text[] =
    "{'title': 'steep', 'input': [3, 8, 8], 'layers': [{'op': 'flatten'},"
    "{'op': 'linear', 'name': 'fc', 'out': 3}, {'op': 'softmax'}]}";

static const char recipe_text[] =
    "{'model': 'small', 'data': 'none', 'seed': 3, 'epochs': 4, 'batch': 16, 'holdout': 48,"
    "'schedule': {'kind': 'one-cycle', 'rate': 0.05, 'warmup': 1}, 'momentum': 0.9, 'nesterov': "
    "true,"
    "'decay': 0.0005, 'smoothing': 0.05, 'average': 0.9, 'measure': 64,"
    "'augment': {'flip': true, 'crop': 1, 'brightness': 0.1}}";

/* JSON with ' for ". */
static char *quoted(const char *text) {
    char *copy = strdup(text);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return copy;
}

static Model *parse_model(const char *text, Pool *pool) {
    Error err = {0};
    char *json = quoted(text);
    Model *model = model_parse(json, strlen(json), "test", 0, &err);
    free(json);
    assert_ok(model != NULL, err);
    assert_ok(weights_random(model, 5, pool, NULL, &err), err);
    return model;
}

static Recipe *parse_recipe(const char *text) {
    Error err = {0};
    char *json = quoted(text);
    Recipe *recipe = recipe_parse(json, strlen(json), "small", &err);
    free(json);
    assert_ok(recipe != NULL, err);
    return recipe;
}

static Pool *new_pool(int threads) {
    Error err = {0};
    Pool *pool = pool_new(threads, &err);
    assert_ok(pool != NULL, err);
    return pool;
}

/* Noise, with one colour brighter: the class. */
static void make_data(TrainData *data, uint8_t *pixels, int32_t *labels) {
    for (int i = 0; i < PICTURES; i++) {
        labels[i] = (int32_t)(random_u32(1, 1, (uint64_t)i) % CLASSES);
        for (int p = 0; p < PIXELS; p++) {
            int noise = (int)(random_u32(1, 2, (uint64_t)(i * PIXELS + p)) % 160);
            pixels[i * PIXELS + p] = (uint8_t)(noise + (p / (SIDE * SIDE) == labels[i] ? 60 : 0));
        }
    }
    *data = (TrainData){.count = PICTURES,
                        .channels = 3,
                        .height = SIDE,
                        .width = SIDE,
                        .classes = CLASSES,
                        .pixels = pixels,
                        .labels = labels,
                        .fingerprint = 7};
    for (int c = 0; c < 3; c++) {
        data->scale[c] = 1 / 64.0f;
        data->shift[c] = -2;
    }
}

static RunOptions tier_options(CpuTier tier) {
    return (RunOptions){.path = CONV_AUTO, .tier = tier};
}

/* --- The gradient of a whole network ------------------------------------------------------------
 */

static double loss_along(TrainNet *net, const float *start, const float *direction, double by,
                         const int32_t *labels) {
    Error err = {0};
    Loss loss;
    float *w = train_net_weights(net);
    for (size_t i = 0; i < train_net_sizes(net).learned; i++)
        w[i] = (float)(start[i] + by * direction[i]);
    assert_ok(train_net_learn(net, labels, NULL, 0.1, 9, 4, NULL, &loss, &err), err);
    return loss.sum / 16;
}

static void gradient_of_tier(CpuTier tier) {
    Error err = {0};
    Pool *pool = new_pool(2);
    Model *model = parse_model(smooth_text, pool);
    const RunOptions options = tier_options(tier);
    TrainNet *net = train_net_new(model, 16, &options, pool, &err);
    assert_ok(net != NULL, err);
    const TrainSizes sizes = train_net_sizes(net);
    int32_t labels[16];
    for (int i = 0; i < 16; i++)
        labels[i] = i % CLASSES;
    random_normal(2, 1, 0, 16 * PIXELS, train_net_input(net));
    float *start = malloc(sizes.all * sizeof *start),
          *direction = malloc(sizes.all * sizeof *start);
    float *gradient = malloc(sizes.learned * sizeof *gradient);
    memcpy(start, train_net_weights(net), sizes.all * sizeof *start);
    loss_along(net, start, start, 0, labels);
    memcpy(gradient, train_net_gradient(net), sizes.learned * sizeof *gradient);
    for (uint64_t trial = 0; trial < 5; trial++) {
        random_normal(3, trial, 0, sizes.learned, direction);
        double expected = 0, h = 2e-3;
        for (size_t i = 0; i < sizes.learned; i++)
            expected += (double)gradient[i] * direction[i];
        double up = loss_along(net, start, direction, h, labels);
        double down = loss_along(net, start, direction, -h, labels);
        double got = (up - down) / (2 * h);
        if (fabs(got - expected) > 2e-3 + 5e-3 * fabs(expected))
            fail_msg("tier %s, direction %d: %.6f by differences, %.6f by the way back",
                     cpu_tier_name(tier), (int)trial, got, expected);
    }
    free(start);
    free(direction);
    free(gradient);
    train_net_free(net);
    model_free(model);
    pool_free(pool);
}

static void gradient_matches_differences(void **state) {
    (void)state;
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++)
        gradient_of_tier(tier);
}

/* --- Whole trainings ----------------------------------------------------------------------------
 */

typedef struct Outcome {
    size_t count;
    float *weights;
    EpochRecord records[8];
    TrainerState state;
} Outcome;

static uint8_t pixels[PICTURES * PIXELS];
static int32_t labels_of_all[PICTURES];

/* A whole training; with a path it is given up and taken up again after every `stop` batches, also
 * before the measuring of an epoch, which begins anew then. */
static Outcome train(const Recipe *recipe, int threads, const char *path, int stop) {
    Error err = {0};
    Pool *pool = new_pool(threads);
    Model *model = parse_model(small_text, pool);
    const RunOptions options = tier_options(cpu_best());
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    Trainer *t = trainer_new(recipe, model, &data, path, &options, pool, &err);
    assert_ok(t != NULL, err);
    for (int step = 1; !trainer_done(t); step++) {
        assert_ok(trainer_step(t, NULL, &err), err);
        if (!path || step % stop || trainer_state(t).measured)
            continue;
        assert_ok(trainer_save(t, &err), err);
        if (step % (2 * stop) == 0 && !trainer_done(t))
            assert_ok(trainer_step(t, NULL, &err), err); /* lost with the crash */
        trainer_free(t);
        t = trainer_new(recipe, model, &data, path, &options, pool, &err);
        assert_ok(t != NULL, err);
        assert_true(trainer_state(t).resumed);
    }
    Outcome outcome = {.state = trainer_state(t)};
    memcpy(outcome.records, outcome.state.records,
           (size_t)outcome.state.epoch * sizeof *outcome.records);
    trainer_export(t, false, model);
    for (int n = 0; n < model->graph.node_count; n++)
        for (int w = 0; w < model->graph.nodes[n].weight_count; w++) {
            size_t count = (size_t)shape_count(&model->graph.nodes[n].weights[w].shape);
            outcome.weights = realloc(outcome.weights, (outcome.count + count) * sizeof(float));
            memcpy(outcome.weights + outcome.count, model->weights.data[n][w],
                   count * sizeof(float));
            outcome.count += count;
        }
    trainer_free(t);
    model_free(model);
    pool_free(pool);
    return outcome;
}

static void assert_same_outcome(const Outcome *a, const Outcome *b) {
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->weights, b->weights, a->count * sizeof(float));
    assert_int_equal(a->state.epoch, b->state.epoch);
    assert_int_equal(a->state.best_epoch, b->state.best_epoch);
    for (int i = 0; i < a->state.epoch; i++) {
        assert_true(a->records[i].loss == b->records[i].loss);
        assert_true(a->records[i].accuracy == b->records[i].accuracy);
        assert_true(a->records[i].val_loss == b->records[i].val_loss);
        assert_true(a->records[i].train_loss == b->records[i].train_loss);
    }
}

static void learns(void **state) {
    (void)state;
    Recipe *recipe = parse_recipe(recipe_text);
    Outcome o = train(recipe, 2, NULL, 0);
    assert_int_equal(o.state.epoch, 4);
    assert_int_equal(o.state.holdout_count, 48);
    assert_true(o.records[3].loss < 0.7 * o.records[0].loss);
    assert_true(o.state.best_accuracy > 0.9);
    assert_true(o.records[3].train_accuracy > 0.9);
    free(o.weights);
    recipe_free(recipe);
}

/* cutmix_until 0.5: the first two of four epochs are those of a recipe that mixes to the end, the
 * others learn from whole pictures. */
static void mixing_ends(void **state) {
    (void)state;
    Recipe *recipe = parse_recipe(recipe_text);
    recipe->augment.cutmix = 1;
    Outcome mixed = train(recipe, 2, NULL, 0);
    recipe->augment.cutmix_until = 0.5;
    Outcome ended = train(recipe, 2, NULL, 0);
    for (int i = 0; i < 4; i++)
        if ((mixed.records[i].loss == ended.records[i].loss) != (i < 2))
            fail_msg("epoch %d: %.9g and %.9g", i + 1, mixed.records[i].loss,
                     ended.records[i].loss);
    assert_true(ended.records[3].loss < mixed.records[3].loss);
    free(mixed.weights);
    free(ended.weights);
    recipe_free(recipe);
}

static void same_bits_for_any_threads(void **state) {
    (void)state;
    Recipe *recipe = parse_recipe(recipe_text);
    Outcome one = train(recipe, 1, NULL, 0);
    for (int threads = 2; threads <= 3; threads++) {
        Outcome other = train(recipe, threads, NULL, 0);
        assert_same_outcome(&one, &other);
        free(other.weights);
    }
    free(one.weights);
    recipe_free(recipe);
}

static void seeds_differ(void **state) {
    (void)state;
    Recipe *recipe = parse_recipe(recipe_text);
    Outcome one = train(recipe, 2, NULL, 0);
    uint64_t fingerprint = recipe->fingerprint;
    recipe->seed++;
    recipe_seal(recipe);
    assert_true(recipe->fingerprint != fingerprint);
    Outcome other = train(recipe, 2, NULL, 0);
    assert_memory_not_equal(one.weights, other.weights, one.count * sizeof(float));
    free(one.weights);
    free(other.weights);
    recipe_free(recipe);
}

static void resumes_exactly(void **state) {
    (void)state;
    Recipe *recipe = parse_recipe(recipe_text);
    Outcome whole = train(recipe, 2, NULL, 0);
    static const int stops[] = {1, 5, 12, 17};
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        const char *path = test_path("trainer.checkpoint");
        unlink(path);
        Outcome pieces = train(recipe, 1 + (int)i % 2, path, stops[i]);
        assert_same_outcome(&whole, &pieces);
        free(pieces.weights);
    }
    free(whole.weights);
    recipe_free(recipe);
}

static void another_trainings_checkpoint_is_refused(void **state) {
    (void)state;
    Error err = {0};
    Recipe *recipe = parse_recipe(recipe_text);
    const char *path = test_path("other.checkpoint");
    unlink(path);
    Outcome o = train(recipe, 1, path, 20);
    recipe->decay *= 2;
    recipe_seal(recipe);
    Pool *pool = new_pool(1);
    Model *model = parse_model(small_text, pool);
    const RunOptions options = tier_options(cpu_best());
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    assert_fails(trainer_new(recipe, model, &data, path, &options, pool, &err) != NULL, err,
                 "another");
    model_free(model);
    pool_free(pool);
    free(o.weights);
    recipe_free(recipe);
}

/* Another mean, other kernels: other sums, and a checkpoint of its own. */
static void the_fingerprint_is_of_everything(void **state) {
    (void)state;
    Error err = {0};
    Recipe *recipe = parse_recipe(recipe_text);
    Pool *pool = new_pool(1);
    Model *model = parse_model(small_text, pool);
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    const char *path = test_path("kernels.checkpoint");
    uint64_t seen[4];
    const RunOptions ways[] = {
        {CONV_AUTO, CPU_REF}, {CONV_GEMM, CPU_REF}, {CONV_NAIVE, CPU_REF}, {CONV_AUTO, CPU_REF}};
    unlink(path);
    for (int i = 0; i < 4; i++) {
        data.fingerprint += i == 3;
        Trainer *t = trainer_new(recipe, model, &data, NULL, &ways[i], pool, &err);
        assert_ok(t != NULL, err);
        seen[i] = trainer_fingerprint(t);
        for (int k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
        trainer_free(t);
    }
    data.fingerprint--;
    Trainer *t = trainer_new(recipe, model, &data, path, &ways[0], pool, &err);
    assert_ok(t && trainer_step(t, NULL, &err) && trainer_save(t, &err), err);
    assert_string_equal(trainer_state(t).kernels, "--cpu ref --conv auto");
    trainer_free(t);
    assert_fails(trainer_new(recipe, model, &data, path, &ways[1], pool, &err) != NULL, err,
                 "it was made with --cpu ref --conv auto, not with --cpu ref --conv gemm, which "
                 "rounds differently");
    model_free(model);
    pool_free(pool);
    recipe_free(recipe);
}

/* While an epoch is measured it can be stopped at once, and goes on to the same end. */
static void measuring_is_interrupted(void **state) {
    (void)state;
    Error err = {0};
    Recipe *recipe = parse_recipe(recipe_text);
    Outcome whole = train(recipe, 2, NULL, 0);
    Pool *pool = new_pool(2);
    Model *model = parse_model(small_text, pool);
    const RunOptions options = tier_options(cpu_best());
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    Trainer *t = trainer_new(recipe, model, &data, NULL, &options, pool, &err);
    assert_ok(t != NULL, err);
    assert_true(isnan(trainer_state(t).seconds_left) && isnan(trainer_state(t).loss));
    Job stop = {.cancel = true};
    int stopped = 0;
    while (!trainer_done(t)) {
        const TrainerState before = trainer_state(t);
        assert_int_equal(before.to_measure, before.step == 12 ? 64 + 48 : 0);
        if (!trainer_step(t, &stop, &err)) { /* learning goes on */
            assert_int_equal(err.code, ERROR_CANCELLED);
            assert_int_equal(before.step, 12);
            assert_int_equal(trainer_state(t).measured, before.measured);
            err = (Error){0};
            stopped++;
            assert_ok(trainer_step(t, NULL, &err), err);
        }
        assert_true(trainer_state(t).seconds_left >= 0);
    }
    assert_int_equal(stopped, 4 * 7); /* batches of 16 */
    const TrainerState s = trainer_state(t);
    for (int i = 0; i < 4; i++)
        assert_true(s.records[i].val_loss == whole.records[i].val_loss &&
                    s.records[i].train_loss == whole.records[i].train_loss);
    assert_true(s.seconds_left == 0 && s.to_measure == 0 && isnan(s.loss));
    trainer_free(t);
    model_free(model);
    pool_free(pool);
    free(whole.weights);
    recipe_free(recipe);
}

static bool train_to_the_end(Trainer *t, Error *err) {
    while (!trainer_done(t))
        if (!trainer_step(t, NULL, err))
            return false;
    return true;
}

static void divergence_is_told(void **state) {
    (void)state;
    Error err = {0};
    Recipe *recipe = parse_recipe(recipe_text);
    recipe->schedule.rate = 1e25;
    recipe_seal(recipe);
    Pool *pool = new_pool(1);
    Model *model = parse_model(small_text, pool);
    const RunOptions options = tier_options(cpu_best());
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    Trainer *t = trainer_new(recipe, model, &data, NULL, &options, pool, &err);
    assert_ok(t != NULL, err);
    assert_fails(train_to_the_end(t, &err), err, "diverged (learning rate");
    trainer_free(t);
    model_free(model);
    pool_free(pool);
    recipe_free(recipe);
}

/* A last batch whose loss and gradient are fine, but then a weight is not, or what is held out. */
static void divergence_after_the_last_batch_is_told(void **state) {
    (void)state;
    static const struct {
        const char *recipe, *what;
    } cases[] = {{"'batch': 240, 'schedule': {'rate': 100}",
                  "after its last batch: the training "
                  "diverged (learning rate 100: too high?): a weight: expected a finite number"},
                 {"'batch': 96, 'holdout': 144, 'schedule': {'rate': 1e-32}",
                  "too high?): the loss on what is held out: expected a finite number, got "}};
    Error err = {0};
    Pool *pool = new_pool(1);
    const RunOptions options = tier_options(CPU_REF);
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    for (int c = 0; c < 3; c++)
        data.scale[c] = 1e36f / 4;
    for (int i = 0; i < 2; i++) {
        Recipe *recipe =
            parse_recipe(TEXT("{'model': 'm', 'data': 'd', 'epochs': 1, %s}", cases[i].recipe));
        Model *model = parse_model(steep_text, pool);
        Trainer *t = trainer_new(recipe, model, &data, NULL, &options, pool, &err);
        assert_ok(t != NULL, err);
        assert_fails(train_to_the_end(t, &err), err, cases[i].what);
        trainer_free(t);
        model_free(model);
        recipe_free(recipe);
    }
    pool_free(pool);
}

static void too_few_pictures_are_refused(void **state) {
    (void)state;
    Error err = {0};
    Recipe *recipe = parse_recipe(recipe_text);
    recipe->batch = 500;
    Pool *pool = new_pool(1);
    Model *model = parse_model(small_text, pool);
    const RunOptions options = tier_options(cpu_best());
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    assert_fails(
        trainer_new(recipe, model, &data, NULL, &options, pool, &err) != NULL, err,
        "small: batch: expected at most 192, as there are pictures to learn from, got 500");
    model_free(model);
    pool_free(pool);
    recipe_free(recipe);
}

/* What F16 costs cannot be told: F32 stays. */
static void nothing_is_halved_unseen(void **state) {
    (void)state;
    Error err = {0};
    Recipe *recipe = parse_recipe("{'model': 'm', 'data': 'd', 'epochs': 1, 'batch': 48, "
                                  "'schedule': {'rate': 0.01}}");
    Pool *pool = new_pool(1);
    Model *model = parse_model(steep_text, pool);
    const RunOptions options = tier_options(CPU_REF);
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    Trainer *t = trainer_new(recipe, model, &data, NULL, &options, pool, &err);
    assert_ok(t && train_to_the_end(t, &err), err);
    double loss[2];
    bool halved = true;
    assert_ok(trainer_halve(t, 1000, NULL, loss, &halved, &err), err);
    assert_false(halved);
    assert_true(isnan(loss[0]) && isnan(loss[1]));
    trainer_free(t);
    model_free(model);
    pool_free(pool);
    recipe_free(recipe);
}

/* What is saved as F16 is what was judged; a tolerance that cannot be met leaves F32. */
static void halves_where_nothing_suffers(void **state) {
    (void)state;
    Error err = {0};
    Recipe *recipe = parse_recipe(recipe_text);
    Pool *pool = new_pool(2);
    Model *model = parse_model(small_text, pool);
    const RunOptions options = tier_options(cpu_best());
    TrainData data;
    make_data(&data, pixels, labels_of_all);
    Trainer *t = trainer_new(recipe, model, &data, NULL, &options, pool, &err);
    assert_ok(t && train_to_the_end(t, &err), err);
    double loss[2], again[2];
    bool halved;
    assert_ok(trainer_halve(t, -0.9, NULL, loss, &halved, &err), err);
    assert_false(halved);
    assert_true(loss[0] != loss[1] && fabs(loss[0] - loss[1]) < 0.01 * loss[0]);
    assert_true(loss[0] == trainer_state(t).best_loss);
    assert_ok(trainer_halve(t, 0.01, NULL, loss, &halved, &err), err);
    assert_true(halved);
    assert_ok(trainer_halve(t, 0, NULL, again, &halved, &err), err); /* of halves nothing is lost */
    assert_true(halved && again[0] == loss[1] && again[1] == loss[1]);
    trainer_free(t);
    model_free(model);
    pool_free(pool);
    recipe_free(recipe);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_matches_differences),
        cmocka_unit_test(learns),
        cmocka_unit_test(mixing_ends),
        cmocka_unit_test(same_bits_for_any_threads),
        cmocka_unit_test(seeds_differ),
        cmocka_unit_test(resumes_exactly),
        cmocka_unit_test(another_trainings_checkpoint_is_refused),
        cmocka_unit_test(the_fingerprint_is_of_everything),
        cmocka_unit_test(measuring_is_interrupted),
        cmocka_unit_test(divergence_is_told),
        cmocka_unit_test(divergence_after_the_last_batch_is_told),
        cmocka_unit_test(too_few_pictures_are_refused),
        cmocka_unit_test(halves_where_nothing_suffers),
        cmocka_unit_test(nothing_is_halved_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
