#include "model/dataset.h"

#include "model/dataset_kinds.h"
#include <assert.h>
#include <string.h>

bool dataset_check_class(int value, int64_t i, int count, Error *err) {
    return value < count ||
           error_set(err, ERROR_EXPECTED, TEXT("the class of item %lld", (long long)i),
                     TEXT("0..%d", count - 1), TEXT("%d", value));
}

void dataset_item_name(char *buffer, const char *name, int64_t i) {
    if (buffer)
        text_format(buffer, FILE_PATH_MAX, "%s[%lld]", name, (long long)i);
}

static Dataset *open_file(const char *path, const Labels *labels, Error *err) {
    FileMap map;
    if (!file_map(&map, path, err))
        return NULL;
    bool cifar = cifar_is(map.size), idx = idx_is(map.data, map.size);
    if (strcmp(file_extension(path), "bin") == 0)
        idx = idx && !cifar; /* black upper left corners may look like IDX */
    file_unmap(&map);
    if (idx)
        return idx_open(path, labels, err);
    if (cifar)
        return cifar_open(path, labels, err);
    error_set(err, ERROR_FORMAT, path, "a data set",
              "neither an IDX file nor a CIFAR-10 batch nor a folder");
    return NULL;
}

/* A file with many pictures in a folder: MNIST's names, CIFAR's. */
static bool find_in_folder(char *path, size_t size, const char *folder) {
    static const char *const names[] = {
        "t10k-images-idx3-ubyte",    "t10k-images-idx3-ubyte.gz",  "t10k-images.idx3-ubyte",
        "t10k-images.idx3-ubyte.gz", "train-images-idx3-ubyte",    "train-images-idx3-ubyte.gz",
        "train-images.idx3-ubyte",   "train-images.idx3-ubyte.gz", "test_batch.bin",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (file_join(path, size, folder, names[i], NULL) && file_exists(path))
            return true;
    return false;
}

Dataset *dataset_open(const char *path, const Labels *labels, Error *err) {
    char inside[FILE_PATH_MAX];
    if (!file_is_folder(path))
        return open_file(path, labels, err);
    if (find_in_folder(inside, sizeof inside, path))
        return open_file(inside, labels, err);
    return folder_open(path, labels, err);
}

void dataset_free(Dataset *d) {
    if (d)
        d->close(d);
}

int64_t dataset_count(const Dataset *d) {
    return d->count;
}

const char *dataset_kind(const Dataset *d) {
    return d->kind;
}

bool dataset_get(const Dataset *d, int64_t i, Image *image, int *label, char name[FILE_PATH_MAX],
                 Error *err) {
    assert(i >= 0 && i < d->count);
    return d->get(d, i, image, label, name, err);
}
