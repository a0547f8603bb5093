/* Convolution. The arithmetic is in kernel/conv.h. */
#include "kernel/conv.h"
#include "kernel/pointwise.h"
#include "layer/conv_shape.h"
#include "layer/types.h"

typedef struct ConvParams {
    int64_t out, kernel[2], stride[2], padding[2], dilation[2], groups;
    bool bias;
} ConvParams;

static const ParamSpec conv_params[] = {
    {"out", PARAM_INT, offsetof(ConvParams, out), 1, LAYER_OUT_MAX, true, 0,
     "maps it makes, one a filter"},
    {"kernel", PARAM_PAIR, offsetof(ConvParams, kernel), 1, LAYER_WINDOW_MAX, true, 0,
     "height and width of a filter"},
    {"stride", PARAM_PAIR, offsetof(ConvParams, stride), 1, LAYER_WINDOW_MAX, false, 1,
     "pixels from one window to the next"},
    {"padding", PARAM_PAIR, offsetof(ConvParams, padding), 0, LAYER_WINDOW_MAX, false, 0,
     "rows and columns of zeros around the input, on each side"},
    {"dilation", PARAM_PAIR, offsetof(ConvParams, dilation), 1, LAYER_WINDOW_MAX, false, 1,
     "pixels from one of the filter's weights to the next"},
    {"groups", PARAM_INT, offsetof(ConvParams, groups), 1, LAYER_OUT_MAX, false, 1,
     "equal parts of the input's and output's maps; an output sees its own part only"},
    {"bias", PARAM_BOOL, offsetof(ConvParams, bias), 0, 1, false, 1,
     "whether each output map has a number added"},
    {.name = NULL},
};

static void conv_extent(const ConvParams *p, int64_t extent[2]) {
    for (int axis = 0; axis < 2; axis++)
        extent[axis] = p->dilation[axis] * (p->kernel[axis] - 1) + 1;
}

static Shape conv_weight(const ConvParams *p, const Shape *in) {
    return SHAPE(p->out, in->dim[0] / p->groups, p->kernel[0], p->kernel[1]);
}

static bool conv_shape(const void *params, const Shape *in, int in_count, Shape *out, Error *err) {
    const ConvParams *p = params;
    (void)in_count;
    if (!layer_expect_maps(in, err))
        return false;
    if (in->dim[0] % p->groups || p->out % p->groups)
        return error_set(err, ERROR_EXPECTED, "groups",
                         TEXT("a number that divides the %" PRId64 " input and %" PRId64
                              " output channels",
                              in->dim[0], p->out),
                         TEXT("%" PRId64, p->groups));
    int64_t extent[2], size[2];
    conv_extent(p, extent);
    if (!layer_slide_maps(in, p->kernel, extent, p->stride, p->padding, false, size, err))
        return false;
    *out = SHAPE(p->out, size[0], size[1]);
    Shape weight = conv_weight(p, in);
    if (!shape_check(out, "the output", err) || !shape_check(&weight, "the weight", err))
        return false;
    int64_t macs, filter = shape_count(&weight) / p->out;
    if (__builtin_mul_overflow(shape_count(out), filter, &macs) || macs > LAYER_MACS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "the convolution's work",
                         TEXT("%.3g multiply-adds", (double)shape_count(out) * (double)filter),
                         TEXT("%.3g", (double)LAYER_MACS_MAX));
    return true;
}

static int conv_weights(const void *params, const Shape *in, WeightSpec specs[LAYER_WEIGHTS_MAX]) {
    const ConvParams *p = params;
    specs[0] = (WeightSpec){"weight", WEIGHT_KERNEL, conv_weight(p, in)};
    specs[1] = (WeightSpec){"bias", WEIGHT_BIAS, SHAPE(p->out)};
    return p->bias ? 2 : 1;
}

static int64_t conv_macs(const void *params, const Shape *in, const Shape *out) {
    const ConvParams *p = params;
    return shape_count(out) * (in->dim[0] / p->groups) * p->kernel[0] * p->kernel[1];
}

static void conv_window(const void *params, const Shape *in, const Shape *out,
                        LayerWindow *window) {
    const ConvParams *p = params;
    (void)in, (void)out;
    conv_extent(p, window->size);
    for (int axis = 0; axis < 2; axis++) {
        window->stride[axis] = p->stride[axis];
        window->pad[axis] = p->padding[axis];
    }
}

static ConvShape make_shape(const ConvParams *p, int64_t n, const int64_t in[3],
                            const int64_t out[3]) {
    return (ConvShape){
        .n = n,
        .ic = in[0],
        .ih = in[1],
        .iw = in[2],
        .oc = out[0],
        .oh = out[1],
        .ow = out[2],
        .kh = p->kernel[0],
        .kw = p->kernel[1],
        .sy = p->stride[0],
        .sx = p->stride[1],
        .py = p->padding[0],
        .px = p->padding[1],
        .dy = p->dilation[0],
        .dx = p->dilation[1],
        .groups = p->groups,
    };
}

static ConvShape conv_kernel_shape(const LayerCall *call) {
    const Shape *in = &call->in[0]->shape, *out = &call->out->shape;
    return make_shape(call->params, in->dim[0], in->dim + 1, out->dim + 1);
}

bool layer_conv_shape(const LayerType *type, const void *params, const Shape *in, const Shape *out,
                      ConvShape *shape) {
    if (type != &layer_conv)
        return false;
    *shape = make_shape(params, 1, in->dim, out->dim);
    return true;
}

/* Whether a batch of training takes the way of its own; what is looked at takes that of the packed
 * weights, whose bits are the same. */
static bool conv_learns(const LayerCall *call, const ConvShape *s) {
    return call->training && conv_direct_pays(s);
}

/* Whether this call's path takes Winograd's way. */
static bool takes_winograd(const LayerCall *call, const ConvShape *s) {
    return call->path == CONV_WINOGRAD ? blocked_conv_can(BLOCKED_WINOGRAD, s)
                                       : call->path == CONV_AUTO && blocked_winograd_pays(s);
}

/* The same of planes, through blocks: where weights are packed for it. */
static BlockedConv conv_winograd(const LayerCall *call) {
    BlockedConv c = {.shape = conv_kernel_shape(call), .packed = call->packed};
    if (takes_winograd(call, &c.shape))
        c.way = BLOCKED_WINOGRAD;
    return c;
}

static size_t conv_packed_floats(const LayerCall *call, LayerDirection direction) {
    const BlockedConv c = conv_winograd(call);
    if (direction == LAYER_BACKWARD)
        return conv_turned_packed_size(&c.shape);
    if (call->path == CONV_NAIVE)
        return 0;
    return c.way ? blocked_packed_size(&c) : conv_packed_size(&c.shape);
}

static bool conv_pack(const LayerCall *call, LayerDirection direction, float *packed) {
    const KernelContext *k = call->kernel;
    const BlockedConv c = conv_winograd(call);
    const float *w = call->weights[0];
    if (direction == LAYER_BACKWARD)
        conv_turned_pack(k->tier, &c.shape, w, k->scratch, packed);
    else if (c.way)
        return blocked_pack(k, &c, w, NULL, packed);
    else
        conv_pack_weights(k->tier, &c.shape, w, packed);
    return true;
}

static size_t max_size(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t conv_scratch(const LayerCall *call) {
    if (call->path == CONV_NAIVE)
        return 0;
    const BlockedConv c = conv_winograd(call);
    const CpuTier tier = call->kernel->tier;
    const int threads = pool_threads(call->kernel->pool);
    size_t most = conv_gemm_scratch(tier, &c.shape, threads);
    if (c.way) /* the other way is taken where nothing is packed */
        most = max_size(most, blocked_conv_planes_scratch(tier, &c, threads));
    if (conv_learns(call, &c.shape)) /* while learning, it is also tried on photographs */
        most = max_size(most, conv_direct_scratch(tier, &c.shape, threads));
    return most;
}

static bool conv_forward(const LayerCall *call) {
    const ConvParams *p = call->params;
    ConvShape s = conv_kernel_shape(call);
    const float *x = call->in[0]->data;
    const float *weight = call->weights[0]; /* OC, IC/G, KH, KW */
    const float *bias = p->bias ? call->weights[1] : NULL;
    if (call->path == CONV_NAIVE)
        return conv_naive(call->kernel, &s, x, weight, bias, call->out->data);
    const BlockedConv winograd = conv_winograd(call);
    if (winograd.way && winograd.packed && !call->fusion)
        return blocked_conv_planes(call->kernel, &winograd, x, bias, call->out->data);
    GemmEpilogue epilogue = {.shift = bias};
    if (call->fusion && call->fusion->shift)
        epilogue = (GemmEpilogue){.scale = call->fusion->scale, .shift = call->fusion->shift};
    epilogue.relu = call->fusion && call->fusion->relu;
    if (call->packed && !winograd.way)
        return conv_gemm_packed(call->kernel, &s, x, call->packed, &epilogue, false,
                                call->out->data);
    return (conv_learns(call, &s) ? conv_direct : conv_gemm)(call->kernel, &s, x, weight, &epilogue,
                                                             call->out->data);
}

static void conv_choose_way(const LayerCall *call, LayerBlocks *b) {
    const ConvShape s = conv_kernel_shape(call);
    BlockedWay way = BLOCKED_NONE;
    if (blocked_conv_can(BLOCKED_PICTURE, &s))
        way = BLOCKED_PICTURE;
    else if (takes_winograd(call, &s))
        way = BLOCKED_WINOGRAD;
    else if (blocked_conv_can(BLOCKED_GEMM, &s))
        way = BLOCKED_GEMM;
    b->conv = (BlockedConv){.shape = s, .way = way};
}

static bool conv_forward_blocks(const LayerCall *call, const LayerBlocks *b) {
    return blocked_conv(call->kernel, &b->conv, b->in[0], b->out);
}

static size_t conv_back_scratch(const LayerBackward *back) {
    const ConvShape s = conv_kernel_shape(back->call);
    const CpuTier tier = back->call->kernel->tier;
    const int threads = pool_threads(back->call->kernel->pool);
    return max_size(conv_turned_scratch(tier, &s, threads),
                    conv_backward_scratch(tier, &s, threads));
}

static bool conv_back(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const ConvShape s = conv_kernel_shape(call);
    float *dy = back->grad_out, *dx = back->grad_in[0];
    if (!layer_backward_fused(back))
        return false;
    if ((back->grad_weights[0] || back->grad_weights[1]) &&
        !conv_backward_weights(call->kernel, &s, call->in[0]->data, dy, back->grad_weights[0],
                               back->grad_weights[1]))
        return false;
    if (dx && back->packed)
        return conv_turned(call->kernel, &s, back->packed, dy, back->add[0], dx);
    return !dx || conv_backward_input(call->kernel, &s, call->weights[0], dy, back->add[0], dx);
}

static bool conv_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                       Trace *trace, Error *err) {
    const ConvParams *p = call->params;
    const ConvShape s = conv_kernel_shape(call);
    const int64_t icg = s.ic / s.groups, group = c / (s.oc / s.groups);
    if (!trace_terms(trace, arena, icg, s.kh, s.kw, err))
        return false;
    TraceTerm *term = trace->terms;
    for (int64_t ic = 0; ic < icg; ic++)
        for (int64_t ky = 0; ky < s.kh; ky++)
            for (int64_t kx = 0; kx < s.kw; kx++, term++) {
                *term = trace_term(call->in[0], 0, group * icg + ic, y * s.sy - s.py + ky * s.dy,
                                   x * s.sx - s.px + kx * s.dx);
                trace_weigh(term, call->weights[0], ((c * icg + ic) * s.kh + ky) * s.kw + kx);
            }
    trace_finish_weighted(trace, p->bias ? call->weights[1] : NULL, c);
    return true;
}

static void conv_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const ConvParams *p = params;
    (void)in;
    buffer[0] = '\0';
    layer_append(buffer, size, "%s", LAYER_PAIR(p->kernel));
    layer_append(buffer, size, "%" PRId64, p->out);
    if (p->stride[0] != 1 || p->stride[1] != 1)
        layer_append(buffer, size, "stride %s", LAYER_SIDE(p->stride));
    if (p->padding[0] || p->padding[1])
        layer_append(buffer, size, "pad %s", LAYER_SIDE(p->padding));
    if (p->dilation[0] != 1 || p->dilation[1] != 1)
        layer_append(buffer, size, "dilation %s", LAYER_SIDE(p->dilation));
    if (p->groups != 1)
        layer_append(buffer, size, "%" PRId64 " groups", p->groups);
}

const LayerType layer_conv = {
    .name = "conv",
    .title = "convolution",
    .family = LAYER_CONVOLUTION,
    .params = conv_params,
    .params_size = sizeof(ConvParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = conv_shape,
    .weights = conv_weights,
    .macs = conv_macs,
    .window = conv_window,
    .scratch = conv_scratch,
    .packed_size = conv_packed_floats,
    .pack = conv_pack,
    .forward = conv_forward,
    .forward_blocks = conv_forward_blocks,
    .choose_way = conv_choose_way,
    .fuses = LAYER_FUSES_AFFINE | LAYER_FUSES_RELU,
    .backward_scratch = conv_back_scratch,
    .backward = conv_back,
    .trace = conv_trace,
    .describe = conv_describe,
};
