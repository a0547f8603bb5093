/* What stands where in the diagrams of some networks. */
#include "support.h"

#include "base/clock.h"
#include "draw/diagram.h"
#include "model/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Fixture {
    Model *m;
    const Graph *g;
    bool opened[GRAPH_BLOCKS_MAX], unfolded[GRAPH_BLOCKS_MAX], fine[GRAPH_BLOCKS_MAX];
    Diagram d;
} Fixture;

static Fixture *open_model(const char *name) {
    Error err = {0};
    Fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->m = model_load(name, 0, &err);
    assert_ok(f->m, err);
    f->g = &f->m->graph;
    return f;
}

static void draw(Fixture *f) {
    Error err = {0};
    diagram_free(&f->d);
    const DiagramOptions options = {
        .opened = f->opened, .unfolded = f->unfolded, .fine = f->fine, .scale_text = 1};
    assert_ok(diagram_make(&f->d, f->g, &options, &err), err);
}

static void close_model(Fixture *f) {
    diagram_free(&f->d);
    model_free(f->m);
    free(f);
}

static int block(const Fixture *f, const char *name) {
    Error err = {0};
    int b = graph_find_block(f->g, name, &err);
    assert_ok(b >= 0, err);
    return b;
}

static int node(const Fixture *f, const char *name) {
    Error err = {0};
    int n = graph_find(f->g, name, &err);
    assert_ok(n >= 0, err);
    return n;
}

static const DiagramBox *box(const Fixture *f, const char *name) {
    return &f->d.boxes[diagram_box_of(&f->d, node(f, name))];
}

static void assert_near(double a, double b, double within) {
    if (!(fabs(a - b) <= within))
        fail_msg("%.9g is not %.9g", a, b);
}

static double middle(const DiagramBox *b) {
    return b->face.y + b->face.h / 2;
}

/* "input conv1 [inception (3a)] x36 conv4_x" of all boxes, names cut at a space. */
static const char *row_text(const Fixture *f) {
    static char text[4000];
    text[0] = 0;
    for (int i = 0; i < f->d.box_count; i++) {
        const DiagramBox *b = &f->d.boxes[i];
        const char *name = diagram_name(&f->d, f->g, i);
        static const char *const form[] = {"input", " %s",           " (%s)",         " %s*%d",
                                           " [%s",  " matrix%.0s%d", " growth%.0s%d", " {%s*%d}"};
        size_t n = strlen(text);
        text_format(text + n, sizeof text - n, form[b->item], name, b->count);
    }
    return text;
}

static const DiagramEdge *edge(const Fixture *f, const char *from, const char *to) {
    int a = diagram_box_of(&f->d, node(f, from)), b = diagram_box_of(&f->d, node(f, to));
    for (int i = 0; i < f->d.edge_count; i++)
        if (f->d.edges[i].from == a && f->d.edges[i].to == b)
            return &f->d.edges[i];
    fail_msg("no edge from %s to %s", from, to);
    return NULL;
}

static bool straight(const DiagramEdge *e) {
    return e->count == 2 && e->points[0].y == e->points[1].y;
}

static double highest(const DiagramEdge *e) {
    double y = INFINITY;
    for (int i = 0; i < e->count; i++)
        y = fmin(y, e->points[i].y);
    return y;
}

static int count_wires(const Fixture *f, DiagramWire wire) {
    int count = 0;
    for (int i = 0; i < f->d.edge_count; i++)
        count += f->d.edges[i].wire == wire;
    return count;
}

/* --- Chains ------------------------------------------------------------------------------------
 */

static void lenet_is_a_row(void **state) {
    (void)state;
    Fixture *f = open_model("lenet");
    draw(f);
    assert_string_equal(row_text(f), "input conv1 pool1 conv2 pool2 fc1 fc2 softmax");
    assert_int_equal(f->d.edge_count, 7);
    for (int i = 0; i < 7; i++) {
        assert_true(straight(&f->d.edges[i]));
        assert_int_equal(f->d.edges[i].to, f->d.edges[i].from + 1);
    }
    const DiagramBox *pool2 = box(f, "flatten"), *fc1 = box(f, "fc1"), *fc2 = box(f, "fc2");
    assert_ptr_equal(pool2, box(f, "pool2"));
    assert_int_equal(pool2->shown, node(f, "pool2.tanh")); /* not to the vector's shape */
    assert_int_equal(pool2->family, LAYER_POOLING);
    assert_false(pool2->classification);
    assert_true(fc1->classification && fc1->depth == 0 && fc1->face.h > 4 * fc1->face.w);
    assert_true(fc2->face.h == 24); /* 10 features: at its least */
    assert_int_equal(diagram_split(f->g), node(f, "flatten"));
    f->fine[0] = true;
    draw(f);
    assert_int_equal(f->d.box_count, f->g->node_count + 1);
    assert_string_equal(diagram_name(&f->d, f->g, diagram_box_of(&f->d, node(f, "fc1.tanh"))),
                        "tanh");
    close_model(f);
}

static const char *long_name(const void *context, const Diagram *d, int box) {
    (void)d, (void)box;
    return context;
}

static const char *no_text(const void *context, int node) {
    (void)context, (void)node;
    return "";
}

static double ten_a_letter(const void *context, const char *text) {
    (void)context;
    return 10.0 * (double)strlen(text);
}

/* Captions have room for what will be drawn there, down to the zoom that was asked for. */
static void captions_are_measured_as_drawn(void **state) {
    (void)state;
    Error err = {0};
    Fixture *f = open_model("lenet");
    static const char name[] = "submuestreo promedio adaptable";
    const DiagramTexts texts = {.context = name,
                                .name = long_name,
                                .parameters = no_text,
                                .shape = no_text,
                                .width = ten_a_letter};
    const DiagramOptions options = {.scale_text = 2, .legible = 0.5, .texts = &texts};
    assert_ok(diagram_make(&f->d, f->g, &options, &err), err);
    assert_near(f->d.legible, 0.5, 0);
    for (int i = 0; i < f->d.box_count; i++) {
        const Area a = f->d.boxes[i].caption;
        assert_true(a.w * 0.5 >= 180 && a.w * 0.5 < 200); /* "promedio adaptable" in a line */
        assert_true(a.h * 0.5 >= 2 * 28);
    }
    const double width = f->d.width;
    diagram_free(&f->d);
    DiagramOptions other = options;
    other.size_only = true;
    other.spacing = DIAGRAM_STAGGERED;
    assert_ok(diagram_make(&f->d, f->g, &other, &err), err);
    assert_int_equal(f->d.edge_count, 0);
    assert_true(f->d.width < 0.7 * width);
    for (int i = 2; i < f->d.box_count; i++) /* at two heights by turns */
        assert_near(f->d.boxes[i].caption.y, f->d.boxes[i - 2].caption.y, 1e-6);
    assert_true(f->d.boxes[1].caption.y >= f->d.boxes[0].caption.y + f->d.boxes[0].caption.h);
    close_model(f);
}

/* Faces and depths on a square-root scale that the diagram tells. */
static void sizes_are_to_scale(void **state) {
    (void)state;
    Fixture *f = open_model("vgg16");
    draw(f);
    for (int i = 0; i < f->d.box_count; i++) {
        const DiagramBox *b = &f->d.boxes[i];
        const Shape *s = b->shown < 0 ? &f->g->input : &f->g->nodes[b->shown].out;
        if (s->rank == 3) {
            double side = f->d.cuboid[0] * sqrt((double)s->dim[1]);
            assert_near(b->face.h, fmax(side, 24), 1e-6);
            assert_near(b->depth, f->d.cuboid[1] * sqrt((double)s->dim[0]), 1e-6);
        } else {
            assert_near(b->face.h, f->d.cuboid[2] * sqrt((double)s->dim[0]), 1e-6);
        }
    }
    assert_near(box(f, "features.0")->face.w, 96, 1e-6);
    assert_near(box(f, "classifier.0")->face.h, 96, 1e-6);
    assert_int_equal(diagram_split(f->g), node(f, "flatten"));
    close_model(f);
    f = open_model("resnet50");
    assert_int_equal(diagram_split(f->g), node(f, "avgpool"));
    close_model(f);
}

/* --- Runs --------------------------------------------------------------------------------------
 */

/* It begins and ends where the boxes of these two do, and above both; the flag unfolded them. */
static void bracket_is_over(const Fixture *f, const char *flag, const char *first,
                            const char *last) {
    for (int i = 0; i < f->d.box_count; i++) {
        const DiagramBox *b = &f->d.boxes[i];
        if (b->item != DIAGRAM_BRACKET || b->block != block(f, flag))
            continue;
        const Area from = box(f, first)->all, to = box(f, last)->all;
        assert_near(b->face.x, from.x, 1e-6);
        assert_near(b->face.x + b->face.w, to.x + to.w, 1e-6);
        assert_true(b->face.y + b->face.h < fmin(from.y, to.y));
        assert_true(b->caption.y + b->caption.h <= b->face.y);
        return;
    }
    fail_msg("no bracket of %s", flag);
}

static void stages_fold_split_and_unfold(void **state) {
    (void)state;
    Fixture *f = open_model("resnet152");
    draw(f);
    assert_string_equal(row_text(f), "input conv1 max pool conv2_x*3 conv3_x*8 conv4_x*36 "
                                     "conv5_x*3 average pool fc softmax");
    const DiagramBox *fold = box(f, "layer3");
    assert_int_equal(fold->block, block(f, "layer3.0"));
    assert_ptr_equal(fold, box(f, "layer3.17.conv2"));
    assert_int_equal(fold->node, node(f, "layer3.35"));
    double width = f->d.width;

    f->opened[block(f, "layer3.1")] = true;
    draw(f);
    assert_string_equal(row_text(f),
                        "input conv1 max pool conv2_x*3 conv3_x*8 (conv4_x, block 1) [conv4_x, "
                        "block 2 1x1 reduce 3x3 1x1 expand sum conv4_x*34 conv5_x*3 average pool "
                        "fc softmax");
    assert_int_equal(box(f, "layer3.9")->block, block(f, "layer3.2"));

    f->unfolded[block(f, "layer3.2")] = true; /* the run behind the opened one */
    draw(f);
    assert_int_equal(box(f, "layer3.35")->item, DIAGRAM_BLOCK);
    assert_int_equal(box(f, "layer3.35")->block, block(f, "layer3.35"));
    assert_int_equal(f->d.box_count, 10 + 6 + 33 + 1); /* the bracket */
    test_contains(row_text(f), "{conv4_x*34}");

    f->opened[block(f, "layer3.1")] = f->unfolded[block(f, "layer3.2")] = false;
    f->unfolded[block(f, "layer2")] = true; /* by the stage */
    draw(f);
    assert_int_equal(f->d.box_count, 10 + 7 + 1);
    assert_true(f->d.width > width);
    test_contains(row_text(f), "{conv3_x*8}");
    bracket_is_over(f, "layer2", "layer2.0", "layer2.7");
    f->opened[block(f, "layer2.1")] = true; /* one of them in a frame: they stay what they are */
    draw(f);
    bracket_is_over(f, "layer2", "layer2.0", "layer2.7");
    f->opened[block(f, "layer2.1")] = false;

    f->unfolded[block(f, "layer2")] = false;
    f->opened[block(f, "layer2")] = true; /* in a frame */
    draw(f);
    assert_int_equal(f->d.box_count, 10 + 8);
    int frame = box(f, "layer2.0")->frame;
    assert_int_equal(f->d.boxes[frame].block, block(f, "layer2"));
    assert_string_equal(diagram_name(&f->d, f->g, frame + 1), "block 1");
    close_model(f);
}

/* --- Residual and inception --------------------------------------------------------------------
 */

static void residual_block_has_its_trunk(void **state) {
    (void)state;
    Fixture *f = open_model("resnet50");
    f->opened[block(f, "layer3.0")] = f->opened[block(f, "layer3.1")] = true;
    draw(f);
    const DiagramBox *sum = box(f, "layer3.0");
    assert_ptr_equal(sum, box(f, "layer3.0.add")); /* with the ReLU */
    assert_int_equal(sum->family, LAYER_JOINING);
    assert_true(middle(box(f, "layer3.0.downsample.0")) == middle(sum));
    assert_true(middle(box(f, "layer3.0.conv2")) < sum->face.y);
    assert_int_equal(box(f, "layer3.0.conv2")->lane, 0);
    assert_int_equal(box(f, "layer3.0.downsample.0")->lane, 1);
    assert_int_equal(edge(f, "layer2", "layer3.0.downsample.0")->wire, WIRE_PROJECTION);
    assert_int_equal(edge(f, "layer3.0.downsample.0", "layer3.0")->wire, WIRE_PROJECTION);
    assert_int_equal(edge(f, "layer3.0.conv3", "layer3.0")->wire, WIRE_FLOW);
    const DiagramEdge *e = edge(f, "layer3.0", "layer3.1");
    assert_int_equal(e->wire, WIRE_IDENTITY);
    assert_true(straight(e));
    assert_int_equal(count_wires(f, WIRE_IDENTITY), 1);
    assert_int_equal(count_wires(f, WIRE_PROJECTION), 2);
    close_model(f);

    f = open_model("resnet20-cifar"); /* a shortcut without weights changes no value */
    f->opened[block(f, "layer2.0")] = true;
    draw(f);
    assert_int_equal(edge(f, "layer2.0.shortcut", "layer2.0")->wire, WIRE_IDENTITY);
    close_model(f);
}

/* Of lines that are level or upright. */
static bool lines_meet(const DiagramEdge *a, const DiagramEdge *b) {
    for (int i = 1; i < a->count; i++)
        for (int k = 1; k < b->count; k++) {
            const Point *p = &a->points[i - 1], *q = &b->points[k - 1];
            if (fmin(p[0].x, p[1].x) <= fmax(q[0].x, q[1].x) &&
                fmin(q[0].x, q[1].x) <= fmax(p[0].x, p[1].x) &&
                fmin(p[0].y, p[1].y) <= fmax(q[0].y, q[1].y) &&
                fmin(q[0].y, q[1].y) <= fmax(p[0].y, p[1].y))
                return true;
        }
    return false;
}

static void inception_block_has_four_lanes(void **state) {
    (void)state;
    Fixture *f = open_model("googlenet");
    f->opened[block(f, "inception_4a")] = true;
    draw(f);
    static const char *const last[] = {"inception_4a.conv1x1", "inception_4a.conv3x3",
                                       "inception_4a.conv5x5", "inception_4a.pool_proj"};
    const DiagramBox *join = box(f, "inception_4a");
    double above = -INFINITY, channels = 0;
    for (int i = 0; i < 4; i++) {
        const DiagramBox *b = box(f, last[i]);
        assert_int_equal(b->lane, i);
        assert_true(middle(b) > above);
        above = middle(b);
        /* the arrow ends at the slice that it brings */
        const DiagramEdge *e = edge(f, last[i], "inception_4a");
        double share = (double)f->g->nodes[b->node].out.dim[0];
        double slice = (channels + share / 2) / 512;
        assert_near(e->points[e->count - 1].y, join->face.y + join->face.h * slice, 1e-6);
        assert_true(join->stack && join->face.h > 200 && join->depth == 0);
        channels += share;
        assert_true(e->label.w > 0);
        for (int k = 0; k < i; k++)
            assert_false(lines_meet(e, edge(f, last[k], "inception_4a")));
    }
    assert_true(middle(box(f, "inception_4a.conv3x3_reduce")) ==
                middle(box(f, "inception_4a.conv3x3")));
    /* columns */
    assert_near(box(f, last[1])->face.x, box(f, last[2])->face.x, 1e-6);
    assert_near(box(f, "inception_4a.conv3x3_reduce")->face.x, box(f, "inception_4a.pool")->face.x,
                1e-6);
    close_model(f);
}

/* --- Dense -------------------------------------------------------------------------------------
 */

static void dense_block_shows_its_arcs(void **state) {
    (void)state;
    Fixture *f = open_model("densenet121");
    draw(f);
    int dense = block(f, "features.denseblock1");
    const DiagramBox *fold = box(f, "features.denseblock1");
    assert_int_equal(fold->item, DIAGRAM_FOLD);
    assert_int_equal(fold->count, 6);
    assert_int_equal(fold->block, dense);
    int before = f->d.edge_count;
    f->opened[dense] = true;
    draw(f);
    /* 8 boxes in a row, each joined with all after it, but for the one edge that was there */
    assert_int_equal(f->d.edge_count - before, 8 * 7 / 2 - 1);
    assert_int_equal(count_wires(f, WIRE_DENSE), 7 * 6 / 2);
    double last = INFINITY;
    for (int i = 2; i <= 6; i++) { /* further is higher */
        const DiagramEdge *e =
            edge(f, "features.pool0", TEXT("features.denseblock1.denselayer%d", i));
        assert_true(highest(e) < last && highest(e) < box(f, "features.pool0")->all.y);
        last = highest(e);
    }
    f->opened[block(f, "features.denseblock1.denselayer2")] = true;
    draw(f);
    test_contains(row_text(f), " [layer 2 concatenation batch norm before 1x1 1x1 batch norm "
                               "before 3x3 3x3 (layer 3)");
    assert_int_equal(count_wires(f, WIRE_DENSE), 7 * 6 / 2);
    f->opened[dense] = false; /* what is within has to wait */
    draw(f);
    assert_int_equal(f->d.edge_count, before);
    close_model(f);
}

static void large_dense_block_shows_its_matrix(void **state) {
    (void)state;
    Fixture *f = open_model("densenet201");
    int dense = block(f, "features.denseblock3");
    draw(f);
    int before = f->d.edge_count, boxes = f->d.box_count;
    f->opened[dense] = true;
    draw(f);
    assert_int_equal(f->d.edge_count - before, 48);
    assert_int_equal(f->d.box_count - boxes, 48 + 3); /* layers, frame, matrix, growth */
    const DiagramBox *matrix = NULL;
    for (int i = 0; i < f->d.box_count; i++)
        if (f->d.boxes[i].item == DIAGRAM_MATRIX)
            matrix = &f->d.boxes[i];
    assert_non_null(matrix);
    assert_int_equal(matrix->count, 48);
    assert_int_equal(matrix->block, dense);
    assert_near(matrix->face.w, 8 * 49, 1e-6);
    assert_true(matrix->face.x > box(f, "features.denseblock3.denselayer12")->face.x);
    assert_true(matrix->face.x < box(f, "features.denseblock3")->face.x);
    /* four lines of twelve */
    assert_true(middle(box(f, "features.denseblock3.denselayer12")) <
                middle(box(f, "features.denseblock3.denselayer13")));
    assert_near(box(f, "features.denseblock3.denselayer1")->face.x,
                box(f, "features.denseblock3.denselayer37")->face.x, 10);
    close_model(f);
}

/* --- All ---------------------------------------------------------------------------------------
 */

static void boxes_are_found_by_place(void **state) {
    (void)state;
    Fixture *f = open_model("resnet18");
    f->opened[block(f, "layer1.0")] = true;
    draw(f);
    int conv = diagram_box_of(&f->d, node(f, "layer1.0.conv1")), frame = f->d.boxes[conv].frame;
    const DiagramBox *b = &f->d.boxes[conv], *around = &f->d.boxes[frame];
    assert_int_equal(diagram_box_at(&f->d, (Point){b->caption.x + 2, b->caption.y + 2}), conv);
    assert_int_equal(diagram_box_at(&f->d, (Point){around->face.x + 2, around->face.y + 2}), frame);
    assert_int_equal(diagram_box_at(&f->d, (Point){around->caption.x + 2, around->caption.y + 2}),
                     frame);
    assert_int_equal(diagram_box_at(&f->d, (Point){-1, -1}), -1);
    assert_int_equal(around->item, DIAGRAM_FRAME);
    close_model(f);
}

static void same_graph_same_diagram_and_soon(void **state) {
    (void)state;
    Fixture *f = open_model("densenet201");
    double took[2];
    for (int all = 0; all < 2; all++) {
        for (int b = 0; b < f->g->block_count; b++)
            f->opened[b] = all;
        draw(f);
        Diagram first = f->d;
        f->d = (Diagram){0};
        took[all] = INFINITY;
        for (int i = 0; i < 5; i++) {
            double begin = clock_ms();
            draw(f);
            took[all] = fmin(took[all], clock_ms() - begin);
        }
        assert_int_equal(first.edge_count, f->d.edge_count);
        assert_memory_equal(first.box_of, f->d.box_of,
                            (size_t)f->g->node_count * sizeof *first.box_of);
        for (int i = 0; i < first.edge_count; i++)
            assert_memory_equal(first.edges[i].points, f->d.edges[i].points,
                                (size_t)first.edges[i].count * sizeof(Point));
        diagram_free(&first);
    }
    /* an order above what it takes, so that a busy machine or a sanitizer does not fail it */
    assert_true(took[0] < 50 && took[1] < 500);
    close_model(f);
}

static void lack_of_memory_is_an_error(void **state) {
    (void)state;
    Fixture *f = open_model("densenet-mini");
    for (int b = 0; b < f->g->block_count; b++)
        f->opened[b] = true;
    const DiagramOptions options = {.opened = f->opened};
    bool made = false;
    for (size_t n = 1; !made && n < 100000; n++) {
        Error err = {0};
        mem_fail_at(n);
        made = diagram_make(&f->d, f->g, &options, &err);
        mem_fail_at(0);
        assert_true(made || err.code == ERROR_NO_MEMORY);
        diagram_free(&f->d);
    }
    assert_true(made);
    close_model(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lenet_is_a_row),
        cmocka_unit_test(captions_are_measured_as_drawn),
        cmocka_unit_test(sizes_are_to_scale),
        cmocka_unit_test(stages_fold_split_and_unfold),
        cmocka_unit_test(residual_block_has_its_trunk),
        cmocka_unit_test(inception_block_has_four_lanes),
        cmocka_unit_test(dense_block_shows_its_arcs),
        cmocka_unit_test(large_dense_block_shows_its_matrix),
        cmocka_unit_test(boxes_are_found_by_place),
        cmocka_unit_test(same_graph_same_diagram_and_soon),
        cmocka_unit_test(lack_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
