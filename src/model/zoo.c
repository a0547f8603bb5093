/* The networks that ship. */
#include "base/json.h"
#include "model/model.h"
#include <stdlib.h>
#include <string.h>

typedef struct Entry {
    char *name;
    double year;
    const char *family;
    long depth; /* the first number in the name: resnet18 before resnet152 */
} Entry;

/* The order in which a class meets the families. */
static int family_rank(const char *family) {
    static const char *const order[] = {"lenet",     "alexnet", "zfnet",    "vgg",
                                        "googlenet", "resnet",  "densenet", NULL};
    int rank = 0;
    while (order[rank] && strcmp(order[rank], family) != 0)
        rank++;
    return rank;
}

static int compare(const void *a, const void *b) {
    const Entry *x = a, *y = b;
    int rank = family_rank(x->family) - family_rank(y->family);
    if (rank)
        return rank;
    bool tv_x = strchr(x->name, '-') != NULL, tv_y = strchr(y->name, '-') != NULL;
    if (tv_x != tv_y)
        return tv_x - tv_y;
    if (tv_x && strcmp(strchr(x->name, '-'), strchr(y->name, '-')) != 0)
        return strcmp(strchr(x->name, '-'), strchr(y->name, '-'));
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return strcmp(x->name, y->name);
}

static bool read_entry(Entry *entry, Arena *arena, const char *folder, const char *file,
                       Error *err) {
    char path[FILE_PATH_MAX];
    if (!file_join(path, sizeof path, folder, file, err))
        return false;
    Json *root = json_load(path, err);
    if (!root)
        return false;
    entry->year = json_number(json_get(root, "year"));
    entry->family = arena_text(arena, json_text(json_get(root, "family")), err);
    entry->name = arena_text(arena, file, err);
    json_free(root);
    if (!entry->family || !entry->name)
        return false;
    entry->name[strlen(entry->name) - strlen(".json")] = 0;
    entry->depth = strtol(entry->name + strcspn(entry->name, "0123456789"), NULL, 10);
    return true;
}

/* NAME.json; beside it lie NAME.recipe.json and the like. */
static bool is_network(const char *file) {
    const char *dot = strchr(file, '.');
    return dot && dot != file && strcmp(dot, ".json") == 0;
}

bool model_files(char folder[FILE_PATH_MAX], Arena *arena, char ***files, size_t *count,
                 Error *err) {
    if (!file_find(folder, FILE_PATH_MAX, "models"))
        return error_set(err, ERROR_MISSING, "the folder models/ of this installation");
    return file_list(folder, arena, files, count, err);
}

bool model_names(Arena *arena, char ***names, size_t *count, Error *err) {
    char folder[FILE_PATH_MAX];
    char **files;
    size_t file_count;
    if (!model_files(folder, arena, &files, &file_count, err))
        return false;
    Entry *entries = arena_alloc(arena, file_count, sizeof *entries, err);
    *names = arena_alloc(arena, file_count, sizeof **names, err);
    if (!entries || !*names)
        return false;
    *count = 0;
    for (size_t i = 0; i < file_count; i++)
        if (is_network(files[i]) && !read_entry(&entries[(*count)++], arena, folder, files[i], err))
            return false;
    qsort(entries, *count, sizeof *entries, compare);
    for (size_t i = 0; i < *count; i++)
        (*names)[i] = entries[i].name;
    return true;
}
