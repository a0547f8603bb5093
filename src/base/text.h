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
/* Appends to the `used` bytes that buffer holds what of the text fits, cut at a character's edge;
 * returns the new length. What a terminal would obey (controls of ASCII and of U+0080..9F) and what
 * is no UTF-8 becomes '?'. size >= 1. */
size_t text_append(char *buffer, size_t size, size_t used, const char *text);
/* The same with a template, which is copied as it is, but for args[n] in place of {n}, n being
 * 0..9; {n} without an argument stays. Nothing is put after what was cut. */
size_t text_fill(char *buffer, size_t size, size_t used, const char *template,
                 const char *const *args, int count);
/* A whole decimal integer and nothing else: true and *out. */
bool text_to_int(const char *text, long min, long max, long *out);
/* A finite number and nothing else, with a point whatever the locale. */
bool text_to_double(const char *text, double *out);
/* Between these two this thread reads and prints numbers with a point, whatever the locale. */
void *text_point_begin(void);
void text_point_end(void *saved); /* what text_point_begin returned */

/* Appends a word to `to` and returns its end: in single quotes if it holds anything that a shell
 * could take for its own. At most 4 bytes for each of the word's, and 3 more. */
char *text_put_quoted(char *to, const char *word);

#endif
