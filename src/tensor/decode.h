/* What the readers of picture formats share; for this room only.
 *
 * PNG, JPEG and GIF are decoded by stb_image, which forgives too much: here their structure is
 * checked first (whole, sizes, tables), so that a file cut off is told from a good one and nothing
 * that stb_image trusts blindly reaches it. The plain formats (BMP, TGA, PNM) are read here. */
#ifndef TENSOR_DECODE_H
#define TENSOR_DECODE_H

#include "base/error.h"
#include "tensor/image.h"

/* A file's bytes; the name and kind ("PNG") stand in messages. */
typedef struct Source {
    const uint8_t *data;
    size_t size;
    const char *name, *kind;
} Source;

/* "'x.png' is not a whole PNG picture: it ends within ..."; false. */
bool source_cut(const Source *s, const char *where, Error *err);
/* "'x.png' is not a valid PNG picture: why"; false. */
bool source_bad(const Source *s, const char *why, Error *err);
/* "x.png is not supported: PNG: why"; false. */
bool source_unsupported(const Source *s, const char *why, Error *err);

/* Decoded samples, interleaved, rows from the top: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and
 * alpha; uint8_t, or uint16_t if wide. Freed by mem_free(data). */
typedef struct Samples {
    int width, height, channels;
    bool wide;
    void *data;
} Samples;

/* 8 bits a sample, zeroed; the size has been checked. */
bool samples_new(Samples *out, int64_t width, int64_t height, int channels, Error *err);
bool bmp_decode(Samples *out, const Source *s, Error *err);
bool tga_decode(Samples *out, const Source *s, Error *err);
bool pnm_decode(Samples *out, const Source *s, Error *err);

/* What the structure of a file says before it is decoded. */
typedef struct Structure {
    int width, height;
    bool wide;           /* 16 bits a sample */
    bool animated;       /* more than one frame */
    const uint8_t *exif; /* the TIFF part of EXIF data within the source, or NULL */
    size_t exif_size;
} Structure;

bool png_check(Structure *out, const Source *s, Error *err);
bool jpeg_check(Structure *out, const Source *s, Error *err);
bool gif_check(Structure *out, const Source *s, Error *err);

/* By stb_image, once checked. No single allocation exceeds `allowance` bytes, so that a bomb of
 * compressed zeros ends early. Returns NULL, or with *out empty stb_image's reason ("outofmem" when
 * memory was refused). */
const char *stb_decode(Samples *out, const uint8_t *data, size_t size, bool wide, size_t allowance);
/* A PNG file in memory, freed by mem_free; NULL if there is no memory for it. */
uint8_t *stb_encode_png(const Image *image, size_t *size);

/* The orientation 1..8 in EXIF data that begins with its TIFF header; 1 if it says none or makes no
 * sense. False only if there is no memory. */
bool exif_orientation(int *orientation, const uint8_t *tiff, size_t size, Error *err);
/* Turns and mirrors as the orientation says, in place (the pixels are replaced). */
bool exif_orient(Image *image, int orientation, Error *err);

static inline uint32_t le16(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8;
}
static inline uint32_t le32(const uint8_t *p) {
    return le16(p) | le16(p + 2) << 16;
}
static inline uint32_t be16(const uint8_t *p) {
    return p[1] | (uint32_t)p[0] << 8;
}
static inline uint32_t be32(const uint8_t *p) {
    return be16(p + 2) | be16(p) << 16;
}

#endif
