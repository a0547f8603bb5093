/* Weights written by weights_save: what the file says of them, and kernels as F16. */
#include "support.h"

#include "base/file.h"
#include "model/model.h"
#include "model/safetensors.h"
#include <math.h>
#include <string.h>

static const char network[] = "{\"input\": [1, 3, 3], \"layers\": ["
                              "{\"op\": \"conv\", \"name\": \"conv1\", \"out\": 2, \"kernel\": 3},"
                              "{\"op\": \"bn\", \"name\": \"bn1\"},"
                              "{\"op\": \"flatten\"},"
                              "{\"op\": \"linear\", \"name\": \"fc\", \"out\": 2}]}";

static Model *new_model(void) {
    Error err = {0};
    Model *model = model_parse(network, strlen(network), "tiny", 0, &err);
    assert_ok(model != NULL, err);
    return model;
}

/* The weight of that key. */
static const float *weight_at(const Model *model, const char *key) {
    for (int n = 0; n < model->graph.node_count; n++)
        for (int i = 0; i < model->graph.nodes[n].weight_count; i++)
            if (strcmp(model->graph.nodes[n].weight_keys[i], key) == 0)
                return model->weights.data[n][i];
    fail_msg("no weight %s", key);
    return NULL;
}

/* The file at `path` with its header in *st. Freed by safetensors_free and mem_free. */
static uint8_t *read_file(const char *path, Safetensors *st) {
    Error err = {0};
    size_t size;
    uint8_t *file = file_read(path, 1 << 20, false, &size, &err);
    assert_ok(file, err);
    assert_ok(safetensors_parse(st, file, size, &err), err);
    return file;
}

static void more_marks(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model();
    Safetensors st;
    const WeightsPair pairs[] = {{"convoscope.recipe", "tiny \"1\""}, {"convoscope.seed", "7"}};
    const WeightsSaveOptions options = {.pairs = pairs, .pair_count = 2};
    assert_ok(weights_random(model, 3, NULL, NULL, &err), err);
    model->weights.trained = true;
    assert_ok(weights_save(model, test_path("marks.safetensors"), &options, &err), err);
    uint8_t *file = read_file(test_path("marks.safetensors"), &st);
    assert_string_equal(safetensors_metadata(&st, "convoscope.recipe"), "tiny \"1\"");
    assert_string_equal(safetensors_metadata(&st, "convoscope.seed"), "7");
    assert_string_equal(safetensors_metadata(&st, "convoscope.model"), "tiny");
    assert_string_equal(safetensors_metadata(&st, "convoscope.trained"), "");
    safetensors_free(&st);
    mem_free(file);
    model_free(model);
}

/* 65536 kernel weights and 256 biases. */
static Model *square_model(void) {
    static const char text[] = "{\"input\": [256, 1, 1], \"layers\": [{\"op\": \"flatten\"},"
                               "{\"op\": \"linear\", \"name\": \"fc\", \"out\": 256}]}";
    Error err = {0};
    Model *model = model_parse(text, strlen(text), "square", 0, &err);
    assert_ok(model && weights_random(model, 3, NULL, NULL, &err), err);
    return model;
}

static float *numbers_of(Model *model, const char *key) {
    return (float *)(uintptr_t)weight_at(model, key);
}

/* Saved as F16 and loaded: fc.weight of `model` into `back`. */
static void through_half(Model *model, Model *back) {
    Error err = {0};
    const WeightsSaveOptions options = {.half = true};
    assert_ok(weights_save(model, test_path("half.safetensors"), &options, &err), err);
    assert_ok(weights_load(back, test_path("half.safetensors"), &err), err);
}

/* A half's value, from its definition; infinity goes on where the largest exponent would. */
static double half_value(int half) {
    int exponent = half >> 10 & 31, fraction = half & 1023;
    return exponent ? ldexp(fraction + 1024, exponent - 25) : ldexp(fraction, -24);
}

/* Every half comes back as it was; what lies between two goes to the nearer, or the even one. */
static void halves_are_saved(void **state) {
    (void)state;
    Model *model = square_model(), *back = square_model();
    float *x = numbers_of(model, "fc.weight");
    enum { INFINITE = 0x7c00 };
    for (int half = 0; half < 32768; half++) {
        x[half] = half < INFINITE ? (float)half_value(half) : half == INFINITE ? INFINITY : NAN;
        x[half + 32768] = -x[half];
    }
    through_half(model, back);
    const float *y = weight_at(back, "fc.weight");
    for (int i = 0; i < 65536; i++)
        assert_true(isnan(x[i]) ? isnan(y[i]) : memcmp(&x[i], &y[i], 4) == 0);
    assert_memory_equal(weight_at(back, "fc.bias"), weight_at(model, "fc.bias"), 1024);

    for (int part = 0; part < 3; part++) { /* below the middle, the middle, above */
        for (int half = 0; half < INFINITE - 1; half++) {
            double middle = (half_value(half) + half_value(half + 1)) / 2;
            x[half] = part == 0 ? nextafterf((float)middle, 0)
                                : (part == 1 ? (float)middle : nextafterf((float)middle, INFINITY));
            x[half + 32768] = -x[half];
        }
        through_half(model, back);
        y = weight_at(back, "fc.weight");
        for (int half = 0; half < INFINITE - 1; half++) {
            int nearest = part == 0 ? half : part == 2 ? half + 1 : half + (half & 1);
            if ((double)y[half] != half_value(nearest) || y[half + 32768] != -y[half])
                fail_msg("%a became %a", (double)x[half], (double)y[half]);
        }
    }
    model_free(model);
    model_free(back);
}

/* F32 beside F16: where each lies, and what is too large. */
static void only_kernels_are_halved(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model(), *back = new_model();
    Safetensors st;
    assert_ok(weights_random(model, 3, NULL, NULL, &err), err);
    numbers_of(model, "bn1.running_var")[1] = 1e9f;
    numbers_of(model, "fc.bias")[0] = 0.1f;
    through_half(model, back);
    static const char *const same[] = {"conv1.bias",       "bn1.weight",      "bn1.bias",
                                       "bn1.running_mean", "bn1.running_var", "fc.bias"};
    for (int i = 0; i < 6; i++)
        assert_memory_equal(weight_at(back, same[i]), weight_at(model, same[i]), 8);
    for (int i = 0; i < 18; i++) {
        double a = (double)weight_at(model, "conv1.weight")[i];
        assert_true(fabs(a - (double)weight_at(back, "conv1.weight")[i]) <= fabs(a) / 2048);
    }
    uint8_t *file = read_file(test_path("half.safetensors"), &st);
    assert_string_equal(safetensors_find(&st, "conv1.weight")->dtype, "F16");
    assert_string_equal(safetensors_find(&st, "fc.weight")->dtype, "F16");
    for (int i = 0; i < 6; i++) {
        assert_string_equal(safetensors_find(&st, same[i])->dtype, "F32");
        assert_non_null(safetensors_in_place(&st, safetensors_find(&st, same[i])));
    }
    safetensors_free(&st);
    mem_free(file);
    const WeightsSaveOptions options = {.half = true};
    static const float large[] = {65520, -65520, 3e38f};
    for (int i = 0; i < 3; i++) {
        const char *path = test_path("large.safetensors");
        numbers_of(model, "fc.weight")[3] = large[i];
        assert_fails(weights_save(model, path, &options, &err), err,
                     "large.safetensors: fc.weight: expected numbers that F16 holds, to 65504");
        assert_false(file_exists(path));
    }
    numbers_of(model, "fc.weight")[3] = 65519; /* rounded to 65504 */
    through_half(model, back);
    assert_true(weight_at(back, "fc.weight")[3] == 65504);
    model_free(model);
    model_free(back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_marks),
        cmocka_unit_test(halves_are_saved),
        cmocka_unit_test(only_kernels_are_halved),
    };
    return cmocka_run_group_tests_name("weights_save", tests, NULL, NULL);
}
