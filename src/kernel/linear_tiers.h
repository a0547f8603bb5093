/* Dot products of a few rows of weights with a few items, by tier; nothing outside kernel includes
 * this. */
#ifndef KERNEL_LINEAR_TIERS_H
#define KERNEL_LINEAR_TIERS_H

#include "kernel/kernel.h"

enum {
    LINEAR_ROWS = 4,  /* at a time: so many streams through memory */
    LINEAR_ITEMS = 4, /* at most */
    LINEAR_LANES = 16 /* partial sums of a dot product: i belongs to sum i % 16 */
};

/* dots[r*items + j] = w[r] . x[j], w rows x in, x items x in. Each is LINEAR_LANES partial sums in
 * order of i, joined by halves: lane l takes l+8, then l+4, l+2, l+1. */
typedef void (*LinearDots)(int64_t in, int rows, int items, const float *w, const float *x,
                           float *dots);
LinearDots linear_dots(CpuTier tier);
void linear_dots_ref(int64_t in, int rows, int items, const float *w, const float *x, float *dots);
#if defined(KERNEL_X86)
void linear_dots_avx2(int64_t in, int rows, int items, const float *w, const float *x, float *dots);
void linear_dots_avx512(int64_t in, int rows, int items, const float *w, const float *x,
                        float *dots);
#endif

#endif
