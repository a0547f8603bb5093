/* Pictures out: PNG files with texts in them. */
#include "tensor/image.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "tensor/decode.h"

#include <string.h>
#include <zlib.h>

enum { HEADER_SIZE = 8 + 12 + 13 }; /* the mark and the IHDR chunk, behind which texts are put */

static void put32(uint8_t *p, uint32_t value) {
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 128)
            return false;
    return true;
}

/* A chunk around `length` bytes that stand at chunk + 8 already. */
static size_t close_chunk(uint8_t *chunk, const char *type, size_t length) {
    put32(chunk, (uint32_t)length);
    memcpy(chunk + 4, type, 4);
    put32(chunk + 8 + length, (uint32_t)crc32(0, chunk + 4, (uInt)length + 4));
    return length + 12;
}

/* At most this many bytes for a text's chunk. */
static size_t text_room(const char *keyword, const char *text) {
    return strlen(keyword) + strlen(text) + 5 + 12;
}

/* tEXt (Latin-1) for ASCII, iTXt (UTF-8) for more; bytes that are no UTF-8 become '?'. Returns the
 * chunk's size. */
static size_t put_text(uint8_t *chunk, const char *keyword, const char *text) {
    uint8_t *at = chunk + 8;
    size_t length = strlen(text);
    bool wide = !is_ascii(text) && text_is_utf8(text, length);
    memcpy(at, keyword, strlen(keyword) + 1);
    at += strlen(keyword) + 1;
    if (wide) { /* not compressed, no language, keyword not translated */
        memset(at, 0, 4);
        at += 4;
    }
    for (size_t i = 0; i < length; i++)
        *at++ = !wide && (unsigned char)text[i] >= 128 ? '?' : (uint8_t)text[i];
    return close_chunk(chunk, wide ? "iTXt" : "tEXt", (size_t)(at - chunk) - 8);
}

bool image_save_png(const char *path, const Image *image, const char *const *texts, Error *err) {
    size_t room = 0, size = 0, used = 0;
    for (const char *const *t = texts; t && *t; t += 2) {
        size_t keyword = strlen(t[0]);
        if (keyword < 1 || keyword > 79 || !is_ascii(t[0]))
            return error_set(err, ERROR_EXPECTED, "PNG keyword", "1 to 79 ASCII letters", t[0]);
        room += text_room(t[0], t[1]);
    }
    uint8_t *chunks = mem_alloc_raw(room, 1, err);
    if (!chunks)
        return false;
    for (const char *const *t = texts; t && *t; t += 2)
        used += put_text(chunks + used, t[0], t[1]);
    uint8_t *png = stb_encode_png(image, &size);
    FileWriter w;
    bool ok = png || error_set(err, ERROR_NO_MEMORY,
                               MEM_TEXT((uint64_t)image->width * (uint64_t)image->height *
                                        (uint64_t)image->channels));
    ok = ok && file_create(&w, path, err);
    if (ok) {
        file_put(&w, png, HEADER_SIZE);
        file_put(&w, chunks, used);
        file_put(&w, png + HEADER_SIZE, size - HEADER_SIZE);
        ok = file_commit(&w, err);
    }
    mem_free(png);
    mem_free(chunks);
    return ok;
}
