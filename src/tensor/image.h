/* Pictures of 8 bits a channel: in through stb_image, out as PNG. */
#ifndef TENSOR_IMAGE_H
#define TENSOR_IMAGE_H

#include "base/arena.h"
#include "base/error.h"
#include <stdint.h>

enum { IMAGE_PIXELS_MAX = 100 * 1000 * 1000, IMAGE_SIDE_MAX = 30000 };

/* Rows top to bottom, channels interleaved, no padding. Owned: image_free. */
typedef struct Image {
    int width, height, channels; /* channels 1 (grey), 3 (RGB) or 4 (RGBA, only for writing) */
    uint8_t *pixels;
} Image;

bool image_new(Image *image, int width, int height, int channels, Error *err); /* zeroed */
void image_free(Image *image);                                                 /* zeroes it */
/* Refuses sizes below 1 x 1 and above the limits, with the figures; `what` stands in the message.
 */
bool image_check_size(int64_t width, int64_t height, const char *what, Error *err);

/* Below, `out` gets a new picture: what it held before is not freed, and it must not be `in`. On
 * failure it is empty. */

/* PNG, JPEG, BMP, TGA, GIF, PNM (P5, P6), told by content. Comes out as RGB, or as grey if the file
 * is grey. EXIF's orientation is obeyed, alpha laid over white, 16 bits scaled to 8 (rounded), CMYK
 * converted. `note`, if not NULL, is set to a sentence when something had to be chosen (only the
 * first frame of an animated GIF is read), else to "". Refused with a sentence: HEIC, AVIF and WebP
 * (how to convert them) and TIFF, more than IMAGE_PIXELS_MAX pixels or IMAGE_SIDE_MAX a side (told
 * from the header, before anything is allocated), truncated files. */
enum { IMAGE_NOTE_SIZE = 200 };
bool image_load(Image *image, const char *path, char note[IMAGE_NOTE_SIZE], Error *err);
/* The same from memory; `name` stands in messages. */
bool image_parse(Image *image, const uint8_t *data, size_t size, const char *name,
                 char note[IMAGE_NOTE_SIZE], Error *err);

/* Grey as PIL's convert("L"): (19595 R + 38470 G + 7471 B + 32768) >> 16 (ITU-R 601). */
bool image_to_grey(Image *out, const Image *in, Error *err);
bool image_to_rgb(Image *out, const Image *in, Error *err);

/* Bilinear with antialiasing, as PIL's resize(BILINEAR) does it on bytes: triangle filter widened
 * by the scale when shrinking, coefficients rounded to 22 bits, horizontally then vertically with
 * bytes between. Equal to PIL's in every byte. */
bool image_resize(Image *out, const Image *in, int width, int height, Error *err);
/* A part; may reach beyond the picture, where it is black. */
bool image_crop(Image *out, const Image *in, int x, int y, int width, int height, Error *err);
/* Every pixel repeated scale x scale times. */
bool image_enlarge(Image *out, const Image *in, int scale, Error *err);
void image_paste(Image *onto, const Image *what, int x, int y); /* same channels; clipped */

/* PNG through a temporary name. `texts` (may be NULL) are pairs keyword, text, ended by NULL, kept
 * in tEXt chunks ("Software", "Comment"), or iTXt if they are not ASCII. */
bool image_save_png(const char *path, const Image *image, const char *const *texts, Error *err);

/* Whether a name looks like a picture's: png jpg jpeg bmp tga gif ppm pgm pnm, in any case. */
bool image_is_name(const char *path);

#endif
