/* The structure of JPEG files (ITU-T T.81, annex B): every segment up to the end-of-image marker.
 * stb_image fills what is missing with zeros and trusts the sizes of Huffman tables. */
#include "tensor/decode.h"

#include <string.h>

enum {
    SOF0 = 0xc0,
    SOF1 = 0xc1,
    SOF2 = 0xc2,
    DHT = 0xc4,
    JPG = 0xc8,
    DAC = 0xcc,
    SOF15 = 0xcf,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    APP1 = 0xe1,
    APP14 = 0xee,
    SCANS_MAX = 200, /* each goes over the whole picture: a small file must not cost hours */
};

/* Where a check stands. */
typedef struct Walk {
    const Source *source;
    size_t at;
    int components, scans;
    int transform; /* Adobe's: 0 RGB or CMYK, 1 YCbCr, 2 YCCK; -1: no such segment */
} Walk;

static bool cut(const Walk *w, Error *err) {
    return source_cut(w->source, "it ends before its end-of-image marker", err);
}

/* The marker at w->at, which is moved behind it. Fill bytes may stand before it. */
static bool read_marker(Walk *w, int *marker, Error *err) {
    const Source *s = w->source;
    if (w->at < s->size && s->data[w->at] != 0xff)
        return source_bad(s, TEXT("byte %zu should begin a marker", w->at), err);
    while (w->at < s->size && s->data[w->at] == 0xff)
        w->at++;
    if (w->at == s->size)
        return cut(w, err);
    *marker = s->data[w->at++];
    return true;
}

/* Entropy-coded data: up to the next marker that is no restart (RSTn) and no stuffed 0. */
static void skip_scan(Walk *w) {
    const Source *s = w->source;
    for (; w->at < s->size; w->at++) {
        if (s->data[w->at] != 0xff)
            continue;
        size_t next = w->at + 1;
        while (next < s->size && s->data[next] == 0xff)
            next++;
        if (next < s->size && s->data[next] != 0 &&
            !(s->data[next] >= RST0 && s->data[next] <= RST7))
            return;
        w->at = next;
    }
    w->at = s->size;
}

/* Tables may hold fewer than 256 symbols (stb_image keeps 255 for "none"; no picture needs more),
 * and their code lengths must make a code. */
static bool check_huffman(const Walk *w, const uint8_t *data, size_t size, Error *err) {
    while (size > 0) {
        size_t symbols = 0;
        uint32_t code = 0;
        bool fits = size >= 17;
        for (int length = 1; fits && length <= 16; length++) {
            symbols += data[length];
            code += data[length];
            fits = code <= 1u << length;
            code <<= 1;
        }
        if (!fits || symbols > 255 || symbols > size - 17)
            return source_bad(w->source, "a Huffman table is wrong", err);
        data += 17 + symbols;
        size -= 17 + symbols;
    }
    return true;
}

static bool check_frame(Walk *w, Structure *out, int marker, const uint8_t *data, size_t size,
                        Error *err) {
    const Source *s = w->source;
    if (marker > SOF2)
        return source_unsupported(s, "lossless, hierarchical and arithmetic coding are not read",
                                  err);
    if (out->width)
        return source_bad(s, "it has two frame headers", err);
    if (size < 6)
        return source_bad(s, "its frame header is too short", err);
    if (data[0] != 8)
        return source_unsupported(s, TEXT("%d bits a sample, only 8 are read", data[0]), err);
    if (!image_check_size(be16(data + 3), be16(data + 1), s->name, err))
        return false;
    out->height = (int)be16(data + 1);
    out->width = (int)be16(data + 3);
    w->components = data[5];
    return true;
}

static bool check_segment(Walk *w, Structure *out, int marker, const uint8_t *data, size_t size,
                          Error *err) {
    if (marker == DHT)
        return check_huffman(w, data, size, err);
    if (marker >= SOF0 && marker <= SOF15 && marker != JPG && marker != DAC)
        return check_frame(w, out, marker, data, size, err);
    if (marker == APP1 && !out->exif && size > 6 && memcmp(data, "Exif\0", 6) == 0) {
        out->exif = data + 6;
        out->exif_size = size - 6;
    }
    if (marker == APP14 && size >= 12 && memcmp(data, "Adobe", 6) == 0)
        w->transform = data[11];
    if (marker == SOS) {
        if (!out->width)
            return source_bad(w->source, "its data come before its frame header", err);
        if (++w->scans > SCANS_MAX)
            return source_unsupported(w->source, TEXT("more than %d scans", SCANS_MAX), err);
        skip_scan(w);
    }
    return true;
}

bool jpeg_check(Structure *out, const Source *s, Error *err) {
    Walk w = {.source = s, .at = 2, .transform = -1};
    int marker = SOI;
    *out = (Structure){0};
    while (marker != EOI) {
        if (!read_marker(&w, &marker, err))
            return false;
        if (marker == EOI)
            break;
        if (marker <= 1 || (marker >= RST0 && marker <= SOI))
            return source_bad(s, TEXT("marker %02x stands where none may", (unsigned)marker), err);
        size_t left = s->size - w.at, size = left >= 2 ? be16(s->data + w.at) : 2;
        if (size < 2)
            return source_bad(s, TEXT("the segment at byte %zu has no length", w.at), err);
        if (size > left)
            return cut(&w, err);
        const uint8_t *data = s->data + w.at + 2;
        w.at += size;
        if (!check_segment(&w, out, marker, data, size - 2, err))
            return false;
    }
    if (w.scans == 0)
        return source_bad(s, "it holds no picture data", err);
    if (w.components == 4 && w.transform != 0 && w.transform != 2)
        return source_unsupported(s, "four colours without Adobe's mark of what they are", err);
    return true;
}
