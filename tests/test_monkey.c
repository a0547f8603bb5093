/* A monkey at keyboard and mouse, with a seed: random keys, clicks, hovers, drops and commands over
 * networks of five families. Nothing crashes or leaks, and the state is valid after each.
 * MONKEY_ACTIONS=10000 makes it patient, MONKEY_SEED another one. */
#include "support.h"

#include "base/random.h"
#include "base/text.h"
#include "draw/sdl_font.h"
#include "session/action.h"
#include "ui/drop.h"
#include "ui/screen.h"
#include <stdlib.h>
#include <string.h>

typedef struct Monkey {
    Pool *pool;
    Fonts *fonts;
    Words *words;
    UiMemory memory;
    Session session;
    DrawList list;
    double now;
    int width, height, x, y;
    uint64_t seed, draws;
} Monkey;

static const char *const networks[] = {"lenet", "alexnet-mini", "googlenet-mini", "resnet-mini",
                                       "densenet-mini"};

static uint32_t below(Monkey *m, uint32_t count) {
    return random_u32(m->seed, 77, m->draws++) % count;
}

static long from_environment(const char *name, long preset) {
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : preset;
}

static void draw(Monkey *m) {
    const Screen screen = {.session = &m->session,
                           .memory = &m->memory,
                           .metrics = fonts_metrics(m->fonts),
                           .width = m->width,
                           .height = m->height,
                           .mouse_x = m->x,
                           .mouse_y = m->y,
                           .now = m->now};
    screen_build(&screen, &m->list);
    assert_string_equal(m->list.error.text, "");
}

/* --- What it does ----------------------------------------------------------------------------- */

static void press_key(Monkey *m) {
    static const char *const keys[] = {"Right",       "Left",       "Up",        "Down",
                                       "Return",      "Escape",     "Space",     "Backspace",
                                       "Home",        "End",        "PageUp",    "PageDown",
                                       "Shift+Right", "Shift+Down", "Shift+End", "Ctrl+Z",
                                       "Ctrl+Y",      "Ctrl+P",     "F1",        "F5",
                                       "F11",         "Tab",        "Ctrl+3",    "3",
                                       "[",           "]",          "+",         "-",
                                       "<",           ">",          ".",         "b",
                                       "c",           "r",          "s",         "h",
                                       "e",           "u",          "E",         "m",
                                       "o",           "a",          "g",         "l",
                                       "T",           "B",          "z",         "Z",
                                       ":",           "?",          "0",         "i",
                                       "q",           "é",          "x1",        "x",
                                       "X",           "w",          "W",         "d",
                                       "D",           "p",          "n",         "t",
                                       "f",           "F",          "Ctrl+Down", "k",
                                       "Delete",      "Shift+Home", "H",         "G",
                                       "R",           "V",          "Ctrl+E",    "Ctrl+Shift+S",
                                       "Tab"};
    const char *key = keys[below(m, sizeof keys / sizeof *keys)];
    action_press(&m->session, key);
}

static void click(Monkey *m) {
    char line[FILE_PATH_MAX + 100];
    draw(m);
    const DrawRegion *region = draw_region_at(&m->list, m->x, m->y);
    const char *action = region ? draw_region_click(region, m->x, m->y, line, sizeof line) : NULL;
    if (action && !strstr(action, "export"))
        session_post(&m->session, action);
}

static void point(Monkey *m) {
    char line[FILE_PATH_MAX + 100];
    m->x = (int)below(m, (uint32_t)m->width + 20) - 10;
    m->y = (int)below(m, (uint32_t)m->height + 20) - 10;
    draw(m);
    const DrawRegion *region = draw_hover_at(&m->list, m->x, m->y);
    const char *action = region ? draw_region_hover(region, m->x, m->y, line, sizeof line) : NULL;
    session_post(&m->session, action ? action : "hover.none");
}

/* A word for what an action wants: right ones, and wrong ones too. */
static const char *argument_for(Monkey *m, const char *kind, char buffer[200]) {
    const Graph *g = session_graph(&m->session);
    if (!kind || (kind[0] == '[' && below(m, 2)))
        return "";
    if (strstr(kind, "NODE C Y X"))
        return text_format(buffer, 200, "%s %u %u %u", g ? g->nodes[below(m, 9)].name : "x",
                           below(m, 20), below(m, 20), below(m, 20));
    if (strcmp(kind, "NODE") == 0)
        return g ? g->nodes[below(m, (uint32_t)g->node_count)].name : "conv1";
    if (strstr(kind, "BLOCK"))
        return g ? g->blocks[below(m, (uint32_t)g->block_count)].name : "inception_3a";
    if (strcmp(kind, "C Y X") == 0)
        return text_format(buffer, 200, "%u %u %u", below(m, 70), below(m, 30), below(m, 30));
    if (strcmp(kind, "N N") == 0)
        return text_format(buffer, 200, "%d %d", (int)below(m, 99) - 50, (int)below(m, 99) - 50);
    if (strchr(kind, '|')) {
        const char *at = kind + (kind[0] == '[');
        for (uint32_t skip = below(m, 8); skip > 0 && strchr(at, '|'); skip--)
            at = strchr(at, '|') + 1;
        return text_format(buffer, 200, "%.*s", (int)strcspn(at, "|]"), at);
    }
    return text_format(buffer, 200, "%d", (int)below(m, 200) - 20);
}

static void command(Monkey *m) {
    char argument[200], line[300];
    uint32_t count = 0;
    while (actions[count].name)
        count++;
    const Action *a = &actions[below(m, count)];
    static const char *const left_out[] = {"quit",          "export.view",    "export.zone",
                                           "export.layers", "training.epoch", "model.open",
                                           "weights.open",  "families.time",  "families.open"};
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strcmp(a->name, left_out[i]) == 0)
            return;
    text_format(line, sizeof line, "%s %s", a->name, argument_for(m, a->argument, argument));
    session_post(&m->session, line);
}

static void open_something(Monkey *m) {
    static const char *const lines[] = {"image.open assets/images/pizza.png",
                                        "image.open assets/images/edges.png",
                                        "image.open nosuch.png",
                                        "weights.open random:3",
                                        "model.open nosuch",
                                        "weights.open nosuch.safetensors"};
    const uint32_t what = below(m, 9);
    if (what == 0)
        ui_drop(&m->session, test_fixture("../../assets/images"));
    else if (what == 1)
        ui_drop(&m->session, "nosuch.safetensors");
    else
        session_post(&m->session, lines[below(m, sizeof lines / sizeof *lines)]);
}

static void step(Monkey *m) {
    const uint32_t what = below(m, 100);
    if (what < 45)
        press_key(m);
    else if (what < 62)
        command(m);
    else if (what < 80)
        point(m);
    else if (what < 96)
        click(m);
    else if (what < 98)
        open_something(m);
    else {
        m->width = 200 + (int)below(m, 1800);
        m->height = 150 + (int)below(m, 1000);
    }
    m->session.state.quit = false;
    m->now += below(m, 60);
    session_tick(&m->session, m->now);
}

/* --- What must be so -------------------------------------------------------------------------- */

static void assert_valid(const Session *s) {
    const StatePlace *p = &s->state.place;
    if (!s->scene)
        return;
    const SceneExtent e = scene_extent(s->scene, p->node);
    assert_in_range(p->node + 1, 0, session_last_node(s) + 1);
    assert_in_range(p->channel, 0, e.channels - 1);
    assert_in_range(p->page, 0, session_pages(s) - 1);
    assert_in_range(p->unit[0] + 1, 0, e.height);
    assert_in_range(p->unit[1] + 1, 0, e.width);
    assert_in_range(p->depth, 0, DEPTHS - 1);
    assert_in_range(p->step + 1, 0, 1 << 25);
    assert_true(p->term_page >= 0);
    const StateHover *h = &s->state.hover;
    assert_in_range(h->node - GRAPH_FAILED, 0, session_last_node(s) - GRAPH_FAILED);
    if (h->node != GRAPH_FAILED && h->channel >= 0) {
        const SceneExtent at = scene_extent(s->scene, h->node);
        assert_in_range(h->channel, 0, at.channels - 1);
        assert_in_range(h->cell[0] + 1, 0, at.height);
        assert_in_range(h->cell[1] + 1, 0, at.width);
    }
    assert_true(text_is_utf8(s->state.typed, strlen(s->state.typed)));
}

/* What it has to learn yet is left. */
static bool wait(Monkey *m) {
    if (m->session.learning)
        learning_go(m->session.learning, 0);
    return session_wait(&m->session);
}

static void a_monkey(void **state) {
    (void)state;
    Error err = {0};
    static Monkey m;
    const long all = from_environment("MONKEY_ACTIONS", 600);
    m = (Monkey){
        .seed = (uint64_t)from_environment("MONKEY_SEED", 1), .width = 1280, .height = 800};
    m.pool = pool_new(2, &err);
    m.fonts = fonts_new(1, &err);
    m.words = words_load(&err);
    assert_ok(m.pool && m.fonts && m.words && ui_memory_open(&m.memory, &err), err);
    const SessionOptions options = {.run.tier = cpu_best(),
                                    .pool = m.pool,
                                    .words = m.words,
                                    .folder = test_folder(),
                                    .scripted = true};
    assert_ok(session_open(&m.session, &options, &err), err);
    const long each = all / (long)(sizeof networks / sizeof *networks);
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        session_post(&m.session, TEXT("model.open %s", networks[i]));
        assert_true(wait(&m));
        for (long k = 0; k < each; k++) {
            step(&m);
            assert_valid(&m.session);
            if (k % 7 == 0)
                draw(&m);
        }
    }
    assert_true(wait(&m));
    session_close(&m.session);
    draw_free(&m.list);
    ui_memory_close(&m.memory);
    words_free(m.words);
    fonts_free(m.fonts);
    pool_free(m.pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_monkey)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
