#include "app/app.h"

#include "ui/window.h"

static const char tour_default[] = "build/tour";

static bool tour(App *app, const SessionOptions *session, const char *why, Error *err) {
    const char *folder = app->options.tour ? app->options.tour : tour_default;
    int pictures;
    if (!ui_tour(session, folder, &pictures, err))
        return false;
    if (*why)
        fprintf(app->out, "No window: %s. ", why);
    fprintf(app->out, "The walk through the layers is in %s: %d pictures.\n", folder, pictures);
    return true;
}

bool verb_view(App *app, Error *err) {
    const Options *o = &app->options;
    SessionOptions session = {.model = o->word_count ? o->words[0] : NULL,
                              .image = o->image,
                              .weights = o->weights,
                              .size = (int)o->size,
                              .run = app_run_options(app),
                              .pool = app->pool,
                              .stop = &app->job};
    char why[200] = "";
    if (!o->tour && ui_has_display(why, sizeof why))
        return ui_window(&session, err);
    return tour(app, &session, why, err);
}
