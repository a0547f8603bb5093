#include "session/perform.h"

#include "base/text.h"
#include "session/tutor.h"

/* What was there before can be gone back to by undoing. */
PERFORM(lesson_open) {
    const StatePlace before = s->state.place;
    if (!tutor_open(s, argument, err))
        return false;
    s->state.overlay = OVERLAY_NONE;
    if (before.scene.model[0])
        history_add(&s->history, &before, "lesson.open", false);
    return true;
}

/* Reveals, hurries, or goes on. */
PERFORM(lesson_next) {
    (void)argument;
    if (tutor_is_asking(s))
        return tutor_answer(s, LESSON_REVEALED, err);
    if (tutor_is_busy(s)) {
        tutor_hurry(s);
        return true;
    }
    if (tutor_can_go(s, 1))
        return tutor_go(s, s->state.lesson_step + 1, err);
    session_notice(s, "notice.lesson_end", "");
    return true;
}

PERFORM(lesson_back) {
    (void)argument;
    return !tutor_can_go(s, -1) || tutor_go(s, s->state.lesson_step - 1, err);
}

/* Steps are counted from 1, as the screen counts them; cells of its caret from 0 follow "lesson.go"
 * with a sign of their own. */
PERFORM(lesson_go) {
    int step;
    return perform_number(argument, "lesson.go", 1, LESSON_STEPS_MAX, &step, err) &&
           tutor_go(s, step - 1, err);
}

PERFORM(lesson_answer) {
    int answer;
    return perform_number(argument, "lesson.answer", 1, LESSON_CHOICES_MAX, &answer, err) &&
           tutor_answer(s, answer - 1, err);
}

PERFORM(lesson_reveal) {
    (void)argument;
    return tutor_answer(s, LESSON_REVEALED, err);
}

PERFORM(lesson_close) {
    (void)argument, (void)err;
    s->state.lesson[0] = '\0';
    s->state.lesson_step = 0;
    s->state.lesson_answer = LESSON_UNANSWERED;
    return true;
}
