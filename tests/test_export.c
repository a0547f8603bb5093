/* What an export writes: names, pixels, numbers, ranges, manifests, shards, failures. */
#include "export_support.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>

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
        cmocka_unit_test(failures_leave_nothing_half),
        cmocka_unit_test(too_large_is_told),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
