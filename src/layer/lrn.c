/* Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3):
 * a / (k + alpha * sum of a^2 over `size` neighbouring maps)^beta, alpha not divided by the size.
 */
#include "kernel/backward.h"
#include "layer/types.h"
#include <math.h>

static const ParamSpec lrn_params[] = {
    {"size", PARAM_INT, offsetof(LrnParams, size), 1, 63, false, 5,
     "neighbouring maps in the sum, an odd number: the map itself and as many on each side"},
    {"k", PARAM_REAL, offsetof(LrnParams, k), 0.001, 1000, false, 2, "what the sum is added to"},
    {"alpha", PARAM_REAL, offsetof(LrnParams, alpha), 0, 1000, false, 1e-4,
     "factor of the sum of squares; not divided by the size, as the paper prints it"},
    {"beta", PARAM_REAL, offsetof(LrnParams, beta), 0, 10, false, 0.75, "exponent of the divisor"},
    {.name = NULL},
};

static bool lrn_shape(const void *params, const Shape *in, int in_count, Shape *out, Error *err) {
    const LrnParams *p = params;
    (void)in_count;
    if (!layer_expect_maps(in, err))
        return false;
    if (p->size % 2 == 0)
        return error_set(err, ERROR_EXPECTED, "size", "an odd number", TEXT("%" PRId64, p->size));
    *out = *in;
    return true;
}

static bool lrn_forward(const LayerCall *call) {
    const int64_t *dim = call->out->shape.dim;
    return pointwise_lrn(call->kernel, dim[0], dim[1], dim[2] * dim[3], call->params,
                         call->in[0]->data, call->out->data);
}

static bool lrn_backward(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const int64_t *dim = call->out->shape.dim;
    if (!layer_is_derived(back))
        return layer_backward_copy(back);
    return !back->grad_in[0] || backward_lrn(call->kernel, dim[0], dim[1], dim[2] * dim[3],
                                             call->params, call->in[0]->data, call->out->data,
                                             back->grad_out, back->grad_in[0], back->add[0]);
}

static bool lrn_trace(const LayerCall *call, int64_t c, int64_t y, int64_t x, Arena *arena,
                      Trace *trace, Error *err) {
    const LrnParams *p = call->params;
    const int64_t channels = call->out->shape.dim[1], half = p->size / 2;
    const int64_t from = c > half ? c - half : 0,
                  to = c + half < channels ? c + half + 1 : channels;
    if (!trace_terms(trace, arena, to - from, 1, 1, err))
        return false;
    for (int64_t i = 0; i < trace->count; i++) {
        trace->terms[i] = trace_term(call->in[0], 0, from + i, y, x);
        trace->terms[i].product *= trace->terms[i].product;
    }
    trace->kind = TRACE_LRN;
    trace->chosen = c - from;
    const double sum = trace_sum(trace), base = p->k + p->alpha * sum, power = pow(base, p->beta);
    trace->exact = (double)trace->terms[trace->chosen].value / power;
    trace_step(trace, "trace.lrn_size", (double)p->size);
    trace_step(trace, "trace.lrn_k", p->k);
    trace_step(trace, "trace.lrn_alpha", p->alpha);
    trace_step(trace, "trace.lrn_beta", p->beta);
    trace_step(trace, "trace.sum_of_squares", sum);
    trace_step(trace, "trace.lrn_base", base);
    trace_step(trace, "trace.lrn_power", power);
    return true;
}

static void lrn_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const LrnParams *p = params;
    (void)in;
    buffer[0] = '\0';
    layer_append(buffer, size, "n %" PRId64, p->size);
    layer_append(buffer, size, "k %g", p->k);
    layer_append(buffer, size, "alpha %g", p->alpha);
    layer_append(buffer, size, "beta %g", p->beta);
}

const LayerType layer_lrn = {
    .name = "lrn",
    .title = "local response norm",
    .family = LAYER_NORMALISATION,
    .params = lrn_params,
    .params_size = sizeof(LrnParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = lrn_shape,
    .forward = lrn_forward,
    .backward = lrn_backward,
    .trace = lrn_trace,
    .describe = lrn_describe,
};
