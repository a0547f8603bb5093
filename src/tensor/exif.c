/* The one thing wanted of a camera's EXIF data: how the picture was held. */
#include "tensor/decode.h"

#include "base/memory.h"

#include <libexif/exif-data.h>
#include <string.h>

enum { EXIF_MAX = 1 << 20 }; /* a JPEG segment holds 64 KB; a PNG chunk could hold anything */

bool exif_orientation(int *orientation, const uint8_t *tiff, size_t size, Error *err) {
    *orientation = 1;
    if (size > EXIF_MAX)
        return true;
    uint8_t *block = mem_alloc_raw(size + 6, 1, err);
    ExifData *data = block ? exif_data_new() : NULL;
    if (!data) {
        mem_free(block);
        return error_set(err, ERROR_NO_MEMORY, MEM_TEXT(size));
    }
    memcpy(block, "Exif\0", 6); /* libexif wants the mark that JPEG puts before it */
    memcpy(block + 6, tiff, size);
    exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(data, block, (unsigned)size + 6);
    ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2) {
        int value = exif_get_short(entry->data, exif_data_get_byte_order(data));
        if (value >= 1 && value <= 8)
            *orientation = value;
    }
    exif_data_unref(data);
    mem_free(block);
    return true;
}

bool exif_orient(Image *image, int orientation, Error *err) {
    /* Where the turned picture's (x, y) comes from, after x and y were swapped or not: mirrored
     * from the right, from the bottom. EXIF 2.32, tag 274. */
    static const struct {
        bool swap, right, bottom;
    } turns[9] = {
        [1] = {0, 0, 0}, [2] = {0, 1, 0}, [3] = {0, 1, 1}, [4] = {0, 0, 1},
        [5] = {1, 0, 0}, [6] = {1, 0, 1}, [7] = {1, 1, 1}, [8] = {1, 1, 0},
    };
    if (orientation <= 1 || orientation > 8)
        return true;
    bool swap = turns[orientation].swap;
    Image out;
    if (!image_new(&out, swap ? image->height : image->width, swap ? image->width : image->height,
                   image->channels, err))
        return false;
    const size_t channels = (size_t)image->channels;
    uint8_t *to = out.pixels;
    for (int y = 0; y < out.height; y++) {
        for (int x = 0; x < out.width; x++, to += channels) {
            int64_t fx = swap ? y : x, fy = swap ? x : y;
            if (turns[orientation].right)
                fx = image->width - 1 - fx;
            if (turns[orientation].bottom)
                fy = image->height - 1 - fy;
            memcpy(to, image->pixels + (size_t)(fy * image->width + fx) * channels, channels);
        }
    }
    image_free(image);
    *image = out;
    return true;
}
