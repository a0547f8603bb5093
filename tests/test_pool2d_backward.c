/* Gradients of pooling beside what the definition gives, window by window. */
#include "kernel_support.h"

#include "base/random.h"
#include "kernel/backward.h"

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static int64_t inputs_of(const PoolShape *s) {
    return s->n * s->c * s->ih * s->iw;
}
static int64_t outputs_of(const PoolShape *s) {
    return s->n * s->c * s->oh * s->ow;
}

/* Values from few, so that many are equal; now and then a NaN or an infinity. */
static Guarded picture(int64_t count, uint64_t seed, bool odd) {
    Guarded x = guarded(count);
    for (size_t i = 0; i < x.count; i++) {
        const uint32_t r = random_u32(seed, 0, i);
        x.data[i] = (float)(int)(r % 7) - 3;
        if (odd && r % 23 == 0)
            x.data[i] = r % 2 ? NAN : r % 3 ? -INFINITY : INFINITY;
        if (odd && seed % 4 == 3 && r % 11) /* windows with nothing else */
            x.data[i] = -INFINITY;
    }
    return x;
}

/* Whole numbers, so that sums of them are exact in any order. */
static Guarded gradients(int64_t count, uint64_t seed) {
    Guarded g = guarded(count);
    for (size_t i = 0; i < g.count; i++)
        g.data[i] = (float)(int)(random_u32(seed, 1, i) % 201) - 100;
    return g;
}

static void check_max(const PoolShape *s, uint64_t seed, bool odd, bool add) {
    Guarded x = picture(inputs_of(s), seed, odd), y = guarded(outputs_of(s));
    Guarded g = gradients(outputs_of(s), seed), dx = guarded(inputs_of(s));
    Guarded want = guarded(inputs_of(s)), switches = guarded(outputs_of(s));
    Bench bench;
    const KernelContext *k = bench_open(&bench, cpu_best(), 1 + (int)(seed % 3), 0);
    const int32_t *at = (int32_t *)(void *)switches.data;
    assert_true(pool_max(k, s, x.data, y.data, (int32_t *)(void *)switches.data));
    for (size_t i = 0; i < want.count; i++)
        want.data[i] = dx.data[i] = add ? (float)(i % 5) : 0;
    if (!add)
        dx.data[0] = NAN;
    for (int64_t i = 0; i < outputs_of(s); i++)
        if (at[i] >= 0)
            want.data[i / s->ow / s->oh * s->ih * s->iw + at[i]] += g.data[i];
    atomic_store(&bench.job.done, 0);
    assert_true(backward_pool_max(k, s, at, g.data, dx.data, add));
    assert_int_equal(bench.job.done, inputs_of(s));
    for (size_t i = 0; i < want.count; i++)
        assert_close(dx.data[i], (double)want.data[i], 0, "gradient of a maximum", (int64_t)i);
    bench_close(&bench);
    release(&x);
    release(&y);
    release(&g);
    release(&dx);
    release(&want);
    release(&switches);
}

/* Adds what output i of a map gives; ATen/native/cpu/AvgPoolKernel.cpp, AdaptiveAvgPooling.cpp. */
static void spread(const PoolShape *s, int64_t i, double g, double *map) {
    const int64_t ox = i % s->ow, oy = i / s->ow % s->oh;
    int64_t y0 = oy * s->sy - s->py, x0 = ox * s->sx - s->px;
    int64_t y1 = least(y0 + s->kh, s->ih + s->py), x1 = least(x0 + s->kw, s->iw + s->px);
    const int64_t size = (y1 - y0) * (x1 - x0);
    y0 = most(y0, 0), x0 = most(x0, 0), y1 = least(y1, s->ih), x1 = least(x1, s->iw);
    if (s->adaptive) {
        y0 = oy * s->ih / s->oh, y1 = ((oy + 1) * s->ih + s->oh - 1) / s->oh;
        x0 = ox * s->iw / s->ow, x1 = ((ox + 1) * s->iw + s->ow - 1) / s->ow;
    }
    const int64_t cells = (y1 - y0) * (x1 - x0);
    for (int64_t iy = y0; iy < y1; iy++)
        for (int64_t ix = x0; ix < x1; ix++)
            map[iy * s->iw + ix] +=
                g / (double)(s->count_include_pad && !s->adaptive ? size : cells);
}

static void check_average(const PoolShape *s, uint64_t seed, bool add) {
    Error err = {0};
    Guarded g = gradients(outputs_of(s), seed), dx = guarded(inputs_of(s));
    double *want = mem_alloc((size_t)inputs_of(s), sizeof *want, &err);
    assert_ok(want, err);
    Bench bench;
    const KernelContext *k = bench_open(&bench, cpu_best(), 1 + (int)(seed % 3), 0);
    for (size_t i = 0; i < dx.count && add; i++)
        want[i] = dx.data[i] = (float)(i % 5);
    for (int64_t i = 0; i < outputs_of(s); i++)
        spread(s, i, (double)g.data[i], want + i / s->ow / s->oh * s->ih * s->iw);
    assert_true(backward_pool_average(k, s, g.data, dx.data, add));
    assert_int_equal(bench.job.done, inputs_of(s));
    for (size_t i = 0; i < dx.count; i++)
        assert_close(dx.data[i], want[i], 1e-4, "gradient of an average", (int64_t)i);
    bench_close(&bench);
    mem_free(want);
    release(&g);
    release(&dx);
}

static void check_shape(const PoolShape *s, uint64_t seed) {
    for (int add = 0; add < 2; add++) {
        check_average(s, seed, add);
        for (int odd = 0; odd < 2 && !s->adaptive; odd++)
            check_max(s, seed, odd, add);
    }
}

static void chosen_shapes(void **state) {
    (void)state;
    static const PoolShape shapes[] = {
        {1, 3, 12, 12, 6, 6, 2, 2, 2, 2, 0, 0, false, false}, /* VGG */
        {2, 5, 13, 13, 6, 6, 3, 3, 2, 2, 0, 0, false, false}, /* AlexNet: overlapping */
        {1, 3, 64, 64, 32, 32, 3, 3, 2, 2, 1, 1, false, false},
        {1, 3, 14, 14, 7, 7, 3, 3, 2, 2, 1, 1, true, false},  /* ResNet */
        {1, 3, 14, 15, 7, 8, 3, 3, 2, 2, 0, 0, false, false}, /* GoogLeNet: ceil mode */
        {1, 3, 9, 9, 9, 9, 3, 3, 1, 1, 1, 1, true, false},    /* Inception's branch */
        {2, 70, 7, 7, 1, 1, 7, 7, 1, 1, 0, 0, false, false},  /* DenseNet's end */
        {1, 2, 5, 7, 5, 5, 4, 3, 2, 2, 1, 1, true, false},    /* overhanging the padding */
        {1, 2, 3, 3, 4, 4, 2, 2, 3, 3, 1, 1, true, false},    /* windows outside of all */
        {1, 1, 4, 1030, 2, 515, 3, 2, 2, 2, 1, 0, true, false},
        {1, 1, 4, 1152, 2, 576, 2, 2, 2, 2, 0, 0, true, false}, /* as wide as rows taken apart */
        {1, 1, 4, 1154, 2, 577, 2, 2, 2, 2, 0, 0, true, false},
        {1, 2, 5, 2000, 2, 999, 3, 3, 2, 2, 0, 0, true, false}, /* wider */
        {1, 2, 5, 2000, 5, 2000, 3, 3, 1, 1, 1, 1, true, false},
        {1, 1, 64, 70, 1, 2, 64, 64, 64, 64, 32, 32, true, false}, /* the largest window */
        {1, 2, 3, 20, 1, 6, 3, 1, 1, 4, 0, 0, true, false},        /* stride beyond the kernel */
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        check_shape(&shapes[i], i);
}

static void random_shapes(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        uint64_t draws = 0;
#define DRAW(from, to) (from + random_u32(12, i, draws++) % (to - from + 1))
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
        const bool ceil_mode = DRAW(0, 1);
#undef DRAW
        if (s.kh > s.ih + 2 * s.py || s.kw > s.iw + 2 * s.px)
            continue;
        s.oh = (s.ih + 2 * s.py - s.kh + (ceil_mode ? s.sy - 1 : 0)) / s.sy + 1;
        s.ow = (s.iw + 2 * s.px - s.kw + (ceil_mode ? s.sx - 1 : 0)) / s.sx + 1;
        s.oh -= ceil_mode && (s.oh - 1) * s.sy >= s.ih + s.py;
        s.ow -= ceil_mode && (s.ow - 1) * s.sx >= s.iw + s.px;
        check_shape(&s, i);
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
            check_shape(&s, (uint64_t)(in * out));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_shapes),
        cmocka_unit_test(random_shapes),
        cmocka_unit_test(adaptive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
