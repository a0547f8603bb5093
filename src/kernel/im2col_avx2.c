/* Packing patches by masked loads: what the mask leaves out is not touched, and comes as zero. */
#if defined(__x86_64__)
#include "kernel/im2col.h"
#include <immintrin.h>

enum { LANES = 8 };

/* Lanes filled from one row of the picture; lane l at offset + l*SX. For stride 2 the masks of the
 * two vectors from which the even elements are taken. */
typedef struct Source {
    int64_t offset;
    __m256i mask, high;
} Source;

/* All ones where from <= lane < to. */
static inline __m256i lanes_mask(__m256i lane, int64_t from, int64_t to) {
    return _mm256_andnot_si256(_mm256_cmpgt_epi32(_mm256_set1_epi32((int)from), lane),
                               _mm256_cmpgt_epi32(_mm256_set1_epi32((int)to), lane));
}

static inline Source source_of(int64_t offset, int64_t sx, int64_t from, int64_t to) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    if (sx != 2)
        return (Source){offset, lanes_mask(lane, from, to), _mm256_setzero_si256()};
    const __m256i even = _mm256_setr_epi32(0, LANES, 1, LANES, 2, LANES, 3, LANES);
    return (Source){offset, lanes_mask(even, from, to),
                    lanes_mask(_mm256_add_epi32(even, _mm256_set1_epi32(4)), from, to)};
}

/* One vector a channel: the sources fill disjoint lanes. */
static inline __attribute__((always_inline)) void fill(const Source *sources, int count,
                                                       const float *x, int64_t plane,
                                                       int64_t channels, const int stride,
                                                       int64_t sx, float *to, int64_t step) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i index = _mm256_mullo_epi32(lane, _mm256_set1_epi32((int)sx));
    for (int64_t c = 0; c < channels; c++, x += plane, to += step) {
        __m256 v = _mm256_setzero_ps(), high = v;
        for (int i = 0; i < count; i++) {
            const float *from = x + sources[i].offset;
            const __m256i mask = sources[i].mask;
            if (stride == 0) {
                v = _mm256_mask_i32gather_ps(v, from, index, _mm256_castsi256_ps(mask), 4);
                continue;
            }
            v = _mm256_or_ps(v, _mm256_maskload_ps(from, mask));
            if (stride == 2)
                high = _mm256_or_ps(high, _mm256_maskload_ps(from + LANES, sources[i].high));
        }
        if (stride == 2) { /* 0 2 8 10 4 6 12 14 of both, then put in order */
            const __m256 even = _mm256_shuffle_ps(v, high, 0x88);
            v = _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(even), 0xd8));
        }
        _mm256_store_ps(to, v);
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

void conv_pack_patches_avx2(const void *patches, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
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
                across[r] = source_of(runs[r].start + kx * s->dx, s->sx, from, to);
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
                    used += conv_run_row(s, &runs[r], ky);
                }
                fill_any(sources, used, p->x + ic * plane, plane, end - ic, s->sx,
                         panel + (ic * slice.taps + tap - k0) * nr + v, slice.taps * nr);
            }
        }
    }
}
#else
typedef int kernel_im2col_avx2_is_for_x86; /* a file needs something in it */
#endif
