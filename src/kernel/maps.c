#include "kernel/maps.h"

enum { TASK_COST = 1 << 14 };

typedef struct Maps {
    Job *job;
    int64_t count, per_task, elements;
    MapFunction f;
    const void *context;
} Maps;

static void maps_task(void *context, int64_t task, int worker) {
    const Maps *m = context;
    const int64_t first = task * m->per_task, left = m->count - first;
    const int64_t count = left < m->per_task ? left : m->per_task;
    (void)worker;
    for (int64_t i = first; i < first + count; i++)
        m->f(m->context, i);
    job_advance(m->job, count * m->elements);
}

bool maps_run(const KernelContext *k, int64_t count, int64_t elements, int64_t cost, MapFunction f,
              const void *context) {
    const int64_t per_task = cost < TASK_COST ? TASK_COST / (cost + 1) : 1;
    Maps m = {k->job, count, per_task, elements, f, context};
    return pool_run(k->pool, k->job, (count + per_task - 1) / per_task, maps_task, &m);
}
