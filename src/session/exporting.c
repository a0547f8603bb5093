#include "session/exporting.h"

#include "base/text.h"
#include "export/manifest.h"
#include "export/write.h"
#include <string.h>

typedef struct Exporting {
    Work work;
    int node;
    char folder[FILE_PATH_MAX];
    char *command;
    ExportOptions options;
    Arena arena; /* of the above */

    /* of the thread that does it */
    bool planned;
    ExportPlan plan;

    atomic_llong done, all; /* files; all 0: not planned yet */
} Exporting;

/* --- Names ------------------------------------------------------------------------------------ */

static bool in_folder(const char *folder, const char *name, char path[FILE_PATH_MAX], Error *err) {
    return folder[0] ? file_join(path, FILE_PATH_MAX, folder, name, err)
                     : session_set_path(path, name, "the name", err);
}

bool exporting_name(const Session *s, const char *name, const char *extension,
                    char path[FILE_PATH_MAX], Error *err) {
    char folder[FILE_PATH_MAX] = "";
    if (name[0])
        return in_folder(s->folder && name[0] != '/' ? s->folder : "", name, path, err);
    if (s->folder ? !session_set_path(folder, s->folder, "the folder's name", err)
                  : !file_can_write(".") && !file_home(folder, sizeof folder))
        return error_set(err, ERROR_MISSING, "a folder to write to");
    for (int i = 1; i < 100000; i++) {
        if (!in_folder(folder, TEXT("convoscope-%03d%s", i, extension), path, err))
            return false;
        if (!file_exists(path))
            return true;
    }
    return error_set(err, ERROR_BAD, "there are too many convoscope-NNN here");
}

/* --- The command that makes it again ---------------------------------------------------------- */

/* Words added to a line in the arena, which has room for `left` more bytes. */
typedef struct Command {
    char *end;
    size_t left;
} Command;

static void add(Command *c, const char *word) {
    if (4 * strlen(word) + 4 > c->left)
        return;
    char *end = text_put_quoted(c->end, word);
    c->left -= (size_t)(end - c->end);
    c->end = end;
    *end = '\0';
}

static void add_option(Command *c, const char *name, const char *value) {
    add(c, name);
    add(c, value);
}

static const char *absolute(const char *path, char buffer[FILE_PATH_MAX]) {
    Error err = {0};
    return strchr(path, '/') && file_absolute(buffer, FILE_PATH_MAX, path, &err) ? buffer : path;
}

static bool make_command(Exporting *e, const Session *s, Error *err) {
    enum { ROOM = 20 * FILE_PATH_MAX };
    static const char program[] = "convoscope export";
    const SceneNames *names = &s->state.place.scene;
    const Graph *g = session_graph(s);
    char path[FILE_PATH_MAX];
    e->command = arena_alloc(&e->arena, ROOM, 1, err);
    if (!e->command)
        return false;
    memcpy(e->command, program, sizeof program);
    Command c = {e->command + sizeof program - 1, ROOM - sizeof program};
    add(&c, absolute(names->model, path));
    add_option(&c, "--image", absolute(scene_image_path(s->scene), path));
    if (names->weights[0])
        add_option(&c, "--weights",
                   strncmp(names->weights, "random:", 7) == 0 ? names->weights
                                                              : absolute(names->weights, path));
    if (names->size)
        add_option(&c, "--size", TEXT("%d", names->size));
    if (s->run.path != CONV_GEMM)
        add_option(&c, "--conv", conv_path_name(s->run.path));
    if (s->run.tier != cpu_best())
        add_option(&c, "--cpu", cpu_tier_name(s->run.tier));
    add_option(&c, "--nodes", e->node == GRAPH_FAILED ? "weighted" : g->nodes[e->node].name);
    add_option(&c, "--what", export_what_name(EXPORT_SHEET));
    if (e->options.range != EXPORT_RANGE_MAP)
        add_option(&c, "--range", export_range_name(e->options.range));
    if (e->options.colormap_given)
        add_option(&c, "--colormap", colormap_name(e->options.colormap));
    if (e->options.density > 1)
        add_option(&c, "--density", TEXT("%d", e->options.density));
    add_option(&c, "--out", e->folder);
    return true;
}

/* --- Making ----------------------------------------------------------------------------------- */

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err);
static double fraction(const Work *w);

static void close_exporting(Work *w) {
    Exporting *e = (Exporting *)w;
    if (e->planned)
        export_plan_free(&e->plan);
    arena_free(&e->arena);
}

static ExportOptions options_of(const State *state) {
    static const ExportRange ranges[RANGES] = {EXPORT_RANGE_MAP, EXPORT_RANGE_LAYER,
                                               EXPORT_RANGE_GLOBAL};
    static const Colormap maps[COLORS_CHOICES] = {COLORMAP_VIRIDIS, COLORMAP_GRAY, COLORMAP_VIRIDIS,
                                                  COLORMAP_RDBU};
    return (ExportOptions){.what = EXPORT_SHEET,
                           .range = ranges[state->place.range],
                           .colormap = maps[state->place.colors],
                           .colormap_given = state->place.colors != COLORS_AUTO,
                           .scale = 1,
                           .density = state->export_scale};
}

Work *exporting_new(const Session *s, int node, const char *folder, Error *err) {
    static const WorkKind kind = {step, fraction, close_exporting};
    const Graph *g = session_graph(s);
    int last = node == GRAPH_FAILED ? 0 : node;
    for (int i = 0; node == GRAPH_FAILED && i < g->node_count; i++)
        last = g->nodes[i].weight_count ? i : last;
    Exporting *e = mem_alloc(1, sizeof *e, err);
    if (!e)
        return NULL;
    work_begin(&e->work, &kind, s->scene, last);
    e->node = node;
    e->options = options_of(&s->state);
    if (!file_absolute(e->folder, sizeof e->folder, folder, err) || !make_command(e, s, err)) {
        work_release(&e->work);
        return NULL;
    }
    e->options.folder = e->folder;
    e->options.command = e->command;
    e->options.image = arena_text(&e->arena, scene_image_path(s->scene), err);
    return &e->work;
}

/* --- Doing ------------------------------------------------------------------------------------ */

static bool make_plan(Exporting *e, Pool *pool, Job *job, Error *err) {
    const Run *run = scene_run(e->work.scene);
    const Model *model = scene_model(e->work.scene);
    const Graph *g = &model->graph;
    bool *wanted = arena_alloc(&e->arena, (size_t)g->node_count, sizeof *wanted, err);
    if (!wanted || !export_prepare(&e->options, err))
        return false;
    if (e->node == GRAPH_FAILED ? !export_select(g, "weighted", EXPORT_SHEET, wanted, err)
                                : !(wanted[e->node] = true))
        return false;
    if (!export_plan(&e->plan, model, run, wanted, &e->options, pool, job, err)) {
        export_plan_free(&e->plan);
        return false;
    }
    e->planned = true;
    atomic_store(&e->all, e->plan.file_count);
    return true;
}

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    Exporting *e = (Exporting *)w;
    (void)options;
    if (!e->planned)
        return make_plan(e, pool, job, err);
    const int64_t from = atomic_load(&e->done), left = e->plan.file_count - from;
    const int64_t some = left < pool_threads(pool) ? left : pool_threads(pool);
    if (!export_write_some(&e->plan, from, from + some, pool, job, err))
        return false;
    atomic_store(&e->done, from + some);
    *done = some == left;
    return !*done || manifest_write(&e->plan, err);
}

static double fraction(const Work *w) {
    const Exporting *e = (const Exporting *)w;
    const long long all = atomic_load(&e->all);
    return all ? (double)atomic_load(&e->done) / (double)all : 0;
}

const char *exporting_folder(const Work *w) {
    return ((const Exporting *)w)->folder;
}

int64_t exporting_files(const Work *w) {
    return atomic_load(&((const Exporting *)w)->done);
}
