/* A network as it is told in models/NAME.json, with its graph, its labels and its weights. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/file.h"
#include "base/words.h"
#include "graph/graph.h"
#include "model/labels.h"
#include "model/preprocess.h"
#include "model/weights.h"

/* A row of figures as a paper prints them; texts as printed ("159K"), "" where it prints none. */
typedef struct PaperRow {
    const char *at; /* node or block name, or "" for the whole network */
    const char *out, *depth, *params, *macs, *neurons;
    const char *why; /* why ours differ, where it is known; or "" */
} PaperRow;
typedef struct PaperFigures {
    const char *source; /* "table 1" */
    double kilo;        /* what its K means: 1000 or 1024 */
    PaperRow *rows;
    int count;
} PaperFigures;
typedef struct PaperError { /* an error rate as the paper reports it, in percent; < 0: not told */
    const char *set, *setting, *source;
    double top1, top5;
} PaperError;

typedef struct Model {
    Arena arena;
    const char *name, *title, *family, *paper;
    const char *note[WORDS_LANGUAGES]; /* what makes it itself; or "" */
    int year;
    Graph graph;
    Preprocess preprocess;
    const char *sample; /* a picture of assets/images that suits it; "": one that suits the input */
    Labels labels;      /* count 0: none; names are then "class 17" */
    PaperFigures figures;
    PaperError *errors;
    int error_count;
    const char
        *unmarked; /* what to say when weights that do not name this model are loaded; or "" */
    Weights
        weights; /* see model/weights.h: none until model_load_weights or model_random_weights */
} Model;

/* `which` is the name of a shipped network, or the path of a .json file (anything with a '/' or
 * ending in .json). size > 0 replaces the input's height and width. The weights are not loaded yet.
 * Owned: model_free. Unknown names suggest the nearest. */
Model *model_load(const char *which, int size, Error *err);
/* From text, for tests and fuzzing. */
Model *model_parse(const char *text, size_t length, const char *name, int size, Error *err);
void model_free(Model *model);

/* Names of the files in this installation's models/, sorted, in the arena, and the folder. */
bool model_files(char folder[FILE_PATH_MAX], Arena *arena, char ***files, size_t *count,
                 Error *err);
/* Names of all shipped networks in the order the classroom meets them (family, year, size), in the
 * arena. */
bool model_names(Arena *arena, char ***names, size_t *count, Error *err);

#endif
