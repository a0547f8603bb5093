#include "kernel_support.h"

#include "base/random.h"
#include "kernel/pool2d.h"

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* As PyTorch: the last window of ceil mode begins inside the picture or its left padding. */
static int64_t output(int64_t in, int64_t kernel, int64_t stride, int64_t pad, bool ceil_mode) {
    int64_t out = (in + 2 * pad - kernel + (ceil_mode ? stride - 1 : 0)) / stride + 1;
    return ceil_mode && (out - 1) * stride >= in + pad ? out - 1 : out;
}

static void check_max(const PoolShape *s, const float *x, const float *y, const int32_t *switches) {
    for (int64_t i = 0; i < s->n * s->c * s->oh * s->ow; i++) {
        const int64_t ox = i % s->ow, oy = i / s->ow % s->oh;
        const float *map = x + i / s->ow / s->oh * s->ih * s->iw;
        int64_t best = -1;
        for (int64_t ky = 0; ky < s->kh; ky++)
            for (int64_t kx = 0; kx < s->kw; kx++) {
                const int64_t iy = oy * s->sy - s->py + ky, ix = ox * s->sx - s->px + kx;
                if (iy < 0 || iy >= s->ih || ix < 0 || ix >= s->iw)
                    continue;
                const int64_t at = iy * s->iw + ix;
                if (best < 0 || map[at] > map[best] || (isnan(map[at]) && !isnan(map[best])))
                    best = at;
            }
        assert_close(y[i], best < 0 ? -INFINITY : (double)map[best], 0, "maximum", i);
        if (switches)
            assert_int_equal(switches[i], best);
    }
}

/* ATen/native/cpu/AvgPoolKernel.cpp, and AdaptiveAvgPooling.cpp. */
static void check_average(const PoolShape *s, const float *x, const float *y) {
    for (int64_t i = 0; i < s->n * s->c * s->oh * s->ow; i++) {
        const int64_t ox = i % s->ow, oy = i / s->ow % s->oh;
        const float *map = x + i / s->ow / s->oh * s->ih * s->iw;
        int64_t y0 = oy * s->sy - s->py, x0 = ox * s->sx - s->px;
        int64_t y1 = least(y0 + s->kh, s->ih + s->py), x1 = least(x0 + s->kw, s->iw + s->px);
        const int64_t size = (y1 - y0) * (x1 - x0);
        y0 = most(y0, 0), x0 = most(x0, 0), y1 = least(y1, s->ih), x1 = least(x1, s->iw);
        if (s->adaptive) {
            y0 = oy * s->ih / s->oh, y1 = ((oy + 1) * s->ih + s->oh - 1) / s->oh;
            x0 = ox * s->iw / s->ow, x1 = ((ox + 1) * s->iw + s->ow - 1) / s->ow;
        }
        double sum = 0, sizes = 0;
        for (int64_t iy = y0; iy < y1; iy++)
            for (int64_t ix = x0; ix < x1; ix++) {
                sum += (double)map[iy * s->iw + ix];
                sizes += fabs((double)map[iy * s->iw + ix]);
            }
        const int64_t cells = y1 > y0 && x1 > x0 ? (y1 - y0) * (x1 - x0) : 0;
        const double divisor = (double)(s->count_include_pad && !s->adaptive ? size : cells);
        const double want = cells ? sum / divisor : 0;
        assert_close(y[i], want, cells ? sum_bound(cells, sizes) / divisor : 0, "average", i);
    }
}

/* Values from few, so that many are equal; now and then a NaN or an infinity. */
static Guarded picture(int64_t count, uint64_t seed, bool odd) {
    Guarded x = guarded(count);
    for (size_t i = 0; i < x.count; i++) {
        const uint32_t r = random_u32(seed, 0, i);
        x.data[i] = (float)(int)(r % 7) - 3;
        if (odd && r % 41 == 0)
            x.data[i] = r % 2 ? NAN : r % 3 ? -INFINITY : INFINITY;
        if (odd && seed % 4 == 3 && r % 11) /* windows with nothing else */
            x.data[i] = -INFINITY;
    }
    return x;
}

static void check_shape_on(CpuTier tier, const PoolShape *s, uint64_t seed, bool odd) {
    const int64_t inputs = s->n * s->c * s->ih * s->iw, outputs = s->n * s->c * s->oh * s->ow;
    Guarded x = picture(inputs, seed, odd), y = guarded(outputs), switches = guarded(outputs);
    Bench bench;
    const KernelContext *k = bench_open(&bench, tier, 1 + (int)(seed % 3), 0);
    int32_t *at = (int32_t *)(void *)switches.data;
    if (s->adaptive || !odd) {
        assert_true(pool_average(k, s, x.data, y.data));
        check_average(s, x.data, y.data);
    } else {
        assert_true(pool_max(k, s, x.data, y.data, NULL));
        check_max(s, x.data, y.data, NULL);
    }
    assert_int_equal(bench.job.done, outputs);
    if (!s->adaptive) {
        assert_true(pool_max(k, s, x.data, y.data, at));
        check_max(s, x.data, y.data, at);
    }
    bench_close(&bench);
    release(&x);
    release(&y);
    release(&switches);
}

static void check_shape(const PoolShape *s, uint64_t seed, bool odd) {
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++)
        check_shape_on(tier, s, seed, odd);
}

static void chosen_shapes(void **state) {
    (void)state;
    static const PoolShape shapes[] = {
        {1, 3, 12, 12, 6, 6, 2, 2, 2, 2, 0, 0, false, false}, /* VGG */
        {2, 5, 13, 13, 6, 6, 3, 3, 2, 2, 0, 0, false, false}, /* AlexNet: overlapping */
        {1, 3, 14, 14, 7, 7, 3, 3, 2, 2, 1, 1, false, false}, /* ResNet */
        {1, 3, 14, 15, 7, 8, 3, 3, 2, 2, 0, 0, false, false}, /* GoogLeNet: ceil mode */
        {1, 3, 9, 9, 9, 9, 3, 3, 1, 1, 1, 1, true, false},    /* Inception's branch */
        {1, 3, 9, 9, 9, 9, 3, 3, 1, 1, 1, 1, false, false},
        {2, 70, 7, 7, 1, 1, 7, 7, 1, 1, 0, 0, false, false},    /* DenseNet's end */
        {1, 2, 5, 7, 5, 5, 4, 3, 2, 2, 1, 1, true, false},      /* overhanging the padding */
        {1, 2, 3, 3, 4, 4, 2, 2, 3, 3, 1, 1, true, false},      /* windows outside of all */
        {1, 1, 4, 1030, 2, 515, 3, 2, 2, 2, 1, 0, true, false}, /* wide */
        {1, 2, 3, 20, 1, 6, 3, 1, 1, 4, 0, 0, true, false},     /* stride beyond the kernel */
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        check_shape(&shapes[i], i, false);
        check_shape(&shapes[i], i, true);
    }
}

static void random_shapes(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 400; i++) {
        uint64_t draws = 0;
#define DRAW(from, to) (from + random_u32(11, i, draws++) % (to - from + 1))
        PoolShape s = {.n = DRAW(1, 2)};
        s.c = DRAW(1, 4);
        s.ih = DRAW(1, 20);
        s.iw = DRAW(1, 40);
        s.kh = DRAW(1, 5);
        s.kw = DRAW(1, 5);
        s.sy = DRAW(1, 4);
        s.sx = DRAW(1, 4);
        s.py = least(DRAW(0, 2), s.kh / 2);
        s.px = least(DRAW(0, 2), s.kw / 2);
        s.count_include_pad = DRAW(0, 1);
        if (s.kh > s.ih + 2 * s.py || s.kw > s.iw + 2 * s.px)
            continue;
        const bool ceil_mode = DRAW(0, 1);
#undef DRAW
        s.oh = output(s.ih, s.kh, s.sy, s.py, ceil_mode);
        s.ow = output(s.iw, s.kw, s.sx, s.px, ceil_mode);
        check_shape(&s, i, i % 2);
    }
}

static void adaptive(void **state) {
    (void)state;
    for (int64_t in = 1; in < 15; in++)
        for (int64_t out = 1; out < 9; out++) {
            const PoolShape s = {.n = 1,
                                 .c = 2,
                                 .ih = in,
                                 .iw = 2 * in + 1,
                                 .oh = out,
                                 .ow = out + 2,
                                 .adaptive = true};
            check_shape(&s, (uint64_t)(in * out), false);
        }
}

static void threads_do_not_matter(void **state) {
    (void)state;
    const PoolShape s = {2, 64, 56, 57, 28, 28, 3, 3, 2, 2, 1, 1, true, false};
    const int64_t outputs = s.n * s.c * s.oh * s.ow;
    Guarded x = filled(s.n * s.c * s.ih * s.iw, 1), y = guarded(outputs), first[2];
    for (int t = 0; t < SOME_THREADS; t++)
        for (int average = 0; average < 2; average++) {
            Bench bench;
            const KernelContext *k = bench_open(&bench, cpu_best(), some_threads[t], 0);
            Guarded out = guarded(outputs);
            assert_true(average ? pool_average(k, &s, x.data, out.data)
                                : pool_max(k, &s, x.data, out.data, NULL));
            bench_close(&bench);
            if (t == 0) {
                first[average] = out;
                continue;
            }
            assert_same_bits(first[average].data, out.data, out.count, "threads");
            release(&out);
        }
    release(&first[0]);
    release(&first[1]);
    release(&x);
    release(&y);
}

static void cancelling(void **state) {
    (void)state;
    const PoolShape s = {1, 3, 12, 12, 6, 6, 2, 2, 2, 2, 0, 0, false, false};
    Guarded x = filled(3 * 144, 1), y = guarded(3 * 36);
    Bench bench;
    const KernelContext *k = bench_open(&bench, cpu_best(), 2, 0);
    atomic_store(&bench.job.cancel, true);
    assert_false(pool_max(k, &s, x.data, y.data, NULL));
    assert_false(pool_average(k, &s, x.data, y.data));
    assert_int_equal(bench.job.done, 0);
    bench_close(&bench);
    release(&x);
    release(&y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_shapes), cmocka_unit_test(random_shapes),
        cmocka_unit_test(adaptive),      cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
