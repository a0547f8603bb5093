#include "session/bench.h"

#include "session/algorithm.h"
#include "session/perform.h"
#include "session/race.h"
#include "session/trial.h"

const BenchKind bench_kinds[BENCHES] = {
    [BENCH_NONE] = {.name = "none"},
    [BENCH_ALGORITHM] = {.name = "algorithm", .refuses = algorithm_refuses},
    [BENCH_RACE] = {.name = "race", .refuses = race_refuses, .wants = race_wants},
    [BENCH_LAYER] = {.name = "layer", .refuses = trial_refuses, .wants = trial_wants},
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
