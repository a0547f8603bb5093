/* The micro-tile of the avx2 tier: up to 6 rows of 2 vectors, 12 accumulators of the 16 registers.
 */
#if defined(__x86_64__)
#include "kernel/gemm_tiers.h"
#include <immintrin.h>

enum { ROWS = 6, LANES = 8 };

/* All ones in the first `count` lanes. */
static inline __m256i first_lanes(int count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lane);
}

static inline __m256 finish(const GemmEpilogue *e, int64_t ldc, int r, int v, __m256i mask,
                            __m256 x) {
    if (e->scale)
        x = _mm256_mul_ps(x, _mm256_set1_ps(e->scale[r]));
    if (e->shift)
        x = _mm256_add_ps(x, _mm256_set1_ps(e->shift[r]));
    if (e->column_shift)
        x = _mm256_add_ps(x, _mm256_maskload_ps(e->column_shift + v * LANES, mask));
    if (e->residual)
        x = _mm256_add_ps(x, _mm256_maskload_ps(e->residual + r * ldc + v * LANES, mask));
    if (e->relu)
        x = _mm256_max_ps(_mm256_setzero_ps(), x); /* of two of which one is NaN: the second */
    return x;
}

GEMM_TILE void tile(const GemmTile *t, const bool direct, const int rows, const int vectors) {
    __m256 acc[ROWS][GEMM_VECTORS_MAX];
    UNROLL(6)
    for (int r = 0; r < rows; r++) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = _mm256_setzero_ps();
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
            __m256 bv[GEMM_VECTORS_MAX];
            UNROLL(2)
            for (int v = 0; v < vectors; v++)
                bv[v] = _mm256_load_ps(b + (i * vectors + v) * LANES);
            UNROLL(6)
            for (int r = 0; r < rows; r++) {
                const __m256 av = _mm256_broadcast_ss(a[r / 3] + r % 3 * a_row + i);
                UNROLL(2)
                for (int v = 0; v < vectors; v++)
                    acc[r][v] = _mm256_fmadd_ps(av, bv[v], acc[r][v]);
            }
        }
        UNROLL(5)
        for (int i = 0; i < (ROWS + 2) / 3; i++)
            a[i] += direct ? 4 : 4 * rows;
    }
    const __m256i whole = _mm256_set1_epi32(-1);
    const __m256i edge = first_lanes(t->columns - (vectors - 1) * LANES);
    float *c = t->c;
    UNROLL(6)
    for (int r = 0; r < rows; r++, c += t->ldc) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++) {
            const __m256i mask = v == vectors - 1 ? edge : whole;
            __m256 x = acc[r][v];
            if (!t->first)
                x = _mm256_add_ps(_mm256_maskload_ps(c + v * LANES, mask), x);
            if (t->epilogue)
                x = finish(t->epilogue, t->ldc, r, v, mask, x);
            _mm256_maskstore_ps(c + v * LANES, mask, x);
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

/* 8 vectors of 8 columns to 8 of 8 rows. */
static inline void transpose(__m256 r[LANES]) {
    __m256 t[LANES];
    UNROLL(4)
    for (int i = 0; i < LANES; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL(4)
    for (int i = 0; i < LANES; i += 2) {
        const int pair = i / 4 * 4 + i % 4 / 2; /* 0, 1, 4, 5 */
        const __m256d a = _mm256_castps_pd(t[pair]), b = _mm256_castps_pd(t[pair + 2]);
        r[i] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, b));
        r[i + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, b));
    }
    UNROLL(4)
    for (int j = 0; j < 4; j++) {
        const __m256 low = r[j];
        r[j] = _mm256_permute2f128_ps(low, r[4 + j], 0x20);
        r[4 + j] = _mm256_permute2f128_ps(low, r[4 + j], 0x31);
    }
}

/* Columns that lie in order of k, `apart` from each other. */
static void pack_columns(const float *from, int64_t apart, int64_t kc, int64_t nc, int nr,
                         float *panel) {
    for (int v = 0; v < nr; v += LANES)
        for (int64_t k = 0; k < kc; k += LANES) {
            const __m256i mask = first_lanes(kc - k < LANES ? (int)(kc - k) : LANES);
            __m256 r[LANES];
            UNROLL(8)
            for (int i = 0; i < LANES; i++)
                r[i] = v + i < nc ? _mm256_maskload_ps(from + (v + i) * apart + k, mask)
                                  : _mm256_setzero_ps();
            transpose(r);
            UNROLL(8)
            for (int i = 0; i < LANES; i++)
                if (k + i < kc)
                    _mm256_store_ps(panel + (k + i) * nr + v, r[i]);
        }
}

static void pack_matrix(const void *matrix, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                        float *panel) {
    const GemmMatrix *b = matrix;
    const float *from = b->data + k0 * b->row + n0 * b->col;
    const int last = nr - LANES;
    const __m256i edge = first_lanes((int)nc - last);
    if (b->col != 1 && b->row == 1)
        pack_columns(from, b->col, kc, nc, nr, panel);
    else if (b->col != 1)
        gemm_pack_matrix(matrix, k0, kc, n0, nc, nr, panel);
    else
        for (int64_t k = 0; k < kc; k++, from += b->row, panel += nr) {
            if (last)
                _mm256_store_ps(panel, _mm256_loadu_ps(from));
            _mm256_store_ps(panel + last, _mm256_maskload_ps(from + last, edge));
        }
}

#define ROW(name, rows)                                                                            \
    { name##_##rows##_1, name##_##rows##_2 }
const GemmTier gemm_tier_avx2 = {
    .blocks = {.mr = ROWS, .nr = 2 * LANES, .mc = 240, .nc = 1024, .kc = 256},
    .lanes = LANES,
    .pack_matrix = pack_matrix,
    .pack_patches = conv_pack_patches_avx2,
    .micro = {ROW(micro, 1), ROW(micro, 2), ROW(micro, 3), ROW(micro, 4), ROW(micro, 5),
              ROW(micro, 6)},
    .direct_rows = ROWS,
    .direct = {ROW(direct, 1), ROW(direct, 2), ROW(direct, 3), ROW(direct, 4), ROW(direct, 5),
               ROW(direct, 6)},
};
#else
typedef int kernel_gemm_avx2_is_for_x86; /* a file needs something in it */
#endif
