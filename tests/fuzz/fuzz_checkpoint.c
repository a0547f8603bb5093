/* A checkpoint of a small training: what is taken for one can be written again; what is not
 * changes nothing. The checksum is put right, so that the fuzzer comes past it; the first
 * byte says whether. */
#include "base/file.h"
#include "train/checkpoint.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 232 }; /* all before the records */

/* As checkpoint.c has it. */
static void mend(uint8_t *bytes, size_t size) {
    if (size < 40 || size % 8)
        return;
    uint64_t sum = 0;
    for (int i = 0; i < 8; i++)
        bytes[24 + i] = (uint8_t)((uint64_t)size >> 8 * i);
    for (size_t at = 0; at + 8 < size; at += 8) {
        uint64_t word = 0;
        for (int i = 7; i >= 0; i--)
            word = word << 8 | bytes[at + (size_t)i];
        sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
        sum ^= sum >> 29;
    }
    for (size_t i = 0; i < 8; i++)
        bytes[size - 8 + i] = (uint8_t)(sum >> 8 * i);
}

static void load(const char *path, const uint8_t *bytes, size_t size) {
    Error err = {0};
    Arena arena = {0};
    float weights[3] = {1, 2, 3}, velocity[2] = {4, 5};
    Checkpoint c = {.fingerprint = 7, .kernels = "--cpu ref --conv auto", .array_count = 2};
    c.arrays[0].name = "weights";
    c.arrays[0].data = weights;
    c.arrays[0].count = 3;
    c.arrays[1].name = "velocity";
    c.arrays[1].data = velocity;
    c.arrays[1].count = 2;
    if (!checkpoint_load(&c, path, &arena, &err)) {
        assert(err.code != ERROR_NONE && weights[2] == 3 && velocity[1] == 5 && !c.records);
    } else {
        size_t again;
        assert(checkpoint_save(&c, path, &err));
        uint8_t *written = file_read(path, size + 100, false, &again, &err);
        assert(written && again == size && memcmp(written, bytes, HEADER) == 0);
        mem_free(written);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char path[64];
    Error err = {0};
    if (!path[0])
        snprintf(path, sizeof path, "/tmp/convoscope-fuzz-%ld", (long)getpid());
    if (size == 0)
        return 0;
    uint8_t *bytes = malloc(size);
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & 1)
        mend(bytes, size - 1);
    if (file_write(path, bytes, size - 1, &err))
        load(path, bytes, size - 1);
    unlink(path);
    free(bytes);
    return 0;
}
