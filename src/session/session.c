#include "session/session.h"

#include "session/action.h"
#include <string.h>

bool session_set_path(char path[FILE_PATH_MAX], const char *text, const char *what, Error *err) {
    size_t length = strlen(text);
    if (length >= FILE_PATH_MAX)
        return error_set(err, ERROR_TOO_LARGE, what, TEXT("%zu bytes", length),
                         TEXT("%d", FILE_PATH_MAX - 1));
    memcpy(path, text, length + 1);
    return true;
}

bool session_open(Session *s, const SessionOptions *options, Error *err) {
    *s = (Session){.state.node = GRAPH_IMAGE};
    SceneNames names = {.size = options->size};
    const char *model = options->model ? options->model : "lenet";
    const char *image = options->image ? options->image : "";
    const char *weights = options->weights ? options->weights : "";
    if (!session_set_path(names.model, model, "the network's name", err) ||
        !session_set_path(names.image, image, "the picture's path", err) ||
        !session_set_path(names.weights, weights, "the path of the weights", err))
        return false;
    s->stop = options->stop;
    s->jobs = job_thread_new(&options->run, options->pool, err);
    if (!s->jobs)
        return false;
    s->asked = names;
    s->opening = true;
    job_open(s->jobs, &names, NULL);
    return true;
}

void session_close(Session *s) {
    job_thread_free(s->jobs);
    scene_release(s->scene);
    s->jobs = NULL;
    s->scene = NULL;
}

bool session_post(Session *s, const char *line) {
    Error err = {0};
    if (action_perform(s, line, &err))
        return true;
    s->banner = err;
    return false;
}

/* Nothing while a scene is being opened: then the thread would be in two minds. */
static void ask_for_nodes(Session *s) {
    if (!s->scene || s->state.paused || s->opening)
        return;
    job_compute(s->jobs, s->scene, s->state.all ? session_last_node(s) : s->state.node);
}

bool session_tick(Session *s) {
    bool changed = job_has_news(s->jobs);
    if (changed)
        session_post(s, "job.end");
    ask_for_nodes(s);
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
        session_tick(s);
        if (!wait_for_thread(s))
            return false;
    } while (job_has_news(s->jobs));
    return true;
}

int session_last_node(const Session *s) {
    return scene_model(s->scene)->graph.node_count - 1;
}

int session_channels(const Session *s) {
    return scene_extent(s->scene, s->state.node).channels;
}

int session_pages(const Session *s) {
    SceneExtent extent = scene_extent(s->scene, s->state.node);
    return extent.vector ? 1 : (extent.channels + STATE_PAGE_MAPS - 1) / STATE_PAGE_MAPS;
}
