/* Projections as objects, occlusion and Grad-CAM: against PyTorch (tests/fixtures/explain, made by
 * tests/reference/make_explain_fixtures.py), step by step, cancelled, refused. */
#include "explain_support.h"

#include "base/file.h"
#include "base/json.h"
#include "engine/input.h"
#include "engine/open.h"
#include "engine/result.h"
#include "explain/gradcam.h"
#include "explain/occlusion.h"
#include "tensor/npy.h"
#include <stdio.h>

/* --- Beside PyTorch -----------------------------------------------------------------------------
 */

typedef struct Network {
    Arena arena;
    Pool *pool;
    Model *model;
    Tensor input;
    Run *run;
    const char *name;
    Error err;
} Network;

static void open_network(Network *n, const char *name, int threads) {
    char path[FILE_PATH_MAX];
    const RunOptions how = {.path = CONV_AUTO, .tier = cpu_best()};
    *n = (Network){.name = name};
    assert_ok(n->pool = pool_new(threads, &n->err), n->err);
    snprintf(path, sizeof path, "%s", test_fixture(TEXT("networks/%s/weights.safetensors", name)));
    assert_ok(n->model = engine_open(name, 0, path, &how, n->pool, NULL, &n->err), n->err);
    snprintf(path, sizeof path, "%s", test_fixture(TEXT("networks/%s/input.npy", name)));
    assert_ok(engine_input_npy(n->model, path, &n->arena, &n->input, &n->err), n->err);
    assert_ok(n->run = run_new(n->model, &n->input, &how, n->pool, &n->err), n->err);
    assert_ok(run_all(n->run, NULL, &n->err), n->err);
}

static void close_network(Network *n) {
    run_release(n->run);
    model_free(n->model);
    pool_free(n->pool);
    arena_free(&n->arena);
}

static void compare(Network *n, const Json *record, const float *got, int64_t count) {
    Tensor want;
    const char *file = json_text(json_get(record, "file"));
    assert_ok(
        npy_load(&want, &n->arena, test_fixture(TEXT("explain/%s/%s", n->name, file)), &n->err),
        n->err);
    assert_int_equal(tensor_count(&want), count);
    const double distance = test_distance(got, want.data, (size_t)count);
    /* Near 1 a tanh's derivative, 1 - y^2, has few digits left. */
    const bool digits = strcmp(n->name, "lenet5") != 0 || strstr(file, "deconvnet");
    if (!(distance <= (digits ? 1e-5 : 2e-4)))
        fail_msg("%s: distance %g", file, distance);
}

static int number(const Json *record, const char *key) {
    assert_int_equal(json_type(json_get(record, key)), JSON_NUMBER);
    return (int)json_number(json_get(record, key));
}

static void compare_projection(Network *n, const Json *record) {
    const LayerRules rules = rule_rules(rule_find(json_text(json_get(record, "rule"))));
    const int node = graph_find(&n->model->graph, json_text(json_get(record, "here")), &n->err);
    const bool all = strcmp(json_text(json_get(record, "mode")), "all") == 0;
    const Seed seed = {.kind = all ? SEED_ALL : SEED_MAX, .channel = number(record, "channel")};
    Projection *p = projection_new(n->run, node, GRAPH_IMAGE, false, &n->err);
    assert_ok(p && projection_begin(p, &rules, NULL, &seed, &n->err) &&
                  projection_all(p, NULL, &n->err),
              n->err);
    const Tensor *signal = projection_signal(p, GRAPH_IMAGE);
    compare(n, record, signal->data, tensor_count(signal));
    projection_free(p);
}

static void compare_gradcam(Network *n, const Json *record) {
    Tensor map;
    const int node = graph_find(&n->model->graph, json_text(json_get(record, "here")), &n->err);
    assert_ok(gradcam(n->run, node, number(record, "class"), NULL, &n->arena, &map, NULL, &n->err),
              n->err);
    compare(n, record, map.data, tensor_count(&map));
}

static void compare_occlusion(Network *n, const Json *record) {
    const OcclusionOptions options = {.patch = number(record, "patch"),
                                      .stride = number(record, "stride"),
                                      .label = number(record, "class"),
                                      .node = GRAPH_IMAGE};
    Occlusion *o =
        occlusion_new(n->model, &n->input, &options, run_options(n->run), n->pool, NULL, &n->err);
    assert_ok(o && occlusion_all(o, NULL, &n->err), n->err);
    const OcclusionView *v = occlusion_view(o);
    compare(n, record, v->probability, v->rows * v->columns);
    occlusion_free(o);
}

static void as_pytorch_has_it(void **state) {
    for (int threads = 1; threads <= 3; threads++) {
        Network n;
        open_network(&n, *state, threads);
        Json *maps =
            json_load(test_fixture(TEXT("explain/%s/maps.json", (const char *)*state)), &n.err);
        assert_ok(maps, n.err);
        assert_true(json_count(maps) >= 11);
        for (const Json *record = json_first(maps); record; record = json_next(record)) {
            const char *map = json_text(json_get(record, "map"));
            (*map == 'b'   ? compare_projection
             : *map == 'g' ? compare_gradcam
                           : compare_occlusion)(&n, record);
        }
        json_free(maps);
        close_network(&n);
    }
}

/* --- Projections as objects ---------------------------------------------------------------------
 */

static const char *const branches =
    "{'op': 'conv', 'name': 'c1', 'out': 6, 'kernel': 3, 'padding': 1, 'then': 'relu'},"
    "{'op': 'lrn', 'name': 'n'},"
    "{'op': 'maxpool', 'name': 'p', 'kernel': 3, 'stride': 2},"
    "{'op': 'conv', 'name': 'a', 'out': 5, 'kernel': 3, 'padding': 1, 'then': 'relu'},"
    "{'op': 'bn', 'name': 'b', 'from': 'p', 'then': 'relu'},"
    "{'op': 'concat', 'name': 'j', 'from': ['a', 'b']},"
    "{'op': 'conv', 'name': 'c2', 'out': 11, 'kernel': 1},"
    "{'op': 'add', 'name': 's', 'from': ['j', 'c2'], 'then': 'relu'},"
    "{'op': 'flatten'}, {'op': 'linear', 'name': 'fc', 'out': 4}, {'op': 'softmax'}";

static void open_branches(Bed *b, int threads) {
    bed_open(b, threads, "3, 19, 21", branches);
    test_fill(b->input.data, (size_t)tensor_count(&b->input), 5);
    bed_run(b);
}

static Projection *projection_of(Bed *b, const char *from, int to, bool keep) {
    Projection *p = projection_new(b->run, bed_node(b, from), to, keep, &b->err);
    assert_ok(p, b->err);
    return p;
}

/* Every corner of the cube gives other numbers, the same for any number of threads, and whether the
 * stages are kept or not. */
static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    enum { PIXELS = 3 * 19 * 21 };
    static float first[CUBE_CORNERS][PIXELS];
    const Seed seed = {.kind = SEED_ALL, .channel = 4};
    for (int threads = 1; threads <= 4; threads++) {
        Bed b;
        open_branches(&b, threads);
        for (int corner = 0; corner < CUBE_CORNERS; corner++) {
            const LayerRules rules = cube_rules(corner, SWITCHES_CENTER);
            Projection *p = projection_of(&b, "s.relu", GRAPH_IMAGE, threads % 2);
            assert_ok(projection_begin(p, &rules, NULL, &seed, &b.err), b.err);
            assert_ok(projection_all(p, NULL, &b.err), b.err);
            const float *got = projection_signal(p, GRAPH_IMAGE)->data;
            if (threads == 1)
                memcpy(first[corner], got, sizeof first[corner]);
            assert_memory_equal(got, first[corner], sizeof first[corner]);
            for (int other = 0; other < corner; other++)
                assert_memory_not_equal(first[other], first[corner], sizeof first[corner]);
            projection_free(p);
        }
        bed_close(&b);
    }
}

/* Stage by stage: the signal of the next node is there, complete; kept ones stay as they were. */
static void stages_can_be_looked_at(void **state) {
    (void)state;
    Bed b;
    open_branches(&b, 2);
    const LayerRules rules = rule_rules(RULE_GRADIENT);
    const Seed seed = {.kind = SEED_MAX, .channel = 7};
    Projection *kept = projection_of(&b, "s.relu", GRAPH_IMAGE, true);
    Projection *p = projection_of(&b, "s.relu", GRAPH_IMAGE, false);
    assert_true(projection_bytes(p) < projection_bytes(kept));
    assert_null(projection_signal(p, bed_node(&b, "s.relu")));
    assert_fails(projection_step(p, NULL, &b.err), b.err, "seed");
    assert_ok(projection_begin(p, &rules, NULL, &seed, &b.err), b.err);
    assert_ok(projection_begin(kept, &rules, NULL, &seed, &b.err), b.err);
    assert_ok(projection_all(kept, NULL, &b.err), b.err);
    int steps = 0;
    for (int last = 1000; !projection_at_end(p); steps++) {
        const int next = projection_next(p);
        assert_true(next < last);
        last = next;
        const Tensor *signal = projection_signal(p, next), *same = projection_signal(kept, next);
        assert_non_null(signal);
        assert_memory_equal(signal->data, same->data, (size_t)tensor_count(signal) * sizeof(float));
        assert_null(projection_signal(p, GRAPH_IMAGE));
        assert_ok(projection_step(p, NULL, &b.err), b.err);
        assert_null(projection_signal(p, next));
    }
    assert_int_equal(steps, projection_steps(p));
    assert_int_equal(steps, 12); /* all from s.relu down */
    assert_int_equal(projection_next(p), GRAPH_IMAGE);
    assert_non_null(projection_signal(p, GRAPH_IMAGE));
    assert_true(projection_work(p) > 0);
    assert_ok(projection_step(p, NULL, &b.err), b.err);
    projection_free(p);
    projection_free(kept);
    bed_close(&b);
}

/* The switches are those that the signal takes. */
static void switches_can_be_drawn(void **state) {
    (void)state;
    Bed b;
    int32_t switches[6 * 9 * 10];
    open_branches(&b, 2);
    Projection *p = projection_of(&b, "p", bed_node(&b, "n"), false);
    LayerRules rules = rule_rules(RULE_DECONVNET);
    const Seed seed = {.kind = SEED_AT, .channel = 2, .y = 4, .x = 3};
    for (int kind = SWITCHES_RECORDED; kind <= SWITCHES_CENTER; kind++) {
        rules.switches = (LayerSwitches)kind;
        assert_ok(projection_begin(p, &rules, NULL, &seed, &b.err), b.err);
        assert_ok(projection_switches(p, bed_node(&b, "p"), switches, &b.err), b.err);
        assert_ok(projection_all(p, NULL, &b.err), b.err);
        const float *down = projection_signal(p, bed_node(&b, "n"))->data + 2 * 19 * 21;
        const int32_t at = switches[(2 * 9 + 4) * 10 + 3];
        for (int32_t i = 0; i < 19 * 21; i++)
            assert_true((down[i] != 0) == (i == at));
    }
    assert_int_equal(switches[(2 * 9 + 4) * 10 + 3], 9 * 21 + 7); /* the middle */
    assert_fails(projection_switches(p, bed_node(&b, "n"), switches, &b.err), b.err, "max pool");
    projection_free(p);
    bed_close(&b);
}

/* Only what lies between is gone through: not the branch that does not lead there. */
static void only_what_lies_between(void **state) {
    (void)state;
    Bed b;
    open_branches(&b, 1);
    Projection *p = projection_of(&b, "s", bed_node(&b, "a"), false);
    assert_int_equal(projection_steps(p), 4); /* s, c2, j, a.relu */
    projection_free(p);
    p = projection_of(&b, "s", bed_node(&b, "s"), false);
    assert_int_equal(projection_steps(p), 0);
    projection_free(p);
    assert_null(projection_new(b.run, bed_node(&b, "a"), bed_node(&b, "b"), false, &b.err));
    test_contains(b.err.text, "way down from a");
    b.err = (Error){0};
    bed_close(&b);
}

static void cancelled_it_can_begin_anew(void **state) {
    (void)state;
    Bed b;
    open_branches(&b, 2);
    const LayerRules rules = rule_rules(RULE_DECONVNET);
    const Seed seed = {.kind = SEED_MAX};
    Projection *p = projection_of(&b, "s", GRAPH_IMAGE, false);
    Job job = {0};
    assert_ok(projection_begin(p, &rules, NULL, &seed, &b.err), b.err);
    assert_ok(projection_step(p, &job, &b.err), b.err);
    atomic_store(&job.cancel, true);
    assert_fails(projection_all(p, &job, &b.err), b.err, "cancelled");
    assert_null(projection_signal(p, GRAPH_IMAGE));
    assert_ok(projection_begin(p, &rules, NULL, &seed, &b.err), b.err);
    assert_ok(projection_all(p, NULL, &b.err), b.err);
    projection_free(p);
    bed_close(&b);
}

static void places_that_are_not_there(void **state) {
    (void)state;
    Bed b;
    open_branches(&b, 1);
    const LayerRules rules = rule_rules(RULE_GRADIENT);
    Projection *p = projection_of(&b, "p", GRAPH_IMAGE, false);
    const struct {
        Seed seed;
        const char *said;
    } wrong[] = {
        {{.kind = SEED_MAX, .channel = 6}, "channel of p: expected 0..5, got 6"},
        {{.kind = SEED_MAX, .channel = -1}, "channel of p: expected 0..5, got -1"},
        {{.kind = SEED_AT, .y = 9}, "row of p: expected 0..8, got 9"},
        {{.kind = SEED_ONE, .x = 10}, "column of p: expected 0..9, got 10"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(projection_begin(p, &rules, NULL, &wrong[i].seed, &b.err), b.err,
                     wrong[i].said);
    projection_free(p);
    Tensor map;
    assert_fails(gradcam(b.run, bed_node(&b, "s"), 4, NULL, &b.arena, &map, NULL, &b.err), b.err,
                 "class: expected 0..3, got 4");
    assert_fails(gradcam(b.run, bed_node(&b, "fc"), 1, NULL, &b.arena, &map, NULL, &b.err), b.err,
                 "maps");
    assert_int_equal(gradcam_node(&b.model->graph), bed_node(&b, "s.relu"));
    bed_close(&b);
}

/* No signal at all: noise as strong as the channel, the same each time. */
static void noise_is_as_strong_as_the_channel(void **state) {
    (void)state;
    Bed b;
    open_branches(&b, 1);
    const LayerRules rules = rule_rules(RULE_DECONVNET);
    const Seed seed = {.kind = SEED_NOISE, .channel = 2, .random = 3};
    Projection *p = projection_of(&b, "s.relu", GRAPH_IMAGE, true);
    double noise = 0, channel = 0;
    assert_ok(projection_begin(p, &rules, NULL, &seed, &b.err), b.err);
    const int node = bed_node(&b, "s.relu");
    const Tensor *signal = projection_signal(p, node);
    for (int64_t i = 0; i < tensor_count(signal); i++)
        noise += (double)signal->data[i] * (double)signal->data[i];
    for (int64_t i = 2 * 90; i < 3 * 90; i++)
        channel += pow((double)run_output(b.run, node)->data[i], 2);
    assert_true(fabs(noise / channel - 1) < 1e-5);
    projection_free(p);
    bed_close(&b);
}

/* --- Occlusion ----------------------------------------------------------------------------------
 */

/* The picture's own answer where the square hides nothing; the map's sum beside it. */
static void occlusion_goes_square_by_square(void **state) {
    (void)state;
    Bed b;
    open_branches(&b, 2);
    const RunOptions how = {.tier = cpu_best()};
    OcclusionOptions options = {
        .patch = 6, .stride = 5, .label = -1, .node = GRAPH_IMAGE, .channel = -1, .batch = 4};
    Occlusion *fast = occlusion_new(b.model, &b.input, &options, &how, b.pool, NULL, &b.err);
    assert_ok(fast, b.err);
    options.node = bed_node(&b, "s.relu");
    Occlusion *maps = occlusion_new(b.model, &b.input, &options, &how, b.pool, NULL, &b.err);
    assert_ok(maps, b.err);
    const OcclusionView *v = occlusion_view(fast), *w = occlusion_view(maps);
    assert_int_equal(v->rows, 3);
    assert_int_equal(v->columns, 4);
    assert_true(v->label >= 0 && v->label == w->label && w->channel >= 0);
    assert_null(v->sum);
    assert_ok(occlusion_step(fast, NULL, &b.err), b.err);
    assert_int_equal(v->done, 4);
    assert_true(isnan(v->probability[4]) && v->best[4] == -1);
    float spread[19 * 21];
    occlusion_spread(fast, v->probability, spread);
    assert_true(spread[0] == v->probability[0]); /* which one square covers */
    assert_true(isnan(spread[18 * 21]));
    assert_true(fabsf(spread[5] - (v->probability[0] + v->probability[1]) / 2) < 1e-6F);
    assert_ok(occlusion_all(fast, NULL, &b.err), b.err);
    assert_ok(occlusion_all(maps, NULL, &b.err), b.err);
    assert_true(occlusion_at_end(fast) && v->done == 12);
    assert_true(test_distance(v->probability, w->probability, 12) < 1e-5);
    for (int i = 0; i < 12; i++)
        assert_true(isfinite(w->sum[i]) && v->best[i] == w->best[i]);
    occlusion_free(fast);
    occlusion_free(maps);
    bed_close(&b);
}

/* A square of the picture's own colour changes nothing. */
static void what_fills_the_square_matters(void **state) {
    (void)state;
    Bed b;
    open_branches(&b, 1);
    const RunOptions how = {.tier = cpu_best()};
    for (int64_t i = 0; i < tensor_count(&b.input); i++)
        b.input.data[i] = 0.5F;
    OcclusionOptions options = {.patch = 6, .stride = 5, .node = GRAPH_IMAGE, .fill = 0.5F};
    Occlusion *o = occlusion_new(b.model, &b.input, &options, &how, b.pool, NULL, &b.err);
    assert_ok(o && occlusion_all(o, NULL, &b.err), b.err);
    const OcclusionView *v = occlusion_view(o);
    for (int i = 0; i < 12; i++)
        assert_true(v->probability[i] == v->whole_probability);
    occlusion_free(o);
    options.fill = -3;
    o = occlusion_new(b.model, &b.input, &options, &how, b.pool, NULL, &b.err);
    assert_ok(o && occlusion_all(o, NULL, &b.err), b.err);
    assert_true(occlusion_view(o)->probability[5] != occlusion_view(o)->whole_probability);
    occlusion_free(o);
    options.patch = 20;
    assert_null(occlusion_new(b.model, &b.input, &options, &how, b.pool, NULL, &b.err));
    test_contains(b.err.text, "patch: expected 1..19, got 20");
    b.err = (Error){0};
    bed_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        {"as_pytorch_has_it lenet5", as_pytorch_has_it, NULL, NULL, "lenet5"},
        {"as_pytorch_has_it resnet20", as_pytorch_has_it, NULL, NULL, "resnet20-cifar"},
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(stages_can_be_looked_at),
        cmocka_unit_test(switches_can_be_drawn),
        cmocka_unit_test(only_what_lies_between),
        cmocka_unit_test(cancelled_it_can_begin_anew),
        cmocka_unit_test(places_that_are_not_there),
        cmocka_unit_test(noise_is_as_strong_as_the_channel),
        cmocka_unit_test(occlusion_goes_square_by_square),
        cmocka_unit_test(what_fills_the_square_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
