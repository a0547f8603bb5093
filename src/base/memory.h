/* Allocation with checked sizes; the one place that calls malloc, so that tests can make the n-th
 * allocation fail. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

/* true and *out set, or false on overflow. */
bool size_mul(size_t a, size_t b, size_t *out);
bool size_add(size_t a, size_t b, size_t *out);

/* count * size bytes, zeroed, aligned to 64; NULL with err set (ERROR_NO_MEMORY) on overflow or
 * when there is none. Freed by mem_free. count or size 0 gives a valid pointer. */
void *mem_alloc(size_t count, size_t size, Error *err);
/* Not zeroed: for large buffers that are written in full. */
void *mem_alloc_raw(size_t count, size_t size, Error *err);
/* A copy of a text. */
char *mem_text(const char *text, Error *err);
void mem_free(void *p); /* NULL is fine */

/* What a library gets that wants a malloc and free of ours (cJSON, stb_image): not aligned to 64,
 * but counted and failed by mem_fail_at as well. Not to be mixed with mem_free. */
void *mem_plain(size_t size);
void mem_plain_free(void *p);

/* Grows an array: *items holds *capacity items of `size` bytes; makes room for `needed` of them
 * (doubling), the new ones zeroed. On failure the array stays as it was. */
bool mem_grow(void *items, size_t *capacity, size_t needed, size_t size, Error *err);

/* For tests: the n-th allocation from now (1 = the next) fails, once; 0 turns it off. Returns how
 * many allocations were asked for since the last call. */
size_t mem_fail_at(size_t n);

/* What this process could still take, in bytes (MemAvailable, ulimit -v and the container's limit
 * on Linux; physical memory elsewhere). */
uint64_t mem_available(void);
/* "1.5 GB", "62 MB", "800 bytes" (powers of ten) in a caller's buffer. */
const char *mem_size_text(char *buffer, size_t size, uint64_t bytes);
#define MEM_TEXT(bytes) mem_size_text((char[32]){0}, 32, (uint64_t)(bytes))

#endif
