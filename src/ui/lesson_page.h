/* A lesson as one HTML file: its pictures within it, its words as words, for a screen without a
 * network and for paper. */
#ifndef UI_LESSON_PAGE_H
#define UI_LESSON_PAGE_H

#include "base/file.h"
#include "session/lesson.h"

typedef struct LessonPage {
    FileWriter file;
    const Lesson *lesson;
    const Words *words;
    WordsLanguage language;
    int pauses;
    bool open;
} LessonPage;

/* FOLDER/ID.html. The lesson and the words must outlive it. */
bool lesson_page_begin(LessonPage *page, const char *folder, const Lesson *lesson,
                       const Words *words, WordsLanguage language, Error *err);
/* A pause with the PNG of that path. */
bool lesson_page_add(LessonPage *page, const LessonStep *step, bool answered, const char *picture,
                     Error *err);
/* Writes what has begun, or drops it if not `ok`. Returns whether all is well. */
bool lesson_page_end(LessonPage *page, bool ok, Error *err);

#endif
