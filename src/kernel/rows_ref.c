#define ROWS_REF
#include "kernel/rows_template.h"

const Rows rows_ref = ROWS_TABLE;

const Rows *rows_of(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return &rows_avx512;
    if (tier == CPU_AVX2)
        return &rows_avx2;
#endif
    (void)tier;
    return &rows_ref;
}
