#if defined(__x86_64__)
#define VECTOR_WIDTH 16
#include "kernel/vector.h"
#include <immintrin.h>

static inline Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm512_fmadd_ps(a, b, c);
}
#define FMA_NAME fma_avx512
#include "kernel/fma_template.h"
#else
typedef int kernel_fma_avx512_is_for_x86; /* a file needs something in it */
#endif
