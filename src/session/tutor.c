#include "session/tutor.h"

#include "base/memory.h"
#include "base/text.h"
#include "session/action.h"
#include "session/progress.h"
#include <string.h>

enum { PACE_MS = 350 }; /* between a step's actions, so that each can be seen */

/* How things were when a step's actions had been done. */
typedef struct Kept {
    StatePlace place;
    int answer;
    bool known;
} Kept;

struct Tutor {
    Lesson *lesson;
    char id[FILE_PATH_MAX]; /* as the state had it when this was read */
    Kept *kept;             /* by step */
    int at;                 /* the step whose actions are being done: the state's, or before it */
    int done;               /* how many of them are: of acts, then of the answer's */
    bool begun;             /* at the step shown nothing is kept yet of what was done since */
    bool at_once;
    bool hurry; /* on the way to a step further on, or because the user presses on */
    double due; /* ms of the clock: not before */
};

/* --- What there is ---------------------------------------------------------------------------- */

const Lesson *tutor_lesson(const Session *s) {
    return s->tutor && strcmp(s->tutor->id, s->state.lesson) == 0 ? s->tutor->lesson : NULL;
}

static int step_of(const Session *s, const Lesson *lesson) {
    const int step = s->state.lesson_step;
    return step < 0 ? 0 : step >= lesson->step_count ? lesson->step_count - 1 : step;
}

const LessonStep *tutor_step(const Session *s) {
    const Lesson *lesson = tutor_lesson(s);
    return lesson ? &lesson->steps[step_of(s, lesson)] : NULL;
}

bool tutor_is_asking(const Session *s) {
    const LessonStep *step = tutor_step(s);
    return step && lesson_asks(step) && s->state.lesson_answer == LESSON_UNANSWERED;
}

/* Of a step: its own actions, and its answer's when it was answered, or is behind. */
static int actions_due(const Session *s, int index) {
    const LessonStep *step = &s->tutor->lesson->steps[index];
    const bool answered =
        index < s->state.lesson_step || s->state.lesson_answer != LESSON_UNANSWERED;
    return step->acts.count + (answered ? step->then.count : 0);
}

bool tutor_is_busy(const Session *s) {
    const Lesson *lesson = tutor_lesson(s);
    if (!lesson)
        return s->state.lesson[0] && !s->tutor;
    const Tutor *t = s->tutor;
    return t->at < step_of(s, lesson) || t->done < actions_due(s, t->at);
}

bool tutor_is_content(const Session *s) {
    const LessonStep *step = tutor_step(s);
    char key[64], value[FILE_PATH_MAX];
    if (!step || !step->until[0])
        return true;
    const size_t length = strcspn(step->until, " ");
    const char *wanted = step->until + length + strspn(step->until + length, " ");
    text_format(key, sizeof key, "%.*s", (int)length, step->until);
    return state_get(&s->state, session_graph(s), key, value, sizeof value, NULL) &&
           strcmp(value, wanted) == 0;
}

bool tutor_can_go(const Session *s, int by) {
    const Lesson *lesson = tutor_lesson(s);
    const int to = s->state.lesson_step + by;
    return lesson && to >= 0 && to < lesson->step_count;
}

/* --- Reading the lesson that the state names -------------------------------------------------- */

void tutor_free(Tutor *t) {
    if (!t)
        return;
    lesson_free(t->lesson);
    mem_free(t->kept);
    mem_free(t);
}

/* One whose lesson cannot be read has none, so that it is not tried again in every frame. */
static Tutor *tutor_new(const char *id, Error *err) {
    Tutor *t = mem_alloc(1, sizeof *t, err);
    if (!t)
        return NULL;
    memcpy(t->id, id, strlen(id) + 1);
    t->lesson = lesson_load(id, err);
    if (t->lesson)
        t->kept = mem_alloc((size_t)t->lesson->step_count, sizeof *t->kept, err);
    if (t->lesson && !t->kept) {
        lesson_free(t->lesson);
        t->lesson = NULL;
    }
    return t;
}

/* Where a line of the state led into the middle of a lesson, its place is what the line says. */
static void follow_state(Session *s) {
    Error err = {0};
    if (s->tutor && strcmp(s->tutor->id, s->state.lesson) == 0)
        return;
    tutor_free(s->tutor);
    s->tutor = s->state.lesson[0] ? tutor_new(s->state.lesson, &err) : NULL;
    const Lesson *lesson = tutor_lesson(s);
    if (err.code != ERROR_NONE)
        s->banner = err;
    if (!lesson)
        return;
    s->state.lesson_step = step_of(s, lesson);
    s->tutor->at = s->state.lesson_step;
    s->tutor->done = actions_due(s, s->tutor->at);
}

/* --- Doing what a step does ------------------------------------------------------------------- */

/* What is shown must be there before something is done with it; what cannot be had does not stop a
 * lesson. */
static bool is_ready(const Session *s) {
    if (s->opening)
        return false;
    return !s->scene || s->state.paused || scene_values(s->scene, s->state.place.node) ||
           s->banner.code != ERROR_NONE;
}

static const char *line_of(const LessonStep *step, int index) {
    return index < step->acts.count ? step->acts.lines[index]
                                    : step->then.lines[index - step->acts.count];
}

static void perform(Session *s, const char *line) {
    Error err = {0};
    Tutor *t = s->tutor;
    s->performing = s->unrecorded = true;
    if (!action_perform(s, line, &err)) {
        error_prefix(&err, "%s: steps[%d]", t->id, t->at);
        s->banner = err;
    }
    s->performing = false;
}

static void end_step(Session *s) {
    Tutor *t = s->tutor;
    const bool behind = t->at < s->state.lesson_step;
    const int answer = behind && !t->kept[t->at].known ? LESSON_REVEALED : s->state.lesson_answer;
    if (!behind || !t->kept[t->at].known)
        t->kept[t->at] = (Kept){s->state.place, answer, true};
    if (behind) { /* on the way to another */
        t->at++;
        t->done = 0;
        return;
    }
    t->begun = t->hurry = t->at_once = false;
}

bool tutor_tick(Session *s) {
    bool changed = false;
    follow_state(s);
    Tutor *t = s->tutor;
    if (!tutor_lesson(s))
        return false;
    while (tutor_is_busy(s) && is_ready(s)) {
        if (t->done >= actions_due(s, t->at)) {
            end_step(s);
            continue;
        }
        if (!s->scripted && !s->state.still && !t->at_once && s->now < t->due)
            break;
        perform(s, line_of(&t->lesson->steps[t->at], t->done++));
        t->due = s->now + (t->at < s->state.lesson_step ? 0 : t->hurry ? PACE_MS / 2 : PACE_MS);
        changed = true;
    }
    if (!tutor_is_busy(s) && is_ready(s) && t->begun)
        end_step(s);
    return changed;
}

void tutor_hurry(Session *s) {
    if (!s->tutor)
        return;
    if (s->tutor->hurry) /* pressed again */
        tutor_at_once(s);
    s->tutor->hurry = true;
    s->tutor->due -= PACE_MS / 2.0;
}

void tutor_at_once(Session *s) {
    if (s->tutor)
        s->tutor->at_once = true;
}

/* --- Going ------------------------------------------------------------------------------------ */

static void remember_progress(const Session *s) {
    const Lesson *lesson = tutor_lesson(s);
    if (!s->scripted && lesson)
        progress_put(lesson->id, s->state.lesson_step, lesson->step_count, NULL);
}

/* From how things were at the end of the nearest step before it, all that leads there. */
bool tutor_go(Session *s, int step, Error *err) {
    follow_state(s);
    const Lesson *lesson = tutor_lesson(s);
    Tutor *t = s->tutor;
    if (!lesson)
        return error_set(err, ERROR_MISSING, "a lesson");
    if (step < 0 || step >= lesson->step_count)
        return error_set(err, ERROR_EXPECTED, "lesson.go", TEXT("1..%d", lesson->step_count),
                         TEXT("%d", step + 1));
    int from = step;
    while (from >= 0 && !t->kept[from].known)
        from--;
    s->state.lesson_step = step;
    s->state.lesson_answer = from == step ? t->kept[from].answer : LESSON_UNANSWERED;
    s->state.playing = false;
    s->banner = (Error){0}; /* of what was tried before */
    s->notice[0] = '\0';
    t->at = from < 0 ? 0 : from;
    t->done = from < 0 ? 0 : actions_due(s, from);
    t->hurry = step > from + 1;
    t->due = s->now;
    t->begun = from != step;
    if (from >= 0) {
        s->unrecorded = true;
        if (!session_go(s, &t->kept[from].place, err))
            return false;
    }
    remember_progress(s);
    return true;
}

bool tutor_open(Session *s, const char *which, Error *err) {
    Lesson *lesson = lesson_load(which, err); /* what is wrong with it is told at once */
    if (!lesson)
        return false;
    const int steps = lesson->step_count, kept = s->scripted ? 0 : progress_get(lesson->id);
    lesson_free(lesson);
    if (!session_set_path(s->state.lesson, which, "the name of a lesson", err))
        return false;
    tutor_free(s->tutor);
    s->tutor = NULL;
    return tutor_go(s, kept >= steps - 1 ? 0 : kept, err);
}

bool tutor_answer(Session *s, int answer, Error *err) {
    const LessonStep *step = tutor_step(s);
    if (!step || !lesson_asks(step))
        return error_set(err, ERROR_MISSING, "a question");
    if (answer != LESSON_REVEALED && (answer < 0 || answer >= step->choice_count))
        return error_set(err, ERROR_EXPECTED, "lesson.answer", TEXT("1..%d", step->choice_count),
                         TEXT("%d", answer + 1));
    s->state.lesson_answer = answer;
    s->banner = (Error){0};
    s->tutor->begun = true;
    s->tutor->due = s->now;
    return true;
}
