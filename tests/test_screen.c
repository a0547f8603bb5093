/* The screen: every zone of every family of networks, in both languages, at several sizes: what is
 * said where, whether it can be read, and what clicks mean. */
#include "screen_support.h"

#include "base/clock.h"
#include "ui/play.h"
#include "ui/window.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/* --- Families --------------------------------------------------------------------------------- */

/* The node in all three depths, with everything that can be turned on. */
static void check_node(Fixture *f, const char *node) {
    post(f, TEXT("layer.select %s", node));
    for (int depth = 0; depth < DEPTHS; depth++) {
        static const char *const depths[] = {"depth network", "depth layer", "deeper"};
        post(f, depths[depth]);
        check(f);
    }
    assert_region(f, "view.unit");
    assert_region(f, "panel.input");
    assert_region(f, "view.layer");
    assert_region(f, "view.network");
    post(f, "depth network");
}

static void lenet_at_every_step(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    check(&f); /* nothing is open yet */
    assert_says(&f, "opening lenet");
    assert_true(session_wait(s));
    check(&f);
    assert_says(&f, "LeNet, 1998");
    assert_says(&f, "digit_7.png");
    assert_says(&f, "trained: lenet.safetensors");
    assert_says(&f, "feature extraction");
    assert_says(&f, "classification");
    for (int node = 0; node <= session_last_node(s); node++) {
        check_node(&f, session_graph(s)->nodes[node].name);
        assert_says(&f, TEXT("step %d of 11", node + 1));
        post(&f, "layer.first");
    }
    post(&f, "depth network");
    post(&f, "layer.select conv1");
    check(&f);
    assert_says(&f, "Classes");
    assert_says(&f, "%");
    assert_says(&f, "convolution 5x5, 20:  28 × 28 × 1 → 24 × 24 × 20");
    assert_says(&f, "20 maps");
    assert_region(&f, "grid.channel.19");
    assert_region(&f, "bar.class.7");
    close_session(&f);
}

/* One of each: layers, blocks opened and folded, everything else that is drawn. */
static const struct Family {
    const char *model, *nodes[6], *block;
} families[] = {
    {"alexnet-mini", {"conv1", "norm1", "pool1", "fc8", NULL}, NULL},
    {"vgg-mini", {"conv1_1", "softmax", NULL}, NULL},
    {"googlenet-mini", {"conv1", "inception_3a", NULL}, "inception_3a"},
    {"resnet-mini", {"layer1.0", "layer2.0.add", "layer2.0.downsample.0", NULL}, "layer2.0"},
    {"densenet-mini",
     {"features.denseblock1", "features.denseblock1.denselayer2.norm1", NULL},
     "features.denseblock1"},
    {"lenet5", {"pool1", "softmax", NULL}, NULL},
};

static void every_family(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const struct Family *family = &families[i];
        Fixture f;
        Session *s = open_session(&f, family->model);
        assert_true(session_wait(s));
        assert_string_equal(s->banner.text, "");
        for (int n = 0; family->nodes[n]; n++)
            if (graph_find(session_graph(s), family->nodes[n], NULL) != GRAPH_FAILED)
                check_node(&f, family->nodes[n]);
        if (family->block) {
            post(&f, TEXT("block.open %s", family->block));
            check(&f);
            assert_region(&f, TEXT("block.%s", family->block));
            post(&f, "blocks.close");
        }
        post(&f, "heat macs");
        check(&f);
        close_session(&f);
    }
}

/* Looks, overlays, large type. */
static void looks(void **state) {
    (void)state;
    static const char *const lines[] = {"theme light", "theme contrast", "big yes",    "big no",
                                        "text.larger", "text.larger",    "text.larger"};
    Fixture f;
    Session *s = open_session(&f, "alexnet-mini");
    assert_true(session_wait(s));
    post(&f, "layer.select conv2");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        post(&f, lines[i]);
        for (int depth = 0; depth < DEPTHS; depth++) {
            static const char *const depths[] = {"depth network", "depth layer", "deeper"};
            post(&f, depths[depth]);
            check(&f);
        }
    }
    post(&f, "text.normal");
    static const char *const overlays[] = {"help", "palette", "model.pick", "image.pick"};
    for (size_t i = 0; i < sizeof overlays / sizeof *overlays; i++) {
        post(&f, overlays[i]);
        check(&f);
        post(&f, "back");
    }
    post(&f, "palette");
    post(&f, "type layer.select conv");
    check(&f);
    assert_says(&f, "conv5");
    post(&f, "choice.next");
    post(&f, "choice.take");
    assert_int_equal(s->state.overlay, OVERLAY_NONE);
    post(&f, "blank");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_int_equal(f.list.item_count, 1); /* black, and nothing else */
    close_session(&f);
}

/* --- What is wrong, what is underway ---------------------------------------------------------- */

static void the_banner_tells_and_keeps(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    post(&f, "layer.next");
    char line[1200] = "image.open /nonexistent/";
    for (size_t used = strlen(line); used < sizeof line - 8; used = strlen(line))
        text_format(line + used, sizeof line - used, used % 3 ? "long%s" : "words %s", "");
    post(&f, line);
    check(&f);
    assert_region(&f, "banner.error");
    assert_says(&f, "cannot open");
    assert_says(&f, "20 maps"); /* still there */
    post(&f, "back");
    check(&f);
    assert_null(draw_region_find(&f.list, "banner.error"));
    assert_false(s->state.paused);
    close_session(&f);
}

static void progress_and_pause_are_shown(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "googlenet");
    assert_true(session_wait(s));
    assert_true(session_post(s, "layer.last"));
    session_tick(s, 0);
    while (job_progress(s->jobs).kind != JOB_COMPUTING && !scene_values(s->scene, 142))
        clock_sleep_ms(1);
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    if (!scene_values(s->scene, s->state.place.node))
        assert_says(&f, "computing ");
    assert_true(session_post(s, "cancel"));
    while (!job_wait(s->jobs, 100))
        ;
    check(&f);
    assert_says(&f, "random weights, seed 1");
    close_session(&f);
}

/* A window manager may make it smaller than it should be: no beauty, but no crash. */
static void any_size_is_survived(void **state) {
    (void)state;
    static const int odd[][2] = {{1, 1}, {40, 30}, {90, 700}, {300, 200}, {3000, 60}, {500, 2000}};
    static const char *const lines[] = {
        "layer.first", "layer.select conv2", "deeper", "deeper", "layer.select fc1",
        "help",        "layer.last",         "palette"};
    Fixture f;
    Session *s = open_session(&f, "lenet");
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        post(&f, lines[k]);
        s->banner = (Error){0};
        if (k % 2)
            error_set(&s->banner, ERROR_BAD, "something or other went wrong");
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
            build(&f, odd[i][0], odd[i][1]);
    }
    close_session(&f);
}

/* --- The mouse -------------------------------------------------------------------------------- */

/* What a click on any place means can be done. */
static void clicks_can_be_done(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "layer.last");
    static const char *const places[] = {
        "layer.select conv1", "deeper", "deeper", "palette", "back", "layer.last"};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        post(&f, places[k]);
        build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
        const State before = s->state;
        for (size_t i = 0; i < f.list.region_count; i++) {
            char line[300];
            const DrawRegion *r = &f.list.regions[i];
            const char *click = draw_region_click(r, r->box.x, r->box.y, line, sizeof line);
            const Action *action = NULL;
            if (click) {
                char name[64];
                text_format(name, sizeof name, "%.*s", (int)strcspn(click, " "), click);
                action = action_find(name);
                assert_non_null(action);
                if (!action_refusal(s, action) && strncmp(name, "choice", 6) != 0 &&
                    strcmp(name, "export.view") != 0)
                    post(&f, click);
            }
            const char *hover = draw_region_hover(r, r->box.x, r->box.y, line, sizeof line);
            if (hover && s->state.overlay == OVERLAY_NONE)
                post(&f, hover);
            s->state = before;
        }
    }
    close_session(&f);
}

/* The cell under the mouse is the one that the map shows there, and its field is drawn. */
static void cells_are_hovered_and_chosen(void **state) {
    (void)state;
    Fixture f;
    char line[200];
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "layer.select conv1");
    post(&f, "depth layer");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    const DrawRegion *map = draw_region_find(&f.list, "map.conv1.7");
    assert_non_null(map);
    for (int cell = 0; cell < 24; cell += 5) {
        const int x = map->box.x + (2 * cell + 1) * map->box.w / 48;
        const int y = map->box.y + (2 * (23 - cell) + 1) * map->box.h / 48;
        const DrawRegion *at = draw_hover_at(&f.list, x, y);
        const char *hover = draw_region_hover(at, x, y, line, sizeof line);
        assert_string_equal(hover, TEXT("hover.cell conv1 7 %d %d", 23 - cell, cell));
        at = draw_region_at(&f.list, x, y);
        assert_string_equal(draw_region_click(at, x, y, line, sizeof line),
                            TEXT("unit.select 7 %d %d", 23 - cell, cell));
    }
    post(&f, "hover.cell conv1 7 3 4");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_says(&f, "receptive field 5 × 5");
    post(&f, "unit.select 7 3 4");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_says(&f, "Channel 7, row 3, column 4");
    close_session(&f);
}

/* In the unit view a cell of the patch is the input map's, and that map's cells are the patch's. */
static void patch_and_input_light_each_other(void **state) {
    (void)state;
    Fixture f;
    char line[200];
    Session *s = open_session(&f, "lenet");
    post(&f, "layer.select conv2");
    post(&f, "unit.select 3 4 5");
    post(&f, "depth unit");
    assert_true(session_wait(s));
    build(&f, 1600, 1000);
    const DrawRegion *patch = draw_region_find(&f.list, "unit.patch");
    assert_region(&f, "unit.slide");
    assert_non_null(patch);
    const int x = patch->box.x + patch->box.w - 1, y = patch->box.y + patch->box.h - 1;
    const char *hover = draw_region_hover(patch, x, y, line, sizeof line);
    assert_non_null(strstr(hover, " 8 9")); /* 4 + 4, 5 + 4 */
    const size_t before = f.list.item_count;
    post(&f, hover);
    build(&f, 1600, 1000);
    assert_int_equal(s->state.hover.cell[0], 8);
    assert_true(f.list.item_count >= before + 6); /* patch, kernel, products, both maps */
    close_session(&f);
}

/* Of a window that hangs over the edge, the cells outside are none of the map's. */
static void padding_is_not_hovered(void **state) {
    (void)state;
    Fixture f;
    char line[200];
    Session *s = open_session(&f, "alexnet-mini");
    post(&f, "layer.select conv1");
    post(&f, "unit.select 0 0 0");
    post(&f, "depth unit");
    assert_true(session_wait(s));
    build(&f, 1600, 1000);
    const DrawRegion *patch = draw_region_find(&f.list, "unit.patch");
    assert_non_null(patch);
    assert_null(draw_region_hover(patch, patch->box.x, patch->box.y, line, sizeof line));
    const int x = patch->box.x + patch->box.w - 1, y = patch->box.y + patch->box.h - 1;
    assert_non_null(strstr(draw_region_hover(patch, x, y, line, sizeof line), " 3 3"));
    close_session(&f);
}

/* What lies under the mouse stays there when the network grows or shrinks about it. */
static void zoom_keeps_what_is_under_the_mouse(void **state) {
    (void)state;
    Fixture f;
    int pan[2];
    open_session(&f, "googlenet");
    assert_true(session_wait(&f.session));
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    const char *const turns[] = {"network.in", "network.in", "network.out", "network.in"};
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        const DrawRegion *r = draw_region_find(&f.list, "node.pool2");
        assert_non_null(r);
        const int x = r->box.x + r->box.w / 2, y = r->box.y + r->box.h / 2;
        const StatePlace *p = &f.session.state.place;
        post(&f, turns[i]);
        ui_pan_under(&f.memory, x, y, p->zoom, pan);
        post(&f, TEXT("network.pan %d %d", pan[0] - p->pan[0], pan[1] - p->pan[1]));
        build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
        r = draw_region_find(&f.list, "node.pool2");
        assert_non_null(r);
        assert_in_range(r->box.x + r->box.w / 2 - x + 3, 0, 6);
        assert_in_range(r->box.y + r->box.h / 2 - y + 3, 0, 6);
    }
    close_session(&f);
}

/* --- Values ----------------------------------------------------------------------------------- */

/* The number that the unit view ends with is the engine's. */
static void the_shown_sum_is_the_engines(void **state) {
    (void)state;
    Fixture f;
    char text[48], shown[64];
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "depth unit");
    for (int node = 0; node <= session_last_node(s); node++) {
        post(&f, TEXT("layer.select %s", session_graph(s)->nodes[node].name));
        post(&f, "unit.max");
        build(&f, 1600, 1000);
        const StatePlace *p = &s->state.place;
        const SceneExtent e = scene_extent(s->scene, node);
        const float value = scene_values(s->scene, node)
                                ->data[(p->channel * e.height + p->unit[0]) * e.width + p->unit[1]];
        number_text(text, (NumberStyle){.digits = 9}, (double)value);
        assert_says(&f, as_shown(text, shown));
        number_text(text, (NumberStyle){.digits = 3}, (double)value);
        assert_says(&f, TEXT("= %s", as_shown(text, shown)));
    }
    close_session(&f);
}

static void maps_are_resampled_by_area(void **state) {
    (void)state;
    enum { W = 7, H = 5 };
    float x[W * H], out[64 * 64];
    test_fill(x, W * H, 3);
    ui_resample(x, W, H, W, H, out);
    assert_memory_equal(out, x, sizeof x); /* as it is */
    static const int other[][2] = {{3, 2}, {10, 3}, {1, 1}, {13, 11}};
    double mean = 0;
    for (int i = 0; i < W * H; i++)
        mean += (double)x[i] / (W * H);
    for (size_t k = 0; k < 4; k++) { /* nothing is lost: the mean stays */
        int count = other[k][0] * other[k][1];
        double got = 0;
        ui_resample(x, W, H, other[k][0], other[k][1], out);
        for (int i = 0; i < count; i++)
            got += (double)out[i] / count;
        assert_float_equal(got, mean, 1e-6);
    }
    x[0] = NAN;
    ui_resample(x, W, H, 3, 2, out);
    assert_true(isnan(out[0]) && !isnan(out[1]) && !isnan(out[3]));
}

/* --- Colours ---------------------------------------------------------------------------------- */

static void texts_have_contrast(void **state) {
    (void)state;
    for (int i = 0; i < THEMES; i++) {
        const Theme *t = &themes[i];
        const Color texts[] = {t->text, t->dim, t->accent};
        const Color grounds[] = {t->ground, t->panel, t->half[0], t->half[1]};
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 4; b++)
                if (theme_contrast(texts[a], grounds[b]) < 4.5)
                    fail_msg("theme %d: text %d on ground %d: %.2f", i, a, b,
                             theme_contrast(texts[a], grounds[b]));
        assert_true(theme_contrast(t->text, t->raised) >= 4.5);
        assert_true(theme_contrast(t->dim, t->raised) >= 4.5);
        assert_true(theme_contrast(t->on_accent, t->accent) >= 4.5);
        assert_true(theme_contrast(t->on_wrong, t->wrong) >= 4.5);
        for (int family = 0; family <= LAYER_OTHER; family++)
            assert_true(theme_contrast(theme_family_text((StateTheme)i, (LayerFamily)family),
                                       t->panel) >= 4.5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lenet_at_every_step),
        cmocka_unit_test(every_family),
        cmocka_unit_test(looks),
        cmocka_unit_test(the_banner_tells_and_keeps),
        cmocka_unit_test(progress_and_pause_are_shown),
        cmocka_unit_test(any_size_is_survived),
        cmocka_unit_test(clicks_can_be_done),
        cmocka_unit_test(cells_are_hovered_and_chosen),
        cmocka_unit_test(patch_and_input_light_each_other),
        cmocka_unit_test(padding_is_not_hovered),
        cmocka_unit_test(zoom_keeps_what_is_under_the_mouse),
        cmocka_unit_test(the_shown_sum_is_the_engines),
        cmocka_unit_test(maps_are_resampled_by_area),
        cmocka_unit_test(texts_have_contrast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
