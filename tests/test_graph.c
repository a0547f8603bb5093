#include "support.h"

#include "graph/graph.h"
#include "model/expression.h"
#include "model/model.h"
#include <string.h>

static const char branches[] =
    "{\"input\": [3, 17, 17], \"blocks\": {\"two\": {\"kind\": \"inception\", \"args\": {\"c\": "
    "null},"
    "\"branches\": [[{\"op\": \"conv\", \"name\": \"a\", \"out\": \"$c\", \"kernel\": 1}],"
    "[{\"op\": \"conv\", \"name\": \"b\", \"label\": \"5x5\", \"out\": \"2 * $c\", \"kernel\": 5, "
    "\"padding\": 2,"
    "\"then\": \"relu\"}]], \"join\": \"concat\"},"
    "\"res\": {\"kind\": \"residual\", \"args\": {\"stride\": 1}, \"branches\": ["
    "[{\"op\": \"conv\", \"name\": \"conv\", \"out\": 6, \"kernel\": 3, \"padding\": 1, "
    "\"stride\": \"$stride\"}],"
    "[{\"op\": \"conv\", \"name\": \"down\", \"when\": \"$stride - 1\", \"out\": 6, \"kernel\": 1, "
    "\"stride\": \"$stride\"}]], \"join\": \"add\", \"then\": \"relu\"}},"
    "\"layers\": [{\"block\": \"two\", \"name\": \"mix\", \"label\": \"mix (1)\", \"with\": "
    "{\"c\": 2}},"
    "{\"block\": \"res\", \"name\": \"layer1\", \"label\": \"stage\", \"repeat\": 2, \"first\": "
    "{\"stride\": 2}},"
    "{\"op\": \"flatten\"}, {\"op\": \"linear\", \"name\": \"fc\", \"out\": 4}, {\"op\": "
    "\"softmax\"}]}";

static Model *parse(const char *text, Error *err) {
    return model_parse(text, strlen(text), "test", 0, err);
}

static void names_and_labels_of_blocks(void **state) {
    (void)state;
    Error err = {0};
    Model *m = parse(branches, &err);
    assert_ok(m, err);
    const Graph *g = &m->graph;
    static const char *const names[] = {
        "mix.a",         "mix.b",        "mix.b.relu", "mix",           "layer1.0.conv",
        "layer1.0.down", "layer1.0.add", "layer1.0",   "layer1.1.conv", "layer1.1.add",
        "layer1.1",      "flatten",      "fc",         "softmax"};
    assert_int_equal(g->node_count, sizeof names / sizeof *names);
    for (int i = 0; i < g->node_count; i++)
        assert_string_equal(g->nodes[i].name, names[i]);
    assert_string_equal(g->nodes[1].label, "mix (1), 5x5");
    assert_string_equal(g->nodes[2].label, "mix (1), 5x5, ReLU");
    assert_string_equal(g->nodes[3].label, "mix (1)");
    assert_string_equal(g->nodes[10].label, "stage, block 2");
    assert_int_equal(g->nodes[9].inputs[0], 8);
    assert_int_equal(g->nodes[9].inputs[1], 7);          /* the identity */
    assert_int_equal(graph_find(g, "layer1", &err), 10); /* a stage's name is its last block's */
    assert_int_equal(graph_find(g, "STAGE, block 1", &err), 7);
    assert_int_equal(graph_find(g, "layer1.7", &err), GRAPH_FAILED);
    test_contains(err.text, "did you mean");
    assert_int_equal(g->blocks[graph_find_block(g, "mix", NULL)].kind, BLOCK_INCEPTION);
    assert_int_equal(graph_block_depth(g, 0), 4);
    model_free(m);
}

static void selection_takes_names_labels_and_commas(void **state) {
    (void)state;
    Error err = {0};
    Model *m = parse(branches, &err);
    bool wanted[14];
    assert_ok(graph_select(&m->graph, "mix.a, stage, block 1,mix (1), 5x5, ReLU,fc", wanted, &err),
              err);
    const bool expected[14] = {[0] = true, [2] = true, [7] = true, [12] = true};
    assert_memory_equal(wanted, expected, sizeof wanted);
    assert_ok(graph_select(&m->graph, "weighted", wanted, &err), err);
    assert_true(wanted[0] && wanted[12] && !wanted[2]);
    assert_fails(graph_select(&m->graph, "mix.a,fcc", wanted, &err), err, "fcc");
    assert_fails(graph_select(&m->graph, "", wanted, &err), err, "unknown node");
    assert_fails(graph_select(&m->graph, "mix.a,", wanted, &err), err, "unknown node");
    model_free(m);
}

/* The receptive field by definition: which inputs change output 0 and 1 of a chain of windows. */
static void receptive_fields_equal_brute_force(void **state) {
    (void)state;
    for (int kernel = 1; kernel <= 5; kernel++)
        for (int stride = 1; stride <= 3; stride++)
            for (int dilation = 1; dilation <= 2; dilation++)
                for (int pad = 0; pad <= 1; pad++) {
                    char text[800];
                    snprintf(
                        text, sizeof text,
                        "{\"input\": [1, 64, 64], \"layers\": ["
                        "{\"op\": \"conv\", \"name\": \"a\", \"out\": 1, \"kernel\": %d, "
                        "\"stride\": %d, \"dilation\": %d, \"padding\": %d},"
                        "{\"op\": \"maxpool\", \"name\": \"p\", \"kernel\": 3, \"stride\": 2}]}",
                        kernel, stride, dilation, pad);
                    Error err = {0};
                    Model *m = parse(text, &err);
                    assert_ok(m, err);
                    /* pool output i reads conv outputs 2i .. 2i+2; conv output j reads inputs
                     * j*stride - pad + dilation * (0 .. kernel-1) */
                    int first = -pad, last = 2 * stride - pad + dilation * (kernel - 1);
                    ReceptiveField rf = m->graph.nodes[1].rf[1];
                    assert_int_equal(rf.start, first);
                    assert_int_equal(rf.size, last - first + 1);
                    assert_int_equal(rf.jump, 2 * stride);
                    model_free(m);
                }
}

static void expressions(void **state) {
    (void)state;
    ExpressionNames names = {.count = 2, .item = {{"w", 64, true}, {"unset", 0, false}}};
    Error err = {0};
    int64_t v;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"4 * $w", 256}, {"$w/2-1", 31},       {"(1+2)*3", 9},
                {"-$w", -64},    {"2 - -3", 5},        {"7/2", 3},
                {" 1 ", 1},      {"((((($w)))))", 64}, {"100-10-1", 89}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(expression_value(good[i].text, &names, &v, &err), err);
        assert_int_equal(v, good[i].value);
    }
    static const char *const bad[][2] = {{"", "expected"},
                                         {"1 +", "expected"},
                                         {"$z", "unknown argument"},
                                         {"$unset", "a value for"},
                                         {"1/0", "zero"},
                                         {"9999999999999999999", "smaller"},
                                         {"4294967296*4294967296", "too large"},
                                         {"(1", "')'"},
                                         {"1 2", "an operator"},
                                         {"$", "a name"},
                                         {"2x", "an operator"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_fails(expression_value(bad[i][0], &names, &v, &err), err, bad[i][1]);
    char deep[200] = "";
    memset(deep, '(', 100);
    assert_fails(expression_value(deep, &names, &v, &err), err, "nesting");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_labels_of_blocks),
        cmocka_unit_test(selection_takes_names_labels_and_commas),
        cmocka_unit_test(receptive_fields_equal_brute_force),
        cmocka_unit_test(expressions),
    };
    return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
