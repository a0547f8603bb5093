#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Under AddressSanitizer each allocation is a block of its own, so that overruns are seen. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { ARENA_BLOCK = 0 };
#else
enum { ARENA_BLOCK = 64 << 10 };
#endif

struct ArenaBlock {
    _Alignas(64) ArenaBlock *next;
    size_t size, used; /* of what follows this header */
};

/* A block of at least `bytes`, at the head of the list. */
static ArenaBlock *add_block(Arena *arena, size_t bytes, Error *err) {
    size_t total;
    size_t size = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
    if (!size_add(sizeof(ArenaBlock), size, &total)) {
        error_set(err, ERROR_NO_MEMORY, MEM_TEXT(bytes));
        return NULL;
    }
    ArenaBlock *block = mem_alloc(1, total, err);
    if (!block)
        return NULL;
    block->size = size;
    block->next = arena->head;
    arena->head = block;
    return block;
}

static void *take(Arena *arena, size_t bytes, size_t align, Error *err) {
    ArenaBlock *block = arena->head;
    size_t start = block ? (block->used + align - 1) / align * align : 0;
    if (!block || start > block->size || bytes > block->size - start) {
        ArenaBlock *before = block;
        block = add_block(arena, bytes, err);
        if (!block)
            return NULL;
        start = 0;
        /* A large block is full at once: what was begun stays at the head and is filled first. */
        if (before && bytes > ARENA_BLOCK / 2) {
            arena->head = before;
            block->next = before->next;
            before->next = block;
        }
    }
    block->used = start + bytes;
    arena->bytes += bytes;
    return (char *)(block + 1) + start;
}

void *arena_alloc(Arena *arena, size_t count, size_t size, Error *err) {
    size_t bytes;
    if (!size_mul(count, size, &bytes)) {
        error_set(err, ERROR_NO_MEMORY, TEXT("%zu x %zu bytes", count, size));
        return NULL;
    }
    return take(arena, bytes, 64, err);
}

char *arena_text(Arena *arena, const char *text, Error *err) {
    size_t bytes = strlen(text) + 1;
    char *copy = take(arena, bytes, 1, err);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

char *arena_format(Arena *arena, Error *err, const char *format, ...) {
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, list);
    char *text = length < 0 ? NULL : take(arena, (size_t)length + 1, 1, err);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    else
        error_set(err, ERROR_BAD, "a text could not be formatted");
    va_end(again);
    va_end(list);
    return text;
}

void arena_free(Arena *arena) {
    for (ArenaBlock *block = arena->head; block;) {
        ArenaBlock *next = block->next;
        mem_free(block);
        block = next;
    }
    *arena = (Arena){0};
}
