#include "session/panes.h"

#include "base/memory.h"
#include "base/text.h"
#include "session/palette.h"
#include <math.h>
#include <string.h>

/* --- Which layer of the other ----------------------------------------------------------------- */

static int of_family(const Graph *g, LayerFamily family) {
    int count = 0;
    for (int i = 0; i < g->node_count; i++)
        count += g->nodes[i].type->family == family;
    return count;
}

/* The index-th of them. */
static int nth_of_family(const Graph *g, LayerFamily family, int index) {
    for (int i = 0; i < g->node_count; i++)
        if (g->nodes[i].type->family == family && index-- == 0)
            return i;
    return g->node_count - 1;
}

int panes_node(const Graph *g, int node, const Graph *other) {
    if (node == GRAPH_IMAGE)
        return GRAPH_IMAGE;
    const Node *n = &g->nodes[node];
    for (int i = 0; i < other->node_count; i++)
        if (strcmp(other->nodes[i].name, n->name) == 0 ||
            strcmp(other->nodes[i].label, n->label) == 0)
            return i;
    const LayerFamily family = n->type->family;
    const int there = of_family(other, family), here = of_family(g, family);
    int index = 0;
    for (int i = 0; i < node; i++)
        index += g->nodes[i].type->family == family;
    if (there > 0)
        return nth_of_family(other, family,
                             here > 1 ? (int)lround((double)index * (there - 1) / (here - 1))
                                      : there - 1);
    return g->node_count > 1
               ? (int)lround((double)node * (other->node_count - 1) / (g->node_count - 1))
               : other->node_count - 1;
}

/* --- What stands beside ----------------------------------------------------------------------- */

const char *panes_partner(Session *s, const char *after) {
    const PaletteLists *lists = palette_lists(s);
    const Shape *input = &session_graph(s)->input;
    const char *own = s->state.place.scene.model;
    const int count = (int)lists->model_count;
    int from = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(lists->models[i].name, after) == 0)
            from = i + 1;
    for (int k = 0; k < count; k++) {
        const PaletteModel *m = &lists->models[(from + k) % count];
        if (strcmp(m->name, own) != 0 && shape_equal(&m->input, input))
            return m->name;
    }
    return own;
}

static uint64_t seed_beside(const Session *s) {
    const Weights *w = &scene_model(s->scene)->weights;
    const uint64_t seed = (uint64_t)s->state.place.panes_seed;
    return w->kind == WEIGHTS_RANDOM && w->seed == seed ? seed + 1 : seed;
}

const char *panes_other(Session *s, char buffer[FILE_PATH_MAX]) {
    const StatePlace *p = &s->state.place;
    switch (p->panes_kind) {
    case PANES_PATHS:
        return text_format(buffer, FILE_PATH_MAX, "naive");
    case PANES_WEIGHTS:
        return text_format(buffer, FILE_PATH_MAX, "random:%llu",
                           (unsigned long long)seed_beside(s));
    default:
        return text_format(buffer, FILE_PATH_MAX, "%s",
                           p->panes_model[0] ? p->panes_model : panes_partner(s, p->scene.model));
    }
}

/* On the picture that is shown, wherever the scene got it from. */
static void names_of(Session *s, SceneNames *names) {
    char other[FILE_PATH_MAX];
    *names = s->state.place.scene;
    text_format(names->image, sizeof names->image, "%s", scene_image_path(s->scene));
    panes_other(s, other);
    if (s->state.place.panes_kind == PANES_WEIGHTS)
        memcpy(names->weights, other, sizeof other);
    if (s->state.place.panes_kind != PANES_NETWORKS)
        return;
    memcpy(names->model, other, sizeof other);
    names->weights[0] = '\0';
    names->size = 0;
}

/* --- The work --------------------------------------------------------------------------------- */

typedef struct Panes {
    Work work;
    SceneNames names;
    StatePanes how;
    int node; /* of the scene shown */
    _Atomic(Scene *) scene;
} Panes;

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    Panes *p = (Panes *)w;
    RunOptions other = *options;
    if (p->how == PANES_PATHS)
        other.path = CONV_NAIVE;
    Scene *scene = atomic_load(&p->scene);
    if (!scene) {
        scene = scene_open(&p->names, w->scene, &other, pool, job, err);
        atomic_store(&p->scene, scene);
        return scene != NULL;
    }
    const int last = panes_node(&scene_model(w->scene)->graph, p->node, &scene_model(scene)->graph);
    if (scene_ready(scene) <= last && !scene_compute(scene, job, err))
        return false;
    *done = scene_ready(scene) > last;
    return true;
}

static void close_panes(Work *w) {
    scene_release(atomic_load(&((Panes *)w)->scene));
}

static const WorkKind kind = {step, NULL, close_panes};

Scene *panes_scene(const Work *w) {
    return w && w->kind == &kind ? atomic_load(&((Panes *)(uintptr_t)w)->scene) : NULL;
}

Work *panes_wants(Session *s, Work *now, Error *err) {
    const StatePlace *p = &s->state.place;
    static SceneNames names; /* large; the window has one thread */
    names_of(s, &names);
    Panes *old = now && now->kind == &kind ? (Panes *)now : NULL;
    const bool same = old && now->scene == s->scene && old->how == p->panes_kind &&
                      state_same_scene(&old->names, &names);
    if (same && old->node == p->node)
        return now;
    Panes *made = mem_alloc(1, sizeof *made, err);
    if (!made)
        return NULL;
    made->names = names;
    made->how = p->panes_kind;
    made->node = p->node;
    Scene *kept = same ? atomic_load(&old->scene) : NULL;
    atomic_init(&made->scene, kept ? scene_retain(kept) : NULL);
    work_begin(&made->work, &kind, s->scene, p->node);
    return &made->work;
}

/* --- Differences ------------------------------------------------------------------------------ */

PanesDifference panes_difference(const Tensor *left, const Tensor *right) {
    PanesDifference d = {.most = NAN};
    const int64_t count = tensor_count(left);
    if (!shape_equal(&left->shape, &right->shape))
        return d;
    int64_t at = 0;
    d.most = 0;
    for (int64_t i = 0; i < count; i++) {
        const double apart = fabs((double)left->data[i] - (double)right->data[i]);
        if (apart > d.most) {
            d.most = apart;
            at = i;
        }
    }
    const bool maps = left->shape.rank == 4;
    const int64_t w = maps ? left->shape.dim[3] : 1, h = maps ? left->shape.dim[2] : 1;
    d.channel = (int)(at / (h * w));
    d.y = (int)(at / w % h);
    d.x = (int)(at % w);
    d.left = left->data[at];
    d.right = right->data[at];
    return d;
}
