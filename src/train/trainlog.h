/* The log of a training as CSV, one row an epoch, after lines that begin with '#' and say what made
 * it. Empty cells: not measured. */
#ifndef TRAIN_TRAINLOG_H
#define TRAIN_TRAINLOG_H

#include "train/data.h"
#include "train/trainer.h"

bool trainlog_write(const char *path, const Recipe *recipe, const TrainData *data,
                    const TrainerState *state, const char *command, Error *err);

#endif
