/* Batch norm (Ioffe and Szegedy 2015). In inference (algorithm 2) running statistics, folded into a
 * scale and a shift a channel; in training (algorithm 1) the batch's own, which are left in `saved`
 * (means, then inverse deviations) and drawn into the running ones. */
#include "kernel/batchnorm.h"
#include "kernel/pointwise.h"
#include "layer/types.h"
#include <math.h>

typedef struct BnParams {
    double eps;
} BnParams;

static const ParamSpec bn_params[] = {
    {"eps", PARAM_REAL, offsetof(BnParams, eps), 1e-12, 1, false, 1e-5,
     "added to the variance before its root is taken"},
    {.name = NULL},
};

static int bn_weights(const void *params, const Shape *in, WeightSpec specs[LAYER_WEIGHTS_MAX]) {
    (void)params;
    Shape channels = SHAPE(in->dim[0]);
    specs[0] = (WeightSpec){"weight", WEIGHT_GAMMA, channels};
    specs[1] = (WeightSpec){"bias", WEIGHT_BETA, channels};
    specs[2] = (WeightSpec){"running_mean", WEIGHT_MEAN, channels};
    specs[3] = (WeightSpec){"running_var", WEIGHT_VARIANCE, channels};
    return 4;
}

static size_t bn_scratch(const LayerCall *call) {
    return 2 * (size_t)call->out->shape.dim[1];
}

static void bn_affine(const void *params, int64_t channels,
                      const float *const weights[LAYER_WEIGHTS_MAX], float *scale, float *shift) {
    const BnParams *p = params;
    pointwise_batchnorm_fold(channels, weights[0], weights[1], weights[2], weights[3], p->eps,
                             scale, shift);
}

static size_t bn_saved(const LayerCall *call) {
    return 2 * (size_t)call->out->shape.dim[1];
}

static BatchNorm bn_kernel(const LayerCall *call) {
    const BnParams *p = call->params;
    int64_t items = call->out->shape.dim[0], channels = call->out->shape.dim[1];
    return (BatchNorm){
        .n = items,
        .c = channels,
        .plane = tensor_count(call->out) / (items * channels),
        .eps = p->eps,
        .gamma = call->weights[0],
        .beta = call->weights[1],
        .relu = call->fusion && call->fusion->relu,
    };
}

static bool bn_forward(const LayerCall *call) {
    const LayerTraining *t = call->training;
    int64_t items = call->out->shape.dim[0], channels = call->out->shape.dim[1];
    int64_t plane = tensor_count(call->out) / (items * channels);
    if (t) {
        BatchNorm b = bn_kernel(call);
        return batchnorm_train(call->kernel, &b, call->in[0]->data, call->out->data, t->saved,
                               t->saved + channels, t->weights[2], t->weights[3]);
    }
    float *scale = call->kernel->scratch, *shift = scale + channels;
    bn_affine(call->params, channels, call->weights, scale, shift);
    return pointwise_affine(call->kernel, items, channels, plane, call->in[0]->data, scale, shift,
                            call->fusion && call->fusion->relu, call->out->data);
}

static bool bn_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    return blocked_affine(call->kernel, b->in[0], b->scale, b->shift,
                          call->fusion && call->fusion->relu, b->out);
}

static size_t bn_backward_scratch(const LayerBackward *back) {
    return back->call->training ? 0 : (size_t)back->call->out->shape.dim[1];
}

static bool bn_backward(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const float *mean = call->weights[2], *saved = NULL;
    float *inverse = call->kernel->scratch;
    BatchNorm b = bn_kernel(call);
    if (call->training) {
        saved = mean = call->training->saved;
    } else {
        for (int64_t c = 0; c < b.c; c++)
            inverse[c] = (float)(1 / sqrt((double)call->weights[3][c] + b.eps));
        if (!layer_backward_fused(back))
            return false;
        b.relu = false;
    }
    return batchnorm_backward(call->kernel, &b, call->in[0]->data, back->grad_out, mean,
                              saved ? saved + b.c : inverse, saved != NULL, back->grad_in[0],
                              back->add[0], back->grad_weights[0], back->grad_weights[1]);
}

static bool bn_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                     Trace *trace, Error *err) {
    const BnParams *p = call->params;
    TraceTerm term = trace_term(call->in[0], 0, c, y, x);
    trace_weigh(&term, call->weights[0], c);
    const double gamma = (double)term.weight, beta = (double)call->weights[1][c];
    const double mean = (double)call->weights[2][c], variance = (double)call->weights[3][c];
    const double deviation = sqrt(variance + p->eps);
    const double normalised = ((double)term.value - mean) / deviation;
    term.product = normalised * gamma;
    if (!trace_one(trace, TRACE_AFFINE, &term, arena, err))
        return false;
    trace->has_bias = true;
    trace->bias = beta;
    trace->exact = term.product + beta;
    trace_step(trace, "trace.bn_mean", mean);
    trace_step(trace, "trace.bn_variance", variance);
    trace_step(trace, "trace.bn_eps", p->eps);
    trace_step(trace, "trace.bn_deviation", deviation);
    trace_step(trace, "trace.bn_normalised", normalised);
    trace_step(trace, "trace.bn_gamma", gamma);
    trace_step(trace, "trace.bn_beta", beta);
    trace_step(trace, "trace.bn_scale", gamma / deviation);
    trace_step(trace, "trace.bn_shift", beta - mean * (gamma / deviation));
    return true;
}

const LayerType layer_bn = {
    .name = "bn",
    .title = "batch norm",
    .family = LAYER_NORMALISATION,
    .params = bn_params,
    .params_size = sizeof(BnParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .weights = bn_weights,
    .scratch = bn_scratch,
    .forward = bn_forward,
    .forward_blocks = bn_forward_blocks,
    .fuses = LAYER_FUSES_RELU,
    .saved = bn_saved,
    .backward_scratch = bn_backward_scratch,
    .backward = bn_backward,
    .trace = bn_trace,
    .affine = bn_affine,
};
