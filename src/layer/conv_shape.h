/* A convolution as its kernel sees it, for those who look at how it is computed. */
#ifndef LAYER_CONV_SHAPE_H
#define LAYER_CONV_SHAPE_H

#include "kernel/conv.h"
#include "layer/layer.h"

/* From shapes without the batch; n is 1. False: the layer is no convolution. */
bool layer_conv_shape(const LayerType *type, const void *params, const Shape *in, const Shape *out,
                      ConvShape *shape);

#endif
