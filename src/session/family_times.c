#include "session/family_times.h"

#include "base/memory.h"
#include "engine/calibrate.h"
#include "engine/fast.h"
#include <math.h>

typedef struct FamilyTimes {
    Work work;
    const PaletteLists *lists;
    int one;
    int last;        /* tried already: what could not be measured is not tried for ever */
    atomic_int at;   /* underway */
    atomic_int done; /* of how many */
    int wanted;
} FamilyTimes;

static double middle(double a, double b, double c) {
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static bool time_plan(const Model *m, const RunOptions *options, Pool *pool, Job *job, Arena *arena,
                      double *ms, Error *err) {
    enum { PASSES = 4 };
    const Shape shape = shape_batched(&m->graph.input, 1);
    double took[PASSES];
    Tensor input;
    if (!tensor_new(&input, arena, &shape, err))
        return false;
    calibrate_picture(&m->graph.input, input.data);
    FastPlan *plan = fast_new(m, 1, options, pool, err);
    bool ok = plan != NULL;
    for (int i = 0; ok && i < PASSES; i++) {
        Result result;
        ok = fast_run(plan, &input, job, arena, &result, err);
        took[i] = ok ? result.ms : 0;
    }
    fast_free(plan);
    *ms = ok ? middle(took[1], took[2], took[3]) : -1;
    return ok;
}

double family_time(const char *name, const RunOptions *options, Pool *pool, Job *job, Error *err) {
    Arena arena = {0};
    double ms = -1;
    Model *m = model_load(name, 0, err);
    if (m && weights_random(m, 1, pool, job, err))
        time_plan(m, options, pool, job, &arena, &ms, err);
    arena_free(&arena);
    model_free(m);
    return ms;
}

/* Of those without a time the one with the fewest multiply-adds after `last`; -1: none is left. */
static int next_of(const FamilyTimes *f) {
    const PaletteModel *m = f->lists->models;
    int best = -1;
    if (f->one >= 0)
        return f->last < 0 ? f->one : -1;
    for (int i = 0; i < (int)f->lists->model_count; i++) {
        const bool after = f->last < 0 || m[i].macs > m[f->last].macs ||
                           (m[i].macs == m[f->last].macs && i > f->last);
        if (after && atomic_load(&f->lists->microseconds[i]) == 0 &&
            (best < 0 || m[i].macs < m[best].macs))
            best = i;
    }
    return best;
}

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    FamilyTimes *f = (FamilyTimes *)w;
    const int i = next_of(f);
    *done = i < 0;
    atomic_store(&f->at, i);
    if (*done)
        return true;
    const double ms = family_time(f->lists->models[i].name, options, pool, job, err);
    if (job_cancelled(job))
        return false;
    f->last = i;
    atomic_fetch_add(&f->done, 1);
    if (ms > 0)
        atomic_store(&f->lists->microseconds[i], (int)fmin(fmax(round(ms * 1000), 1), 2e9));
    return ms > 0;
}

static double fraction(const Work *w) {
    const FamilyTimes *f = (const FamilyTimes *)w;
    return f->wanted ? (double)atomic_load(&f->done) / f->wanted : 0;
}

static void close_times(Work *w) {
    (void)w;
}

static const WorkKind kind = {step, fraction, close_times};

Work *family_times_new(const PaletteLists *lists, int one, Error *err) {
    FamilyTimes *f = mem_alloc(1, sizeof *f, err);
    if (!f)
        return NULL;
    f->lists = lists;
    f->one = one;
    f->last = -1;
    f->wanted = one >= 0;
    for (size_t i = 0; one < 0 && i < lists->model_count; i++)
        f->wanted += atomic_load(&lists->microseconds[i]) == 0;
    atomic_init(&f->at, -1);
    work_begin(&f->work, &kind, NULL, GRAPH_IMAGE);
    return &f->work;
}

bool family_times_is(const Work *w, int one) {
    return w && w->kind == &kind && ((const FamilyTimes *)w)->one == one;
}

int family_times_at(const Work *w) {
    return w && w->kind == &kind && !work_at_end(w) ? atomic_load(&((const FamilyTimes *)w)->at)
                                                    : -1;
}
