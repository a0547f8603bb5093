/* Our part in tests/peers/bench_peers.py: runs a network once for each line on standard input,
 * "fast" or "step", and tells how long it took.
 *
 *     peer_bench MODEL WEIGHTS PICTURE.f32 THREADS LOGITS.f32 */
#include "base/clock.h"
#include "engine/fast.h"
#include "engine/open.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Peer {
    Model *model;
    Pool *pool;
    RunOptions options;
    FastPlan *plan;
    Tensor picture;
} Peer;

static void stop(const Error *err) {
    fprintf(stderr, "peer_bench: %s\n", err->text);
    exit(1);
}

static void read_picture(Peer *p, const char *path, Arena *arena) {
    Error err = {0};
    const Shape shape = shape_batched(&p->model->graph.input, 1);
    FILE *file = fopen(path, "rb");
    if (!file || !tensor_new(&p->picture, arena, &shape, &err) ||
        fread(p->picture.data, sizeof(float), (size_t)shape_count(&shape), file) == 0) {
        fprintf(stderr, "peer_bench: cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
}

static double fast(const Peer *p, const char *logits) {
    Error err = {0};
    Arena arena = {0};
    Result result;
    const double start = clock_ms();
    if (!fast_run(p->plan, &p->picture, NULL, &arena, &result, &err))
        stop(&err);
    const double ms = clock_ms() - start;
    FILE *file = logits ? fopen(logits, "wb") : NULL;
    if (file) {
        fwrite(result.logits.data, sizeof(float), (size_t)tensor_count(&result.logits), file);
        fclose(file);
    }
    arena_free(&arena);
    return ms;
}

/* The same Run again: what is kept of it takes its place anew. */
static double step(const Peer *p, Run *run) {
    Error err = {0};
    const double start = clock_ms();
    run_restart(run, &p->picture);
    if (!run_all(run, NULL, &err))
        stop(&err);
    return clock_ms() - start;
}

int main(int argc, char **argv) {
    Error err = {0};
    Arena arena = {0};
    char line[64];
    if (argc != 6) {
        fprintf(stderr, "usage: peer_bench MODEL WEIGHTS PICTURE.f32 THREADS LOGITS.f32\n");
        return 2;
    }
    Peer p = {.options = {.path = CONV_AUTO, .tier = cpu_best()},
              .pool = pool_new((int)strtol(argv[4], NULL, 10), &err)};
    if (!p.pool || !(p.model = engine_open(argv[1], 0, argv[2], &p.options, p.pool, NULL, &err)) ||
        !(p.plan = fast_new(p.model, 1, &p.options, p.pool, &err)))
        stop(&err);
    read_picture(&p, argv[3], &arena);
    Run *run = run_new(p.model, &p.picture, &p.options, p.pool, &err);
    if (!run)
        stop(&err);
    fast(&p, argv[5]);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        printf("%.3f %s", line[0] == 's' ? step(&p, run) : fast(&p, NULL), line);
        fflush(stdout);
    }
    run_release(run);
    fast_free(p.plan);
    model_free(p.model);
    pool_free(p.pool);
    arena_free(&arena);
    return 0;
}
