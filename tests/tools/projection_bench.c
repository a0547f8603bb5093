/* A deconvnet projection from the last convolution beside the forward pass before it, step by step.
 *
 *     projection_bench [threads] */
#include "base/clock.h"
#include "engine/calibrate.h"
#include "engine/open.h"
#include "engine/peak.h"
#include "explain/project.h"
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 9 };

static const char *const entries[][2] = {
    {"lenet", "conv2"},
    {"alexnet", "conv5"},
    {"zfnet", "conv5"},
    {"vgg16", "features.28"},
    {"googlenet", "inception_5b"},
    {"resnet18", "layer4.1.conv2"},
    {"resnet50", "layer4.2.conv3"},
    {"densenet121", "features.denseblock4.denselayer16.conv2"},
};

/* Milliseconds of each round: forward to the node, and back to the picture. */
static bool time_round(Run *run, Projection *p, const Tensor *input, int node, double *forward,
                       double *back, Error *err) {
    const LayerRules rules = {.backward_mask = true}; /* the deconvnet */
    const Seed seed = {.kind = SEED_MAX};
    double start = clock_ms();
    run_restart(run, input);
    if (!run_until(run, node, NULL, err))
        return false;
    *forward = clock_ms() - start;
    start = clock_ms();
    if (!projection_begin(p, &rules, NULL, &seed, err) || !projection_all(p, NULL, err))
        return false;
    *back = clock_ms() - start;
    return true;
}

static bool bench(const char *name, const char *node_name, Pool *pool, Error *err) {
    const RunOptions how = run_exact((RunOptions){.tier = cpu_best()});
    Arena arena = {0};
    Model *m = engine_open(name, 0, "random:1", &how, pool, NULL, err);
    const int node = m ? graph_find(&m->graph, node_name, err) : GRAPH_FAILED;
    const Shape shape = m ? shape_batched(&m->graph.input, 1) : (Shape){.rank = 0};
    Tensor input;
    bool ok = m && node != GRAPH_FAILED && tensor_new(&input, &arena, &shape, err);
    if (ok)
        calibrate_picture(&m->graph.input, input.data);
    Run *run = ok ? run_new(m, &input, &how, pool, err) : NULL;
    Projection *p = run ? projection_new(run, node, GRAPH_IMAGE, false, err) : NULL;
    double forward[ROUNDS], back[ROUNDS], ratio[ROUNDS];
    ok = p != NULL;
    for (int i = -2; ok && i < ROUNDS; i++) {
        const int at = i < 0 ? 0 : i;
        ok = time_round(run, p, &input, node, &forward[at], &back[at], err);
        ratio[at] = back[at] / forward[at];
    }
    if (ok)
        printf("%-12s %-42s forward %7.2f ms, back %7.2f ms, ratio %.2f\n", name, node_name,
               peak_median(forward, ROUNDS), peak_median(back, ROUNDS), peak_median(ratio, ROUNDS));
    projection_free(p);
    run_release(run);
    model_free(m);
    arena_free(&arena);
    return ok;
}

int main(int argc, char **argv) {
    Error err = {0};
    const int threads = argc > 1 ? atoi(argv[1]) : 1;
    Pool *pool = pool_new(threads > 0 ? threads : 1, &err);
    bool ok = pool != NULL;
    if (ok)
        printf("%s, %s, threads: %d\n", cpu_name(), cpu_tier_name(cpu_best()), pool_threads(pool));
    for (size_t i = 0; ok && i < sizeof entries / sizeof *entries; i++)
        if (!(ok = bench(entries[i][0], entries[i][1], pool, &err)))
            fprintf(stderr, "projection_bench: %s: %s\n", entries[i][0], err.text);
    pool_free(pool);
    return !ok;
}
