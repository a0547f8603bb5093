#if defined(__x86_64__)
#include "kernel/gemm_tiers.h"
#include "kernel/linear_tiers.h"
#include <immintrin.h>

enum { LANES = 8, PAIR = LINEAR_LANES / LANES };

/* The order in which linear_dots_ref joins its partial sums. */
static inline float join(__m256 low, __m256 high) {
    const __m256 eight = _mm256_add_ps(low, high);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline __m256i first_lanes(int64_t count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count < LANES ? count : LANES)), lane);
}

/* Rows are fewer the more items there are, so that the sums stay in the registers. */
static inline __attribute__((always_inline)) void
dots_of(int64_t in, const int rows, const int items, const float *w, const float *x, float *dots) {
    __m256 sum[LINEAR_ROWS][LINEAR_ITEMS][PAIR];
    UNROLL(4)
    for (int r = 0; r < rows; r++) {
        UNROLL(4)
        for (int j = 0; j < items; j++)
            sum[r][j][0] = sum[r][j][1] = _mm256_setzero_ps();
    }
    for (int64_t i = 0; i < in; i += LINEAR_LANES) {
        UNROLL(2)
        for (int h = 0; h < PAIR; h++) {
            const int64_t at = i + h * LANES;
            const __m256i mask = first_lanes(in - at);
            __m256 wv[LINEAR_ROWS];
            UNROLL(4)
            for (int r = 0; r < rows; r++) {
                _mm_prefetch((const char *)(w + r * in + at + 512), _MM_HINT_T0);
                wv[r] = _mm256_maskload_ps(w + r * in + at, mask);
            }
            UNROLL(4)
            for (int j = 0; j < items; j++) {
                const __m256 xv = _mm256_maskload_ps(x + j * in + at, mask);
                UNROLL(4)
                for (int r = 0; r < rows; r++)
                    sum[r][j][h] = _mm256_fmadd_ps(wv[r], xv, sum[r][j][h]);
            }
        }
    }
    UNROLL(4)
    for (int r = 0; r < rows; r++) {
        UNROLL(4)
        for (int j = 0; j < items; j++)
            dots[r * items + j] = join(sum[r][j][0], sum[r][j][1]);
    }
}

void linear_dots_avx2(int64_t in, int rows, int items, const float *w, const float *x,
                      float *dots) {
    if (items == 1 && rows == LINEAR_ROWS) {
        dots_of(in, LINEAR_ROWS, 1, w, x, dots);
        return;
    }
    for (int r = 0; r < rows; r++, w += in, dots += items) {
        if (items == 4)
            dots_of(in, 1, 4, w, x, dots);
        else if (items == 3)
            dots_of(in, 1, 3, w, x, dots);
        else if (items == 2)
            dots_of(in, 1, 2, w, x, dots);
        else
            dots_of(in, 1, 1, w, x, dots);
    }
}
#else
typedef int kernel_linear_avx2_is_for_x86; /* a file needs something in it */
#endif
