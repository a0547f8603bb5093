/* Flatten: maps (C, H, W) become one vector (C*H*W), in that order. */
#include "layer/types.h"

static bool flatten_shape(const void *params, const Shape *in, int in_count, Shape *out,
                          Error *err) {
    (void)params, (void)in_count, (void)err;
    *out = SHAPE(shape_count(in));
    return true;
}

/* A vector has no height and width. What reads it sees all of it, so the whole map stands for each
 * value's window, unless the map is a single pixel. */
static void flatten_window(const void *params, const Shape *in, const Shape *out,
                           LayerWindow *window) {
    if (in->rank == 3 && (in->dim[1] > 1 || in->dim[2] > 1))
        layer_window_everything(params, in, out, window);
}

static bool flatten_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                          Trace *trace, Error *err) {
    const Shape *in = &call->in[0]->shape;
    const int64_t width = in->rank == 4 ? in->dim[3] : 1, height = in->rank == 4 ? in->dim[2] : 1;
    const TraceTerm term =
        trace_term(call->in[0], 0, c / (height * width), c / width % height, c % width);
    (void)y, (void)x;
    return trace_one(trace, TRACE_COPY, &term, arena, err);
}

const LayerType layer_flatten = {
    .name = "flatten",
    .title = "flatten",
    .family = LAYER_OTHER,
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = flatten_shape,
    .window = flatten_window,
    .forward = layer_forward_copy,
    .backward = layer_backward_copy,
    .trace = flatten_trace,
};
