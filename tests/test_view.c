/* The screen: where things are and what is said, from the display list; the tour; and the window's
 * loop on SDL's dummy display. */
#include "support.h"

#include "base/clock.h"
#include "base/file.h"
#include "draw/sdl_font.h"
#include "session/action.h"
#include "ui/theme.h"
#include "ui/view.h"
#include "ui/view_parts.h"
#include "ui/window.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const int sizes[][2] = {
    {VIEW_WIDTH_MIN, VIEW_HEIGHT_MIN}, {VIEW_WIDTH, VIEW_HEIGHT}, {1920, 1080}};
enum { SIZES = sizeof sizes / sizeof *sizes };

typedef struct Fixture {
    Pool *pool;
    Fonts *fonts;
    SessionOptions options;
    Session session;
    DrawList list;
} Fixture;

static Session *open_session(Fixture *f, const char *model) {
    Error err = {0};
    *f = (Fixture){0};
    f->pool = pool_new(2, &err);
    f->fonts = fonts_new(1, &err);
    assert_ok(f->pool && f->fonts, err);
    f->options = (SessionOptions){.model = model, .run.tier = cpu_best(), .pool = f->pool};
    assert_ok(session_open(&f->session, &f->options, &err), err);
    return &f->session;
}

static void close_session(Fixture *f) {
    session_close(&f->session);
    draw_free(&f->list);
    fonts_free(f->fonts);
    pool_free(f->pool);
}

/* Waits before, as the network may still be opening, and after. */
static void post(Fixture *f, const char *line) {
    assert_true(session_wait(&f->session));
    assert_true(session_post(&f->session, line));
    assert_true(session_wait(&f->session));
}

/* --- Layout ----------------------------------------------------------------------------------- */

static void check_texts(const DrawList *list) {
    Rect screen = {0, 0, list->width, list->height};
    static const char *const zones[] = {"bar",  "banner",  "layers", "footer",
                                        "maps", "picture", "channel"};
    for (size_t i = 0; i < list->item_count; i++) {
        const DrawItem *a = &list->items[i];
        if (a->kind != ITEM_TEXT)
            continue;
        if (!rect_inside(a->box, screen) || !rect_inside(a->box, a->given))
            fail_msg("\"%s\" leaves its box at %d x %d", a->text, list->width, list->height);
        for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
            const DrawRegion *zone = draw_region_find(list, zones[z]);
            if (zone && rect_meet(a->box, zone->box) && !rect_inside(a->box, zone->box))
                fail_msg("\"%s\" leaves the %s at %d x %d", a->text, zones[z], list->width,
                         list->height);
        }
        for (size_t k = 0; k < i; k++) {
            const DrawItem *b = &list->items[k];
            if (b->kind == ITEM_TEXT && rect_meet(a->box, b->box))
                fail_msg("\"%s\" overlaps \"%s\" at %d x %d", a->text, b->text, list->width,
                         list->height);
        }
    }
}

/* Pictures lie in one zone and on no text nor on each other. */
static void check_images(const DrawList *list) {
    static const char *const zones[] = {"maps", "picture", "channel"};
    for (size_t i = 0; i < list->item_count; i++) {
        const DrawItem *a = &list->items[i];
        if (a->kind != ITEM_IMAGE)
            continue;
        int within = 0;
        for (size_t z = 0; z < sizeof zones / sizeof *zones; z++)
            within += rect_inside(a->box, draw_region_find(list, zones[z])->box);
        assert_int_equal(within, 1);
        for (size_t k = 0; k < list->item_count; k++) {
            const DrawItem *b = &list->items[k];
            bool other = b->kind == ITEM_TEXT || (b->kind == ITEM_IMAGE && k < i);
            if (other && rect_meet(a->box, b->box))
                fail_msg("a picture overlaps %s", b->kind == ITEM_TEXT ? b->text : "another");
        }
    }
}

static void check(Fixture *f) {
    for (int i = 0; i < SIZES; i++) {
        view_build(&f->list, fonts_metrics(f->fonts), &f->session, sizes[i][0], sizes[i][1]);
        assert_string_equal(f->list.error.text, "");
        check_texts(&f->list);
        check_images(&f->list);
    }
}

static void assert_says(const Fixture *f, const char *words) {
    if (!draw_text_find(&f->list, words))
        fail_msg("the screen does not say \"%s\"", words);
}

static void lenet_fits_at_every_step(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    check(&f); /* nothing is open yet */
    assert_says(&f, "opening lenet");
    assert_true(session_wait(s));
    check(&f);
    assert_says(&f, "LeNet (1998)");
    assert_says(&f, "digit_7.png");
    assert_says(&f, "lenet.safetensors");
    assert_says(&f, "step 0 of 11");
    for (int node = 0; node <= session_last_node(s); node++) {
        post(&f, "layer.next");
        check(&f);
        assert_says(&f, scene_model(s->scene)->graph.nodes[node].label);
        assert_says(&f, TEXT("step %d of 11", node + 1));
    }
    assert_says(&f, "top 5");
    assert_says(&f, " %");
    post(&f, "layer.select conv1");
    check(&f);
    assert_says(&f, "convolution 5x5, 20");
    assert_says(&f, "28×28×1 → 24×24×20");
    assert_says(&f, "20 maps");
    assert_says(&f, "white is zero");
    close_session(&f);
}

/* Long labels, many maps, a vector of a thousand: without computing but for the beginning. */
static void googlenet_fits(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "googlenet");
    assert_true(session_wait(s));
    post(&f, "layer.select conv2");
    check(&f);
    assert_says(&f, "maps 0 to 63 of 192, page 1 of 3");
    assert_says(&f, "random weights, seed 1");
    assert_true(session_post(s, "page.next"));
    assert_true(session_post(s, "channel.select 191"));
    check(&f);
    assert_says(&f, "maps 128 to 191 of 192, page 3 of 3");
    for (int node = 0; node <= session_last_node(s); node += 7) {
        s->state.node = node; /* behind the thread's back, so that nothing is computed */
        s->state.channel = s->state.page = 0;
        check(&f);
        if (!scene_values(s->scene, node))
            assert_says(&f, "waiting");
    }
    close_session(&f);
}

static void progress_and_pause_are_shown(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "googlenet");
    assert_true(session_wait(s));
    assert_true(session_post(s, "layer.last"));
    session_tick(s);
    while (job_progress(s->jobs).kind != JOB_COMPUTING)
        clock_sleep_ms(1);
    view_build(&f.list, fonts_metrics(f.fonts), s, VIEW_WIDTH, VIEW_HEIGHT);
    check_texts(&f.list);
    if (!scene_values(s->scene, s->state.node)) {
        assert_says(&f, "computing ");
        assert_says(&f, "Esc stops");
    }
    assert_true(session_post(s, "cancel"));
    while (!job_wait(s->jobs, 100))
        ;
    check(&f);
    if (!scene_values(s->scene, s->state.node))
        assert_says(&f, "not computed");
    close_session(&f);
}

static void the_banner_tells_and_keeps(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "layer.next");
    char line[1200] = "image.open /nonexistent/";
    for (size_t used = strlen(line); used < sizeof line - 8; used = strlen(line))
        text_format(line + used, sizeof line - used, used % 3 ? "long%s" : "words %s", "");
    post(&f, line);
    check(&f);
    assert_says(&f, "cannot open");
    assert_says(&f, "Esc closes");
    assert_says(&f, "20 maps"); /* still there */
    assert_string_equal(draw_region_find(&f.list, "banner")->action, "cancel");
    post(&f, "cancel");
    check(&f);
    assert_null(draw_text_find(&f.list, "cannot open"));
    assert_null(draw_region_find(&f.list, "banner"));
    assert_false(s->state.paused);
    close_session(&f);
}

/* A window manager may make it smaller than it should be: no beauty, but no crash. */
static void any_size_is_survived(void **state) {
    (void)state;
    static const int odd[][2] = {{1, 1}, {40, 30}, {90, 700}, {300, 200}, {3000, 60}, {500, 2000}};
    static const char *const lines[] = {"layer.first", "layer.select conv2", "layer.select fc1",
                                        "layer.last"};
    Fixture f;
    Session *s = open_session(&f, "lenet");
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        post(&f, lines[k]);
        s->banner = (Error){0};
        if (k % 2)
            error_set(&s->banner, ERROR_BAD, "something or other went wrong");
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
            view_build(&f.list, fonts_metrics(f.fonts), s, odd[i][0], odd[i][1]);
    }
    close_session(&f);
}

/* What a click means is written on the place, and can be done. */
static void clicks_do_what_the_keys_do(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    check(&f);
    const DrawRegion *row = draw_region_find(&f.list, "layer.pool1");
    row = draw_region_at(&f.list, row->box.x + row->box.w / 2, row->box.y + 5);
    assert_string_equal(row->action, "layer.select pool1");
    post(&f, row->action);
    check(&f);
    assert_int_equal(scene_ready(s->scene), 2);
    const DrawRegion *map = draw_region_find(&f.list, "map.7");
    map = draw_region_at(&f.list, map->box.x, map->box.y);
    post(&f, map->action);
    assert_int_equal(s->state.channel, 7);
    check(&f);
    assert_says(&f, "map 7 of pool1");
    for (int last = 0; last < 2; last++) {
        State before = s->state;
        for (size_t i = 0; i < f.list.region_count; i++) {
            if (f.list.regions[i].action)
                post(&f, f.list.regions[i].action);
            s->state = before;
        }
        post(&f, "layer.last");
        check(&f);
    }
    close_session(&f);
}

static void the_list_follows_and_scrolls(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    for (int node = GRAPH_IMAGE; node <= session_last_node(s); node++) {
        check(&f);
        const char *name = node < 0 ? "input" : scene_model(s->scene)->graph.nodes[node].name;
        assert_non_null(draw_region_find(&f.list, TEXT("layer.%s", name)));
        post(&f, "layer.next");
    }
    view_build(&f.list, fonts_metrics(f.fonts), s, VIEW_WIDTH_MIN, VIEW_HEIGHT_MIN);
    assert_null(draw_region_find(&f.list, "layer.input"));
    post(&f, "layer.scroll -100");
    view_build(&f.list, fonts_metrics(f.fonts), s, VIEW_WIDTH_MIN, VIEW_HEIGHT_MIN);
    assert_non_null(draw_region_find(&f.list, "layer.input"));
    close_session(&f);
}

/* --- Values that are none --------------------------------------------------------------------- */

/* A network of 3 maps, the second NaN by its weights, and 2 classes, both NaN. */
static const char *broken_network(void) {
    static const char network[] =
        "{\"title\": \"Broken\", \"family\": \"test\", \"year\": 2000, \"paper\": \"none\","
        " \"input\": [1, 4, 4], \"layers\": ["
        "{\"op\": \"conv\", \"name\": \"c\", \"out\": 3, \"kernel\": 1}, {\"op\": \"flatten\"},"
        "{\"op\": \"linear\", \"name\": \"f\", \"out\": 2}, {\"op\": \"softmax\"}]}";
    static const char header[] =
        "{\"c.weight\":{\"dtype\":\"F32\",\"shape\":[3,1,1,1],\"data_offsets\":[0,12]},"
        "\"c.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,24]},"
        "\"f.weight\":{\"dtype\":\"F32\",\"shape\":[2,48],\"data_offsets\":[24,408]},"
        "\"f.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[408,416]}}";
    static uint8_t file[8 + sizeof header - 1 + 416];
    float values[104] = {1, NAN, -1};
    uint64_t length = sizeof header - 1;
    for (int i = 0; i < 8; i++)
        file[i] = (uint8_t)(length >> (8 * i));
    memcpy(file + 8, header, sizeof header - 1);
    memcpy(file + 8 + sizeof header - 1, values, sizeof values);
    const char *path = test_path("broken.json");
    test_write(path, network, sizeof network - 1);
    test_write(test_path("broken.safetensors"), file, sizeof file);
    return path;
}

static void nan_is_shown_as_such(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, broken_network());
    post(&f, "layer.next");
    assert_string_equal(s->banner.text, "");
    check(&f);
    assert_says(&f, "16 NaN (magenta)");
    Rect place = draw_region_find(&f.list, "map.1")->box;
    const DrawItem *map = NULL;
    for (size_t i = 0; i < f.list.item_count; i++)
        if (f.list.items[i].kind == ITEM_IMAGE &&
            memcmp(&f.list.items[i].box, &place, sizeof place) == 0)
            map = &f.list.items[i];
    assert_non_null(map);
    assert_memory_equal(map->pixels, ((const uint8_t[]){255, 0, 255}), 3);
    post(&f, "channel.select 1");
    check(&f);
    assert_says(&f, "not finite: 16");
    post(&f, "layer.last");
    check(&f);
    assert_says(&f, "NaN");
    close_session(&f);
}

static void numbers_have_three_digits(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } numbers[] = {{0, "0"},
                   {1.23456, "1.23"},
                   {-0.00123456, "-0.00123"},
                   {999.4, "999"},
                   {999.6, "1000"},
                   {12345.6, "12346"},
                   {1.5e9, "1.50e+09"},
                   {2.5e-7, "2.50e-07"},
                   {INFINITY, "+infinity"},
                   {-INFINITY, "-infinity"},
                   {NAN, "NaN"}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_string_equal(NUMBER(numbers[i].value), numbers[i].text);
}

static void maps_are_resampled_by_area(void **state) {
    (void)state;
    enum { W = 7, H = 5 };
    float x[W * H], out[64 * 64];
    test_fill(x, W * H, 3);
    view_resample(x, W, H, W, H, out);
    assert_memory_equal(out, x, sizeof x); /* as it is */
    view_resample(x, W, H, 3 * W, 2 * H, out);
    for (int py = 0; py < 2 * H; py++) /* cells stay sharp */
        for (int px = 0; px < 3 * W; px++)
            assert_true(out[py * 3 * W + px] == x[py / 2 * W + px / 3]);
    static const int other[][2] = {{3, 2}, {10, 3}, {1, 1}, {13, 11}};
    double mean = 0;
    for (int i = 0; i < W * H; i++)
        mean += (double)x[i] / (W * H);
    for (size_t k = 0; k < 4; k++) { /* nothing is lost: the mean stays */
        int count = other[k][0] * other[k][1];
        double got = 0;
        view_resample(x, W, H, other[k][0], other[k][1], out);
        for (int i = 0; i < count; i++)
            got += (double)out[i] / count;
        assert_float_equal(got, mean, 1e-6);
    }
    x[0] = NAN;
    view_resample(x, W, H, 3, 2, out);
    assert_true(isnan(out[0]) && !isnan(out[1]) && !isnan(out[3]));
}

/* --- Colours ---------------------------------------------------------------------------------- */

static double luminance(Color c) {
    const uint8_t channel[3] = {c.r, c.g, c.b};
    static const double weight[3] = {0.2126, 0.7152, 0.0722}; /* WCAG 2.1 */
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = channel[i] / 255.0;
        sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void texts_have_contrast(void **state) {
    (void)state;
    const Color texts[] = {color_text, color_dim, color_accent};
    const Color grounds[] = {color_ground, color_panel, color_raised};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            assert_true((luminance(texts[i]) + 0.05) / (luminance(grounds[k]) + 0.05) >= 4.5);
    assert_true((luminance(color_text) + 0.05) / (luminance(color_wrong) + 0.05) >= 4.5);
}

/* --- Tour and window -------------------------------------------------------------------------- */

static void the_tour_writes_a_picture_a_step(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    open_session(&f, "lenet");
    const char *folder = test_path("a/tour");
    int pictures = 0;
    assert_ok(ui_tour(&f.options, folder, &pictures, &err), err);
    assert_int_equal(pictures, 12);
    Arena arena = {0};
    char **names, path[FILE_PATH_MAX], note[IMAGE_NOTE_SIZE];
    size_t count;
    assert_ok(file_list(folder, &arena, &names, &count, &err), err);
    assert_int_equal(count, 12);
    assert_string_equal(names[0], "00_input.png");
    assert_string_equal(names[1], "01_conv1.png");
    assert_string_equal(names[11], "11_softmax.png");
    Image image;
    assert_ok(file_join(path, sizeof path, folder, names[11], &err), err);
    assert_ok(image_load(&image, path, note, &err), err);
    assert_int_equal(image.width, VIEW_WIDTH);
    assert_int_equal(image.height, VIEW_HEIGHT);
    image_free(&image);
    arena_free(&arena);
    close_session(&f);
}

static void the_tour_says_what_is_wrong(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    open_session(&f, "lenet");
    SessionOptions bad = f.options;
    bad.model = "lenett";
    assert_fails(ui_tour(&bad, test_path("b"), NULL, &err), err, "did you mean");
    bad = f.options;
    bad.image = "/nonexistent.png";
    assert_fails(ui_tour(&bad, test_path("b"), NULL, &err), err, "/nonexistent.png");
    test_write(test_path("file"), "x", 1);
    assert_fails(ui_tour(&f.options, test_path("file/below"), NULL, &err), err, "file");
    Job stop = {0};
    atomic_store(&stop.cancel, true);
    bad = f.options;
    bad.stop = &stop;
    assert_fails(ui_tour(&bad, test_path("b"), NULL, &err), err, "cancelled");
    close_session(&f);
}

static void *stop_soon(void *job) {
    clock_sleep_ms(400);
    atomic_store(&((Job *)job)->cancel, true);
    return NULL;
}

static void the_window_opens_and_closes(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    char why[200];
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("SDL_VIDEODRIVER");
#ifdef __linux__
    assert_false(ui_has_display(why, sizeof why));
    test_contains(why, "DISPLAY");
#endif
    setenv("SDL_VIDEODRIVER", "nonesuch", 1);
    assert_false(ui_has_display(why, sizeof why));
    assert_true(why[0] != '\0');
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    assert_true(ui_has_display(why, sizeof why));
    open_session(&f, "lenet");
    Job stop = {0};
    SessionOptions options = f.options;
    options.stop = &stop;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stop), 0);
    assert_ok(ui_window(&options, &err), err);
    pthread_join(thread, NULL);
    options.stop = NULL;
    options.model = "lenett"; /* with nothing to show, it closes */
    assert_fails(ui_window(&options, &err), err, "did you mean");
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lenet_fits_at_every_step),
        cmocka_unit_test(googlenet_fits),
        cmocka_unit_test(progress_and_pause_are_shown),
        cmocka_unit_test(the_banner_tells_and_keeps),
        cmocka_unit_test(any_size_is_survived),
        cmocka_unit_test(clicks_do_what_the_keys_do),
        cmocka_unit_test(the_list_follows_and_scrolls),
        cmocka_unit_test(nan_is_shown_as_such),
        cmocka_unit_test(numbers_have_three_digits),
        cmocka_unit_test(maps_are_resampled_by_area),
        cmocka_unit_test(texts_have_contrast),
        cmocka_unit_test(the_tour_writes_a_picture_a_step),
        cmocka_unit_test(the_tour_says_what_is_wrong),
        cmocka_unit_test(the_window_opens_and_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
