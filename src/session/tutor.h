/* The lesson that is underway. Which, at which step, and what was answered are fields of the state;
 * a tutor brings the screen there: it performs the step's actions, one after the other, as soon as
 * each can be done, and keeps how things were at the end of each step, to go back to. */
#ifndef SESSION_TUTOR_H
#define SESSION_TUTOR_H

#include "session/lesson.h"
#include "session/session.h"

/* state.lesson_answer: a choice's number, or one of these. */
enum { LESSON_UNANSWERED = -1, LESSON_REVEALED = -2 };

/* NULL: no lesson is open (or what the state names could not be read). */
const Lesson *tutor_lesson(const Session *s);
const LessonStep *tutor_step(const Session *s); /* the one shown; NULL as above */
bool tutor_is_busy(const Session *s);           /* actions of the step are yet to be done */
bool tutor_is_asking(const Session *s);         /* a question stands that was not answered */
/* Whether what the step waits for has come about; true where it waits for nothing. */
bool tutor_is_content(const Session *s);
/* Whether a step can be gone back to, or to the next. */
bool tutor_can_go(const Session *s, int by);

/* Once a frame. True if something was done. */
bool tutor_tick(Session *s);
/* What is underway is done twice as fast; or without a pause between its actions. */
void tutor_hurry(Session *s);
void tutor_at_once(Session *s);
void tutor_free(Tutor *tutor); /* NULL is fine */

/* For actions. */
bool tutor_open(Session *s, const char *which, Error *err);
bool tutor_go(Session *s, int step, Error *err);
bool tutor_answer(Session *s, int answer, Error *err);

#endif
