/* Fully connected: every output sees every input. */
#include "kernel/linear.h"
#include "kernel/pointwise.h"
#include "layer/types.h"

typedef struct LinearParams {
    int64_t out;
    bool bias;
} LinearParams;

static const ParamSpec linear_params[] = {
    {"out", PARAM_INT, offsetof(LinearParams, out), 1, LAYER_OUT_MAX, true, 0,
     "neurons, each with a weight for every input"},
    {"bias", PARAM_BOOL, offsetof(LinearParams, bias), 0, 1, false, 1,
     "whether each neuron has a number added"},
    {.name = NULL},
};

static bool linear_shape(const void *params, const Shape *in, int in_count, Shape *out,
                         Error *err) {
    const LinearParams *p = params;
    (void)in_count;
    if (!layer_expect_vector(in, err))
        return false;
    *out = SHAPE(p->out);
    Shape weight = SHAPE(p->out, in->dim[0]);
    return shape_check(&weight, "the weight", err);
}

static int linear_weights(const void *params, const Shape *in,
                          WeightSpec specs[LAYER_WEIGHTS_MAX]) {
    const LinearParams *p = params;
    specs[0] = (WeightSpec){"weight", WEIGHT_KERNEL, SHAPE(p->out, in->dim[0])};
    specs[1] = (WeightSpec){"bias", WEIGHT_BIAS, SHAPE(p->out)};
    return p->bias ? 2 : 1;
}

/* At most 2^38: the weight's shape was checked. */
static int64_t linear_macs(const void *params, const Shape *in, const Shape *out) {
    (void)params;
    return in->dim[0] * out->dim[0];
}

static size_t linear_scratch(const LayerCall *call) {
    if (call->path == CONV_NAIVE)
        return 0;
    const int64_t *in = call->in[0]->shape.dim, *out = call->out->shape.dim;
    return linear_fast_scratch(call->kernel->tier, in[0], in[1], out[1],
                               pool_threads(call->kernel->pool));
}

static bool linear_forward(const LayerCall *call) {
    const LinearParams *p = call->params;
    const int64_t *in = call->in[0]->shape.dim, *out = call->out->shape.dim;
    const float *weight = call->weights[0]; /* OUT, IN */
    const float *bias = p->bias ? call->weights[1] : NULL;
    if (call->path == CONV_NAIVE)
        return linear_naive(call->kernel, in[0], in[1], out[1], call->in[0]->data, weight, bias,
                            call->out->data);
    return linear_fast(call->kernel, in[0], in[1], out[1], call->in[0]->data, weight, bias,
                       call->fusion && call->fusion->relu, call->out->data);
}

static size_t linear_back_scratch(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const int64_t *in = call->in[0]->shape.dim, *out = call->out->shape.dim;
    return linear_backward_scratch(call->kernel->tier, in[0], in[1], out[1],
                                   pool_threads(call->kernel->pool));
}

static bool linear_back(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const int64_t *in = call->in[0]->shape.dim, *out = call->out->shape.dim;
    float *dy = back->grad_out, *dx = back->grad_in[0];
    if (!layer_backward_fused(back))
        return false;
    if ((back->grad_weights[0] || back->grad_weights[1]) &&
        !linear_backward_weights(call->kernel, in[0], in[1], out[1], call->in[0]->data, dy,
                                 back->grad_weights[0], back->grad_weights[1]))
        return false;
    return !dx || linear_backward_input(call->kernel, in[0], in[1], out[1], call->weights[0], dy,
                                        back->add[0], dx);
}

static bool linear_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                         Trace *trace, Error *err) {
    const LinearParams *p = call->params;
    const int64_t in = call->in[0]->shape.dim[1];
    (void)y, (void)x;
    if (!trace_terms(trace, arena, 1, 1, in, err))
        return false;
    for (int64_t i = 0; i < in; i++) {
        trace->terms[i] = trace_term(call->in[0], 0, i, 0, 0);
        trace_weigh(&trace->terms[i], call->weights[0], c * in + i);
    }
    trace_finish_weighted(trace, p->bias ? call->weights[1] : NULL, c);
    return true;
}

static void linear_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const LinearParams *p = params;
    (void)in;
    buffer[0] = '\0';
    layer_append(buffer, size, "%" PRId64, p->out);
}

const LayerType layer_linear = {
    .name = "linear",
    .title = "fully connected",
    .family = LAYER_CONNECTED,
    .params = linear_params,
    .params_size = sizeof(LinearParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = linear_shape,
    .weights = linear_weights,
    .macs = linear_macs,
    .window = layer_window_everything,
    .scratch = linear_scratch,
    .forward = linear_forward,
    .fuses = LAYER_FUSES_RELU,
    .backward_scratch = linear_back_scratch,
    .backward = linear_back,
    .trace = linear_trace,
    .describe = linear_describe,
};
