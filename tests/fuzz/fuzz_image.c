/* Pictures of every format. What is read must be whole, and can be worked with. */
#include "tensor/image.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink; /* so that every value is read */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Error err = {0};
    Image image, small;
    char note[IMAGE_NOTE_SIZE];
    bool ok = image_parse(&image, data, size, "fuzz", note, &err);
    if (ok != (err.code == ERROR_NONE) || ok != (image.pixels != NULL))
        abort();
    if (!ok)
        return 0;
    if (image.channels != 1 && image.channels != 3)
        abort();
    for (size_t i = 0; i < (size_t)image.width * (size_t)image.height * (size_t)image.channels; i++)
        sink += image.pixels[i];
    if (!image_resize(&small, &image, 5, 3, &err))
        abort();
    image_free(&small);
    image_free(&image);
    return 0;
}
