/* The arithmetic of one output: every term that the layer put together for it, with the real
 * numbers. What a lecturer shows when asked where this value comes from.
 *
 * A trace is made from a call of step mode (nothing fused, no training) whose output is computed;
 * its kernel context is not looked at. `result` is the engine's own value;
 * `exact` is the same arithmetic in double, in the terms' order: the two differ by the rounding of
 * the engine's float32 sums and by nothing else. */
#ifndef LAYER_TRACE_H
#define LAYER_TRACE_H

#include "layer/layer.h"

/* How terms become the result. */
typedef enum TraceKind {
    TRACE_SUM,      /* sum of value * weight, + bias: convolution, fully connected */
    TRACE_MAX,      /* the largest value: `chosen` is its term, the first among equals */
    TRACE_MEAN,     /* sum of values / divisor */
    TRACE_ADD,      /* sum of values, one an input: where branches meet */
    TRACE_COPY,     /* the one value, from elsewhere: concatenation, flatten, dropout, subsampling
                       (whose zero maps are a term of padding) */
    TRACE_FUNCTION, /* a function of the one value: ReLU, tanh, sigmoid */
    TRACE_AFFINE,   /* (value - mean) / sqrt(variance + eps) * gamma + beta: batch norm; gamma is
                       the term's weight, beta the bias */
    TRACE_LRN,      /* value / (k + alpha * sum of squares) ^ beta; `chosen` is the value's own
                       term (Krizhevsky et al. 2012, section 3.3) */
    TRACE_SOFTMAX,  /* exp(value - largest) / sum of those; `chosen` is the value's own term */
    TRACE_KINDS
} TraceKind;

typedef struct TraceTerm {
    int input;         /* which of the call's inputs */
    int64_t c, y, x;   /* where in it; of a vector y = x = 0. Outside it: padding */
    bool padding;      /* not there: counts as 0 (TRACE_SUM) or is left out */
    float value;       /* 0 where padding */
    float weight;      /* 1 where there is none */
    int64_t weight_at; /* its place in the call's weights[0]; -1: none */
    double product;    /* what the term brings to the sum: value * weight, value^2, exp(value -
                          largest), normalised * gamma; else the value */
} TraceTerm;

/* A number on the way from the terms to the result: "sum of squares" 31.2. The name is a key of
 * the words that the screen is written in ("trace.sum_of_squares"). */
typedef struct TraceStep {
    const char *name;
    double value;
} TraceStep;

enum { TRACE_STEPS_MAX = 12 };

typedef struct Trace {
    TraceKind kind;
    TraceTerm *terms; /* in the order of the naive loops: ic, ky, kx */
    int64_t count;
    int64_t chosen;    /* see TraceKind; -1: none */
    int64_t window[3]; /* terms as a block: channels, height, width; product is count. 1,1,count if
                          they are none */
    double divisor;    /* of TRACE_MEAN; else 1 */
    double bias;       /* 0 where there is none */
    bool has_bias;
    TraceStep steps[TRACE_STEPS_MAX]; /* parameters and numbers in between, in order */
    int step_count;
    bool relu;    /* the result passed max(0, x) */
    double exact; /* the result in double */
    float result; /* the engine's */
} Trace;

/* Fills the trace of output (c, y, x) of the call's item 0 (of a vector: c, 0, 0). Terms lie in the
 * arena. False: out of memory, or the layer has no such output (ERROR_EXPECTED, naming the channel,
 * row or column; of a vector the output). */
bool layer_trace(const LayerType *type, const LayerCall *call, int64_t c, int64_t y, int64_t x,
                 Arena *arena, Trace *trace, Error *err);

/* The outputs that an input cell has a part in, along one axis: first..last (last < first: none).
 * For windows; a layer that sees everything answers with the whole extent. A window is taken as
 * solid, as LayerWindow has it: between a dilated filter's taps, and at the edge of an adaptive
 * pooling's uneven windows, an output counts although the cell has no term in it. */
typedef struct TraceSpan {
    int64_t first, last;
} TraceSpan;
TraceSpan layer_outputs_of(const LayerWindow *window, int axis, int64_t at, int64_t out_extent);

#endif
