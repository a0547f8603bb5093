/* Hyperbolic tangent. */
#include "kernel/backward.h"
#include "layer/types.h"
#include <math.h>

static bool tanh_forward(const LayerCall *call) {
    return pointwise_tanh(call->kernel, tensor_count(call->out), call->in[0]->data,
                          call->out->data);
}

static bool tanh_backward(const LayerBackward *back) {
    const Tensor *out = back->call->out;
    if (!layer_is_derived(back))
        return layer_backward_copy(back);
    return !back->grad_in[0] || backward_tanh(back->call->kernel, tensor_count(out), out->data,
                                              back->grad_out, back->grad_in[0], back->add[0]);
}

static bool tanh_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                       Trace *trace, Error *err) {
    const TraceTerm term = trace_term(call->in[0], 0, c, y, x);
    if (!trace_one(trace, TRACE_FUNCTION, &term, arena, err))
        return false;
    trace->exact = tanh(term.product);
    trace_step(trace, "trace.exp", exp(term.product));
    trace_step(trace, "trace.exp_negative", exp(-term.product));
    return true;
}

const LayerType layer_tanh = {
    .name = "tanh",
    .title = "tanh",
    .family = LAYER_ACTIVATION,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = tanh_forward,
    .backward = tanh_backward,
    .trace = tanh_trace,
};
