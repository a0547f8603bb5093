#if defined(__x86_64__)
#include "kernel/conv_tiers.h"
#include <immintrin.h>

enum { LANES = 16, TRIOS = 4, QUARTETS = 3 }; /* 24 accumulators of the 32 registers */
typedef __m512 Vector;

static inline Vector zero(void) {
    return _mm512_setzero_ps();
}
static inline Vector load(const float *p) {
    return _mm512_load_ps(p);
}
static inline Vector load_any(const float *p) {
    return _mm512_loadu_ps(p);
}
/* Those outside are not touched. */
static inline Vector load_lanes(const float *p, int64_t from, int64_t to) {
    const uint32_t mask = from < to ? (0xffffu >> (LANES - (to - from))) << from : 0;
    return _mm512_maskz_loadu_ps((__mmask16)mask, p);
}
static inline void store(float *p, Vector v) {
    _mm512_store_ps(p, v);
}
static inline void store_any(float *p, Vector v) {
    _mm512_storeu_ps(p, v);
}
static inline Vector broadcast(const float *p) {
    return _mm512_set1_ps(*p);
}
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm512_fmadd_ps(a, b, c);
}
static inline Vector multiply(Vector a, Vector b) {
    return _mm512_mul_ps(a, b);
}
static inline Vector add(Vector a, Vector b) {
    return _mm512_add_ps(a, b);
}
static inline Vector above_zero(Vector v) { /* max of two of which one is NaN: the second */
    return _mm512_max_ps(_mm512_setzero_ps(), v);
}

#include "kernel/conv_tile.h"
MICRO_TRIOS(1)
MICRO_TRIOS(2)
MICRO_TRIOS(3)
MICRO_TRIOS(4)
MICRO_QUARTETS(1)
MICRO_QUARTETS(2)
MICRO_QUARTETS(3)

const ConvTier conv_tier_avx512 = {
    .lanes = LANES,
    .groups = {TRIOS, TRIOS, QUARTETS, QUARTETS, QUARTETS, QUARTETS},
    .micro = {{ROW(trios, 1), ROW(trios, 2), ROW(trios, 3), ROW(trios, 4)},
              {ROW(trios_beside, 1), ROW(trios_beside, 2), ROW(trios_beside, 3),
               ROW(trios_beside, 4)},
              {ROW(quartets, 1), ROW(quartets, 2), ROW(quartets, 3)},
              {ROW(quartets_beside, 1), ROW(quartets_beside, 2), ROW(quartets_beside, 3)},
              {ROW(quartets_second, 1), ROW(quartets_second, 2), ROW(quartets_second, 3)},
              {ROW(quartets_runs, 1), ROW(quartets_runs, 2), ROW(quartets_runs, 3)}},
    .sums = {sums_1, sums_2},
    .finish = finish,
    .copy = copy,
};
#else
typedef int kernel_conv_tile_avx512_is_for_x86; /* a file needs something in it */
#endif
