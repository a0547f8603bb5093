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

/* What is passed over: how much of it, and the first, seen from the root. */
typedef struct Passed {
    size_t count;
    const char *first;
} Passed;

typedef struct FolderSet {
    Dataset base;
    Arena arena;
    const char *root;
    Passed unread; /* files that are no pictures of a kind that is read */
    Passed stray;  /* pictures beside the class folders */
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

#define KINDS "PNG, JPEG, BMP, TGA, GIF, PNM"

/* Pictures of other kinds than those. */
static bool is_foreign(const char *name) {
    static const char *const kinds[] = {"heic", "heif", "avif", "webp", "tif",
                                        "tiff", "jxl",  "jp2",  NULL};
    for (const char *const *kind = kinds; *kind; kind++)
        if (name[0] != '.' && text_equal(file_extension(name), *kind))
            return true;
    return false;
}

static bool pass_over(FolderSet *set, Passed *passed, const char *folder, const char *file,
                      Error *err) {
    if (passed->count++ == 0)
        passed->first = arena_format(&set->arena, err, "%s%s%s", folder, *folder ? "/" : "", file);
    return passed->first != NULL;
}

/* Its class, or -1. Without labels a class folder is called by its number. */
static int class_of(const char *folder, const Labels *labels) {
    long number;
    if (labels && labels->count)
        return labels_find(labels, folder);
    return text_to_int(folder, 0, 99999, &number) ? (int)number : -1;
}

/* A class folder of which nothing can be read. */
static bool holds_none(const char *path, const char *unread, size_t count, Error *err) {
    char text[ERROR_ARG_SIZE];
    if (count == 0)
        text_format(text, sizeof text, "'%.370s' holds no pictures", path);
    else
        text_format(text, sizeof text,
                    "'%.240s' holds no pictures of a kind that is read (" KINDS "), but %.60s%s",
                    path, unread, count > 1 ? TEXT(" and %zu more", count - 1) : "");
    return error_set(err, ERROR_BAD, text);
}

/* The pictures in ROOT/NAME, if there are any, with their class (-1 if it has none); for training
 * there must be. */
static bool add_class(FolderSet *set, const char *name, DatasetPart part, const Labels *labels,
                      Error *err) {
    char path[FILE_PATH_MAX];
    char **files;
    const char *unread = "";
    size_t count, pictures = 0, others = 0;
    if (!file_join(path, sizeof path, set->root, name, err) ||
        !file_list(path, &set->arena, &files, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (files[i][0] == '.')
            continue;
        if (!is_picture(files[i])) {
            unread = others++ ? unread : files[i];
            if (!pass_over(set, &set->unread, name, files[i], err))
                return false;
            continue;
        }
        if ((pictures++ == 0 && !add_folder(set, name, class_of(name, labels), err)) ||
            !add_picture(set, files[i], err))
            return false;
    }
    return pictures || part != DATASET_TRAIN || holds_none(path, unread, others, err);
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

/* The set has no pictures at all. */
static bool is_empty(const FolderSet *set, Error *err) {
    const char *first = set->unread.first ? set->unread.first : set->stray.first;
    return error_set(err, ERROR_FORMAT, set->root, "a data set",
                     first
                         ? TEXT("no pictures of a kind that is read (" KINDS "), but %.100s", first)
                         : "no pictures in it or in the folders in it");
}

static bool write_note(FolderSet *set, Error *err) {
    char unread[300] = "", stray[300] = "";
    if (set->unread.count)
        text_format(unread, sizeof unread, "%zu %s not read, being no " KINDS "; the first: %.150s",
                    set->unread.count, set->unread.count == 1 ? "file" : "files",
                    set->unread.first);
    if (set->stray.count)
        text_format(stray, sizeof stray,
                    "%zu %s beside the class folders left out; the first: "
                    "%.150s",
                    set->stray.count, set->stray.count == 1 ? "picture" : "pictures",
                    set->stray.first);
    if (*unread || *stray)
        set->base.note = arena_format(&set->arena, err, "%s: %s%s%s", set->root, unread,
                                      *unread && *stray ? "; " : "", stray);
    return set->base.note || !(*unread || *stray);
}

/* The pictures of the root itself, without classes. */
static bool add_flat(FolderSet *set, char **names, size_t count, Error *err) {
    set->stray = (Passed){0};
    if (!add_folder(set, "", -1, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_picture(names[i])
                ? !add_picture(set, names[i], err)
                : is_foreign(names[i]) && !pass_over(set, &set->unread, "", names[i], err))
            return false;
    return set->picture_count > 0 || is_empty(set, err);
}

/* Whether the folder holds a folder of that name, whose path is put into `path`. */
static bool has_folder(char path[FILE_PATH_MAX], const char *folder, const char *name) {
    return file_join(path, FILE_PATH_MAX, folder, name, NULL) && file_is_folder(path);
}

static bool take_entry(FolderSet *set, const char *name, DatasetPart part, const Labels *labels,
                       Error *err) {
    char path[FILE_PATH_MAX];
    if (is_picture(name) || is_foreign(name))
        return pass_over(set, &set->stray, "", name, err);
    return name[0] == '.' || !has_folder(path, set->root, name) ||
           add_class(set, name, part, labels, err);
}

static bool find_pictures(FolderSet *set, DatasetPart part, const Labels *labels, Error *err) {
    char **names;
    size_t count;
    if (!file_list(set->root, &set->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_entry(set, names[i], part, labels, err))
            return false;
    if (!set->picture_count && !add_flat(set, names, count, err))
        return false;
    const bool classes = *set->folders[0].name && part != DATASET_PICTURES;
    if (classes && !check_classes(set, labels, err))
        return false;
    return write_note(set, err);
}

/* Where the class folders lie: train or val in the folder if it is there, else the folder. One with
 * nothing but the other is no such set. */
static bool find_root(char root[FILE_PATH_MAX], const char *path, DatasetPart part,
                      const Labels *labels, Error *err) {
    if (has_folder(root, path, part == DATASET_TRAIN ? "train" : "val"))
        return true;
    if (part == DATASET_TRAIN && has_folder(root, path, "val"))
        return error_set(err, ERROR_FORMAT, path, "a training set", "it has val, but no train");
    if (part != DATASET_TRAIN && has_folder(root, path, "train") && class_of("train", labels) < 0)
        return error_set(err, ERROR_FORMAT, path, "a test set",
                         "it has train, but no val (the path of train itself is taken as it is)");
    text_format(root, FILE_PATH_MAX, "%s", path);
    return true;
}

Dataset *folder_open(const char *path, DatasetPart part, const Labels *labels, Error *err) {
    char root[FILE_PATH_MAX];
    if (!find_root(root, path, part, labels, err))
        return NULL;
    FolderSet *set = mem_alloc(1, sizeof *set, err);
    if (!set)
        return NULL;
    set->root = arena_text(&set->arena, root, err);
    if (!set->root || !find_pictures(set, part, labels, err)) {
        close_set(&set->base);
        return NULL;
    }
    set->base = (Dataset){"folder", (int64_t)set->picture_count, get, close_set, set->base.note};
    return &set->base;
}
