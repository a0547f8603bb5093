/* One layer with all that it computes on, for the tests of gradients: each array between canaries
 * and NaN at first, forward and backward on any tier and number of threads. */
#ifndef TESTS_LAYER_SUPPORT_H
#define TESTS_LAYER_SUPPORT_H

#include "kernel_support.h"

#include "base/arena.h"
#include "base/text.h"
#include "layer/layer.h"
#include <stdio.h>

enum { RIG_INPUTS = 4 };

typedef struct RigArray {
    Tensor value; /* of `guarded` */
    Guarded data, grad;
} RigArray;

typedef struct Rig {
    Arena arena;
    const char *line;
    const LayerType *type;
    void *params;
    bool relu, train, exact; /* words of the line */
    bool ruled;              /* "rules=FSB" */
    LayerRules rules;
    Tensor other; /* lent to rules.other */
    int in_count, weight_count;
    RigArray in[RIG_INPUTS], weights[LAYER_WEIGHTS_MAX], out;
    WeightSpec specs[LAYER_WEIGHTS_MAX];
    Guarded saved;
    uint64_t seed, stream; /* of dropout */
    CpuTier tier;
    ConvPath path;
    int threads;
} Rig;

/* What backward is to compute; all zero: everything, overwritten. */
typedef struct RigWish {
    bool add[RIG_INPUTS];   /* grad is added to */
    bool no_in[RIG_INPUTS]; /* not wanted */
    bool no_weight[LAYER_WEIGHTS_MAX];
} RigWish;

static inline RigArray rig_array(Shape shape) {
    RigArray a = {.data = guarded(shape_count(&shape)), .grad = guarded(shape_count(&shape))};
    a.value = (Tensor){.shape = shape, .data = a.data.data};
    return a;
}

static inline void rig_word(Rig *r, char *word) {
    Error err = {0};
    if (strcmp(word, "relu") == 0 || strcmp(word, "training") == 0 || strcmp(word, "exact") == 0) {
        r->relu |= *word == 'r';
        r->train |= *word == 't';
        r->exact |= *word == 'e';
        return;
    }
    if (strncmp(word, "rules=", 6) == 0) {
        static const char kinds[] = "rco";
        const char *kind = strchr(kinds, word[7]);
        assert_true(strlen(word) == 9 && kind);
        r->ruled = true;
        r->rules = (LayerRules){.forward_mask = word[6] == '1',
                                .switches = (LayerSwitches)(kind - kinds),
                                .backward_mask = word[8] == '1'};
        return;
    }
    char *value = strchr(word, '='), *second = strchr(word, ',');
    assert_non_null(value);
    *value++ = '\0';
    if (second)
        *second++ = '\0';
    double values[2] = {0};
    assert_true(text_to_double(value, &values[0]));
    assert_true(!second || text_to_double(second, &values[1]));
    assert_ok(layer_param_set(r->type, r->params, word, values, second ? 2 : 1, &err), err);
}

/* A layer as "conv out=96 kernel=11 stride=4,2"; the word "relu" fuses a ReLU, "training" gives it
 * what it needs to learn. Shapes of inputs are batched. */
static inline void rig_open(Rig *r, const char *line, int in_count, const Shape *in) {
    Error err = {0};
    char copy[200], *rest;
    assert_true(strlen(line) < sizeof copy && in_count <= RIG_INPUTS);
    strcpy(copy, line);
    *r = (Rig){.line = line, .in_count = in_count, .tier = cpu_best(), .threads = 1};
    char *word = strtok_r(copy, " ", &rest);
    r->type = layer_find(word, &err);
    assert_ok(r->type, err);
    r->params = layer_params_new(r->type, &r->arena, &err);
    assert_ok(r->params, err);
    while ((word = strtok_r(NULL, " ", &rest)))
        rig_word(r, word);
    Shape items[RIG_INPUTS], out = {0};
    for (int i = 0; i < in_count; i++) {
        items[i] = shape_unbatched(&in[i]);
        r->in[i] = rig_array(in[i]);
    }
    assert_in_range(in_count, r->type->inputs_min, r->type->inputs_max);
    assert_ok(r->type->shape(r->params, items, in_count, &out, &err), err);
    r->out = rig_array(shape_batched(&out, in[0].dim[0]));
    r->weight_count = r->type->weights ? r->type->weights(r->params, items, r->specs) : 0;
    for (int w = 0; w < r->weight_count; w++)
        r->weights[w] = rig_array(r->specs[w].shape);
}

static inline void rig_array_close(RigArray *a) {
    release(&a->data);
    release(&a->grad);
}

static inline void rig_close(Rig *r) {
    for (int i = 0; i < r->in_count; i++)
        rig_array_close(&r->in[i]);
    for (int w = 0; w < r->weight_count; w++)
        rig_array_close(&r->weights[w]);
    rig_array_close(&r->out);
    if (r->saved.data)
        release(&r->saved);
    arena_free(&r->arena);
}

/* A running statistic is no weight that is learned. */
static inline bool rig_learned(const Rig *r, int w) {
    return r->specs[w].role != WEIGHT_MEAN && r->specs[w].role != WEIGHT_VARIANCE;
}

typedef struct RigCall {
    KernelContext kernel;
    const Tensor *in[RIG_INPUTS];
    LayerFusion fusion;
    LayerTraining training;
    LayerCall call;
} RigCall;

static inline void rig_call(Rig *r, RigCall *c, Job *job) {
    *c = (RigCall){.kernel = {.tier = r->tier, .pool = pool_of(r->threads), .job = job},
                   .fusion = {.relu = r->relu},
                   .training = {.seed = r->seed, .stream = r->stream}};
    c->call = (LayerCall){.kernel = &c->kernel,
                          .path = r->path,
                          .params = r->params,
                          .in = c->in,
                          .in_count = r->in_count,
                          .out = &r->out.value,
                          .fusion = r->relu ? &c->fusion : NULL,
                          .training = r->train ? &c->training : NULL};
    for (int i = 0; i < r->in_count; i++)
        c->in[i] = &r->in[i].value;
    for (int w = 0; w < r->weight_count; w++) {
        c->call.weights[w] = r->weights[w].data.data;
        c->training.weights[w] = r->weights[w].data.data;
    }
    if (r->train && r->type->saved && !r->saved.data)
        r->saved = guarded((int64_t)r->type->saved(&c->call));
    c->training.saved = r->saved.data;
}

static inline void rig_forward(Rig *r) {
    RigCall c;
    Job job = {0};
    rig_call(r, &c, &job);
    c.kernel.scratch_count = r->type->scratch ? r->type->scratch(&c.call) : 0;
    Guarded scratch = guarded((int64_t)c.kernel.scratch_count);
    c.kernel.scratch = scratch.data;
    assert_true(r->type->forward(&c.call));
    release(&scratch);
}

/* grad_out is left as it was, for the next time. */
static inline bool rig_backward_job(Rig *r, const RigWish *wish, Job *job) {
    RigCall c;
    float *grad_in[RIG_INPUTS];
    rig_call(r, &c, job);
    Guarded used = guarded((int64_t)r->out.grad.count);
    memcpy(used.data, r->out.grad.data, used.count * sizeof *used.data);
    LayerBackward back = {
        .call = &c.call, .grad_out = used.data, .grad_in = grad_in, .add = wish->add};
    r->rules.other = &r->other;
    back.rules = r->ruled ? &r->rules : NULL;
    for (int i = 0; i < r->in_count; i++)
        grad_in[i] = wish->no_in[i] ? NULL : r->in[i].grad.data;
    for (int w = 0; w < r->weight_count; w++)
        back.grad_weights[w] =
            wish->no_weight[w] || !rig_learned(r, w) ? NULL : r->weights[w].grad.data;
    c.kernel.scratch_count = r->type->backward_scratch ? r->type->backward_scratch(&back) : 0;
    Guarded scratch = guarded((int64_t)c.kernel.scratch_count);
    c.kernel.scratch = scratch.data;
    const bool done = r->type->backward(&back);
    release(&scratch);
    release(&used);
    return done;
}

static inline void rig_backward(Rig *r, const RigWish *wish) {
    Job job = {0};
    assert_true(rig_backward_job(r, wish, &job));
}

#endif
