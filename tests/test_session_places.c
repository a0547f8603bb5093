/* Where one was and can go back to: undo, lines of the state, bookmarks; the order of maps. */
#include "session_support.h"

#include "base/memory.h"
#include "session/settings.h"
#include <stdio.h>
#include <string.h>

static void undo_goes_back_and_forth(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "layer.select conv2");
    perform(s, "channel.select 70");
    assert_true(session_wait(s));
    for (int i = 0; i < 5; i++)
        perform(s, "unit.move 1 0"); /* one thing to undo */
    perform(s, "deeper");
    perform(s, "hover.cell conv2 5 1 2"); /* none */
    perform(s, "theme light");            /* none either */
    assert_int_equal(s->history.before, 4);
    StatePlace last = s->state.place;
    perform(s, "undo");
    assert_int_equal(s->state.place.depth, DEPTH_NETWORK);
    perform(s, "undo");
    assert_int_equal(s->state.place.unit[0], -1);
    perform(s, "undo");
    assert_int_equal(s->state.place.channel, 0);
    perform(s, "undo");
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
    assert_int_equal(s->state.theme, THEME_LIGHT); /* looks are not undone */
    for (int i = 0; i < 4; i++)
        perform(s, "redo");
    assert_true(state_same_place(&s->state.place, &last));
    perform(s, "undo");
    perform(s, "channel.select 3"); /* what was undone is gone */
    assert_string_equal(action_refusal(s, action_find("redo")), "refuse.no_redo");
    close_session(&f);
}

/* Into a cell before its layer is computed: the largest value is chosen as soon as it is known, and
 * of the answer the winner; choosing it is no step to undo. A clicker's keys walk the layers. */
static void a_cell_waits_for_its_layer(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    action_press(s, "Right");
    action_press(s, "Return");
    action_press(s, "Return");
    const int before = s->history.before;
    assert_true(session_wait(s));
    assert_int_equal(s->history.before, before);
    const SceneExtent e = scene_extent(s->scene, 0);
    const int at = s->state.place.unit[0] * e.width + s->state.place.unit[1];
    assert_int_equal(at, scene_channels(s->scene, 0)[0].argmax);
    for (int i = 0; i < TINY_NODES; i++)
        action_press(s, "PageDown");
    assert_true(session_wait(s));
    assert_int_equal(s->state.place.node, TINY_LAST);
    assert_int_equal(s->state.place.channel, scene_stats(s->scene, TINY_LAST)->argmax);
    perform(s, "channel.select 0"); /* a choice of one's own stays */
    assert_true(session_wait(s));
    assert_int_equal(s->state.place.channel, 0);
    perform(s, "unit.max");
    assert_int_equal(s->state.place.channel, scene_stats(s->scene, TINY_LAST)->argmax);
    close_session(&f);
}

static void undo_opens_the_network_again(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "layer.select conv2");
    perform(s, "channel.select 70");
    perform(s, "model.open lenet");
    assert_true(session_wait(s));
    perform(s, "layer.select conv1");
    perform(s, "undo");
    perform(s, "undo");
    assert_true(session_wait(s));
    assert_string_equal(scene_model(s->scene)->title, "Tiny");
    assert_int_equal(s->state.place.channel, 70);
    assert_int_equal(s->state.place.node, 2);
    perform(s, "redo");
    assert_true(session_wait(s));
    assert_string_equal(scene_model(s->scene)->name, "lenet");
    assert_int_equal(s->state.place.node, GRAPH_IMAGE);
    close_session(&f);
}

/* Whatever is done, the line of the state leads to it again. */
static void a_line_leads_back(void **state) {
    (void)state;
    static const char *const lines[] = {
        "layer.select conv2", "channel.select 70", "unit.select 70 2 3", "colors gray",
        "range network",      "sort max",          "heat macs",          "depth unit",
        "maps.more",          "step.mac 7",        "terms in-order",     "network.zoom 150",
        "network.pan 30 -40", "theme contrast",    "language es",        "comma yes",
        "text.larger",        "big yes",           "logits yes",         "class.select 1"};
    static char line[4 * FILE_PATH_MAX], again[4 * FILE_PATH_MAX];
    Fixture f, g;
    Session *s = open_tiny(&f), *t = open_tiny(&g);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        perform(s, lines[i]);
        assert_true(state_print(&s->state, session_graph(s), line, sizeof line));
        perform(t, TEXT("model.open lenet"));
        assert_true(session_wait(t));
        static char go[4 * FILE_PATH_MAX + 10];
        text_format(go, sizeof go, "state %s", line);
        perform(t, go);
        assert_true(session_wait(t));
        assert_string_equal(t->banner.text, "");
        assert_true(state_print(&t->state, session_graph(t), again, sizeof again));
        assert_string_equal(again, line);
    }
    close_session(&f);
    close_session(&g);
}

static void bookmarks_are_kept(void **state) {
    (void)state;
    Fixture f;
    Error err;
    assert_int_equal(setenv("XDG_STATE_HOME", test_path("state"), 1), 0);
    Session *s = open_tiny(&f);
    perform(s, "layer.select conv2");
    perform(s, "channel.select 9");
    perform(s, "bookmark.set 2");
    assert_fails(action_perform(s, "bookmark.go 7", &err), err, "bookmark 7 is missing");
    assert_fails(action_perform(s, "bookmark.set 10", &err), err, "1..9");
    close_session(&f);
    s = open_tiny(&f); /* another run of the program */
    perform(s, "bookmark.go 2");
    assert_true(session_wait(s));
    assert_int_equal(s->state.place.channel, 9);
    assert_int_equal(s->state.place.node, 2);
    close_session(&f);
}

/* What the user chooses of the look is there again at the next start; what a state's line brings is
 * not, nor what nobody chose. */
static void settings_are_kept(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    static State look;
    char path[FILE_PATH_MAX];
    size_t size;
    Session *s = open_tiny(&f);
    assert_ok(file_join(path, sizeof path, test_path("state"), "convoscope/settings", &err), err);
    remove(path); /* other tests' */
    assert_true(session_post(s, "theme light"));
    assert_true(session_post(s, "text.larger"));
    assert_true(session_post(s, "state comma=yes"));
    const int text = s->state.text;
    close_session(&f);
    char *line = (char *)file_read(path, 1000, false, &size, &err);
    assert_ok(line, err);
    assert_string_equal(line, TEXT("theme=light; text=%d\n", text));
    mem_free(line);
    state_init(&look);
    look.language = WORDS_ES;
    assert_ok(settings_load(&look, &err), err);
    assert_int_equal(look.theme, THEME_LIGHT);
    assert_int_equal(look.text, text);
    assert_int_equal(look.language, WORDS_ES);
    test_write(path, "theme=pink", 10);
    assert_fails(settings_load(&look, &err), err, "settings: theme: ");
    assert_int_equal(look.theme, THEME_LIGHT);
    s = open_tiny(&f); /* it is written anew */
    assert_true(session_post(s, "theme contrast"));
    close_session(&f);
    err = (Error){0};
    assert_ok(settings_load(&look, &err), err);
    assert_int_equal(look.theme, THEME_CONTRAST);
}

static void maps_are_sorted(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, "layer.select conv2");
    assert_true(session_wait(s));
    const ChannelStats *stats = scene_channels(s->scene, 2);
    perform(s, "sort max");
    for (int rank = 1; rank < 130; rank++) {
        const int a = session_channel_at(s, rank - 1), b = session_channel_at(s, rank);
        assert_true(stats[a].max > stats[b].max || (stats[a].max >= stats[b].max && a < b));
        assert_int_equal(session_rank_of(s, b), rank);
    }
    perform(s, "channel.rank 129");
    assert_int_equal(s->state.place.page, 2); /* the last page has it */
    perform(s, "sort index");
    assert_int_equal(s->state.place.page, s->state.place.channel / 64);
    close_session(&f);
}

static void pictures_of_a_folder(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    perform(s, TEXT("image.open %s", test_fixture("../../assets/images/digit_3.png")));
    assert_true(session_wait(s));
    perform(s, "image.next");
    assert_true(session_wait(s));
    test_contains(scene_image_path(s->scene), "digit_3b.png");
    perform(s, "image.prev");
    perform(s, "image.prev");
    assert_true(session_wait(s));
    test_contains(scene_image_path(s->scene), "digit_2b.png");
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undo_goes_back_and_forth), cmocka_unit_test(undo_opens_the_network_again),
        cmocka_unit_test(a_line_leads_back),        cmocka_unit_test(bookmarks_are_kept),
        cmocka_unit_test(settings_are_kept),        cmocka_unit_test(a_cell_waits_for_its_layer),
        cmocka_unit_test(maps_are_sorted),          cmocka_unit_test(pictures_of_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
