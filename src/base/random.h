/* Counter-based random numbers: number i of a stream is a pure function of (seed, stream, i), so
 * that drawing in parallel or in another order gives the same. Philox4x32-10 of Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Bit-identical on every machine. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* A stream's number from a text, such as a weight key (FNV-1a, 64 bits). */
uint64_t random_stream(const char *name);
void random_block(uint64_t seed, uint64_t stream, uint64_t block, uint32_t out[4]);
uint32_t random_u32(uint64_t seed, uint64_t stream, uint64_t i);
float random_uniform(uint64_t seed, uint64_t stream, uint64_t i); /* in [0, 1), 24 bits */
/* Standard normal numbers first..first+count-1 of a stream, by the inverse of the normal
 * distribution's function (P. J. Acklam's rational approximation, relative error below 1.2e-9). */
void random_normal(uint64_t seed, uint64_t stream, uint64_t first, size_t count, float *out);

#endif
