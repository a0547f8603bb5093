/* Every shipped network against tests/reference/expected/NAME.json, which PyTorch counted. */
#include "support.h"

#include "base/file.h"
#include "base/json.h"
#include "model/model.h"
#include <stdlib.h>
#include <string.h>

static void same_shape(const char *model, const char *node, const Shape *ours, const Json *list) {
    bool same = (size_t)ours->rank == json_count(list);
    for (int i = 0; same && i < ours->rank; i++)
        same = (double)ours->dim[i] == json_number(json_at(list, (size_t)i));
    if (!same)
        fail_msg("%s: %s: shape %s", model, node, SHAPE_TEXT(ours));
}

static void same_number(const char *model, const char *node, const char *what, int64_t ours,
                        const Json *object) {
    double expected = json_number(json_get(object, what));
    if ((double)ours != expected)
        fail_msg("%s: %s: %s is %lld, expected %.0f", model, node, what, (long long)ours, expected);
}

static void compare_weighted(const Model *m, const Json *root) {
    const Graph *g = &m->graph;
    int at = 0, count = 0;
    for (const Json *e = json_first(json_get(root, "weighted")); e; e = json_next(e), count++) {
        const char *name = json_text(json_get(e, "name"));
        while (at < g->node_count && g->nodes[at].weight_count == 0)
            at++;
        Error err = {0};
        int index = graph_find(g, name, &err);
        assert_ok(index >= 0, err);
        const Node *node = &g->nodes[index];
        assert_string_equal(node->name, name);
        assert_string_equal(node->type->name, json_text(json_get(e, "op")));
        same_shape(m->name, name, &node->in, json_get(e, "in"));
        same_shape(m->name, name, &node->out, json_get(e, "out"));
        same_number(m->name, name, "params", node->param_count, e);
        same_number(m->name, name, "macs", node->macs, e);
        assert_int_equal(graph_find(g, node->label, &err), index); /* labels are taken too */
    }
    int weighted = 0;
    for (int i = 0; i < g->node_count; i++)
        weighted += g->nodes[i].weight_count > 0;
    assert_int_equal(weighted, count);
}

static void compare_fields(const Model *m, const Json *root) {
    int compared = 0;
    for (const Json *e = json_first(json_get(root, "receptive_fields")); e; e = json_next(e)) {
        const char *name = json_text(json_get(e, "name"));
        int index = graph_find(&m->graph, name, NULL);
        if (index < 0)
            continue; /* a pool that PyTorch calls otherwise */
        for (int axis = 0; axis < 2; axis++) {
            ReceptiveField rf = m->graph.nodes[index].rf[axis];
            same_number(m->name, name, "size", rf.size, e);
            same_number(m->name, name, "jump", rf.jump, e);
            same_number(m->name, name, "start", rf.start, e);
        }
        compared++;
    }
    assert_true(compared > 0);
}

static void networks_equal_what_pytorch_counts(void **state) {
    (void)state;
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count, compared = 0;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        char path[FILE_PATH_MAX];
        Model *m = model_load(names[i], 0, &err);
        assert_ok(m, err);
        assert_true(*m->title && *m->family && m->year && *m->paper);
        bool found =
            file_find(path, sizeof path, TEXT("tests/reference/expected/%s.json", names[i]));
        Json *root = found ? json_load(path, &err) : NULL;
        if (root) {
            same_number(names[i], "all", "total_params", m->graph.param_count, root);
            same_number(names[i], "all", "total_macs", m->graph.macs, root);
            compare_weighted(m, root);
            compare_fields(m, root);
            compared++;
        }
        json_free(root);
        model_free(m);
    }
    arena_free(&arena);
    assert_true(compared >= 30);
}

/* The order in which a class meets them, and nothing missing. */
static void the_zoo_is_complete(void **state) {
    (void)state;
    static const char *const expected[] = {
        "lenet",          "lenet5",        "lenet-fashion",  "alexnet",         "alexnet-tv",
        "zfnet",          "vgg11",         "vgg13",          "vgg16",           "vgg19",
        "googlenet",      "googlenet-tv",  "resnet18",       "resnet34",        "resnet50",
        "resnet101",      "resnet152",     "plain20-cifar",  "resnet20-cifar",  "resnet32-cifar",
        "resnet44-cifar", "plain56-cifar", "resnet56-cifar", "resnet110-cifar", "resnet50-tv",
        "resnet101-tv",   "resnet152-tv",  "densenet121",    "densenet161",     "densenet169",
        "densenet201"};
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    size_t at = 0;
    for (size_t i = 0; i < count && at < sizeof expected / sizeof *expected; i++)
        at += strcmp(names[i], expected[at]) == 0;
    if (at < sizeof expected / sizeof *expected)
        fail_msg("%s is missing or out of order", expected[at]);
    arena_free(&arena);
}

/* What lies beside a network under its name is none. */
static void recipes_are_no_networks(void **state) {
    (void)state;
    static const char network[] = "{\"year\": 1998, \"family\": \"lenet\"}";
    static const char *const others[] = {"models/one.recipe.json", "models/one.log.json",
                                         "models/.json",           "models/one.json.bak",
                                         "models/one.safetensors", "models/README.md"};
    Arena arena = {0};
    Error err = {0};
    char **names;
    size_t count;
    assert_ok(file_make_folder(test_path("models"), &err), err);
    test_write(test_path("models/one.json"), network, strlen(network));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        test_write(test_path(others[i]), "[", 1);
    assert_int_equal(setenv("CONVOSCOPE_HOME", test_folder(), 1), 0);
    assert_ok(model_names(&arena, &names, &count, &err), err);
    assert_int_equal(unsetenv("CONVOSCOPE_HOME"), 0);
    assert_int_equal(count, 1);
    assert_string_equal(names[0], "one");
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_equal_what_pytorch_counts),
        cmocka_unit_test(the_zoo_is_complete),
        cmocka_unit_test(recipes_are_no_networks),
    };
    return cmocka_run_group_tests_name("zoo", tests, NULL, NULL);
}
