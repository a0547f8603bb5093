#include "base/json.h"
#include "base/memory.h"
#include "model/model.h"
#include "tensor/half.h"
#include <assert.h>
#include <string.h>

/* The data lie F32 first, so that these can be used in place. */
enum { SINGLES, HALVES, DTYPES };
static const size_t dtype_size[DTYPES] = {4, 2};

static int dtype_of(const WeightSpec *spec, const WeightsSaveOptions *options) {
    return options->half && spec->role == WEIGHT_KERNEL ? HALVES : SINGLES;
}

/* --- The header ---------------------------------------------------------------------------- */

static void put_metadata(JsonWriter *w, const Model *model, const WeightsSaveOptions *options) {
    json_begin_object(w, "__metadata__");
    json_put_text(w, "format", "pt"); /* whom the keys and shapes suit: transformers asks for it */
    json_put_text(w, "convoscope.model", model->name);
    if (!model->weights.trained)
        json_put_text(w, "convoscope.trained", "false");
    for (int i = 0; i < options->pair_count; i++)
        json_put_text(w, options->pairs[i].key, options->pairs[i].value);
    json_end(w);
}

static void put_tensor(JsonWriter *w, const char *key, const Shape *shape, int dtype,
                       int64_t *offset) {
    json_begin_object(w, key);
    json_put_text(w, "dtype", dtype == HALVES ? "F16" : "F32");
    json_begin_array(w, "shape");
    for (int d = 0; d < shape->rank; d++)
        json_put_int(w, NULL, shape->dim[d]);
    json_end(w);
    json_begin_array(w, "data_offsets");
    json_put_int(w, NULL, *offset);
    *offset += shape_count(shape) * (int64_t)dtype_size[dtype];
    json_put_int(w, NULL, *offset);
    json_end(w);
    json_end(w);
}

/* The header's JSON; freed by mem_free. */
static char *header_text(const Model *model, const WeightsSaveOptions *options, Error *err) {
    const Graph *graph = &model->graph;
    JsonWriter w = {0};
    int64_t offset = 0;
    json_begin_object(&w, NULL);
    put_metadata(&w, model, options);
    for (int dtype = 0; dtype < DTYPES; dtype++)
        for (int n = 0; n < graph->node_count; n++)
            for (int i = 0; i < graph->nodes[n].weight_count; i++) {
                const WeightSpec *spec = &graph->nodes[n].weights[i];
                if (dtype_of(spec, options) == dtype)
                    put_tensor(&w, graph->nodes[n].weight_keys[i], &spec->shape, dtype, &offset);
            }
    json_end(&w);
    return json_finish(&w, err);
}

/* --- Numbers ------------------------------------------------------------------------------- */

/* False: a finite number has no half. */
static bool put_numbers(FileWriter *file, const float *x, int64_t count, int dtype) {
    uint8_t bytes[4096];
    size_t used = 0, size = dtype_size[dtype];
    bool fits = true;
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bool finite = (bits & 0x7f800000) != 0x7f800000;
        if (dtype == HALVES)
            bits = half_narrow(bits);
        fits = fits && !(dtype == HALVES && finite && (bits & 0x7c00) == 0x7c00);
        for (size_t k = 0; k < size; k++)
            bytes[used++] = (uint8_t)(bits >> 8 * k);
        if (used == sizeof bytes || i == count - 1) {
            file_put(file, bytes, used);
            used = 0;
        }
    }
    return fits;
}

static bool put_data(FileWriter *file, const Model *model, const WeightsSaveOptions *options,
                     Error *err) {
    for (int dtype = 0; dtype < DTYPES; dtype++)
        for (int n = 0; n < model->graph.node_count; n++) {
            const Node *node = &model->graph.nodes[n];
            for (int i = 0; i < node->weight_count; i++)
                if (dtype_of(&node->weights[i], options) == dtype &&
                    !put_numbers(file, model->weights.data[n][i],
                                 shape_count(&node->weights[i].shape), dtype))
                    return error_set(err, ERROR_EXPECTED, node->weight_keys[i],
                                     "numbers that F16 holds, to 65504", "a larger one");
        }
    return true;
}

bool weights_save(const Model *model, const char *path, const WeightsSaveOptions *options,
                  Error *err) {
    static const WeightsSaveOptions none;
    assert(model->weights.kind != WEIGHTS_NONE);
    options = options ? options : &none;
    FileWriter file;
    char *header = header_text(model, options, err);
    if (!header || !file_create(&file, path, err)) {
        mem_free(header);
        return false;
    }
    size_t length = strlen(header), padding = (64 - (8 + length) % 64) % 64;
    for (int i = 0; i < 8; i++)
        file_put(&file, &(uint8_t){(uint8_t)((uint64_t)(length + padding) >> 8 * i)}, 1);
    file_put(&file, header, length);
    for (size_t i = 0; i < padding; i++)
        file_put(&file, " ", 1);
    mem_free(header);
    if (put_data(&file, model, options, err))
        return file_commit(&file, err);
    file_abort(&file);
    return error_prefix(err, "%s", path);
}
