/* A network's weights: from a safetensors file, mapped and used as they lie where they can be, or
 * random. */
#ifndef MODEL_WEIGHTS_H
#define MODEL_WEIGHTS_H

#include "base/file.h"
#include "base/pool.h"
#include "graph/graph.h"
#include "tensor/tensor.h"

typedef struct Model Model;
typedef struct Packed Packed; /* model/packed.h */

typedef enum WeightsKind { WEIGHTS_NONE, WEIGHTS_RANDOM, WEIGHTS_FILE } WeightsKind;

typedef struct Weights {
    WeightsKind kind;
    bool trained;     /* false for random ones */
    uint64_t seed;    /* of random ones */
    char source[400]; /* "random weights, seed 1" or the file's name: what pictures and answers say
                       */
    char note[400];   /* a remark on loading (another variant's weights); or "" */
    char of[68];      /* where that is so: whose they are, by the file's word; or "" */
    FileMap map;      /* of the file */
    Arena arena;      /* what could not be used in place, and all random ones */
    const float *(*data)[LAYER_WEIGHTS_MAX]; /* [node][weight], as Node.weights orders them */
    int64_t bytes;                           /* of all of them in float32 */
    Packed *packed;                          /* the same in the order of the kernels */
} Weights;

/* Loads exactly the keys that the graph asks for, F32 or F16 (little-endian), shapes equal;
 * num_batches_tracked is ignored. Every other key, a missing key, a wrong shape or dtype: an error
 * that names key, expected and found. NaN is accepted. .pt and .pth are refused with the lines of
 * Python that convert them. The file's metadata may say whose weights these are
 * ("convoscope.model") and that they are untrained ("convoscope.trained": "false"); weights->note
 * is set if they are another's, or the model's `unmarked` if nobody's. After a failure the model
 * keeps the weights it had. */
bool weights_load(Model *model, const char *path, Error *err);
/* The same from memory, which must outlive the weights; `name` stands in messages. */
bool weights_parse(Model *model, const uint8_t *data, size_t size, const char *name, Error *err);
/* He (He et al. 2015, "Delving deep into rectifiers", eq. 10): normal of variance 2 / fan_in,
 * biases 0, batch norm gamma 1, beta 0, mean 0, variance 1, drawn by base/random.h with the
 * weight's key as stream. (engine/calibrate.h then sets the batch-norm statistics.) Pool may be
 * NULL. */
bool weights_random(Model *model, uint64_t seed, Pool *pool, Job *job, Error *err);
/* Where weights for a model lie: $XDG_DATA_HOME/convoscope/weights/NAME.safetensors, then
 * models/NAME.safetensors. False if there are none. */
bool weights_find(const char *model_name, char *path, size_t size);
void weights_free(Weights *w);

typedef struct WeightsPair { /* of the file's metadata */
    const char *key, *value;
} WeightsPair;
typedef struct WeightsSaveOptions {
    const WeightsPair *pairs; /* besides those below */
    int pair_count;
    bool half; /* kernels as F16, rounded to the nearest, half to even; all else stays F32, which is
                  little and matters more (the variances of a batch norm) */
} WeightsSaveOptions;

/* Writes all of them as safetensors, marked with "convoscope.model" and, if they are random,
 * "convoscope.trained"; the data begin at a multiple of 64. options NULL: F32 and no more marks. A
 * finite number beyond F16's range (65504) is an error that names its key. */
bool weights_save(const Model *model, const char *path, const WeightsSaveOptions *options,
                  Error *err);

#endif
