/* The header of a safetensors file: eight bytes, little-endian, with the length of a JSON object
 * that maps each key to its dtype, shape and data_offsets; then the data. Nothing in it is trusted.
 */
#ifndef MODEL_SAFETENSORS_H
#define MODEL_SAFETENSORS_H

#include "base/json.h"
#include "tensor/tensor.h"

enum { SAFETENSORS_RANK_MAX = 8, SAFETENSORS_HEADER_MAX = 16 * 1000 * 1000 };

typedef struct SafeTensor {
    const char *key, *dtype; /* "F32" */
    int rank;
    int64_t dim[SAFETENSORS_RANK_MAX]; /* may be 0 */
    size_t begin, size;                /* bytes: where in the data, and how many */
    bool used;                         /* for the caller */
} SafeTensor;

typedef struct Safetensors {
    Json *root;           /* owns all texts */
    const Json *metadata; /* an object of texts, or NULL */
    SafeTensor *tensors;  /* by key, in strcmp's order */
    size_t count;
    const uint8_t *data; /* what follows the header, in the caller's memory */
} Safetensors;

/* Reads the header of a whole file in memory, which must outlive *st. Every tensor lies within the
 * file and overlaps no other; its size fits shape and dtype wherever the dtype is one of the
 * format's. Errors name the key, not the file. Freed by safetensors_free, also after a failure. */
bool safetensors_parse(Safetensors *st, const uint8_t *file, size_t size, Error *err);
void safetensors_free(Safetensors *st);
SafeTensor *safetensors_find(const Safetensors *st, const char *key);     /* NULL: no such key */
const char *safetensors_metadata(const Safetensors *st, const char *key); /* "" if absent */

/* Whether it is an F32 or F16 tensor of that shape; errors name key, expected and found. */
bool safetensors_check(const SafeTensor *tensor, const Shape *shape, Error *err);
/* Its numbers where they lie, if they are F32 and this machine can read them there; else NULL. */
const float *safetensors_in_place(const Safetensors *st, const SafeTensor *tensor);
/* Copies F32 or converts F16, exactly. */
void safetensors_read(const Safetensors *st, const SafeTensor *tensor, float *out);

#endif
