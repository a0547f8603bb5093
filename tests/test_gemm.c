#include "kernel_support.h"

#include "kernel/gemm_tiers.h"
#include <stdio.h>

/* One product and its operands: A with row stride lda, or transposed; C with three columns to
 * spare. */
typedef struct Product {
    int64_t m, n, k, lda, ldb, ldc;
    bool a_transposed, b_transposed;
    Guarded a, b, c, scale, shift, column_shift, residual;
    GemmMatrix matrix;
    GemmEpilogue epilogue;
} Product;

enum { SPARE = 3 };

static Product make_product(int64_t m, int64_t n, int64_t k, int64_t lda) {
    Product p = {.m = m, .n = n, .k = k, .lda = lda, .ldb = n + 1, .ldc = n + SPARE};
    p.a = filled(m * lda + 1, 1);
    p.b = filled((k + 1) * p.ldb, 2);
    p.c = guarded(m * p.ldc);
    p.scale = filled(m, 3);
    p.shift = filled(m, 4);
    p.column_shift = filled(n, 5);
    p.residual = filled(m * p.ldc, 6);
    return p;
}

static void free_product(Product *p) {
    release(&p->a);
    release(&p->b);
    release(&p->c);
    release(&p->scale);
    release(&p->shift);
    release(&p->column_shift);
    release(&p->residual);
}

static Gemm gemm_of(Product *p) {
    p->matrix =
        p->b_transposed ? (GemmMatrix){p->b.data, 1, p->k} : (GemmMatrix){p->b.data, p->ldb, 1};
    Gemm g = {.m = p->m,
              .n = p->n,
              .k = p->k,
              .a = {p->a.data, p->lda, 1},
              .pack_b = gemm_pack_matrix,
              .b = &p->matrix,
              .c = p->c.data,
              .ldc = p->ldc,
              .epilogue = p->epilogue};
    if (p->a_transposed)
        g.a = (GemmMatrix){p->a.data, 1, p->m};
    return g;
}

static void run(Product *p, CpuTier tier, int threads) {
    Bench bench;
    const size_t scratch = gemm_scratch(tier, p->m, p->n, p->k, threads);
    const KernelContext *k = bench_open(&bench, tier, threads, scratch);
    const Gemm g = gemm_of(p);
    assert_true(gemm_run(k, &g));
    assert_int_equal(bench.job.done, p->m * p->n * p->k);
    bench_close(&bench);
}

/* C against sums in double, its spare columns untouched. */
static void check(Product *p, const char *what) {
    const Gemm g = gemm_of(p);
    const GemmMatrix *b = &p->matrix;
    const GemmEpilogue *e = &p->epilogue;
    for (int64_t m = 0; m < p->m; m++) {
        for (int64_t n = 0; n < p->n; n++) {
            double sum = 0, size = 0;
            for (int64_t k = 0; k < p->k; k++) {
                const double product = (double)g.a.data[m * g.a.row + k * g.a.col] *
                                       (double)b->data[k * b->row + n * b->col];
                sum += product;
                size += fabs(product);
            }
            double v = sum, bound = sum_bound(p->k, size);
            if (e->scale) {
                v *= (double)e->scale[m];
                bound *= fabs((double)e->scale[m]);
            }
            v += (e->shift ? (double)e->shift[m] : 0) +
                 (e->column_shift ? (double)e->column_shift[n] : 0) +
                 (e->residual ? (double)e->residual[m * p->ldc + n] : 0);
            if (e->relu && v < 0)
                v = 0;
            assert_close(p->c.data[m * p->ldc + n], v, bound + 1e-6 * (1 + fabs(v)), what,
                         m * p->ldc + n);
        }
        for (int64_t n = p->n; n < p->ldc; n++)
            if (!isnan(p->c.data[m * p->ldc + n]))
                fail_msg("%s: row %lld written beyond its end", what, (long long)m);
    }
}

static void run_and_check(int64_t m, int64_t n, int64_t k, int64_t lda, CpuTier tier, int threads) {
    char what[100];
    snprintf(what, sizeof what, "%s %lld x %lld x %lld, lda %lld", cpu_tier_name(tier),
             (long long)m, (long long)n, (long long)k, (long long)lda);
    Product p = make_product(m, n, k, lda);
    run(&p, tier, threads);
    check(&p, what);
    free_product(&p);
}

static void edges_of_tiles_and_blocks(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++) {
        const GemmBlocks b = gemm_blocks((CpuTier)tier);
        const int ms[] = {1, b.mr - 1, b.mr, b.mr + 1, 2 * b.mr + 3, 37};
        const int ns[] = {1, b.nr / 2 - 1, b.nr / 2, b.nr / 2 + 1, b.nr - 1, b.nr, b.nr + 1, 97};
        const int ks[] = {1, 2, 3, 4, 5, 64, b.kc - 1, b.kc, b.kc + 1};
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 8; j++)
                for (size_t l = 0; l < 9; l++)
                    run_and_check(ms[i], ns[j], ks[l], ks[l], (CpuTier)tier, 1);
    }
}

/* Several blocks in every dimension; A packed, and read where it lies with rows near and far. */
static void several_blocks(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++) {
        const GemmBlocks b = gemm_blocks((CpuTier)tier);
        run_and_check(b.mc + b.mr + 1, 2 * b.nr + 1, b.kc + 1, b.kc + 2, (CpuTier)tier, 1);
        run_and_check(b.mc + 1, b.nc + b.nr + 1, 5, 5, (CpuTier)tier, 2);
        run_and_check(3, 2 * b.nc + 7, b.kc + 3, b.kc + 3, (CpuTier)tier, 2);
        run_and_check(b.mc + 5, b.nr + 5, 2 * b.kc + 4, 2 * b.kc + 4, (CpuTier)tier, 2);
        run_and_check(41, 49, b.kc + 8, 2048, (CpuTier)tier, 2);
        run_and_check(41, 12 * b.nr + 1, 100, 256, (CpuTier)tier, 3);
    }
}

static void transposed_operands(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++) {
        const GemmBlocks b = gemm_blocks((CpuTier)tier);
        for (int which = 1; which < 4; which++) {
            const int64_t m = b.mr + 3, n = b.nr + 5, k = b.kc + 6;
            Product p = make_product(m, n, k, k);
            p.a_transposed = which & 1;
            p.b_transposed = which & 2;
            run(&p, (CpuTier)tier, 2);
            check(&p, "transposed");
            free_product(&p);
        }
    }
}

static void every_epilogue(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++) {
        const GemmBlocks b = gemm_blocks((CpuTier)tier);
        for (int what = 0; what < 32; what++)
            for (int large = 0; large < 2; large++) {
                Product p = make_product(b.mr + 1, b.nr + b.nr / 2 - 1, large ? b.kc + 4 : 7,
                                         large ? b.kc + 4 : 7);
                p.epilogue = (GemmEpilogue){
                    .scale = what & 1 ? p.scale.data : NULL,
                    .shift = what & 2 ? p.shift.data : NULL,
                    .column_shift = what & 4 ? p.column_shift.data : NULL,
                    .residual = what & 8 ? p.residual.data : NULL,
                    .relu = what & 16,
                };
                run(&p, (CpuTier)tier, 2);
                check(&p, "epilogue");
                free_product(&p);
            }
    }
}

/* An empty sum is zero, and the epilogue still happens. */
static void nothing_to_sum(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++) {
        Product p = make_product(9, 21, 0, 1);
        p.epilogue.shift = p.shift.data;
        run(&p, (CpuTier)tier, 2);
        check(&p, "k = 0");
        free_product(&p);
        Bench bench;
        const KernelContext *k = bench_open(&bench, (CpuTier)tier, 1, 0);
        const Gemm none = {.m = 0, .n = 5, .k = 5}, empty = {.m = 5, .n = 0, .k = 5};
        assert_true(gemm_run(k, &none));
        assert_true(gemm_run(k, &empty));
        bench_close(&bench);
    }
}

static void threads_do_not_matter(void **state) {
    (void)state;
    static const int64_t shapes[][3] = {
        {64, 2000, 147}, {512, 49, 460}, {37, 41, 1003}, {300, 300, 300},
        {1, 5000, 700},  {1000, 1, 900}, {96, 700, 363},
    };
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            Guarded first = {0};
            for (int t = 0; t < SOME_THREADS; t++) {
                Product p = make_product(shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][2]);
                p.epilogue = (GemmEpilogue){.shift = p.shift.data, .residual = p.residual.data};
                run(&p, (CpuTier)tier, some_threads[t]);
                if (t == 0) {
                    first = p.c;
                    p.c = guarded(1);
                } else {
                    for (int64_t m = 0; m < p.m; m++)
                        assert_same_bits(first.data + m * p.ldc, p.c.data + m * p.ldc, (size_t)p.n,
                                         "threads");
                }
                free_product(&p);
            }
            release(&first);
        }
}

/* An element depends on its row and column only: the same bits in a wide product (A packed), a
 * narrow one (A read where it lies), one with A packed beforehand, and a row by itself. */
static void paths_give_the_same_bits(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int wide_rows = 0; wide_rows < 2; wide_rows++) {
            const GemmBlocks b = gemm_blocks((CpuTier)tier);
            const int64_t m = 2 * b.mr + 5, n = 40 * b.nr + 3, few = b.nr + 3,
                          k = wide_rows ? b.kc + 8 : 96;
            Product wide = make_product(m, n, k, k), narrow = make_product(m, n, k, k);
            run(&wide, (CpuTier)tier, 2);
            narrow.n = few;
            run(&narrow, (CpuTier)tier, 2);
            for (int64_t r = 0; r < m; r++)
                assert_same_bits(wide.c.data + r * wide.ldc, narrow.c.data + r * narrow.ldc,
                                 (size_t)few, "narrow");
            Guarded packed = guarded((int64_t)gemm_packed_size(m, k));
            Bench bench;
            const size_t scratch = gemm_scratch((CpuTier)tier, m, few, k, 3);
            const KernelContext *c = bench_open(&bench, (CpuTier)tier, 3, scratch);
            Gemm g = gemm_of(&narrow);
            gemm_pack_a((CpuTier)tier, &g.a, m, k, packed.data);
            g.packed_a = packed.data;
            g.a.data = NULL;
            assert_true(gemm_run(c, &g));
            for (int64_t r = 0; r < m; r++)
                assert_same_bits(wide.c.data + r * wide.ldc, narrow.c.data + r * narrow.ldc,
                                 (size_t)few, "packed");
            g = gemm_of(&narrow);
            g.m = 1;
            assert_true(gemm_run(c, &g));
            assert_same_bits(wide.c.data, narrow.c.data, (size_t)few, "one row");
            bench_close(&bench);
            release(&packed);
            free_product(&wide);
            free_product(&narrow);
        }
}

static void not_a_number_stays_in_its_row_and_column(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int relu = 0; relu < 2; relu++) {
            Product p = make_product(31, 75, 13, 13);
            p.a.data[7 * p.lda + 12] = NAN;
            p.b.data[3 * p.ldb + 74] = NAN;
            p.a.data[30 * p.lda] = INFINITY;
            p.epilogue.relu = relu;
            run(&p, (CpuTier)tier, 2);
            for (int64_t m = 0; m < p.m; m++)
                for (int64_t n = 0; n < p.n; n++) {
                    const float v = p.c.data[m * p.ldc + n];
                    if ((m == 7 || n == 74) != isnan(v))
                        fail_msg("NaN at %lld, %lld: %g", (long long)m, (long long)n, (double)v);
                    if (m == 30 && n != 74 && !isinf(v) && !(relu && v == 0))
                        fail_msg("no infinity at %lld: %g", (long long)n, (double)v);
                }
            free_product(&p);
        }
}

static void packing_pads_with_zeros(void **state) {
    (void)state;
    Guarded b = filled(20 * 30, 1), panel = guarded(7 * 16);
    for (int transposed = 0; transposed < 2; transposed++) {
        const GemmMatrix matrix =
            transposed ? (GemmMatrix){b.data, 1, 20} : (GemmMatrix){b.data, 30, 1};
        gemm_pack_matrix(&matrix, 5, 7, 11, 9, 16, panel.data);
        for (int64_t k = 0; k < 7; k++)
            for (int64_t n = 0; n < 16; n++) {
                const float want =
                    n >= 9 ? 0 : b.data[(5 + k) * matrix.row + (11 + n) * matrix.col];
                assert_close(panel.data[k * 16 + n], (double)want, 0, "panel", k * 16 + n);
            }
    }
    release(&b);
    release(&panel);
}

/* Each tier's own packing gives what the general one gives, padding and all, at every width. */
static void tiers_pack_alike(void **state) {
    (void)state;
    ConvShape s = {1, 3, 9, 11, 1, 0, 0, 3, 2, 1, 1, 1, 1, 1, 1, 1};
    Guarded x = filled(34 * 50, 1);
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int stride = 1; stride < 4; stride++) {
            const GemmTier *t = gemm_tier((CpuTier)tier);
            s.sx = stride;
            s.oh = 9;
            s.ow = (11 + 2 - 2) / stride + 1;
            const GemmMatrix matrix =
                stride == 3 ? (GemmMatrix){x.data, 1, 34} : (GemmMatrix){x.data, 34, stride};
            const ConvPatches patches = {&s, x.data};
            for (int nc = 1; nc <= t->blocks.nr; nc++) {
                const int width = (nc + t->lanes - 1) / t->lanes * t->lanes;
                Guarded want = guarded(7 * width), got = guarded(7 * width);
                Guarded more = guarded(21 * width), got_more = guarded(21 * width);
                gemm_pack_matrix(&matrix, 1, 21, 2, nc, width, more.data);
                t->pack_matrix(&matrix, 1, 21, 2, nc, width, got_more.data);
                assert_same_bits(more.data, got_more.data, more.count, "pack_matrix");
                release(&more);
                release(&got_more);
                conv_pack_patches(&patches, 5, 7, 3, nc, width, want.data);
                t->pack_patches(&patches, 5, 7, 3, nc, width, got.data);
                assert_same_bits(want.data, got.data, want.count, "pack_patches");
                for (int i = 0; i < 7 * width; i++)
                    assert_true(i % width < nc || want.data[i] == 0);
                release(&want);
                release(&got);
            }
        }
    release(&x);
}

/* Cancelled from the third panel on, through the packing. */
typedef struct Trap {
    GemmMatrix matrix;
    Job *job;
    atomic_int *calls;
} Trap;

static void trap(const void *source, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                 float *panel) {
    const Trap *t = source;
    gemm_pack_matrix(&t->matrix, k0, kc, n0, nc, nr, panel);
    if (atomic_fetch_add(t->calls, 1) == 2)
        atomic_store(&t->job->cancel, true);
}

static void cancelling(void **state) {
    (void)state;
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int threads = 1; threads <= 2; threads++) {
            Product p = make_product(50, 3000, 100, 100);
            Bench bench;
            const KernelContext *k =
                bench_open(&bench, (CpuTier)tier, threads,
                           gemm_scratch((CpuTier)tier, 50, 3000, 100, threads));
            Gemm g = gemm_of(&p);
            atomic_int calls = 0;
            const Trap source = {p.matrix, &bench.job, &calls};
            g.pack_b = trap;
            g.b = &source;
            assert_false(gemm_run(k, &g));
            assert_true(calls < 3 + threads);
            assert_true(bench.job.done < p.m * p.n * p.k / 2);
            const int before = calls;
            assert_false(gemm_run(k, &g)); /* cancelled before it began */
            assert_int_equal(calls, before);
            bench_close(&bench);
            free_product(&p);
        }
}

static void tiers_have_names(void **state) {
    (void)state;
    assert_string_equal(cpu_tier_name(CPU_REF), "ref");
    assert_string_equal(cpu_tier_name(CPU_AVX2), "avx2");
    assert_string_equal(cpu_tier_name(CPU_AVX512), "avx512");
    assert_true(cpu_best() < CPU_TIERS);
    assert_true(strlen(cpu_name()) > 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_of_tiles_and_blocks),
        cmocka_unit_test(several_blocks),
        cmocka_unit_test(transposed_operands),
        cmocka_unit_test(every_epilogue),
        cmocka_unit_test(nothing_to_sum),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(paths_give_the_same_bits),
        cmocka_unit_test(not_a_number_stays_in_its_row_and_column),
        cmocka_unit_test(packing_pads_with_zeros),
        cmocka_unit_test(tiers_pack_alike),
        cmocka_unit_test(cancelling),
        cmocka_unit_test(tiers_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
