#include "session/job.h"

#include "base/memory.h"
#include "base/thread.h"
#include <errno.h>
#include <string.h>
#include <time.h>

/* Everything but `job`'s own atomics is guarded by the lock. */
struct JobThread {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* something was asked for, or has ended */
    RunOptions options;
    Pool *pool;

    bool ending;
    bool open_wanted;
    SceneNames open_names;
    Scene *open_like; /* retained; or NULL */
    Scene *scene;     /* retained: whose nodes are wanted, up to `last`; or NULL */
    int last;
    Work *piecework; /* retained: that is wanted; or NULL */

    JobKind kind; /* what the thread is doing */
    Job job;      /* of that */
    int node;     /* being computed, and how much work that is */
    int64_t work;
    JobResult result;
    bool news; /* in the result */
};

/* The lock is held in all functions up to thread_main. */
static void want_scene(JobThread *jobs, Scene *scene) {
    if (scene)
        scene_retain(scene);
    scene_release(jobs->scene);
    jobs->scene = scene;
}

static void want_work(JobThread *jobs, Work *work) {
    work_retain(work);
    work_release(jobs->piecework);
    jobs->piecework = work;
}

static void want_nothing(JobThread *jobs) {
    want_scene(jobs, NULL);
    want_work(jobs, NULL);
    scene_release(jobs->open_like);
    jobs->open_like = NULL;
    jobs->open_wanted = false;
    atomic_store(&jobs->job.cancel, true);
}

static void begin(JobThread *jobs, JobKind kind) {
    jobs->kind = kind;
    atomic_store(&jobs->job.cancel, false);
    atomic_store(&jobs->job.done, 0);
    pthread_mutex_unlock(&jobs->lock);
}

/* True if the thing was wanted to its end. */
static bool end(JobThread *jobs) {
    pthread_mutex_lock(&jobs->lock);
    jobs->kind = JOB_IDLE;
    return !atomic_load(&jobs->job.cancel);
}

static void do_open(JobThread *jobs) {
    SceneNames names = jobs->open_names;
    Scene *like = jobs->open_like;
    Error err = {0};
    jobs->open_like = NULL;
    jobs->open_wanted = false;
    begin(jobs, JOB_OPENING);
    Scene *scene = scene_open(&names, like, &jobs->options, jobs->pool, &jobs->job, &err);
    scene_release(like);
    if (end(jobs)) {
        scene_release(jobs->result.opened);
        jobs->result.opened = scene;
        jobs->result.open_error = err;
        jobs->news = true;
    } else {
        scene_release(scene);
    }
}

static void do_compute(JobThread *jobs) {
    Scene *scene = scene_retain(jobs->scene);
    Error err = {0};
    jobs->node = scene_ready(scene);
    jobs->work = scene_model(scene)->graph.nodes[jobs->node].work;
    begin(jobs, JOB_COMPUTING);
    bool ok = scene_compute(scene, &jobs->job, &err);
    if (end(jobs) && !ok) {
        jobs->result.compute_error = err;
        jobs->news = true;
        want_scene(jobs, NULL);
    }
    scene_release(scene);
}

static bool compute_wanted(const JobThread *jobs) {
    return jobs->scene && scene_ready(jobs->scene) <= jobs->last;
}

/* A piece of it, so that nodes that are asked for meanwhile need not wait for the end. */
static void do_work(JobThread *jobs) {
    Work *work = work_retain(jobs->piecework);
    begin(jobs, JOB_WORKING);
    work_step(work, &jobs->options, jobs->pool, &jobs->job);
    end(jobs);
    work_release(work);
}

static void *thread_main(void *context) {
    JobThread *jobs = context;
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->ending) {
        if (jobs->open_wanted)
            do_open(jobs);
        else if (compute_wanted(jobs))
            do_compute(jobs);
        else if (work_is_ready(jobs->piecework))
            do_work(jobs);
        else
            pthread_cond_wait(&jobs->changed, &jobs->lock);
        pthread_cond_broadcast(&jobs->changed);
    }
    pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

JobThread *job_thread_new(const RunOptions *options, Pool *pool, Error *err) {
    JobThread *jobs = mem_alloc(1, sizeof *jobs, err);
    if (!jobs)
        return NULL;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->changed, NULL);
    jobs->options = *options;
    jobs->pool = pool;
    if (thread_start(&jobs->thread, thread_main, jobs, err))
        return jobs;
    pthread_cond_destroy(&jobs->changed);
    pthread_mutex_destroy(&jobs->lock);
    mem_free(jobs);
    return NULL;
}

void job_thread_free(JobThread *jobs) {
    if (!jobs)
        return;
    pthread_mutex_lock(&jobs->lock);
    jobs->ending = true;
    want_nothing(jobs);
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
    pthread_join(jobs->thread, NULL);
    scene_release(jobs->result.opened);
    pthread_cond_destroy(&jobs->changed);
    pthread_mutex_destroy(&jobs->lock);
    mem_free(jobs);
}

void job_open(JobThread *jobs, const SceneNames *names, Scene *like) {
    pthread_mutex_lock(&jobs->lock);
    want_nothing(jobs);
    scene_release(jobs->result.opened);
    jobs->result.opened = NULL;
    jobs->result.open_error = (Error){0};
    jobs->open_wanted = true;
    jobs->open_names = *names;
    jobs->open_like = like ? scene_retain(like) : NULL;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
}

void job_compute(JobThread *jobs, Scene *scene, int last) {
    pthread_mutex_lock(&jobs->lock);
    if (jobs->scene != scene) {
        want_scene(jobs, scene);
        if (jobs->kind == JOB_COMPUTING)
            atomic_store(&jobs->job.cancel, true);
    }
    jobs->last = last;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
}

void job_work(JobThread *jobs, Work *work) {
    pthread_mutex_lock(&jobs->lock);
    if (jobs->piecework != work) {
        want_work(jobs, work);
        if (jobs->kind == JOB_WORKING)
            atomic_store(&jobs->job.cancel, true);
    }
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
}

void job_cancel(JobThread *jobs) {
    pthread_mutex_lock(&jobs->lock);
    want_nothing(jobs);
    pthread_mutex_unlock(&jobs->lock);
}

bool job_take(JobThread *jobs, JobResult *result) {
    pthread_mutex_lock(&jobs->lock);
    bool news = jobs->news;
    if (news) {
        *result = jobs->result;
        jobs->result = (JobResult){0};
        jobs->news = false;
    }
    pthread_mutex_unlock(&jobs->lock);
    return news;
}

bool job_has_news(JobThread *jobs) {
    pthread_mutex_lock(&jobs->lock);
    bool news = jobs->news;
    pthread_mutex_unlock(&jobs->lock);
    return news;
}

JobProgress job_progress(JobThread *jobs) {
    JobProgress progress = {0};
    pthread_mutex_lock(&jobs->lock);
    if (jobs->open_wanted || jobs->kind == JOB_OPENING) {
        progress.kind = JOB_OPENING;
        progress.names = jobs->open_names;
    } else if (jobs->kind == JOB_COMPUTING && jobs->scene) {
        progress.kind = JOB_COMPUTING;
        progress.node = jobs->node;
        double done = (double)atomic_load(&jobs->job.done);
        progress.fraction = jobs->work > 0 ? done / (double)jobs->work : 0;
        if (progress.fraction > 1)
            progress.fraction = 1;
    } else if (jobs->piecework && (jobs->kind == JOB_WORKING || work_is_ready(jobs->piecework))) {
        progress.kind = JOB_WORKING;
        progress.fraction = work_fraction(jobs->piecework);
    }
    pthread_mutex_unlock(&jobs->lock);
    return progress;
}

bool job_wait(JobThread *jobs, int ms) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    bool idle = false, late = false;
    pthread_mutex_lock(&jobs->lock);
    while (!(idle = jobs->kind == JOB_IDLE && !jobs->open_wanted && !compute_wanted(jobs) &&
                    !work_is_ready(jobs->piecework)) &&
           !late)
        late = pthread_cond_timedwait(&jobs->changed, &jobs->lock, &until) == ETIMEDOUT;
    pthread_mutex_unlock(&jobs->lock);
    return idle;
}
