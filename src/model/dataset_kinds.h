/* The kinds of data sets behind model/dataset.h: each makes a struct that begins with a Dataset. */
#ifndef MODEL_DATASET_KINDS_H
#define MODEL_DATASET_KINDS_H

#include "model/dataset.h"

struct Dataset {
    const char *kind;
    int64_t count;
    /* Picture i, 0 <= i < count. */
    bool (*get)(const Dataset *d, int64_t i, Image *image, int *label, char *name, Error *err);
    void (*close)(Dataset *d); /* frees it too */
    const char *note;          /* what was passed over; or NULL */
};

/* Files. Errors name the file. */
Dataset *idx_open(const char *path, const Labels *labels, Error *err);
Dataset *cifar_open(const char *path, const Labels *labels, Error *err);
/* data_batch_1.bin to data_batch_5.bin of a folder, as one set. */
Dataset *cifar_open_batches(const char *folder, const Labels *labels, Error *err);
Dataset *folder_open(const char *path, DatasetPart part, const Labels *labels, Error *err);

/* The whole content of an image file and of a label file (NULL: none), gzip or not; it must outlive
 * the set. Errors begin with the names. */
Dataset *idx_parse(const uint8_t *images, size_t image_size, const char *image_name,
                   const uint8_t *classes, size_t class_size, const char *class_name,
                   const Labels *labels, Error *err);
Dataset *cifar_parse(const uint8_t *data, size_t size, const char *name, const Labels *labels,
                     Error *err);
bool idx_is(const uint8_t *data, size_t size); /* by the first bytes; gzip counts */
bool cifar_is(size_t size);                    /* whether it divides into records */

/* ERROR_EXPECTED naming place and value unless class `value` of item i is among the first `count`.
 */
bool dataset_check_class(int value, int64_t i, int count, Error *err);
/* "NAME[17]" in dataset_get's buffer, which may be NULL. */
void dataset_item_name(char *buffer, const char *name, int64_t i);

#endif
