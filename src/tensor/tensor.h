/* float32 tensors, row-major, batch first: (N, C, H, W) for maps, (N, F) for vectors. */
#ifndef TENSOR_TENSOR_H
#define TENSOR_TENSOR_H

#include "base/arena.h"
#include "base/error.h"
#include <stdint.h>

enum { SHAPE_RANK_MAX = 4 };

/* Extents; every one is at least 1. Also used without the batch: (C, H, W) or (F). */
typedef struct Shape {
    int rank; /* 0: no shape */
    int64_t dim[SHAPE_RANK_MAX];
} Shape;

/* A view: it does not say who owns the data. */
typedef struct Tensor {
    Shape shape;
    float *data;
} Tensor;

#define SHAPE(...) shape_of((const int64_t[]){__VA_ARGS__, 0}) /* SHAPE(64, 3, 7, 7) */
Shape shape_of(const int64_t *dims);                           /* ended by 0 */
bool shape_equal(const Shape *a, const Shape *b);
/* The product of the extents (0 for no shape), bounded by shape_count's caller having checked it:
 * see shape_check. */
int64_t shape_count(const Shape *shape);
/* False (ERROR_EXPECTED or ERROR_TOO_LARGE, naming `what`) unless there are 1 to SHAPE_RANK_MAX
 * extents, every one is >= 1, and the bytes of a float tensor of this shape are at most 2^40. */
bool shape_check(const Shape *shape, const char *what, Error *err);
/* (C, H, W) -> (n, C, H, W). The rank must be below SHAPE_RANK_MAX. */
Shape shape_batched(const Shape *shape, int64_t n);
/* (N, C, H, W) -> (C, H, W). */
Shape shape_unbatched(const Shape *shape);
/* "(3, 224, 224)" in a caller's buffer, and in one that lives until the end of the block. */
const char *shape_text(char *buffer, size_t size, const Shape *shape);
#define SHAPE_TEXT(shape) shape_text((char[96]){0}, 96, (shape))

/* A tensor whose data lies in the arena, zeroed. */
bool tensor_new(Tensor *t, Arena *arena, const Shape *shape, Error *err);
int64_t tensor_count(const Tensor *t);
/* Item n of a batch, as a view of batch 1; and map c of item n, as (H, W). */
Tensor tensor_item(const Tensor *t, int64_t n);
Tensor tensor_map(const Tensor *t, int64_t n, int64_t c);

#endif
