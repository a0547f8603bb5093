/* Small help with texts. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/error.h"

/* Edits (insert, delete, replace, swap of neighbours) from a to b, ignoring ASCII case. */
int text_distance(const char *a, const char *b);

/* Collects the candidates nearest to a mistyped word. Zero-initialise, set `word`, offer all. */
typedef struct TextNearest {
    const char *word;
    struct {
        const char *text;
        int distance;
    } best[3];
    int count;
} TextNearest;
void text_nearest_offer(TextNearest *nearest, const char *candidate);
/* Sets ERROR_UNKNOWN_NEAR ("unknown layer type 'cnov'; did you mean 'conv'?", or 'a', 'b' or 'c')
 * or ERROR_UNKNOWN if none is near (distance above a third of the word's length + 1, and not a
 * prefix or substring either). Returns false. */
bool text_unknown(const TextNearest *nearest, const char *kind, Error *err);

bool text_equal(const char *a, const char *b); /* ignoring ASCII case */
/* Valid UTF-8 without overlong forms or surrogates. */
bool text_is_utf8(const char *text, size_t size);
/* Bytes of the UTF-8 character that text begins with, 1..4; 0 if it is none. size >= 1; more than
 * the text has is fine where a 0 ends it. */
size_t text_character(const char *text, size_t size);
/* A whole decimal integer and nothing else: true and *out. */
bool text_to_int(const char *text, long min, long max, long *out);
/* A finite number and nothing else, with a point whatever the locale. */
bool text_to_double(const char *text, double *out);
/* Between these two this thread reads and prints numbers with a point, whatever the locale. */
void *text_point_begin(void);
void text_point_end(void *saved); /* what text_point_begin returned */

#endif
