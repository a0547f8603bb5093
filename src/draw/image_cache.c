#include "draw/image_cache.h"

#include "base/memory.h"
#include "draw/lru.h"

typedef struct Wanted {
    ImageKey key;
    int w, h, channels;
} Wanted;

typedef struct Kept {
    _Alignas(64) LruEntry entry; /* the first: so that one can be taken for the other */
    Wanted is;
} Kept; /* followed by the pixels */

struct ImageCache {
    Lru lru;
};

static void drop(LruEntry *entry) {
    mem_free(entry);
}

static bool equal(const LruEntry *entry, const void *wanted) {
    const Wanted *a = &((const Kept *)entry)->is, *b = wanted;
    return a->key.high == b->key.high && a->key.low == b->key.low && a->w == b->w && a->h == b->h &&
           a->channels == b->channels;
}

ImageCache *image_cache_new(size_t bytes, Error *err) {
    ImageCache *cache = mem_alloc(1, sizeof *cache, err);
    if (cache)
        cache->lru = (Lru){.drop = drop, .limit = bytes};
    return cache;
}

void image_cache_free(ImageCache *cache) {
    if (cache)
        lru_clear(&cache->lru);
    mem_free(cache);
}

void image_cache_frame(ImageCache *cache) {
    lru_frame(&cache->lru);
}

static uint8_t *find(ImageCache *cache, const Wanted *wanted) {
    Kept *kept = (Kept *)lru_find(&cache->lru, wanted->key.low, equal, wanted);
    return kept ? (uint8_t *)(kept + 1) : NULL;
}

const uint8_t *image_cache_get(ImageCache *cache, ImageKey key, int w, int h, int channels) {
    return find(cache, &(Wanted){key, w, h, channels});
}

uint8_t *image_cache_put(ImageCache *cache, ImageKey key, int w, int h, int channels, Error *err) {
    Wanted wanted = {key, w, h, channels};
    uint8_t *there = find(cache, &wanted);
    if (there)
        return there;
    size_t bytes;
    if (w < 1 || h < 1 || channels < 1 || !size_mul((size_t)w, (size_t)h, &bytes) ||
        !size_mul(bytes, (size_t)channels, &bytes) || !size_add(bytes, sizeof(Kept), &bytes)) {
        error_set(err, ERROR_NO_MEMORY, TEXT("%d x %d x %d bytes", w, h, channels));
        return NULL;
    }
    Kept *kept = mem_alloc_raw(1, bytes, err);
    if (!kept)
        return NULL;
    kept->entry = (LruEntry){.bytes = bytes};
    kept->is = wanted;
    if (!lru_add(&cache->lru, key.low, &kept->entry, err)) {
        mem_free(kept);
        return NULL;
    }
    return (uint8_t *)(kept + 1);
}

size_t image_cache_bytes(const ImageCache *cache) {
    return cache->lru.bytes;
}
