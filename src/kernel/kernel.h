/* What the compute kernels share. Kernels work on raw pointers, allocate nothing, know no tensors'
 * owners, and give the same bits for any number of threads: how a sum is split depends on the
 * shape, the tier and the path only. Each returns false if it was cancelled (its output is then
 * unusable).
 *
 * All maps are (N, C, H, W) row-major. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "base/pool.h"
#include <stddef.h>
#include <stdint.h>

/* Whether the tiers above ref can be compiled in; a build with KERNEL_REF_ONLY leaves them out. */
#if defined(__x86_64__) && !defined(KERNEL_REF_ONLY)
#define KERNEL_X86 1
#endif

/* The tiers, lowest first. ref is plain C and the specification. */
typedef enum CpuTier { CPU_REF, CPU_AVX2, CPU_AVX512, CPU_TIERS } CpuTier;
const char *cpu_tier_name(CpuTier tier); /* "ref", "avx2", "avx512" */
CpuTier cpu_best(void);                  /* the highest that this machine and build can run */
const char *cpu_name(void);              /* "Intel(R) Xeon(R) ...", or the architecture */

/* Where and how a kernel runs. */
typedef struct KernelContext {
    CpuTier tier;
    Pool *pool; /* never NULL */
    Job *job;   /* cancel and progress; may be NULL. Progress counts multiply-adds (conv, linear)
                   or elements written (everything else) */
    float *scratch;       /* 64-byte aligned; what the kernel's _scratch function asks for */
    size_t scratch_count; /* floats */
} KernelContext;

#endif
