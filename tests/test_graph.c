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

/* --- What one cell sees --- */

static const char toy_residual[] =
    "{\"input\": [2, 21, 18], \"blocks\": {\"res\": {\"kind\": \"residual\", \"args\": {\"s\": 1}, "
    "\"branches\": [[{\"op\": \"conv\", \"name\": \"c1\", \"out\": 4, \"kernel\": 3, \"padding\": "
    "1, "
    "\"stride\": \"$s\", \"then\": \"relu\"}, {\"op\": \"conv\", \"name\": \"c2\", \"out\": 4, "
    "\"kernel\": 3, \"padding\": 1}], [{\"op\": \"subsample\", \"when\": \"$s - 1\", \"out\": 4, "
    "\"stride\": \"$s\"}]], \"join\": \"add\", \"then\": \"relu\"}}, \"layers\": [{\"op\": "
    "\"conv\", "
    "\"name\": \"stem\", \"out\": 4, \"kernel\": 2, \"stride\": 2}, {\"block\": \"res\", \"name\": "
    "\"l1\", \"repeat\": 2}, {\"block\": \"res\", \"name\": \"l2\", \"repeat\": 2, \"first\": "
    "{\"s\": "
    "2}}, {\"op\": \"adaptive_avgpool\", \"out\": 1}, {\"op\": \"flatten\"}, {\"op\": \"linear\", "
    "\"name\": \"fc\", \"out\": 3}]}";
static const char toy_inception[] =
    "{\"input\": [1, 20, 23], \"blocks\": {\"mix\": {\"kind\": \"inception\", \"args\": {}, "
    "\"branches\": [[{\"op\": \"conv\", \"name\": \"a\", \"out\": 1, \"kernel\": 1}], [{\"op\": "
    "\"conv\", \"name\": \"b\", \"out\": 2, \"kernel\": 1}, {\"op\": \"conv\", \"name\": \"b3\", "
    "\"out\": 1, \"kernel\": [3, 5], \"padding\": [1, 2]}], [{\"op\": \"conv\", \"name\": \"c5\", "
    "\"out\": 1, \"kernel\": 3, \"dilation\": 2, \"padding\": 2}], [{\"op\": \"maxpool\", "
    "\"name\": "
    "\"d\", \"kernel\": 3, \"stride\": 1, \"padding\": 1}]], \"join\": \"concat\"}}, \"layers\": ["
    "{\"op\": \"conv\", \"name\": \"stem\", \"out\": 2, \"kernel\": [4, 3], \"stride\": [3, 2], "
    "\"padding\": [0, 1]}, {\"block\": \"mix\", \"name\": \"m1\"}, {\"op\": \"maxpool\", \"name\": "
    "\"p\", \"kernel\": 3, \"stride\": 2, \"ceil\": true}, {\"block\": \"mix\", \"name\": \"m2\"}, "
    "{\"op\": \"flatten\"}, {\"op\": \"linear\", \"name\": \"fc\", \"out\": 3}, {\"op\": "
    "\"softmax\"}]}";
static const char toy_dense[] =
    "{\"input\": [1, 19, 22], \"blocks\": {\"layer\": {\"kind\": \"dense-layer\", \"args\": {}, "
    "\"layers\": [{\"op\": \"bn\", \"name\": \"n\"}, {\"op\": \"conv\", \"name\": \"c\", \"out\": "
    "2, \"kernel\": 3, \"padding\": 1}]}}, \"layers\": [{\"op\": \"conv\", \"name\": \"stem\", "
    "\"out\": "
    "2, \"kernel\": 3, \"stride\": 2, \"padding\": 1}, {\"block\": \"layer\", \"name\": \"d1\", "
    "\"repeat\": 3, \"connect\": \"dense\"}, {\"op\": \"avgpool\", \"name\": \"t\", \"kernel\": 2, "
    "\"stride\": 2}, {\"block\": \"layer\", \"name\": \"d2\", \"repeat\": 2, \"connect\": "
    "\"dense\"}, "
    "{\"op\": \"lrn\"}]}";
/* Two ways of different stride that meet: no single jump fits. */
static const char toy_uneven[] =
    "{\"input\": [1, 5, 5], \"blocks\": {\"odd\": {\"kind\": \"inception\", \"args\": {}, "
    "\"branches\": "
    "[[{\"op\": \"conv\", \"name\": \"a\", \"out\": 1, \"kernel\": 3}], [{\"op\": \"conv\", "
    "\"name\": "
    "\"b\", \"out\": 1, \"kernel\": 1, \"stride\": 2}]], \"join\": \"concat\"}}, \"layers\": ["
    "{\"block\": \"odd\", \"name\": \"m\"}]}";

enum { MASK_SIDE = 24, MASK_NODES = 64 };
typedef struct Mask {
    bool at[MASK_SIDE][MASK_SIDE];
} Mask;

static void map_size(const Graph *g, int node, int64_t size[2]) {
    const Shape *shape = node == GRAPH_IMAGE ? &g->input : &g->nodes[node].out;
    for (int axis = 0; axis < 2; axis++)
        size[axis] = shape->rank == 3 ? shape->dim[1 + axis] : 1;
}

/* From a cell of a node's output to those of its inputs. */
static void mask_back(const Graph *g, const Node *n, int64_t y, int64_t x, Mask *masks) {
    const LayerWindow w = layer_window(n->type, n->params, &n->in, &n->out);
    for (int k = 0; k < n->input_count; k++) {
        int64_t in[2];
        map_size(g, n->inputs[k], in);
        for (int64_t iy = 0; iy < in[0]; iy++)
            for (int64_t ix = 0; ix < in[1]; ix++) {
                const int64_t ky = iy - (y * w.stride[0] - w.pad[0]);
                const int64_t kx = ix - (x * w.stride[1] - w.pad[1]);
                if (w.everything || (ky >= 0 && ky < w.size[0] && kx >= 0 && kx < w.size[1]))
                    masks[n->inputs[k] + 1].at[iy][ix] = true;
            }
    }
}

/* The image's pixels in masks[0]. */
static void mask_of_cell(const Graph *g, int node, int64_t y, int64_t x, Mask *masks) {
    memset(masks, 0, (size_t)(node + 2) * sizeof *masks);
    masks[node + 1].at[y][x] = true;
    for (int i = node; i >= 0; i--)
        for (int64_t cy = 0; cy < MASK_SIDE; cy++)
            for (int64_t cx = 0; cx < MASK_SIDE; cx++)
                if (masks[i + 1].at[cy][cx])
                    mask_back(g, &g->nodes[i], cy, cx, masks);
}

static GraphBox box_of_mask(const Mask *mask) {
    int64_t first[2] = {MASK_SIDE, MASK_SIDE}, last[2] = {-1, -1};
    for (int64_t y = 0; y < MASK_SIDE; y++)
        for (int64_t x = 0; x < MASK_SIDE; x++)
            if (mask->at[y][x]) {
                first[0] = y < first[0] ? y : first[0];
                first[1] = x < first[1] ? x : first[1];
                last[0] = y > last[0] ? y : last[0];
                last[1] = x > last[1] ? x : last[1];
            }
    return (GraphBox){first[0], first[1], last[0] - first[0] + 1, last[1] - first[1] + 1};
}

static void assert_box(const GraphBox *got, const GraphBox *want, const char *node, int64_t y,
                       int64_t x) {
    if (memcmp(got, want, sizeof *got) != 0)
        fail_msg("%s (%lld, %lld): %lldx%lld at (%lld, %lld), expected %lldx%lld at (%lld, %lld)",
                 node, (long long)y, (long long)x, (long long)got->height, (long long)got->width,
                 (long long)got->y, (long long)got->x, (long long)want->height,
                 (long long)want->width, (long long)want->y, (long long)want->x);
}

/* As the ReceptiveField has it. */
static GraphBox box_of_field(const Node *n, int64_t y, int64_t x) {
    return (GraphBox){n->rf[0].start + y * n->rf[0].jump, n->rf[1].start + x * n->rf[1].jump,
                      n->rf[0].size, n->rf[1].size};
}

static int64_t less(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* `box` cut to the image. */
static GraphBox cut(GraphBox box, const Shape *image) {
    const int64_t y = box.y > 0 ? box.y : 0, x = box.x > 0 ? box.x : 0;
    return (GraphBox){y, x, less(box.y + box.height, image->dim[1]) - y,
                      less(box.x + box.width, image->dim[2]) - x};
}

/* Every cell of every node. Returns how many see less than the cut field. */
static int check_boxes(const char *text, bool even) {
    Error err = {0};
    Model *m = parse(text, &err);
    assert_ok(m, err);
    const Graph *g = &m->graph;
    static Mask masks[MASK_NODES + 1];
    int smaller = 0;
    assert_in_range(g->node_count, 1, MASK_NODES);
    for (int i = GRAPH_IMAGE; i < g->node_count; i++) {
        int64_t size[2];
        map_size(g, i, size);
        for (int64_t y = 0; y < size[0]; y++)
            for (int64_t x = 0; x < size[1]; x++) {
                const char *name = i == GRAPH_IMAGE ? "image" : g->nodes[i].name;
                GraphBox whole, inside;
                graph_receptive_box(g, i, y, x, &whole, &inside);
                mask_of_cell(g, i, y, x, masks);
                const GraphBox seen = box_of_mask(&masks[0]), pixel = {y, x, 1, 1};
                const GraphBox field = i == GRAPH_IMAGE ? pixel : box_of_field(&g->nodes[i], y, x);
                assert_box(&inside, &seen, name, y, x);
                if (even)
                    assert_box(&whole, &field, name, y, x);
                const GraphBox part = cut(whole, &g->input);
                smaller += memcmp(&part, &inside, sizeof part) != 0;
                assert_true(part.y <= inside.y && part.x <= inside.x &&
                            part.y + part.height >= inside.y + inside.height &&
                            part.x + part.width >= inside.x + inside.width);
            }
    }
    model_free(m);
    return smaller;
}

static void boxes_equal_masks_pushed_back(void **state) {
    (void)state;
    assert_true(check_boxes(toy_residual, true) > 0);
    assert_true(check_boxes(toy_inception, true) > 0);
    check_boxes(toy_dense, true);
    check_boxes(toy_uneven, false);
}

/* What a pixel feeds is all that sees it, gathered cell by cell. */
static void check_fed(const char *text, bool exact) {
    Error err = {0};
    Model *m = parse(text, &err);
    assert_ok(m, err);
    const Graph *g = &m->graph;
    static Mask masks[MASK_NODES + 1], fed[MASK_SIDE * MASK_SIDE];
    for (int i = 0; i < g->node_count; i++) {
        int64_t size[2];
        map_size(g, i, size);
        memset(fed, 0, sizeof fed);
        for (int64_t y = 0; y < size[0]; y++)
            for (int64_t x = 0; x < size[1]; x++) {
                mask_of_cell(g, i, y, x, masks);
                for (int k = 0; k < MASK_SIDE * MASK_SIDE; k++)
                    if (masks[0].at[k / MASK_SIDE][k % MASK_SIDE])
                        fed[k].at[y][x] = true;
            }
        for (int64_t y = 0; y < g->input.dim[1]; y++)
            for (int64_t x = 0; x < g->input.dim[2]; x++) {
                GraphBox want = box_of_mask(&fed[y * MASK_SIDE + x]);
                want = want.height > 0 ? want : (GraphBox){0};
                const GraphBox got = graph_fed_box(g, GRAPH_IMAGE, y, x, i);
                if (exact)
                    assert_box(&got, &want, g->nodes[i].name, y, x);
                assert_true(want.height == 0 || (got.y <= want.y && got.x <= want.x &&
                                                 got.y + got.height >= want.y + want.height &&
                                                 got.x + got.width >= want.x + want.width));
            }
    }
    model_free(m);
}

static void fed_cells_are_those_that_see_it(void **state) {
    (void)state;
    check_fed(toy_residual, true);
    check_fed(toy_inception, true);
    check_fed(toy_dense, true);
    check_fed(toy_uneven, false);
    Error err = {0};
    Model *m = model_load("lenet", 0, &err);
    assert_ok(m, err);
    const int conv1 = graph_find(&m->graph, "conv1", &err);
    const int pool1 = graph_find(&m->graph, "pool1", &err);
    const GraphBox pooled = graph_fed_box(&m->graph, conv1, 23, 0, pool1), corner = {11, 0, 1, 1};
    const GraphBox back = graph_fed_box(&m->graph, pool1, 0, 0, conv1), none = {0};
    assert_box(&pooled, &corner, "pool1 from conv1", 23, 0);
    assert_box(&back, &none, "conv1 from pool1", 0, 0);
    model_free(m);
}

static void boxes_of_real_networks_are_their_fields(void **state) {
    (void)state;
    static const char *const names[] = {"lenet", "alexnet", "googlenet", "resnet50", "densenet121"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        Error err = {0};
        Model *m = model_load(names[n], 0, &err);
        assert_ok(m, err);
        for (int i = 0; i < m->graph.node_count; i++) {
            int64_t size[2];
            map_size(&m->graph, i, size);
            const int64_t y = size[0] / 2, x = size[1] - 1;
            GraphBox whole, inside;
            graph_receptive_box(&m->graph, i, y, x, &whole, &inside);
            const GraphBox field = box_of_field(&m->graph.nodes[i], y, x);
            assert_box(&whole, &field, m->graph.nodes[i].name, y, x);
        }
        model_free(m);
    }
}

/* A window that lies in the padding altogether sees nothing; and without memory there is still the
 * field. */
static void boxes_of_nothing_and_without_memory(void **state) {
    (void)state;
    Error err = {0};
    Model *m = parse("{\"input\": [1, 6, 6], \"layers\": [{\"op\": \"conv\", \"name\": \"a\", "
                     "\"out\": 1, \"kernel\": 2, \"padding\": 3}, {\"op\": \"conv\", \"name\": "
                     "\"b\", \"out\": 1, \"kernel\": 3}]}",
                     &err);
    assert_ok(m, err);
    GraphBox whole, inside;
    const GraphBox none = {0}, corner = {-3, 0, 2, 2};
    graph_receptive_box(&m->graph, 0, 0, 3, &whole, &inside);
    assert_box(&whole, &corner, "a", 0, 3);
    assert_box(&inside, &none, "a", 0, 3);
    const GraphBox field = {-2, 0, 4, 4}, part = {0, 0, 2, 4};
    for (size_t fail = 0; fail < 2; fail++) {
        mem_fail_at(fail);
        graph_receptive_box(&m->graph, 1, 1, 3, &whole, &inside);
        mem_fail_at(0);
        assert_box(&whole, &field, "b", 1, 3);
        assert_box(&inside, &part, "b", 1, 3);
    }
    model_free(m);
}

/* A channel of a concatenation sees what its own branch sees. */
static void channels_are_made_by_their_branch(void **state) {
    (void)state;
    static const struct {
        const char *model, *node;
        int64_t channel;
        const char *maker;
        int64_t own, field;
    } cases[] = {
        {"googlenet", "inception_4a", 0, "inception_4a.conv1x1", 0, 107},
        {"googlenet", "inception_4a", 192, "inception_4a.conv3x3", 0, 139},
        {"googlenet", "inception_4a", 511, "inception_4a.pool_proj", 63, 139},
        {"densenet121", "features.denseblock1", 0, "features.pool0", 0, 11},
        {"densenet121", "features.denseblock1", 100, "features.denseblock1.denselayer2.conv2", 4,
         27},
        {"lenet", "conv1", 7, "conv1", 7, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err = {0};
        Model *m = model_load(cases[i].model, 0, &err);
        assert_ok(m, err);
        int64_t channel = cases[i].channel;
        const int node = graph_find(&m->graph, cases[i].node, &err);
        assert_true(node >= 0);
        const int maker = graph_channel_maker(&m->graph, node, &channel);
        assert_string_equal(m->graph.nodes[maker].name, cases[i].maker);
        assert_int_equal(channel, cases[i].own);
        assert_int_equal(m->graph.nodes[maker].rf[0].size, cases[i].field);
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
        cmocka_unit_test(boxes_equal_masks_pushed_back),
        cmocka_unit_test(boxes_of_real_networks_are_their_fields),
        cmocka_unit_test(fed_cells_are_those_that_see_it),
        cmocka_unit_test(boxes_of_nothing_and_without_memory),
        cmocka_unit_test(channels_are_made_by_their_branch),
        cmocka_unit_test(expressions),
    };
    return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
