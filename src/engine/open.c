#include "engine/open.h"

#include "base/text.h"
#include "engine/calibrate.h"
#include <string.h>

/* NAME.safetensors beside models/NAME.json given by its path. */
static bool find_beside(const char *which, char path[FILE_PATH_MAX]) {
    size_t length = strlen(which);
    if (length < 5 || !text_equal(which + length - 5, ".json"))
        return false;
    int written = snprintf(path, FILE_PATH_MAX, "%.*s.safetensors", (int)(length - 5), which);
    return written > 0 && written < FILE_PATH_MAX && file_exists(path);
}

static bool parse_seed(const char *weights, uint64_t *seed, Error *err) {
    long value = 1;
    const char *colon = strchr(weights, ':');
    if (colon && !text_to_int(colon + 1, 0, 2147483647, &value))
        return error_set(err, ERROR_EXPECTED, "--weights",
                         "random:SEED with a seed of 0..2147483647", TEXT("'%.100s'", weights));
    *seed = (uint64_t)value;
    return true;
}

static bool check_memory(const Model *model, const RunOptions *options, Pool *pool, Error *err) {
    RunMemory memory;
    if (!run_memory(model, 1, options, pool, &memory, err))
        return false;
    uint64_t needed = memory.weights + memory.activations + memory.scratch;
    uint64_t available = mem_available();
    return needed <= available ||
           error_set(err, ERROR_MACHINE, model->name, MEM_TEXT(needed), MEM_TEXT(available));
}

static bool draw_weights(Model *model, uint64_t seed, const RunOptions *options, Pool *pool,
                         Job *job, Error *err) {
    RunOptions fast = *options;
    fast.path = CONV_GEMM; /* the statistics do not depend on how the network is run later */
    return weights_random(model, seed, pool, job, err) &&
           calibrate_batchnorm(model, &fast, pool, job, err);
}

static bool open_weights(Model *model, const char *which, const char *weights,
                         const RunOptions *options, Pool *pool, Job *job, Error *err) {
    char path[FILE_PATH_MAX];
    uint64_t seed = 1;
    if (weights && strncmp(weights, "random", 6) == 0 && (!weights[6] || weights[6] == ':'))
        return parse_seed(weights, &seed, err) &&
               draw_weights(model, seed, options, pool, job, err);
    if (weights)
        return weights_load(model, weights, err);
    if (find_beside(which, path) ||
        (!strchr(which, '/') && weights_find(model->name, path, sizeof path)))
        return weights_load(model, path, err);
    return draw_weights(model, seed, options, pool, job, err);
}

Model *engine_open(const char *which, int size, const char *weights, const RunOptions *options,
                   Pool *pool, Job *job, Error *err) {
    Model *model = model_load(which, size, err);
    if (!model)
        return NULL;
    if (check_memory(model, options, pool, err) &&
        open_weights(model, which, weights, options, pool, job, err))
        return model;
    model_free(model);
    return NULL;
}
