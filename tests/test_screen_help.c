/* The help: every key of the table of actions is in it, at every size, in the user's language. */
#include "screen_support.h"

#include "base/text.h"

enum { PAGES_MOST = 40 };

/* Whether one of the row's texts is just this. */
static bool has_cap(const Fixture *f, Rect row, const char *name) {
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        if (item->kind == ITEM_TEXT && item->layer > 0 && rect_inside(item->box, row) &&
            strcmp(item->text, name) == 0)
            return true;
    }
    return false;
}

/* Of nine digits the first and the last stand for all. */
static bool stands_for_itself(const char *key) {
    const char last = key[strlen(key) - 1];
    return last < '2' || last > '8' || key[0] == 'F';
}

/* How many keys of an action are on the page that is drawn; -1: the action is not. */
static int keys_shown(const Fixture *f, const View *v, const Action *action, int *all) {
    char keys[ACTION_KEYS_SIZE];
    int shown = 0;
    *all = 0;
    action_every_key(action, keys);
    const DrawRegion *row = draw_region_find(&f->list, TEXT("help.row.%s", action->name));
    for (char *key = strtok(keys, " "); key; key = strtok(NULL, " ")) {
        if (!stands_for_itself(key))
            continue;
        ++*all;
        shown += row && has_cap(f, row->box, ui_key_name(v, key));
    }
    return row ? shown : -1;
}

/* What lies below may be too small for type as large as this; the help is not. */
static void check_overlay(const Fixture *f) {
    const Rect box = draw_region_find(&f->list, "help")->box;
    const Rect all = {0, 0, f->list.width, f->list.height};
    for (size_t i = 0; i < f->list.item_count; i++) {
        const DrawItem *item = &f->list.items[i];
        if (item->kind == ITEM_TEXT && item->layer > 0 &&
            (strcmp(item->text, item->whole) != 0 || !rect_inside(item->box, all) ||
             !rect_inside(item->box, box)))
            fail_msg("%d x %d: \"%s\" is cut: \"%s\"", f->list.width, f->list.height, item->whole,
                     item->text);
    }
    for (size_t i = 0; i < f->list.missing_count; i++)
        if (f->list.missing[i].layer > 0)
            fail_msg("no room for \"%s\"", f->list.missing[i].whole);
}

/* Goes through the pages by key; each action is on one of them, with all its keys and its words. */
static void check_help(Fixture *f, int width, int height) {
    bool seen[400] = {false};
    Session *s = &f->session;
    s->state.choice = 0;
    build(f, width, height);
    const int pages = s->help_pages;
    assert_in_range(pages, 1, PAGES_MOST);
    for (int page = 0; page < pages; page++) {
        build(f, width, height);
        check_overlay(f);
        const View v = {.list = &f->list, .words = f->words, .language = s->state.language};
        for (int i = 0; actions[i].name; i++) {
            int all;
            assert_true(i < (int)(sizeof seen / sizeof *seen));
            const int shown = keys_shown(f, &v, &actions[i], &all);
            if (shown >= 0 && shown != all)
                fail_msg("%d x %d: %s has %d of its %d keys", width, height, actions[i].name, shown,
                         all);
            seen[i] = seen[i] || shown >= 0;
        }
        assert_true(action_press(s, "PageDown"));
    }
    assert_int_equal(s->state.choice, pages - 1); /* there is none after the last */
    for (int i = 0; actions[i].name; i++) {
        char keys[ACTION_KEYS_SIZE];
        if (action_every_key(&actions[i], keys)[0] && strcmp(actions[i].name, "nothing") != 0 &&
            !seen[i])
            fail_msg("%d x %d: %s is not in the help", width, height, actions[i].name);
    }
}

static void every_key_is_in_the_help(void **state) {
    (void)state;
    static const int all[][2] = {{1024, 640}, {1280, 720}, {1280, 800}, {1920, 1080}, {3840, 2160}};
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "help");
    for (int language = 0; language < WORDS_LANGUAGES; language++)
        for (int look = 0; look < 3; look++) {
            s->state.language = (WordsLanguage)language;
            s->state.big = look == 1;
            s->state.text = look == 2 ? STATE_TEXT_MAX : 100;
            for (size_t i = 0; i < sizeof all / sizeof *all; i++)
                check_help(&f, all[i][0], all[i][1]);
        }
    close_session(&f);
}

static void the_help_has_pages(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "big yes");
    post(&f, "layer.select conv1");
    post(&f, "help");
    build(&f, SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN);
    assert_true(s->help_pages > 1);
    assert_says(&f, TEXT("page 1 of %d", s->help_pages));
    const DrawRegion *next = draw_region_find(&f.list, "help.next");
    assert_non_null(next);
    assert_ptr_equal(draw_region_at(&f.list, next->box.x + 2, next->box.y + 2), next);
    assert_string_equal(next->action, "choice.next"); /* and the wheel means the same */
    assert_true(action_press(s, "Down"));
    build(&f, SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN);
    assert_says(&f, "page 2 of");
    assert_true(action_press(s, "Up"));
    assert_int_equal(s->state.choice, 0);
    assert_int_equal(s->state.place.node, 0); /* no layer was walked meanwhile */
    assert_true(action_press(s, "Escape"));
    assert_int_equal(s->state.overlay, OVERLAY_NONE);
    close_session(&f);
}

static void keys_have_the_names_of_the_keyboard(void **state) {
    (void)state;
    static const char *const names[][3] = {{"Shift+PageDown", "Shift+PgDn", "Mayús+Av\u00a0Pág"},
                                           {"Return", "Enter", "Intro"},
                                           {"Space", "Space", "Espacio"},
                                           {"Ctrl++", "Ctrl++", "Ctrl++"},
                                           {"Ctrl+Shift+Z", "Ctrl+Shift+Z", "Ctrl+Mayús+Z"},
                                           {"Delete", "Del", "Supr"},
                                           {"Home", "Home", "Inicio"},
                                           {"+", "+", "+"},
                                           {"F11", "F11", "F11"}};
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "layer.select conv1");
    post(&f, "depth unit");
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        s->state.language = (WordsLanguage)language;
        build(&f, 1920, 1080);
        const View v = {.list = &f.list, .words = f.words, .language = s->state.language};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            assert_string_equal(ui_key_name(&v, names[i][0]), names[i][1 + language]);
        /* Buttons and hints have them. */
        assert_says(&f, language == WORDS_ES ? "Mayús+Inicio" : "Shift+Home");
        assert_true((draw_text_find(&f.list, "Shift") != NULL) == (language == WORDS_EN));
    }
    post(&f, "palette");
    post(&f, "type página"); /* and so has the palette */
    post(&f, "choice.next");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    post(&f, "back");
    post(&f, "palette");
    post(&f, "type page.next");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_says(&f, "Mayús+Av Pág");
    close_session(&f);
}

static void autoplay_tells_its_speed(void **state) {
    (void)state;
    Fixture f;
    Session *s = open_session(&f, "lenet");
    assert_true(session_wait(s));
    post(&f, "layer.select conv1");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_null(draw_text_find(&f.list, "a second"));
    post(&f, "playing");
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_says(&f, "4 a second");
    assert_true(action_press(s, "f"));
    build(&f, SCREEN_WIDTH, SCREEN_HEIGHT);
    assert_says(&f, "8 a second");
    for (int i = 0; i < 6; i++)
        assert_true(action_press(s, "F"));
    assert_int_equal(s->state.speed, 1);
    for (int i = 0; i < 12; i++)
        assert_true(action_press(s, "f"));
    assert_int_equal(s->state.speed, 64);
    post(&f, "playing no");
    check(&f);
    close_session(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_in_the_help),
        cmocka_unit_test(the_help_has_pages),
        cmocka_unit_test(keys_have_the_names_of_the_keyboard),
        cmocka_unit_test(autoplay_tells_its_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
