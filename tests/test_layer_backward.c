/* The way back through every layer type against PyTorch: tests/fixtures/backward, made by
 * tests/reference/make_backward_fixtures.py. Each case runs on every tier and path with 1 to 3
 * threads. */
#include "layer_support.h"

#include "base/file.h"
#include "model/safetensors.h"

enum { CASES_MAX = 300, THREADS = 3 };
static const double TOLERANCE = 1e-5; /* relative, in the L2 norm */

typedef struct Fixture {
    uint8_t *file;
    Safetensors tensors;
    Rig rig;
} Fixture;

/* --- Reading --- */

/* NULL if there is none of that name. */
static const SafeTensor *find(const Fixture *f, const char *prefix, int number) {
    return safetensors_find(&f->tensors, number < 0 ? prefix : TEXT("%s%d", prefix, number));
}

static Shape shape_of_tensor(const SafeTensor *t) {
    Shape shape = {.rank = t->rank};
    assert_in_range(t->rank, 1, SHAPE_RANK_MAX);
    for (int i = 0; i < t->rank; i++)
        shape.dim[i] = t->dim[i];
    return shape;
}

static void read_into(const Fixture *f, const char *prefix, int number, const Shape *shape,
                      float *out) {
    Error err = {0};
    const SafeTensor *t = find(f, prefix, number);
    if (!t)
        fail_msg("no %s%d", prefix, number);
    assert_ok(safetensors_check(t, shape, &err), err);
    safetensors_read(&f->tensors, t, out);
}

static void read_weights(Fixture *f) {
    for (int w = 0; w < f->rig.weight_count; w++)
        read_into(f, "w", w, &f->rig.weights[w].value.shape, f->rig.weights[w].data.data);
}

static void read_fixture(Fixture *f, const char *name) {
    Error err = {0};
    size_t size;
    Shape in[RIG_INPUTS];
    int count = 0;
    *f = (Fixture){0};
    f->file = file_read(test_fixture(TEXT("backward/%s", name)), 1 << 20, false, &size, &err);
    assert_ok(f->file, err);
    assert_ok(safetensors_parse(&f->tensors, f->file, size, &err), err);
    for (; count < RIG_INPUTS && find(f, "in", count); count++)
        in[count] = shape_of_tensor(find(f, "in", count));
    rig_open(&f->rig, safetensors_metadata(&f->tensors, "case"), count, in);
    for (int i = 0; i < count; i++)
        read_into(f, "in", i, &in[i], f->rig.in[i].data.data);
    read_weights(f);
    read_into(f, "grad_out", -1, &f->rig.out.value.shape, f->rig.out.grad.data);
    if (find(f, "other", -1)) {
        f->rig.other.shape = in[0];
        f->rig.other.data = mem_alloc((size_t)shape_count(&in[0]), sizeof(float), &err);
        assert_ok(f->rig.other.data, err);
        read_into(f, "other", -1, &in[0], f->rig.other.data);
    }
}

static void close_fixture(Fixture *f) {
    mem_free(f->rig.other.data);
    rig_close(&f->rig);
    safetensors_free(&f->tensors);
    mem_free(f->file);
}

/* --- Comparing --- */

static void compare(const Fixture *f, const char *prefix, int number, const RigArray *a,
                    const float *got) {
    Guarded want = guarded((int64_t)a->data.count);
    read_into(f, prefix, number, &a->value.shape, want.data);
    const double distance = test_distance(got, want.data, want.count);
    if (!(distance <= TOLERANCE))
        fail_msg("%s%d, %s, %s, %d threads: distance %g", prefix, number < 0 ? 0 : number,
                 cpu_tier_name(f->rig.tier), conv_path_name(f->rig.path), f->rig.threads, distance);
    release(&want);
}

static void compare_all(Fixture *f) {
    Rig *r = &f->rig;
    compare(f, "out", -1, &r->out, r->out.data.data);
    for (int i = 0; i < r->in_count; i++)
        compare(f, "grad_in", i, &r->in[i], r->in[i].grad.data);
    for (int w = 0; w < r->weight_count && !r->ruled; w++)
        if (rig_learned(r, w))
            compare(f, "grad_w", w, &r->weights[w], r->weights[w].grad.data);
        else if (r->train)
            compare(f, "after_w", w, &r->weights[w], r->weights[w].data.data);
}

typedef struct Copies {
    Guarded in[RIG_INPUTS], weights[LAYER_WEIGHTS_MAX];
} Copies;

static Guarded copy_of(const Guarded *g) {
    Guarded copy = guarded((int64_t)g->count);
    memcpy(copy.data, g->data, g->count * sizeof *g->data);
    return copy;
}

static void copies_take(Copies *c, const Rig *r) {
    for (int i = 0; i < r->in_count; i++)
        c->in[i] = copy_of(&r->in[i].grad);
    for (int w = 0; w < r->weight_count; w++)
        c->weights[w] = copy_of(&r->weights[w].grad);
}

static void copies_check(const Copies *c, const Rig *r) {
    for (int i = 0; i < r->in_count; i++)
        assert_same_bits(r->in[i].grad.data, c->in[i].data, c->in[i].count, "gradient of input");
    for (int w = 0; w < r->weight_count; w++)
        assert_same_bits(r->weights[w].grad.data, c->weights[w].data, c->weights[w].count,
                         "gradient of weight");
}

static void copies_release(Copies *c, const Rig *r) {
    for (int i = 0; i < r->in_count; i++)
        release(&c->in[i]);
    for (int w = 0; w < r->weight_count; w++)
        release(&c->weights[w]);
}

/* --- What is asked for --- */

static void spoil(Rig *r, float with) {
    for (int i = 0; i < r->in_count; i++)
        for (size_t j = 0; j < r->in[i].grad.count; j++)
            r->in[i].grad.data[j] = with;
    for (int w = 0; w < r->weight_count; w++)
        for (size_t j = 0; j < r->weights[w].grad.count; j++)
            r->weights[w].grad.data[j] = with;
}

/* Added to 2, the gradients of inputs are 2 more; those of weights are overwritten all the same. */
static void check_adding(Rig *r, const Copies *c) {
    RigWish wish = {0};
    for (int i = 0; i < r->in_count; i++)
        wish.add[i] = true;
    spoil(r, 2);
    rig_backward(r, &wish);
    for (int i = 0; i < r->in_count; i++)
        for (size_t j = 0; j < c->in[i].count; j++) {
            const double alone = (double)c->in[i].data[j];
            assert_close(r->in[i].grad.data[j], 2 + alone, 1e-6 * (2 + fabs(alone)), "added",
                         (int64_t)j);
        }
    for (int w = 0; w < r->weight_count; w++)
        if (rig_learned(r, w))
            assert_same_bits(r->weights[w].grad.data, c->weights[w].data, c->weights[w].count,
                             "weight's gradient");
}

static void check_alone(const RigArray *a, bool wanted, const Guarded *full) {
    for (size_t j = 0; j < a->grad.count && !wanted; j++)
        assert_true(a->grad.data[j] == 3);
    if (wanted)
        assert_same_bits(a->grad.data, full->data, full->count, "gradient wanted alone");
}

/* Each gradient alone has the bits that it has among all, and no other is touched. */
static void check_each_alone(Rig *r, const Copies *c) {
    for (int alone = 0; alone < r->in_count + r->weight_count; alone++) {
        RigWish wish = {0};
        for (int i = 0; i < r->in_count; i++)
            wish.no_in[i] = i != alone;
        for (int w = 0; w < r->weight_count; w++)
            wish.no_weight[w] = r->in_count + w != alone;
        spoil(r, 3);
        rig_backward(r, &wish);
        for (int i = 0; i < r->in_count; i++)
            check_alone(&r->in[i], !wish.no_in[i], &c->in[i]);
        for (int w = 0; w < r->weight_count; w++)
            check_alone(&r->weights[w], !wish.no_weight[w] && rig_learned(r, w), &c->weights[w]);
    }
}

static void check_cancelling(Rig *r) {
    Job job = {0};
    atomic_store(&job.cancel, true);
    assert_false(rig_backward_job(r, &(RigWish){0}, &job));
    assert_int_equal(atomic_load(&job.done), 0);
}

static void check_path(Fixture *f) {
    Rig *r = &f->rig;
    Copies first;
    for (r->threads = 1; r->threads <= THREADS; r->threads++) {
        read_weights(f);
        spoil(r, NAN);
        rig_forward(r);
        rig_backward(r, &(RigWish){0});
        compare_all(f);
        if (r->threads == 1)
            copies_take(&first, r);
        copies_check(&first, r);
    }
    r->threads = 2;
    check_adding(r, &first);
    check_each_alone(r, &first);
    check_cancelling(r);
    copies_release(&first, r);
}

static void test_case(void **state) {
    Fixture f;
    read_fixture(&f, *state);
    for (f.rig.tier = CPU_REF; f.rig.tier <= cpu_best(); f.rig.tier++)
        for (f.rig.path = CONV_AUTO; f.rig.path < CONV_PATHS; f.rig.path++)
            if (f.rig.path != CONV_NAIVE || !f.rig.relu) /* which fuses nothing */
                check_path(&f);
    close_fixture(&f);
}

/* Every type has a case, and those that behave otherwise in training or fuse a ReLU have one for
 * that. */
static void test_coverage(void **state) {
    const struct CMUnitTest *cases = *state;
    for (const LayerType *const *type = layer_types; *type; type++) {
        const size_t length = strlen((*type)->name);
        bool plain = false, relu = false, training = false;
        for (const struct CMUnitTest *test = cases; test->name; test++)
            if (strncmp(test->name, (*type)->name, length) == 0 &&
                strchr("-.", test->name[length])) {
                Fixture f;
                read_fixture(&f, test->name);
                assert_ptr_equal(f.rig.type, *type);
                plain = true;
                relu |= f.rig.relu;
                training |= f.rig.train;
                close_fixture(&f);
            }
        if (!plain || (!relu && ((*type)->fuses & LAYER_FUSES_RELU)) ||
            (!training && (*type)->saved))
            fail_msg("%s lacks a case", (*type)->name);
    }
}

int main(void) {
    static struct CMUnitTest tests[CASES_MAX + 1];
    Arena arena = {0};
    Error err = {0};
    char **names, folder[FILE_PATH_MAX];
    size_t count;
    if (!file_find(folder, sizeof folder, "tests/fixtures/backward") ||
        !file_list(folder, &arena, &names, &count, &err) || count > CASES_MAX) {
        fprintf(stderr, "tests/fixtures/backward: %s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){names[i], test_case, NULL, NULL, names[i]};
    const struct CMUnitTest coverage[] = {
        cmocka_unit_test_prestate(test_coverage, tests)}; /* the cases end where a name is NULL */
    int failed = _cmocka_run_group_tests("backward coverage", coverage, 1, NULL, NULL) +
                 _cmocka_run_group_tests("backward fixtures", tests, count, NULL, NULL);
    arena_free(&arena);
    return failed;
}
