/* Where the fonts lie, by asking fontconfig. */
#ifndef DRAW_FONT_FIND_H
#define DRAW_FONT_FIND_H

#include "base/error.h"

/* The file of DejaVu Sans or DejaVu Sans Mono in its regular or bold cut; where that is not
 * installed, of what the system thinks nearest. False with a sentence that says what to install. */
bool font_find(bool mono, bool bold, char *path, size_t size, Error *err);

#endif
