/* Sessions: the table of actions, the walk, opening with what was there before kept, cancelling. */
#include "session_support.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_valid(const Session *s) {
    assert_in_range(s->state.place.node + 1, 0, session_last_node(s) + 1);
    assert_in_range(s->state.place.channel, 0, session_channels(s) - 1);
    assert_in_range(s->state.place.page, 0, session_pages(s) - 1);
    assert_in_range(s->state.place.colors, 0, COLORS_CHOICES - 1);
    const SceneExtent extent = scene_extent(s->scene, s->state.place.node);
    assert_in_range(s->state.place.unit[0] + 1, 0, extent.height);
    assert_in_range(s->state.place.unit[1] + 1, 0, extent.width);
    assert_in_range(s->state.place.depth, 0, DEPTHS - 1);
    assert_in_range(s->state.text, STATE_TEXT_MIN, STATE_TEXT_MAX);
    const int hover = s->state.hover.node;
    assert_true(hover >= GRAPH_FAILED && hover <= session_last_node(s));
}

/* --- The table -------------------------------------------------------------------------------- */

/* Of all keys that rows share, exactly one row can be done at each depth, but that one of this
 * depth goes before one of any; names are told apart. */
static void the_table_is_sound(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    for (int depth = 0; depth < DEPTHS; depth++) {
        s->state.place.depth = (StateDepth)depth;
        for (const Action *a = actions; a->name; a++) {
            assert_ptr_equal(action_find(a->name), a); /* so no name twice */
            assert_non_null(a->perform);
            char keys[100], *rest = keys;
            text_format(keys, sizeof keys, "%s", a->keys);
            for (char *key; (key = strtok_r(rest, " ", &rest));)
                if (a->place == ACTION_ANYWHERE ||
                    (a->place == ACTION_IN_UNIT) == (depth == DEPTH_UNIT))
                    assert_true(action_for_key(s, key) == a || action_refusal(s, a) ||
                                (a->place == ACTION_ANYWHERE &&
                                 action_for_key(s, key)->place != ACTION_ANYWHERE)); /* nor a key */
        }
    }
    s->state.place.depth = DEPTH_NETWORK;
    assert_null(action_find("layer"));
    assert_string_equal(action_for_key(s, "Space")->name, "layer.next");
    assert_string_equal(action_for_key(s, "?")->name, "help");
    s->state.place.depth = DEPTH_UNIT;
    assert_string_equal(action_for_key(s, "Space")->name, "step.mac");
    assert_null(action_for_key(s, "F7"));
    assert_null(action_for_key(s, "Ri")); /* only the beginning of "Right" */
    assert_null(action_for_key(s, ""));
    close_session(&f);
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
    assert_fails(action_perform(s, "layer.select", &err), err, "expected NODE, got nothing");
    assert_fails(action_perform(s, "layer.select conv9", &err), err, "conv1");
    assert_fails(action_perform(s, "channel.select 1", &err), err, "expected 0..0, got '1'");
    assert_fails(action_perform(s, "channel.select x", &err), err, "got 'x'");
    assert_fails(action_perform(s, "layer.skip 1e9", &err), err, "layer.skip");
    assert_fails(action_perform(s, "unit.select 0 99 0", &err), err, "a cell within");
    assert_fails(action_perform(s, "unit.select 0 1", &err), err, "a channel, y and x");
    assert_fails(action_perform(s, "hover.cell conv1 0 0 99", &err), err, "a cell within");
    assert_fails(action_perform(s, "hover.cell 1 2 3", &err), err, "a layer, channel");
    assert_fails(action_perform(s, "theme drak", &err), err, "dark");
    assert_fails(action_perform(s, "block.open nosuch", &err), err, "refuse.no_blocks");
    assert_fails(action_perform(s, "undo", &err), err, "refuse.no_undo");
    assert_fails(action_perform(s, "state nonsense", &err), err, "NAME=VALUE");
    assert_fails(action_perform(s, "export.view x.png", &err), err, "there is no view");
    char line[FILE_PATH_MAX + 100];
    memset(line, 'x', sizeof line);
    memcpy(line, "image.open ", 11);
    line[sizeof line - 1] = '\0';
    assert_fails(action_perform(s, line, &err), err, "too large");
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
    assert_false(session_post(s, "layer.nxt"));
    test_contains(s->banner.text, "layer.next");
    perform(s, "back"); /* closes the message, and nothing else */
    assert_string_equal(s->banner.text, "");
    assert_false(s->state.paused);
    close_session(&f);
}

static const char *argument_for(const Action *a) {
    static const char *const examples[][2] = {{"NODE", "pool"},
                                              {"MODEL", NULL},
                                              {"N", "1"},
                                              {"C Y X", "0 1 1"},
                                              {"N N", "1 -1"},
                                              {"TEXT", "depth=layer"},
                                              {"NODE C Y X", "pool 0 1 1"}};
    static char first[64];
    const char *kind = a->argument;
    if (!kind || kind[0] == '[')
        return "";
    if (strcmp(kind, "MODEL") == 0)
        return tiny_path();
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        if (strcmp(kind, examples[i][0]) == 0)
            return examples[i][1];
    text_format(first, sizeof first, "%.*s", (int)strcspn(kind, "|"), kind);
    return strchr(kind, '|') ? first : "no such file";
}

/* Every row of the table, before there is a network and with one. */
static void every_action_can_be_called(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, tiny_path(), CONV_AUTO);
    job_cancel(s->jobs);
    for (int open = 0; open < 2; open++) {
        for (const Action *a = actions; a->name; a++) {
            const char *argument = argument_for(a);
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
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
    assert_int_equal(scene_ready(s->scene), 0);
    assert_non_null(scene_values(s->scene, GRAPH_IMAGE));
    for (int node = 0; node <= TINY_LAST; node++) {
        perform(s, "layer.next");
        assert_true(session_wait(s));
        assert_int_equal(s->state.place.node, node);
        assert_int_equal(scene_ready(s->scene), node + 1); /* that far and no further */
        const Tensor *values = scene_values(s->scene, node);
        const Stats *stats = scene_stats(s->scene, node);
        assert_int_equal(stats->count, tensor_count(values));
        assert_valid(s);
    }
    perform(s, "layer.next"); /* stays */
    assert_int_equal(s->state.place.node, TINY_LAST);
    const Stats *stats = scene_stats(s->scene, TINY_LAST);
    assert_float_equal(stats->mean * 3, 1, 1e-5); /* probabilities */
    perform(s, "layer.prev");
    assert_int_equal(s->state.place.node, TINY_LAST - 1);
    assert_int_equal(job_progress(s->jobs).kind, JOB_IDLE); /* instant */
    perform(s, "layer.first");
    perform(s, "layer.prev");
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
    perform(s, "layer.select FIRST, 3x3"); /* a label */
    assert_int_equal(s->state.place.node, 0);
    perform(s, "layer.select input");
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
    close_session(&f);
}

static void run_all_stays_here(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "run.all");
    assert_true(session_wait(s));
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
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
    assert_int_equal(s->state.place.page, 0);
    for (int i = 0; i < 5; i++)
        perform(s, "page.next");
    assert_int_equal(s->state.place.page, 2);
    perform(s, "channel.select 63");
    assert_int_equal(s->state.place.page, 0); /* the page follows the chosen map */
    perform(s, "channel.next");
    assert_int_equal(s->state.place.channel, 64);
    assert_int_equal(s->state.place.page, 1);
    perform(s, "layer.next"); /* the pool has as many: the same one stays chosen */
    assert_int_equal(s->state.place.channel, 64);
    perform(s, "layer.select fc"); /* has not */
    assert_int_equal(s->state.place.channel, 0);
    assert_int_equal(session_pages(s), 1);
    perform(s, "channel.prev");
    assert_int_equal(s->state.place.channel, 0);
    for (int i = 0; i < COLORS_CHOICES; i++)
        perform(s, "colors");
    assert_int_equal(s->state.place.colors, COLORS_AUTO);
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
                                        "layer.skip 3",
                                        "layer.skip -2",
                                        "page.next",
                                        "page.prev",
                                        "channel.next",
                                        "channel.prev",
                                        "channel.skip 8",
                                        "channel.select 129",
                                        "channel.rank 70",
                                        "colors",
                                        "range",
                                        "sort",
                                        "maps.more",
                                        "maps.fewer",
                                        "deeper",
                                        "back",
                                        "unit.max",
                                        "unit.move 1 -1",
                                        "unit.right",
                                        "unit.down",
                                        "unit.select 1 2 3",
                                        "step.mac",
                                        "step.back",
                                        "step.mac 40",
                                        "playing",
                                        "play.step",
                                        "undo",
                                        "redo",
                                        "undo",
                                        "bookmark.set 3",
                                        "bookmark.go 3",
                                        "state node=conv2; channel=500; unit=99,99; page=77",
                                        "depth unit",
                                        "hover.cell conv2 5 1 2",
                                        "hover.none",
                                        "hover.node fc",
                                        "help",
                                        "palette",
                                        "type la",
                                        "choice.next",
                                        "choice.take",
                                        "type.erase",
                                        "text.larger",
                                        "text.smaller",
                                        "big",
                                        "theme",
                                        "language",
                                        "blank",
                                        "network.in",
                                        "network.pan 5 7",
                                        "network.fit",
                                        "heat",
                                        "logits",
                                        "class.select 2",
                                        "run.all",
                                        "cancel",
                                        "job.end",
                                        "nonsense",
                                        "layer.select fc",
                                        "channel.select 2",
                                        "weights.open random:4",
                                        "terms",
                                        "terms.next"};
    enum { LINES = sizeof lines / sizeof *lines };
    Fixture f;
    Session *s = open_tiny(&f);
    for (uint64_t i = 0; i < 3000; i++) {
        session_post(s, lines[random_u32(1, 2, i) % LINES]);
        if (random_u32(1, 3, i) % 4 == 0)
            session_tick(s, clock_ms());
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
        assert_true(state_same_place(&s->state.place, &before.place));
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
    assert_int_equal(s->state.place.node, 2);
    assert_int_equal(s->state.place.channel, 70);
    assert_int_equal(scene_ready(s->scene), 3);
    assert_true(scene_stats(s->scene, 2)->max != before);
    test_contains(scene_image_path(s->scene), "digit_3.png");
    perform(s, "model.open lenet"); /* keeps the picture, begins at the input */
    assert_true(session_wait(s));
    assert_string_equal(scene_model(s->scene)->name, "lenet");
    test_contains(scene_image_path(s->scene), "digit_3.png");
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
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
        session_tick(s, clock_ms());
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
    assert_string_equal(s->state.place.scene.weights, "");
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
    session_tick(s, clock_ms());
    clock_sleep_ms(50);
    JobProgress progress = job_progress(s->jobs);
    assert_int_equal(progress.kind, JOB_COMPUTING);
    assert_true(progress.fraction >= 0 && progress.fraction <= 1);
    double start = clock_ms();
    perform(s, "cancel");
    assert_true(wait_idle(s, 5000));
    assert_true(clock_ms() - start < 1000);
    session_tick(s, clock_ms());
    assert_true(s->state.paused);
    assert_string_equal(s->banner.text, ""); /* to be cancelled is no failure */
    int ready = scene_ready(s->scene);
    assert_true(ready < session_last_node(s));
    session_tick(s, clock_ms());
    assert_true(job_wait(s->jobs, 0));
    perform(s, "layer.select conv1");
    assert_true(session_wait(s));
    assert_true(scene_ready(s->scene) >= 1);
    perform(s, "layer.last");
    session_tick(s, clock_ms());
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
