/* How many multiply-adds a tier's vectors do when nothing else has to be done: chains that depend
 * on nothing but themselves, in registers. What a convolution reaches is told as a share of it. */
#ifndef KERNEL_FMA_H
#define KERNEL_FMA_H

#include "kernel/kernel.h"

/* Chains of sums side by side, enough to hide how long one takes. */
enum { FMA_CHAINS = 12 };

/* `rounds` steps of every chain; returns the number of multiply-adds. *sink is there so that none
 * is left out. */
typedef int64_t FmaChains(int64_t rounds, float *sink);

FmaChains *fma_chains(CpuTier tier);
extern FmaChains fma_ref;
#if defined(KERNEL_X86)
extern FmaChains fma_avx2, fma_avx512;
#endif

#endif
