#include "session/bench.h"

#include "session/algorithm.h"
#include "session/canvas.h"
#include "session/lab_bench.h"
#include "session/panes.h"
#include "session/paper_table.h"
#include "session/perform.h"
#include "session/race.h"
#include "session/training.h"
#include "session/trial.h"

const BenchKind bench_kinds[BENCHES] = {
    [BENCH_NONE] = {.name = "none"},
    [BENCH_ALGORITHM] = {.name = "algorithm", .refuses = algorithm_refuses},
    [BENCH_RACE] = {.name = "race", .refuses = race_refuses, .wants = race_wants},
    [BENCH_LAYER] = {.name = "layer", .refuses = trial_refuses, .wants = trial_wants},
    [BENCH_RESIDUAL] = {"residual", residual_refuses, residual_wants, false},
    [BENCH_DENSE] = {"dense", dense_refuses, dense_wants, false},
    [BENCH_INCEPTION] = {"inception", inception_refuses, NULL, false},
    [BENCH_TRAINING] = {.name = "training", .wants = training_wants, .alone = true},
    [BENCH_CANVAS] = {.name = "canvas", .refuses = canvas_refuses, .wants = canvas_wants},
    [BENCH_PANES] = {.name = "panes", .refuses = refuse_without_scene, .wants = panes_wants},
    [BENCH_FAMILIES] = {"families", NULL, families_wants, true},
    [BENCH_TABLE] = {"table", paper_table_refuses, paper_table_wants, true},
};

Work *bench_work(const Session *s) {
    return s->work;
}

void bench_ask(Session *s) {
    if (s->state.place.bench != BENCH_TRAINING)
        training_leave(s);
    const BenchKind *kind = &bench_kinds[s->state.place.bench];
    Error err = {0};
    const bool refused = kind->refuses && kind->refuses(s);
    Work *wanted = kind->wants && !refused ? kind->wants(s, s->work, &err) : NULL;
    if (wanted != s->work) {
        work_release(s->work);
        s->work = wanted;
    }
    if (err.code != ERROR_NONE)
        s->banner = err;
}
