/* What the screen says, in the user's language: assets/i18n/LANGUAGE.json, an object of key and
 * text, both languages with the same keys. Numbers in those texts are written with the language's
 * decimal sign.
 *
 * A text may hold {0}..{9} for what is put in, which may change places between languages. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/error.h"
#include "base/numbers.h"

typedef struct Words Words;

typedef enum WordsLanguage { WORDS_EN, WORDS_ES, WORDS_LANGUAGES } WordsLanguage;
const char *words_language_code(WordsLanguage language); /* "en" */
bool words_language_from_code(WordsLanguage *language, const char *code, Error *err);
/* From LC_ALL, LC_MESSAGES, LANG (the first that is set): "es_MX.UTF-8" is Spanish; else English.
 * And whether numbers get a decimal comma: from LC_ALL, LC_NUMERIC, LANG. Mexico, the United
 * States and English write a point; Spain, Argentina and most others that speak Spanish a comma. */
WordsLanguage words_language_of_locale(void);
bool words_comma_of_locale(void);

/* Both catalogues, found by file_find. Owned: words_free. Errors: a file is missing or no such
 * object, a key without text in one of them, different {n} in the two. */
Words *words_load(Error *err);
/* From text, for tests: errors name the language. */
Words *words_parse(const char *const texts[WORDS_LANGUAGES], Error *err);
void words_free(Words *words); /* NULL is fine */

/* The text of a key; the key itself, in ‹›, if there is none, which tests look for. Texts live as
 * long as the words, those in ‹› until the thread has asked for eight more such. Words of NULL have
 * no keys. */
const char *words_get(const Words *words, WordsLanguage language, const char *key);
/* With what is put in for {0}, {1}, ...: words_put(buffer, size, w, l, "bar.step", a, b). Returns
 * the buffer; what does not fit is cut at a character's edge, {n} without an argument stays, and
 * control characters in arguments become '?'. size >= 1. */
#define words_put(buffer, size, words, language, key, ...)                                         \
    words_put_args((buffer), (size), (words), (language), (key),                                   \
                   (const char *const[]){__VA_ARGS__, NULL})
const char *words_put_args(char *buffer, size_t size, const Words *words, WordsLanguage language,
                           const char *key, const char *const *args);
/* An Error in that language: its template is the key "error.CODE" ("error.EXPECTED"), or where
 * there is none (words may be NULL) the English one; place and arguments stay as they came. */
const char *words_error(char *buffer, size_t size, const Words *words, WordsLanguage language,
                        const Error *err);
/* A text of English phrases in that language: wherever a key GROUP.PHRASE has its phrase as whole
 * words, the longest that fits, its text stands instead. "batch norm after conv1": "norm. por lotes
 * tras conv1". Returns the buffer. */
const char *words_phrases(char *buffer, size_t size, const Words *words, WordsLanguage language,
                          const char *group, const char *text);
/* All keys, sorted, for tests. */
size_t words_count(const Words *words);
const char *words_key(const Words *words, size_t i);

#endif
