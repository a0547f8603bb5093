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

/* Files with many pictures in a folder: MNIST's names, CIFAR's. */
static const char *const idx_test[] = {"t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz",
                                       "t10k-images.idx3-ubyte", "t10k-images.idx3-ubyte.gz", NULL};
static const char *const idx_train[] = {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
                                        "train-images.idx3-ubyte", "train-images.idx3-ubyte.gz",
                                        NULL};
static const char *const cifar_test[] = {"test_batch.bin", NULL};
static const char *const cifar_train[] = {"data_batch_1.bin", NULL};

/* The first of the names that is in the folder. */
static bool find(char path[FILE_PATH_MAX], const char *folder, const char *const *names) {
    for (; *names; names++)
        if (file_join(path, FILE_PATH_MAX, folder, *names, NULL) && file_exists(path))
            return true;
    return false;
}

/* The folder holds one part of a set, and it is the other that is wanted. */
static Dataset *only_other_part(const char *folder, const char *found, DatasetPart part,
                                Error *err) {
    const bool train = part == DATASET_TRAIN;
    char text[ERROR_ARG_SIZE];
    text_format(text, sizeof text, "it holds %.60s, which is for %s, and no file for %s%s",
                file_name(found), train ? "testing" : "training", train ? "training" : "testing",
                train ? "" : " (the path of a file itself is taken as it is)");
    error_set(err, ERROR_FORMAT, folder, train ? "a training set" : "a test set", text);
    return NULL;
}

static Dataset *open_test(const char *folder, DatasetPart part, const Labels *labels, Error *err) {
    char path[FILE_PATH_MAX];
    if (find(path, folder, idx_test) || find(path, folder, cifar_test))
        return open_file(path, labels, err);
    if (find(path, folder, idx_train) || find(path, folder, cifar_train))
        return only_other_part(folder, path, DATASET_TEST, err);
    return folder_open(folder, part, labels, err);
}

static Dataset *open_train(const char *folder, const Labels *labels, Error *err) {
    char path[FILE_PATH_MAX];
    if (find(path, folder, idx_train))
        return open_file(path, labels, err);
    if (find(path, folder, cifar_train))
        return cifar_open_batches(folder, labels, err);
    if (find(path, folder, idx_test) || find(path, folder, cifar_test))
        return only_other_part(folder, path, DATASET_TRAIN, err);
    return folder_open(folder, DATASET_TRAIN, labels, err);
}

Dataset *dataset_open(const char *path, DatasetPart part, const Labels *labels, Error *err) {
    if (!file_is_folder(path))
        return open_file(path, labels, err);
    return part == DATASET_TRAIN ? open_train(path, labels, err)
                                 : open_test(path, part, labels, err);
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

const char *dataset_note(const Dataset *d) {
    return d->note ? d->note : "";
}

bool dataset_get(const Dataset *d, int64_t i, Image *image, int *label, char name[FILE_PATH_MAX],
                 Error *err) {
    assert(i >= 0 && i < d->count);
    return d->get(d, i, image, label, name, err);
}
