#include "support.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/random.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sanitizers and valgrind keep memory of their own beside each block. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&       \
    !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) &&                       \
    !__has_feature(memory_sanitizer)
#define UNTOUCHED_PAGES
#endif

static void sizes_are_checked(void **state) {
    (void)state;
    size_t out = 7;
    assert_true(size_mul(6, 7, &out));
    assert_int_equal(out, 42);
    assert_true(size_mul(SIZE_MAX, 1, &out));
    assert_true(size_mul(0, SIZE_MAX, &out));
    assert_int_equal(out, 0);
    assert_false(size_mul(SIZE_MAX / 2 + 1, 2, &out));
    assert_false(size_mul(SIZE_MAX, SIZE_MAX, &out));
    assert_true(size_add(SIZE_MAX - 1, 1, &out));
    assert_true(out == SIZE_MAX);
    assert_false(size_add(SIZE_MAX, 1, &out));
}

static bool all_zero(const unsigned char *p, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (p[i])
            return false;
    return true;
}

static void memory_is_aligned_zeroed_and_ours(void **state) {
    (void)state;
    Error err = {0};
    static const size_t sizes[] = {0, 1, 8, 63, 64, 65, 4096, 65535, 65536, 65537, 3000001};
    /* Twice, so that the second round gets what the first has soiled. */
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *p = mem_alloc(sizes[i], 1, &err), *q = mem_alloc_raw(1, sizes[i], &err);
            assert_non_null(p);
            assert_non_null(q);
            assert_int_equal((uintptr_t)p % 64, 0);
            assert_int_equal((uintptr_t)q % 64, 0);
            assert_true(all_zero(p, sizes[i]));
            memset(p, 0xaa, sizes[i]);
            memset(q, 0x55, sizes[i]);
            assert_true(sizes[i] == 0 || (p[0] == 0xaa && p[sizes[i] - 1] == 0xaa));
            mem_free(q);
            mem_free(p);
        }
    mem_free(NULL);
    assert_int_equal(err.code, ERROR_NONE);
}

static void too_much_is_refused(void **state) {
    (void)state;
    Error err = {0};
    assert_fails(mem_alloc(SIZE_MAX / 2, 3, &err), err, "out of memory");
    assert_fails(mem_alloc_raw(SIZE_MAX / 2, 3, &err), err, "out of memory");
    assert_fails(mem_alloc(SIZE_MAX, 1, &err), err, "out of memory");
    assert_fails(mem_alloc_raw(SIZE_MAX - 100, 1, &err), err, "out of memory");
    assert_fails(mem_alloc((size_t)1 << 62, 1, &err), err, "out of memory: 4.6 EB asked for");
    assert_null(mem_alloc(SIZE_MAX, 1, NULL));
}

static void the_nth_allocation_fails_once(void **state) {
    (void)state;
    Error err = {0};
    mem_fail_at(3);
    for (int i = 1; i <= 5; i++) {
        void *p = mem_alloc(100, 1, &err);
        if (i == 3) {
            assert_null(p);
            assert_int_equal(err.code, ERROR_NO_MEMORY);
            assert_string_equal(err.text, "out of memory: 100 bytes asked for");
            err = (Error){0};
        } else {
            assert_non_null(p);
        }
        mem_free(p);
    }
    assert_int_equal(mem_fail_at(0), 5);
    void *p = mem_plain(10);
    assert_non_null(p);
    mem_plain_free(p);
    assert_int_equal(mem_fail_at(1), 1);
    assert_null(mem_plain(10));
    assert_int_equal(mem_fail_at(0), 1);
    assert_int_equal(mem_fail_at(0), 0);
}

static void allocate_in_a_task(void *context, int64_t i, int worker) {
    (void)worker;
    void *p = mem_alloc((size_t)i % 300, 1, NULL);
    if (!p)
        atomic_fetch_add((atomic_int *)context, 1);
    mem_free(p);
}

static void one_allocation_fails_of_those_in_threads(void **state) {
    (void)state;
    Error err = {0};
    Pool *pool = pool_new(4, &err);
    assert_ok(pool, err);
    atomic_int failed = 0;
    mem_fail_at(5000);
    assert_true(pool_run(pool, NULL, 10000, allocate_in_a_task, &failed));
    assert_int_equal(mem_fail_at(0), 10000);
    assert_int_equal(failed, 1);
    pool_free(pool);
}

static void arrays_grow(void **state) {
    (void)state;
    Error err = {0};
    int *items = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 5000; i++) {
        assert_true(mem_grow(&items, &capacity, (size_t)i + 1, sizeof *items, &err));
        assert_int_equal(items[i], 0);
        items[i] = i;
    }
    assert_true(capacity >= 5000 && capacity < 16384);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(items[i], i);
    int *before = items;
    size_t held = capacity;
    mem_fail_at(1);
    assert_fails(mem_grow(&items, &capacity, held + 1, sizeof *items, &err), err, "out of memory");
    mem_fail_at(0);
    assert_fails(mem_grow(&items, &capacity, SIZE_MAX, sizeof *items, &err), err, "out of memory");
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, held);
    assert_int_equal(items[4999], 4999);
    mem_free(items);
}

static void sizes_read_well(void **state) {
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 bytes"},     {1, "1 byte"},      {800, "800 bytes"},     {999, "999 bytes"},
        {1000, "1.0 kB"},   {9949, "9.9 kB"},   {9960, "10 kB"},        {62000000, "62 MB"},
        {999499, "999 kB"}, {999500, "1.0 MB"}, {1500000000, "1.5 GB"}, {UINT64_MAX, "18 EB"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(MEM_TEXT(cases[i].bytes), cases[i].text);
}

static void what_is_available_is_plausible(void **state) {
    (void)state;
    uint64_t available = mem_available();
    assert_true(available > 1000000);
    assert_true(available <= (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
}

#ifdef UNTOUCHED_PAGES
static long resident_pages(void) {
    long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &total, &resident), 2);
    fclose(file);
    return resident;
}

static void large_blocks_are_not_touched(void **state) {
    (void)state;
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded && strstr(preloaded, "vgpreload"))
        skip();
    long before = resident_pages();
    void *p = mem_alloc(500000000, 1, NULL);
    if (!p)
        skip();
    long touched = resident_pages() - before;
    mem_free(p);
    assert_true(touched < 10000); /* of 122071 */
}
#endif

/* Many pieces of random sizes in an arena: none overlaps another, each is zeroed and aligned. */
static void arenas_hand_out_distinct_memory(void **state) {
    (void)state;
    enum { PIECES = 600 };
    Error err = {0};
    Arena arena = {0};
    unsigned char *pieces[PIECES];
    size_t sizes[PIECES], sum = 0;
    for (size_t i = 0; i < PIECES; i++) {
        uint32_t r = random_u32(1, 1, i);
        sizes[i] = i % 50 == 49 ? r % 200000 : r % 700;
        pieces[i] = arena_alloc(&arena, sizes[i], 1, &err);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 64, 0);
        assert_true(all_zero(pieces[i], sizes[i]));
        memset(pieces[i], (int)(i % 251) + 1, sizes[i]);
        sum += sizes[i];
    }
    assert_int_equal(arena.bytes, sum);
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(pieces[i][k], (int)(i % 251) + 1);
    arena_free(&arena);
    assert_null(arena.head);
    assert_int_equal(arena.bytes, 0);
    arena_free(&arena);
}

#ifdef UNTOUCHED_PAGES
/* Large pieces among small ones do not end the block that the small ones fill. */
static void arenas_fill_what_they_began(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    mem_fail_at(0);
    for (int i = 0; i < 10; i++) {
        assert_non_null(arena_alloc(&arena, 100, 1, &err));
        assert_non_null(arena_alloc(&arena, 100000, 1, &err));
    }
    assert_int_equal(mem_fail_at(0), 1 + 10);
    arena_free(&arena);
}
#endif

static void arenas_hold_texts(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    char *a = arena_text(&arena, "one", &err);
    char *b = arena_format(&arena, &err, "%s-%d", "two", 2);
    char *empty = arena_text(&arena, "", &err);
    char *c = arena_format(&arena, &err, "%70000d", 5);
    float *numbers = arena_alloc(&arena, 3, sizeof *numbers, &err);
    assert_int_equal((uintptr_t)numbers % 64, 0);
    assert_string_equal(a, "one");
    assert_string_equal(b, "two-2");
    assert_string_equal(empty, "");
    assert_int_equal(strlen(c), 70000);
    assert_int_equal(c[69999], '5');
    arena_free(&arena);
}

static void arenas_fail_cleanly(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    assert_fails(arena_alloc(&arena, SIZE_MAX, 2, &err), err, "out of memory");
    assert_fails(arena_alloc(&arena, SIZE_MAX, 1, &err), err, "out of memory");
    mem_fail_at(1);
    assert_fails(arena_format(&arena, &err, "%d", 1), err, "out of memory");
    mem_fail_at(1);
    assert_fails(arena_text(&arena, "x", &err), err, "out of memory");
    assert_int_equal(arena.bytes, 0);
    assert_non_null(arena_text(&arena, "x", &err));
    arena_free(&arena);
    char *copy = mem_text("abc", &err);
    assert_string_equal(copy, "abc");
    mem_free(copy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(memory_is_aligned_zeroed_and_ours),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(the_nth_allocation_fails_once),
        cmocka_unit_test(one_allocation_fails_of_those_in_threads),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(sizes_read_well),
        cmocka_unit_test(what_is_available_is_plausible),
#ifdef UNTOUCHED_PAGES
        cmocka_unit_test(large_blocks_are_not_touched),
        cmocka_unit_test(arenas_fill_what_they_began),
#endif
        cmocka_unit_test(arenas_hand_out_distinct_memory),
        cmocka_unit_test(arenas_hold_texts),
        cmocka_unit_test(arenas_fail_cleanly),
    };
    return cmocka_run_group_tests_name("base_memory", tests, NULL, NULL);
}
