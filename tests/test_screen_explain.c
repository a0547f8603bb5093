/* view.explain: its methods on every family of trained networks, each stage of a way down, in both
 * languages, at all sizes, in large type too: what is there can be read, and is what was asked for.
 */
#include "screen_support.h"

#include "base/text.h"

static const char *const methods[] = {"deconvnet", "gradient",  "guided", "cube",
                                      "tests",     "occlusion", "gradcam"};

/* All of the first family; of the others every second one, beginning with the first or the second,
 * and no occlusion, which takes hundreds of passes. */
static void check_methods(Fixture *f, size_t family) {
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
        if (family > 0 && (m % 2 != family / 2 % 2 || strcmp(methods[m], "occlusion") == 0))
            continue;
        post(f, TEXT("explain %s", methods[m]));
        check(f);
        assert_region(f, "view.explain");
        assert_region(f, "explain.part.0");
    }
}

static void methods_of_every_family(void **state) {
    (void)state;
    static const char *const places[][2] = {
        {"lenet", "conv2"},          {"alexnet-mini", "norm2"},
        {"zfnet-mini", "pool5"},     {"googlenet-mini", "inception_4a"},
        {"resnet-mini", "layer3.0"}, {"densenet-mini", "features.transition1.pool"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Fixture f;
        Session *s = open_session(&f, places[i][0]);
        post(&f, TEXT("layer.select %s", places[i][1]));
        post(&f, "depth layer");
        s->state.big = i % 2; /* for the hall, too */
        check_methods(&f, i);
        close_session(&f);
    }
}

static void every_stage_of_a_way(void **state) {
    (void)state;
    static const char *const ways[][2] = {
        {"lenet", "fc2"}, {"alexnet-mini", "pool5"}, {"googlenet-mini", "inception_4a"}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        Fixture f;
        Session *s = open_session(&f, ways[i][0]);
        post(&f, TEXT("layer.select %s", ways[i][1]));
        post(&f, "explain deconvnet");
        post(&f, "explain.start all");
        const int stages = session_way(s, NULL, 0);
        assert_true(stages > 5);
        for (int stage = 0; stage < stages; stage++) { /* those of a long one by sample */
            post(&f, "explain.down");
            assert_int_equal(s->state.place.stage, stage);
            s->state.place.depth = stage % 2 ? DEPTH_LAYER : DEPTH_UNIT;
            if (stages < 30 || stage % 5 == 0)
                check(&f);
            assert_region(&f, "explain.way");
        }
        close_session(&f);
    }
}

/* Below a max pool its switches are arrows, from the one map to the other, and back. */
static void switches_are_arrows(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    post(&f, "layer.select pool2");
    post(&f, "explain deconvnet");
    post(&f, "explain.start all");
    post(&f, "depth unit");
    size_t arrows[2];
    for (int stage = 0; stage < 2; stage++) {
        post(&f, TEXT("explain.stage %d", stage));
        build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
        arrows[stage] = 0;
        for (size_t i = 0; i < f.list.item_count; i++)
            arrows[stage] +=
                f.list.items[i].kind == ITEM_POLYLINE && f.list.items[i].stroke.arrow &&
                f.list.items[i].box.y > draw_region_find(&f.list, "view.explain")->box.y;
    }
    assert_int_equal(s->state.place.stage, 1);
    assert_int_equal(arrows[0], 0);
    assert_true(arrows[1] > 4 && arrows[1] % 2 == 0);
    assert_region(&f, "explain.switches.on");
    assert_region(&f, "explain.switches.back");
    close_session(&f);
}

static void what_is_missing_is_told(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "lenet");
    post(&f, "layer.first");
    post(&f, "explain guided");
    check(&f);
    assert_says(&f, "Choose a layer and a map");
    post(&f, "layer.select conv1");
    post(&f, "explain.other nowhere.png");
    check(&f);
    assert_says(&f, "nowhere.png");
    post(&f, "back");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_null(draw_region_find(&f.list, "view.explain"));
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_of_every_family),
        cmocka_unit_test(every_stage_of_a_way),
        cmocka_unit_test(switches_are_arrows),
        cmocka_unit_test(what_is_missing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
