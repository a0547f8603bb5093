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
    int64_t items = call->out->shape.dim[0], item = tensor_count(call->out) / items;
    float *y = call->out->data;
    for (int i = 0; i < call->in_count; i++) {
        int64_t count = tensor_count(call->in[i]) / items;
        if (!pointwise_copy_runs(call->kernel, items, count, call->in[i]->data, count, y, item,
                                 false))
            return false;
        y += count;
    }
    return true;
}

/* An input that lies at its place already is left there. */
static bool concat_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    int64_t at = 0;
    for (int i = 0; i < call->in_count; i++) {
        const Blocks *in = b->in[i];
        const float *place = b->out->data + at * in->h * in->w * BLOCK;
        if (in->data != place && !blocked_copy(call->kernel, in, b->out, at))
            return false;
        at += blocks_of(in->c);
    }
    return true;
}

static bool concat_backward(const LayerBackward *back) {
    const LayerCall *call = back->call;
    int64_t items = call->out->shape.dim[0], item = tensor_count(call->out) / items;
    const float *grad = back->grad_out;
    for (int i = 0; i < call->in_count; i++) {
        int64_t count = tensor_count(call->in[i]) / items;
        if (back->grad_in[i] && !pointwise_copy_runs(call->kernel, items, count, grad, item,
                                                     back->grad_in[i], count, back->add[i]))
            return false;
        grad += count;
    }
    return true;
}

static bool concat_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                         Trace *trace, Error *err) {
    int input = 0;
    int64_t before = 0;
    while (c - before >= call->in[input]->shape.dim[1])
        before += call->in[input++]->shape.dim[1];
    const TraceTerm term = trace_term(call->in[input], input, c - before, y, x);
    trace_step(trace, "trace.channels_before", (double)before);
    return trace_one(trace, TRACE_COPY, &term, arena, err);
}

const LayerType layer_concat = {
    .name = "concat",
    .title = "concatenation",
    .family = LAYER_JOINING,
    .inputs_min = 1,
    .inputs_max = CONCAT_INPUTS_MAX,
    .shape = concat_shape,
    .forward = concat_forward,
    .forward_blocks = concat_forward_blocks,
    .backward = concat_backward,
    .trace = concat_trace,
};
