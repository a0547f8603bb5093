#include "app/app.h"

#include "base/text.h"
#include "session/settings.h"
#include "ui/play.h"
#include "ui/screen.h"
#include "ui/window.h"
#include <string.h>

/* What the locale says, what was kept (for the window), what the command line says: the last wins.
 */
static bool look_of(const Options *o, bool kept, State *look, Error *err) {
    Error unread = {0};
    state_init(look);
    look->language = words_language_of_locale();
    look->comma = words_comma_of_locale();
    look->tips = kept ? 0 : STATE_TIPS; /* of the window, until they were read */
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

/* "1920x1080". */
bool app_screen_size(const char *text, const char *option, int *width, int *height, Error *err) {
    char first[16];
    long w, h;
    const char *by = text ? strchr(text, 'x') : NULL;
    if (!text)
        return true;
    if (by && by - text < (long)sizeof first) {
        text_format(first, sizeof first, "%.*s", (int)(by - text), text);
        if (text_to_int(first, 320, 16384, &w) && text_to_int(by + 1, 240, 16384, &h)) {
            *width = (int)w;
            *height = (int)h;
            return true;
        }
    }
    return error_set(err, ERROR_EXPECTED, option, "WIDTHxHEIGHT from 320x240 to 16384x16384",
                     TEXT("'%.80s'", text));
}

/* The same picture wherever it is made again: what the state does not say is as it begins. */
static bool picture(App *app, SessionOptions *session, Error *err) {
    static State plain; /* large */
    const Options *o = &app->options;
    PlayOptions play = {.session = *session,
                        .folder = ".",
                        .width = SCREEN_WIDTH,
                        .height = SCREEN_HEIGHT,
                        .scale = 1,
                        .live = true};
    state_init(&plain);
    plain.big = o->big;
    play.session.look = &plain;
    return (!o->lang || words_language_from_code(&plain.language, o->lang, err)) &&
           (!o->theme || state_set(&plain, NULL, "theme", o->theme, err)) &&
           app_screen_size(o->screen, "--window", &play.width, &play.height, err) &&
           ui_export(&play, o->export, err);
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
    session.lesson = app->options.lesson;
    session.model = app->options.word_count ? app->options.words[0] : NULL;
    session.welcome =
        !session.model && !session.lesson && !session.image && !session.state && !session.weights;
    const bool seen = !app->options.export && ui_has_display(why, sizeof why);
    look.tips = seen ? look.tips : STATE_TIPS;
    session.welcome = session.welcome && seen;
    bool ok = app->options.export ? picture(app, &session, err)
              : seen              ? ui_window(&session, err)
                                  : tour(app, &session, why, err);
    words_free(words);
    return ok;
}
