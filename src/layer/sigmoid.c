/* The logistic function, 1 / (1 + exp(-x)). */
#include "kernel/backward.h"
#include "layer/types.h"
#include <math.h>

static bool sigmoid_forward(const LayerCall *call) {
    return pointwise_sigmoid(call->kernel, tensor_count(call->out), call->in[0]->data,
                             call->out->data);
}

static bool sigmoid_backward(const LayerBackward *back) {
    const Tensor *out = back->call->out;
    if (!layer_is_derived(back))
        return layer_backward_copy(back);
    return !back->grad_in[0] || backward_sigmoid(back->call->kernel, tensor_count(out), out->data,
                                                 back->grad_out, back->grad_in[0], back->add[0]);
}

static bool sigmoid_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                          Trace *trace, Error *err) {
    const TraceTerm term = trace_term(call->in[0], 0, c, y, x);
    if (!trace_one(trace, TRACE_FUNCTION, &term, arena, err))
        return false;
    const double power = exp(-term.product);
    trace->exact = 1 / (1 + power);
    trace_step(trace, "trace.exp_negative", power);
    trace_step(trace, "trace.one_plus_exp", 1 + power);
    return true;
}

const LayerType layer_sigmoid = {
    .name = "sigmoid",
    .title = "sigmoid",
    .family = LAYER_ACTIVATION,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = sigmoid_forward,
    .backward = sigmoid_backward,
    .trace = sigmoid_trace,
};
