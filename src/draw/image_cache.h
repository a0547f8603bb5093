/* Pictures that a view made from numbers, kept from frame to frame so that they are made once: the
 * view names each by a key of all that it was made of (draw/image_key.h).
 *
 *     ImageKey key = image_key_add(image_key_add((ImageKey){0}, scene_serial), channel); ...
 *     const uint8_t *pixels = image_cache_get(cache, key, w, h, 3);
 *     if (!pixels && (fresh = image_cache_put(cache, key, w, h, 3, &list->error)))
 *         paint(fresh), pixels = fresh;
 *     draw_image_keyed(list, box, key, pixels, w, h, 3);
 *
 * For one thread. */
#ifndef DRAW_IMAGE_CACHE_H
#define DRAW_IMAGE_CACHE_H

#include "base/error.h"
#include "draw/image_key.h"
#include <stddef.h>

typedef struct ImageCache ImageCache;

/* Keeps up to this many bytes of pixels; more only where one frame and the one before need more.
 * NULL if there is no memory. */
ImageCache *image_cache_new(size_t bytes, Error *err);
void image_cache_free(ImageCache *cache); /* NULL is fine */

/* To be called once a frame, before its list is filled. What image_cache_get and image_cache_put
 * gave out in a frame lives until the end of the next. */
void image_cache_frame(ImageCache *cache);

/* w * h * channels bytes, or NULL if they are not there. */
const uint8_t *image_cache_get(ImageCache *cache, ImageKey key, int w, int h, int channels);
/* Room for them, which the caller fills at once. NULL if there is no memory. */
uint8_t *image_cache_put(ImageCache *cache, ImageKey key, int w, int h, int channels, Error *err);

size_t image_cache_bytes(const ImageCache *cache); /* kept now */

#endif
