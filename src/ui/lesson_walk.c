#include "ui/lesson_walk.h"

#include "base/text.h"
#include "session/action.h"
#include "session/tutor.h"
#include "ui/headless.h"
#include "ui/lesson_page.h"
#include <stdio.h>
#include <string.h>

/* --- From pause to pause ---------------------------------------------------------------------- */

/* The screen rests at a step, before or after its answer. */
typedef bool Visit(void *context, Headless *p, const LessonStep *step, bool answered, Error *err);

static bool at_rest(Headless *p, Error *err) {
    if (!headless_settle(p, err))
        return false;
    if (p->session.banner.code == ERROR_NONE)
        return true;
    *err = p->session.banner;
    return false;
}

static bool visit_step(Headless *p, Visit *visit, void *context, Error *err) {
    const LessonStep *step = tutor_step(&p->session);
    if (!at_rest(p, err) || !visit(context, p, step, false, err))
        return false;
    if (!lesson_asks(step))
        return true;
    return action_perform(&p->session, "lesson.reveal", err) && at_rest(p, err) &&
           visit(context, p, step, true, err);
}

static bool walk(Headless *p, const char *which, Visit *visit, void *context, Error *err) {
    if (!action_perform(&p->session, TEXT("lesson.open %s", which), err))
        return false;
    const int steps = tutor_lesson(&p->session)->step_count;
    for (int i = 0; i < steps; i++) {
        if (!visit_step(p, visit, context, err))
            return error_prefix(err, "%s: step %d", which, i + 1);
        if (i + 1 < steps && !action_perform(&p->session, "lesson.next", err))
            return false;
    }
    return true;
}

/* --- Checking --------------------------------------------------------------------------------- */

static bool has_region(Headless *p, const char *name, const char *what, Error *err) {
    return !name[0] || draw_region_find(&p->list, name) ||
           error_set(err, ERROR_MISSING, TEXT("%s '%s' on the screen", what, name));
}

static bool has_links(Headless *p, const char *text, Error *err) {
    LessonSpan span;
    for (const char *at = text; lesson_span(&at, &span);)
        if (!has_region(p, span.region, "what is linked to,", err))
            return false;
    return true;
}

static bool check_screen(Headless *p, const LessonStep *step, bool answered, Error *err) {
    const WordsLanguage language = p->session.state.language;
    headless_frame(p);
    const bool left = answered && step->then.count > 0; /* for what the answer shows */
    return draw_list_check(&p->list, err) &&
           (left || has_region(p, step->focus, "the focus", err)) &&
           (answered ? has_links(p, step->answer.in[language], err)
                     : has_links(p, step->say.in[language], err) &&
                           has_links(p, step->ask.in[language], err));
}

static bool check_pause(void *context, Headless *p, const LessonStep *step, bool answered,
                        Error *err) {
    static const struct {
        int width, height;
        bool big;
    } ways[] = {{SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN, false},
                {SCREEN_WIDTH, SCREEN_HEIGHT, false},
                {1920, 1080, true}};
    State *state = &p->session.state;
    (void)context;
    for (int language = 0; language < WORDS_LANGUAGES; language++)
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            state->language = (WordsLanguage)language;
            state->big = ways[i].big;
            p->width = ways[i].width;
            p->height = ways[i].height;
            /* Twice: what the first starts has arrived in the second. */
            for (int k = 0; k < 30 && headless_frame(p); k++)
                p->now += FRAME_MS;
            if (!check_screen(p, step, answered, err))
                return error_prefix(
                    err, "%s, %d x %d%s%s", words_language_code((WordsLanguage)language), p->width,
                    p->height, state->big ? ", big" : "", answered ? ", answered" : "");
        }
    return true;
}

bool lesson_check(const PlayOptions *options, const char *which, Error *err) {
    Headless *p = headless_begin(options);
    bool ok = headless_open(p, err) && walk(p, which, check_pause, NULL, err);
    headless_end(p, NULL);
    return ok;
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* The numbered picture bears its caption; the page has the words below a picture without. */
static bool write_pause(void *context, Headless *p, const LessonStep *step, bool answered,
                        Error *err) {
    LessonPage *page = context;
    char path[FILE_PATH_MAX], bare[FILE_PATH_MAX];
    p->pictures++;
    const char *folder = p->options->folder;
    if (!file_join(path, sizeof path, folder, TEXT("%02d.png", p->pictures), err) ||
        !file_join(bare, sizeof bare, folder, TEXT("%02d.bare.png", p->pictures), err) ||
        !headless_save(p, path, false, err))
        return false;
    p->memory.hide_lesson = true;
    bool ok = headless_settle(p, err) && headless_save(p, bare, false, err);
    p->memory.hide_lesson = false;
    ok = ok && lesson_page_add(page, step, answered, bare, err);
    remove(bare);
    return ok;
}

bool lesson_write(const PlayOptions *options, const char *which, int *pictures, Error *err) {
    LessonPage page = {.open = false};
    Lesson *lesson = lesson_load(which, err);
    Headless *p = headless_begin(options);
    bool ok = lesson && headless_open(p, err) &&
              lesson_page_begin(&page, options->folder, lesson, p->session.words,
                                p->session.state.language, err) &&
              walk(p, which, write_pause, &page, err);
    ok = lesson_page_end(&page, ok, err);
    headless_end(p, pictures);
    lesson_free(lesson);
    return ok;
}
