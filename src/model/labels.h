/* Class names: assets/labels/NAME.txt, one a line; NAME.es.txt in Spanish; NAME.wnid.txt with
 * WordNet ids. */
#ifndef MODEL_LABELS_H
#define MODEL_LABELS_H

#include "base/arena.h"

typedef struct Labels {
    int count;
    const char **names; /* English */
    const char **es;    /* Spanish; NULL if there is no such file */
    const char **ids;   /* WordNet ids; NULL if there are none */
} Labels;
/* `name` is a shipped list's ("imagenet") or a path (with a '/'). In the arena. The files must have
 * equally many lines; at most 100000, each valid UTF-8 and at most 200 bytes. */
bool labels_load(Labels *labels, Arena *arena, const char *name, Error *err);
/* One such file's names from memory. Lines may end in CR LF; blanks around a name and empty lines
 * at the end are dropped, other empty lines are errors. */
bool labels_parse(const char ***names, int *count, Arena *arena, const char *text, size_t size,
                  Error *err);
/* The class of that name, Spanish name or id (ASCII case; '_', '/' and ' ' alike, so
 * that a folder may be named so); -1 if none. */
int labels_find(const Labels *labels, const char *text);
/* The name of class i, or "class 17" in a caller's buffer. */
const char *labels_name(const Labels *labels, int i, char buffer[24]);
/* The same in Spanish; in English where there are no Spanish names. */
const char *labels_name_es(const Labels *labels, int i, char buffer[24]);

#endif
