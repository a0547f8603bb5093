#if defined(__x86_64__)
#include "kernel/conv_tiers.h"
#include <immintrin.h>

enum { GROUPS = 4, LANES = 16 }; /* 24 accumulators of the 32 registers */
typedef __m512 Vector;

static inline Vector zero(void) {
    return _mm512_setzero_ps();
}
static inline Vector load(const float *p) {
    return _mm512_load_ps(p);
}
static inline Vector broadcast(const float *p) {
    return _mm512_set1_ps(*p);
}
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm512_fmadd_ps(a, b, c);
}
static inline Vector add(Vector a, Vector b) {
    return _mm512_add_ps(a, b);
}
static inline void store(float *p, Vector v) {
    _mm512_store_ps(p, v);
}

#include "kernel/conv_tile.h"
MICRO(1)
MICRO(2)
MICRO(3)
MICRO(4)

const ConvTier conv_tier_avx512 = {
    GROUPS, LANES, {ROW(1), ROW(2), ROW(3), ROW(4)}, {sums_1, sums_2}};
#else
typedef int kernel_conv_tile_avx512_is_for_x86; /* a file needs something in it */
#endif
