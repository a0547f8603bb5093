/* Every layer type against PyTorch: tests/fixtures/layers, made by
 * tests/reference/make_layer_fixtures.py. Each case runs on every tier and path with 1 to 3
 * threads. */
#include "support.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "layer/layer.h"
#include "tensor/npy.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { INPUTS_MAX = 4, CASES_MAX = 200, CANARIES = 64, THREADS = 3 };
static const float CANARY = 12345.0f;
static const double TOLERANCE = 1e-6; /* relative, in the L2 norm */

typedef struct Case {
    Arena arena;
    const char *name;
    const LayerType *type;
    void *params;
    bool exact;
    int in_count, weight_count;
    Tensor in[INPUTS_MAX], weights[LAYER_WEIGHTS_MAX], out;
} Case;

static Pool *pools[THREADS];

/* --- Reading a case --- */

static void read_params(Case *c) {
    Error err = {0};
    size_t size;
    char *text = (char *)file_read(test_fixture(TEXT("layers/%s/case.txt", c->name)), 4096, false,
                                   &size, &err);
    assert_ok(text, err);
    char *rest, *word = strtok_r(text, " \n", &rest);
    c->type = layer_find(word, &err);
    assert_ok(c->type, err);
    c->params = layer_params_new(c->type, &c->arena, &err);
    assert_ok(c->params, err);
    while ((word = strtok_r(NULL, " \n", &rest))) {
        if (strcmp(word, "exact") == 0) {
            c->exact = true;
            continue;
        }
        char *value = strchr(word, '='), *second = strchr(word, ',');
        assert_non_null(value);
        *value++ = '\0';
        if (second)
            *second++ = '\0';
        double values[2] = {0};
        assert_true(text_to_double(value, &values[0]));
        assert_true(!second || text_to_double(second, &values[1]));
        assert_ok(layer_param_set(c->type, c->params, word, values, second ? 2 : 1, &err), err);
    }
    mem_free(text);
}

static int read_arrays(Case *c, const char *prefix, Tensor *tensors, int max) {
    Error err = {0};
    char path[FILE_PATH_MAX];
    const char *folder = test_fixture(TEXT("layers/%s", c->name));
    int count = 0;
    for (; count < max; count++) {
        snprintf(path, sizeof path, "%s/%s%d.npy", folder, prefix, count);
        if (!file_exists(path))
            break;
        assert_ok(npy_load(&tensors[count], &c->arena, path, &err), err);
    }
    return count;
}

/* The shapes and weights that the type asks for must be those that PyTorch has. */
static void check_shapes(const Case *c) {
    Error err = {0};
    Shape in[INPUTS_MAX], out = {0}, given = shape_unbatched(&c->out.shape);
    for (int i = 0; i < c->in_count; i++)
        in[i] = shape_unbatched(&c->in[i].shape);
    assert_in_range(c->in_count, c->type->inputs_min, c->type->inputs_max);
    assert_ok(c->type->shape(c->params, in, c->in_count, &out, &err), err);
    assert_string_equal(SHAPE_TEXT(&out), SHAPE_TEXT(&given));
    WeightSpec specs[LAYER_WEIGHTS_MAX];
    int count = c->type->weights ? c->type->weights(c->params, in, specs) : 0;
    assert_int_equal(count, c->weight_count);
    for (int i = 0; i < count; i++)
        assert_string_equal(SHAPE_TEXT(&specs[i].shape), SHAPE_TEXT(&c->weights[i].shape));
}

static void read_case(Case *c, const char *name) {
    Error err = {0};
    *c = (Case){.name = name};
    read_params(c);
    c->in_count = read_arrays(c, "in", c->in, INPUTS_MAX);
    c->weight_count = read_arrays(c, "w", c->weights, LAYER_WEIGHTS_MAX);
    const char *path = test_fixture(TEXT("layers/%s/out.npy", name));
    assert_ok(npy_load(&c->out, &c->arena, path, &err), err);
    check_shapes(c);
}

/* --- Running it --- */

/* A buffer of NaN, so that what is not written shows, with canaries behind. */
static float *buffer_new(size_t count) {
    Error err = {0};
    float *x = mem_alloc_raw(count + CANARIES, sizeof *x, &err);
    assert_ok(x, err);
    for (size_t i = 0; i < count; i++)
        x[i] = NAN;
    for (size_t i = 0; i < CANARIES; i++)
        x[count + i] = CANARY;
    return x;
}

static void buffer_free(float *x, size_t count) {
    for (size_t i = 0; i < CANARIES; i++)
        if (!(x[count + i] == CANARY))
            fail_msg("written past the end");
    mem_free(x);
}

static int64_t expected_work(const Case *c) {
    Shape in = shape_unbatched(&c->in[0].shape), out = shape_unbatched(&c->out.shape);
    int64_t macs = c->type->macs ? c->type->macs(c->params, &in, &out) : 0;
    return macs ? macs * c->out.shape.dim[0] : tensor_count(&c->out);
}

typedef struct How {
    CpuTier tier;
    ConvPath path;
    Pool *pool;
    bool cancelled;
    const LayerFusion *fusion;
} How;

static void run_forward(const Case *c, How how, float *y) {
    Job job = {0};
    atomic_store(&job.cancel, how.cancelled);
    KernelContext kernel = {.tier = how.tier, .pool = how.pool, .job = &job};
    Tensor out = {.shape = c->out.shape}, shapes[INPUTS_MAX];
    const Tensor *in[INPUTS_MAX];
    for (int i = 0; i < c->in_count; i++) {
        shapes[i] = (Tensor){.shape = c->in[i].shape};
        in[i] = &shapes[i];
    }
    LayerCall call = {.kernel = &kernel,
                      .path = how.path,
                      .params = c->params,
                      .in = in,
                      .in_count = c->in_count,
                      .out = &out,
                      .fusion = how.fusion};
    kernel.scratch_count = c->type->scratch ? c->type->scratch(&call) : 0; /* no data yet */
    kernel.scratch = buffer_new(kernel.scratch_count);
    for (int i = 0; i < c->in_count; i++)
        shapes[i].data = c->in[i].data;
    for (int i = 0; i < c->weight_count; i++)
        call.weights[i] = c->weights[i].data;
    out.data = y;
    assert_int_equal(c->type->forward(&call), !how.cancelled);
    assert_int_equal(atomic_load(&job.done), how.cancelled ? 0 : expected_work(c));
    buffer_free(kernel.scratch, kernel.scratch_count);
}

static bool same_value(float a, float b) {
    return a == b || (isnan(a) && isnan(b));
}

static void check_output(const Case *c, How how, const float *y, const float *expected) {
    size_t count = (size_t)tensor_count(&c->out);
    const char *what =
        TEXT("%s, %s, %d threads%s", cpu_tier_name(how.tier), conv_path_name(how.path),
             pool_threads(how.pool), how.fusion ? ", fused" : "");
    for (size_t i = 0; c->exact && i < count; i++)
        if (!same_value(y[i], expected[i]))
            fail_msg("%s: element %zu is %g, not %g", what, i, (double)y[i], (double)expected[i]);
    double distance = c->exact ? 0 : test_distance(y, expected, count);
    if (!(distance <= TOLERANCE))
        fail_msg("%s: distance %g", what, distance);
}

static void check_tier_path(const Case *c, CpuTier tier, ConvPath path) {
    size_t count = (size_t)tensor_count(&c->out);
    float *first = buffer_new(count);
    for (int i = 0; i < THREADS; i++) {
        How how = {.tier = tier, .path = path, .pool = pools[i]};
        float *y = i == 0 ? first : buffer_new(count);
        run_forward(c, how, y);
        check_output(c, how, y, c->out.data);
        if (memcmp(y, first, count * sizeof *y) != 0)
            fail_msg("%s, %s: not the bits of one thread", cpu_tier_name(tier),
                     conv_path_name(path));
        if (i > 0)
            buffer_free(y, count);
    }
    run_forward(c, (How){.tier = tier, .path = path, .pool = pools[1], .cancelled = true}, first);
    buffer_free(first, count);
}

/* What the output should be when a scale and shift (if given) stand in for the bias and ReLU
 * follows. */
static void expect_fused(const Case *c, const LayerFusion *fusion, float *expected) {
    const float *bias = c->weight_count > 1 ? c->weights[1].data : NULL;
    int64_t count = tensor_count(&c->out), channels = c->out.shape.dim[1];
    int64_t plane = count / (c->out.shape.dim[0] * channels);
    for (int64_t i = 0; i < count; i++) {
        int64_t channel = i / plane % channels;
        double y = (double)c->out.data[i];
        if (fusion->scale)
            y = (y - (bias ? (double)bias[channel] : 0)) * (double)fusion->scale[channel] +
                (double)fusion->shift[channel];
        expected[i] = (float)(y > 0 ? y : 0);
    }
}

static void check_fusion(const Case *c, CpuTier tier) {
    size_t count = (size_t)tensor_count(&c->out), channels = (size_t)c->out.shape.dim[1];
    float *y = buffer_new(count), *expected = buffer_new(count);
    float *scale = buffer_new(channels), *shift = buffer_new(channels);
    test_fill(scale, channels, 1);
    test_fill(shift, channels, 2);
    LayerFusion fusions[] = {{.relu = true}, {.scale = scale, .shift = shift, .relu = true}};
    int ways = c->type->fuses & LAYER_FUSES_AFFINE ? 2 : 1;
    for (int i = 0; i < ways; i++) {
        How how = {.tier = tier, .path = CONV_AUTO, .pool = pools[1], .fusion = &fusions[i]};
        run_forward(c, how, y);
        expect_fused(c, &fusions[i], expected);
        check_output(c, how, y, expected);
    }
    buffer_free(y, count);
    buffer_free(expected, count);
    buffer_free(scale, channels);
    buffer_free(shift, channels);
}

static void test_case(void **state) {
    Case c;
    read_case(&c, *state);
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++) {
        for (ConvPath path = CONV_AUTO; path < CONV_PATHS; path++)
            check_tier_path(&c, tier, path);
        if (c.type->fuses & LAYER_FUSES_RELU)
            check_fusion(&c, tier);
    }
    arena_free(&c.arena);
}

/* Every type in the table has a case. */
static void test_coverage(void **state) {
    const struct CMUnitTest *cases = *state;
    for (const LayerType *const *type = layer_types; *type; type++) {
        size_t length = strlen((*type)->name);
        bool found = false;
        for (const struct CMUnitTest *test = cases; test->name && !found; test++)
            found = strncmp(test->name, (*type)->name, length) == 0 &&
                    (test->name[length] == '-' || test->name[length] == '\0');
        if (!found)
            fail_msg("no case for %s", (*type)->name);
    }
}

int main(void) {
    static struct CMUnitTest tests[CASES_MAX + 1];
    Arena arena = {0};
    Error err = {0};
    char **names, folder[FILE_PATH_MAX];
    size_t count;
    if (!file_find(folder, sizeof folder, "tests/fixtures/layers") ||
        !file_list(folder, &arena, &names, &count, &err) || count > CASES_MAX) {
        fprintf(stderr, "tests/fixtures/layers: %s\n", err.text);
        return 1;
    }
    for (int i = 0; i < THREADS; i++)
        if (!(pools[i] = pool_new(i + 1, &err))) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){names[i], test_case, NULL, NULL, names[i]};
    const struct CMUnitTest coverage[] = {
        cmocka_unit_test_prestate(test_coverage, tests)}; /* the cases end where a name is NULL */
    int failed = _cmocka_run_group_tests("layer coverage", coverage, 1, NULL, NULL) +
                 _cmocka_run_group_tests("layer fixtures", tests, count, NULL, NULL);
    for (int i = 0; i < THREADS; i++)
        pool_free(pools[i]);
    arena_free(&arena);
    return failed;
}
