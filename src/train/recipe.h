/* How a network is trained: models/NAME.recipe.json. The format is told in models/README.md. */
#ifndef TRAIN_RECIPE_H
#define TRAIN_RECIPE_H

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "model/model.h"
#include "train/augment.h"
#include "train/schedule.h"

/* What to do with pictures of another size than the network's input. */
typedef enum DataFit {
    FIT_EXACT /* refuse them */,
    FIT_RESIZE /* short side, centre crop */
} DataFit;

typedef struct Recipe {
    Arena arena;
    const char *name;   /* of the file, without folder and .recipe.json */
    const char *path;   /* of the file; NULL: it came from memory */
    const char *folder; /* of the file, with its '/', or ""; NULL too */
    const char *model;  /* a shipped network, or the path of a .json */
    const char *data;   /* "tinyphotos": a folder's name, looked for by recipe_data */
    const char *const
        *places; /* folders where that data may lie, relative ones seen from `folder` */
    int place_count;
    DataFit fit;
    uint64_t seed;
    int64_t epochs, batch;
    int64_t holdout; /* training examples, the same share of each class, kept apart to choose the
                        best epoch by; 0: none, the last epoch is kept */
    Schedule schedule;
    double gain;            /* of He's deviation: what every kernel begins with is scaled by it */
    double momentum, decay; /* decay: of kernels only; biases, gamma and beta are left alone */
    bool nesterov;
    double smoothing; /* of labels (Szegedy et al. 2016, section 7) */
    double average;   /* decay of the exponential moving average of the weights, which is what is
                         validated and kept; 0: none */
    double clip;      /* largest L2 norm of the whole gradient; 0: none */
    int64_t measure; /* training pictures measured after each epoch without augmentation; 0: none */
    Augment augment;
    uint64_t fingerprint; /* of everything above but name and places: two recipes that train
                             otherwise have different ones */
} Recipe;

/* `which`: a name (models/NAME.recipe.json) or a path. Unknown keys suggest the nearest; ranges are
 * checked. Owned: recipe_free. */
Recipe *recipe_load(const char *which, Error *err);
Recipe *recipe_parse(const char *text, size_t length, const char *name, Error *err);
void recipe_free(Recipe *recipe);
/* The network that it trains, without weights: a relative path is seen from the recipe's folder. */
Model *recipe_model(const Recipe *recipe, Error *err);
/* That path, or the name of a network that ships. */
bool recipe_model_path(const Recipe *recipe, char path[FILE_PATH_MAX], Error *err);
/* Where its data lie: beside the recipe, in the user's folder for data, or at the first of the
 * recipe's places that is there. */
bool recipe_data(const Recipe *recipe, char path[FILE_PATH_MAX], Error *err);
/* What messages call it: its path, or its name. */
const char *recipe_where(const Recipe *recipe);
/* Another number of epochs: warmup and milestones grow or shrink with it. */
void recipe_stretch(Recipe *recipe, int64_t epochs);
/* To be called after epochs or seed were changed. */
void recipe_seal(Recipe *recipe);
/* Names of the recipes that ship, sorted, in the arena. */
bool recipe_names(Arena *arena, char ***names, size_t *count, Error *err);

#endif
