/* A layer played with: its own numbers give its own map; other numbers what the formula says; what
 * is set to zero is zero for the network; on the screen all of it can be read. */
#include "screen_support.h"

#include "base/text.h"
#include "kernel/conv.h"
#include "session/trial.h"
#include <math.h>

static const TrialResult *result_of(Fixture *f) {
    const Work *w = f->session.work;
    assert_non_null(w);
    if (work_error(w))
        fail_msg("%s", work_error(w)->text);
    const TrialResult *r = trial_result(w);
    assert_non_null(r);
    return r;
}

static const Node *shown_convolution(const Session *s) {
    return &session_graph(s)->nodes[trial_convolution(session_graph(s), s->state.place.node)];
}

static void own_numbers_give_the_own_map(void **state) {
    (void)state;
    static const char *const layers[] = {"conv1", "conv2", "conv3"};
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    for (size_t i = 0; i < 3; i++) {
        post(&f, TEXT("layer.select %s", layers[i]));
        post(&f, "channel.select 11");
        post(&f, "bench layer");
        const int node = trial_convolution(session_graph(s), s->state.place.node);
        const Tensor *map = &result_of(&f)->map, *all = scene_values(s->scene, node);
        const int64_t area = map->shape.dim[1] * map->shape.dim[2];
        assert_int_equal(area, all->shape.dim[2] * all->shape.dim[3]);
        for (int64_t k = 0; k < area; k++) {
            const float want = all->data[11 * area + k];
            assert_true(fabsf(map->data[k] - want) <= 1e-3f + 1e-4f * fabsf(want));
        }
    }
    close_session(&f);
}

/* Sizes are those that the kernels and the layer type have; what cannot be is not computed. */
static void other_numbers_follow_the_formula(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    post(&f, "layer.select conv2");
    post(&f, "bench layer");
    const Node *n = shown_convolution(s);
    for (int k = 1; k <= 11; k += 2)
        for (int stride = 1; stride <= 3; stride++)
            for (int dilation = 1; dilation <= 3; dilation++) {
                post(&f, TEXT("trial.set kernel %d", k));
                post(&f, TEXT("trial.set stride %d", stride));
                post(&f, TEXT("trial.set dilation %d", dilation));
                const StateTrial t = trial_now(s);
                const TrialParams p = trial_params(n, &t);
                const TrialFigures figures = trial_figures(n, &p);
                const int64_t room = n->in.dim[1] + 2 * p.padding[0] - dilation * (k - 1) - 1;
                if (room < 0) {
                    assert_int_equal(figures.fault, TRIAL_LARGE);
                    assert_null(s->work);
                    continue;
                }
                assert_int_equal(figures.out[0], room / stride + 1);
                assert_int_equal(figures.weights, n->out.dim[0] * n->in.dim[0] / p.groups * k * k);
                assert_int_equal(result_of(&f)->map.shape.dim[1], figures.out[0]);
            }
    post(&f, "trial.reset");
    post(&f, "trial.set groups 7");
    assert_null(s->work);
    check(&f);
    close_session(&f);
}

static void kernels_do_what_they_are_called(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    post(&f, "layer.select conv3");
    post(&f, "bench layer");
    post(&f, "trial kernel");
    post(&f, "trial.preset identity");
    const Node *n = shown_convolution(s);
    StateTrial t = trial_now(s);
    const int input = (int)trial_input_of(scene_model(s->scene), t.of, s->state.place.channel, &t);
    const Tensor *in = scene_values(s->scene, n->inputs[0]);
    const int64_t area = n->in.dim[1] * n->in.dim[2];
    assert_int_equal(tensor_count(&result_of(&f)->map), area); /* 3x3, padding 1 */
    assert_memory_equal(result_of(&f)->map.data, in->data + input * area,
                        (size_t)area * sizeof(float));
    post(&f, "trial.cell 4");
    post(&f, "trial.value 2");
    for (int64_t i = 0; i < area; i++)
        assert_float_equal(result_of(&f)->map.data[i], 2 * in->data[input * area + i], 1e-4);
    float own[9], flipped[9];
    post(&f, "trial.preset own");
    t = trial_now(s);
    trial_kernel(scene_model(s->scene), t.of, s->state.place.channel, &t, own);
    post(&f, "trial.preset flip");
    t = trial_now(s);
    trial_kernel(scene_model(s->scene), t.of, s->state.place.channel, &t, flipped);
    for (int i = 0; i < 9; i++)
        assert_true(own[i] == flipped[8 - i]);
    close_session(&f);
}

static void maps_of_zero_change_the_answer(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    post(&f, "layer.select conv5");
    post(&f, "bench layer");
    post(&f, "trial channels");
    assert_null(s->work);
    for (int c = 0; c < session_channels(s); c++)
        assert_true(session_post(s, TEXT("trial.off %d", c)));
    assert_true(session_wait(s));
    const TrialResult *r = result_of(&f);
    const int last = session_last_node(s);
    assert_memory_equal(r->before.probabilities.data, scene_values(s->scene, last)->data,
                        (size_t)tensor_count(&r->before.probabilities) * sizeof(float));
    /* Without any map the answer is that of the biases: the same for all pictures. */
    float *kept = test_malloc((size_t)tensor_count(&r->after.logits) * sizeof(float));
    memcpy(kept, r->after.logits.data, (size_t)tensor_count(&r->after.logits) * sizeof(float));
    post(&f, "image.open assets/images/ladybug.png");
    r = result_of(&f);
    assert_memory_equal(kept, r->after.logits.data,
                        (size_t)tensor_count(&r->after.logits) * sizeof(float));
    test_free(kept);
    post(&f, "trial patch");
    post(&f, "trial.patch 32 32");
    r = result_of(&f);
    assert_true(memcmp(r->before.logits.data, r->after.logits.data, 10 * sizeof(float)) != 0);
    close_session(&f);
}

static void everything_can_be_read(void **state) {
    (void)state;
    static const char *const places[][2] = {{"lenet", "conv1"},
                                            {"zfnet-mini", "conv2"},
                                            {"googlenet-mini", "conv2, 3x3"},
                                            {"resnet-mini", "layer2.0.conv2"},
                                            {"densenet-mini", "features.conv0"}};
    static const char *const ways[] = {
        "trial size",     "trial kernel", "trial.source colours", "trial.preset blur",
        "trial channels", "trial.off 1",  "trial patch",          "trial.patch 9 9"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Fixture f;
        Session *s = open_session(&f, places[i][0]);
        post(&f, TEXT("layer.select %s", places[i][1]));
        post(&f, "bench layer");
        s->state.big = i % 2;
        post(&f, "trial.set dilation 2");
        for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
            post(&f, ways[w]);
            check(&f);
            assert_region(&f, "view.play");
        }
        post(&f, "layer.last");
        check(&f);
        assert_says(&f, "Only a convolution");
        close_session(&f);
    }
}

static void keys_mean_the_layer(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "layer.select conv2");
    post(&f, "bench layer");
    assert_true(action_press(s, "Down")); /* the stride */
    assert_true(action_press(s, "Right"));
    assert_int_equal(s->state.place.trial.stride, 2);
    assert_true(action_press(s, "-"));
    assert_int_equal(s->state.place.trial.stride, 1);
    post(&f, "trial kernel");
    post(&f, "trial.cell 7");
    assert_true(action_press(s, "+"));
    assert_int_equal(s->state.place.trial.edits[7], 10);
    char line[4 * FILE_PATH_MAX];
    assert_true(state_print(&s->state, session_graph(s), line, sizeof line));
    assert_non_null(strstr(line, "trial_edits=7:10"));
    post(&f, "undo");
    assert_int_equal(s->state.place.trial.edits[7], 0);
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_numbers_give_the_own_map),
        cmocka_unit_test(other_numbers_follow_the_formula),
        cmocka_unit_test(kernels_do_what_they_are_called),
        cmocka_unit_test(maps_of_zero_change_the_answer),
        cmocka_unit_test(everything_can_be_read),
        cmocka_unit_test(keys_mean_the_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
