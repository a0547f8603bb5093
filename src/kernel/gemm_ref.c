/* The micro-tile in C for any machine: what every other tier is held against. Vectors of four,
 * which gcc and clang turn into what the machine has (or into four numbers). */
#include "kernel/gemm_tiers.h"
#include <string.h>

enum { ROWS = 4, LANES = 4 };
typedef float Vector __attribute__((vector_size(LANES * sizeof(float)), may_alias));

static float finish(const GemmEpilogue *e, int64_t ldc, int r, int n, float x) {
    if (e->scale)
        x *= e->scale[r];
    if (e->shift)
        x += e->shift[r];
    if (e->column_shift)
        x += e->column_shift[n];
    if (e->residual)
        x += e->residual[r * ldc + n];
    return e->relu && x < 0 ? 0 : x;
}

GEMM_TILE void tile(const GemmTile *t, const int rows, const int vectors) {
    Vector acc[ROWS][GEMM_VECTORS_MAX] = {{{0}}};
    const float *a = t->a, *b = t->b;
    for (int64_t k = 0; k < t->depth; k += 4, a += 4 * rows) {
        for (int i = 0; i < 4; i++, b += vectors * LANES) {
            const Vector *bv = (const Vector *)(const void *)b;
            UNROLL(4)
            for (int r = 0; r < rows; r++) {
                const float x = a[r * 4 + i];
                UNROLL(2)
                for (int v = 0; v < vectors; v++)
                    acc[r][v] += (Vector){x, x, x, x} * bv[v];
            }
        }
    }
    UNROLL(4)
    for (int r = 0; r < rows; r++) {
        float *c = t->c + r * t->ldc, sum[GEMM_VECTORS_MAX * LANES];
        memcpy(sum, acc[r], sizeof sum);
        for (int n = 0; n < t->columns; n++) {
            const float x = t->first ? sum[n] : c[n] + sum[n];
            c[n] = t->epilogue ? finish(t->epilogue, t->ldc, r, n, x) : x;
        }
    }
}

#define MICRO(rows)                                                                                \
    static void micro_##rows##_1(const GemmTile *t) {                                              \
        tile(t, rows, 1);                                                                          \
    }                                                                                              \
    static void micro_##rows##_2(const GemmTile *t) {                                              \
        tile(t, rows, 2);                                                                          \
    }
#define ROW(rows)                                                                                  \
    { micro_##rows##_1, micro_##rows##_2 }
MICRO(1)
MICRO(2)
MICRO(3)
MICRO(4)

const GemmTier gemm_tier_ref = {
    .blocks = {.mr = ROWS, .nr = 2 * LANES, .mc = 128, .nc = 1024, .kc = 256},
    .lanes = LANES,
    .pack_matrix = gemm_pack_matrix,
    .pack_patches = conv_pack_patches,
    .micro = {ROW(1), ROW(2), ROW(3), ROW(4)},
};
