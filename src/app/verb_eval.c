#include "app/app.h"

#include "base/json.h"
#include "engine/fast.h"
#include "model/dataset.h"
#include <string.h>

enum { EVAL_BATCH = 8 };

typedef struct Eval {
    App *app;
    const Model *model;
    Dataset *data;
    int64_t count, done, top1, top5, skipped;
    double loss; /* summed */
    char first_skipped[ERROR_TEXT_SIZE];
} Eval;

/* Of a limited number: a file's first ones; of folders, which are sorted by class, some of each. */
static int64_t picture_index(const Eval *e, int64_t i) {
    bool spread = strcmp(dataset_kind(e->data), "folder") == 0;
    return spread ? (int64_t)((double)i * (double)dataset_count(e->data) / (double)e->count) : i;
}

/* One labelled picture as input number n of the batch; *taken tells whether it was readable. */
static bool read_item(Eval *e, int64_t i, Tensor *batch, int64_t n, int *label, bool *taken,
                      Error *err) {
    Image image;
    Error local = {0};
    char name[FILE_PATH_MAX];
    *taken = false;
    if (dataset_get(e->data, picture_index(e, i), &image, label, name, &local)) {
        Tensor item = tensor_item(batch, n);
        *taken = preprocess_image(&e->model->preprocess, &e->model->graph.input, &image, item.data,
                                  NULL, &local) ||
                 error_prefix(&local, "%s", name);
        image_free(&image);
    }
    if (!*taken) {
        if (e->skipped++ == 0)
            snprintf(e->first_skipped, sizeof e->first_skipped, "%s", local.text);
        return true;
    }
    int64_t classes = e->model->graph.nodes[e->model->graph.node_count - 1].out.dim[0];
    if (*label >= 0 && *label < classes)
        return true;
    return error_set(err, ERROR_EXPECTED, TEXT("%.200s: its class", name),
                     TEXT("0..%lld", (long long)classes - 1),
                     *label < 0 ? "none: pictures lie in folders named by class, IDX files beside "
                                  "those of their labels"
                                : TEXT("%d", *label));
}

static bool score_batch(Eval *e, FastPlan *plan, const Tensor *batch, const int *labels,
                        Error *err) {
    Arena arena = {0};
    Result result;
    double loss;
    int64_t top1, top5;
    bool ok = fast_run(plan, batch, &e->app->job, &arena, &result, err);
    if (ok) {
        result_score(&result, labels, &loss, &top1, &top5);
        int64_t items = batch->shape.dim[0];
        e->loss += loss * (double)items;
        e->top1 += top1;
        e->top5 += top5;
        e->done += items;
    }
    arena_free(&arena);
    return ok;
}

/* The last batch may be smaller and then needs a plan of its own. */
static bool score_rest(Eval *e, Tensor *batch, int64_t items, const int *labels,
                       const RunOptions *options, Error *err) {
    if (items == 0)
        return true;
    batch->shape.dim[0] = items;
    FastPlan *plan = fast_new(e->model, items, options, e->app->pool, err);
    bool ok = plan && score_batch(e, plan, batch, labels, err);
    fast_free(plan);
    return ok;
}

static bool eval_all(Eval *e, Error *err) {
    App *app = e->app;
    RunOptions options = app_run_options(app);
    int64_t size = app->options.batch ? app->options.batch : EVAL_BATCH, filled = 0;
    Shape shape = shape_batched(&e->model->graph.input, size);
    Tensor batch;
    int *labels = arena_alloc(&app->arena, (size_t)size, sizeof *labels, err);
    FastPlan *plan = fast_new(e->model, size, &options, app->pool, err);
    bool ok = labels && plan && shape_check(&shape, "the batch", err) &&
              tensor_new(&batch, &app->arena, &shape, err);
    for (int64_t i = 0; ok && i < e->count; i++) {
        bool taken = false;
        if (job_cancelled(&app->job))
            ok = error_set(err, ERROR_CANCELLED, "");
        else
            ok = read_item(e, i, &batch, filled, &labels[filled], &taken, err);
        filled += ok && taken;
        if (ok && filled == size) {
            ok = score_batch(e, plan, &batch, labels, err);
            filled = 0;
        }
        if (ok && !taken)
            job_advance(&app->job, e->model->graph.work);
    }
    ok = ok && score_rest(e, &batch, filled, labels, &options, err);
    fast_free(plan);
    return ok;
}

static bool print_eval(Eval *e, Error *err) {
    FILE *out = e->app->out;
    double count = (double)e->done, top1 = (double)e->top1 / count, top5 = (double)e->top5 / count;
    if (!e->app->options.json) {
        fprintf(out, "%s (%s) on %s: top-1 %.2f %%, top-5 %.2f %%, loss %s\n", e->model->title,
                e->model->weights.source, COUNTED(e->done, "picture"), top1 * 100, top5 * 100,
                FIXED_TEXT(e->loss / count, 4));
        return true;
    }
    JsonWriter w = {0};
    json_begin_object(&w, NULL);
    json_put_text(&w, "model", e->model->name);
    json_put_int(&w, "images", e->done);
    json_put_double(&w, "top1", top1);
    json_put_double(&w, "top5", top5);
    json_put_double(&w, "loss", e->loss / count);
    json_put_int(&w, "skipped", e->skipped);
    json_begin_object(&w, "weights");
    json_put_text(&w, "source", e->model->weights.source);
    json_put_bool(&w, "trained", e->model->weights.trained);
    json_end(&w);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text)
        fputs(text, out);
    mem_free(text);
    return text != NULL;
}

/* Pictures that could not be read are a remark; if there are no others, an error. */
static bool tell_skipped(const Eval *e, Error *err) {
    char text[ERROR_ARG_SIZE];
    text_format(text, sizeof text, "%lld of %s %s; the first: %.300s", (long long)e->skipped,
                COUNTED(e->count, "picture"), e->done ? "skipped" : "cannot be read",
                e->first_skipped);
    if (e->done == 0)
        return error_set(err, ERROR_BAD, text);
    if (e->skipped)
        app_warn(text);
    return true;
}

static bool eval_data(Eval *e, Error *err) {
    const Options *o = &e->app->options;
    e->data = dataset_open(o->data, DATASET_TEST, &e->model->labels, err);
    if (!e->data)
        return false;
    app_note(e->app, dataset_note(e->data));
    e->count = dataset_count(e->data);
    if (o->limit && o->limit < e->count)
        e->count = o->limit;
    int64_t work;
    if (__builtin_mul_overflow(e->count, e->model->graph.work, &work))
        work = INT64_MAX;
    app_progress_begin(e->app, e->model->title, work);
    bool ok = eval_all(e, err);
    app_progress_end(e->app);
    ok = ok && tell_skipped(e, err);
    ok = ok && print_eval(e, err);
    dataset_free(e->data);
    return ok;
}

bool verb_eval(App *app, Error *err) {
    if (!app->options.data)
        return app_usage(app, err, "--data PATH is needed");
    Eval e = {.app = app};
    Model *model = app_open(app, app->options.words[0], (int)app->options.size, err);
    if (!model)
        return false;
    e.model = model;
    bool ok = eval_data(&e, err);
    model_free(model);
    return ok;
}
