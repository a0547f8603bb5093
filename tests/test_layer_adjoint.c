/* <A x, y> = <x, A' y> for every linear layer, at awkward sizes: the way down is the transpose of
 * the way up, pixel by pixel. Every tier, one and two threads. */
#include "layer_support.h"

static const struct Case {
    const char *line;
    Shape in[RIG_INPUTS];
} cases[] = {
    {"conv out=5 kernel=3", {{4, {1, 3, 9, 8}}}},
    {"conv out=9 kernel=7 stride=2", {{4, {1, 3, 24, 23}}}},
    {"conv out=16 kernel=11 stride=4 padding=2", {{4, {1, 3, 31, 38}}}},
    {"conv out=8 kernel=7,5 stride=2,3 padding=3,1 dilation=1,2", {{4, {1, 1, 29, 31}}}},
    {"conv out=13 kernel=3 padding=1 stride=2", {{4, {2, 7, 11, 10}}}},
    {"conv out=33 kernel=3 padding=1", {{4, {1, 47, 7, 7}}}},
    {"conv out=64 kernel=3 padding=1", {{4, {1, 64, 13, 13}}}},
    {"conv out=21 kernel=1", {{4, {1, 35, 9, 9}}}},
    {"conv out=21 kernel=1 stride=2", {{4, {1, 35, 14, 13}}}},
    {"conv out=6 kernel=1 stride=3 groups=2", {{4, {1, 8, 10, 10}}}},
    {"conv out=12 kernel=5 padding=2 groups=2", {{4, {1, 10, 27, 27}}}},
    {"conv out=9 kernel=3 groups=9", {{4, {1, 9, 8, 9}}}},
    {"conv out=10 kernel=2 stride=3", {{4, {1, 5, 11, 12}}}},
    {"conv out=120 kernel=5", {{4, {1, 16, 5, 5}}}},
    {"linear out=1", {{2, {1, 1}}}},
    {"linear out=97", {{2, {1, 1031}}}},
    {"linear out=10", {{2, {3, 84}}}},
    {"bn", {{4, {1, 5, 7, 3}}}},
    {"avgpool kernel=3 stride=2 padding=1 ceil=1", {{4, {1, 3, 10, 9}}}},
    {"avgpool kernel=7", {{4, {1, 6, 7, 7}}}},
    {"adaptive_avgpool out=1", {{4, {1, 5, 7, 6}}}},
    {"adaptive_avgpool out=4,5", {{4, {1, 2, 11, 13}}}},
    {"add", {{4, {1, 3, 5, 5}}, {4, {1, 3, 5, 5}}}},
    {"concat", {{4, {1, 3, 5, 5}}, {4, {1, 1, 5, 5}}, {4, {1, 4, 5, 5}}}},
    {"subsample out=9 stride=2", {{4, {1, 4, 7, 8}}}},
    {"flatten", {{4, {1, 3, 5, 5}}}},
    {"dropout p=0.5", {{4, {1, 3, 5, 5}}}},
};

/* Without what is added: bias, and of a batch norm beta and mean. */
static void fill(Rig *r) {
    for (int i = 0; i < r->in_count; i++)
        test_fill(r->in[i].data.data, r->in[i].data.count, 10 + (uint64_t)i);
    for (int w = 0; w < r->weight_count; w++) {
        const WeightRole role = r->specs[w].role;
        Guarded *data = &r->weights[w].data;
        test_fill(data->data, data->count, 20 + (uint64_t)w);
        for (size_t i = 0; i < data->count; i++)
            data->data[i] = role == WEIGHT_VARIANCE ? data->data[i] * data->data[i] + 0.1F
                            : role == WEIGHT_KERNEL || role == WEIGHT_GAMMA ? data->data[i]
                                                                            : 0;
    }
    test_fill(r->out.grad.data, r->out.grad.count, 30);
}

static double dot(const Guarded *a, const Guarded *b) {
    double sum = 0;
    for (size_t i = 0; i < a->count; i++)
        sum += (double)a->data[i] * (double)b->data[i];
    return sum;
}

static void check(Rig *r) {
    double down = 0;
    rig_forward(r);
    rig_backward(r, &(RigWish){0});
    const double up = dot(&r->out.data, &r->out.grad);
    const double size =
        sqrt(dot(&r->out.data, &r->out.data)) * sqrt(dot(&r->out.grad, &r->out.grad));
    for (int i = 0; i < r->in_count; i++)
        down += dot(&r->in[i].data, &r->in[i].grad);
    if (!(fabs(up - down) <= 1e-5 * (fabs(up) > 0.1 * size ? fabs(up) : 0.1 * size)))
        fail_msg("%s, %s: <Ax, y> %.9g, <x, A'y> %.9g", r->line, cpu_tier_name(r->tier), up, down);
}

static void adjoint(void **state) {
    const struct Case *c = *state;
    Rig r;
    int inputs = 0;
    while (inputs < RIG_INPUTS && c->in[inputs].rank)
        inputs++;
    rig_open(&r, c->line, inputs, c->in);
    fill(&r);
    for (r.tier = CPU_REF; r.tier <= cpu_best(); r.tier++)
        for (r.threads = 1; r.threads <= 2; r.threads++)
            check(&r);
    rig_close(&r);
}

int main(void) {
    enum { CASES = sizeof cases / sizeof *cases };
    static struct CMUnitTest tests[CASES];
    for (size_t i = 0; i < CASES; i++)
        tests[i] =
            (struct CMUnitTest){cases[i].line, adjoint, NULL, NULL, (void *)(uintptr_t)&cases[i]};
    return _cmocka_run_group_tests("adjoint", tests, CASES, NULL, NULL);
}
