/* view.algorithm: what is there can be read at all sizes, in both languages, for convolutions of
 * every family; and its numbers are the engine's. */
#include "screen_support.h"

#include "base/text.h"
#include "session/algorithm.h"

static void any_convolution(void **state) {
    (void)state;
    static const char *const places[][2] = {
        {"lenet", "conv1"},          {"lenet", "fc1"},
        {"alexnet-mini", "conv1"},   {"alexnet-mini", "conv2"},
        {"zfnet-mini", "pool5"},     {"googlenet-mini", "inception_4a"},
        {"resnet-mini", "layer3.0"}, {"densenet-mini", "features.transition1.pool"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Fixture f;
        Session *s = open_session(&f, places[i][0]);
        post(&f, TEXT("layer.select %s", places[i][1]));
        post(&f, "bench algorithm");
        s->state.big = i % 2; /* for the hall, too */
        for (int by = 0; by < GEMM_STRIDES; by++) {
            s->state.place.algorithm_by = by;
            post(&f, "algorithm.step");
            check(&f);
        }
        post(&f, "algorithm.end");
        check(&f);
        assert_region(&f, "view.algorithm");
        assert_region(&f, "algorithm.input");
        assert_region(&f, "algorithm.patches.0");
        assert_region(&f, "algorithm.accumulators");
        assert_region(&f, "algorithm.loads");
        close_session(&f);
    }
}

/* The text of a float as both sums print it. */
static const char *printed(float value, char text[64]) {
    char number[48], sign[64];
    const NumberStyle style = {.digits = 7};
    return text_format(text, 64, "= %s", as_shown(number_text(number, style, (double)value), sign));
}

/* At the end of an output's sum the screen says the engine's output, from the blocked product, and
 * the loops' to within rounding. */
static void the_last_number_is_the_output(void **state) {
    (void)state;
    static const char *const places[][2] = {{"lenet", "conv2"},
                                            {"alexnet-mini", "conv1"},
                                            {"googlenet-mini", "inception_3a.branch1.conv"},
                                            {"resnet-mini", "layer2.0.conv1"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Fixture f;
        Algorithm a;
        char text[64];
        Session *s = open_session(&f, places[i][0]);
        assert_true(session_wait(s));
        if (!session_post(s, TEXT("layer.select %s", places[i][1])))
            post(&f, "layer.select inception_3a");
        post(&f, "bench algorithm");
        post(&f, "algorithm.pixel 3 2 1");
        assert_true(algorithm_at(s, &a));
        assert_int_equal(a.terms, 1);
        assert_int_equal(a.channel, 3);
        while (a.terms < a.walk.plan.k) { /* to the last k of the tile's last block of K */
            s->state.place.algorithm_step =
                (int)gemm_walk_find(&a.walk, a.place.group, a.row, a.column, a.walk.plan.k - 1);
            assert_true(algorithm_at(s, &a));
        }
        check(&f);
        const Tensor *y = scene_values(s->scene, a.node);
        const ConvShape *c = &a.walk.shape;
        assert_says(&f, printed(y->data[(a.channel * c->oh + a.y) * c->ow + a.x], text));
        close_session(&f);
    }
}

static void the_output_goes_with_the_tile(void **state) {
    (void)state;
    Fixture f;
    Algorithm a;
    Session *s = open_session(&f, "alexnet-mini");
    post(&f, "layer.select conv2");
    post(&f, "layer.next");
    post(&f, "bench algorithm");
    assert_true(algorithm_at(s, &a));
    const int64_t from = a.step;
    for (int i = 0; i < 40; i++) {
        s->state.place.algorithm_by = i % GEMM_STRIDES;
        const int64_t before = a.step;
        post(&f, "algorithm.step");
        assert_true(algorithm_at(s, &a));
        assert_true(a.step > before);
        assert_int_equal(a.step, s->state.place.algorithm_step);
        assert_int_equal(a.node, s->state.place.node);
        assert_int_equal(a.channel, s->state.place.channel);
        assert_in_range(a.row, a.place.ir.first, a.place.ir.first + a.place.ir.count - 1);
    }
    assert_true(a.step > from);
    post(&f, "unit.move 0 5"); /* to another output: the walk comes along */
    assert_true(algorithm_at(s, &a));
    assert_in_range(a.column, a.place.jr.first, a.place.jr.first + a.place.jr.count - 1);
    post(&f, "algorithm.begin");
    assert_int_equal(s->state.place.algorithm_step, 0);
    post(&f, "algorithm.back");
    assert_int_equal(s->state.place.algorithm_step, 0);
    post(&f, "playing yes");
    post(&f, "play.step");
    assert_true(s->state.place.algorithm_step > 0);
    post(&f, "algorithm.end");
    post(&f, "play.step");
    assert_false(s->state.playing);
    close_session(&f);
}

/* Hovering an input pixel frames its copies, and tells how many there are. */
static void copies_are_lit(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "layer.select conv1");
    post(&f, "bench algorithm");
    s->state.hover = (StateHover){GRAPH_IMAGE, 0, {14, 14}};
    check(&f);
    assert_says(&f, "(14, 14) stands 25 times");
    s->state.hover.cell[0] = s->state.hover.cell[1] = 0;
    check(&f);
    assert_says(&f, "(0, 0) stands once");
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_convolution),
        cmocka_unit_test(the_last_number_is_the_output),
        cmocka_unit_test(the_output_goes_with_the_tile),
        cmocka_unit_test(copies_are_lit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
