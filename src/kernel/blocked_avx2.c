/* Tiles of 6 pixels by 16 channels: 12 accumulators of the 16 registers. */
#if defined(__x86_64__)
#define VECTOR_WIDTH 8
#include "kernel/blocked_tiers.h"
#include "kernel/vector.h"
#include <immintrin.h>
#include <math.h>

enum { ROWS = 6, WIDE = 1 };
static inline __attribute__((always_inline)) Vector multiply_add(Vector a, Vector b, Vector c) {
    __m256 sum = (__m256)c;
    /* In c's register: left to itself, gcc moves sums about and runs out of registers. */
    __asm__("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
    return (Vector)sum;
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
