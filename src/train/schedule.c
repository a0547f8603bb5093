#include "train/schedule.h"

#include <assert.h>
#include <math.h>

const char *schedule_kind_name(ScheduleKind kind) {
    static const char *const names[SCHEDULE_KINDS] = {"constant", "step", "cosine", "one-cycle"};
    assert((unsigned)kind < SCHEDULE_KINDS);
    return names[kind];
}

/* From a to b along half a cosine as `at` goes from 0 to 1; beyond, the end. */
static double cosine(double a, double b, double at) {
    const double pi = 3.14159265358979323846;
    at = at < 0 ? 0 : at > 1 ? 1 : at;
    return b + (a - b) * (1 + cos(pi * at)) / 2;
}

/* The way from one step to another: 0 to 1; 1 where there is none. */
static double share(double step, double from, double to) {
    return to > from ? (step - from) / (to - from) : 1;
}

/* The peak is the last step of the way up, the end the last of all, as in PyTorch's OneCycleLR. */
static double one_cycle(const Schedule *s, double step, double up, double last) {
    double peak = up > 1 ? up - 1 : 0;
    return step < peak ? cosine(s->first, 1, share(step, 0, peak))
                       : cosine(1, s->last, step > peak ? share(step, peak, last) : 0);
}

double schedule_rate(const Schedule *s, int64_t step, int64_t steps_per_epoch, int64_t epochs) {
    assert(step >= 0 && steps_per_epoch > 0 && epochs > 0);
    double at = (double)step, epoch = (double)steps_per_epoch;
    double up = s->warmup * epoch, last = epoch * (double)epochs - 1;
    if (s->kind == SCHEDULE_ONE_CYCLE)
        return s->rate * one_cycle(s, at, up, last);
    if (at < up)
        return s->rate * (s->first + (1 - s->first) * at / up);
    double factor = 1;
    if (s->kind == SCHEDULE_COSINE)
        factor = cosine(1, s->last, at > up ? share(at, up, last) : 0);
    for (int i = 0; s->kind == SCHEDULE_STEP && i < s->milestone_count; i++)
        if (at >= s->milestones[i] * epoch)
            factor *= s->factor;
    return s->rate * factor;
}
