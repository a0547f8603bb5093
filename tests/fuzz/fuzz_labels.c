/* A list of class names. */
#include "model/labels.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Arena arena = {0};
    Error err = {0};
    Labels labels = {0};
    if (labels_parse(&labels.names, &labels.count, &arena, (const char *)data, size, &err)) {
        int last = labels_find(&labels, labels.names[labels.count - 1]);
        assert(last >= 0 && last < labels.count);
    } else {
        assert(err.code != ERROR_NONE);
    }
    arena_free(&arena);
    return 0;
}
