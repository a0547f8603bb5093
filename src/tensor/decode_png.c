/* The structure of PNG files (PNG Specification, Third Edition, section 5). stb_image checks no
 * checksums and reads on behind the end. */
#include "tensor/decode.h"

#include <string.h>
#include <zlib.h>

typedef struct Chunk {
    const uint8_t *type, *data;
    size_t size;
} Chunk;

static bool is_type(const Chunk *c, const char *type) {
    return memcmp(c->type, type, 4) == 0;
}

/* Whether its checksum is right. Fuzzers cannot guess checksums, and so need none. */
static bool is_intact(const Chunk *c) {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    return c != NULL;
#else
    return crc32(0, c->type, (uInt)c->size + 4) == be32(c->data + c->size);
#endif
}

/* The chunk at *at, which is moved behind it. Chunks of no importance (lower case), which nobody
 * reads, need no right checksum. */
static bool read_chunk(const Source *s, size_t *at, Chunk *c, Error *err) {
    if (s->size - *at < 12)
        return source_cut(s, "it ends before its IEND chunk", err);
    *c = (Chunk){s->data + *at + 4, s->data + *at + 8, be32(s->data + *at)};
    char type[5] = {0};
    memcpy(type, c->type, 4);
    for (int i = 0; i < 4; i++)
        if ((type[i] | 32) < 'a' || (type[i] | 32) > 'z')
            return source_bad(s, "what should be a chunk is none", err);
    if (c->size > s->size - *at - 12)
        return source_cut(s, TEXT("it ends within its %s chunk", type), err);
    bool critical = (type[0] & 32) == 0;
    if (critical && !is_type(c, "IHDR") && !is_type(c, "PLTE") && !is_type(c, "IDAT") &&
        !is_type(c, "IEND"))
        return source_unsupported(s, TEXT("it needs the unknown chunk %s", type), err);
    if ((critical || is_type(c, "tRNS") || is_type(c, "eXIf")) && !is_intact(c))
        return source_bad(s, TEXT("the checksum of its %s chunk is wrong", type), err);
    *at += c->size + 12;
    return true;
}

bool png_check(Structure *out, const Source *s, Error *err) {
    size_t at = 8;
    Chunk c;
    *out = (Structure){0};
    if (!read_chunk(s, &at, &c, err))
        return false;
    if (!is_type(&c, "IHDR") || c.size != 13)
        return source_bad(s, "it does not begin with its header", err);
    if (!image_check_size(be32(c.data), be32(c.data + 4), s->name, err))
        return false;
    out->width = (int)be32(c.data);
    out->height = (int)be32(c.data + 4);
    out->wide = c.data[8] == 16;
    for (bool data = false;;) {
        if (!read_chunk(s, &at, &c, err))
            return false;
        if (is_type(&c, "IDAT")) {
            data = true;
        } else if (is_type(&c, "acTL")) {
            out->animated = true;
        } else if (is_type(&c, "eXIf")) {
            out->exif = c.data;
            out->exif_size = c.size;
        } else if (is_type(&c, "IEND")) {
            return data || source_bad(s, "it holds no picture data", err);
        }
    }
}
