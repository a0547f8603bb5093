/* Pooling. Windows are clipped to the picture; padding never wins a maximum. */
#ifndef KERNEL_POOL2D_H
#define KERNEL_POOL2D_H

#include "kernel/kernel.h"

enum { POOL_KERNEL_MAX = 64 }; /* columns */

typedef struct PoolShape {
    int64_t n, c, ih, iw, oh, ow;
    int64_t kh, kw, sy, sx, py, px;
    bool count_include_pad; /* average: divide by the window's size with its padding (but not with
                               what ceil mode lets overhang the padded picture), as PyTorch does */
    bool adaptive;          /* average: window oy is floor(oy*IH/OH) .. ceil((oy+1)*IH/OH)-1, and
                               kernel, stride and padding are not looked at */
} PoolShape;

/* switches (may be NULL): N, C, OH, OW; the index y*IW + x of each maximum within its map, the
 * first in reading order among equals; -1 for a window that lies outside. A NaN in the window wins,
 * the first of several. */
bool pool_max(const KernelContext *k, const PoolShape *s, const float *x, float *y,
              int32_t *switches);
/* As if each window's middle cell (of an even number the first of the two) were its largest; of a
 * window that reaches beyond the picture, the nearest cell inside it. -1 where there is none. */
void pool_centers(const PoolShape *s, int32_t *switches);
bool pool_average(const KernelContext *k, const PoolShape *s, const float *x, float *y);

#endif
