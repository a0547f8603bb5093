/* Concatenation along the channels, in the order of the inputs. */
#include "kernel/pointwise.h"
#include "layer/types.h"

enum { CONCAT_INPUTS_MAX = 4096 }; /* the channels of so many checked shapes still fit 63 bits */

static bool concat_shape(const void *params, const Shape *in, int in_count, Shape *out,
                         Error *err) {
    (void)params;
    *out = in[0];
    out->dim[0] = 0;
    for (int i = 0; i < in_count; i++) {
        Shape same = in[i];
        same.dim[0] = in[0].dim[0];
        if (!shape_equal(&same, &in[0]))
            return error_set(err, ERROR_EXPECTED, TEXT("input %d", i),
                             TEXT("height and width of input 0, %s", SHAPE_TEXT(&in[0])),
                             SHAPE_TEXT(&in[i]));
        out->dim[0] += in[i].dim[0];
    }
    return shape_check(out, "the output", err);
}

static bool concat_forward(const LayerCall *call) {
    float *y = call->out->data;
    for (int64_t n = 0; n < call->out->shape.dim[0]; n++)
        for (int i = 0; i < call->in_count; i++) {
            Tensor x = tensor_item(call->in[i], n);
            int64_t count = tensor_count(&x);
            if (!pointwise_copy(call->kernel, count, x.data, y))
                return false;
            y += count;
        }
    return true;
}

const LayerType layer_concat = {
    .name = "concat",
    .title = "concatenation",
    .family = LAYER_JOINING,
    .inputs_min = 1,
    .inputs_max = CONCAT_INPUTS_MAX,
    .shape = concat_shape,
    .forward = concat_forward,
};
