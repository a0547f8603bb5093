/* Resampling as Pillow's src/libImaging/Resample.c does it on 8-bit channels, bit for bit: a
 * triangle filter, widened when shrinking; for each output column (then row) the weights of the
 * inputs under it, normalised and rounded to 22 bits; bytes between the two passes. */
#include "tensor/image.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { PRECISION_BITS = 32 - 8 - 2 };

/* The inputs first..first+count-1 under each output, and their weights, `stride` an output. */
typedef struct Filter {
    int outputs, stride;
    struct {
        int first, count;
    } * reach;
    int32_t *weight;
} Filter;

static double triangle(double x) {
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

static void filter_free(Filter *f) {
    mem_free(f->reach);
    mem_free(f->weight);
}

static bool filter_new(Filter *f, int inputs, int outputs, Error *err) {
    const double scale = (double)inputs / outputs;
    const double support = scale < 1 ? 1 : scale, narrow = 1 / support;
    *f = (Filter){.outputs = outputs, .stride = (int)ceil(support) * 2 + 1};
    f->reach = mem_alloc((size_t)outputs, sizeof *f->reach, err);
    f->weight = mem_alloc((size_t)outputs * (size_t)f->stride, sizeof *f->weight, err);
    double *exact = mem_alloc((size_t)f->stride, sizeof *exact, err);
    if (!f->reach || !f->weight || !exact) {
        filter_free(f);
        mem_free(exact);
        return false;
    }
    for (int out = 0; out < outputs; out++) {
        const double center = (out + 0.5) * scale;
        int first = (int)(center - support + 0.5), end = (int)(center + support + 0.5);
        double sum = 0;
        if (first < 0)
            first = 0;
        if (end > inputs)
            end = inputs;
        f->reach[out].first = first;
        f->reach[out].count = end - first;
        for (int i = 0; i < end - first; i++) {
            exact[i] = triangle((i + first - center + 0.5) * narrow);
            sum += exact[i];
        }
        int32_t *weight = f->weight + (size_t)out * (size_t)f->stride;
        for (int i = 0; i < end - first; i++) /* never negative: 0.5 rounds half away from 0 */
            weight[i] =
                (int32_t)(0.5 + (sum != 0 ? exact[i] / sum : exact[i]) * (1 << PRECISION_BITS));
    }
    mem_free(exact);
    return true;
}

static uint8_t clip8(int32_t sum) {
    sum >>= PRECISION_BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* One pass along a line of pixels: `step` is from one input to the next; `lanes` values lie side by
 * side and are filtered alike (the channels of a pixel, or a whole row). */
static void filter_line(const Filter *f, int out, const uint8_t *in, size_t step, size_t lanes,
                        int32_t *sums, uint8_t *to) {
    const int32_t *weight = f->weight + (size_t)out * (size_t)f->stride;
    for (size_t lane = 0; lane < lanes; lane++)
        sums[lane] = 1 << (PRECISION_BITS - 1);
    in += (size_t)f->reach[out].first * step;
    for (int i = 0; i < f->reach[out].count; i++, in += step)
        for (size_t lane = 0; lane < lanes; lane++)
            sums[lane] += in[lane] * weight[i];
    for (size_t lane = 0; lane < lanes; lane++)
        to[lane] = clip8(sums[lane]);
}

static bool resize_rows(Image *out, const Image *in, int width, Error *err) {
    Filter f;
    *out = (Image){0};
    if (!filter_new(&f, in->width, width, err))
        return false;
    bool ok = image_new(out, width, in->height, in->channels, err);
    const size_t channels = (size_t)in->channels;
    for (size_t y = 0; ok && y < (size_t)in->height; y++) {
        const uint8_t *from = in->pixels + y * (size_t)in->width * channels;
        uint8_t *to = out->pixels + y * (size_t)width * channels;
        int32_t sums[4];
        for (int x = 0; x < width; x++, to += channels)
            filter_line(&f, x, from, channels, channels, sums, to);
    }
    filter_free(&f);
    return ok;
}

static bool resize_columns(Image *out, const Image *in, int height, Error *err) {
    Filter f;
    *out = (Image){0};
    if (!filter_new(&f, in->height, height, err))
        return false;
    const size_t row = (size_t)in->width * (size_t)in->channels;
    int32_t *sums = mem_alloc_raw(row, sizeof *sums, err);
    bool ok = sums && image_new(out, in->width, height, in->channels, err);
    for (int y = 0; ok && y < height; y++)
        filter_line(&f, y, in->pixels, row, row, sums, out->pixels + (size_t)y * row);
    mem_free(sums);
    filter_free(&f);
    return ok;
}

bool image_resize(Image *out, const Image *in, int width, int height, Error *err) {
    Image between = {0};
    *out = (Image){0};
    /* The whole size is checked before the work of a first pass. */
    if (!image_check_size(width, height, "picture", err))
        return false;
    if (width == in->width && height == in->height)
        return image_crop(out, in, 0, 0, width, height, err);
    if (height == in->height)
        return resize_rows(out, in, width, err);
    if (width == in->width)
        return resize_columns(out, in, height, err);
    bool ok = resize_rows(&between, in, width, err) && resize_columns(out, &between, height, err);
    image_free(&between);
    return ok;
}
