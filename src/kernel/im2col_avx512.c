#if defined(__x86_64__)
#include "kernel/im2col.h"
#include <immintrin.h>

enum { LANES = 16 };
typedef __m512 Vector;
typedef __mmask16 Mask;

static inline Vector zero(void) {
    return _mm512_setzero_ps();
}
static inline void store(float *p, Vector v) {
    _mm512_store_ps(p, v);
}
static inline Mask lanes_mask(int64_t from, int64_t to) {
    return (Mask)(from < to ? (0xffffu >> (LANES - (to - from))) << from : 0);
}
static inline Vector load_more(Vector v, Mask mask, const float *p) {
    return _mm512_mask_loadu_ps(v, mask, p);
}

/* Bit i to bit 2i. */
static inline void spread_mask(int64_t from, int64_t to, Mask *low, Mask *high) {
    uint32_t m = lanes_mask(from, to);
    m = (m | m << 8) & 0x00ff00ff;
    m = (m | m << 4) & 0x0f0f0f0f;
    m = (m | m << 2) & 0x33333333;
    m = (m | m << 1) & 0x55555555;
    *low = (Mask)m;
    *high = (Mask)(m >> LANES);
}
static inline Vector every_second(Vector a, Vector b) {
    const __m512i index = _mm512_slli_epi32(
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), 1);
    return _mm512_permutex2var_ps(a, index, b);
}
static inline Vector gather_more(Vector v, Mask mask, const float *p, int64_t stride) {
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i index = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)stride));
    return _mm512_mask_i32gather_ps(v, mask, index, p, 4);
}

#include "kernel/im2col_tile.h"

void conv_pack_patches_avx512(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
                              int nr, float *panel) {
    pack_patches(patches, k0, kc, n0, nc, nr, panel);
}
#else
typedef int kernel_im2col_avx512_is_for_x86; /* a file needs something in it */
#endif
