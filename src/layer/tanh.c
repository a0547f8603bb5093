/* Hyperbolic tangent. */
#include "kernel/pointwise.h"
#include "layer/types.h"

static bool tanh_forward(const LayerCall *call) {
    return pointwise_tanh(call->kernel, tensor_count(call->out), call->in[0]->data,
                          call->out->data);
}

const LayerType layer_tanh = {
    .name = "tanh",
    .title = "tanh",
    .family = LAYER_ACTIVATION,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = tanh_forward,
};
