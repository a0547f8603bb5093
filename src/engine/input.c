#include "engine/input.h"

#include "tensor/npy.h"

bool engine_input_image(const Model *model, const char *path, Arena *arena, Tensor *out,
                        Image *prepared, char note[IMAGE_NOTE_SIZE], Error *err) {
    Image image;
    if (!image_load(&image, path, note, err))
        return false;
    const Shape *input = &model->graph.input;
    Shape shape = shape_batched(input, 1);
    bool ok = (tensor_new(out, arena, &shape, err) &&
               preprocess_image(&model->preprocess, input, &image, out->data, prepared, err)) ||
              error_prefix(err, "%s", path);
    image_free(&image);
    return ok;
}

bool engine_input_npy(const Model *model, const char *path, Arena *arena, Tensor *out, Error *err) {
    if (!npy_load(out, arena, path, err))
        return false;
    const Shape *input = &model->graph.input;
    if (shape_equal(&out->shape, input))
        out->shape = shape_batched(input, 1);
    Shape expected = shape_batched(input, out->shape.dim[0]);
    if (shape_equal(&out->shape, &expected))
        return true;
    return error_set(err, ERROR_EXPECTED, TEXT("%.150s", path),
                     TEXT("(N, %lld, %lld, %lld), the input of %s", (long long)input->dim[0],
                          (long long)input->dim[1], (long long)input->dim[2], model->name),
                     SHAPE_TEXT(&out->shape));
}
