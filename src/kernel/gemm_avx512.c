/* The micro-tile of the avx512 tier: up to 14 rows of 2 vectors, 28 accumulators of the 32
 * registers. Each step of k loads two vectors of B, and each row's value of A once for both. */
#if defined(__x86_64__)
#include "kernel/gemm_tiers.h"
#include <immintrin.h>

enum { ROWS = 14, LANES = 16 };

static inline __m512 finish(const GemmEpilogue *e, int64_t ldc, int r, int v, __mmask16 mask,
                            __m512 x) {
    if (e->scale)
        x = _mm512_mul_ps(x, _mm512_set1_ps(e->scale[r]));
    if (e->shift)
        x = _mm512_add_ps(x, _mm512_set1_ps(e->shift[r]));
    if (e->column_shift)
        x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(mask, e->column_shift + v * LANES));
    if (e->residual)
        x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(mask, e->residual + r * ldc + v * LANES));
    if (e->relu)
        x = _mm512_max_ps(_mm512_setzero_ps(), x); /* of two of which one is NaN: the second */
    return x;
}

GEMM_TILE void tile(const GemmTile *t, const bool direct, const int rows, const int vectors) {
    const __mmask16 edge = (__mmask16)(0xffffu >> (vectors * LANES - t->columns));
    __m512 acc[ROWS][GEMM_VECTORS_MAX];
    UNROLL(14)
    for (int r = 0; r < rows; r++) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = _mm512_setzero_ps();
    }
    /* Rows in threes: an address is base, base + a_row or base + 2*a_row. */
    const int64_t a_row = direct ? t->a_row : 4;
    const float *a[(ROWS + 2) / 3], *b = t->b;
    UNROLL(5)
    for (int i = 0; i < (ROWS + 2) / 3; i++)
        a[i] = t->a + i * 3 * a_row;
    const float *next = t->next;
    int next_rows = rows;
    for (int64_t k = 0; k < t->depth; k += 4, b += 4 * vectors * LANES) {
        if (--next_rows >= 0) {
            _mm_prefetch((const char *)next, _MM_HINT_T0);
            _mm_prefetch((const char *)(next + vectors * LANES - 1), _MM_HINT_T0);
            next += t->ldc;
        }
        UNROLL(4)
        for (int i = 0; i < 4; i++) {
            __m512 bv[GEMM_VECTORS_MAX];
            UNROLL(2)
            for (int v = 0; v < vectors; v++)
                bv[v] = _mm512_load_ps(b + (i * vectors + v) * LANES);
            UNROLL(14)
            for (int r = 0; r < rows; r++) {
                const __m512 av = _mm512_set1_ps(a[r / 3][r % 3 * a_row + i]);
                UNROLL(2)
                for (int v = 0; v < vectors; v++)
                    acc[r][v] = _mm512_fmadd_ps(av, bv[v], acc[r][v]);
            }
        }
        UNROLL(5)
        for (int i = 0; i < (ROWS + 2) / 3; i++)
            a[i] += direct ? 4 : 4 * rows;
    }
    float *c = t->c;
    UNROLL(14)
    for (int r = 0; r < rows; r++, c += t->ldc) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++) {
            const __mmask16 mask = v == vectors - 1 ? edge : 0xffff;
            __m512 x = acc[r][v];
            if (!t->first)
                x = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, c + v * LANES), x);
            if (t->epilogue)
                x = finish(t->epilogue, t->ldc, r, v, mask, x);
            _mm512_mask_storeu_ps(c + v * LANES, mask, x);
        }
    }
}

#define MICRO(name, direct, rows, vectors)                                                         \
    static void name##_##rows##_##vectors(const GemmTile *t) {                                     \
        tile(t, direct, rows, vectors);                                                            \
    }
#define MICROS(rows)                                                                               \
    MICRO(micro, false, rows, 1)                                                                   \
    MICRO(micro, false, rows, 2)                                                                   \
    MICRO(direct, true, rows, 1)                                                                   \
    MICRO(direct, true, rows, 2)
MICROS(1)
MICROS(2)
MICROS(3)
MICROS(4)
MICROS(5)
MICROS(6)
MICROS(7)
MICROS(8)
MICROS(9)
MICROS(10)
MICROS(11)
MICROS(12)
MICROS(13)
MICROS(14)

/* 16 vectors of 16 columns to 16 of 16 rows: within the four quarters of a vector by pairs and
 * fours, then the quarters. */
static inline void transpose(__m512 r[LANES]) {
    __m512 t[LANES];
    UNROLL(8)
    for (int i = 0; i < LANES; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL(8)
    for (int i = 0; i < LANES; i += 2) {
        const int pair = i / 4 * 4 + i % 4 / 2; /* 0, 1, 4, 5, .. */
        const __m512d a = _mm512_castps_pd(t[pair]), b = _mm512_castps_pd(t[pair + 2]);
        r[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
        r[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
    UNROLL(4)
    for (int j = 0; j < 4; j++) {
        const __m512 a0 = _mm512_shuffle_f32x4(r[j], r[4 + j], 0x88);
        const __m512 a1 = _mm512_shuffle_f32x4(r[j], r[4 + j], 0xdd);
        const __m512 b0 = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0x88);
        const __m512 b1 = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0xdd);
        t[j] = _mm512_shuffle_f32x4(a0, b0, 0x88);
        t[4 + j] = _mm512_shuffle_f32x4(a1, b1, 0x88);
        t[8 + j] = _mm512_shuffle_f32x4(a0, b0, 0xdd);
        t[12 + j] = _mm512_shuffle_f32x4(a1, b1, 0xdd);
    }
    UNROLL(16)
    for (int i = 0; i < LANES; i++)
        r[i] = t[i];
}

/* Columns that lie in order of k, `apart` from each other. */
static void pack_columns(const float *from, int64_t apart, int64_t kc, int64_t nc, int nr,
                         float *panel) {
    for (int v = 0; v < nr; v += LANES)
        for (int64_t k = 0; k < kc; k += LANES) {
            const int64_t beyond = k + LANES > kc ? k + LANES - kc : 0;
            const __mmask16 mask = (__mmask16)(0xffffu >> beyond);
            __m512 r[LANES];
            UNROLL(16)
            for (int i = 0; i < LANES; i++)
                r[i] = v + i < nc ? _mm512_maskz_loadu_ps(mask, from + (v + i) * apart + k)
                                  : _mm512_setzero_ps();
            transpose(r);
            UNROLL(16)
            for (int i = 0; i < LANES; i++)
                if (k + i < kc)
                    _mm512_store_ps(panel + (k + i) * nr + v, r[i]);
        }
}

static void pack_matrix(const void *matrix, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                        float *panel) {
    const GemmMatrix *b = matrix;
    const float *from = b->data + k0 * b->row + n0 * b->col;
    const int last = nr - LANES;
    const __mmask16 edge = (__mmask16)(0xffffu >> (nr - nc));
    if (b->col != 1 && b->row == 1)
        pack_columns(from, b->col, kc, nc, nr, panel);
    else if (b->col != 1)
        gemm_pack_matrix(matrix, k0, kc, n0, nc, nr, panel);
    else
        for (int64_t k = 0; k < kc; k++, from += b->row, panel += nr) {
            if (last)
                _mm512_store_ps(panel, _mm512_loadu_ps(from));
            _mm512_store_ps(panel + last, _mm512_maskz_loadu_ps(edge, from + last));
        }
}

#define ROW(name, rows)                                                                            \
    { name##_##rows##_1, name##_##rows##_2 }
const GemmTier gemm_tier_avx512 = {
    .blocks = {.mr = ROWS, .nr = 2 * LANES, .mc = 336, .nc = 1024, .kc = 384},
    .lanes = LANES,
    .pack_matrix = pack_matrix,
    .pack_patches = conv_pack_patches_avx512,
    .micro = {ROW(micro, 1), ROW(micro, 2), ROW(micro, 3), ROW(micro, 4), ROW(micro, 5),
              ROW(micro, 6), ROW(micro, 7), ROW(micro, 8), ROW(micro, 9), ROW(micro, 10),
              ROW(micro, 11), ROW(micro, 12), ROW(micro, 13), ROW(micro, 14)},
    .direct_rows = ROWS / 2,
    .direct = {ROW(direct, 1), ROW(direct, 2), ROW(direct, 3), ROW(direct, 4), ROW(direct, 5),
               ROW(direct, 6), ROW(direct, 7), ROW(direct, 8), ROW(direct, 9), ROW(direct, 10),
               ROW(direct, 11), ROW(direct, 12), ROW(direct, 13), ROW(direct, 14)},
};
#else
typedef int kernel_gemm_avx512_is_for_x86; /* a file needs something in it */
#endif
