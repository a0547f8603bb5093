/* Addition of two inputs of one shape: F(x) + x. */
#include "kernel/pointwise.h"
#include "layer/types.h"

static bool add_shape(const void *params, const Shape *in, int in_count, Shape *out, Error *err) {
    (void)params, (void)in_count;
    if (!shape_equal(&in[0], &in[1]))
        return error_set(err, ERROR_EXPECTED, "inputs", "two of one shape",
                         TEXT("%s and %s", SHAPE_TEXT(&in[0]), SHAPE_TEXT(&in[1])));
    *out = in[0];
    return true;
}

static bool add_forward(const LayerCall *call) {
    return pointwise_add(call->kernel, tensor_count(call->out), call->in[0]->data,
                         call->in[1]->data, call->out->data);
}

const LayerType layer_add = {
    .name = "add",
    .title = "addition",
    .family = LAYER_JOINING,
    .inputs_min = 2,
    .inputs_max = 2,
    .shape = add_shape,
    .forward = add_forward,
};
