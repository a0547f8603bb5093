/* What is kept from frame to frame: pictures under their keys, the least recently used going first.
 */
#include "support.h"

#include "base/memory.h"
#include "draw/image_cache.h"
#include <string.h>

enum { SIDE = 8, BYTES = SIDE * SIDE * 3 };

static ImageKey key_of(uint64_t n) {
    return image_key_add((ImageKey){0}, n);
}

static bool has(ImageCache *cache, uint64_t n) {
    return image_cache_get(cache, key_of(n), SIDE, SIDE, 3) != NULL;
}

static uint8_t *put(ImageCache *cache, uint64_t n) {
    Error err = {0};
    uint8_t *pixels = image_cache_put(cache, key_of(n), SIDE, SIDE, 3, &err);
    assert_ok(pixels, err);
    memset(pixels, (int)n, BYTES);
    return pixels;
}

static void keys_differ(void **state) {
    (void)state;
    ImageKey keys[600];
    int count = 0;
    for (uint64_t n = 0; n < 200; n++) {
        keys[count++] = key_of(n);
        keys[count++] = image_key_add(key_of(n), 1);
        keys[count++] = image_key_add_double(key_of(n), 0.5 * (double)n);
    }
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++) {
            assert_true(keys[i].high != keys[k].high);
            assert_true(keys[i].low != keys[k].low);
        }
    ImageKey a = image_key_add(key_of(1), 2), b = image_key_add(key_of(2), 1); /* order counts */
    assert_true(a.low != b.low);
    const ImageKey none = {0};
    assert_true(image_key_add_text(none, "conv1").low != image_key_add_text(none, "conv2").low);
    assert_true(image_key_add_text(none, "").low != none.low);
    assert_true(image_key_add_text(none, "longer than a word 1").low !=
                image_key_add_text(none, "longer than a word 2").low);
}

static void pictures_come_back(void **state) {
    (void)state;
    Error err = {0};
    ImageCache *cache = image_cache_new(1 << 20, &err);
    assert_ok(cache, err);
    assert_false(has(cache, 7));
    uint8_t *seven = image_cache_put(cache, key_of(7), SIDE, SIDE, 3, &err);
    assert_non_null(seven);
    seven[0] = 70;
    for (uint64_t n = 0; n < 1000; n++) /* the table grows */
        if (n != 7)
            put(cache, n);
    for (uint64_t n = 8; n < 1000; n++) {
        const uint8_t *p = image_cache_get(cache, key_of(n), SIDE, SIDE, 3);
        assert_non_null(p);
        assert_int_equal(p[BYTES - 1], (uint8_t)n);
    }
    assert_ptr_equal(image_cache_get(cache, key_of(7), SIDE, SIDE, 3), seven);
    assert_ptr_equal(image_cache_put(cache, key_of(7), SIDE, SIDE, 3, &err), seven);
    assert_int_equal(seven[0], 70);
    /* another size is another picture */
    assert_null(image_cache_get(cache, key_of(7), SIDE, 2 * SIDE, 3));
    assert_null(image_cache_get(cache, key_of(7), SIDE, SIDE, 1));
    assert_null(image_cache_put(cache, key_of(7), 0, SIDE, 1, &err));
    assert_null(image_cache_put(cache, key_of(7), INT32_MAX, INT32_MAX, INT32_MAX, &err));
    image_cache_free(cache);
    image_cache_free(NULL);
}

/* Room for about ten. */
static void the_oldest_go_first(void **state) {
    (void)state;
    Error err = {0};
    ImageCache *cache = image_cache_new(0, &err);
    put(cache, 0); /* how much one takes */
    size_t one = image_cache_bytes(cache);
    image_cache_free(cache);
    cache = image_cache_new(10 * one, &err);
    for (uint64_t frame = 0; frame < 30; frame++) {
        image_cache_frame(cache);
        put(cache, frame);
        assert_true(frame < 3 || has(cache, 1)); /* used all the time */
        assert_true(has(cache, frame));
        assert_true(image_cache_bytes(cache) <= 10 * one);
    }
    assert_true(has(cache, 21) && has(cache, 29) && has(cache, 1));
    assert_false(has(cache, 20) || has(cache, 2));
    image_cache_free(cache);
}

static void what_is_on_the_screen_stays(void **state) {
    (void)state;
    Error err = {0};
    ImageCache *cache = image_cache_new(1, &err); /* hardly any room */
    uint8_t *kept[20];
    image_cache_frame(cache);
    for (uint64_t n = 0; n < 20; n++)
        kept[n] = put(cache, n);
    image_cache_frame(cache);
    for (uint64_t n = 20; n < 40; n++)
        put(cache, n);
    for (uint64_t n = 0; n < 20; n++) /* of the last frame: still there */
        assert_int_equal(kept[n][5], n);
    assert_true(has(cache, 3)); /* and used in this one */
    image_cache_frame(cache);
    assert_true(has(cache, 3) && has(cache, 39));
    assert_false(has(cache, 4));
    image_cache_frame(cache);
    image_cache_frame(cache);
    assert_int_equal(image_cache_bytes(cache), 0);
    image_cache_free(cache);
}

static void a_lack_of_memory_is_told(void **state) {
    (void)state;
    Error err = {0};
    ImageCache *cache = image_cache_new(1 << 20, &err);
    for (size_t n = 1; n <= 2; n++) { /* the picture; the table */
        err = (Error){0};
        mem_fail_at(n);
        assert_null(image_cache_put(cache, key_of(n), SIDE, SIDE, 3, &err));
        mem_fail_at(0);
        assert_int_equal(err.code, ERROR_NO_MEMORY);
        assert_false(has(cache, n));
        assert_int_equal(image_cache_bytes(cache), 0);
    }
    put(cache, 1);
    assert_true(has(cache, 1));
    image_cache_free(cache);
    mem_fail_at(1);
    assert_null(image_cache_new(1, NULL));
    mem_fail_at(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_differ),
        cmocka_unit_test(pictures_come_back),
        cmocka_unit_test(the_oldest_go_first),
        cmocka_unit_test(what_is_on_the_screen_stays),
        cmocka_unit_test(a_lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
