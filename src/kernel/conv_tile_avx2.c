#if defined(__x86_64__)
#include "kernel/conv_tiers.h"
#include <immintrin.h>

enum { LANES = 8, TRIOS = 2, QUARTETS = 1 }; /* 12 accumulators of the 16 registers */
typedef __m256 Vector;

static inline Vector zero(void) {
    return _mm256_setzero_ps();
}
static inline Vector load(const float *p) {
    return _mm256_load_ps(p);
}
static inline Vector load_any(const float *p) {
    return _mm256_loadu_ps(p);
}
/* Those outside are not touched. */
static inline Vector load_lanes(const float *p, int64_t from, int64_t to) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i low = _mm256_set1_epi32((int)(from < LANES ? from : LANES));
    const __m256i high = _mm256_set1_epi32((int)(to > 0 ? to : 0));
    return _mm256_maskload_ps(
        p, _mm256_andnot_si256(_mm256_cmpgt_epi32(low, lane), _mm256_cmpgt_epi32(high, lane)));
}
static inline void store(float *p, Vector v) {
    _mm256_store_ps(p, v);
}
static inline void store_any(float *p, Vector v) {
    _mm256_storeu_ps(p, v);
}
static inline Vector broadcast(const float *p) {
    return _mm256_set1_ps(*p);
}
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm256_fmadd_ps(a, b, c);
}
static inline Vector multiply(Vector a, Vector b) {
    return _mm256_mul_ps(a, b);
}
static inline Vector add(Vector a, Vector b) {
    return _mm256_add_ps(a, b);
}
static inline Vector above_zero(Vector v) { /* max of two of which one is NaN: the second */
    return _mm256_max_ps(_mm256_setzero_ps(), v);
}

#include "kernel/conv_tile.h"
MICRO_TRIOS(1)
MICRO_TRIOS(2)
MICRO_QUARTETS(1)

const ConvTier conv_tier_avx2 = {
    .lanes = LANES,
    .groups = {TRIOS, TRIOS, QUARTETS, QUARTETS, QUARTETS, QUARTETS},
    .micro = {{ROW(trios, 1), ROW(trios, 2)},
              {ROW(trios_beside, 1), ROW(trios_beside, 2)},
              {ROW(quartets, 1)},
              {ROW(quartets_beside, 1)},
              {ROW(quartets_second, 1)},
              {ROW(quartets_runs, 1)}},
    .sums = {sums_1, sums_2},
    .finish = finish,
    .copy = copy,
};
#else
typedef int kernel_conv_tile_avx2_is_for_x86; /* a file needs something in it */
#endif
