/* Weights packed once and kept with the model: the same bits as unpacked ones, shared by runs and
 * threads, made anew when weights change, and nothing lost when memory runs out. */
#include "run_support.h"

#include "base/memory.h"
#include "model/packed.h"
#include <pthread.h>
#include <string.h>

static Run *run_of(const Bench *b, Pool *pool) {
    Error err = {0};
    Run *run = run_new(b->model, &b->input, &b->options, pool, &err);
    assert_ok(run, err);
    assert_ok(run_all(run, NULL, &err), err);
    return run;
}

/* The call of a node's layer, as the run made it, once more into another place. */
static void again(const Bench *b, const Run *run, int node, bool packed, Tensor *out) {
    const Tensor *in[8];
    float *scratch = mem_alloc(1 << 24, sizeof *scratch, NULL);
    const KernelContext kernel = {
        .tier = b->options.tier, .pool = b->pool, .scratch = scratch, .scratch_count = 1 << 24};
    LayerCall call = run_call(run, node, &kernel, in);
    Error err = {0};
    *out = (Tensor){.shape = call.out->shape};
    out->data = mem_alloc((size_t)tensor_count(out), sizeof(float), &err);
    call.out = out;
    if (packed)
        assert_ok(packed_weights(b->model, node, &call, LAYER_FORWARD, &call.packed, &err), err);
    const LayerType *type = b->model->graph.nodes[node].type;
    assert_true(!type->scratch || type->scratch(&call) <= kernel.scratch_count);
    assert_true(type->forward(&call));
    mem_free(scratch);
}

static void packed_weights_give_the_same_bits(void **state) {
    (void)state;
    static const char *const names[] = {"lenet5", "alexnet", "resnet20-cifar"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (CpuTier tier = CPU_REF; tier <= cpu_best(); tier++) {
            Bench b;
            bench_open_as(&b, names[i], 2, (RunOptions){CONV_GEMM, tier}, 1);
            Run *run = run_of(&b, b.pool);
            for (int n = 0; n < b.model->graph.node_count; n++) {
                Tensor out;
                if (strcmp(b.model->graph.nodes[n].type->name, "conv") != 0)
                    continue;
                again(&b, run, n, false, &out);
                assert_memory_equal(out.data, run_output(run, n)->data,
                                    (size_t)tensor_count(&out) * sizeof(float));
                mem_free(out.data);
            }
            run_release(run);
            bench_close(&b);
        }
}

static const float *packed_of(const Bench *b, const Run *run, int node, ConvPath path) {
    const Tensor *in[8];
    const KernelContext kernel = {.tier = b->options.tier, .pool = b->pool};
    LayerCall call = run_call(run, node, &kernel, in);
    Error err = {0};
    call.path = path;
    assert_ok(packed_weights(b->model, node, &call, LAYER_FORWARD, &call.packed, &err), err);
    return call.packed;
}

static void runs_share_them_until_weights_change(void **state) {
    (void)state;
    Bench b;
    bench_open_as(&b, "resnet20-cifar", 2, (RunOptions){CONV_GEMM, cpu_best()}, 1);
    Run *run = run_of(&b, b.pool);
    const float *first = packed_of(&b, run, 0, CONV_GEMM);
    assert_non_null(first);
    assert_ptr_equal(packed_of(&b, run, 0, CONV_GEMM), first);
    assert_ptr_not_equal(packed_of(&b, run, 3, CONV_GEMM), first);
    assert_ptr_not_equal(packed_of(&b, run, 3, CONV_WINOGRAD), packed_of(&b, run, 3, CONV_GEMM));
    assert_null(packed_of(&b, run, 0, CONV_NAIVE));
    const int last = b.model->graph.node_count - 1; /* softmax */
    assert_null(packed_of(&b, run, last, CONV_GEMM));
    Tensor before, after;
    again(&b, run, 0, true, &before);
    float *w = (float *)(uintptr_t)b.model->weights.data[0][0]; /* in the model's own arena */
    w[0] += 1;
    packed_forget(b.model);
    again(&b, run, 0, true, &after);
    assert_memory_not_equal(before.data, after.data, (size_t)tensor_count(&after) * sizeof(float));
    mem_free(before.data);
    mem_free(after.data);
    run_release(run);
    bench_close(&b);
}

static void *run_in_thread(void *context) {
    const Bench *b = context;
    Error err = {0};
    Pool *pool = pool_new(1, &err);
    Run *run = run_of(b, pool);
    float *logit = mem_alloc(1, sizeof *logit, &err);
    *logit = run_logits(run)->data[0];
    run_release(run);
    pool_free(pool);
    return logit;
}

static void threads_pack_at_once(void **state) {
    (void)state;
    enum { THREADS = 4 };
    for (int path = CONV_GEMM; path <= CONV_WINOGRAD; path++) {
        Bench b;
        bench_open_as(&b, "resnet20-cifar", 2, (RunOptions){(ConvPath)path, cpu_best()}, 1);
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, &b), 0);
        Run *run = run_of(&b, b.pool);
        for (int i = 0; i < THREADS; i++) {
            void *logit;
            pthread_join(threads[i], &logit);
            assert_true(*(float *)logit == run_logits(run)->data[0]);
            mem_free(logit);
        }
        run_release(run);
        bench_close(&b);
    }
}

static void without_memory_a_run_can_go_on_later(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open_as(&b, "lenet", 2, (RunOptions){CONV_GEMM, CPU_REF}, 1);
    packed_forget(b.model);
    Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
    assert_ok(run, err);
    int failures = 0;
    for (size_t n = 1; n < 20; n++) {
        mem_fail_at(n);
        const bool ok = run_step(run, NULL, &err);
        mem_fail_at(0);
        if (ok)
            break;
        failures++;
        assert_int_equal(run_computed(run), 0);
        err = (Error){0};
    }
    assert_true(failures >= 2 && run_computed(run) == 1);
    assert_ok(run_all(run, NULL, &err), err);
    run_release(run);
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_weights_give_the_same_bits),
        cmocka_unit_test(runs_share_them_until_weights_change),
        cmocka_unit_test(threads_pack_at_once),
        cmocka_unit_test(without_memory_a_run_can_go_on_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
