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

#define MICRO(groups)                                                                              \
    static void micro_##groups##_1(const ConvTile *t) {                                            \
        tile(t, groups, 1);                                                                        \
    }                                                                                              \
    static void micro_##groups##_2(const ConvTile *t) {                                            \
        tile(t, groups, 2);                                                                        \
    }
#define ROW(groups)                                                                                \
    { micro_##groups##_1, micro_##groups##_2 }
