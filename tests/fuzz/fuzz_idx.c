/* Two bytes: how long the file of pictures is, the lower first; it; and, if anything is left, the
 * file of labels. Either may be gzip. */
#include "model/dataset_kinds.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    size_t length = data[0] | (size_t)data[1] << 8;
    data += 2;
    size -= 2;
    length = length < size ? length : size;
    static const char *names[] = {"a", "b", "c"};
    Labels labels = {.count = 3, .names = names};
    Error err = {0};
    Dataset *d = idx_parse(data, length, "pictures", length < size ? data + length : NULL,
                           size - length, "labels", &labels, &err);
    assert(d || err.code != ERROR_NONE);
    for (int64_t i = 0; d && i < dataset_count(d) && i < 20; i++) {
        Image image;
        int label;
        char name[FILE_PATH_MAX];
        if (dataset_get(d, i, &image, &label, name, &err)) {
            assert(label >= -1 && label < 3);
            image_free(&image);
        }
    }
    dataset_free(d);
    return 0;
}
