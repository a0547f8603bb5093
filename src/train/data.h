/* Training data: every picture of a data set decoded once, at the network's size, as bytes in
 * memory; and the batches drawn from it. */
#ifndef TRAIN_DATA_H
#define TRAIN_DATA_H

#include "base/pool.h"
#include "model/dataset.h"
#include "model/model.h"
#include "train/augment.h"
#include "train/loss.h"
#include "train/recipe.h"

typedef struct TrainData {
    Arena arena;
    int64_t count, channels, height, width, classes;
    uint8_t *pixels;            /* count x C x H x W */
    int32_t *labels;            /* count */
    float scale[3], shift[3];   /* byte * scale + shift is what the network's preprocessing makes */
    int64_t skipped;            /* pictures that could not be read */
    char note[ERROR_TEXT_SIZE]; /* about those: how many, and the first's error; or "" */
    const char *remarks[4];     /* up to a NULL: what was passed over beside the pictures, classes
                                   without pictures, outputs without labels */
    uint64_t fingerprint;       /* of pixels, labels and the network's preprocessing */
} TrainData;

/* Decodes on all threads of the pool; job_advance counts pictures (job may be NULL). Pictures that
 * cannot be read are skipped; errors are: that none can, a class folder without pictures, a class
 * the network does not have, pictures of another size where fit is FIT_EXACT, more than the
 * machine's memory. With several such pictures the first is named, for any number of threads.
 * `total` (may be NULL) is set before decoding begins. */
TrainData *train_data_load(const char *path, DatasetPart part, const Model *model, DataFit fit,
                           Pool *pool, Job *job, int64_t *total, Error *err);
void train_data_free(TrainData *data); /* NULL is fine */

/* Indices of the data's pictures: `holdout` kept apart (the same share of each class as far as it
 * goes, drawn by seed), the others for learning; both in increasing order, in the arena.
 * ERROR_EXPECTED unless 0 <= holdout < count. */
typedef struct TrainSplit {
    const int64_t *learn, *holdout;
    int64_t learn_count, holdout_count;
} TrainSplit;
bool train_split(const TrainData *data, int64_t holdout, uint64_t seed, Arena *arena,
                 TrainSplit *split, Error *err);

/* The order of an epoch: a permutation of 0..count-1 drawn by (seed, epoch) (Fisher and Yates). */
void train_shuffle(uint64_t seed, uint64_t epoch, int64_t count, int64_t *order);

/* Fills a batch with pictures indices[0..count-1], on all threads: x count x C x H x W, labels
 * count. augment NULL: as they are. mixes (count; NULL where augment mixes none) tells what the
 * pictures are of that exchanged boxes: the first with the second, the third with the fourth and so
 * on. scratch: threads * C*H*W floats. */
bool train_batch(const TrainData *data, const int64_t *indices, int64_t count,
                 const Augment *augment, uint64_t seed, uint64_t epoch, Pool *pool, Job *job,
                 float *scratch, float *x, int32_t *labels, LabelMix *mixes);

#endif
