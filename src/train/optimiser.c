#include "train/optimiser.h"

#include <assert.h>
#include <math.h>

/* The numbers are cut into pieces whose size depends on nothing but how many there are: at most
 * PIECES, so that their sums fit on the stack. */
enum { PIECES = 256, PIECE_LEAST = 16384 };

typedef struct Task {
    const Sgd *sgd;
    double decay;
    const float *in;
    float *velocity, *out;
    size_t count, piece;
    double sums[PIECES];
} Task;

static size_t piece_size(size_t count) {
    size_t piece = (count / PIECES + 16) / 16 * 16; /* whole cache lines */
    return piece < PIECE_LEAST ? PIECE_LEAST : piece;
}

/* The range of piece i: its first number, and how many. */
static size_t piece_range(const Task *task, int64_t i, size_t *first) {
    *first = (size_t)i * task->piece;
    size_t rest = task->count - *first;
    return rest < task->piece ? rest : task->piece;
}

static bool run_pieces(Pool *pool, Task *task, PoolTask work) {
    task->piece = piece_size(task->count);
    int64_t pieces = (int64_t)((task->count + task->piece - 1) / task->piece);
    assert(pieces <= PIECES);
    if (pool && pieces > 1)
        return pool_run(pool, NULL, pieces, work, task);
    for (int64_t i = 0; i < pieces; i++)
        work(task, i, 0);
    return true;
}

static void step_piece(void *context, int64_t i, int worker) {
    const Task *task = context;
    (void)worker;
    size_t first, count = piece_range(task, i, &first);
    const float *restrict gradient = task->in + first;
    float *restrict velocity = task->velocity + first, *restrict weights = task->out + first;
    const float rate = (float)task->sgd->rate, momentum = (float)task->sgd->momentum;
    const float decay = (float)task->sgd->decay;
    const bool nesterov = task->sgd->nesterov;
    for (size_t k = 0; k < count; k++) {
        float g = gradient[k] + decay * weights[k];
        float v = momentum * velocity[k] + g;
        velocity[k] = v;
        weights[k] -= rate * (nesterov ? g + momentum * v : v);
    }
}

bool sgd_step(const Sgd *sgd, Pool *pool, size_t count, const float *gradient, float *velocity,
              float *weights) {
    Task task = {.sgd = sgd, .in = gradient, .velocity = velocity, .out = weights, .count = count};
    return run_pieces(pool, &task, step_piece);
}

/* As average + (1 - decay) * (weights - average): the same, but it rests where both are equal. */
static void average_piece(void *context, int64_t i, int worker) {
    const Task *task = context;
    (void)worker;
    size_t first, count = piece_range(task, i, &first);
    const float *restrict weights = task->in + first;
    float *restrict average = task->out + first;
    const float part = (float)(1 - task->decay);
    for (size_t k = 0; k < count; k++)
        average[k] += part * (weights[k] - average[k]);
}

bool sgd_average(double decay, Pool *pool, size_t count, const float *weights, float *average) {
    Task task = {.decay = decay, .in = weights, .out = average, .count = count};
    return run_pieces(pool, &task, average_piece);
}

static void square_piece(void *context, int64_t i, int worker) {
    Task *task = context;
    (void)worker;
    size_t first, count = piece_range(task, i, &first), k = 0;
    const float *x = task->in + first;
    double sum[4] = {0}; /* four at once: one would wait for itself */
    for (; k + 4 <= count; k += 4)
        for (int lane = 0; lane < 4; lane++)
            sum[lane] += (double)x[k + (size_t)lane] * (double)x[k + (size_t)lane];
    for (; k < count; k++)
        sum[0] += (double)x[k] * (double)x[k];
    task->sums[i] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

double sgd_norm(Pool *pool, size_t count, const float *values) {
    Task task = {.in = values, .count = count};
    double sum = 0;
    run_pieces(pool, &task, square_piece);
    for (int i = 0; i < PIECES; i++) /* 0 where there is no piece */
        sum += task.sums[i];
    return sqrt(sum);
}
