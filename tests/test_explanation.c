/* Explanations in a session: what the state asks for is what the way down gives, a part at a time;
 * what is pinned stays; what is no longer wanted is given up. */
#include "session_support.h"

#include "explain/rules.h"
#include <math.h>

static void post(Session *s, const char *line) {
    Error err = {0};
    assert_ok(action_perform(s, line, &err), err);
    assert_true(session_wait(s));
}

static const Tensor *part(const Session *s, int i) {
    assert_non_null(s->explanation);
    const Error *error = work_error(explanation_progress(s->explanation));
    if (error)
        fail_msg("%s", error->text);
    const Tensor *t = explanation_part(s->explanation, i);
    assert_non_null(t);
    return t;
}

/* The same way, walked by hand. */
static void assert_is(const Session *s, const Tensor *got, LayerRules rules, int node,
                      const Seed *seed) {
    Error err = {0};
    Projection *p = projection_new(scene_run(s->scene), node, GRAPH_IMAGE, false, &err);
    assert_ok(p, err);
    assert_ok(projection_begin(p, &rules, NULL, seed, &err) && projection_all(p, NULL, &err), err);
    const Tensor *want = projection_signal(p, GRAPH_IMAGE);
    assert_true(shape_equal(&got->shape, &want->shape));
    assert_memory_equal(got->data, want->data, (size_t)tensor_count(want) * sizeof(float));
    projection_free(p);
}

static void methods_are_those_of_the_way_down(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    post(s, "layer.select conv2");
    post(s, "channel.select 17");
    static const struct {
        const char *line;
        ExplainRule rule;
    } methods[] = {{"explain deconvnet", RULE_DECONVNET},
                   {"explain gradient", RULE_GRADIENT},
                   {"explain guided", RULE_GUIDED}};
    const int node = s->state.place.node;
    for (size_t i = 0; i < 3; i++) {
        post(s, methods[i].line);
        const Seed seed = {.kind = SEED_MAX, .channel = 17};
        assert_is(s, part(s, 0), rule_rules(methods[i].rule), node, &seed);
    }
    post(s, "explain.start all");
    assert_is(s, part(s, 0), rule_rules(RULE_GUIDED), node,
              &(Seed){.kind = SEED_ALL, .channel = 17});
    post(s, "unit.select 17 3 5");
    post(s, "explain.start cell");
    assert_is(s, part(s, 0), rule_rules(RULE_GUIDED), node,
              &(Seed){.kind = SEED_AT, .channel = 17, .y = 3, .x = 5});
    post(s, "class.select 2");
    post(s, "explain.start class");
    Error err = {0};
    const int logits = graph_find(session_graph(s), "fc", &err);
    assert_is(s, part(s, 0), rule_rules(RULE_GUIDED), logits,
              &(Seed){.kind = SEED_ONE, .channel = 2});
    close_session(&f);
}

static void the_cube_has_eight_corners(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    post(s, "layer.select pool");
    post(s, "explain cube");
    assert_int_equal(explanation_parts(s->explanation), CUBE_CORNERS);
    const Seed seed = {.kind = SEED_MAX};
    for (int i = 0; i < CUBE_CORNERS; i++)
        assert_is(s, part(s, i), cube_rules(i, SWITCHES_CENTER), s->state.place.node, &seed);
    assert_null(explanation_part(s->explanation, CUBE_CORNERS));
    close_session(&f);
}

static bool differ(const Tensor *a, const Tensor *b) {
    return memcmp(a->data, b->data, (size_t)tensor_count(a) * sizeof(float)) != 0;
}

static void tests_differ_from_the_real_one(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    post(s, "weights.open random:5");
    post(s, "layer.select conv2");
    post(s, "channel.select 3");
    post(s, "explain tests");
    const Seed seed = {.kind = SEED_MAX, .channel = 3};
    assert_is(s, part(s, TEST_REAL), rule_rules(RULE_DECONVNET), s->state.place.node, &seed);
    for (int i = TEST_RANDOM_WEIGHTS; i < EXPLAIN_TESTS_COUNT; i++)
        assert_true(differ(part(s, TEST_REAL), part(s, i)));
    /* another map is the strongest of the others, looked at in the same place */
    const int other = explanation_other_channel(s->explanation);
    const ChannelStats *stats = scene_channels(s->scene, s->state.place.node);
    for (int c = 0; c < 130; c++)
        assert_true(c == 3 || stats[c].max <= stats[other].max);
    int64_t y, x;
    assert_true(explanation_cell(s->explanation, &y, &x));
    assert_is(s, part(s, TEST_OTHER_CHANNEL), rule_rules(RULE_DECONVNET), s->state.place.node,
              &(Seed){.kind = SEED_ONE, .channel = other, .y = y, .x = x});
    close_session(&f);
}

static void occlusion_fills_in(void **state) {
    (void)state;
    Fixture f;
    ExplainScores scores;
    Session *s = open_tiny(&f);
    post(s, "layer.select conv2");
    post(s, "explain occlusion");
    assert_true(explanation_scores(s->explanation, &scores));
    assert_int_equal(scores.done, scores.rows * scores.columns);
    assert_true(scores.done > 1);
    for (int i = 0; i < scores.done; i++)
        assert_true(scores.probability[i] >= 0 && scores.probability[i] <= 1 &&
                    isfinite(scores.sum[i]));
    const Tensor *p = scene_values(s->scene, TINY_LAST);
    assert_true(scores.whole_probability == p->data[explanation_label(s->explanation)]);
    assert_true(work_fraction(explanation_progress(s->explanation)) == 1);
    close_session(&f);
}

static void grad_cam_is_as_coarse_as_its_maps(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    post(s, "layer.select pool");
    post(s, "explain gradcam");
    const Tensor *map = part(s, 0);
    assert_true(map->shape.dim[0] == 4 && map->shape.dim[1] == 4);
    for (int i = 0; i < 16; i++)
        assert_true(map->data[i] >= 0);
    close_session(&f);
}

static void the_way_is_walked_by_stages(void **state) {
    (void)state;
    Fixture f;
    int nodes[TINY_NODES + 1];
    Session *s = open_tiny(&f);
    Error err = {0};
    post(s, "layer.select pool");
    assert_fails(action_perform(s, "explain.down", &err), err, "explain.down");
    err = (Error){0};
    post(s, "explain deconvnet");
    assert_int_equal(session_way(s, nodes, TINY_NODES + 1), 5); /* pool conv2 relu conv1 picture */
    assert_int_equal(nodes[0], s->state.place.node);
    assert_int_equal(nodes[4], GRAPH_IMAGE);
    assert_int_equal(s->state.place.stage, -1);
    for (int stage = 0; stage < 5; stage++) {
        post(s, "explain.down");
        assert_int_equal(s->state.place.stage, stage);
    }
    post(s, "explain.down"); /* stays at the end */
    assert_int_equal(s->state.place.stage, 4);
    post(s, "explain.up");
    assert_int_equal(s->state.place.stage, 3);
    post(s, "explain.whole");
    assert_int_equal(s->state.place.stage, -1);
    close_session(&f);
}

static void a_pinned_unit_stays(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    post(s, "layer.select conv2");
    post(s, "channel.select 9");
    post(s, "explain.pin"); /* shows it, too */
    assert_int_equal(s->state.place.explain, EXPLAIN_DECONVNET);
    const Explanation *e = s->explanation;
    post(s, "layer.select conv1");
    post(s, "channel.select 1");
    assert_ptr_equal(s->explanation, e);
    assert_int_equal(explanation_request(e)->channel, 9);
    post(s, "explain.pin");
    assert_ptr_not_equal(s->explanation, e);
    assert_int_equal(explanation_request(s->explanation)->channel, 1);
    post(s, "undo");
    assert_int_equal(s->state.place.pin_channel, 9);
    post(s, "explain none");
    assert_null(s->explanation);
    close_session(&f);
}

/* What is asked for goes on changing while the thread works: nothing is lost or waited for. */
static void minds_are_changed(void **state) {
    (void)state;
    static const char *const lines[] = {
        "explain occlusion",     "layer.next",        "explain cube",
        "channel.next",          "explain tests",     "explain gradcam",
        "weights.open random:2", "explain deconvnet", "explain.start class"};
    Fixture f;
    Error err = {0};
    Session *s = open_tiny(&f);
    for (int i = 0; i < 60; i++) {
        assert_ok(action_perform(s, lines[i % 9], &err), err);
        session_tick(s, i);
    }
    assert_true(session_wait(s));
    part(s, 0);
    close_session(&f);
}

static void a_picture_that_cannot_be_read_is_told(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_tiny(&f);
    post(s, "layer.select pool");
    post(s, "explain deconvnet");
    post(s, "explain.other nowhere.png");
    const Error *error = work_error(explanation_progress(s->explanation));
    assert_non_null(error);
    test_contains(error->text, "nowhere.png");
    post(s, "explain.switches recorded");
    part(s, 0);
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_are_those_of_the_way_down),
        cmocka_unit_test(the_cube_has_eight_corners),
        cmocka_unit_test(tests_differ_from_the_real_one),
        cmocka_unit_test(occlusion_fills_in),
        cmocka_unit_test(grad_cam_is_as_coarse_as_its_maps),
        cmocka_unit_test(the_way_is_walked_by_stages),
        cmocka_unit_test(a_pinned_unit_stays),
        cmocka_unit_test(minds_are_changed),
        cmocka_unit_test(a_picture_that_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
