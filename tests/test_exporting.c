/* What is exported from the window: pictures of what is seen and sheets, each with the line that
 * makes it again, which is run and compared. */
#include "cli_support.h"
#include "screen_support.h"

#include "base/text.h"
#include "session/exporting.h"

static bool save(void *context, const char *path, Error *err) {
    Fixture *f = context;
    const Screen screen = {.session = &f->session,
                           .memory = &f->memory,
                           .metrics = fonts_metrics(f->fonts),
                           .width = 1100,
                           .height = 700,
                           .mouse_x = -1,
                           .mouse_y = -1,
                           .now = f->now += 1000};
    return screen_save(&screen, f->fonts, path, true, err);
}

static Session *open_export(Fixture *f, const char *model) {
    Session *s = open_session(f, model);
    assert_true(session_wait(s));
    s->screen.context = f;
    s->screen.export_view = save;
    return s;
}

static void assert_same_files(const char *a, const char *b) {
    Error err = {0};
    size_t first, second;
    uint8_t *x = file_read(a, 100 << 20, false, &first, &err);
    uint8_t *y = file_read(b, 100 << 20, false, &second, &err);
    assert_ok(x && y, err);
    if (first != second || memcmp(x, y, first) != 0)
        fail_msg("%s and %s differ", a, b);
    mem_free(x);
    mem_free(y);
}

/* The text of a PNG after "Comment", up to what no line holds. */
static void comment_of(const char *path, char *out, size_t size) {
    static const char key[] = "Comment";
    size_t length;
    Error err = {0};
    uint8_t *data = file_read(path, 100 << 20, false, &length, &err);
    assert_ok(data, err);
    out[0] = '\0';
    for (size_t i = 0; i + sizeof key < length && !out[0]; i++)
        if (memcmp(data + i, key, sizeof key) == 0)
            for (size_t k = 0; k + 1 < size && data[i + sizeof key + k] >= ' '; k++) {
                out[k] = (char)data[i + sizeof key + k];
                out[k + 1] = '\0';
            }
    mem_free(data);
}

/* A PNG's chunk is followed by its checksum: the line ends with the file's name. */
static void line_of(const char *path, char *out, size_t size) {
    comment_of(path, out, size);
    char *name = strstr(out, file_name(path));
    assert_non_null(name);
    name[strlen(file_name(path))] = '\0';
}

/* Runs what follows "convoscope" of a line, in a folder of its own. */
static void run_line(const char *folder, const char *line) {
    char command[9000];
    static const char name[] = "convoscope";
    assert_memory_equal(line, name, sizeof name - 1);
    text_format(command, sizeof command, "mkdir -p %s && cd %s && %s %s", folder, folder, program,
                line + sizeof name - 1);
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* --- Pictures --------------------------------------------------------------------------------- */

static void pictures_are_made_again_by_their_line(void **state) {
    (void)state;
    static const char *const ways[][4] = {
        {"layer.select conv2", "depth layer", "export.scale 1", "export.view"},
        {"depth unit", "unit.max", "export.scale 2", "export.zone"},
        {"depth network", "language es", "theme light", "export.zone"},
        {"hide shape", "big yes", "export.scale 1", "export.view"}};
    Fixture f;
    open_export(&f, "lenet");
    char line[6000];
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char path[FILE_PATH_MAX], again[FILE_PATH_MAX];
        text_format(path, sizeof path, "%s", test_path(TEXT("picture%zu.png", i)));
        for (int k = 0; k < 3; k++)
            post(&f, ways[i][k]);
        post(&f, TEXT("%s %s", ways[i][3], path));
        line_of(path, line, sizeof line);
        text_format(again, sizeof again, "%s", test_path("again"));
        run_line(again, line);
        text_format(line, sizeof line, "%s/%s", again, file_name(path));
        assert_same_files(path, line);
    }
    close_session(&f);
}

static void pictures_are_as_large_as_asked(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    Image image = {0};
    char note[IMAGE_NOTE_SIZE];
    open_export(&f, "lenet");
    for (int scale = 1; scale <= 4; scale++) {
        const char *path = test_path("large.png");
        post(&f, TEXT("export.scale %d", scale));
        post(&f, TEXT("export.view %s", path));
        assert_ok(image_load(&image, path, note, &err), err);
        assert_int_equal(image.width, 1100 * scale);
        assert_int_equal(image.height, 700 * scale);
        image_free(&image);
    }
    assert_false(session_post(&f.session, "export.scale 5"));
    close_session(&f);
}

/* The view alone is what is large; the screen is as it was afterwards. */
static void a_view_alone(void **state) {
    (void)state;
    static const char *const ways[][2] = {{"depth network", "view.network"},
                                          {"depth layer", "view.layer"},
                                          {"depth unit", "view.unit"},
                                          {"explain deconvnet", "view.explain"},
                                          {"bench layer", "view.bench"}};
    static const char *const views[] = {"view.network", "view.layer", "view.unit", "view.explain",
                                        "view.bench"};
    Fixture f;
    open_export(&f, "alexnet-mini");
    post(&f, "layer.select conv2");
    post(&f, "unit.max");
    post(&f, "alone");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        post(&f, ways[i][0]);
        check(&f);
        for (size_t k = 0; k < sizeof views / sizeof *views; k++) {
            const bool there = draw_region_find(&f.list, views[k]) != NULL;
            assert_int_equal(there, strcmp(views[k], ways[i][1]) == 0);
        }
    }
    post(&f, "alone no");
    post(&f, TEXT("export.zone %s", test_path("zone.png")));
    assert_false(f.session.state.alone);
    close_session(&f);
}

/* --- Sheets ----------------------------------------------------------------------------------- */

/* The line of a manifest. */
static void command_of(const char *folder, char *out, size_t size) {
    Error err = {0};
    char path[FILE_PATH_MAX];
    size_t length;
    assert_true(file_join(path, sizeof path, folder, "manifest.json", &err));
    char *text = (char *)file_read(path, 10 << 20, false, &length, &err);
    assert_ok(text, err);
    static const char key[] = "\"command\": \"";
    const char *at = strstr(text, key);
    assert_non_null(at);
    at += sizeof key - 1;
    text_format(out, size, "%.*s", (int)strcspn(at, "\""), at);
    mem_free(text);
}

/* The last word of the line is the folder: another in its place. */
static void redirect(char *line, size_t size, const char *folder) {
    char *at = strstr(line, " --out ");
    assert_non_null(at);
    text_format(at, size - (size_t)(at - line), " --out %s", folder);
}

/* But for the folder's name, which they bear, pictures of both are the same: compare numbers of
 * files, and of a sheet its size and most of its rows. */
static void assert_same_sheets(const char *a, const char *b) {
    Arena arena = {0};
    Error err = {0};
    char **names, **others, path[FILE_PATH_MAX], note[IMAGE_NOTE_SIZE];
    size_t count, other_count;
    assert_ok(file_list(a, &arena, &names, &count, &err), err);
    assert_ok(file_list(b, &arena, &others, &other_count, &err), err);
    assert_int_equal(count, other_count);
    assert_in_range(count, 2, 100);
    for (size_t i = 0; i < count; i++) {
        Image x = {0}, y = {0};
        assert_string_equal(names[i], others[i]);
        if (strcmp(file_extension(names[i]), "png") != 0)
            continue;
        assert_true(file_join(path, sizeof path, a, names[i], &err));
        assert_ok(image_load(&x, path, note, &err), err);
        assert_true(file_join(path, sizeof path, b, names[i], &err));
        assert_ok(image_load(&y, path, note, &err), err);
        assert_int_equal(x.width, y.width);
        const size_t row = (size_t)x.width * 3, rows = (size_t)x.height * 3 / 4;
        assert_memory_equal(x.pixels, y.pixels, row * rows);
        image_free(&x);
        image_free(&y);
    }
    arena_free(&arena);
}

static void check_sheets(const char *model, const char *before, const char *action) {
    Fixture f;
    char line[9000], folder[FILE_PATH_MAX], again[FILE_PATH_MAX];
    Session *s = open_export(&f, model);
    text_format(folder, sizeof folder, "%s", test_path(TEXT("%s_a", model)));
    text_format(again, sizeof again, "%s", test_path(TEXT("%s_b", model)));
    for (const char *at = before; *at;) {
        const size_t length = strcspn(at, ";");
        post(&f, TEXT("%.*s", (int)length, at));
        at += length + (at[length] == ';');
    }
    post(&f, TEXT("%s %s", action, folder));
    assert_null(s->exporting);
    assert_string_equal(s->banner.text, "");
    test_contains(s->notice, folder);
    command_of(folder, line, sizeof line);
    redirect(line, sizeof line, again);
    run_line(again, line);
    assert_same_sheets(folder, again);
    close_session(&f);
}

static void sheets_are_made_again_by_their_line(void **state) {
    (void)state;
    check_sheets("lenet", "layer.select conv1;colors gray;range layer;export.scale 2",
                 "export.maps");
    check_sheets("resnet-mini", "image.next;layer.select layer1.0;range network", "export.maps");
    check_sheets("densenet-mini", "layer.last", "export.maps"); /* a vector */
    check_sheets("alexnet-mini", "weights.open random:3", "export.layers");
}

/* While sheets are written one goes on, even to another network; Esc ends it. */
static void one_goes_on_meanwhile(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_export(&f, "googlenet-mini");
    assert_true(session_post(s, TEXT("export.layers %s", test_path("meanwhile"))));
    assert_non_null(s->exporting);
    check(&f);
    assert_says(&f, "Writing sheets");
    assert_false(session_post(s, "export.layers"));
    s->banner = (Error){0};
    assert_true(session_post(s, "model.open lenet"));
    assert_true(session_wait(s));
    assert_null(s->exporting);
    assert_string_equal(s->state.place.scene.model, "lenet");
    assert_true(file_exists(test_path("meanwhile/googlenet-mini_fc_sheet.png")));
    assert_true(file_exists(test_path("meanwhile/manifest.json")));
    assert_true(session_post(s, TEXT("export.layers %s", test_path("ended"))));
    s->notice[0] = '\0';
    assert_true(action_press(s, "Escape"));
    assert_null(s->exporting);
    assert_true(session_wait(s));
    assert_false(file_exists(test_path("ended/manifest.json")));
    close_session(&f);
}

static void what_cannot_be_written_is_told(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    Session *s = open_export(&f, "lenet");
    const char *file = test_path("a_file");
    assert_ok(file_write(file, "x", 1, &err), err);
    assert_false(session_post(s, "export.maps"));
    assert_string_equal(s->banner.text, "export.maps: this is the picture: choose a layer first");
    s->banner = (Error){0};
    post(&f, "layer.select conv1");
    session_post(s, TEXT("export.maps %s/below", test_path("a_file"))); /* now, or when it begins */
    assert_true(session_wait(s));
    assert_null(s->exporting);
    test_contains(s->banner.text, "a_file");
    assert_false(session_post(s, TEXT("export.view %s/below.png", test_path("a_file"))));
    close_session(&f);
}

/* --- The dialog ------------------------------------------------------------------------------- */

static void the_dialog_writes(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_export(&f, "lenet");
    post(&f, "layer.select conv1");
    assert_true(action_press(s, "Ctrl+E"));
    assert_int_equal(s->state.overlay, OVERLAY_EXPORT);
    check(&f);
    assert_says(&f, "1280 × 800");
    assert_true(action_press(s, "Right"));
    assert_int_equal(s->state.export_scale, 2);
    check(&f);
    assert_says(&f, "2560 × 1600");
    assert_true(action_press(s, "Left"));
    assert_true(action_press(s, "Left"));
    assert_int_equal(s->state.export_scale, 1);
    const char *path = test_path("dialog.png");
    post(&f, TEXT("type %.*s", (int)strlen(path) - 4, path)); /* ".png" is understood */
    assert_true(action_press(s, "Return"));
    assert_int_equal(s->state.overlay, OVERLAY_NONE);
    assert_true(file_exists(path));
    assert_true(action_press(s, "Ctrl+E"));
    assert_true(action_press(s, "Down"));
    assert_true(action_press(s, "Down"));
    post(&f, TEXT("type %s", test_path("dialog_maps")));
    assert_true(action_press(s, "Return"));
    assert_true(session_wait(s));
    assert_true(file_exists(test_path("dialog_maps/lenet_conv1_sheet.png")));
    close_session(&f);
}

/* Names beside what is there. */
static void nothing_is_overwritten(void **state) {
    (void)state;
    char path[FILE_PATH_MAX], wanted[FILE_PATH_MAX];
    Error err = {0};
    Session s = {.folder = test_folder()};
    for (int i = 1; i <= 3; i++) {
        assert_ok(exporting_name(&s, "", ".png", path, &err), err);
        assert_string_equal(path, test_path(TEXT("convoscope-%03d.png", i)));
        assert_ok(file_write(path, "x", 1, &err), err);
    }
    assert_ok(exporting_name(&s, "", "", path, &err), err);
    assert_string_equal(path, test_path("convoscope-001"));
    assert_ok(exporting_name(&s, "b.png", ".png", path, &err), err);
    assert_string_equal(path, test_path("b.png"));
    text_format(wanted, sizeof wanted, "%s", test_path("c.png"));
    assert_ok(exporting_name(&s, wanted, ".png", path, &err), err);
    assert_string_equal(path, wanted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_made_again_by_their_line),
        cmocka_unit_test(pictures_are_as_large_as_asked),
        cmocka_unit_test(a_view_alone),
        cmocka_unit_test(sheets_are_made_again_by_their_line),
        cmocka_unit_test(one_goes_on_meanwhile),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(the_dialog_writes),
        cmocka_unit_test(nothing_is_overwritten),
    };
    find_program();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
