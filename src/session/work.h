/* Work of the session's thread for what the screen shows: an explanation, a race, a network with a
 * block removed. Whoever wants it makes it empty; the thread fills it piece by piece and publishes
 * each piece once and for good, so that the window shows what there is. Counted by reference. A
 * kind of work is a struct that begins with a Work. */
#ifndef SESSION_WORK_H
#define SESSION_WORK_H

#include "session/scene.h"
#include <stdatomic.h>

typedef struct Work Work;

typedef struct WorkKind {
    /* The next piece, by the session's thread alone; sets *done after the last. On failure
     * (cancelled or not) what was published stays. */
    bool (*step)(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err);
    double (*fraction)(const Work *w); /* 0..1 of all pieces; NULL: not known. Any thread */
    void (*close)(Work *w);            /* what it holds beside the Work */
} WorkKind;

struct Work {
    const WorkKind *kind;
    Scene *scene; /* retained; NULL: it is about none */
    int needs;    /* the node that the scene must have computed before it begins */
    uint64_t serial;
    atomic_int references;
    atomic_int ended; /* 0: no; 1: done; 2: failed, */
    Error error;      /* and why: read once `ended` is set */
};

/* The struct is from mem_alloc. `scene` may be NULL. */
void work_begin(Work *w, const WorkKind *kind, Scene *scene, int needs);
Work *work_retain(Work *w); /* NULL is fine, here and below */
void work_release(Work *w);

/* Whether there is something to do, and what it needs is there. Any thread. */
bool work_is_ready(const Work *w);
/* The next piece, by one thread. What fails, unless by a cancelled job, has failed for good. */
bool work_step(Work *w, const RunOptions *options, Pool *pool, Job *job);

/* From here on: any thread. */
bool work_at_end(const Work *w);        /* done or failed */
bool work_done(const Work *w);          /* done */
const Error *work_error(const Work *w); /* NULL: it has not failed */
double work_fraction(const Work *w);    /* 0..1 */

#endif
