#if defined(__x86_64__)
#include "kernel/gemm_tiers.h"
#include "kernel/linear_tiers.h"
#include <immintrin.h>

/* The order in which linear_dots_ref joins its partial sums. */
static inline float join(__m512 sum) {
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(sum), _mm512_extractf32x8_ps(sum, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline __attribute__((always_inline)) void
dots_of(int64_t in, const int rows, const int items, const float *w, const float *x, float *dots) {
    __m512 sum[LINEAR_ROWS][LINEAR_ITEMS];
    UNROLL(4)
    for (int r = 0; r < rows; r++) {
        UNROLL(4)
        for (int j = 0; j < items; j++)
            sum[r][j] = _mm512_setzero_ps();
    }
    for (int64_t i = 0; i < in; i += LINEAR_LANES) {
        const int64_t beyond = in - i < LINEAR_LANES ? LINEAR_LANES - (in - i) : 0;
        const __mmask16 mask = (__mmask16)(0xffffu >> beyond);
        __m512 xv[LINEAR_ITEMS];
        UNROLL(4)
        for (int j = 0; j < items; j++)
            xv[j] = _mm512_maskz_loadu_ps(mask, x + j * in + i);
        UNROLL(4)
        for (int r = 0; r < rows; r++) {
            _mm_prefetch((const char *)(w + r * in + i + 512), _MM_HINT_T0);
            const __m512 wv = _mm512_maskz_loadu_ps(mask, w + r * in + i);
            UNROLL(4)
            for (int j = 0; j < items; j++)
                sum[r][j] = _mm512_fmadd_ps(wv, xv[j], sum[r][j]);
        }
    }
    UNROLL(4)
    for (int r = 0; r < rows; r++) {
        UNROLL(4)
        for (int j = 0; j < items; j++)
            dots[r * items + j] = join(sum[r][j]);
    }
}

void linear_dots_avx512(int64_t in, int rows, int items, const float *w, const float *x,
                        float *dots) {
    for (; rows < LINEAR_ROWS && rows > 0; rows--, w += in, dots += items) {
        for (int j = 0; j < items; j++)
            dots_of(in, 1, 1, w, x + j * in, dots + j);
    }
    if (rows == 0)
        return;
    if (items == 1)
        dots_of(in, LINEAR_ROWS, 1, w, x, dots);
    else if (items == 2)
        dots_of(in, LINEAR_ROWS, 2, w, x, dots);
    else if (items == 3)
        dots_of(in, LINEAR_ROWS, 3, w, x, dots);
    else
        dots_of(in, LINEAR_ROWS, 4, w, x, dots);
}
#else
typedef int kernel_linear_avx512_is_for_x86; /* a file needs something in it */
#endif
