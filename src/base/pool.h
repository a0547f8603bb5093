/* A pool of threads to which several jobs submit. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/error.h"
#include <stdatomic.h>
#include <stdint.h>

/* Shared by a job and whoever watches it: a flag that asks it to stop, seen between tiles, and a
 * count of the work done (multiply-adds, or what the job says). Zero-initialised is ready. */
typedef struct Job {
    atomic_bool cancel;
    atomic_llong done;
    int priority; /* workers take the higher first */
} Job;
static inline bool job_cancelled(const Job *job) {
    return job && atomic_load_explicit(&job->cancel, memory_order_relaxed);
}
static inline void job_advance(Job *job, int64_t work) {
    if (job)
        atomic_fetch_add_explicit(&job->done, work, memory_order_relaxed);
}

enum { POOL_THREADS_MAX = 256 };
typedef struct Pool Pool;

/* `threads` counts the caller of pool_run: 1 makes no thread at all. */
Pool *pool_new(int threads, Error *err);
void pool_free(Pool *pool); /* NULL is fine */
int pool_threads(const Pool *pool);

/* Calls task(context, i, worker) once for each i in 0..count-1, on any thread, and returns when all
 * are done. `worker` is 0..threads-1 and no two tasks of one pool_run share one at a time, so it
 * indexes per-worker scratch. The caller works too, as worker 0. May be called from several threads
 * at once, not from within a task. Which worker takes which i is not determined: a result must not
 * depend on it. False if the job was cancelled before every task ran (job may be NULL). */
typedef void (*PoolTask)(void *context, int64_t i, int worker);
bool pool_run(Pool *pool, Job *job, int64_t count, PoolTask task, void *context);

int pool_cores(void); /* online cores this process may use; at least 1 */

#endif
