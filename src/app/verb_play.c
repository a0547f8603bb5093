#include "app/app.h"

#include "base/text.h"
#include "ui/play.h"
#include "ui/screen.h"
#include <string.h>

/* "1920x1080". */
static bool read_size(const char *text, PlayOptions *play, Error *err) {
    char first[16];
    long w, h;
    const char *by = text ? strchr(text, 'x') : NULL;
    if (!text)
        return true;
    if (by && by - text < (long)sizeof first) {
        text_format(first, sizeof first, "%.*s", (int)(by - text), text);
        if (text_to_int(first, 320, 16384, &w) && text_to_int(by + 1, 240, 16384, &h)) {
            play->width = (int)w;
            play->height = (int)h;
            return true;
        }
    }
    return error_set(err, ERROR_EXPECTED, "--size", "WIDTHxHEIGHT from 320x240 to 16384x16384",
                     TEXT("'%.80s'", text));
}

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
    if (!read_size(o->screen, &play, err) ||
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
