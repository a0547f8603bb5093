/* Dropout: in training a value is set to 0 with probability p, the others grow by 1 / (1 - p); the
 * identity in inference. */
#include "kernel/dropout.h"
#include "layer/types.h"

typedef struct DropoutParams {
    double p;
} DropoutParams;

static const ParamSpec dropout_params[] = {
    {"p", PARAM_REAL, offsetof(DropoutParams, p), 0, 1, false, 0.5,
     "share of the values set to 0 in training; nothing happens in inference"},
    {.name = NULL},
};

static bool dropout_forward(const LayerCall *call) {
    const DropoutParams *p = call->params;
    const LayerTraining *t = call->training;
    return t ? dropout(call->kernel, tensor_count(call->out), p->p, t->seed, t->stream,
                       call->in[0]->data, call->out->data, false)
             : layer_forward_copy(call);
}

static bool dropout_backward(const LayerBackward *back) {
    const LayerCall *call = back->call;
    const DropoutParams *p = call->params;
    const LayerTraining *t = call->training;
    if (!t || !back->grad_in[0])
        return layer_backward_copy(back);
    return dropout(call->kernel, tensor_count(call->out), p->p, t->seed, t->stream, back->grad_out,
                   back->grad_in[0], back->add[0]);
}

static void dropout_describe(const void *params, const Shape *in, char *buffer, size_t size) {
    const DropoutParams *p = params;
    (void)in;
    buffer[0] = '\0';
    layer_append(buffer, size, "%g %%", 100 * p->p);
}

const LayerType layer_dropout = {
    .name = "dropout",
    .title = "dropout",
    .family = LAYER_OTHER,
    .params = dropout_params,
    .params_size = sizeof(DropoutParams),
    .inputs_min = 1,
    .inputs_max = 1,
    .shape = layer_shape_same,
    .forward = dropout_forward,
    .backward = dropout_backward,
    .trace = layer_trace_copy,
    .describe = dropout_describe,
};
