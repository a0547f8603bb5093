#include "session/work.h"

#include "base/memory.h"

void work_begin(Work *w, const WorkKind *kind, Scene *scene, int needs) {
    static atomic_ullong serials;
    w->kind = kind;
    w->scene = scene ? scene_retain(scene) : NULL;
    w->needs = needs;
    w->serial = atomic_fetch_add(&serials, 1) + 1;
    atomic_init(&w->references, 1);
    atomic_init(&w->ended, 0);
}

Work *work_retain(Work *w) {
    if (w)
        atomic_fetch_add(&w->references, 1);
    return w;
}

void work_release(Work *w) {
    if (!w || atomic_fetch_sub(&w->references, 1) > 1)
        return;
    w->kind->close(w);
    scene_release(w->scene);
    mem_free(w);
}

bool work_is_ready(const Work *w) {
    return w && !work_at_end(w) && (!w->scene || w->needs < scene_ready(w->scene));
}

bool work_step(Work *w, const RunOptions *options, Pool *pool, Job *job) {
    Error err = {0};
    bool done = false;
    if (work_at_end(w))
        return true;
    if (!w->kind->step(w, options, pool, job, &done, &err)) {
        if (job_cancelled(job))
            return false; /* it may go on */
        w->error = err;
        atomic_store_explicit(&w->ended, 2, memory_order_release);
        return false;
    }
    if (done)
        atomic_store_explicit(&w->ended, 1, memory_order_release);
    return true;
}

static int ended(const Work *w) {
    return w ? atomic_load_explicit(&w->ended, memory_order_acquire) : 0;
}

bool work_at_end(const Work *w) {
    return ended(w) != 0;
}

bool work_done(const Work *w) {
    return ended(w) == 1;
}

const Error *work_error(const Work *w) {
    return ended(w) == 2 ? &w->error : NULL;
}

double work_fraction(const Work *w) {
    return ended(w) ? 1 : w && w->kind->fraction ? w->kind->fraction(w) : 0;
}
