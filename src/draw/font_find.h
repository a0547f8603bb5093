/* Where the fonts lie, by asking fontconfig. */
#ifndef DRAW_FONT_FIND_H
#define DRAW_FONT_FIND_H

#include "base/error.h"

/* Reads what fontconfig knows, which takes longer than all questions. NULL if that fails. */
typedef struct FontFinder FontFinder;
FontFinder *font_finder_new(void);
void font_finder_free(FontFinder *finder); /* NULL is fine */

/* The file of DejaVu Sans or DejaVu Sans Mono in its regular or bold cut; where that is not
 * installed, of what the system thinks nearest. False with a sentence that says what to install;
 * also for a finder of NULL. */
bool font_find(FontFinder *finder, bool mono, bool bold, char *path, size_t size, Error *err);

#endif
