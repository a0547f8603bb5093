/* Small networks against PyTorch (tests/reference/make_network_fixtures.py), by every path and
 * tier. */
#include "support.h"

#include "base/json.h"
#include "engine/input.h"
#include "engine/open.h"
#include "engine/result.h"
#include "tensor/npy.h"
#include "tensor/stats.h"
#include <math.h>

static void compare_nodes(const Run *run, const char *folder) {
    Error err = {0};
    Json *nodes = json_load(TEXT("%s/nodes.json", folder), &err);
    assert_ok(nodes, err);
    int compared = 0;
    for (const Json *e = json_first(nodes); e; e = json_next(e), compared++) {
        const char *name = json_text(json_get(e, "name"));
        int node = graph_find(&run_model(run)->graph, name, &err);
        assert_ok(node >= 0, err);
        const Tensor *t = run_output(run, node);
        Stats s = stats_of(t->data, tensor_count(t));
        double l2 = json_number(json_get(e, "l2"));
        double scale = json_number(json_get(e, "max")) - json_number(json_get(e, "min"));
        if (!(fabs(s.l2 / l2 - 1) < 1e-5) ||
            !(fabs((double)s.min - json_number(json_get(e, "min"))) < 1e-4 * scale) ||
            !(fabs((double)s.max - json_number(json_get(e, "max"))) < 1e-4 * scale))
            fail_msg("%s: norm %g, expected %g", name, s.l2, l2);
    }
    assert_true(compared > 4);
    json_free(nodes);
}

static void compare_vector(const char *path, const Tensor *ours) {
    Error err = {0};
    Arena arena = {0};
    Tensor expected;
    assert_ok(npy_load(&expected, &arena, path, &err), err);
    assert_int_equal(tensor_count(&expected), tensor_count(ours));
    double distance = test_distance(expected.data, ours->data, (size_t)tensor_count(ours));
    if (!(distance < 1e-5))
        fail_msg("%s: %g", path, distance);
    arena_free(&arena);
}

static void compare_network(const char *name, RunOptions options, int threads) {
    Error err = {0};
    Arena arena = {0};
    char folder[FILE_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", test_fixture(TEXT("networks/%s", name)));
    Pool *pool = pool_new(threads, &err);
    char path[FILE_PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/weights.safetensors", folder);
    Model *model = engine_open(name, 0, path, &options, pool, NULL, &err);
    assert_ok(model, err);
    Tensor input;
    snprintf(path, sizeof path, "%s/input.npy", folder);
    assert_ok(engine_input_npy(model, path, &arena, &input, &err), err);
    Run *run = run_new(model, &input, &options, pool, &err);
    assert_ok(run && run_all(run, NULL, &err), err);
    compare_nodes(run, folder);
    snprintf(path, sizeof path, "%s/logits.npy", folder);
    compare_vector(path, run_logits(run));
    snprintf(path, sizeof path, "%s/probs.npy", folder);
    compare_vector(path, run_probabilities(run));
    run_release(run);
    model_free(model);
    pool_free(pool);
    arena_free(&arena);
}

static void networks_equal_pytorch(void **state) {
    (void)state;
    static const char *const names[] = {"lenet5", "resnet20-cifar"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++)
            for (int path = CONV_AUTO; path < CONV_PATHS; path++)
                compare_network(names[i], (RunOptions){(ConvPath)path, tier}, 1 + (int)tier);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(networks_equal_pytorch)};
    return cmocka_run_group_tests_name("networks", tests, NULL, NULL);
}
