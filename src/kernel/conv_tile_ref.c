/* In C for any machine: vectors of four, which gcc and clang turn into what the machine has. */
#include "kernel/conv_tiers.h"

#include <string.h>

enum { LANES = 4, TRIOS = 1, QUARTETS = 1 };
typedef float Vector __attribute__((vector_size(LANES * sizeof(float)), may_alias));

static inline Vector zero(void) {
    return (Vector){0};
}
static inline Vector load(const float *p) {
    return *(const Vector *)(const void *)p;
}
static inline Vector load_any(const float *p) {
    Vector v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline Vector load_lanes(const float *p, int64_t from, int64_t to) {
    Vector v = {0};
    for (int64_t i = from; i < to; i++)
        v[i] = p[i];
    return v;
}
static inline void store(float *p, Vector v) {
    *(Vector *)(void *)p = v;
}
static inline void store_any(float *p, Vector v) {
    memcpy(p, &v, sizeof v);
}
static inline Vector broadcast(const float *p) {
    return (Vector){*p, *p, *p, *p};
}
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return a * b + c;
}
static inline Vector multiply(Vector a, Vector b) {
    return a * b;
}
static inline Vector add(Vector a, Vector b) {
    return a + b;
}
static inline Vector above_zero(Vector v) {
    for (int i = 0; i < LANES; i++)
        v[i] = v[i] < 0 ? 0 : v[i];
    return v;
}

#include "kernel/conv_tile.h"
MICRO_TRIOS(1)
MICRO_QUARTETS(1)

const ConvTier conv_tier_ref = {
    .lanes = LANES,
    .groups = {TRIOS, TRIOS, QUARTETS, QUARTETS, QUARTETS, QUARTETS},
    .micro = {{ROW(trios, 1)},
              {ROW(trios_beside, 1)},
              {ROW(quartets, 1)},
              {ROW(quartets_beside, 1)},
              {ROW(quartets_second, 1)},
              {ROW(quartets_runs, 1)}},
    .sums = {sums_1, sums_2},
    .finish = finish,
    .copy = copy,
};
