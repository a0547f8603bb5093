#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "base/pool.h"

#include "base/cgroup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

/* One pool_run, on its caller's stack. It may be touched by its caller, and by a worker only while
 * that is counted in `helpers`. */
typedef struct Run {
    struct Run *next; /* in the pool's list, highest priority first; guarded by the pool's lock */
    bool listed;
    int priority;
    Job *job;
    PoolTask task;
    void *context;
    int64_t count;
    atomic_int helpers; /* grows under the lock only */
    _Alignas(64) atomic_llong claimed;
} Run;

typedef struct Worker {
    struct Pool *pool;
    pthread_t thread;
    int index;
} Worker;

struct Pool {
    pthread_mutex_t lock;
    pthread_cond_t work; /* a run was listed, or the pool ends */
    pthread_cond_t done; /* a run's last helper has left */
    Run *runs;
    int threads, sleepers;
    double spin_ms;
    _Alignas(64) atomic_uint news; /* grows when `work` would be signalled: for spinning on */
    atomic_int urgent;             /* the highest priority listed, INT_MIN if none */
    atomic_bool ending;
    Worker workers[];
};

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Watches for a change for a while before going to sleep, as waking takes longer than what lies
 * between two layers. True if the value has changed. */
static bool spin_while(const Pool *pool, atomic_uint *value, unsigned same) {
    if (pool->spin_ms <= 0)
        return false;
    double end = clock_ms() + pool->spin_ms;
    do {
        for (int i = 0; i < 16; i++) {
            if (atomic_load_explicit(value, memory_order_acquire) != same)
                return true;
            relax();
        }
    } while (clock_ms() < end);
    return false;
}

/* The lock is held in the three functions that follow. */
static void note_urgent(Pool *pool) {
    atomic_store_explicit(&pool->urgent, pool->runs ? pool->runs->priority : INT32_MIN,
                          memory_order_relaxed);
}

static void list_run(Pool *pool, Run *run) {
    Run **at = &pool->runs;
    while (*at && (*at)->priority >= run->priority)
        at = &(*at)->next;
    run->next = *at;
    *at = run;
    run->listed = true;
    note_urgent(pool);
    atomic_fetch_add_explicit(&pool->news, 1, memory_order_release);
}

static void unlist_run(Pool *pool, Run *run) {
    if (!run->listed)
        return;
    Run **at = &pool->runs;
    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
    run->listed = false;
    note_urgent(pool);
}

/* Works on a run until nothing of it is left to claim, or it is cancelled: true; or until a worker
 * is wanted by a run of higher priority: false. What is claimed is done. */
static bool work_on(Pool *pool, Run *run, int worker) {
    while (!job_cancelled(run->job)) {
        int64_t i = atomic_fetch_add_explicit(&run->claimed, 1, memory_order_relaxed);
        if (i >= run->count)
            return true;
        run->task(run->context, i, worker);
        if (worker && atomic_load_explicit(&pool->urgent, memory_order_relaxed) > run->priority)
            return false;
    }
    return true;
}

static void *worker_main(void *argument) {
    Worker *self = argument;
    Pool *pool = self->pool;
    bool spun = false;
    pthread_mutex_lock(&pool->lock);
    while (!atomic_load(&pool->ending)) {
        Run *run = pool->runs;
        if (run) {
            atomic_fetch_add_explicit(&run->helpers, 1, memory_order_relaxed);
            pthread_mutex_unlock(&pool->lock);
            bool over = work_on(pool, run, self->index);
            pthread_mutex_lock(&pool->lock);
            if (over)
                unlist_run(pool, run);
            /* After this the caller may be gone, and the run with it. */
            if (atomic_fetch_sub_explicit(&run->helpers, 1, memory_order_release) == 1)
                pthread_cond_broadcast(&pool->done);
            spun = false;
        } else if (!spun) {
            unsigned news = atomic_load_explicit(&pool->news, memory_order_relaxed);
            pthread_mutex_unlock(&pool->lock);
            spun = !spin_while(pool, &pool->news, news);
            pthread_mutex_lock(&pool->lock);
        } else {
            pool->sleepers++;
            pthread_cond_wait(&pool->work, &pool->lock);
            pool->sleepers--;
            spun = false;
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Waits until no worker is in the run, which is listed no more. */
static void wait_for_helpers(Pool *pool, Run *run) {
    double end = pool->spin_ms > 0 ? clock_ms() + pool->spin_ms : 0;
    while (end > 0 && clock_ms() < end)
        for (int i = 0; i < 16; i++) {
            if (atomic_load_explicit(&run->helpers, memory_order_acquire) == 0)
                return;
            relax();
        }
    pthread_mutex_lock(&pool->lock);
    while (atomic_load_explicit(&run->helpers, memory_order_acquire) != 0)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

bool pool_run(Pool *pool, Job *job, int64_t count, PoolTask task, void *context) {
    Run run = {.job = job, .task = task, .context = context, .count = count};
    run.priority = job ? job->priority : 0;
    bool shared = pool->threads > 1 && count > 1;
    if (shared) {
        pthread_mutex_lock(&pool->lock);
        list_run(pool, &run);
        int wake = pool->sleepers < count - 1 ? pool->sleepers : (int)(count - 1);
        pthread_mutex_unlock(&pool->lock);
        for (int i = 0; i < wake; i++)
            pthread_cond_signal(&pool->work);
    }
    work_on(pool, &run, 0);
    if (shared) {
        pthread_mutex_lock(&pool->lock);
        unlist_run(pool, &run);
        pthread_mutex_unlock(&pool->lock);
        wait_for_helpers(pool, &run);
    }
    return atomic_load_explicit(&run.claimed, memory_order_relaxed) >= count;
}

static bool start_worker(Pool *pool, int index, Error *err) {
    Worker *worker = &pool->workers[index];
    worker->pool = pool;
    worker->index = index;
    return thread_start(&worker->thread, worker_main, worker, err);
}

Pool *pool_new(int threads, Error *err) {
    if (threads < 1 || threads > POOL_THREADS_MAX) {
        error_set(err, ERROR_EXPECTED, "threads", TEXT("1..%d", POOL_THREADS_MAX),
                  TEXT("%d", threads));
        return NULL;
    }
    Pool *pool = mem_alloc(1, sizeof *pool + (size_t)threads * sizeof pool->workers[0], err);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    note_urgent(pool);
    /* With more threads than cores, who spins keeps another from working. */
    pool->spin_ms = threads <= pool_cores() ? 0.05 : 0;
    for (pool->threads = 1; pool->threads < threads; pool->threads++)
        if (!start_worker(pool, pool->threads, err)) {
            pool_free(pool);
            return NULL;
        }
    return pool;
}

void pool_free(Pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->ending, true);
    atomic_fetch_add(&pool->news, 1);
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 1; i < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    mem_free(pool);
}

int pool_threads(const Pool *pool) {
    return pool->threads;
}

#ifdef __linux__
static long allowed_cores(void) {
    for (size_t size = 1024; size <= 1u << 20; size *= 4) {
        cpu_set_t *set = CPU_ALLOC(size);
        if (!set)
            break;
        size_t bytes = CPU_ALLOC_SIZE(size);
        bool known = sched_getaffinity(0, bytes, set) == 0;
        int cores = known ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (known)
            return cores;
    }
    return sysconf(_SC_NPROCESSORS_ONLN);
}
#else
static long allowed_cores(void) {
    return sysconf(_SC_NPROCESSORS_ONLN);
}
#endif

int pool_cores(void) {
    long cores = allowed_cores();
    int quota = cgroup_cores();
    if (quota > 0 && quota < cores)
        cores = quota;
    return cores < 1 ? 1 : cores > POOL_THREADS_MAX ? POOL_THREADS_MAX : (int)cores;
}
