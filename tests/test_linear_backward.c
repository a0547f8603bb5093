/* The way back through fully connected layers against sums in double. */
#include "kernel_support.h"

#include "kernel/linear.h"

typedef struct Layer {
    int64_t n, in, out;
    Guarded x, w, dy, dx, dw, db;
} Layer;

static Layer make_layer(int64_t n, int64_t in, int64_t out) {
    return (Layer){n,
                   in,
                   out,
                   filled(n * in, 1),
                   filled(in * out, 2),
                   filled(n * out, 3),
                   guarded(n * in),
                   guarded(in * out),
                   guarded(out)};
}

static void free_layer(Layer *l) {
    release(&l->x);
    release(&l->w);
    release(&l->dy);
    release(&l->dx);
    release(&l->dw);
    release(&l->db);
}

static void run(Layer *l, CpuTier tier, int threads, bool add) {
    Bench bench;
    const size_t size = linear_backward_scratch(tier, l->n, l->in, l->out, threads);
    const KernelContext *k = bench_open(&bench, tier, threads, size);
    assert_true(
        linear_backward_input(k, l->n, l->in, l->out, l->w.data, l->dy.data, add, l->dx.data));
    assert_true(linear_backward_weights(k, l->n, l->in, l->out, l->x.data, l->dy.data, l->dw.data,
                                        l->db.data));
    bench_close(&bench);
}

/* sum over j of a[j*a_step] b[j*b_step], added to `start`, against `got`. */
static void check_sum(float got, double start, int64_t count, const float *a, int64_t a_step,
                      const float *b, int64_t b_step, const char *what, int64_t at) {
    double sum = 0, size = 0;
    for (int64_t j = 0; j < count; j++) {
        const double v = (double)a[j * a_step] * (double)b[j * b_step];
        sum += v;
        size += fabs(v);
    }
    assert_close(got, start + sum, sum_bound(count, size + fabs(start)), what, at);
}

static void check(const Layer *l, double start) {
    static const float one = 1;
    for (int64_t i = 0; i < l->n * l->in; i++)
        check_sum(l->dx.data[i], start, l->out, l->dy.data + i / l->in * l->out, 1,
                  l->w.data + i % l->in, l->in, "dx", i);
    for (int64_t i = 0; i < l->out * l->in; i++)
        check_sum(l->dw.data[i], 0, l->n, l->dy.data + i / l->in, l->out, l->x.data + i % l->in,
                  l->in, "dw", i);
    for (int64_t i = 0; i < l->out; i++)
        check_sum(l->db.data[i], 0, l->n, l->dy.data + i, l->out, &one, 0, "db", i);
}

static void awkward_sizes(void **state) {
    (void)state;
    static const int ns[] = {1, 2, 4, 5, 17, 64}, ins[] = {1, 7, 16, 17, 33, 400, 801},
                     outs[] = {1, 3, 10, 16, 33, 67};
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (size_t a = 0; a < 6; a++)
            for (size_t b = 0; b < 7; b++)
                for (size_t c = 0; c < 6; c++) {
                    Layer l = make_layer(ns[a], ins[b], outs[c]);
                    const bool add = (a + b + c) % 2;
                    for (size_t i = 0; i < l.dx.count; i++)
                        l.dx.data[i] = add ? 0.75f : NAN;
                    run(&l, (CpuTier)tier, 1 + (int)(c % 3), add);
                    check(&l, add ? 0.75 : 0);
                    free_layer(&l);
                }
}

static void threads_do_not_matter(void **state) {
    (void)state;
    static const int64_t shapes[][3] = {
        {1, 1000, 513}, {3, 1031, 130}, {64, 800, 500}, {64, 500, 10}, {33, 30, 700}};
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            Layer first = make_layer(shapes[i][0], shapes[i][1], shapes[i][2]);
            Layer l = make_layer(shapes[i][0], shapes[i][1], shapes[i][2]);
            run(&first, (CpuTier)tier, 1, false);
            for (int t = 1; t < SOME_THREADS; t++) {
                run(&l, (CpuTier)tier, some_threads[t], false);
                assert_same_bits(first.dx.data, l.dx.data, l.dx.count, "dx");
                assert_same_bits(first.dw.data, l.dw.data, l.dw.count, "dw");
                assert_same_bits(first.db.data, l.db.data, l.db.count, "db");
            }
            free_layer(&l);
            free_layer(&first);
        }
}

static void not_a_number_stays(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++) {
        Layer l = make_layer(5, 35, 21);
        l.dy.data[3 * 21 + 6] = NAN;
        run(&l, (CpuTier)tier, 2, false);
        for (int64_t i = 0; i < 5 * 35; i++)
            assert_int_equal(!!isnan(l.dx.data[i]), i / 35 == 3);
        for (int64_t i = 0; i < 21 * 35; i++)
            assert_int_equal(!!isnan(l.dw.data[i]), i / 35 == 6);
        for (int64_t i = 0; i < 21; i++)
            assert_int_equal(!!isnan(l.db.data[i]), i == 6);
        free_layer(&l);
    }
}

static void parts_and_cancelling(void **state) {
    (void)state;
    Layer l = make_layer(11, 50, 40), one = make_layer(11, 50, 40);
    Bench bench;
    const KernelContext *k =
        bench_open(&bench, cpu_best(), 2, linear_backward_scratch(cpu_best(), 11, 50, 40, 2));
    run(&l, cpu_best(), 2, false);
    assert_true(linear_backward_weights(k, 11, 50, 40, l.x.data, l.dy.data, one.dw.data, NULL));
    assert_true(linear_backward_weights(k, 11, 50, 40, l.x.data, l.dy.data, NULL, one.db.data));
    assert_same_bits(l.dw.data, one.dw.data, l.dw.count, "dw");
    assert_same_bits(l.db.data, one.db.data, l.db.count, "db");
    atomic_store(&bench.job.cancel, true);
    assert_false(linear_backward_input(k, 11, 50, 40, l.w.data, l.dy.data, true, l.dx.data));
    assert_false(linear_backward_weights(k, 11, 50, 40, l.x.data, l.dy.data, l.dw.data, l.db.data));
    assert_false(linear_backward_weights(k, 11, 50, 40, l.x.data, l.dy.data, NULL, l.db.data));
    bench_close(&bench);
    free_layer(&l);
    free_layer(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_sizes),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(not_a_number_stays),
        cmocka_unit_test(parts_and_cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
