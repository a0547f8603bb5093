#include "session/action.h"

#include "base/text.h"
#include <string.h>

/* --- What is shown ---------------------------------------------------------------------------- */

static bool need_scene(const Session *s, Error *err) {
    return s->scene || error_set(err, ERROR_BAD, "no network is open yet");
}

/* The chosen channel stays the chosen one where the next node has as many. */
static void keep_channel(Session *s) {
    if (s->state.channel >= session_channels(s))
        s->state.channel = 0;
    s->state.page = session_pages(s) > 1 ? s->state.channel / STATE_PAGE_MAPS : 0;
}

static bool go_to_node(Session *s, int node) {
    int last = session_last_node(s);
    s->state.node = node < GRAPH_IMAGE ? GRAPH_IMAGE : node > last ? last : node;
    s->state.scroll = 0;
    s->state.paused = false;
    keep_channel(s);
    return true;
}

static bool layer_next(Session *s, const char *argument, Error *err) {
    (void)argument;
    return need_scene(s, err) && go_to_node(s, s->state.node + 1);
}

static bool layer_prev(Session *s, const char *argument, Error *err) {
    (void)argument;
    return need_scene(s, err) && go_to_node(s, s->state.node - 1);
}

static bool layer_first(Session *s, const char *argument, Error *err) {
    (void)argument;
    return need_scene(s, err) && go_to_node(s, GRAPH_IMAGE);
}

static bool layer_last(Session *s, const char *argument, Error *err) {
    (void)argument;
    return need_scene(s, err) && go_to_node(s, session_last_node(s));
}

static bool layer_select(Session *s, const char *argument, Error *err) {
    if (!need_scene(s, err))
        return false;
    int node = GRAPH_IMAGE;
    if (!text_equal(argument, "input"))
        node = graph_find(&scene_model(s->scene)->graph, argument, err);
    return node != GRAPH_FAILED && go_to_node(s, node);
}

static bool number(const char *argument, const char *what, long min, long max, int *out,
                   Error *err) {
    long value;
    if (!text_to_int(argument, min, max, &value))
        return error_set(err, ERROR_EXPECTED, what, TEXT("%ld..%ld", min, max),
                         TEXT("'%.100s'", argument));
    *out = (int)value;
    return true;
}

static bool layer_scroll(Session *s, const char *argument, Error *err) {
    int rows = 0;
    if (!need_scene(s, err) ||
        !number(argument, "layer.scroll", -GRAPH_NODES_MAX, GRAPH_NODES_MAX, &rows, err))
        return false;
    int scroll = s->state.scroll + rows, nodes = session_last_node(s) + 1;
    s->state.scroll = scroll < -nodes ? -nodes : scroll > nodes ? nodes : scroll;
    return true;
}

/* --- Maps ------------------------------------------------------------------------------------- */

static bool turn_page(Session *s, int step, Error *err) {
    if (!need_scene(s, err))
        return false;
    int page = s->state.page + step;
    if (page >= 0 && page < session_pages(s))
        s->state.page = page;
    return true;
}

static bool page_next(Session *s, const char *argument, Error *err) {
    (void)argument;
    return turn_page(s, 1, err);
}

static bool page_prev(Session *s, const char *argument, Error *err) {
    (void)argument;
    return turn_page(s, -1, err);
}

static bool choose_channel(Session *s, int channel) {
    if (channel >= 0 && channel < session_channels(s)) {
        s->state.channel = channel;
        keep_channel(s);
    }
    return true;
}

static bool channel_next(Session *s, const char *argument, Error *err) {
    (void)argument;
    return need_scene(s, err) && choose_channel(s, s->state.channel + 1);
}

static bool channel_prev(Session *s, const char *argument, Error *err) {
    (void)argument;
    return need_scene(s, err) && choose_channel(s, s->state.channel - 1);
}

static bool channel_select(Session *s, const char *argument, Error *err) {
    int channel = 0;
    return need_scene(s, err) &&
           number(argument, "channel.select", 0, session_channels(s) - 1, &channel, err) &&
           choose_channel(s, channel);
}

static bool colormap_cycle(Session *s, const char *argument, Error *err) {
    (void)argument, (void)err;
    s->state.colors = (s->state.colors + 1) % COLORS_CHOICES;
    return true;
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* What the screen shows or, if something is being opened, will show. */
static const SceneNames *names_to_come(const Session *s) {
    return s->opening ? &s->asked : &s->state.scene;
}

static bool open_scene(Session *s, const SceneNames *names) {
    s->asked = *names;
    s->opening = true;
    job_open(s->jobs, names, s->scene);
    return true;
}

static bool is_random(const char *weights) {
    return strncmp(weights, "random:", 7) == 0;
}

/* Weights from a file and a size belong to the network that they were given for; a seed does for
 * any. */
static bool model_open(Session *s, const char *argument, Error *err) {
    SceneNames names = *names_to_come(s);
    if (strcmp(names.model, argument) != 0) {
        if (!is_random(names.weights))
            names.weights[0] = '\0';
        names.size = 0;
    }
    if (!session_set_path(names.model, argument, "the network's name", err))
        return false;
    return open_scene(s, &names);
}

static bool weights_open(Session *s, const char *argument, Error *err) {
    SceneNames names = *names_to_come(s);
    if (!session_set_path(names.weights, argument, "the path of the weights", err))
        return false;
    return open_scene(s, &names);
}

static bool image_open(Session *s, const char *argument, Error *err) {
    SceneNames names = *names_to_come(s);
    if (!session_set_path(names.image, argument, "the picture's path", err))
        return false;
    return open_scene(s, &names);
}

/* With another picture one stays at the layer; another network is entered at its beginning. */
static void adopt(Session *s, Scene *scene) {
    bool same = strcmp(s->state.scene.model, scene_names(scene)->model) == 0 &&
                s->state.scene.size == scene_names(scene)->size;
    scene_release(s->scene);
    s->scene = scene;
    s->state.scene = *scene_names(scene);
    s->state.paused = false;
    s->banner = (Error){0};
    if (same)
        return;
    s->state.node = GRAPH_IMAGE;
    s->state.channel = s->state.page = s->state.scroll = 0;
    s->state.all = false;
}

/* --- Computing -------------------------------------------------------------------------------- */

static bool run_to_end(Session *s, const char *argument, Error *err) {
    (void)argument;
    if (!need_scene(s, err))
        return false;
    s->state.all = true;
    s->state.paused = false;
    return true;
}

static bool escape(Session *s, const char *argument, Error *err) {
    (void)argument, (void)err;
    if (s->banner.code != ERROR_NONE) {
        s->banner = (Error){0};
        return true;
    }
    job_cancel(s->jobs);
    s->opening = false;
    s->state.all = false;
    s->state.paused = true;
    return true;
}

/* A failure here is none of whoever posts this: it is told in the banner. */
static bool job_end(Session *s, const char *argument, Error *err) {
    (void)argument, (void)err;
    JobResult result;
    if (!job_take(s->jobs, &result))
        return true;
    if (result.opened || result.open_error.code != ERROR_NONE)
        s->opening = false;
    if (result.opened)
        adopt(s, result.opened);
    if (result.open_error.code != ERROR_NONE)
        s->banner = result.open_error;
    if (result.compute_error.code != ERROR_NONE) {
        s->banner = result.compute_error;
        s->state.paused = true;
    }
    return true;
}

static bool export_view(Session *s, const char *argument, Error *err) {
    if (!s->export_view)
        return error_set(err, ERROR_UNSUPPORTED, "export.view", "there is no view");
    return s->export_view(s->export_context, argument, err);
}

static bool quit(Session *s, const char *argument, Error *err) {
    (void)argument, (void)err;
    s->state.quit = true;
    return true;
}

/* --- The table -------------------------------------------------------------------------------- */

const Action actions[] = {
    {"model.open", "NAME", "", "open a network: a name, or the path of a .json", model_open},
    {"image.open", "PATH", "", "open a picture", image_open},
    {"weights.open", "PATH", "", "other weights: a .safetensors, or random:SEED", weights_open},
    {"layer.next", NULL, "Right,Space", "go to the next layer, computing it", layer_next},
    {"layer.prev", NULL, "Left,Backspace", "go back a layer", layer_prev},
    {"layer.first", NULL, "Home", "go to the input", layer_first},
    {"layer.last", NULL, "End", "go to the last layer, computing all before it", layer_last},
    {"layer.select", "NAME", "", "go to a layer by name or label, or to \"input\"", layer_select},
    {"layer.scroll", "ROWS", "", "move the list of layers", layer_scroll},
    {"page.next", NULL, "PageDown", "show the next maps", page_next},
    {"page.prev", NULL, "PageUp", "show the maps before these", page_prev},
    {"channel.next", NULL, "Down", "choose the next map", channel_next},
    {"channel.prev", NULL, "Up", "choose the map before", channel_prev},
    {"channel.select", "INDEX", "", "choose a map, counted from 0", channel_select},
    {"colormap.cycle", NULL, "C", "change the colours", colormap_cycle},
    {"run.all", NULL, "Return", "compute all layers, staying here", run_to_end},
    {"cancel", NULL, "Escape", "close the message, or stop computing", escape},
    {"export.view", "FILE", "", "write what is seen as a PNG", export_view},
    {"job.end", NULL, "", "take over what was computed (posted when it is)", job_end},
    {"quit", NULL, "Q", "leave", quit},
    {0},
};

const Action *action_find(const char *name) {
    for (const Action *a = actions; a->name; a++)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

static bool has_key(const char *keys, const char *key) {
    size_t length = strlen(key);
    for (const char *at = keys; length && (at = strstr(at, key)); at += length) {
        bool begins = at == keys || at[-1] == ',';
        bool ends = at[length] == '\0' || at[length] == ',';
        if (begins && ends)
            return true;
    }
    return false;
}

const Action *action_for_key(const char *key) {
    for (const Action *a = actions; a->name; a++)
        if (has_key(a->keys, key))
            return a;
    return NULL;
}

static bool unknown(const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (const Action *a = actions; a->name; a++)
        text_nearest_offer(&nearest, a->name);
    return text_unknown(&nearest, "action", err);
}

bool action_perform(Session *s, const char *line, Error *err) {
    char name[64];
    line += strspn(line, " \t");
    size_t length = strcspn(line, " \t");
    text_format(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
                line);
    const char *argument = line + length + strspn(line + length, " \t");
    const Action *action = action_find(name);
    if (!action)
        return unknown(name, err);
    if (action->argument && !argument[0])
        return error_set(err, ERROR_EXPECTED, name, action->argument, "nothing");
    if (!action->argument && argument[0])
        return error_set(err, ERROR_EXPECTED, name, "nothing after it", TEXT("'%.100s'", argument));
    State before = s->state;
    if (action->perform(s, argument, err))
        return true;
    s->state = before;
    return false;
}
