#include "app/app.h"

#include "base/text.h"
#include "session/lesson.h"
#include "ui/lesson_walk.h"
#include "ui/screen.h"
#include <string.h>

static WordsLanguage language_of(const App *app) {
    WordsLanguage language = words_language_of_locale();
    Error err = {0};
    if (app->options.lang)
        words_language_from_code(&language, app->options.lang, &err);
    return language;
}

/* --- list, show ------------------------------------------------------------------------------- */

static bool list(App *app, Error *err) {
    const WordsLanguage language = language_of(app);
    char **ids;
    size_t count;
    if (!lesson_ids(&app->arena, &ids, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        Lesson *l = lesson_load(ids[i], err);
        if (!l)
            return false;
        fprintf(app->out, "%-14s %3d min  %3d steps  %s\n", ids[i], l->minutes, l->step_count,
                l->title.in[language]);
        lesson_free(l);
    }
    return true;
}

static void print_text(App *app, const char *before, const char *text) {
    char plain[4000];
    if (text[0])
        fprintf(app->out, "%s%s\n", before, lesson_plain(plain, sizeof plain, text));
}

static void show_question(App *app, const LessonStep *s, WordsLanguage language) {
    print_text(app, "    ? ", s->ask.in[language]);
    for (int i = 0; i < s->choice_count; i++)
        fprintf(app->out, "      %c %d. %s\n", s->choices[i].right ? '*' : ' ', i + 1,
                s->choices[i].text.in[language]);
    print_text(app, "    = ", s->answer.in[language]);
}

/* The lecturer's page: what is said and asked, the answers, and what is for the lecturer alone. */
static bool show(App *app, const char *which, Error *err) {
    const WordsLanguage language = language_of(app);
    Lesson *l = lesson_load(which, err);
    if (!l)
        return false;
    fprintf(app->out, "%s (%d min)\n%s\n", l->title.in[language], l->minutes,
            l->about.in[language]);
    for (int i = 0; i < l->step_count; i++) {
        const LessonStep *s = &l->steps[i];
        if (s->title.in[language][0])
            fprintf(app->out, "\n== %s\n", s->title.in[language]);
        fprintf(app->out, "\n%3d ", i + 1);
        print_text(app, "", s->say.in[language]);
        if (lesson_asks(s))
            show_question(app, s, language);
        print_text(app, "    -- ", s->notes.in[language]);
    }
    lesson_free(l);
    return true;
}

/* --- check, play ------------------------------------------------------------------------------ */

static bool headless_options(App *app, PlayOptions *play, State *look, Words **words, Error *err) {
    const Options *o = &app->options;
    *play = (PlayOptions){.folder = o->out ? o->out : ".",
                          .width = SCREEN_WIDTH,
                          .height = SCREEN_HEIGHT,
                          .scale = (double)o->scale};
    if (!app_screen_size(o->screen, "--size", &play->width, &play->height, err) ||
        !app_session_options(app, false, &play->session, look, words, err))
        return false;
    look->comma = false;
    return true;
}

static bool check_one(App *app, const char *which, const PlayOptions *play, Error *err) {
    if (!lesson_check(play, which, err))
        return false;
    if (!app->options.quiet)
        fprintf(app->out, "ok  %s\n", which);
    fflush(app->out);
    return true;
}

static bool check(App *app, const char *which, const PlayOptions *play, Error *err) {
    char **ids;
    size_t count;
    if (which)
        return check_one(app, which, play, err);
    if (!lesson_ids(&app->arena, &ids, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!check_one(app, ids[i], play, err))
            return false;
    return true;
}

static bool write_pages(App *app, const char *which, const PlayOptions *play, Error *err) {
    int pictures;
    if (!app->options.out)
        return app_usage(app, err, "--out DIR is needed");
    if (!lesson_write(play, which, &pictures, err))
        return false;
    if (!app->options.quiet)
        fprintf(app->out, "%d pictures and a page in %s\n", pictures, play->folder);
    return true;
}

bool verb_lesson(App *app, Error *err) {
    const char *what = app->options.words[0];
    const char *which = app->options.word_count > 1 ? app->options.words[1] : NULL;
    PlayOptions play;
    static State look; /* large */
    Words *words = NULL;
    if (strcmp(what, "list") == 0)
        return list(app, err);
    if (strcmp(what, "check") != 0 && !which)
        return app_usage(app, err, "which lesson? 'convoscope lesson list' names them");
    if (strcmp(what, "show") == 0)
        return show(app, which, err);
    const bool checks = strcmp(what, "check") == 0;
    if (!checks && strcmp(what, "play") != 0)
        return app_usage(app, err, "expected list, show, check or play, got '%.60s'", what);
    bool ok = headless_options(app, &play, &look, &words, err) &&
              (checks ? check(app, which, &play, err) : write_pages(app, which, &play, err));
    words_free(words);
    return ok;
}
