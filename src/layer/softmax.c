/* Softmax over a vector: exp(x) / sum of exp(x). */
#include "kernel/backward.h"
#include "layer/types.h"

static bool softmax_shape(const void *params, const Shape *in, int in_count, Shape *out,
                          Error *err) {
    return layer_expect_vector(in, err) && layer_shape_same(params, in, in_count, out, err);
}

static bool softmax_forward(const LayerCall *call) {
    const int64_t *dim = call->out->shape.dim;
    return pointwise_softmax(call->kernel, dim[0], dim[1], call->in[0]->data, call->out->data);
}

static bool softmax_backward(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const int64_t *dim = call->out->shape.dim;
    return !back->grad_in[0] || backward_softmax(call->kernel, dim[0], dim[1], call->out->data,
                                                 back->grad_out, back->grad_in[0], back->add[0]);
}

const LayerType layer_softmax = {
    .name = "softmax",
    .title = "softmax",
    .family = LAYER_ACTIVATION,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = softmax_shape,
    .window = layer_window_everything,
    .forward = softmax_forward,
    .backward = softmax_backward,
};
