/* Max pooling: the largest value of each window; padding never wins. */
#include "kernel/backward.h"
#include "layer/types.h"
#include <math.h>

static const ParamSpec maxpool_params[] = {
    {"kernel", PARAM_PAIR, offsetof(PoolParams, kernel), 1, LAYER_WINDOW_MAX, true, 0,
     "height and width of the window"},
    {"stride", PARAM_PAIR, offsetof(PoolParams, stride), 1, LAYER_WINDOW_MAX, false, 0,
     "pixels from one window to the next; left out: the kernel, so that windows touch"},
    {"padding", PARAM_PAIR, offsetof(PoolParams, padding), 0, LAYER_WINDOW_MAX / 2, false, 0,
     "rows and columns around the input that never win, on each side; at most half the kernel"},
    {"ceil", PARAM_BOOL, offsetof(PoolParams, ceil), 0, 1, false, 0,
     "whether a last window may overhang the far edge"},
    {.name = NULL},
};

/* In training: where each window's largest value lies. */
static size_t maxpool_saved(const LayerCall *call) {
    return (size_t)tensor_count(call->out);
}

static bool maxpool_forward(const LayerCall *call) {
    PoolShape s = pooling_kernel_shape(call);
    void *switches = call->training ? call->training->saved : NULL;
    return pool_max(call->kernel, &s, call->in[0]->data, call->out->data, switches);
}

static bool maxpool_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    const PoolShape s = pooling_kernel_shape(call);
    return blocked_pool_max(call->kernel, &s, b->in[0], b->out);
}

/* Without training the same, and the maxima once more. */
static size_t maxpool_backward_scratch(const LayerBackward *back) {
    return back->call->training ? 0 : 2 * (size_t)tensor_count(back->call->out);
}

bool layer_switches(const LayerCall *call, const LayerRules *rules, float *maxima,
                    int32_t *switches) {
    const PoolShape s = pooling_kernel_shape(call);
    const LayerSwitches from = rules ? rules->switches : SWITCHES_RECORDED;
    const Tensor *in = from == SWITCHES_OTHER ? rules->other : call->in[0];
    if (from != SWITCHES_CENTER)
        return pool_max(call->kernel, &s, in->data, maxima, switches);
    pool_centers(&s, switches);
    return true;
}

static bool maxpool_backward(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const PoolShape s = pooling_kernel_shape(call);
    float *maxima = call->kernel->scratch;
    void *switches = call->training ? call->training->saved : maxima + tensor_count(call->out);
    if (!back->grad_in[0])
        return true;
    if (!call->training && !layer_switches(call, back->rules, maxima, switches))
        return false;
    return backward_pool_max(call->kernel, &s, switches, back->grad_out, back->grad_in[0],
                             back->add[0]);
}

static bool maxpool_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                          Trace *trace, Error *err) {
    if (!pooling_terms(call, c, y, x, arena, trace, err))
        return false;
    trace->kind = TRACE_MAX;
    trace->exact = -(double)INFINITY;
    for (int64_t i = 0; i < trace->count; i++) {
        const double v = trace->terms[i].product;
        const bool first_nan = isnan(v) && !isnan(trace->exact);
        if (trace->terms[i].padding || !(trace->chosen < 0 || v > trace->exact || first_nan))
            continue;
        trace->chosen = i;
        trace->exact = v;
    }
    trace_step(trace, "trace.largest", trace->exact);
    return true;
}

const LayerType layer_maxpool = {
    .name = "maxpool",
    .title = "max pool",
    .family = LAYER_POOLING,
    .params = maxpool_params,
    .params_size = sizeof(PoolParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = pooling_shape,
    .window = pooling_window,
    .forward = maxpool_forward,
    .forward_blocks = maxpool_forward_blocks,
    .saved = maxpool_saved,
    .backward_scratch = maxpool_backward_scratch,
    .backward = maxpool_backward,
    .trace = maxpool_trace,
    .describe = pooling_describe,
};
