/* Addition of two inputs of one shape: F(x) + x. */
#include "kernel/backward.h"
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
                         call->in[1]->data, call->fusion && call->fusion->relu, call->out->data);
}

static bool add_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    return blocked_add(call->kernel, b->in[0], b->in[1], call->fusion && call->fusion->relu,
                       b->out);
}

static bool add_backward(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const bool relu = call->fusion && call->fusion->relu && !back->rules;
    if (back->rules && !layer_backward_fused(back))
        return false;
    return backward_add(call->kernel, tensor_count(call->out), relu ? call->out->data : NULL,
                        back->grad_out, back->grad_in[0], back->add[0], back->grad_in[1],
                        back->add[1]);
}

static bool add_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                      Trace *trace, Error *err) {
    if (!trace_terms(trace, arena, 1, 1, call->in_count, err))
        return false;
    trace->kind = TRACE_ADD;
    for (int i = 0; i < call->in_count; i++)
        trace->terms[i] = trace_term(call->in[i], i, c, y, x);
    trace->exact = trace_sum(trace);
    return true;
}

const LayerType layer_add = {
    .name = "add",
    .title = "addition",
    .family = LAYER_JOINING,
    .inputs_min = 2,
    .inputs_max = 2,
    .shape = add_shape,
    .forward = add_forward,
    .forward_blocks = add_forward_blocks,
    .fuses = LAYER_FUSES_RELU,
    .backward = add_backward,
    .trace = add_trace,
};
