/* What can be said of many numbers. Numbers that are not finite are counted and left out. */
#ifndef TENSOR_STATS_H
#define TENSOR_STATS_H

#include <stdint.h>

typedef struct Stats {
    int64_t count, nans, infinities; /* count: all of them */
    float min, max;                  /* of the finite ones; 0 if there are none */
    double mean, l2;                 /* l2: square root of the sum of squares */
    int64_t argmax; /* first of the largest in reading order; -1 if none is finite */
} Stats;
Stats stats_of(const float *x, int64_t count);

/* How many finite x fall in each of `bins` equal intervals of [min, max]; max falls in the last
 * (all, if min = max). Those outside are not counted. */
void stats_histogram(const float *x, int64_t count, float min, float max, int bins, int64_t *out);

/* The k largest, largest first, the first of equals first, NaN last; out holds k indexes, -1
 * where there are fewer than k numbers. For small k: time grows with count * k at worst. */
void stats_top(const float *x, int64_t count, int k, int64_t *out);

#endif
