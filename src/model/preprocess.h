/* From a picture to a network's input. */
#ifndef MODEL_PREPROCESS_H
#define MODEL_PREPROCESS_H

#include "tensor/image.h"
#include "tensor/tensor.h"

typedef struct Preprocess {
    int resize;                   /* short side before the crop; 0: the input's own short side */
    double range;                 /* bytes become 0..range; 1 by default */
    double mean[3], deviation[3]; /* by channel: (x - mean) / deviation */
} Preprocess;

/* Short side to p->resize (long side truncated to whole pixels as torchvision's Resize does),
 * centre crop to the input's height and width (offset round((size - crop) / 2), half to even, as
 * torchvision's CenterCrop does; a smaller picture is padded with black), RGB or grey by the
 * input's channels (1 or 3), scaled and normalised in float32 as ToTensor and Normalize do. out is
 * (1, C, H, W) with its data set by the caller: shape[0] floats. `prepared`, if not NULL, receives
 * the cropped picture itself (image_free). Refused: a picture so long that its resized form would
 * pass IMAGE_PIXELS_MAX. */
bool preprocess_image(const Preprocess *p, const Shape *input, const Image *image, float *out,
                      Image *prepared, Error *err);
/* The first half of it: the picture with the input's channels, resized and cropped, as bytes.
 * `fitted` is a new picture (image_free). */
bool preprocess_fit(const Preprocess *p, const Shape *input, const Image *image, Image *fitted,
                    Error *err);
/* Whether pictures can be put into an input of that shape: what the two above ask first. */
bool preprocess_check(const Shape *input, Error *err);
/* The second half: byte * scale[c] + shift[c], but for rounding. */
void preprocess_affine(const Preprocess *p, float scale[3], float shift[3]);

#endif
