/* The tile of conv_tiers.h, for the file of each tier: between its vectors (Vector, LANES, GROUPS,
 * and the functions zero, load, broadcast, multiply_add, add, store) and its table. */

/* One position of a tile, at a[i] and b. */
GEMM_TILE void position(Vector acc[GROUPS * CONV_ROWS][GEMM_VECTORS_MAX], const float *const *a,
                        int64_t a_row, const float *b, const int groups, const int vectors) {
    Vector bv[GEMM_VECTORS_MAX];
    UNROLL(2)
    for (int v = 0; v < vectors; v++)
        bv[v] = load(b + v * LANES);
    UNROLL(12)
    for (int r = 0; r < groups * CONV_ROWS; r++) {
        const Vector av = broadcast(a[r / CONV_ROWS] + r % CONV_ROWS * a_row);
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = multiply_add(av, bv[v], acc[r][v]);
    }
}

GEMM_TILE void tile(const ConvTile *t, const int groups, const int vectors) {
    Vector acc[GROUPS * CONV_ROWS][GEMM_VECTORS_MAX];
    UNROLL(12)
    for (int r = 0; r < groups * CONV_ROWS; r++) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = zero();
    }
    const int64_t a_row = t->a_row, step = t->step, width = t->width;
    const float *b = t->b;
    for (int64_t item = 0; item < t->items; item++)
        for (int64_t y = 0; y < t->height; y++) {
            const float *a[GROUPS];
            UNROLL(4)
            for (int i = 0; i < groups; i++)
                a[i] = t->a[i] + item * t->item_step + y * t->row_step;
            for (int64_t x = 0; x < width; x++, b += vectors * LANES) {
                position(acc, a, a_row, b, groups, vectors);
                UNROLL(4)
                for (int i = 0; i < groups; i++)
                    a[i] += step;
            }
        }
    UNROLL(12)
    for (int r = 0; r < groups * CONV_ROWS; r++) {
        float *c = t->c[r / CONV_ROWS] + r % CONV_ROWS * t->c_row;
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            store(c + v * LANES, t->add ? add(load(c + v * LANES), acc[r][v]) : acc[r][v]);
    }
}

/* The sums of a panel's columns: of every fourth position, joined in order. */
GEMM_TILE void sum_columns(const float *b, int64_t positions, float *sums, bool add_to,
                           const int vectors) {
    Vector acc[4][GEMM_VECTORS_MAX];
    UNROLL(4)
    for (int i = 0; i < 4; i++) {
        UNROLL(2)
        for (int v = 0; v < vectors; v++)
            acc[i][v] = zero();
    }
    int64_t p = 0;
    for (; p + 4 <= positions; p += 4, b += 4 * vectors * LANES) {
        UNROLL(4)
        for (int i = 0; i < 4; i++) {
            UNROLL(2)
            for (int v = 0; v < vectors; v++)
                acc[i][v] = add(acc[i][v], load(b + (i * vectors + v) * LANES));
        }
    }
    for (; p < positions; p++, b += vectors * LANES) {
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
static void sums_1(const float *b, int64_t positions, float *sums, bool add_to) {
    sum_columns(b, positions, sums, add_to, 1);
}
static void sums_2(const float *b, int64_t positions, float *sums, bool add_to) {
    sum_columns(b, positions, sums, add_to, 2);
}

#define MICRO(groups)                                                                              \
    static void micro_##groups##_1(const ConvTile *t) {                                            \
        tile(t, groups, 1);                                                                        \
    }                                                                                              \
    static void micro_##groups##_2(const ConvTile *t) {                                            \
        tile(t, groups, 2);                                                                        \
    }
#define ROW(groups)                                                                                \
    { micro_##groups##_1, micro_##groups##_2 }
