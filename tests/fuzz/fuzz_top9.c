/* A part of `explain top9`: any text becomes a table in order or one sentence. */
#include "explain/top9.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Error err = {0};
    TopTable t;
    if (!top_parse(&t, (const char *)data, size, "fuzz", &err)) {
        assert(err.code != ERROR_NONE);
        return 0;
    }
    assert(t.shard >= 1 && t.shard <= t.shards && t.done <= top_shard_pictures(&t));
    assert(t.skipped <= t.done && t.name_count <= TOP_NAMES);
    for (int64_t c = 0; c < t.channel_count; c++)
        for (int i = 0; i + 1 < TOP_BEST; i++) {
            const TopEntry *a = &t.entries[c * TOP_BEST + i], *b = a + 1;
            assert(a->picture < t.pictures);
            assert(b->picture < 0 || a->value > b->value ||
                   (a->value == b->value && a->picture <= b->picture));
        }
    top_free(&t);
    return 0;
}
