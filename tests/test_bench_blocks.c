/* The benches about blocks, and the table of networks: what they show is what the engine computes.
 */
#include "screen_support.h"

#include "base/text.h"
#include "engine/open.h"
#include "session/ablation.h"
#include "session/bench.h"
#include "session/families.h"
#include "session/lab.h"
#include "session/ledger.h"
#include "session/palette.h"
#include <math.h>

/* --- Residual --------------------------------------------------------------------------------- */

static void parts_of_residual_blocks(void **state) {
    (void)state;
    Error err = {0};
    static const char *const names[] = {"resnet-mini", "resnet50", "resnet20-cifar"};
    static const int counts[] = {8, 16, 9}, identities[] = {5, 12, 7};
    for (size_t n = 0; n < 3; n++) {
        Model *m = model_load(names[n], 0, &err);
        assert_ok(m, err);
        const Graph *g = &m->graph;
        int identity = 0;
        assert_int_equal(lab_count(g, BLOCK_RESIDUAL), counts[n]);
        for (int i = 0; i < counts[n]; i++) {
            const LabResidual r = lab_residual(g, lab_block(g, BLOCK_RESIDUAL, i));
            assert_string_equal(g->nodes[r.sum].type->name, "add");
            assert_string_equal(g->nodes[r.f].type->name, "bn");
            assert_int_equal(r.identity, r.shortcut == r.input);
            identity += r.identity;
        }
        assert_int_equal(identity, identities[n]);
        assert_int_equal(lab_block(g, BLOCK_RESIDUAL, counts[n]), -1);
        model_free(m);
    }
}

/* Against the network computed with that branch's last scale and shift set to zero. */
static void a_removed_block_is_one_with_zero_weights(void **state) {
    (void)state;
    Fixture f;
    Error err = {0};
    Session *s = open_session(&f, "resnet-mini");
    post(&f, "bench residual");
    const Graph *g = session_graph(s);
    const int last = g->node_count - 1, block = lab_block(g, BLOCK_RESIDUAL, 4);
    const float before = scene_values(s->scene, last)->data[0];
    assert_true(ablation_values(bench_work(s), last)->data[0] == before); /* none is removed */
    post(&f, "residual.remove 4");
    assert_true(state_has_block(&s->state.place.residual_removed, block));
    const Tensor *without = ablation_values(bench_work(s), last);
    assert_non_null(without);

    const LabResidual r = lab_residual(g, block);
    Model *m = engine_open("resnet-mini", 0, NULL, &f.options.run, f.pool, NULL, &err);
    assert_ok(m, err);
    float zeros[1024] = {0};
    const float *gamma = m->weights.data[r.f][0], *beta = m->weights.data[r.f][1];
    const float *(*data)[LAYER_WEIGHTS_MAX] = (const float *(*)[LAYER_WEIGHTS_MAX])m->weights.data;
    data[r.f][0] = data[r.f][1] = zeros;
    Run *run = run_new(m, scene_values(s->scene, GRAPH_IMAGE), &f.options.run, f.pool, &err);
    assert_ok(run && run_all(run, NULL, &err), err);
    for (int64_t i = 0; i < tensor_count(without); i++)
        assert_true(fabsf(run_probabilities(run)->data[i] - without->data[i]) < 1e-6F);
    assert_false(without->data[0] == before);
    AblationSizes after;
    assert_true(ablation_sizes(bench_work(s), 4, &after));
    assert_true(after.f == 0 && after.output > 0);
    run_release(run);
    data[r.f][0] = gamma;
    data[r.f][1] = beta;
    model_free(m);

    post(&f, "residual.restore");
    assert_true(ablation_values(bench_work(s), last)->data[0] == before);
    close_session(&f);
}

static void the_residual_lab_can_be_read(void **state) {
    (void)state;
    static const char *const names[] = {"resnet-mini", "resnet110-cifar"};
    for (int i = 0; i < 2; i++) {
        Fixture f;
        Session *s = open_session(&f, names[i]);
        post(&f, "bench residual");
        check(&f);
        assert_says(&f, i ? "RANDOM WEIGHTS" : "He et al. 2015");
        post(&f, "residual.remove 2");
        post(&f, "lab.next");
        post(&f, "residual.remove");
        check(&f);
        assert_says(&f, "without 2 blocks");
        assert_region(&f, "residual.switch.3");
        post(&f, "residual.channel_next");
        assert_int_equal(s->state.place.residual_channel, 0);
        s->state.big = true;
        check(&f);
        const double x = lab_rms(scene_stats(
            s->scene, lab_residual(session_graph(s), lab_block(session_graph(s), BLOCK_RESIDUAL, 3))
                          .shortcut));
        assert_true(x > 0);
        close_session(&f);
    }
}

/* --- Dense ------------------------------------------------------------------------------------ */

static void the_ledger_sums_weights(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "densenet-mini");
    post(&f, "bench dense");
    post(&f, "lab.next");
    const Model *m = scene_model(s->scene);
    const int block = lab_block(&m->graph, BLOCK_DENSE, 1);
    LabDense d;
    assert_true(lab_dense(&m->graph, block, &d));
    assert_int_equal(d.input, 50);
    assert_int_equal(d.growth, 20);
    assert_true(ledger_is(bench_work(s), s->scene, block));
    const int node = d.consumers[2];
    assert_string_equal(m->graph.nodes[node].name, "features.denseblock2.denselayer3.conv1");
    const Shape *shape = &m->graph.nodes[node].weights[0].shape;
    double sum = 0;
    for (int64_t oc = 0; oc < shape->dim[0]; oc++)
        for (int64_t ic = 70; ic < 90; ic++)
            sum += fabs((double)m->weights.data[node][0][oc * shape->dim[1] + ic]);
    sum /= (double)shape->dim[0] * 20;
    assert_true(fabs(ledger_weight(bench_work(s), 2, 2) - sum) < 1e-6 * sum);
    assert_true(ledger_weight(bench_work(s), 2, 3) < 0); /* made later */
    assert_true(ledger_most(bench_work(s), 2) >= sum * 0.999999);
    assert_string_equal(m->graph.nodes[d.consumers[d.layers]].name, "features.transition2.conv");
    close_session(&f);
}

static void the_ledger_can_be_read(void **state) {
    (void)state;
    static const char *const names[] = {"densenet-mini", "densenet201"};
    for (int i = 0; i < 2; i++) {
        Fixture f;
        Session *s = open_session(&f, names[i]);
        post(&f, "bench dense");
        post(&f, TEXT("lab.choose %d", i ? 2 : 0));
        post(&f, "dense.layer 2");
        check(&f);
        assert_region(&f, "dense.matrix");
        assert_says(&f, i ? "48 layers" : "3 layers");
        assert_says(&f, i ? "random weights" : "trained");
        post(&f, "lab.next");
        post(&f, "dense.layer 255");
        check(&f);
        LabDense d;
        lab_dense(session_graph(s),
                  lab_block(session_graph(s), BLOCK_DENSE, s->state.place.dense_block), &d);
        assert_int_equal(s->state.place.dense_layer, d.layers);
        s->state.big = true;
        check(&f);
        close_session(&f);
    }
}

/* --- Inception -------------------------------------------------------------------------------- */

/* Table 1 of Szegedy et al. 2014, and what its widths come to on paper. */
static void budgets_of_inception_blocks(void **state) {
    (void)state;
    Error err = {0};
    Model *m = model_load("googlenet", 0, &err);
    assert_ok(m, err);
    const Graph *g = &m->graph;
    assert_int_equal(lab_count(g, BLOCK_INCEPTION), 9);
    for (int i = 0; i < 9; i++) {
        const int block = lab_block(g, BLOCK_INCEPTION, i);
        const LabInception x = lab_inception(g, block);
        assert_int_equal(x.all.macs, graph_block_macs(g, block));
        assert_int_equal(x.all.out, g->nodes[g->blocks[block].output].out.dim[0]);
    }
    const LabInception a = lab_inception(g, lab_block(g, BLOCK_INCEPTION, 0));
    const int64_t cells = 28 * 28;
    assert_int_equal(a.branch[1].reduced, 96);
    assert_int_equal(a.branch[1].macs, cells * (192 * 96 + 96 * 128 * 9));
    assert_int_equal(a.branch[1].plain_macs, cells * 192 * 128 * 9);
    assert_int_equal(a.branch[2].plain_macs, cells * 192 * 32 * 25);
    assert_int_equal(a.branch[3].lane, LANE_POOL);
    assert_int_equal(a.branch[3].plain_macs, 0);
    assert_int_equal(a.all.plain_out, 416);
    model_free(m);
}

static void the_budget_can_be_read(void **state) {
    (void)state;
    static const char *const names[] = {"googlenet", "googlenet-mini", "googlenet-tv"};
    for (int i = 0; i < 3; i++) {
        Fixture f;
        Session *s = open_session(&f, names[i]);
        post(&f, "bench inception");
        check(&f);
        assert_region(&f, "inception.branch.3");
        assert_int_equal(draw_text_find(&f.list, "304M") != NULL, i == 0);
        post(&f, "lab.choose 8");
        s->state.big = i == 0;
        check(&f);
        close_session(&f);
    }
}

/* --- The table -------------------------------------------------------------------------------- */

static void the_table_is_sorted(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "bench families");
    check(&f);
    int order[FAMILIES_MAX];
    const PaletteLists *lists = palette_lists(s);
    post(&f, "families.sort params");
    const int count = families_order(s, order);
    assert_int_equal(count, lists->model_count);
    for (int i = 1; i < count; i++)
        assert_true(lists->models[order[i - 1]].params <= lists->models[order[i]].params);
    post(&f, "families.sort params"); /* the other way round */
    families_order(s, order);
    assert_string_equal(lists->models[order[0]].name, "vgg19");
    assert_int_equal(lists->models[order[0]].params, 143667240);
    assert_int_equal(lists->models[order[0]].depth, 19);
    post(&f, "families.sort error"); /* what has none comes last */
    families_order(s, order);
    assert_string_equal(lists->models[order[0]].name, "resnet152");
    assert_true(fabs(families_top5(&lists->models[order[0]]) - 5.71) < 1e-9);
    assert_true(families_top5(&lists->models[order[count - 1]]) < 0);
    s->state.big = true;
    check(&f);
    for (int view = 1; view < FAMILY_VIEWS; view++) {
        post(&f, "families.view");
        s->state.big = view == 1;
        check(&f);
        assert_region(&f, "families.spot.vgg19");
    }
    close_session(&f);
}

static void times_are_measured_when_asked(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "bench families");
    const PaletteLists *lists = palette_lists(s);
    for (size_t i = 0; i < lists->model_count; i++)
        assert_true(families_ms(lists, (int)i) < 0);
    post(&f, "families.time lenet5");
    int measured = 0;
    for (size_t i = 0; i < lists->model_count; i++)
        if (families_ms(lists, (int)i) > 0) {
            assert_string_equal(lists->models[i].name, "lenet5");
            measured++;
        }
    assert_int_equal(measured, 1);
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    post(&f, "families.sort time");
    int order[FAMILIES_MAX];
    families_order(s, order);
    assert_string_equal(lists->models[order[0]].name, "lenet5");
    post(&f, "families.open");
    assert_string_equal(s->state.place.scene.model, "lenet5");
    assert_int_equal(s->state.place.bench, BENCH_NONE);
    close_session(&f);
}

/* --- All of them ------------------------------------------------------------------------------ */

static void what_has_no_such_blocks_refuses(void **state) {
    (void)state;
    static const StateBench benches[] = {BENCH_RESIDUAL, BENCH_DENSE, BENCH_INCEPTION};
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    for (size_t i = 0; i < 3; i++)
        assert_non_null(bench_kinds[benches[i]].refuses(s));
    assert_null(bench_kinds[BENCH_FAMILIES].refuses);
    assert_false(session_post(s, "residual.remove"));
    assert_false(session_post(s, "dense.layer 3"));
    assert_false(session_post(s, "lab.next"));
    close_session(&f);
}

/* Undo, bookmarks and --state may lead to a bench and a network that do not go together. */
static void another_network_behind_a_bench(void **state) {
    (void)state;
    static const char *const benches[] = {"algorithm", "race",  "layer",
                                          "residual",  "dense", "inception"};
    static const char *const names[] = {"densenet-mini", "resnet-mini", "googlenet-mini", "lenet"};
    Fixture f;
    Error err = {0};
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    for (size_t n = 0; n < 4; n++)
        for (size_t i = 0; i < 6; i++) {
            post(&f, TEXT("state model=%s;bench=%s", names[n], benches[i]));
            assert_true(session_wait(s));
            build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
            assert_region(&f, "view.bench");
            session_post(s, "lab.next"); /* refused, or not */
            session_post(s, "residual.remove");
            session_post(s, "dense.layer_next");
            session_post(s, "residual.channel_next");
            build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
            assert_true(draw_list_check(&f.list, &err));
        }
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_residual_blocks),
        cmocka_unit_test(a_removed_block_is_one_with_zero_weights),
        cmocka_unit_test(the_residual_lab_can_be_read),
        cmocka_unit_test(the_ledger_sums_weights),
        cmocka_unit_test(the_ledger_can_be_read),
        cmocka_unit_test(budgets_of_inception_blocks),
        cmocka_unit_test(the_budget_can_be_read),
        cmocka_unit_test(the_table_is_sorted),
        cmocka_unit_test(times_are_measured_when_asked),
        cmocka_unit_test(what_has_no_such_blocks_refuses),
        cmocka_unit_test(another_network_behind_a_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
