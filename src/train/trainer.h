/* A training, one batch at a time: draws batches, steps the optimiser, measures after each epoch on
 * what is held out, keeps the best weights, writes checkpoints.
 *
 * Each epoch learns from whole batches only: pictures that are too few for another are left out,
 * which ones changes with the order. The outcome is a function of recipe, network, data, CPU tier
 * and way of convolution: neither the number of threads nor being interrupted and taken up again
 * changes a bit of it. */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "train/checkpoint.h"
#include "train/data.h"
#include "train/network.h"
#include "train/recipe.h"

typedef struct Trainer Trainer;

/* The model has weights to start from (weights_random by the recipe's seed); recipe, model, data
 * and pool must outlive the trainer. checkpoint: the file to go on from if it exists and to write
 * to; NULL: none. Errors: data that do not fit the network, a checkpoint of another training or of
 * other kernels. */
Trainer *trainer_new(const Recipe *recipe, const Model *model, const TrainData *data,
                     const char *checkpoint, const RunOptions *options, Pool *pool, Error *err);
void trainer_free(Trainer *t); /* NULL is fine; writes nothing */

/* One batch: of the epoch, or, after its last, of what is measured. A loss, a gradient or a weight
 * that is not finite is an error that says when and why; the state is then unusable. `job` (may be
 * NULL) stops the measuring: ERROR_CANCELLED, and the state is one to save and to go on from.
 * Learning is not interrupted: a batch takes a moment. */
bool trainer_step(Trainer *t, Job *job, Error *err);
bool trainer_done(const Trainer *t);
/* Writes the checkpoint, between steps. */
bool trainer_save(Trainer *t, Error *err);

typedef struct TrainerState {
    int64_t epoch, epochs;              /* done; of */
    int64_t step, steps_per_epoch;      /* batches of the epoch done; of */
    int64_t measured, to_measure;       /* pictures, after the epoch's last batch; 0: not now */
    double loss, accuracy;              /* of the epoch's batches so far; NaN before the first */
    double rate;                        /* of the next step */
    double images_per_second;           /* learned from, lately; NaN before the first batch */
    double seconds_left;                /* measuring included; NaN before the first batch */
    int64_t best_epoch;                 /* 0: none yet */
    double best_accuracy, best_loss;    /* on what is held out */
    bool resumed;                       /* began from a checkpoint */
    int64_t learn_count, holdout_count; /* pictures */
    const char *kernels;                /* "--cpu avx2 --conv auto" */
    const EpochRecord *records;         /* epoch of them */
} TrainerState;
TrainerState trainer_state(const Trainer *t);
void trainer_set_rate(Trainer *t, double factor); /* by hand, on top of the schedule; 1 at first */

/* As train_net_watch and train_net_kernel. */
void trainer_watch(Trainer *t, const TrainWatch *watch);
bool trainer_kernel(const Trainer *t, int node, double *kernel, double *gradient);

/* Copies the best weights (the last where nothing is held out) into a model of the same graph with
 * random weights, which counts as trained from then on; now: the present ones instead. */
void trainer_export(const Trainer *t, bool now, Model *model);
/* Rounds the kernels of the best weights to F16, as weights_save can store them, unless that raises
 * their loss on what is held out by more than `tolerance` (0.005: half a percent), in which case
 * they stay as they are. *loss: before and after. Nothing held out: what it costs cannot be told,
 * and they stay; *loss is NaN. */
bool trainer_halve(Trainer *t, double tolerance, Job *job, double loss[2], bool *halved,
                   Error *err);
/* Of recipe, network, data and kernels together. */
uint64_t trainer_fingerprint(const Trainer *t);

#endif
