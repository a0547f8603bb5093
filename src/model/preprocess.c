#include "model/preprocess.h"

#include <assert.h>
#include <string.h>

/* torchvision.transforms.functional.resize with one number. The long side is truncated, after one
 * rounded division of whole numbers as in Python. */
static bool resized_size(const Image *image, int64_t side, int *width, int *height, Error *err) {
    bool tall = image->width <= image->height;
    int64_t shorter = tall ? image->width : image->height;
    int64_t longer = tall ? image->height : image->width;
    double length = (double)(side * longer) / (double)shorter;
    if (side > IMAGE_SIDE_MAX || length > IMAGE_SIDE_MAX ||
        (double)side * length > IMAGE_PIXELS_MAX)
        return error_set(
            err, ERROR_TOO_LARGE, "the resized picture",
            TEXT("short side %lld, long side %.0f pixels", (long long)side, length),
            TEXT("%d a side and %d million in all", IMAGE_SIDE_MAX, IMAGE_PIXELS_MAX / 1000000));
    *width = (int)(tall ? (double)side : length);
    *height = (int)(tall ? length : (double)side);
    return true;
}

/* Where a centre crop begins in `size` pixels: round((size - crop) / 2), half to even, as Python
 * rounds; before the picture's edge where it is smaller, as torchvision pads it. */
static int crop_start(int size, int crop) {
    int gap = size - crop;
    if (gap < 0)
        return -(-gap / 2);
    int half = gap / 2;
    return gap % 2 && half % 2 ? half + 1 : half;
}

/* The picture with as many channels as the network wants. *changed owns what had to be made. */
static const Image *with_channels(const Image *image, int channels, Image *changed, Error *err) {
    if (image->channels == channels)
        return image;
    bool ok =
        channels == 1 ? image_to_grey(changed, image, err) : image_to_rgb(changed, image, err);
    return ok ? changed : NULL;
}

static bool resize_and_crop(const Preprocess *p, const Image *image, int crop_width,
                            int crop_height, Image *out, Error *err) {
    int width = 0, height = 0, smaller = crop_width < crop_height ? crop_width : crop_height;
    if (!resized_size(image, p->resize > 0 ? p->resize : smaller, &width, &height, err))
        return false;
    Image resized = {0};
    bool same = width == image->width && height == image->height;
    if (!same && !image_resize(&resized, image, width, height, err))
        return false;
    bool ok = image_crop(out, same ? image : &resized, crop_start(width, crop_width),
                         crop_start(height, crop_height), crop_width, crop_height, err);
    image_free(&resized);
    return ok;
}

/* ToTensor and Normalize, in float32 throughout: a table of all 256 bytes for each channel. */
static void normalise(const Preprocess *p, const Image *image, float *out) {
    int64_t count = (int64_t)image->width * image->height;
    for (int c = 0; c < image->channels; c++) {
        float value[256];
        for (int byte = 0; byte < 256; byte++)
            value[byte] =
                ((float)byte * (float)p->range / 255 - (float)p->mean[c]) / (float)p->deviation[c];
        const uint8_t *from = image->pixels + c;
        for (int64_t i = 0; i < count; i++)
            out[c * count + i] = value[from[i * image->channels]];
    }
}

bool preprocess_check(const Shape *input, Error *err) {
    assert(input->rank == 3);
    int64_t channels = input->dim[0], height = input->dim[1], width = input->dim[2];
    if (channels != 1 && channels != 3)
        return error_set(err, ERROR_EXPECTED, "the network's input",
                         "1 or 3 channels to put a picture in", TEXT("%lld", (long long)channels));
    if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX)
        return error_set(err, ERROR_TOO_LARGE, "the network's input", SHAPE_TEXT(input),
                         TEXT("%d pixels a side", IMAGE_SIDE_MAX));
    return true;
}

void preprocess_affine(const Preprocess *p, float scale[3], float shift[3]) {
    for (int c = 0; c < 3; c++) {
        scale[c] = (float)(p->range / 255 / p->deviation[c]);
        shift[c] = (float)(-p->mean[c] / p->deviation[c]);
    }
}

bool preprocess_fit(const Preprocess *p, const Shape *input, const Image *image, Image *fitted,
                    Error *err) {
    Image changed = {0};
    if (!preprocess_check(input, err))
        return false;
    const Image *source = with_channels(image, (int)input->dim[0], &changed, err);
    bool ok =
        source && resize_and_crop(p, source, (int)input->dim[2], (int)input->dim[1], fitted, err);
    image_free(&changed);
    return ok;
}

bool preprocess_image(const Preprocess *p, const Shape *input, const Image *image, float *out,
                      Image *prepared, Error *err) {
    Image fitted;
    if (!preprocess_fit(p, input, image, &fitted, err))
        return false;
    normalise(p, &fitted, out);
    if (prepared)
        *prepared = fitted;
    else
        image_free(&fitted);
    return true;
}
