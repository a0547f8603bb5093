/* Vectors of VECTOR_WIDTH numbers (16 bytes unless the file that includes this says otherwise),
 * which gcc and clang turn into what the machine has. Nothing outside kernel includes this. */
#ifndef KERNEL_VECTOR_H
#define KERNEL_VECTOR_H

#include <stdint.h>

#ifndef VECTOR_WIDTH
#define VECTOR_WIDTH (16 / (int)sizeof(float))
#endif

/* As it lies in memory, at any multiple of a number's size. */
typedef float Vector
    __attribute__((vector_size(VECTOR_WIDTH * sizeof(float)), aligned(sizeof(float)), may_alias));
/* Integers of a number's size; of a comparison: all bits, or none. */
typedef __typeof__(_Generic((float)0, double : (int64_t)0, default : (int32_t)0)) MaskNumber;
typedef MaskNumber Mask __attribute__((vector_size(VECTOR_WIDTH * sizeof(float))));

static inline Vector load(const float *x) {
    return *(const Vector *)x;
}
static inline void store(float *x, Vector v) {
    *(Vector *)x = v;
}
static inline Vector splat(float x) {
    return x - (Vector){0};
}
/* v, and 0 where the mask is. */
static inline Vector where(Mask mask, Vector v) {
    return (Vector)((Mask)v & mask);
}
static inline Vector choose(Mask mask, Vector yes, Vector no) {
    return (Vector)(((Mask)yes & mask) | ((Mask)no & ~mask));
}

#endif
