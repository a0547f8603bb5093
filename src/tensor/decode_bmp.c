/* Windows and OS/2 bitmaps (Microsoft: "Bitmap storage", wingdi.h), uncompressed: 1, 4, 8, 16, 24
 * and 32 bits. */
#include "tensor/decode.h"

#include "base/memory.h"

#include <string.h>

typedef struct Bitmap {
    int64_t width, height;
    bool top_down;
    uint32_t bits, compression;
    size_t offset, stride;
    uint32_t mask[4]; /* red, green, blue, alpha; 16 and 32 bits */
    uint8_t palette[256][3];
    bool grey; /* the palette is */
} Bitmap;

enum { FILE_HEADER = 14, COMPRESSION_NONE = 0, COMPRESSION_MASKS = 3, COMPRESSION_MASKS_ALPHA = 6 };

static bool check_masks(const Source *s, const Bitmap *b, Error *err) {
    for (int i = 0; i < 4; i++) {
        uint32_t mask = b->mask[i], lowest = mask & (0u - mask);
        if ((mask == 0 && i < 3) || ((mask + lowest) & mask) != 0)
            return source_bad(s, "its colour masks make no sense", err);
    }
    return true;
}

static bool read_masks(const Source *s, Bitmap *b, size_t header, Error *err) {
    static const uint32_t usual[2][3] = {{0x7c00, 0x3e0, 0x1f}, {0xff0000, 0xff00, 0xff}};
    if (b->compression == COMPRESSION_NONE) {
        memcpy(b->mask, usual[b->bits == 32], sizeof usual[0]);
        return true;
    }
    int masks = header >= 56 || b->compression == COMPRESSION_MASKS_ALPHA ? 4 : 3;
    if (s->size < FILE_HEADER + 40 + 4 * (size_t)masks)
        return source_cut(s, "it ends within its header", err);
    for (int i = 0; i < masks; i++)
        b->mask[i] = le32(s->data + FILE_HEADER + 40 + 4 * i);
    return check_masks(s, b, err);
}

static bool read_palette(const Source *s, Bitmap *b, size_t header, Error *err) {
    size_t at = FILE_HEADER + header, entry = header == 12 ? 3 : 4, colors = (size_t)1 << b->bits;
    if (header >= 40 && le32(s->data + FILE_HEADER + 32) && /* how many are used */
        le32(s->data + FILE_HEADER + 32) < colors)
        colors = le32(s->data + FILE_HEADER + 32);
    if (b->offset >= at && (b->offset - at) / entry < colors)
        colors = (b->offset - at) / entry;
    if (s->size < at || colors * entry > s->size - at)
        return source_cut(s, "it ends within its palette", err);
    b->grey = true;
    for (size_t i = 0; i < colors; i++) {
        const uint8_t *bgr = s->data + at + i * entry;
        for (int c = 0; c < 3; c++)
            b->palette[i][c] = bgr[2 - c];
        b->grey &= bgr[0] == bgr[1] && bgr[1] == bgr[2];
    }
    return true;
}

static bool read_header(const Source *s, Bitmap *b, Error *err) {
    const uint8_t *h = s->data + FILE_HEADER;
    size_t header = s->size >= FILE_HEADER + 12 ? le32(h) : 12;
    *b = (Bitmap){0};
    if (header != 12 && (header < 40 || header > 124))
        return source_unsupported(s, TEXT("a header of %zu bytes", header), err);
    if (s->size < FILE_HEADER + header)
        return source_cut(s, "it ends within its header", err);
    b->offset = le32(s->data + 10);
    b->width = header == 12 ? (int64_t)le16(h + 4) : (int32_t)le32(h + 4);
    b->height = header == 12 ? (int64_t)le16(h + 6) : (int32_t)le32(h + 8);
    b->bits = header == 12 ? le16(h + 10) : le16(h + 14);
    b->compression = header == 12 ? COMPRESSION_NONE : le32(h + 16);
    b->top_down = b->height < 0;
    if (b->top_down)
        b->height = -b->height;
    if (!image_check_size(b->width, b->height, s->name, err))
        return false;
    bool palette = b->bits == 1 || b->bits == 4 || b->bits == 8;
    bool masks = b->bits == 16 || b->bits == 32;
    if (!palette && !masks && b->bits != 24)
        return source_unsupported(s, TEXT("%u bits a pixel", b->bits), err);
    if (b->compression != COMPRESSION_NONE &&
        !(masks &&
          (b->compression == COMPRESSION_MASKS || b->compression == COMPRESSION_MASKS_ALPHA)))
        return source_unsupported(s, TEXT("compression %u, only none is read", b->compression),
                                  err);
    b->stride = ((size_t)b->width * b->bits + 31) / 32 * 4;
    return palette ? read_palette(s, b, header, err) : !masks || read_masks(s, b, header, err);
}

/* A channel of a pixel, scaled to 0..255. */
static uint8_t masked(uint32_t pixel, uint32_t mask) {
    if (mask == 0)
        return 255;
    uint64_t lowest = mask & (0u - mask), most = mask / lowest;
    return (uint8_t)(((pixel & mask) / lowest * 255 + most / 2) / most);
}

static void read_row(const Bitmap *b, const uint8_t *row, int channels, uint8_t *out) {
    for (size_t x = 0; x < (size_t)b->width; x++, out += channels) {
        if (b->bits <= 8) {
            size_t bit = x * b->bits;
            uint32_t index = (uint32_t)row[bit / 8] >> (8 - b->bits - bit % 8);
            index &= (1u << b->bits) - 1;
            memcpy(out, b->palette[index], (size_t)channels);
        } else if (b->bits == 24) {
            for (int c = 0; c < 3; c++)
                out[c] = row[3 * x + 2 - (size_t)c];
        } else {
            uint32_t pixel = b->bits == 16 ? le16(row + 2 * x) : le32(row + 4 * x);
            for (int c = 0; c < channels; c++)
                out[c] = masked(pixel, b->mask[c]);
        }
    }
}

bool bmp_decode(Samples *out, const Source *s, Error *err) {
    Bitmap b;
    *out = (Samples){0};
    if (!read_header(s, &b, err))
        return false;
    size_t rows = b.stride * (size_t)(b.height - 1) + ((size_t)b.width * b.bits + 7) / 8;
    if (b.offset > s->size || rows > s->size - b.offset)
        return source_cut(s, "it ends within its pixels", err);
    int channels = b.bits <= 8 && b.grey ? 1 : b.bits >= 16 && b.mask[3] ? 4 : 3;
    if (!samples_new(out, b.width, b.height, channels, err))
        return false;
    for (int64_t y = 0; y < b.height; y++) {
        int64_t row = b.top_down ? y : b.height - 1 - y;
        read_row(&b, s->data + b.offset + (size_t)row * b.stride, channels,
                 (uint8_t *)out->data + y * b.width * channels);
    }
    return true;
}
