#include "support.h"

#include "base/file.h"
#include "tensor/image.h"
#include <stdlib.h>
#include <string.h>

static int number(const uint8_t *p) {
    return p[0] | p[1] << 8;
}

/* tests/fixtures/image/resize.bin: see tests/reference/make_image_fixtures.py. */
static void every_byte_is_pillows(void **state) {
    (void)state;
    Error err = {0};
    size_t size;
    uint8_t *data = file_read(test_fixture("image/resize.bin"), 100000, false, &size, &err);
    assert_non_null(data);
    int cases = 0;
    for (uint8_t *at = data; at < data + size; cases++) {
        Image in = {number(at), number(at + 2), number(at + 4), at + 10}, out;
        const int width = number(at + 6), height = number(at + 8);
        at += 10 + in.width * in.height * in.channels;
        assert_ok(image_resize(&out, &in, width, height, &err), err);
        assert_true(out.width == width && out.height == height && out.channels == in.channels);
        for (int i = 0; i < width * height * in.channels; i++)
            if (out.pixels[i] != at[i])
                fail_msg("%d x %d x %d to %d x %d: byte %d is %d, not %d", in.width, in.height,
                         in.channels, width, height, i, out.pixels[i], at[i]);
        at += width * height * in.channels;
        image_free(&out);
    }
    assert_int_equal(cases, 15);
    mem_free(data);
}

/* Weights sum to one: what is flat stays flat, at any size. */
static void flat_pictures_stay_flat(void **state) {
    (void)state;
    Error err = {0};
    Image in, out;
    assert_ok(image_new(&in, 301, 17, 1, &err), err);
    for (int value = 0; value <= 255; value += 51) {
        memset(in.pixels, value, 301 * 17);
        for (int width = 1; width <= 700; width += 37) {
            assert_ok(image_resize(&out, &in, width, width % 40 + 1, &err), err);
            for (int i = 0; i < out.width * out.height; i++)
                assert_int_equal(out.pixels[i], value);
            image_free(&out);
        }
    }
    image_free(&in);
}

/* Mirrored in, mirrored out. */
static void left_and_right_are_alike(void **state) {
    (void)state;
    Error err = {0};
    Image in, mirror, a, b;
    assert_ok(image_new(&in, 53, 1, 1, &err), err);
    assert_ok(image_new(&mirror, 53, 1, 1, &err), err);
    for (int x = 0; x < 53; x++)
        in.pixels[x] = mirror.pixels[52 - x] = (uint8_t)(x * 89 % 256);
    for (int width = 1; width < 120; width++) {
        assert_ok(image_resize(&a, &in, width, 1, &err), err);
        assert_ok(image_resize(&b, &mirror, width, 1, &err), err);
        for (int x = 0; x < width; x++) /* but for the rounding of (int)(x + 0.5) at a tie */
            assert_true(abs(a.pixels[x] - b.pixels[width - 1 - x]) <= 1);
        image_free(&a);
        image_free(&b);
    }
    image_free(&in);
    image_free(&mirror);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    Error err;
    uint8_t pixels[3] = {1, 2, 3};
    Image in = {1, 1, 3, pixels}, out;
    assert_fails(image_resize(&out, &in, 0, 5, &err), err, "at least 1 x 1");
    assert_null(out.pixels);
    assert_fails(image_resize(&out, &in, 5, -1, &err), err, "at least 1 x 1");
    assert_fails(image_resize(&out, &in, 30001, 1, &err), err, "30000 a side");
    mem_fail_at(0);
    assert_fails(image_resize(&out, &in, 20000, 20000, &err), err, "400000000 pixels");
    assert_int_equal(mem_fail_at(0), 0); /* told before anything was done */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_pillows),
        cmocka_unit_test(flat_pictures_stay_flat),
        cmocka_unit_test(left_and_right_are_alike),
        cmocka_unit_test(impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
