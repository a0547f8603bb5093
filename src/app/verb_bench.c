#include "app/app.h"

#include "base/clock.h"
#include "base/json.h"
#include "engine/calibrate.h"
#include "engine/fast.h"
#include "engine/peak.h"
#include <string.h>

enum { WARM_UPS = 2, RUNS_MAX = 7 };
static const double runs_ms = 4000;       /* no further run of a median is begun after so long */
static const double naive_macs_max = 2e9; /* beyond this naive is timed only on --conv naive */

/* One network by one path and tier. */
typedef struct Timing {
    RunOptions how;
    double fast_ms, step_ms, gflops, peak; /* peak: GFLOP/s that the tier's multiply-adds reach */
    double *node_ms;                       /* in the fastest run */
    FastStep *steps;                       /* their times: medians */
    int step_count;
} Timing;

typedef struct Subject {
    App *app;
    const Model *model;
    Tensor input;
    double naive_ms; /* < 0: not measured */
    double macs;     /* of the batch */
} Subject;

/* Runs `once` until it has been timed often enough. */
typedef bool (*Once)(void *context, int run, double *ms, Error *err); /* run < 0: a warm-up */
static bool median_of(Once once, void *context, int *runs, double *median, Error *err) {
    double ms[RUNS_MAX], one, sum = 0;
    int count = 0;
    for (int run = -WARM_UPS; run < RUNS_MAX && (run <= 0 || sum < runs_ms); run++) {
        if (!once(context, run, &one, err))
            return false;
        sum += one;
        if (run >= 0)
            ms[count++] = one;
    }
    *runs = count;
    *median = peak_median(ms, count);
    return true;
}

/* --- The fast plan
 * ------------------------------------------------------------------------------------- */

typedef struct Fast {
    const Subject *subject;
    FastPlan *plan;
    FastStep *all; /* run by run */
    int steps;
} Fast;

static bool fast_once(void *context, int run, double *ms, Error *err) {
    Fast *f = context;
    Arena arena = {0};
    Result result;
    const bool ok =
        fast_run(f->plan, &f->subject->input, &f->subject->app->job, &arena, &result, err);
    *ms = ok ? result.ms : 0;
    for (int s = 0; ok && run >= 0 && s < f->steps; s++)
        f->all[run * f->steps + s] = fast_step(f->plan, s);
    arena_free(&arena);
    return ok;
}

static void note_steps(const Fast *f, int runs, Timing *t) {
    for (int i = 0; i < f->steps; i++) {
        double ms[RUNS_MAX];
        for (int run = 0; run < runs; run++)
            ms[run] = f->all[run * f->steps + i].ms;
        t->steps[i] = f->all[i];
        t->steps[i].ms = peak_median(ms, runs);
    }
    t->step_count = f->steps;
}

static bool time_fast(const Subject *s, Timing *t, Error *err) {
    Arena *arena = &s->app->arena;
    Fast f = {.subject = s,
              .plan = fast_new(s->model, s->input.shape.dim[0], &t->how, s->app->pool, err)};
    if (!f.plan)
        return false;
    f.steps = fast_step_count(f.plan);
    f.all = arena_alloc(arena, (size_t)f.steps * RUNS_MAX, sizeof *f.all, err);
    t->steps = arena_alloc(arena, (size_t)f.steps, sizeof *t->steps, err);
    int runs;
    const bool ok = f.all && t->steps && median_of(fast_once, &f, &runs, &t->fast_ms, err);
    if (ok)
        note_steps(&f, runs, t);
    fast_free(f.plan);
    return ok;
}

/* --- Step mode
 * ----------------------------------------------------------------------------------------- */

typedef struct Steps {
    const Subject *subject;
    Run *run;
    double best, *node_ms; /* NULL: not wanted */
} Steps;

static bool steps_once(void *context, int run, double *ms, Error *err) {
    Steps *s = context;
    const int nodes = s->subject->model->graph.node_count;
    run_restart(s->run, &s->subject->input);
    const double start = clock_ms();
    if (!run_all(s->run, &s->subject->app->job, err))
        return false;
    *ms = clock_ms() - start;
    if (!s->node_ms || run < 0 || (run > 0 && *ms >= s->best))
        return true;
    s->best = *ms;
    for (int i = 0; i < nodes; i++)
        s->node_ms[i] = run_node_ms(s->run, i);
    return true;
}

static Run *new_run(const Subject *s, const RunOptions *how, Error *err) {
    return run_new(s->model, &s->input, how, s->app->pool, err);
}

static bool time_steps(const Subject *s, Timing *t, Error *err) {
    t->node_ms =
        arena_alloc(&s->app->arena, (size_t)s->model->graph.node_count, sizeof *t->node_ms, err);
    Steps steps = {.subject = s, .run = new_run(s, &t->how, err), .node_ms = t->node_ms};
    int runs;
    const bool ok =
        t->node_ms && steps.run && median_of(steps_once, &steps, &runs, &t->step_ms, err);
    run_release(steps.run);
    return ok;
}

static bool time_naive(Subject *s, Error *err) {
    const RunOptions how = {.path = CONV_NAIVE, .tier = s->app->options.cpu};
    s->naive_ms = -1;
    if (s->macs > naive_macs_max && s->app->options.conv != CONV_NAIVE)
        return true;
    Steps steps = {.subject = s, .run = new_run(s, &how, err)};
    const bool ok = steps.run && steps_once(&steps, 0, &s->naive_ms, err);
    run_release(steps.run);
    return ok;
}

static bool time_both(const Subject *s, const RunOptions *how, Timing *t, Error *err) {
    *t = (Timing){.how = *how};
    if (!time_fast(s, t, err) || !time_steps(s, t, err) ||
        !engine_peak_fma(how->tier, s->app->pool, &s->app->job, &t->peak, err))
        return false;
    t->gflops = 2 * s->macs / t->fast_ms * 1e-6;
    return true;
}

/* --- What is told
 * -------------------------------------------------------------------------------------- */

static void put_layers(JsonWriter *w, const Model *m, const Timing *t) {
    json_begin_array(w, "layers");
    for (int i = 0; i < m->graph.node_count; i++) {
        json_begin_object(w, NULL);
        json_put_text(w, "name", m->graph.nodes[i].name);
        json_put_float(w, "ms", (float)t->node_ms[i]);
        json_put_int(w, "macs", m->graph.nodes[i].macs);
        json_end(w);
    }
    json_end(w);
    json_begin_array(w, "fast_steps");
    for (int i = 0; i < t->step_count; i++) {
        json_begin_object(w, NULL);
        json_put_text(w, "name", t->steps[i].node);
        json_put_text(w, "way", t->steps[i].way);
        json_put_float(w, "ms", (float)t->steps[i].ms);
        json_put_int(w, "macs", t->steps[i].macs);
        json_end(w);
    }
    json_end(w);
}

static void put_timing(JsonWriter *w, const Timing *t) {
    json_put_text(w, "tier", cpu_tier_name(t->how.tier));
    json_put_text(w, "conv", conv_path_name(t->how.path));
    json_put_float(w, "fast_ms", (float)t->fast_ms);
    json_put_float(w, "step_ms", (float)t->step_ms);
    json_put_float(w, "gflops", (float)t->gflops);
    json_put_float(w, "peak_gflops", (float)t->peak);
}

static void put_row(JsonWriter *w, const Subject *s, const Timing *t) {
    json_put_text(w, "model", s->model->name);
    json_put_int(w, "threads", pool_threads(s->app->pool));
    put_timing(w, t);
    if (s->naive_ms < 0)
        json_put_null(w, "naive_ms");
    else
        json_put_float(w, "naive_ms", (float)s->naive_ms);
    if (s->app->options.layers)
        put_layers(w, s->model, t);
}

static void print_layer(App *app, const Timing *t, const char *name, const char *way, double ms,
                        int64_t macs) {
    const double gflops = 2.0 * (double)macs / ms * 1e-6;
    fprintf(app->out, "  %-40s %-9s %9.3f ms", name, way, ms);
    if (macs)
        fprintf(app->out, " %7.1f GFLOP/s %5.1f %%", gflops, gflops / t->peak * 100);
    fputc('\n', app->out);
}

static void print_timing(App *app, const Timing *t, const char *naive) {
    fprintf(app->out, " %-7s %-9s %9.2f %9.2f %10s %9.1f %7.1f %%\n", cpu_tier_name(t->how.tier),
            conv_path_name(t->how.path), t->fast_ms, t->step_ms, naive, t->gflops,
            t->gflops / t->peak * 100);
}

static void print_row(const Subject *s, const Timing *t) {
    App *app = s->app;
    char naive[32];
    snprintf(naive, sizeof naive, s->naive_ms < 0 ? "-" : "%.1f", s->naive_ms);
    fprintf(app->out, "%-16s", s->model->name);
    print_timing(app, t, naive);
    for (int i = 0; app->options.layers && i < t->step_count; i++)
        print_layer(app, t, t->steps[i].node, t->steps[i].way, t->steps[i].ms, t->steps[i].macs);
    for (int i = 0; app->options.layers && i < s->model->graph.node_count; i++) {
        const Node *node = &s->model->graph.nodes[i];
        print_layer(app, t, node->name, "step", t->node_ms[i], node->macs * s->input.shape.dim[0]);
    }
}

/* --- Networks
 * ------------------------------------------------------------------------------------------ */

/* By each path and tier that this machine has. */
static bool bench_paths(const Subject *s, JsonWriter *w, Error *err) {
    static const ConvPath paths[] = {CONV_GEMM, CONV_WINOGRAD, CONV_AUTO};
    json_begin_array(w, "paths");
    for (int tier = CPU_REF; tier <= (int)s->app->options.cpu; tier++)
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
            const RunOptions how = {.path = paths[i], .tier = (CpuTier)tier};
            Timing t;
            if (!time_both(s, &how, &t, err))
                return false;
            json_begin_object(w, NULL);
            put_timing(w, &t);
            json_end(w);
            if (!s->app->options.json) {
                fprintf(s->app->out, "%-16s", "");
                print_timing(s->app, &t, "");
            }
        }
    json_end(w);
    return true;
}

static bool make_input(Subject *s, Error *err) {
    const int64_t batch = s->app->options.batch ? s->app->options.batch : 1;
    const Graph *g = &s->model->graph;
    const Shape shape = shape_batched(&g->input, batch);
    if (!shape_check(&shape, "the input", err) ||
        !tensor_new(&s->input, &s->app->arena, &shape, err))
        return false;
    for (int64_t n = 0; n < batch; n++)
        calibrate_picture(&g->input, tensor_item(&s->input, n).data);
    s->macs = (double)g->macs * (double)batch;
    return true;
}

static bool bench_model(App *app, JsonWriter *w, const char *name, Error *err) {
    Model *m = app_open(app, name, (int)app->options.size, err);
    Subject s = {.app = app, .model = m};
    Timing t;
    if (!m)
        return false;
    const RunOptions how = app_run_options(app);
    app_progress_begin(app, m->title, 0);
    bool ok = make_input(&s, err) && time_both(&s, &how, &t, err) && time_naive(&s, err);
    app_progress_end(app);
    if (ok) {
        json_begin_object(w, NULL);
        put_row(w, &s, &t);
        if (!app->options.json)
            print_row(&s, &t);
        ok = !app->options.paths || bench_paths(&s, w, err);
        json_end(w);
    }
    model_free(m);
    return ok;
}

static void print_heading(App *app, double gflops) {
    fprintf(app->out, "%s, threads: %d, GEMM %d^3: %.1f GFLOP/s\n", cpu_name(),
            pool_threads(app->pool), PEAK_SIZE, gflops);
    fprintf(app->out, "%-16s %-7s %-9s %9s %9s %10s %9s %9s\n", "network", "tier", "path",
            "fast ms", "step ms", "naive ms", "GFLOP/s", "of peak");
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
        print_heading(app, gflops);
    bool ok = true;
    for (int i = 0; ok && i < count; i++)
        ok = bench_model(app, &w, names[i], err);
    json_end(&w);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text && ok && app->options.json)
        fputs(text, app->out);
    mem_free(text);
    return ok && text;
}
