/* What the tests of explanations share: a tiny network with weights that a test sets, a run of it
 * on an input that a test gives, and ways down. */
#ifndef TESTS_EXPLAIN_SUPPORT_H
#define TESTS_EXPLAIN_SUPPORT_H

#include "support.h"

#include "explain/project.h"
#include <math.h>
#include <string.h>

typedef struct Bed {
    Arena arena;
    Pool *pool;
    Model *model;
    Tensor input;
    Run *run, *other;
    Projection *projection;
    Error err;
} Bed;

/* "C, H, W" and the layers as in models/NAME.json; random weights of seed 1, the input 0. */
static inline void bed_open(Bed *b, int threads, const char *input, const char *layers) {
    *b = (Bed){0};
    char *text =
        arena_format(&b->arena, &b->err, "{\"title\": \"Tiny\", \"input\": [%s], \"layers\": [%s]}",
                     input, layers);
    assert_ok(text, b->err);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    assert_ok(b->pool = pool_new(threads, &b->err), b->err);
    assert_ok(b->model = model_parse(text, strlen(text), "tiny", 0, &b->err), b->err);
    assert_ok(weights_random(b->model, 1, b->pool, NULL, &b->err), b->err);
    const Shape shape = shape_batched(&b->model->graph.input, 1);
    assert_ok(tensor_new(&b->input, &b->arena, &shape, &b->err), b->err);
}

static inline int bed_node(const Bed *b, const char *name) {
    Error err = {0};
    const int node = graph_find(&b->model->graph, name, &err);
    assert_ok(node >= 0, err);
    return node;
}

/* Weight `w` of a node, to be written. */
static inline float *bed_weight(Bed *b, const char *name, int w) {
    return (float *)(uintptr_t)b->model->weights.data[bed_node(b, name)][w];
}

static inline void bed_set(Bed *b, const char *name, int w, const float *values) {
    const int node = bed_node(b, name);
    memcpy(bed_weight(b, name, w), values,
           (size_t)shape_count(&b->model->graph.nodes[node].weights[w].shape) * sizeof(float));
}

static inline Run *bed_new_run(Bed *b) {
    const RunOptions how = {.path = CONV_GEMM, .tier = cpu_best()};
    Run *run = run_new(b->model, &b->input, &how, b->pool, &b->err);
    assert_ok(run, b->err);
    assert_ok(run_all(run, NULL, &b->err), b->err);
    return run;
}

static inline void bed_run(Bed *b) {
    run_release(b->run);
    b->run = bed_new_run(b);
}

static inline const float *bed_output(const Bed *b, const char *name) {
    return run_output(b->run, bed_node(b, name))->data;
}

/* The way down to the picture; what arrives there, until the next. */
static inline const float *bed_project(Bed *b, const char *name, LayerRules rules, Seed seed) {
    projection_free(b->projection);
    b->projection = projection_new(b->run, bed_node(b, name), GRAPH_IMAGE, false, &b->err);
    assert_ok(b->projection, b->err);
    assert_ok(projection_begin(b->projection, &rules, b->other, &seed, &b->err), b->err);
    assert_ok(projection_all(b->projection, NULL, &b->err), b->err);
    return projection_signal(b->projection, GRAPH_IMAGE)->data;
}

static inline void bed_close(Bed *b) {
    projection_free(b->projection);
    run_release(b->run);
    run_release(b->other);
    model_free(b->model);
    pool_free(b->pool);
    arena_free(&b->arena);
}

static inline void assert_numbers(const float *got, const float *want, int count) {
    for (int i = 0; i < count; i++)
        if (!(fabsf(got[i] - want[i]) <= 1e-6F * (1 + fabsf(want[i]))))
            fail_msg("[%d]: got %.9g, want %.9g", i, (double)got[i], (double)want[i]);
}
#define ASSERT_NUMBERS(got, ...)                                                                   \
    assert_numbers((got), (const float[]){__VA_ARGS__},                                            \
                   (int)(sizeof((const float[]){__VA_ARGS__}) / sizeof(float)))

#endif
