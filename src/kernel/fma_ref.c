#include "kernel/vector.h"

static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return a * b + c;
}
#define FMA_NAME fma_ref
#include "kernel/fma_template.h"

FmaChains *fma_chains(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return fma_avx512;
    if (tier == CPU_AVX2)
        return fma_avx2;
#endif
    (void)tier;
    return fma_ref;
}
