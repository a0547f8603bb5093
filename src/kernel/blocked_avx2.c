/* Tiles of 6 pixels by 16 channels: 12 accumulators of the 16 registers. */
#if defined(__x86_64__)
#define VECTOR_WIDTH 8
#include "kernel/blocked_tiers.h"
#include "kernel/vector.h"
#include <immintrin.h>
#include <math.h>

enum { ROWS = 6, WIDE = 1 };
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
#include "kernel/blocked_template.h"

MICRO(1, 1)
MICRO(2, 1)
MICRO(3, 1)
MICRO(4, 1)
MICRO(5, 1)
MICRO(6, 1)

const BlockedTier blocked_tier_avx2 = {
    .rows = ROWS,
    .wide = WIDE,
    .micro = {{micro_1_1}, {micro_2_1}, {micro_3_1}, {micro_4_1}, {micro_5_1}, {micro_6_1}},
    .picture =
        {{picture_1_1}, {picture_2_1}, {picture_3_1}, {picture_4_1}, {picture_5_1}, {picture_6_1}},
    BLOCKED_FUNCTIONS,
};
#else
typedef int kernel_blocked_avx2_is_for_x86; /* a file needs something in it */
#endif
