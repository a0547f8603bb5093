/* What the traces of all layer types are built from. */
#include "layer/trace.h"
#include "layer/types.h"
#include <assert.h>
#include <math.h>

/* Extents of an item: a vector's values are channels of one cell. */
static void item_extents(const Tensor *t, int64_t extent[3]) {
    for (int i = 0; i < 3; i++)
        extent[i] = i + 1 < t->shape.rank ? t->shape.dim[i + 1] : 1;
}

static bool check_output(const Tensor *out, const int64_t at[3], Error *err) {
    static const char *const axes[3] = {"channel", "row", "column"};
    int64_t extent[3];
    item_extents(out, extent);
    for (int i = 0; i < 3; i++)
        if (at[i] < 0 || at[i] >= extent[i])
            return error_set(err, ERROR_EXPECTED,
                             i == 0 && out->shape.rank == 2 ? "output" : axes[i],
                             TEXT("0..%" PRId64, extent[i] - 1), TEXT("%" PRId64, at[i]));
    return true;
}

bool layer_trace(const LayerType *type, const LayerCall *call, int64_t c, int64_t y, int64_t x,
                 Arena *arena, Trace *trace, Error *err) {
    assert(type->trace && !call->fusion && !call->training);
    *trace = (Trace){.chosen = -1, .divisor = 1};
    if (!check_output(call->out, (const int64_t[]){c, y, x}, err))
        return false;
    trace->result = trace_term(call->out, 0, c, y, x).value;
    return type->trace(call, c, y, x, arena, trace, err);
}

TraceSpan layer_outputs_of(const LayerWindow *window, int axis, int64_t at, int64_t out_extent) {
    if (window->everything)
        return (TraceSpan){0, out_extent - 1};
    /* output i: i*stride <= at + pad <= i*stride + size - 1 */
    const int64_t stride = window->stride[axis], from_start = at + window->pad[axis];
    const int64_t from_end = from_start - window->size[axis] + 1;
    if (stride == 0) /* an adaptive pooling that makes more than it gets: all windows are one */
        return from_start >= 0 && from_end <= 0 ? (TraceSpan){0, out_extent - 1}
                                                : (TraceSpan){0, -1};
    TraceSpan span = {from_end > 0 ? (from_end + stride - 1) / stride : 0,
                      from_start < 0 ? -1 : from_start / stride};
    if (span.last >= out_extent)
        span.last = out_extent - 1;
    return span.first <= span.last ? span : (TraceSpan){0, -1};
}

/* --- What the types' files share --- */

bool trace_terms(Trace *trace, Arena *arena, int64_t channels, int64_t height, int64_t width,
                 Error *err) {
    trace->count = channels * height * width;
    trace->window[0] = channels;
    trace->window[1] = height;
    trace->window[2] = width;
    trace->terms = arena_alloc(arena, (size_t)trace->count, sizeof *trace->terms, err);
    return trace->terms != NULL;
}

TraceTerm trace_term(const Tensor *t, int input, int64_t c, int64_t y, int64_t x) {
    int64_t extent[3];
    item_extents(t, extent);
    TraceTerm term = {.input = input, .c = c, .y = y, .x = x, .weight = 1, .weight_at = -1};
    term.padding = c < 0 || c >= extent[0] || y < 0 || y >= extent[1] || x < 0 || x >= extent[2];
    if (!term.padding)
        term.value = t->data[(c * extent[1] + y) * extent[2] + x];
    term.product = (double)term.value;
    return term;
}

void trace_weigh(TraceTerm *term, const float *weights, int64_t at) {
    term->weight = weights[at];
    term->weight_at = at;
    term->product = term->padding ? 0 : (double)term->value * (double)term->weight;
}

double trace_sum(const Trace *trace) {
    double sum = 0;
    for (int64_t i = 0; i < trace->count; i++)
        if (!trace->terms[i].padding)
            sum += trace->terms[i].product;
    return sum;
}

void trace_step(Trace *trace, const char *name, double value) {
    assert(trace->step_count < TRACE_STEPS_MAX);
    trace->steps[trace->step_count++] = (TraceStep){name, value};
}

void trace_finish_weighted(Trace *trace, const float *bias, int64_t c) {
    double positive = 0, negative = 0;
    for (int64_t i = 0; i < trace->count; i++) {
        const double product = trace->terms[i].product;
        *(product < 0 ? &negative : &positive) += product;
    }
    const double sum = trace_sum(trace);
    trace->kind = TRACE_SUM;
    trace->has_bias = bias != NULL;
    trace->bias = bias ? (double)bias[c] : 0;
    trace->exact = bias ? sum + trace->bias : sum;
    trace_step(trace, "trace.positive", positive);
    trace_step(trace, "trace.negative", negative);
    trace_step(trace, "trace.sum", sum);
    if (bias)
        trace_step(trace, "trace.bias", trace->bias);
}

bool trace_one(Trace *trace, TraceKind kind, const TraceTerm *term, Arena *arena, Error *err) {
    if (!trace_terms(trace, arena, 1, 1, 1, err))
        return false;
    trace->kind = kind;
    trace->terms[0] = *term;
    trace->exact = (double)term->value;
    return true;
}

bool layer_trace_copy(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                      Trace *trace, Error *err) {
    const TraceTerm term = trace_term(call->in[0], 0, c, y, x);
    return trace_one(trace, TRACE_COPY, &term, arena, err);
}
