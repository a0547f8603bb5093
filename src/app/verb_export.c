#include "app/app.h"

#include "export/manifest.h"
#include "export/write.h"
#include <string.h>

static bool read_options(App *app, ExportOptions *options, Error *err) {
    const Options *o = &app->options;
    const char *what = o->what ? o->what : "maps", *range = o->range ? o->range : "map";
    *options = (ExportOptions){
        .npy = o->format && strcmp(o->format, "npy") == 0,
        .colormap = o->colormap,
        .colormap_given = o->colormap_given,
        .scale = (int)o->scale,
        .density = (int)o->density,
        .folder = o->out,
        .image = o->image ? o->image : o->input,
        .command = app->command,
    };
    while (strcmp(export_what_name(options->what), what) != 0)
        options->what++;
    while (strcmp(export_range_name(options->range), range) != 0)
        options->range++;
    if (!o->out || !*o->out)
        return app_usage(app, err, "--out DIR is needed");
    if (options->npy && options->what == EXPORT_SHEET)
        return app_usage(app, err, "a sheet is a picture: --format npy goes with maps and kernels");
    return app_shard(app, &options->shard, &options->shards, err);
}

/* Computes the network as far as the last node that is wanted. */
static bool compute(App *app, Run *run, const bool *wanted, Error *err) {
    const Graph *g = &run_model(run)->graph;
    int64_t items = run_output(run, GRAPH_IMAGE)->shape.dim[0], work = 0;
    int last = g->node_count - 1;
    while (!wanted[last])
        last--;
    for (int i = 0; i <= last; i++)
        work += g->nodes[i].work * items;
    app_progress_begin(app, run_model(run)->title, work);
    bool ok = run_until(run, last, &app->job, err);
    app_progress_end(app);
    return ok;
}

static bool write(App *app, const Model *model, const Run *run, const bool *wanted,
                  const ExportOptions *options, Error *err) {
    ExportPlan plan;
    bool ok = export_plan(&plan, model, run, wanted, options, app->pool, &app->job, err);
    if (ok) {
        int64_t files = export_shard_files(&plan);
        char manifest[64];
        manifest_name(options, manifest);
        app_progress_begin(app, "writing", files);
        ok = export_write(&plan, app->pool, &app->job, err);
        app_progress_end(app);
        if (ok && !app->options.quiet)
            fprintf(app->out, "%lld file%s and %s in %s (%s)\n", (long long)files,
                    files == 1 ? "" : "s", manifest, options->folder, model->weights.source);
    }
    export_plan_free(&plan);
    return ok;
}

/* Kernels need neither a picture nor a run. */
bool verb_export(App *app, Error *err) {
    const Options *o = &app->options;
    ExportOptions options;
    if (!read_options(app, &options, err))
        return false;
    Tensor input;
    const char *source;
    bool kernels = options.what == EXPORT_KERNELS;
    Model *model = kernels && !options.image ? app_open(app, o->words[0], (int)o->size, err)
                                             : app_open_input(app, &input, &source, err);
    if (!model)
        return false;
    RunOptions how = run_exact(app_run_options(app));
    size_t nodes = (size_t)model->graph.node_count;
    bool *wanted = arena_alloc(&app->arena, nodes, sizeof *wanted, err);
    Run *run = NULL;
    bool ok =
        wanted &&
        export_select(&model->graph, o->nodes ? o->nodes : "weighted", options.what, wanted, err) &&
        export_prepare(&options, err);
    if (ok && !kernels)
        ok = (run = run_new(model, &input, &how, app->pool, err)) != NULL &&
             compute(app, run, wanted, err);
    ok = ok && write(app, model, run, wanted, &options, err);
    run_release(run);
    model_free(model);
    return ok;
}
