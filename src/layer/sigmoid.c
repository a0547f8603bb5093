/* The logistic function, 1 / (1 + exp(-x)). */
#include "kernel/pointwise.h"
#include "layer/types.h"

static bool sigmoid_forward(const LayerCall *call) {
    return pointwise_sigmoid(call->kernel, tensor_count(call->out), call->in[0]->data,
                             call->out->data);
}

const LayerType layer_sigmoid = {
    .name = "sigmoid",
    .title = "sigmoid",
    .family = LAYER_ACTIVATION,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = sigmoid_forward,
};
