/* What the tests of exports share: a tiny network that has run, an export of it, what it wrote. */
#ifndef TESTS_EXPORT_SUPPORT_H
#define TESTS_EXPORT_SUPPORT_H

#include "support.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "export/manifest.h"
#include "export/picture.h"
#include "export/sheet.h"
#include "export/write.h"
#include "tensor/npy.h"
#include <stdio.h>
#include <string.h>

/* Dropout does nothing, so its output is known; the rest has all kinds of shapes. */
static const char *const tiny =
    "{\"title\": \"Tiny\", \"input\": [3, 6, 7], \"layers\": ["
    "{\"op\": \"dropout\", \"name\": \"same\"},"
    "{\"op\": \"conv\", \"name\": \"conv1\", \"label\": \"first\", \"out\": 4, \"kernel\": 3, "
    "\"from\": \"input\", \"then\": \"relu\"},"
    "{\"op\": \"conv\", \"name\": \"conv2\", \"out\": 6, \"kernel\": 2},"
    "{\"op\": \"flatten\"},"
    "{\"op\": \"linear\", \"name\": \"fc\", \"out\": 10},"
    "{\"op\": \"softmax\"}]}";

typedef struct Fixture {
    Arena arena;
    Pool *pool;
    Job job;
    Model *model;
    Run *run;
    bool wanted[16];
    char folder[FILE_PATH_MAX];
    ExportOptions options;
    ExportPlan plan;
    Error err;
} Fixture;

/* A network with random weights of seed 1 that has run on `items` inputs: 0, 1, 2, ... minus
 * `below`, over 10. */
static inline void open_fixture(Fixture *f, const char *text, int64_t items, int below) {
    static int made;
    *f = (Fixture){0};
    snprintf(f->folder, sizeof f->folder, "%s", test_path(TEXT("out%d", ++made)));
    f->options = (ExportOptions){.scale = 1,
                                 .folder = f->folder,
                                 .image = "a dir/cat.png",
                                 .command = "convoscope export tiny --out 'x y'"};
    assert_ok(f->pool = pool_new(3, &f->err), f->err);
    assert_ok(f->model = model_parse(text, strlen(text), "tiny", 0, &f->err), f->err);
    assert_ok(weights_random(f->model, 1, f->pool, NULL, &f->err), f->err);
    Tensor input;
    Shape shape = shape_batched(&f->model->graph.input, items);
    assert_ok(tensor_new(&input, &f->arena, &shape, &f->err), f->err);
    for (int64_t i = 0; i < tensor_count(&input); i++)
        input.data[i] = (float)(i - below) / 10;
    RunOptions how = {.path = CONV_NAIVE, .tier = CPU_REF};
    assert_ok(f->run = run_new(f->model, &input, &how, f->pool, &f->err), f->err);
    assert_ok(run_all(f->run, NULL, &f->err), f->err);
}

static inline void make_plan(Fixture *f, const char *nodes) {
    export_plan_free(&f->plan);
    assert_ok(export_select(&f->model->graph, nodes, f->options.what, f->wanted, &f->err), f->err);
    assert_ok(
        export_plan(&f->plan, f->model, f->run, f->wanted, &f->options, f->pool, NULL, &f->err),
        f->err);
}

static inline void export_nodes(Fixture *f, const char *nodes) {
    make_plan(f, nodes);
    assert_ok(export_prepare(&f->options, &f->err), f->err);
    assert_ok(export_write(&f->plan, f->pool, &f->job, &f->err), f->err);
}

static inline void close_fixture(Fixture *f) {
    export_plan_free(&f->plan);
    run_release(f->run);
    model_free(f->model);
    pool_free(f->pool);
    arena_free(&f->arena);
}

static inline const char *in_folder(Fixture *f, const char *name) {
    static char path[FILE_PATH_MAX + 600];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    return path;
}

static inline Image load(Fixture *f, const char *name) {
    Image image;
    assert_ok(image_load(&image, in_folder(f, name), NULL, &f->err), f->err);
    return image;
}

static inline size_t files_in(Fixture *f) {
    char **names;
    size_t count;
    assert_ok(file_list(f->folder, &f->arena, &names, &count, &f->err), f->err);
    return count;
}

/* The float output of a node of the run. */
static inline const float *output(const Fixture *f, const char *node) {
    return run_output(f->run, graph_find(&f->model->graph, node, NULL))->data;
}

static inline Json *manifest(Fixture *f, const char *name) {
    Json *root = json_load(in_folder(f, name), &f->err);
    assert_ok(root, f->err);
    return root;
}

/* Every character as wide as three fifths of the size: layouts without a font. */
static inline int made_up_width(void *context, TextFace face, int size, const char *text) {
    (void)context, (void)face;
    return (int)strlen(text) * size * 3 / 5;
}
static inline int made_up_height(void *context, TextFace face, int size) {
    (void)context, (void)face;
    return size + size / 4;
}
static const TextMetrics made_up = {made_up_width, made_up_height, NULL};

#endif
