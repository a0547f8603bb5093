/* Gradients of every layer type against directional derivatives: (L(v + h d) - L(v - h d)) / 2h
 * beside <gradient, d> for L = <output, r>, v each input and each weight in turn, d and r random.
 * All that is compiled here has `float` standing for double (see the Makefile), or rounding would
 * drown the difference. */
#include "../layer_support.h"

#include "base/random.h"

static const double STEP = 1e-5, TOLERANCE = 1e-6;

static const struct Case {
    const char *line;
    Shape in[RIG_INPUTS];
} cases[] = {
    {"conv out=5 kernel=3", {{4, {2, 3, 6, 7}}}},
    {"conv out=4 kernel=3,2 stride=2,1 padding=1,2 dilation=1,2 bias=0", {{4, {2, 3, 7, 6}}}},
    {"conv out=6 kernel=3 stride=3 padding=2 dilation=2 groups=3", {{4, {3, 6, 9, 8}}}},
    {"conv out=5 kernel=1", {{4, {2, 7, 5, 3}}}},
    {"conv out=5 kernel=1 stride=2", {{4, {2, 3, 5, 6}}}},
    {"conv out=4 kernel=3 padding=1 groups=4 relu", {{4, {1, 4, 5, 5}}}},
    {"linear out=7", {{2, {3, 11}}}},
    {"linear out=5 bias=0", {{2, {1, 6}}}},
    {"linear out=9 relu", {{2, {17, 5}}}},
    {"bn", {{4, {3, 4, 5, 3}}}},
    {"bn relu", {{4, {2, 3, 5, 7}}}},
    {"bn training", {{4, {3, 4, 5, 3}}}},
    {"bn eps=0.1 training relu", {{4, {2, 3, 33, 34}}}},
    {"bn training", {{2, {6, 5}}}},
    {"lrn size=5 k=2 alpha=0.3 beta=0.75", {{4, {2, 9, 4, 5}}}},
    {"lrn size=3 k=1 alpha=0.5 beta=0.6", {{4, {1, 4, 17, 17}}}},
    {"lrn size=7 k=1 alpha=0.2 beta=0.75", {{4, {1, 2, 3, 3}}}},
    {"relu", {{4, {2, 3, 5, 5}}}},
    {"tanh", {{4, {2, 3, 5, 5}}}},
    {"sigmoid", {{2, {3, 50}}}},
    {"maxpool kernel=2", {{4, {2, 3, 6, 8}}}},
    {"maxpool kernel=2", {{4, {1, 2, 7, 9}}}},
    {"maxpool kernel=3 stride=2", {{4, {2, 3, 13, 11}}}},
    {"maxpool kernel=3 stride=2 training", {{4, {2, 3, 13, 11}}}},
    {"maxpool kernel=3 stride=1 padding=1 training", {{4, {1, 2, 8, 8}}}},
    {"maxpool kernel=3 stride=2 padding=1 ceil=1", {{4, {2, 2, 10, 9}}}},
    {"maxpool kernel=3 stride=1 padding=1", {{4, {1, 2, 6, 7}}}},
    {"maxpool kernel=3,4 stride=1,3 padding=1,2", {{4, {1, 2, 8, 11}}}},
    {"maxpool kernel=2 stride=5", {{4, {1, 2, 13, 14}}}},
    {"maxpool kernel=3 stride=2", {{4, {1, 1, 4, 1201}}}},
    {"avgpool kernel=2", {{4, {2, 3, 6, 8}}}},
    {"avgpool kernel=3 stride=2 padding=1 ceil=1", {{4, {2, 2, 10, 9}}}},
    {"avgpool kernel=3,2 stride=1,3 padding=1 count_include_pad=0", {{4, {1, 3, 8, 11}}}},
    {"avgpool kernel=7", {{4, {2, 3, 7, 7}}}},
    {"avgpool kernel=3 stride=2", {{4, {1, 1, 4, 1201}}}},
    {"adaptive_avgpool", {{4, {2, 5, 7, 6}}}},
    {"adaptive_avgpool out=4,5", {{4, {2, 2, 11, 13}}}},
    {"adaptive_avgpool out=7", {{4, {1, 2, 3, 5}}}},
    {"add", {{4, {2, 3, 5, 4}}, {4, {2, 3, 5, 4}}}},
    {"add relu", {{4, {2, 3, 5, 4}}, {4, {2, 3, 5, 4}}}},
    {"concat", {{4, {2, 3, 5, 4}}, {4, {2, 1, 5, 4}}, {4, {2, 4, 5, 4}}}},
    {"subsample out=7", {{4, {2, 4, 7, 6}}}},
    {"subsample out=4 stride=3", {{4, {2, 4, 7, 6}}}},
    {"flatten", {{4, {2, 3, 4, 5}}}},
    {"dropout p=0.4", {{4, {2, 3, 4, 5}}}},
    {"dropout p=0.4 training", {{4, {2, 3, 4, 5}}}},
    {"softmax", {{2, {4, 13}}}},
};
enum { CASES = sizeof cases / sizeof cases[0] };

/* Numbers apart from each other and from 0, in an order drawn by the seed, for layers with kinks.
 */
static void fill_apart(Guarded *g, uint64_t seed) {
    const double apart = 4.0 / (double)g->count;
    for (size_t i = 0; i < g->count; i++)
        g->data[i] = ((double)i + 0.5 - (double)g->count / 2) * apart;
    for (size_t i = g->count - 1; i > 0; i--) {
        const size_t j = random_u32(seed, 7, i) % (i + 1);
        const double other = g->data[j];
        g->data[j] = g->data[i];
        g->data[i] = other;
    }
}

static void fill_rig(Rig *r, uint64_t seed) {
    const bool kinks = strcmp(r->type->name, "relu") == 0 || strcmp(r->type->name, "maxpool") == 0;
    for (int i = 0; i < r->in_count; i++)
        if (kinks)
            fill_apart(&r->in[i].data, seed);
        else
            test_fill(r->in[i].data.data, r->in[i].data.count, seed + 10 * (uint64_t)i);
    for (int w = 0; w < r->weight_count; w++) {
        Guarded *g = &r->weights[w].data;
        test_fill(g->data, g->count, seed + 100 + (uint64_t)w);
        for (size_t i = 0; i < g->count && r->specs[w].role == WEIGHT_VARIANCE; i++)
            g->data[i] = 0.5 + g->data[i] * g->data[i];
    }
    test_fill(r->out.grad.data, r->out.grad.count, seed + 200);
    r->seed = seed;
    r->stream = 5;
}

static double loss(Rig *r) {
    double sum = 0;
    rig_forward(r);
    for (size_t i = 0; i < r->out.data.count; i++)
        sum += r->out.data.data[i] * r->out.grad.data[i];
    return sum;
}

/* Whether a ReLU's switch is too near to be sure of it on either side. */
static bool near_kink(Rig *r) {
    if (!r->relu)
        return false;
    r->relu = false;
    rig_forward(r);
    r->relu = true;
    for (size_t i = 0; i < r->out.data.count; i++)
        if (fabs(r->out.data.data[i]) < 2e-3)
            return true;
    return false;
}

/* One of the arrays moved there and back along d. */
static void check_direction(Rig *r, RigArray *a, const char *what, uint64_t seed) {
    Guarded d = filled((int64_t)a->data.count, seed), start = guarded((int64_t)a->data.count);
    double along = 0, size = 0, both[2];
    for (size_t i = 0; i < d.count; i++) {
        along += a->grad.data[i] * d.data[i];
        size += a->grad.data[i] * a->grad.data[i];
        start.data[i] = a->data.data[i];
    }
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < d.count; i++)
            a->data.data[i] = start.data[i] + (side ? -STEP : STEP) * d.data[i];
        both[side] = loss(r);
    }
    memcpy(a->data.data, start.data, start.count * sizeof *start.data);
    const double derivative = (both[0] - both[1]) / (2 * STEP);
    /* sqrt(size) is what a derivative along such a direction is of the order of. */
    if (!(fabs(derivative - along) <= TOLERANCE * sqrt(size)))
        fail_msg("%s, %s: the derivative is %.12g, by the gradient %.12g", r->line, what,
                 derivative, along);
    if (!(size > 0) && r->seed < 50)
        fail_msg("%s, %s: the gradient is 0", r->line, what);
    release(&d);
    release(&start);
}

static void check_case(const struct Case *c, uint64_t seed) {
    Rig r;
    int count = 0;
    while (count < RIG_INPUTS && c->in[count].rank)
        count++;
    rig_open(&r, c->line, count, c->in);
    uint64_t tries = 0;
    do {
        assert_true(tries < 100);
        fill_rig(&r, seed + 1000 * tries++);
    } while (near_kink(&r));
    rig_forward(&r);
    rig_backward(&r, &(RigWish){0});
    for (int i = 0; i < r.in_count; i++)
        check_direction(&r, &r.in[i], TEXT("input %d", i), seed + 300);
    for (int w = 0; w < r.weight_count; w++)
        if (rig_learned(&r, w))
            check_direction(&r, &r.weights[w], r.specs[w].suffix, seed + 400);
    rig_close(&r);
}

static void test_directions(void **state) {
    const struct Case *c = *state;
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++)
        for (uint64_t seed = 1; seed <= 3; seed++)
            check_case(c, seed);
}

/* Every type has a way back and a case. */
static void test_coverage(void **state) {
    (void)state;
    for (const LayerType *const *type = layer_types; *type; type++) {
        const size_t length = strlen((*type)->name);
        bool found = false;
        for (int i = 0; i < CASES && !found; i++)
            found = strncmp(cases[i].line, (*type)->name, length) == 0 &&
                    (cases[i].line[length] == ' ' || cases[i].line[length] == '\0');
        if (!found || !(*type)->backward)
            fail_msg("%s: no %s", (*type)->name, found ? "way back" : "case");
    }
}

static void test_doubles(void **state) {
    (void)state;
    assert_int_equal(sizeof(float), 8);
    assert_int_equal(cpu_best(), CPU_REF);
}

int main(void) {
    struct CMUnitTest tests[CASES + 2] = {cmocka_unit_test(test_coverage),
                                          cmocka_unit_test(test_doubles)};
    for (int i = 0; i < CASES; i++)
        tests[i + 2] = (struct CMUnitTest){.name = cases[i].line,
                                           .test_func = test_directions,
                                           .initial_state = (void *)(uintptr_t)&cases[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
