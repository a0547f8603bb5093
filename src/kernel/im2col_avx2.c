#if defined(__x86_64__)
#include "kernel/im2col.h"
#include <immintrin.h>

enum { LANES = 8 };
typedef __m256 Vector;
typedef __m256i Mask;

static inline Vector zero(void) {
    return _mm256_setzero_ps();
}
static inline void store(float *p, Vector v) {
    _mm256_store_ps(p, v);
}
/* All ones where from <= lane < to. */
static inline Mask between(Mask lane, int64_t from, int64_t to) {
    return _mm256_andnot_si256(_mm256_cmpgt_epi32(_mm256_set1_epi32((int)from), lane),
                               _mm256_cmpgt_epi32(_mm256_set1_epi32((int)to), lane));
}
static inline Mask lanes_mask(int64_t from, int64_t to) {
    return between(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), from, to);
}
static inline Vector load_more(Vector v, Mask mask, const float *p) {
    return _mm256_or_ps(v, _mm256_maskload_ps(p, mask));
}
static inline void spread_mask(int64_t from, int64_t to, Mask *low, Mask *high) {
    const Mask even = _mm256_setr_epi32(0, LANES, 1, LANES, 2, LANES, 3, LANES);
    const int64_t end = to < LANES ? to : LANES;
    *low = between(even, from, end);
    *high = between(_mm256_add_epi32(even, _mm256_set1_epi32(LANES / 2)), from, end);
}
/* 0 2 8 10 4 6 12 14 of both, then put in order. */
static inline Vector every_second(Vector a, Vector b) {
    const __m256 even = _mm256_shuffle_ps(a, b, 0x88);
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(even), 0xd8));
}
static inline Vector gather_more(Vector v, Mask mask, const float *p, int64_t stride) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i index = _mm256_mullo_epi32(lane, _mm256_set1_epi32((int)stride));
    return _mm256_mask_i32gather_ps(v, p, index, _mm256_castsi256_ps(mask), 4);
}

#include "kernel/im2col_tile.h"

void conv_pack_patches_avx2(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
                            int nr, float *panel) {
    pack_patches(patches, k0, kc, n0, nc, nr, panel);
}
#else
typedef int kernel_im2col_avx2_is_for_x86; /* a file needs something in it */
#endif
