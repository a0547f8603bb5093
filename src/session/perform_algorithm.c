#include "session/algorithm.h"
#include "session/perform.h"

#include "base/text.h"

const char *refuse_without_walk(const Session *s) {
    return s->state.place.bench != BENCH_ALGORITHM ? "refuse.no_walk" : algorithm_refuses(s);
}

const char *refuse_without_race(const Session *s) {
    return s->state.place.bench != BENCH_RACE ? "refuse.no_race" : NULL;
}

/* The chosen output goes along with the tile, as the same element of it where there is one. */
static bool go_to(Session *s, const Algorithm *a, int64_t step) {
    StatePlace *p = &s->state.place;
    GemmPlace to;
    const int64_t row = a->row - a->place.ir.first, column = a->column - a->place.jr.first;
    step = step < INT32_MAX ? step : INT32_MAX - 1;
    gemm_walk_at(&a->walk, step, &to);
    const int64_t m = to.ir.first + (row < to.ir.count ? row : to.ir.count - 1);
    const int64_t n = to.jr.first + (column < to.jr.count ? column : to.jr.count - 1);
    p->node = a->node;
    p->channel = (int)(to.group * a->walk.plan.m + m);
    p->unit[0] = (int)(n / a->walk.shape.ow);
    p->unit[1] = (int)(n % a->walk.shape.ow);
    p->algorithm_step = (int)step;
    return true;
}

static bool go_by(Session *s, int by) {
    Algorithm a;
    return algorithm_at(s, &a) &&
           go_to(s, &a, gemm_walk_go(&a.walk, a.step, (GemmStride)s->state.place.algorithm_by, by));
}

PERFORM(algorithm_step) {
    (void)argument, (void)err;
    return go_by(s, 1);
}

PERFORM(algorithm_back) {
    (void)argument, (void)err;
    return go_by(s, -1);
}

PERFORM(algorithm_by) {
    return perform_field(s, "algorithm_by", argument, err);
}

/* To where the chosen output's sum begins; with numbers, to that of another. */
PERFORM(algorithm_pixel) {
    Algorithm a;
    int at[3];
    const int count = perform_numbers(argument, "algorithm.pixel", at, 3, err);
    if (count < 0 || !algorithm_at(s, &a))
        return false;
    const ConvShape *c = &a.walk.shape;
    if (count == 0) {
        at[0] = a.channel;
        at[1] = a.y;
        at[2] = a.x;
    }
    const bool there =
        at[0] >= 0 && at[0] < c->oc && at[1] >= 0 && at[1] < c->oh && at[2] >= 0 && at[2] < c->ow;
    if ((count != 0 && count != 3) || !there)
        return error_set(err, ERROR_EXPECTED, "algorithm.pixel",
                         TEXT("a channel, y and x within %lld, %lld, %lld", (long long)c->oc,
                              (long long)c->oh, (long long)c->ow),
                         TEXT("'%.100s'", argument));
    a.row = at[0] % a.walk.plan.m;
    a.column = (int64_t)at[1] * c->ow + at[2];
    a.step = gemm_walk_find(&a.walk, at[0] / a.walk.plan.m, a.row, a.column, 0);
    gemm_walk_at(&a.walk, a.step, &a.place);
    return go_to(s, &a, a.step);
}

PERFORM(algorithm_begin) {
    Algorithm a;
    (void)argument, (void)err;
    return algorithm_at(s, &a) && go_to(s, &a, 0);
}

PERFORM(algorithm_end) {
    Algorithm a;
    (void)argument, (void)err;
    return algorithm_at(s, &a) && go_to(s, &a, a.walk.steps - 1);
}

bool algorithm_play(Session *s, Error *err) {
    Algorithm a;
    (void)err;
    if (!algorithm_at(s, &a) || a.step >= a.walk.steps - 1) {
        s->state.playing = false;
        return true;
    }
    return go_by(s, 1);
}

PERFORM(race_replay) {
    (void)argument, (void)err;
    s->state.place.race_replays = (s->state.place.race_replays + 1) % 1000;
    return true;
}

PERFORM(race_whole) {
    return perform_field(s, "race", argument, err);
}
