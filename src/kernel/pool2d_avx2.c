#if defined(__x86_64__)
#define VECTOR_WIDTH 8
#define POOL_EVEN    0, 2, 4, 6, 8, 10, 12, 14
#define POOL_ODD     1, 3, 5, 7, 9, 11, 13, 15
#include "kernel/pool2d_block.h"

const PoolTier pool_tier_avx2 = {VECTOR_WIDTH, max_vectors};
#else
typedef int kernel_pool2d_avx2_is_for_x86; /* a file needs something in it */
#endif
