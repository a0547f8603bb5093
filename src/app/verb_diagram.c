#include "app/app.h"

#include "base/text.h"
#include "ui/network_page.h"

static bool page_of(App *app, NetworkPage *page, Error *err) {
    const Options *o = &app->options;
    static State state; /* large */
    state_init(&state);
    state.theme = THEME_LIGHT;
    page->language = words_language_of_locale();
    if ((o->lang && !words_language_from_code(&page->language, o->lang, err)) ||
        (o->theme && !state_set(&state, NULL, "theme", o->theme, err)))
        return false;
    page->comma = words_comma_of_locale();
    page->theme = state.theme;
    page->scale = (int)o->scale;
    page->command = app->command;
    page->block = o->block ? graph_find_block(&page->model->graph, o->block, err) : 0;
    return page->block != GRAPH_FAILED;
}

bool verb_diagram(App *app, Error *err) {
    NetworkPage page = {0};
    if (!app->options.out)
        return app_usage(app, err, "--out F.svg, F.png or F.pdf is needed");
    Model *m = model_load(app->options.words[0], (int)app->options.size, err);
    Words *words = m ? words_load(err) : NULL;
    page.model = m;
    page.words = words;
    const bool ok =
        words && page_of(app, &page, err) && network_page_save(&page, app->options.out, err);
    words_free(words);
    model_free(m);
    return ok;
}
