/* The structure of GIF files (GIF89a specification): whether the first frame is whole, and whether
 * there are more. */
#include "tensor/decode.h"

/* Skips a chain of data sub-blocks; false if the file ends within it. */
static bool skip_blocks(const Source *s, size_t *at) {
    while (*at < s->size && s->data[*at] != 0) {
        size_t length = s->data[*at] + (size_t)1;
        if (length > s->size - *at)
            return false;
        *at += length;
    }
    return (*at)++ < s->size;
}

/* Whether the file has `size` more bytes; skips them. */
static bool skip(const Source *s, size_t *at, size_t size) {
    if (size > s->size - *at)
        return false;
    *at += size;
    return true;
}

static size_t table_size(uint8_t flags) {
    return flags & 0x80 ? (size_t)6 << (flags & 7) : 0;
}

bool gif_check(Structure *out, const Source *s, Error *err) {
    *out = (Structure){0};
    if (s->size < 13)
        return source_cut(s, "it ends within its header", err);
    if (!image_check_size(le16(s->data + 6), le16(s->data + 8), s->name, err))
        return false;
    out->width = (int)le16(s->data + 6);
    out->height = (int)le16(s->data + 8);
    size_t at = 13;
    bool whole = skip(s, &at, table_size(s->data[10])), frame = false;
    while (whole && at < s->size && s->data[at] != ';') {
        uint8_t block = s->data[at++];
        if (block == '!') { /* an extension */
            whole = skip(s, &at, 1) && skip_blocks(s, &at);
        } else if (frame) { /* what follows the first frame need not be whole: it is not read */
            out->animated = block == ',';
            return true;
        } else if (block == ',') {
            size_t flags = at + 8;
            frame = whole = skip(s, &at, 9) && skip(s, &at, table_size(s->data[flags])) &&
                            skip(s, &at, 1) && skip_blocks(s, &at);
        } else {
            return source_bad(s, TEXT("byte %zu begins no block", at - 1), err);
        }
    }
    if (frame)
        return true;
    if (whole && at < s->size)
        return source_bad(s, "it holds no picture data", err);
    return source_cut(s, "it ends before its first frame does", err);
}
