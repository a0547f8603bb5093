/* What an export writes: names, pixels, numbers, ranges, manifests, sheets, shards, failures. */
#include "support.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "export/manifest.h"
#include "export/picture.h"
#include "export/sheet.h"
#include "export/write.h"
#include "tensor/npy.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* Dropout does nothing, so its output is known; the rest has all kinds of shapes. */
static const char tiny[] =
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
static void open_fixture(Fixture *f, const char *text, int64_t items, int below) {
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

static void make_plan(Fixture *f, const char *nodes) {
    export_plan_free(&f->plan);
    assert_ok(export_select(&f->model->graph, nodes, f->options.what, f->wanted, &f->err), f->err);
    assert_ok(
        export_plan(&f->plan, f->model, f->run, f->wanted, &f->options, f->pool, NULL, &f->err),
        f->err);
}

static void export_nodes(Fixture *f, const char *nodes) {
    make_plan(f, nodes);
    assert_ok(export_prepare(&f->options, &f->err), f->err);
    assert_ok(export_write(&f->plan, f->pool, &f->job, &f->err), f->err);
}

static void close_fixture(Fixture *f) {
    export_plan_free(&f->plan);
    run_release(f->run);
    model_free(f->model);
    pool_free(f->pool);
    arena_free(&f->arena);
}

static const char *in_folder(Fixture *f, const char *name) {
    static char path[FILE_PATH_MAX + 600];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    return path;
}

static Image load(Fixture *f, const char *name) {
    Image image;
    assert_ok(image_load(&image, in_folder(f, name), NULL, &f->err), f->err);
    return image;
}

static size_t files_in(Fixture *f) {
    char **names;
    size_t count;
    assert_ok(file_list(f->folder, &f->arena, &names, &count, &f->err), f->err);
    return count;
}

/* The float output of a node of the run. */
static const float *output(const Fixture *f, const char *node) {
    return run_output(f->run, graph_find(&f->model->graph, node, NULL))->data;
}

static Json *manifest(Fixture *f, const char *name) {
    Json *root = json_load(in_folder(f, name), &f->err);
    assert_ok(root, f->err);
    return root;
}

/* --- Names and pixels ---------------------------------------------------------------------------
 */

static void names_of_files(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 60);
    export_nodes(&f, "all");
    assert_int_equal(f.plan.file_count, 3 + 4 + 4 + 6 + 1 + 1 + 1);
    assert_int_equal(files_in(&f), f.plan.file_count + 1);
    assert_int_equal(f.job.done, f.plan.file_count);
    static const char *const names[] = {"tiny_same_c0000.png",  "tiny_same_c0002.png",
                                        "tiny_conv1_c0003.png", "tiny_conv1.relu_c0001.png",
                                        "tiny_fc_c0000.png",    "tiny_softmax_c0000.png",
                                        "manifest.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!file_exists(in_folder(&f, names[i])))
            fail_msg("there is no %s", names[i]);
    close_fixture(&f);
}

static void names_are_safe(void **state) {
    (void)state;
    Fixture f;
    char name[EXPORT_NAME_SIZE];
    open_fixture(&f, tiny, 1, 0);
    make_plan(&f, "conv1");
    f.model->name = ".my n\xc3\xa9t/1";
    export_file_name(&f.plan, &f.plan.files[0], name);
    assert_string_equal(name, "_my_n__t_1_conv1_c0000.png");
    f.plan.parts[0].channel = 12345;
    f.model->name = "m";
    export_file_name(&f.plan, &f.plan.files[0], name);
    assert_string_equal(name, "m_conv1_c12345.png");
    close_fixture(&f);
}

static void grey_levels(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    f.options.colormap = COLORMAP_GRAY;
    f.options.colormap_given = true;
    f.options.scale = 2;
    export_nodes(&f, "same");
    Image image = load(&f, "tiny_same_c0001.png");
    assert_int_equal(image.width, 14);
    assert_int_equal(image.height, 12);
    for (int y = 0; y < 12; y++)
        for (int x = 0; x < 14; x++) {
            double level = (y / 2 * 7 + x / 2) / 41.0 * 256;
            const uint8_t *p = image.pixels + (y * 14 + x) * image.channels;
            assert_in_range(p[0], level > 255 ? 254 : (int)(level - 0.001),
                            level > 255 ? 255 : (int)(level + 0.001));
            assert_int_equal(p[0], p[image.channels - 1]);
        }
    image_free(&image);
    close_fixture(&f);
}

/* Viridis where nothing is negative; else red and blue, and white where it is 0. */
static void preset_colors(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    export_nodes(&f, "same,conv1.relu,softmax");
    for (int64_t i = 0; i < f.plan.part_count; i++)
        assert_int_equal(f.plan.parts[i].colormap, COLORMAP_VIRIDIS);
    close_fixture(&f);

    open_fixture(&f, tiny, 1, 3);
    export_nodes(&f, "same");
    Image image = load(&f, "tiny_same_c0000.png");
    static const uint8_t white[3] = {255, 255, 255}, red[3] = {0x8a, 0x02, 0x1c};
    assert_memory_equal(image.pixels + 3 * 3, white, 3); /* the fourth number is 0 */
    assert_memory_equal(image.pixels + 3 * 41, red, 3);
    assert_true(image.pixels[0] < image.pixels[2]); /* -0.3: bluish */
    image_free(&image);
    for (int64_t i = 0; i < f.plan.part_count; i++) /* the others have no negative numbers */
        assert_int_equal(f.plan.parts[i].colormap, COLORMAP_RDBU);
    assert_true(f.plan.parts[0].range.min == -f.plan.parts[0].range.max);
    close_fixture(&f);
}

static void not_finite(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 3);
    float *same = (float *)(uintptr_t)output(&f, "same");
    same[0] = NAN;
    same[1] = INFINITY;
    same[2] = -INFINITY;
    for (int i = 42; i < 84; i++)
        same[i] = NAN;
    export_nodes(&f, "same");
    static const uint8_t colors[9] = {255, 0, 255, 255, 255, 0, 0, 255, 255};
    Image image = load(&f, "tiny_same_c0000.png");
    assert_memory_equal(image.pixels, colors, 9);
    image_free(&image);
    Json *root = manifest(&f, "manifest.json");
    const Json *first = json_at(json_get(root, "files"), 0), *second = json_next(first);
    assert_int_equal((int)json_number(json_get(first, "nan")), 1);
    assert_int_equal((int)json_number(json_get(first, "infinite")), 2);
    assert_true(json_number(json_get(first, "min")) == 0);
    assert_int_equal((int)json_number(json_get(second, "nan")), 42);
    assert_int_equal(json_type(json_get(second, "min")), JSON_NULL);
    assert_int_equal(json_type(json_get(second, "mean")), JSON_NULL);
    json_free(root);
    close_fixture(&f);
}

static void ranges(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    make_plan(&f, "same,softmax");
    const ExportPart *p = f.plan.parts;
    assert_float_equal(p[1].range.min, 4.2, 1e-6);
    assert_float_equal(p[1].range.max, 8.3, 1e-6);
    f.options.range = EXPORT_RANGE_LAYER;
    make_plan(&f, "same,softmax");
    p = f.plan.parts;
    for (int c = 0; c < 3; c++) {
        assert_float_equal(p[c].range.min, 0, 1e-6);
        assert_float_equal(p[c].range.max, 12.5, 1e-6);
    }
    assert_true(p[3].range.max <= 1);
    f.options.range = EXPORT_RANGE_GLOBAL;
    make_plan(&f, "same,softmax");
    p = f.plan.parts;
    for (int c = 0; c < 4; c++)
        assert_float_equal(p[c].range.max, 12.5, 1e-6);
    close_fixture(&f);
}

static void vectors_lie_in_rows(void **state) {
    (void)state;
    static const int cases[][3] = {{1, 1, 1},   {10, 1, 10},    {32, 1, 32},  {84, 7, 12},
                                   {97, 1, 97}, {1000, 25, 40}, {120, 10, 12}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        char text[300];
        snprintf(text, sizeof text, "{\"input\": [1, 1, %d], \"layers\": [{\"op\": \"flatten\"}]}",
                 cases[i][0]);
        open_fixture(&f, text, 1, 0);
        export_nodes(&f, "flatten");
        Image image = load(&f, "tiny_flatten_c0000.png");
        assert_int_equal(image.height, cases[i][1]);
        assert_int_equal(image.width, cases[i][2]);
        image_free(&image);
        close_fixture(&f);
    }
}

static void batches_are_named(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 2, 0);
    f.options.npy = true;
    export_nodes(&f, "same,fc");
    assert_int_equal(f.plan.file_count, 2 * 3 + 2);
    Tensor t;
    assert_ok(npy_load(&t, &f.arena, in_folder(&f, "tiny_same_i0001_c0002.npy"), &f.err), f.err);
    assert_memory_equal(t.data, output(&f, "same") + 5 * 42, 42 * sizeof(float));
    assert_true(file_exists(in_folder(&f, "tiny_fc_i0001_c0000.npy")));
    Json *root = manifest(&f, "manifest.json");
    assert_int_equal((int)json_number(json_get(json_at(json_get(root, "files"), 3), "item")), 1);
    json_free(root);
    close_fixture(&f);
}

static void numbers_as_npy(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 60);
    f.options.npy = true;
    export_nodes(&f, "first,fc");
    Tensor t;
    Shape map = SHAPE(4, 5), vector = SHAPE(10);
    assert_ok(npy_load(&t, &f.arena, in_folder(&f, "tiny_conv1_c0002.npy"), &f.err), f.err);
    assert_true(shape_equal(&t.shape, &map));
    assert_memory_equal(t.data, output(&f, "conv1") + 2 * 20, 20 * sizeof(float));
    assert_ok(npy_load(&t, &f.arena, in_folder(&f, "tiny_fc_c0000.npy"), &f.err), f.err);
    assert_true(shape_equal(&t.shape, &vector));
    assert_memory_equal(t.data, output(&f, "fc"), 10 * sizeof(float));
    close_fixture(&f);
}

static bool holds(const uint8_t *data, size_t size, const char *text) {
    for (size_t i = 0; i + strlen(text) <= size; i++)
        if (memcmp(data + i, text, strlen(text)) == 0)
            return true;
    return false;
}

static void pictures_say_whence(void **state) {
    (void)state;
    Fixture f;
    size_t size;
    open_fixture(&f, tiny, 1, 0);
    export_nodes(&f, "conv1");
    uint8_t *png = file_read(in_folder(&f, "tiny_conv1_c0001.png"), 1 << 20, false, &size, &f.err);
    assert_ok(png, f.err);
    assert_true(holds(png, size, "tEXtSoftware"));
    assert_true(holds(png, size, "tEXtComment"));
    assert_true(holds(png, size, "convoscope export tiny --out 'x y'\nrandom weights, seed 1"));
    assert_true(holds(png, size, "tiny conv1, map 1: colours (rdbu) span -"));
    mem_free(png);
    close_fixture(&f);
}

/* --- Kernels ------------------------------------------------------------------------------------
 */

static void kernels(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    int conv1 = graph_find(&f.model->graph, "conv1", NULL);
    int conv2 = graph_find(&f.model->graph, "conv2", NULL);
    float *w = (float *)(uintptr_t)f.model->weights.data[conv1][0]; /* 4, 3, 3, 3 */
    memset(w, 0, 27 * sizeof *w);
    w[0] = -2;     /* red, upper left */
    w[9] = 1;      /* green */
    w[18 + 1] = 2; /* blue of the next */
    w[18 + 2] = NAN;
    f.options.what = EXPORT_KERNELS;
    run_release(f.run);
    f.run = NULL; /* not needed */
    export_nodes(&f, "weighted");
    assert_int_equal(f.plan.file_count, 4 + 1 + 6 + 1);
    Image image = load(&f, "tiny_conv1_k0000.png");
    assert_int_equal(image.width, 3);
    assert_int_equal(image.channels, 3);
    static const uint8_t expected[12] = {0, 192, 128, 128, 128, 255, 255, 0, 255, 128, 128, 128};
    assert_memory_equal(image.pixels, expected, 12);
    image_free(&image);
    image = load(&f, "tiny_conv2_k0005.png"); /* four 2x2 side by side with a line between */
    assert_int_equal(image.width, 5);
    assert_int_equal(image.height, 5);
    const float *k = f.model->weights.data[conv2][0] + 5 * 16;
    float most = 0;
    for (int i = 0; i < 16; i++)
        most = fmaxf(most, fabsf(k[i]));
    uint8_t color[3];
    for (int c = 0; c < 4; c++)
        for (int i = 0; i < 4; i++) {
            int x = c % 2 * 3 + i % 2, y = c / 2 * 3 + i / 2;
            colormap_color(COLORMAP_RDBU, (ColorRange){-most, most}, k[c * 4 + i], color);
            assert_memory_equal(image.pixels + (y * 5 + x) * 3, color, 3);
        }
    assert_int_equal(image.pixels[2 * 3], 128);
    image_free(&image);
    assert_true(file_exists(in_folder(&f, "tiny_conv1_kernels.png")));
    close_fixture(&f);
}

static void kernels_as_npy(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    f.options.what = EXPORT_KERNELS;
    f.options.npy = true;
    export_nodes(&f, "conv2");
    assert_int_equal(f.plan.file_count, 6);
    Tensor t;
    Shape shape = SHAPE(4, 2, 2);
    assert_ok(npy_load(&t, &f.arena, in_folder(&f, "tiny_conv2_k0001.npy"), &f.err), f.err);
    assert_true(shape_equal(&t.shape, &shape));
    int conv2 = graph_find(&f.model->graph, "conv2", NULL);
    assert_memory_equal(t.data, f.model->weights.data[conv2][0] + 16, 16 * sizeof(float));
    assert_fails(export_select(&f.model->graph, "conv2,fc", EXPORT_KERNELS, f.wanted, &f.err),
                 f.err, "kernels of fc: expected a convolution");
    assert_fails(export_select(&f.model->graph, "conv3", EXPORT_KERNELS, f.wanted, &f.err), f.err,
                 "did you mean");
    close_fixture(&f);
}

/* --- Manifests ----------------------------------------------------------------------------------
 */

static void manifest_tells_all(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 60);
    export_nodes(&f, "first");
    Json *root = manifest(&f, "manifest.json");
    assert_string_equal(json_text(json_get(root, "model")), "tiny");
    const Json *weights = json_get(root, "weights");
    assert_string_equal(json_text(json_get(weights, "source")), "random weights, seed 1");
    assert_int_equal(json_type(json_get(weights, "trained")), JSON_BOOL);
    assert_false(json_bool(json_get(weights, "trained")));
    assert_string_equal(json_text(json_get(root, "image")), "a dir/cat.png");
    assert_string_equal(json_text(json_get(root, "command")), f.options.command);
    assert_string_equal(json_text(json_get(root, "what")), "maps");
    assert_string_equal(json_text(json_get(root, "range")), "map");
    const Json *files = json_get(root, "files"), *third = json_at(files, 2);
    assert_int_equal(json_count(files), 4);
    Stats s = stats_of(output(&f, "conv1") + 2 * 20, 20);
    assert_string_equal(json_text(json_get(third, "node")), "conv1");
    assert_string_equal(json_text(json_get(third, "label")), "first");
    assert_string_equal(json_text(json_get(third, "file")), "tiny_conv1_c0002.png");
    assert_string_equal(json_text(json_get(third, "colormap")), "rdbu");
    assert_int_equal((int)json_number(json_get(third, "channel")), 2);
    assert_true((float)json_number(json_get(third, "min")) == s.min);
    assert_true((float)json_number(json_get(third, "max")) == s.max);
    assert_true(json_number(json_get(third, "mean")) == s.mean);
    const Json *colors = json_get(third, "colors");
    float most = fmaxf(-s.min, s.max);
    assert_true((float)json_number(json_at(colors, 0)) == -most);
    assert_true((float)json_number(json_at(colors, 1)) == most);
    json_free(root);
    close_fixture(&f);
}

/* Together the shards write what one export writes, each file once. */
static void shards_make_the_whole(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    make_plan(&f, "all");
    int64_t whole = f.plan.file_count, sum = 0;
    for (int shard = 1; shard <= 3; shard++) {
        f.options.shard = shard;
        f.options.shards = 3;
        export_nodes(&f, "all");
        assert_int_equal(f.plan.file_count, whole);
        Json *root = manifest(&f, TEXT("manifest-%d-of-3.json", shard));
        const Json *files = json_get(root, "files");
        assert_int_equal(json_count(files), export_shard_files(&f.plan));
        sum += export_shard_files(&f.plan);
        assert_int_equal(files_in(&f), sum + shard);
        int64_t i = shard - 1;
        for (const Json *file = json_first(files); file; file = json_next(file), i += 3) {
            char name[EXPORT_NAME_SIZE];
            export_file_name(&f.plan, &f.plan.files[i], name);
            assert_string_equal(json_text(json_get(file, "file")), name);
            assert_true(file_exists(in_folder(&f, name)));
        }
        json_free(root);
    }
    assert_int_equal(sum, whole);
    close_fixture(&f);
}

/* --- Sheets -------------------------------------------------------------------------------------
 */

static int made_up_width(void *context, TextFace face, int size, const char *text) {
    (void)context, (void)face;
    return (int)strlen(text) * size * 3 / 5;
}
static int made_up_height(void *context, TextFace face, int size) {
    (void)context, (void)face;
    return size + size / 4;
}
static const TextMetrics made_up = {made_up_width, made_up_height, NULL};

static void check_said(const DrawList *list, const char *words) {
    if (!draw_text_find(list, words))
        fail_msg("the sheet does not say \"%s\"", words);
}

/* Nothing beyond the page, no text over another or over a picture. */
static void check_list(const DrawList *list) {
    Rect page = {0, 0, list->width, list->height};
    for (size_t i = 0; i < list->item_count; i++) {
        const DrawItem *a = &list->items[i];
        assert_true(rect_inside(a->box, page));
        for (size_t j = 0; a->kind == ITEM_TEXT && j < list->item_count; j++) {
            const DrawItem *b = &list->items[j];
            if (i != j && (b->kind == ITEM_TEXT || b->kind == ITEM_IMAGE) &&
                rect_meet(a->box, b->box))
                fail_msg("\"%s\" lies over %s", a->text, b->text ? b->text : "a picture");
        }
    }
}

static void sheets_can_be_read(void **state) {
    (void)state;
    for (int range = EXPORT_RANGE_MAP; range <= EXPORT_RANGE_GLOBAL; range++) {
        Fixture f;
        DrawList list = {0};
        open_fixture(&f, tiny, 1, 60);
        f.options.what = EXPORT_SHEET;
        f.options.range = (ExportRange)range;
        make_plan(&f, "all");
        assert_int_equal(f.plan.file_count, f.model->graph.node_count);
        for (int64_t i = 0; i < f.plan.file_count; i++) {
            assert_ok(sheet_list(&f.plan, &f.plan.files[i], &made_up, &list, &f.err), f.err);
            check_list(&list);
            check_said(&list, "random weights, seed 1");
            check_said(&list, "convoscope export tiny --out 'x y'");
            check_said(&list, "input cat.png");
            check_said(&list, "Tiny: ");
        }
        make_plan(&f, "first");
        assert_ok(sheet_list(&f.plan, &f.plan.files[0], &made_up, &list, &f.err), f.err);
        check_said(&list, "Tiny: first (conv1)");
        check_said(&list, "4 maps of 4 x 5");
        check_said(&list, "white at 0");
        check_said(&list, range == EXPORT_RANGE_MAP
                              ? "-max"
                              : TEXT("%.3g", (double)f.plan.parts[0].range.max));
        draw_free(&list);
        close_fixture(&f);
    }
}

static void sheets_warn(void **state) {
    (void)state;
    Fixture f;
    DrawList list = {0};
    open_fixture(&f, tiny, 1, 0);
    float *same = (float *)(uintptr_t)output(&f, "same");
    same[43] = NAN;
    for (int i = 84; i < 126; i++)
        same[i] = 0;
    f.options.what = EXPORT_SHEET;
    make_plan(&f, "same");
    snprintf(f.model->weights.source, sizeof f.model->weights.source, "mine.safetensors");
    f.model->weights.kind = WEIGHTS_FILE;
    f.options.command = "x\n\xff y";
    make_plan(&f, "same");
    assert_ok(sheet_list(&f.plan, &f.plan.files[0], &made_up, &list, &f.err), f.err);
    check_list(&list);
    check_said(&list, "weights mine.safetensors (untrained)");
    check_said(&list, "1 NaN and 0 infinite among 126 numbers");
    check_said(&list, "1 NaN");
    check_said(&list, "all 0");
    check_said(&list, "x?? y");
    draw_free(&list);
    close_fixture(&f);
}

static void sheets_are_written(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 2, 0);
    f.options.what = EXPORT_SHEET;
    export_nodes(&f, "same,fc");
    assert_int_equal(files_in(&f), 5);
    Image image = load(&f, "tiny_same_i0001_sheet.png");
    assert_in_range(image.width, 640, 1000);
    image_free(&image);
    Json *root = manifest(&f, "manifest.json");
    const Json *first = json_at(json_get(root, "files"), 0);
    assert_int_equal(json_type(json_get(first, "channel")), JSON_NULL);
    assert_true((float)json_number(json_get(first, "max")) == 12.5F);
    json_free(root);
    close_fixture(&f);
}

/* A layer of many large maps goes on several pages, whose maps together are all. */
static void sheets_have_pages(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f,
                 "{\"title\": \"Wide\", \"input\": [9, 40, 40], \"layers\": ["
                 "{\"op\": \"dropout\", \"name\": \"same\"}]}",
                 1, 0);
    f.options.what = EXPORT_SHEET;
    f.options.scale = 60;
    make_plan(&f, "same");
    char name[EXPORT_NAME_SIZE];
    assert_int_equal(f.plan.file_count, 3);
    int64_t next = 0;
    DrawList list = {0};
    for (int64_t i = 0; i < f.plan.file_count; i++) {
        assert_int_equal(f.plan.files[i].first, next);
        next += f.plan.files[i].count;
        assert_ok(sheet_list(&f.plan, &f.plan.files[i], &made_up, &list, &f.err), f.err);
        check_said(&list, TEXT("page %d of 3", (int)i + 1));
        check_list(&list);
    }
    assert_int_equal(next, 9);
    export_file_name(&f.plan, &f.plan.files[0], name);
    assert_string_equal(name, "tiny_same_sheet.png");
    export_file_name(&f.plan, &f.plan.files[2], name);
    assert_string_equal(name, "tiny_same_sheet-3.png");
    f.options.scale = 1000;
    make_plan(&f, "same");
    assert_fails(sheet_list(&f.plan, &f.plan.files[0], &made_up, &list, &f.err), f.err,
                 "sheet is too large");
    draw_free(&list);
    close_fixture(&f);
}

/* --- Failures -----------------------------------------------------------------------------------
 */

static void failures_leave_nothing_half(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    make_plan(&f, "all");
    assert_ok(export_prepare(&f.options, &f.err), f.err);
    assert_int_equal(files_in(&f), 0); /* it was tried, and nothing is left of it */

    struct rlimit before, tight;
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = 150; /* as a full disk would, in the middle of a file */
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &tight);
    bool ok = export_write(&f.plan, f.pool, NULL, &f.err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(ok);
    test_contains(f.err.text, "cannot write");
    assert_int_equal(files_in(&f), 0);

    f.err = (Error){0};
    atomic_store(&f.job.cancel, true);
    assert_fails(export_write(&f.plan, f.pool, &f.job, &f.err), f.err, "cancelled");
    assert_int_equal(files_in(&f), 0);

    test_write(test_path("a file"), "x", 1);
    f.options.folder = test_path("a file/below");
    assert_fails(export_prepare(&f.options, &f.err), f.err, "a file");
    close_fixture(&f);
}

static void too_large_is_told(void **state) {
    (void)state;
    Fixture f;
    open_fixture(&f, tiny, 1, 0);
    f.options.scale = 10000;
    make_plan(&f, "same");
    assert_ok(export_prepare(&f.options, &f.err), f.err);
    assert_fails(export_write(&f.plan, f.pool, NULL, &f.err), f.err,
                 "tiny_same_c0000.png: picture is too large: 70000 x 60000 pixels");
    assert_int_equal(files_in(&f), 0);
    close_fixture(&f);
}

/* Whatever allocation fails, it is told; and nothing is lost, as the sanitizers see. */
static void memory_may_end(void **state) {
    (void)state;
    for (ExportWhat what = EXPORT_MAPS; what <= EXPORT_KERNELS; what++) {
        Fixture f;
        DrawList list = {0};
        open_fixture(&f, tiny, 1, 0);
        f.options.what = what;
        assert_ok(export_prepare(&f.options, &f.err), f.err);
        assert_ok(export_select(&f.model->graph, "conv1", what, f.wanted, &f.err), f.err);
        bool ok = false;
        for (size_t n = 1; !ok && n < 1000; n++) {
            Error err = {0};
            mem_fail_at(n);
            ok = export_plan(&f.plan, f.model, f.run, f.wanted, &f.options, f.pool, NULL, &err) &&
                 (what != EXPORT_MAPS || export_write(&f.plan, f.pool, NULL, &err)) &&
                 (what == EXPORT_MAPS ||
                  sheet_list(&f.plan, &f.plan.files[f.plan.file_count - 1], &made_up, &list, &err));
            if (mem_fail_at(0) < n)
                assert_true(ok);
            assert_true(ok || err.code == ERROR_NO_MEMORY);
            export_plan_free(&f.plan);
        }
        assert_true(ok);
        draw_free(&list);
        close_fixture(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_files),
        cmocka_unit_test(names_are_safe),
        cmocka_unit_test(grey_levels),
        cmocka_unit_test(preset_colors),
        cmocka_unit_test(not_finite),
        cmocka_unit_test(ranges),
        cmocka_unit_test(vectors_lie_in_rows),
        cmocka_unit_test(batches_are_named),
        cmocka_unit_test(numbers_as_npy),
        cmocka_unit_test(pictures_say_whence),
        cmocka_unit_test(kernels),
        cmocka_unit_test(kernels_as_npy),
        cmocka_unit_test(manifest_tells_all),
        cmocka_unit_test(shards_make_the_whole),
        cmocka_unit_test(sheets_can_be_read),
        cmocka_unit_test(sheets_warn),
        cmocka_unit_test(sheets_are_written),
        cmocka_unit_test(sheets_have_pages),
        cmocka_unit_test(failures_leave_nothing_half),
        cmocka_unit_test(too_large_is_told),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
