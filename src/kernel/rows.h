/* Inner loops over runs of numbers, by tier: what must keep up with memory. Every one but tanh and
 * sigmoid gives the same bits on all tiers. Nothing outside kernel includes this. */
#ifndef KERNEL_ROWS_H
#define KERNEL_ROWS_H

#include "kernel/kernel.h"

/* Two sums side by side, each in so many partial sums: number i of a run belongs to i % LANES. */
enum { ROWS_LANES = 16 };
typedef struct RowSums {
    float a[ROWS_LANES], b[ROWS_LANES];
} RowSums;

/* y = (x - mean) * scale + shift, then max(y, 0) if relu */
typedef struct RowLine {
    float mean, scale, shift;
    bool relu;
} RowLine;

typedef struct Rows {
    /* a += x - shift, b += (x - shift)^2 */
    void (*moments)(int64_t count, const float *x, float shift, RowSums *s);
    /* a += g, b += g * (x - mean), g counting as 0 where a ReLU cut y off */
    void (*products)(int64_t count, const float *x, const float *g, const RowLine *line,
                     RowSums *s);
    void (*line)(int64_t count, const float *x, const RowLine *line, float *y);
    /* dx = scale * (g - offset - (x - mean) * slope), g as above; added if add */
    void (*line_gradient)(int64_t count, const float *x, const float *g, const RowLine *line,
                          float offset, float slope, bool add, float *dx);
    /* y may be x. */
    void (*tanh)(int64_t count, const float *x, float *y);
    void (*sigmoid)(int64_t count, const float *x, float *y);
} Rows;

const Rows *rows_of(CpuTier tier);
extern const Rows rows_ref;
#if defined(KERNEL_X86)
extern const Rows rows_avx2, rows_avx512;
#endif

#endif
