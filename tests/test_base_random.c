#include "support.h"

#include "base/random.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The known answers that come with Random123 (kat_vectors). */
static void philox_gives_the_known_answers(void **state) {
    (void)state;
    static const struct {
        uint64_t seed, stream, block;
        uint32_t out[4];
    } cases[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x299f31d0a4093822,
         0x0370734413198a2e,
         0x85a308d3243f6a88,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < 3; i++) {
        uint32_t out[4];
        random_block(cases[i].seed, cases[i].stream, cases[i].block, out);
        assert_memory_equal(out, cases[i].out, sizeof out);
        for (uint64_t k = 0; k < 4 && i != 1; k++)
            assert_int_equal(random_u32(cases[i].seed, cases[i].stream, k),
                             (random_block(cases[i].seed, cases[i].stream, 0, out), out[k]));
    }
}

static void streams_are_hashes(void **state) {
    (void)state; /* vectors of the FNV page */
    assert_true(random_stream("") == 0xcbf29ce484222325u);
    assert_true(random_stream("a") == 0xaf63dc4c8601ec8cu);
    assert_true(random_stream("foobar") == 0x85944171f73967e8u);
    assert_true(random_stream("\xff") != random_stream("\x7f"));
}

static void uniform_numbers_are_uniform(void **state) {
    (void)state;
    enum { N = 100000, BINS = 20 };
    int bins[BINS] = {0};
    for (uint64_t i = 0; i < N; i++) {
        float x = random_uniform(3, 4, i);
        assert_true(x >= 0 && x < 1);
        assert_true(x * 0x1p24f == floorf(x * 0x1p24f));
        assert_true((uint32_t)(x * 0x1p24f) == random_u32(3, 4, i) >> 8);
        bins[(int)(x * BINS)]++;
    }
    double chi2 = 0;
    for (int i = 0; i < BINS; i++)
        chi2 += pow(bins[i] - N / BINS, 2) / (N / BINS);
    assert_true(chi2 < 43.8); /* 19 degrees of freedom, one in a thousand */
}

/* Drawn as one, in pieces of any length from anywhere: the same bits. */
static void any_piece_is_the_same(void **state) {
    (void)state;
    enum { N = 2000, FROM = 1000003 };
    static float whole[N], piece[N + 1];
    random_normal(9, 8, FROM, N, whole);
    for (uint64_t i = 0; i < 500; i++) {
        size_t start = random_u32(1, i, 0) % N, count = random_u32(1, i, 1) % (N - start + 1);
        if (i % 2)
            count = count % 7;
        piece[count] = 77;
        random_normal(9, 8, FROM + start, count, piece);
        assert_memory_equal(piece, whole + start, count * sizeof *piece);
        assert_true(piece[count] == 77);
    }
}

static double below(double x) {
    return 0.5 * erfc(-x / sqrt(2));
}

/* x = inverse(p) for the p that each word stands for, tails and edges included: the relative error
 * of x is that of Acklam's formula and of rounding to float. */
static void normal_numbers_invert_the_distribution(void **state) {
    (void)state;
    enum { N = 400000 };
    float *x = malloc(N * sizeof *x);
    double worst = 0, largest = 0;
    int tails = 0;
    random_normal(11, 12, 0, N, x);
    for (uint64_t i = 0; i < N; i++) {
        double p = (random_u32(11, 12, i) + 0.5) * 0x1p-32, at = (double)x[i];
        double density = exp(-at * at / 2) / sqrt(2 * acos(-1));
        /* One step of Newton tells how far x is off; by symmetry in the accurate tail. */
        double off = at < 0 ? (below(at) - p) / density : (1 - p - below(-at)) / density;
        double relative = fabs(off) / fabs(at);
        worst = relative > worst ? relative : worst;
        largest = fabs(at) > largest ? fabs(at) : largest;
        tails += p < 0.02425 || p > 1 - 0.02425;
    }
    free(x);
    assert_true(worst < 6.1e-8 + 1.3e-9); /* half a unit of float is 2^-24 */
    assert_true(tails > N / 25 && tails < N / 17);
    assert_true(largest > 4 && largest < 6.4);
}

static void normal_numbers_are_normal(void **state) {
    (void)state;
    enum { N = 1000000 };
    float *x = malloc(N * sizeof *x);
    random_normal(42, random_stream("conv1.weight"), 0, N, x);
    double m[5] = {0}, lag = 0;
    for (int i = 0; i < N; i++) {
        double v = (double)x[i], power = 1;
        for (int k = 1; k < 5; k++)
            m[k] += (power *= v) / N;
        lag += i ? v * (double)x[i - 1] / N : 0;
    }
    free(x);
    /* Five standard deviations of each moment of N numbers. */
    double five = 5 / sqrt(N);
    assert_true(fabs(m[1]) < five);
    assert_true(fabs(m[2] - 1) < five * sqrt(2));
    assert_true(fabs(m[3]) < five * sqrt(15));
    assert_true(fabs(m[4] - 3) < five * sqrt(96));
    assert_true(fabs(lag) < five);
}

/* The first numbers as bits: a change of them changes every network of random weights. */
static void normal_numbers_stay_what_they_were(void **state) {
    (void)state;
    enum { N = 100000 };
    float *x = malloc(N * sizeof *x);
    random_normal(0, random_stream("conv1.weight"), 0, N, x);
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < N; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        hash = (hash ^ bits) * 0x100000001b3u;
    }
    free(x);
    if (hash != 0xdc07993505bd4211u)
        fail_msg("0x%016llxu", (unsigned long long)hash);
}

static void keys_and_streams_differ(void **state) {
    (void)state;
    float a[64], b[64];
    random_normal(1, 2, 0, 64, a);
    random_normal(1, 3, 0, 64, b);
    assert_true(test_distance(a, b, 64) > 0.5);
    random_normal(2, 2, 0, 64, b);
    assert_true(test_distance(a, b, 64) > 0.5);
    random_normal(1, 2, (uint64_t)1 << 34, 64, b); /* the block's upper half counts */
    assert_true(test_distance(a, b, 64) > 0.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(streams_are_hashes),
        cmocka_unit_test(uniform_numbers_are_uniform),
        cmocka_unit_test(any_piece_is_the_same),
        cmocka_unit_test(normal_numbers_invert_the_distribution),
        cmocka_unit_test(normal_numbers_are_normal),
        cmocka_unit_test(normal_numbers_stay_what_they_were),
        cmocka_unit_test(keys_and_streams_differ),
    };
    return cmocka_run_group_tests_name("base_random", tests, NULL, NULL);
}
