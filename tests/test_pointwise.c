#include "kernel_support.h"

#include "kernel/pointwise.h"

enum { LARGE = 100003 };

static const float specials[] = {0, -0.0f, NAN, INFINITY, -INFINITY, 1e-40f, -1e-40f, 3e38f};
enum { SPECIALS = sizeof specials / sizeof specials[0] };

static Guarded numbers(int64_t count, uint64_t seed) {
    Guarded x = filled(count, seed);
    for (int64_t i = 0; i < SPECIALS && i < count; i++)
        x.data[count - 1 - i] = specials[i];
    return x;
}

typedef enum What { RELU, TANH, SIGMOID, COPY, ADD, WHATS } What;

static bool run(What what, const KernelContext *k, int64_t count, const float *x, float *y) {
    switch (what) {
    case RELU:
        return pointwise_relu(k, count, x, y);
    case TANH:
        return pointwise_tanh(k, count, x, y);
    case SIGMOID:
        return pointwise_sigmoid(k, count, x, y);
    case COPY:
        return pointwise_copy(k, count, x, y);
    default:
        return pointwise_add(k, count, x, x, false, y);
    }
}

static double value(What what, double x) {
    switch (what) {
    case RELU:
        return x < 0 ? 0 : x;
    case TANH:
        return tanh(x);
    case SIGMOID:
        return 1 / (1 + exp(-x));
    case COPY:
        return x;
    default:
        return (double)(float)(2 * x);
    }
}

static void check_elements(CpuTier tier) {
    static const int64_t counts[] = {0, 1, 3, 4, 5, 17, 1000, 16383, 16384, 16385, LARGE};
    for (int what = 0; what < WHATS; what++)
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
            for (int in_place = 0; in_place < 2; in_place++) {
                const int64_t count = counts[i];
                Guarded x = numbers(count, i), y = guarded(count), copy = guarded(count);
                memcpy(copy.data, x.data, (size_t)count * sizeof(float));
                Bench bench;
                const KernelContext *k = bench_open(&bench, tier, 1 + (int)(i % 3), 0);
                float *out = in_place ? x.data : y.data;
                assert_true(run((What)what, k, count, x.data, out));
                assert_int_equal(bench.job.done, count);
                for (int64_t j = 0; j < count; j++) {
                    const double want = value((What)what, (double)copy.data[j]);
                    assert_close(out[j], want, what == TANH || what == SIGMOID ? 3e-7 : 0,
                                 "element", j);
                }
                bench_close(&bench);
                release(&x);
                release(&y);
                release(&copy);
            }
}

static void elements(void **state) {
    (void)state;
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++)
        check_elements(tier);
}

/* Near 0 and far from it, to a few units in the last place; and the same wherever a number lies. */
static void curves(void **state) {
    (void)state;
    enum { COUNT = 4001 };
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++)
        for (int what = TANH; what <= SIGMOID; what++) {
            Guarded x = guarded(COUNT), y = guarded(COUNT), again = guarded(COUNT);
            for (int i = 0; i < COUNT; i++) /* 1e-38 to 100 in magnitude */
                x.data[i] = (float)((i % 2 ? 1 : -1) * pow(10, -38 + i * 40.0 / COUNT));
            Bench bench;
            const KernelContext *k = bench_open(&bench, tier, 1, 0);
            assert_true(run((What)what, k, COUNT, x.data, y.data));
            for (int i = 0; i < COUNT; i++) {
                const double want = value((What)what, (double)x.data[i]);
                const double bound = 4e-7 * fabs(want) + 2e-38;
                assert_close(y.data[i], want, bound, "curve", i);
            }
            memcpy(again.data, y.data, COUNT * sizeof(float));
            assert_true(run((What)what, k, COUNT - 7, x.data + 7, again.data + 7));
            assert_same_bits(y.data, again.data, COUNT, "elsewhere");
            bench_close(&bench);
            release(&x);
            release(&y);
            release(&again);
        }
}

static void affine(void **state) {
    (void)state;
    static const int64_t planes[] = {1, 3, 49, 3136, 16385};
    for (int relu = 0; relu < 2; relu++)
        for (size_t i = 0; i < 5; i++) {
            const int64_t n = 2, c = 7, plane = planes[i];
            Guarded x = numbers(n * c * plane, i), y = guarded(n * c * plane);
            Guarded scale = filled(c, 8), shift = filled(c, 9);
            Bench bench;
            const KernelContext *k = bench_open(&bench, cpu_best(), 1 + (int)i % 3, 0);
            assert_true(
                pointwise_affine(k, n, c, plane, x.data, scale.data, shift.data, relu, y.data));
            assert_int_equal(bench.job.done, n * c * plane);
            for (int64_t j = 0; j < n * c * plane; j++) {
                const float a = scale.data[j / plane % c], b = shift.data[j / plane % c];
                float want = x.data[j] * a + b;
                want = relu && want < 0 ? 0 : want;
                assert_close(y.data[j], (double)want, 0, "affine", j);
            }
            bench_close(&bench);
            release(&x);
            release(&y);
            release(&scale);
            release(&shift);
        }
}

static void batchnorm_fold(void **state) {
    (void)state;
    static const float gamma[] = {2, -1, 0.5f}, beta[] = {1, 0, -3}, mean[] = {10, -2, 1000};
    static const float variance[] = {4, 0, 1e-6f};
    float scale[3], shift[3];
    pointwise_batchnorm_fold(3, gamma, beta, mean, variance, 1e-5, scale, shift);
    for (int i = 0; i < 3; i++)
        for (int x = -5; x < 5; x++) {
            const double deviation = sqrt((double)variance[i] + 1e-5);
            const double want =
                (x - (double)mean[i]) / deviation * (double)gamma[i] + (double)beta[i];
            const double got = x * (double)scale[i] + (double)shift[i];
            assert_true(fabs(got - want) <= 1e-7 * (fabs(want) + 1000 / deviation));
        }
}

static void check_lrn(int64_t n, int64_t c, int64_t plane, const LrnParams *p, int threads) {
    Guarded x = filled(n * c * plane, 3), y = guarded(n * c * plane);
    for (size_t i = 0; i < x.count; i++)
        x.data[i] *= 30;
    Bench bench;
    const KernelContext *k = bench_open(&bench, cpu_best(), threads, 0);
    assert_true(pointwise_lrn(k, n, c, plane, p, x.data, y.data));
    assert_int_equal(bench.job.done, n * c * plane);
    for (int64_t i = 0; i < n * c * plane; i++) {
        const int64_t at = i / plane % c;
        double sum = 0;
        for (int64_t j = at - p->size / 2; j <= at + p->size / 2; j++)
            if (j >= 0 && j < c) {
                const double v = (double)x.data[i + (j - at) * plane];
                sum += v * v;
            }
        const double want = (double)x.data[i] / pow(p->k + p->alpha * sum, p->beta);
        assert_close(y.data[i], want, 1e-6 * fabs(want), "lrn", i);
    }
    bench_close(&bench);
    release(&x);
    release(&y);
}

static void lrn(void **state) {
    (void)state;
    static const int64_t planes[] = {1, 3, 5, 255, 256, 257, 729};
    static const LrnParams params[] = {
        {5, 2, 1e-4, 0.75}, {1, 1, 1e-3, 0.75}, {3, 1, 0.02, 0.5}, {9, 2, 1e-4, 1}};
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 4; j++)
            for (int64_t c = 1; c < 12; c += 3)
                check_lrn(2, c, planes[i], &params[j], 1 + (int)i % 3);
}

static void softmax(void **state) {
    (void)state;
    Guarded x = filled(5 * 1000, 1), y = guarded(5 * 1000);
    for (int i = 0; i < 1000; i++) {
        x.data[1000 + i] += 1e4f; /* overflows unless the maximum is taken off */
        x.data[2000 + i] -= 1e4f;
    }
    x.data[3000 + 999] = NAN;
    x.data[4000 + 500] = INFINITY;
    Bench bench;
    const KernelContext *k = bench_open(&bench, cpu_best(), 2, 0);
    assert_true(pointwise_softmax(k, 5, 1000, x.data, y.data));
    assert_int_equal(bench.job.done, 5000);
    for (int row = 0; row < 5; row++) {
        double max = -INFINITY, sum = 0, total = 0;
        for (int i = 0; i < 1000; i++)
            max = fmax(max, (double)x.data[row * 1000 + i]);
        for (int i = 0; i < 1000; i++)
            sum += exp((double)x.data[row * 1000 + i] - max);
        for (int i = 0; i < 1000; i++) {
            const double want = row < 3 ? exp((double)x.data[row * 1000 + i] - max) / sum : NAN;
            assert_close(y.data[row * 1000 + i], want, 1e-6 * want, "softmax", row * 1000 + i);
            total += (double)y.data[row * 1000 + i];
        }
        assert_true(row >= 3 || fabs(total - 1) < 1e-6);
    }
    bench_close(&bench);
    release(&x);
    release(&y);
}

static void subsample(void **state) {
    (void)state;
    const int64_t n = 2, ic = 3, ih = 7, iw = 8, oc = 8, before = 2;
    for (int64_t stride = 1; stride < 4; stride++) {
        const int64_t oh = (ih + stride - 1) / stride, ow = (iw + stride - 1) / stride;
        Guarded x = filled(n * ic * ih * iw, 1), y = guarded(n * oc * oh * ow);
        Bench bench;
        const KernelContext *k = bench_open(&bench, cpu_best(), 2, 0);
        assert_true(pointwise_subsample(k, n, ic, ih, iw, oc, before, stride, x.data, y.data));
        assert_int_equal(bench.job.done, n * oc * oh * ow);
        for (int64_t i = 0; i < n * oc * oh * ow; i++) {
            const int64_t ox = i % ow, oy = i / ow % oh, c = i / ow / oh % oc - before;
            const int64_t map = i / ow / oh / oc * ic + c;
            const float want =
                c < 0 || c >= ic ? 0 : x.data[(map * ih + oy * stride) * iw + ox * stride];
            assert_close(y.data[i], (double)want, 0, "subsample", i);
        }
        bench_close(&bench);
        release(&x);
        release(&y);
    }
}

static void threads_do_not_matter(void **state) {
    (void)state;
    static const LrnParams p = {5, 2, 1e-4, 0.75};
    Guarded x = filled(LARGE, 1), first = guarded(LARGE), y = guarded(LARGE);
    for (int what = 0; what < WHATS + 2; what++)
        for (int t = 0; t < SOME_THREADS; t++) {
            Bench bench;
            const KernelContext *k = bench_open(&bench, cpu_best(), some_threads[t], 0);
            float *out = t ? y.data : first.data;
            assert_true(what < WHATS    ? run((What)what, k, LARGE, x.data, out)
                        : what == WHATS ? pointwise_lrn(k, 1, 33, LARGE / 33, &p, x.data, out)
                                        : pointwise_softmax(k, LARGE / 10, 10, x.data, out));
            if (t)
                assert_same_bits(first.data, y.data, LARGE - LARGE % 330, "threads");
            bench_close(&bench);
        }
    release(&x);
    release(&first);
    release(&y);
}

static void cancelling(void **state) {
    (void)state;
    static const LrnParams p = {5, 2, 1e-4, 0.75};
    Guarded x = filled(100, 1), y = guarded(100);
    Bench bench;
    const KernelContext *k = bench_open(&bench, cpu_best(), 2, 0);
    atomic_store(&bench.job.cancel, true);
    for (int what = 0; what < WHATS; what++)
        assert_false(run((What)what, k, 100, x.data, y.data));
    assert_false(pointwise_affine(k, 2, 5, 10, x.data, x.data, x.data, false, y.data));
    assert_false(pointwise_lrn(k, 2, 5, 10, &p, x.data, y.data));
    assert_false(pointwise_softmax(k, 10, 10, x.data, y.data));
    assert_false(pointwise_subsample(k, 1, 1, 10, 10, 1, 0, 1, x.data, y.data));
    assert_int_equal(bench.job.done, 0);
    bench_close(&bench);
    release(&x);
    release(&y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements),   cmocka_unit_test(curves),
        cmocka_unit_test(affine),     cmocka_unit_test(batchnorm_fold),
        cmocka_unit_test(lrn),        cmocka_unit_test(softmax),
        cmocka_unit_test(subsample),  cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
