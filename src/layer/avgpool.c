/* Average pooling: the mean of each window. */
#include "kernel/backward.h"
#include "layer/types.h"

static const ParamSpec avgpool_params[] = {
    {"kernel", PARAM_PAIR, offsetof(PoolParams, kernel), 1, LAYER_WINDOW_MAX, true, 0,
     "height and width of the window"},
    {"stride", PARAM_PAIR, offsetof(PoolParams, stride), 1, LAYER_WINDOW_MAX, false, 0,
     "pixels from one window to the next; left out: the kernel, so that windows touch"},
    {"padding", PARAM_PAIR, offsetof(PoolParams, padding), 0, LAYER_WINDOW_MAX / 2, false, 0,
     "rows and columns of zeros around the input, on each side; at most half the kernel"},
    {"ceil", PARAM_BOOL, offsetof(PoolParams, ceil), 0, 1, false, 0,
     "whether a last window may overhang the far edge"},
    {"count_include_pad", PARAM_BOOL, offsetof(PoolParams, count_include_pad), 0, 1, false, 1,
     "whether the padding's zeros count in the mean"},
    {.name = NULL},
};

static bool avgpool_forward(const LayerCall *call) {
    PoolShape s = pooling_kernel_shape(call);
    return pool_average(call->kernel, &s, call->in[0]->data, call->out->data);
}

static bool avgpool_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    const PoolShape s = pooling_kernel_shape(call);
    return blocked_pool_average(call->kernel, &s, b->in[0], b->out);
}

static bool avgpool_backward(const LayerBackward *back) {
    PoolShape s = pooling_kernel_shape(back->call);
    return !back->grad_in[0] || backward_pool_average(back->call->kernel, &s, back->grad_out,
                                                      back->grad_in[0], back->add[0]);
}

static bool avgpool_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                          Trace *trace, Error *err) {
    const PoolParams *p = call->params;
    if (!pooling_terms(call, c, y, x, arena, trace, err))
        return false;
    const int64_t *in = call->in[0]->shape.dim;
    int64_t cells = 0;
    for (int64_t i = 0; i < trace->count; i++) {
        const TraceTerm *t = &trace->terms[i];
        /* What overhangs the far padding in ceil mode never counts. */
        const bool padded = t->y < in[2] + p->padding[0] && t->x < in[3] + p->padding[1];
        cells += !t->padding || (p->count_include_pad && padded);
    }
    pooling_mean(trace, cells);
    return true;
}

const LayerType layer_avgpool = {
    .name = "avgpool",
    .title = "average pool",
    .family = LAYER_POOLING,
    .params = avgpool_params,
    .params_size = sizeof(PoolParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = pooling_shape,
    .window = pooling_window,
    .forward = avgpool_forward,
    .forward_blocks = avgpool_forward_blocks,
    .backward = avgpool_backward,
    .trace = avgpool_trace,
    .describe = pooling_describe,
};
