/* The table of layer types: parameters, ranges, shape rules, costs, windows and texts. */
#include "support.h"

#include "base/arena.h"
#include "base/text.h"
#include "layer/layer.h"
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static Arena arena;

/* A layer as in models/NAME.json: "conv out=96 kernel=11 stride=4,2". */
typedef struct Made {
    const LayerType *type;
    void *params;
} Made;

static Made make(const char *line) {
    Error err = {0};
    char copy[200], *rest;
    assert_true(strlen(line) < sizeof copy);
    strcpy(copy, line);
    char *word = strtok_r(copy, " ", &rest);
    Made made = {.type = layer_find(word, &err)};
    assert_ok(made.type, err);
    made.params = layer_params_new(made.type, &arena, &err);
    assert_ok(made.params, err);
    while ((word = strtok_r(NULL, " ", &rest))) {
        char *value = strchr(word, '='), *second = strchr(word, ',');
        assert_non_null(value);
        *value++ = '\0';
        if (second)
            *second++ = '\0';
        double values[2] = {0};
        assert_true(text_to_double(value, &values[0]));
        assert_true(!second || text_to_double(second, &values[1]));
        assert_ok(layer_param_set(made.type, made.params, word, values, second ? 2 : 1, &err), err);
    }
    return made;
}

static bool set(const Made *made, const char *name, double value, Error *err) {
    return layer_param_set(made->type, made->params, name, &value, 1, err);
}

static bool shape_of_made(const char *line, Shape in, Shape *out, Error *err) {
    Made made = make(line);
    return made.type->shape(made.params, &in, 1, out, err);
}

static void check_shape(const char *line, Shape in, const char *expected) {
    Error err = {0};
    Shape out = {0};
    assert_ok(shape_of_made(line, in, &out, &err), err);
    assert_string_equal(SHAPE_TEXT(&out), expected);
}

static void check_refused(const char *line, Shape in, const char *sentence) {
    Error err = {0};
    Shape out;
    assert_false(shape_of_made(line, in, &out, &err));
    assert_string_equal(err.text, sentence);
}

/* --- The table --- */

static void test_table(void **state) {
    (void)state;
    static const char *const names[] = {
        "conv",   "linear",  "bn",        "lrn",     "relu",
        "tanh",   "sigmoid", "maxpool",   "avgpool", "adaptive_avgpool",
        "add",    "concat",  "subsample", "flatten", "dropout",
        "softmax"};
    Error err = {0};
    size_t count = 0;
    for (const LayerType *const *type = layer_types; *type; type++, count++) {
        assert_ptr_equal(layer_find((*type)->name, &err), *type);
        assert_non_null((*type)->title);
        assert_non_null((*type)->shape);
        assert_non_null((*type)->forward);
        assert_true((*type)->inputs_min >= 1 && (*type)->inputs_max >= (*type)->inputs_min);
    }
    assert_int_equal(count, sizeof names / sizeof *names);
    for (size_t i = 0; i < count; i++)
        assert_ok(layer_find(names[i], &err), err);
}

static void test_specs(void **state) {
    (void)state;
    for (const LayerType *const *type = layer_types; *type; type++)
        for (const ParamSpec *spec = (*type)->params; spec && spec->name; spec++) {
            assert_true(spec->help && strlen(spec->help) > 10);
            assert_true(spec->min <= spec->max && spec->offset < (*type)->params_size);
            assert_int_equal(layer_param_required(*type, spec->name), spec->required);
        }
    assert_true(layer_param_required(make("conv").type, "out"));
    assert_false(layer_param_required(make("conv").type, "stride"));
    assert_false(layer_param_required(make("relu").type, "out"));
}

static void test_unknown_type(void **state) {
    (void)state;
    Error err = {0};
    assert_fails(layer_find("cnov", &err), err, "unknown layer type 'cnov'; did you mean 'conv'?");
    assert_fails(layer_find("Conv", &err), err, "did you mean 'conv'?");
    assert_fails(layer_find("max_pool", &err), err, "did you mean 'maxpool'?");
    assert_null(layer_find("transformer", &err));
    assert_int_equal(err.code, ERROR_UNKNOWN);
    assert_string_equal(err.text, "unknown layer type 'transformer'");
}

static void test_path_names(void **state) {
    (void)state;
    assert_string_equal(conv_path_name(CONV_AUTO), "auto");
    assert_string_equal(conv_path_name(CONV_NAIVE), "naive");
    assert_string_equal(conv_path_name(CONV_GEMM), "gemm");
}

/* --- Parameters --- */

static void test_param_names(void **state) {
    (void)state;
    Error err = {0};
    Made conv = make("conv"), relu = make("relu");
    assert_fails(set(&conv, "strid", 2, &err), err,
                 "unknown conv parameter 'strid'; did you mean 'stride'?");
    assert_fails(set(&conv, "Stride", 2, &err), err, "did you mean 'stride'?");
    assert_fails(set(&conv, "pad", 2, &err), err, "did you mean 'padding'?");
    assert_fails(set(&relu, "slope", 2, &err), err, "unknown relu parameter 'slope'");
}

static void test_param_ranges(void **state) {
    (void)state;
    Error err = {0};
    Made conv = make("conv"), lrn = make("lrn"), pool = make("maxpool"), drop = make("dropout");
    assert_fails(set(&conv, "stride", 0, &err), err, "stride: expected 1..64, got 0");
    assert_fails(set(&conv, "stride", 65, &err), err, "stride: expected 1..64, got 65");
    assert_fails(set(&conv, "out", 1000000, &err), err, "out: expected 1..65536, got 1000000");
    assert_fails(set(&conv, "out", 1e300, &err), err, "out: expected 1..65536, got 1e+300");
    assert_fails(set(&conv, "out", (double)NAN, &err), err, "out: expected 1..65536, got ");
    assert_fails(set(&conv, "out", -(double)INFINITY, &err), err,
                 "out: expected 1..65536, got -inf");
    assert_fails(set(&conv, "out", 2.5, &err), err, "out: expected a whole number, got 2.5");
    assert_fails(set(&conv, "padding", -1, &err), err, "padding: expected 0..64, got -1");
    assert_fails(set(&conv, "bias", 2, &err), err, "bias: expected true or false, got 2");
    assert_fails(set(&conv, "bias", (double)NAN, &err), err, "bias: expected true or false");
    assert_fails(set(&lrn, "k", 0, &err), err, "k: expected 0.001..1000, got 0");
    assert_fails(set(&lrn, "size", 0, &err), err, "size: expected 1..63, got 0");
    assert_fails(set(&pool, "stride", 0, &err), err, "stride: expected 1..64, got 0");
    assert_fails(set(&drop, "p", 1.5, &err), err, "p: expected 0..1, got 1.5");
}

static void test_param_counts(void **state) {
    (void)state;
    Error err = {0};
    Made conv = make("conv");
    const double three[3] = {1, 2, 3}, bad[2] = {3, 0};
    assert_fails(layer_param_set(conv.type, conv.params, "out", three, 2, &err), err,
                 "out: expected one value, got 2 of them");
    assert_fails(layer_param_set(conv.type, conv.params, "kernel", three, 3, &err), err,
                 "kernel: expected one number or [y, x], got 3 of them");
    assert_fails(layer_param_set(conv.type, conv.params, "kernel", three, 0, &err), err,
                 "kernel: expected one number or [y, x], got none");
    assert_fails(layer_param_set(conv.type, conv.params, "kernel", bad, 2, &err), err,
                 "kernel: expected 1..64, got 0");
}

static void check_text(const char *line, const char *expected) {
    Made made = make(line);
    char text[200];
    layer_params_text(made.type, made.params, text, sizeof text);
    assert_string_equal(text, expected);
}

static void test_params_text(void **state) {
    (void)state;
    check_text("conv out=96 kernel=11 stride=4", "out 96, kernel 11x11, stride 4");
    check_text("conv out=8 kernel=3,5 stride=1,2 padding=1 groups=2 bias=0",
               "out 8, kernel 3x5, stride 1x2, padding 1, groups 2, no bias");
    check_text("conv out=8 kernel=3 stride=1 bias=1 dilation=1,1", "out 8, kernel 3x3");
    check_text("maxpool kernel=3", "kernel 3x3");
    check_text("maxpool kernel=3 stride=2 ceil=1", "kernel 3x3, stride 2, ceil");
    check_text("avgpool kernel=3 count_include_pad=0", "kernel 3x3, no count_include_pad");
    check_text("lrn k=1 alpha=2e-5", "k 1, alpha 2e-05");
    check_text("bn eps=0.001", "eps 0.001");
    check_text("bn", "");
    check_text("relu", "");
}

static void check_description(const char *line, Shape in, const char *expected) {
    Made made = make(line);
    char text[200];
    made.type->describe(made.params, &in, text, sizeof text);
    assert_string_equal(text, expected);
}

static void test_describe(void **state) {
    (void)state;
    Shape in = SHAPE(4, 32, 32);
    check_description("conv out=384 kernel=3 stride=2 padding=1 groups=2", in,
                      "3x3, 384, stride 2, pad 1, 2 groups");
    check_description("conv out=64 kernel=1", in, "1x1, 64");
    check_description("conv out=64 kernel=3 dilation=2 padding=2,1", in,
                      "3x3, 64, pad 2x1, dilation 2");
    check_description("linear out=4096", SHAPE(9216), "4096");
    check_description("maxpool kernel=3 stride=2", in, "3x3 / 2");
    check_description("maxpool kernel=2", in, "2x2 / 2");
    check_description("maxpool kernel=2,3", in, "2x3 / 2x3");
    check_description("maxpool kernel=3 stride=2 padding=1 ceil=1", in, "3x3 / 2, pad 1, ceil");
    check_description("avgpool kernel=7", in, "7x7 / 7");
    check_description("adaptive_avgpool", in, "global");
    check_description("adaptive_avgpool out=6", in, "to 6x6");
    check_description("lrn", in, "n 5, k 2, alpha 0.0001, beta 0.75");
    check_description("dropout p=0.4", in, "40 %");
    check_description("subsample out=32", in, "32, stride 2");
}

/* However short the buffer, the text ends within it; and a comma as the locale's point stays out.
 */
static void test_short_buffers(void **state) {
    (void)state;
    Made conv = make("conv out=384 kernel=3 stride=2 padding=1 groups=2");
    const char *whole = "out 384, kernel 3x3, stride 2, padding 1, groups 2";
    for (size_t size = 1; size < 60; size++) {
        char text[64];
        memset(text, '!', sizeof text);
        layer_params_text(conv.type, conv.params, text, size);
        assert_true(strlen(text) < size && text[size] == '!');
        assert_memory_equal(text, whole, strlen(text));
    }
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8")) {
        check_text("bn eps=0.001", "eps 0.001");
        setlocale(LC_NUMERIC, "C");
    }
}

/* --- Shapes --- */

static void test_slide(void **state) {
    (void)state;
    static const struct {
        int64_t size, extent, stride, pad, floor, ceil;
    } cases[] = {
        {227, 11, 4, 0, 55, 55}, {224, 11, 4, 0, 54, 55}, {224, 7, 2, 3, 112, 113},
        {5, 3, 2, 0, 2, 2},      {6, 3, 2, 0, 2, 3},      {5, 5, 1, 0, 1, 1},
        {4, 5, 1, 0, 0, 0},      {4, 5, 3, 0, 0, 1},      {4, 7, 2, 0, -1, 0},
        {5, 7, 3, 0, 0, 1},      {1, 64, 1, 0, -62, -62}, {1, 3, 1, 1, 1, 1},
        {5, 2, 3, 1, 2, 2}, /* in ceil mode a third window would start at 6 of 1 + 5 */
        {6, 2, 3, 1, 3, 3},      {2, 2, 2, 1, 2, 2},      {3, 1, 5, 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(
            layer_slide(cases[i].size, cases[i].extent, cases[i].stride, cases[i].pad, false),
            cases[i].floor);
        assert_int_equal(
            layer_slide(cases[i].size, cases[i].extent, cases[i].stride, cases[i].pad, true),
            cases[i].ceil);
    }
}

/* Against the definition: windows are laid from the left while they fit; in ceil mode one more, if
 * some of the padded map was not reached and it starts before the padding at the end. */
static void check_counting(int size, int kernel, int stride, int pad) {
    int padded = size + 2 * pad, whole = 0;
    while (whole * stride + kernel <= padded)
        whole++;
    if (whole == 0)
        return;
    bool more = (whole - 1) * stride + kernel < padded && whole * stride < size + pad;
    assert_int_equal(layer_slide(size, kernel, stride, pad, false), whole);
    assert_int_equal(layer_slide(size, kernel, stride, pad, true), whole + more);
}

static void test_slide_by_counting(void **state) {
    (void)state;
    for (int size = 1; size <= 9; size++)
        for (int kernel = 1; kernel <= 5; kernel++)
            for (int stride = 1; stride <= 5; stride++)
                for (int pad = 0; pad <= kernel / 2; pad++)
                    check_counting(size, kernel, stride, pad);
}

static void test_conv_shapes(void **state) {
    (void)state;
    check_shape("conv out=96 kernel=11 stride=4", SHAPE(3, 227, 227), "(96, 55, 55)");
    check_shape("conv out=64 kernel=7 stride=2 padding=3", SHAPE(3, 224, 224), "(64, 112, 112)");
    check_shape("conv out=8 kernel=3,5 stride=2,1 padding=0,2", SHAPE(3, 10, 13), "(8, 4, 13)");
    check_shape("conv out=8 kernel=3 dilation=4", SHAPE(3, 9, 10), "(8, 1, 2)");
    check_refused("conv out=8 kernel=7", SHAPE(3, 5, 5),
                  "kernel 7x7 does not fit a 5x5 input with padding 0");
    check_refused("conv out=8 kernel=7,1 padding=0,1", SHAPE(3, 5, 9),
                  "kernel 7x1 does not fit a 5x9 input with padding 0x1");
    check_refused("conv out=8 kernel=3 dilation=4 padding=1", SHAPE(3, 5, 5),
                  "kernel 3x3 (dilated to 9x9) does not fit a 5x5 input with padding 1");
    check_refused(
        "conv out=8 kernel=1 groups=3", SHAPE(6, 5, 5),
        "groups: expected a number that divides the 6 input and 8 output channels, got 3");
    check_refused(
        "conv out=9 kernel=1 groups=3", SHAPE(8, 5, 5),
        "groups: expected a number that divides the 8 input and 9 output channels, got 3");
    check_refused("conv out=9 kernel=1", SHAPE(8), "input: expected maps (C, H, W), got (8)");
}

/* Sizes no machine has are refused, not computed with. */
static void test_huge(void **state) {
    (void)state;
    Error err = {0};
    Shape out;
    int64_t big = INT64_C(1) << 17;
    assert_fails(
        shape_of_made("conv out=65536 kernel=1 padding=64", SHAPE(1, big, big), &out, &err), err,
        "the output is too large");
    assert_fails(shape_of_made("conv out=65536 kernel=64 padding=64", SHAPE(big, 1, 1), &out, &err),
                 err, "the weight is too large");
    assert_fails(shape_of_made("conv out=1024 kernel=64", SHAPE(4096, 8192, 8192), &out, &err), err,
                 "the convolution's work is too large: ");
    assert_fails(shape_of_made("linear out=65536", SHAPE(INT64_C(1) << 37), &out, &err), err,
                 "the weight is too large");
    assert_fails(
        shape_of_made("adaptive_avgpool out=1024", SHAPE(INT64_C(1) << 36, 1, 1), &out, &err), err,
        "the output is too large");
    assert_fails(shape_of_made("subsample out=65536 stride=1", SHAPE(1, big, big), &out, &err), err,
                 "the output is too large");
    Shape many[3] = {SHAPE(INT64_C(1) << 37), SHAPE(INT64_C(1) << 37), SHAPE(1)};
    Made concat = make("concat");
    assert_fails(concat.type->shape(concat.params, many, 3, &out, &err), err,
                 "the output is too large");
}

static void test_pool_shapes(void **state) {
    (void)state;
    check_shape("maxpool kernel=3 stride=2", SHAPE(96, 55, 55), "(96, 27, 27)");
    check_shape("maxpool kernel=3 stride=2", SHAPE(96, 110, 110), "(96, 54, 54)");
    check_shape("maxpool kernel=3 stride=2 ceil=1", SHAPE(96, 110, 110), "(96, 55, 55)");
    check_shape("maxpool kernel=2", SHAPE(4, 9, 8), "(4, 4, 4)");
    check_shape("maxpool kernel=2,3", SHAPE(4, 9, 8), "(4, 4, 2)");
    check_shape("maxpool kernel=2 stride=3 padding=1 ceil=1", SHAPE(4, 5, 6), "(4, 2, 3)");
    check_shape("avgpool kernel=7", SHAPE(512, 7, 7), "(512, 1, 1)");
    check_shape("adaptive_avgpool", SHAPE(512, 7, 9), "(512, 1, 1)");
    check_shape("adaptive_avgpool out=6,7", SHAPE(256, 13, 5), "(256, 6, 7)");
    check_refused("maxpool kernel=3 padding=2", SHAPE(4, 9, 9),
                  "padding: expected at most half of the kernel 3x3, got 2");
    check_refused("avgpool kernel=2,4 padding=2", SHAPE(4, 9, 9),
                  "padding: expected at most half of the kernel 2x4, got 2");
    check_refused("avgpool kernel=7", SHAPE(4, 6, 6),
                  "kernel 7x7 does not fit a 6x6 input with padding 0");
    check_refused("maxpool kernel=2", SHAPE(4), "input: expected maps (C, H, W), got (4)");
    check_refused("adaptive_avgpool", SHAPE(4), "input: expected maps (C, H, W), got (4)");
}

static void test_other_shapes(void **state) {
    (void)state;
    check_shape("linear out=10", SHAPE(84), "(10)");
    check_refused("linear out=10", SHAPE(64, 7, 7),
                  "input: expected (F), got (64, 7, 7): put a flatten before it");
    check_refused("softmax", SHAPE(64, 1, 1),
                  "input: expected (F), got (64, 1, 1): put a flatten before it");
    check_shape("softmax", SHAPE(10), "(10)");
    check_shape("flatten", SHAPE(64, 7, 7), "(3136)");
    check_shape("flatten", SHAPE(12), "(12)");
    check_shape("lrn", SHAPE(64, 7, 7), "(64, 7, 7)");
    check_refused("lrn size=4", SHAPE(64, 7, 7), "size: expected an odd number, got 4");
    check_refused("lrn", SHAPE(64), "input: expected maps (C, H, W), got (64)");
    check_shape("bn", SHAPE(64, 7, 7), "(64, 7, 7)");
    check_shape("relu", SHAPE(64, 7, 7), "(64, 7, 7)");
    check_shape("dropout", SHAPE(64), "(64)");
    check_shape("subsample out=32", SHAPE(16, 32, 33), "(32, 16, 17)");
    check_refused("subsample out=8", SHAPE(16, 32, 32),
                  "out: expected at least the input's 16 channels, got 8");
}

static void test_joins(void **state) {
    (void)state;
    Error err = {0};
    Shape out, in[3] = {SHAPE(64, 28, 28), SHAPE(32, 28, 28), SHAPE(16, 14, 28)};
    Made concat = make("concat"), add = make("add");
    assert_ok(concat.type->shape(concat.params, in, 2, &out, &err), err);
    assert_string_equal(SHAPE_TEXT(&out), "(96, 28, 28)");
    assert_fails(concat.type->shape(concat.params, in, 3, &out, &err), err,
                 "input 2: expected height and width of input 0, (64, 28, 28), got (16, 14, 28)");
    in[1] = SHAPE(64);
    assert_fails(concat.type->shape(concat.params, in, 2, &out, &err), err, "got (64)");
    assert_fails(add.type->shape(add.params, in, 2, &out, &err), err,
                 "inputs: expected two of one shape, got (64, 28, 28) and (64)");
    in[1] = in[0];
    assert_ok(add.type->shape(add.params, in, 2, &out, &err), err);
    assert_string_equal(SHAPE_TEXT(&out), "(64, 28, 28)");
}

/* --- Weights, costs, windows --- */

static void test_weights(void **state) {
    (void)state;
    WeightSpec specs[LAYER_WEIGHTS_MAX];
    Made conv = make("conv out=256 kernel=5,3 groups=2"), bare = make("linear out=10 bias=0");
    Shape in = SHAPE(96, 27, 27), vector = SHAPE(84);
    assert_int_equal(conv.type->weights(conv.params, &in, specs), 2);
    assert_string_equal(specs[0].suffix, "weight");
    assert_string_equal(SHAPE_TEXT(&specs[0].shape), "(256, 48, 5, 3)");
    assert_string_equal(specs[1].suffix, "bias");
    assert_string_equal(SHAPE_TEXT(&specs[1].shape), "(256)");
    assert_int_equal(specs[0].role, WEIGHT_KERNEL);
    assert_int_equal(specs[1].role, WEIGHT_BIAS);
    assert_int_equal(bare.type->weights(bare.params, &vector, specs), 1);
    assert_string_equal(SHAPE_TEXT(&specs[0].shape), "(10, 84)");
    Made bn = make("bn");
    assert_int_equal(bn.type->weights(bn.params, &in, specs), 4);
    static const char *const suffixes[] = {"weight", "bias", "running_mean", "running_var"};
    static const WeightRole roles[] = {WEIGHT_GAMMA, WEIGHT_BETA, WEIGHT_MEAN, WEIGHT_VARIANCE};
    for (int i = 0; i < 4; i++) {
        assert_string_equal(specs[i].suffix, suffixes[i]);
        assert_int_equal(specs[i].role, roles[i]);
        assert_string_equal(SHAPE_TEXT(&specs[i].shape), "(96)");
    }
}

static void test_macs(void **state) {
    (void)state;
    Made conv = make("conv out=256 kernel=5 padding=2 groups=2"), fc = make("linear out=4096");
    Shape in = SHAPE(96, 27, 27), out = SHAPE(256, 27, 27), f = SHAPE(9216), g = SHAPE(4096);
    assert_int_equal(conv.type->macs(conv.params, &in, &out), INT64_C(307200) * 27 * 27);
    assert_int_equal(fc.type->macs(fc.params, &f, &g), 37748736);
}

static void check_window(const char *line, Shape in, const char *expected) {
    Error err = {0};
    Made made = make(line);
    Shape out;
    assert_ok(made.type->shape(made.params, &in, 1, &out, &err), err);
    LayerWindow w = layer_window(made.type, made.params, &in, &out);
    assert_string_equal(TEXT("%" PRId64 "x%" PRId64 " / %" PRId64 "x%" PRId64 " - %" PRId64
                             "x%" PRId64 "%s",
                             w.size[0], w.size[1], w.stride[0], w.stride[1], w.pad[0], w.pad[1],
                             w.everything ? " all" : ""),
                        expected);
}

static void test_windows(void **state) {
    (void)state;
    check_window("conv out=8 kernel=7 stride=2 padding=3", SHAPE(3, 32, 32), "7x7 / 2x2 - 3x3");
    check_window("conv out=8 kernel=3,1 dilation=2 stride=1,2 padding=2,0", SHAPE(3, 32, 32),
                 "5x1 / 1x2 - 2x0");
    check_window("maxpool kernel=3", SHAPE(3, 32, 32), "3x3 / 3x3 - 0x0");
    check_window("avgpool kernel=3,2 stride=2 padding=1", SHAPE(3, 32, 32), "3x2 / 2x2 - 1x1");
    check_window("adaptive_avgpool", SHAPE(3, 7, 9), "7x9 / 7x9 - 0x0");
    check_window("adaptive_avgpool out=6", SHAPE(3, 12, 13), "2x3 / 2x2 - 0x0");
    check_window("subsample out=8", SHAPE(3, 32, 32), "1x1 / 2x2 - 0x0");
    check_window("relu", SHAPE(3, 32, 32), "1x1 / 1x1 - 0x0");
    check_window("lrn", SHAPE(3, 32, 32), "1x1 / 1x1 - 0x0");
    check_window("flatten", SHAPE(3, 7, 5), "7x5 / 7x5 - 0x0 all");
    check_window("flatten", SHAPE(3, 1, 1), "1x1 / 1x1 - 0x0");
    check_window("linear out=5", SHAPE(30), "1x1 / 1x1 - 0x0 all");
}

/* Every adaptive window lies in the evenly spaced one that stands for it. */
static void test_adaptive_window_holds(void **state) {
    (void)state;
    Made made = make("adaptive_avgpool");
    for (int64_t size = 1; size <= 30; size++)
        for (int64_t count = 1; count <= 30; count++) {
            Shape in = SHAPE(1, size, size), out = SHAPE(1, count, count);
            LayerWindow w = layer_window(made.type, made.params, &in, &out);
            for (int64_t i = 0; i < count; i++) {
                int64_t first = i * size / count, end = ((i + 1) * size + count - 1) / count;
                assert_true(first >= i * w.stride[0] && end <= i * w.stride[0] + w.size[0]);
            }
            assert_true((count - 1) * w.stride[0] + w.size[0] == size);
        }
}

/* An allocation that fails is an error, not a crash. */
static void test_no_memory(void **state) {
    (void)state;
    Arena fresh = {0};
    Error err = {0};
    mem_fail_at(1);
    assert_null(layer_params_new(layer_types[0], &fresh, &err));
    mem_fail_at(0);
    assert_int_equal(err.code, ERROR_NO_MEMORY);
    arena_free(&fresh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_specs),
        cmocka_unit_test(test_unknown_type),
        cmocka_unit_test(test_path_names),
        cmocka_unit_test(test_param_names),
        cmocka_unit_test(test_param_ranges),
        cmocka_unit_test(test_param_counts),
        cmocka_unit_test(test_params_text),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_short_buffers),
        cmocka_unit_test(test_slide),
        cmocka_unit_test(test_slide_by_counting),
        cmocka_unit_test(test_conv_shapes),
        cmocka_unit_test(test_huge),
        cmocka_unit_test(test_pool_shapes),
        cmocka_unit_test(test_other_shapes),
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_macs),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_adaptive_window_holds),
        cmocka_unit_test(test_no_memory),
    };
    int failed = cmocka_run_group_tests_name("layer", tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
