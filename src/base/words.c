#include "base/words.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_BYTES_MAX = 4000000 };

static const char *const codes[WORDS_LANGUAGES] = {[WORDS_EN] = "en", [WORDS_ES] = "es"};

/* Keys sorted by their bytes, with a text in each language. */
typedef struct Entry {
    const char *key, *text[WORDS_LANGUAGES];
} Entry;

struct Words {
    Arena arena;
    Entry *entries;
    size_t count;
};

/* --- Languages -------------------------------------------------------------------------------- */

const char *words_language_code(WordsLanguage language) {
    assert((unsigned)language < WORDS_LANGUAGES);
    return codes[language];
}

bool words_language_from_code(WordsLanguage *language, const char *code, Error *err) {
    TextNearest nearest = {.word = code};
    for (int i = 0; i < WORDS_LANGUAGES; i++) {
        if (strcmp(codes[i], code) == 0) {
            *language = (WordsLanguage)i;
            return true;
        }
        text_nearest_offer(&nearest, codes[i]);
    }
    return text_unknown(&nearest, "language", err);
}

/* The first of LC_ALL, `category` and LANG that is set to something; "" if none is. */
static const char *locale_of(const char *category) {
    const char *const names[] = {"LC_ALL", category, "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "";
}

/* Whether a locale is of one of these, each with a space on either side: "es", or "es_MX". The
 * parts of "es_MX.UTF-8@euro" after a '.' or '@' say nothing here. */
static bool is_of(const char *locale, const char *list, bool territory) {
    char part[16] = " ";
    size_t length = strcspn(locale, territory ? ".@" : "_-.@");
    if (length == 0 || length > sizeof part - 3)
        return false;
    for (size_t i = 0; i < length; i++)
        part[1 + i] = locale[i] == '-' ? '_' : locale[i];
    part[1 + length] = ' ';
    return strstr(list, part) != NULL;
}

WordsLanguage words_language_of_locale(void) {
    return is_of(locale_of("LC_MESSAGES"), " es ", false) ? WORDS_ES : WORDS_EN;
}

/* As the Common Locale Data Repository has it (cldr.unicode.org, symbols: decimal), for languages
 * in which digits are written 0..9. */
bool words_comma_of_locale(void) {
    static const char languages[] = " af az be bg bs ca cs da de el es et eu fi fo fr fy gl hr hu "
                                    "hy id is it ka kk ky lt lv mk "
                                    "nb nl nn no oc pl pt ro ru sc sk sl sq sr sv tr uk uz vi ";
    static const char but[] = " de_CH de_LI it_CH es_419 es_CU es_DO es_GT es_HN es_MX es_NI es_PA "
                              "es_PE es_PR es_SV es_US ";
    const char *locale = locale_of("LC_NUMERIC");
    return is_of(locale, languages, false) && !is_of(locale, but, true);
}

/* --- Catalogues ------------------------------------------------------------------------------- */

typedef struct Catalogue {
    const char *name; /* for messages */
    const char *text;
    size_t size;
    Json *root;
} Catalogue;

static int by_key(const void *a, const void *b) {
    return strcmp(((const Entry *)a)->key, ((const Entry *)b)->key);
}

static Entry *find(const Words *words, const char *key) {
    const Entry wanted = {.key = key};
    return bsearch(&wanted, words->entries, words->count, sizeof wanted, by_key);
}

/* Which of {0}..{9} a text has, as bits. */
static unsigned places_in(const char *text) {
    unsigned places = 0;
    for (const char *at = text; (at = strchr(at, '{')); at++)
        if (at[1] >= '0' && at[1] <= '9' && at[2] == '}')
            places |= 1u << (at[1] - '0');
    return places;
}

/* "{0} {2}", or "none". */
static const char *places_text(unsigned places, char buffer[48]) {
    size_t used = 0;
    for (int i = 0; i < 10; i++)
        if (places >> i & 1)
            used = text_append(buffer, 48, used, TEXT(used ? " {%d}" : "{%d}", i));
    return places ? buffer : "none";
}

static bool parse_catalogue(Catalogue *c, Error *err) {
    c->root = json_parse(c->text, c->size, err);
    if (!c->root)
        return false;
    if (json_type(c->root) != JSON_OBJECT)
        return error_set(err, ERROR_EXPECTED, "the catalogue", "an object of texts",
                         json_type_name(json_type(c->root)));
    for (const Json *member = json_first(c->root); member; member = json_next(member)) {
        if (json_type(member) != JSON_TEXT)
            return error_set(err, ERROR_EXPECTED, json_key(member), "a text",
                             json_type_name(json_type(member)));
        if (!json_text(member)[0])
            return error_set(err, ERROR_EXPECTED, json_key(member), "a text", "an empty one");
    }
    return true;
}

/* Whether `c` has all keys of `other`, and the same {n} in each text. */
static bool compare(const Catalogue *c, const Catalogue *other, const Words *words,
                    WordsLanguage language, Error *err) {
    for (const Json *member = json_first(other->root); member; member = json_next(member)) {
        const char *key = json_key(member);
        const Entry *entry = find(words, key);
        if (!entry || !entry->text[language])
            return error_set(err, ERROR_MISSING, key) || error_prefix(err, "%s", c->name);
        unsigned there = places_in(json_text(member)), here = places_in(entry->text[language]);
        if (here == there)
            continue;
        error_set(err, ERROR_EXPECTED, key, places_text(there, (char[48]){0}),
                  places_text(here, (char[48]){0}));
        return error_prefix(err, "%s", c->name);
    }
    return true;
}

/* The first language's keys with the texts of all that have them. */
static bool collect(Words *words, const Catalogue catalogues[WORDS_LANGUAGES], Error *err) {
    words->entries =
        arena_alloc(&words->arena, json_count(catalogues[0].root), sizeof *words->entries, err);
    if (!words->entries)
        return false;
    for (const Json *member = json_first(catalogues[0].root); member; member = json_next(member)) {
        Entry *entry = &words->entries[words->count++];
        if (!(entry->key = arena_text(&words->arena, json_key(member), err)))
            return false;
    }
    if (words->count > 1)
        qsort(words->entries, words->count, sizeof *words->entries, by_key);
    for (int language = 0; language < WORDS_LANGUAGES; language++) {
        const Json *member = json_first(catalogues[language].root);
        for (; member; member = json_next(member)) {
            Entry *entry = find(words, json_key(member));
            if (entry &&
                !(entry->text[language] = arena_text(&words->arena, json_text(member), err)))
                return false;
        }
    }
    return true;
}

static Words *parse(Catalogue catalogues[WORDS_LANGUAGES], Error *err) {
    Words *words = mem_alloc(1, sizeof *words, err);
    bool ok = words != NULL;
    for (int i = 0; i < WORDS_LANGUAGES && ok; i++)
        ok = parse_catalogue(&catalogues[i], err) || error_prefix(err, "%s", catalogues[i].name);
    ok = ok && collect(words, catalogues, err);
    for (int i = 1; i < WORDS_LANGUAGES && ok; i++)
        ok = compare(&catalogues[i], &catalogues[0], words, (WordsLanguage)i, err) &&
             compare(&catalogues[0], &catalogues[i], words, WORDS_EN, err);
    for (int i = 0; i < WORDS_LANGUAGES; i++)
        json_free(catalogues[i].root);
    if (ok)
        return words;
    words_free(words);
    return NULL;
}

Words *words_parse(const char *const texts[WORDS_LANGUAGES], Error *err) {
    Catalogue catalogues[WORDS_LANGUAGES] = {{0}};
    for (int i = 0; i < WORDS_LANGUAGES; i++)
        catalogues[i] = (Catalogue){codes[i], texts[i], strlen(texts[i]), NULL};
    return parse(catalogues, err);
}

Words *words_load(Error *err) {
    char paths[WORDS_LANGUAGES][FILE_PATH_MAX];
    Catalogue catalogues[WORDS_LANGUAGES] = {{0}};
    uint8_t *bytes[WORDS_LANGUAGES] = {NULL};
    bool ok = true;
    for (int i = 0; i < WORDS_LANGUAGES && ok; i++) {
        const char *relative = TEXT("assets/i18n/%s.json", codes[i]);
        ok = file_find(paths[i], sizeof paths[i], relative) ||
             error_set(err, ERROR_MISSING, relative);
        bytes[i] =
            ok ? file_read(paths[i], WORDS_BYTES_MAX, false, &catalogues[i].size, err) : NULL;
        ok = bytes[i] != NULL;
        catalogues[i].name = paths[i];
        catalogues[i].text = (const char *)bytes[i];
    }
    Words *words = ok ? parse(catalogues, err) : NULL;
    for (int i = 0; i < WORDS_LANGUAGES; i++)
        mem_free(bytes[i]);
    return words;
}

void words_free(Words *words) {
    if (words)
        arena_free(&words->arena);
    mem_free(words);
}

/* --- Texts ------------------------------------------------------------------------------------ */

/* "‹key›" */
static const char *missing(const char *key) {
    enum { KEPT = 8, ROOM = 120 };
    static _Thread_local char kept[KEPT][ROOM];
    static _Thread_local unsigned next;
    char *buffer = kept[next++ % KEPT];
    return text_format(buffer, ROOM, "‹%.100s›", key);
}

const char *words_get(const Words *words, WordsLanguage language, const char *key) {
    assert((unsigned)language < WORDS_LANGUAGES);
    const Entry *entry = words ? find(words, key) : NULL;
    return entry ? entry->text[language] : missing(key);
}

const char *words_put_args(char *buffer, size_t size, const Words *words, WordsLanguage language,
                           const char *key, const char *const *args) {
    int count = 0;
    while (count < 10 && args[count])
        count++;
    text_fill(buffer, size, 0, words_get(words, language, key), args, count);
    return buffer;
}

/* Arguments that are the names of files, which stay as they are. */
static bool is_path(ErrorCode code, int argument) {
    return argument == 0 && (code == ERROR_OPEN || code == ERROR_READ || code == ERROR_WRITE ||
                             code == ERROR_FORMAT || code == ERROR_CONVERT);
}

/* An argument that begins with a phrase of the catalogue ("shape" in "shape (10, 84)") says that
 * phrase in the language; the longest counts. */
static void say_argument(const Words *words, WordsLanguage language,
                         char argument[ERROR_ARG_SIZE]) {
    static const char group[] = "arg.";
    char english[ERROR_ARG_SIZE];
    const Entry *best = NULL;
    size_t length = 0;
    for (size_t i = 0; i < words->count; i++) {
        const char *phrase = words->entries[i].key + sizeof group - 1;
        if (strncmp(words->entries[i].key, group, sizeof group - 1) != 0)
            continue;
        const size_t here = strlen(phrase);
        if (here > length && strncmp(argument, phrase, here) == 0 &&
            (argument[here] == '\0' || strchr(" ,:'", argument[here]))) {
            best = &words->entries[i];
            length = here;
        }
    }
    if (!best)
        return;
    memcpy(english, argument, sizeof english);
    text_format(argument, ERROR_ARG_SIZE, "%s%s", best->text[language], english + length);
}

const char *words_error(char *buffer, size_t size, const Words *words, WordsLanguage language,
                        const Error *err) {
    assert((unsigned)language < WORDS_LANGUAGES);
    const Entry *entry = words ? find(words, TEXT("error.%s", error_name(err->code))) : NULL;
    if (!entry)
        return error_say(buffer, size, err, error_template(err->code));
    Error said = *err;
    for (int i = 0; i < ERROR_ARGS && language != WORDS_EN; i++)
        if (!is_path(err->code, i))
            say_argument(words, language, said.args[i]);
    return error_say(buffer, size, &said, entry->text[language]);
}

size_t words_count(const Words *words) {
    return words ? words->count : 0;
}

const char *words_key(const Words *words, size_t i) {
    assert(i < words->count);
    return words->entries[i].key;
}

/* --- Phrases ---------------------------------------------------------------------------------- */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* The longest key of the group whose phrase stands here as whole words; its length in *length. */
static const char *phrase_at(const Words *words, const char *group, const char *at,
                             size_t *length) {
    const char *best = NULL;
    const size_t prefix = strlen(group);
    *length = 0;
    for (size_t i = 0; i < words_count(words); i++) {
        const char *key = words_key(words, i), *phrase = key + prefix + 1;
        if (strncmp(key, group, prefix) != 0 || key[prefix] != '.')
            continue;
        const size_t here = strlen(phrase);
        if (here > *length && strncmp(at, phrase, here) == 0 && !is_letter(at[here]) &&
            !(at[here] >= '0' && at[here] <= '9')) { /* "pool1" is a name */
            best = key;
            *length = here;
        }
    }
    return best;
}

const char *words_phrases(char *buffer, size_t size, const Words *words, WordsLanguage language,
                          const char *group, const char *text) {
    size_t used = 0, length;
    buffer[0] = '\0';
    for (const char *at = text; *at;) {
        const bool begins = at == text || !is_letter(at[-1]);
        const char *key = begins ? phrase_at(words, group, at, &length) : NULL;
        if (!key) { /* as it is, a whole character at a time */
            length = text_character(at, strlen(at) + 1);
            length = length ? length : 1;
        }
        const char *said = key ? words_get(words, language, key) : at;
        const size_t bytes = key ? strlen(said) : length;
        if (bytes >= size - used)
            break;
        memcpy(buffer + used, said, bytes);
        used += bytes;
        buffer[used] = '\0';
        at += length;
    }
    return buffer;
}
