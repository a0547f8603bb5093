/* Our matrix multiplication and convolutions against OpenBLAS, in one process, by turns.
 *
 *     gemm_bench [threads] [rounds] [the lowest tier, 0..2]
 *
 * Median GFLOP/s of each; in brackets the best. With one thread it is the thread's own time that
 * counts, so that who else is on the machine disturbs less. A ratio is of medians in the same run.
 */
#include "base/memory.h"
#include "base/random.h"
#include "kernel/conv.h"
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 1000 };

typedef struct Case {
    int64_t m, n, k;
    ConvShape conv; /* n = 0: none */
} Case;

#define SQUARE(ic, size, oc, kernel, stride)                                                       \
    {                                                                                              \
        1, ic, size, size, oc, (size) / (stride), (size) / (stride), kernel, kernel, stride,       \
            stride, (kernel) / 2, (kernel) / 2, 1, 1, 1                                            \
    }
static const Case cases[] = {
    {2048, 2048, 2048, {0}},
    {64, 12544, 147, SQUARE(3, 224, 64, 7, 2)},
    {64, 3136, 576, SQUARE(64, 56, 64, 3, 1)},
    {128, 784, 1152, SQUARE(128, 28, 128, 3, 1)},
    {256, 196, 2304, SQUARE(256, 14, 256, 3, 1)},
    {512, 49, 4608, SQUARE(512, 7, 512, 3, 1)},
    {64, 50176, 27, SQUARE(3, 224, 64, 3, 1)},
    {256, 3136, 64, SQUARE(64, 56, 256, 1, 1)},
    {1024, 196, 256, SQUARE(256, 14, 1024, 1, 1)},
    {512, 49, 2048, SQUARE(2048, 7, 512, 1, 1)},
    {128, 784, 1152, SQUARE(128, 56, 128, 3, 2)},
};

typedef struct Operands {
    float *a, *b, *c, *x;
} Operands;

static float *buffer(int64_t count, uint64_t seed) {
    Error err = {0};
    float *p = mem_alloc((size_t)count, sizeof *p, &err);
    if (!p) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    for (int64_t i = 0; i < count; i++)
        p[i] = random_uniform(seed, 0, (uint64_t)i) - 0.5f;
    return p;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef enum What { BLAS, GEMM, CONV } What;

static double now_ms(int threads) {
    struct timespec t;
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double run_once(What what, const Case *c, const KernelContext *k, const Operands *o) {
    const GemmMatrix b = {o->b, c->n, 1};
    const Gemm g = {.m = c->m,
                    .n = c->n,
                    .k = c->k,
                    .a = {o->a, c->k, 1},
                    .pack_b = gemm_pack_matrix,
                    .b = &b,
                    .c = o->c,
                    .ldc = c->n};
    const int threads = pool_threads(k->pool);
    const double start = now_ms(threads);
    if (what == BLAS)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)c->m, (int)c->n, (int)c->k, 1,
                    o->a, (int)c->k, o->b, (int)c->n, 0, o->c, (int)c->n);
    else if (what == GEMM)
        gemm_run(k, &g);
    else
        conv_gemm(k, &c->conv, o->x, o->a, NULL, o->c);
    return now_ms(threads) - start;
}

/* How many rounds a contender runs: ref is slow. */
static int rounds_of(int row, int rounds) {
    return row == 0 || (row - 1) % CPU_TIERS != CPU_REF ? rounds : (rounds + 9) / 10;
}

/* Row 0 is OpenBLAS, 1 + tier our products, 1 + CPU_TIERS + tier our convolutions. */
enum { ROWS = 1 + 2 * CPU_TIERS };

static bool row_runs(const Case *c, int row, int lowest) {
    const int tier = row ? (row - 1) % CPU_TIERS : (int)cpu_best();
    return tier >= lowest && tier <= (int)cpu_best() && (row <= CPU_TIERS || c->conv.n);
}

static void print_row(int row, const Case *c, double *times, int count, double *blas) {
    const double work = 2e-6 * (double)c->m * (double)c->n * (double)c->k;
    qsort(times, (size_t)count, sizeof *times, compare);
    const double median = work / times[count / 2], best = work / times[0];
    if (row == 0) {
        *blas = median;
        printf(" | OpenBLAS %5.1f (%5.1f)", median, best);
    } else {
        printf(" | %s%s %5.1f (%5.1f) %4.2f", row > CPU_TIERS ? "conv " : "",
               cpu_tier_name((CpuTier)((row - 1) % CPU_TIERS)), median, best, median / *blas);
    }
}

static void bench(const Case *c, Pool *pool, int rounds, int lowest) {
    static double times[ROWS][ROUNDS_MAX];
    Operands o = {buffer(c->m * c->k, 1), buffer(c->k * c->n, 2), buffer(c->m * c->n, 3),
                  buffer(c->conv.ic * c->conv.ih * c->conv.iw, 4)};
    KernelContext k[CPU_TIERS];
    for (int tier = 0; tier < CPU_TIERS; tier++) {
        const size_t count = gemm_scratch((CpuTier)tier, c->m, c->n, c->k, pool_threads(pool));
        k[tier] = (KernelContext){(CpuTier)tier, pool, NULL, buffer((int64_t)count, 5), count};
    }
    for (int i = 0; i < rounds; i++)
        for (int row = 0; row < ROWS; row++)
            if (row_runs(c, row, lowest) && i < rounds_of(row, rounds))
                times[row][i] = run_once(row == 0           ? BLAS
                                         : row <= CPU_TIERS ? GEMM
                                                            : CONV,
                                         c, &k[row ? (row - 1) % CPU_TIERS : 0], &o);
    printf("%5lld x %5lld x %4lld", (long long)c->m, (long long)c->n, (long long)c->k);
    double blas = 0;
    for (int row = 0; row < ROWS; row++)
        if (row_runs(c, row, lowest))
            print_row(row, c, times[row], rounds_of(row, rounds), &blas);
    printf("\n");
    fflush(stdout);
    for (int tier = 0; tier < CPU_TIERS; tier++)
        mem_free(k[tier].scratch);
    mem_free(o.a);
    mem_free(o.b);
    mem_free(o.c);
    mem_free(o.x);
}

int main(int argc, char **argv) {
    const int threads = argc > 1 ? atoi(argv[1]) : 1, rounds = argc > 2 ? atoi(argv[2]) : 30;
    const int lowest = argc > 3 ? atoi(argv[3]) : 0;
    Error err = {0};
    Pool *pool = pool_new(threads, &err);
    if (!pool || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: gemm_bench [threads] [rounds]\n%s\n", err.text);
        return 1;
    }
    openblas_set_num_threads(threads);
    printf("%s, %s, %d thread%s, median (best) GFLOP/s of %d rounds, ratio to OpenBLAS\n",
           cpu_name(), openblas_get_config(), threads, threads == 1 ? "" : "s", rounds);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        bench(&cases[i], pool, rounds, lowest);
    pool_free(pool);
    return 0;
}
