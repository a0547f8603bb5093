/* Learning rates, loss and optimiser, beside what PyTorch makes of the same
 * (tests/reference/make_train_fixtures.py). */
#include "support.h"

#include "fixtures/train/parts.h"
#include "train/loss.h"
#include "train/optimiser.h"
#include "train/schedule.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Schedule ---- */

enum { STEPS = 50, PER_EPOCH = 10, EPOCHS = 5 };

static void near(double ours, double expected, double tolerance, const char *what, int64_t at) {
    if (!(fabs(ours - expected) <= tolerance))
        fail_msg("%s[%lld]: %.17g, expected %.17g", what, (long long)at, ours, expected);
}

static void rates_are_pytorchs(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const double *expected;
        Schedule schedule;
    } cases[] = {
        {"OneCycleLR",
         one_cycle_rates,
         {SCHEDULE_ONE_CYCLE, .rate = 0.1, .warmup = 1.5, .first = 0.04, .last = 1e-4}},
        {"CosineAnnealingLR", cosine_rates, {SCHEDULE_COSINE, .rate = 0.1, .last = 0.01}},
        {"LinearLR, CosineAnnealingLR",
         warm_cosine_rates,
         {SCHEDULE_COSINE, .rate = 0.1, .warmup = 1, .first = 0.04, .last = 0.01}},
        {"MultiStepLR",
         step_rates,
         {SCHEDULE_STEP, .rate = 0.1, .factor = 0.2, .milestones = {2, 3.5}, .milestone_count = 2}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int64_t i = 0; i < STEPS; i++)
            near(schedule_rate(&cases[k].schedule, i, PER_EPOCH, EPOCHS), cases[k].expected[i],
                 1e-15, cases[k].name, i);
}

static void rates_begin_and_end_where_they_should(void **state) {
    (void)state;
    for (ScheduleKind kind = 0; kind < SCHEDULE_KINDS; kind++)
        for (int warm = 0; warm < 2; warm++)
            for (int64_t per_epoch = 1; per_epoch < 30; per_epoch += 7) {
                Schedule s = {.kind = kind,
                              .rate = 0.5,
                              .warmup = warm ? 2 : 0,
                              .first = 0.1,
                              .last = 0.02,
                              .factor = 0.5,
                              .milestones = {3, 4},
                              .milestone_count = 2};
                int64_t last = per_epoch * 6 - 1;
                bool down = kind == SCHEDULE_COSINE || kind == SCHEDULE_ONE_CYCLE;
                double end = down ? 0.5 * 0.02 : kind == SCHEDULE_STEP ? 0.5 * 0.25 : 0.5;
                double highest = 0;
                for (int64_t i = 0; i <= last; i++)
                    highest = fmax(highest, schedule_rate(&s, i, per_epoch, 6));
                near(schedule_rate(&s, 0, per_epoch, 6), warm ? 0.05 : 0.5, 1e-15, "first", 0);
                near(schedule_rate(&s, last, per_epoch, 6), end, 1e-15, "last", last);
                near(schedule_rate(&s, last + 10, per_epoch, 6), end, 1e-15, "beyond", last);
                near(highest, 0.5, 1e-15, "highest", 0);
            }
    assert_string_equal(schedule_kind_name(SCHEDULE_CONSTANT), "constant");
    assert_string_equal(schedule_kind_name(SCHEDULE_ONE_CYCLE), "one-cycle");
}

/* Up to the peak and down from it, and never by more than the steepest part of a half cosine. */
static void rates_change_smoothly(void **state) {
    (void)state;
    static const ScheduleKind kinds[] = {SCHEDULE_COSINE, SCHEDULE_ONE_CYCLE};
    for (int k = 0; k < 2; k++) {
        Schedule s = {.kind = kinds[k], .rate = 1, .warmup = 3.3, .first = 0, .last = 0};
        int64_t per_epoch = 100, count = 1000, peak = kinds[k] == SCHEDULE_COSINE ? 330 : 329;
        for (int64_t i = 1; i < count; i++) {
            double change =
                schedule_rate(&s, i, per_epoch, 10) - schedule_rate(&s, i - 1, per_epoch, 10);
            if (i <= peak ? change <= 0 : change >= 0)
                fail_msg("step %lld changes the rate by %g", (long long)i, change);
            assert_true(fabs(change) < 1.6 / 329);
        }
        assert_true(schedule_rate(&s, peak, per_epoch, 10) == 1);
    }
}

/* A training of one step, and a way up that fills all of it. */
static void short_trainings_have_rates_too(void **state) {
    (void)state;
    for (ScheduleKind kind = 0; kind < SCHEDULE_KINDS; kind++) {
        Schedule s = {.kind = kind, .rate = 0.1, .first = 0.5, .last = 0.5, .factor = 0.1};
        for (int warm = 0; warm < 3; warm++) {
            s.warmup = warm / 2.0;
            double rate = schedule_rate(&s, 0, 1, 1);
            assert_true(rate > 0 && rate <= 0.1);
            rate = schedule_rate(&s, 9, 10, 1);
            assert_true(rate > 0 && rate <= 0.1);
        }
        s.warmup = 50; /* the epochs were made fewer by hand */
        near(schedule_rate(&s, 9, 10, 1), 0.05, 0.002, "the way up", 9);
    }
}

/* ---- Loss ---- */

static void losses_are_pytorchs(void **state) {
    (void)state;
    for (int smooth = 0; smooth < 2; smooth++) {
        float grad[20];
        Loss loss = loss_softmax(loss_logits, loss_labels, NULL, 4, 5, smooth ? 0.1 : 0, grad);
        const double *expected = smooth ? loss_smooth_grad : loss_plain_grad;
        near(loss.sum, smooth ? loss_smooth_sum[0] : loss_plain_sum[0], 1e-12, "loss", 0);
        near(loss.plain, loss_plain_sum[0], 1e-12, "loss without smoothing", 0);
        assert_int_equal(loss.correct, 1); /* the first row's */
        for (int i = 0; i < 20; i++)
            near((double)grad[i], expected[i], 1e-8, "gradient", i);
        /* In place, and without a gradient. */
        float both[20];
        memcpy(both, loss_logits, sizeof both);
        Loss again = loss_softmax(both, loss_labels, NULL, 4, 5, smooth ? 0.1 : 0, both);
        Loss alone = loss_softmax(loss_logits, loss_labels, NULL, 4, 5, smooth ? 0.1 : 0, NULL);
        assert_memory_equal(both, grad, sizeof both);
        assert_true(again.sum == loss.sum && alone.sum == loss.sum && alone.plain == loss.plain);
    }
}

/* A mixed target's loss and gradient are those of its two classes, mixed; the larger is right. */
static void mixed_targets(void **state) {
    (void)state;
    enum { N = 3, CLASSES = 7 };
    const int32_t labels[N] = {6, 0, 3}, others[N] = {1, 0, 5};
    float x[N * CLASSES], first[N * CLASSES], second[N * CLASSES], mixed[N * CLASSES];
    test_fill(x, N * CLASSES, 9);
    x[5] = x[2 * CLASSES + 5] = 10;
    x[CLASSES] = 10;
    for (int tenths = 0; tenths <= 10; tenths++) {
        const float share = (float)tenths / 10;
        LabelMix mixes[N];
        for (int i = 0; i < N; i++)
            mixes[i] = (LabelMix){others[i], share};
        const Loss a = loss_softmax(x, labels, NULL, N, CLASSES, 0.1, first);
        const Loss b = loss_softmax(x, others, NULL, N, CLASSES, 0.1, second);
        const Loss loss = loss_softmax(x, labels, mixes, N, CLASSES, 0.1, mixed);
        const double s = (double)share;
        near(loss.sum, s * a.sum + (1 - s) * b.sum, 1e-12, "loss", tenths);
        near(loss.plain, s * a.plain + (1 - s) * b.plain, 1e-12, "loss without smoothing", tenths);
        assert_int_equal(loss.correct, tenths < 5 ? 2 : 1);
        for (int i = 0; i < N * CLASSES; i++)
            near((double)mixed[i], s * (double)first[i] + (1 - s) * (double)second[i], 1e-6,
                 "slope", i);
    }
}

/* The gradient is that of the sum, by differences, for any classes. */
static void the_gradient_is_the_slope(void **state) {
    (void)state;
    enum { N = 3, CLASSES = 7 };
    float x[N * CLASSES], grad[N * CLASSES];
    const int32_t labels[N] = {6, 0, 3};
    test_fill(x, N * CLASSES, 4);
    loss_softmax(x, labels, NULL, N, CLASSES, 0.2, grad);
    for (int i = 0; i < N * CLASSES; i++) {
        float kept = x[i], h = 0.0078125f;
        x[i] = kept + h;
        double above = loss_softmax(x, labels, NULL, N, CLASSES, 0.2, NULL).sum,
               step = (double)x[i];
        x[i] = kept - h;
        double slope = (above - loss_softmax(x, labels, NULL, N, CLASSES, 0.2, NULL).sum) /
                       (step - (double)x[i]) / N;
        x[i] = kept;
        near((double)grad[i], slope, 1e-5, "slope", i);
    }
}

static void huge_logits_do_no_harm(void **state) {
    (void)state;
    const float x[] = {3e38f, -3e38f, 0, 1000, 1001, 999, -1e30f, -1e30f, -1e30f};
    const int32_t labels[] = {0, 1, 2};
    float grad[9];
    Loss loss = loss_softmax(x, labels, NULL, 3, 3, 0, grad);
    double middle = log(exp(-1) + 1 + exp(-2));
    near(loss.sum, 0 + middle + log(3), 1e-12, "loss", 0);
    assert_int_equal(loss.correct, 2); /* the first of three equal ones is not the third */
    assert_true(grad[0] == 0 && grad[1] == 0 && grad[2] == 0);
    near((double)grad[6], 1.0 / 9, 1e-8, "gradient", 6);
    loss = loss_softmax(x, labels, NULL, 3, 3, 0.1, grad);
    assert_true(isfinite(loss.sum) && loss.sum > 1e36);
    const float endless[] = {1, 0, -INFINITY};
    loss = loss_softmax(endless, labels, NULL, 1, 3, 0, grad);
    near(loss.sum, log(1 + exp(-1)), 1e-12, "loss", 0);
    assert_true(grad[2] == 0);
    loss = loss_softmax(endless, (const int32_t[]){2}, NULL, 1, 3, 0, NULL);
    assert_true(isinf(loss.sum) && loss.correct == 0);
}

static void nan_is_told(void **state) {
    (void)state;
    const float x[] = {NAN, 2, 1, 1, 2, NAN, NAN, NAN, NAN, INFINITY, 0, 0, 3, 2, 1};
    const int32_t labels[] = {1, 0, 0, 0, 0};
    static const int correct[] = {1, 0, 0, 1, 1}; /* NaN is never the largest */
    for (int i = 0; i < 5; i++) {
        float grad[3];
        Loss loss = loss_softmax(x + 3 * i, labels + i, NULL, 1, 3, 0.1, grad);
        assert_int_equal(isnan(loss.sum) != 0, i < 4);
        assert_int_equal(isnan(loss.plain) != 0, i < 4);
        assert_int_equal(isnan(grad[0]) != 0, i < 4);
        assert_int_equal(loss.correct, correct[i]);
    }
    Loss all = loss_softmax(x, labels, NULL, 5, 3, 0, NULL);
    assert_true(isnan(all.sum) && all.correct == 3);
    Loss none = loss_softmax(x, labels, NULL, 0, 3, 0, NULL);
    assert_true(none.sum == 0 && none.correct == 0);
}

/* ---- Optimiser ---- */

static void steps_are_pytorchs(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const float *expected;
        Sgd sgd;
    } cases[] = {
        {"plain", sgd_plain, {.rate = 0.1}},
        {"decay", sgd_decay, {.rate = 0.1, .decay = 0.01}},
        {"momentum", sgd_momentum, {.rate = 0.1, .momentum = 0.9, .decay = 0.01}},
        {"nesterov", sgd_nesterov, {.rate = 0.1, .momentum = 0.9, .decay = 0.01, .nesterov = true}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        float weights[7], velocity[7] = {0};
        memcpy(weights, sgd_start, sizeof weights);
        for (int step = 0; step < 3; step++) {
            assert_true(
                sgd_step(&cases[k].sgd, NULL, 7, sgd_gradients + 7 * step, velocity, weights));
            for (int i = 0; i < 7; i++)
                near((double)weights[i], (double)cases[k].expected[7 * step + i], 4e-7,
                     cases[k].name, 7 * step + i);
        }
    }
}

/* Awkward counts: around a piece's size, and so many that pieces grow. */
static const size_t counts[] = {0, 1, 16383, 16384, 16385, 100001, 256 * 16384 + 17};

static void threads_do_not_show(void **state) {
    (void)state;
    Error err = {0};
    Pool *pool = pool_new(3, &err);
    assert_ok(pool, err);
    const Sgd sgd = {.rate = 0.1, .momentum = 0.9, .decay = 1e-3, .nesterov = true};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        size_t n = counts[k], bytes = n * sizeof(float);
        float *x[6]; /* gradient; velocity and weights twice; a copy */
        for (int i = 0; i < 6; i++) {
            x[i] = malloc(bytes + 64);
            test_fill(x[i], n, (uint64_t)(i > 2 ? i - 2 : i)); /* 3, 4 as 1, 2 */
            memset(x[i] + n, 0x5a, 64);
        }
        assert_true(sgd_step(&sgd, pool, n, x[0], x[1], x[2]));
        assert_true(sgd_step(&sgd, NULL, n, x[0], x[3], x[4]));
        assert_memory_equal(x[1], x[3], bytes + 64); /* and nothing beyond the end */
        assert_memory_equal(x[2], x[4], bytes + 64);
        assert_true(sgd_average(0.99, pool, n, x[2], x[1]));
        assert_true(sgd_average(0.99, NULL, n, x[2], x[3]));
        assert_memory_equal(x[1], x[3], bytes + 64);
        double squares = 0;
        for (size_t i = 0; i < n; i++)
            squares += (double)x[0][i] * (double)x[0][i];
        double norm = sgd_norm(pool, n, x[0]);
        assert_true(norm == sgd_norm(NULL, n, x[0]));
        near(norm, sqrt(squares), 1e-12 * sqrt(squares), "norm", (int64_t)n);
        for (int i = 0; i < 6; i++)
            free(x[i]);
    }
    pool_free(pool);
}

static void averages_follow(void **state) {
    (void)state;
    const float weights[] = {1, -2, 0.1f};
    float average[] = {0, 0, 0.1f};
    assert_true(sgd_average(0.75, NULL, 3, weights, average));
    assert_true(average[0] == 0.25f && average[1] == -0.5f && average[2] == 0.1f);
    assert_true(sgd_average(0.75, NULL, 3, weights, average));
    assert_true(average[0] == 0.4375f && average[1] == -0.875f && average[2] == 0.1f);
    assert_true(sgd_average(0, NULL, 2, weights, average)); /* as they are now */
    assert_true(average[0] == 1 && average[1] == -2);
}

static void what_is_not_finite_stays_so(void **state) {
    (void)state;
    const Sgd sgd = {.rate = 0.1, .momentum = 0.9};
    const float gradient[] = {NAN, INFINITY, 1};
    float velocity[3] = {0}, weights[3] = {0};
    assert_true(sgd_step(&sgd, NULL, 3, gradient, velocity, weights));
    assert_true(isnan(weights[0]) && weights[1] == -INFINITY && weights[2] == -0.1f);
    assert_true(isnan(sgd_norm(NULL, 3, gradient)));
    assert_true(isinf(sgd_norm(NULL, 2, gradient + 1)));
    const float large[] = {3e38f, 3e38f}; /* its square is beyond a float, not a double */
    near(sgd_norm(NULL, 2, large), (double)3e38f * sqrt(2), 1e26, "norm", 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_pytorchs),
        cmocka_unit_test(rates_begin_and_end_where_they_should),
        cmocka_unit_test(rates_change_smoothly),
        cmocka_unit_test(short_trainings_have_rates_too),
        cmocka_unit_test(losses_are_pytorchs),
        cmocka_unit_test(mixed_targets),
        cmocka_unit_test(the_gradient_is_the_slope),
        cmocka_unit_test(huge_logits_do_no_harm),
        cmocka_unit_test(nan_is_told),
        cmocka_unit_test(steps_are_pytorchs),
        cmocka_unit_test(threads_do_not_show),
        cmocka_unit_test(averages_follow),
        cmocka_unit_test(what_is_not_finite_stays_so),
    };
    return cmocka_run_group_tests_name("train_parts", tests, NULL, NULL);
}
