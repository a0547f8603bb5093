/* Truevision TGA (Truevision, "TGA File Format Specification", 2.0): colour-mapped, true colour and
 * grey, plain or run-length coded. It has no mark at its beginning: see image_load.c for the test.
 */
#include "tensor/decode.h"

#include "base/memory.h"

#include <string.h>

enum { TGA_HEADER = 18, TGA_ALPHA_BITS = 15, TGA_RIGHT_TO_LEFT = 0x10, TGA_TOP_DOWN = 0x20 };

typedef struct Targa {
    const Source *source;
    size_t at;    /* of the next byte */
    size_t bytes; /* a pixel in the file */
    bool mapped, grey;
    const uint8_t *map; /* map_count entries of map_bytes */
    size_t map_first, map_count, map_bytes;
    size_t run;  /* pixels left of a packet; plain data is one raw packet */
    bool repeat; /* the packet repeats one pixel */
    uint8_t pixel[4];
} Targa;

/* The bytes of a pixel or map entry of 8, 15, 16, 24 or 32 bits; 0 for others. */
static size_t bytes_of(uint32_t bits) {
    return bits == 8 || bits == 15 || bits == 16 || bits == 24 || bits == 32 ? (bits + 7) / 8 : 0;
}

static void read_color(const uint8_t *in, size_t bytes, bool grey, uint8_t *out) {
    if (grey) {
        memcpy(out, in, bytes);
    } else if (bytes == 1) {
        memset(out, in[0], 3);
    } else if (bytes == 2) { /* five bits each; what the sixteenth means is nowhere agreed */
        for (int c = 0; c < 3; c++)
            out[c] = (uint8_t)(((le16(in) >> (10 - 5 * c) & 31) * 255 + 15) / 31);
    } else {
        for (int c = 0; c < 3; c++)
            out[c] = in[2 - c];
        out[3] = bytes == 4 ? in[3] : 255;
    }
}

/* The next pixel of the file into t->pixel. */
static bool next_pixel(Targa *t, bool packed) {
    const Source *s = t->source;
    bool fresh = t->run == 0;
    if (fresh && packed) {
        if (t->at == s->size)
            return false;
        t->run = (s->data[t->at] & 127) + (size_t)1;
        t->repeat = s->data[t->at++] >> 7;
    }
    if (fresh || !t->repeat) {
        if (t->bytes > s->size - t->at)
            return false;
        const uint8_t *in = s->data + t->at;
        t->at += t->bytes;
        if (t->mapped) {
            size_t index = t->bytes == 1 ? in[0] : le16(in);
            index = index >= t->map_first ? index - t->map_first : 0;
            in = t->map + (index < t->map_count ? index : 0) * t->map_bytes;
        }
        read_color(in, t->mapped ? t->map_bytes : t->bytes, t->grey, t->pixel);
    }
    t->run -= t->run > 0;
    return true;
}

static bool read_header(Targa *t, Error *err) {
    const uint8_t *h = t->source->data;
    t->mapped = h[1] == 1;
    t->grey = (h[2] & 7) == 3;
    t->bytes = bytes_of(h[16]);
    t->map_first = le16(h + 3);
    t->map_count = le16(h + 5);
    t->map_bytes = bytes_of(h[7]);
    t->at = TGA_HEADER + h[0];
    if (!image_check_size(le16(h + 12), le16(h + 14), t->source->name, err))
        return false;
    if (t->mapped ? t->bytes < 1 || t->bytes > 2 || !t->map_bytes || !t->map_count
                  : t->bytes < 1 || (t->grey && t->bytes > 2))
        return source_unsupported(t->source, TEXT("%d bits a pixel", h[16]), err);
    if (t->at > t->source->size)
        return source_cut(t->source, "it ends within its header", err);
    if (h[1] == 1) {
        size_t size = t->map_count * t->map_bytes;
        if (size > t->source->size - t->at)
            return source_cut(t->source, "it ends within its colour map", err);
        t->map = t->source->data + t->at;
        t->at += size;
    }
    return true;
}

bool tga_decode(Samples *out, const Source *s, Error *err) {
    Targa t = {.source = s};
    *out = (Samples){0};
    if (!read_header(&t, err))
        return false;
    const int64_t width = le16(s->data + 12), height = le16(s->data + 14);
    const bool packed = s->data[2] & 8;
    const uint8_t origin = s->data[17];
    size_t least = (size_t)(width * height); /* of packets: 128 pixels each at best */
    least = packed ? (least + 127) / 128 * (t.bytes + 1) : least * t.bytes;
    if (least > s->size - t.at)
        return source_cut(s, "it ends within its pixels", err);
    bool alpha = (t.mapped ? t.map_bytes : t.bytes) == 4 && origin & TGA_ALPHA_BITS;
    int channels = t.grey ? (int)t.bytes : alpha ? 4 : 3;
    if (!samples_new(out, width, height, channels, err))
        return false;
    for (int64_t i = 0; i < width * height; i++) {
        if (!next_pixel(&t, packed)) {
            mem_free(out->data);
            *out = (Samples){0};
            return source_cut(s, "it ends within its pixels", err);
        }
        int64_t x = i % width, y = i / width;
        if (origin & TGA_RIGHT_TO_LEFT)
            x = width - 1 - x;
        if (!(origin & TGA_TOP_DOWN))
            y = height - 1 - y;
        memcpy((uint8_t *)out->data + (y * width + x) * channels, t.pixel, (size_t)channels);
    }
    return true;
}
