#include "app/app.h"
#include "app/help.h"

#include "session/action.h"
#include "train/recipe.h"
#include <string.h>

static void help_all(FILE *out) {
    fputs("convoscope: convolutional networks, step by step.\n\n", out);
    for (const Verb *v = verbs; v->name; v++)
        fprintf(out, "  convoscope %-8s %s\n", v->name, v->summary);
    fputs("  convoscope --version\n\n"
          "MODEL is a network's name (convoscope models) or the path of a .json file\n"
          "(models/README.md says how to write one).\n\n"
          "Examples:\n"
          "  convoscope view lenet\n"
          "  convoscope run resnet18 --image dog.jpg\n"
          "  convoscope info googlenet --paper\n"
          "  convoscope help run\n\n"
          "More help: layers (of models/NAME.json), actions, keys, state (of the window);\n"
          "man (the manual's page), bash, zsh, fish (what completes commands there).\n",
          out);
}

/* The recipes that ship. One that cannot be read tells why when it is trained by. */
static void help_recipes(FILE *out) {
    Arena arena = {0};
    char **names;
    size_t count = 0;
    fputs("\nRecipes that ship (models/README.md says how to write one):\n", out);
    if (recipe_names(&arena, &names, &count, NULL))
        for (size_t i = 0; i < count; i++) {
            Recipe *recipe = recipe_load(names[i], NULL);
            if (recipe)
                fprintf(out, "  %-20s %lld epochs of %s\n", names[i], (long long)recipe->epochs,
                        recipe->data);
            recipe_free(recipe);
        }
    arena_free(&arena);
}

static void help_methods(FILE *out) {
    fputs(
        "METHOD:\n"
        "  deconvnet   a unit's activation sent back to the pixels (Zeiler and Fergus 2014)\n"
        "  gradient    the same by the exact derivative\n"
        "  guided      the same with both masks (Springenberg et al. 2015)\n"
        "  cube        all eight ways that forward mask, switches and backward mask make\n"
        "  occlusion   a square slides over the picture: how probable is the class then, and with\n"
        "              --node what is the sum of its strongest map (or of --channel)?\n"
        "  gradcam     where in a layer's maps a class is seen (Selvaraju et al. 2017)\n"
        "  top9        the nine strongest pictures of each channel of a node, over --data\n\n",
        out);
}

static void help_verb(FILE *out, const Verb *verb) {
    fprintf(out, "usage: convoscope %s%s%s\n\n%s\n\n", verb->name, *verb->synopsis ? " " : "",
            verb->synopsis, verb->summary);
    if (verb->run == verb_explain)
        help_methods(out);
    options_help(verb->name, out);
    fputs("\nExamples:\n", out);
    for (const char *line = verb->examples; *line;) {
        int length = (int)strcspn(line, "\n");
        fprintf(out, "  %.*s\n", length, line);
        line += length + 1;
    }
    if (verb->run == verb_train)
        help_recipes(out);
}

/* A preset outside its own range cannot be written: the help says what it means. */
static void help_param(FILE *out, const ParamSpec *p) {
    char range[80], preset[60] = "";
    if (p->kind == PARAM_BOOL)
        snprintf(range, sizeof range, "true or false");
    else
        snprintf(range, sizeof range, "%g..%g%s", p->min, p->max,
                 p->kind == PARAM_PAIR ? ", or [y, x]" : "");
    if (p->required)
        snprintf(preset, sizeof preset, "; required");
    else if (p->kind == PARAM_BOOL)
        snprintf(preset, sizeof preset, "; default %s", p->preset != 0 ? "true" : "false");
    else if (p->preset >= p->min && p->preset <= p->max)
        snprintf(preset, sizeof preset, "; default %g", p->preset);
    fprintf(out, "    %-18s %s (%s%s)\n", p->name, p->help, range, preset);
}

static void help_layers(FILE *out) {
    for (const LayerType *const *t = layer_types; *t; t++) {
        fprintf(out, "%s: %s\n", (*t)->name, (*t)->title);
        for (const ParamSpec *p = (*t)->params; p && p->name; p++)
            help_param(out, p);
    }
}

static const Words *words; /* of the language that the user reads */

static const char *meaning(const Action *a) {
    return words_get(words, words_language_of_locale(), TEXT("action.%s", a->name));
}

static void help_actions(FILE *out) {
    for (const Action *a = actions; a->name; a++)
        fprintf(out, "  %-40s %s\n",
                TEXT("%s%s%s", a->name, a->argument ? " " : "", a->argument ? a->argument : ""),
                meaning(a));
}

static void help_keys(FILE *out) {
    char keys[ACTION_KEYS_SIZE];
    for (const Action *a = actions; a->name; a++)
        if (*action_every_key(a, keys))
            fprintf(out, "  %-26s %s\n", keys, meaning(a));
}

static void help_state(FILE *out) {
    fputs("--state \"NAME=VALUE; NAME=VALUE; ...\", as `copy.state` and bookmarks write it:\n\n",
          out);
    for (int i = 0; state_field(i); i++)
        fprintf(out, "  %-16s %s\n", state_field_name(state_field(i)),
                state_field_values(state_field(i)));
}

static void help_man_topic(FILE *out) {
    help_man(out, words);
}

static const struct {
    const char *name;
    void (*print)(FILE *out);
} topics[] = {{"layers", help_layers}, {"actions", help_actions}, {"keys", help_keys},
              {"state", help_state},   {"man", help_man_topic},   {"bash", help_bash},
              {"zsh", help_zsh},       {"fish", help_fish}};

bool verb_help(App *app, Error *err) {
    const char *topic = app->options.word_count ? app->options.words[0] : NULL;
    if (!topic) {
        help_all(app->out);
        return true;
    }
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (strcmp(topic, topics[i].name) == 0) {
            Words *loaded = words_load(err);
            words = loaded;
            if (loaded)
                topics[i].print(app->out);
            words_free(loaded);
            return loaded != NULL;
        }
    const Verb *verb = verb_find(topic, err);
    if (verb)
        help_verb(app->out, verb);
    else
        app->usage = true;
    return verb != NULL;
}
