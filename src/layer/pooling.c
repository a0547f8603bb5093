/* What maximum and average pooling share: shapes and windows as PyTorch has them. */
#include "layer/types.h"

static void pooling_stride(const PoolParams *p, int64_t stride[2]) {
    for (int axis = 0; axis < 2; axis++)
        stride[axis] = p->stride[axis] ? p->stride[axis] : p->kernel[axis];
}

bool pooling_shape(const void *params, const Shape *in, int in_count, Shape *out, Error *err) {
    const PoolParams *p = params;
    (void)in_count;
    if (!layer_expect_maps(in, err))
        return false;
    if (p->padding[0] > p->kernel[0] / 2 || p->padding[1] > p->kernel[1] / 2)
        return error_set(err, ERROR_EXPECTED, "padding",
                         TEXT("at most half of the kernel %s", LAYER_PAIR(p->kernel)),
                         LAYER_SIDE(p->padding));
    int64_t stride[2], size[2];
    pooling_stride(p, stride);
    if (!layer_slide_maps(in, p->kernel, p->kernel, stride, p->padding, p->ceil, size, err))
        return false;
    *out = SHAPE(in->dim[0], size[0], size[1]);
    return shape_check(out, "the output", err);
}

void pooling_window(const void *params, const Shape *in, const Shape *out, LayerWindow *window) {
    const PoolParams *p = params;
    (void)in, (void)out;
    pooling_stride(p, window->stride);
    for (int axis = 0; axis < 2; axis++) {
        window->size[axis] = p->kernel[axis];
        window->pad[axis] = p->padding[axis];
    }
}

void pooling_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const PoolParams *p = params;
    (void)in;
    int64_t stride[2];
    pooling_stride(p, stride);
    buffer[0] = '\0';
    layer_append(buffer, size, "%s / %s", LAYER_PAIR(p->kernel), LAYER_SIDE(stride));
    if (p->padding[0] || p->padding[1])
        layer_append(buffer, size, "pad %s", LAYER_SIDE(p->padding));
    if (p->ceil)
        layer_append(buffer, size, "ceil");
}

PoolShape pooling_kernel_shape(const LayerCall *call) {
    const PoolParams *p = call->params;
    const Shape *in = &call->in[0]->shape, *out = &call->out->shape;
    int64_t stride[2];
    pooling_stride(p, stride);
    return (PoolShape){
        .n = in->dim[0],
        .c = in->dim[1],
        .ih = in->dim[2],
        .iw = in->dim[3],
        .oh = out->dim[2],
        .ow = out->dim[3],
        .kh = p->kernel[0],
        .kw = p->kernel[1],
        .sy = stride[0],
        .sx = stride[1],
        .py = p->padding[0],
        .px = p->padding[1],
        .count_include_pad = p->count_include_pad,
    };
}

bool pooling_terms(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                   Trace *trace, Error *err) {
    const PoolShape s = pooling_kernel_shape(call);
    if (!trace_terms(trace, arena, 1, s.kh, s.kw, err))
        return false;
    TraceTerm *term = trace->terms;
    for (int64_t ky = 0; ky < s.kh; ky++)
        for (int64_t kx = 0; kx < s.kw; kx++)
            *term++ = trace_term(call->in[0], 0, c, y * s.sy - s.py + ky, x * s.sx - s.px + kx);
    return true;
}

void pooling_mean(Trace *trace, int64_t cells) {
    const double sum = trace_sum(trace);
    trace->kind = TRACE_MEAN;
    trace->divisor = cells > 0 ? (double)cells : 1;
    trace->exact = sum / trace->divisor;
    trace_step(trace, "trace.sum", sum);
    trace_step(trace, "trace.divisor", trace->divisor);
}
