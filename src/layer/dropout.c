/* Dropout: in training a value is set to 0 with probability p; the identity in inference. */
#include "layer/types.h"

typedef struct DropoutParams {
    double p;
} DropoutParams;

static const ParamSpec dropout_params[] = {
    {"p", PARAM_REAL, offsetof(DropoutParams, p), 0, 1, false, 0.5,
     "share of the values set to 0 in training; nothing happens in inference"},
    {.name = NULL},
};

static void dropout_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const DropoutParams *p = params;
    (void)in;
    buffer[0] = '\0';
    layer_append(buffer, size, "%g %%", 100 * p->p);
}

const LayerType layer_dropout = {
    .name = "dropout",
    .title = "dropout",
    .family = LAYER_OTHER,
    .params = dropout_params,
    .params_size = sizeof(DropoutParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = layer_forward_copy,
    .describe = dropout_describe,
};
