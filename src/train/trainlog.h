/* The log of a training as CSV, one row an epoch, after lines that begin with '#' and say what made
 * it. Empty cells: not measured. */
#ifndef TRAIN_TRAINLOG_H
#define TRAIN_TRAINLOG_H

#include "train/checkpoint.h"
#include "train/recipe.h"

bool trainlog_write(const char *path, const Recipe *recipe, const char *command,
                    const EpochRecord *records, int64_t count, Error *err);

#endif
