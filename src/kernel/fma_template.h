/* fma.h's chains for vectors of VECTOR_WIDTH numbers and the tier's way to multiply and add, which
 * the file that includes this says: Vector multiply_add(a, b, c). */
#include "kernel/fma.h"
#include "kernel/gemm_tiers.h" /* UNROLL */

int64_t FMA_NAME(int64_t rounds, float *sink) {
    Vector sum[FMA_CHAINS];
    const Vector shrink = splat(0.999F), add = splat(0.001F);
    UNROLL(12)
    for (int c = 0; c < FMA_CHAINS; c++)
        sum[c] = splat((float)c);
    for (int64_t i = 0; i < rounds; i++) {
        UNROLL(12)
        for (int c = 0; c < FMA_CHAINS; c++)
            sum[c] = multiply_add(sum[c], shrink, add);
    }
    Vector all = splat(0);
    for (int c = 0; c < FMA_CHAINS; c++)
        all += sum[c];
    *sink = all[0];
    return rounds * FMA_CHAINS * VECTOR_WIDTH;
}
