#include "session/lesson.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { LESSON_FILE_MAX = 1 << 20, LESSON_ACTIONS_MAX = 60 };

/* --- Text with links -------------------------------------------------------------------------- */

/* The length of the link that begins here, "[words](region)"; 0: it is none. */
static size_t link_length(const char *text, size_t *words, size_t *region) {
    if (text[0] != '[')
        return 0;
    *words = strcspn(text + 1, "[]\n");
    if (strncmp(text + 1 + *words, "](", 2) != 0)
        return 0;
    *region = strcspn(text + 3 + *words, "()[] \n");
    return *words && *region && text[3 + *words + *region] == ')' ? *words + *region + 4 : 0;
}

bool lesson_span(const char **at, LessonSpan *span) {
    const char *text = *at;
    size_t words = 0, region = 0;
    *span = (LessonSpan){.text = text};
    if (!*text)
        return false;
    const size_t link = link_length(text, &words, &region);
    if (link) {
        span->text = text + 1;
        span->length = words;
        text_format(span->region, sizeof span->region, "%.*s", (int)region, text + 3 + words);
        *at += link;
        return true;
    }
    do
        span->length++;
    while (text[span->length] && !link_length(text + span->length, &words, &region));
    *at += span->length;
    return true;
}

const char *lesson_plain(char *buffer, size_t size, const char *text) {
    LessonSpan span;
    size_t used = 0;
    buffer[0] = '\0';
    while (lesson_span(&text, &span) && used + 1 < size) {
        text_format(buffer + used, size - used, "%.*s", (int)span.length, span.text);
        used += strlen(buffer + used);
    }
    return buffer;
}

bool lesson_asks(const LessonStep *step) {
    return step->ask.in[0][0] != '\0';
}

int lesson_right(const LessonStep *step) {
    for (int i = 0; i < step->choice_count; i++)
        if (step->choices[i].right)
            return i;
    return -1;
}

/* --- Reading ---------------------------------------------------------------------------------- */

typedef struct Reader {
    Arena *arena;
    Error *err;
} Reader;

static bool wrong_type(const Reader *r, const char *key, const char *expected, const Json *value) {
    return error_set(r->err, ERROR_EXPECTED, key, expected, json_type_name(json_type(value)));
}

/* Only these keys; NULL ends them. */
static bool known_keys(const Reader *r, const Json *object, const char *const *keys) {
    for (const Json *m = json_first(object); m; m = json_next(m)) {
        TextNearest nearest = {.word = json_key(m)};
        bool found = false;
        for (int i = 0; keys[i]; i++) {
            found = found || strcmp(keys[i], json_key(m)) == 0;
            text_nearest_offer(&nearest, keys[i]);
        }
        if (!found)
            return text_unknown(&nearest, "key", r->err);
    }
    return true;
}

static bool read_word(const Reader *r, const Json *object, const char *key, const char **out) {
    const Json *value = json_get(object, key);
    *out = "";
    if (!value)
        return true;
    if (json_type(value) != JSON_TEXT || !json_text(value)[0])
        return wrong_type(r, key, "a text that is not empty", value);
    *out = arena_text(r->arena, json_text(value), r->err);
    return *out != NULL;
}

/* The same links in the same number, in whatever order: what one language points at, so does the
 * other. */
static bool same_links(const Reader *r, const char *a, const char *b) {
    LessonSpan x, y;
    int links[2] = {0, 0};
    for (const char *at = b; lesson_span(&at, &y);)
        links[1] += y.region[0] != '\0';
    for (const char *at = a; lesson_span(&at, &x);) {
        bool found = !x.region[0];
        links[0] += !found;
        for (const char *other = b; !found && lesson_span(&other, &y);)
            found = strcmp(x.region, y.region) == 0;
        if (!found)
            return error_set(r->err, ERROR_MISSING,
                             TEXT("a link to '%s' in the other language", x.region));
    }
    return links[0] == links[1] ||
           error_set(r->err, ERROR_EXPECTED, "links",
                     TEXT("%d, as in the first language", links[0]), TEXT("%d", links[1]));
}

static bool read_text(const Reader *r, const Json *object, const char *key, bool needed,
                      LessonText *out) {
    const Json *value = json_get(object, key);
    for (int i = 0; i < WORDS_LANGUAGES; i++)
        out->in[i] = "";
    if (!value)
        return !needed || error_set(r->err, ERROR_MISSING, TEXT("the key '%s'", key));
    if (json_type(value) != JSON_OBJECT || json_count(value) != WORDS_LANGUAGES)
        return wrong_type(r, key, "an object with a text for each language (en, es)", value);
    for (int i = 0; i < WORDS_LANGUAGES; i++) {
        const char *code = words_language_code((WordsLanguage)i);
        if (!json_get(value, code))
            return error_set(r->err, ERROR_MISSING, TEXT("the language '%s' of '%s'", code, key));
        if (!read_word(r, value, code, &out->in[i]))
            return error_prefix(r->err, "%s.", key);
    }
    return same_links(r, out->in[0], out->in[1]) || error_prefix(r->err, "%s", key);
}

static bool read_actions(const Reader *r, const Json *object, const char *key, LessonActions *out) {
    const Json *list = json_get(object, key);
    *out = (LessonActions){.count = 0};
    if (!list)
        return true;
    const size_t count = json_count(list);
    if (json_type(list) != JSON_ARRAY || count > LESSON_ACTIONS_MAX)
        return wrong_type(r, key, TEXT("at most %d actions in an array", LESSON_ACTIONS_MAX), list);
    out->lines = arena_alloc(r->arena, count ? count : 1, sizeof *out->lines, r->err);
    for (const Json *line = json_first(list); out->lines && line; line = json_next(line)) {
        if (json_type(line) != JSON_TEXT || !json_text(line)[0])
            return wrong_type(r, TEXT("%s[%d]", key, out->count), "an action as a text", line);
        out->lines[out->count] = arena_text(r->arena, json_text(line), r->err);
        if (!out->lines[out->count++])
            return false;
    }
    return out->lines != NULL;
}

/* --- Questions -------------------------------------------------------------------------------- */

static bool read_choice(const Reader *r, const Json *object, LessonChoice *out) {
    static const char *const keys[] = {"text", "right", NULL};
    const Json *right = json_get(object, "right");
    if (json_type(object) != JSON_OBJECT)
        return wrong_type(r, "", "an object", object);
    if (right && json_type(right) != JSON_BOOL)
        return wrong_type(r, "right", "true or false", right);
    out->right = right && json_bool(right);
    return known_keys(r, object, keys) && read_text(r, object, "text", true, &out->text);
}

static bool read_choices(const Reader *r, const Json *list, LessonStep *step) {
    const size_t count = json_count(list);
    int right = 0;
    if (!list)
        return true;
    if (json_type(list) != JSON_ARRAY || count < 2 || count > LESSON_CHOICES_MAX)
        return wrong_type(r, "choices", TEXT("2 to %d in an array", LESSON_CHOICES_MAX), list);
    for (const Json *c = json_first(list); c; c = json_next(c)) {
        if (!read_choice(r, c, &step->choices[step->choice_count]))
            return error_prefix(r->err, "choices[%d].", step->choice_count);
        right += step->choices[step->choice_count++].right;
    }
    return right == 1 ||
           error_set(r->err, ERROR_EXPECTED, "choices", "one that is right", TEXT("%d", right));
}

static bool read_question(const Reader *r, const Json *object, LessonStep *step) {
    static const char *const keys[] = {"question", "choices", "answer", "then", NULL};
    const Json *ask = json_get(object, "ask");
    if (ask && json_type(ask) != JSON_OBJECT)
        return wrong_type(r, "ask", "an object", ask);
    const bool ok = (!ask || known_keys(r, ask, keys)) &&
                    read_text(r, ask, "question", ask != NULL, &step->ask) &&
                    read_text(r, ask, "answer", ask != NULL, &step->answer) &&
                    read_choices(r, json_get(ask, "choices"), step) &&
                    read_actions(r, ask, "then", &step->then);
    return ok || error_prefix(r->err, "ask.");
}

/* --- Steps ------------------------------------------------------------------------------------ */

static bool read_step(const Reader *r, const Json *object, LessonStep *step) {
    static const char *const keys[] = {"title", "say",   "notes", "do",
                                       "focus", "until", "ask",   NULL};
    if (json_type(object) != JSON_OBJECT)
        return wrong_type(r, "", "an object", object);
    if (json_get(object, "ask") && json_get(object, "until"))
        return error_set(r->err, ERROR_BAD, "a step has either 'ask' or 'until', not both");
    return known_keys(r, object, keys) && read_text(r, object, "title", false, &step->title) &&
           read_text(r, object, "say", true, &step->say) &&
           read_text(r, object, "notes", false, &step->notes) &&
           read_actions(r, object, "do", &step->acts) &&
           read_word(r, object, "focus", &step->focus) &&
           read_word(r, object, "until", &step->until) && read_question(r, object, step);
}

static bool read_number(const Reader *r, const Json *object, const char *key, int most, int *out) {
    const Json *value = json_get(object, key);
    const double number = json_number(value);
    if (json_type(value) != JSON_NUMBER || number < 0 || number > most || number != (int)number)
        return wrong_type(r, key, TEXT("a whole number from 0 to %d", most), value);
    *out = (int)number;
    return true;
}

static bool read_steps(const Reader *r, const Json *list, Lesson *lesson) {
    const size_t count = json_count(list);
    if (json_type(list) != JSON_ARRAY || count < 1 || count > LESSON_STEPS_MAX)
        return wrong_type(r, "steps", TEXT("1 to %d in an array", LESSON_STEPS_MAX), list);
    lesson->steps = arena_alloc(r->arena, count, sizeof *lesson->steps, r->err);
    for (const Json *s = json_first(list); lesson->steps && s; s = json_next(s))
        if (!read_step(r, s, &lesson->steps[lesson->step_count++]))
            return error_prefix(r->err, "steps[%d].", lesson->step_count - 1);
    return lesson->steps != NULL;
}

static bool read_lesson(const Reader *r, const Json *root, Lesson *lesson) {
    static const char *const keys[] = {"title", "about", "minutes", "order", "steps", NULL};
    if (json_type(root) != JSON_OBJECT)
        return wrong_type(r, "a lesson", "an object", root);
    return known_keys(r, root, keys) && read_text(r, root, "title", true, &lesson->title) &&
           read_text(r, root, "about", true, &lesson->about) &&
           read_number(r, root, "minutes", 600, &lesson->minutes) &&
           read_number(r, root, "order", 1000, &lesson->order) &&
           read_steps(r, json_get(root, "steps"), lesson);
}

Lesson *lesson_parse(const char *text, size_t size, const char *id, Error *err) {
    Arena arena = {0};
    Json *root = json_parse(text, size, err);
    Lesson *lesson = root ? arena_alloc(&arena, 1, sizeof *lesson, err) : NULL;
    const Reader r = {&arena, err};
    bool ok = lesson && read_lesson(&r, root, lesson);
    if (ok) {
        lesson->id = arena_text(&arena, id, err);
        lesson->path = lesson->id;
        ok = lesson->id != NULL;
    }
    json_free(root);
    if (ok)
        lesson->arena = arena; /* which the lesson itself lies in */
    else
        arena_free(&arena);
    return ok ? lesson : NULL;
}

void lesson_free(Lesson *lesson) {
    if (!lesson)
        return;
    Arena arena = lesson->arena;
    arena_free(&arena);
}

/* --- Files ------------------------------------------------------------------------------------ */

static bool unknown_lesson(const char *which, Error *err) {
    Arena arena = {0};
    char **ids;
    size_t count = 0;
    TextNearest nearest = {.word = which};
    if (lesson_ids(&arena, &ids, &count, err))
        for (size_t i = 0; i < count; i++)
            text_nearest_offer(&nearest, ids[i]);
    text_unknown(&nearest, "lesson", err);
    arena_free(&arena);
    return false;
}

static bool find_lesson(const char *which, char path[FILE_PATH_MAX], Error *err) {
    const bool is_path = strchr(which, '/') || text_equal(file_extension(which), "json");
    if (is_path && strlen(which) < FILE_PATH_MAX) {
        strcpy(path, which);
        return true;
    }
    if (is_path || !*which || strlen(which) >= LESSON_ID_SIZE)
        return error_set(err, ERROR_UNKNOWN, "lesson", which);
    return file_find(path, FILE_PATH_MAX, TEXT("lessons/%s.json", which)) ||
           unknown_lesson(which, err);
}

static void stem_of(const char *path, char id[LESSON_ID_SIZE]) {
    const char *name = file_name(path);
    const size_t suffix = strlen(".json"), length = strlen(name);
    const bool has = length > suffix && text_equal(file_extension(name), "json");
    text_format(id, LESSON_ID_SIZE, "%.*s", (int)(has ? length - suffix : length), name);
}

Lesson *lesson_load(const char *which, Error *err) {
    char path[FILE_PATH_MAX], id[LESSON_ID_SIZE];
    size_t size;
    if (!find_lesson(which, path, err))
        return NULL;
    char *text = (char *)file_read(path, LESSON_FILE_MAX, false, &size, err);
    if (!text)
        return NULL;
    stem_of(path, id);
    Lesson *lesson = lesson_parse(text, size, id, err);
    mem_free(text);
    if (!lesson) {
        error_prefix(err, "%s", path);
        return NULL;
    }
    lesson->path = arena_text(&lesson->arena, path, err);
    if (lesson->path)
        return lesson;
    lesson_free(lesson);
    return NULL;
}

typedef struct Listed {
    char *id;
    int order;
} Listed;

static int by_order(const void *a, const void *b) {
    const Listed *x = a, *y = b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order)
                                : strcmp(x->id, y->id);
}

bool lesson_ids(Arena *arena, char ***ids, size_t *count, Error *err) {
    char folder[FILE_PATH_MAX], **names, id[LESSON_ID_SIZE];
    size_t files;
    *count = 0;
    if (!file_find(folder, sizeof folder, "lessons"))
        return error_set(err, ERROR_MISSING, "the folder 'lessons'");
    if (!file_list(folder, arena, &names, &files, err))
        return false;
    Listed *listed = arena_alloc(arena, files ? files : 1, sizeof *listed, err);
    *ids = arena_alloc(arena, files ? files : 1, sizeof **ids, err);
    if (!listed || !*ids)
        return false;
    for (size_t i = 0; i < files; i++) {
        if (!text_equal(file_extension(names[i]), "json"))
            continue;
        stem_of(names[i], id);
        Lesson *lesson = lesson_load(id, err);
        if (!lesson && err)
            return false;
        if (lesson) {
            listed[*count] = (Listed){arena_text(arena, id, err), lesson->order};
            if (!listed[(*count)++].id)
                return false;
        }
        lesson_free(lesson);
    }
    qsort(listed, *count, sizeof *listed, by_order);
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = listed[i].id;
    return true;
}
