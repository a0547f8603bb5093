/* The functions of blocked_tiers.h for vectors of VECTOR_WIDTH numbers, tiles of at most ROWS
 * pixels by WIDE blocks and the tier's multiply_add, which the file that includes this says. */
#include "kernel/gemm_tiers.h" /* UNROLL */

enum { PARTS = BLOCK / VECTOR_WIDTH, VECTORS = WIDE * PARTS };

static inline Vector above_zero(Vector v) { /* NaN stays */
    return (Vector)((Mask)v & ~(v < 0));
}

/* --- Products
 * ------------------------------------------------------------------------------------------ */

/* Where vector v of pixel r lies in c, and in what is like it. */
#define PLACE(r, v) ((v) / PARTS * c_block + (r)*BLOCK + (v) % PARTS * VECTOR_WIDTH)
#define EACH(body)                                                                                 \
    UNROLL(14)                                                                                     \
    for (int r = 0; r < rows; r++) {                                                               \
        UNROLL(8)                                                                                  \
        for (int v = 0; v < wide * PARTS; v++)                                                     \
            body;                                                                                  \
    }

GEMM_TILE void begin(const BlockedTile *t, Vector acc[ROWS][VECTORS], const int rows,
                     const int wide) {
    float *const c = t->c;
    const int64_t c_block = t->c_block;
    EACH(acc[r][v] = (Vector){0})
    UNROLL(14)
    for (int r = 0; r < rows; r++) {
        UNROLL(2)
        for (int b = 0; b < wide; b++)
            __builtin_prefetch(c + b * c_block + r * BLOCK, 1);
    }
}

GEMM_TILE void finish(const BlockedTile *t, Vector acc[ROWS][VECTORS], const int rows,
                      const int wide) {
    const float *const shift = t->shift, *const residual = t->residual;
    float *const c = t->c;
    const int64_t c_block = t->c_block;
    if (t->add)
        EACH(acc[r][v] = load(c + PLACE(r, v)) + acc[r][v])
    if (t->last) {
        if (shift)
            EACH(acc[r][v] += load(shift + v * VECTOR_WIDTH))
        if (residual)
            EACH(acc[r][v] += load(residual + PLACE(r, v)))
        if (t->relu)
            EACH(acc[r][v] = above_zero(acc[r][v]))
    }
    EACH(store(c + PLACE(r, v), acc[r][v]))
}

/* Keeps loads of a step from being moved into the one before, where there are no registers left. */
#define STEP_ENDS __asm__ volatile("" ::: "memory")

/* One step of the sum: value i of each pixel. */
GEMM_TILE void step(Vector acc[ROWS][VECTORS], const float *a, const float *w, const int rows,
                    const int vectors) {
    Vector wv[VECTORS];
    UNROLL(8)
    for (int v = 0; v < vectors; v++)
        wv[v] = load(w + v * VECTOR_WIDTH);
    UNROLL(14)
    for (int r = 0; r < rows; r++) {
        const Vector av = splat(a[r * BLOCK]);
        UNROLL(8)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = multiply_add(av, wv[v], acc[r][v]);
    }
    STEP_ENDS;
}

GEMM_TILE void tile(const BlockedTile *t, const int rows, const int wide) {
    Vector acc[ROWS][VECTORS];
    begin(t, acc, rows, wide);
    const float *a = t->a, *w = t->w;
    for (int64_t b = 0; b < t->depth; b++, a += t->a_block) {
        UNROLL(14)
        for (int r = 0; r < rows; r++)
            __builtin_prefetch(a + t->a_block + r * BLOCK);
        for (int i = 0; i < BLOCK; i += 4, w += 4 * wide * BLOCK) {
            UNROLL(4)
            for (int u = 0; u < 4; u++)
                step(acc, a + i + u, w + u * wide * BLOCK, rows, wide * PARTS);
        }
    }
    finish(t, acc, rows, wide);
}

/* Pixels in threes: an address is base, base + a_row or base + 2*a_row. */
GEMM_TILE void picture_tile(const BlockedTile *t, const int rows, const int wide) {
    Vector acc[ROWS][VECTORS];
    begin(t, acc, rows, wide);
    const int64_t a_row = t->a_row;
    const float *w = t->w, *a[(ROWS + 2) / 3];
    UNROLL(5)
    for (int i = 0; i < (ROWS + 2) / 3; i++)
        a[i] = t->a + i * 3 * a_row;
    for (int64_t k = 0; k < t->depth; k++, w += wide * BLOCK) {
        const int64_t at = t->at[k];
        Vector wv[VECTORS];
        UNROLL(8)
        for (int v = 0; v < wide * PARTS; v++)
            wv[v] = load(w + v * VECTOR_WIDTH);
        UNROLL(14)
        for (int r = 0; r < rows; r++) {
            const Vector av = splat(a[r / 3][at + r % 3 * a_row]);
            UNROLL(8)
            for (int v = 0; v < wide * PARTS; v++)
                acc[r][v] = multiply_add(av, wv[v], acc[r][v]);
        }
        STEP_ENDS;
    }
    finish(t, acc, rows, wide);
}

#define MICRO(rows, wide)                                                                          \
    static void micro_##rows##_##wide(const BlockedTile *t) {                                      \
        tile(t, rows, wide);                                                                       \
    }                                                                                              \
    static void picture_##rows##_##wide(const BlockedTile *t) {                                    \
        picture_tile(t, rows, wide);                                                               \
    }

/* --- Packing
 * ------------------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) Vector
changed(const BlockedGather *g, const float *from, const bool line, Vector scale, Vector shift) {
    Vector x = load(from);
    if (line)
        x = x * scale + shift;
    return line && g->relu ? above_zero(x) : x;
}

static inline __attribute__((always_inline)) void gather_as(const BlockedGather *g,
                                                            const bool halve, const bool line) {
    UNROLL(8)
    for (int p = 0; p < PARTS; p++) {
        const int at = p * VECTOR_WIDTH;
        const Vector scale = line ? load(g->scale + at) : (Vector){0};
        const Vector shift = line ? load(g->shift + at) : (Vector){0};
        const float *from = g->from + at;
        float *to = g->to + at;
        for (int64_t i = 0; i < g->count; i++, from += g->step, to += BLOCK) {
            Vector sum = changed(g, from, line, scale, shift);
            if (halve) {
                sum += changed(g, from + BLOCK, line, scale, shift);
                sum += changed(g, from + g->below, line, scale, shift);
                sum += changed(g, from + g->below + BLOCK, line, scale, shift);
                sum *= 0.25f;
            }
            store(to, sum);
        }
    }
}

static void gather(const BlockedGather *g) {
    if (g->below && g->scale)
        gather_as(g, true, true);
    else if (g->below)
        gather_as(g, true, false);
    else if (g->scale)
        gather_as(g, false, true);
    else
        gather_as(g, false, false);
}

static void from_planes(int64_t pixels, const float *x, int64_t plane, int64_t channels, float *y) {
    for (int64_t i = 0; i < pixels; i++)
        for (int64_t c = 0; c < BLOCK; c++)
            y[i * BLOCK + c] = c < channels ? x[c * plane + i] : 0;
}

static void to_planes(int64_t pixels, const float *x, int64_t plane, int64_t channels, float *y) {
    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = 0; i < pixels; i++)
            y[c * plane + i] = x[i * BLOCK + c];
}

/* --- Winograd: Lavin and Gray, "Fast algorithms for convolutional neural networks" (2015), F(4x4,
 * 3x3), points 0, 1, -1, 2, -2, infinity
 * -----------------------------------------------------------------------------------------------
 */

/* B^T d of one column, or row. */
static inline void points_in(const Vector d[WINOGRAD_IN], Vector t[WINOGRAD_IN]) {
    const Vector a = multiply_add(d[2], splat(-4), d[4]), b = multiply_add(d[1], splat(-4), d[3]);
    const Vector c = d[4] - d[2], e = d[3] - d[1];
    t[0] = multiply_add(d[0], splat(4), multiply_add(d[2], splat(-5), d[4]));
    t[1] = a + b;
    t[2] = a - b;
    t[3] = multiply_add(e, splat(2), c);
    t[4] = multiply_add(e, splat(-2), c);
    t[5] = multiply_add(d[1], splat(4), multiply_add(d[3], splat(-5), d[5]));
}

static void winograd_in(const float *from, int64_t row, float *to, int64_t apart) {
    for (int p = 0; p < PARTS; p++, from += VECTOR_WIDTH, to += VECTOR_WIDTH) {
        Vector half[WINOGRAD_IN][WINOGRAD_IN];
        for (int x = 0; x < WINOGRAD_IN; x++) {
            Vector d[WINOGRAD_IN], t[WINOGRAD_IN];
            UNROLL(6)
            for (int y = 0; y < WINOGRAD_IN; y++)
                d[y] = load(from + y * row + x * BLOCK);
            points_in(d, t);
            UNROLL(6)
            for (int y = 0; y < WINOGRAD_IN; y++)
                half[y][x] = t[y];
        }
        for (int y = 0; y < WINOGRAD_IN; y++) {
            Vector t[WINOGRAD_IN];
            points_in(half[y], t);
            UNROLL(6)
            for (int x = 0; x < WINOGRAD_IN; x++)
                store(to + (y * WINOGRAD_IN + x) * apart, t[x]);
        }
    }
}

/* A^T m of one column, or row. */
static inline void points_out(const Vector m[WINOGRAD_IN], Vector t[WINOGRAD_OUT]) {
    const Vector a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    t[0] = m[0] + a + c;
    t[1] = multiply_add(d, splat(2), b);
    t[2] = multiply_add(c, splat(4), a);
    t[3] = multiply_add(d, splat(8), b) + m[5];
}

static void winograd_out(const WinogradTile *w) {
    for (int p = 0; p < PARTS; p++) {
        const int at = p * VECTOR_WIDTH;
        const Vector shift = w->shift ? load(w->shift + at) : (Vector){0};
        Vector half[WINOGRAD_OUT][WINOGRAD_IN];
        for (int x = 0; x < WINOGRAD_IN; x++) {
            Vector m[WINOGRAD_IN], t[WINOGRAD_OUT];
            UNROLL(6)
            for (int y = 0; y < WINOGRAD_IN; y++)
                m[y] = load(w->from + (y * WINOGRAD_IN + x) * w->apart + at);
            points_out(m, t);
            UNROLL(4)
            for (int y = 0; y < WINOGRAD_OUT; y++)
                half[y][x] = t[y];
        }
        for (int64_t y = 0; y < w->rows; y++) {
            Vector t[WINOGRAD_OUT];
            points_out(half[y], t);
            for (int64_t x = 0; x < w->cols; x++) {
                const int64_t to = y * w->y_row + x * BLOCK + at;
                Vector v = t[x] + shift;
                if (w->residual)
                    v += load(w->residual + to);
                store(w->y + to, w->relu ? above_zero(v) : v);
            }
        }
    }
}

/* --- Maps
 * ---------------------------------------------------------------------------------------------- */

static void window_max(const BlockedWindow *w) {
    UNROLL(8)
    for (int p = 0; p < PARTS; p++) {
        const float *from = w->from + p * VECTOR_WIDTH;
        Vector most = splat(-INFINITY);
        for (int64_t y = 0; y < w->rows; y++, from += w->row)
            for (int64_t x = 0; x < w->cols; x++) {
                const Vector v = load(from + x * BLOCK);
                most = choose(~(v <= most) & (most == most), v, most); /* the first NaN stays */
            }
        store(w->to + p * VECTOR_WIDTH, most);
    }
}

static void window_average(const BlockedWindow *w) {
    UNROLL(8)
    for (int p = 0; p < PARTS; p++) {
        const float *from = w->from + p * VECTOR_WIDTH;
        Vector sum = {0};
        for (int64_t y = 0; y < w->rows; y++, from += w->row)
            for (int64_t x = 0; x < w->cols; x++)
                sum += load(from + x * BLOCK);
        store(w->to + p * VECTOR_WIDTH, sum / splat(w->divisor));
    }
}

static void line(int64_t pixels, const float *x, const float *scale, const float *shift,
                 const float *other, bool relu, float *y) {
    for (int p = 0; p < PARTS; p++) {
        const Vector by = scale ? load(scale + p * VECTOR_WIDTH) : splat(1);
        const Vector add = shift ? load(shift + p * VECTOR_WIDTH) : splat(0);
        for (int64_t i = 0; i < pixels; i++) {
            const int64_t at = i * BLOCK + p * VECTOR_WIDTH;
            Vector v = load(x + at);
            if (scale)
                v = v * by + add;
            if (other)
                v += load(other + at);
            store(y + at, relu ? above_zero(v) : v);
        }
    }
}

#define BLOCKED_FUNCTIONS                                                                          \
    .gather = gather, .winograd_in = winograd_in, .winograd_out = winograd_out,                    \
    .window_max = window_max, .window_average = window_average, .line = line,                      \
    .from_planes = from_planes, .to_planes = to_planes
