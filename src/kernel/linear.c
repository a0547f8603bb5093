#include "kernel/linear.h"

#include "kernel/gemm.h"

typedef struct Linear {
    int64_t n, in, out;
    const float *x, *w, *bias;
    bool relu;
    float *y;
    Job *job;
} Linear;

static void naive_output(void *context, int64_t o, int worker) {
    const Linear *l = context;
    (void)worker;
    for (int64_t n = 0; n < l->n; n++) {
        float sum = 0;
        for (int64_t i = 0; i < l->in; i++)
            sum += l->w[o * l->in + i] * l->x[n * l->in + i];
        l->y[n * l->out + o] = l->bias ? sum + l->bias[o] : sum;
    }
    job_advance(l->job, l->n * l->in);
}

bool linear_naive(const KernelContext *k, int64_t n, int64_t in, int64_t out, const float *x,
                  const float *w, const float *bias, float *y) {
    Linear l = {n, in, out, x, w, bias, false, y, k->job};
    return pool_run(k->pool, k->job, out, naive_output, &l);
}

/* --- Fast: dot products over LANES partial sums ------------------------------------------------------ */

enum { LANES = 64, ROWS = 32, BATCH_MAX = 4 };

static float dot(const float *a, const float *b, int64_t count) {
    float lane[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int64_t j = 0; j < LANES; j++)
            lane[j] += a[i + j] * b[i + j];
    for (int64_t j = 0; i < count; i++, j++)
        lane[j] += a[i] * b[i];
    for (int width = LANES / 2; width; width /= 2)
        for (int j = 0; j < width; j++)
            lane[j] += lane[j + width];
    return lane[0];
}

static void fast_rows(void *context, int64_t task, int worker) {
    const Linear *l = context;
    (void)worker;
    int64_t end = (task + 1) * ROWS < l->out ? (task + 1) * ROWS : l->out;
    for (int64_t o = task * ROWS; o < end; o++)
        for (int64_t n = 0; n < l->n; n++) {
            float sum = dot(l->w + o * l->in, l->x + n * l->in, l->in);
            sum = l->bias ? sum + l->bias[o] : sum;
            l->y[n * l->out + o] = l->relu && sum < 0 ? 0 : sum;
        }
    job_advance(l->job, (end - task * ROWS) * l->in * l->n);
}

size_t linear_fast_scratch(CpuTier tier, int64_t n, int64_t in, int64_t out, int threads) {
    return n <= BATCH_MAX ? 0 : gemm_scratch(tier, n, out, in, threads);
}

bool linear_fast(const KernelContext *k, int64_t n, int64_t in, int64_t out, const float *x,
                 const float *w, const float *bias, bool relu, float *y) {
    if (n <= BATCH_MAX) {
        Linear l = {n, in, out, x, w, bias, relu, y, k->job};
        return pool_run(k->pool, k->job, (out + ROWS - 1) / ROWS, fast_rows, &l);
    }
    GemmMatrix transposed = {w, 1, in};
    Gemm g = {.m = n, .n = out, .k = in, .a = {x, in, 1}, .pack_b = gemm_pack_matrix,
              .b = &transposed, .c = y, .ldc = out,
              .epilogue = {.column_shift = bias, .relu = relu}};
    return gemm_run(k, &g);
}
