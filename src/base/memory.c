#include "base/memory.h"

#include "base/cgroup.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ALIGNMENT = 64 };

/* From here on zeroed memory comes from calloc, which gives fresh pages without touching them. Its
 * blocks end up to 63 bytes late, so AddressSanitizer would miss overruns: there it is never used.
 */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
static const size_t lazy_from = SIZE_MAX;
#else
static const size_t lazy_from = 64 << 10;
#endif

static atomic_size_t asked, failing; /* see mem_fail_at */

bool size_mul(size_t a, size_t b, size_t *out) {
    return !__builtin_mul_overflow(a, b, out);
}

bool size_add(size_t a, size_t b, size_t *out) {
    return !__builtin_add_overflow(a, b, out);
}

/* Counts an allocation; true if it is the one that a test wants to fail. */
static bool must_fail(void) {
    size_t number = atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed) + 1;
    size_t at = atomic_load_explicit(&failing, memory_order_relaxed);
    return at && number == at;
}

size_t mem_fail_at(size_t n) {
    size_t since = atomic_exchange(&asked, 0);
    atomic_store(&failing, n);
    return since;
}

/* The aligned address that is handed out has the one to free just before it. */
static void *hand_out(char *base, char *p) {
    memcpy(p - sizeof base, &base, sizeof base);
    return p;
}

/* Large blocks in large pages, where the system has them on demand: hundreds of megabytes of
 * weights are else a hundred thousand page faults, and as many steps to give them back. */
static void *in_large_pages(void *base, size_t bytes) {
#ifdef MADV_HUGEPAGE
    const uintptr_t page = (uintptr_t)2 << 20;
    uintptr_t first = ((uintptr_t)base + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)base + bytes) / page * page;
    if (bytes >= 4 * page && end > first)
        madvise((void *)first, end - first,
                MADV_HUGEPAGE); /* advice: its failure is none of ours */
#else
    (void)bytes;
#endif
    return base;
}

static void *allocate(size_t bytes, bool zero) {
    size_t total;
    if (must_fail() || !size_add(bytes, 2 * ALIGNMENT, &total) || total > PTRDIFF_MAX)
        return NULL;
    if (zero && bytes >= lazy_from) {
        char *base = calloc(1, total);
        if (!base)
            return NULL;
        in_large_pages(base, total);
        size_t past = (uintptr_t)base % ALIGNMENT;
        /* calloc aligns to 8 at least, so the gap holds a pointer. */
        return hand_out(base, base + ALIGNMENT - past);
    }
    void *base;
    if (posix_memalign(&base, ALIGNMENT, bytes + ALIGNMENT) != 0)
        return NULL;
    char *p = (char *)in_large_pages(base, bytes + ALIGNMENT) + ALIGNMENT;
    if (zero)
        memset(p, 0, bytes);
    return hand_out(base, p);
}

static void *checked(size_t count, size_t size, bool zero, Error *err) {
    size_t bytes;
    if (!size_mul(count, size, &bytes)) {
        error_set(err, ERROR_NO_MEMORY, TEXT("%zu x %zu bytes", count, size));
        return NULL;
    }
    void *p = allocate(bytes, zero);
    if (!p)
        error_set(err, ERROR_NO_MEMORY, MEM_TEXT(bytes));
    return p;
}

void *mem_alloc(size_t count, size_t size, Error *err) {
    return checked(count, size, true, err);
}

void *mem_alloc_raw(size_t count, size_t size, Error *err) {
    return checked(count, size, false, err);
}

void mem_free(void *p) {
    if (!p)
        return;
    void *base;
    memcpy(&base, (char *)p - sizeof base, sizeof base);
    free(base);
}

void *mem_plain(size_t size) {
    return must_fail() ? NULL : malloc(size ? size : 1);
}

void mem_plain_free(void *p) {
    free(p);
}

char *mem_text(const char *text, Error *err) {
    size_t bytes = strlen(text) + 1;
    char *copy = mem_alloc_raw(bytes, 1, err);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

bool mem_grow(void *items, size_t *capacity, size_t needed, size_t size, Error *err) {
    if (needed <= *capacity)
        return true;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < needed && wanted <= SIZE_MAX / 2)
        wanted *= 2;
    if (wanted < needed)
        wanted = needed;
    void *fresh = mem_alloc(wanted, size, err);
    if (!fresh)
        return false;
    void *old;
    memcpy(&old, items, sizeof old);
    if (old)
        memcpy(fresh, old, *capacity * size);
    mem_free(old);
    memcpy(items, &fresh, sizeof fresh);
    *capacity = wanted;
    return true;
}

static uint64_t physical(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX;
}

#ifdef __linux__
static uint64_t free_now(void) {
    FILE *file = fopen("/proc/meminfo", "re");
    if (!file)
        return physical();
    char line[200];
    uint64_t kib = UINT64_MAX;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
            break;
    fclose(file);
    return kib == UINT64_MAX ? physical() : kib * 1024;
}

/* What RLIMIT_AS (ulimit -v) leaves. */
static uint64_t address_space(void) {
    struct rlimit limit;
    unsigned long long pages = 0;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file) {
        if (fscanf(file, "%llu", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    uint64_t used = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
}
#else
static uint64_t free_now(void) {
    return physical();
}

static uint64_t address_space(void) {
    return UINT64_MAX;
}
#endif

uint64_t mem_available(void) {
    uint64_t least = free_now(), other = address_space();
    least = other < least ? other : least;
    other = cgroup_memory();
    return other < least ? other : least;
}

const char *mem_size_text(char *buffer, size_t size, uint64_t bytes) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000)
        return text_format(buffer, size, "%d byte%s", (int)bytes, bytes == 1 ? "" : "s");
    double value = (double)bytes / 1000;
    int unit = 0;
    while (value >= 999.5 && unit < 5) {
        value /= 1000;
        unit++;
    }
    return text_format(buffer, size, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}
