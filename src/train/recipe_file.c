/* Recipes as files: where they lie, and what lies beside them. */
#include "base/file.h"
#include "base/text.h"
#include "model/model.h"
#include "train/recipe.h"
#include <stdlib.h>
#include <string.h>

enum { RECIPE_FILE_MAX = 1024 * 1024 };
#define SUFFIX ".recipe.json"

/* How long the name is without the suffix; 0 if it does not end in it. */
static size_t stem_length(const char *file) {
    size_t length = strlen(file), suffix = strlen(SUFFIX);
    return length > suffix && strcmp(file + length - suffix, SUFFIX) == 0 ? length - suffix : 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool recipe_names(Arena *arena, char ***names, size_t *count, Error *err) {
    char folder[FILE_PATH_MAX];
    char **files;
    size_t file_count;
    if (!model_files(folder, arena, &files, &file_count, err))
        return false;
    *names = files;
    *count = 0;
    for (size_t i = 0; i < file_count; i++) {
        size_t stem = stem_length(files[i]);
        if (!stem)
            continue;
        files[i][stem] = '\0';
        (*names)[(*count)++] = files[i];
    }
    qsort(*names, *count, sizeof **names, by_name);
    return true;
}

/* --- Finding one -----------------------------------------------------------------------------
 */

/* What may have been meant: a recipe in the present folder, or a network that has none. */
static bool near_recipe(const char *which, Error *err) {
    const char *beside = TEXT("./%.100s" SUFFIX, which), *longer = TEXT("./%.100s.json", which);
    const char *meant = file_exists(beside)                          ? beside
                        : stem_length(longer) && file_exists(longer) ? longer
                                                                     : NULL;
    char path[FILE_PATH_MAX];
    if (meant)
        error_set(err, ERROR_UNKNOWN_NEAR, "recipe", which, meant);
    else if (*which && file_find(path, sizeof path, TEXT("models/%.100s.json", which)))
        error_set(err, ERROR_BAD,
                  TEXT("the network '%.100s' comes without a recipe ('convoscope help train' lists "
                       "those that ship)",
                       which));
    else
        return false;
    return true;
}

static bool unknown_recipe(const char *which, Error *err) {
    Arena arena = {0};
    char **names;
    size_t count = 0;
    if (!near_recipe(which, err) && recipe_names(&arena, &names, &count, err)) {
        TextNearest nearest = {.word = which};
        for (size_t i = 0; i < count; i++)
            text_nearest_offer(&nearest, names[i]);
        text_unknown(&nearest, "recipe", err);
    }
    arena_free(&arena);
    return false;
}

static bool find_recipe(const char *which, char path[FILE_PATH_MAX], Error *err) {
    if (strchr(which, '/') || text_equal(file_extension(which), "json")) {
        if (strlen(which) >= FILE_PATH_MAX)
            return error_set(err, ERROR_TOO_LARGE, "the path of a recipe",
                             TEXT("%zu bytes", strlen(which)), TEXT("%d", FILE_PATH_MAX - 1));
        strcpy(path, which);
        return true;
    }
    if (!*which || strlen(which) > 100)
        return unknown_recipe(which, err);
    return file_find(path, FILE_PATH_MAX, TEXT("models/%s" SUFFIX, which)) ||
           unknown_recipe(which, err);
}

/* NAME.recipe.json beside a NAME.json, if there is one. */
static bool has_recipe(const char *path, char recipe[FILE_PATH_MAX]) {
    if (!text_equal(file_extension(path), "json"))
        return false;
    snprintf(recipe, FILE_PATH_MAX, "%.*s" SUFFIX, (int)(strlen(path) - strlen(".json")), path);
    return file_exists(recipe);
}

/* Where it was a network's file that was no recipe: says so, and which one may have been meant. */
static void tell_network(const char *path, const char *text, size_t length, Error *err) {
    char recipe[FILE_PATH_MAX];
    if (!err || err->code == ERROR_NO_MEMORY)
        return;
    Json *root = json_parse(text, length, NULL);
    const bool network = json_type(json_get(root, "layers")) == JSON_ARRAY;
    json_free(root);
    if (!network)
        return;
    *err = (Error){0};
    error_set(err, ERROR_FORMAT, path, "a recipe",
              has_recipe(path, recipe) ? TEXT("it is a network; did you mean %.150s?", recipe)
                                       : "it is a network, of which a recipe says how it is "
                                         "trained (models/README.md)");
}

Recipe *recipe_load(const char *which, Error *err) {
    char path[FILE_PATH_MAX], name[256];
    size_t length;
    if (!find_recipe(which, path, err))
        return NULL;
    const char *base = file_name(path);
    size_t stem = stem_length(base);
    if (!stem)
        stem = strlen(base) - (text_equal(file_extension(base), "json") ? strlen(".json") : 0);
    snprintf(name, sizeof name, "%.*s", (int)(stem < 200 ? stem : 200), base);
    uint8_t *text = file_read(path, RECIPE_FILE_MAX, false, &length, err);
    if (!text)
        return NULL;
    Recipe *recipe = recipe_parse((const char *)text, length, name, err);
    if (!recipe) {
        error_prefix(err, "%s", path);
        tell_network(path, (const char *)text, length, err);
    }
    mem_free(text);
    if (!recipe)
        return NULL;
    recipe->path = arena_text(&recipe->arena, path, err);
    recipe->folder = arena_format(&recipe->arena, err, "%.*s", (int)(base - path), path);
    if (recipe->path && recipe->folder)
        return recipe;
    recipe_free(recipe);
    return NULL;
}

/* --- What lies beside it ----------------------------------------------------------------------
 */

/* A path as the recipe means it: a relative one is seen from the recipe. */
static bool beside(const Recipe *recipe, const char *path, char out[FILE_PATH_MAX], Error *err) {
    const bool here = !recipe->folder || path[0] == '/';
    const char *folder = here ? "" : recipe->folder;
    const int length = snprintf(out, FILE_PATH_MAX, "%s%s%s", folder,
                                here || strchr(folder, '/') ? "" : "./", path);
    return (length >= 0 && length < FILE_PATH_MAX) ||
           error_set(err, ERROR_TOO_LARGE, "a path of the recipe", "longer",
                     TEXT("%d", FILE_PATH_MAX - 1));
}

bool recipe_model_path(const Recipe *recipe, char path[FILE_PATH_MAX], Error *err) {
    const char *model = recipe->model;
    if (strchr(model, '/') || text_equal(file_extension(model), "json"))
        return beside(recipe, model, path, err);
    snprintf(path, FILE_PATH_MAX, "%.1000s", model);
    return true;
}

Model *recipe_model(const Recipe *recipe, Error *err) {
    char path[FILE_PATH_MAX];
    return recipe_model_path(recipe, path, err) ? model_load(path, 0, err) : NULL;
}

bool recipe_data(const Recipe *recipe, char path[FILE_PATH_MAX], Error *err) {
    char user[FILE_PATH_MAX], text[ERROR_ARG_SIZE];
    if (recipe->folder && beside(recipe, recipe->data, path, NULL) && file_exists(path))
        return true;
    const bool known = file_user_data(path, FILE_PATH_MAX) &&
                       file_join(user, sizeof user, path, "data", NULL) &&
                       file_join(path, FILE_PATH_MAX, user, recipe->data, NULL);
    if (known && file_exists(path))
        return true;
    snprintf(user, sizeof user, "%s", known ? path : "the user's data folder");
    for (int i = 0; i < recipe->place_count; i++)
        if (beside(recipe, recipe->places[i], path, NULL) && file_exists(path))
            return true;
    return error_set(err, ERROR_BAD,
                     text_format(text, sizeof text,
                                 "the data '%.60s' are not here: give --data PATH, or put them "
                                 "beside the recipe or into %.230s",
                                 recipe->data, user));
}

const char *recipe_where(const Recipe *recipe) {
    return recipe->path ? recipe->path : recipe->name;
}
