#include "support.h"

#include "base/memory.h"
#include "model/preprocess.h"
#include "tensor/npy.h"
#include <string.h>

#define IMAGENET                                                                                   \
    {0.485, 0.456, 0.406}, {                                                                       \
        0.229, 0.224, 0.225                                                                        \
    }

/* As in tests/reference/make_preprocess_fixtures.py. */
static const struct Case {
    const char *name;
    Preprocess how;
    int channels, height, width;
} cases[] = {
    {"landscape", {28, 1, IMAGENET}, 3, 24, 24},
    {"portrait", {0, 1, IMAGENET}, 3, 20, 20},
    {"enlarged", {24, 1, IMAGENET}, 3, 20, 20},
    {"same_size", {0, 1, IMAGENET}, 3, 24, 24},
    {"half_even", {24, 1, IMAGENET}, 3, 24, 24},
    {"padded", {14, 1, IMAGENET}, 3, 24, 17},
    {"bytes", {20, 255, {123.68, 116.779, 103.939}, {1, 1, 1}}, 3, 16, 16},
    {"to_grey", {20, 1, {0.1307}, {0.3081}}, 1, 20, 20},
    {"from_grey", {16, 1, IMAGENET}, 3, 16, 16},
    {"grey", {28, 1, {0.5}, {0.5}}, 1, 28, 28},
};

/* Bit for bit. */
static void as_torchvision(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const struct Case *c = &cases[k];
        Error err = {0};
        Image image;
        Tensor expected;
        Arena arena = {0};
        char path[200];
        text_format(path, sizeof path, "preprocess/%s.png", c->name);
        assert_ok(image_load(&image, test_fixture(path), NULL, &err), err);
        text_format(path, sizeof path, "preprocess/%s.npy", c->name);
        assert_ok(npy_load(&expected, &arena, test_fixture(path), &err), err);

        Shape input = SHAPE(c->channels, c->height, c->width), batch = shape_batched(&input, 1);
        Image prepared;
        float *out = mem_alloc((size_t)shape_count(&input), sizeof *out, NULL);
        assert_ok(preprocess_image(&c->how, &input, &image, out, &prepared, &err), err);
        assert_true(shape_equal(&expected.shape, &batch));
        if (memcmp(out, expected.data, (size_t)shape_count(&input) * sizeof *out) != 0)
            fail_msg("%s: distance %g", c->name,
                     test_distance(out, expected.data, (size_t)shape_count(&input)));
        assert_int_equal(prepared.width, c->width);
        assert_int_equal(prepared.height, c->height);
        assert_int_equal(prepared.channels, c->channels);
        image_free(&prepared);
        image_free(&image);
        mem_free(out);
        arena_free(&arena);
    }
}

static void alpha_channel(void **state) {
    (void)state;
    Error err = {0};
    Image image, opaque;
    Shape input = SHAPE(3, 4, 4);
    Preprocess how = {.range = 255, .deviation = {1, 1, 1}};
    float rgba[48], rgb[48];
    assert_ok(image_new(&image, 8, 6, 4, &err), err);
    for (int i = 0; i < 8 * 6 * 4; i++)
        image.pixels[i] = i % 4 == 3 ? 255 : (uint8_t)(i * 7);
    assert_ok(preprocess_image(&how, &input, &image, rgba, NULL, &err), err);
    assert_ok(image_new(&opaque, 8, 6, 3, &err), err);
    for (int i = 0; i < 8 * 6 * 3; i++)
        opaque.pixels[i] = image.pixels[i / 3 * 4 + i % 3];
    assert_ok(preprocess_image(&how, &input, &opaque, rgb, NULL, &err), err);
    assert_memory_equal(rgba, rgb, sizeof rgb);
    image_free(&image);
    image_free(&opaque);
}

/* A thin picture whose short side would grow to 256. */
static void refused(void **state) {
    (void)state;
    Error err = {0};
    Image image;
    float out[4];
    assert_ok(image_new(&image, 1, 20000, 3, &err), err);
    Preprocess how = {.resize = 256, .range = 1, .deviation = {1, 1, 1}};
    Shape input = SHAPE(3, 224, 224), two = SHAPE(2, 1, 1), large = SHAPE(3, 40000, 1);
    assert_fails(preprocess_image(&how, &input, &image, out, NULL, &err), err,
                 "the resized picture is too large");
    how.resize = 1 << 30;
    assert_fails(preprocess_image(&how, &input, &image, out, NULL, &err), err,
                 "the resized picture is too large");
    assert_fails(preprocess_image(&how, &two, &image, out, NULL, &err), err,
                 "expected 1 or 3 channels to put a picture in, got 2");
    assert_fails(preprocess_image(&how, &large, &image, out, NULL, &err), err, "too large");
    image_free(&image);
}

static void out_of_memory(void **state) {
    (void)state;
    Error err = {0};
    Image image;
    float out[3 * 5 * 5];
    Shape input = SHAPE(3, 5, 5);
    Preprocess how = {.resize = 6, .range = 1, IMAGENET};
    assert_ok(image_new(&image, 9, 12, 1, &err), err);
    for (size_t n = 1;; n++) {
        mem_fail_at(n);
        err = (Error){0};
        bool ok = preprocess_image(&how, &input, &image, out, NULL, &err);
        if (mem_fail_at(0) < n) { /* there were not so many */
            assert_true(ok);
            break;
        }
        assert_false(ok);
        assert_int_equal(err.code, ERROR_NO_MEMORY);
    }
    image_free(&image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_torchvision),
        cmocka_unit_test(alpha_channel),
        cmocka_unit_test(refused),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
