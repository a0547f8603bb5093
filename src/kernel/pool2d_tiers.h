/* Maxima of windows side by side, by tier; nothing outside kernel includes this. */
#ifndef KERNEL_POOL2D_TIERS_H
#define KERNEL_POOL2D_TIERS_H

#include "kernel/pool2d_window.h"

/* A map, or a copy of it with `shift` columns of padding on the left. */
typedef struct PoolSource {
    const float *x;
    int64_t pitch, shift;
} PoolSource;

typedef struct PoolTier {
    int width; /* of a vector of windows */
    /* `vectors` of them from window ox of a row on, all of whose columns lie in the source; rows:
     * those of the window, at least one. The stride sx is 1, or 2 with kw > 1. switches may be
     * NULL. */
    void (*max)(const PoolShape *s, PoolSource in, Span rows, int64_t ox, int64_t vectors, float *y,
                int32_t *switches);
} PoolTier;

const PoolTier *pool_tier(CpuTier tier);
extern const PoolTier pool_tier_ref;
#if defined(KERNEL_X86)
extern const PoolTier pool_tier_avx2, pool_tier_avx512;
#endif

#endif
