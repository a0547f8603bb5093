/* IEEE 754 binary16, "F16", as bits. */
#ifndef TENSOR_HALF_H
#define TENSOR_HALF_H

#include <stdint.h>

/* The nearest half of a float32's bits, half to even. Infinity of what is too large; NaN stays NaN.
 */
uint32_t half_narrow(uint32_t bits);
/* A half as a float32's bits of the same value; a NaN keeps its bits. */
uint32_t half_widen(uint32_t half);

#endif
