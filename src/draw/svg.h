/* A display list as SVG 1.1: texts as text, lines as lines, its groups as <g> with ids, so that it
 * can be edited, searched and printed at any size. */
#ifndef DRAW_SVG_H
#define DRAW_SVG_H

#include "draw/list.h"

typedef struct SvgWords {
    const char *title, *description; /* for who cannot see it, and for search */
    const char *language;            /* "en"; NULL: not said */
} SvgWords;

/* Writes PATH through a temporary name. One unit is one logical pixel. A group's id is its name
 * with '_' for what ids cannot hold (and a number behind it where two would be alike); what
 * hovering over its first region says is its <title>. */
bool svg_save(const DrawList *list, const char *path, const SvgWords *words, Error *err);

#endif
