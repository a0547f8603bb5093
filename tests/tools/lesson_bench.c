/* How long a step of a lesson takes from the key to the picture, at 1920x1080 by SDL's software
 * renderer: of those that compute no network, and apart of those that open or compute one.
 *
 *     lesson_bench */
#include "base/clock.h"
#include "base/memory.h"
#include "session/action.h"
#include "session/lesson.h"
#include "session/tutor.h"
#include "ui/headless.h"
#include <stdio.h>
#include <stdlib.h>

enum { STEPS_MAX = 400 };

typedef struct Times {
    double ms[STEPS_MAX];
    int count;
} Times;

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void note(Times *t, double ms) {
    if (t->count < STEPS_MAX)
        t->ms[t->count++] = ms;
}

/* What has to be there for the picture: which scene, and how much of it. */
static uint64_t state_of(const Headless *p) {
    const Scene *scene = p->session.scene;
    return scene ? scene_serial(scene) * 10000 + (uint64_t)scene_ready(scene) : 0;
}

/* A key, then frames until nothing is under way; the first picture counts where it needs nothing
 * that is still to be computed. */
static bool step(Headless *p, Times *still, Times *computing, Error *err) {
    const uint64_t before = state_of(p);
    const double start = clock_ms();
    action_press(&p->session, "Space");
    session_tick(&p->session, p->now += FRAME_MS);
    headless_frame(p);
    const double first = clock_ms() - start;
    if (!headless_settle(p, err))
        return false;
    const double all = clock_ms() - start;
    if (state_of(p) == before && !p->session.work)
        note(still, first);
    else
        note(computing, all);
    return true;
}

static bool walk(Headless *p, const char *id, Times *still, Times *computing, Error *err) {
    if (!action_perform(&p->session, TEXT("lesson.open %s", id), err) || !headless_settle(p, err))
        return false;
    for (int i = 0; i < 80; i++) {
        const Lesson *lesson = tutor_lesson(&p->session);
        if (!lesson || p->session.state.lesson_step + 1 >= lesson->step_count)
            return true;
        if (!step(p, still, computing, err))
            return false;
    }
    return true;
}

static void tell(const char *what, Times *t) {
    qsort(t->ms, (size_t)t->count, sizeof *t->ms, by_value);
    if (t->count)
        printf("%-28s %4d steps: median %7.1f ms, 95th percentile %7.1f ms, most %7.1f ms\n", what,
               t->count, t->ms[t->count / 2], t->ms[t->count * 95 / 100], t->ms[t->count - 1]);
}

int main(void) {
    static Times still, computing;
    static State look;
    Error err = {0};
    Arena arena = {0};
    char **ids;
    size_t count = 0;
    state_init(&look);
    Pool *pool = pool_new(2, &err);
    Words *words = words_load(&err);
    const PlayOptions options = {
        .session = {.run.tier = cpu_best(), .pool = pool, .words = words, .look = &look},
        .folder = "build/lessons",
        .width = 1920,
        .height = 1080,
        .scale = 1,
        .frame_times = "build/lessons/frames.json"};
    Headless *p = headless_begin(&options);
    bool ok = pool && words && lesson_ids(&arena, &ids, &count, &err) && headless_open(p, &err);
    for (size_t i = 0; ok && i < count; i++)
        ok = walk(p, ids[i], &still, &computing, &err);
    headless_end(p, NULL);
    tell("that compute no network", &still);
    tell("that open or compute one", &computing);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    words_free(words);
    pool_free(pool);
    arena_free(&arena);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
