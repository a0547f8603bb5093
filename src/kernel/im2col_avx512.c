/* Packing patches by masked loads: what the mask leaves out is not touched, and comes as zero. */
#if defined(__x86_64__)
#include "kernel/im2col.h"
#include <immintrin.h>

enum { LANES = 16 };

/* Lanes filled from one row of the picture; lane l at offset + l*SX. For stride 2 the masks of the
 * two vectors from which the even elements are taken. */
typedef struct Source {
    int64_t offset;
    __mmask16 mask, high;
} Source;

/* Bit i to bit 2i. */
static inline uint32_t spread(uint32_t m) {
    m = (m | m << 8) & 0x00ff00ff;
    m = (m | m << 4) & 0x0f0f0f0f;
    m = (m | m << 2) & 0x33333333;
    return (m | m << 1) & 0x55555555;
}

static inline __mmask16 lanes_mask(int64_t from, int64_t to) {
    return (__mmask16)(from < to ? (0xffffu >> (LANES - (to - from))) << from : 0);
}

/* One vector a channel. */
static inline __attribute__((always_inline)) void fill(const Source *sources, int count,
                                                       const float *x, int64_t plane,
                                                       int64_t channels, const int stride,
                                                       int64_t sx, float *to, int64_t step) {
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i index = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)sx));
    for (int64_t c = 0; c < channels; c++, x += plane, to += step) {
        __m512 v = _mm512_setzero_ps(), high = v;
        for (int i = 0; i < count; i++) {
            const float *from = x + sources[i].offset;
            if (stride == 1) {
                v = _mm512_mask_loadu_ps(v, sources[i].mask, from);
            } else if (stride == 2) {
                v = _mm512_mask_loadu_ps(v, sources[i].mask, from);
                high = _mm512_mask_loadu_ps(high, sources[i].high, from + LANES);
            } else {
                v = _mm512_mask_i32gather_ps(v, sources[i].mask, index, from, 4);
            }
        }
        if (stride == 2) /* index is 0, 2, .. 30 */
            v = _mm512_permutex2var_ps(v, index, high);
        _mm512_store_ps(to, v);
    }
}

static void fill_any(const Source *sources, int count, const float *x, int64_t plane,
                     int64_t channels, int64_t sx, float *to, int64_t step) {
    if (sx == 1 && count == 1)
        fill(sources, 1, x, plane, channels, 1, 1, to, step);
    else if (sx == 1)
        fill(sources, count, x, plane, channels, 1, 1, to, step);
    else if (sx == 2)
        fill(sources, count, x, plane, channels, 2, 2, to, step);
    else
        fill(sources, count, x, plane, channels, 0, sx, to, step);
}

void conv_pack_patches_avx512(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
                              int nr, float *panel) {
    const ConvPatches *p = patches;
    const ConvShape *s = p->shape;
    const int64_t plane = s->ih * s->iw;
    const ConvSlice slice = conv_slice(s, k0, kc);
    for (int v = 0; v < nr; v += LANES) {
        ConvRun runs[LANES];
        Source across[LANES], sources[LANES];
        const int64_t lanes = nc - v < LANES ? nc - v : LANES;
        int count = 0;
        for (int64_t lane = 0; lane < lanes; lane = runs[count++].end)
            runs[count] = conv_run(s, n0 + v, lane, lanes);
        for (int64_t kx = 0; kx < s->kw; kx++) {
            for (int r = 0; r < count; r++) {
                int64_t from, to;
                conv_run_lanes(s, &runs[r], kx, &from, &to);
                const uint32_t mask = lanes_mask(from, to), even = spread(mask);
                const bool two = s->sx == 2;
                across[r] = (Source){runs[r].start + kx * s->dx, (__mmask16)(two ? even : mask),
                                     (__mmask16)(two ? even >> LANES : 0)};
            }
            for (int64_t ky = 0; ky < s->kh; ky++) {
                const int64_t tap = ky * s->kw + kx;
                const int64_t ic = conv_slice_first(&slice, tap), end = conv_slice_end(&slice, tap);
                if (ic >= end)
                    continue;
                int used = 0;
                for (int r = 0; r < count; r++) {
                    sources[used] = across[r];
                    sources[used].offset += ky * s->dy * s->iw;
                    used += conv_run_row(s, &runs[r], ky) && (across[r].mask | across[r].high);
                }
                fill_any(sources, used, p->x + ic * plane, plane, end - ic, s->sx,
                         panel + (ic * slice.taps + tap - k0) * nr + v, slice.taps * nr);
            }
        }
    }
}
#else
typedef int kernel_im2col_avx512_is_for_x86; /* a file needs something in it */
#endif
