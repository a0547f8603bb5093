/* The learning rate over the course of a training. */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include <stdint.h>

typedef enum ScheduleKind {
    SCHEDULE_CONSTANT,
    SCHEDULE_STEP,   /* times `factor` at each of the milestones */
    SCHEDULE_COSINE, /* to `last` * rate along half a cosine (Loshchilov and Hutter 2017, eq. 5) */
    SCHEDULE_ONE_CYCLE, /* up from `first` * rate to rate and down to `last` * rate, both along half
                           a cosine (Smith and Topin 2018) */
    SCHEDULE_KINDS
} ScheduleKind;

enum { SCHEDULE_MILESTONES_MAX = 16 };

typedef struct Schedule {
    ScheduleKind kind;
    double rate;   /* the highest */
    double warmup; /* epochs: up to the rate in a straight line; one-cycle: the length of the way
                      up, along a cosine */
    double first, last; /* factors of rate */
    double factor;
    double milestones[SCHEDULE_MILESTONES_MAX]; /* epochs */
    int milestone_count;
} Schedule;

const char *schedule_kind_name(ScheduleKind kind); /* "constant", "step", "cosine", "one-cycle" */
/* The rate of step number `step` (from 0) of a training of `epochs` epochs. */
double schedule_rate(const Schedule *s, int64_t step, int64_t steps_per_epoch, int64_t epochs);

#endif
