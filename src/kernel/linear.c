#include "kernel/linear.h"

#include "kernel/gemm.h"
#include "kernel/linear_tiers.h"

/* The most items for which each weight is used as it is read; more are worth a GEMM. */
enum { BATCH_SMALL = LINEAR_ITEMS, ROWS = 16 /* outputs a task */ };

typedef struct Linear {
    const KernelContext *k;
    int64_t n, in, out;
    const float *x, *w, *bias;
    bool relu;
    float *y;
} Linear;

static inline int64_t min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void naive_rows(void *context, int64_t task, int worker) {
    const Linear *l = context;
    const int64_t o0 = task * ROWS, o1 = min64(o0 + ROWS, l->out);
    (void)worker;
    for (int64_t n = 0; n < l->n; n++)
        for (int64_t o = o0; o < o1 && !job_cancelled(l->k->job); o++) {
            float sum = 0;
            for (int64_t i = 0; i < l->in; i++)
                sum += l->w[o * l->in + i] * l->x[n * l->in + i];
            if (l->bias)
                sum += l->bias[o];
            l->y[n * l->out + o] = sum;
        }
    job_advance(l->k->job, l->n * (o1 - o0) * l->in);
}

static bool run_rows(const KernelContext *k, Linear *l, PoolTask task) {
    return pool_run(k->pool, k->job, (l->out + ROWS - 1) / ROWS, task, l) && !job_cancelled(k->job);
}

bool linear_naive(const KernelContext *k, int64_t n, int64_t in, int64_t out, const float *x,
                  const float *w, const float *bias, float *y) {
    Linear l = {k, n, in, out, x, w, bias, false, y};
    return run_rows(k, &l, naive_rows);
}

LinearDots linear_dots(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return linear_dots_avx512;
    if (tier == CPU_AVX2)
        return linear_dots_avx2;
#endif
    (void)tier;
    return linear_dots_ref;
}

/* LINEAR_LANES partial sums, joined in pairs at the end as the other tiers do. */
void linear_dots_ref(int64_t in, int rows, int items, const float *w, const float *x, float *dots) {
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < items; j++) {
            const float *a = w + r * in, *b = x + j * in;
            float sum[LINEAR_LANES] = {0};
            int64_t i = 0;
            for (; i + LINEAR_LANES <= in; i += LINEAR_LANES)
                for (int l = 0; l < LINEAR_LANES; l++)
                    sum[l] += a[i + l] * b[i + l];
            for (int l = 0; i < in; i++, l++)
                sum[l] += a[i] * b[i];
            for (int half = LINEAR_LANES / 2; half; half /= 2)
                for (int l = 0; l < half; l++)
                    sum[l] += sum[l + half];
            dots[r * items + j] = sum[0];
        }
}

static void fast_rows(void *context, int64_t task, int worker) {
    const Linear *l = context;
    const LinearDots dots = linear_dots(l->k->tier);
    const int64_t o1 = min64((task + 1) * ROWS, l->out);
    const int items = (int)l->n;
    (void)worker;
    for (int64_t o = task * ROWS; o < o1 && !job_cancelled(l->k->job); o += LINEAR_ROWS) {
        const int rows = (int)min64(LINEAR_ROWS, o1 - o);
        float sums[LINEAR_ROWS * LINEAR_ITEMS];
        dots(l->in, rows, items, l->w + o * l->in, l->x, sums);
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < items; j++) {
                const float v = sums[r * items + j] + (l->bias ? l->bias[o + r] : 0);
                l->y[j * l->out + o + r] = l->relu && v < 0 ? 0 : v;
            }
        job_advance(l->k->job, rows * l->n * l->in);
    }
}

size_t linear_fast_scratch(CpuTier tier, int64_t n, int64_t in, int64_t out, int threads) {
    return n <= BATCH_SMALL ? 0 : gemm_scratch(tier, n, out, in, threads);
}

bool linear_fast(const KernelContext *k, int64_t n, int64_t in, int64_t out, const float *x,
                 const float *w, const float *bias, bool relu, float *y) {
    Linear l = {k, n, in, out, x, w, bias, relu, y};
    if (n == 0)
        return !job_cancelled(k->job);
    if (n <= BATCH_SMALL)
        return run_rows(k, &l, fast_rows);
    const GemmMatrix transposed = {w, 1, in};
    const Gemm g = {
        .m = n,
        .n = out,
        .k = in,
        .a = {x, in, 1},
        .pack_b = gemm_pack_matrix,
        .b = &transposed,
        .c = y,
        .ldc = out,
        .epilogue = {.column_shift = bias, .relu = relu},
    };
    return gemm_run(k, &g);
}

size_t linear_backward_scratch(CpuTier tier, int64_t n, int64_t in, int64_t out, int threads) {
    const size_t input = gemm_scratch(tier, n, in, out, threads);
    const size_t weights = gemm_scratch(tier, out, in, n, threads);
    return input > weights ? input : weights;
}

bool linear_backward_input(const KernelContext *k, int64_t n, int64_t in, int64_t out,
                           const float *w, const float *dy, bool add, float *dx) {
    const GemmMatrix b = {w, in, 1};
    const Gemm g = {
        .m = n,
        .n = in,
        .k = out,
        .a = {dy, out, 1},
        .pack_b = gemm_pack_matrix,
        .b = &b,
        .c = dx,
        .ldc = in,
        .add = add,
    };
    return gemm_run(k, &g);
}

bool linear_backward_weights(const KernelContext *k, int64_t n, int64_t in, int64_t out,
                             const float *x, const float *dy, float *dw, float *db) {
    for (int64_t o = 0; db && o < out; o++)
        db[o] = 0;
    for (int64_t i = 0; db && i < n; i++)
        for (int64_t o = 0; o < out; o++)
            db[o] += dy[i * out + o];
    const GemmMatrix b = {x, in, 1};
    const Gemm g = {
        .m = out,
        .n = in,
        .k = n,
        .a = {dy, 1, out},
        .pack_b = gemm_pack_matrix,
        .b = &b,
        .c = dw,
        .ldc = in,
    };
    return dw ? gemm_run(k, &g) : !job_cancelled(k->job);
}
