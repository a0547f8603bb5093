#include "session/session.h"

#include "base/clock.h"
#include "base/memory.h"
#include "session/action.h"
#include "session/bench.h"
#include "session/palette.h"
#include "session/settings.h"
#include "session/tutor.h"
#include <stdlib.h>
#include <string.h>

/* --- Opening and closing ---------------------------------------------------------------------- */

bool session_set_path(char path[FILE_PATH_MAX], const char *text, const char *what, Error *err) {
    size_t length = strlen(text);
    if (length >= FILE_PATH_MAX)
        return error_set(err, ERROR_TOO_LARGE, what, TEXT("%zu bytes", length),
                         TEXT("%d", FILE_PATH_MAX - 1));
    memcpy(path, text, length + 1);
    return true;
}

static bool first_names(SceneNames *names, const SessionOptions *options, Error *err) {
    const char *image = options->image ? options->image : "";
    const char *weights = options->weights ? options->weights : "";
    State named;
    names->size = options->size;
    if (!session_set_path(names->model, options->model ? options->model : "lenet",
                          "the network's name", err) ||
        !session_set_path(names->image, image, "the picture's path", err) ||
        !session_set_path(names->weights, weights, "the path of the weights", err))
        return false;
    state_init(&named);
    named.place.scene = *names;
    if (options->state && !state_read_scene(&named, options->state, err))
        return false;
    *names = named.place.scene;
    return true;
}

bool session_open(Session *s, const SessionOptions *options, Error *err) {
    SceneNames names = {.size = 0};
    *s = (Session){.stop = options->stop,
                   .words = options->words,
                   .run = run_exact(options->run),
                   .folder = options->folder,
                   .scripted = options->scripted};
    state_init(&s->state);
    if (options->look)
        settings_copy(&s->state, options->look);
    if (options->welcome)
        s->state.overlay = OVERLAY_WELCOME;
    if (!first_names(&names, options, err))
        return false;
    s->jobs = job_thread_new(&s->run, options->pool, err);
    if (!s->jobs)
        return false;
    if (session_open_scene(s, &names, options->state, err) &&
        (!options->lesson || tutor_open(s, options->lesson, err)))
        return true;
    session_close(s);
    return false;
}

void session_close(Session *s) {
    job_thread_free(s->jobs);
    work_release(explanation_work(s->explanation));
    work_release(s->work);
    work_release(s->exporting);
    learning_free(s->learning);
    tutor_free(s->tutor);
    scene_release(s->scene);
    history_free(&s->history);
    browse_free(&s->browse);
    palette_free(&s->lists);
    mem_free(s->arrival);
    mem_free(s->order.channels);
    *s = (Session){.jobs = NULL};
}

const SceneNames *session_names_to_come(const Session *s) {
    return s->opening ? &s->asked : &s->state.place.scene;
}

bool session_open_scene(Session *s, const SceneNames *names, const char *arrival, Error *err) {
    char *kept = NULL;
    if (arrival) {
        size_t size = strlen(arrival) + 1;
        kept = mem_alloc(size, 1, err);
        if (!kept)
            return false;
        memcpy(kept, arrival, size);
    }
    mem_free(s->arrival);
    s->arrival = kept;
    s->has_coming = false;
    s->asked = *names;
    s->opening = true;
    job_open(s->jobs, names, s->scene);
    return true;
}

bool session_go(Session *s, const StatePlace *place, Error *err) {
    if (!s->opening && s->scene && state_same_scene(&place->scene, &s->state.place.scene)) {
        s->state.place = *place;
        session_settle(s);
        return true;
    }
    if (!session_open_scene(s, &place->scene, NULL, err))
        return false;
    s->coming = *place;
    s->has_coming = true;
    return true;
}

void session_notice(Session *s, const char *key, const char *argument) {
    if (s->words)
        words_put(s->notice, sizeof s->notice, s->words, s->state.language, key, argument);
    else
        text_format(s->notice, sizeof s->notice, "%s %s", key, argument);
}

/* --- What there is ---------------------------------------------------------------------------- */

const Graph *session_graph(const Session *s) {
    return s->scene ? &scene_model(s->scene)->graph : NULL;
}

int session_last_node(const Session *s) {
    return session_graph(s)->node_count - 1;
}

int session_channels(const Session *s) {
    return scene_extent(s->scene, s->state.place.node).channels;
}

int session_page_maps(const Session *s) {
    enum { SPLIT = 16 }; /* from this many on a page may hold half as many more */
    const int maps = s->state.place.maps, channels = session_channels(s);
    return maps >= SPLIT && channels <= maps * 3 / 2 ? maps * 3 / 2 : maps;
}

int session_pages(const Session *s) {
    const int maps = session_page_maps(s);
    return scene_extent(s->scene, s->state.place.node).vector
               ? 1
               : (session_channels(s) + maps - 1) / maps;
}

static int clamp(int value, int least, int most) {
    return value < least ? least : value > most ? most : value;
}

void session_settle(Session *s) {
    StatePlace *p = &s->state.place;
    if (!s->scene)
        return;
    p->node = clamp(p->node, GRAPH_IMAGE, session_last_node(s));
    const SceneExtent extent = scene_extent(s->scene, p->node);
    p->channel = clamp(p->channel, 0, extent.channels - 1);
    p->page = clamp(p->page, 0, session_pages(s) - 1);
    if (p->unit[0] >= extent.height || p->unit[1] >= extent.width || p->unit[0] < 0 ||
        p->unit[1] < 0)
        p->unit[0] = p->unit[1] = -1;
    const Graph *g = session_graph(s);
    const int classes = (int)g->nodes[g->node_count - 1].out.dim[0];
    p->class_index = p->class_index < classes ? p->class_index : -1;
    if (p->pin != GRAPH_FAILED) {
        p->pin = clamp(p->pin, 0, session_last_node(s));
        p->pin_channel = clamp(p->pin_channel, 0, scene_extent(s->scene, p->pin).channels - 1);
    }
    if (s->state.hover.node >= g->node_count)
        s->state.hover = (StateHover){GRAPH_FAILED, -1, {-1, -1}};
}

const char *session_other_picture(const Session *s) {
    if (s->state.place.other[0])
        return s->state.place.other;
    return session_graph(s)->input.dim[0] == 1 ? "assets/images/digit_3.png"
                                               : "assets/images/ladybug.png";
}

/* --- Order of channels ------------------------------------------------------------------------ */

typedef struct Ranked {
    float value;
    int channel;
} Ranked;

/* The largest first; the lower channel first among equals. */
static int compare(const void *a, const void *b) {
    const Ranked *x = a, *y = b;
    return x->value > y->value   ? -1
           : x->value < y->value ? 1
                                 : (x->channel > y->channel) - (x->channel < y->channel);
}

/* Whether the order of the node shown is known, working it out if it can be. */
static bool have_order(Session *s) {
    const StatePlace *p = &s->state.place;
    const ChannelStats *stats = scene_channels(s->scene, p->node);
    const int count = session_channels(s);
    if (p->sort == SORT_INDEX || !stats)
        return false;
    if (s->order.scene == s->scene && s->order.node == p->node && s->order.sort == p->sort)
        return s->order.channels != NULL;
    mem_free(s->order.channels);
    s->order.channels = mem_alloc((size_t)count, sizeof *s->order.channels, NULL);
    Ranked *ranked = mem_alloc((size_t)count, sizeof *ranked, NULL);
    s->order.scene = s->scene;
    s->order.node = p->node;
    s->order.sort = p->sort;
    for (int i = 0; ranked && i < count; i++)
        ranked[i] = (Ranked){p->sort == SORT_MEAN ? stats[i].mean : stats[i].max, i};
    if (ranked && s->order.channels) {
        qsort(ranked, (size_t)count, sizeof *ranked, compare);
        for (int i = 0; i < count; i++)
            s->order.channels[i] = ranked[i].channel;
    }
    mem_free(ranked);
    return s->order.channels != NULL;
}

int session_channel_at(Session *s, int rank) {
    return have_order(s) ? s->order.channels[rank] : rank;
}

int session_rank_of(Session *s, int channel) {
    if (!have_order(s))
        return channel;
    int rank = 0;
    while (s->order.channels[rank] != channel)
        rank++;
    return rank;
}

/* --- Frames ----------------------------------------------------------------------------------- */

/* What an action changed of the look is kept for the next start; not what a state's line brings
 * along. A home that cannot be written to is no reason to disturb anyone. */
static void remember_look(const Session *s, const State *before, const char *line) {
    Error err = {0};
    if (!s->scripted && strncmp(line, "state ", 6) != 0)
        settings_keep(before, &s->state, &err);
}

bool session_post(Session *s, const char *line) {
    Error err = {0};
    State before = {.speed = 0};
    settings_copy(&before, &s->state);
    if (action_perform(s, line, &err)) {
        remember_look(s, &before, line);
        return true;
    }
    s->banner = err;
    return false;
}

/* What the state wants explained; false if that is nothing. */
static bool explain_request(const Session *s, ExplainRequest *request) {
    const StatePlace *p = &s->state.place;
    const bool pinned = p->pin != GRAPH_FAILED, cam = p->explain == EXPLAIN_GRADCAM;
    explain_request_begin(request);
    request->method = p->explain;
    request->start = p->start;
    request->switches = (LayerSwitches)p->switches;
    request->node = pinned ? p->pin : p->node;
    request->channel = pinned ? p->pin_channel : p->channel;
    if (p->start == START_CELL)
        memcpy(request->cell, pinned ? p->pin_cell : p->unit, sizeof request->cell);
    request->label = p->class_index;
    if (p->switches == SWITCHES_OTHER)
        memcpy(request->other, session_other_picture(s), strlen(session_other_picture(s)) + 1);
    /* What the answer does not depend on is left out, so that it is not made again for it. */
    if (p->start == START_CLASS || cam)
        request->channel = 0;
    if (p->start == START_CLASS && p->explain < EXPLAIN_OCCLUSION)
        request->node = GRAPH_IMAGE;
    else if (p->explain < EXPLAIN_OCCLUSION)
        request->label = -1;
    return p->explain != EXPLAIN_NONE && (request->node != GRAPH_IMAGE || p->start == START_CLASS ||
                                          p->explain >= EXPLAIN_OCCLUSION);
}

static void ask_for_explanation(Session *s) {
    static ExplainRequest request; /* large */
    Explanation *now = s->explanation;
    const bool wanted = s->state.place.bench == BENCH_NONE && explain_request(s, &request);
    if (now && (!wanted || explanation_work(now)->scene != s->scene ||
                memcmp(explanation_request(now), &request, sizeof request) != 0)) {
        work_release(explanation_work(now));
        s->explanation = NULL;
    }
    if (wanted && !s->explanation)
        s->explanation = explanation_new(s->scene, &request, NULL);
}

/* Sheets that are being written come before all else that takes long, with what they need. */
static bool ask_for_export(Session *s) {
    if (!s->exporting)
        return false;
    job_work(s->jobs, s->exporting);
    if (scene_ready(s->exporting->scene) > s->exporting->needs)
        return false;
    job_compute(s->jobs, s->exporting->scene, s->exporting->needs);
    return true;
}

/* Nothing while a scene is being opened: then the thread would be in two minds. */
static void ask_for_work(Session *s) {
    if (!s->scene || s->opening || ask_for_export(s) || s->state.paused)
        return;
    int last = s->state.all ? session_last_node(s) : s->state.place.node;
    ask_for_explanation(s);
    bench_ask(s);
    Work *work = s->work ? s->work : explanation_work(s->explanation);
    if (work && work->scene == s->scene && work->needs > last)
        last = work->needs;
    if (!s->exporting)
        job_work(s->jobs, work);
    job_compute(s->jobs, s->scene, last);
}

/* Whether what autoplay would show next is there to be shown. */
static bool is_shown(const Session *s) {
    return s->scene && !s->opening && scene_values(s->scene, s->state.place.node);
}

static bool autoplay(Session *s) {
    if (!s->state.playing || s->now < s->due || !is_shown(s))
        return false;
    /* Without drift, unless it fell behind by more than a step. */
    const double period = 1000.0 / s->state.speed;
    s->due = s->due + period > s->now ? s->due + period : s->now + period;
    return session_post(s, "play.step");
}

static bool end_export(Session *s) {
    return s->exporting && work_at_end(s->exporting) && session_post(s, "job.exported");
}

/* In the unit view a cell is chosen as soon as there are values to choose by. */
static bool settle_cell(Session *s) {
    const StatePlace *p = &s->state.place;
    return p->depth == DEPTH_UNIT && p->node != GRAPH_IMAGE && p->unit[0] < 0 && is_shown(s) &&
           session_post(s, "unit.settle");
}

bool session_tick(Session *s, double now) {
    bool changed = job_has_news(s->jobs);
    s->now = now;
    if (changed)
        session_post(s, "job.end");
    changed = end_export(s) || changed;
    changed = settle_cell(s) || changed;
    changed = tutor_tick(s) || changed;
    changed = autoplay(s) || changed;
    ask_for_work(s);
    return changed;
}

static bool wait_for_thread(Session *s) {
    while (!job_wait(s->jobs, 50))
        if (job_cancelled(s->stop))
            job_cancel(s->jobs);
    return !job_cancelled(s->stop);
}

bool session_wait(Session *s) {
    do {
        tutor_at_once(s);
        session_tick(s, s->now);
        if (!wait_for_thread(s))
            return false;
    } while (job_has_news(s->jobs) || settle_cell(s) || end_export(s) || tutor_tick(s));
    while (s->learning && !learning_wait(s->learning, 50))
        if (job_cancelled(s->stop))
            return false;
    return true;
}
