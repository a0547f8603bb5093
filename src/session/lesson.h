/* A lesson: lessons/ID.json, documented in lessons/README.md. Steps that say something, do
 * something, mean a place on the screen, and sometimes ask. Text in every language of the program.
 */
#ifndef SESSION_LESSON_H
#define SESSION_LESSON_H

#include "base/arena.h"
#include "base/words.h"

enum { LESSON_ID_SIZE = 64, LESSON_STEPS_MAX = 400, LESSON_CHOICES_MAX = 6 };

/* "" in all languages, or in none. */
typedef struct LessonText {
    const char *in[WORDS_LANGUAGES];
} LessonText;

typedef struct LessonActions {
    const char **lines; /* as action_perform takes them */
    int count;
} LessonActions;

typedef struct LessonChoice {
    LessonText text;
    bool right;
} LessonChoice;

typedef struct LessonStep {
    LessonText title; /* of the chapter that begins here, or "" */
    LessonText say;   /* with links, below */
    LessonText notes; /* for the lecturer, not on the screen; or "" */
    LessonActions acts;
    const char *focus; /* the region that is meant, or "" */
    const char *until; /* what the user is to do: "node conv2", a field of the state and its value;
                          or "" */
    LessonText ask;    /* a question, or "" */
    LessonChoice choices[LESSON_CHOICES_MAX];
    int choice_count;   /* 0: the class says it aloud */
    LessonText answer;  /* why it is so, said once it is answered; with links */
    LessonActions then; /* and what is done then: what was hidden is shown */
} LessonStep;

typedef struct Lesson {
    Arena arena;
    const char *id, *path;
    LessonText title, about; /* about: a sentence for the list */
    int minutes, order;      /* order: among the lessons; the course has 0 */
    LessonStep *steps;
    int step_count;
} Lesson;

/* `which`: an ID, looked for as lessons/ID.json, or a path (with a '/', or ending in .json).
 * Owned: lesson_free. Errors name file, step and key: an unknown key (the nearest is told), a
 * language without text, links that differ between languages, a question without a right answer,
 * ... Whether actions and regions exist is for ui/lesson_check.h. */
Lesson *lesson_load(const char *which, Error *err);
Lesson *lesson_parse(const char *text, size_t size, const char *id, Error *err);
void lesson_free(Lesson *lesson); /* NULL is fine */
bool lesson_asks(const LessonStep *step);
/* The right choice; -1: there are none. */
int lesson_right(const LessonStep *step);

/* IDs of those that ship, by their order, in the arena. What cannot be read is left out of the list
 * unless err tells it: NULL leaves it out. */
bool lesson_ids(Arena *arena, char ***ids, size_t *count, Error *err);

/* A text with links is plain but for [words](region): those words light that region. */
typedef struct LessonSpan {
    const char *text;
    size_t length;
    char region[80]; /* "": it is no link */
} LessonSpan;
/* The next span of *at, which moves on; false at the end. */
bool lesson_span(const char **at, LessonSpan *span);
/* The text without its links' targets. Returns the buffer. */
const char *lesson_plain(char *buffer, size_t size, const char *text);

#endif
