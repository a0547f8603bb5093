/* The one file that holds stb_image_write's code; compiled without our warnings. It filters
 * the rows; zlib compresses. */
#include "tensor/decode.h"

#include "base/memory.h"
#include <limits.h>
#include <string.h>
#include <zlib.h>

/* What compress_zlib gave last: stb_image_write forgets it when memory ends after that. */
static _Thread_local unsigned char *packed;

static unsigned char *compress_zlib(unsigned char *data, int size, int *out_size, int unused) {
    (void)unused; /* stb_image_write's quality, a global variable of its */
    uLong bound = compressBound((uLong)size);
    unsigned char *out = bound <= INT_MAX ? mem_alloc_raw(1, bound, NULL) : NULL;
    if (!out || compress2(out, &bound, data, (uLong)size, 6) != Z_OK) {
        mem_free(out);
        return NULL;
    }
    *out_size = (int)bound;
    return packed = out;
}

static void *copying_realloc(void *old, size_t old_size, size_t size) {
    void *p = mem_alloc_raw(1, size, NULL);
    if (p && old)
        memcpy(p, old, old_size < size ? old_size : size);
    if (p)
        mem_free(old);
    return p;
}

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_MALLOC(size)                     mem_alloc_raw(1, (size_t)(size), NULL)
#define STBIW_REALLOC_SIZED(p, old_size, size) copying_realloc(p, old_size, size)
#define STBIW_FREE(p)                          mem_free(p)
#define STBIW_ZLIB_COMPRESS                    compress_zlib
#include <stb_image_write.h>

/* Every row is told by its difference from the row above: to try all filters on each row would take
 * as long as all else, and in maps drawn large, and in flat areas, few do better. */
__attribute__((constructor)) static void choose_filter(void) {
    enum { FILTER_UP = 2 };
    stbi_write_force_png_filter = FILTER_UP;
}

uint8_t *stb_encode_png(const Image *image, size_t *size) {
    int length = 0;
    packed = NULL;
    uint8_t *png = stbi_write_png_to_mem(image->pixels, 0, image->width, image->height,
                                         image->channels, &length);
    if (!png)
        mem_free(packed);
    *size = (size_t)length;
    return png;
}
