/* Rectified linear unit: max(x, 0). */
#include "kernel/pointwise.h"
#include "layer/types.h"

static bool relu_forward(const LayerCall *call) {
    return pointwise_relu(call->kernel, tensor_count(call->out), call->in[0]->data,
                          call->out->data);
}

const LayerType layer_relu = {
    .name = "relu",
    .title = "ReLU",
    .family = LAYER_ACTIVATION,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = relu_forward,
};
