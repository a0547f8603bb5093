#include "tensor/tensor.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static const int64_t COUNT_MAX = INT64_C(1) << 38; /* floats in 2^40 bytes */

Shape shape_of(const int64_t *dims) {
    Shape shape = {0};
    for (; dims[shape.rank] != 0; shape.rank++) {
        assert(shape.rank < SHAPE_RANK_MAX && dims[shape.rank] > 0);
        shape.dim[shape.rank] = dims[shape.rank];
    }
    return shape;
}

bool shape_equal(const Shape *a, const Shape *b) {
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

int64_t shape_count(const Shape *shape) {
    int64_t count = shape->rank > 0 ? 1 : 0;
    for (int i = 0; i < shape->rank; i++)
        count *= shape->dim[i];
    return count;
}

bool shape_check(const Shape *shape, const char *what, Error *err) {
    if (shape->rank < 1 || shape->rank > SHAPE_RANK_MAX)
        return error_set(err, ERROR_EXPECTED, what, TEXT("1 to %d extents", SHAPE_RANK_MAX),
                         TEXT("%d", shape->rank));
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 1)
            return error_set(err, ERROR_EXPECTED, what, "extents of at least 1", SHAPE_TEXT(shape));
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] > COUNT_MAX / count)
            return error_set(err, ERROR_TOO_LARGE, what,
                             TEXT("%s of 4 bytes each", SHAPE_TEXT(shape)),
                             MEM_TEXT(COUNT_MAX * (int64_t)sizeof(float)));
        count *= shape->dim[i];
    }
    return true;
}

Shape shape_batched(const Shape *shape, int64_t n) {
    assert(shape->rank < SHAPE_RANK_MAX);
    Shape batched = {.rank = shape->rank + 1, .dim = {n}};
    for (int i = 0; i < shape->rank; i++)
        batched.dim[i + 1] = shape->dim[i];
    return batched;
}

Shape shape_unbatched(const Shape *shape) {
    assert(shape->rank > 0);
    Shape item = {.rank = shape->rank - 1};
    for (int i = 0; i < item.rank; i++)
        item.dim[i] = shape->dim[i + 1];
    return item;
}

const char *shape_text(char *buffer, size_t size, const Shape *shape) {
    size_t used = 0;
    for (int i = 0; i <= shape->rank; i++) {
        int n;
        if (i == shape->rank)
            n = snprintf(buffer + used, size - used, shape->rank ? ")" : "()");
        else
            n = snprintf(buffer + used, size - used, "%s%" PRId64, i ? ", " : "(", shape->dim[i]);
        if (n < 0 || (size_t)n >= size - used)
            break;
        used += (size_t)n;
    }
    return buffer;
}

bool tensor_new(Tensor *t, Arena *arena, const Shape *shape, Error *err) {
    *t = (Tensor){0};
    if (!shape_check(shape, "tensor", err))
        return false;
    float *data = arena_alloc(arena, (size_t)shape_count(shape), sizeof(float), err);
    if (!data)
        return false;
    *t = (Tensor){.shape = *shape, .data = data};
    return true;
}

int64_t tensor_count(const Tensor *t) {
    return shape_count(&t->shape);
}

Tensor tensor_item(const Tensor *t, int64_t n) {
    assert(t->shape.rank > 0 && n >= 0 && n < t->shape.dim[0]);
    Tensor item = *t;
    item.shape.dim[0] = 1;
    item.data = t->data + n * shape_count(&item.shape);
    return item;
}

Tensor tensor_map(const Tensor *t, int64_t n, int64_t c) {
    assert(t->shape.rank == 4 && n >= 0 && n < t->shape.dim[0] && c >= 0 && c < t->shape.dim[1]);
    Shape shape = SHAPE(t->shape.dim[2], t->shape.dim[3]);
    return (Tensor){.shape = shape,
                    .data = t->data + (n * t->shape.dim[1] + c) * shape_count(&shape)};
}
