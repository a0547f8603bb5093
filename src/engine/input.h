/* What goes into a network. */
#ifndef ENGINE_INPUT_H
#define ENGINE_INPUT_H

#include "model/model.h"

/* A picture, prepared as the network wants it: (1, C, H, W) in the arena. `prepared` (may be NULL)
 * receives the cropped picture (image_free), `note` a remark on reading (see image_load). */
bool engine_input_image(const Model *model, const char *path, Arena *arena, Tensor *out,
                        Image *prepared, char note[IMAGE_NOTE_SIZE], Error *err);
/* A .npy taken as it is: (N, C, H, W), or (C, H, W) for one. Its shape must be the network's. */
bool engine_input_npy(const Model *model, const char *path, Arena *arena, Tensor *out, Error *err);

#endif
