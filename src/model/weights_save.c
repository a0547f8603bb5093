#include "base/json.h"
#include "base/memory.h"
#include "model/model.h"
#include <assert.h>
#include <string.h>

/* The header's JSON; freed by mem_free. */
static char *header_text(const Model *model, const WeightsSaveOptions *options, Error *err) {
    const Graph *graph = &model->graph;
    JsonWriter w = {0};
    int64_t offset = 0;
    json_begin_object(&w, NULL);
    json_begin_object(&w, "__metadata__");
    json_put_text(&w, "format", "pt"); /* whom the keys and shapes suit: transformers asks for it */
    json_put_text(&w, "convoscope.model", model->name);
    if (!model->weights.trained)
        json_put_text(&w, "convoscope.trained", "false");
    for (int i = 0; options && i < options->pair_count; i++)
        json_put_text(&w, options->pairs[i].key, options->pairs[i].value);
    json_end(&w);
    for (int n = 0; n < graph->node_count; n++) {
        const Node *node = &graph->nodes[n];
        for (int i = 0; i < node->weight_count; i++) {
            const Shape *shape = &node->weights[i].shape;
            json_begin_object(&w, node->weight_keys[i]);
            json_put_text(&w, "dtype", "F32");
            json_begin_array(&w, "shape");
            for (int d = 0; d < shape->rank; d++)
                json_put_int(&w, NULL, shape->dim[d]);
            json_end(&w);
            json_begin_array(&w, "data_offsets");
            json_put_int(&w, NULL, offset);
            offset += shape_count(shape) * (int64_t)sizeof(float);
            json_put_int(&w, NULL, offset);
            json_end(&w);
            json_end(&w);
        }
    }
    json_end(&w);
    return json_finish(&w, err);
}

static void put_numbers(FileWriter *file, const float *x, int64_t count) {
    uint8_t bytes[4096];
    size_t used = 0;
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        for (int shift = 0; shift < 32; shift += 8)
            bytes[used++] = (uint8_t)(bits >> shift);
        if (used == sizeof bytes || i == count - 1) {
            file_put(file, bytes, used);
            used = 0;
        }
    }
}

bool weights_save(const Model *model, const char *path, const WeightsSaveOptions *options,
                  Error *err) {
    assert(model->weights.kind != WEIGHTS_NONE);
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
    for (int n = 0; n < model->graph.node_count; n++)
        for (int i = 0; i < model->graph.nodes[n].weight_count; i++)
            put_numbers(&file, model->weights.data[n][i],
                        shape_count(&model->graph.nodes[n].weights[i].shape));
    return file_commit(&file, err);
}
