/* Sessions: the table of actions, the walk, opening with what was there before kept, cancelling. */
#include "support.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "session/action.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* A network that is quick even under a sanitizer: 2 maps, then 130 (three pages), then 3 classes.
 */
static const char tiny[] =
    "{\"title\": \"Tiny\", \"family\": \"test\", \"year\": 2000, \"paper\": \"none\","
    " \"input\": [1, 12, 12], \"layers\": ["
    "{\"op\": \"conv\", \"name\": \"conv1\", \"label\": \"first, 3x3\", \"out\": 2, \"kernel\": 3,"
    " \"then\": \"relu\"},"
    "{\"op\": \"conv\", \"name\": \"conv2\", \"out\": 130, \"kernel\": 3},"
    "{\"op\": \"maxpool\", \"name\": \"pool\", \"kernel\": 2, \"stride\": 2},"
    "{\"op\": \"flatten\"}, {\"op\": \"linear\", \"name\": \"fc\", \"out\": 3}, {\"op\": "
    "\"softmax\"}]}";
enum { TINY_NODES = 7, TINY_LAST = TINY_NODES - 1 };

typedef struct Fixture {
    Pool *pool;
    Job stop;
    Session session;
} Fixture;

static const char *tiny_path(void) {
    const char *path = test_path("tiny.json");
    test_write(path, tiny, sizeof tiny - 1);
    return path;
}

static Session *open_session(Fixture *f, const char *model, ConvPath path) {
    Error err = {0};
    *f = (Fixture){0};
    f->pool = pool_new(2, &err);
    SessionOptions options = {.model = model,
                              .run = {.path = path, .tier = cpu_best()},
                              .pool = f->pool,
                              .stop = &f->stop};
    assert_ok(session_open(&f->session, &options, &err), err);
    return &f->session;
}

static Session *open_tiny(Fixture *f) {
    Session *s = open_session(f, tiny_path(), CONV_AUTO);
    assert_true(session_wait(s));
    assert_string_equal(s->banner.text, "");
    assert_non_null(s->scene);
    return s;
}

static void close_session(Fixture *f) {
    session_close(&f->session);
    pool_free(f->pool);
}

static void perform(Session *s, const char *line) {
    Error err = {0};
    assert_ok(action_perform(s, line, &err), err);
}

static void assert_valid(const Session *s) {
    assert_in_range(s->state.node + 1, 0, session_last_node(s) + 1);
    assert_in_range(s->state.channel, 0, session_channels(s) - 1);
    assert_in_range(s->state.page, 0, session_pages(s) - 1);
    assert_in_range(s->state.colors, 0, COLORS_CHOICES - 1);
    assert_in_range(s->state.scroll + TINY_NODES, 0, 2 * TINY_NODES);
}

/* --- The table -------------------------------------------------------------------------------- */

static void the_table_is_sound(void **state) {
    (void)state;
    for (const Action *a = actions; a->name; a++) {
        assert_ptr_equal(action_find(a->name), a); /* so no name twice */
        assert_non_null(a->perform);
        assert_true(a->help[0] != '\0');
        char keys[100], *rest = keys;
        text_format(keys, sizeof keys, "%s", a->keys);
        for (char *key; (key = strtok_r(rest, ",", &rest));)
            assert_ptr_equal(action_for_key(key), a); /* nor a key */
    }
    assert_null(action_find("layer"));
    assert_string_equal(action_for_key("Space")->name, "layer.next");
    assert_null(action_for_key("F1"));
    assert_null(action_for_key("R")); /* only the beginning of "Right" */
    assert_null(action_for_key(""));
}

static void mistakes_are_told(void **state) {
    (void)state;
    Fixture f;
    Error err;
    Session *s = open_tiny(&f);
    assert_fails(action_perform(s, "layer.nxt", &err), err,
                 "unknown action 'layer.nxt'; did you mean 'layer.next'");
    assert_fails(action_perform(s, "", &err), err, "unknown action");
    assert_fails(action_perform(s, "layer.next 3", &err), err, "expected nothing after it");
    assert_fails(action_perform(s, "layer.select", &err), err, "expected NAME, got nothing");
    assert_fails(action_perform(s, "layer.select conv9", &err), err, "conv1");
    assert_fails(action_perform(s, "channel.select 1", &err), err, "expected 0..0, got '1'");
    assert_fails(action_perform(s, "channel.select x", &err), err, "got 'x'");
    assert_fails(action_perform(s, "layer.scroll 1e9", &err), err, "layer.scroll");
    assert_fails(action_perform(s, "export.view x.png", &err), err, "there is no view");
    char line[FILE_PATH_MAX + 100];
    memset(line, 'x', sizeof line);
    memcpy(line, "image.open ", 11);
    line[sizeof line - 1] = '\0';
    assert_fails(action_perform(s, line, &err), err, "too large");
    assert_int_equal(s->state.node, GRAPH_IMAGE);
    assert_false(session_post(s, "layer.nxt"));
    test_contains(s->banner.text, "layer.next");
    perform(s, "cancel"); /* closes the message, and nothing else */
    assert_string_equal(s->banner.text, "");
    assert_false(s->state.paused);
    close_session(&f);
}

/* Every row of the table, before there is a network and with one. */
static void every_action_can_be_called(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, tiny_path(), CONV_AUTO);
    job_cancel(s->jobs);
    for (int open = 0; open < 2; open++) {
        for (const Action *a = actions; a->name; a++) {
            const char *argument = !a->argument                          ? ""
                                   : strcmp(a->argument, "NAME") == 0    ? "pool"
                                   : strcmp(a->argument, "ROWS") == 0    ? "-2"
                                   : strcmp(a->argument, "INDEX") == 0   ? "0"
                                   : strcmp(a->name, "model.open") == 0  ? tiny_path()
                                   : strcmp(a->name, "export.view") == 0 ? "x.png"
                                                                         : "no such file";
            session_post(s, TEXT("%s %s", a->name, argument));
            session_wait(s);
        }
        assert_true(s->state.quit);
        session_post(s, TEXT("model.open %s", tiny_path()));
        session_post(s, TEXT("image.open %s", test_fixture("../../assets/images/digit_3.png")));
        session_post(s, "weights.open random:2");
        assert_true(session_wait(s));
        assert_string_equal(s->banner.text, "");
        assert_valid(s);
        assert_string_equal(scene_model(s->scene)->weights.source, "random weights, seed 2");
    }
    close_session(&f);
}

/* --- Walking ---------------------------------------------------------------------------------- */

static void the_walk(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    assert_int_equal(s->state.node, GRAPH_IMAGE);
    assert_int_equal(scene_ready(s->scene), 0);
    assert_non_null(scene_values(s->scene, GRAPH_IMAGE));
    for (int node = 0; node <= TINY_LAST; node++) {
        perform(s, "layer.next");
        assert_true(session_wait(s));
        assert_int_equal(s->state.node, node);
        assert_int_equal(scene_ready(s->scene), node + 1); /* that far and no further */
        const Tensor *values = scene_values(s->scene, node);
        const Stats *stats = scene_stats(s->scene, node);
        assert_int_equal(stats->count, tensor_count(values));
        assert_valid(s);
    }
    perform(s, "layer.next"); /* stays */
    assert_int_equal(s->state.node, TINY_LAST);
    const Stats *stats = scene_stats(s->scene, TINY_LAST);
    assert_float_equal(stats->mean * 3, 1, 1e-5); /* probabilities */
    perform(s, "layer.prev");
    assert_int_equal(s->state.node, TINY_LAST - 1);
    assert_int_equal(job_progress(s->jobs).kind, JOB_IDLE); /* instant */
    perform(s, "layer.first");
    perform(s, "layer.prev");
    assert_int_equal(s->state.node, GRAPH_IMAGE);
    perform(s, "layer.select FIRST, 3x3"); /* a label */
    assert_int_equal(s->state.node, 0);
    perform(s, "layer.select input");
    assert_int_equal(s->state.node, GRAPH_IMAGE);
    close_session(&f);
}

static void run_all_stays_here(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "run.all");
    assert_true(session_wait(s));
    assert_int_equal(s->state.node, GRAPH_IMAGE);
    assert_int_equal(scene_ready(s->scene), TINY_NODES);
    close_session(&f);
}

static void channels_and_pages(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "layer.select conv2");
    assert_int_equal(session_channels(s), 130);
    assert_int_equal(session_pages(s), 3);
    perform(s, "page.prev");
    assert_int_equal(s->state.page, 0);
    for (int i = 0; i < 5; i++)
        perform(s, "page.next");
    assert_int_equal(s->state.page, 2);
    perform(s, "channel.select 63");
    assert_int_equal(s->state.page, 0); /* the page follows the chosen map */
    perform(s, "channel.next");
    assert_int_equal(s->state.channel, 64);
    assert_int_equal(s->state.page, 1);
    perform(s, "layer.next"); /* the pool has as many: the same one stays chosen */
    assert_int_equal(s->state.channel, 64);
    perform(s, "layer.select fc"); /* has not */
    assert_int_equal(s->state.channel, 0);
    assert_int_equal(session_pages(s), 1);
    perform(s, "channel.prev");
    assert_int_equal(s->state.channel, 0);
    for (int i = 0; i < COLORS_CHOICES; i++)
        perform(s, "colormap.cycle");
    assert_int_equal(s->state.colors, COLORS_AUTO);
    close_session(&f);
}

static void the_state_stays_valid_whatever_is_done(void **state) {
    (void)state;
    static const char *const lines[] = {"layer.next",
                                        "layer.prev",
                                        "layer.first",
                                        "layer.last",
                                        "layer.select conv2",
                                        "layer.select pool",
                                        "page.next",
                                        "page.prev",
                                        "channel.next",
                                        "channel.prev",
                                        "channel.select 129",
                                        "colormap.cycle",
                                        "layer.scroll 3",
                                        "layer.scroll -900",
                                        "run.all",
                                        "cancel",
                                        "job.end",
                                        "nonsense",
                                        "layer.select fc",
                                        "channel.select 2",
                                        "weights.open random:4"};
    enum { LINES = sizeof lines / sizeof *lines };
    Fixture f;
    Session *s = open_tiny(&f);
    for (uint64_t i = 0; i < 3000; i++) {
        session_post(s, lines[random_u32(1, 2, i) % LINES]);
        if (random_u32(1, 3, i) % 4 == 0)
            session_tick(s);
        assert_valid(s);
    }
    perform(s, "layer.last");
    s->banner = (Error){0};
    assert_true(session_wait(s));
    assert_non_null(scene_values(s->scene, TINY_LAST));
    close_session(&f);
}

/* --- Opening ---------------------------------------------------------------------------------- */

static void what_fails_keeps_what_was_shown(void **state) {
    (void)state;
    static const struct {
        const char *line, *says;
    } bad[] = {{"model.open lenett", "lenet"},
               {"model.open /nonexistent/x.json", "No such file"},
               {"image.open /nonexistent/x.png", "cannot open '/nonexistent/x.png'"},
               {"image.open /", "directory"},
               {"weights.open /nonexistent/x.safetensors", "No such file"},
               {"weights.open random:x", "seed"}};
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "layer.select conv2");
    perform(s, "channel.select 100");
    assert_true(session_wait(s));
    const Scene *scene = s->scene;
    State before = s->state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        perform(s, bad[i].line); /* the asking succeeds */
        assert_true(session_wait(s));
        test_contains(s->banner.text, bad[i].says);
        assert_ptr_equal(s->scene, scene);
        assert_memory_equal(&s->state, &before, sizeof before);
    }
    perform(s, "layer.next"); /* and it goes on */
    assert_true(session_wait(s));
    assert_int_equal(scene_ready(s->scene), 4);
    close_session(&f);
}

static void another_picture_stays_at_the_layer(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "layer.select conv2");
    perform(s, "channel.select 70");
    assert_true(session_wait(s));
    const Model *model = scene_model(s->scene);
    float before = scene_stats(s->scene, 2)->max;
    perform(s, TEXT("image.open %s", test_fixture("../../assets/images/digit_3.png")));
    assert_true(session_wait(s));
    assert_ptr_equal(scene_model(s->scene), model); /* shared, not opened again */
    assert_int_equal(s->state.node, 2);
    assert_int_equal(s->state.channel, 70);
    assert_int_equal(scene_ready(s->scene), 3);
    assert_true(scene_stats(s->scene, 2)->max != before);
    test_contains(scene_image_path(s->scene), "digit_3.png");
    perform(s, "model.open lenet"); /* keeps the picture, begins at the input */
    assert_true(session_wait(s));
    assert_string_equal(scene_model(s->scene)->name, "lenet");
    test_contains(scene_image_path(s->scene), "digit_3.png");
    assert_int_equal(s->state.node, GRAPH_IMAGE);
    close_session(&f);
}

static void the_last_asked_for_counts(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "resnet18", CONV_AUTO); /* never finished */
    perform(s, "model.open lenet");
    perform(s, TEXT("model.open %s", tiny_path()));
    perform(s, TEXT("image.open %s", test_fixture("../../assets/images/digit_3.png")));
    assert_true(session_wait(s));
    assert_string_equal(s->banner.text, "");
    assert_string_equal(scene_model(s->scene)->title, "Tiny");
    test_contains(scene_image_path(s->scene), "digit_3.png");
    for (int i = 0; i < 30; i++) {
        perform(s, i % 3 ? "model.open lenet" : TEXT("model.open %s", tiny_path()));
        perform(s, i % 2 ? "layer.last" : "layer.next");
        clock_sleep_ms(i % 5);
        session_tick(s);
        if (i % 4 == 0)
            perform(s, "cancel");
    }
    assert_true(session_wait(s));
    close_session(&f);
}

static void seeds_go_along_but_files_do_not(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    Error err = {0};
    const char *file = test_path("tiny.safetensors");
    assert_ok(weights_save(scene_model(s->scene), file, NULL, &err), err);
    perform(s, TEXT("weights.open %s", file));
    assert_true(session_wait(s));
    assert_string_equal(s->banner.text, "");
    assert_int_equal(scene_model(s->scene)->weights.kind, WEIGHTS_FILE);
    perform(s, "model.open lenet-fashion");
    assert_true(session_wait(s));
    assert_string_equal(s->banner.text, "");
    assert_string_equal(s->state.scene.weights, "");
    perform(s, "weights.open random:9");
    perform(s, TEXT("model.open %s", tiny_path()));
    assert_true(session_wait(s));
    assert_string_equal(scene_model(s->scene)->weights.source, "random weights, seed 9");
    close_session(&f);
}

/* Each allocation fails once: an error, and nothing is lost. */
static void a_scene_without_memory(void **state) {
    (void)state;
    Error err = {0};
    Pool *pool = pool_new(1, &err);
    static SceneNames names;
    RunOptions options = {.tier = CPU_REF};
    text_format(names.model, sizeof names.model, "%s", tiny_path());
    size_t allocations = 1;
    for (size_t n = 0; n <= allocations; n++) {
        mem_fail_at(n);
        Scene *scene = scene_open(&names, NULL, &options, pool, NULL, &err);
        size_t asked = mem_fail_at(0);
        if (n == 0) {
            assert_ok(scene, err);
            allocations = asked;
        } else {
            assert_null(scene);
            assert_int_not_equal(err.code, ERROR_NONE);
        }
        scene_release(scene);
        err = (Error){0};
    }
    pool_free(pool);
}

static void options_that_cannot_be(void **state) {
    (void)state;
    Error err;
    static char path[FILE_PATH_MAX + 1];
    memset(path, 'x', sizeof path - 1);
    Session s;
    SessionOptions options = {.image = path};
    assert_fails(session_open(&s, &options, &err), err, "too large");
}

/* --- Cancelling ------------------------------------------------------------------------------- */

static bool wait_idle(Session *s, double ms) {
    double end = clock_ms() + ms;
    while (clock_ms() < end)
        if (job_wait(s->jobs, 5))
            return true;
    return false;
}

static void computing_is_cancelled_and_goes_on(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "googlenet", CONV_NAIVE);
    assert_true(session_wait(s));
    perform(s, "layer.last");
    session_tick(s);
    clock_sleep_ms(50);
    JobProgress progress = job_progress(s->jobs);
    assert_int_equal(progress.kind, JOB_COMPUTING);
    assert_true(progress.fraction >= 0 && progress.fraction <= 1);
    double start = clock_ms();
    perform(s, "cancel");
    assert_true(wait_idle(s, 5000));
    assert_true(clock_ms() - start < 1000);
    session_tick(s);
    assert_true(s->state.paused);
    assert_string_equal(s->banner.text, ""); /* to be cancelled is no failure */
    int ready = scene_ready(s->scene);
    assert_true(ready < session_last_node(s));
    session_tick(s);
    assert_true(job_wait(s->jobs, 0));
    perform(s, "layer.select conv1");
    assert_true(session_wait(s));
    assert_true(scene_ready(s->scene) >= 1);
    perform(s, "layer.last");
    session_tick(s);
    close_session(&f); /* in the middle of computing */
}

static void *stop_soon(void *job) {
    clock_sleep_ms(30);
    atomic_store(&((Job *)job)->cancel, true);
    return NULL;
}

static void waiting_gives_up_when_told(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "googlenet", CONV_NAIVE);
    assert_true(session_wait(s));
    perform(s, "layer.last");
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &f.stop), 0);
    assert_false(session_wait(s));
    pthread_join(thread, NULL);
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(every_action_can_be_called),
        cmocka_unit_test(the_walk),
        cmocka_unit_test(run_all_stays_here),
        cmocka_unit_test(channels_and_pages),
        cmocka_unit_test(the_state_stays_valid_whatever_is_done),
        cmocka_unit_test(what_fails_keeps_what_was_shown),
        cmocka_unit_test(another_picture_stays_at_the_layer),
        cmocka_unit_test(the_last_asked_for_counts),
        cmocka_unit_test(seeds_go_along_but_files_do_not),
        cmocka_unit_test(a_scene_without_memory),
        cmocka_unit_test(options_that_cannot_be),
        cmocka_unit_test(computing_is_cancelled_and_goes_on),
        cmocka_unit_test(waiting_gives_up_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
