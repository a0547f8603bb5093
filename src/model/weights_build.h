/* What loading and drawing weights share. */
#ifndef MODEL_WEIGHTS_BUILD_H
#define MODEL_WEIGHTS_BUILD_H

#include "model/model.h"

/* Zeroes *w and makes its table, all pointers NULL, for the model's graph; sets w->bytes. */
bool weights_begin(Weights *w, const Model *model, Error *err);
/* ERROR_MACHINE with the figures unless the machine has room for so many bytes more. */
bool weights_room(const Model *model, uint64_t bytes, Error *err);

#endif
