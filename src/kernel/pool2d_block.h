/* The function of pool2d_tiers.h for vectors of VECTOR_WIDTH windows: included by pool2d_ref.c,
 * pool2d_avx2.c and pool2d_avx512.c, each compiled for its tier. */
#include "kernel/pool2d_tiers.h"
#include "kernel/vector.h"

/* x[0], x[2], ... and x[1], x[3], ... of 2 * VECTOR_WIDTH numbers, which all may be read. */
#if defined(__has_builtin) && !defined(KERNEL_REF_ONLY)
#if __has_builtin(__builtin_shufflevector)
#define VECTOR_SHUFFLES
#endif
#endif
#ifdef VECTOR_SHUFFLES
static inline Vector even(const float *x) {
    return __builtin_shufflevector(load(x), load(x + VECTOR_WIDTH), POOL_EVEN);
}
static inline Vector odd(const float *x) {
    return __builtin_shufflevector(load(x), load(x + VECTOR_WIDTH), POOL_ODD);
}
#else
static inline Vector even(const float *x) {
    Vector v;
    for (int l = 0; l < VECTOR_WIDTH; l++)
        v[l] = x[2 * l];
    return v;
}
static inline Vector odd(const float *x) {
    return even(x + 1);
}
#endif

/* Cells x[kx], x[kx + stride], ... for one tap of VECTOR_WIDTH windows side by side. Nothing beyond
 * the windows is read: a stride of 2 takes the even or the odd ones of two vectors that begin with
 * this tap or the one before it. */
static inline Vector tap(const float *x, int64_t kx, int64_t kw, const int stride) {
    if (stride == 1)
        return load(x + kx);
    return kx % 2 || kx + 1 == kw ? odd(x + kx - 1) : even(x + kx);
}

/* VECTOR_WIDTH windows side by side, all columns of which lie in the source. */
static inline __attribute__((always_inline)) void max_block(const PoolShape *s, PoolSource in,
                                                            Span rows, int64_t ox, const int stride,
                                                            float *y, int32_t *switches) {
    const int64_t left = ox * stride - s->px;
    const float *x = in.x + rows.first * in.pitch + left + in.shift;
    Vector best = tap(x, 0, s->kw, stride);
    Mask first, at;
    for (int l = 0; l < VECTOR_WIDTH; l++)
        first[l] = (int32_t)left + l * stride;
    at = first + (int32_t)(rows.first * s->iw);
    for (int64_t iy = rows.first; iy < rows.end; iy++, x += in.pitch)
        for (int64_t kx = 0; kx < s->kw; kx++) {
            const Vector v = tap(x, kx, s->kw, stride);
            const Mask better = (v > best) | ((v != v) & (best == best));
            best = choose(better, v, best);
            if (switches)
                at = ((first + (int32_t)(iy * s->iw + kx)) & better) | (at & ~better);
        }
    store(y, best);
    for (int l = 0; l < VECTOR_WIDTH && switches; l++)
        switches[l] = (int32_t)at[l];
}

static inline __attribute__((always_inline)) void max_blocks(const PoolShape *s, PoolSource in,
                                                             Span rows, int64_t ox, int64_t vectors,
                                                             const int stride, float *y,
                                                             int32_t *switches) {
    for (int64_t i = 0; i < vectors; i++) {
        max_block(s, in, rows, ox + i * VECTOR_WIDTH, stride, y + i * VECTOR_WIDTH, switches);
        if (switches)
            switches += VECTOR_WIDTH;
    }
}

static void max_vectors(const PoolShape *s, PoolSource in, Span rows, int64_t ox, int64_t vectors,
                        float *y, int32_t *switches) {
    if (s->sx == 1 && switches)
        max_blocks(s, in, rows, ox, vectors, 1, y, switches);
    else if (s->sx == 1)
        max_blocks(s, in, rows, ox, vectors, 1, y, NULL);
    else if (switches)
        max_blocks(s, in, rows, ox, vectors, 2, y, switches);
    else
        max_blocks(s, in, rows, ox, vectors, 2, y, NULL);
}
