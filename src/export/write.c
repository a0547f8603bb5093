#include "export/write.h"

#include "base/file.h"
#include "export/manifest.h"
#include "export/picture.h"
#include "export/sheet.h"
#include "tensor/npy.h"
#include <stdio.h>
#include <string.h>

bool export_prepare(const ExportOptions *options, Error *err) {
    char name[64], path[FILE_PATH_MAX];
    FileWriter probe;
    manifest_name(options, name);
    if (!file_make_folder(options->folder, err) ||
        !file_join(path, sizeof path, options->folder, name, err) ||
        !file_create(&probe, path, err))
        return false;
    file_abort(&probe);
    return true;
}

/* Files from..to-1 of the plan are written by the pool's threads. */
typedef struct Writer {
    const ExportPlan *plan;
    Job *job;
    const int64_t *todo; /* indexes of files */
    Image *sheets;       /* of each of `todo`, drawn already; NULL for parts */
    atomic_bool failed;
    struct {
        int64_t file; /* 1 + its index; 0: nothing failed */
        Error err;
    } * failures; /* by worker: its first */
} Writer;

static void describe(const ExportPlan *plan, const ExportFile *file, char *text, size_t size) {
    const ExportPart *p = &plan->parts[file->first];
    const char *node = plan->model->graph.nodes[p->node].name;
    bool kernels = plan->options.what == EXPORT_KERNELS;
    if (file->page >= 0)
        snprintf(text, size, "%s %s, %lld %s from %d on", plan->model->name, node,
                 (long long)file->count, kernels ? "kernels" : "maps", p->channel);
    else
        snprintf(text, size, "%s %s, %s %d: colours (%s) span %.9g to %.9g", plan->model->name,
                 node, kernels ? "kernel" : "map", p->channel,
                 p->rgb ? "rgb" : colormap_name(p->colormap), (double)p->range.min,
                 (double)p->range.max);
}

static bool save_picture(const ExportPlan *plan, const ExportFile *file, const Image *image,
                         const char *path, Error *err) {
    char about[1024], weights[440];
    Arena arena = {0};
    const char *command = plan->options.command ? plan->options.command : "";
    describe(plan, file, about, sizeof about);
    export_weights_text(weights, sizeof weights, plan->model);
    char *comment =
        arena_format(&arena, err, "%s%s%s%s", command, *command ? "\n" : "",
                     plan->model->weights.kind == WEIGHTS_FILE ? "weights " : "", weights);
    const char *const texts[] = {
        "Software", "convoscope " CONVOSCOPE_VERSION, "Description", about, "Comment", comment,
        NULL};
    bool ok = comment && image_save_png(path, image, texts, err);
    arena_free(&arena);
    return ok;
}

static bool save_numbers(const ExportPlan *plan, const ExportPart *part, const char *path,
                         Error *err) {
    Tensor t = {.data = (float *)(uintptr_t)part->data};
    if (plan->options.what == EXPORT_KERNELS)
        t.shape = SHAPE(part->planes, part->height, part->width);
    else if (part->vector)
        t.shape = SHAPE(part->height * part->width);
    else
        t.shape = SHAPE(part->height, part->width);
    return npy_save(path, &t, err);
}

static bool write_file(const Writer *w, int64_t i, Error *err) {
    const ExportPlan *plan = w->plan;
    const ExportFile *file = &plan->files[w->todo[i]];
    const ExportPart *part = &plan->parts[file->first];
    char name[EXPORT_NAME_SIZE], path[FILE_PATH_MAX];
    export_file_name(plan, file, name);
    if (!file_join(path, sizeof path, plan->options.folder, name, err))
        return false;
    if (w->sheets)
        return save_picture(plan, file, &w->sheets[i], path, err);
    if (plan->options.npy)
        return save_numbers(plan, part, path, err);
    Image image;
    if (!picture_make(part, plan->options.scale, &image, err))
        return error_prefix(err, "%s", name);
    bool ok = save_picture(plan, file, &image, path, err);
    image_free(&image);
    return ok;
}

static void write_task(void *context, int64_t i, int worker) {
    Writer *w = context;
    if (atomic_load(&w->failed))
        return;
    Error err = {0};
    if (write_file(w, i, &err)) {
        job_advance(w->job, 1);
        return;
    }
    atomic_store(&w->failed, true);
    if (!w->failures[worker].file) {
        w->failures[worker].file = w->todo[i] + 1;
        w->failures[worker].err = err;
    }
}

/* Of the failures, that of the first file is told. */
static bool write_all(Writer *w, int64_t count, Pool *pool, Error *err) {
    bool done = pool_run(pool, w->job, count, write_task, w);
    int first = -1;
    for (int i = 0; i < pool_threads(pool); i++)
        if (w->failures[i].file && (first < 0 || w->failures[i].file < w->failures[first].file))
            first = i;
    if (first >= 0 && err && err->code == ERROR_NONE)
        *err = w->failures[first].err;
    return first < 0 && (done || error_set(err, ERROR_CANCELLED, ""));
}

/* Sheets are drawn by one thread, which the fonts ask for, and compressed by all: a thread's worth
 * each at a time, or less if they are large. */
enum { DRAWN_PIXELS_MAX = 64 * 1000 * 1000 };

static bool write_sheets(Writer *w, int64_t count, Pool *pool, Error *err) {
    const int64_t *todo = w->todo;
    int64_t most = pool_threads(pool);
    const int density = w->plan->options.density;
    Fonts *fonts = fonts_new(density > 0 ? density : 1, err);
    w->sheets = fonts ? mem_alloc((size_t)most, sizeof *w->sheets, err) : NULL;
    bool ok = w->sheets != NULL;
    for (int64_t done = 0, drawn; ok && done < count; done += drawn) {
        int64_t pixels = 0;
        for (drawn = 0; ok && drawn < most && done + drawn < count && pixels < DRAWN_PIXELS_MAX;
             drawn++) {
            Image *image = &w->sheets[drawn];
            ok = !job_cancelled(w->job) || error_set(err, ERROR_CANCELLED, "");
            ok = ok && sheet_make(w->plan, &w->plan->files[todo[done + drawn]], fonts, image, err);
            pixels += (int64_t)image->width * image->height;
        }
        w->todo = todo + done;
        ok = ok && write_all(w, drawn, pool, err);
        for (int64_t i = 0; i < drawn; i++)
            image_free(&w->sheets[i]);
    }
    mem_free(w->sheets);
    fonts_free(fonts);
    w->sheets = NULL;
    return ok;
}

/* The files of the shard from `from` up to `to`: first single parts, then sheets. */
static int64_t list_files(const ExportPlan *plan, int64_t from, int64_t to, bool sheets,
                          int64_t *todo) {
    int64_t count = 0;
    for (int64_t i = from; i < to; i++)
        if (export_in_shard(plan, i) && (plan->files[i].page >= 0) == sheets)
            todo[count++] = i;
    return count;
}

bool export_write_some(const ExportPlan *plan, int64_t from, int64_t to, Pool *pool, Job *job,
                       Error *err) {
    Arena arena = {0};
    Writer w = {.plan = plan, .job = job};
    int64_t *todo = arena_alloc(&arena, (size_t)(to - from), sizeof *todo, err);
    w.failures = arena_alloc(&arena, (size_t)pool_threads(pool), sizeof *w.failures, err);
    w.todo = todo;
    bool ok =
        todo && w.failures && write_all(&w, list_files(plan, from, to, false, todo), pool, err);
    const int64_t sheets = ok ? list_files(plan, from, to, true, todo) : 0;
    ok = ok && (!sheets || write_sheets(&w, sheets, pool, err));
    arena_free(&arena);
    return ok;
}

bool export_write(const ExportPlan *plan, Pool *pool, Job *job, Error *err) {
    return export_write_some(plan, 0, plan->file_count, pool, job, err) &&
           manifest_write(plan, err);
}
