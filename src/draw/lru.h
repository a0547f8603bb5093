/* Things made at some cost and kept while they are of use: a hash table in which each thing knows
 * how many bytes it takes and when it was last used. Beyond the limit the least recently used go,
 * but never what was used in this frame or the last. Zero-initialised and given a `drop` and a
 * `limit` it is ready. For one thread. */
#ifndef DRAW_LRU_H
#define DRAW_LRU_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

/* The head of whatever is kept. */
typedef struct LruEntry {
    struct LruEntry *next, *newer, *older;
    uint64_t hash, frame;
    size_t bytes;
} LruEntry;

typedef struct Lru {
    void (*drop)(LruEntry *entry); /* frees it */
    size_t limit, bytes, count;
    uint64_t frame;
    LruEntry **buckets;
    size_t bucket_count;
    LruEntry *newest, *oldest;
} Lru;

typedef bool LruEqual(const LruEntry *entry, const void *wanted);

/* The entry with this hash for which `equal` holds, now the most recently used; or NULL. */
LruEntry *lru_find(Lru *lru, uint64_t hash, LruEqual *equal, const void *wanted);
/* Takes an entry, whose `bytes` are set, and drops old ones. False (no memory, and the entry stays
 * the caller's). */
bool lru_add(Lru *lru, uint64_t hash, LruEntry *entry, Error *err);
/* A new frame begins. */
void lru_frame(Lru *lru);
/* Drops all. */
void lru_clear(Lru *lru);

#endif
