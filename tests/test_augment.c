#include "support.h"

#include "base/memory.h"
#include "base/random.h"
#include "train/augment.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS_MAX = 3, SIDE_MAX = 40, PIXELS_MAX = CHANNELS_MAX * SIDE_MAX * SIDE_MAX };

typedef struct Picture {
    int64_t channels, height, width;
    uint8_t pixels[PIXELS_MAX];
    float out[PIXELS_MAX];
} Picture;

static const float ones[3] = {1, 1, 1}, zeros[3];
static Picture test; /* what the tests work on */

static int64_t size_of(const Picture *p) {
    return p->channels * p->height * p->width;
}

static void begin(int64_t channels, int64_t height, int64_t width) {
    test.channels = channels;
    test.height = height;
    test.width = width;
}

/* Bytes from least to least + range - 1. */
static void noise(uint32_t least, uint32_t range) {
    for (int64_t i = 0; i < size_of(&test); i++)
        test.pixels[i] =
            (uint8_t)(least + random_u32(7, random_stream("noise"), (uint64_t)i) % range);
}

/* Bytes are 1 + 2x + 3y in all channels: what is bilinear keeps it linear. */
static void ramp(void) {
    for (int64_t i = 0; i < size_of(&test); i++)
        test.pixels[i] = (uint8_t)(1 + 2 * (i % test.width) + 3 * (i / test.width % test.height));
}

/* Bytes as floats go in and come out as they are, but for what is changed. */
static const float *augmented(const Augment *a, uint64_t epoch) {
    static float temporary[PIXELS_MAX];
    memset(test.out, 0xff, sizeof test.out); /* NaN */
    augment_picture(a, test.pixels, test.channels, test.height, test.width, ones, zeros, 3, epoch,
                    11, temporary, test.out);
    return test.out;
}

static float at(int64_t c, int64_t y, int64_t x) {
    return test.out[(c * test.height + y) * test.width + x];
}

/* Whether out is the picture, mirrored or not, moved by whole pixels with zeros coming in. */
static bool is_moved(bool flip, int64_t across, int64_t down) {
    for (int64_t c = 0; c < test.channels; c++)
        for (int64_t y = 0; y < test.height; y++)
            for (int64_t x = 0; x < test.width; x++) {
                int64_t row = y + down, column = x + across;
                bool in = row >= 0 && row < test.height && column >= 0 && column < test.width;
                column = flip ? test.width - 1 - column : column;
                float wanted = in ? test.pixels[(c * test.height + row) * test.width + column] : 0;
                if (at(c, y, x) != wanted)
                    return false;
            }
    return true;
}

static void as_it_is(void **state) {
    (void)state;
    static const float scale[3] = {0.25f, 0.1f, 3}, shift[3] = {-7, 0.3f, 1000};
    static const Augment nothing;
    float temporary[3 * 5 * 4], out[3 * 5 * 4];
    for (int64_t channels = 1; channels <= 3; channels += 2)
        for (int how = 0; how < 2; how++) {
            begin(channels, 5, 4);
            noise(0, 256);
            augment_picture(how ? &nothing : NULL, test.pixels, channels, 5, 4, scale, shift, 1, 2,
                            3, temporary, out);
            for (int64_t i = 0; i < size_of(&test); i++)
                assert_true(out[i] == (float)test.pixels[i] * scale[i / 20] + shift[i / 20]);
        }
}

static void flips(void **state) {
    (void)state;
    const Augment a = {.flip = true};
    int flipped = 0;
    begin(3, 5, 8);
    noise(1, 255);
    for (uint64_t epoch = 0; epoch < 1000; epoch++) {
        augmented(&a, epoch);
        assert_true(is_moved(false, 0, 0) != is_moved(true, 0, 0));
        if (!is_moved(true, 0, 0))
            continue;
        if (flipped++ == 0) { /* the same again gives the picture */
            uint8_t before[3 * 5 * 8];
            memcpy(before, test.pixels, sizeof before);
            for (int i = 0; i < 3 * 5 * 8; i++)
                test.pixels[i] = (uint8_t)test.out[i];
            augmented(&a, epoch);
            memcpy(test.pixels, before, sizeof before);
            assert_true(is_moved(false, 0, 0));
        }
    }
    assert_in_range(flipped, 420, 580);
}

static void crops(void **state) {
    (void)state;
    enum { MOST = 3, PLACES = 2 * MOST + 1, EACH = 100 };
    const Augment a = {.crop = MOST}, both = {.crop = MOST, .flip = true};
    int counts[PLACES][PLACES] = {{0}};
    begin(1, 9, 11);
    for (int64_t i = 0; i < size_of(&test); i++)
        test.pixels[i] = (uint8_t)(1 + i); /* all different */
    for (uint64_t epoch = 0; epoch < PLACES * PLACES * EACH; epoch++) {
        augmented(&a, epoch);
        int64_t middle = (int64_t)at(0, 4, 5) - 1, down = middle / 11 - 4, across = middle % 11 - 5;
        assert_true(across >= -MOST && across <= MOST && down >= -MOST && down <= MOST);
        assert_true(is_moved(false, across, down));
        counts[down + MOST][across + MOST]++;
        augmented(&both, epoch);
        assert_true(is_moved(false, across, down) || is_moved(true, across, down));
    }
    for (int i = 0; i < PLACES * PLACES; i++)
        assert_in_range(counts[i / PLACES][i % PLACES], EACH / 2, EACH * 3 / 2);
}

/* Shifted by more than the picture's size. */
static void crops_far(void **state) {
    (void)state;
    const Augment a = {.crop = 100, .flip = true};
    begin(3, 3, 4);
    noise(1, 255);
    for (uint64_t epoch = 0; epoch < 300; epoch++) {
        augmented(&a, epoch);
        for (int64_t i = 0; i < size_of(&test); i++)
            assert_true(test.out[i] >= 0);
    }
}

/* What is sampled moves, mirrors and keeps as what is copied does. */
static void sampling_is_exact(void **state) {
    (void)state;
    const Augment copied = {.crop = 2, .flip = true};
    const Augment sampled = {.crop = 2, .flip = true, .area = {1, 1}, .aspect = 1};
    const Augment whole = {.area = {1, 1}, .aspect = 1};
    float wanted[3 * 7 * 10];
    begin(3, 7, 10);
    noise(0, 256);
    augmented(&whole, 5);
    assert_true(is_moved(false, 0, 0));
    for (uint64_t epoch = 0; epoch < 50; epoch++) {
        memcpy(wanted, augmented(&copied, epoch), sizeof wanted);
        assert_memory_equal(augmented(&sampled, epoch), wanted, sizeof wanted);
    }
}

/* Slopes of out in the middle of a ramp, across and down. */
static void slopes(double *across, double *down) {
    int64_t y = test.height / 2, x = test.width / 2;
    *across = (double)(at(0, y, x + 2) - at(0, y, x - 2)) / 4;
    *down = (double)(at(0, y + 2, x) - at(0, y - 2, x)) / 4;
}

static void boxes(void **state) {
    (void)state;
    const Augment a = {.area = {0.3, 0.9}, .aspect = 1.5};
    double sum = 0, least = 1, most = 0;
    begin(1, 40, 24);
    ramp();
    for (uint64_t epoch = 0; epoch < 500; epoch++) {
        double across, down;
        augmented(&a, epoch);
        slopes(&across, &down);
        double wide = across / 2, high = down / 3, area = wide * high;
        assert_true(area > 0.3 - 1e-4 && area < 0.9 + 1e-4);
        assert_true(wide / high < 1.5 + 1e-3 && high / wide < 1.5 + 1e-3);
        assert_true(wide <= 1 + 1e-4 && high <= 1 + 1e-4);
        /* From the middle's value where it must lie: sums of the two axes' offsets. */
        double corner = (double)at(0, 20, 12) - 1 - across * 12.5 - down * 20.5 + 2.5;
        double room = 2 * 24 * (1 - wide) + 3 * 40 * (1 - high);
        assert_true(corner > -0.01 && corner < room + 0.01);
        /* Never beyond the picture, nor back from its edges. */
        for (int64_t i = 0; i < size_of(&test); i++) {
            assert_true(test.out[i] >= 1);
            assert_true(i % 24 == 0 || test.out[i] > test.out[i - 1] - 1e-3f);
            assert_true(i < 24 || test.out[i] > test.out[i - 24] - 1e-3f);
        }
        sum += area;
        least = area < least ? area : least;
        most = area > most ? area : most;
    }
    assert_true(fabs(sum / 500 - 0.59) < 0.03 && least < 0.32 && most > 0.85);
}

static void rotations(void **state) {
    (void)state;
    const Augment none = {.crop = 0, .rotate = 0}, a = {.rotate = 30};
    double least = 0, most = 0;
    begin(1, 33, 33);
    ramp();
    augmented(&none, 1);
    assert_true(is_moved(false, 0, 0));
    for (uint64_t epoch = 0; epoch < 300; epoch++) {
        double across, down;
        augmented(&a, epoch);
        slopes(&across, &down);
        assert_true(fabs(across * across + down * down - 13) < 1e-3);
        assert_true(fabs((double)at(0, 16, 16) - (1 + 2 * 16 + 3 * 16)) < 1e-3);
        double angle = (atan2(3, 2) - atan2(down, across)) * 180 / 3.14159265358979323846;
        assert_true(fabs(angle) < 30.01);
        least = angle < least ? angle : least;
        most = angle > most ? angle : most;
        if (fabs(angle) > 5) /* the corners come from outside */
            assert_true(at(0, 0, 0) == 0 && at(0, 32, 0) == 0 && at(0, 0, 32) == 0);
    }
    assert_true(least < -28 && most > 28);
}

/* All at once is one sampling: what is linear stays so wherever the picture is. */
static void composed(void **state) {
    (void)state;
    const Augment flip = {.flip = true};
    const Augment all = {.flip = true, .crop = 3, .area = {0.5, 0.8}, .aspect = 1.2, .rotate = 10};
    begin(3, 40, 40);
    for (uint64_t epoch = 0; epoch < 100; epoch++) {
        double across, down;
        ramp();
        augmented(&flip, epoch);
        bool mirrored = is_moved(true, 0, 0);
        augmented(&all, epoch);
        slopes(&across, &down);
        assert_true(mirrored ? across < 0 : across > 0);
        for (int64_t y = 10; y < 30; y++)
            for (int64_t x = 10; x < 30; x++) {
                double line =
                    (double)at(0, 20, 20) + across * (double)(x - 20) + down * (double)(y - 20);
                assert_true(fabs((double)at(2, y, x) - line) < 1e-2);
            }
    }
}

static void brightness(void **state) {
    (void)state;
    const Augment a = {.brightness = 0.4};
    double least = 2, most = 0;
    begin(3, 6, 6);
    noise(0, 256);
    test.pixels[0] = 100; /* too dark to be clamped */
    for (uint64_t epoch = 0; epoch < 300; epoch++) {
        augmented(&a, epoch);
        double factor = (double)test.out[0] / 100;
        for (int64_t i = 0; i < size_of(&test); i++) {
            double wanted = test.pixels[i] * factor;
            assert_true(fabs((double)test.out[i] - (wanted < 255 ? wanted : 255)) < 1e-3);
        }
        least = factor < least ? factor : least;
        most = factor > most ? factor : most;
    }
    assert_true(least > 0.5999 && least < 0.62 && most < 1.4001 && most > 1.38);
}

static double grey_at(int64_t i, const float *x) {
    int64_t area = test.width * test.height;
    return 0.2989 * (double)x[i] + 0.587 * (double)x[area + i] + 0.114 * (double)x[2 * area + i];
}

static void contrast(void **state) {
    (void)state;
    const Augment a = {.contrast = 0.5};
    for (int64_t channels = 1; channels <= 3; channels += 2) {
        begin(channels, 8, 8);
        noise(100, 50); /* nothing is clamped */
        double mean = 0, before = 0, after = 0;
        float plain[3 * 64];
        memcpy(plain, augmented(NULL, 0), (size_t)size_of(&test) * sizeof *plain);
        for (int64_t i = 0; i < 64; i++)
            mean += (channels == 3 ? grey_at(i, plain) : (double)plain[i]) / 64;
        for (uint64_t epoch = 0; epoch < 50; epoch++) {
            augmented(&a, epoch);
            before = after = 0;
            for (int64_t i = 0; i < size_of(&test); i++) {
                before += fabs((double)plain[i] - mean);
                after += fabs((double)test.out[i] - mean);
            }
            double factor = after / before;
            assert_true(factor > 0.499 && factor < 1.501);
            for (int64_t i = 0; i < size_of(&test); i++)
                assert_true(fabs((double)test.out[i] - mean - factor * ((double)plain[i] - mean)) <
                            1e-2);
        }
    }
}

static void saturation(void **state) {
    (void)state;
    const Augment a = {.saturation = 0.5};
    float plain[3 * 64];
    begin(3, 8, 8);
    noise(80, 90);
    memcpy(plain, augmented(NULL, 0), sizeof plain);
    for (uint64_t epoch = 0; epoch < 50; epoch++) {
        augmented(&a, epoch);
        double factor = (double)(test.out[0] - test.out[64]) / (double)(plain[0] - plain[64]);
        assert_true(factor > 0.499 && factor < 1.501);
        for (int64_t i = 0; i < 64; i++)
            for (int64_t c = 0; c < 3; c++) {
                double grey = grey_at(i, plain), v = (double)plain[c * 64 + i];
                double wanted = grey * (1 - factor) + v * factor;
                assert_true(fabs((double)test.out[c * 64 + i] - wanted) < 2e-2);
            }
    }
}

static double largest(const float *x, int64_t i, int64_t area, int sign) {
    double r = (double)x[i] * sign, g = (double)x[area + i] * sign,
           b = (double)x[2 * area + i] * sign, most = r > g ? r : g;
    return b > most ? b : most;
}

/* The picture's first pixels are pure red, green, blue, then grey. */
static void hue(void **state) {
    (void)state;
    enum { AREA = 36 };
    const Augment a = {.hue = 90};
    float plain[3 * AREA];
    double least = 0, most = 0;
    begin(3, 6, 6);
    noise(0, 256);
    for (int64_t i = 0; i < 4; i++)
        for (int64_t c = 0; c < 3; c++)
            test.pixels[c * AREA + i] = i == 3 ? 77 : i == c ? 255 : 0;
    memcpy(plain, augmented(NULL, 0), sizeof plain);
    for (uint64_t epoch = 0; epoch < 300; epoch++) {
        const float *x = augmented(&a, epoch);
        for (int64_t i = 0; i < AREA; i++) {
            assert_true(fabs(largest(x, i, AREA, 1) - largest(plain, i, AREA, 1)) < 1e-3);
            assert_true(fabs(largest(x, i, AREA, -1) - largest(plain, i, AREA, -1)) < 1e-3);
        }
        for (int64_t c = 0; c < 3; c++) { /* a third of the circle is a change of channels */
            assert_true(fabs((double)(x[c * AREA] - x[(c + 1) % 3 * AREA + 1])) < 1e-3);
            assert_true(fabs((double)(x[c * AREA] - x[(c + 2) % 3 * AREA + 2])) < 1e-3);
            assert_true(x[c * AREA + 3] == 77);
        }
        double red = (double)x[0] / 255, green = (double)x[AREA] / 255;
        double blue = (double)x[2 * AREA] / 255;
        double turned = green > blue ? 60 * (green + 1 - red) : -60 * (blue + 1 - red);
        least = turned < least ? turned : least;
        most = turned > most ? turned : most;
    }
    assert_true(least < -85 && least > -90.01 && most > 85 && most < 90.01);
}

/* Colour jitter is clamped to a byte's range, and a grey picture has no colours. */
static void jitter_limits(void **state) {
    (void)state;
    const Augment wild = {.brightness = 3, .contrast = 3, .saturation = 3, .hue = 400};
    const Augment colours = {.saturation = 0.5, .hue = 90};
    begin(3, 10, 10);
    noise(0, 256);
    for (uint64_t epoch = 0; epoch < 200; epoch++) {
        augmented(&wild, epoch);
        for (int64_t i = 0; i < size_of(&test); i++)
            assert_true(test.out[i] >= 0 && test.out[i] <= 255.001f);
    }
    begin(1, 10, 10);
    augmented(&colours, 1);
    assert_true(is_moved(false, 0, 0));
}

static void cutouts(void **state) {
    (void)state;
    enum { SIDE = 5, H = 12, W = 16 };
    const Augment a = {.cutout = SIDE}, large = {.cutout = 1000};
    int full = 0, covered[H * W] = {0};
    begin(3, H, W);
    noise(1, 255);
    for (uint64_t epoch = 0; epoch < 4000; epoch++) {
        int64_t left = W, right = -1, top = H, bottom = -1, count = 0;
        augmented(&a, epoch);
        for (int64_t i = 0; i < H * W; i++) {
            bool cut = test.out[i] == 0;
            for (int64_t c = 0; c < 3; c++)
                assert_true(test.out[c * H * W + i] == (cut ? 0 : test.pixels[c * H * W + i]));
            if (!cut)
                continue;
            count++;
            covered[i]++;
            left = i % W < left ? i % W : left;
            right = i % W > right ? i % W : right;
            top = i / W < top ? i / W : top;
            bottom = i / W > bottom ? i / W : bottom;
        }
        assert_int_equal(count, (right - left + 1) * (bottom - top + 1));
        assert_true(right - left + 1 == SIDE || left == 0 || right == W - 1);
        assert_true(bottom - top + 1 == SIDE || top == 0 || bottom == H - 1);
        assert_true(right - left < SIDE && bottom - top < SIDE);
        full += count == (int64_t)SIDE * SIDE;
    }
    /* Of W x H middles (W-4) x (H-4) leave it whole. */
    assert_in_range(full, 4000 * 96 / 192 - 150, 4000 * 96 / 192 + 150);
    for (int64_t i = 0; i < H * W; i++)
        assert_true(covered[i] > 100);
    augmented(&large, 0);
    for (int64_t i = 0; i < size_of(&test); i++)
        assert_true(test.out[i] == 0);
}

/* What one loses the other gets, at the same place; the share is that of what stayed. */
static void exchanges(void **state) {
    (void)state;
    enum { H = 12, W = 16, SIZE = 3 * H * W, TIMES = 4000 };
    const Augment always = {.cutmix = 1}, half = {.cutmix = 0.5}, never = {.cutmix = 0};
    static float x[SIZE], y[SIZE];
    int exchanged = 0, covered[H * W] = {0};
    double shares = 0;
    for (uint64_t epoch = 0; epoch < TIMES; epoch++) {
        int64_t left = W, right = -1, top = H, bottom = -1, count = 0;
        for (int i = 0; i < SIZE; i++) {
            x[i] = (float)i;
            y[i] = (float)-i - 1;
        }
        const double share = augment_exchange(&always, 3, H, W, 7, epoch, 3, x, y);
        for (int64_t i = 0; i < SIZE; i++) {
            const bool moved = x[i] < 0;
            assert_true(x[i] == (float)(moved ? -i - 1 : i) && y[i] == (float)(moved ? i : -i - 1));
            assert_true(moved == (x[i % (H * W)] < 0)); /* every channel alike */
        }
        for (int64_t i = 0; i < H * W; i++) {
            if (x[i] >= 0)
                continue;
            count++;
            covered[i]++;
            left = i % W < left ? i % W : left;
            right = i % W > right ? i % W : right;
            top = i / W < top ? i / W : top;
            bottom = i / W > bottom ? i / W : bottom;
        }
        assert_int_equal(count, count ? (right - left + 1) * (bottom - top + 1) : 0);
        assert_float_equal((float)share, (float)(1 - (double)count / (H * W)), 1e-12);
        shares += share;
        exchanged += augment_exchange(&half, 3, H, W, 7, epoch, 3, x, y) < 1;
        assert_true(augment_exchange(&never, 3, H, W, 7, epoch, 3, x, y) == 1);
    }
    assert_in_range(exchanged, TIMES * 2 / 5, TIMES / 2);       /* some boxes are empty */
    assert_true(shares / TIMES > 0.5 && shares / TIMES < 0.75); /* 1/2 and what edges cut off */
    for (int64_t i = 0; i < H * W; i++)
        assert_true(covered[i] > 100);
}

/* A function of seed, epoch and picture; no two of which share their draws. */
static void draws(void **state) {
    (void)state;
    enum { SIDE = 6, SIZE = 3 * SIDE * SIDE, COUNT = 4 * 4 * 4 };
    const Augment a = {.flip = true, .crop = 2, .brightness = 0.5, .cutout = 3};
    const Augment more = {.flip = true, .crop = 2, .brightness = 0.5, .cutout = 3, .contrast = 0.1};
    static float outs[COUNT][SIZE];
    float temporary[SIZE], again[SIZE];
    begin(3, SIDE, SIDE);
    noise(50, 100);
    for (uint64_t k = 0; k < COUNT; k++)
        augment_picture(&a, test.pixels, 3, SIDE, SIDE, ones, zeros, k / 16, k / 4 % 4, k % 4,
                        temporary, outs[k]);
    for (uint64_t k = COUNT; k-- > 0;) {
        augment_picture(&a, test.pixels, 3, SIDE, SIDE, ones, zeros, k / 16, k / 4 % 4, k % 4,
                        temporary, again);
        assert_memory_equal(again, outs[k], sizeof again);
        for (uint64_t j = 0; j < k; j++)
            assert_memory_not_equal(outs[j], outs[k], sizeof again);
        /* What else is drawn leaves the places alone. */
        augment_picture(&more, test.pixels, 3, SIDE, SIDE, ones, zeros, k / 16, k / 4 % 4, k % 4,
                        temporary, again);
        for (int i = 0; i < SIZE; i++)
            assert_true((again[i] == 0) == (outs[k][i] == 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_it_is),      cmocka_unit_test(flips),
        cmocka_unit_test(crops),         cmocka_unit_test(crops_far),
        cmocka_unit_test(boxes),         cmocka_unit_test(sampling_is_exact),
        cmocka_unit_test(rotations),     cmocka_unit_test(composed),
        cmocka_unit_test(brightness),    cmocka_unit_test(contrast),
        cmocka_unit_test(saturation),    cmocka_unit_test(hue),
        cmocka_unit_test(jitter_limits), cmocka_unit_test(cutouts),
        cmocka_unit_test(exchanges),     cmocka_unit_test(draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
