/* A main for the fuzz targets where there is no libFuzzer: replays the files named as arguments,
 * and those in folders, through LLVMFuzzerTestOneInput. It says how many; a crash is the failure.
 */
#include "base/file.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static bool replay(const char *path, Error *err) {
    if (file_is_folder(path)) {
        Arena arena = {0};
        char **names, below[FILE_PATH_MAX];
        size_t count = 0;
        bool ok = file_list(path, &arena, &names, &count, err);
        for (size_t i = 0; ok && i < count; i++)
            ok = file_join(below, sizeof below, path, names[i], err) && replay(below, err);
        arena_free(&arena);
        return ok;
    }
    size_t size;
    uint8_t *data = file_read(path, (size_t)64 << 20, false, &size, err);
    if (!data)
        return false;
    LLVMFuzzerTestOneInput(data, size);
    replayed++;
    mem_free(data);
    return true;
}

int main(int argc, char **argv) {
    Error err = {0};
    for (int i = 1; i < argc; i++) {
        if (!replay(argv[i], &err)) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
    }
    printf("%zu inputs replayed\n", replayed);
    return replayed > 0 ? 0 : 1;
}
