#define POOL_EVEN 0, 2, 4, 6
#define POOL_ODD  1, 3, 5, 7
#include "kernel/pool2d_block.h"

const PoolTier pool_tier_ref = {VECTOR_WIDTH, max_vectors};

const PoolTier *pool_tier(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return &pool_tier_avx512;
    if (tier == CPU_AVX2)
        return &pool_tier_avx2;
#endif
    (void)tier;
    return &pool_tier_ref;
}
