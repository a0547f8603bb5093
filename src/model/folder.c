/* A folder of pictures: CLASS/pictures, the same in val or train, or pictures without classes. */
#include "base/memory.h"
#include "base/text.h"
#include "model/dataset_kinds.h"
#include <stdio.h>
#include <string.h>

typedef struct ClassFolder {
    const char *name; /* "": the root itself */
    int label;
} ClassFolder;

typedef struct Picture {
    const char *file;
    size_t folder;
} Picture;

typedef struct FolderSet {
    Dataset base;
    Arena arena;
    const char *root;
    ClassFolder *folders;
    Picture *pictures;
    size_t folder_count, folder_capacity, picture_count, picture_capacity;
} FolderSet;

/* ROOT/CLASS/FILE, in a buffer of FILE_PATH_MAX. */
static bool picture_path(const FolderSet *set, const Picture *picture, char *path, Error *err) {
    char folder[FILE_PATH_MAX];
    return file_join(folder, sizeof folder, set->root, set->folders[picture->folder].name, err) &&
           file_join(path, FILE_PATH_MAX, folder, picture->file, err);
}

static bool get(const Dataset *d, int64_t i, Image *image, int *label, char *name, Error *err) {
    const FolderSet *set = (const FolderSet *)d;
    const Picture *picture = &set->pictures[i];
    char path[FILE_PATH_MAX];
    if (!picture_path(set, picture, path, err) || !image_load(image, path, NULL, err))
        return false;
    *label = set->folders[picture->folder].label;
    if (name)
        text_format(name, FILE_PATH_MAX, "%s", path);
    return true;
}

static void close_set(Dataset *d) {
    FolderSet *set = (FolderSet *)d;
    arena_free(&set->arena);
    mem_free(set->folders);
    mem_free(set->pictures);
    mem_free(set);
}

static bool add_folder(FolderSet *set, const char *name, int label, Error *err) {
    if (!mem_grow(&set->folders, &set->folder_capacity, set->folder_count + 1, sizeof *set->folders,
                  err))
        return false;
    set->folders[set->folder_count++] = (ClassFolder){name, label};
    return true;
}

/* A picture of the last folder that was added. */
static bool add_picture(FolderSet *set, const char *file, Error *err) {
    if (!mem_grow(&set->pictures, &set->picture_capacity, set->picture_count + 1,
                  sizeof *set->pictures, err))
        return false;
    set->pictures[set->picture_count++] = (Picture){file, set->folder_count - 1};
    return true;
}

static bool is_picture(const char *name) {
    return name[0] != '.' && image_is_name(name);
}

/* Its class, or -1. Without labels a class folder is called by its number. */
static int class_of(const char *folder, const Labels *labels) {
    long number;
    if (labels && labels->count)
        return labels_find(labels, folder);
    return text_to_int(folder, 0, 99999, &number) ? (int)number : -1;
}

/* The pictures in ROOT/NAME, if there are any, with their class (-1 if it has none); for training
 * there must be. */
static bool add_class(FolderSet *set, const char *name, DatasetPart part, const Labels *labels,
                      Error *err) {
    char path[FILE_PATH_MAX];
    char **files;
    size_t count;
    bool added = false;
    if (!file_join(path, sizeof path, set->root, name, err) ||
        !file_list(path, &set->arena, &files, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_picture(files[i]))
            continue;
        if (!added && !add_folder(set, name, class_of(name, labels), err))
            return false;
        added = true;
        if (!add_picture(set, files[i], err))
            return false;
    }
    char text[ERROR_ARG_SIZE];
    return added || part != DATASET_TRAIN ||
           error_set(err, ERROR_BAD,
                     text_format(text, sizeof text, "'%.370s' holds no pictures", path));
}

/* Every class folder must have a class: names those that have none, suggests for the first. */
static bool check_classes(const FolderSet *set, const Labels *labels, Error *err) {
    char names[200] = "";
    const char *first = NULL;
    size_t unknown = 0;
    for (size_t i = 0; i < set->folder_count; i++) {
        const ClassFolder *folder = &set->folders[i];
        if (folder->label >= 0)
            continue;
        size_t used = strlen(names);
        if (unknown < 4)
            text_format(names + used, sizeof names - used, "%s%s", unknown ? ", " : "",
                        folder->name);
        first = unknown++ ? first : folder->name;
    }
    if (!unknown)
        return true;
    TextNearest nearest = {.word = first};
    for (int i = 0; labels && i < labels->count; i++) {
        text_nearest_offer(&nearest, labels->names[i]);
        if (labels->ids)
            text_nearest_offer(&nearest, labels->ids[i]);
    }
    if (labels && labels->count)
        text_unknown(&nearest, "class", err);
    else
        error_set(err, ERROR_EXPECTED, TEXT("class folder '%s'", first),
                  "the number of a class, as there are no labels", "a name");
    if (unknown > 1)
        error_prefix(err, "%zu of %zu class folders match no class (%s%s)", unknown,
                     set->folder_count, names, unknown > 4 ? ", ..." : "");
    return error_prefix(err, "%s", set->root);
}

static bool find_pictures(FolderSet *set, DatasetPart part, const Labels *labels, Error *err) {
    char path[FILE_PATH_MAX];
    char **names;
    size_t count;
    if (!file_list(set->root, &set->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (names[i][0] != '.' && !is_picture(names[i]) &&
            file_join(path, sizeof path, set->root, names[i], NULL) && file_is_folder(path) &&
            !add_class(set, names[i], part, labels, err))
            return false;
    if (set->picture_count)
        return check_classes(set, labels, err);
    if (!add_folder(set, "", -1, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_picture(names[i]) && !add_picture(set, names[i], err))
            return false;
    return set->picture_count > 0 || error_set(err, ERROR_FORMAT, set->root, "a data set",
                                               "no pictures in it or in the folders in it");
}

/* Where the class folders lie: train or val in the folder if it is there, else the folder. A folder
 * with nothing but val is no training set. */
static bool find_root(char root[FILE_PATH_MAX], const char *path, DatasetPart part, Error *err) {
    const char *inside = part == DATASET_TRAIN ? "train" : "val";
    if (file_join(root, FILE_PATH_MAX, path, inside, NULL) && file_is_folder(root))
        return true;
    if (part == DATASET_TRAIN && file_join(root, FILE_PATH_MAX, path, "val", NULL) &&
        file_is_folder(root))
        return error_set(err, ERROR_FORMAT, path, "a training set", "it has val, but no train");
    text_format(root, FILE_PATH_MAX, "%s", path);
    return true;
}

Dataset *folder_open(const char *path, DatasetPart part, const Labels *labels, Error *err) {
    char root[FILE_PATH_MAX];
    if (!find_root(root, path, part, err))
        return NULL;
    FolderSet *set = mem_alloc(1, sizeof *set, err);
    if (!set)
        return NULL;
    set->root = arena_text(&set->arena, root, err);
    if (!set->root || !find_pictures(set, part, labels, err)) {
        close_set(&set->base);
        return NULL;
    }
    set->base = (Dataset){"folder", (int64_t)set->picture_count, get, close_set};
    return &set->base;
}
