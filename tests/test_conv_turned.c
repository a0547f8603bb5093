/* The way back with weights packed beforehand, from maps of which a part only is not zero, beside
 * the way back that takes everything as it is. */
#include "kernel_support.h"

#include "base/random.h"
#include "kernel/conv.h"

static ConvShape shape_of(int64_t ic, int64_t size, int64_t oc, int64_t kernel, int64_t stride,
                          int64_t pad, int64_t dilation, int64_t groups) {
    ConvShape s = {.n = 1, .ic = ic, .ih = size, .iw = size + 3, .oc = oc, .groups = groups};
    s.kh = s.kw = kernel;
    s.sy = s.sx = stride;
    s.py = s.px = pad;
    s.dy = s.dx = dilation;
    s.oh = (s.ih + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
    s.ow = (s.iw + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
    return s;
}

/* Noise within rows y0..y1-1 and columns x0..x1-1 of each map (in some of which there is none). */
static void fill_box(const ConvShape *s, const int64_t box[4], Guarded *dy) {
    Guarded noise = filled((int64_t)dy->count, 11);
    for (int64_t i = 0; i < (int64_t)dy->count; i++) {
        const int64_t x = i % s->ow, y = i / s->ow % s->oh, c = i / s->ow / s->oh;
        const bool inside = y >= box[0] && y < box[1] && x >= box[2] && x < box[3];
        dy->data[i] = inside && c % 3 != 1 ? noise.data[i] : 0;
    }
    release(&noise);
}

static void check_box(const ConvShape *s, const int64_t box[4], bool add) {
    const int64_t inputs = s->ic * s->ih * s->iw;
    Guarded w = filled(s->oc * (s->ic / s->groups) * s->kh * s->kw, 1);
    Guarded dy = guarded(s->oc * s->oh * s->ow), packed, want, got[2];
    fill_box(s, box, &dy);
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++) {
        Guarded room = guarded((int64_t)w.count);
        packed = guarded((int64_t)conv_turned_packed_size(s));
        conv_turned_pack(tier, s, w.data, room.data, packed.data);
        want = filled(inputs, 2);
        Bench b;
        const KernelContext *k = bench_open(&b, tier, 1, conv_backward_scratch(tier, s, 1));
        assert_true(conv_backward_input(k, s, w.data, dy.data, add, want.data));
        bench_close(&b);
        for (int i = 0; i < 2; i++) {
            const int threads = i ? 3 : 1;
            got[i] = filled(inputs, 2);
            k = bench_open(&b, tier, threads, conv_turned_scratch(tier, s, threads));
            assert_true(conv_turned(k, s, packed.data, dy.data, add, got[i].data));
            bench_close(&b);
        }
        assert_memory_equal(got[0].data, got[1].data, got[0].count * sizeof(float));
        assert_true(test_distance(got[0].data, want.data, want.count) < 1e-6);
        for (int64_t i = 0; !add && i < inputs; i++)
            assert_true(want.data[i] != 0 || got[0].data[i] == 0);
        Guarded *all[] = {&room, &packed, &want, &got[0], &got[1]};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            release(all[i]);
    }
    release(&w);
    release(&dy);
}

static void any_part_of_the_maps(void **state) {
    (void)state;
    const ConvShape shapes[] = {
        shape_of(8, 13, 12, 3, 1, 1, 1, 1),  shape_of(7, 11, 5, 5, 1, 2, 1, 1),
        shape_of(12, 9, 18, 3, 1, 0, 1, 3),  shape_of(6, 14, 10, 3, 1, 2, 2, 2),
        shape_of(40, 6, 24, 1, 1, 0, 1, 1),  shape_of(10, 15, 20, 1, 2, 0, 1, 1),
        shape_of(4, 12, 300, 3, 1, 1, 1, 1), shape_of(3, 10, 16, 4, 1, 1, 1, 1)};
    uint64_t drawn = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const ConvShape *s = &shapes[i];
        assert_true(conv_turned_packed_size(s) > 0);
        check_box(s, (int64_t[4]){0, s->oh, 0, s->ow}, false);
        check_box(s, (int64_t[4]){0, s->oh, 0, s->ow}, true);
        check_box(s, (int64_t[4]){0, 0, 0, 0}, false); /* nothing at all */
        check_box(s, (int64_t[4]){s->oh - 1, s->oh, s->ow - 1, s->ow}, true);
        for (int round = 0; round < 6; round++) {
            int64_t box[4];
            for (int axis = 0; axis < 2; axis++) {
                const int64_t size = axis ? s->ow : s->oh;
                box[2 * axis] = random_u32(5, 0, drawn++) % size;
                box[2 * axis + 1] =
                    box[2 * axis] + 1 + random_u32(5, 0, drawn++) % (size - box[2 * axis]);
            }
            check_box(s, box, round % 2);
        }
    }
}

static void shapes_that_have_no_such_way(void **state) {
    (void)state;
    const ConvShape strided = shape_of(8, 13, 12, 3, 2, 1, 1, 1);
    const ConvShape framed = shape_of(8, 13, 12, 3, 1, 3, 1, 1); /* more padding than reach */
    ConvShape batch = shape_of(8, 13, 12, 3, 1, 1, 1, 1);
    batch.n = 2;
    assert_int_equal(conv_turned_packed_size(&strided), 0);
    assert_int_equal(conv_turned_packed_size(&framed), 0);
    assert_int_equal(conv_turned_packed_size(&batch), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_part_of_the_maps),
        cmocka_unit_test(shapes_that_have_no_such_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
