/* Batch norm in inference (Ioffe and Szegedy 2015, algorithm 2): running statistics, folded into a
 * scale and a shift a channel. */
#include "kernel/pointwise.h"
#include "layer/types.h"

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

static bool bn_forward(const LayerCall *call) {
    int64_t items = call->out->shape.dim[0], channels = call->out->shape.dim[1];
    int64_t plane = tensor_count(call->out) / (items * channels);
    float *scale = call->kernel->scratch, *shift = scale + channels;
    bn_affine(call->params, channels, call->weights, scale, shift);
    return pointwise_affine(call->kernel, items, channels, plane, call->in[0]->data, scale, shift,
                            call->fusion && call->fusion->relu, call->out->data);
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
    .fuses = LAYER_FUSES_RELU,
    .affine = bn_affine,
};
