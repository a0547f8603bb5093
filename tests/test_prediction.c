/* Predict first: what is hidden is said nowhere, in any family and at any depth, until it is
 * revealed; then the guess is judged. */
#include "screen_support.h"

#include "base/text.h"
#include "session/prediction.h"
#include <math.h>

static const char *const families[] = {"lenet",          "alexnet-mini", "zfnet-mini",   "vgg-mini",
                                       "googlenet-mini", "resnet-mini",  "densenet-mini"};
enum { FAMILIES = sizeof families / sizeof *families };
static const char *const depths[] = {"depth network", "depth layer", "depth unit"};

/* A text drawn outside of the question, where the right answer is among those to choose. */
static bool is_choice(const Fixture *f, const DrawItem *item) {
    for (size_t i = 0; i < f->list.region_count; i++) {
        const DrawRegion *r = &f->list.regions[i];
        if (strcmp(r->name, "prediction") == 0 && item->box.x >= r->box.x &&
            item->box.x + item->box.w <= r->box.x + r->box.w && item->box.y >= r->box.y &&
            item->box.y + item->box.h <= r->box.y + r->box.h)
            return true;
    }
    return false;
}

static const char *plain(const char *text, char out[1200]) {
    static const char no_break[] = "\u00a0";
    size_t used = 0;
    for (const char *at = text; *at && used < 1199; at++)
        if (strncmp(at, no_break, strlen(no_break)) == 0) {
            out[used++] = ' ';
            at += strlen(no_break) - 1;
        } else {
            out[used++] = *at;
        }
    out[used] = '\0';
    return out;
}

/* Where it is said: drawn, or by hovering; NULL: nowhere. */
static const char *who_says(const Fixture *f, const char *words) {
    static char text[1200];
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        if (item->whole && strstr(plain(item->whole, text), words) && !is_choice(f, item))
            return text;
    }
    for (size_t i = 0; i < f->list.region_count; i++) {
        const DrawRegion *r = &f->list.regions[i];
        if (r->hint && strstr(plain(r->hint, text), words))
            return text;
    }
    return NULL;
}

static void assert_silent(const Fixture *f, const char *words, const char *where) {
    const char *text = who_says(f, words);
    if (text)
        fail_msg("%s: \"%s\" tells %s", where, text, words);
}

/* As they are written of a node of three extents. */
static void shape_words(const Shape *s, char words[2][64]) {
    text_format(words[0], 64, "%lld × %lld × %lld", (long long)s->dim[1], (long long)s->dim[2],
                (long long)s->dim[0]);
    text_format(words[1], 64, "%lld² × %lld", (long long)s->dim[1], (long long)s->dim[0]);
}

static bool same_shape(const Shape *a, const Shape *b) {
    return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) == 0;
}

/* Whether an earlier one, which is told, has it too. */
static bool is_told_anyway(const Graph *g, int node) {
    bool told = same_shape(&g->input, &g->nodes[node].out);
    for (int i = 0; i < node; i++)
        told = told || same_shape(&g->nodes[i].out, &g->nodes[node].out);
    return told;
}

static void check_shapes_at(Fixture *f, int node) {
    const Graph *g = session_graph(&f->session);
    char words[2][64], where[200];
    post(f, TEXT("layer.select %s", g->nodes[node].name));
    if (g->nodes[node].out.rank != 3 || is_told_anyway(g, node))
        return;
    shape_words(&g->nodes[node].out, words);
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
        post(f, depths[d]);
        build(f, SCREEN_WIDTH, SCREEN_HEIGHT);
        text_format(where, sizeof where, "%s, %s, %s", f->session.state.place.scene.model,
                    g->nodes[node].name, depths[d]);
        for (int i = 0; i < 2; i++)
            assert_silent(f, words[i], where);
        assert_region(f, "prediction");
        post(f, "reveal");
        build(f, SCREEN_WIDTH, SCREEN_HEIGHT);
        if (!who_says(f, words[0]))
            fail_msg("%s: revealed, and not told", where);
        post(f, "hide none");
        post(f, "hide shape");
    }
}

static void shapes_are_hidden(void **state) {
    (void)state;
    for (int i = 0; i < FAMILIES; i++) {
        Fixture f;
        open_session(&f, families[i]);
        post(&f, "hide shape");
        const int count = session_graph(&f.session)->node_count;
        for (int node = 0; node < count; node += 1 + count / 12)
            check_shapes_at(&f, node);
        close_session(&f);
    }
}

/* What the workbench says of the layer shown. */
static void benches_hide_it_too(void **state) {
    (void)state;
    static const char *const benches[] = {"algorithm", "race", "layer", "panes"};
    Fixture f;
    char words[2][64];
    open_session(&f, "alexnet-mini");
    post(&f, "layer.select conv2");
    shape_words(&session_graph(&f.session)->nodes[f.session.state.place.node].out, words);
    post(&f, "hide shape");
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++) {
        post(&f, TEXT("bench %s", benches[i]));
        build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
        assert_region(&f, "prediction");
        for (int k = 0; k < 2; k++)
            assert_silent(&f, words[k], benches[i]);
    }
    close_session(&f);
}

static void values_are_hidden(void **state) {
    (void)state;
    static const char *const nodes[FAMILIES][3] = {
        {"conv2", "pool2", "fc1"},
        {"conv2", "lrn1", "fc8"},
        {"conv1", "relu1", "pool1"},
        {"conv1_1", "pool1", "fc8"},
        {"conv1", "inception3a", "pool1"},
        {"conv1", "bn1", "layer1.0"},
        {"features.conv0", "features.norm0", "features.pool0"}};
    for (int i = 0; i < FAMILIES; i++) {
        Fixture f;
        Session *s = open_session(&f, families[i]);
        PredictionAnswer answer;
        post(&f, "hide value");
        for (int n = 0; n < 3; n++) {
            Error err = {0};
            if (graph_find(session_graph(s), nodes[i][n], &err) == GRAPH_FAILED)
                continue;
            post(&f, TEXT("layer.select %s", nodes[i][n]));
            post(&f, "depth unit");
            post(&f, "unit.max");
            assert_true(prediction_answer(s, &answer));
            build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
            char exact[48];
            number_text(exact, (NumberStyle){.digits = 6}, answer.value);
            const char *where = TEXT("%s, %s", families[i], nodes[i][n]);
            if (answer.value != round(answer.value)) /* else it may be any number */
                assert_silent(&f, exact, where);
            assert_says(&f, "= ?");
            post(&f, "reveal");
            build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
            assert_null(draw_text_find(&f.list, "= ?"));
        }
        close_session(&f);
    }
}

static void classes_are_hidden(void **state) {
    (void)state;
    for (int i = 1; i < FAMILIES; i++) { /* LeNet's are digits: any number */
        Fixture f;
        Session *s = open_session(&f, families[i]);
        PredictionAnswer answer;
        char buffer[24];
        post(&f, "layer.last");
        post(&f, "hide class");
        assert_true(prediction_answer(s, &answer));
        const char *name = labels_name(&scene_model(s->scene)->labels, answer.label, buffer);
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            post(&f, depths[d]);
            build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
            assert_silent(&f, name, families[i]);
        }
        post(&f, TEXT("guess %s", name));
        post(&f, "reveal");
        post(&f, "depth network");
        build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
        assert_int_equal(prediction_judge(s), PREDICTION_RIGHT);
        assert_says(&f, name);
        close_session(&f);
    }
}

/* --- Guesses ---------------------------------------------------------------------------------- */

static void shapes_to_choose_among(void **state) {
    (void)state;
    for (int i = 0; i < FAMILIES; i++) {
        Fixture f;
        Session *s = open_session(&f, families[i]);
        post(&f, "hide shape");
        const Graph *g = session_graph(s);
        for (int node = 0; node < g->node_count; node++) {
            Shape shapes[PREDICTION_SHAPES];
            int right = 0;
            post(&f, TEXT("layer.select %s", g->nodes[node].name));
            const int count = prediction_shapes(s, shapes);
            assert_in_range(count, 2, PREDICTION_SHAPES);
            for (int k = 0; k < count; k++) {
                right += same_shape(&shapes[k], &g->nodes[node].out);
                for (int j = 0; j < k; j++)
                    assert_false(same_shape(&shapes[k], &shapes[j]));
            }
            assert_int_equal(right, 1);
        }
        close_session(&f);
    }
}

static void judge(Fixture *f, const char *guess, PredictionVerdict wanted) {
    post(f, TEXT("guess %s", guess));
    if (prediction_judge(&f->session) != wanted)
        fail_msg("%s: %d, not %d", guess, (int)prediction_judge(&f->session), (int)wanted);
}

static void guesses_are_judged(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    PredictionAnswer answer;
    post(&f, "layer.select conv1");
    post(&f, "hide shape");
    assert_int_equal(prediction_judge(s), PREDICTION_NONE);
    judge(&f, "24 24 20", PREDICTION_RIGHT);
    judge(&f, "24x24x20", PREDICTION_RIGHT);
    judge(&f, "24 × 24 × 20", PREDICTION_RIGHT);
    judge(&f, "20 24 24", PREDICTION_WRONG);
    judge(&f, "11520", PREDICTION_WRONG);
    assert_false(session_post(s, "guess 24 24"));
    assert_string_equal(s->banner.text,
                        "guess: expected a shape such as 24x24x20, or one number, got '24 24'");
    assert_string_equal(s->state.place.guess, "11520"); /* the one before stays */
    post(&f, "hide value");
    post(&f, "unit.select 3 5 7");
    assert_true(prediction_answer(s, &answer));
    judge(&f, TEXT("%.6f", answer.value), PREDICTION_RIGHT);
    judge(&f, TEXT("%.6f", answer.value * 1.05), PREDICTION_NEAR);
    judge(&f, TEXT("%.6f", -answer.value), PREDICTION_WRONG);
    assert_false(session_post(s, "guess much"));
    post(&f, "layer.last");
    post(&f, "hide class");
    judge(&f, "7", PREDICTION_RIGHT);
    judge(&f, "1", PREDICTION_WRONG);
    assert_false(session_post(s, "guess 10"));
    close_session(&f);
}

/* --- Asking, revealing ------------------------------------------------------------------------ */

static void press(Fixture *f, const char *key) {
    assert_true(session_wait(&f->session));
    assert_true(action_press(&f->session, key));
    assert_true(session_wait(&f->session));
}

/* A clicker goes on: first it reveals, then it goes to the next layer, which is hidden. */
static void a_clicker_asks_and_reveals(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    const StatePlace *p = &s->state.place;
    post(&f, "layer.select conv1");
    post(&f, "depth layer");
    press(&f, "H");
    assert_int_equal(p->hide, HIDE_SHAPE);
    const int node = p->node;
    post(&f, "guess 24 24 20");
    press(&f, "PageDown");
    assert_int_equal(p->node, node);
    assert_true(p->revealed);
    assert_string_equal(p->guess, "24 24 20");
    press(&f, "PageDown");
    assert_int_equal(p->node, node + 1);
    assert_false(p->revealed);
    assert_string_equal(p->guess, "");
    press(&f, "z"); /* back to what was revealed */
    assert_int_equal(p->node, node);
    assert_true(p->revealed);
    close_session(&f);
}

/* A class stays revealed while one walks the layers that lead to it, and keys walk before. */
static void a_class_is_asked_once(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    const StatePlace *p = &s->state.place;
    post(&f, "hide class");
    post(&f, "layer.select conv1");
    press(&f, "Space");
    assert_string_equal(session_graph(s)->nodes[p->node].name, "conv1.relu");
    assert_false(p->revealed);
    press(&f, "R");
    assert_true(p->revealed);
    post(&f, "layer.select conv3");
    assert_true(p->revealed);
    post(&f, "image.next");
    assert_false(p->revealed);
    close_session(&f);
}

static void nothing_hidden_is_refused(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    assert_false(session_post(s, "reveal"));
    assert_false(session_post(s, "guess 3"));
    post(&f, "hide shape");
    post(&f, "bench families"); /* tells nothing of the layer */
    assert_false(session_post(s, "reveal"));
    close_session(&f);
}

static void it_can_be_read(void **state) {
    (void)state;
    static const char *const hides[] = {"hide shape", "hide value", "hide class"};
    Fixture f;
    open_session(&f, "googlenet-mini");
    post(&f, "layer.last");
    for (size_t i = 0; i < sizeof hides / sizeof *hides; i++) {
        post(&f, hides[i]);
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            post(&f, depths[d]);
            check(&f);
        }
    }
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_hidden),          cmocka_unit_test(benches_hide_it_too),
        cmocka_unit_test(values_are_hidden),          cmocka_unit_test(classes_are_hidden),
        cmocka_unit_test(shapes_to_choose_among),     cmocka_unit_test(guesses_are_judged),
        cmocka_unit_test(a_clicker_asks_and_reveals), cmocka_unit_test(a_class_is_asked_once),
        cmocka_unit_test(nothing_hidden_is_refused),  cmocka_unit_test(it_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
