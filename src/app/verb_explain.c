/* convoscope explain: what is asked for, and the ways down from a unit to the picture. */
#include "app/explain.h"

#include "base/clock.h"
#include "base/text.h"
#include "engine/input.h"
#include "explain/project.h"
#include "tensor/npy.h"
#include "tensor/stats.h"
#include <string.h>

/* --- What is asked for --------------------------------------------------------------------------
 */

bool explain_output(Explain *e, Error *err) {
    const char *out = e->app->options.out;
    if (!out || !*out)
        return app_usage(e->app, err, "--out F.png or F.npy is needed");
    e->npy = text_equal(file_extension(out), "npy");
    if (e->npy || text_equal(file_extension(out), "png"))
        return true;
    return app_usage(e->app, err, "--out: expected a name that ends in .png or .npy, got '%.200s'",
                     out);
}

const char *explain_class_text(char *buffer, size_t size, const Model *model, int label) {
    const char *name = labels_name(&model->labels, label, (char[24]){0});
    if (label < model->labels.count)
        return text_format(buffer, size, "class %d (%s)", label, name);
    return text_format(buffer, size, "class %d", label);
}

const char *explain_unit_text(char *buffer, size_t size, const Model *model, int node,
                              int64_t channel) {
    const Node *n = &model->graph.nodes[node];
    return text_format(buffer, size, "%s %lld of %s", n->out.rank == 3 ? "map" : "unit",
                       (long long)channel, n->name);
}

static bool read_class(Explain *e, Error *err) {
    const char *text = e->app->options.label;
    const Graph *g = &e->model->graph;
    const Labels *labels = &e->model->labels;
    const long classes = (long)g->nodes[g->node_count - 1].out.dim[0];
    long number;
    e->label = -1;
    if (!text)
        return true;
    if (g->nodes[g->node_count - 1].out.rank != 1)
        return error_set(err, ERROR_EXPECTED, TEXT("the output of %s", e->model->name),
                         "one number a class", SHAPE_TEXT(&g->nodes[g->node_count - 1].out));
    if (text_to_int(text, 0, classes - 1, &number) || (number = labels_find(labels, text)) >= 0) {
        e->label = (int)number;
        return true;
    }
    if (!labels->count || strspn(text, "-0123456789") == strlen(text))
        return error_set(err, ERROR_EXPECTED, TEXT("class of %s", e->model->name),
                         TEXT("0..%ld", classes - 1), TEXT("'%.80s'", text));
    TextNearest nearest = {.word = text};
    for (int i = 0; i < labels->count; i++)
        text_nearest_offer(&nearest, labels->names[i]);
    return text_unknown(&nearest, "class", err);
}

bool explain_places(Explain *e, Error *err) {
    const Options *o = &e->app->options;
    e->node = GRAPH_FAILED;
    if (o->node && (e->node = graph_find(&e->model->graph, o->node, err)) == GRAPH_FAILED)
        return false;
    return read_class(e, err);
}

/* The places of --at; of a class it is the logit, with 1. */
static bool read_seed(Explain *e, Seed *seed, Error *err) {
    const Options *o = &e->app->options;
    const char *at = o->at ? o->at : "max", *comma = strchr(at, ',');
    char row[24] = "";
    long y, x;
    *seed = (Seed){.kind = SEED_MAX, .channel = o->channel};
    if (e->node == GRAPH_FAILED) {
        *seed = (Seed){.kind = SEED_ONE, .channel = e->label};
        return true;
    }
    if (strcmp(at, "max") == 0)
        return true;
    seed->kind = SEED_ALL;
    if (strcmp(at, "all") == 0)
        return true;
    if (comma && comma - at < (long)sizeof row)
        memcpy(row, at, (size_t)(comma - at));
    if (!comma || !text_to_int(row, 0, 1000000, &y) || !text_to_int(comma + 1, 0, 1000000, &x))
        return app_usage(e->app, err, "--at: expected max, all or Y,X, got '%.80s'", at);
    seed->kind = SEED_AT;
    seed->y = y;
    seed->x = x;
    return true;
}

static bool read_switches(Explain *e, LayerSwitches *switches) {
    const char *text = e->app->options.switches;
    const bool cube = strcmp(e->method, "cube") == 0;
    *switches = SWITCHES_RECORDED;
    if (text && strcmp(text, "recorded") != 0)
        *switches = strcmp(text, "center") == 0 ? SWITCHES_CENTER : SWITCHES_OTHER;
    if (cube && *switches == SWITCHES_RECORDED)
        *switches = SWITCHES_CENTER;
    return *switches == SWITCHES_OTHER;
}

/* --- Answers ------------------------------------------------------------------------------------
 */

bool explain_page(const Explain *e, Panels *page, int count, Error *err) {
    if (!panels_new(page, count, e->model, err) ||
        !panel_show_input(&page->panels[0], e->model, &e->input, err))
        return false;
    text_format(page->panels[0].title, PANEL_TITLE_SIZE, "%.100s", e->source);
    page->command = e->app->command;
    return true;
}

void explain_json_begin(const Explain *e, JsonWriter *w) {
    json_begin_object(w, NULL);
    json_put_text(w, "model", e->model->name);
    json_begin_object(w, "weights");
    json_put_text(w, "source", e->model->weights.source);
    json_put_bool(w, "trained", e->model->weights.trained);
    json_end(w);
    json_put_text(w, "method", e->method);
}

bool explain_json_end(const Explain *e, JsonWriter *w, Error *err) {
    json_put_text(w, "file", e->app->options.out);
    json_end(w);
    char *text = json_finish(w, err);
    if (text)
        fputs(text, e->app->out);
    mem_free(text);
    return text != NULL;
}

void explain_say(const Explain *e, const char *text) {
    if (!e->app->options.quiet)
        fprintf(e->app->out, "%s: %s (%s)\n", e->app->options.out, text, e->model->weights.source);
}

/* --- Ways down ----------------------------------------------------------------------------------
 */

typedef struct Down {
    Explain *e;
    Run *run, *other;
    Projection *projection;
    Seed seed;
    LayerSwitches switches;
    int ways;        /* 1, or 8 of the cube */
    Tensor pictures; /* ways, C, H, W */
    double forward_ms, ms;
} Down;

static LayerRules way_rules(const Down *d, int way) {
    if (d->ways > 1)
        return cube_rules(way, d->switches);
    LayerRules rules = rule_rules(rule_find(d->e->method));
    rules.switches = d->switches;
    return rules;
}

static Run *run_to(Explain *e, const Tensor *input, int node, Error *err) {
    const RunOptions how = run_exact(app_run_options(e->app));
    Run *run = run_new(e->model, input, &how, e->app->pool, err);
    if (run && run_until(run, node, &e->app->job, err))
        return run;
    run_release(run);
    return NULL;
}

static bool open_other(Down *d, int node, Error *err) {
    Explain *e = d->e;
    const char *path = e->app->options.switches;
    const bool npy = text_equal(file_extension(path), "npy");
    char note[IMAGE_NOTE_SIZE] = "";
    Tensor input;
    if (!(npy ? engine_input_npy(e->model, path, &e->app->arena, &input, err)
              : engine_input_image(e->model, path, &e->app->arena, &input, NULL, note, err)))
        return false;
    app_note(e->app, note);
    d->other = run_to(e, &input, node, err);
    return d->other != NULL;
}

/* The channel with the largest activation, the first of equals. */
static int64_t strongest(const Tensor *values) {
    const int64_t argmax = stats_of(values->data, tensor_count(values)).argmax;
    return argmax < 0 ? 0 : argmax / (tensor_count(values) / values->shape.dim[1]);
}

static bool go_down(Down *d, Error *err) {
    for (int way = 0; way < d->ways; way++) {
        const LayerRules rules = way_rules(d, way);
        if (!projection_begin(d->projection, &rules, d->other, &d->seed, err) ||
            !projection_all(d->projection, &d->e->app->job, err))
            return false;
        const Tensor *signal = projection_signal(d->projection, GRAPH_IMAGE);
        memcpy(tensor_item(&d->pictures, way).data, signal->data,
               (size_t)tensor_count(signal) * sizeof(float));
    }
    return true;
}

static bool compute(Down *d, Error *err) {
    Explain *e = d->e;
    App *app = e->app;
    const Graph *g = &e->model->graph;
    const int from = e->node == GRAPH_FAILED ? g->node_count - 1 : e->node;
    const Shape pictures = shape_batched(&g->input, d->ways);
    double start = clock_ms();
    app_progress_begin(app, e->model->title, g->work * (2 + d->ways));
    if (!(d->run = run_to(e, &e->input, from, err)))
        return false;
    d->forward_ms = clock_ms() - start;
    if ((d->switches == SWITCHES_OTHER && !open_other(d, from, err)) ||
        !(d->projection = projection_new(d->run, from, GRAPH_IMAGE, false, err)) ||
        !shape_check(&pictures, "the pictures", err) ||
        !tensor_new(&d->pictures, &app->arena, &pictures, err))
        return false;
    if (d->seed.channel < 0)
        d->seed.channel = strongest(run_output(d->run, projection_next(d->projection)));
    start = clock_ms();
    if (!go_down(d, err))
        return false;
    d->ms = clock_ms() - start;
    app_progress_end(app);
    return true;
}

static const char *switches_text(LayerSwitches switches) {
    static const char *const texts[] = {"recorded", "window centres", "another picture's"};
    return texts[switches];
}

static void say_start(const Down *d, char *buffer, size_t size) {
    const Explain *e = d->e;
    const ProjectionStart *s = projection_start(d->projection);
    char unit[300], value[48];
    explain_unit_text(unit, sizeof unit, e->model, s->node, s->channel);
    text_format(value, sizeof value, "%.4g", (double)s->value);
    if (e->node == GRAPH_FAILED)
        text_format(buffer, size, "the logit of %s",
                    explain_class_text((char[200]){0}, 200, e->model, e->label));
    else if (e->model->graph.nodes[s->node].out.rank != 3)
        text_format(buffer, size, "%s: %s", unit, value);
    else
        text_format(buffer, size, "%s, %s: %s at row %lld, column %lld", unit,
                    d->seed.kind == SEED_ALL  ? "all of it; largest"
                    : d->seed.kind == SEED_AT ? "one place"
                                              : "its largest activation",
                    value, (long long)s->y, (long long)s->x);
}

/* --- Files --------------------------------------------------------------------------------------
 */

static float largest_of(const float *data, int64_t count) {
    const Stats s = stats_of(data, count);
    return s.max > -s.min ? s.max : -s.min;
}

static bool fill_way(const Down *d, int way, float m, Panel *panel, Error *err) {
    const Tensor picture = tensor_item(&d->pictures, way);
    const int64_t *dim = picture.shape.dim;
    const LayerRules rules = way_rules(d, way);
    const ExplainRule rule = rule_of(&rules);
    panel->marked = rule != RULES_NAMED && d->ways > 1;
    text_format(panel->title, PANEL_TITLE_SIZE, "%s",
                rule != RULES_NAMED ? rule_name(rule)
                : d->ways > 1       ? "(no name)"
                                    : d->e->method);
    text_format(panel->lines[0], PANEL_LINE_SIZE, "forward mask %s",
                rules.forward_mask ? "on" : "off");
    text_format(panel->lines[1], PANEL_LINE_SIZE, "switches %s", switches_text(rules.switches));
    text_format(panel->lines[2], PANEL_LINE_SIZE, "backward mask %s",
                rules.backward_mask ? "on" : "off");
    return panel_paint_signed(panel, picture.data, dim[1] == 3 ? 3 : 1, dim[2], dim[3], m, err);
}

static void mark_field(const Down *d, Panel *panel) {
    const ProjectionStart *s = projection_start(d->projection);
    const Graph *g = &d->e->model->graph;
    GraphBox whole, inside;
    int64_t channel = s->channel;
    if (d->seed.kind != SEED_MAX && d->seed.kind != SEED_AT)
        return;
    graph_receptive_box(g, graph_channel_maker(g, s->node, &channel), s->y, s->x, &whole, &inside);
    panel_mark(panel, inside);
    text_format(panel->lines[0], PANEL_LINE_SIZE, "framed: its %lld x %lld pixels",
                (long long)whole.height, (long long)whole.width);
}

static bool save_page(const Down *d, Error *err) {
    Panels page = {0};
    char start[400], title[500], about[1200];
    const bool common = d->e->app->options.span && strcmp(d->e->app->options.span, "common") == 0;
    say_start(d, start, sizeof start);
    const ProjectionStart *s = projection_start(d->projection);
    text_format(title, sizeof title, "%s, %s", d->e->method,
                d->e->node == GRAPH_FAILED
                    ? explain_class_text((char[200]){0}, 200, d->e->model, d->e->label)
                    : explain_unit_text((char[300]){0}, 300, d->e->model, s->node, s->channel));
    text_format(about, sizeof about, "Sent back to the pixels from %s. %s Mid-grey is 0%s.", start,
                d->e->node != GRAPH_FAILED
                    ? "What in this picture excites this one unit; no evidence for a class."
                : strcmp(d->e->method, "gradient") == 0
                    ? "How the logit would change with each pixel."
                    : "What of this picture drives the logit, by these rules.",
                d->ways == 1 ? ""
                : common     ? ", one scale for all"
                             : ", each picture has its own scale");
    bool ok = explain_page(d->e, &page, 1 + d->ways, err);
    if (ok) {
        page.title = title;
        page.about = about;
        page.columns = d->ways > 1 ? 3 : 2;
        mark_field(d, &page.panels[0]);
    }
    const float all = largest_of(d->pictures.data, tensor_count(&d->pictures));
    for (int way = 0; ok && way < d->ways; way++) {
        const Tensor picture = tensor_item(&d->pictures, way);
        const float m = common ? all : largest_of(picture.data, tensor_count(&picture));
        ok = fill_way(d, way, m, &page.panels[1 + way], err);
    }
    ok = ok && panels_save(&page, d->e->app->options.out, err);
    panels_free(&page);
    return ok;
}

static bool answer(const Down *d, Error *err) {
    const Explain *e = d->e;
    const ProjectionStart *s = projection_start(d->projection);
    const Stats stats = stats_of(d->pictures.data, tensor_count(&d->pictures));
    char start[400];
    say_start(d, start, sizeof start);
    if (!e->app->options.json) {
        explain_say(e, TEXT("%s from %.100s; %.4g to %.4g", e->method, start, (double)stats.min,
                            (double)stats.max));
        return true;
    }
    JsonWriter w = {0};
    explain_json_begin(e, &w);
    json_put_text(&w, "node", e->model->graph.nodes[s->node].name);
    json_put_int(&w, "channel", s->channel);
    json_put_int(&w, "y", s->y);
    json_put_int(&w, "x", s->x);
    json_put_float(&w, "sent", s->value);
    json_put_float(&w, "min", stats.min);
    json_put_float(&w, "max", stats.max);
    json_put_double(&w, "l2", stats.l2);
    json_put_float(&w, "forward_ms", (float)d->forward_ms);
    json_put_float(&w, "ms", (float)(d->ms / d->ways));
    return explain_json_end(e, &w, err);
}

bool explain_projection(Explain *e, Error *err) {
    Down d = {.e = e, .ways = strcmp(e->method, "cube") == 0 ? CUBE_CORNERS : 1};
    if ((e->node == GRAPH_FAILED) == (e->label < 0))
        return app_usage(e->app, err,
                         e->label < 0 ? "--node N or --class K is needed"
                                      : "--node and --class exclude each other here");
    if (e->node == GRAPH_FAILED && (e->app->options.at || e->app->options.channel >= 0))
        return app_usage(e->app, err, "--at and --channel go with --node");
    read_switches(e, &d.switches);
    bool ok = read_seed(e, &d.seed, err) && compute(&d, err);
    app_progress_end(e->app);
    ok = ok && (e->npy ? npy_save(e->app->options.out, &d.pictures, err) : save_page(&d, err)) &&
         answer(&d, err);
    if (ok && projection_start(d.projection)->value == 0)
        app_warn("what was sent is 0: the unit does not fire, and nothing comes back");
    projection_free(d.projection);
    run_release(d.run);
    run_release(d.other);
    return ok;
}

/* --- The verb -----------------------------------------------------------------------------------
 */

static const struct Method {
    const char *name;
    bool (*explain)(Explain *e, Error *err);
} methods[] = {{"deconvnet", explain_projection},
               {"gradient", explain_projection},
               {"guided", explain_projection},
               {"cube", explain_projection},
               {"occlusion", explain_occlusion},
               {"gradcam", explain_gradcam},
               {"top9", explain_top9}};
enum { METHODS = sizeof methods / sizeof *methods };

static const struct Method *find_method(App *app, const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (int i = 0; i < METHODS; i++) {
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
        text_nearest_offer(&nearest, methods[i].name);
    }
    app->usage = true;
    text_unknown(&nearest, "method", err);
    return NULL;
}

/* Options that a method does not look at are refused, so that nothing is asked for in vain. */
static bool check_options(App *app, const char *method, Error *err) {
    const Options *o = &app->options;
    const bool occlusion = strcmp(method, "occlusion") == 0, top9 = strcmp(method, "top9") == 0;
    const bool down = !occlusion && !top9 && strcmp(method, "gradcam") != 0;
    const struct {
        bool given, fits;
        const char *name;
    } rules[] = {{o->at != NULL, down, "at"},
                 {o->switches != NULL, down, "switches"},
                 {o->patch != 0, occlusion, "patch"},
                 {o->stride != 0, occlusion, "stride"},
                 {o->fill != 0, occlusion, "fill"},
                 {o->channel >= 0, down || occlusion, "channel"},
                 {o->label != NULL, !top9, "class"},
                 {o->image || o->input, !top9, o->image ? "image" : "input"},
                 {o->data != NULL, top9, "data"},
                 {o->channels != NULL, top9, "channels"},
                 {o->shard != NULL, top9, "shard"},
                 {o->resume, top9, "resume"},
                 {o->merge, top9, "merge"},
                 {o->span != NULL, top9 || strcmp(method, "cube") == 0, "scale"}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].given && !rules[i].fits)
            return app_usage(app, err, "--%s is not for %s", rules[i].name, method);
    return true;
}

bool verb_explain(App *app, Error *err) {
    Options *o = &app->options;
    const struct Method *method = find_method(app, o->words[0], err);
    Explain e = {.app = app, .node = GRAPH_FAILED, .label = -1};
    if (!method || !check_options(app, method->name, err))
        return false;
    e.method = method->name;
    memmove(o->words, o->words + 1, (size_t)--o->word_count * sizeof *o->words);
    if (method->explain == explain_top9)
        return explain_top9(&e, err);
    if (o->word_count != 1)
        return app_usage(app, err, "explain %s takes one MODEL", method->name);
    if (!explain_output(&e, err) || !(e.model = app_open_input(app, &e.input, &e.source, err)))
        return false;
    const bool ok = explain_places(&e, err) && method->explain(&e, err);
    model_free(e.model);
    return ok;
}
