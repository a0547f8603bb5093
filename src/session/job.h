/* The session's thread: it opens scenes and computes their nodes, one thing at a time, so that the
 * window never waits. What is asked for last counts. */
#ifndef SESSION_JOB_H
#define SESSION_JOB_H

#include "session/work.h"

typedef struct JobThread JobThread;

JobThread *job_thread_new(const RunOptions *options, Pool *pool, Error *err);
void job_thread_free(JobThread *jobs); /* cancels, waits for the thread to end; NULL is fine */

/* Opens a scene. Whatever was underway or asked for is cancelled. `like`: see scene_open. */
void job_open(JobThread *jobs, const SceneNames *names, Scene *like);
/* Computes a scene's nodes up to `last`, if they are not computed; asked for again, does nothing.
 * Behind an opening, which comes first. */
void job_compute(JobThread *jobs, Scene *scene, int last);
/* Does a piece of work once its scene has computed what it needs, behind all else. NULL: none is
 * wanted any more. */
void job_work(JobThread *jobs, Work *work);
void job_cancel(JobThread *jobs);

/* What came of it: a scene (now the caller's), or why there is none; or why nodes were not
 * computed. What was cancelled is not told. */
typedef struct JobResult {
    Scene *opened;
    Error open_error, compute_error;
} JobResult;
/* False if nothing has ended since the last call. */
bool job_take(JobThread *jobs, JobResult *result);
bool job_has_news(JobThread *jobs); /* whether job_take would return true */

typedef enum JobKind { JOB_IDLE, JOB_OPENING, JOB_COMPUTING, JOB_WORKING } JobKind;
typedef struct JobProgress {
    JobKind kind;
    SceneNames names; /* of what is opened */
    int node;         /* that is being computed */
    double fraction;  /* of that node, or of the work, 0..1 */
} JobProgress;
JobProgress job_progress(JobThread *jobs);
/* Waits until there is nothing to do, at most `ms`; true if so. */
bool job_wait(JobThread *jobs, int ms);

#endif
