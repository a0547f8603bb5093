/* What this machine reaches when all goes well, measured: its multiply-adds in registers, and the
 * engine's matrix multiplication. */
#ifndef ENGINE_PEAK_H
#define ENGINE_PEAK_H

#include "base/arena.h"
#include "kernel/kernel.h"

enum { PEAK_SIZE = 1024, PEAK_RUNS = 7 };

/* Both: GFLOP/s (two a multiply-add) of all threads of the pool; the fastest of PEAK_RUNS. Of
 * multiply-adds that wait for nothing: */
bool engine_peak_fma(CpuTier tier, Pool *pool, Job *job, double *gflops, Error *err);
/* of a square matrix product of PEAK_SIZE: */
bool engine_peak_gemm(CpuTier tier, Pool *pool, Job *job, double *gflops, Error *err);

/* The middle one of an odd number of times; sorts them. */
double peak_median(double *values, int count);

#endif
