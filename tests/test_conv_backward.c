/* The way back through convolutions against sums in double, and as the adjoint of the way there. */
#include "kernel_support.h"

#include "base/random.h"
#include "kernel/conv.h"
#include <stdio.h>
#include <stdlib.h>

static void set_output(ConvShape *s) {
    s->oh = (s->ih + 2 * s->py - s->dy * (s->kh - 1) - 1) / s->sy + 1;
    s->ow = (s->iw + 2 * s->px - s->dx * (s->kw - 1) - 1) / s->sx + 1;
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

/* A layer with all that goes in and out of it. */
typedef struct Layer {
    ConvShape s;
    Guarded x, w, dy, dx, dw, db;
} Layer;

static Layer make_layer(ConvShape s, uint64_t seed) {
    set_output(&s);
    const int64_t inputs = s.n * s.ic * s.ih * s.iw, outputs = s.n * s.oc * s.oh * s.ow;
    const int64_t weights = s.oc * (s.ic / s.groups) * s.kh * s.kw;
    return (Layer){s,
                   filled(inputs, seed),
                   filled(weights, seed + 1),
                   filled(outputs, seed + 2),
                   guarded(inputs),
                   guarded(weights),
                   guarded(s.oc)};
}

static void free_layer(Layer *l) {
    release(&l->x);
    release(&l->w);
    release(&l->dy);
    release(&l->dx);
    release(&l->dw);
    release(&l->db);
}

/* Sums of products in double, and of their magnitudes, by the literal loops. */
typedef struct Sums {
    double *dx, *dx_size, *dw, *dw_size, *db, *db_size;
} Sums;

static double *zeros(size_t count) {
    Error err = {0};
    double *p = mem_alloc(count, sizeof *p, &err);
    assert_ok(p, err);
    memset(p, 0, count * sizeof *p);
    return p;
}

static Sums literal(const Layer *l) {
    const ConvShape *s = &l->s;
    const int64_t icg = s->ic / s->groups, ocg = s->oc / s->groups;
    Sums r = {zeros(l->x.count), zeros(l->x.count),  zeros(l->w.count),
              zeros(l->w.count), zeros(l->db.count), zeros(l->db.count)};
    for (int64_t i = 0; i < (int64_t)l->dy.count; i++) {
        const int64_t ox = i % s->ow, oy = i / s->ow % s->oh, oc = i / s->ow / s->oh % s->oc;
        const int64_t n = i / s->ow / s->oh / s->oc;
        const double dy = (double)l->dy.data[i];
        r.db[oc] += dy;
        r.db_size[oc] += fabs(dy);
        for (int64_t ic = 0; ic < icg; ic++)
            for (int64_t ky = 0; ky < s->kh; ky++)
                for (int64_t kx = 0; kx < s->kw; kx++) {
                    const int64_t iy = oy * s->sy - s->py + ky * s->dy;
                    const int64_t ix = ox * s->sx - s->px + kx * s->dx;
                    if (iy < 0 || iy >= s->ih || ix < 0 || ix >= s->iw)
                        continue;
                    const int64_t w = ((oc * icg + ic) * s->kh + ky) * s->kw + kx;
                    const int64_t map = n * s->ic + oc / ocg * icg + ic;
                    const int64_t x = (map * s->ih + iy) * s->iw + ix;
                    const double to_x = dy * (double)l->w.data[w];
                    const double to_w = dy * (double)l->x.data[x];
                    r.dx[x] += to_x;
                    r.dx_size[x] += fabs(to_x);
                    r.dw[w] += to_w;
                    r.dw_size[w] += fabs(to_w);
                }
    }
    return r;
}

static void free_sums(Sums *r) {
    double *all[] = {r->dx, r->dx_size, r->dw, r->dw_size, r->db, r->db_size};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        mem_free(all[i]);
}

/* Both ways back with exactly the scratch that is asked for, NaN at first. */
static void run(const Layer *l, CpuTier tier, int threads, bool add) {
    Bench bench;
    const size_t size = conv_backward_scratch(tier, &l->s, threads);
    const KernelContext *k = bench_open(&bench, tier, threads, size);
    assert_true(conv_backward_weights(k, &l->s, l->x.data, l->dy.data, l->dw.data, l->db.data));
    bench_close(&bench);
    k = bench_open(&bench, tier, threads, size);
    assert_true(conv_backward_input(k, &l->s, l->w.data, l->dy.data, add, l->dx.data));
    bench_close(&bench);
}

static void blank(Guarded *g, float value) {
    for (size_t i = 0; i < g->count; i++)
        g->data[i] = value;
}

static void check_shape(const ConvShape *shape, uint64_t seed) {
    Layer l = make_layer(*shape, seed);
    const ConvShape *s = &l.s;
    const int64_t in_terms = s->oc / s->groups * s->kh * s->kw, terms = s->n * s->oh * s->ow;
    Sums want = literal(&l);
    for (int tier = 0; tier <= (int)cpu_best(); tier++)
        for (int add = 0; add < 2; add++) {
            char what[300];
            snprintf(what, sizeof what, "%s, %s", cpu_tier_name((CpuTier)tier), shape_text(s));
            blank(&l.dx, add ? 0.75f : NAN);
            blank(&l.dw, NAN);
            blank(&l.db, NAN);
            run(&l, (CpuTier)tier, 1 + (int)(seed + (uint64_t)add) % 3, add);
            for (size_t i = 0; i < l.dx.count; i++)
                assert_close(l.dx.data[i], want.dx[i] + (add ? 0.75 : 0),
                             sum_bound(in_terms, want.dx_size[i]) + 2e-7 * add, what, (int64_t)i);
            for (size_t i = 0; i < l.dw.count; i++)
                assert_close(l.dw.data[i], want.dw[i], sum_bound(terms, want.dw_size[i]), what,
                             (int64_t)i);
            for (size_t i = 0; i < l.db.count; i++)
                assert_close(l.db.data[i], want.db[i], sum_bound(terms, want.db_size[i]), what,
                             (int64_t)i);
        }
    free_sums(&want);
    free_layer(&l);
}

static void chosen_shapes(void **state) {
    (void)state;
    static const ConvShape shapes[] = {
        {1, 3, 19, 23, 5, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},    /* the plain case */
        {5, 20, 7, 7, 33, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},    /* a batch of small maps */
        {4, 16, 16, 16, 16, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},  /* whole vectors */
        {5, 40, 4, 4, 50, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},    /* several items to a panel */
        {3, 33, 8, 8, 35, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},    /* */
        {2, 3, 40, 40, 15, 0, 0, 7, 7, 2, 2, 3, 3, 1, 1, 1},   /* ResNet's first */
        {1, 3, 47, 47, 15, 0, 0, 11, 11, 4, 4, 2, 2, 1, 1, 1}, /* AlexNet's first */
        {3, 5, 15, 17, 9, 0, 0, 3, 3, 2, 2, 1, 1, 1, 1, 1},    /* stride 2, odd sizes */
        {3, 5, 16, 14, 9, 0, 0, 3, 3, 2, 2, 1, 1, 1, 1, 1},    /* and rows that none sees */
        {2, 8, 12, 9, 12, 0, 0, 5, 3, 2, 1, 2, 1, 1, 1, 4},    /* groups, rectangular */
        {2, 6, 9, 9, 6, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 6},      /* depthwise */
        {2, 6, 9, 9, 6, 0, 0, 3, 3, 2, 2, 1, 1, 1, 1, 6},      /* with stride */
        {1, 4, 20, 20, 8, 0, 0, 3, 3, 1, 1, 4, 4, 4, 4, 1},    /* dilated */
        {2, 4, 20, 21, 8, 0, 0, 3, 3, 2, 3, 4, 4, 2, 3, 1},    /* with stride */
        {1, 2, 2, 2, 3, 0, 0, 5, 5, 1, 1, 3, 3, 1, 1, 1},      /* kernel larger than the picture */
        {1, 2, 1, 1, 3, 0, 0, 1, 1, 1, 1, 4, 4, 1, 1, 1},      /* most outputs lie in the padding */
        {1, 2, 3, 4, 3, 0, 0, 2, 2, 3, 3, 6, 7, 1, 1, 1},      /* whole rows do, with stride */
        {1, 2, 9, 11, 3, 0, 0, 2, 2, 5, 4, 0, 0, 1, 1, 1},     /* stride larger than the kernel */
        {2, 3, 8, 8, 4, 0, 0, 3, 3, 1, 1, 5, 6, 1, 1, 1},      /* padding larger than needed */
        {1, 130, 6, 6, 137, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},  /* several blocks of K */
        {3, 70, 13, 13, 20, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1},  /* a plain product */
        {3, 70, 8, 8, 20, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 2},    /* */
        {2, 70, 13, 13, 20, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2},  /* 1x1 with stride */
        {1, 5, 13, 13, 20, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1},   /* 1x1 with padding */
        {1, 3, 1, 300, 4, 0, 0, 1, 9, 1, 3, 0, 4, 1, 1, 1},    /* one long row, stride 3 */
        {1, 3, 300, 1, 4, 0, 0, 9, 1, 1, 1, 4, 0, 1, 1, 1},    /* one long column */
        {2, 16, 6, 6, 10, 0, 0, 6, 6, 1, 1, 0, 0, 1, 1, 1},    /* one output a map */
        {1, 3, 120, 121, 7, 0, 0, 3, 3, 2, 2, 1, 1, 1, 1, 1},  /* bands */
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        check_shape(&shapes[i], 10 * i);
}

static void random_shapes(void **state) {
    (void)state;
    for (uint64_t i = 0, tried = 0; i < 120; tried++) {
        uint64_t draws = 0;
#define DRAW(from, to) (from + random_u32(8, tried, draws++) % (to - from + 1))
        ConvShape s = {.n = DRAW(1, 5)};
        s.groups = DRAW(1, 3);
        s.ic = s.groups * DRAW(1, 9);
        s.oc = s.groups * DRAW(1, 20);
        s.ih = DRAW(1, 14);
        s.iw = DRAW(1, 20);
        s.kh = DRAW(1, 5);
        s.kw = DRAW(1, 5);
        s.sy = tried % 2 ? 1 : DRAW(1, 3);
        s.sx = tried % 2 ? 1 : DRAW(1, 4);
        s.py = DRAW(0, 5);
        s.px = DRAW(0, 5);
        s.dy = DRAW(1, 3);
        s.dx = DRAW(1, 3);
#undef DRAW
        if (s.ih + 2 * s.py <= s.dy * (s.kh - 1) || s.iw + 2 * s.px <= s.dx * (s.kw - 1))
            continue;
        check_shape(&s, 1000 + i++);
    }
}

static double dot(const Guarded *a, const Guarded *b, double *size) {
    double sum = 0;
    assert_int_equal(a->count, b->count);
    *size = 0;
    for (size_t i = 0; i < a->count; i++) {
        sum += (double)a->data[i] * (double)b->data[i];
        *size += fabs((double)a->data[i] * (double)b->data[i]);
    }
    return sum;
}

/* <conv(x, w), dy> = <x, dx> = <w, dw>. */
static void it_is_the_adjoint(void **state) {
    (void)state;
    static const ConvShape shapes[] = {
        {2, 32, 16, 16, 48, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},
        {3, 24, 17, 15, 36, 0, 0, 5, 5, 2, 2, 2, 2, 1, 1, 2},
        {8, 64, 4, 4, 64, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},
        {2, 64, 9, 9, 96, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 1},
        {40, 16, 12, 12, 32, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1}, /* dw in parts */
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int tier = 0; tier <= (int)cpu_best(); tier++) {
            Layer l = make_layer(shapes[i], i);
            Guarded y = guarded((int64_t)l.dy.count);
            Bench bench;
            const KernelContext *k =
                bench_open(&bench, (CpuTier)tier, 2, conv_gemm_scratch((CpuTier)tier, &l.s, 2));
            assert_true(conv_gemm(k, &l.s, l.x.data, l.w.data, NULL, y.data));
            bench_close(&bench);
            run(&l, (CpuTier)tier, 2, false);
            double size, unused;
            const double there = dot(&y, &l.dy, &size);
            assert_true(fabs(there - dot(&l.x, &l.dx, &unused)) <= 1e-5 * size);
            assert_true(fabs(there - dot(&l.w, &l.dw, &unused)) <= 1e-5 * size);
            release(&y);
            free_layer(&l);
        }
}

static void threads_do_not_matter(void **state) {
    (void)state;
    static const ConvShape shapes[] = {
        {24, 16, 20, 20, 24, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},
        {7, 32, 8, 8, 90, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 2},
        {9, 130, 4, 4, 70, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 1},
        {1, 6, 112, 112, 30, 0, 0, 7, 7, 2, 2, 3, 3, 1, 1, 1},
        {33, 24, 17, 17, 40, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int tier = 0; tier <= (int)cpu_best(); tier++) {
            Layer first = make_layer(shapes[i], i), l = make_layer(shapes[i], i);
            run(&first, (CpuTier)tier, 1, false);
            for (int t = 1; t < SOME_THREADS; t++) {
                run(&l, (CpuTier)tier, some_threads[t], false);
                assert_same_bits(first.dx.data, l.dx.data, l.dx.count, "dx");
                assert_same_bits(first.dw.data, l.dw.data, l.dw.count, "dw");
                assert_same_bits(first.db.data, l.db.data, l.db.count, "db");
            }
            free_layer(&first);
            free_layer(&l);
        }
}

/* Either of dw and db can be left out, and gives the same bits then. */
static void one_without_the_other(void **state) {
    (void)state;
    const ConvShape shape = {20, 6, 12, 12, 8, 0, 0, 3, 3, 1, 1, 1, 1, 1, 1, 2};
    Layer l = make_layer(shape, 1), one = make_layer(shape, 1);
    run(&l, cpu_best(), 2, false);
    Bench bench;
    const KernelContext *k =
        bench_open(&bench, cpu_best(), 2, conv_backward_scratch(cpu_best(), &l.s, 2));
    assert_true(conv_backward_weights(k, &l.s, l.x.data, l.dy.data, one.dw.data, NULL));
    assert_true(conv_backward_weights(k, &l.s, l.x.data, l.dy.data, NULL, one.db.data));
    assert_same_bits(l.dw.data, one.dw.data, l.dw.count, "dw");
    assert_same_bits(l.db.data, one.db.data, l.db.count, "db");
    bench_close(&bench);
    free_layer(&l);
    free_layer(&one);
}

/* A NaN in dy reaches its own map's weights and the inputs that it was computed from. */
static void not_a_number_stays_near(void **state) {
    (void)state;
    for (int64_t stride = 1; stride <= 2; stride++)
        for (int tier = 0; tier <= (int)cpu_best(); tier++) {
            Layer l = make_layer(
                (ConvShape){2, 2, 13, 31, 3, 0, 0, 3, 3, stride, stride, 1, 1, 1, 1, 1}, 1);
            const ConvShape *s = &l.s;
            l.dy.data[((1 * 3 + 2) * s->oh + 4) * s->ow + 5] = NAN; /* item 1, map 2 */
            run(&l, (CpuTier)tier, 2, false);
            for (int64_t i = 0; i < (int64_t)l.dx.count; i++) {
                const int64_t ix = i % s->iw, iy = i / s->iw % s->ih;
                const bool near = i / s->iw / s->ih / s->ic == 1 && llabs(iy - 4 * stride) <= 1 &&
                                  llabs(ix - 5 * stride) <= 1;
                assert_int_equal(!!isnan(l.dx.data[i]), near);
            }
            for (size_t i = 0; i < l.dw.count; i++)
                assert_int_equal(!!isnan(l.dw.data[i]), i / (2 * 9) == 2);
            for (size_t i = 0; i < l.db.count; i++)
                assert_int_equal(!!isnan(l.db.data[i]), i == 2);
            free_layer(&l);
        }
}

static void cancelling(void **state) {
    (void)state;
    for (int64_t stride = 1; stride <= 2; stride++) {
        Layer l =
            make_layer((ConvShape){2, 4, 12, 12, 5, 0, 0, 3, 3, stride, stride, 1, 1, 1, 1, 1}, 1);
        Bench bench;
        const KernelContext *k =
            bench_open(&bench, cpu_best(), 2, conv_backward_scratch(cpu_best(), &l.s, 2));
        atomic_store(&bench.job.cancel, true);
        assert_false(conv_backward_input(k, &l.s, l.w.data, l.dy.data, false, l.dx.data));
        assert_false(conv_backward_weights(k, &l.s, l.x.data, l.dy.data, l.dw.data, l.db.data));
        assert_false(conv_backward_weights(k, &l.s, l.x.data, l.dy.data, l.dw.data, NULL));
        bench_close(&bench);
        free_layer(&l);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_shapes),
        cmocka_unit_test(random_shapes),
        cmocka_unit_test(it_is_the_adjoint),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(one_without_the_other),
        cmocka_unit_test(not_a_number_stays_near),
        cmocka_unit_test(cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
