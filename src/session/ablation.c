#include "session/ablation.h"

#include "base/memory.h"
#include "session/lab.h"
#include <string.h>

enum { REMOVED_MOST = 512 };

typedef struct Ablation {
    Work work;
    StateBlocks removed;
    Run *run;
    AblationSizes *sizes; /* by block; read once the work is done */
    int blocks;
    atomic_int computed;
} Ablation;

static bool begin(Ablation *a, Error *err) {
    const Graph *g = &scene_model(a->work.scene)->graph;
    RunGiven given[REMOVED_MOST];
    int count = 0;
    for (int i = 0; i < a->blocks && count < REMOVED_MOST; i++) {
        const int block = lab_block(g, BLOCK_RESIDUAL, i);
        if (state_has_block(&a->removed, block))
            given[count++] = (RunGiven){.node = lab_residual(g, block).f};
    }
    a->run = run_new_given(scene_run(a->work.scene), given, count, err);
    return a->run != NULL;
}

static double rms_of(const Tensor *t) {
    const Stats stats = stats_of(t->data, tensor_count(t));
    return lab_rms(&stats);
}

/* A node at a time, so that it can be cancelled; at the end how large everything is. */
static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    (void)options, (void)pool;
    Ablation *a = (Ablation *)w;
    const Graph *g = &scene_model(w->scene)->graph;
    if (!a->run && !begin(a, err))
        return false;
    if (!run_step(a->run, job, err))
        return false;
    atomic_store(&a->computed, run_computed(a->run));
    if (run_computed(a->run) < g->node_count)
        return true;
    for (int i = 0; i < a->blocks; i++) {
        const LabResidual r = lab_residual(g, lab_block(g, BLOCK_RESIDUAL, i));
        a->sizes[i].f = rms_of(run_output(a->run, r.f));
        a->sizes[i].output = rms_of(run_output(a->run, r.output));
    }
    *done = true;
    return true;
}

static double fraction(const Work *w) {
    const Ablation *a = (const Ablation *)w;
    return (double)atomic_load(&a->computed) / scene_model(w->scene)->graph.node_count;
}

static void close_ablation(Work *w) {
    Ablation *a = (Ablation *)w;
    run_release(a->run);
    mem_free(a->sizes);
}

static const WorkKind kind = {step, fraction, close_ablation};

Work *ablation_new(Scene *scene, const StateBlocks *removed, Error *err) {
    const Graph *g = &scene_model(scene)->graph;
    Ablation *a = mem_alloc(1, sizeof *a, err);
    if (!a)
        return NULL;
    a->blocks = lab_count(g, BLOCK_RESIDUAL);
    a->removed = *removed;
    work_begin(&a->work, &kind, scene, g->node_count - 1);
    a->sizes = mem_alloc((size_t)a->blocks, sizeof *a->sizes, err);
    if (a->sizes)
        return &a->work;
    work_release(&a->work);
    return NULL;
}

bool ablation_is(const Work *w, const Scene *scene, const StateBlocks *removed) {
    return w && w->kind == &kind && w->scene == scene &&
           memcmp(&((const Ablation *)w)->removed, removed, sizeof *removed) == 0;
}

const Tensor *ablation_values(const Work *w, int node) {
    return w && w->kind == &kind && work_done(w) ? run_output(((const Ablation *)w)->run, node)
                                                 : NULL;
}

bool ablation_sizes(const Work *w, int index, AblationSizes *sizes) {
    const Ablation *a = (const Ablation *)w;
    if (!w || w->kind != &kind || !work_done(w) || index < 0 || index >= a->blocks)
        return false;
    *sizes = a->sizes[index];
    return true;
}
