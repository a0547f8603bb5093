/* The one file that holds stb_image's code; compiled without our warnings. */
#include "tensor/decode.h"

#include "base/memory.h"
#include <string.h>

static _Thread_local size_t allowed;
static _Thread_local bool exceeded, starved; /* why an allocation failed */

static void *limited_alloc(size_t size) {
    if (size > allowed) {
        exceeded = true;
        return NULL;
    }
    /* Zeroed: stb_image 2.27 reads tables that a broken file never filled. */
    void *p = mem_alloc(1, size, NULL);
    starved |= !p;
    return p;
}

static void *limited_realloc(void *old, size_t old_size, size_t size) {
    void *p = limited_alloc(size);
    if (p && old)
        memcpy(p, old, old_size < size ? old_size : size);
    if (p)
        mem_free(old);
    return p;
}

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_GIF
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS                   IMAGE_SIDE_MAX
#define STBI_MALLOC(size)                     limited_alloc(size)
#define STBI_REALLOC_SIZED(p, old_size, size) limited_realloc(p, old_size, size)
#define STBI_FREE(p)                          mem_free(p)
/* Its one assertion that a file can break (a symbol of a Huffman table) is checked by jpeg_check.
 */
#define STBI_ASSERT(x) ((void)0)
#include <stb_image.h>

const char *stb_decode(Samples *out, const uint8_t *data, size_t size, bool wide,
                       size_t allowance) {
    *out = (Samples){.wide = wide};
    allowed = allowance;
    exceeded = starved = false;
    if (size > INT_MAX)
        return "file too large";
    if (wide)
        out->data =
            stbi_load_16_from_memory(data, (int)size, &out->width, &out->height, &out->channels, 0);
    else
        out->data =
            stbi_load_from_memory(data, (int)size, &out->width, &out->height, &out->channels, 0);
    if (out->data)
        return NULL;
    *out = (Samples){0};
    if (exceeded)
        return "more data than pixels";
    if (starved)
        return "outofmem";
    const char *reason = stbi_failure_reason();
    return reason && *reason ? reason : "no picture in it";
}
