/* Labelled pictures: IDX files, CIFAR binary batches, image folders. Read as they are asked for,
 * so that a folder may be larger than memory. */
#ifndef MODEL_DATASET_H
#define MODEL_DATASET_H

#include "base/file.h"
#include "model/labels.h"
#include "tensor/image.h"

typedef struct Dataset Dataset;
typedef enum DatasetPart { DATASET_TEST, DATASET_TRAIN, DATASET_PICTURES } DatasetPart;

/* `path` is
 *   - an IDX image file (.gz or not), or a folder with such files of a test set
 *     (t10k-images-idx3-ubyte and its labels), labels from the file of the same name with
 *     labels-idx1;
 *   - a CIFAR-10 binary batch (N records of a label byte and 3072 bytes), or a folder with
 *     test_batch.bin;
 *   - a folder val/CLASS/pictures or CLASS/pictures, or a folder of pictures without classes
 *     (label -1). A class folder is matched by label name or WordNet id, never by its place in the
 *     order; folders that match none are an error that names them and suggests the nearest.
 * With DATASET_TRAIN a folder stands for train-images-idx3-ubyte, for data_batch_1.bin to
 * data_batch_5.bin as one set, for train/CLASS/pictures, or for CLASS/pictures: never for what is
 * kept for testing, which is an error, as is a class folder without pictures; and without it never
 * for what is there to learn from alone. A file is taken as it is. Sizes in headers are checked
 * against the file. DATASET_PICTURES is as DATASET_TEST for who asks for no classes: the folders in
 * a folder may be called anything. `labels` may be NULL or empty (classes as numbers). */
Dataset *dataset_open(const char *path, DatasetPart part, const Labels *labels, Error *err);
void dataset_free(Dataset *d);
int64_t dataset_count(const Dataset *d);
const char *dataset_kind(const Dataset *d); /* "IDX", "CIFAR", "folder" */
/* What of a folder was passed over: files of kinds that are not read, pictures beside the class
 * folders; how many, and the first. "" if nothing was. */
const char *dataset_note(const Dataset *d);
/* Picture i and its class (-1: none). May be called from several threads. `name` (may be NULL)
 * receives the file's path or "PATH[17]". */
bool dataset_get(const Dataset *d, int64_t i, Image *image, int *label, char name[FILE_PATH_MAX],
                 Error *err);

#endif
