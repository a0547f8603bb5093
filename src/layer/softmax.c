/* Softmax over a vector: exp(x) / sum of exp(x). */
#include "kernel/backward.h"
#include "layer/types.h"
#include <math.h>

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
    if (!layer_is_derived(back))
        return layer_backward_copy(back);
    return !back->grad_in[0] || backward_softmax(call->kernel, dim[0], dim[1], call->out->data,
                                                 back->grad_out, back->grad_in[0], back->add[0]);
}

static bool softmax_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                          Trace *trace, Error *err) {
    const int64_t classes = call->in[0]->shape.dim[1];
    (void)y, (void)x;
    if (!trace_terms(trace, arena, 1, 1, classes, err))
        return false;
    double largest = -(double)INFINITY;
    for (int64_t i = 0; i < classes; i++) {
        trace->terms[i] = trace_term(call->in[0], 0, i, 0, 0);
        if (trace->terms[i].product > largest)
            largest = trace->terms[i].product;
    }
    for (int64_t i = 0; i < classes; i++)
        trace->terms[i].product = exp(trace->terms[i].product - largest);
    trace->kind = TRACE_SOFTMAX;
    trace->chosen = c;
    const double sum = trace_sum(trace), own = trace->terms[c].product;
    trace->exact = own / sum;
    trace_step(trace, "trace.largest", largest);
    trace_step(trace, "trace.exp_own", own);
    trace_step(trace, "trace.sum_of_exp", sum);
    return true;
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
    .trace = softmax_trace,
};
