/* Names for pictures: 128 bits that stand for all that a picture was made of (which numbers, which
 * colours, how large), so that equal keys mean equal pixels. */
#ifndef DRAW_IMAGE_KEY_H
#define DRAW_IMAGE_KEY_H

#include <stdint.h>
#include <string.h>

typedef struct ImageKey {
    uint64_t high, low;
} ImageKey;

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): the finaliser. */
static inline uint64_t image_key_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The key so far and one more thing that the picture depends on; the order counts. Begin with
 * (ImageKey){0}. */
static inline ImageKey image_key_add(ImageKey key, uint64_t part) {
    return (ImageKey){image_key_mix(key.high + 0x9e3779b97f4a7c15u + image_key_mix(part)),
                      image_key_mix((key.low ^ 0xd1b54a32d192ed03u) * 0xaef17502108ef2d9u + part)};
}

static inline ImageKey image_key_add_double(ImageKey key, double part) {
    uint64_t bits;
    memcpy(&bits, &part, sizeof bits);
    return image_key_add(key, bits);
}

static inline ImageKey image_key_add_text(ImageKey key, const char *text) {
    size_t length = strlen(text);
    uint64_t part = length;
    for (size_t at = 0; at < length; at += sizeof part) {
        key = image_key_add(key, part);
        part = 0;
        memcpy(&part, text + at, length - at < sizeof part ? length - at : sizeof part);
    }
    return image_key_add(key, part);
}

#endif
