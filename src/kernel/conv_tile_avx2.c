#if defined(__x86_64__)
#include "kernel/conv_tiers.h"
#include <immintrin.h>

enum { GROUPS = 2, LANES = 8 }; /* 12 accumulators of the 16 registers */
typedef __m256 Vector;

static inline Vector zero(void) {
    return _mm256_setzero_ps();
}
static inline Vector load(const float *p) {
    return _mm256_load_ps(p);
}
static inline Vector broadcast(const float *p) {
    return _mm256_broadcast_ss(p);
}
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm256_fmadd_ps(a, b, c);
}
static inline Vector add(Vector a, Vector b) {
    return _mm256_add_ps(a, b);
}
static inline void store(float *p, Vector v) {
    _mm256_store_ps(p, v);
}

#include "kernel/conv_tile.h"
MICRO(1)
MICRO(2)

const ConvTier conv_tier_avx2 = {GROUPS, LANES, {ROW(1), ROW(2)}, {sums_1, sums_2}};
#else
typedef int kernel_conv_tile_avx2_is_for_x86; /* a file needs something in it */
#endif
