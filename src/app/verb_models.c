#include "app/app.h"

#include "base/json.h"

/* Whether weights for it are at hand; without any, it runs on random ones. */
static const char *weights_word(const char *name) {
    char path[FILE_PATH_MAX];
    return weights_find(name, path, sizeof path) ? "trained" : "random";
}

static void json_row(JsonWriter *w, const Model *m) {
    json_begin_object(w, NULL);
    json_put_text(w, "name", m->name);
    json_put_text(w, "title", m->title);
    json_put_text(w, "family", m->family);
    json_put_int(w, "year", m->year);
    json_put_int(w, "params", m->graph.param_count);
    json_put_int(w, "macs", m->graph.macs);
    json_begin_array(w, "input");
    for (int i = 0; i < 3; i++)
        json_put_int(w, NULL, m->graph.input.dim[i]);
    json_end(w);
    json_put_text(w, "weights", weights_word(m->name));
    json_end(w);
}

static void text_row(FILE *out, const Model *m) {
    const Shape *in = &m->graph.input;
    fprintf(out, "%-16s %-10s %4d  %8s  %8s  %lldx%lldx%-4lld  %s\n", m->name, m->family, m->year,
            COUNT_TEXT(m->graph.param_count), COUNT_TEXT(m->graph.macs), (long long)in->dim[0],
            (long long)in->dim[1], (long long)in->dim[2], weights_word(m->name));
}

bool verb_models(App *app, Error *err) {
    char **names;
    size_t count;
    JsonWriter w = {0};
    if (!model_names(&app->arena, &names, &count, err))
        return false;
    json_begin_object(&w, NULL);
    json_begin_array(&w, "models");
    if (!app->options.json)
        fprintf(app->out, "%-16s %-10s %4s  %8s  %8s  %-10s  %s\n", "name", "family", "year",
                "params", "MACs", "input", "weights");
    for (size_t i = 0; i < count; i++) {
        Model *m = model_load(names[i], 0, err);
        if (!m)
            return false;
        json_row(&w, m);
        if (!app->options.json)
            text_row(app->out, m);
        model_free(m);
    }
    json_end(&w);
    json_end(&w);
    char *text = json_finish(&w, err);
    if (text && app->options.json)
        fputs(text, app->out);
    else if (text)
        fputs(
            "\nparams: learned parameters; MACs: multiply-adds of convolutions and fully connected "
            "layers.\n"
            "weights: trained ones at hand (README.md says where they are looked for), or "
            "random.\n",
            app->out);
    mem_free(text);
    return text != NULL;
}
