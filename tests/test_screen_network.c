/* The network view: all of it is seen or arrows say where more is, every shape can be read, blocks
 * that are opened or unfolded say what they are and can be closed. */
#include "screen_support.h"

#include <math.h>

static const DrawRegion *region(const Fixture *f, const char *name) {
    const DrawRegion *r = draw_region_find(&f->list, name);
    if (!r)
        fail_msg("there is no region %s", name);
    return r;
}

static void assert_hint(const Fixture *f, const char *name, const char *words) {
    const DrawRegion *r = region(f, name);
    if (!r->hint || !strstr(r->hint, words))
        fail_msg("%s does not say \"%s\": \"%s\"", name, words, r->hint ? r->hint : "");
}

static void click(Fixture *f, const char *name) {
    char line[300];
    const DrawRegion *r = region(f, name);
    const char *what = draw_region_click(r, r->box.x, r->box.y, line, sizeof line);
    assert_non_null(what);
    post(f, TEXT("%s", what));
}

/* To a layer, without computing it. */
static void go(Fixture *f, const char *name) {
    Error err = {0};
    const int node = graph_find(session_graph(&f->session), name, &err);
    assert_ok(node != GRAPH_FAILED, err);
    f->session.state.place.node = node;
}

static void assert_means(const Fixture *f, const char *name, const char *action) {
    const DrawRegion *r = region(f, name);
    if (!r->action || strcmp(r->action, action) != 0)
        fail_msg("%s means %s", name, r->action ? r->action : "nothing");
}

/* All layers of the network are on the screen as wide as they are, and every name is told. */
static bool all_is_seen(const Fixture *f) {
    static const char *const sides[] = {"left", "right", "up", "down"};
    for (int i = 0; i < 4; i++)
        if (draw_region_find(&f->list, TEXT("network.more.%s", sides[i])))
            return false;
    return true;
}

/* --- Room ------------------------------------------------------------------------------------- */

/* Every box has a caption, as the language has it. */
static void names_are_told(const Fixture *f, bool english) {
    const Diagram *d = &f->memory.diagram;
    const Graph *g = session_graph(&f->session);
    for (int b = 1; b < d->box_count; b++) {
        const DiagramBox *box = &d->boxes[b];
        const char *label = box->item == DIAGRAM_NODE ? g->nodes[box->first].label : "";
        const Area a = box->caption;
        bool told = false;
        for (size_t i = 0; i < f->list.item_count && !told; i++) {
            const DrawItem *item = &f->list.items[i];
            const double x = item->box.x + item->box.w / 2.0;
            const double y = item->box.y + item->box.h / 2.0;
            const Point p = {(x - f->memory.camera.x) / f->memory.camera.zoom,
                             (y - f->memory.camera.y) / f->memory.camera.zoom};
            told = item->kind == ITEM_TEXT && area_holds(a, p) &&
                   (!english || strchr(label, ' ') || strstr(item->text, label));
        }
        if (!told)
            fail_msg("box %d (%s) has no caption", b, label);
    }
}

static void whole_networks_are_seen(void **state) {
    (void)state;
    static const char *const models[] = {"lenet",     "alexnet",     "vgg19",        "googlenet",
                                         "resnet152", "densenet201", "alexnet-mini", "vgg-mini"};
    static const char *const last[] = {"fc2", "fc8",        "classifier.6", "fc",
                                       "fc",  "classifier", "fc8",          NULL};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        Fixture f;
        open_session(&f, models[i]);
        assert_true(session_wait(&f.session));
        for (int language = 0; language < WORDS_LANGUAGES; language++) {
            f.session.state.language = (WordsLanguage)language;
            build(&f, 1280, 720);
            if (!all_is_seen(&f))
                fail_msg("%s is not seen as a whole", models[i]);
            if (last[i])
                region(&f, TEXT("node.%s", last[i]));
            names_are_told(&f, language == WORDS_EN);
        }
        close_session(&f);
    }
}

/* Where it is not: arrows, which lead to the end of it and back. */
static void arrows_lead_to_the_rest(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "vgg-mini");
    post(&f, "big yes");
    build(&f, 1024, 640);
    assert_null(draw_region_find(&f.list, "network.more.left"));
    assert_null(draw_region_find(&f.list, "node.softmax"));
    int steps = 0;
    for (; draw_region_find(&f.list, "network.more.right") && steps < 20; steps++) {
        click(&f, "network.more.right");
        build(&f, 1024, 640);
    }
    assert_true(steps > 0 && steps < 20);
    region(&f, "node.softmax");
    for (; draw_region_find(&f.list, "network.more.left") && steps < 40; steps++) {
        click(&f, "network.more.left");
        build(&f, 1024, 640);
    }
    assert_true(steps < 40);
    region(&f, "node.input");
    assert_null(draw_region_find(&f.list, "node.softmax"));
    check(&f);
    close_session(&f);
}

/* In the hall too: the maps of a layer, and every entry of the legend. */
static void the_hall_has_maps_and_legend(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "alexnet-mini");
    post(&f, "layer.select conv1");
    post(&f, "big yes");
    static const char *const depths[] = {"depth network", "depth layer"};
    for (int i = 0; i < 2; i++) {
        post(&f, depths[i]);
        build(&f, SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN);
        assert_true(region(&f, "grid.channel.0")->box.h >= 8);
        const DrawRegion *legend = draw_region_find(&f.list, "panel.legend");
        const DrawRegion *buttons = draw_region_find(&f.list, "layer.sort");
        assert_true(!legend || !buttons || !rect_meet(legend->box, buttons->box));
        check(&f);
    }
    post(&f, "depth network");
    build(&f, SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN);
    assert_says(&f, "convolution");
    assert_says(&f, "pooling");
    assert_says(&f, "normalisation");
    assert_says(&f, "fully connected");
    close_session(&f);
}

/* --- Shapes and steps ------------------------------------------------------------------------- */

static void shapes_can_be_read(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "vgg-mini");
    assert_true(session_wait(&f.session));
    build(&f, 1280, 720);
    assert_says(&f, "32² × 48"); /* in captions: arrows are too short */
    assert_hint(&f, "edge.bn2_1.relu", "32 × 32 × 48");
    assert_hint(&f, "node.conv2_2", "3x3, 48, pad 1");
    go(&f, "conv3_2"); /* and of what is chosen, without a mouse */
    build(&f, 1280, 720);
    assert_says(&f, "conv3_2: 16 × 16 × 80; 3x3, 80, pad 1");
    close_session(&f);
    open_session(&f, "lenet");
    assert_true(session_wait(&f.session));
    build(&f, 1280, 720);
    assert_says(&f, "24² × 20"); /* on the arrow */
    assert_hint(&f, "edge.conv1", "24 × 24 × 20");
    close_session(&f);
}

/* What is drawn with a layer can be gone to, and is named when one has zoomed in. */
static void inner_steps_can_be_gone_to(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    build(&f, 1280, 720);
    assert_null(draw_text_find(&f.list, "flatten"));
    click(&f, "step.pool2.tanh");
    assert_string_equal(session_graph(s)->nodes[s->state.place.node].name, "pool2.tanh");
    post(&f, "network.zoom 300");
    build(&f, 1280, 720);
    assert_says(&f, "tanh");
    assert_says(&f, "flatten");
    check(&f);
    close_session(&f);
}

/* --- Blocks ----------------------------------------------------------------------------------- */

/* As wide as the channels that the branches bring: 64, 128, 32, 32. */
static void a_concatenation_is_a_stack(void **state) {
    (void)state;
    static const char *const branches[] = {"conv1x1", "conv3x3", "conv5x5", "pool_proj"};
    static const int channels[] = {64, 128, 32, 32};
    Fixture f;
    open_session(&f, "googlenet");
    post(&f, "block.open inception_3a");
    build(&f, 1280, 720);
    Rect before = {0, 0, 0, 0};
    int height = 0;
    for (int i = 0; i < 4; i++) {
        const Rect r = region(&f, TEXT("stripe.inception_3a.%s.relu", branches[i]))->box;
        assert_true(i == 0 || r.y == before.y + before.h);
        height += r.h;
        before = r;
    }
    for (int i = 0; i < 4; i++) {
        const char *name = TEXT("stripe.inception_3a.%s.relu", branches[i]);
        assert_true(fabs(region(&f, name)->box.h - height * channels[i] / 256.0) <= 1);
        assert_hint(&f, name, TEXT("%d of 256 channels", channels[i]));
    }
    assert_means(&f, "stripe.inception_3a.conv3x3.relu", "layer.select inception_3a.conv3x3.relu");
    check(&f);
    close_session(&f);
}

static void dense_blocks_tell_their_layers(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "densenet-mini");
    assert_true(session_wait(s));
    build(&f, 1280, 720);
    const DrawRegion *fold = region(&f, "block.features.denseblock1");
    assert_non_null(fold);
    bool found = false;
    for (size_t i = 0; i < f.list.item_count; i++)
        found |= f.list.items[i].kind == ITEM_TEXT && strstr(f.list.items[i].text, "3\u00a0layers");
    assert_true(found);
    post(&f, "block.open features.denseblock1"); /* its stack grows by 20 maps a layer */
    build(&f, 1280, 800);
    for (int i = 0; i <= 3; i++)
        assert_hint(&f, TEXT("growth.%d", i), TEXT("%d maps", 40 + 20 * i));
    check(&f);
    post(&f, "blocks.close");
    post(&f, "block.open features.denseblock3");
    build(&f, 1280, 720);
    region(&f, "close.features.denseblock3");
    assert_says(&f, "Row: the layer");
    build(&f, 1280, 800);
    assert_says(&f, "layer 1");
    assert_says(&f, "14");
    assert_hint(&f, "reader.features.denseblock3.denselayer7.conv2",
                "layer 7 reads the input and layers 1 to 6");
    assert_means(&f, "reader.features.denseblock3.denselayer7.conv2",
                 "layer.select features.denseblock3.denselayer7.conv2");
    check(&f);
    close_session(&f);
}

static void an_unfolded_stage_has_its_bracket(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "resnet-mini");
    assert_true(session_wait(&f.session));
    build(&f, 1280, 720);
    assert_null(draw_region_find(&f.list, "fold.layer2.0"));
    click(&f, "open.layer2.0");
    build(&f, 1280, 720);
    assert_says(&f, "conv3_x ×2");
    assert_says(&f, "block 2");
    check(&f);
    click(&f, "fold.layer2.0");
    build(&f, 1280, 720);
    assert_null(draw_region_find(&f.list, "fold.layer2.0"));
    /* by keyboard, whichever of its blocks one is at */
    go(&f, "layer2.1");
    post(&f, "block.unfold");
    build(&f, 1280, 720);
    region(&f, "fold.layer2.0");
    go(&f, "layer2.0.conv2");
    post(&f, "block.unfold");
    build(&f, 1280, 720);
    assert_null(draw_region_find(&f.list, "fold.layer2.0"));
    close_session(&f);
}

/* --- The line between the halves, the bar ----------------------------------------------------- */

/* No line of the view stands through a text of it. */
static void no_line_strikes_a_text(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "lenet");
    assert_true(session_wait(&f.session));
    static const int shapes[][2] = {{1024, 640}, {1280, 720}, {1920, 1080}};
    for (int i = 0; i < 3; i++) {
        build(&f, shapes[i][0], shapes[i][1]);
        const Rect zone = region(&f, "view.network")->box;
        for (size_t k = 0; k < f.list.item_count; k++) {
            const DrawItem *line = &f.list.items[k];
            if (line->kind != ITEM_LINE || line->box.w || line->box.h < zone.h / 2)
                continue;
            for (size_t t = 0; t < f.list.item_count; t++) {
                const DrawItem *text = &f.list.items[t];
                const Rect box = {line->box.x, line->box.y, 1, line->box.h};
                assert_false(text->kind == ITEM_TEXT && rect_meet(text->box, box));
            }
        }
    }
    close_session(&f);
}

static void the_bar_explains_its_signs(void **state) {
    (void)state;
    Fixture f;
    open_session(&f, "lenet");
    assert_true(session_wait(&f.session));
    static const char *const signs[] = {"bar.model", "bar.image",   "bar.weights", "bar.step",
                                        "bar.help",  "bar.palette", "bar.language"};
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        f.session.state.language = (WordsLanguage)language;
        build(&f, 1280, 720);
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
            assert_true(region(&f, signs[i])->hint && *region(&f, signs[i])->hint);
        assert_says(&f, language == WORDS_ES ? "entrenada: lenet.safetensors"
                                             : "trained: lenet.safetensors");
    }
    post(&f, "weights.open random:3");
    post(&f, "language en");
    build(&f, 1280, 720);
    assert_hint(&f, "bar.weights", "nobody trained them");
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_networks_are_seen),
        cmocka_unit_test(arrows_lead_to_the_rest),
        cmocka_unit_test(the_hall_has_maps_and_legend),
        cmocka_unit_test(shapes_can_be_read),
        cmocka_unit_test(inner_steps_can_be_gone_to),
        cmocka_unit_test(a_concatenation_is_a_stack),
        cmocka_unit_test(dense_blocks_tell_their_layers),
        cmocka_unit_test(an_unfolded_stage_has_its_bracket),
        cmocka_unit_test(no_line_strikes_a_text),
        cmocka_unit_test(the_bar_explains_its_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
