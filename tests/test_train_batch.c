/* What is made of training data: what is held out, the order of an epoch, batches. */
#include "support.h"

#include "base/memory.h"
#include "base/random.h"
#include "train/data.h"
#include <string.h>

enum { COUNT = 90, CLASSES = 5, SIZE = 3 * 6 * 5 };

/* Pictures of five classes in no order: class c has about c of 10, and class 0 none. */
static uint8_t pixels[COUNT * SIZE];
static int32_t labels[COUNT];
static TrainData data = {.count = COUNT,
                         .channels = 3,
                         .height = 6,
                         .width = 5,
                         .classes = CLASSES,
                         .pixels = pixels,
                         .labels = labels,
                         .scale = {0.5f, 0.25f, 0.1f},
                         .shift = {1, 2, -3}};

static int set_up(void **state) {
    (void)state;
    static const int32_t classes[] = {1, 2, 2, 3, 3, 3, 4, 4, 4, 4};
    for (int i = 0; i < COUNT * SIZE; i++)
        pixels[i] = (uint8_t)random_u32(1, 2, (uint64_t)i);
    for (int i = 0; i < COUNT; i++)
        labels[i] = classes[(i * 7) % 10];
    return 0;
}

/* ---- Holding out ---- */

static void check_split(const TrainSplit *s, int64_t holdout) {
    bool seen[COUNT] = {false};
    assert_int_equal(s->holdout_count, holdout);
    assert_int_equal(s->learn_count, COUNT - holdout);
    for (int part = 0; part < 2; part++) {
        const int64_t *items = part ? s->holdout : s->learn;
        int64_t count = part ? s->holdout_count : s->learn_count;
        for (int64_t i = 0; i < count; i++) {
            assert_true(items[i] >= 0 && items[i] < COUNT && !seen[items[i]]);
            assert_true(i == 0 || items[i] > items[i - 1]);
            seen[items[i]] = true;
        }
    }
}

static void splits(void **state) {
    (void)state;
    Error err = {0};
    for (int64_t holdout = 0; holdout < COUNT; holdout++) {
        Arena arena = {0};
        TrainSplit s;
        int64_t of_class[CLASSES] = {0};
        assert_ok(train_split(&data, holdout, 1, &arena, &s, &err), err);
        check_split(&s, holdout);
        for (int64_t i = 0; i < holdout; i++)
            of_class[labels[s.holdout[i]]]++;
        for (int c = 0; c < CLASSES; c++) { /* within one of c tenths */
            int64_t tenths = of_class[c] * 10 - c * holdout;
            assert_true(tenths > -10 && tenths < 10);
        }
        arena_free(&arena);
    }
    TrainSplit s;
    Arena arena = {0};
    assert_fails(
        train_split(&data, COUNT, 1, &arena, &s, &err), err,
        "holdout: expected 0..89, so that some of the pictures are left to learn from, got 90");
    assert_fails(train_split(&data, -1, 1, &arena, &s, &err), err, "got -1");
    arena_free(&arena);
}

static void splits_are_drawn(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    TrainSplit a, b, again;
    int taken[COUNT] = {0};
    assert_ok(train_split(&data, 30, 1, &arena, &a, &err), err);
    assert_ok(train_split(&data, 30, 2, &arena, &b, &err), err);
    assert_ok(train_split(&data, 30, 1, &arena, &again, &err), err);
    assert_memory_equal(a.holdout, again.holdout, 30 * sizeof *a.holdout);
    assert_memory_equal(a.learn, again.learn, 60 * sizeof *a.learn);
    assert_memory_not_equal(a.holdout, b.holdout, 30 * sizeof *a.holdout);
    for (uint64_t seed = 0; seed < 300; seed++) {
        assert_ok(train_split(&data, 30, seed, &arena, &a, &err), err);
        for (int i = 0; i < 30; i++)
            taken[a.holdout[i]]++;
    }
    for (int i = 0; i < COUNT; i++) /* each a third of the times */
        assert_in_range(taken[i], 60, 140);
    arena_free(&arena);
    for (size_t n = 1;; n++) {
        Arena small = {0};
        err = (Error){0};
        mem_fail_at(n);
        bool ok = train_split(&data, 30, 1, &small, &a, &err);
        bool reached = mem_fail_at(0) >= n;
        arena_free(&small);
        assert_true(ok != reached);
        if (!reached)
            break;
        assert_int_equal(err.code, ERROR_NO_MEMORY);
    }
}

/* ---- Order ---- */

static void orders(void **state) {
    (void)state;
    int64_t order[COUNT], other[COUNT];
    for (uint64_t k = 0; k < 30; k++) {
        bool seen[COUNT] = {false};
        train_shuffle(k % 3, k / 3, COUNT, order);
        for (int i = 0; i < COUNT; i++) {
            assert_true(order[i] >= 0 && order[i] < COUNT && !seen[order[i]]);
            seen[order[i]] = true;
        }
        train_shuffle(k % 3, k / 3, COUNT, other);
        assert_memory_equal(order, other, sizeof order);
        for (uint64_t j = 0; j < k; j++) {
            train_shuffle(j % 3, j / 3, COUNT, other);
            assert_memory_not_equal(order, other, sizeof order);
        }
    }
    train_shuffle(1, 1, 1, order);
    assert_int_equal(order[0], 0);
}

/* All 24 orders of four come about equally often. */
static void orders_are_even(void **state) {
    (void)state;
    int counts[256] = {0}, kinds = 0;
    for (uint64_t epoch = 0; epoch < 24000; epoch++) {
        int64_t o[4];
        train_shuffle(9, epoch, 4, o);
        counts[o[0] + 4 * o[1] + 16 * o[2] + 64 * o[3]]++;
    }
    for (int i = 0; i < 256; i++)
        if (counts[i]) {
            kinds++;
            assert_in_range(counts[i], 850, 1150);
        }
    assert_int_equal(kinds, 24);
}

/* ---- Batches ---- */

static void batches(void **state) {
    (void)state;
    static const Augment augment = {.flip = true,
                                    .crop = 2,
                                    .area = {0.5, 1},
                                    .aspect = 1.3,
                                    .brightness = 0.2,
                                    .contrast = 0.2,
                                    .saturation = 0.2,
                                    .hue = 20,
                                    .rotate = 10,
                                    .cutout = 2};
    static float x[COUNT * SIZE], item[SIZE], scratch[4 * SIZE];
    Error err = {0};
    int64_t order[COUNT];
    int32_t classes[COUNT];
    train_shuffle(1, 0, COUNT, order);
    for (int threads = 1; threads <= 4; threads++) {
        Pool *pool = pool_new(threads, &err), *one = pool_new(1, &err);
        assert_ok(pool && one, err);
        assert_true(train_batch(&data, order, COUNT, &augment, 5, 6, pool, NULL, scratch, x,
                                classes, NULL));
        for (int i = COUNT - 1; i >= 0; i--) { /* one by one, backwards */
            int32_t class;
            assert_true(train_batch(&data, order + i, 1, &augment, 5, 6, one, NULL, scratch, item,
                                    &class, NULL));
            assert_memory_equal(item, x + i * SIZE, sizeof item);
            assert_int_equal(class, labels[order[i]]);
            assert_int_equal(classes[i], class);
        }
        pool_free(pool);
        pool_free(one);
    }
}

/* Pairs that exchange a box: the same for any number of threads, a pair at a time too, and targets
 * tell how much of whom is in a picture. An odd one stays alone. */
static void mixed_batches(void **state) {
    (void)state;
    enum { ODD = COUNT - 1 + COUNT % 2 };
    static const Augment augment = {.cutmix = 1};
    static float x[COUNT * SIZE], pair[2 * SIZE], whole[SIZE], scratch[3 * SIZE];
    Error err = {0};
    int64_t order[COUNT];
    int32_t classes[COUNT], two[2], one;
    LabelMix mixes[COUNT], mix[2];
    train_shuffle(1, 0, COUNT, order);
    for (int threads = 1; threads <= 3; threads++) {
        Pool *pool = pool_new(threads, &err);
        assert_ok(pool, err);
        assert_true(
            train_batch(&data, order, ODD, &augment, 5, 6, pool, NULL, scratch, x, classes, mixes));
        for (int i = 0; i + 1 < ODD; i += 2) {
            assert_true(train_batch(&data, order + i, 2, &augment, 5, 6, pool, NULL, scratch, pair,
                                    two, mix));
            assert_memory_equal(pair, x + i * SIZE, sizeof pair);
            assert_true(mixes[i].other == classes[i + 1] && mixes[i + 1].other == classes[i]);
            assert_true(mixes[i].share == mix[0].share && mixes[i + 1].share == mix[0].share);
        }
        assert_true(mixes[ODD - 1].share == 1);
        assert_true(train_batch(&data, order + ODD - 1, 1, NULL, 5, 6, pool, NULL, scratch, whole,
                                &one, mix));
        assert_memory_equal(whole, x + (ODD - 1) * SIZE, sizeof whole);
        assert_true(mix[0].share == 1 && mix[0].other == one);
        pool_free(pool);
    }
}

static void plain_batches(void **state) {
    (void)state;
    static float x[COUNT * SIZE], scratch[2 * SIZE];
    Error err = {0};
    int64_t order[COUNT];
    int32_t classes[COUNT];
    Pool *pool = pool_new(2, &err);
    train_shuffle(2, 0, COUNT, order);
    assert_true(
        train_batch(&data, order, COUNT, NULL, 5, 6, pool, NULL, scratch, x, classes, NULL));
    for (int64_t i = 0; i < COUNT; i++)
        for (int64_t k = 0; k < SIZE; k++) {
            int64_t c = k / (SIZE / 3);
            assert_true(x[i * SIZE + k] ==
                        (float)pixels[order[i] * SIZE + k] * data.scale[c] + data.shift[c]);
        }
    Job job = {0};
    atomic_store(&job.cancel, true);
    assert_false(
        train_batch(&data, order, COUNT, NULL, 5, 6, pool, &job, scratch, x, classes, NULL));
    pool_free(pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits),        cmocka_unit_test(splits_are_drawn),
        cmocka_unit_test(orders),        cmocka_unit_test(orders_are_even),
        cmocka_unit_test(batches),       cmocka_unit_test(plain_batches),
        cmocka_unit_test(mixed_batches),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
