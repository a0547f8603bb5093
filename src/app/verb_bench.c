#include "app/app.h"

#include "base/clock.h"
#include "base/json.h"
#include "engine/calibrate.h"
#include "engine/fast.h"
#include "engine/peak.h"
#include <string.h>

enum { BENCH_RUNS = 7 };
static const double naive_macs_max = 2e9; /* beyond this naive is timed only on --conv naive */

typedef struct Timing {
    double fast_ms, step_ms, naive_ms, gflops; /* naive_ms < 0: not measured */
    double *node_ms;
    FastStep *steps; /* their times: medians */
    int step_count;
} Timing;

/* The median of each step over the runs; `all` holds them run by run. */
static bool note_steps(App *app, const FastPlan *plan, const FastStep *all, Timing *t, Error *err) {
    t->step_count = fast_step_count(plan);
    t->steps = arena_alloc(&app->arena, (size_t)t->step_count, sizeof *t->steps, err);
    for (int i = 0; t->steps && i < t->step_count; i++) {
        double ms[BENCH_RUNS];
        for (int run = 0; run < BENCH_RUNS; run++)
            ms[run] = all[run * t->step_count + i].ms;
        t->steps[i] = all[i];
        t->steps[i].ms = peak_median(ms, BENCH_RUNS);
    }
    return t->steps;
}

static bool time_fast(App *app, const Model *m, const Tensor *input, Timing *t, Error *err) {
    RunOptions options = app_run_options(app);
    FastPlan *plan = fast_new(m, input->shape.dim[0], &options, app->pool, err);
    double ms[BENCH_RUNS];
    const int steps = plan ? fast_step_count(plan) : 0;
    FastStep *all = arena_alloc(&app->arena, (size_t)steps * BENCH_RUNS, sizeof *all, err);
    bool ok = plan && all;
    for (int i = -1; ok && i < BENCH_RUNS; i++) {
        Arena arena = {0};
        Result result;
        ok = fast_run(plan, input, &app->job, &arena, &result, err);
        if (ok && i >= 0)
            ms[i] = result.ms;
        for (int s = 0; ok && i >= 0 && s < steps; s++)
            all[i * steps + s] = fast_step(plan, s);
        arena_free(&arena);
    }
    ok = ok && note_steps(app, plan, all, t, err);
    fast_free(plan);
    if (ok)
        t->fast_ms = peak_median(ms, BENCH_RUNS);
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
    t->step_ms = peak_median(ms, BENCH_RUNS);
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

static void print_layer(App *app, const char *name, const char *way, double ms, int64_t macs) {
    fprintf(app->out, "  %-40s %-9s %9.3f ms", name, way, ms);
    if (macs)
        fprintf(app->out, " %7.1f GFLOP/s", 2.0 * (double)macs / ms * 1e-6);
    fputc('\n', app->out);
}

static void print_row(App *app, const Model *m, const Timing *t) {
    char naive[32];
    snprintf(naive, sizeof naive, t->naive_ms < 0 ? "-" : "%.1f", t->naive_ms);
    fprintf(app->out, "%-16s %9.2f %9.2f %10s %9.1f\n", m->name, t->fast_ms, t->step_ms, naive,
            t->gflops);
    for (int i = 0; app->options.layers && i < t->step_count; i++) {
        const FastStep *s = &t->steps[i];
        print_layer(app, s->node, s->way, s->ms, s->macs);
    }
    for (int i = 0; app->options.layers && i < m->graph.node_count; i++) {
        const Node *node = &m->graph.nodes[i];
        print_layer(app, node->name, "step", t->node_ms[i],
                    node->macs * (app->options.batch ? app->options.batch : 1));
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
    if (!engine_peak_gemm(app->options.cpu, app->pool, &app->job, &gflops, err))
        return false;
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "cpu", cpu_name());
    json_put_text(&w, "tier", cpu_tier_name(app->options.cpu));
    json_put_float(&w, "gemm_gflops", (float)gflops);
    json_begin_array(&w, "results");
    if (!app->options.json)
        fprintf(app->out, "%s, %s, threads: %d, GEMM %d^3: %.1f GFLOP/s\n%-16s %9s %9s %10s %9s\n",
                cpu_name(), cpu_tier_name(app->options.cpu), pool_threads(app->pool), PEAK_SIZE,
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
