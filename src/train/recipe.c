#include "train/recipe.h"

#include "base/text.h"
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* --- The table of keys, from which reading, ranges, presets and the fingerprint follow ------- */

typedef enum FieldKind {
    FIELD_TEXT,    /* const char *, in the recipe's arena */
    FIELD_FOLDERS, /* Recipe.places */
    FIELD_CHOICE,  /* an enum */
    FIELD_COUNT,   /* int64_t */
    FIELD_PIXELS,  /* int */
    FIELD_SEED,    /* uint64_t */
    FIELD_REAL,    /* double */
    FIELD_SPAN,    /* double[2], in order */
    FIELD_EPOCHS,  /* Schedule.milestones, in order */
    FIELD_BOOL,    /* bool */
    FIELD_OBJECT   /* a table of its own */
} FieldKind;

typedef struct Field {
    const char *name; /* NULL ends the table */
    FieldKind kind;
    size_t offset; /* in a Recipe */
    double preset; /* of numbers; all else is "", false, the first choice, none */
    double min, max;
    enum { CLOSED, ABOVE = 1, BELOW = 2 } ends; /* min, max themselves are left out */
    bool required;
    unsigned kinds;                    /* bits of the schedules that use it; 0: all */
    const char *(*choice)(unsigned i); /* the name of the i-th; NULL beyond the last */
    const struct Field *fields;        /* of an object */
} Field;

static const char *fit_name(unsigned i) {
    static const char *const names[] = {"exact", "resize"};
    return i < 2 ? names[i] : NULL;
}

static const char *kind_name(unsigned i) {
    return i < SCHEDULE_KINDS ? schedule_kind_name((ScheduleKind)i) : NULL;
}

#define AT(member) offsetof(Recipe, member)
enum { STEP = 1 << SCHEDULE_STEP, DOWN = 1 << SCHEDULE_COSINE | 1 << SCHEDULE_ONE_CYCLE };

/* What numbers are when left out, and from where to where they may go. */
#define RANGE(preset_, min_, max_) .preset = (preset_), .min = (min_), .max = (max_)

static const Field schedule_fields[] = {
    {"kind", FIELD_CHOICE, AT(schedule.kind), .choice = kind_name},
    {"rate", FIELD_REAL, AT(schedule.rate), RANGE(0, 0, 100), .ends = ABOVE, .required = true},
    {"warmup", FIELD_REAL, AT(schedule.warmup), RANGE(0, 0, 100000)},
    {"first", FIELD_REAL, AT(schedule.first), RANGE(0.04, 0, 1)},
    {"last", FIELD_REAL, AT(schedule.last), RANGE(0, 0, 1), .kinds = DOWN},
    {"milestones", FIELD_EPOCHS, AT(schedule.milestones), RANGE(0, 0, 100000), .ends = ABOVE,
     .kinds = STEP},
    {"factor", FIELD_REAL, AT(schedule.factor), RANGE(0.1, 0, 1), .ends = ABOVE, .kinds = STEP},
    {.name = NULL}};

static const Field augment_fields[] = {
    {"flip", FIELD_BOOL, AT(augment.flip), RANGE(0, 0, 1)},
    {"crop", FIELD_PIXELS, AT(augment.crop), RANGE(0, 0, 1000)},
    {"area", FIELD_SPAN, AT(augment.area), RANGE(0, 0, 1), .ends = ABOVE},
    {"aspect", FIELD_REAL, AT(augment.aspect), RANGE(4.0 / 3, 1, 10)},
    {"brightness", FIELD_REAL, AT(augment.brightness), RANGE(0, 0, 1)},
    {"contrast", FIELD_REAL, AT(augment.contrast), RANGE(0, 0, 1)},
    {"saturation", FIELD_REAL, AT(augment.saturation), RANGE(0, 0, 1)},
    {"hue", FIELD_REAL, AT(augment.hue), RANGE(0, 0, 180)},
    {"rotate", FIELD_REAL, AT(augment.rotate), RANGE(0, 0, 180)},
    {"cutout", FIELD_PIXELS, AT(augment.cutout), RANGE(0, 0, 1000)},
    {"cutmix", FIELD_REAL, AT(augment.cutmix), RANGE(0, 0, 1)},
    {"cutmix_until", FIELD_REAL, AT(augment.cutmix_until), RANGE(1, 0, 1), .ends = ABOVE},
    {.name = NULL}};

static const Field recipe_fields[] = {
    {"model", FIELD_TEXT, AT(model), .required = true},
    {"data", FIELD_TEXT, AT(data), .required = true},
    {"places", FIELD_FOLDERS, AT(places), .max = 100},
    {"fit", FIELD_CHOICE, AT(fit), .choice = fit_name},
    {"seed", FIELD_SEED, AT(seed), RANGE(1, 0, 9007199254740991)}, /* a double holds it exactly */
    {"epochs", FIELD_COUNT, AT(epochs), RANGE(1, 1, 100000), .required = true},
    {"batch", FIELD_COUNT, AT(batch), RANGE(64, 1, 65536)},
    {"holdout", FIELD_COUNT, AT(holdout), RANGE(0, 0, 1e9)},
    {"schedule", FIELD_OBJECT, .required = true, .fields = schedule_fields},
    {"gain", FIELD_REAL, AT(gain), RANGE(1, 0, 100), .ends = ABOVE},
    {"momentum", FIELD_REAL, AT(momentum), RANGE(0.9, 0, 1), .ends = BELOW},
    {"nesterov", FIELD_BOOL, AT(nesterov), RANGE(0, 0, 1)},
    {"decay", FIELD_REAL, AT(decay), RANGE(0, 0, 1)},
    {"smoothing", FIELD_REAL, AT(smoothing), RANGE(0, 0, 1), .ends = BELOW},
    {"average", FIELD_REAL, AT(average), RANGE(0, 0, 1), .ends = BELOW},
    {"clip", FIELD_REAL, AT(clip), RANGE(0, 0, 1e9)},
    {"measure", FIELD_COUNT, AT(measure), RANGE(0, 0, 1e9)},
    {"augment", FIELD_OBJECT, .fields = augment_fields},
    {.name = NULL}};

/* --- Where a field lies ---------------------------------------------------------------------- */

static void *place_of(const Field *field, Recipe *recipe) {
    return (char *)recipe + field->offset;
}

/* Numbers (a choice is its place in the list); the first of a span. */
static double number_of(const Field *field, const Recipe *recipe, int i) {
    const void *at = (const char *)recipe + field->offset;
    switch (field->kind) {
    case FIELD_COUNT:
        return (double)*(const int64_t *)at;
    case FIELD_PIXELS:
        return *(const int *)at;
    case FIELD_SEED:
        return (double)*(const uint64_t *)at;
    case FIELD_BOOL:
        return *(const bool *)at;
    case FIELD_CHOICE:
        return *(const unsigned *)at;
    default:
        return ((const double *)at)[i];
    }
}

static void put_number(const Field *field, Recipe *recipe, int i, double value) {
    void *at = place_of(field, recipe);
    static_assert(sizeof(DataFit) == sizeof(unsigned) && sizeof(ScheduleKind) == sizeof(unsigned),
                  "choices are stored as unsigned");
    switch (field->kind) {
    case FIELD_COUNT:
        *(int64_t *)at = (int64_t)value;
        break;
    case FIELD_PIXELS:
        *(int *)at = (int)value;
        break;
    case FIELD_SEED:
        *(uint64_t *)at = (uint64_t)value;
        break;
    case FIELD_BOOL:
        *(bool *)at = value > 0;
        break;
    case FIELD_CHOICE:
        *(unsigned *)at = (unsigned)value;
        break;
    default:
        ((double *)at)[i] = value;
    }
}

/* How many numbers a field has; none of texts. */
static int numbers_in(const Field *field, const Recipe *recipe) {
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_FOLDERS:
    case FIELD_OBJECT:
        return 0;
    case FIELD_SPAN:
        return 2;
    case FIELD_EPOCHS:
        return recipe->schedule.milestone_count;
    default:
        return 1;
    }
}

static void preset(const Field *fields, Recipe *recipe) {
    for (const Field *field = fields; field->name; field++) {
        if (field->kind == FIELD_OBJECT)
            preset(field->fields, recipe);
        for (int i = 0; i < numbers_in(field, recipe); i++)
            put_number(field, recipe, i, field->preset);
    }
}

/* --- The fingerprint: FNV-1a over "name=value" of all that changes what comes out. A number left
 * at its preset does not count, so that a key which comes later changes no fingerprint
 * ------------- */

static void hash_text(uint64_t *hash, const char *text) {
    do /* the 0 at the end too, so that texts do not run together */
        *hash = (*hash ^ (unsigned char)*text) * 0x100000001b3u;
    while (*text++);
}

static bool is_preset(const Field *field, const Recipe *recipe) {
    for (int i = 0; i < numbers_in(field, recipe); i++) {
        const double value = number_of(field, recipe, i);
        if (value < field->preset || value > field->preset)
            return false;
    }
    return field->kind != FIELD_TEXT;
}

static void hash_fields(const Field *fields, const Recipe *recipe, uint64_t *hash) {
    for (const Field *field = fields; field->name; field++) {
        if (field->kind == FIELD_FOLDERS) /* where the data lie changes nothing */
            continue;
        if (field->kind == FIELD_OBJECT) {
            hash_text(hash, field->name);
            hash_fields(field->fields, recipe, hash);
        }
        if (is_preset(field, recipe))
            continue;
        hash_text(hash, field->name);
        if (field->kind == FIELD_TEXT)
            hash_text(hash, *(const char *const *)((const char *)recipe + field->offset));
        for (int i = 0; i < numbers_in(field, recipe); i++)
            hash_text(hash, field->kind == FIELD_SEED /* may exceed what a double holds */
                                ? TEXT("%llu", (unsigned long long)recipe->seed)
                                : TEXT("%.17g", number_of(field, recipe, i)));
    }
}

void recipe_stretch(Recipe *recipe, int64_t epochs) {
    assert(epochs > 0);
    Schedule *s = &recipe->schedule;
    const double factor = (double)epochs / (double)recipe->epochs;
    s->warmup *= factor;
    for (int i = 0; i < s->milestone_count; i++)
        s->milestones[i] *= factor;
    recipe->epochs = epochs;
}

void recipe_seal(Recipe *recipe) {
    void *locale = text_point_begin();
    recipe->fingerprint = 0xcbf29ce484222325u;
    hash_fields(recipe_fields, recipe, &recipe->fingerprint);
    text_point_end(locale);
}

/* --- Reading --------------------------------------------------------------------------------- */

static const char *real_text(char *buffer, size_t size, double value) {
    void *locale = text_point_begin();
    bool whole = fabs(value) < 1e16 && value == floor(value);
    snprintf(buffer, size, whole ? "%.0f" : "%.10g", value);
    text_point_end(locale);
    return buffer;
}
#define REAL(value) real_text((char[32]){0}, 32, (value))

static bool is_whole(const Field *field) {
    return field->kind == FIELD_COUNT || field->kind == FIELD_PIXELS || field->kind == FIELD_SEED;
}

/* One number of a field, called `name` in messages. */
static bool read_number(const Field *field, const Json *value, const char *name, double *out,
                        Error *err) {
    if (json_type(value) != JSON_NUMBER)
        return error_set(err, ERROR_EXPECTED, name, is_whole(field) ? "a whole number" : "a number",
                         json_type_name(json_type(value)));
    double x = *out = json_number(value);
    if (!(field->ends & ABOVE ? x > field->min : x >= field->min) ||
        !(field->ends & BELOW ? x < field->max : x <= field->max) ||
        (is_whole(field) && x != floor(x)))
        return error_set(err, ERROR_EXPECTED, name,
                         TEXT("%s%s %s and %s %s", is_whole(field) ? "a whole number, " : "",
                              field->ends & ABOVE ? "more than" : "at least", REAL(field->min),
                              field->ends & BELOW ? "less than" : "at most", REAL(field->max)),
                         REAL(x));
    return true;
}

/* A list of numbers that grow: exactly two, or 1 to SCHEDULE_MILESTONES_MAX. */
static bool read_numbers(const Field *field, const Json *list, Recipe *recipe, Error *err) {
    bool span = field->kind == FIELD_SPAN;
    size_t least = span ? 2 : 1, most = span ? 2 : SCHEDULE_MILESTONES_MAX, count = 0;
    if (json_type(list) != JSON_ARRAY || json_count(list) < least || json_count(list) > most)
        return error_set(err, ERROR_EXPECTED, field->name,
                         span ? "[least, most]" : TEXT("an array of 1 to %zu epochs", most),
                         json_type(list) != JSON_ARRAY ? json_type_name(json_type(list))
                         : json_count(list) == 1       ? "1 number"
                                                       : TEXT("%zu numbers", json_count(list)));
    double last = 0, x;
    for (const Json *value = json_first(list); value; value = json_next(value), last = x) {
        const char *name = TEXT("%s[%zu]", field->name, count);
        if (!read_number(field, value, name, &x, err))
            return false;
        if (span ? x < last : x <= last)
            return error_set(err, ERROR_EXPECTED, name,
                             TEXT("%s %s", span ? "at least" : "more than", REAL(last)), REAL(x));
        put_number(field, recipe, (int)count++, x);
    }
    if (!span)
        recipe->schedule.milestone_count = (int)count;
    return true;
}

/* A text that is not empty, in the arena. */
static bool read_text(Recipe *recipe, const Json *value, const char *name, const char **out,
                      Error *err) {
    if (json_type(value) != JSON_TEXT || !*json_text(value))
        return error_set(err, ERROR_EXPECTED, name, "a text",
                         json_type(value) == JSON_TEXT ? "an empty one"
                                                       : json_type_name(json_type(value)));
    *out = arena_text(&recipe->arena, json_text(value), err);
    return *out != NULL;
}

static bool read_folders(const Field *field, const Json *list, Recipe *recipe, Error *err) {
    if (json_type(list) != JSON_ARRAY)
        return error_set(err, ERROR_EXPECTED, field->name, "an array of folders",
                         json_type_name(json_type(list)));
    if (json_count(list) > (size_t)field->max)
        return error_set(err, ERROR_TOO_LARGE, field->name, TEXT("%zu folders", json_count(list)),
                         REAL(field->max));
    const char **places = arena_alloc(&recipe->arena, json_count(list), sizeof *places, err);
    if (!places)
        return false;
    recipe->places = places;
    for (const Json *value = json_first(list); value; value = json_next(value)) {
        int i = recipe->place_count;
        if (!read_text(recipe, value, TEXT("%s[%d]", field->name, i), &places[i], err))
            return false;
        recipe->place_count++;
    }
    return true;
}

static bool read_choice(const Field *field, const Json *value, Recipe *recipe, Error *err) {
    if (json_type(value) != JSON_TEXT)
        return error_set(err, ERROR_EXPECTED, field->name, "a text",
                         json_type_name(json_type(value)));
    TextNearest nearest = {.word = json_text(value)};
    for (unsigned i = 0; field->choice(i); i++) {
        text_nearest_offer(&nearest, field->choice(i));
        if (strcmp(field->choice(i), json_text(value)) == 0) {
            put_number(field, recipe, 0, i);
            return true;
        }
    }
    return text_unknown(&nearest, field->name, err);
}

static bool read_fields(const Field *fields, const Json *object, Recipe *recipe, Error *err);

static bool read_value(const Field *field, const Json *value, Recipe *recipe, Error *err) {
    double number;
    switch (field->kind) {
    case FIELD_TEXT:
        return read_text(recipe, value, field->name, place_of(field, recipe), err);
    case FIELD_FOLDERS:
        return read_folders(field, value, recipe, err);
    case FIELD_CHOICE:
        return read_choice(field, value, recipe, err);
    case FIELD_SPAN:
    case FIELD_EPOCHS:
        return read_numbers(field, value, recipe, err);
    case FIELD_BOOL:
        if (json_type(value) != JSON_BOOL)
            return error_set(err, ERROR_EXPECTED, field->name, "true or false",
                             json_type_name(json_type(value)));
        put_number(field, recipe, 0, json_bool(value));
        return true;
    case FIELD_OBJECT:
        if (json_type(value) != JSON_OBJECT)
            return error_set(err, ERROR_EXPECTED, field->name, "an object",
                             json_type_name(json_type(value)));
        return read_fields(field->fields, value, recipe, err) ||
               error_prefix(err, "%s.", field->name);
    default:
        if (!read_number(field, value, field->name, &number, err))
            return false;
        put_number(field, recipe, 0, number);
        return true;
    }
}

static bool read_fields(const Field *fields, const Json *object, Recipe *recipe, Error *err) {
    for (const Json *member = json_first(object); member; member = json_next(member)) {
        TextNearest nearest = {.word = json_key(member)};
        const Field *field = fields;
        for (; field->name && strcmp(field->name, json_key(member)) != 0; field++)
            text_nearest_offer(&nearest, field->name);
        if (!field->name)
            return text_unknown(&nearest, "key", err);
        if (!read_value(field, member, recipe, err))
            return false;
    }
    for (const Field *field = fields; field->name; field++)
        if (field->required && !json_get(object, field->name))
            return error_set(err, ERROR_MISSING, field->name);
    return true;
}

/* --- What several fields together must be ----------------------------------------------------- */

static bool check_schedule(const Schedule *s, int64_t epochs, const Json *object, Error *err) {
    for (const Field *field = schedule_fields; field->name; field++)
        if (field->kinds && !(field->kinds & 1u << s->kind) && json_get(object, field->name))
            return error_set(
                err, ERROR_BAD,
                TEXT("kind '%s' has no '%s'", schedule_kind_name(s->kind), field->name));
    if (s->kind == SCHEDULE_STEP && s->milestone_count == 0)
        return error_set(err, ERROR_MISSING, "milestones");
    if (s->kind == SCHEDULE_ONE_CYCLE && !(s->warmup > 0))
        return error_set(err, ERROR_EXPECTED, "warmup", "the epochs of the way up, more than 0",
                         json_get(object, "warmup") ? "0" : "none");
    const char *all =
        epochs == 1 ? "the 1 epoch of all" : TEXT("the %lld epochs of all", (long long)epochs);
    if (s->warmup > (double)epochs)
        return error_set(err, ERROR_EXPECTED, "warmup", TEXT("at most %s", all), REAL(s->warmup));
    for (int i = 0; i < s->milestone_count; i++)
        if (s->milestones[i] >= (double)epochs)
            return error_set(err, ERROR_EXPECTED, TEXT("milestones[%d]", i),
                             TEXT("less than %s", all), REAL(s->milestones[i]));
    return true;
}

static bool check_whole(const Recipe *recipe, const Json *root, Error *err) {
    if (recipe->nesterov && !(recipe->momentum > 0))
        return error_set(err, ERROR_EXPECTED, "momentum", "more than 0, since nesterov is true",
                         REAL(recipe->momentum));
    return check_schedule(&recipe->schedule, recipe->epochs, json_get(root, "schedule"), err) ||
           error_prefix(err, "schedule.");
}

Recipe *recipe_parse(const char *text, size_t length, const char *name, Error *err) {
    Recipe *recipe = mem_alloc(1, sizeof *recipe, err);
    if (!recipe)
        return NULL;
    preset(recipe_fields, recipe);
    Json *root = json_parse(text, length, err);
    bool ok = root && (json_type(root) == JSON_OBJECT ||
                       error_set(err, ERROR_EXPECTED, "its value", "an object",
                                 json_type_name(json_type(root))));
    ok = ok && (recipe->name = arena_text(&recipe->arena, name, err)) &&
         read_fields(recipe_fields, root, recipe, err) && check_whole(recipe, root, err);
    json_free(root);
    if (!ok) {
        recipe_free(recipe);
        return NULL;
    }
    recipe_seal(recipe);
    return recipe;
}

void recipe_free(Recipe *recipe) {
    if (!recipe)
        return;
    arena_free(&recipe->arena);
    mem_free(recipe);
}
