#include "session/perform.h"

#include "base/memory.h"
#include "base/text.h"
#include "session/bookmarks.h"
#include <string.h>

/* --- Networks, weights, pictures -------------------------------------------------------------- */

static bool is_random(const char *weights) {
    return strncmp(weights, "random:", 7) == 0;
}

/* Weights from a file and a size belong to the network that they were given for; a seed does for
 * any. */
PERFORM(model_open) {
    SceneNames names = *session_names_to_come(s);
    if (strcmp(names.model, argument) != 0) {
        if (!is_random(names.weights))
            names.weights[0] = '\0';
        names.size = 0;
    }
    return session_set_path(names.model, argument, "the network's name", err) &&
           session_open_scene(s, &names, NULL, err);
}

const char *trained_mini(const Session *s, char name[64]) {
    char path[FILE_PATH_MAX];
    if (!s->scene || scene_model(s->scene)->weights.trained)
        return NULL;
    const char *family = scene_model(s->scene)->family;
    text_format(name, 64, strcmp(family, "lenet") == 0 ? "%s" : "%s-mini", family);
    return weights_find(name, path, sizeof path) ? name : NULL;
}

/* With the weights at hand, also where random ones were asked for. */
PERFORM(model_trained) {
    char name[64];
    SceneNames names = *session_names_to_come(s);
    (void)argument;
    if (!trained_mini(s, name))
        return error_set(err, ERROR_MISSING, "a trained network of this family");
    names.weights[0] = '\0';
    names.size = 0;
    return session_set_path(names.model, name, "the network's name", err) &&
           session_open_scene(s, &names, NULL, err);
}

PERFORM(weights_open) {
    SceneNames names = *session_names_to_come(s);
    return session_set_path(names.weights, argument, "the path of the weights", err) &&
           session_open_scene(s, &names, NULL, err);
}

PERFORM(image_open) {
    SceneNames names = *session_names_to_come(s);
    return session_set_path(names.image, argument, "the picture's path", err) &&
           session_open_scene(s, &names, NULL, err);
}

/* From the one that is on its way, so that a key held down goes on through the folder. */
static bool browse(Session *s, int step, Error *err) {
    char path[FILE_PATH_MAX];
    const SceneNames *coming = session_names_to_come(s);
    const char *from = s->opening && coming->image[0] ? coming->image : scene_image_path(s->scene);
    return browse_step(&s->browse, from, step, path, err) && image_open(s, path, err);
}

PERFORM(image_next) {
    (void)argument;
    return browse(s, 1, err);
}

PERFORM(image_prev) {
    (void)argument;
    return browse(s, -1, err);
}

/* --- Whole states ----------------------------------------------------------------------------- */

/* A line of state_print: the scene first, the rest when it is open. */
PERFORM(state_go) {
    State named;
    state_init(&named);
    if (!state_read_scene(&named, argument, err))
        return false;
    if (!named.place.scene.model[0])
        named.place.scene = *session_names_to_come(s);
    return session_open_scene(s, &named.place.scene, argument, err);
}

PERFORM(bookmark_set) {
    int number = 0;
    char line[BOOKMARK_SIZE];
    if (!perform_number(argument, "bookmark.set", 1, BOOKMARKS, &number, err))
        return false;
    if (!bookmark_line(&s->state, session_graph(s), line, err) ||
        !bookmarks_put(number, line, s->scripted, err))
        return false;
    session_notice(s, "notice.bookmark", TEXT("%d", number));
    return true;
}

PERFORM(bookmark_go) {
    int number = 0;
    char line[BOOKMARK_SIZE];
    return perform_number(argument, "bookmark.go", 1, BOOKMARKS, &number, err) &&
           bookmarks_get(number, line, s->scripted, err) && state_go(s, line, err);
}

/* --- What the thread has done ----------------------------------------------------------------- */

static bool same_network(const SceneNames *a, const SceneNames *b) {
    return strcmp(a->model, b->model) == 0 && a->size == b->size;
}

/* With another picture one stays at the layer; another network is entered at its beginning. How
 * things look stays. */
static void enter(Session *s, const SceneNames *names) {
    StatePlace *p = &s->state.place;
    if (!same_network(&p->scene, names)) {
        State fresh;
        state_init(&fresh);
        fresh.place.colors = p->colors;
        fresh.place.range = p->range;
        fresh.place.sort = p->sort;
        fresh.place.maps = p->maps;
        fresh.place.heat = p->heat;
        fresh.place.terms = p->terms;
        *p = fresh.place;
        s->state.all = s->state.playing = false;
    }
    p->scene = *names;
    p->class_index = -1;
}

/* A line's fields over what there is; what does not fit this network is told. */
static void arrive(Session *s) {
    Error err = {0};
    State there = s->state;
    if (!s->arrival)
        return;
    if (state_read_rest(&there, session_graph(s), s->arrival, &err))
        s->state = there;
    else
        s->banner = err;
    mem_free(s->arrival);
    s->arrival = NULL;
}

static void adopt(Session *s, Scene *scene) {
    const bool coming = s->has_coming;
    scene_release(s->scene);
    s->scene = scene;
    s->has_coming = false;
    s->banner = (Error){0};
    s->notice[0] = '\0';
    s->state.paused = false;
    s->state.hover = (StateHover){GRAPH_FAILED, -1, {-1, -1}};
    s->unrecorded = coming || !s->state.place.scene.model[0];
    if (!s->performing && !s->tutor && s->state.overlay != OVERLAY_WELCOME)
        recent_put(&s->recent, scene_names(scene), s->scripted);
    enter(s, scene_names(scene));
    if (coming) {
        s->state.place = s->coming;
        s->state.place.scene = *scene_names(scene);
    }
    arrive(s);
    session_settle(s);
}

/* A failure here is none of whoever posts this: it is told in the banner. */
PERFORM(job_end) {
    (void)argument, (void)err;
    JobResult result;
    if (!job_take(s->jobs, &result))
        return true;
    if (result.opened || result.open_error.code != ERROR_NONE)
        s->opening = false;
    if (result.opened)
        adopt(s, result.opened);
    if (result.open_error.code != ERROR_NONE) {
        s->banner = result.open_error;
        s->has_coming = false;
    }
    if (result.compute_error.code != ERROR_NONE) {
        s->banner = result.compute_error;
        s->state.paused = true;
    }
    return true;
}

PERFORM(run_to_end) {
    (void)argument, (void)err;
    s->state.all = true;
    s->state.paused = false;
    return true;
}

PERFORM(cancel) {
    (void)argument, (void)err;
    job_cancel(s->jobs);
    s->opening = s->has_coming = false;
    s->state.all = s->state.playing = false;
    s->state.paused = true;
    return true;
}
