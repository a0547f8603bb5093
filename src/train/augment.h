/* Random changes of a picture that leave its class as it is. Everything drawn is a function of
 * (seed, epoch, picture) alone: the same for any order, batch and number of threads. */
#ifndef TRAIN_AUGMENT_H
#define TRAIN_AUGMENT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Augment {
    bool flip; /* left and right, every second time */
    int crop;  /* pixels: shifted by up to so many in each direction, zeros (the mean) coming in
                  (He et al. 2016, section 4.2: padded by 4 and cropped) */
    double area[2]; /* random resized crop: share of the area, 0 < [0] <= [1] <= 1; [1] 0: none
                       (Szegedy et al. 2015, section 6) */
    double aspect;  /* of that crop, relative to the picture's: between 1/aspect and aspect, evenly
                       in its logarithm; >= 1 */
    double brightness, contrast,
        saturation; /* factors from 1 - b to 1 + b; 0: none (Howard 2013) */
    double hue;     /* turned by up to so many degrees either way; 0: none */
    double rotate;  /* by up to so many degrees either way; 0: none */
    int cutout;     /* side of a square set to the mean at a random place, which may overhang
                       (DeVries and Taylor 2017); 0: none */
    double
        cutmix; /* chance that two pictures of a batch exchange a box (Yun et al. 2019); 0: none */
    double cutmix_until; /* share of the epochs after which none does any more: the last are learned
                            from whole pictures; 1: to the end */
} Augment;

/* One picture: `pixels` C x H x W bytes; out C x H x W floats, byte * scale[c] + shift[c]
 * after the changes, 0 where nothing is. C is 1 or 3 (saturation and hue need 3). augment NULL: as
 * it is. `temporary`: as many floats as out. epoch < 2^24, picture < 2^32.
 *
 * First the colours of the whole picture (brightness, contrast, saturation, hue, each clamped to
 * 0..255), then mirrored, shifted, the box enlarged, turned, and last the square. Shifts by whole
 * pixels and mirroring copy; box and rotation are one bilinear sampling together with them. */
void augment_picture(const Augment *augment, const uint8_t *pixels, int64_t channels,
                     int64_t height, int64_t width, const float *scale, const float *shift,
                     uint64_t seed, uint64_t epoch, uint64_t picture, float *temporary, float *out);

/* Two pictures, C x H x W each, exchange the same box with chance `cutmix`: of area 1 - u, u evenly
 * in 0..1, about a point anywhere, cut to the picture (Yun et al. 2019, "CutMix", section 3.1).
 * What is returned is the share of the area that either keeps: 1 if they are as they were. Drawn by
 * (seed, epoch, picture), `picture` being the first of the two. */
double augment_exchange(const Augment *augment, int64_t channels, int64_t height, int64_t width,
                        uint64_t seed, uint64_t epoch, uint64_t picture, float *first,
                        float *second);

#endif
