/* The walk that the algorithm view shows is the engine's: going through every step of it and doing
 * what it says gives conv_gemm's bits, and the seven loops' result but for the order of rounding.
 */
#include "kernel_support.h"

#include "base/text.h"
#include "explain/gemm_walk.h"
#include <stdlib.h>
#include <string.h>

/* ic, ih, iw, oc, kernel, stride, padding, dilation, groups; the size of the output follows. */
static const int64_t shapes[][9] = {{3, 9, 9, 5, 3, 1, 1, 1, 1},    {4, 11, 10, 17, 3, 2, 1, 1, 1},
                                    {3, 27, 27, 7, 11, 4, 2, 1, 1}, {50, 20, 20, 30, 1, 1, 0, 1, 1},
                                    {64, 7, 7, 33, 1, 1, 0, 1, 1},  {9, 9, 9, 6, 5, 1, 2, 1, 3},
                                    {46, 8, 8, 130, 3, 1, 1, 1, 2}, {4, 15, 15, 6, 3, 1, 2, 2, 1},
                                    {48, 18, 18, 29, 3, 2, 0, 1, 1}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static ConvShape shape_of(const int64_t v[9]) {
    ConvShape s = {.n = 1, .ic = v[0], .ih = v[1], .iw = v[2], .oc = v[3], .kh = v[4], .kw = v[4]};
    s.sy = s.sx = v[5];
    s.py = s.px = v[6];
    s.dy = s.dx = v[7];
    s.groups = v[8];
    s.oh = (s.ih + 2 * s.py - s.dy * (s.kh - 1) - 1) / s.sy + 1;
    s.ow = (s.iw + 2 * s.px - s.dx * (s.kw - 1) - 1) / s.sx + 1;
    return s;
}

typedef struct Case {
    ConvShape s;
    GemmWalk walk;
    float *x, *w, *bias, *naive, *gemm, *c;
    int64_t *terms; /* that each element of C has */
    size_t outputs;
} Case;

static float *numbers(size_t count, uint64_t seed) {
    float *x = calloc(count, sizeof *x);
    assert_non_null(x);
    if (seed)
        test_fill(x, count, seed);
    return x;
}

static void open_case(Case *c, const int64_t v[9], CpuTier tier, int threads) {
    c->s = shape_of(v);
    const size_t k = (size_t)(c->s.ic / c->s.groups * c->s.kh * c->s.kw);
    c->outputs = (size_t)(c->s.oc * c->s.oh * c->s.ow);
    c->x = numbers((size_t)(c->s.ic * c->s.ih * c->s.iw), 1);
    c->w = numbers((size_t)c->s.oc * k, 2);
    c->bias = numbers((size_t)c->s.oc, 3);
    c->naive = numbers(c->outputs, 0);
    c->gemm = numbers(c->outputs, 0);
    c->c = numbers(c->outputs, 0);
    c->terms = calloc(c->outputs, sizeof *c->terms);
    assert_non_null(c->terms);
    gemm_walk_begin(&c->walk, &c->s, tier, threads);
    const GemmEpilogue bias = {.shift = c->bias};
    Bench b;
    const KernelContext *kernel =
        bench_open(&b, tier, threads, conv_gemm_scratch(tier, &c->s, threads));
    assert_true(conv_gemm(kernel, &c->s, c->x, c->w, &bias, c->gemm));
    assert_true(conv_naive(kernel, &c->s, c->x, c->w, c->bias, c->naive));
    bench_close(&b);
}

static void close_case(Case *c) {
    free(c->x);
    free(c->w);
    free(c->bias);
    free(c->naive);
    free(c->gemm);
    free(c->c);
    free(c->terms);
}

/* At the end of a tile its accumulators go into C, as the line of code says. */
static void end_tile(Case *c, const GemmPlace *p) {
    float tile[14 * 32];
    assert_true(p->ir.count * p->jr.count <= 14 * 32);
    gemm_walk_tile(&c->walk, p, c->x, c->w, tile);
    for (int64_t r = 0; r < p->ir.count; r++)
        for (int64_t j = 0; j < p->jr.count; j++) {
            const int64_t oc = p->group * c->walk.plan.m + p->ir.first + r;
            const int64_t at = oc * c->walk.plan.n + p->jr.first + j;
            const float sum = tile[r * p->jr.count + j];
            c->c[at] = p->pc.first == 0 ? sum : c->c[at] + sum;
            assert_int_equal(c->terms[at], p->pc.first);
            c->terms[at] += p->pc.count;
            const float told = gemm_walk_c(&c->walk, c->x, c->w, p->group, p->ir.first + r,
                                           p->jr.first + j, c->terms[at]);
            assert_memory_equal(&told, &c->c[at], sizeof told);
        }
}

/* Every step is where it says, comes after the one before it, and is found again. */
static void walk_through(Case *c) {
    GemmPlace before = {.k = -1}, p;
    int64_t packs_b = 0;
    for (int64_t step = 0; step < c->walk.steps; step++, before = p) {
        gemm_walk_at(&c->walk, step, &p);
        if (step > 0 && before.k + 1 < before.pc.count) {
            GemmPlace next = before;
            next.k++;
            assert_memory_equal(&next, &p, offsetof(GemmPlace, packs_a));
            assert_false(p.packs_a || p.packs_b);
        } else {
            assert_int_equal(p.k, 0);
        }
        packs_b += p.packs_b ? p.jr.count * p.pc.count : 0;
        const int64_t m = p.ir.first + step % p.ir.count, n = p.jr.first + step % p.jr.count;
        assert_int_equal(gemm_walk_find(&c->walk, p.group, m, n, p.pc.first + p.k), step);
        assert_true(p.ir.count <= c->walk.plan.blocks.mr && p.jr.count <= c->walk.plan.blocks.nr);
        if (p.k == p.pc.count - 1)
            end_tile(c, &p);
    }
    assert_int_equal(packs_b,
                     c->s.groups * c->walk.plan.row_blocks * c->walk.plan.k * c->walk.plan.n);
}

static void check_results(const Case *c) {
    const int64_t area = c->s.oh * c->s.ow, k = c->walk.plan.k;
    for (size_t i = 0; i < c->outputs; i++) {
        const int64_t oc = (int64_t)i / area, n = (int64_t)i % area;
        const float got = c->c[i] + c->bias[oc];
        double size = fabs((double)c->bias[oc]);
        assert_int_equal(c->terms[i], k);
        assert_memory_equal(&got, &c->gemm[i], sizeof got);
        for (int64_t t = 0; t < k; t++)
            size += fabs(
                (double)gemm_walk_a(&c->walk, c->w, oc / c->walk.plan.m, oc % c->walk.plan.m, t) *
                (double)gemm_walk_b(&c->walk, c->x, oc / c->walk.plan.m, t, n, NULL));
        assert_close(got, (double)c->naive[i], 2 * sum_bound(k + 1, size), "walk and naive",
                     (int64_t)i);
    }
}

static void the_walk_is_the_engines(void **state) {
    (void)state;
    static const int some[] = {1, 3};
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (size_t i = 0; i < SHAPES; i++)
            for (size_t t = 0; t < 2; t++) {
                Case c;
                open_case(&c, shapes[i], (CpuTier)tier, some[t]);
                walk_through(&c);
                check_results(&c);
                close_case(&c);
            }
}

static void strides_stop_where_they_say(void **state) {
    (void)state;
    GemmWalk w;
    GemmPlace p;
    const ConvShape s = shape_of(shapes[6]);
    gemm_walk_begin(&w, &s, cpu_best(), 2);
    for (int stride = 0; stride < GEMM_STRIDES; stride++) {
        int64_t step = 0, stops = 0, back = 0, tiles = 0;
        while (step < w.steps - 1) {
            const int64_t next = gemm_walk_go(&w, step, (GemmStride)stride, 1);
            assert_true(next > step);
            gemm_walk_at(&w, next, &p);
            tiles += p.k == p.pc.count - 1;
            if (stride == STRIDE_TILE)
                assert_int_equal(p.k, p.pc.count - 1);
            if (stride >= STRIDE_PANEL && next < w.steps - 1) {
                assert_int_equal(p.k, 0);
                assert_int_equal(p.ir.first, p.ic.first);
            }
            step = next;
            stops++;
        }
        for (; step > 0; back++)
            step = gemm_walk_go(&w, step, (GemmStride)stride, -1);
        if (stride == STRIDE_K)
            assert_int_equal(stops, w.steps - 1);
        if (stride == STRIDE_TILE)
            assert_int_equal(stops, tiles);
        assert_in_range(back, stops, stops + 1);
    }
}

/* Counted by going over the patch matrix. */
static void loads_are_counted(void **state) {
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        GemmWalk w;
        const ConvShape s = shape_of(shapes[i]);
        gemm_walk_begin(&w, &s, CPU_REF, 1);
        int64_t *copies = calloc((size_t)(s.ih * s.iw), sizeof *copies), taps = 0;
        int64_t uses[121] = {0};
        assert_non_null(copies);
        for (int64_t k = 0; k < s.kh * s.kw; k++)
            for (int64_t n = 0; n < w.plan.n; n++) {
                int64_t at[3];
                bool padding;
                gemm_walk_source(&w, 0, k, n, at);
                gemm_walk_b(&w, (const float[5000]){0}, 0, k, n, &padding);
                if (padding)
                    continue;
                copies[at[1] * s.iw + at[2]]++;
                uses[k]++;
                taps++;
            }
        for (int64_t p = 0; p < s.ih * s.iw; p++) {
            const GemmLoads loads = gemm_walk_input_loads(&w, p / s.iw, p % s.iw);
            assert_int_equal(loads.copies, copies[p]);
            assert_int_equal(loads.naive, copies[p] * s.oc / s.groups);
        }
        for (int64_t k = 0; k < s.kh * s.kw; k++)
            assert_int_equal(gemm_walk_weight_loads(&w, k / s.kw, k % s.kw).naive, uses[k]);
        const double macs = (double)(taps * s.ic / s.groups * s.oc);
        const double outputs = (double)(s.oc * s.oh * s.ow);
        assert_true(gemm_walk_bytes(&w, true).naive == 4 * (2 * macs + 2 * outputs));
        assert_true(gemm_walk_bytes(&w, true).gemm > gemm_walk_bytes(&w, true).least);
        free(copies);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walk_is_the_engines),
        cmocka_unit_test(strides_stop_where_they_say),
        cmocka_unit_test(loads_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
