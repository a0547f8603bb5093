/* Layers while a network learns: the same bits for any number of threads at sizes that are shared
 * out, and what dropout drops. */
#include "layer_support.h"

#include "base/random.h"

static const int counts[] = {1, 2, 3};
enum { COUNTS = sizeof counts / sizeof counts[0] };

/* --- Threads --- */

static const struct Case {
    const char *line;
    Shape in[RIG_INPUTS];
} cases[] = {
    {"conv out=14 kernel=3 padding=1 relu", {{4, {5, 8, 19, 17}}}},
    {"conv out=14 kernel=5 stride=2 padding=2 groups=2", {{4, {5, 6, 23, 21}}}},
    {"linear out=70", {{2, {67, 300}}}},
    {"bn training relu", {{4, {5, 11, 21, 19}}}},
    {"bn training", {{4, {33, 70, 4, 4}}}},
    {"bn", {{4, {5, 11, 21, 19}}}},
    {"lrn", {{4, {5, 11, 21, 19}}}},
    {"relu", {{4, {5, 11, 21, 19}}}},
    {"tanh", {{4, {5, 11, 21, 19}}}},
    {"sigmoid", {{4, {5, 11, 21, 19}}}},
    {"maxpool kernel=3 stride=2 padding=1", {{4, {5, 11, 21, 19}}}},
    {"maxpool kernel=2 training", {{4, {5, 11, 20, 20}}}},
    {"avgpool kernel=2", {{4, {5, 11, 21, 19}}}},
    {"adaptive_avgpool", {{4, {33, 70, 9, 8}}}},
    {"add relu", {{4, {5, 11, 21, 19}}, {4, {5, 11, 21, 19}}}},
    {"concat", {{4, {5, 16, 21, 19}}, {4, {5, 3, 21, 19}}}},
    {"subsample out=40", {{4, {5, 11, 21, 19}}}},
    {"flatten", {{4, {5, 11, 21, 19}}}},
    {"dropout training", {{4, {5, 11, 21, 19}}}},
    {"softmax", {{2, {100, 333}}}},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static void fill(Rig *r) {
    for (int i = 0; i < r->in_count; i++)
        test_fill(r->in[i].data.data, r->in[i].data.count, 1 + (uint64_t)i);
    for (int w = 0; w < r->weight_count; w++) {
        Guarded *g = &r->weights[w].data;
        test_fill(g->data, g->count, 10 + (uint64_t)w);
        for (size_t j = 0; j < g->count && r->specs[w].role == WEIGHT_VARIANCE; j++)
            g->data[j] = 1 + g->data[j] * g->data[j];
    }
    test_fill(r->out.grad.data, r->out.grad.count, 20);
    r->seed = 3;
}

static void run(Rig *r, const struct Case *c, CpuTier tier, int threads) {
    int count = 0;
    while (count < RIG_INPUTS && c->in[count].rank)
        count++;
    rig_open(r, c->line, count, c->in);
    r->tier = tier;
    r->threads = threads;
    fill(r);
    rig_forward(r);
    rig_backward(r, &(RigWish){0});
}

static void same(const RigArray *a, const RigArray *b, const char *what) {
    assert_same_bits(a->data.data, b->data.data, a->data.count, what);
    assert_same_bits(a->grad.data, b->grad.data, a->grad.count, what);
}

static void test_threads(void **state) {
    const struct Case *c = *state;
    for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++) {
        Rig one, more;
        run(&one, c, tier, 1);
        for (int t = 1; t < COUNTS; t++) {
            run(&more, c, tier, counts[t]);
            for (int i = 0; i < one.in_count; i++)
                same(&one.in[i], &more.in[i], "input");
            for (int w = 0; w < one.weight_count; w++)
                same(&one.weights[w], &more.weights[w], one.specs[w].suffix);
            same(&one.out, &more.out, "output");
            rig_close(&more);
        }
        rig_close(&one);
    }
}

static void test_coverage(void **state) {
    (void)state;
    for (const LayerType *const *type = layer_types; *type; type++) {
        const size_t length = strlen((*type)->name);
        bool found = false;
        for (int i = 0; i < CASES && !found; i++)
            found = strncmp(cases[i].line, (*type)->name, length) == 0 &&
                    (cases[i].line[length] == ' ' || cases[i].line[length] == '\0');
        if (!found)
            fail_msg("no case for %s", (*type)->name);
    }
}

/* --- Dropout --- */

enum { N = 3, C = 7, SIDE = 41, COUNT = N * C * SIDE * SIDE };

static void open_dropout(Rig *r, const char *line, uint64_t seed, uint64_t stream) {
    rig_open(r, line, 1, &(Shape){4, {N, C, SIDE, SIDE}});
    r->threads = 2;
    for (size_t i = 0; i < COUNT; i++) {
        r->in[0].data.data[i] = 1 + (float)(i % 10);
        r->out.grad.data[i] = 2 + (float)(i % 7);
    }
    r->seed = seed;
    r->stream = stream;
    rig_forward(r);
    rig_backward(r, &(RigWish){0});
}

static double share_of_zeros(const Rig *r) {
    double zeros = 0;
    for (size_t i = 0; i < COUNT; i++)
        zeros += r->out.data.data[i] == 0;
    return zeros / COUNT;
}

/* What is kept, as the stream says, is divided by 1 - p, forward and backward alike. */
static void check_scaled(const Rig *r, double p) {
    for (size_t i = 0; i < COUNT; i++) {
        const float y = r->out.data.data[i], dx = r->in[0].grad.data[i];
        const double draw = (double)random_u32(r->seed, r->stream, i);
        const double scale = draw >= floor(p * 0x1p32 + 0.5) ? 1 / (1 - p) : 0;
        assert_close(y, (double)r->in[0].data.data[i] * scale, 2e-6, "kept", (int64_t)i);
        assert_close(dx, (double)r->out.grad.data[i] * scale, 2e-6, "gradient", (int64_t)i);
    }
}

static void test_dropped_share(void **state) {
    (void)state;
    static const double shares[] = {0, 0.1, 0.5, 0.9, 1};
    for (int i = 0; i < 5; i++) {
        const double p = shares[i], deviation = sqrt(p * (1 - p) / COUNT);
        Rig r;
        open_dropout(&r, TEXT("dropout p=%g training", p), 11, 5);
        assert_true(fabs(share_of_zeros(&r) - p) <= 4 * deviation);
        check_scaled(&r, p);
        rig_close(&r);
        open_dropout(&r, TEXT("dropout p=%g", p), 11, 5); /* inference */
        check_scaled(&r, 0);
        assert_true(share_of_zeros(&r) == 0);
        rig_close(&r);
    }
}

static double agreement(const Rig *a, const Rig *b) {
    double equal = 0;
    for (size_t i = 0; i < COUNT; i++)
        equal += (a->out.data.data[i] == 0) == (b->out.data.data[i] == 0);
    return equal / COUNT;
}

/* The mask belongs to seed and stream: others' have no more in common than chance gives. */
static void test_masks(void **state) {
    (void)state;
    Rig first, again, seed, stream;
    open_dropout(&first, "dropout training", 11, 5);
    open_dropout(&again, "dropout training", 11, 5);
    open_dropout(&seed, "dropout training", 12, 5);
    open_dropout(&stream, "dropout training", 11, 6);
    assert_true(agreement(&first, &again) == 1);
    assert_true(fabs(agreement(&first, &seed) - 0.5) < 0.01);
    assert_true(fabs(agreement(&first, &stream) - 0.5) < 0.01);
    assert_true(fabs(agreement(&seed, &stream) - 0.5) < 0.01);
    rig_close(&first);
    rig_close(&again);
    rig_close(&seed);
    rig_close(&stream);
}

/* Neighbours, and the same place in the next item, fall independently. */
static void test_independence(void **state) {
    (void)state;
    static const int64_t apart[] = {1, 2, 3, 4, SIDE, SIDE * SIDE, C * SIDE * SIDE};
    Rig r;
    open_dropout(&r, "dropout training", 11, 5);
    for (size_t k = 0; k < sizeof apart / sizeof apart[0]; k++) {
        double both = 0;
        for (int64_t i = 0; i + apart[k] < COUNT; i++)
            both += (r.out.data.data[i] == 0) == (r.out.data.data[i + apart[k]] == 0);
        assert_true(fabs(both / (double)(COUNT - apart[k]) - 0.5) < 0.01);
    }
    rig_close(&r);
}

/* What is dropped is 0 even if it was not a number. */
static void test_dropped_nan(void **state) {
    (void)state;
    Rig r;
    open_dropout(&r, "dropout p=1 training", 1, 1);
    for (size_t i = 0; i < COUNT; i++)
        r.in[0].data.data[i] = i % 2 ? NAN : INFINITY;
    rig_forward(&r);
    assert_true(share_of_zeros(&r) == 1);
    rig_close(&r);
}

int main(void) {
    struct CMUnitTest tests[CASES + 5] = {
        cmocka_unit_test(test_coverage),    cmocka_unit_test(test_dropped_share),
        cmocka_unit_test(test_masks),       cmocka_unit_test(test_independence),
        cmocka_unit_test(test_dropped_nan),
    };
    for (int i = 0; i < CASES; i++)
        tests[i + 5] = (struct CMUnitTest){.name = cases[i].line,
                                           .test_func = test_threads,
                                           .initial_state = (void *)(uintptr_t)&cases[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
