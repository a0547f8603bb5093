/* A lesson replayed on a screen that nobody sees: checked, or written as pictures and a page. */
#ifndef UI_LESSON_WALK_H
#define UI_LESSON_WALK_H

#include "session/lesson.h"
#include "ui/play.h"

/* Every step and every answer in every language, small and for the hall: no action that is unknown
 * or refused, no focus and no link to what is not on the screen, no text cut or on another. The
 * error names lesson, step, language and size. */
bool lesson_check(const PlayOptions *options, const char *which, Error *err);

/* Every pause as FOLDER/01.png, ..., as one sees it, and FOLDER/ID.html, a page with all of them
 * that needs nothing else: for reading, printing, handing out. In the language of
 * options.session.look. */
bool lesson_write(const PlayOptions *options, const char *which, int *pictures, Error *err);

#endif
