/* The functions of conv_tiers.h, for the file of each tier: between its vectors (Vector, LANES, the
 * groups of a tile TRIOS and QUARTETS, and the functions zero, load and store (aligned), load_any
 * and store_any, load_lanes (those from..to-1, which may be none or lie beyond the vector,
 * the others 0), broadcast, multiply_add, multiply, add, above_zero) and its table. */

enum { ROWS = TRIOS * 3 > QUARTETS * 4 ? TRIOS * 3 : QUARTETS * 4 };

/* One term, `from` the groups' first values. */
GEMM_TILE void term(Vector acc[ROWS][GEMM_VECTORS_MAX], const float *const *a, int64_t from,
                    int64_t a_row, const float *b, const int rows, const int groups,
                    const int vectors) {
    Vector bv[GEMM_VECTORS_MAX];
    UNROLL(2)
    for (int v = 0; v < vectors; v++)
        bv[v] = load(b + v * LANES);
    UNROLL(12)
    for (int r = 0; r < rows * groups; r++) {
        const Vector av = broadcast(a[r / rows] + (from + r % rows * a_row));
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = multiply_add(av, bv[v], acc[r][v]);
    }
}

/* Additions of addresses cost places of the multiplications, so the loop has as few as can be: what
 * is known beforehand of a_row and `at` makes them part of the instructions. */
GEMM_TILE void tile(const ConvTile *t, const int rows, const int groups, const int vectors,
                    const int known_row, const bool runs) {
    Vector acc[ROWS][GEMM_VECTORS_MAX];
    UNROLL(12)
    for (int r = 0; r < rows * groups; r++) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = zero();
    }
    const int64_t a_row = known_row ? known_row : t->a_row, count = t->count;
    const int32_t *at = t->at;
    const float *b = t->b, *a[TRIOS];
    UNROLL(4)
    for (int i = 0; i < groups; i++)
        a[i] = t->a[i];
    int64_t k = 0;
    for (; k + 4 <= count; k += 4, b += 4 * vectors * LANES) {
        const float *run[TRIOS];
        UNROLL(4)
        for (int i = 0; i < groups; i++)
            run[i] = a[i] + at[k];
        UNROLL(4)
        for (int u = 0; u < 4; u++)
            term(acc, runs ? run : a, runs ? u : at[k + u], a_row, b + u * vectors * LANES, rows,
                 groups, vectors);
    }
    for (; k < count; k++, b += vectors * LANES)
        term(acc, a, at[k], a_row, b, rows, groups, vectors);
    UNROLL(12)
    for (int r = 0; r < rows * groups; r++) {
        float *c = t->c[r / rows] + r % rows * t->c_row;
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            store(c + v * LANES, t->add ? add(load(c + v * LANES), acc[r][v]) : acc[r][v]);
    }
}

GEMM_TILE void sum_columns(const float *b, int64_t rows, float *sums, bool add_to,
                           const int vectors) {
    Vector acc[4][GEMM_VECTORS_MAX];
    UNROLL(4)
    for (int i = 0; i < 4; i++) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[i][v] = zero();
    }
    int64_t k = 0;
    for (; k + 4 <= rows; k += 4, b += 4 * vectors * LANES) {
        UNROLL(4)
        for (int i = 0; i < 4; i++) {
            UNROLL(2)
            for (int v = 0; v < vectors; v++)
                acc[i][v] = add(acc[i][v], load(b + (i * vectors + v) * LANES));
        }
    }
    for (; k < rows; k++, b += vectors * LANES) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[0][v] = add(acc[0][v], load(b + v * LANES));
    }
    UNROLL(2)
    for (int v = 0; v < vectors; v++) {
        const Vector sum = add(add(acc[0][v], acc[1][v]), add(acc[2][v], acc[3][v]));
        store(sums + v * LANES, add_to ? add(load(sums + v * LANES), sum) : sum);
    }
}
static void sums_1(const float *b, int64_t rows, float *sums, bool add_to) {
    sum_columns(b, rows, sums, add_to, 1);
}
static void sums_2(const float *b, int64_t rows, float *sums, bool add_to) {
    sum_columns(b, rows, sums, add_to, 2);
}

static void finish(const ConvRows *f) {
    const GemmEpilogue *e = &f->epilogue;
    for (int64_t r = 0; r < f->rows; r++) {
        const float *t = f->t + r * f->apart;
        const float *residual = e->residual ? e->residual + r * f->plane : NULL;
        const float scale = e->scale ? e->scale[r] : 1, shift = e->shift ? e->shift[r] : 0;
        float *y = f->y + r * f->plane;
        int64_t i = 0;
        for (; i + LANES <= f->count; i += LANES) {
            Vector v = load(t + i);
            if (e->scale)
                v = multiply(v, broadcast(&scale));
            if (e->shift)
                v = add(v, broadcast(&shift));
            if (residual)
                v = add(v, load_any(residual + i));
            if (e->relu)
                v = above_zero(v);
            store_any(y + i, f->add ? add(load_any(y + i), v) : v);
        }
        for (; i < f->count; i++) {
            float v = e->scale ? t[i] * scale : t[i];
            v = e->shift ? v + shift : v;
            v = residual ? v + residual[i] : v;
            v = e->relu && v < 0 ? 0 : v;
            y[i] = f->add ? y[i] + v : v;
        }
    }
}

/* Every so many columns. */
static void copy_apart(const ConvFrame *f, const float *map, int64_t row, int64_t height,
                       float *to) {
    const int64_t step = f->col_step, first = f->col_from < 0 ? (step - 1 - f->col_from) / step : 0;
    const int64_t most = (f->map_width - f->col_from + step - 1) / step;
    const int64_t end = most < f->width ? most : f->width;
    for (int64_t y = 0, r = row; y < height; y++, r += f->row_step, to += f->width) {
        const bool inside = r >= 0 && r < f->map_height;
        const float *from = inside ? map + (r * f->map_width + f->col_from) : map;
        for (int64_t i = 0; i < f->width; i++)
            to[i] = 0;
        if (inside && step == 2)
            for (int64_t i = first; i < end; i++)
                to[i] = from[i * 2];
        else if (inside)
            for (int64_t i = first; i < end; i++)
                to[i] = from[i * step];
    }
}

/* One vector as a rule: a loop alone would become a call of memset, which takes longer. */
static inline void zeros(float *to, int64_t from, int64_t end) {
    if (from < end)
        store_any(to + from, zero());
    for (int64_t i = from + LANES; i < end; i += LANES)
        store_any(to + i, zero());
}

/* Whole vectors are written, beyond a row onto what comes after it. */
static void copy(const ConvFrame *f, const float *map, int64_t row, int64_t height, float *to) {
    if (f->col_step > 1) {
        copy_apart(f, map, row, height, to);
        return;
    }
    const int64_t width = f->width, left = f->map_width - f->col_from;
    const int64_t plane = f->map_height * f->map_width;
    const int64_t first = f->col_from < 0 ? -f->col_from : 0, end = left < width ? left : width;
    for (int64_t y = 0, r = row; y < height; y++, r += f->row_step, to += width) {
        int64_t i = 0;
        if (r >= 0 && r < f->map_height && first < end) {
            const float *from = map + (r * f->map_width + f->col_from);
            zeros(to, 0, first);
            for (i = first; i + LANES <= end; i += LANES) {
                __builtin_prefetch(from + i + plane); /* hardware stops at pages: a map or so */
                store_any(to + i, load_any(from + i));
            }
            if (i < end)
                store_any(to + i, load_lanes(from + i, 0, end - i));
            i += i < end ? LANES : 0;
        }
        zeros(to, i, width);
    }
}

#define MICRO(name, rows, groups, known_row, runs)                                                 \
    static void name##_##groups##_1(const ConvTile *t) {                                           \
        tile(t, rows, groups, 1, known_row, runs);                                                 \
    }                                                                                              \
    static void name##_##groups##_2(const ConvTile *t) {                                           \
        tile(t, rows, groups, 2, known_row, runs);                                                 \
    }
#define MICRO_TRIOS(groups)                                                                        \
    MICRO(trios, 3, groups, 0, false)                                                              \
    MICRO(trios_beside, 3, groups, 1, false)
#define MICRO_QUARTETS(groups)                                                                     \
    MICRO(quartets, 4, groups, 0, false)                                                           \
    MICRO(quartets_beside, 4, groups, 1, false)                                                    \
    MICRO(quartets_second, 4, groups, 2, false)                                                    \
    MICRO(quartets_runs, 4, groups, 0, true)
#define ROW(name, groups)                                                                          \
    { name##_##groups##_1, name##_##groups##_2 }
