#include "app/app.h"

#include "base/json.h"
#include "engine/fast.h"
#include "engine/result.h"
#include "tensor/npy.h"
#include "tensor/stats.h"
#include <string.h>

/* --- Dumps
 * ------------------------------------------------------------------------------------------ */

static bool dump_tensor(const char *folder, const char *name, const Tensor *t, Error *err) {
    char path[FILE_PATH_MAX];
    return file_join(path, sizeof path, folder, TEXT("%s.npy", name), err) &&
           npy_save(path, t, err);
}

static bool dump(App *app, const Run *run, const Result *result, Error *err) {
    const Graph *g = &run_model(run)->graph;
    const char *list = app->options.nodes ? app->options.nodes : "weighted";
    char acts[FILE_PATH_MAX];
    bool *wanted = arena_alloc(&app->arena, (size_t)g->node_count, sizeof *wanted, err);
    if (!wanted || !graph_select(g, list, wanted, err) ||
        !file_join(acts, sizeof acts, app->options.dump, "acts", err) ||
        !file_make_folder(acts, err) ||
        !dump_tensor(app->options.dump, "logits", &result->logits, err) ||
        !dump_tensor(app->options.dump, "probs", &result->probabilities, err))
        return false;
    for (int i = 0; i < g->node_count; i++)
        if (wanted[i] && !dump_tensor(acts, g->nodes[i].name, run_output(run, i), err))
            return false;
    return true;
}

/* A wrong node is told before anything is computed. */
static bool check_nodes(App *app, const Model *model, Error *err) {
    const Graph *g = &model->graph;
    bool *wanted = arena_alloc(&app->arena, (size_t)g->node_count, sizeof *wanted, err);
    return wanted && (!app->options.nodes || graph_select(g, app->options.nodes, wanted, err));
}

/* --- Answers
 * ---------------------------------------------------------------------------------------- */

static int top_classes(App *app, const Result *result, int64_t item, int64_t **index, Error *err) {
    int64_t classes = result->probabilities.shape.dim[1];
    int count = app->options.top < classes ? (int)app->options.top : (int)classes;
    *index = arena_alloc(&app->arena, (size_t)count, sizeof **index, err);
    if (!*index)
        return -1;
    stats_top(tensor_item(&result->probabilities, item).data, classes, count, *index);
    return count;
}

static void json_top(JsonWriter *w, const Model *model, const Result *result, const int64_t *index,
                     int count) {
    char buffer[24];
    json_begin_array(w, "top");
    for (int i = 0; i < count; i++) {
        json_begin_object(w, NULL);
        json_put_int(w, "index", index[i]);
        json_put_text(w, "label", labels_name(&model->labels, (int)index[i], buffer));
        json_put_float(w, "p", result->probabilities.data[index[i]]);
        json_end(w);
    }
    json_end(w);
}

static void json_nodes(JsonWriter *w, const Run *run, const Graph *g) {
    json_begin_array(w, "nodes");
    for (int i = 0; run && i < g->node_count; i++) {
        const Shape *shape = &g->nodes[i].out;
        json_begin_object(w, NULL);
        json_put_text(w, "name", g->nodes[i].name);
        json_put_text(w, "op", g->nodes[i].type->name);
        json_begin_array(w, "shape");
        for (int d = 0; d < shape->rank; d++)
            json_put_int(w, NULL, shape->dim[d]);
        json_end(w);
        json_put_float(w, "ms", (float)run_node_ms(run, i));
        json_end(w);
    }
    json_end(w);
}

static bool json_answer(App *app, const Model *model, const Run *run, const Result *result,
                        Error *err) {
    int64_t *index;
    int count = top_classes(app, result, 0, &index, err);
    if (count < 0)
        return false;
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "model", model->name);
    json_begin_object(&w, "weights");
    json_put_text(&w, "source", model->weights.source);
    json_put_bool(&w, "trained", model->weights.trained);
    json_end(&w);
    json_put_text(&w, "conv", conv_path_name(app->options.conv));
    json_put_int(&w, "threads", pool_threads(app->pool));
    json_put_text(&w, "cpu", cpu_tier_name(app->options.cpu));
    json_put_text(&w, "plan", run ? "step" : "fast");
    json_top(&w, model, result, index, count);
    json_nodes(&w, run, &model->graph);
    json_put_float(&w, "total_ms", (float)result->ms);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text)
        fputs(text, app->out);
    mem_free(text);
    return text != NULL;
}

static bool text_answer(App *app, const Model *model, const char *source, const Result *result,
                        Error *err) {
    fprintf(app->out, "%s on %s (%s)\n", model->title, source, model->weights.source);
    for (int64_t n = 0; n < result->probabilities.shape.dim[0]; n++) {
        int64_t *index;
        int count = top_classes(app, result, n, &index, err);
        if (count < 0)
            return false;
        if (result->probabilities.shape.dim[0] > 1)
            fprintf(app->out, "item %lld\n", (long long)n);
        for (int i = 0; i < count; i++) {
            char buffer[24];
            float p = tensor_item(&result->probabilities, n).data[index[i]];
            fprintf(app->out, "%3d. %6s %%  %s\n", i + 1, FIXED_TEXT((double)p * 100, 2),
                    labels_name(&model->labels, (int)index[i], buffer));
        }
    }
    fprintf(app->out, "%.1f ms (conv %s, %s, %d thread%s)\n", result->ms,
            conv_path_name(app->options.conv), cpu_tier_name(app->options.cpu),
            pool_threads(app->pool), pool_threads(app->pool) == 1 ? "" : "s");
    return true;
}

/* --- Running
 * ---------------------------------------------------------------------------------------- */

static bool run_steps(App *app, const Model *model, const Tensor *input, const char *source,
                      Error *err) {
    RunOptions options = app_run_options(app);
    Run *run = run_new(model, input, &options, app->pool, err);
    if (!run)
        return false;
    app_progress_begin(app, model->title, run_work(run));
    bool ok = run_all(run, &app->job, err);
    app_progress_end(app);
    Result result;
    ok = ok && result_of_run(&result, run, &app->arena, err) &&
         (!app->options.dump || dump(app, run, &result, err)) &&
         (app->options.json ? json_answer(app, model, run, &result, err)
                            : text_answer(app, model, source, &result, err));
    run_release(run);
    return ok;
}

static bool run_fast(App *app, const Model *model, const Tensor *input, const char *source,
                     Error *err) {
    RunOptions options = app_run_options(app);
    FastPlan *plan = fast_new(model, input->shape.dim[0], &options, app->pool, err);
    if (!plan)
        return false;
    app_progress_begin(app, model->title, fast_work(plan));
    Result result;
    bool ok = fast_run(plan, input, &app->job, &app->arena, &result, err);
    app_progress_end(app);
    ok = ok && (app->options.json ? json_answer(app, model, NULL, &result, err)
                                  : text_answer(app, model, source, &result, err));
    fast_free(plan);
    return ok;
}

bool verb_run(App *app, Error *err) {
    const char *plan = app->options.plan ? app->options.plan : "step";
    bool fast = strcmp(plan, "fast") == 0;
    if (fast && app->options.dump)
        return app_usage(app, err, "--dump needs --plan step: the fast plan keeps no activations");
    if (app->options.dump && !*app->options.dump)
        return app_usage(app, err, "--dump: expected a folder, got ''");
    if (app->options.nodes && !app->options.dump)
        return app_usage(app, err, "--nodes needs --dump DIR");
    Tensor input;
    const char *source;
    Model *model = app_open_input(app, &input, &source, err);
    if (!model)
        return false;
    bool ok = check_nodes(app, model, err) && (fast ? run_fast(app, model, &input, source, err)
                                                    : run_steps(app, model, &input, source, err));
    model_free(model);
    return ok;
}
