#include "kernel/blocked_tiers.h"
#include "kernel/vector.h"
#include <math.h>

enum { ROWS = 2, WIDE = 1 };
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return a * b + c;
}
#include "kernel/blocked_template.h"

MICRO(1, 1)
MICRO(2, 1)

const BlockedTier blocked_tier_ref = {
    .rows = ROWS,
    .wide = WIDE,
    .micro = {{micro_1_1}, {micro_2_1}},
    .picture = {{picture_1_1}, {picture_2_1}},
    BLOCKED_FUNCTIONS,
};

const BlockedTier *blocked_tier(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return &blocked_tier_avx512;
    if (tier == CPU_AVX2)
        return &blocked_tier_avx2;
#endif
    (void)tier;
    return &blocked_tier_ref;
}
