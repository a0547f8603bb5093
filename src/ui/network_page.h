/* A network's architecture, or one block of it, on a page of its own: for slides, handouts and
 * papers. Nothing is computed for it but shapes and costs. */
#ifndef UI_NETWORK_PAGE_H
#define UI_NETWORK_PAGE_H

#include "base/words.h"
#include "model/model.h"
#include "session/state.h"

typedef struct NetworkPage {
    const Model *model; /* its weights need not be loaded */
    const Words *words;
    WordsLanguage language;
    bool comma; /* numbers have a comma for a point */
    StateTheme theme;
    int block;           /* by index; 0: the whole network */
    int scale;           /* pixels of a PNG to a unit, 1.. */
    const char *command; /* the line that makes it again: in the file's description */
} NetworkPage;

/* Writes PATH, whose name ends in svg, png or pdf (made from the SVG by rsvg-convert, which must be
 * there). */
bool network_page_save(const NetworkPage *page, const char *path, Error *err);
/* Whether all of its texts can be read (draw_list_check). */
bool network_page_check(const NetworkPage *page, Error *err);

#endif
