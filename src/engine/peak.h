/* What this machine reaches when all goes well: the engine's matrix multiplication, measured. */
#ifndef ENGINE_PEAK_H
#define ENGINE_PEAK_H

#include "base/arena.h"
#include "kernel/kernel.h"

enum { PEAK_SIZE = 1024, PEAK_RUNS = 7 };

/* GFLOP/s (two a multiply-add) of a square product of that size: the fastest of so many
 * runs. */
bool engine_peak(CpuTier tier, Pool *pool, Job *job, double *gflops, Error *err);

/* The middle one of an odd number of times; sorts them. */
double peak_median(double *values, int count);

#endif
