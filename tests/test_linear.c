#include "kernel_support.h"

#include "kernel/linear.h"

typedef struct Layer {
    int64_t n, in, out;
    Guarded x, w, bias, y;
} Layer;

static Layer make_layer(int64_t n, int64_t in, int64_t out) {
    return (Layer){
        n, in, out, filled(n * in, 1), filled(out * in, 2), filled(out, 3), guarded(n * out)};
}
static void free_layer(Layer *l) {
    release(&l->x);
    release(&l->w);
    release(&l->bias);
    release(&l->y);
}

static void run_fast(Layer *l, CpuTier tier, int threads, bool bias, bool relu) {
    Bench bench;
    const KernelContext *k =
        bench_open(&bench, tier, threads, linear_fast_scratch(tier, l->n, l->in, l->out, threads));
    assert_true(linear_fast(k, l->n, l->in, l->out, l->x.data, l->w.data,
                            bias ? l->bias.data : NULL, relu, l->y.data));
    assert_int_equal(bench.job.done, l->n * l->in * l->out);
    bench_close(&bench);
}

/* y against sums in double. */
static void check(const Layer *l, bool bias, bool relu, const char *what) {
    for (int64_t i = 0; i < l->n * l->out; i++) {
        const float *x = l->x.data + i / l->out * l->in, *w = l->w.data + i % l->out * l->in;
        double sum = 0, size = 0;
        for (int64_t j = 0; j < l->in; j++) {
            sum += (double)x[j] * (double)w[j];
            size += fabs((double)x[j] * (double)w[j]);
        }
        const double v = sum + (bias ? (double)l->bias.data[i % l->out] : 0);
        assert_close(l->y.data[i], relu && v < 0 ? 0 : v, sum_bound(l->in, size) + 1e-7 * fabs(v),
                     what, i);
    }
}

static void naive_is_literal(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        Layer l = make_layer(3, 301, 37);
        Bench bench;
        const KernelContext *k = bench_open(&bench, cpu_best(), threads, 0);
        assert_true(linear_naive(k, l.n, l.in, l.out, l.x.data, l.w.data, l.bias.data, l.y.data));
        assert_int_equal(bench.job.done, l.n * l.in * l.out);
        for (int64_t i = 0; i < l.n * l.out; i++) {
            float sum = 0;
            for (int64_t j = 0; j < l.in; j++)
                sum += l.w.data[i % l.out * l.in + j] * l.x.data[i / l.out * l.in + j];
            sum += l.bias.data[i % l.out];
            assert_same_bits(&sum, &l.y.data[i], 1, "naive");
        }
        assert_true(linear_naive(k, l.n, l.in, l.out, l.x.data, l.w.data, NULL, l.y.data));
        check(&l, false, false, "naive");
        bench_close(&bench);
        free_layer(&l);
    }
}

static void awkward_sizes(void **state) {
    (void)state;
    static const int ns[] = {1, 2, 3, 4, 5, 17, 33},
                     ins[] = {1, 7, 8, 9, 15, 16, 17, 31, 33, 400, 1031};
    static const int outs[] = {1, 3, 4, 5, 15, 16, 17, 33, 67};
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (size_t a = 0; a < 7; a++)
            for (size_t b = 0; b < 11; b++)
                for (size_t c = 0; c < 9; c++) {
                    Layer l = make_layer(ns[a], ins[b], outs[c]);
                    const bool bias = (a + b + c) % 2, relu = (b + c) % 3 == 0;
                    run_fast(&l, (CpuTier)tier, 1 + (int)(c % 3), bias, relu);
                    check(&l, bias, relu, cpu_tier_name((CpuTier)tier));
                    free_layer(&l);
                }
}

static void threads_do_not_matter(void **state) {
    (void)state;
    static const int64_t shapes[][3] = {
        {1, 1000, 513}, {3, 4099, 130}, {20, 700, 300}, {64, 84, 10}};
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (size_t i = 0; i < 4; i++) {
            Layer first = make_layer(shapes[i][0], shapes[i][1], shapes[i][2]);
            run_fast(&first, (CpuTier)tier, 1, true, false);
            for (int t = 1; t < SOME_THREADS; t++) {
                Layer l = make_layer(shapes[i][0], shapes[i][1], shapes[i][2]);
                run_fast(&l, (CpuTier)tier, some_threads[t], true, false);
                assert_same_bits(first.y.data, l.y.data, l.y.count, "threads");
                free_layer(&l);
            }
            free_layer(&first);
        }
}

static void not_a_number_stays(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int n = 1; n < 10; n += 4) {
            Layer l = make_layer(n, 35, 21);
            l.w.data[6 * 35 + 34] = NAN;
            l.x.data[(n - 1) * 35 + 2] = NAN;
            run_fast(&l, (CpuTier)tier, 2, true, true);
            for (int64_t i = 0; i < n * 21; i++)
                assert_int_equal(!!isnan(l.y.data[i]), i % 21 == 6 || i / 21 == n - 1);
            free_layer(&l);
        }
}

static void cancelling(void **state) {
    (void)state;
    for (int n = 1; n < 12; n += 10) {
        Layer l = make_layer(n, 50, 40);
        Bench bench;
        const KernelContext *k =
            bench_open(&bench, cpu_best(), 2, linear_fast_scratch(cpu_best(), n, 50, 40, 2));
        atomic_store(&bench.job.cancel, true);
        assert_false(linear_fast(k, n, 50, 40, l.x.data, l.w.data, NULL, false, l.y.data));
        assert_false(linear_naive(k, n, 50, 40, l.x.data, l.w.data, NULL, l.y.data));
        assert_int_equal(bench.job.done, 0);
        bench_close(&bench);
        free_layer(&l);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naive_is_literal),
        cmocka_unit_test(awkward_sizes),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(not_a_number_stays),
        cmocka_unit_test(cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
