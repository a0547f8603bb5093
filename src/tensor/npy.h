/* NumPy's .npy files. */
#ifndef TENSOR_NPY_H
#define TENSOR_NPY_H

#include "tensor/tensor.h"

/* Versions 1 to 3; float16, float32, float64 of either byte order, and uint8; C order, or Fortran
 * order (turned); rank 1 to 4. Everything else gets a sentence. The data lies in the arena. Sizes
 * in the header are checked against the file's size before anything is allocated. */
bool npy_load(Tensor *t, Arena *arena, const char *path, Error *err);
bool npy_parse(Tensor *t, Arena *arena, const uint8_t *data, size_t size, Error *err);
/* Version 1, little-endian float32, C order, through a temporary name. */
bool npy_save(const char *path, const Tensor *t, Error *err);

#endif
