/* Weights in the order in which a layer's kernel reads them (LayerCall.packed,
 * LayerBackward.packed): made when a node first needs them and kept with the model, so that every
 * run of it, in any thread, shares them. */
#ifndef MODEL_PACKED_H
#define MODEL_PACKED_H

#include "model/model.h"

/* A node's weights for this direction of the call, whose kernel, path, shapes and weights are set;
 * NULL if the layer takes them as they are. */
bool packed_weights(const Model *model, int node, const LayerCall *call, LayerDirection direction,
                    const float **packed, Error *err);
/* To be called when the weights have been written to, while no run uses them. */
void packed_forget(const Model *model);

/* For weights.c: what a Weights owns. */
Packed *packed_new(Error *err);
void packed_free(Packed *packed); /* NULL is fine */

#endif
