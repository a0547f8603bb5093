/* The race of the workbench on convolutions of four families, as a table.
 *
 *     race_bench [threads] */
#include "session/race.h"

#include "base/text.h"
#include "session/action.h"
#include "session/bench.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const entries[][2] = {{"vgg16", "conv3_2"},
                                         {"alexnet", "conv1"},
                                         {"resnet50", "layer2.0.conv1"},
                                         {"densenet121", "features.denseblock1.denselayer1.conv2"}};

static void print_lane(const char *name, double ms, double flop, double peak, double bytes) {
    printf("  %-6s %9.2f ms %8.2f GFLOP/s %6.2f %% of the peak %9.1f MB loaded and stored\n", name,
           ms, flop / ms * 1e-6, 100 * flop / ms * 1e-6 / peak, bytes * 1e-6);
}

static void print_row(const RaceRow *row, double peak) {
    const GemmPlan *g = &row->walk.plan;
    const double flop = 2.0 * (double)row->walk.shape.groups * (double)(g->m * g->n * g->k);
    printf("  %.0f million multiply-adds; every value once: %.1f MB\n", flop / 2e6,
           (double)row->bytes.least * 1e-6);
    print_lane("loops", row->naive_ms, flop, peak, (double)row->bytes.naive);
    print_lane("GEMM", row->gemm_ms, flop, peak, (double)row->bytes.gemm);
    printf("  GEMM is %.0f times as fast; furthest apart by %.2g, at map %d, row %d, column %d: "
           "%.8g and %.8g (by chance: %.2g)\n",
           row->naive_ms / row->gemm_ms, fabs((double)row->naive - (double)row->gemm), row->channel,
           row->y, row->x, (double)row->naive, (double)row->gemm, row->chance);
}

static bool race(const char *model, const char *node, Pool *pool) {
    static Session s;
    Error err = {0};
    const SessionOptions options = {
        .model = model, .run.tier = cpu_best(), .pool = pool, .scripted = true};
    if (!session_open(&s, &options, &err)) {
        fprintf(stderr, "%s: %s\n", model, err.text);
        return false;
    }
    const bool ran = session_wait(&s) && session_post(&s, TEXT("layer.select %s", node)) &&
                     session_wait(&s) && session_post(&s, "bench race") && session_wait(&s);
    const Race *r = race_of(&s);
    const RaceRow *row = ran && r ? race_row(r, 0) : NULL;
    if (row) {
        printf("%s %s (peak measured: %.0f GFLOP/s)\n", model, node, race_peak(r));
        print_row(row, race_peak(r));
    } else
        fprintf(stderr, "%s %s: %s\n", model, node, s.banner.text);
    session_close(&s);
    return row != NULL;
}

int main(int argc, char **argv) {
    Error err = {0};
    const int threads = argc > 1 ? atoi(argv[1]) : pool_cores();
    Pool *pool = pool_new(threads > 0 ? threads : 1, &err);
    bool ok = pool != NULL;
    printf("%s, %s, %d threads\n", cpu_name(), cpu_tier_name(cpu_best()), pool_threads(pool));
    for (size_t i = 0; ok && i < sizeof entries / sizeof *entries; i++)
        ok = race(entries[i][0], entries[i][1], pool);
    pool_free(pool);
    return !ok;
}
