#include "engine/peak.h"

#include "base/clock.h"
#include "kernel/fma.h"
#include "kernel/gemm.h"
#include <stdatomic.h>
#include <stdlib.h>

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double peak_median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, compare_double);
    return values[count / 2];
}

/* --- Multiply-adds in registers --------------------------------------------------------------- */

typedef struct Chains {
    FmaChains *run;
    int64_t rounds;
    atomic_llong done; /* multiply-adds */
} Chains;

static void run_chains(void *context, int64_t index, int worker) {
    (void)index, (void)worker;
    Chains *c = context;
    volatile float sink;
    float last;
    const int64_t count = c->run(c->rounds, &last);
    sink = last;
    (void)sink;
    atomic_fetch_add(&c->done, count);
}

bool engine_peak_fma(CpuTier tier, Pool *pool, Job *job, double *gflops, Error *err) {
    enum { ROUNDS = 2000000 }; /* some ten milliseconds */
    *gflops = 0;
    for (int i = -1; i < PEAK_RUNS; i++) {
        Chains c = {.run = fma_chains(tier), .rounds = ROUNDS};
        const double start = clock_ms();
        if (!pool_run(pool, job, pool_threads(pool), run_chains, &c))
            return error_set(err, ERROR_CANCELLED, "");
        const double rate = 2.0 * (double)c.done / (clock_ms() - start) * 1e-6;
        *gflops = i >= 0 && rate > *gflops ? rate : *gflops;
    }
    return true;
}

/* --- A matrix product ------------------------------------------------------------------------- */

static bool measure_gemm(CpuTier tier, Pool *pool, Job *job, Arena *arena, double *gflops,
                         Error *err) {
    const int64_t n = PEAK_SIZE;
    const size_t area = (size_t)(n * n), scratch = gemm_scratch(tier, n, n, n, pool_threads(pool));
    float *a = arena_alloc(arena, area, sizeof *a, err);
    float *b = arena_alloc(arena, area, sizeof *b, err);
    float *c = arena_alloc(arena, area, sizeof *c, err);
    float *s = arena_alloc(arena, scratch, sizeof *s, err);
    if (!a || !b || !c || !s)
        return false;
    for (int64_t i = 0; i < n * n; i++) {
        a[i] = (float)(i % 17) * 0.1F;
        b[i] = (float)(i % 13) * 0.1F;
    }
    const KernelContext kernel = {tier, pool, job, s, scratch};
    const GemmMatrix matrix = {b, n, 1};
    const Gemm gemm = {.m = n,
                       .n = n,
                       .k = n,
                       .a = {a, n, 1},
                       .pack_b = gemm_pack_matrix,
                       .b = &matrix,
                       .c = c,
                       .ldc = n};
    double best = 0;
    for (int i = -1; i < PEAK_RUNS; i++) {
        const double start = clock_ms();
        if (!gemm_run(&kernel, &gemm))
            return error_set(err, ERROR_CANCELLED, "");
        const double ms = clock_ms() - start;
        best = i < 0 || ms < best ? ms : best;
    }
    *gflops = 2.0 * (double)(n * n * n) / best * 1e-6;
    return true;
}

bool engine_peak_gemm(CpuTier tier, Pool *pool, Job *job, double *gflops, Error *err) {
    Arena arena = {0};
    const bool ok = measure_gemm(tier, pool, job, &arena, gflops, err);
    arena_free(&arena);
    return ok;
}
