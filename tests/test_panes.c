/* Two panes: which layers correspond, and that what stands beside is what the engine computes. */
#include "screen_support.h"

#include "base/text.h"
#include "engine/open.h"
#include "session/bench.h"
#include "session/panes.h"
#include <math.h>

static void check_pair(const char *a, const char *node, const char *b, const char *wanted) {
    Error err = {0};
    Model *x = model_load(a, 0, &err), *y = model_load(b, 0, &err);
    assert_ok(x && y, err);
    const int from = graph_find(&x->graph, node, &err);
    assert_ok(from != GRAPH_FAILED, err);
    const int to = panes_node(&x->graph, from, &y->graph);
    if (strcmp(y->graph.nodes[to].name, wanted) != 0)
        fail_msg("%s of %s: %s of %s, not %s", node, a, y->graph.nodes[to].name, b, wanted);
    model_free(x);
    model_free(y);
}

static void layers_correspond(void **state) {
    (void)state;
    check_pair("alexnet", "conv3", "zfnet", "conv3");
    check_pair("alexnet-tv", "features.3", "zfnet", "conv2"); /* by its label */
    check_pair("lenet", "conv2", "lenet5", "conv2");
    check_pair("resnet18", "layer2.0", "resnet34", "layer2.0");
    check_pair("lenet", "softmax", "resnet18", "softmax");
    /* By the share of the depth among layers of the family: the first and the last meet. */
    check_pair("vgg16", "conv1_1", "resnet50", "conv1");
    check_pair("vgg16", "conv5_3", "densenet121", "features.denseblock4.denselayer16.conv2");
}

/* Every node of every pair has one, in the order of the depth within a family. */
static void every_layer_has_one(void **state) {
    (void)state;
    static const char *const names[] = {"lenet",        "alexnet-mini",   "zfnet-mini",
                                        "vgg-mini",     "googlenet-mini", "resnet-mini",
                                        "densenet-mini"};
    enum { COUNT = sizeof names / sizeof *names };
    Model *models[COUNT];
    Error err = {0};
    for (int i = 0; i < COUNT; i++)
        assert_ok((models[i] = model_load(names[i], 0, &err)), err);
    for (int a = 0; a < COUNT; a++)
        for (int b = 0; b < COUNT; b++) {
            const Graph *g = &models[a]->graph, *other = &models[b]->graph;
            for (int i = GRAPH_IMAGE; i < g->node_count; i++) {
                const int to = panes_node(g, i, other);
                assert_in_range(to + 1, 0, other->node_count);
                if (a == b)
                    assert_int_equal(to, i);
            }
        }
    for (int i = 0; i < COUNT; i++)
        model_free(models[i]);
}

static void another_network_beside(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    post(&f, "image.open assets/images/ladybug.png");
    post(&f, "layer.select conv2");
    post(&f, "bench panes");
    post(&f, "panes.model zfnet-mini");
    Scene *other = panes_scene(bench_work(s));
    assert_non_null(other);
    assert_string_equal(scene_model(other)->name, "zfnet-mini");
    assert_string_equal(scene_image_path(other), scene_image_path(s->scene));
    const int node = panes_node(session_graph(s), s->state.place.node, &scene_model(other)->graph);
    assert_string_equal(scene_model(other)->graph.nodes[node].name, "conv2");
    Error err = {0};
    Model *m = engine_open("zfnet-mini", 0, NULL, &f.options.run, f.pool, NULL, &err);
    assert_ok(m, err);
    Run *run = run_new(m, scene_values(other, GRAPH_IMAGE), &f.options.run, f.pool, &err);
    assert_ok(run && run_until(run, node, NULL, &err), err);
    assert_memory_equal(run_output(run, node)->data, scene_values(other, node)->data,
                        (size_t)tensor_count(run_output(run, node)) * sizeof(float));
    run_release(run);
    model_free(m);
    check(&f);
    assert_says(&f, "ZFNet mini");
    const int before = scene_ready(other);
    post(&f, "layer.next"); /* in lockstep, in the same scene */
    assert_true(panes_scene(bench_work(s)) == other);
    assert_true(scene_ready(other) >= before);
    check(&f);
    s->state.big = true;
    check(&f);
    close_session(&f);
}

/* The loops and GEMM are apart by rounding, and by as much as is said. */
static void the_difference_is_what_it_says(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "resnet-mini");
    post(&f, "layer.select layer1.0.conv2");
    post(&f, "bench panes");
    post(&f, "panes.kind paths");
    Scene *other = panes_scene(bench_work(s));
    const Tensor *a = scene_values(s->scene, s->state.place.node);
    const Tensor *b = scene_values(other, s->state.place.node);
    assert_true(a && b);
    const PanesDifference d = panes_difference(a, b);
    double most = 0, size = 0;
    for (int64_t i = 0; i < tensor_count(a); i++) {
        most = fmax(most, fabs((double)a->data[i] - (double)b->data[i]));
        size = fmax(size, fabs((double)a->data[i]));
    }
    assert_true(d.most == most);
    assert_true(most < 1e-4 * size);
    const int64_t at = ((int64_t)d.channel * a->shape.dim[2] + d.y) * a->shape.dim[3] + d.x;
    assert_true(most == 0 || (a->data[at] == d.left && b->data[at] == d.right &&
                              fabs((double)d.left - (double)d.right) == most));
    post(&f, "panes.kind weights");
    post(&f, "panes.difference yes");
    other = panes_scene(bench_work(s));
    assert_int_equal(scene_model(other)->weights.kind, WEIGHTS_RANDOM);
    assert_true(panes_difference(a, scene_values(other, s->state.place.node)).most > 0.01 * size);
    check(&f);
    assert_says(&f, "random weights, seed 1");
    const Shape other_shape = {.rank = 4, .dim = {1, 2, 3, 4}};
    float values[24] = {0};
    const Tensor t = {.shape = other_shape, .data = values};
    assert_true(isnan(panes_difference(a, &t).most));
    close_session(&f);
}

/* Random weights are shown beside those of another seed. */
static void random_beside_random(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet5");
    post(&f, "weights.open random:1");
    post(&f, "bench panes");
    post(&f, "panes.kind weights");
    assert_int_equal(scene_model(panes_scene(bench_work(s)))->weights.seed, 2);
    post(&f, "panes.seed 9");
    assert_int_equal(scene_model(panes_scene(bench_work(s)))->weights.seed, 9);
    close_session(&f);
}

static void what_cannot_be_opened_is_told(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "bench panes");
    post(&f, "panes.model nosuch");
    assert_null(panes_scene(bench_work(s)));
    assert_non_null(work_error(bench_work(s)));
    check(&f);
    assert_says(&f, "nosuch");
    post(&f, "panes.model lenet-fashion");
    assert_non_null(panes_scene(bench_work(s)));
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_correspond),      cmocka_unit_test(every_layer_has_one),
        cmocka_unit_test(another_network_beside), cmocka_unit_test(the_difference_is_what_it_says),
        cmocka_unit_test(random_beside_random),   cmocka_unit_test(what_cannot_be_opened_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
