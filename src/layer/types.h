/* What the files of the layer types share; private to this room. */
#ifndef LAYER_TYPES_H
#define LAYER_TYPES_H

#include "base/text.h"
#include "kernel/pool2d.h"
#include "layer/trace.h"
#include <inttypes.h>

extern const LayerType layer_conv, layer_linear, layer_bn, layer_lrn, layer_relu, layer_tanh,
    layer_sigmoid, layer_maxpool, layer_avgpool, layer_adaptive_avgpool, layer_add, layer_concat,
    layer_subsample, layer_flatten, layer_dropout, layer_softmax;

enum { LAYER_OUT_MAX = 65536, LAYER_WINDOW_MAX = 64 };
/* Multiply-adds of one item; a graph's sum of them and a batch's still fit 63 bits. */
#define LAYER_MACS_MAX ((int64_t)1 << 48)

/* "3x3", living until the end of the block; and "2", or "2x1" where y and x differ. */
#define LAYER_PAIR(v) TEXT("%" PRId64 "x%" PRId64, (v)[0], (v)[1])
#define LAYER_SIDE(v) layer_side_text((char[48]){0}, 48, (v))
const char *layer_side_text(char *buffer, size_t size, const int64_t v[2]);

/* Adds a piece to a text that begins as "", with ", " between pieces; what does not fit is cut.
 * Numbers have a point in any locale. */
void layer_append(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the input is maps (C, H, W), or a vector (F). */
bool layer_expect_maps(const Shape *in, Error *err);
bool layer_expect_vector(const Shape *in, Error *err);

/* The output's height and width of a sliding window, dilation included in `extent`. */
bool layer_slide_maps(const Shape *in, const int64_t kernel[2], const int64_t extent[2],
                      const int64_t stride[2], const int64_t pad[2], bool ceil_mode, int64_t out[2],
                      Error *err);

/* Members of LayerType that several types have in common. */
bool layer_shape_same(const void *params, const Shape *in, int in_count, Shape *out, Error *err);
void layer_window_everything(const void *params, const Shape *in, const Shape *out,
                             LayerWindow *window);
bool layer_forward_copy(const LayerCall *call);
/* Whether a layer that is not linear has its derivative taken; else the signal passes as it is. */
bool layer_is_derived(const LayerBackward *back);
/* The way back through the ReLU that is computed with the layer, if there is one: in grad_out. */
bool layer_backward_fused(const LayerBackward *back);
bool layer_backward_copy(const LayerBackward *back);
bool layer_trace_copy(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                      Trace *trace, Error *err);

/* What traces are built from (trace.c). */
/* Room for a block of terms, to be filled in the order channels, height, width. */
bool trace_terms(Trace *trace, Arena *arena, int64_t channels, int64_t height, int64_t width,
                 Error *err);
/* The term of a cell of item 0, which may lie outside (padding); without weight, its product the
 * value. */
TraceTerm trace_term(const Tensor *t, int input, int64_t c, int64_t y, int64_t x);
/* Gives it a weight of weights[0]. */
void trace_weigh(TraceTerm *term, const float *weights, int64_t at);
double trace_sum(const Trace *trace); /* of the products, in order, padding left out */
void trace_step(Trace *trace, const char *name, double value);
/* A TRACE_SUM whose terms are there: their sum and bias[c] (bias may be NULL). */
void trace_finish_weighted(Trace *trace, const float *bias, int64_t c);
/* A trace of one term, whose value is the result unless the caller computes with it. */
bool trace_one(Trace *trace, TraceKind kind, const TraceTerm *term, Arena *arena, Error *err);

/* Pooling by a sliding window, maximum and average (pooling.c). */
typedef struct PoolParams {
    int64_t kernel[2], stride[2], padding[2]; /* stride 0: the kernel */
    bool ceil, count_include_pad;
} PoolParams;
bool pooling_shape(const void *params, const Shape *in, int in_count, Shape *out, Error *err);
void pooling_window(const void *params, const Shape *in, const Shape *out, LayerWindow *window);
void pooling_describe(const void *params, const Shape *in, char *buffer, size_t size);
PoolShape pooling_kernel_shape(const LayerCall *call); /* the params being PoolParams */
/* The terms of a window, with those that lie outside the input. */
bool pooling_terms(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                   Trace *trace, Error *err);
/* A TRACE_MEAN whose terms are there: their sum divided by so many cells. */
void pooling_mean(Trace *trace, int64_t cells);

#endif
