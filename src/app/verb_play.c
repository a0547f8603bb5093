#include "app/app.h"

#include "ui/play.h"
#include "ui/screen.h"

bool verb_play(App *app, Error *err) {
    const Options *o = &app->options;
    PlayOptions play = {.folder = o->out ? o->out : ".",
                        .width = SCREEN_WIDTH,
                        .height = SCREEN_HEIGHT,
                        .scale = (double)o->scale,
                        .frame_times = o->frame_times,
                        .live = o->live};
    static State look; /* large */
    Words *words;
    int pictures;
    if (!app_screen_size(o->screen, "--size", &play.width, &play.height, err) ||
        !app_session_options(app, false, &play.session, &look, &words, err))
        return false;
    /* The same pictures wherever it is replayed. */
    if (!o->lang)
        look.language = WORDS_EN;
    look.comma = false;
    bool ok = ui_play(o->words[0], &play, &pictures, err);
    if (ok && !o->quiet)
        fprintf(app->out, "%d pictures in %s\n", pictures, play.folder);
    words_free(words);
    return ok;
}
