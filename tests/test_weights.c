#include "support.h"

#include "base/memory.h"
#include "model/model.h"
#include "model/safetensors.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char network[] =
    "{\"input\": [1, 3, 3], \"unmarked_weights\": \"from elsewhere\", \"layers\": ["
    "{\"op\": \"conv\", \"name\": \"conv1\", \"out\": 2, \"kernel\": 3},"
    "{\"op\": \"bn\", \"name\": \"bn1\"},"
    "{\"op\": \"flatten\"},"
    "{\"op\": \"linear\", \"name\": \"fc\", \"out\": 2}]}";

/* What it asks for, as PyTorch would save it. */
enum { NUMBERS = 34 };
static const char header[] =
    "{\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,1,3,3],\"data_offsets\":[0,72]},"
    "\"conv1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[72,80]},"
    "\"bn1.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[80,88]},"
    "\"bn1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[88,96]},"
    "\"bn1.running_mean\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[96,104]},"
    "\"bn1.running_var\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[104,112]},"
    "\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[112,128]},"
    "\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[128,136]}}";

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

/* A file's bytes, aligned to 64: this header and `size` bytes of data. Freed by mem_free. */
static uint8_t *make_file(const char *text, const void *data, size_t size, size_t *total) {
    size_t length = strlen(text);
    uint8_t *file = mem_alloc(8 + length + size, 1, NULL);
    for (int i = 0; i < 8; i++)
        file[i] = (uint8_t)((uint64_t)length >> 8 * i);
    memcpy(file + 8, text, length);
    if (size)
        memcpy(file + 8 + length, data, size);
    *total = 8 + length + size;
    return file;
}

/* `text` with its first `from` replaced, in a static buffer. */
static const char *with(const char *text, const char *from, const char *to) {
    static char buffer[4000];
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(buffer, sizeof buffer, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return buffer;
}

static bool parse(Model *model, const char *text, const void *data, size_t size, Error *err) {
    size_t total;
    uint8_t *file = make_file(text, data, size, &total);
    bool ok = weights_parse(model, file, total, "x.safetensors", err);
    if (ok)
        weights_free(&model->weights); /* may point into the file */
    mem_free(file);
    return ok;
}

/* ---- Random weights ---- */

static const char wide[] =
    "{\"input\": [16, 5, 5], \"layers\": ["
    "{\"op\": \"conv\", \"name\": \"a\", \"out\": 600, \"kernel\": 5, \"groups\": 2},"
    "{\"op\": \"bn\", \"name\": \"b\"}, {\"op\": \"flatten\"},"
    "{\"op\": \"linear\", \"name\": \"c\", \"out\": 300}]}";

static void random_values(void **state) {
    (void)state;
    Error err = {0};
    Model *model = model_parse(wide, strlen(wide), "wide", 0, &err);
    assert_ok(model != NULL, err);
    assert_ok(weights_random(model, 1, NULL, NULL, &err), err);
    assert_int_equal(model->weights.kind, WEIGHTS_RANDOM);
    assert_false(model->weights.trained);
    assert_string_equal(model->weights.source, "random weights, seed 1");
    static const struct {
        const char *key;
        int count, fan_in;
    } kernels[] = {{"a.weight", 600 * 8 * 25, 8 * 25}, {"c.weight", 300 * 600, 600}};
    int64_t bytes = 4 * (600 + 4 * 600 + 300);
    for (int k = 0; k < 2; k++) {
        const float *x = weight_at(model, kernels[k].key);
        double sum = 0, squares = 0, count = kernels[k].count;
        for (int i = 0; i < kernels[k].count; i++) {
            sum += x[i];
            squares += (double)x[i] * x[i];
        }
        double variance = 2.0 / kernels[k].fan_in;
        assert_true(fabs(sum / count) < 4 * sqrt(variance / count));
        assert_true(fabs(squares / count / variance - 1) < 4 * sqrt(2 / count));
        bytes += 4 * (int64_t)kernels[k].count;
    }
    assert_int_equal(model->weights.bytes, bytes);
    static const struct {
        const char *key;
        float value;
    } constants[] = {{"a.bias", 0},         {"b.weight", 1},      {"b.bias", 0},
                     {"b.running_mean", 0}, {"b.running_var", 1}, {"c.bias", 0}};
    for (int k = 0; k < 6; k++)
        for (int i = 0; i < 300; i++)
            assert_true(weight_at(model, constants[k].key)[i] == constants[k].value);
    model_free(model);
}

/* The same for any number of threads; another for another seed or key. */
static void random_threads(void **state) {
    (void)state;
    Error err = {0};
    Model *a = model_parse(wide, strlen(wide), "wide", 0, &err);
    Model *b = model_parse(wide, strlen(wide), "wide", 0, &err);
    Pool *pool = pool_new(3, &err);
    assert_ok(a && b && pool, err);
    assert_ok(weights_random(a, 7, NULL, NULL, &err), err);
    assert_ok(weights_random(b, 8, NULL, NULL, &err), err);
    assert_memory_not_equal(weight_at(a, "c.weight"), weight_at(b, "c.weight"), 16);
    assert_memory_not_equal(weight_at(a, "c.weight"), weight_at(a, "a.weight"), 16);
    assert_ok(weights_random(b, 7, pool, NULL, &err), err);
    assert_memory_equal(weight_at(a, "a.weight"), weight_at(b, "a.weight"), 600 * 8 * 25 * 4);
    assert_memory_equal(weight_at(a, "c.weight"), weight_at(b, "c.weight"), 300 * 600 * 4);
    pool_free(pool);
    model_free(a);
    model_free(b);
}

/* ---- Saving and loading ---- */

static void round_trip(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model(), *other = new_model();
    const char *path = test_path("tiny.safetensors");
    assert_ok(weights_random(model, 3, NULL, NULL, &err), err);
    assert_ok(weights_save(model, path, NULL, &err), err);
    assert_ok(weights_load(other, path, &err), err);
    assert_int_equal(other->weights.kind, WEIGHTS_FILE);
    assert_string_equal(other->weights.source, "tiny.safetensors");
    assert_string_equal(other->weights.note, "");
    assert_false(other->weights.trained); /* random ones say so */
    assert_int_equal(other->weights.bytes, NUMBERS * 4);
    for (int n = 0; n < model->graph.node_count; n++)
        for (int i = 0; i < model->graph.nodes[n].weight_count; i++) {
            const uint8_t *at = (const uint8_t *)other->weights.data[n][i];
            size_t size = (size_t)shape_count(&model->graph.nodes[n].weights[i].shape) * 4;
            assert_memory_equal(at, model->weights.data[n][i], size);
            assert_true(at >= other->weights.map.data && /* used as it lies */
                        at + size <= other->weights.map.data + other->weights.map.size);
        }
    assert_int_equal((uintptr_t)other->weights.data[0][0] % 64, 0);
    /* What was loaded counts as trained when it is saved again only if it was. */
    assert_ok(weights_save(other, test_path("again.safetensors"), NULL, &err), err);
    assert_ok(weights_load(model, test_path("again.safetensors"), &err), err);
    assert_false(model->weights.trained);
    assert_fails(weights_save(model, test_path("none/x.safetensors"), NULL, &err), err,
                 "cannot write");
    model_free(model);
    model_free(other);
}

static void marks(void **state) {
    (void)state;
    static const struct {
        const char *metadata, *note;
        bool trained;
    } cases[] = {
        {"", "from elsewhere", true},
        {"\"__metadata__\":{\"format\":\"pt\"},", "from elsewhere", true},
        {"\"__metadata__\":{\"convoscope.model\":\"tiny\"},", "", true},
        {"\"__metadata__\":{\"convoscope.trained\":\"false\"},", "from elsewhere", false},
        {"\"__metadata__\":{\"convoscope.model\":\"resnet50-tv\"},", "those of resnet50-tv", true},
        {"\"__metadata__\":{\"convoscope.model\":\"\\u001b[2J\"},", "from elsewhere", true},
    };
    float data[NUMBERS] = {0};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Error err = {0};
        Model *model = new_model();
        char text[2000];
        size_t total;
        snprintf(text, sizeof text, "{%s%s", cases[k].metadata, header + 1);
        uint8_t *file = make_file(text, data, sizeof data, &total);
        assert_ok(weights_parse(model, file, total, "x", &err), err);
        if (*cases[k].note)
            test_contains(model->weights.note, cases[k].note);
        else
            assert_string_equal(model->weights.note, "");
        assert_int_equal(model->weights.trained, cases[k].trained);
        model_free(model);
        mem_free(file);
    }
}

/* Data at an odd address are copied; NaN and infinity are weights like others. */
static void any_place(void **state) {
    (void)state;
    Error err = {0};
    float data[NUMBERS];
    test_fill(data, NUMBERS, 5);
    data[0] = NAN;
    data[1] = INFINITY;
    for (size_t blanks = 0; blanks < 4; blanks++) {
        Model *model = new_model();
        char text[2000];
        size_t total;
        snprintf(text, sizeof text, "%s%*s", header, (int)blanks, "");
        uint8_t *file = make_file(text, data, sizeof data, &total);
        assert_ok(weights_parse(model, file, total, "x", &err), err);
        assert_memory_equal(weight_at(model, "conv1.weight"), data, 72);
        assert_memory_equal(weight_at(model, "fc.bias"), data + 32, 8);
        bool inside = (const uint8_t *)weight_at(model, "fc.bias") == file + total - 8;
        assert_int_equal(inside, (strlen(text) + 8) % 4 == 0);
        model_free(model);
        mem_free(file);
    }
}

/* Every half there is, against its definition. */
static void halves(void **state) {
    (void)state;
    static uint16_t all[65536];
    static float out[65536];
    for (int i = 0; i < 65536; i++)
        all[i] = (uint16_t)i;
    Error err = {0};
    Safetensors st;
    size_t total;
    uint8_t *file =
        make_file("{\"a\":{\"dtype\":\"F16\",\"shape\":[65536],\"data_offsets\":[0,131072]}}", all,
                  sizeof all, &total);
    assert_ok(safetensors_parse(&st, file, total, &err), err);
    Shape shape = SHAPE(65536);
    const SafeTensor *tensor = safetensors_find(&st, "a");
    assert_ok(safetensors_check(tensor, &shape, &err), err);
    assert_null(safetensors_in_place(&st, tensor));
    safetensors_read(&st, tensor, out);
    for (int i = 0; i < 65536; i++) {
        int exponent = i >> 10 & 31, fraction = i & 1023;
        float expected = exponent == 31  ? (fraction ? NAN : INFINITY)
                         : exponent == 0 ? ldexpf((float)fraction, -24)
                                         : ldexpf((float)(fraction + 1024), exponent - 25);
        assert_int_equal(signbit(out[i]) != 0, i >> 15);
        if (isnan(expected))
            assert_true(isnan(out[i]));
        else
            assert_true(fabsf(out[i]) == expected);
    }
    safetensors_free(&st);
    mem_free(file);
}

/* Some F16 among the F32; num_batches_tracked, of any dtype, is passed over. */
static void mixed(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model();
    uint8_t data[136 + 8] = {0};
    memcpy(data + 128, (const uint8_t[]){0x00, 0x3c, 0x00, 0xc0}, 4); /* 1, -2 */
    char text[2000];
    size_t total;
    snprintf(text, sizeof text,
             "{\"bn1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],"
             "\"data_offsets\":[136,144]},%s",
             with(header + 1, "\"F32\",\"shape\":[2],\"data_offsets\":[128,136]",
                  "\"F16\",\"shape\":[2],\"data_offsets\":[128,132]"));
    uint8_t *file = make_file(text, data, sizeof data, &total);
    assert_ok(weights_parse(model, file, total, "x", &err), err);
    assert_true(weight_at(model, "fc.bias")[0] == 1);
    assert_true(weight_at(model, "fc.bias")[1] == -2);
    model_free(model);
    mem_free(file);
}

/* ---- Refusals ---- */

static void bad_files(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"{\"conv1", "[\"conv1", "x.safetensors: its header: line 1"},
        {"[128,136]}}", "[128,136]}", "its header: line 1"},
        {"fc.bias", "fc.bi\xff", "invalid UTF-8"},
        {"fc.bias", "fc.weight", "key 'fc.weight' appears twice"},
        {"\"fc.bias\":{\"dtype\"", "\"fc.bias\":{\"type\"",
         "fc.bias: dtype: expected a text, got none"},
        {"\"F32\"", "32", "conv1.weight: dtype: expected a text, got a number"},
        {"[0,72]", "\"0,72\"", "conv1.weight: data_offsets: expected two numbers, got a text"},
        {"[0,72]", "[0]", "data_offsets: expected two numbers, got 1"},
        {"[0,72]", "[0,null]", "data_offsets: expected a whole number, got null"},
        {"[0,72]", "[-4,68]", "expected a whole number from 0 to 2^53, got -4"},
        {"[0,72]", "[0.5,72.5]", "expected a whole number from 0 to 2^53, got 0.5"},
        {"[0,72]", "[0,1e30]", "expected a whole number from 0 to 2^53"},
        {"[0,72]", "[72,0]", "a part of the file's 136 bytes of data, got 72 to 0"},
        {"[128,136]", "[132,140]", "fc.bias: data_offsets: expected a part of the file's 136"},
        {"[0,72]", "[0,68]",
         "conv1.weight: data_offsets: expected 72 bytes, as its shape has, got 68"},
        {"[72,80]", "[68,76]", "expected data of its own, got data that overlap those of"},
        {"[128,136]", "[0,8]",
         "expected data of its own, got data that overlap those of 'fc.bias'"},
        {"[2,1,3,3]", "[9007199254740992,9007199254740992]", "a shape that fits a file"},
        {"[2,1,3,3]", "[1,1,1,1,1,1,1,18,1]", "shape: expected at most 8 extents, got 9"},
        {"[2,1,3,3]", "{}", "shape: expected an array, got an object"},
        {"[2,1,3,3]", "[2,1,9]", "conv1.weight: expected shape (2, 1, 3, 3), got (2, 1, 9)"},
        {"[2,2]", "[2,2,1,1]", "fc.weight: expected shape (2, 2), got (2, 2, 1, 1)"},
        {"[2,2]", "[4]", "fc.weight: expected shape (2, 2), got (4)"},
        {"\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2]",
         "\"fc.bias\":{\"dtype\":\"F64\",\"shape\":[1]",
         "fc.bias: expected dtype F32 or F16, got F64"},
        {"\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2]",
         "\"fc.bias\":{\"dtype\":\"BF16\",\"shape\":[4]",
         "fc.bias: expected dtype F32 or F16, got BF16"},
        {"\"fc.bias\":{\"dtype\":\"F32\"", "\"fc.bias\":{\"dtype\":\"Q4_0\"", "got Q4_0"},
        {"\"fc.bias\":{\"dtype\":\"F32\",\"shape\":[2]",
         "\"fc.bias\":{\"dtype\":\"F64\",\"shape\":[]", "fc.bias: expected dtype"},
        {"fc.bias", "fc.basi", "fc.bias: expected shape (2), got no such key, but a key 'fc.basi'"},
        {"\"bn1.w", "\"norm.w",
         "bn1.weight: expected shape (2), got no such key, but a key 'norm.weight'"},
        {",\"fc.bias\"",
         ",\"extra\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"fc.bias\"",
         "x.safetensors: unknown key 'extra'"},
        {",\"fc.bias\"",
         ",\"fc.biases\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"fc.bias\"",
         "unknown key 'fc.biases'; did you mean 'fc.bias'"},
        {"{\"conv1", "{\"__metadata__\":{\"a\":1},\"conv1",
         "__metadata__: expected an object of texts"},
        {"{\"conv1", "{\"__metadata__\":[],\"conv1", "__metadata__: expected an object of texts"},
    };
    Error err = {0};
    Model *model = new_model();
    float data[NUMBERS] = {0};
    assert_ok(parse(model, header, data, sizeof data, &err), err);
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
        assert_fails(
            parse(model, with(header, cases[k].from, cases[k].to), data, sizeof data, &err), err,
            cases[k].message);
    assert_fails(parse(model, "{}", data, 0, &err), err,
                 "x.safetensors: conv1.weight: expected shape (2, 1, 3, 3), got no such key "
                 "(nor 7 others of 8)");
    assert_fails(parse(model, "[]", data, 0, &err), err, "a header that is an array");
    assert_fails(parse(model, "", data, 0, &err), err, "its header: line 1");
    assert_fails(parse(model, header, data, sizeof data - 1, &err), err, "135 bytes of data");
    model_free(model);
}

static void bad_lengths(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model();
    uint8_t file[16] = {9, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    assert_fails(weights_parse(model, file, 16, "x", &err), err,
                 "x: the file: expected safetensors, got a header of 9 bytes in a file of 16");
    assert_fails(weights_parse(model, file, 7, "x", &err), err, "7 bytes, too few");
    assert_fails(weights_parse(model, file, 0, "x", &err), err, "0 bytes, too few");
    memset(file, 0xff, 8);
    assert_fails(weights_parse(model, file, 16, "x", &err), err, "18446744073709551615 bytes");
    size_t size = SAFETENSORS_HEADER_MAX + 9;
    uint8_t *large = mem_alloc(size, 1, NULL);
    uint32_t length = SAFETENSORS_HEADER_MAX + 1;
    for (int i = 0; i < 4; i++)
        large[i] = (uint8_t)(length >> 8 * i);
    assert_fails(weights_parse(model, large, size, "x", &err), err, "the header is too large");
    mem_free(large);
    test_write(test_path("empty.safetensors"), "", 0);
    assert_fails(weights_load(model, test_path("empty.safetensors"), &err), err, "too few");
    assert_fails(weights_load(model, test_path("absent.safetensors"), &err), err, "No such file");
    assert_fails(weights_load(model, test_folder(), &err), err, "is a directory");
    model_free(model);
}

/* A failure leaves the weights as they were. */
static void kept(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model();
    float data[NUMBERS] = {0};
    assert_ok(weights_random(model, 5, NULL, NULL, &err), err);
    const float *before = weight_at(model, "fc.weight");
    assert_false(parse(model, with(header, "fc.bias", "x"), data, sizeof data, &err));
    assert_ptr_equal(weight_at(model, "fc.weight"), before);
    assert_string_equal(model->weights.source, "random weights, seed 5");
    model_free(model);
}

static void many_keys(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model();
    enum { KEYS = 50000, LINE = 80 };
    char *text = mem_alloc(KEYS + 1, LINE, NULL);
    size_t used = 1;
    text[0] = '{';
    for (int i = 0; i < KEYS; i++)
        used += (size_t)snprintf(
            text + used, LINE,
            "\"conv1.w%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}%s", i,
            i == KEYS - 1 ? "}" : ",");
    assert_fails(parse(model, text, "", 0, &err), err, "(nor 7 others of 8)");
    mem_free(text);
    model_free(model);
}

static void torch_files(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model();
    test_write(test_path("tiny.pt"), "x", 1);
    test_write(test_path("zip.safetensors"), "PK\3\4..............", 18);
    test_write(test_path("pickle"), "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 ", 10);
    test_write(test_path("a';b.pth"), "x", 1);
    assert_fails(weights_load(model, test_path("tiny.pt"), &err), err,
                 "python3 -c \"import torch, safetensors.torch; w = torch.load('tiny.pt', "
                 "map_location='cpu', weights_only=True); "
                 "safetensors.torch.save_file(w, 'tiny.safetensors')\"");
    assert_fails(weights_load(model, test_path("zip.safetensors"), &err), err, "PyTorch's own");
    assert_fails(weights_load(model, test_path("pickle"), &err), err, "'pickle.safetensors'");
    assert_fails(weights_load(model, test_path("a';b.pth"), &err), err, "torch.load('weights.pt'");
    assert_fails(weights_load(model, test_path("none.pt"), &err), err, "No such file");
    model_free(model);
}

static void find(void **state) {
    (void)state;
    Error err = {0};
    char path[FILE_PATH_MAX], folder[FILE_PATH_MAX], file[FILE_PATH_MAX];
    text_format(folder, sizeof folder, "%s/data/convoscope/weights", test_folder());
    text_format(file, sizeof file, "%s/no-such-network.safetensors", folder);
    assert_int_equal(setenv("XDG_DATA_HOME", test_path("data"), 1), 0);
    assert_false(weights_find("no-such-network", path, sizeof path));
    assert_ok(file_make_folder(folder, &err), err);
    test_write(file, "x", 1);
    assert_true(weights_find("no-such-network", path, sizeof path));
    assert_string_equal(path, file);
    assert_false(weights_find("../weights/no-such-network", path, sizeof path));
    assert_false(weights_find("", path, sizeof path));
    assert_false(weights_find("no-such-network", path, 10));
}

static void out_of_memory(void **state) {
    (void)state;
    Error err = {0};
    Model *model = new_model();
    float data[NUMBERS] = {0};
    const char *path = test_path("memory.safetensors");
    assert_ok(weights_random(model, 1, NULL, NULL, &err), err);
    assert_ok(weights_save(model, path, NULL, &err), err);
    for (int what = 0; what < 3; what++) {
        for (size_t n = 1;; n++) {
            err = (Error){0};
            mem_fail_at(n);
            bool ok = what == 0   ? weights_random(model, 1, NULL, NULL, &err)
                      : what == 1 ? weights_load(model, path, &err)
                                  : weights_save(model, path, NULL, &err);
            bool reached = mem_fail_at(0) >= n;
            assert_int_equal(ok, !reached);
            if (!reached)
                break;
            assert_int_equal(err.code, ERROR_NO_MEMORY);
            assert_non_null(weight_at(model, "fc.bias"));
        }
    }
    assert_true(parse(model, with(header, "{", "{ "), data, sizeof data, &err)); /* copied */
    model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_values), cmocka_unit_test(random_threads),
        cmocka_unit_test(round_trip),    cmocka_unit_test(marks),
        cmocka_unit_test(any_place),     cmocka_unit_test(halves),
        cmocka_unit_test(mixed),         cmocka_unit_test(bad_files),
        cmocka_unit_test(bad_lengths),   cmocka_unit_test(kept),
        cmocka_unit_test(many_keys),     cmocka_unit_test(torch_files),
        cmocka_unit_test(find),          cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
