/* The shortcut without weights of He et al. 2015, section 4.2 (option A): every stride-th pixel
 * from the first, and zero maps before and after to reach the number asked for. */
#include "kernel/backward.h"
#include "layer/types.h"

typedef struct SubsampleParams {
    int64_t out, stride;
} SubsampleParams;

static const ParamSpec subsample_params[] = {
    {"out", PARAM_INT, offsetof(SubsampleParams, out), 1, LAYER_OUT_MAX, true, 0,
     "maps of the output: the input's with zero maps around, half of them before (rounded down)"},
    {"stride", PARAM_INT, offsetof(SubsampleParams, stride), 1, LAYER_WINDOW_MAX, false, 2,
     "takes every so many-th pixel, from the first"},
    {.name = NULL},
};

static bool subsample_shape(const void *params, const Shape *in, int in_count, Shape *out,
                            Error *err) {
    const SubsampleParams *p = params;
    (void)in_count;
    if (!layer_expect_maps(in, err))
        return false;
    if (p->out < in->dim[0])
        return error_set(err, ERROR_EXPECTED, "out",
                         TEXT("at least the input's %" PRId64 " channels", in->dim[0]),
                         TEXT("%" PRId64, p->out));
    *out = SHAPE(p->out, (in->dim[1] - 1) / p->stride + 1, (in->dim[2] - 1) / p->stride + 1);
    return shape_check(out, "the output", err);
}

static void subsample_window(const void *params, const Shape *in, const Shape *out,
                             LayerWindow *window) {
    const SubsampleParams *p = params;
    (void)in, (void)out;
    window->stride[0] = window->stride[1] = p->stride;
}

static bool subsample_forward(const LayerCall *call) {
    const SubsampleParams *p = call->params;
    const int64_t *in = call->in[0]->shape.dim;
    int64_t before = (p->out - in[1]) / 2;
    return pointwise_subsample(call->kernel, in[0], in[1], in[2], in[3], p->out, before, p->stride,
                               call->in[0]->data, call->out->data);
}

static bool subsample_backward(const LayerBackward *back) {
    const SubsampleParams *p = back->call->params;
    const int64_t *in = back->call->in[0]->shape.dim;
    int64_t before = (p->out - in[1]) / 2;
    return !back->grad_in[0] ||
           backward_subsample(back->call->kernel, in[0], in[1], in[2], in[3], p->out, before,
                              p->stride, back->grad_out, back->grad_in[0], back->add[0]);
}

static bool subsample_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                            Trace *trace, Error *err) {
    const SubsampleParams *p = call->params;
    const int64_t before = (p->out - call->in[0]->shape.dim[1]) / 2;
    const TraceTerm term = trace_term(call->in[0], 0, c - before, y * p->stride, x * p->stride);
    trace_step(trace, "trace.zero_maps_before", (double)before);
    trace_step(trace, "trace.stride", (double)p->stride);
    return trace_one(trace, TRACE_COPY, &term, arena, err);
}

static void subsample_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const SubsampleParams *p = params;
    (void)in;
    buffer[0] = '\0';
    layer_append(buffer, size, "%" PRId64, p->out);
    layer_append(buffer, size, "stride %" PRId64, p->stride);
}

const LayerType layer_subsample = {
    .name = "subsample",
    .title = "subsampling",
    .family = LAYER_OTHER,
    .params = subsample_params,
    .params_size = sizeof(SubsampleParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = subsample_shape,
    .window = subsample_window,
    .forward = subsample_forward,
    .backward = subsample_backward,
    .trace = subsample_trace,
    .describe = subsample_describe,
};
