/* Tiles of 14 pixels by 32 channels: 28 accumulators of the 32 registers. */
#if defined(__x86_64__)
#define VECTOR_WIDTH 16
#include "kernel/blocked_tiers.h"
#include "kernel/vector.h"
#include <immintrin.h>
#include <math.h>

enum { ROWS = 14, WIDE = 2 };
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
#include "kernel/blocked_template.h"

#define MICROS(rows)                                                                               \
    MICRO(rows, 1)                                                                                 \
    MICRO(rows, 2)
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

#define ROW(name, rows)                                                                            \
    { name##_##rows##_1, name##_##rows##_2 }
#define TABLE(name)                                                                                \
    {                                                                                              \
        ROW(name, 1), ROW(name, 2), ROW(name, 3), ROW(name, 4), ROW(name, 5), ROW(name, 6),        \
            ROW(name, 7), ROW(name, 8), ROW(name, 9), ROW(name, 10), ROW(name, 11), ROW(name, 12), \
            ROW(name, 13), ROW(name, 14)                                                           \
    }
const BlockedTier blocked_tier_avx512 = {
    .rows = ROWS,
    .wide = WIDE,
    .micro = TABLE(micro),
    .picture = TABLE(picture),
    BLOCKED_FUNCTIONS,
};
#else
typedef int kernel_blocked_avx512_is_for_x86; /* a file needs something in it */
#endif
