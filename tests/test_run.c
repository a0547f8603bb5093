/* Runs: stepping, going back, cancelling, memory, and the fast plan beside step mode. */
#include "run_support.h"

#include "base/memory.h"
#include "engine/calibrate.h"
#include "engine/fast.h"
#include <math.h>
#include <pthread.h>
#include <string.h>

static void stepping_forward_and_back(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "lenet", 2, CONV_AUTO, 1);
    Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
    assert_ok(run, err);
    int count = b.model->graph.node_count;
    assert_false(run_back(run));
    assert_null(run_output(run, 0));
    assert_null(run_logits(run));
    assert_memory_equal(run_output(run, GRAPH_IMAGE)->data, b.input.data,
                        (size_t)tensor_count(&b.input) * sizeof(float));
    for (int i = 0; i < 3; i++)
        assert_ok(run_step(run, NULL, &err), err);
    assert_int_equal(run_cursor(run), 3);
    const float *first = run_output(run, 0)->data;
    float value = first[7];
    assert_true(run_back(run) && run_back(run));
    assert_int_equal(run_cursor(run), 1);
    assert_int_equal(run_computed(run), 3); /* what was computed stays */
    assert_non_null(run_output(run, 2));
    assert_ok(run_step(run, NULL, &err), err);
    assert_int_equal(run_computed(run), 3);
    assert_ok(run_all(run, NULL, &err), err);
    assert_int_equal(run_cursor(run), count);
    assert_int_equal(run_computed(run), count);
    assert_ok(run_step(run, NULL, &err), err); /* at the end it stays */
    assert_int_equal(run_cursor(run), count);
    assert_true(first == run_output(run, 0)->data && first[7] == value);
    double sum = 0;
    for (int i = 0; i < 10; i++)
        sum += run_probabilities(run)->data[i];
    assert_true(fabs(sum - 1) < 1e-6);
    Run *same = run_retain(run);
    run_release(run);
    assert_non_null(run_logits(same));
    run_release(same);
    bench_close(&b);
}

static void progress_counts_the_whole_work(void **state) {
    (void)state;
    static const char *const names[] = {"lenet", "lenet5", "resnet20-cifar", "plain20-cifar"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int path = CONV_AUTO; path <= CONV_NAIVE; path++) {
            Bench b;
            Error err = {0};
            bench_open(&b, names[i], 2, (ConvPath)path, 2);
            Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
            Job job = {0};
            assert_ok(run_all(run, &job, &err), err);
            assert_int_equal(atomic_load(&job.done), run_work(run));
            run_release(run);
            bench_close(&b);
        }
}

/* A residual block whose F(x) is told to be zero: what follows is as if the network had been
 * computed with it, what does not follow is the first run's own. */
static void nodes_put_out_what_they_are_told(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "resnet20-cifar", 2, CONV_AUTO, 1);
    const Graph *g = &b.model->graph;
    Run *whole = run_new(b.model, &b.input, &b.options, b.pool, &err);
    assert_ok(whole && run_all(whole, NULL, &err), err);
    const int add = graph_find(g, "layer2.1.add", &err);
    assert_true(add > 0);
    const int shortcut = g->nodes[add].inputs[0] < g->nodes[add].inputs[1]
                             ? g->nodes[add].inputs[0]
                             : g->nodes[add].inputs[1];
    const int branch = g->nodes[add].inputs[0] + g->nodes[add].inputs[1] - shortcut;
    Run *without = run_new_given(whole, &(RunGiven){.node = branch}, 1, &err);
    assert_ok(without, err);
    const int64_t total = run_work(whole);
    run_release(whole); /* the other holds it */
    Job job = {0};
    assert_ok(run_all(without, &job, &err), err);
    assert_int_equal(atomic_load(&job.done), run_work(without));
    assert_true(run_work(without) < total);
    assert_true(run_output(without, branch - 1)->data == run_output(whole, branch - 1)->data);
    assert_true(run_node_ms(without, branch - 1) == 0);
    const Tensor *x = run_output(without, shortcut), *sum = run_output(without, add);
    assert_true(x->data == run_output(whole, shortcut)->data);
    assert_memory_equal(sum->data, x->data, (size_t)tensor_count(sum) * sizeof(float));
    assert_false(run_logits(without)->data[0] == run_logits(whole)->data[0]);
    /* from the sum on as if the first run had put it out */
    Run *onward = run_new_given(whole, &(RunGiven){add, x->data}, 1, &err);
    assert_ok(onward && run_all(onward, NULL, &err), err);
    assert_memory_equal(run_logits(onward)->data, run_logits(without)->data, 10 * sizeof(float));
    /* told what it had put out anyway, nothing changes; zeros at its end stay told */
    const RunGiven same[] = {{branch, run_output(whole, branch)->data}, {g->node_count - 1, NULL}};
    Run *again = run_new_given(whole, same, 2, &err);
    assert_ok(again && run_all(again, NULL, &err), err);
    assert_memory_equal(run_logits(again)->data, run_logits(whole)->data, 10 * sizeof(float));
    assert_true(run_output(again, g->node_count - 1)->data[3] == 0);
    run_release(again);
    run_release(onward);
    run_release(without);
    bench_close(&b);
}

/* Of a run that has only begun it shares what there is, and computes the rest itself. */
static void a_run_that_is_told_can_go_ahead(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "lenet", 2, CONV_AUTO, 2);
    Run *base = run_new(b.model, &b.input, &b.options, b.pool, &err);
    assert_ok(base && run_until(base, 0, NULL, &err), err);
    const int last = b.model->graph.node_count - 1;
    Run *told = run_new_given(base, &(RunGiven){.node = 3}, 1, &err);
    assert_ok(told && run_all(told, NULL, &err), err);
    assert_true(run_output(told, 0)->data == run_output(base, 0)->data);
    assert_int_equal(run_computed(base), 1);
    assert_ok(run_all(base, NULL, &err), err);
    assert_memory_equal(run_output(told, 2)->data, run_output(base, 2)->data,
                        (size_t)tensor_count(run_output(base, 2)) * sizeof(float));
    assert_false(run_output(told, last)->data[0] == run_output(base, last)->data[0]);
    for (size_t n = 1;; n++) { /* without memory it says so, and leaves nothing behind */
        mem_fail_at(n);
        Error none = {0};
        Run *run = run_new_given(base, &(RunGiven){.node = 3}, 1, &none);
        mem_fail_at(0);
        run_release(run);
        if (run)
            break;
        assert_int_equal(none.code, ERROR_NO_MEMORY);
    }
    run_release(told);
    run_release(base);
    bench_close(&b);
}

typedef struct Canceller {
    Job *job;
    int64_t after;
} Canceller;

static void *cancel_later(void *argument) {
    Canceller *c = argument;
    while (atomic_load(&c->job->done) < c->after)
        ;
    atomic_store(&c->job->cancel, true);
    return NULL;
}

static void a_cancelled_run_can_go_on(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "resnet20-cifar", 2, CONV_NAIVE, 1);
    Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
    Job job = {0};
    pthread_t thread;
    Canceller canceller = {&job, run_work(run) / 3};
    pthread_create(&thread, NULL, cancel_later, &canceller);
    bool done = run_all(run, &job, &err);
    pthread_join(thread, NULL);
    assert_false(done);
    assert_int_equal(err.code, ERROR_CANCELLED);
    int computed = run_computed(run);
    assert_true(computed > 0 && computed < b.model->graph.node_count);
    err = (Error){0};
    Job again = {0};
    assert_ok(run_all(run, &again, &err), err);
    Run *undisturbed = run_new(b.model, &b.input, &b.options, b.pool, &err);
    assert_ok(run_all(undisturbed, NULL, &err), err);
    assert_memory_equal(run_logits(run)->data, run_logits(undisturbed)->data, 10 * sizeof(float));
    run_release(run);
    run_release(undisturbed);
    bench_close(&b);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    float logits[4][20];
    for (int path = CONV_AUTO; path <= CONV_NAIVE; path++) {
        for (int threads = 1; threads <= 4; threads++) {
            Bench b;
            Error err = {0};
            bench_open(&b, "resnet20-cifar", threads, (ConvPath)path, 2);
            Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
            assert_ok(run_all(run, NULL, &err), err);
            memcpy(logits[threads - 1], run_logits(run)->data, sizeof logits[0]);
            run_release(run);
            bench_close(&b);
        }
        for (int threads = 1; threads < 4; threads++)
            assert_memory_equal(logits[threads], logits[0], sizeof logits[0]);
    }
}

static void a_batch_gives_what_each_item_gives(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "lenet5", 2, CONV_AUTO, 3);
    Run *all = run_new(b.model, &b.input, &b.options, b.pool, &err);
    assert_ok(run_all(all, NULL, &err), err);
    for (int64_t n = 0; n < 3; n++) {
        Tensor item = tensor_item(&b.input, n);
        Run *one = run_new(b.model, &item, &b.options, b.pool, &err);
        assert_ok(run_all(one, NULL, &err), err);
        Tensor part = tensor_item(run_logits(all), n);
        assert_true(test_distance(part.data, run_logits(one)->data, 10) < 1e-6);
        run_release(one);
    }
    run_release(all);
    bench_close(&b);
}

static void fast_plan_agrees_with_step_mode(void **state) {
    (void)state;
    static const char *const names[] = {"lenet",   "lenet5",    "resnet20-cifar", "plain20-cifar",
                                        "alexnet", "googlenet", "resnet18",       "densenet121"};
#ifdef KERNEL_ROLLED /* sanitized builds are slow: the small ones only */
    const size_t count = 4;
#else
    const size_t count = sizeof names / sizeof *names;
#endif
    for (size_t i = 0; i < count; i++) {
        Bench b;
        Error err = {0};
        bench_open(&b, names[i], 2, CONV_AUTO, i < 4 ? 3 : 1);
        Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
        assert_ok(run_all(run, NULL, &err), err);
        FastPlan *plan = fast_new(b.model, b.input.shape.dim[0], &b.options, b.pool, &err);
        assert_ok(plan, err);
        for (int repeat = 0; repeat < 2; repeat++) {
            Result result;
            Job job = {0};
            assert_ok(fast_run(plan, &b.input, &job, &b.arena, &result, &err), err);
            assert_int_equal(atomic_load(&job.done), fast_work(plan));
            double distance = test_distance(result.logits.data, run_logits(run)->data,
                                            (size_t)tensor_count(&result.logits));
            if (!(distance < 1e-5))
                fail_msg("%s: %g", names[i], distance);
        }
        RunMemory memory;
        assert_ok(run_memory(b.model, b.input.shape.dim[0], &b.options, b.pool, &memory, &err),
                  err);
        assert_true((double)fast_bytes(plan) < 1.5 * (double)memory.weights + 128e6);
        fast_free(plan);
        run_release(run);
        bench_close(&b);
    }
}

static void calibration_keeps_depth_in_scale(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "resnet110-cifar", 2, CONV_AUTO, 1);
    calibrate_picture(&b.model->graph.input, b.input.data);
    Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
    assert_ok(run_all(run, NULL, &err), err);
    for (int i = 0; i < b.model->graph.node_count; i++) {
        if (strcmp(b.model->graph.nodes[i].type->name, "bn") != 0)
            continue;
        const Tensor *t = run_output(run, i);
        double squares = 0;
        for (int64_t k = 0; k < tensor_count(t); k++)
            squares += (double)t->data[k] * t->data[k];
        double size = sqrt(squares / (double)tensor_count(t));
        assert_true(size > 0.3 && size < 1.2);
    }
    run_release(run);
    bench_close(&b);
}

static void inputs_of_another_shape_are_refused(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "lenet", 1, CONV_AUTO, 1);
    Tensor wrong = b.input;
    wrong.shape.dim[3] = 27;
    assert_fails(run_new(b.model, &wrong, &b.options, b.pool, &err), err, "(1, 1, 28, 28)");
    bench_close(&b);
}

static void memory_beyond_the_machine_is_refused(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "lenet", 1, CONV_AUTO, 1);
    Tensor huge = b.input;
    huge.shape.dim[0] = 20000000; /* never read: refused before it is copied */
    assert_fails(run_new(b.model, &huge, &b.options, b.pool, &err), err, "of memory");
    bench_close(&b);
}

static void allocation_failures_are_errors(void **state) {
    (void)state;
    Bench b;
    Error err = {0};
    bench_open(&b, "lenet5", 1, CONV_AUTO, 1);
    for (size_t n = 1;; n++) {
        err = (Error){0};
        mem_fail_at(0);
        mem_fail_at(n);
        Run *run = run_new(b.model, &b.input, &b.options, b.pool, &err);
        bool ok = run && run_all(run, NULL, &err);
        size_t asked = mem_fail_at(0);
        run_release(run);
        assert_true(ok || err.code == ERROR_NO_MEMORY);
        if (ok && asked < n)
            break;
    }
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stepping_forward_and_back),
        cmocka_unit_test(progress_counts_the_whole_work),
        cmocka_unit_test(nodes_put_out_what_they_are_told),
        cmocka_unit_test(a_run_that_is_told_can_go_ahead),
        cmocka_unit_test(a_cancelled_run_can_go_on),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(a_batch_gives_what_each_item_gives),
        cmocka_unit_test(fast_plan_agrees_with_step_mode),
        cmocka_unit_test(calibration_keeps_depth_in_scale),
        cmocka_unit_test(inputs_of_another_shape_are_refused),
        cmocka_unit_test(memory_beyond_the_machine_is_refused),
        cmocka_unit_test(allocation_failures_are_errors),
    };
    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
