/* The functions of rows.h for vectors of VECTOR_WIDTH numbers: included by rows_ref.c, rows_avx2.c
 * and rows_avx512.c, each compiled for its tier. No sum's order depends on the width. */
#include "kernel/gemm_tiers.h" /* UNROLL */
#include "kernel/rows.h"
#include "kernel/vector.h"
#include <math.h>

enum { PARTS = ROWS_LANES / VECTOR_WIDTH };

static inline float line_at(const RowLine *line, float x) {
    return (x - line->mean) * line->scale + line->shift;
}

static void moments(int64_t count, const float *x, float shift, RowSums *s) {
    const Vector from = splat(shift);
    Vector a[PARTS], b[PARTS];
    int64_t i = 0;
    UNROLL(4)
    for (int p = 0; p < PARTS; p++) {
        a[p] = load(s->a + p * VECTOR_WIDTH);
        b[p] = load(s->b + p * VECTOR_WIDTH);
    }
    for (; i + ROWS_LANES <= count; i += ROWS_LANES) {
        UNROLL(4)
        for (int p = 0; p < PARTS; p++) {
            const Vector d = load(x + i + p * VECTOR_WIDTH) - from;
            a[p] += d;
            b[p] += d * d;
        }
    }
    UNROLL(4)
    for (int p = 0; p < PARTS; p++) {
        store(s->a + p * VECTOR_WIDTH, a[p]);
        store(s->b + p * VECTOR_WIDTH, b[p]);
    }
    for (int l = 0; i < count; i++, l++) {
        const float d = x[i] - shift;
        s->a[l] += d;
        s->b[l] += d * d;
    }
}

static inline __attribute__((always_inline)) void products_as(int64_t count, const float *x,
                                                              const float *g, const RowLine *line,
                                                              const bool relu, RowSums *s) {
    const Vector mean = splat(line->mean), scale = splat(line->scale), shift = splat(line->shift);
    Vector a[PARTS], b[PARTS];
    int64_t i = 0;
    UNROLL(4)
    for (int p = 0; p < PARTS; p++) {
        a[p] = load(s->a + p * VECTOR_WIDTH);
        b[p] = load(s->b + p * VECTOR_WIDTH);
    }
    for (; i + ROWS_LANES <= count; i += ROWS_LANES) {
        UNROLL(4)
        for (int p = 0; p < PARTS; p++) {
            const Vector d = load(x + i + p * VECTOR_WIDTH) - mean;
            Vector v = load(g + i + p * VECTOR_WIDTH);
            if (relu)
                v = where(d * scale + shift > 0, v);
            a[p] += v;
            b[p] += v * d;
        }
    }
    UNROLL(4)
    for (int p = 0; p < PARTS; p++) {
        store(s->a + p * VECTOR_WIDTH, a[p]);
        store(s->b + p * VECTOR_WIDTH, b[p]);
    }
    for (int l = 0; i < count; i++, l++) {
        const float v = !relu || line_at(line, x[i]) > 0 ? g[i] : 0;
        s->a[l] += v;
        s->b[l] += v * (x[i] - line->mean);
    }
}

static void products(int64_t count, const float *x, const float *g, const RowLine *line,
                     RowSums *s) {
    if (line->relu)
        products_as(count, x, g, line, true, s);
    else
        products_as(count, x, g, line, false, s);
}

static void line_row(int64_t count, const float *x, const RowLine *line, float *y) {
    const Vector mean = splat(line->mean), scale = splat(line->scale), shift = splat(line->shift);
    const bool relu = line->relu;
    int64_t i = 0;
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH) {
        Vector v = (load(x + i) - mean) * scale + shift;
        if (relu)
            v = (Vector)((Mask)v & ~(v < 0)); /* NaN stays */
        store(y + i, v);
    }
    for (; i < count; i++) {
        const float v = line_at(line, x[i]);
        y[i] = relu && v < 0 ? 0 : v;
    }
}

static inline __attribute__((always_inline)) void
line_gradient_as(int64_t count, const float *x, const float *g, const RowLine *line, float offset,
                 float slope, const bool relu, const bool add, float *dx) {
    const Vector mean = splat(line->mean), scale = splat(line->scale), shift = splat(line->shift);
    const Vector offsets = splat(offset), slopes = splat(slope);
    int64_t i = 0;
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH) {
        const Vector d = load(x + i) - mean;
        Vector v = load(g + i);
        if (relu)
            v = where(d * scale + shift > 0, v);
        v = scale * (v - offsets - d * slopes);
        if (add)
            v = load(dx + i) + v;
        store(dx + i, v);
    }
    for (; i < count; i++) {
        const float d = x[i] - line->mean;
        float v = !relu || line_at(line, x[i]) > 0 ? g[i] : 0;
        v = line->scale * (v - offset - d * slope);
        dx[i] = add ? dx[i] + v : v;
    }
}

static void line_gradient(int64_t count, const float *x, const float *g, const RowLine *line,
                          float offset, float slope, bool add, float *dx) {
    if (line->relu && add)
        line_gradient_as(count, x, g, line, offset, slope, true, true, dx);
    else if (line->relu)
        line_gradient_as(count, x, g, line, offset, slope, true, false, dx);
    else if (add)
        line_gradient_as(count, x, g, line, offset, slope, false, true, dx);
    else
        line_gradient_as(count, x, g, line, offset, slope, false, false, dx);
}

#ifdef ROWS_REF
static void tanh_row(int64_t count, const float *x, float *y) {
    for (int64_t i = 0; i < count; i++)
        y[i] = tanhf(x[i]);
}

static void sigmoid_row(int64_t count, const float *x, float *y) {
    for (int64_t i = 0; i < count; i++)
        y[i] = 1 / (1 + expf(-x[i]));
}
#else
/* e^z - 1 = power * series + (power - 1), z = n ln 2 + r with whole n and |r| <= ln(2) / 2, power =
 * 2^n, series = e^r - 1 by Taylor up to r^7 / 5040 (what is left out is below 5e-9 of e^r). |z| is
 * at most 87. */
static inline Vector exponential(Vector z, Vector *power) {
    const float magic = 0x1.8p23f; /* added to a small number it leaves the nearest whole one */
    const Vector n = z * 0x1.715476p0f + magic;
    *power = (Vector)(((Mask)n << 23) + 0x3f800000);
    const Vector r = (z - (n - magic) * 0x1.62e4p-1f) - (n - magic) * 0x1.7f7d1cp-20f;
    Vector s = r * (1.0f / 5040) + 1.0f / 720;
    s = s * r + 1.0f / 120;
    s = s * r + 1.0f / 24;
    s = s * r + 1.0f / 6;
    s = s * r + 0.5f;
    return s * r * r + r;
}

static inline Vector at_most(Vector v, float limit) { /* NaN stays */
    return choose(v > limit, splat(limit), v);
}

/* With t = e^(-2|x|) - 1, tanh |x| = -t / (2 + t): nothing cancels. Beyond 10 it is 1. */
static inline Vector tanh_of(Vector x) {
    const Mask sign = (Mask)x & (Mask)splat(-0.0f);
    Vector power, z = at_most((Vector)((Mask)x ^ sign), 10) * -2;
    const Vector series = exponential(z, &power);
    const Vector t = power * series + (power - 1);
    return (Vector)((Mask)(-t / (t + 2)) | sign);
}

static inline Vector sigmoid_of(Vector x) {
    Vector power, z = -at_most(-at_most(x, 87), 87);
    const Vector series = exponential(-z, &power);
    return 1 / (1 + (power * series + power));
}

static inline __attribute__((always_inline)) void map(int64_t count, const float *x, float *y,
                                                      Vector (*const of)(Vector)) {
    int64_t i = 0;
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH)
        store(y + i, of(load(x + i)));
    if (i == count)
        return;
    float rest[VECTOR_WIDTH] = {0};
    for (int64_t j = i; j < count; j++)
        rest[j - i] = x[j];
    store(rest, of(load(rest)));
    for (int64_t j = i; j < count; j++)
        y[j] = rest[j - i];
}

static void tanh_row(int64_t count, const float *x, float *y) {
    map(count, x, y, tanh_of);
}

static void sigmoid_row(int64_t count, const float *x, float *y) {
    map(count, x, y, sigmoid_of);
}
#endif

#define ROWS_TABLE                                                                                 \
    {                                                                                              \
        .moments = moments, .products = products, .line = line_row,                                \
        .line_gradient = line_gradient, .tanh = tanh_row, .sigmoid = sigmoid_row,                  \
    }
