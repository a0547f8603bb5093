#include "app/app.h"

#include "session/settings.h"
#include "ui/play.h"
#include "ui/screen.h"
#include "ui/window.h"

/* What the locale says, what was kept (for the window), what the command line says: the last wins.
 */
static bool look_of(const Options *o, bool kept, State *look, Error *err) {
    Error unread = {0};
    state_init(look);
    look->language = words_language_of_locale();
    look->comma = words_comma_of_locale();
    if (kept && !settings_load(look, &unread))
        app_warn(unread.text);
    look->big = look->big || o->big;
    return (!o->lang || words_language_from_code(&look->language, o->lang, err)) &&
           (!o->theme || state_set(look, NULL, "theme", o->theme, err));
}

bool app_session_options(App *app, bool kept, SessionOptions *options, State *look, Words **words,
                         Error *err) {
    const Options *o = &app->options;
    *options = (SessionOptions){.image = o->image,
                                .weights = o->weights,
                                .size = (int)o->size,
                                .state = o->state,
                                .look = look,
                                .run = app_run_options(app),
                                .pool = app->pool,
                                .stop = &app->job};
    if (!look_of(o, kept, look, err))
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
    static State look; /* large */
    SessionOptions session;
    Words *words;
    char why[200] = "";
    if (!app_session_options(app, true, &session, &look, &words, err))
        return false;
    session.model = app->options.word_count ? app->options.words[0] : NULL;
    bool ok =
        ui_has_display(why, sizeof why) ? ui_window(&session, err) : tour(app, &session, why, err);
    words_free(words);
    return ok;
}
