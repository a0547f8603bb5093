#include "kernel_support.h"

#include "base/random.h"
#include "kernel/conv.h"
#include <pthread.h>
#include <stdio.h>

static void set_output(ConvShape *s) {
    s->oh = (s->ih + 2 * s->py - s->dy * (s->kh - 1) - 1) / s->sy + 1;
    s->ow = (s->iw + 2 * s->px - s->dx * (s->kw - 1) - 1) / s->sx + 1;
}

static int64_t input_count(const ConvShape *s) {
    return s->n * s->ic * s->ih * s->iw;
}
static int64_t weight_count(const ConvShape *s) {
    return s->oc * (s->ic / s->groups) * s->kh * s->kw;
}
static int64_t output_count(const ConvShape *s) {
    return s->n * s->oc * s->oh * s->ow;
}
static int64_t work(const ConvShape *s) {
    return output_count(s) * (s->ic / s->groups) * s->kh * s->kw;
}

static const char *shape_text(const ConvShape *s) {
    static char text[200];
    snprintf(
        text, sizeof text,
        "n %lld, %lldx%lldx%lld -> %lldx%lldx%lld, kernel %lldx%lld, stride %lld %lld, padding "
        "%lld %lld, dilation %lld %lld, groups %lld",
        (long long)s->n, (long long)s->ic, (long long)s->ih, (long long)s->iw, (long long)s->oc,
        (long long)s->oh, (long long)s->ow, (long long)s->kh, (long long)s->kw, (long long)s->sy,
        (long long)s->sx, (long long)s->py, (long long)s->px, (long long)s->dy, (long long)s->dx,
        (long long)s->groups);
    return text;
}

/* The picture's value under tap (ky, kx) of output (oy, ox), 0 outside. */
static float under(const ConvShape *s, const float *x, int64_t n, int64_t ic, int64_t oy,
                   int64_t ox, int64_t ky, int64_t kx) {
    const int64_t iy = oy * s->sy - s->py + ky * s->dy, ix = ox * s->sx - s->px + kx * s->dx;
    if (iy < 0 || iy >= s->ih || ix < 0 || ix >= s->iw)
        return 0;
    return x[((n * s->ic + ic) * s->ih + iy) * s->iw + ix];
}

/* One output in double, and its bound; and as float arithmetic in the order of the loops. */
typedef struct Sum {
    double sum, bound;
    float literal;
} Sum;
static Sum sum_at(const ConvShape *s, const float *x, const float *w, int64_t at) {
    const int64_t ox = at % s->ow, oy = at / s->ow % s->oh, oc = at / s->ow / s->oh % s->oc;
    const int64_t n = at / s->ow / s->oh / s->oc, icg = s->ic / s->groups;
    const int64_t first = oc / (s->oc / s->groups) * icg;
    double sum = 0, size = 0;
    float literal = 0;
    for (int64_t ic = 0; ic < icg; ic++)
        for (int64_t ky = 0; ky < s->kh; ky++)
            for (int64_t kx = 0; kx < s->kw; kx++) {
                const float a = w[((oc * icg + ic) * s->kh + ky) * s->kw + kx];
                const float b = under(s, x, n, first + ic, oy, ox, ky, kx);
                sum += (double)a * (double)b;
                size += fabs((double)a * (double)b);
                literal += a * b;
            }
    return (Sum){sum, sum_bound(icg * s->kh * s->kw, size), literal};
}

typedef enum Path { NAIVE, FUSED, PACKED, IM2COL, DIRECT, PATHS } Path;
static const char *const path_names[PATHS] = {"naive", "fused", "packed", "im2col", "direct"};

/* Runs one path; y is the caller's. */
static void run(Path path, CpuTier tier, int threads, const ConvShape *s, const float *x,
                const float *w, const GemmEpilogue *e, float *y) {
    const size_t scratch = path == NAIVE    ? 0
                           : path == IM2COL ? conv_im2col_scratch(tier, s, threads)
                           : path == DIRECT ? conv_direct_scratch(tier, s, threads)
                                            : conv_gemm_scratch(tier, s, threads);
    Bench bench;
    const KernelContext *k = bench_open(&bench, tier, threads, scratch);
    bool done = false;
    if (path == NAIVE)
        done = conv_naive(k, s, x, w, e->shift, y);
    else if (path == FUSED)
        done = conv_gemm(k, s, x, w, e, y);
    else if (path == IM2COL)
        done = conv_gemm_im2col(k, s, x, w, e, y);
    else if (path == DIRECT)
        done = conv_direct(k, s, x, w, e, y);
    if (path == PACKED) {
        Guarded packed = guarded((int64_t)conv_packed_size(s));
        conv_pack_weights(tier, s, w, packed.data);
        done = conv_gemm_packed(k, s, x, packed.data, e, false, y);
        release(&packed);
    }
    assert_true(done);
    assert_int_equal(bench.job.done, work(s));
    bench_close(&bench);
}

/* Every path and tier on one shape; one run in two threads. */
static void check_shape(const ConvShape *s, uint64_t seed) {
    Guarded x = filled(input_count(s), seed), w = filled(weight_count(s), seed + 1);
    Guarded bias = filled(s->oc, seed + 2), y = guarded(output_count(s));
    const GemmEpilogue e = {.shift = bias.data};
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int path = tier ? FUSED : NAIVE; path < PATHS; path++) {
            char what[300];
            snprintf(what, sizeof what, "%s %s: %s", path_names[path], cpu_tier_name((CpuTier)tier),
                     shape_text(s));
            for (size_t i = 0; i < y.count; i++)
                y.data[i] = NAN;
            run((Path)path, (CpuTier)tier, path == FUSED ? 1 : 2, s, x.data, w.data, &e, y.data);
            for (int64_t i = 0; i < output_count(s); i++) {
                const float shift = bias.data[i / s->ow / s->oh % s->oc];
                const Sum sum = sum_at(s, x.data, w.data, i);
                const double v = sum.sum + (double)shift;
                assert_close(y.data[i], v, sum.bound + 0x1p-23 * fabs(v), what, i);
                if (path == NAIVE)
                    assert_close(y.data[i], (double)(sum.literal + shift), 0, what, i);
            }
        }
    release(&x);
    release(&w);
    release(&bias);
    release(&y);
}

static void chosen_shapes(void **state) {
    (void)state;
    static ConvShape shapes[] = {
        {1, 3, 19, 23, 5, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},    /* the plain case */
        {1, 3, 40, 40, 15, 0, 0, 7, 7, 2, 2, 3, 3, 1, 1, 1},   /* ResNet's first */
        {1, 3, 47, 47, 15, 0, 0, 11, 11, 4, 4, 2, 2, 1, 1, 1}, /* AlexNet's first */
        {3, 20, 7, 7, 33, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},    /* a batch of small maps */
        {2, 8, 12, 9, 12, 0, 0, 5, 3, 2, 1, 2, 1, 1, 1, 4},    /* groups, rectangular */
        {1, 6, 9, 9, 6, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 6},      /* depthwise */
        {1, 4, 20, 20, 8, 0, 0, 3, 3, 1, 1, 4, 4, 4, 4, 1},    /* dilated */
        {1, 2, 2, 2, 3, 0, 0, 5, 5, 1, 1, 3, 3, 1, 1, 1},      /* kernel larger than the picture */
        {1, 2, 1, 1, 3, 0, 0, 1, 1, 1, 1, 4, 4, 1, 1, 1},      /* most outputs lie in the padding */
        {1, 2, 3, 4, 3, 0, 0, 2, 2, 3, 3, 6, 7, 1, 1, 1},      /* whole rows do, with stride */
        {1, 2, 5, 40, 3, 0, 0, 1, 3, 1, 1, 0, 30, 1, 20, 1},   /* and whole vectors of a row */
        {1, 130, 6, 6, 17, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},   /* several blocks of K */
        {1, 70, 13, 13, 20, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1},  /* a plain product */
        {2, 70, 13, 13, 20, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2},  /* 1x1 with stride */
        {1, 5, 13, 13, 20, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1},   /* 1x1 with padding */
        {1, 3, 1, 300, 4, 0, 0, 1, 9, 1, 3, 0, 4, 1, 1, 1},    /* one long row, stride 3 */
        {1, 3, 300, 1, 4, 0, 0, 9, 1, 1, 1, 4, 0, 1, 1, 1},    /* one long column */
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        set_output(&shapes[i]);
        check_shape(&shapes[i], 10 * i);
    }
}

static void random_shapes(void **state) {
    (void)state;
    for (uint64_t i = 0, tried = 0; i < 150; tried++) {
        uint64_t draws = 0;
#define DRAW(from, to) (from + random_u32(7, tried, draws++) % (to - from + 1))
        ConvShape s = {.n = DRAW(1, 3)};
        s.groups = DRAW(1, 3);
        s.ic = s.groups * DRAW(1, 9);
        s.oc = s.groups * DRAW(1, 20);
        s.ih = DRAW(1, 20);
        s.iw = DRAW(1, 40);
        s.kh = DRAW(1, 5);
        s.kw = DRAW(1, 5);
        s.sy = DRAW(1, 4);
        s.sx = DRAW(1, 4);
        s.py = DRAW(0, 5);
        s.px = DRAW(0, 5);
        s.dy = DRAW(1, 3);
        s.dx = DRAW(1, 3);
#undef DRAW
        if (s.ih + 2 * s.py <= s.dy * (s.kh - 1) || s.iw + 2 * s.px <= s.dx * (s.kw - 1))
            continue;
        set_output(&s);
        check_shape(&s, 1000 + i++);
    }
}

/* Scale, shift, residual and ReLU reach the right maps of every item and group. */
static void epilogues(void **state) {
    (void)state;
    ConvShape s = {2, 6, 9, 11, 8, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 2};
    set_output(&s);
    Guarded x = filled(input_count(&s), 1), w = filled(weight_count(&s), 2);
    Guarded scale = filled(s.oc, 3), shift = filled(s.oc, 4), y = guarded(output_count(&s));
    Guarded residual = filled(output_count(&s), 5);
    const GemmEpilogue e = {
        .scale = scale.data, .shift = shift.data, .residual = residual.data, .relu = true};
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int path = FUSED; path < PATHS; path++) {
            run((Path)path, (CpuTier)tier, 3, &s, x.data, w.data, &e, y.data);
            for (int64_t i = 0; i < output_count(&s); i++) {
                const int64_t oc = i / s.ow / s.oh % s.oc;
                const Sum sum = sum_at(&s, x.data, w.data, i);
                double v = sum.sum * (double)scale.data[oc] + (double)shift.data[oc] +
                           (double)residual.data[i];
                v = v < 0 ? 0 : v;
                assert_close(y.data[i], v, sum.bound * 4 + 1e-6, path_names[path], i);
            }
        }
    release(&x);
    release(&w);
    release(&scale);
    release(&shift);
    release(&residual);
    release(&y);
}

static void threads_do_not_matter(void **state) {
    (void)state;
    static ConvShape shapes[] = {
        {1, 16, 56, 56, 64, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},
        {3, 32, 7, 7, 200, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 2},
        {1, 3, 112, 112, 30, 0, 0, 7, 7, 2, 2, 3, 3, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        ConvShape *s = &shapes[i];
        set_output(s);
        Guarded x = filled(input_count(s), 1), w = filled(weight_count(s), 2);
        Guarded first = guarded(output_count(s)), y = guarded(output_count(s));
        const GemmEpilogue e = {0};
        for (int tier = 0; tier <= (int)cpu_best(); tier++)
            for (int path = tier ? FUSED : NAIVE; path < PATHS; path++) {
                if (path != PACKED && path != IM2COL) /* which must give what FUSED gave */
                    run((Path)path, (CpuTier)tier, 1, s, x.data, w.data, &e, first.data);
                for (int t = 0; t < SOME_THREADS; t++) {
                    run((Path)path, (CpuTier)tier, some_threads[t], s, x.data, w.data, &e, y.data);
                    assert_same_bits(first.data, y.data, y.count, path_names[path]);
                }
            }
        release(&x);
        release(&w);
        release(&first);
        release(&y);
    }
}

static void patches_are_where_they_belong(void **state) {
    (void)state;
    ConvShape s = {1, 4, 9, 7, 2, 0, 0, 3, 2, 2, 1, 1, 2, 2, 3, 2};
    set_output(&s);
    Guarded x = filled(input_count(&s), 1), columns = guarded(2 * 6 * s.oh * s.ow);
    conv_im2col(&s, x.data + 2 * s.ih * s.iw, columns.data); /* the second group's maps */
    for (int64_t i = 0; i < (int64_t)columns.count; i++) {
        const int64_t ox = i % s.ow, oy = i / s.ow % s.oh, row = i / s.ow / s.oh;
        const float want = under(&s, x.data, 0, 2 + row / 6, oy, ox, row / 2 % 3, row % 2);
        assert_close(columns.data[i], (double)want, 0, "patch", i);
    }
    release(&x);
    release(&columns);
}

/* A NaN reaches the outputs that look at it and no others. */
static void not_a_number_stays_near(void **state) {
    (void)state;
    ConvShape s = {1, 2, 12, 30, 3, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    set_output(&s);
    Guarded x = filled(input_count(&s), 1), w = filled(weight_count(&s), 2);
    Guarded y = guarded(output_count(&s));
    const GemmEpilogue e = {.relu = true};
    x.data[(1 * s.ih + 5) * s.iw + 17] = NAN;
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int path = FUSED; path < PATHS; path++) {
            run((Path)path, (CpuTier)tier, 2, &s, x.data, w.data, &e, y.data);
            for (int64_t i = 0; i < output_count(&s); i++) {
                const int64_t ox = i % s.ow, oy = i / s.ow % s.oh;
                const bool near = oy >= 4 && oy <= 6 && ox >= 16 && ox <= 18;
                if (near != (bool)isnan(y.data[i]))
                    fail_msg("%s: %g at %lld, %lld", path_names[path], (double)y.data[i],
                             (long long)oy, (long long)ox);
            }
        }
    release(&x);
    release(&w);
    release(&y);
}

static void *cancel_soon(void *context) {
    Job *job = context;
    while (atomic_load(&job->done) == 0)
        ;
    atomic_store(&job->cancel, true);
    return NULL;
}

/* Cancelled as soon as something was done; then hardly more is done. */
static void cancelling(void **state) {
    (void)state;
    ConvShape s = {1, 256, 56, 56, 256, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    set_output(&s);
    Guarded x = filled(input_count(&s), 1), w = filled(weight_count(&s), 2);
    Guarded y = guarded(output_count(&s));
    for (int path = NAIVE; path < PATHS; path++) {
        if (path == PACKED)
            continue;
        Bench bench;
        const size_t scratch = path == NAIVE    ? 0
                               : path == DIRECT ? conv_direct_scratch(CPU_REF, &s, 2)
                                                : conv_im2col_scratch(CPU_REF, &s, 2);
        const KernelContext *k = bench_open(&bench, CPU_REF, 2, scratch);
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &bench.job), 0);
        assert_false(path == NAIVE    ? conv_naive(k, &s, x.data, w.data, NULL, y.data)
                     : path == FUSED  ? conv_gemm(k, &s, x.data, w.data, NULL, y.data)
                     : path == DIRECT ? conv_direct(k, &s, x.data, w.data, NULL, y.data)
                                      : conv_gemm_im2col(k, &s, x.data, w.data, NULL, y.data));
        pthread_join(thread, NULL);
        assert_true(bench.job.done > 0);
        assert_true(bench.job.done < work(&s));
        bench_close(&bench);
    }
    release(&x);
    release(&w);
    release(&y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_shapes),
        cmocka_unit_test(random_shapes),
        cmocka_unit_test(epilogues),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(patches_are_where_they_belong),
        cmocka_unit_test(not_a_number_stays_near),
        cmocka_unit_test(cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
