/* What the tests of the screen share: a session with a screen, built at any size. */
#ifndef TESTS_SCREEN_SUPPORT_H
#define TESTS_SCREEN_SUPPORT_H

#include "support.h"

#include "draw/sdl_font.h"
#include "session/action.h"
#include "ui/screen.h"
#include <string.h>

static const int sizes[][2] = {
    {SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN}, {SCREEN_WIDTH, SCREEN_HEIGHT}, {3840, 2160}};
enum { SIZES = sizeof sizes / sizeof *sizes };

typedef struct Fixture {
    Pool *pool;
    Fonts *fonts;
    Words *words;
    UiMemory memory;
    SessionOptions options;
    Session session;
    DrawList list;
    double now;
} Fixture;

static inline Session *open_session(Fixture *f, const char *model) {
    Error err = {0};
    *f = (Fixture){.now = 0};
    f->pool = pool_new(2, &err);
    f->fonts = fonts_new(1, &err);
    f->words = words_load(&err);
    assert_ok(f->pool && f->fonts && f->words && ui_memory_open(&f->memory, &err), err);
    f->options = (SessionOptions){.model = model,
                                  .run.tier = cpu_best(),
                                  .pool = f->pool,
                                  .words = f->words,
                                  .folder = test_folder(),
                                  .scripted = true};
    assert_ok(session_open(&f->session, &f->options, &err), err);
    return &f->session;
}

static inline void close_session(Fixture *f) {
    session_close(&f->session);
    draw_free(&f->list);
    ui_memory_close(&f->memory);
    words_free(f->words);
    fonts_free(f->fonts);
    pool_free(f->pool);
}

static inline bool build(Fixture *f, int width, int height) {
    f->now += 1000; /* animations are at their end */
    const Screen screen = {.session = &f->session,
                           .memory = &f->memory,
                           .metrics = fonts_metrics(f->fonts),
                           .width = width,
                           .height = height,
                           .mouse_x = -1,
                           .mouse_y = -1,
                           .now = f->now};
    screen_build(&screen, &f->list);
    f->now += 1000;
    Screen later = screen;
    later.now = f->now;
    return screen_build(&later, &f->list);
}

/* Waits before, as the network may still be opening, and after. */
static inline void post(Fixture *f, const char *line) {
    assert_true(session_wait(&f->session));
    if (!session_post(&f->session, line))
        fail_msg("%s: %s", line, f->session.banner.text);
    assert_true(session_wait(&f->session));
}

/* Nothing that is said is cut or on something else, no word is missing from the catalogue, at any
 * size, in either language. */
static inline void check(Fixture *f) {
    Error err = {0};
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        f->session.state.language = (WordsLanguage)language;
        for (int i = 0; i < SIZES; i++) {
            assert_false(build(f, sizes[i][0], sizes[i][1]));
            assert_string_equal(f->list.error.text, "");
            if (!draw_list_check(&f->list, &err))
                fail_msg("%s: %d x %d: %s", words_language_code((WordsLanguage)language),
                         sizes[i][0], sizes[i][1], err.text);
            const DrawItem *lost = draw_text_find(&f->list, "‹");
            if (lost && lost->text[strlen("‹")])
                fail_msg("no such words: %s", lost->text);
        }
    }
    f->session.state.language = WORDS_EN;
    build(f, SCREEN_WIDTH, SCREEN_HEIGHT);
}

static inline void assert_says(const Fixture *f, const char *words) {
    if (!draw_text_find(&f->list, words))
        fail_msg("the screen does not say \"%s\"", words);
}

/* With the sign that the screen has. */
static inline const char *as_shown(const char *number, char shown[64]) {
    return number[0] == '-' ? text_format(shown, 64, "−%s", number + 1) : number;
}

static inline void assert_region(const Fixture *f, const char *name) {
    if (!draw_region_find(&f->list, name))
        fail_msg("there is no region %s", name);
}

#endif
