/* The race: what it says of the two paths is so; and it can be read, at any size and moment. */
#include "screen_support.h"

#include "base/text.h"
#include "session/race.h"
#include <math.h>
#include <stdlib.h>

static const Race *race(Fixture *f, const char *model, const char *node) {
    Session *s = open_session(f, model);
    post(f, TEXT("layer.select %s", node));
    post(f, "bench race");
    s->state.still = true; /* the replay is at its end */
    assert_non_null(race_of(s));
    assert_true(work_done(race_progress(race_of(s))));
    return race_of(s);
}

/* The largest difference is between the engine's own output there and that of the loops, and no
 * other is larger. */
static void the_difference_is_where_it_says(void **state) {
    (void)state;
    static const char *const places[][2] = {
        {"lenet", "conv2"}, {"alexnet-mini", "conv2"}, {"resnet-mini", "layer2.0.conv1"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Fixture f;
        const RaceRow *r = race_row(race(&f, places[i][0], places[i][1]), 0);
        const Scene *scene = f.session.scene;
        const ConvShape *c = &r->walk.shape;
        const Node *n = &session_graph(&f.session)->nodes[r->node];
        const float *const *w = scene_model(scene)->weights.data[r->node];
        const float *x = scene_values(scene, n->inputs[0])->data;
        const Tensor *y = scene_values(scene, r->node);
        float *loops = calloc((size_t)tensor_count(y), sizeof *loops);
        const KernelContext kernel = {.tier = cpu_best(), .pool = f.pool};
        assert_non_null(loops);
        assert_true(conv_naive(&kernel, c, x, w[0], n->weight_count > 1 ? w[1] : NULL, loops));
        const int64_t at = (r->channel * c->oh + r->y) * c->ow + r->x;
        assert_memory_equal(&r->naive, &loops[at], sizeof(float));
        assert_memory_equal(&r->gemm, &y->data[at], sizeof(float));
        const double apart = fabs((double)r->naive - (double)r->gemm);
        for (int64_t k = 0; k < tensor_count(y); k++)
            assert_true(fabs((double)loops[k] - (double)y->data[k]) <= apart);
        assert_true(apart > 0.1 * r->chance && apart < 12 * r->chance);
        assert_true(r->naive_ms > 0 && r->gemm_ms > 0 && race_peak(race_of(&f.session)) > 0);
        free(loops);
        close_session(&f);
    }
}

static void it_can_be_read(void **state) {
    (void)state;
    static const char *const places[][2] = {{"lenet", "fc1"},
                                            {"alexnet-mini", "conv2"},
                                            {"googlenet-mini", "inception_4a"},
                                            {"densenet-mini", "features.transition1.pool"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Fixture f;
        race(&f, places[i][0], places[i][1]);
        Session *s = &f.session;
        s->state.big = i % 2; /* for the hall, too */
        check(&f);
        assert_region(&f, "race.naive");
        assert_region(&f, "race.gemm");
        f.memory.hide_times = true;
        check(&f);
        f.memory.hide_times = false;
        post(&f, "race.whole network");
        const Race *all = race_of(s);
        assert_true(race_is_whole(all) && race_row(all, race_rows(all) - 1));
        for (int k = 0; k < race_rows(all); k++) {
            assert_true(race_row(all, k)->gemm_ms > 0);
            assert_non_null(
                strstr(session_graph(s)->nodes[race_row(all, k)->node].type->name, "conv"));
        }
        check(&f);
        assert_region(&f, "race.totals");
        post(&f, "race.whole layer");
        check(&f);
        assert_region(&f, "race.naive");
        close_session(&f);
    }
}

static bool frame(Fixture *f, double now) {
    const Screen screen = {.session = &f->session,
                           .memory = &f->memory,
                           .metrics = fonts_metrics(f->fonts),
                           .width = SCREEN_WIDTH,
                           .height = SCREEN_HEIGHT,
                           .mouse_x = -1,
                           .mouse_y = -1,
                           .now = now};
    return screen_build(&screen, &f->list);
}

/* It runs by the clock, stops at its end, and runs again when asked to. */
static void it_is_replayed(void **state) {
    (void)state;
    Fixture f;
    race(&f, "alexnet-mini", "conv2");
    f.session.state.still = false;
    frame(&f, 1e6);
    assert_true(frame(&f, 1e6 + 1500));
    assert_null(draw_text_find(&f.list, "times as fast"));
    assert_says(&f, "times slower than it was");
    assert_true(frame(&f, 1e6 + 2500));
    assert_false(frame(&f, 1e6 + 20000));
    assert_says(&f, "times as fast");
    post(&f, "race.replay");
    assert_true(frame(&f, 1e6 + 30000));
    assert_false(frame(&f, 1e6 + 50000));
    close_session(&f);
}

/* Another layer: another race; another bench: none. */
static void it_follows_the_layer(void **state) {
    (void)state;
    Fixture f;
    const int node = race_row(race(&f, "lenet", "conv1"), 0)->node;
    post(&f, "layer.select conv2");
    assert_int_not_equal(race_row(race_of(&f.session), 0)->node, node);
    post(&f, "back");
    assert_null(race_of(&f.session));
    assert_false(session_post(&f.session, "race.replay"));
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_difference_is_where_it_says),
        cmocka_unit_test(it_can_be_read),
        cmocka_unit_test(it_is_replayed),
        cmocka_unit_test(it_follows_the_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
