#include "session/bench.h"

#include "session/lab_bench.h"
#include "session/perform.h"

const BenchKind bench_kinds[BENCHES] = {
    [BENCH_NONE] = {.name = "none"},
    [BENCH_ALGORITHM] = {.name = "algorithm"},
    [BENCH_RACE] = {.name = "race"},
    [BENCH_TRAINING] = {.name = "training"},
    [BENCH_PANES] = {.name = "panes"},
    [BENCH_RESIDUAL] = {"residual", residual_refuses, residual_wants, false},
    [BENCH_DENSE] = {"dense", dense_refuses, dense_wants, false},
    [BENCH_INCEPTION] = {"inception", inception_refuses, NULL, false},
    [BENCH_LAYER] = {.name = "layer"},
    [BENCH_CANVAS] = {.name = "canvas"},
    [BENCH_FAMILIES] = {"families", NULL, families_wants, true},
};

Work *bench_work(const Session *s) {
    return s->work;
}

void bench_ask(Session *s) {
    const BenchKind *kind = &bench_kinds[s->state.place.bench];
    Error err = {0};
    Work *wanted = kind->wants ? kind->wants(s, s->work, &err) : NULL;
    if (wanted != s->work) {
        work_release(s->work);
        s->work = wanted;
    }
    if (err.code != ERROR_NONE)
        s->banner = err;
}
