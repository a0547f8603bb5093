/* In C for any machine: vectors of four, which gcc and clang turn into what the machine has. */
#include "kernel/conv_tiers.h"

enum { GROUPS = 1, LANES = 4 };
typedef float Vector __attribute__((vector_size(LANES * sizeof(float)), may_alias));

static inline Vector zero(void) {
    return (Vector){0};
}
static inline Vector load(const float *p) {
    return *(const Vector *)(const void *)p;
}
static inline Vector broadcast(const float *p) {
    return (Vector){*p, *p, *p, *p};
}
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return a * b + c;
}
static inline Vector add(Vector a, Vector b) {
    return a + b;
}
static inline void store(float *p, Vector v) {
    *(Vector *)(void *)p = v;
}

#include "kernel/conv_tile.h"
MICRO(1)

const ConvTier conv_tier_ref = {GROUPS, LANES, {ROW(1)}, {sums_1, sums_2}};
