/* An arena: many allocations, freed together. Zero-initialised is empty and ready. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/memory.h"

typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
    ArenaBlock *head;
    size_t bytes; /* handed out so far */
} Arena;

/* count * size bytes, zeroed, aligned to 64; NULL with err set. */
void *arena_alloc(Arena *arena, size_t count, size_t size, Error *err);
char *arena_text(Arena *arena, const char *text, Error *err);
char *arena_format(Arena *arena, Error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void arena_free(Arena *arena); /* empty and ready again */

#endif
