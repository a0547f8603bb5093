#include "tensor/half.h"

/* x >> shift, rounded to the nearest, half to even; 1 <= shift <= 31. */
static uint32_t shift_rounded(uint32_t x, uint32_t shift) {
    uint32_t kept = x >> shift, rest = x & ((1u << shift) - 1), middle = 1u << (shift - 1);
    return kept + (rest > middle || (rest == middle && kept & 1));
}

uint32_t half_narrow(uint32_t bits) {
    uint32_t sign = bits >> 16 & 0x8000, exponent = bits >> 23 & 0xff, fraction = bits & 0x7fffff;
    if (exponent == 0xff)
        return sign | 0x7c00 | (fraction ? 0x200 | fraction >> 13 : 0);
    if (exponent >=
        113) { /* 2^-14 and more: normal; what is rounded up carries into the exponent */
        uint32_t half = shift_rounded((exponent - 112) << 23 | fraction, 13);
        return sign | (exponent > 142 || half > 0x7c00 ? 0x7c00 : half);
    }
    if (exponent < 102) /* less than half of the least, 2^-24 */
        return sign;
    return sign | shift_rounded(0x800000 | fraction, 126 - exponent);
}

uint32_t half_widen(uint32_t half) {
    uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3ff;
    if (exponent == 31)
        return sign | 0x7f800000 | fraction << 13;
    if (exponent)
        return sign | (exponent + 112) << 23 | fraction << 13;
    if (!fraction)
        return sign;
    for (exponent = 113; !(fraction & 0x400); exponent--) /* subnormal: fraction x 2^-24 */
        fraction <<= 1;
    return sign | exponent << 23 | (fraction & 0x3ff) << 13;
}
