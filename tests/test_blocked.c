/* Convolutions and maps in blocks of 16 channels, beside the seven loops and the pools in planes.
 */
#include "kernel_support.h"

#include "kernel/blocked.h"
#include "kernel/pointwise.h"

enum { THREADS = 3 };

static ConvShape shape_of_conv(int64_t n, int64_t ic, int64_t side, int64_t oc, int64_t kernel,
                               int64_t stride, int64_t pad) {
    ConvShape s = {.n = n,
                   .ic = ic,
                   .ih = side,
                   .iw = side + 3,
                   .oc = oc,
                   .kh = kernel,
                   .kw = kernel,
                   .sy = stride,
                   .sx = stride,
                   .py = pad,
                   .px = pad,
                   .dy = 1,
                   .dx = 1,
                   .groups = 1};
    s.oh = (s.ih + 2 * pad - kernel) / stride + 1;
    s.ow = (s.iw + 2 * pad - kernel) / stride + 1;
    return s;
}

/* Maps in blocks between canaries. */
typedef struct Maps {
    Guarded room;
    Blocks blocks;
} Maps;

static Maps maps_of(int64_t n, int64_t c, int64_t h, int64_t w) {
    const int64_t item = blocks_floats(c, h, w);
    Maps m = {.room = guarded(n * item), .blocks = {NULL, n, c, h, w, item}};
    m.blocks.data = m.room.data;
    return m;
}

/* A vector by channel, filled up to whole blocks with what must not be seen. */
static Guarded by_channel(int64_t c, uint64_t seed) {
    Guarded g = filled(blocks_of(c) * BLOCK, seed);
    return g;
}

typedef struct Case {
    ConvShape shape;
    Guarded x, w, scale, shift, residual, before_scale, before_shift, want;
    bool before, halve, relu;
    ConvShape inner; /* of the picture that the case begins with, as `shape` is after `halve` */
} Case;

/* max(x * scale + shift, 0) and the means of 2x2, as the case says. */
static Guarded prepared(const Case *c) {
    const ConvShape *s = &c->shape;
    const int64_t by = c->halve ? 2 : 1, h = s->ih * by, w = s->iw * by;
    Guarded to = guarded(s->n * s->ic * s->ih * s->iw);
    for (int64_t map = 0; map < s->n * s->ic; map++)
        for (int64_t i = 0; i < s->ih * s->iw; i++) {
            float sum = 0;
            for (int64_t q = 0; q < by * by; q++) {
                const int64_t y = i / s->iw * by + q / by, x = i % s->iw * by + q % by;
                float v = c->x.data[map * h * w + y * w + x];
                if (c->before) {
                    v = v * c->before_scale.data[map % s->ic] + c->before_shift.data[map % s->ic];
                    v = v < 0 ? 0 : v;
                }
                sum += v;
            }
            to.data[map * s->ih * s->iw + i] = sum / (float)(by * by);
        }
    return to;
}

static Case open_case(const ConvShape *s, bool before, bool halve, bool after) {
    const int64_t by = halve ? 4 : 1, out = s->n * s->oc * s->oh * s->ow;
    Case c = {.shape = *s,
              .x = filled(s->n * s->ic * s->ih * s->iw * by, 1),
              .w = filled(s->oc * s->ic / s->groups * s->kh * s->kw, 2),
              .scale = by_channel(s->oc, 3),
              .shift = by_channel(s->oc, 4),
              .residual = filled(out, 5),
              .before_scale = by_channel(s->ic, 6),
              .before_shift = by_channel(s->ic, 7),
              .want = guarded(out),
              .before = before,
              .halve = halve,
              .relu = after};
    Bench b;
    KernelContext *k = bench_open(&b, CPU_REF, 1, 0);
    Guarded x = prepared(&c);
    assert_true(conv_naive(k, s, x.data, c.w.data, NULL, c.want.data));
    for (int64_t i = 0; after && i < out; i++) {
        const int64_t oc = i / (s->oh * s->ow) % s->oc;
        const float v = c.want.data[i] * c.scale.data[oc] + c.shift.data[oc] + c.residual.data[i];
        c.want.data[i] = v < 0 ? 0 : v;
    }
    release(&x);
    bench_close(&b);
    return c;
}

static void close_case(Case *c) {
    Guarded *all[] = {
        &c->x,   &c->w, &c->scale, &c->shift, &c->residual, &c->before_scale, &c->before_shift,
        &c->want};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        release(all[i]);
}

/* y in planes. */
static Guarded compute(const Case *c, BlockedWay way, CpuTier tier, int threads) {
    const ConvShape *s = &c->shape;
    const int64_t by = c->halve ? 2 : 1;
    const KernelContext plain = {.tier = tier, .pool = pool_of(threads)};
    Maps x = maps_of(s->n, s->ic, s->ih * by, s->iw * by), y = maps_of(s->n, s->oc, s->oh, s->ow);
    Maps residual = maps_of(s->n, s->oc, s->oh, s->ow);
    assert_true(blocked_from_planes(&plain, c->x.data, &x.blocks));
    assert_true(blocked_from_planes(&plain, c->residual.data, &residual.blocks));
    BlockedConv conv = {.shape = *s, .way = way, .before.halve = c->halve};
    if (c->before) {
        conv.before.scale = c->before_scale.data;
        conv.before.shift = c->before_shift.data;
        conv.before.relu = true;
    }
    if (c->relu)
        conv.after = (BlockedAfter){c->shift.data, &residual.blocks, true};
    Guarded packed = guarded((int64_t)blocked_packed_size(&conv));
    assert_true(
        blocked_pack(&plain, &conv, c->w.data, c->relu ? c->scale.data : NULL, packed.data));
    conv.packed = packed.data;
    Bench b;
    KernelContext *k = bench_open(&b, tier, threads, blocked_conv_scratch(tier, &conv, threads));
    const Blocks planes = {c->x.data, s->n, s->ic, s->ih, s->iw, s->ic * s->ih * s->iw};
    assert_true(blocked_conv(k, &conv, way == BLOCKED_PICTURE ? &planes : &x.blocks, &y.blocks));
    assert_int_equal(atomic_load(&b.job.done),
                     s->n * s->oh * s->ow * s->oc * s->ic / s->groups * s->kh * s->kw);
    Guarded out = guarded(s->n * s->oc * s->oh * s->ow);
    assert_true(blocked_to_planes(&plain, &y.blocks, out.data));
    bench_close(&b);
    release(&packed);
    release(&x.room);
    release(&y.room);
    release(&residual.room);
    return out;
}

static void check(const ConvShape *s, BlockedWay way, bool before, bool halve, bool after) {
    Case c = open_case(s, before, halve, after);
    const double bound = way == BLOCKED_WINOGRAD ? 2e-5 : 2e-6;
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++) {
        Guarded one = compute(&c, way, tier, 1), more = compute(&c, way, tier, THREADS);
        const double distance = test_distance(one.data, c.want.data, one.count);
        if (!(distance < bound))
            fail_msg("way %d, %s, %dx%d, %d to %d channels: %g", way, cpu_tier_name(tier),
                     (int)s->kh, (int)s->kw, (int)s->ic, (int)s->oc, distance);
        assert_memory_equal(one.data, more.data, one.count * sizeof *one.data);
        release(&one);
        release(&more);
    }
    close_case(&c);
}

static void products_equal_the_seven_loops(void **state) {
    (void)state;
    static const int64_t shapes[][7] = {/* n, ic, side, oc, kernel, stride, pad */
                                        {1, 16, 7, 16, 1, 1, 0},  {2, 48, 9, 80, 1, 1, 0},
                                        {1, 20, 8, 50, 5, 1, 0},  {1, 64, 14, 32, 3, 1, 1},
                                        {2, 33, 15, 17, 3, 2, 1}, {1, 600, 5, 40, 1, 1, 0},
                                        {1, 64, 9, 48, 1, 2, 0},  {1, 96, 6, 32, 7, 1, 3},
                                        {1, 16, 3, 16, 5, 1, 4},  {3, 40, 1, 70, 1, 1, 0}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int64_t *d = shapes[i];
        const ConvShape s = shape_of_conv(d[0], d[1], d[2], d[3], d[4], d[5], d[6]);
        assert_true(blocked_conv_can(BLOCKED_GEMM, &s));
        check(&s, BLOCKED_GEMM, false, false, i % 2);
    }
}

static void groups_dilation_and_uneven_windows(void **state) {
    (void)state;
    ConvShape s = shape_of_conv(2, 96, 10, 64, 3, 1, 1);
    s.groups = 2;
    check(&s, BLOCKED_GEMM, false, false, true);
    s.ic = 40;
    assert_false(blocked_conv_can(BLOCKED_GEMM, &s));
    s = shape_of_conv(1, 32, 14, 32, 3, 1, 2);
    s.dy = s.dx = 2;
    s.oh = 14;
    s.ow = 17;
    check(&s, BLOCKED_GEMM, false, false, false);
    assert_false(blocked_conv_can(BLOCKED_WINOGRAD, &s));
    s = shape_of_conv(1, 32, 12, 32, 3, 2, 0);
    s.kw = 1;
    s.px = 1;
    s.sx = 3;
    s.ow = (s.iw + 2 - 1) / 3 + 1;
    check(&s, BLOCKED_GEMM, false, false, true);
}

static void what_comes_before_is_part_of_it(void **state) {
    (void)state;
    ConvShape s = shape_of_conv(2, 80, 8, 48, 1, 1, 0);
    check(&s, BLOCKED_GEMM, true, false, true);
    check(&s, BLOCKED_GEMM, false, true, false);
    check(&s, BLOCKED_GEMM, true, true, true);
    s = shape_of_conv(1, 24, 9, 16, 3, 1, 1);
    check(&s, BLOCKED_GEMM, true, false, false);
}

static void pictures_equal_the_seven_loops(void **state) {
    (void)state;
    static const int64_t shapes[][7] = {{1, 3, 30, 64, 7, 2, 3},
                                        {2, 1, 28, 20, 5, 1, 0},
                                        {1, 3, 41, 96, 11, 4, 2},
                                        {1, 4, 9, 33, 3, 1, 1},
                                        {1, 3, 2, 16, 5, 3, 4}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int64_t *d = shapes[i];
        const ConvShape s = shape_of_conv(d[0], d[1], d[2], d[3], d[4], d[5], d[6]);
        assert_true(blocked_conv_can(BLOCKED_PICTURE, &s));
        check(&s, BLOCKED_PICTURE, false, false, i % 2 == 0);
    }
}

static void winograd_equals_the_seven_loops(void **state) {
    (void)state;
    static const int64_t shapes[][7] = {{1, 16, 4, 16, 3, 1, 1},  {2, 48, 9, 80, 3, 1, 1},
                                        {1, 20, 8, 50, 3, 1, 0},  {1, 64, 57, 32, 3, 1, 1},
                                        {3, 33, 15, 17, 3, 1, 2}, {1, 300, 6, 40, 3, 1, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int64_t *d = shapes[i];
        const ConvShape s = shape_of_conv(d[0], d[1], d[2], d[3], d[4], d[5], d[6]);
        assert_true(blocked_conv_can(BLOCKED_WINOGRAD, &s));
        check(&s, BLOCKED_WINOGRAD, false, false, i % 2);
    }
}

static void planes_go_there_and_back(void **state) {
    (void)state;
    const ConvShape shapes[] = {shape_of_conv(2, 20, 9, 37, 3, 1, 1),
                                shape_of_conv(1, 33, 14, 48, 5, 2, 2)};
    for (int i = 0; i < 2; i++)
        for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++) {
            const ConvShape *s = &shapes[i];
            Guarded x = filled(s->n * s->ic * s->ih * s->iw, 1), bias = by_channel(s->oc, 2);
            Guarded w = filled(s->oc * s->ic * s->kh * s->kw, 3);
            Guarded want = guarded(s->n * s->oc * s->oh * s->ow),
                    got = guarded((int64_t)want.count);
            BlockedConv conv = {.shape = *s, .way = i ? BLOCKED_GEMM : BLOCKED_WINOGRAD};
            Guarded packed = guarded((int64_t)blocked_packed_size(&conv));
            conv.packed = packed.data;
            Bench b;
            KernelContext *k =
                bench_open(&b, tier, THREADS, blocked_conv_planes_scratch(tier, &conv, THREADS));
            assert_true(conv_naive(k, s, x.data, w.data, bias.data, want.data));
            assert_true(blocked_pack(k, &conv, w.data, NULL, packed.data));
            assert_true(blocked_conv_planes(k, &conv, x.data, bias.data, got.data));
            assert_true(test_distance(got.data, want.data, want.count) < 2e-5);
            bench_close(&b);
            Guarded *all[] = {&x, &bias, &w, &want, &got, &packed};
            for (size_t g = 0; g < sizeof all / sizeof *all; g++)
                release(all[g]);
        }
}

static void pools_equal_those_in_planes(void **state) {
    (void)state;
    static const PoolShape shapes[] = {
        {2, 40, 9, 12, 5, 6, 3, 3, 2, 2, 1, 1, .count_include_pad = true},
        {1, 64, 7, 7, 1, 1, .adaptive = true},
        {1, 17, 8, 9, 4, 4, 2, 3, 2, 2, 0, 1, .adaptive = false},
        {1, 16, 10, 10, 5, 5, 3, 3, 2, 2, 0, 0, .count_include_pad = true},
        {2, 16, 7, 5, 3, 2, .adaptive = true}};
    for (size_t i = 0; i < 2 * sizeof shapes / sizeof *shapes; i++) {
        const PoolShape *s = &shapes[i / 2];
        if (i % 2 && s->adaptive)
            continue;
        for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++) {
            const KernelContext k = {.tier = tier, .pool = pool_of(THREADS)};
            Guarded x = filled(s->n * s->c * s->ih * s->iw, 8);
            Guarded want = guarded(s->n * s->c * s->oh * s->ow), got = guarded((int64_t)want.count);
            Maps from = maps_of(s->n, s->c, s->ih, s->iw), to = maps_of(s->n, s->c, s->oh, s->ow);
            if (i % 2)
                x.data[5] = NAN;
            assert_true(blocked_from_planes(&k, x.data, &from.blocks));
            if (i % 2) {
                assert_true(pool_max(&k, s, x.data, want.data, NULL));
                assert_true(blocked_pool_max(&k, s, &from.blocks, &to.blocks));
            } else {
                assert_true(pool_average(&k, s, x.data, want.data));
                assert_true(blocked_pool_average(&k, s, &from.blocks, &to.blocks));
            }
            assert_true(blocked_to_planes(&k, &to.blocks, got.data));
            for (size_t at = 0; at < want.count; at++)
                assert_close(got.data[at], (double)want.data[at], i % 2 ? 0 : 1e-5, "pool",
                             (int64_t)at);
            release(&x);
            release(&want);
            release(&got);
            release(&from.room);
            release(&to.room);
        }
    }
}

/* Also into a part of a larger stack, item by item. */
static void lines_sums_and_copies(void **state) {
    (void)state;
    const int64_t n = 2, c = 35, h = 5, w = 7, count = n * c * h * w;
    const KernelContext k = {.tier = cpu_best(), .pool = pool_of(THREADS)};
    Guarded a = filled(count, 1), b = filled(count, 2), scale = by_channel(c, 3);
    Guarded shift = by_channel(c, 4), got = guarded(count);
    Maps x = maps_of(n, c, h, w), other = maps_of(n, c, h, w), stack = maps_of(n, 96, h, w);
    Blocks part = {stack.blocks.data + 2 * h * w * BLOCK, n, c, h, w, stack.blocks.item};
    assert_true(blocked_from_planes(&k, a.data, &x.blocks));
    assert_true(blocked_from_planes(&k, b.data, &other.blocks));
    assert_true(blocked_add(&k, &x.blocks, &other.blocks, true, &part));
    assert_true(blocked_to_planes(&k, &part, got.data));
    for (int64_t i = 0; i < count; i++)
        assert_close(got.data[i], fmax((double)(a.data[i] + b.data[i]), 0), 0, "sum", i);
    assert_true(blocked_affine(&k, &x.blocks, scale.data, shift.data, false, &part));
    assert_true(blocked_to_planes(&k, &part, got.data));
    for (int64_t i = 0; i < count; i++) {
        const int64_t ch = i / (h * w) % c;
        assert_close(got.data[i], (double)(a.data[i] * scale.data[ch] + shift.data[ch]), 1e-6,
                     "line", i);
    }
    assert_true(blocked_copy(&k, &x.blocks, &stack.blocks, 3));
    part.data = stack.blocks.data + 3 * h * w * BLOCK;
    assert_true(blocked_to_planes(&k, &part, got.data));
    assert_memory_equal(got.data, a.data, (size_t)count * sizeof *got.data);
    Guarded *all[] = {&a, &b, &scale, &shift, &got, &x.room, &other.room, &stack.room};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        release(all[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_equal_the_seven_loops),
        cmocka_unit_test(groups_dilation_and_uneven_windows),
        cmocka_unit_test(what_comes_before_is_part_of_it),
        cmocka_unit_test(pictures_equal_the_seven_loops),
        cmocka_unit_test(winograd_equals_the_seven_loops),
        cmocka_unit_test(planes_go_there_and_back),
        cmocka_unit_test(pools_equal_those_in_planes),
        cmocka_unit_test(lines_sums_and_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
