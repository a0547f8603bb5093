/* How many pictures a second a network learns from: forward, back and the optimiser's step, on
 * batches that lie ready.
 *
 *     train_bench MODEL [batch] [threads] [rounds] [weights to write before the first step]
 *
 * Prints a JSON document: the losses of the first five batches, which
 * tests/reference/bench_training.py compares with PyTorch's, and the median pictures a second of
 * the rest. Input i is 2 frac(10000 sin i) - 1, the class of picture n is n % classes. */
#include "base/clock.h"
#include "base/memory.h"
#include "train/network.h"
#include "train/optimiser.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHECKED = 5, ROUNDS_MAX = 1000 };

static void stop(const Error *err) {
    fprintf(stderr, "train_bench: %s\n", err->text);
    exit(1);
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static long argument(int argc, char **argv, int i, long otherwise) {
    return argc > i ? strtol(argv[i], NULL, 10) : otherwise;
}

/* One batch: learned from and stepped by; the loss. */
static double learn(TrainNet *net, Pool *pool, const int32_t *labels, int64_t batch,
                    float *velocity, uint64_t step) {
    Error err = {0};
    Loss loss;
    if (!train_net_learn(net, labels, NULL, 0.1, 1, step, NULL, &loss, &err))
        stop(&err);
    const TrainSizes sizes = train_net_sizes(net);
    const float *gradient = train_net_gradient(net);
    float *weights = train_net_weights(net);
    Sgd sgd = {.rate = 0.01, .momentum = 0.9, .decay = 5e-4, .nesterov = true};
    sgd_step(&sgd, pool, sizes.kernels, gradient, velocity, weights);
    sgd.decay = 0;
    sgd_step(&sgd, pool, sizes.learned - sizes.kernels, gradient + sizes.kernels,
             velocity + sizes.kernels, weights + sizes.kernels);
    return loss.sum / (double)batch;
}

static void measure(TrainNet *net, Pool *pool, const int32_t *labels, int64_t batch, int rounds) {
    Error err = {0};
    static double times[ROUNDS_MAX];
    float *velocity = mem_alloc(train_net_sizes(net).learned, sizeof *velocity, &err);
    if (!velocity)
        stop(&err);
    printf("{\"losses\": [");
    for (int i = 0; i < CHECKED; i++)
        printf("%s%.9g", i ? ", " : "", learn(net, pool, labels, batch, velocity, (uint64_t)i));
    for (int i = 0; i < rounds; i++) {
        const double start = clock_ms();
        learn(net, pool, labels, batch, velocity, (uint64_t)(CHECKED + i));
        times[i] = clock_ms() - start;
    }
    qsort(times, (size_t)rounds, sizeof *times, compare);
    printf("], \"images_per_second\": %.1f}\n", 1000 * (double)batch / times[rounds / 2]);
    mem_free(velocity);
}

/* In -1..1, the same in any language. */
static double noise(int64_t i) {
    const double x = 10000 * sin((double)i);
    return 2 * (x - floor(x)) - 1;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: train_bench MODEL [batch] [threads] [rounds] [weights to write]\n");
        return 2;
    }
    Error err = {0};
    const int64_t batch = argument(argc, argv, 2, 64);
    const long rounds = argument(argc, argv, 4, 11);
    Pool *pool = pool_new((int)argument(argc, argv, 3, 1), &err);
    Model *model = model_load(argv[1], 0, &err);
    if (!pool || !model || !weights_random(model, 1, pool, NULL, &err) ||
        (argc > 5 && !weights_save(model, argv[5], NULL, &err)))
        stop(&err);
    const RunOptions options = {.path = CONV_AUTO, .tier = cpu_best()};
    TrainNet *net = train_net_new(model, batch, &options, pool, &err);
    int32_t *labels = mem_alloc((size_t)batch, sizeof *labels, &err);
    if (!net || !labels || rounds < 1 || rounds > ROUNDS_MAX)
        stop(&err);
    const int64_t inputs = shape_count(&model->graph.input) * batch;
    for (int64_t i = 0; i < inputs; i++)
        train_net_input(net)[i] = (float)noise(i);
    for (int64_t n = 0; n < batch; n++)
        labels[n] = (int32_t)(n % train_net_classes(net));
    measure(net, pool, labels, batch, (int)rounds);
    mem_free(labels);
    train_net_free(net);
    model_free(model);
    pool_free(pool);
    return 0;
}
