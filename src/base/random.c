#include "base/random.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

uint64_t random_stream(const char *name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

/* Philox4x32-10, section 3.3 of the paper. */
void random_block(uint64_t seed, uint64_t stream, uint64_t block, uint32_t out[4]) {
    uint32_t a = (uint32_t)block, b = (uint32_t)(block >> 32);
    uint32_t c = (uint32_t)stream, d = (uint32_t)(stream >> 32);
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t left = (uint64_t)a * 0xD2511F53u, right = (uint64_t)c * 0xCD9E8D57u;
        uint32_t b_old = b, d_old = d;
        a = (uint32_t)(right >> 32) ^ b_old ^ key0;
        b = (uint32_t)right;
        c = (uint32_t)(left >> 32) ^ d_old ^ key1;
        d = (uint32_t)left;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

uint32_t random_u32(uint64_t seed, uint64_t stream, uint64_t i) {
    uint32_t block[4];
    random_block(seed, stream, i / 4, block);
    return block[i % 4];
}

float random_uniform(uint64_t seed, uint64_t stream, uint64_t i) {
    return (float)(random_u32(seed, stream, i) >> 8) * 0x1p-24f;
}

/* A word as a fraction less a half, exactly: (word + 1/2) / 2^32 - 1/2, in -1/2..1/2. By way of a
 * signed integer, since that is what a vector unit converts. */
static inline double centred(uint32_t word) {
    return ((double)(int32_t)(word ^ 0x80000000u) + 0.5) * 0x1p-32;
}

/* Acklam's approximation for |q| <= EDGE, where q is the probability less a half. */
#define EDGE (0.5 - 0.02425)
static inline double central(double q) {
    double r = q * q;
    double above = -3.969683028665376e+01 * r + 2.209460984245205e+02;
    above = above * r - 2.759285104469687e+02;
    above = above * r + 1.383577518672690e+02;
    above = above * r - 3.066479806614716e+01;
    above = above * r + 2.506628277459239e+00;
    double below = -5.447609879822406e+01 * r + 1.615858368580409e+02;
    below = below * r - 1.556989798598866e+02;
    below = below * r + 6.680131188771972e+01;
    below = below * r - 1.328068155288572e+01;
    below = below * r + 1.0;
    return q * above / below;
}

/* ln x of a normal x > 0 from +, * and / only, so that it is the same on every machine: with
 * x = 2^e m and m in sqrt(1/2)..sqrt(2), ln m = 2 artanh s for s = (m-1)/(m+1), |s| < 0.172. The
 * series' first term left out, 2 s^21/21, is below 1e-17. */
static double natural_log(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffffu) | 0x3ff0000000000000u;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    double s = (m - 1) / (m + 1), r = s * s, sum = 0;
    for (int k = 19; k >= 1; k -= 2)
        sum = sum * r + 1.0 / k;
    return exponent * 0.6931471805599453 + 2 * s * sum;
}

/* Acklam's approximation beyond EDGE. sqrt is exactly rounded everywhere. */
static double tail(double q) {
    double t = sqrt(-2 * natural_log(0.5 - fabs(q)));
    double above = -7.784894002430293e-03 * t - 3.223964580411365e-01;
    above = above * t - 2.400758277161838e+00;
    above = above * t - 2.549732539343734e+00;
    above = above * t + 4.374664141464968e+00;
    above = above * t + 2.938163982698783e+00;
    double below = 7.784695709041462e-03 * t + 3.224671290700398e-01;
    below = below * t + 2.445134137142996e+00;
    below = below * t + 3.754408661907416e+00;
    below = below * t + 1.0;
    double x = above / below; /* negative: the lower tail */
    return q < 0 ? x : -x;
}

enum { BATCH = 256 };

/* The normal numbers of BATCH words: all by the central formula, without a branch, then the one in
 * twenty that lies in a tail again. */
static void normal_batch(const uint32_t *words, float *out) {
    for (int i = 0; i < BATCH; i++)
        out[i] = (float)central(centred(words[i]));
    for (int i = 0; i < BATCH; i++) {
        double q = centred(words[i]);
        if (fabs(q) > EDGE)
            out[i] = (float)tail(q);
    }
}

void random_normal(uint64_t seed, uint64_t stream, uint64_t first, size_t count, float *out) {
    uint32_t words[BATCH];
    float numbers[BATCH];
    uint64_t block = first / 4;
    size_t skip = (size_t)(first % 4);
    while (count) {
        for (int i = 0; i < BATCH; i += 4)
            random_block(seed, stream, block++, words + i);
        normal_batch(words, numbers);
        size_t take = BATCH - skip < count ? BATCH - skip : count;
        memcpy(out, numbers + skip, take * sizeof *out);
        out += take;
        count -= take;
        skip = 0;
    }
}
