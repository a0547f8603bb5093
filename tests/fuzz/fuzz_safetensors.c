/* A safetensors file, header and all, loaded into a small network. */
#include "model/model.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char network[] = "{\"input\": [1, 3, 3], \"layers\": ["
                              "{\"op\": \"conv\", \"name\": \"a\", \"out\": 1, \"kernel\": 3},"
                              "{\"op\": \"bn\", \"name\": \"b\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static Model *model;
    Error err = {0};
    if (!model)
        model = model_parse(network, strlen(network), "tiny", 0, &err);
    assert(model);
    if (!weights_parse(model, data, size, "fuzz", &err)) {
        assert(err.code != ERROR_NONE);
        return 0;
    }
    volatile float seen = 0; /* every number can be read */
    for (int n = 0; n < model->graph.node_count; n++)
        for (int i = 0; i < model->graph.nodes[n].weight_count; i++)
            for (int k = 0; k < shape_count(&model->graph.nodes[n].weights[i].shape); k++)
                seen = model->weights.data[n][i][k];
    (void)seen;
    weights_free(&model->weights); /* may point into data */
    return 0;
}
