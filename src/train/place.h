/* Where a training's files lie: the weights, the log beside them, and in the user's state folder
 * what it goes on from after an interruption, one for each file of weights and recipe.
 *
 *     mine.safetensors, mine.log.csv          written at the end
 *     RECIPE-OUT-RECIPE'S.checkpoint          all of its state
 *     RECIPE-OUT-RECIPE'S.log.csv             the log so far
 *     OUT.lock                                held while it runs
 *
 * OUT stands for the absolute path of the weights, so that the same path of another folder is
 * another training and the same file from another folder the same; RECIPE'S for all of the recipe,
 * seed and epochs included. */
#ifndef TRAIN_PLACE_H
#define TRAIN_PLACE_H

#include "base/lock.h"
#include "train/recipe.h"

typedef struct TrainPlace {
    char out[FILE_PATH_MAX], log[FILE_PATH_MAX];
    char checkpoint[FILE_PATH_MAX], log_so_far[FILE_PATH_MAX];
    char folder[FILE_PATH_MAX]; /* of the last two */
    char mark[24];              /* "-OUT-" */
    Lock lock;
} TrainPlace;

/* `out`: NAME.safetensors; NULL: RECIPE.safetensors in the present folder. Errors, so that they are
 * told now and not after hours: another name, the recipe's or the network's own file, a folder that
 * cannot be written to, another training that writes the same file just now. */
bool train_place_open(TrainPlace *place, const char *out, const Recipe *recipe, Error *err);
/* Lets others have it. Harmless where it is not open. */
void train_place_close(TrainPlace *place);
/* Whether checkpoints of other recipes, seeds or epochs for the same weights are there; the latest
 * one's date. */
bool train_place_has_others(const TrainPlace *place, char date[FILE_DATE_SIZE]);
/* Removes this checkpoint and its log. */
void train_place_restart(const TrainPlace *place);
/* Removes all of them, others' too: the weights are written. */
void train_place_clear(const TrainPlace *place);

#endif
