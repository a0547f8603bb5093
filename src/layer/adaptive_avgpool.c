/* Average pooling into a given number of windows, whatever the input's size (PyTorch's
 * AdaptiveAvgPool2d): output i is the mean of floor(i*I/O) .. ceil((i+1)*I/O) - 1. */
#include "kernel/backward.h"
#include "layer/types.h"

typedef struct AdaptiveParams {
    int64_t out[2];
} AdaptiveParams;

static const ParamSpec adaptive_params[] = {
    {"out", PARAM_PAIR, offsetof(AdaptiveParams, out), 1, 1024, false, 1,
     "height and width of the output; 1: the mean of the whole map (global average pooling)"},
    {.name = NULL},
};

static bool adaptive_shape(const void *params, const Shape *in, int in_count, Shape *out,
                           Error *err) {
    const AdaptiveParams *p = params;
    (void)in_count;
    if (!layer_expect_maps(in, err))
        return false;
    *out = SHAPE(in->dim[0], p->out[0], p->out[1]);
    return shape_check(out, "the output", err);
}

/* Where the output's size does not divide the input's the windows are not evenly spaced: this is
 * the smallest window of even spacing that holds them all. (The last one needs it: with the spacing
 * floor(I/O), ceil((i+1)*I/O) - i*floor(I/O) grows with i.) */
static void adaptive_window(const void *params, const Shape *in, const Shape *out,
                            LayerWindow *window) {
    (void)params;
    for (int axis = 0; axis < 2; axis++) {
        int64_t size = in->dim[1 + axis], count = out->dim[1 + axis];
        window->stride[axis] = size / count;
        window->size[axis] = size - (count - 1) * window->stride[axis];
    }
}

static PoolShape adaptive_kernel_shape(const LayerCall *call) {
    const int64_t *in = call->in[0]->shape.dim, *out = call->out->shape.dim;
    return (PoolShape){.n = in[0],
                       .c = in[1],
                       .ih = in[2],
                       .iw = in[3],
                       .oh = out[2],
                       .ow = out[3],
                       .adaptive = true};
}

static bool adaptive_forward(const LayerCall *call) {
    PoolShape s = adaptive_kernel_shape(call);
    return pool_average(call->kernel, &s, call->in[0]->data, call->out->data);
}

static bool adaptive_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    const PoolShape s = adaptive_kernel_shape(call);
    return blocked_pool_average(call->kernel, &s, b->in[0], b->out);
}

static bool adaptive_backward(const LayerBackward *back) {
    PoolShape s = adaptive_kernel_shape(back->call);
    return !back->grad_in[0] || backward_pool_average(back->call->kernel, &s, back->grad_out,
                                                      back->grad_in[0], back->add[0]);
}

static bool adaptive_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                           Trace *trace, Error *err) {
    const int64_t *in = call->in[0]->shape.dim, *out = call->out->shape.dim;
    const int64_t at[2] = {y, x};
    int64_t first[2], size[2];
    for (int axis = 0; axis < 2; axis++) {
        first[axis] = at[axis] * in[2 + axis] / out[2 + axis];
        size[axis] =
            ((at[axis] + 1) * in[2 + axis] + out[2 + axis] - 1) / out[2 + axis] - first[axis];
    }
    if (!trace_terms(trace, arena, 1, size[0], size[1], err))
        return false;
    TraceTerm *term = trace->terms;
    for (int64_t ky = 0; ky < size[0]; ky++)
        for (int64_t kx = 0; kx < size[1]; kx++)
            *term++ = trace_term(call->in[0], 0, c, first[0] + ky, first[1] + kx);
    pooling_mean(trace, trace->count);
    return true;
}

static void adaptive_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const AdaptiveParams *p = params;
    (void)in;
    buffer[0] = '\0';
    if (p->out[0] == 1 && p->out[1] == 1)
        layer_append(buffer, size, "global");
    else
        layer_append(buffer, size, "to %s", LAYER_PAIR(p->out));
}

const LayerType layer_adaptive_avgpool = {
    .name = "adaptive_avgpool",
    .title = "adaptive average pool",
    .family = LAYER_POOLING,
    .params = adaptive_params,
    .params_size = sizeof(AdaptiveParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = adaptive_shape,
    .window = adaptive_window,
    .forward = adaptive_forward,
    .forward_blocks = adaptive_forward_blocks,
    .backward = adaptive_backward,
    .trace = adaptive_trace,
    .describe = adaptive_describe,
};
