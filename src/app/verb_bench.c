#include "app/app.h"

#include "base/clock.h"
#include "base/json.h"
#include "engine/calibrate.h"
#include "engine/fast.h"
#include "kernel/gemm.h"
#include <stdlib.h>
#include <string.h>

enum { BENCH_RUNS = 7, GEMM_SIZE = 1024 };
static const double naive_macs_max = 2e9; /* beyond this naive is timed only on --conv naive */

static int compare_double(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, compare_double);
    return values[count / 2];
}

/* GFLOP/s (two a multiply-add) of a square multiplication. */
static bool bench_gemm(App *app, double *gflops, Error *err) {
    int64_t n = GEMM_SIZE;
    size_t scratch = gemm_scratch(app->options.cpu, n, n, n, pool_threads(app->pool));
    float *a = arena_alloc(&app->arena, (size_t)(n * n), sizeof *a, err);
    float *b = arena_alloc(&app->arena, (size_t)(n * n), sizeof *b, err);
    float *c = arena_alloc(&app->arena, (size_t)(n * n), sizeof *c, err);
    float *s = arena_alloc(&app->arena, scratch, sizeof *s, err);
    if (!a || !b || !c || !s)
        return false;
    for (int64_t i = 0; i < n * n; i++) {
        a[i] = (float)(i % 17) * 0.1F;
        b[i] = (float)(i % 13) * 0.1F;
    }
    KernelContext kernel = {app->options.cpu, app->pool, &app->job, s, scratch};
    GemmMatrix matrix = {b, n, 1};
    Gemm gemm = {.m = n,
                 .n = n,
                 .k = n,
                 .a = {a, n, 1},
                 .pack_b = gemm_pack_matrix,
                 .b = &matrix,
                 .c = c,
                 .ldc = n};
    double ms[BENCH_RUNS];
    for (int i = -1; i < BENCH_RUNS; i++) {
        double start = clock_ms();
        if (!gemm_run(&kernel, &gemm))
            return error_set(err, ERROR_CANCELLED, "");
        if (i >= 0)
            ms[i] = clock_ms() - start;
    }
    *gflops = 2.0 * (double)(n * n * n) / median(ms, BENCH_RUNS) * 1e-6;
    return true;
}

typedef struct Timing {
    double fast_ms, step_ms, naive_ms, gflops; /* naive_ms < 0: not measured */
    double *node_ms;
} Timing;

static bool time_fast(App *app, const Model *m, const Tensor *input, Timing *t, Error *err) {
    RunOptions options = app_run_options(app);
    FastPlan *plan = fast_new(m, input->shape.dim[0], &options, app->pool, err);
    double ms[BENCH_RUNS];
    bool ok = plan != NULL;
    for (int i = -1; ok && i < BENCH_RUNS; i++) {
        Arena arena = {0};
        Result result;
        ok = fast_run(plan, input, &app->job, &arena, &result, err);
        if (ok && i >= 0)
            ms[i] = result.ms;
        arena_free(&arena);
    }
    fast_free(plan);
    if (ok)
        t->fast_ms = median(ms, BENCH_RUNS);
    return ok;
}

static bool run_once(App *app, const Model *m, const Tensor *input, ConvPath path, double *ms,
                     double *node_ms, Error *err) {
    RunOptions options = app_run_options(app);
    options.path = path;
    Run *run = run_new(m, input, &options, app->pool, err);
    double start = clock_ms();
    bool ok = run && run_all(run, &app->job, err);
    *ms = clock_ms() - start;
    for (int i = 0; ok && i < m->graph.node_count; i++)
        node_ms[i] = run_node_ms(run, i);
    run_release(run);
    return ok;
}

/* The nodes' times are those of the fastest run. */
static bool time_steps(App *app, const Model *m, const Tensor *input, Timing *t, Error *err) {
    size_t nodes = (size_t)m->graph.node_count;
    double ms[BENCH_RUNS], best = 1e300;
    double *node_ms = arena_alloc(&app->arena, nodes, sizeof *node_ms, err);
    t->node_ms = arena_alloc(&app->arena, nodes, sizeof *t->node_ms, err);
    if (!node_ms || !t->node_ms)
        return false;
    for (int i = -1; i < BENCH_RUNS; i++) {
        double one;
        if (!run_once(app, m, input, app->options.conv, &one, node_ms, err))
            return false;
        if (i >= 0)
            ms[i] = one;
        if (one < best) {
            best = one;
            memcpy(t->node_ms, node_ms, nodes * sizeof *node_ms);
        }
    }
    t->step_ms = median(ms, BENCH_RUNS);
    t->naive_ms = -1;
    return (double)m->graph.macs > naive_macs_max ||
           run_once(app, m, input, CONV_NAIVE, &t->naive_ms, node_ms, err);
}

static bool time_model(App *app, const Model *m, Timing *t, Error *err) {
    int64_t batch = app->options.batch ? app->options.batch : 1;
    Shape shape = shape_batched(&m->graph.input, batch);
    Tensor input;
    if (!shape_check(&shape, "the input", err) || !tensor_new(&input, &app->arena, &shape, err))
        return false;
    for (int64_t n = 0; n < batch; n++)
        calibrate_picture(&m->graph.input, tensor_item(&input, n).data);
    if (!time_fast(app, m, &input, t, err) || !time_steps(app, m, &input, t, err))
        return false;
    t->gflops = 2.0 * (double)m->graph.macs * (double)batch / t->fast_ms * 1e-6;
    return true;
}

static void put_row(App *app, JsonWriter *w, const Model *m, const Timing *t) {
    json_begin_object(w, NULL);
    json_put_text(w, "model", m->name);
    json_put_int(w, "threads", pool_threads(app->pool));
    json_put_float(w, "fast_ms", (float)t->fast_ms);
    json_put_float(w, "step_ms", (float)t->step_ms);
    if (t->naive_ms < 0)
        json_put_null(w, "naive_ms");
    else
        json_put_float(w, "naive_ms", (float)t->naive_ms);
    json_put_float(w, "gflops", (float)t->gflops);
    if (app->options.layers) {
        json_begin_array(w, "layers");
        for (int i = 0; i < m->graph.node_count; i++) {
            json_begin_object(w, NULL);
            json_put_text(w, "name", m->graph.nodes[i].name);
            json_put_float(w, "ms", (float)t->node_ms[i]);
            json_put_int(w, "macs", m->graph.nodes[i].macs);
            json_end(w);
        }
        json_end(w);
    }
    json_end(w);
}

static void print_row(App *app, const Model *m, const Timing *t) {
    char naive[32];
    snprintf(naive, sizeof naive, t->naive_ms < 0 ? "-" : "%.1f", t->naive_ms);
    fprintf(app->out, "%-16s %9.2f %9.2f %10s %9.1f\n", m->name, t->fast_ms, t->step_ms, naive,
            t->gflops);
    for (int i = 0; app->options.layers && i < m->graph.node_count; i++) {
        const Node *node = &m->graph.nodes[i];
        fprintf(app->out, "  %-40s %9.3f ms", node->name, t->node_ms[i]);
        if (node->macs)
            fprintf(app->out, " %7.1f GFLOP/s", 2.0 * (double)node->macs / t->node_ms[i] * 1e-6);
        fputc('\n', app->out);
    }
}

static bool bench_model(App *app, JsonWriter *w, const char *name, Error *err) {
    Model *m = app_open(app, name, (int)app->options.size, err);
    Timing t;
    if (!m)
        return false;
    app_progress_begin(app, m->title, (2 * BENCH_RUNS + 2) * m->graph.work);
    bool ok = time_model(app, m, &t, err);
    app_progress_end(app);
    if (ok) {
        put_row(app, w, m, &t);
        if (!app->options.json)
            print_row(app, m, &t);
    }
    model_free(m);
    return ok;
}

bool verb_bench(App *app, Error *err) {
    static const char *const all[] = {"alexnet-tv",  "vgg19",       "googlenet-tv", "resnet18",
                                      "resnet34",    "resnet50-tv", "resnet101-tv", "resnet152-tv",
                                      "densenet121", "densenet169", "densenet201",  "densenet161"};
    const char *const *names = app->options.words;
    int count = app->options.word_count;
    if (count == 0) {
        names = all;
        count = sizeof all / sizeof *all;
    }
    double gflops = 0;
    if (!bench_gemm(app, &gflops, err))
        return false;
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "cpu", cpu_name());
    json_put_text(&w, "tier", cpu_tier_name(app->options.cpu));
    json_put_float(&w, "gemm_gflops", (float)gflops);
    json_begin_array(&w, "results");
    if (!app->options.json)
        fprintf(app->out, "%s, %s, threads: %d, GEMM %d^3: %.1f GFLOP/s\n%-16s %9s %9s %10s %9s\n",
                cpu_name(), cpu_tier_name(app->options.cpu), pool_threads(app->pool), GEMM_SIZE,
                gflops, "network", "fast ms", "step ms", "naive ms", "GFLOP/s");
    bool ok = true;
    for (int i = 0; ok && i < count; i++)
        ok = bench_model(app, &w, names[i], err);
    json_end(&w);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text && app->options.json)
        fputs(text, app->out);
    mem_free(text);
    return ok && text;
}
