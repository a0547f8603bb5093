#include "support.h"

#include "tensor/stats.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

/* ---- Shapes ---- */

static void shapes_are_counted_and_told(void **state) {
    (void)state;
    Shape maps = SHAPE(64, 3, 7, 5), vector = SHAPE(1000), none = {0};
    assert_int_equal(maps.rank, 4);
    assert_int_equal(shape_count(&maps), 64 * 3 * 7 * 5);
    assert_string_equal(SHAPE_TEXT(&maps), "(64, 3, 7, 5)");
    assert_int_equal(shape_count(&vector), 1000);
    assert_string_equal(SHAPE_TEXT(&vector), "(1000)");
    assert_int_equal(shape_count(&none), 0);
    assert_string_equal(SHAPE_TEXT(&none), "()");
    char small[8];
    shape_text(small, sizeof small, &maps);
    assert_true(strlen(small) < sizeof small);
}

static void shapes_are_compared(void **state) {
    (void)state;
    Shape a = SHAPE(2, 3), b = SHAPE(2, 3), c = SHAPE(3, 2), d = SHAPE(2, 3, 1);
    assert_true(shape_equal(&a, &b));
    assert_false(shape_equal(&a, &c));
    assert_false(shape_equal(&a, &d));
}

static void the_batch_comes_and_goes(void **state) {
    (void)state;
    Shape item = SHAPE(3, 224, 225), batch = shape_batched(&item, 10), wanted;
    wanted = SHAPE(10, 3, 224, 225);
    assert_true(shape_equal(&batch, &wanted));
    Shape again = shape_unbatched(&batch);
    assert_true(shape_equal(&again, &item));
}

static void impossible_shapes_are_refused(void **state) {
    (void)state;
    Error err = {0};
    Shape good = SHAPE(1 << 19, 1 << 19), large = SHAPE(1 << 19, (1 << 19) + 1);
    Shape huge = {4, {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}};
    Shape empty = {2, {3, 0}}, negative = {2, {-3, -3}}, none = {0}, five = {.rank = 5};
    assert_ok(shape_check(&good, "weights", &err), err);
    assert_fails(shape_check(&large, "weights", &err), err,
                 "weights is too large: (524288, 524289)");
    assert_fails(shape_check(&huge, "weights", &err), err, "too large");
    assert_fails(shape_check(&empty, "input", &err), err,
                 "input: expected extents of at least 1, got (3, 0)");
    assert_fails(shape_check(&negative, "input", &err), err, "at least 1");
    assert_fails(shape_check(&none, "input", &err), err, "1 to 4 extents, got 0");
    assert_fails(shape_check(&five, "input", &err), err, "got 5");
}

/* ---- Tensors ---- */

static void tensors_begin_as_zeros(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    Tensor t;
    Shape shape = SHAPE(2, 3, 4, 5), huge = SHAPE(1 << 30, 1 << 30);
    assert_ok(tensor_new(&t, &arena, &shape, &err), err);
    assert_int_equal(tensor_count(&t), 120);
    for (int i = 0; i < 120; i++)
        assert_true(t.data[i] == 0);
    assert_fails(tensor_new(&t, &arena, &huge, &err), err, "too large");
    assert_null(t.data);
    mem_fail_at(1);
    shape = SHAPE(1000, 1000);
    assert_fails(tensor_new(&t, &arena, &shape, &err), err, "out of memory");
    mem_fail_at(0);
    arena_free(&arena);
}

static void views_point_into_the_data(void **state) {
    (void)state;
    float data[2 * 3 * 4 * 5];
    Tensor t = {SHAPE(2, 3, 4, 5), data};
    Tensor item = tensor_item(&t, 1), map = tensor_map(&t, 1, 2);
    Shape one = SHAPE(1, 3, 4, 5), plane = SHAPE(4, 5);
    assert_true(shape_equal(&item.shape, &one));
    assert_ptr_equal(item.data, data + 60);
    assert_true(shape_equal(&map.shape, &plane));
    assert_ptr_equal(map.data, data + 100);
    Tensor vectors = {SHAPE(4, 30), data};
    assert_ptr_equal(tensor_item(&vectors, 3).data, data + 90);
}

/* ---- Statistics ---- */

static void statistics_leave_out_what_is_not_finite(void **state) {
    (void)state;
    const float x[] = {NAN, -1, 4, INFINITY, 4, -INFINITY, 2, NAN};
    Stats s = stats_of(x, 8);
    assert_int_equal(s.count, 8);
    assert_int_equal(s.nans, 2);
    assert_int_equal(s.infinities, 2);
    assert_true(s.min == -1 && s.max == 4);
    assert_int_equal(s.argmax, 2); /* the first of the largest */
    assert_true(fabs(s.mean - 9.0 / 4) < 1e-12);
    assert_true(fabs(s.l2 - sqrt(37)) < 1e-12);
}

static void statistics_of_nothing_are_zero(void **state) {
    (void)state;
    const float x[] = {NAN, INFINITY};
    Stats s = stats_of(x, 2);
    assert_int_equal(s.argmax, -1);
    assert_true(s.min == 0 && s.max == 0 && s.mean == 0 && s.l2 == 0);
    s = stats_of(NULL, 0);
    assert_int_equal(s.count, 0);
    assert_int_equal(s.argmax, -1);
    const float negative[] = {-3, -2};
    s = stats_of(negative, 2);
    assert_true(s.min == -3 && s.max == -2 && s.argmax == 1);
    const float large[] = {3e38f, 3e38f, 3e38f}; /* sums beyond a float's reach */
    s = stats_of(large, 3);
    assert_true(fabs(s.mean / 3e38 - 1) < 1e-6 && isfinite(s.l2));
}

static void histograms_count_what_lies_inside(void **state) {
    (void)state;
    const float x[] = {0, 0.24f, 0.25f, 0.5f, 0.99f, 1, -0.01f, 1.01f, NAN, INFINITY, -INFINITY};
    int64_t bins[4];
    stats_histogram(x, 11, 0, 1, 4, bins);
    const int64_t wanted[4] = {2, 1, 1, 2};
    assert_memory_equal(bins, wanted, sizeof bins);
    const float same[] = {7, 7, 6};
    stats_histogram(same, 3, 7, 7, 4, bins);
    assert_int_equal(bins[3], 2);
    assert_int_equal(bins[0], 0);
    const float wide[] = {-3e38f, 0, 3e38f}; /* max - min overflows a float */
    stats_histogram(wide, 3, -3e38f, 3e38f, 2, bins);
    assert_int_equal(bins[0], 1);
    assert_int_equal(bins[1], 2);
}

static void the_top_comes_in_order(void **state) {
    (void)state;
    const float x[] = {1, NAN, 5, 3, 5, INFINITY, -2, -INFINITY};
    int64_t top[10];
    stats_top(x, 8, 10, top);
    const int64_t wanted[10] = {5, 2, 4, 3, 0, 6, 7, 1, -1, -1};
    assert_memory_equal(top, wanted, sizeof wanted);
    stats_top(x, 8, 3, top);
    assert_memory_equal(top, wanted, 3 * sizeof *top);
    stats_top(x, 8, 0, top);
    const float nans[] = {NAN, NAN};
    stats_top(nans, 2, 2, top);
    assert_int_equal(top[0], 0);
    assert_int_equal(top[1], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_counted_and_told),
        cmocka_unit_test(shapes_are_compared),
        cmocka_unit_test(the_batch_comes_and_goes),
        cmocka_unit_test(impossible_shapes_are_refused),
        cmocka_unit_test(tensors_begin_as_zeros),
        cmocka_unit_test(views_point_into_the_data),
        cmocka_unit_test(statistics_leave_out_what_is_not_finite),
        cmocka_unit_test(statistics_of_nothing_are_zero),
        cmocka_unit_test(histograms_count_what_lies_inside),
        cmocka_unit_test(the_top_comes_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
