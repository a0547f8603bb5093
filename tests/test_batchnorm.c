/* Batch statistics beside those taken in double precision. */
#include "kernel_support.h"

#include "kernel/batchnorm.h"

typedef struct Setup {
    BatchNorm b;
    Guarded gamma, beta, x, y, mean, inverse, running_mean, running_variance;
    Bench bench;
} Setup;

static void setup_on(CpuTier tier, Setup *s, int64_t n, int64_t c, int64_t plane, int threads) {
    *s = (Setup){.gamma = filled(c, 1),
                 .beta = filled(c, 2),
                 .x = filled(n * c * plane, 3),
                 .y = guarded(n * c * plane),
                 .mean = guarded(c),
                 .inverse = guarded(c),
                 .running_mean = filled(c, 4),
                 .running_variance = guarded(c)};
    s->b = (BatchNorm){n, c, plane, 1e-5, s->gamma.data, s->beta.data, false};
    for (int64_t i = 0; i < c; i++)
        s->running_variance.data[i] = 1 + (float)i;
    bench_open(&s->bench, tier, threads, 0);
}
static void setup(Setup *s, int64_t n, int64_t c, int64_t plane, int threads) {
    setup_on(cpu_best(), s, n, c, plane, threads);
}

static void teardown(Setup *s) {
    bench_close(&s->bench);
    release(&s->gamma);
    release(&s->beta);
    release(&s->x);
    release(&s->y);
    release(&s->mean);
    release(&s->inverse);
    release(&s->running_mean);
    release(&s->running_variance);
}

static void train(Setup *s) {
    assert_true(batchnorm_train(&s->bench.k, &s->b, s->x.data, s->y.data, s->mean.data,
                                s->inverse.data, s->running_mean.data, s->running_variance.data));
    assert_int_equal(s->bench.job.done, s->x.count);
}

/* In two passes. */
static void statistics(const Setup *s, int64_t c, double *mean, double *variance) {
    const int64_t count = s->b.n * s->b.plane;
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0;
        for (int64_t i = 0; i < count; i++) {
            const int64_t at = (i / s->b.plane * s->b.c + c) * s->b.plane + i % s->b.plane;
            const double x = (double)s->x.data[at];
            sum += pass ? (x - *mean) * (x - *mean) : x;
        }
        *(pass ? variance : mean) = sum / (double)count;
    }
}

/* The mean within a few roundings of it, the variance within `bound` of itself. */
static void check(Setup *s, double bound) {
    const double count = (double)(s->b.n * s->b.plane);
    Guarded was_mean = filled(s->b.c, 4);
    train(s);
    for (int64_t c = 0; c < s->b.c; c++) {
        double mean, variance;
        statistics(s, c, &mean, &variance);
        const double inverse = 1 / sqrt(variance + s->b.eps);
        assert_close(s->mean.data[c], mean, 1e-7 * fabs(mean) + bound * sqrt(variance), "mean", c);
        assert_close(s->inverse.data[c], inverse, bound * inverse, "inverse", c);
        const double unbiased = count > 1 ? variance * count / (count - 1) : 0;
        const double running = 0.9 * (double)was_mean.data[c] + 0.1 * mean;
        const double spread = 0.9 * (1 + (double)c) + 0.1 * unbiased;
        assert_close(s->running_mean.data[c], running,
                     2e-7 * (fabs(running) + fabs(mean)) + bound * sqrt(variance), "running mean",
                     c);
        assert_close(s->running_variance.data[c], spread, bound * spread + 1e-7, "running variance",
                     c);
    }
    release(&was_mean);
}

static void shapes(void **state) {
    (void)state;
    static const int64_t shape[][3] = {{1, 1, 1},    {2, 3, 1},    {7, 5, 2},     {3, 4, 15},
                                       {3, 4, 16},   {3, 4, 17},   {65, 3, 16},   {2, 3, 1023},
                                       {2, 3, 1024}, {2, 3, 1025}, {3, 20, 4096}, {1, 2, 5000}};
    for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++) {
        Setup s;
        setup(&s, shape[i][0], shape[i][1], shape[i][2], 1 + (int)i % 3);
        check(&s, 1e-6);
        teardown(&s);
    }
}

/* Means thousands of deviations from 0 cost no more than the rounding of x itself. */
static void far_from_zero(void **state) {
    (void)state;
    static const float means[] = {-30, 1e3f, -1e4f, 1e5f};
    for (int i = 0; i < 4; i++) {
        Setup s;
        setup(&s, 9, 3, 700, 2);
        for (size_t j = 0; j < s.x.count; j++)
            s.x.data[j] += means[i];
        check(&s, 1e-5);
        teardown(&s);
    }
}

/* Though deviations are taken from the mean of the first item, which here is far from all others.
 */
static void first_item_apart(void **state) {
    (void)state;
    Setup s;
    setup(&s, 64, 3, 64, 2);
    for (size_t j = 0; j < 3 * 64; j++)
        s.x.data[j] += 1e6f;
    check(&s, 1e-5);
    teardown(&s);
}

/* Nothing to divide by but eps. */
static void constant(void **state) {
    (void)state;
    Setup s;
    setup(&s, 4, 3, 50, 2);
    for (size_t j = 0; j < s.x.count; j++)
        s.x.data[j] = 7.3f;
    check(&s, 1e-6);
    for (size_t j = 0; j < s.y.count; j++)
        assert_close(s.y.data[j], (double)s.beta.data[j / 50 % 3], 1e-3, "constant", (int64_t)j);
    teardown(&s);
}

/* A channel with NaN or infinity comes out as NaN; others do not notice. */
static void not_numbers(void **state) {
    (void)state;
    Setup s;
    setup(&s, 2, 3, 40, 2);
    s.x.data[5] = NAN;
    s.x.data[40 + 7] = INFINITY;
    train(&s);
    assert_true(isnan(s.inverse.data[0]) && isnan(s.inverse.data[1]) && !isnan(s.inverse.data[2]));
    for (size_t j = 0; j < s.y.count; j++)
        assert_true((isnan(s.y.data[j]) != 0) == (j / 40 % 3 != 2));
    assert_true(isnan(s.running_variance.data[0]) && !isnan(s.running_variance.data[2]));
    teardown(&s);
}

static void normalised(void **state) {
    (void)state;
    for (int relu = 0; relu < 2; relu++) {
        Setup s;
        setup(&s, 5, 6, 77, 2);
        s.b.relu = relu;
        check(&s, 1e-6);
        for (int64_t j = 0; j < (int64_t)s.y.count; j++) {
            const int64_t c = j / 77 % 6;
            double mean, variance;
            statistics(&s, c, &mean, &variance);
            double want =
                ((double)s.x.data[j] - mean) / sqrt(variance + 1e-5) * (double)s.gamma.data[c] +
                (double)s.beta.data[c];
            want = relu && want < 0 ? 0 : want;
            assert_close(s.y.data[j], want, 2e-6 * (1 + fabs(want)), "normalised", j);
        }
        teardown(&s);
    }
}

/* Forward and back: the order of sums does not depend on the width of vectors. */
static void tiers_agree(void **state) {
    (void)state;
    enum { N = 3, C = 5, PLANE = 1231, COUNT = N * C * PLANE };
    Guarded g = filled(COUNT, 8), gradient[CPU_TIERS], gamma[CPU_TIERS], beta[CPU_TIERS];
    Setup s[CPU_TIERS];
    for (CpuTier t = CPU_REF; t <= cpu_best(); t++) {
        setup_on(t, &s[t], N, C, PLANE, 2);
        s[t].b.relu = true;
        gradient[t] = guarded(COUNT);
        gamma[t] = guarded(C);
        beta[t] = guarded(C);
        train(&s[t]);
        assert_true(batchnorm_backward(&s[t].bench.k, &s[t].b, s[t].x.data, g.data, s[t].mean.data,
                                       s[t].inverse.data, true, gradient[t].data, false,
                                       gamma[t].data, beta[t].data));
        assert_same_bits(s[0].y.data, s[t].y.data, COUNT, "y");
        assert_same_bits(s[0].mean.data, s[t].mean.data, C, "mean");
        assert_same_bits(s[0].inverse.data, s[t].inverse.data, C, "inverse");
        assert_same_bits(gradient[0].data, gradient[t].data, COUNT, "gradient");
        assert_same_bits(gamma[0].data, gamma[t].data, C, "gamma's gradient");
        assert_same_bits(beta[0].data, beta[t].data, C, "beta's gradient");
    }
    for (CpuTier t = CPU_REF; t <= cpu_best(); t++) {
        teardown(&s[t]);
        release(&gradient[t]);
        release(&gamma[t]);
        release(&beta[t]);
    }
    release(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),      cmocka_unit_test(far_from_zero),
        cmocka_unit_test(constant),    cmocka_unit_test(first_item_apart),
        cmocka_unit_test(not_numbers), cmocka_unit_test(normalised),
        cmocka_unit_test(tiers_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
