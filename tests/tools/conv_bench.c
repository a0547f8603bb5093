/* Layers as training has them: forward, the gradient of the input and that of the weights.
 *
 *     conv_bench [threads] [rounds] [part of a name] [tier, 0..2]
 *
 * GFLOP/s, the best of the rounds (who else is on the machine disturbs less so). With one thread it
 * is the thread's own time that counts. */
#include "base/memory.h"
#include "base/random.h"
#include "kernel/conv.h"
#include "kernel/linear.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Case {
    int64_t n, ic, size, oc, kernel, stride, pad, groups; /* kernel 0: fully connected */
} Case;

static const Case cases[] = {
    {64, 3, 64, 32, 3, 2, 1, 1},   {64, 3, 64, 32, 3, 1, 1, 1},   {64, 32, 32, 32, 3, 1, 1, 1},
    {64, 64, 16, 64, 3, 1, 1, 1},  {64, 128, 8, 128, 3, 1, 1, 1}, {64, 256, 4, 256, 3, 1, 1, 1},
    {64, 128, 16, 64, 1, 1, 0, 1}, {64, 64, 8, 256, 1, 1, 0, 1},  {64, 64, 32, 128, 1, 2, 0, 1},
    {64, 64, 32, 128, 3, 2, 1, 1}, {64, 16, 32, 16, 3, 1, 1, 1},  {64, 32, 16, 32, 3, 1, 1, 1},
    {64, 64, 8, 64, 3, 1, 1, 1},   {64, 1, 28, 20, 5, 1, 0, 1},   {64, 20, 12, 50, 5, 1, 0, 1},
    {64, 3, 64, 48, 7, 2, 3, 1},   {64, 48, 15, 128, 5, 1, 2, 2}, {64, 96, 7, 96, 3, 1, 1, 1},
    {64, 800, 1, 500, 0, 1, 0, 1}, {64, 500, 1, 10, 0, 1, 0, 1},  {1, 64, 112, 64, 3, 1, 1, 1},
    {1, 3, 224, 96, 7, 2, 1, 1},
};

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

typedef enum What { FORWARD, DIRECT, INPUT, WEIGHTS, WHATS } What;

typedef struct Data {
    ConvShape s;
    bool linear;
    float *x, *w, *y, *dw, *db;
} Data;

static double now(int threads) {
    struct timespec t;
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds. The gradients take y for dy and x for dx. */
static double run_once(What what, const KernelContext *k, const Data *d) {
    const ConvShape *s = &d->s;
    const int threads = pool_threads(k->pool);
    const double start = now(threads);
    const GemmEpilogue e = {.shift = d->db};
    if (what == FORWARD && d->linear)
        linear_fast(k, s->n, s->ic, s->oc, d->x, d->w, d->db, false, d->y);
    else if (what == FORWARD)
        conv_gemm(k, s, d->x, d->w, &e, d->y);
    else if (what == DIRECT && d->linear)
        linear_naive(k, s->n, s->ic, s->oc, d->x, d->w, d->db, d->y);
    else if (what == DIRECT)
        conv_direct(k, s, d->x, d->w, &e, d->y);
    else if (what == INPUT && d->linear)
        linear_backward_input(k, s->n, s->ic, s->oc, d->w, d->y, false, d->x);
    else if (what == INPUT)
        conv_backward_input(k, s, d->w, d->y, false, d->x);
    else if (d->linear)
        linear_backward_weights(k, s->n, s->ic, s->oc, d->x, d->y, d->dw, d->db);
    else
        conv_backward_weights(k, s, d->x, d->y, d->dw, d->db);
    return now(threads) - start;
}

static ConvShape shape_of(const Case *c) {
    const int64_t kernel = c->kernel ? c->kernel : 1;
    const int64_t out = (c->size + 2 * c->pad - kernel) / c->stride + 1;
    return (ConvShape){c->n,   c->ic,     c->size,   c->size, c->oc,  out, out, kernel,
                       kernel, c->stride, c->stride, c->pad,  c->pad, 1,   1,   c->groups};
}

static size_t scratch_of(CpuTier tier, const Data *d, int threads) {
    const ConvShape *s = &d->s;
    const size_t sizes[] = {
        d->linear ? linear_fast_scratch(tier, s->n, s->ic, s->oc, threads)
                  : conv_gemm_scratch(tier, s, threads),
        d->linear ? linear_backward_scratch(tier, s->n, s->ic, s->oc, threads)
                  : conv_backward_scratch(tier, s, threads),
        d->linear ? 0 : conv_direct_scratch(tier, s, threads),
    };
    size_t most = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        most = sizes[i] > most ? sizes[i] : most;
    return most;
}

static void bench(const Case *c, const char *name, Pool *pool, int rounds, CpuTier tier) {
    Data d = {.s = shape_of(c), .linear = c->kernel == 0};
    const ConvShape *s = &d.s;
    const int64_t weights = s->oc * s->ic / s->groups * s->kh * s->kw;
    const double flops = 2e-9 * (double)(s->n * s->oh * s->ow) * (double)weights;
    const size_t scratch = scratch_of(tier, &d, pool_threads(pool));
    const KernelContext k = {tier, pool, NULL, buffer((int64_t)scratch, 5), scratch};
    d.x = buffer(s->n * s->ic * s->ih * s->iw, 1);
    d.w = buffer(weights, 2);
    d.y = buffer(s->n * s->oc * s->oh * s->ow, 3);
    d.dw = buffer(weights, 4);
    d.db = buffer(s->oc, 4);
    printf("%-34s", name);
    double best[WHATS] = {0};
    for (int i = 0; i < rounds; i++)
        for (int what = 0; what < WHATS; what++) {
            const double t = run_once((What)what, &k, &d);
            best[what] = i && best[what] < t ? best[what] : t;
        }
    for (int what = 0; what < WHATS; what++)
        printf(" %7.1f (%6.2f ms)", flops / best[what], best[what] * 1e3);
    printf("\n");
    float *all[] = {k.scratch, d.x, d.w, d.y, d.dw, d.db};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        mem_free(all[i]);
}

int main(int argc, char **argv) {
    const int threads = argc > 1 ? atoi(argv[1]) : 1, rounds = argc > 2 ? atoi(argv[2]) : 7;
    const int tier = argc > 4 ? atoi(argv[4]) : (int)cpu_best();
    Error err = {0};
    Pool *pool = pool_new(threads, &err);
    if (!pool || rounds < 1 || tier < 0 || tier > (int)cpu_best()) {
        fprintf(stderr, "usage: conv_bench [threads] [rounds] [name] [tier]\n%s\n", err.text);
        return 1;
    }
    printf("%s, %s, %d thread%s: GFLOP/s (time), best of %d\n%-34s %19s %19s %19s %19s\n",
           cpu_name(), cpu_tier_name((CpuTier)tier), threads, threads == 1 ? "" : "s", rounds, "",
           "forward", "direct", "dx", "dw");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const Case *c = &cases[i];
        char name[80];
        snprintf(name, sizeof name, "%d x %d->%d @%d, %d/%d pad %d g%d", (int)c->n, (int)c->ic,
                 (int)c->oc, (int)c->size, (int)c->kernel, (int)c->stride, (int)c->pad,
                 (int)c->groups);
        if (argc <= 3 || strstr(name, argv[3]))
            bench(c, name, pool, rounds, (CpuTier)tier);
    }
    pool_free(pool);
    return 0;
}
