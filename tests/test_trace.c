/* Traces of every layer type: their sums against what the engine computed, by every tier and path;
 * their terms against the tensors. */
#include "trace_support.h"

static double step_of(const Trace *t, const char *name) {
    for (int i = 0; i < t->step_count; i++)
        if (strcmp(t->steps[i].name, name) == 0)
            return t->steps[i].value;
    fail_msg("there is no step %s", name);
    return 0;
}

/* --- What a trace holds --- */

/* -1, 0, 1: the order of the naive loops. */
static int order_of(const TraceTerm *a, const TraceTerm *b) {
    const int64_t x[4] = {a->input, a->c, a->y, a->x}, y[4] = {b->input, b->c, b->y, b->x};
    for (int i = 0; i < 4; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

static void check_term(const Rig *r, const Trace *t, int64_t i) {
    const TraceTerm *term = &t->terms[i];
    assert_in_range(term->input, 0, r->in_count - 1);
    const Tensor *in = &r->in[term->input].value;
    int64_t dim[3];
    extents(in, dim);
    const bool inside = term->c >= 0 && term->c < dim[0] && term->y >= 0 && term->y < dim[1] &&
                        term->x >= 0 && term->x < dim[2];
    assert_int_equal(term->padding, !inside);
    const float *cell = in->data + (term->c * dim[1] + term->y) * dim[2] + term->x, zero = 0,
                one = 1;
    assert_memory_equal(&term->value, inside ? cell : &zero, sizeof zero);
    assert_in_range(term->weight_at + 1, 0, r->weight_count ? r->weights[0].data.count : 0);
    assert_memory_equal(&term->weight,
                        term->weight_at < 0 ? &one : r->weights[0].data.data + term->weight_at,
                        sizeof one);
    assert_true(i == 0 || order_of(term - 1, term) < 0);
    if (t->kind == TRACE_SUM) {
        assert_true(term->weight_at >= 0 && (i == 0 || term->weight_at == term[-1].weight_at + 1));
        const double product = term->padding ? 0 : (double)term->value * (double)term->weight;
        assert_true(isnan(product) ? isnan(term->product) : term->product == product);
    }
}

/* The result, from the terms alone. */
static double again(const Rig *r, const Trace *t) {
    double sum = 0, value = (double)t->terms[t->chosen > 0 ? t->chosen : 0].value;
    for (int64_t i = 0; i < t->count; i++)
        sum += t->terms[i].padding ? 0 : t->terms[i].product;
    switch (t->kind) {
    case TRACE_SUM:
    case TRACE_AFFINE:
        return sum + t->bias;
    case TRACE_MEAN:
        return sum / t->divisor;
    case TRACE_ADD:
    case TRACE_COPY:
        return sum;
    case TRACE_MAX:
        return value;
    case TRACE_FUNCTION:
        return t->relu                              ? value < 0 ? 0 : value
               : strcmp(r->type->name, "tanh") == 0 ? tanh(value)
                                                    : 1 / (1 + exp(-value));
    case TRACE_LRN:
        return value / step_of(t, "trace.lrn_power");
    case TRACE_SOFTMAX:
        return t->terms[t->chosen].product / sum;
    default:
        fail_msg("%s: there is no such kind", r->line);
        return 0;
    }
}

static void check_trace(const Rig *r, const Trace *t) {
    const bool weighs = t->kind == TRACE_SUM || t->kind == TRACE_AFFINE;
    const bool chooses = t->kind == TRACE_MAX || t->kind == TRACE_LRN || t->kind == TRACE_SOFTMAX;
    assert_true(t->count >= 1);
    assert_int_equal(t->window[0] * t->window[1] * t->window[2], t->count);
    assert_true(chooses ? t->chosen >= 0 && t->chosen < t->count : t->chosen == -1);
    assert_true(t->kind == TRACE_MEAN ? t->divisor >= 1 : t->divisor == 1);
    assert_true(t->has_bias ? weighs : t->bias == 0);
    assert_int_equal(t->relu, strcmp(r->type->name, "relu") == 0);
    for (int i = 0; i < t->step_count; i++)
        assert_memory_equal(t->steps[i].name, "trace.", 6);
    for (int64_t i = 0; i < t->count; i++)
        check_term(r, t, i);
    const double exact = again(r, t);
    if (!(isnan(exact) ? isnan(t->exact) : exact == t->exact))
        fail_msg("%s: the terms make %.17g, exact is %.17g", r->line, exact, t->exact);
}

/* What the engine's float32 may be off by. */
static double bound_of(const Trace *t) {
    const double unit = 0x1p-24, size = fabs(t->exact);
    double sum = fabs(t->bias);
    for (int64_t i = 0; i < t->count; i++)
        sum += fabs(t->terms[i].product);
    switch (t->kind) {
    case TRACE_SUM:
        return sum_bound(t->count + 1, sum);
    case TRACE_MEAN:
        return sum_bound(t->count, sum) / t->divisor + 2 * unit * size;
    case TRACE_ADD:
        return unit * size;
    case TRACE_FUNCTION:
        return t->relu ? 0 : 8 * unit * size;
    case TRACE_AFFINE: /* value * scale + shift, each rounded */
        return 4 * unit *
               (fabs((double)t->terms[0].value * step_of(t, "trace.bn_scale")) +
                fabs(step_of(t, "trace.bn_shift")));
    case TRACE_LRN: /* beta is rounded too */
        return unit * size * (12 + 2 * sqrt((double)t->count) + log(step_of(t, "trace.lrn_base")));
    case TRACE_SOFTMAX: /* the exponent is rounded, and with it a factor */
        return unit * size *
               (16 + 2 * (step_of(t, "trace.largest") - (double)t->terms[t->chosen].value));
    default:
        return 0;
    }
}

/* --- Against the engine --- */

static void check_outputs(Rig *r, bool bounded) {
    const int64_t count = item_count(&r->out.value);
    double sum = 0;
    Trace t;
    for (int64_t i = 0; i < count; i++) {
        Arena arena = {0};
        trace_of(r, i, &arena, &t);
        check_trace(r, &t);
        if (bounded)
            assert_close(t.result, t.exact, bound_of(&t), r->line, i);
        sum += t.exact;
        arena_free(&arena);
    }
    if (bounded && t.kind == TRACE_SOFTMAX && !isnan(sum))
        assert_true(fabs(sum - 1) < 1e-12);
}

static void every_tier_and_path(size_t at, bool bounded, void (*spoil)(Rig *)) {
    Rig r;
    open_case(&r, at);
    if (spoil)
        spoil(&r);
    for (int tier = CPU_REF; tier <= (int)cpu_best(); tier++)
        for (int path = CONV_NAIVE; path < CONV_PATHS; path++) {
            r.tier = (CpuTier)tier;
            r.path = (ConvPath)path;
            rig_forward(&r);
            check_outputs(&r, bounded);
            if (!r.type->macs)
                break;
        }
    rig_close(&r);
}

static void traces_equal_the_engine(void **state) {
    (void)state;
    for (size_t i = 0; i < TRACE_CASES; i++)
        every_tier_and_path(i, true, NULL);
}

static void spoil_nan(Rig *r) {
    for (int i = 0; i < r->in_count; i++)
        for (size_t k = 0; k < r->in[i].data.count; k += 11)
            r->in[i].data.data[k] = NAN;
}

static void spoil_infinite(Rig *r) {
    static const float odd[] = {INFINITY, -INFINITY, 3e38f, -3e38f, 1e-40f, NAN, -0.0f};
    for (int i = 0; i < r->in_count; i++)
        for (size_t k = 0; k < r->in[i].data.count; k += 5)
            r->in[i].data.data[k] = odd[k / 5 % (sizeof odd / sizeof odd[0])];
    for (size_t k = 0; r->weight_count && k < r->weights[0].data.count; k += 7)
        r->weights[0].data.data[k] = INFINITY; /* on padding it counts as 0 too */
}

/* The same outputs are NaN, the others as they should be. */
static void nan_stays_where_it_is(void **state) {
    (void)state;
    for (size_t i = 0; i < TRACE_CASES; i++)
        every_tier_and_path(i, true, spoil_nan);
}

/* Where float32 overflows double does not: only what holds of any trace. */
static void infinities_and_extremes_are_traced(void **state) {
    (void)state;
    for (size_t i = 0; i < TRACE_CASES; i++)
        every_tier_and_path(i, false, spoil_infinite);
}

static void every_type_has_cases(void **state) {
    (void)state;
    for (const LayerType *const *type = layer_types; *type; type++) {
        const size_t length = strlen((*type)->name);
        bool found = false;
        for (size_t i = 0; i < TRACE_CASES; i++)
            found |= strncmp(trace_cases[i].line, (*type)->name, length) == 0 &&
                     (trace_cases[i].line[length] == ' ' || !trace_cases[i].line[length]);
        if (!found || !(*type)->trace)
            fail_msg("%s: no trace or no case", (*type)->name);
    }
}

/* --- Of single types --- */

/* Ties, NaN and windows of nothing but minus infinity; the switches are those of training. */
static void fill_tied(Guarded *g, size_t how) {
    test_fill(g->data, g->count, how);
    for (size_t i = 0; i < g->count; i++) {
        g->data[i] = how == 3 ? -INFINITY : floorf(g->data[i]);
        if (how == 2 && i % 4 == 1)
            g->data[i] = NAN;
    }
}

static void chosen_are_the_switches(void **state) {
    (void)state;
    for (size_t i = 0; i < TRACE_CASES * 4; i++) {
        Rig r;
        if (strncmp(trace_cases[i / 4].line, "maxpool", 7) != 0)
            continue;
        open_case(&r, i / 4);
        fill_tied(&r.in[0].data, i % 4);
        for (int tier = CPU_REF; tier <= (int)cpu_best(); tier++) {
            r.tier = (CpuTier)tier;
            r.train = true;
            rig_forward(&r);
            r.train = false;
            for (int64_t o = 0; o < item_count(&r.out.value); o++) {
                Arena arena = {0};
                Trace t;
                int32_t at;
                trace_of(&r, o, &arena, &t);
                memcpy(&at, (const int32_t *)(const void *)r.saved.data + o, sizeof at);
                const TraceTerm *own = &t.terms[t.chosen];
                assert_false(own->padding);
                assert_int_equal(own->y * r.in[0].value.shape.dim[3] + own->x, at);
                for (int64_t k = 0; k < t.chosen; k++) /* the first among equals */
                    assert_true(t.terms[k].padding || t.terms[k].value != own->value);
                arena_free(&arena);
            }
        }
        rig_close(&r);
    }
}

/* A layer on a few numbers, by hand. */
static Trace by_hand(Rig *r, Arena *arena, const char *line, Shape in, const float *x, int64_t at) {
    Trace t;
    rig_open(r, line, 1, &in);
    memcpy(r->in[0].data.data, x, r->in[0].data.count * sizeof *x);
    for (int w = 0; w < r->weight_count; w++) /* gamma 2, beta 3, mean 4, variance 5 */
        for (size_t i = 0; i < r->weights[w].data.count; i++)
            r->weights[w].data.data[i] = (float)(2 + w);
    rig_forward(r);
    trace_of(r, at, arena, &t);
    return t;
}

static void assert_number(double got, double want) {
    if (!(fabs(got - want) <= 1e-12 * fabs(want)))
        fail_msg("%.17g, expected %.17g", got, want);
}

static void lrn_by_hand(void **state) {
    (void)state;
    Rig r;
    Arena arena = {0};
    const float x[] = {1, 2, 3, 4};
    Trace t = by_hand(&r, &arena, "lrn size=3 k=2 alpha=0.5 beta=0.75", SHAPE(1, 4, 1, 1), x, 1);
    assert_true(t.kind == TRACE_LRN && t.count == 3 && t.chosen == 1);
    assert_number(step_of(&t, "trace.lrn_k"), 2);
    assert_number(step_of(&t, "trace.lrn_alpha"), 0.5); /* not divided by the size */
    assert_number(step_of(&t, "trace.lrn_beta"), 0.75);
    assert_number(step_of(&t, "trace.lrn_size"), 3);
    assert_number(step_of(&t, "trace.sum_of_squares"), 14);
    assert_number(step_of(&t, "trace.lrn_base"), 9);
    assert_number(step_of(&t, "trace.lrn_power"), sqrt(27));
    assert_number(t.exact, 2 / sqrt(27));
    trace_of(&r, 0, &arena, &t); /* no map before the first */
    assert_true(t.count == 2 && t.chosen == 0 && t.window[0] == 2);
    assert_number(step_of(&t, "trace.sum_of_squares"), 5);
    rig_close(&r);
    arena_free(&arena);
}

static void batch_norm_by_hand(void **state) {
    (void)state;
    Rig r;
    Arena arena = {0};
    const float x[] = {10};
    Trace t = by_hand(&r, &arena, "bn eps=1e-5", SHAPE(1, 1, 1, 1), x, 0);
    const double deviation = sqrt(5 + 1e-5), scale = 2 / deviation;
    assert_number(step_of(&t, "trace.bn_mean"), 4);
    assert_number(step_of(&t, "trace.bn_variance"), 5);
    assert_number(step_of(&t, "trace.bn_eps"), 1e-5);
    assert_number(step_of(&t, "trace.bn_deviation"), deviation);
    assert_number(step_of(&t, "trace.bn_normalised"), 6 / deviation);
    assert_number(step_of(&t, "trace.bn_gamma"), 2);
    assert_number(step_of(&t, "trace.bn_beta"), 3);
    assert_number(step_of(&t, "trace.bn_scale"), scale);
    assert_number(step_of(&t, "trace.bn_shift"), 3 - 4 * scale);
    assert_number(t.exact, 6 * scale + 3);
    rig_close(&r);
    arena_free(&arena);
}

static void sums_and_means_by_hand(void **state) {
    (void)state;
    Rig r;
    Arena arena = {0};
    const float x[] = {1, -2, 3, 4, -5, 6, 7, 8, -9};
    Trace t = by_hand(&r, &arena, "conv out=1 kernel=2", SHAPE(1, 1, 3, 3), x, 1);
    assert_number(step_of(&t, "trace.positive"), 18); /* all weights are 2, the bias is 3 */
    assert_number(step_of(&t, "trace.negative"), -14);
    assert_number(step_of(&t, "trace.sum"), 4);
    assert_number(step_of(&t, "trace.bias"), 3);
    assert_number(t.exact, 7);
    rig_close(&r);
    t = by_hand(&r, &arena, "avgpool kernel=3 stride=2 padding=1 ceil=1", SHAPE(1, 1, 3, 3), x, 0);
    assert_number(step_of(&t, "trace.sum"), -2); /* 1 - 2 + 4 - 5 */
    assert_number(step_of(&t, "trace.divisor"), 9);
    rig_close(&r);
    t = by_hand(&r, &arena, "softmax", SHAPE(1, 3), x, 1);
    assert_number(step_of(&t, "trace.largest"), 3);
    assert_number(step_of(&t, "trace.exp_own"), exp(-5));
    assert_number(step_of(&t, "trace.sum_of_exp"), 1 + exp(-2) + exp(-5));
    rig_close(&r);
    t = by_hand(&r, &arena, "tanh", SHAPE(1, 3), x, 1);
    assert_number(step_of(&t, "trace.exp") * step_of(&t, "trace.exp_negative"), 1);
    rig_close(&r);
    t = by_hand(&r, &arena, "subsample out=3 stride=2", SHAPE(1, 1, 3, 3), x, 4 + 3);
    assert_true(t.kind == TRACE_COPY && t.terms[0].value == -9 && t.terms[0].c == 0);
    assert_number(step_of(&t, "trace.zero_maps_before"), 1);
    trace_of(&r, 3, &arena, &t);
    assert_true(t.terms[0].padding && t.exact == 0);
    rig_close(&r);
    arena_free(&arena);
}

/* --- Errors --- */

static void outputs_that_are_not_there(void **state) {
    (void)state;
    Rig r;
    RigCall c;
    Arena arena = {0};
    Trace t;
    Error err = {0};
    open_case(&r, 0); /* 5 maps of 4x5 */
    rig_forward(&r);
    rig_call(&r, &c, NULL);
    static const struct {
        int64_t at[3];
        const char *text;
    } bad[] = {
        {{-1, 0, 0}, "channel: expected 0..4, got -1"},
        {{5, 0, 0}, "channel: expected 0..4, got 5"},
        {{0, -1, 0}, "row: expected 0..3, got -1"},
        {{0, 4, 0}, "row: expected 0..3, got 4"},
        {{4, 3, -1}, "column: expected 0..4, got -1"},
        {{0, 0, 5}, "column: expected 0..4, got 5"},
        {{0, 0, INT64_MAX}, "column: expected 0..4, got 9223372036854775807"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const int64_t *at = bad[i].at;
        assert_false(layer_trace(r.type, &c.call, at[0], at[1], at[2], &arena, &t, &err));
        assert_int_equal(err.code, ERROR_EXPECTED);
        assert_string_equal(err.text, bad[i].text);
        err = (Error){0};
    }
    rig_close(&r);
    const Shape vector = SHAPE(1, 4);
    rig_open(&r, "relu", 1, &vector);
    rig_call(&r, &c, NULL);
    assert_fails(layer_trace(r.type, &c.call, 4, 0, 0, &arena, &t, &err), err,
                 "output: expected 0..3, got 4");
    assert_fails(layer_trace(r.type, &c.call, 0, 1, 0, &arena, &t, &err), err,
                 "row: expected 0..0, got 1");
    rig_close(&r);
    arena_free(&arena);
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    for (size_t i = 0; i < TRACE_CASES; i++) {
        Rig r;
        RigCall c;
        Arena arena = {0};
        Trace t;
        Error err = {0};
        open_case(&r, i);
        rig_forward(&r);
        rig_call(&r, &c, NULL);
        mem_fail_at(1);
        assert_false(layer_trace(r.type, &c.call, 0, 0, 0, &arena, &t, &err));
        mem_fail_at(0);
        assert_int_equal(err.code, ERROR_NO_MEMORY);
        rig_close(&r);
        arena_free(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_equal_the_engine),
        cmocka_unit_test(nan_stays_where_it_is),
        cmocka_unit_test(infinities_and_extremes_are_traced),
        cmocka_unit_test(every_type_has_cases),
        cmocka_unit_test(chosen_are_the_switches),
        cmocka_unit_test(lrn_by_hand),
        cmocka_unit_test(batch_norm_by_hand),
        cmocka_unit_test(sums_and_means_by_hand),
        cmocka_unit_test(outputs_that_are_not_there),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
