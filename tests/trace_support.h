/* What the tests of traces share: layers of every type on awkward sizes, and their traces. */
#ifndef TESTS_TRACE_SUPPORT_H
#define TESTS_TRACE_SUPPORT_H

#include "layer_support.h"

#include "layer/trace.h"

static const struct TraceCase {
    const char *line;
    Shape in[RIG_INPUTS];
    bool gaps; /* LayerWindow holds more than the terms: dilation, uneven windows */
} trace_cases[] = {
    {"conv out=5 kernel=3", {{4, {2, 3, 6, 7}}}, 0},
    {"conv out=4 kernel=3,2 stride=2,1 padding=1,2 dilation=1,2 bias=0", {{4, {2, 3, 7, 6}}}, 1},
    {"conv out=6 kernel=3 stride=3 padding=2 dilation=2 groups=3", {{4, {3, 6, 9, 8}}}, 1},
    {"conv out=17 kernel=1", {{4, {2, 7, 5, 3}}}, 0},
    {"conv out=5 kernel=1 stride=2", {{4, {2, 3, 5, 6}}}, 0},
    {"conv out=4 kernel=3 padding=1 groups=4", {{4, {1, 4, 5, 5}}}, 0},
    {"conv out=17 kernel=5 padding=2 stride=2", {{4, {1, 19, 9, 7}}}, 0},
    {"conv out=3 kernel=2 padding=3", {{4, {1, 2, 4, 3}}}, 0},
    {"conv out=3 kernel=3 padding=1", {{4, {1, 130, 5, 6}}}, 0},
    {"linear out=7", {{2, {3, 11}}}, 0},
    {"linear out=5 bias=0", {{2, {1, 6}}}, 0},
    {"linear out=19", {{2, {2, 4099}}}, 0},
    {"linear out=9", {{2, {17, 65}}}, 0},
    {"bn", {{4, {3, 4, 5, 3}}}, 0},
    {"bn eps=0.1", {{2, {6, 5}}}, 0},
    {"lrn size=5 k=2 alpha=0.3 beta=0.75", {{4, {2, 9, 4, 5}}}, 0},
    {"lrn size=3 k=1 alpha=0.5 beta=0.6", {{4, {1, 4, 17, 17}}}, 0},
    {"lrn size=7 k=1 alpha=0.2 beta=0.75", {{4, {1, 2, 3, 3}}}, 0},
    {"lrn size=1", {{4, {1, 3, 2, 2}}}, 0},
    {"relu", {{4, {2, 3, 5, 5}}}, 0},
    {"tanh", {{4, {2, 3, 5, 5}}}, 0},
    {"sigmoid", {{2, {3, 50}}}, 0},
    {"maxpool kernel=2", {{4, {1, 2, 7, 9}}}, 0},
    {"maxpool kernel=3 stride=2", {{4, {2, 3, 13, 41}}}, 0},
    {"maxpool kernel=3 stride=2 padding=1 ceil=1", {{4, {2, 2, 10, 9}}}, 0},
    {"maxpool kernel=3,4 stride=1,3 padding=1,2", {{4, {1, 2, 8, 11}}}, 0},
    {"maxpool kernel=2 stride=5", {{4, {1, 2, 13, 14}}}, 0},
    {"avgpool kernel=2", {{4, {2, 3, 6, 8}}}, 0},
    {"avgpool kernel=3 stride=2 padding=1 ceil=1", {{4, {2, 2, 10, 9}}}, 0},
    {"avgpool kernel=3 stride=2 padding=1 ceil=1 count_include_pad=0", {{4, {1, 2, 10, 9}}}, 0},
    {"avgpool kernel=3,2 stride=1,3 padding=1 count_include_pad=0", {{4, {1, 3, 8, 11}}}, 0},
    {"avgpool kernel=7", {{4, {2, 3, 7, 7}}}, 0},
    {"adaptive_avgpool", {{4, {2, 5, 7, 6}}}, 0},
    {"adaptive_avgpool out=4,5", {{4, {2, 2, 11, 13}}}, 1},
    {"adaptive_avgpool out=7", {{4, {1, 2, 3, 5}}}, 1},
    {"add", {{4, {2, 3, 5, 4}}, {4, {2, 3, 5, 4}}}, 0},
    {"add", {{2, {2, 9}}, {2, {2, 9}}}, 0},
    {"concat", {{4, {2, 3, 5, 4}}, {4, {2, 1, 5, 4}}, {4, {2, 4, 5, 4}}}, 0},
    {"concat", {{2, {2, 3}}, {2, {2, 4}}}, 0},
    {"subsample out=7", {{4, {2, 4, 7, 6}}}, 0},
    {"subsample out=4 stride=3", {{4, {2, 4, 7, 6}}}, 0},
    {"flatten", {{4, {2, 3, 4, 5}}}, 0},
    {"flatten", {{2, {2, 6}}}, 0},
    {"dropout p=0.4", {{4, {2, 3, 4, 5}}}, 0},
    {"softmax", {{2, {3, 10}}}, 0},
    {"softmax", {{2, {1, 1000}}}, 0},
};
enum { TRACE_CASES = sizeof trace_cases / sizeof trace_cases[0] };

static inline void fill_weights(Rig *r) {
    for (int w = 0; w < r->weight_count; w++) {
        Guarded *g = &r->weights[w].data;
        test_fill(g->data, g->count, 100 + (uint64_t)w);
        for (size_t i = 0; i < g->count && r->specs[w].role == WEIGHT_VARIANCE; i++)
            g->data[i] = fabsf(g->data[i]) + 0.1f;
    }
}

static inline void open_case(Rig *r, size_t at) {
    int inputs = 0;
    while (inputs < RIG_INPUTS && trace_cases[at].in[inputs].rank)
        inputs++;
    rig_open(r, trace_cases[at].line, inputs, trace_cases[at].in);
    fill_weights(r);
    for (int i = 0; i < inputs; i++)
        test_fill(r->in[i].data.data, r->in[i].data.count, 1 + (uint64_t)i);
}

static inline void extents(const Tensor *t, int64_t dim[3]) {
    for (int i = 0; i < 3; i++)
        dim[i] = i + 1 < t->shape.rank ? t->shape.dim[i + 1] : 1;
}

static inline int64_t item_count(const Tensor *t) {
    return tensor_count(t) / t->shape.dim[0];
}

/* Output number i of item 0. The kernel context is not looked at. */
static inline void trace_of(Rig *r, int64_t i, Arena *arena, Trace *t) {
    Error err = {0};
    RigCall c;
    int64_t dim[3];
    rig_call(r, &c, NULL);
    c.call.kernel = NULL;
    extents(&r->out.value, dim);
    assert_ok(layer_trace(r->type, &c.call, i / (dim[1] * dim[2]), i / dim[2] % dim[1], i % dim[2],
                          arena, t, &err),
              err);
    if (memcmp(&t->result, r->out.data.data + i, sizeof t->result) != 0)
        fail_msg("%s [%lld]: the result is another", r->line, (long long)i);
}

#endif
