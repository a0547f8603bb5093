#include "draw/lru.h"

#include "base/memory.h"

static LruEntry **bucket(const Lru *lru, uint64_t hash) {
    return &lru->buckets[hash & (lru->bucket_count - 1)];
}

/* --- The order of use ------------------------------------------------------------------------- */

static void unlink_entry(Lru *lru, LruEntry *e) {
    *(e->newer ? &e->newer->older : &lru->newest) = e->older;
    *(e->older ? &e->older->newer : &lru->oldest) = e->newer;
}

static void link_newest(Lru *lru, LruEntry *e) {
    e->newer = NULL;
    e->older = lru->newest;
    *(lru->newest ? &lru->newest->newer : &lru->oldest) = e;
    lru->newest = e;
    e->frame = lru->frame;
}

static void drop_entry(Lru *lru, LruEntry *e) {
    LruEntry **at = bucket(lru, e->hash);
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlink_entry(lru, e);
    lru->bytes -= e->bytes;
    lru->count--;
    lru->drop(e);
}

static void drop_old(Lru *lru) {
    while (lru->bytes > lru->limit && lru->oldest && lru->oldest->frame + 1 < lru->frame)
        drop_entry(lru, lru->oldest);
}

/* --- The table -------------------------------------------------------------------------------- */

static bool enlarge(Lru *lru, Error *err) {
    size_t larger = lru->bucket_count ? 2 * lru->bucket_count : 256;
    LruEntry **fresh = mem_alloc(larger, sizeof(LruEntry *), err);
    if (!fresh)
        return false;
    mem_free(lru->buckets);
    lru->buckets = fresh;
    lru->bucket_count = larger;
    for (LruEntry *e = lru->newest; e; e = e->older) {
        e->next = *bucket(lru, e->hash);
        *bucket(lru, e->hash) = e;
    }
    return true;
}

LruEntry *lru_find(Lru *lru, uint64_t hash, LruEqual *equal, const void *wanted) {
    LruEntry *e = lru->bucket_count ? *bucket(lru, hash) : NULL;
    while (e && (e->hash != hash || !equal(e, wanted)))
        e = e->next;
    if (e) {
        unlink_entry(lru, e);
        link_newest(lru, e);
    }
    return e;
}

bool lru_add(Lru *lru, uint64_t hash, LruEntry *entry, Error *err) {
    if (lru->count == lru->bucket_count && !enlarge(lru, err))
        return false;
    entry->hash = hash;
    entry->next = *bucket(lru, hash);
    *bucket(lru, hash) = entry;
    link_newest(lru, entry);
    lru->bytes += entry->bytes;
    lru->count++;
    drop_old(lru);
    return true;
}

void lru_frame(Lru *lru) {
    lru->frame++;
    drop_old(lru);
}

void lru_clear(Lru *lru) {
    while (lru->oldest)
        drop_entry(lru, lru->oldest);
    mem_free(lru->buckets);
    lru->buckets = NULL;
    lru->bucket_count = 0;
}
