/* NumPy files. What is read must be what its shape says, and come back when written. */
#include "tensor/npy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile float sink; /* so that every value is read */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Error err = {0};
    Arena arena = {0};
    Tensor t;
    bool ok = npy_parse(&t, &arena, data, size, &err);
    if (ok != (err.code == ERROR_NONE) || ok != (t.data != NULL))
        abort();
    for (int64_t i = 0; ok && i < tensor_count(&t); i++)
        sink += t.data[i];
    if (ok && (uint64_t)tensor_count(&t) > size)
        abort();
    arena_free(&arena);
    return 0;
}
