#include "session/action.h"
#include "ui/screen.h"
#include "ui/view.h"
#include "ui/window.h"
#include <string.h>

typedef struct Tour {
    Session session;
    Fonts *fonts;
    const char *folder;
    int pictures;
} Tour;

static bool export_screen(void *context, const char *path, Error *err) {
    const Tour *tour = context;
    return screen_save(&tour->session, tour->fonts, VIEW_WIDTH, VIEW_HEIGHT, path, err);
}

/* Waits until the screen shows what it should. */
static bool settle(Tour *tour, Error *err) {
    Session *s = &tour->session;
    if (!session_wait(s))
        return error_set(err, ERROR_CANCELLED, "");
    if (s->banner.code == ERROR_NONE)
        return true;
    if (err && err->code == ERROR_NONE)
        *err = s->banner;
    return false;
}

/* "FOLDER/07_tanh1.png": numbers as wide as the last one. */
static bool picture_line(const Tour *tour, char *line, size_t size, Error *err) {
    const Graph *graph = &scene_model(tour->session.scene)->graph;
    int node = tour->session.state.node;
    char name[120], path[FILE_PATH_MAX];
    int digits = graph->node_count > 999 ? 4 : graph->node_count > 99 ? 3 : 2;
    text_format(name, sizeof name, "%0*d_%s.png", digits, node + 1,
                node == GRAPH_IMAGE ? "input" : graph->nodes[node].name);
    for (char *c = name; *c; c++)
        if (strchr("/\\:*?\"<>| ", *c))
            *c = '_';
    if (!file_join(path, sizeof path, tour->folder, name, err))
        return false;
    text_format(line, size, "export.view %s", path);
    return true;
}

static bool walk(Tour *tour, Error *err) {
    Session *s = &tour->session;
    char line[FILE_PATH_MAX + 16];
    if (!settle(tour, err))
        return false;
    for (;;) {
        if (!picture_line(tour, line, sizeof line, err) || !action_perform(s, line, err))
            return false;
        tour->pictures++;
        if (s->state.node == session_last_node(s))
            return true;
        if (!action_perform(s, "layer.next", err) || !settle(tour, err))
            return false;
    }
}

bool ui_tour(const SessionOptions *options, const char *folder, int *pictures, Error *err) {
    Tour tour = {.folder = folder};
    bool ok = file_make_folder(folder, err);
    tour.fonts = ok ? fonts_new(1, err) : NULL;
    ok = tour.fonts && session_open(&tour.session, options, err);
    if (ok) {
        tour.session.export_view = export_screen;
        tour.session.export_context = &tour;
        ok = walk(&tour, err);
        session_close(&tour.session);
    }
    fonts_free(tour.fonts);
    if (pictures)
        *pictures = tour.pictures;
    return ok;
}
