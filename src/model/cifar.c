/* CIFAR-10's binary batches: records of a class and 32x32 bytes of red, of green and of blue. */
#include "base/memory.h"
#include "model/dataset_kinds.h"

enum { SIDE = 32, PLANE = SIDE * SIDE, RECORD = 1 + 3 * PLANE, CLASSES = 10, BATCHES = 5 };

typedef struct CifarSet {
    Dataset base;
    FileMap map;
    const uint8_t *data;
    char *name;
} CifarSet;

static bool get(const Dataset *d, int64_t i, Image *image, int *label, char *name, Error *err) {
    const CifarSet *set = (const CifarSet *)d;
    const uint8_t *record = set->data + i * RECORD;
    if (!image_new(image, SIDE, SIDE, 3, err))
        return false;
    for (int p = 0; p < PLANE; p++)
        for (int c = 0; c < 3; c++)
            image->pixels[3 * p + c] = record[1 + c * PLANE + p];
    *label = record[0];
    dataset_item_name(name, set->name, i);
    return true;
}

static void close_set(Dataset *d) {
    CifarSet *set = (CifarSet *)d;
    file_unmap(&set->map);
    mem_free(set->name);
    mem_free(set);
}

bool cifar_is(size_t size) {
    return size > 0 && size % RECORD == 0;
}

static bool check(const uint8_t *data, size_t size, const Labels *labels, Error *err) {
    if (!cifar_is(size))
        return error_set(err, ERROR_EXPECTED, "its size",
                         TEXT("a multiple of %d, CIFAR-10's records", RECORD),
                         TEXT("%zu bytes", size));
    int classes = labels && labels->count && labels->count < CLASSES ? labels->count : CLASSES;
    for (size_t i = 0; i < size / RECORD; i++)
        if (!dataset_check_class(data[i * RECORD], (int64_t)i, classes, err))
            return false;
    return true;
}

Dataset *cifar_parse(const uint8_t *data, size_t size, const char *name, const Labels *labels,
                     Error *err) {
    if (!check(data, size, labels, err)) {
        error_prefix(err, "%s", name);
        return NULL;
    }
    CifarSet *set = mem_alloc(1, sizeof *set, err);
    if (!set)
        return NULL;
    set->base = (Dataset){"CIFAR", (int64_t)(size / RECORD), get, close_set, NULL};
    set->data = data;
    set->name = mem_text(name, err);
    if (!set->name) {
        close_set(&set->base);
        return NULL;
    }
    return &set->base;
}

Dataset *cifar_open(const char *path, const Labels *labels, Error *err) {
    FileMap map;
    if (!file_map(&map, path, err))
        return NULL;
    Dataset *d = cifar_parse(map.data, map.size, path, labels, err);
    if (d)
        ((CifarSet *)d)->map = map;
    else
        file_unmap(&map);
    return d;
}

/* ---- The batches of training ---- */

typedef struct BatchesSet {
    Dataset base;
    Dataset *batches[BATCHES];
} BatchesSet;

static bool get_of_batches(const Dataset *d, int64_t i, Image *image, int *label, char *name,
                           Error *err) {
    const BatchesSet *set = (const BatchesSet *)d;
    int b = 0;
    for (; i >= set->batches[b]->count; b++)
        i -= set->batches[b]->count;
    return get(set->batches[b], i, image, label, name, err);
}

static void close_batches(Dataset *d) {
    BatchesSet *set = (BatchesSet *)d;
    for (int b = 0; b < BATCHES; b++)
        dataset_free(set->batches[b]);
    mem_free(set);
}

Dataset *cifar_open_batches(const char *folder, const Labels *labels, Error *err) {
    BatchesSet *set = mem_alloc(1, sizeof *set, err);
    if (!set)
        return NULL;
    set->base = (Dataset){"CIFAR", 0, get_of_batches, close_batches, NULL};
    for (int b = 0; b < BATCHES; b++) {
        char path[FILE_PATH_MAX];
        if (!file_join(path, sizeof path, folder, TEXT("data_batch_%d.bin", b + 1), err) ||
            !(set->batches[b] = cifar_open(path, labels, err))) {
            close_batches(&set->base);
            return NULL;
        }
        set->base.count += set->batches[b]->count;
    }
    return &set->base;
}
