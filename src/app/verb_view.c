#include "app/app.h"

#include "ui/play.h"
#include "ui/screen.h"
#include "ui/window.h"

static bool theme_of(const char *name, StateTheme *theme, Error *err) {
    State state;
    state_init(&state);
    if (name && !state_set(&state, NULL, "theme", name, err))
        return false;
    *theme = state.theme;
    return true;
}

bool app_session_options(App *app, SessionOptions *options, Words **words, Error *err) {
    const Options *o = &app->options;
    *options = (SessionOptions){.image = o->image,
                                .weights = o->weights,
                                .size = (int)o->size,
                                .state = o->state,
                                .language = words_language_of_locale(),
                                .comma = words_comma_of_locale(),
                                .big = o->big,
                                .run = app_run_options(app),
                                .pool = app->pool,
                                .stop = &app->job};
    if ((o->lang && !words_language_from_code(&options->language, o->lang, err)) ||
        !theme_of(o->theme, &options->theme, err))
        return false;
    *words = words_load(err);
    options->words = *words;
    return *words != NULL;
}

/* Where there is no display: the same walk, as pictures. */
static bool tour(App *app, const SessionOptions *session, const char *why, Error *err) {
    static const char folder[] = "build/tour";
    const PlayOptions play = {.session = *session,
                              .folder = folder,
                              .width = SCREEN_WIDTH,
                              .height = SCREEN_HEIGHT,
                              .scale = 1,
                              .live = true};
    int pictures;
    if (!ui_tour(&play, &pictures, err))
        return false;
    fprintf(app->out, "No window: %s. The walk through the layers is in %s: %d pictures.\n", why,
            folder, pictures);
    return true;
}

bool verb_view(App *app, Error *err) {
    SessionOptions session;
    Words *words;
    char why[200] = "";
    if (!app_session_options(app, &session, &words, err))
        return false;
    session.model = app->options.word_count ? app->options.words[0] : NULL;
    bool ok =
        ui_has_display(why, sizeof why) ? ui_window(&session, err) : tour(app, &session, why, err);
    words_free(words);
    return ok;
}
