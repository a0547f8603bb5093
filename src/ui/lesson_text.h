/* Text of a lesson: broken into lines, some of its words lighting what they name. */
#ifndef UI_LESSON_TEXT_H
#define UI_LESSON_TEXT_H

#include "session/lesson.h"
#include "ui/ui.h"

/* The height that the text (lesson.h: with links) takes in that width. */
int lesson_text_height(const View *v, int width, TextStyle style, int line, const char *text);
/* Draws it from the box's top, which is cut off. Where the mouse is over a link, *lit is the region
 * that it names; it lives as long as the list. Links are the regions "lesson.link.REGION". */
void lesson_text(const View *v, Rect *box, TextStyle style, int line, const char *text,
                 const char **lit);

#endif
