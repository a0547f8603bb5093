#include "support.h"

#include "tensor/colormap.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void assert_color(Colormap map, float min, float max, float value, uint32_t wanted) {
    uint8_t rgb[3];
    colormap_color(map, (ColorRange){min, max}, value, rgb);
    uint32_t got = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
    if (got != wanted)
        fail_msg("%s of %g in %g..%g: #%06x, not #%06x", colormap_name(map), (double)value,
                 (double)min, (double)max, got, wanted);
}

/* Relative luminance (IEC 61966-2-1), 0..1. */
static double luminance(Colormap map, float value) {
    static const double weights[3] = {0.2126, 0.7152, 0.0722};
    uint8_t rgb[3];
    colormap_color(map, (ColorRange){-1, 1}, value, rgb);
    double sum = 0;
    for (int c = 0; c < 3; c++) {
        double v = rgb[c] / 255.0;
        sum += weights[c] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void ends_and_middles_are_known(void **state) {
    (void)state;
    assert_color(COLORMAP_GRAY, 0, 10, 0, 0x000000);
    assert_color(COLORMAP_GRAY, 0, 10, 10, 0xffffff);
    assert_color(COLORMAP_GRAY, 0, 10, 5, 0x808080);
    assert_color(COLORMAP_VIRIDIS, 0, 10, 0, 0x440154); /* as matplotlib's */
    assert_color(COLORMAP_VIRIDIS, 0, 10, 5, 0x21918c);
    assert_color(COLORMAP_VIRIDIS, 0, 10, 10, 0xfde725);
    assert_color(COLORMAP_RDBU, -2, 2, -2, 0x004296);
    assert_color(COLORMAP_RDBU, -2, 2, 0, 0xffffff);
    assert_color(COLORMAP_RDBU, -2, 2, -0.0f, 0xffffff);
    assert_color(COLORMAP_RDBU, -2, 2, 2, 0x8a021c);
}

static void grey_bytes_come_back(void **state) {
    (void)state;
    for (int byte = 0; byte < 256; byte++)
        assert_color(COLORMAP_GRAY, 0, 1, (float)byte / 255, (uint32_t)byte * 0x010101);
}

static void what_lies_outside_takes_the_end(void **state) {
    (void)state;
    assert_color(COLORMAP_GRAY, 0, 1, -5, 0x000000);
    assert_color(COLORMAP_GRAY, 0, 1, 5, 0xffffff);
    assert_color(COLORMAP_VIRIDIS, 0, 1, 3e38f, 0xfde725);
    assert_color(COLORMAP_RDBU, -1, 1, -3e38f, 0x004296);
    assert_color(COLORMAP_RDBU, -1, 1, 7, 0x8a021c);
    assert_color(COLORMAP_GRAY, -3e38f, 3e38f, 0, 0x808080); /* a range beyond a float's reach */
}

static void empty_ranges_have_a_colour(void **state) {
    (void)state;
    assert_color(COLORMAP_GRAY, 3, 3, 3, 0x808080);
    assert_color(COLORMAP_VIRIDIS, 3, 3, 3, 0x440154);
    assert_color(COLORMAP_RDBU, 3, 3, 3, 0xffffff);
    assert_color(COLORMAP_RDBU, 0, 0, 0, 0xffffff);
}

static void what_is_no_number_stands_out(void **state) {
    (void)state;
    for (int map = 0; map < COLORMAPS; map++) {
        assert_color((Colormap)map, 0, 1, NAN, 0xff00ff);
        assert_color((Colormap)map, 0, 1, INFINITY, 0xffff00);
        assert_color((Colormap)map, 0, 1, -INFINITY, 0x00ffff);
        assert_color((Colormap)map, 0, 0, NAN, 0xff00ff);
    }
}

static void luminance_tells_the_order(void **state) {
    (void)state;
    for (int i = -500; i < 500; i++) {
        float here = (float)i / 500, next = (float)(i + 1) / 500;
        assert_true(luminance(COLORMAP_GRAY, here) <= luminance(COLORMAP_GRAY, next));
        assert_true(luminance(COLORMAP_VIRIDIS, here) <= luminance(COLORMAP_VIRIDIS, next) + 1e-3);
        double rise = luminance(COLORMAP_RDBU, next) - luminance(COLORMAP_RDBU, here);
        assert_true(i < 0 ? rise >= 0 : rise <= 0);
    }
    assert_true(luminance(COLORMAP_VIRIDIS, 1) - luminance(COLORMAP_VIRIDIS, -1) > 0.7);
}

static void signs_are_told_alike(void **state) {
    (void)state;
    for (int i = 0; i <= 100; i++) {
        float value = (float)i / 100;
        uint8_t blue[3], red[3];
        colormap_color(COLORMAP_RDBU, (ColorRange){-1, 1}, -value, blue);
        colormap_color(COLORMAP_RDBU, (ColorRange){-1, 1}, value, red);
        assert_true(fabs(luminance(COLORMAP_RDBU, -value) - luminance(COLORMAP_RDBU, value)) < 0.1);
        assert_true(i == 0 || (blue[2] > blue[0] && red[0] > red[2]));
    }
}

static void ranges_of_signed_maps_are_symmetric(void **state) {
    (void)state;
    ColorRange r = colormap_range(COLORMAP_RDBU, -1, 5);
    assert_true(r.min == -5 && r.max == 5);
    r = colormap_range(COLORMAP_RDBU, -7, -2);
    assert_true(r.min == -7 && r.max == 7);
    r = colormap_range(COLORMAP_VIRIDIS, -1, 5);
    assert_true(r.min == -1 && r.max == 5);
    r = colormap_range(COLORMAP_GRAY, 5, -1);
    assert_true(r.min == -1 && r.max == 5);
    r = colormap_range(COLORMAP_GRAY, NAN, INFINITY);
    assert_true(r.min == 0 && r.max == 0);
    assert_color(COLORMAP_RDBU, -1, 5, 0, 0xffffff); /* white at zero even if the range is not */
}

static void names_are_known_both_ways(void **state) {
    (void)state;
    Error err = {0};
    for (int i = 0; i < COLORMAPS; i++) {
        Colormap map = COLORMAPS;
        assert_ok(colormap_from_name(&map, colormap_name((Colormap)i), &err), err);
        assert_int_equal(map, i);
    }
    Colormap map = COLORMAP_RDBU;
    assert_fails(colormap_from_name(&map, "viridus", &err), err,
                 "unknown colour map 'viridus'; did you mean 'viridis'?");
    assert_int_equal(map, COLORMAP_RDBU);
}

/* Also beyond the length of a vector, at the ends of levels and where there is no number. */
static void many_are_as_one(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    float x[COUNT];
    uint8_t all[3 * COUNT], one[3];
    for (int i = 0; i < COUNT; i++)
        x[i] = i % 97 == 0 ? NAN : i % 89 == 0 ? INFINITY : -1.1f + 3.2f * (float)i / COUNT;
    for (int i = 0; i < 256; i++)
        x[i] = -1 + 3.0f * (float)i / 256;
    x[300] = -INFINITY;
    x[301] = -3e38f;
    for (int map = 0; map < COLORMAPS; map++)
        for (float max = -1; max <= 2; max += 3) { /* an empty range, too */
            ColorRange range = colormap_range((Colormap)map, -1, max);
            colormap_apply((Colormap)map, range, x, COUNT, all);
            for (int i = 0; i < COUNT; i++) {
                colormap_color((Colormap)map, range, x[i], one);
                assert_memory_equal(all + 3 * i, one, 3);
            }
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_and_middles_are_known),
        cmocka_unit_test(grey_bytes_come_back),
        cmocka_unit_test(what_lies_outside_takes_the_end),
        cmocka_unit_test(empty_ranges_have_a_colour),
        cmocka_unit_test(what_is_no_number_stands_out),
        cmocka_unit_test(luminance_tells_the_order),
        cmocka_unit_test(signs_are_told_alike),
        cmocka_unit_test(ranges_of_signed_maps_are_symmetric),
        cmocka_unit_test(names_are_known_both_ways),
        cmocka_unit_test(many_are_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
