/* What the tests of the kernels share: a context on a pool of so many threads, buffers with
 * canaries. */
#ifndef TESTS_KERNEL_SUPPORT_H
#define TESTS_KERNEL_SUPPORT_H

#include "support.h"

#include "base/memory.h"
#include "kernel/kernel.h"
#include <math.h>
#include <string.h>

enum { CANARY = 64 }; /* floats before and after; keeps 64-byte alignment */

/* `count` floats, NaN at first (so that what is not written shows), between canaries. */
typedef struct Guarded {
    float *data;
    size_t count;
} Guarded;

static inline float canary(size_t i) {
    return 1e30f + (float)i * 1e28f;
}

static inline Guarded guarded(int64_t count) {
    Error err = {0};
    float *base = mem_alloc((size_t)count + 2 * CANARY, sizeof *base, &err);
    assert_ok(base, err);
    for (size_t i = 0; i < CANARY; i++)
        base[i] = base[CANARY + (size_t)count + i] = canary(i);
    for (size_t i = 0; i < (size_t)count; i++)
        base[CANARY + i] = NAN;
    return (Guarded){base + CANARY, (size_t)count};
}

/* Deterministic numbers, about normal. */
static inline Guarded filled(int64_t count, uint64_t seed) {
    Guarded g = guarded(count);
    test_fill(g.data, g.count, seed);
    return g;
}

static inline void release(Guarded *g) {
    for (size_t i = 0; i < CANARY; i++)
        if (g->data[(ptrdiff_t)i - CANARY] != canary(i) || g->data[g->count + i] != canary(i))
            fail_msg("written outside of a buffer of %zu floats", g->count);
    mem_free(g->data - CANARY);
    *g = (Guarded){0};
}

/* A context and what it owns. The pools live until the end. */
typedef struct Bench {
    KernelContext k;
    Job job;
    Guarded scratch;
} Bench;

static inline Pool *pool_of(int threads) {
    static Pool *pools[9];
    Error err = {0};
    if (!pools[threads])
        pools[threads] = pool_new(threads, &err);
    assert_ok(pools[threads], err);
    return pools[threads];
}

static inline KernelContext *bench_open(Bench *b, CpuTier tier, int threads, size_t scratch) {
    *b = (Bench){.scratch = guarded((int64_t)scratch)};
    b->k = (KernelContext){tier, pool_of(threads), &b->job, b->scratch.data, scratch};
    return &b->k;
}
static inline void bench_close(Bench *b) {
    release(&b->scratch);
}

/* Fails unless |got - want| <= bound, NaN and infinity being equal to themselves. */
static inline void assert_close(float got, double want, double bound, const char *what,
                                int64_t at) {
    if (isnan(want) ? isnan(got) : isinf(want) ? (double)got == want : fabs(got - want) <= bound)
        return;
    fail_msg("%s [%lld]: got %.9g, want %.9g +- %.3g", what, (long long)at, (double)got, want,
             bound);
}

/* What a sum of `terms` products may be off by, `size` being the sum of their magnitudes: rounding
 * errors go as a random walk. */
static inline double sum_bound(int64_t terms, double size) {
    return 0x1p-24 * (6 + 2 * sqrt((double)terms)) * size;
}

static inline void assert_same_bits(const float *a, const float *b, size_t count,
                                    const char *what) {
    for (size_t i = 0; i < count; i++)
        if (memcmp(a + i, b + i, sizeof *a) != 0)
            fail_msg("%s [%zu]: %.9g and %.9g differ", what, i, (double)a[i], (double)b[i]);
}

static const int some_threads[] = {1, 2, 3, 5};
enum { SOME_THREADS = sizeof some_threads / sizeof some_threads[0] };

#endif
