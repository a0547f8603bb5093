/* Every shipped network, closed and opened in every way: nothing overlaps, nothing is lost, no line
 * crosses what it does not concern. */
#include "support.h"

#include "draw/diagram.h"
#include "model/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double near = 1e-6;

/* What is being looked at, for messages. */
static const char *about = "";

static bool meet(Area a, Area b) {
    return a.x + near < b.x + b.w && b.x + near < a.x + a.w && a.y + near < b.y + b.h &&
           b.y + near < a.y + a.h;
}

static bool inside(Area inner, Area outer) {
    return inner.x >= outer.x - near && inner.y >= outer.y - near &&
           inner.x + inner.w <= outer.x + outer.w + near &&
           inner.y + inner.h <= outer.y + outer.h + near;
}

static Area cuboid(const DiagramBox *b) {
    double slant = b->depth * diagram_slant;
    return (Area){b->face.x, b->face.y - slant, b->face.w + slant, b->face.h + slant};
}

#define check(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: " #condition ": %s", about, TEXT(__VA_ARGS__));                          \
    } while (0)

/* --- Boxes -------------------------------------------------------------------------------------
 */

static bool lies_in(const Diagram *d, int box, int frame) {
    while (box >= 0 && box != frame)
        box = d->boxes[box].frame;
    return box == frame;
}

static void boxes_are_apart(const Diagram *d) {
    for (int i = 0; i < d->box_count; i++)
        for (int k = 0; k < d->box_count; k++) {
            const DiagramBox *a = &d->boxes[i], *b = &d->boxes[k];
            if (i == k)
                continue;
            if (a->item == DIAGRAM_BRACKET || b->item == DIAGRAM_BRACKET) {
                check(!meet(a->all, b->all) || lies_in(d, k, i) || lies_in(d, i, k) ||
                          b->item == DIAGRAM_FRAME || a->item == DIAGRAM_FRAME,
                      "bracket %d and %d", i, k);
            } else if (a->item != DIAGRAM_FRAME) {
                check(!meet(cuboid(a), b->caption), "cuboid %d, caption %d", i, k);
                check(!meet(a->caption, b->caption), "captions %d and %d", i, k);
                check(b->item == DIAGRAM_FRAME || !meet(cuboid(a), cuboid(b)), "cuboids %d and %d",
                      i, k);
            } else if (lies_in(d, k, i)) {
                check(inside(b->all, a->face), "%d in frame %d", k, i);
            } else if (!lies_in(d, i, k)) {
                check(!meet(a->all, b->all), "frame %d and %d", i, k);
            }
        }
}

static void box_is_whole(const Diagram *d, int index, const DiagramOptions *options) {
    const double text = options->scale_text;
    const bool close = options->spacing > DIAGRAM_ROOMY;
    const DiagramBox *b = &d->boxes[index];
    Area all = {0, 0, d->width, d->height};
    check(inside(b->all, all) && inside(b->face, b->all) && inside(b->caption, b->all), "box %d",
          index);
    check(inside(cuboid(b), b->all), "depth of %d", index);
    check(b->caption.w >= (close ? 34 : 72) * text && b->caption.h >= (close ? 14 : 28) * text,
          "caption of %d", index);
    check(b->frame < index, "frame of %d", index);
    check((b->face.h >= 24 || b->item == DIAGRAM_BRACKET) &&
              b->face.w >= (b->depth > 0 || b->item == DIAGRAM_MATRIX ? 24 : 12),
          "size of %d", index);
    check(!diagram_is_layer(b) || b->stack || (b->face.h < 96.001 && b->face.w < 96.001),
          "size of %d", index);
    if (b->item == DIAGRAM_FRAME || b->item == DIAGRAM_BRACKET)
        check(b->caption.y + b->caption.h <= b->face.y, "caption of frame %d", index);
    else
        check(b->caption.y >= b->face.y + b->face.h, "caption of %d", index);
}

static void every_node_has_its_box(const Diagram *d, const Graph *g) {
    assert_int_equal(diagram_box_of(d, GRAPH_IMAGE), 0);
    assert_int_equal(d->boxes[0].item, DIAGRAM_INPUT);
    int covered = 0;
    for (int i = 1; i < d->box_count; i++) {
        const DiagramBox *b = &d->boxes[i];
        if (!diagram_is_layer(b))
            continue;
        check(b->first <= b->node && b->first <= b->shown && b->shown <= b->node, "box %d", i);
        for (int n = b->first; n <= b->node; n++, covered++)
            check(diagram_box_of(d, n) == i, "node %s", g->nodes[n].name);
        check(b->item != DIAGRAM_FOLD || b->count > 1, "fold %d", i);
        check((b->block >= 0) == (b->item != DIAGRAM_NODE), "block of %d", i);
        Point middle = {b->face.x + b->face.w / 2, b->face.y + b->face.h / 2};
        check(diagram_box_at(d, middle) == i, "box %d", i);
        check(*diagram_name(d, g, i), "name of %d", i);
    }
    assert_int_equal(covered, g->node_count);
}

/* --- Edges -------------------------------------------------------------------------------------
 */

/* In an open box: by cutting the piece at its sides (Liang and Barsky 1984). */
static bool crosses(Point p, Point q, Area a) {
    double from = 0, to = 1, dx = q.x - p.x, dy = q.y - p.y;
    const double step[4] = {-dx, dx, -dy, dy};
    const double room[4] = {p.x - a.x - near, a.x + a.w - near - p.x, p.y - a.y - near,
                            a.y + a.h - near - p.y};
    for (int i = 0; i < 4; i++) {
        if (step[i] == 0 && room[i] <= 0)
            return false;
        if (step[i] < 0)
            from = fmax(from, room[i] / step[i]);
        if (step[i] > 0)
            to = fmin(to, room[i] / step[i]);
    }
    return from < to;
}

static void lines_cross_no_face(const Diagram *d) {
    for (int i = 0; i < d->edge_count; i++) {
        const DiagramEdge *e = &d->edges[i];
        for (int k = 1; k < e->count; k++) {
            Point p = e->points[k - 1], q = e->points[k];
            for (int b = 0; b < d->box_count; b++) {
                const DiagramBox *box = &d->boxes[b];
                if (box->item == DIAGRAM_FRAME || box->face.x > fmax(p.x, q.x) ||
                    box->face.x + box->face.w < fmin(p.x, q.x))
                    continue;
                check(!crosses(p, q, box->face), "edge %d to %d, face %d", e->from, e->to, b);
                check(b == e->from || b == e->to || !crosses(p, q, box->caption) ||
                          e->wire != WIRE_FLOW,
                      "edge %d to %d, caption %d", e->from, e->to, b);
            }
        }
    }
}

static bool in_matrix(const Diagram *d, int box) {
    for (int i = 0; i < d->box_count; i++)
        if (d->boxes[i].item == DIAGRAM_MATRIX && lies_in(d, box, d->boxes[i].frame))
            return true;
    return false;
}

/* At the right of the cuboid of the one, the left of the face of the other. */
static void ends_are_at_boxes(const Diagram *d) {
    for (int i = 0; i < d->edge_count; i++) {
        const DiagramEdge *e = &d->edges[i];
        const DiagramBox *from = &d->boxes[e->from], *to = &d->boxes[e->to];
        check(e->count >= 2, "edge %d", i);
        check(e->node == from->node, "edge %d: what it carries is not what its box shows", i);
        Point p = e->points[0], q = e->points[e->count - 1];
        double right = from->face.x + from->face.w, slant = from->depth * diagram_slant;
        double bottom = from->face.y + from->face.h;
        check(fabs(p.x - (right + fmin(slant, bottom - p.y))) < near &&
                  p.y > from->face.y - slant && p.y < bottom,
              "begin of edge %d to %d", e->from, e->to);
        check(fabs(q.x - to->face.x) < near && q.y > to->face.y && q.y < to->face.y + to->face.h,
              "end of edge %d to %d", e->from, e->to);
        check(e->points[e->count - 2].x < q.x && e->points[e->count - 2].y == q.y,
              "arrow of edge %d to %d", e->from, e->to);
        check(p.x < q.x || in_matrix(d, e->to), "edge %d to %d", e->from, e->to);
    }
}

static int by_edge(const void *a, const void *b) {
    return memcmp(a, b, 3 * sizeof(int));
}

/* Those of the graph, each once; of a large dense block only those between neighbours. */
static void edges_are_the_graphs(const Diagram *d, const Graph *g) {
    int count = 0;
    for (int i = 0; i < g->node_count; i++)
        count += g->nodes[i].input_count;
    int(*key)[3] = calloc((size_t)count + 1, sizeof *key), n = d->edge_count;
    char *met = calloc((size_t)n + 1, 1);
    assert_true(key && met && n <= count);
    for (int i = 0; i < n; i++)
        memcpy(key[i], (int[3]){d->edges[i].from, d->edges[i].to, d->edges[i].node}, sizeof key[i]);
    qsort(key, (size_t)n, sizeof *key, by_edge);
    for (int i = 1; i < n; i++)
        check(by_edge(key[i - 1], key[i]), "edge %d to %d twice", key[i][0], key[i][1]);
    for (int i = 0; i < g->node_count; i++)
        for (int k = 0; k < g->nodes[i].input_count; k++) {
            int node = g->nodes[i].inputs[k];
            int one[3] = {diagram_box_of(d, node), diagram_box_of(d, i), node};
            int(*found)[3] = bsearch(one, key, (size_t)n, sizeof *key, by_edge);
            check(one[0] == one[1] || found || in_matrix(d, one[1]), "edge %d to %d", one[0],
                  one[1]);
            if (found)
                met[found - key] = 1;
        }
    for (int i = 0; i < n; i++)
        check(met[i], "edge %d to %d is not the graph's", key[i][0], key[i][1]);
    free(key);
    free(met);
}

static void labels_are_free(const Diagram *d) {
    for (int i = 0; i < d->edge_count; i++) {
        Area a = d->edges[i].label;
        if (a.w <= 0)
            continue;
        for (int b = 0; b < d->box_count; b++) {
            const DiagramBox *box = &d->boxes[b];
            bool frame = box->item == DIAGRAM_FRAME;
            check(!meet(a, box->caption) && (frame || !meet(a, cuboid(box))) &&
                      (!frame || !meet(a, box->face) || inside(a, box->face)),
                  "label of edge %d, box %d", i, b);
        }
        for (int k = 0; k < d->edge_count; k++) {
            const DiagramEdge *e = &d->edges[k];
            check(k == i || e->label.w <= 0 || !meet(a, e->label), "labels %d and %d", i, k);
            for (int p = 1; p < e->count; p++)
                check(!crosses(e->points[p - 1], e->points[p], a), "label %d, edge %d", i, k);
        }
    }
}

/* --- All ---------------------------------------------------------------------------------------
 */

static void halves_are_apart(const Diagram *d, const Graph *g) {
    check(d->has_split == (diagram_split(g) < g->node_count), "split");
    for (int i = 0; i < d->edge_count && d->has_split; i++) {
        const Area a = d->edges[i].label;
        check(a.w <= 0 || a.x > d->split || a.x + a.w < d->split, "label %d", i);
    }
    for (int i = 0; i < d->box_count && d->has_split; i++) {
        const DiagramBox *b = &d->boxes[i];
        if (b->item == DIAGRAM_BRACKET)
            continue;
        check(b->classification ? b->all.x >= d->split : b->all.x + b->all.w <= d->split, "box %d",
              i);
        check(b->classification == (b->first >= diagram_split(g)), "box %d", i);
    }
}

static void check_diagram(const Graph *g, const DiagramOptions *options) {
    Error err = {0};
    Diagram d;
    assert_ok(diagram_make(&d, g, options, &err), err);
    int across = 0; /* boxes side by side */
    for (int i = 0; i < d.box_count; i++) {
        box_is_whole(&d, i, options);
        across += 1 + (d.boxes[i].item == DIAGRAM_FRAME);
    }
    check(d.width < 80 + 260 * options->scale_text * across, "%g wide", d.width);
    boxes_are_apart(&d);
    every_node_has_its_box(&d, g);
    edges_are_the_graphs(&d, g);
    ends_are_at_boxes(&d);
    lines_cross_no_face(&d);
    labels_are_free(&d);
    halves_are_apart(&d, g);
    diagram_free(&d);
}

/* Closed, all opened, all but stages, all unfolded, every node by itself; then each block in turn
 * (with those that it stands in). */
static void check_network(const char *path) {
    Error err = {0};
    Model *m = model_load(path, 0, &err);
    assert_ok(m, err);
    const Graph *g = &m->graph;
    size_t n = (size_t)g->block_count;
    bool *all = calloc(n, 1), *blocks = calloc(n, 1), *one = calloc(n, 1);
    assert_true(all && blocks && one);
    for (int b = 0; b < g->block_count; b++) {
        all[b] = true;
        blocks[b] = g->blocks[b].kind != BLOCK_STAGE;
    }
    const DiagramOptions ways[] = {{.spacing = DIAGRAM_PLAIN},
                                   {.opened = all},
                                   {.opened = blocks},
                                   {.unfolded = all},
                                   {.opened = all, .fine = all, .spacing = DIAGRAM_ROOMY},
                                   {.spacing = DIAGRAM_STAGGERED, .legible = 0.5},
                                   {.unfolded = all, .spacing = DIAGRAM_COMPACT, .legible = 0.6},
                                   {.opened = blocks, .spacing = DIAGRAM_STAGGERED},
                                   {.opened = blocks, .spacing = DIAGRAM_FLAT, .legible = 0.4}};
    for (size_t i = 0; i < 2 * sizeof ways / sizeof *ways; i++) {
        DiagramOptions way = ways[i / 2];
        way.scale_text = i % 2 ? 2 : 1;
        about = TEXT("%s, way %zu, text %g", m->name, i / 2, way.scale_text);
        check_diagram(g, &way);
    }
    for (int b = 1; b < g->block_count; b++) {
        for (int k = b; k >= 0; k = g->blocks[k].parent)
            one[k] = k == b || g->blocks[k].kind != BLOCK_STAGE;
        about = TEXT("%s, %s opened", m->name, g->blocks[b].name);
        check_diagram(g, &(DiagramOptions){.opened = one, .scale_text = b % 2 ? 1 : 2});
        memset(one, 0, n);
    }
    free(all);
    free(blocks);
    free(one);
    model_free(m);
}

static void shipped_networks(void **state) {
    (void)state;
    Error err = {0};
    Arena arena = {0};
    char **names;
    size_t count;
    assert_ok(model_names(&arena, &names, &count, &err), err);
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++)
        check_network(names[i]);
    arena_free(&arena);
}

static void lessons_networks(void **state) {
    (void)state;
    static const char *const names[] = {"plain20", "plain56", "resnet20", "resnet56"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_network(TEXT("%s/../../lessons/degradation/%s.json", test_fixture(""), names[i]));
}

/* What a model file can tell and no shipped network does: blocks and a stage in branches, branches
 * in branches, an identity that is concatenated, lines over others in the network, in a lane and in
 * a block, two tensors that go on side by side, maps that are not square. */
static void odd_networks(void **state) {
    (void)state;
    check_network(test_fixture("odd_network.json"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_networks),
        cmocka_unit_test(lessons_networks),
        cmocka_unit_test(odd_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
