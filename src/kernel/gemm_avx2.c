/* The micro-tile of the avx2 tier: up to 6 rows of 2 vectors, 12 accumulators of the 16 registers.
 */
#if defined(__x86_64__)
#include "kernel/gemm_tiers.h"
#include <immintrin.h>
#include <string.h>

enum { ROWS = 6, LANES = 8 };

/* All ones in the first `count` lanes. */
static inline __m256i first_lanes(int count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lane);
}

/* Each vector v of each row r of a tile. */
#define EACH(body)                                                                                 \
    UNROLL(6)                                                                                      \
    for (int r = 0; r < rows; r++) {                                                               \
        UNROLL(2)                                                                                  \
        for (int v = 0; v < vectors; v++)                                                          \
            body;                                                                                  \
    }
/* Keeps loads of a step from being moved into the one before, where there are no registers left. */
#define STEP_ENDS __asm__ volatile("" ::: "memory")

/* *acc += a*b, in the register where it is: left to itself, gcc moves accumulators about and runs
 * out of registers. */
static inline __attribute__((always_inline)) void add_product(__m256 *acc, __m256 a, __m256 b) {
    __asm__("vfmadd231ps %2, %1, %0" : "+x"(*acc) : "x"(a), "x"(b));
}

GEMM_TILE void begin(const GemmTile *t, __m256 acc[ROWS][GEMM_VECTORS_MAX], const int rows,
                     const int vectors) {
    EACH(acc[r][v] = _mm256_setzero_ps())
    UNROLL(6)
    for (int r = 0; r < rows; r++) {
        _mm_prefetch((const char *)(t->c + r * t->ldc), _MM_HINT_T0);
        _mm_prefetch((const char *)(t->c + r * t->ldc + vectors * LANES - 1), _MM_HINT_T0);
    }
}

/* Rows in threes: an address is base, base + a_row or base + 2*a_row. */
GEMM_TILE void sum(const GemmTile *t, __m256 acc[ROWS][GEMM_VECTORS_MAX], const bool direct,
                   const int rows, const int vectors) {
    const int64_t a_row = direct ? t->a_row : 4;
    const float *a[(ROWS + 2) / 3], *b = t->b;
    UNROLL(2)
    for (int i = 0; i < (ROWS + 2) / 3; i++)
        a[i] = t->a + i * 3 * a_row;
    for (int64_t k = 0; k < t->depth; k += 4, b += 4 * vectors * LANES) {
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
                    add_product(&acc[r][v], av, bv[v]);
            }
            STEP_ENDS;
        }
        UNROLL(2)
        for (int i = 0; i < (ROWS + 2) / 3; i++)
            a[i] += direct ? 4 : 4 * rows;
    }
}

GEMM_TILE void finish(const GemmTile *t, __m256 acc[ROWS][GEMM_VECTORS_MAX], const int rows,
                      const int vectors) {
    const GemmEpilogue *const e = t->epilogue;
    const int64_t ldc = t->ldc;
    float *const c = t->c;
    if (!t->first)
        EACH(acc[r][v] = _mm256_add_ps(_mm256_loadu_ps(c + r * ldc + v * LANES), acc[r][v]))
    if (e) {
        if (e->scale)
            EACH(acc[r][v] = _mm256_mul_ps(acc[r][v], _mm256_broadcast_ss(e->scale + r)))
        if (e->shift)
            EACH(acc[r][v] = _mm256_add_ps(acc[r][v], _mm256_broadcast_ss(e->shift + r)))
        if (e->column_shift)
            EACH(acc[r][v] = _mm256_add_ps(acc[r][v], _mm256_loadu_ps(e->column_shift + v * LANES)))
        if (e->residual)
            EACH(acc[r][v] =
                     _mm256_add_ps(acc[r][v], _mm256_loadu_ps(e->residual + r * ldc + v * LANES)))
        if (e->relu) /* of two of which one is NaN: the second */
            EACH(acc[r][v] = _mm256_max_ps(_mm256_setzero_ps(), acc[r][v]))
    }
    EACH(_mm256_storeu_ps(c + r * ldc + v * LANES, acc[r][v]))
}

/* A tile whose last vector reaches beyond C is computed in a frame of its own: masked stores are
 * slow on some processors. */
typedef struct Frame {
    float c[ROWS * GEMM_VECTORS_MAX * LANES], residual[ROWS * GEMM_VECTORS_MAX * LANES];
    float column_shift[GEMM_VECTORS_MAX * LANES];
    GemmEpilogue epilogue;
} Frame;

static void copy_rows(const float *from, int64_t from_row, int rows, int columns, float *to,
                      int64_t to_row) {
    for (int r = 0; r < rows; r++)
        memcpy(to + r * to_row, from + r * from_row, (size_t)columns * sizeof *to);
}

static GemmTile tile_in_frame(const GemmTile *t, int rows, Frame *f) {
    const int frame_row = GEMM_VECTORS_MAX * LANES;
    GemmTile inside = *t;
    memset(f, 0, sizeof *f);
    if (!t->first)
        copy_rows(t->c, t->ldc, rows, t->columns, f->c, frame_row);
    inside.c = f->c;
    inside.ldc = frame_row;
    if (!t->epilogue)
        return inside;
    f->epilogue = *t->epilogue;
    inside.epilogue = &f->epilogue;
    if (t->epilogue->residual) {
        copy_rows(t->epilogue->residual, t->ldc, rows, t->columns, f->residual, frame_row);
        f->epilogue.residual = f->residual;
    }
    if (t->epilogue->column_shift) {
        copy_rows(t->epilogue->column_shift, 0, 1, t->columns, f->column_shift, 0);
        f->epilogue.column_shift = f->column_shift;
    }
    return inside;
}

GEMM_TILE void tile(const GemmTile *t, const bool direct, const int rows, const int vectors) {
    Frame frame;
    GemmTile inside;
    const GemmTile *const whole = t;
    if (t->columns < vectors * LANES) {
        inside = tile_in_frame(t, rows, &frame);
        t = &inside;
    }
    __m256 acc[ROWS][GEMM_VECTORS_MAX];
    begin(t, acc, rows, vectors);
    sum(t, acc, direct, rows, vectors);
    finish(t, acc, rows, vectors);
    if (t != whole)
        copy_rows(frame.c, inside.ldc, rows, whole->columns, whole->c, whole->ldc);
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
    .blocks = {.mr = ROWS, .nr = 2 * LANES, .mc = 144, .nc = 1024, .kc = 512},
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
