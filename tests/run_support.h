/* An opened network with an input, for tests of runs. */
#ifndef TESTS_RUN_SUPPORT_H
#define TESTS_RUN_SUPPORT_H

#include "support.h"

#include "engine/open.h"
#include "engine/run.h"

typedef struct Bench {
    Arena arena;
    Pool *pool;
    RunOptions options;
    Model *model;
    Tensor input;
} Bench;

/* With random weights, and noise for a picture. */
static inline void bench_open_as(Bench *b, const char *which, int threads, RunOptions options,
                                 int64_t batch) {
    Error err = {0};
    *b = (Bench){.options = options};
    b->pool = pool_new(threads, &err);
    b->model = engine_open(which, 0, "random:3", &b->options, b->pool, NULL, &err);
    assert_ok(b->model, err);
    Shape shape = shape_batched(&b->model->graph.input, batch);
    assert_ok(tensor_new(&b->input, &b->arena, &shape, &err), err);
    test_fill(b->input.data, (size_t)tensor_count(&b->input), 5);
}

static inline void bench_open(Bench *b, const char *which, int threads, ConvPath path,
                              int64_t batch) {
    bench_open_as(b, which, threads, (RunOptions){.path = path, .tier = cpu_best()}, batch);
}

static inline void bench_close(Bench *b) {
    model_free(b->model);
    pool_free(b->pool);
    arena_free(&b->arena);
}

#endif
