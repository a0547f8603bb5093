/* The whole state of a training on disk, so that it goes on after any interruption as if there had
 * been none. Written to a temporary name, flushed to the disk and renamed. */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "base/arena.h"
#include "base/error.h"
#include <stdint.h>

typedef struct EpochRecord {           /* a row of the log */
    int64_t epoch;                     /* from 1 */
    double rate;                       /* at its end */
    double loss, accuracy;             /* of the epoch's batches, as they were learned from */
    double train_loss, train_accuracy; /* measured after it without augmentation; NaN: not */
    double val_loss, val_accuracy;     /* on what is held out; NaN: nothing is */
    double seconds, images_per_second;
} EpochRecord;

enum { CHECKPOINT_ARRAYS_MAX = 8, CHECKPOINT_TEXT_SIZE = 32 };
typedef struct Checkpoint {
    uint64_t fingerprint; /* of recipe, network and data: another's is refused */
    /* By which kernels it is computed ("--cpu avx2 --conv auto"), since they round differently:
     * another's is refused too. */
    char kernels[CHECKPOINT_TEXT_SIZE];
    int64_t epoch, step; /* epochs done; batches done of the next */
    double loss_sum;     /* of those batches */
    int64_t correct, seen;
    double seconds;     /* of the epoch so far */
    int64_t best_epoch; /* 0: none yet */
    double best_loss, best_accuracy;
    EpochRecord *records; /* epoch of them */
    /* Named runs of numbers: the caller's to write and to be filled. */
    struct {
        const char *name;
        float *data;
        size_t count;
    } arrays[CHECKPOINT_ARRAYS_MAX];
    int array_count;
} Checkpoint;

bool checkpoint_save(const Checkpoint *c, const char *path, Error *err);
/* Fills all of *c but fingerprint, kernels and the arrays' names and counts, which the caller has
 * set and which must be the file's; records in the arena. The file's sizes and a sum over all its
 * bytes are checked before anything is changed: a file that is cut off or altered is an error. */
bool checkpoint_load(Checkpoint *c, const char *path, Arena *arena, Error *err);

#endif
