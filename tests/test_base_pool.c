#include "support.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/pool.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static Pool *pool_of(int threads) {
    Error err = {0};
    Pool *pool = pool_new(threads, &err);
    assert_ok(pool, err);
    assert_int_equal(pool_threads(pool), threads);
    return pool;
}

typedef struct Marks {
    atomic_int *times;    /* how often each i was done */
    atomic_int busy[256]; /* who is at work */
    atomic_int clashes;
    int threads;
    int64_t spin;
} Marks;

static void mark(void *context, int64_t i, int worker) {
    Marks *marks = context;
    if (worker < 0 || worker >= marks->threads || atomic_fetch_add(&marks->busy[worker], 1) != 0)
        atomic_fetch_add(&marks->clashes, 1);
    atomic_fetch_add(&marks->times[i], 1);
    for (int64_t k = 0; k < marks->spin; k++)
        sched_yield();
    atomic_fetch_sub(&marks->busy[worker], 1);
}

static void each_index_is_done_once(void **state) {
    (void)state;
    static const int threads[] = {1, 2, 3, 8, 40};
    static const int64_t counts[] = {0, 1, 2, 3, 7, 64, 1000, 20000};
    for (size_t t = 0; t < 5; t++) {
        Pool *pool = pool_of(threads[t]);
        for (size_t c = 0; c < 8; c++) {
            Marks marks = {.threads = threads[t], .spin = counts[c] < 100 ? 3 : 0};
            marks.times = calloc((size_t)counts[c] + 1, sizeof *marks.times);
            assert_true(pool_run(pool, NULL, counts[c], mark, &marks));
            for (int64_t i = 0; i < counts[c]; i++)
                assert_int_equal(marks.times[i], 1);
            assert_int_equal(marks.clashes, 0);
            free(marks.times);
        }
        pool_free(pool);
    }
}

static void add_plain(void *context, int64_t i, int worker) {
    (void)worker;
    ((int64_t *)context)[i]++; /* not atomic: pool_run orders what comes before and after it */
}

static void what_tasks_wrote_is_seen(void **state) {
    (void)state;
    Pool *pool = pool_of(4);
    int64_t numbers[16] = {0};
    for (int round = 0; round < 5000; round++) {
        pool_run(pool, NULL, 1 + round % 16, add_plain, numbers);
        numbers[0]--;
        assert_int_equal(numbers[0], 0);
    }
    assert_int_equal(numbers[15], 5000 / 16);
    pool_free(pool);
}

static void wait_for_many(void *context, int64_t i, int worker) {
    (void)i;
    (void)worker;
    atomic_int *there = context;
    atomic_fetch_add(there, 1);
    double end = clock_ms() + 20000;
    while (atomic_load(there) < 4 && clock_ms() < end)
        sched_yield();
}

static void all_threads_take_part(void **state) {
    (void)state;
    Pool *pool = pool_of(4);
    for (int round = 0; round < 50; round++) {
        atomic_int there = 0;
        double start = clock_ms();
        if (round % 10 == 9)
            clock_sleep_ms(2);                          /* workers asleep by now */
        pool_run(pool, NULL, 4, wait_for_many, &there); /* each blocks until all have come */
        assert_true(clock_ms() - start < 15000);
    }
    pool_free(pool);
}

typedef struct Cancelling {
    Job job;
    int64_t at;
    atomic_llong ran;
} Cancelling;

static void cancel_at(void *context, int64_t i, int worker) {
    (void)worker;
    Cancelling *c = context;
    atomic_fetch_add(&c->ran, 1);
    job_advance(&c->job, 10);
    if (i == c->at)
        atomic_store(&c->job.cancel, true);
}

static void a_cancelled_job_stops(void **state) {
    (void)state;
    static const int threads[] = {1, 4};
    for (int t = 0; t < 2; t++) {
        Pool *pool = pool_of(threads[t]);
        Cancelling c = {.at = 50};
        assert_false(pool_run(pool, &c.job, 1000000, cancel_at, &c));
        assert_true(c.ran >= 51 && c.ran < 900000);
        assert_int_equal(c.job.done, 10 * c.ran);
        long long ran = c.ran;
        assert_false(pool_run(pool, &c.job, 10, cancel_at, &c)); /* cancelled before it began */
        assert_int_equal(c.ran, ran);
        Cancelling last = {.at = 9};
        while (!pool_run(pool, &last.job, 10, cancel_at, &last)) {
            assert_true(last.ran < 10);
            last = (Cancelling){.at = 9};
        }
        assert_int_equal(last.ran, 10); /* cancelled, but nothing was left out */
        Cancelling none = {.at = -1};
        assert_true(pool_run(pool, &none.job, 1000, cancel_at, &none)); /* works as before */
        pool_free(pool);
    }
    assert_false(job_cancelled(NULL));
    job_advance(NULL, 1);
}

typedef struct Caller {
    Pool *pool;
    Job job;
    atomic_llong sum;
    int rounds;
    bool ok;
} Caller;

static void add_index(void *context, int64_t i, int worker) {
    (void)worker;
    atomic_fetch_add(&((Caller *)context)->sum, i);
}

static void *call(void *argument) {
    Caller *caller = argument;
    caller->ok = true;
    for (int round = 0; round < caller->rounds; round++) {
        int64_t count = 1 + round % 100;
        atomic_store(&caller->sum, 0);
        caller->ok = pool_run(caller->pool, &caller->job, count, add_index, caller) && caller->ok;
        caller->ok = caller->sum == count * (count - 1) / 2 && caller->ok;
    }
    return NULL;
}

static void several_may_call_at_once(void **state) {
    (void)state;
    enum { CALLERS = 6 };
    Pool *pool = pool_of(4);
    pthread_t threads[CALLERS];
    Caller callers[CALLERS];
    memset(callers, 0, sizeof callers);
    for (int i = 0; i < CALLERS; i++) {
        callers[i].pool = pool;
        callers[i].rounds = 2000;
        callers[i].job.priority = i % 3 - 1;
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(callers[i].ok);
    }
    pool_free(pool);
}

/* A long job of low priority occupies all workers; one of high priority gets them at their next
 * task although the first has thousands left. */
typedef struct Ranks {
    Pool *pool;
    Job low;
    atomic_int low_workers, high_workers; /* as bits */
    atomic_bool started;
} Ranks;

static void low_task(void *context, int64_t i, int worker) {
    (void)i;
    Ranks *ranks = context;
    atomic_fetch_or(&ranks->low_workers, 1 << worker);
    clock_sleep_ms(1);
}

static void high_task(void *context, int64_t i, int worker) {
    (void)i;
    Ranks *ranks = context;
    atomic_fetch_or(&ranks->high_workers, 1 << worker);
    double end = clock_ms() + 20000;
    while (atomic_load(&ranks->high_workers) != 15 && clock_ms() < end)
        clock_sleep_ms(0.2); /* until every worker has come */
}

static void *run_low(void *argument) {
    Ranks *ranks = argument;
    pool_run(ranks->pool, &ranks->low, 1000000, low_task, ranks);
    return NULL;
}

static void workers_leave_for_a_higher_priority(void **state) {
    (void)state;
    Ranks ranks = {.pool = pool_of(4), .low = {.priority = -1}};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_low, &ranks), 0);
    double end = clock_ms() + 20000;
    while (atomic_load(&ranks.low_workers) != 15 && clock_ms() < end)
        clock_sleep_ms(0.2);
    assert_int_equal(ranks.low_workers, 15);
    Job high = {.priority = 1};
    double start = clock_ms();
    assert_true(pool_run(ranks.pool, &high, 8, high_task, &ranks));
    assert_true(clock_ms() - start < 15000);
    assert_int_equal(ranks.high_workers, 15);
    atomic_store(&ranks.low_workers, 0); /* and return to it */
    end = clock_ms() + 20000;
    while (atomic_load(&ranks.low_workers) != 15 && clock_ms() < end)
        clock_sleep_ms(0.2);
    assert_int_equal(ranks.low_workers, 15);
    atomic_store(&ranks.low.cancel, true);
    pthread_join(thread, NULL);
    pool_free(ranks.pool);
}

static void an_idle_pool_uses_no_time(void **state) {
    (void)state;
    Pool *pool = pool_of(pool_cores() > 1 ? 2 : 1);
    int64_t numbers[4] = {0};
    pool_run(pool, NULL, 4, add_plain, numbers);
    clock_sleep_ms(5);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    clock_sleep_ms(200);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    double ms = (double)(after.tv_sec - before.tv_sec) * 1e3 +
                (double)(after.tv_nsec - before.tv_nsec) * 1e-6;
    assert_true(ms < 20);
    pool_free(pool);
}

static void pools_are_made_and_freed(void **state) {
    (void)state;
    Error err = {0};
    assert_fails(pool_new(0, &err), err, "threads: expected 1..256, got 0");
    assert_fails(pool_new(257, &err), err, "threads: expected 1..256, got 257");
    mem_fail_at(1);
    assert_fails(pool_new(2, &err), err, "out of memory");
    mem_fail_at(0);
    for (int i = 0; i < 50; i++)
        pool_free(pool_of(1 + i % 9));
    pool_free(NULL);
    assert_true(pool_cores() >= 1 && pool_cores() <= POOL_THREADS_MAX);
}

static void the_clock_goes_on(void **state) {
    (void)state;
    double start = clock_ms();
    clock_sleep_ms(12);
    double took = clock_ms() - start;
    assert_true(took >= 12 && took < 5000);
    clock_sleep_ms(0);
    clock_sleep_ms(-5);
    double last = clock_ms();
    for (int i = 0; i < 10000; i++) {
        double now = clock_ms();
        assert_true(now >= last);
        last = now;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_index_is_done_once),
        cmocka_unit_test(what_tasks_wrote_is_seen),
        cmocka_unit_test(all_threads_take_part),
        cmocka_unit_test(a_cancelled_job_stops),
        cmocka_unit_test(several_may_call_at_once),
        cmocka_unit_test(workers_leave_for_a_higher_priority),
        cmocka_unit_test(an_idle_pool_uses_no_time),
        cmocka_unit_test(pools_are_made_and_freed),
        cmocka_unit_test(the_clock_goes_on),
    };
    return cmocka_run_group_tests_name("base_pool", tests, NULL, NULL);
}
