/* Rectified linear unit: max(x, 0). */
#include "kernel/backward.h"
#include "layer/types.h"

static bool relu_forward(const LayerCall *call) {
    return pointwise_relu(call->kernel, tensor_count(call->out), call->in[0]->data,
                          call->out->data);
}

static bool relu_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    return blocked_affine(call->kernel, b->in[0], NULL, NULL, true, b->out);
}

static bool relu_backward(const LayerBackward *back) {
    const Tensor *out = back->call->out;
    const bool masked = layer_is_derived(back),
               positive = back->rules && back->rules->backward_mask;
    return !back->grad_in[0] ||
           backward_rectify(back->call->kernel, tensor_count(out), masked ? out->data : NULL,
                            positive, back->grad_out, back->grad_in[0], back->add[0]);
}

static bool relu_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                       Trace *trace, Error *err) {
    const TraceTerm term = trace_term(call->in[0], 0, c, y, x);
    if (!trace_one(trace, TRACE_FUNCTION, &term, arena, err))
        return false;
    trace->relu = true;
    trace->exact = trace->exact < 0 ? 0 : trace->exact;
    return true;
}

const LayerType layer_relu = {
    .name = "relu",
    .title = "ReLU",
    .family = LAYER_ACTIVATION,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = relu_forward,
    .forward_blocks = relu_forward_blocks,
    .backward = relu_backward,
    .trace = relu_trace,
};
