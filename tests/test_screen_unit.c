/* The unit view: the arithmetic of one output with its own numbers, and where they come from. */
#include "screen_support.h"

#include "base/text.h"
#include "layer/types.h"
#include <math.h>

static void go_to(Fixture *f, const char *node, const char *unit) {
    post(f, TEXT("layer.select %s", node));
    post(f, TEXT("unit.select %s", unit));
    post(f, "depth unit");
    assert_true(session_wait(&f->session));
    build(f, 1600, 1000);
}

static const char *figure(double value, int digits, char text[64]) {
    char number[48];
    number_text(number, (NumberStyle){.digits = digits}, value);
    return text_format(text, 64, "%s%s", number[0] == '-' ? "−" : "", number + (number[0] == '-'));
}

/* The text of a region's box that contains these words. */
static const DrawItem *said_in(const Fixture *f, const char *region, const char *words) {
    const DrawRegion *r = draw_region_find(&f->list, region);
    assert_non_null(r);
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        char plain[400];
        if (item->kind != ITEM_TEXT || !rect_inside(item->box, r->box))
            continue;
        size_t used = 0; /* a no-break space is a space */
        for (const char *at = item->text; *at && used + 1 < sizeof plain; at++) {
            const bool space = strncmp(at, "\u00a0", 2) == 0;
            plain[used++] = space ? ' ' : *at;
            at += space;
        }
        plain[used] = '\0';
        if (strstr(plain, words))
            return item;
    }
    return NULL;
}

static void assert_says_in(const Fixture *f, const char *region, const char *words) {
    if (!said_in(f, region, words))
        fail_msg("%s does not say \"%s\"", region, words);
}

/* --- Formulas --------------------------------------------------------------------------------- */

/* x, mean, variance, gamma and beta stand in the formula in this order, and the engine's value is
 * what they give. */
static void batch_norm_has_its_numbers(void **state) {
    (void)state;
    Fixture f;
    char a[64], b[64], line[400];
    Session *s = open_session(&f, "resnet-mini");
    assert_true(session_wait(s));
    go_to(&f, "layer1.0.bn1", "3 5 7");
    const Graph *g = session_graph(s);
    const int node = graph_find(g, "layer1.0.bn1", NULL), in = g->nodes[node].inputs[0];
    const float *const *w = scene_model(s->scene)->weights.data[node];
    const SceneExtent e = scene_extent(s->scene, node);
    const int64_t at = ((int64_t)3 * e.height + 5) * e.width + 7;
    const double x = (double)scene_values(s->scene, in)->data[at];
    const double y = (double)scene_values(s->scene, node)->data[at];
    const double mean = (double)w[2][3], variance = (double)w[3][3];
    const double normalised = (x - mean) / sqrt(variance + 1e-5);
    assert_true(fabs(normalised * (double)w[0][3] + (double)w[1][3] - y) < 1e-4);
    assert_says(&f, TEXT("x = %s, channel 3, row 5, column 7", figure(x, 3, a)));
    text_format(line, sizeof line, mean < 0 ? "(%s − (%s))" : "(%s − %s)", figure(x, 4, a),
                figure(mean, 4, b));
    assert_says(&f, line);
    assert_says(&f, TEXT("÷ √(%s + 1×10⁻⁵)", figure(variance, 4, a)));
    text_format(line, sizeof line, w[0][3] < 0 ? "× (%s)" : "× %s", figure((double)w[0][3], 4, a));
    assert_says(&f, line);
    assert_says(&f, TEXT("= %s", figure(y, 4, a)));
    check(&f);
    close_session(&f);
}

static void response_norm_tells_its_edge(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    assert_true(session_wait(s));
    const Graph *g = session_graph(s);
    const int last = (int)g->nodes[graph_find(g, "norm1", NULL)].out.dim[0] - 1;
    static const char *const words[] = {"3 of n = 5: edge", "4 of n = 5: edge"};
    const int edges[][2] = {{0, last}, {1, last - 1}};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            go_to(&f, "norm1", TEXT("%d 5 5", edges[i][k]));
            assert_says(&f, words[i]);
        }
    go_to(&f, "norm1", "2 5 5");
    assert_null(draw_text_find(&f.list, "edge"));
    assert_says(&f, "÷ (2 + 1×10⁻⁴ × ");
    assert_says(&f, ")^0.75");
    close_session(&f);
}

/* --- Additions -------------------------------------------------------------------------------- */

static bool drawn_in(const Fixture *f, const char *region, Color c) {
    const Rect box = draw_region_find(&f->list, region)->box;
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        if (item->kind == ITEM_FILL && rect_inside(item->box, box) &&
            memcmp(&item->color, &c, sizeof c) == 0)
            return true;
    }
    return false;
}

/* Whether some arrow of the network view has this colour. */
static bool is_wire(const Fixture *f, Color c) {
    const Rect box = draw_region_find(&f->list, "view.network")->box;
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        if (item->kind == ITEM_POLYLINE && item->stroke.arrow && rect_meet(item->box, box) &&
            memcmp(&item->stroke.color, &c, sizeof c) == 0)
            return true;
    }
    return false;
}

static void addition_names_its_terms(void **state) {
    (void)state;
    static const struct {
        const char *model, *add, *block, *shortcut;
        DiagramWire wire;
    } cases[] = {
        {"resnet-mini", "layer1.0.add", "layer1.0", "x: the identity", WIRE_IDENTITY},
        {"resnet-mini", "layer2.0.add", "layer2.0", "W·x: the projection", WIRE_PROJECTION},
        {"resnet20-cifar", "layer2.0.add", "layer2.0", "(option A)", WIRE_IDENTITY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        Session *s = open_session(&f, cases[i].model);
        assert_true(session_wait(s));
        go_to(&f, cases[i].add, "1 2 3");
        assert_says(&f, "H(x) = F(x) + x");
        assert_says_in(&f, "unit.add.0", "F(x): the residual");
        assert_says_in(&f, "unit.add.1", cases[i].shortcut);
        const Graph *g = session_graph(s);
        const Shape *shape = &g->nodes[graph_find(g, cases[i].add, NULL)].out;
        const char *size =
            TEXT("%d × %d × %d", (int)shape->dim[1], (int)shape->dim[2], (int)shape->dim[0]);
        for (int k = 0; k < 2; k++)
            assert_says_in(&f, TEXT("unit.add.%d", k), size);
        if (cases[i].wire == WIRE_PROJECTION)
            assert_says_in(&f, "unit.add.1", "convolution 1x1");
        check(&f);
        const View v = {.theme = &themes[s->state.theme], .state = &s->state};
        post(&f, TEXT("block.open %s", cases[i].block));
        post(&f, "depth unit");
        build(&f, 1600, 1000);
        const Color flow = ui_wire_color(&v, WIRE_FLOW), own = ui_wire_color(&v, cases[i].wire);
        assert_true(drawn_in(&f, "unit.add.0", flow) && is_wire(&f, flow));
        assert_true(drawn_in(&f, "unit.add.1", own) && is_wire(&f, own));
        close_session(&f);
    }
}

/* --- Fully connected -------------------------------------------------------------------------- */

/* The strongest term's place is that of the largest product, in the map before the flatten. */
static void rows_name_the_place_of_their_input(void **state) {
    (void)state;
    Fixture f;
    char line[200];
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    go_to(&f, "fc1", "7 0 0");
    const Graph *g = session_graph(s);
    const int node = graph_find(g, "fc1", NULL), flat = g->nodes[node].inputs[0];
    assert_ptr_equal(g->nodes[flat].type, &layer_flatten);
    const int map = g->nodes[flat].inputs[0];
    const SceneExtent e = scene_extent(s->scene, map);
    const int count = (int)g->nodes[node].in.dim[0];
    const float *x = scene_values(s->scene, map)->data;
    const float *w = scene_model(s->scene)->weights.data[node][0] + (int64_t)7 * count;
    int best = 0;
    for (int i = 0; i < count; i++)
        best =
            fabs((double)x[i] * (double)w[i]) > fabs((double)x[best] * (double)w[best]) ? i : best;
    const int c = best / (e.height * e.width), y = best / e.width % e.height, at = best % e.width;
    assert_says(&f, TEXT("Its inputs: %s, %d × %d × %d, flattened.", g->nodes[map].label, e.height,
                         e.width, e.channels));
    assert_says_in(&f, "unit.term.0", TEXT("channel %d, row %d, column %d", c, y, at));
    const DrawRegion *row = draw_region_find(&f.list, "unit.term.0");
    assert_string_equal(draw_region_hover(row, row->box.x, row->box.y, line, sizeof line),
                        TEXT("hover.cell %s %d %d %d", g->nodes[map].name, c, y, at));
    post(&f, line);
    check(&f);
    go_to(&f, "fc2", "7 0 0"); /* what comes from a vector are its units */
    assert_says_in(&f, "unit.term.0", "unit ");
    post(&f, "big yes");
    go_to(&f, "fc1", "7 0 0");
    build(&f, SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN); /* shorter where there is less room */
    assert_says_in(&f, "unit.term.0", TEXT("c %d, r %d, c %d", c, y, at));
    assert_region(&f, "unit.term.2");
    close_session(&f);
}

/* --- Functions -------------------------------------------------------------------------------- */

static void curves_have_numbers(void **state) {
    (void)state;
    static const struct {
        const char *model, *node, *tick;
    } cases[] = {{"resnet-mini", "layer1.0.bn1.relu", "−2"}, {"lenet", "pool1.tanh", "−0.5"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        char a[64], b[64];
        Session *s = open_session(&f, cases[i].model);
        assert_true(session_wait(s));
        go_to(&f, cases[i].node, "1 2 3");
        const Graph *g = session_graph(s);
        const int node = s->state.place.node, in = g->nodes[node].inputs[0];
        const SceneExtent e = scene_extent(s->scene, node);
        const int64_t at = ((int64_t)e.height + 2) * e.width + 3;
        assert_says_in(&f, "unit.curve", "−3");
        assert_says_in(&f, "unit.curve", "0");
        assert_says_in(&f, "unit.curve", cases[i].tick);
        assert_says_in(&f, "unit.curve",
                       TEXT("(%s, %s)", figure((double)scene_values(s->scene, in)->data[at], 3, a),
                            figure((double)scene_values(s->scene, node)->data[at], 3, b)));
        for (int k = 0; k < 12; k++) { /* wherever the point lies, nothing covers its numbers */
            post(&f, k % 2 ? "unit.move 1 2" : "channel.next");
            check(&f);
        }
        close_session(&f);
    }
}

/* --- Filters ---------------------------------------------------------------------------------- */

static void filters_name_their_layer(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    go_to(&f, "pool1", "1 2 3");
    assert_says_in(&f, "panel.kernel", "Filter of conv1");
    go_to(&f, "conv2", "1 2 3");
    assert_says_in(&f, "panel.kernel", "Filter of conv2");
    go_to(&f, "fc1", "1 0 0");
    assert_null(draw_region_find(&f.list, "panel.kernel"));
    assert_null(draw_text_find(&f.list, "Filter"));
    assert_region(&f, "panel.histogram");
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_norm_has_its_numbers),
        cmocka_unit_test(response_norm_tells_its_edge),
        cmocka_unit_test(addition_names_its_terms),
        cmocka_unit_test(rows_name_the_place_of_their_input),
        cmocka_unit_test(curves_have_numbers),
        cmocka_unit_test(filters_name_their_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
