#include "model/safetensors.h"

#include "base/memory.h"
#include "tensor/half.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {{"F32", 4},  {"F16", 2}, {"BF16", 2},    {"F64", 8},    {"I64", 8}, {"I32", 4},
              {"I16", 2},  {"I8", 1},  {"U64", 8},     {"U32", 4},    {"U16", 2}, {"U8", 1},
              {"BOOL", 1}, {"C64", 8}, {"F8_E5M2", 1}, {"F8_E4M3", 1}};

/* Bytes of one number; 0 for a dtype that we do not know. */
static size_t dtype_size(const char *name) {
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return dtypes[i].size;
    return 0;
}

static bool not_safetensors(const char *why, Error *err) {
    return error_set(err, ERROR_EXPECTED, "the file", "safetensors", why);
}

/* For messages. */
static const char *type_of(const Json *value) {
    return value ? json_type_name(json_type(value)) : "none";
}

/* A whole number from 0 to 2^53, up to which doubles tell them apart. */
static bool read_whole(const Json *value, int64_t *out, const char *what, Error *err) {
    double number = json_number(value);
    if (json_type(value) != JSON_NUMBER)
        return error_set(err, ERROR_EXPECTED, what, "a whole number", type_of(value));
    if (!(number >= 0 && number <= 0x1p53) || number != (double)(int64_t)number)
        return error_set(err, ERROR_EXPECTED, what, "a whole number from 0 to 2^53",
                         TEXT("%.17g", number));
    *out = (int64_t)number;
    return true;
}

static bool read_shape(const Json *value, SafeTensor *t, Error *err) {
    if (json_type(value) != JSON_ARRAY)
        return error_set(err, ERROR_EXPECTED, "shape", "an array", type_of(value));
    for (const Json *extent = json_first(value); extent; extent = json_next(extent)) {
        if (t->rank == SAFETENSORS_RANK_MAX)
            return error_set(err, ERROR_EXPECTED, "shape",
                             TEXT("at most %d extents", SAFETENSORS_RANK_MAX),
                             TEXT("%zu", json_count(value)));
        if (!read_whole(extent, &t->dim[t->rank++], "shape", err))
            return false;
    }
    return true;
}

/* data_offsets, within the `available` bytes of data. */
static bool read_offsets(const Json *value, SafeTensor *t, size_t available, Error *err) {
    int64_t begin, end;
    if (json_type(value) != JSON_ARRAY || json_count(value) != 2)
        return error_set(err, ERROR_EXPECTED, "data_offsets", "two numbers",
                         json_type(value) == JSON_ARRAY ? TEXT("%zu", json_count(value))
                                                        : type_of(value));
    if (!read_whole(json_at(value, 0), &begin, "data_offsets", err) ||
        !read_whole(json_at(value, 1), &end, "data_offsets", err))
        return false;
    if (begin > end || (uint64_t)end > available)
        return error_set(err, ERROR_EXPECTED, "data_offsets",
                         TEXT("a part of the file's %zu bytes of data", available),
                         TEXT("%lld to %lld", (long long)begin, (long long)end));
    t->begin = (size_t)begin;
    t->size = (size_t)(end - begin);
    return true;
}

/* The shape's product and the dtype against data_offsets. */
static bool check_size(const SafeTensor *t, Error *err) {
    size_t bytes = dtype_size(t->dtype);
    bool fits = true, empty = false;
    for (int i = 0; i < t->rank; i++)
        empty = empty || t->dim[i] == 0;
    if (bytes == 0)
        return true; /* refused later, if it is asked for */
    for (int i = 0; i < t->rank && !empty; i++)
        fits = fits && size_mul(bytes, (size_t)t->dim[i], &bytes);
    bytes = empty ? 0 : bytes;
    if (fits && bytes == t->size)
        return true;
    return error_set(err, ERROR_EXPECTED, "data_offsets",
                     fits ? TEXT("%zu bytes, as its shape has", bytes) : "a shape that fits a file",
                     TEXT("%zu bytes", t->size));
}

static bool read_tensor(const Json *entry, SafeTensor *t, size_t available, Error *err) {
    t->key = json_key(entry);
    if (json_type(entry) != JSON_OBJECT)
        return error_set(err, ERROR_EXPECTED, t->key, "an object", type_of(entry));
    const Json *dtype = json_get(entry, "dtype");
    t->dtype = json_text(dtype);
    bool ok = json_type(dtype) == JSON_TEXT
                  ? read_shape(json_get(entry, "shape"), t, err) &&
                        read_offsets(json_get(entry, "data_offsets"), t, available, err) &&
                        check_size(t, err)
                  : error_set(err, ERROR_EXPECTED, "dtype", "a text", type_of(dtype));
    return ok || error_prefix(err, "%s", t->key);
}

static int by_place(const void *a, const void *b) {
    const SafeTensor *s = a, *t = b;
    if (s->begin != t->begin)
        return s->begin < t->begin ? -1 : 1;
    if (s->size != t->size)
        return s->size < t->size ? -1 : 1;
    return strcmp(s->key, t->key);
}

static int by_key(const void *a, const void *b) {
    return strcmp(((const SafeTensor *)a)->key, ((const SafeTensor *)b)->key);
}

/* Leaves the tensors sorted by key. */
static bool check_overlaps(Safetensors *st, Error *err) {
    if (st->count == 0)
        return true;
    qsort(st->tensors, st->count, sizeof *st->tensors, by_place);
    for (size_t i = 1; i < st->count; i++) {
        const SafeTensor *before = &st->tensors[i - 1], *t = &st->tensors[i];
        if (t->begin - before->begin < before->size)
            return error_set(err, ERROR_EXPECTED, t->key, "data of its own",
                             TEXT("data that overlap those of '%s'", before->key));
    }
    qsort(st->tensors, st->count, sizeof *st->tensors, by_key);
    return true;
}

static bool read_metadata(const Json *metadata, Safetensors *st, Error *err) {
    bool ok = json_type(metadata) == JSON_OBJECT;
    for (const Json *item = ok ? json_first(metadata) : NULL; item; item = json_next(item))
        ok = ok && json_type(item) == JSON_TEXT;
    st->metadata = metadata;
    return ok ||
           error_set(err, ERROR_EXPECTED, "__metadata__", "an object of texts", "something else");
}

static bool read_header(Safetensors *st, size_t available, Error *err) {
    if (json_type(st->root) != JSON_OBJECT)
        return not_safetensors(TEXT("a header that is %s", type_of(st->root)), err);
    st->tensors = mem_alloc(json_count(st->root), sizeof *st->tensors, err);
    if (!st->tensors)
        return false;
    for (const Json *entry = json_first(st->root); entry; entry = json_next(entry))
        if (strcmp(json_key(entry), "__metadata__") == 0
                ? !read_metadata(entry, st, err)
                : !read_tensor(entry, &st->tensors[st->count++], available, err))
            return false;
    return check_overlaps(st, err);
}

bool safetensors_parse(Safetensors *st, const uint8_t *file, size_t size, Error *err) {
    memset(st, 0, sizeof *st);
    if (size < 8)
        return not_safetensors(TEXT("%zu bytes, too few for a header", size), err);
    uint64_t length = 0;
    for (int i = 7; i >= 0; i--)
        length = length << 8 | file[i];
    if (length > size - 8)
        return not_safetensors(
            TEXT("a header of %llu bytes in a file of %zu", (unsigned long long)length, size), err);
    if (length > SAFETENSORS_HEADER_MAX)
        return error_set(err, ERROR_TOO_LARGE, "the header", MEM_TEXT(length),
                         MEM_TEXT(SAFETENSORS_HEADER_MAX));
    st->data = file + 8 + length;
    st->root = json_parse((const char *)file + 8, (size_t)length, err);
    if (!st->root)
        return error_prefix(err, "its header");
    return read_header(st, size - 8 - (size_t)length, err);
}

void safetensors_free(Safetensors *st) {
    json_free(st->root);
    mem_free(st->tensors);
    memset(st, 0, sizeof *st);
}

SafeTensor *safetensors_find(const Safetensors *st, const char *key) {
    SafeTensor wanted = {.key = key};
    return st->count ? bsearch(&wanted, st->tensors, st->count, sizeof wanted, by_key) : NULL;
}

const char *safetensors_metadata(const Safetensors *st, const char *key) {
    return st->metadata ? json_text(json_get(st->metadata, key)) : "";
}

/* ---- The data ---- */

static bool is_dtype(const SafeTensor *t, const char *dtype) {
    return strcmp(t->dtype, dtype) == 0;
}

bool safetensors_check(const SafeTensor *t, const Shape *shape, Error *err) {
    if (!is_dtype(t, "F32") && !is_dtype(t, "F16"))
        return error_set(err, ERROR_EXPECTED, t->key, "dtype F32 or F16", t->dtype);
    bool equal = t->rank == shape->rank;
    for (int i = 0; i < shape->rank && equal; i++)
        equal = t->dim[i] == shape->dim[i];
    if (equal)
        return true;
    char found[SAFETENSORS_RANK_MAX * 18 + 3] = "(";
    for (int i = 0; i < t->rank; i++) {
        size_t used = strlen(found);
        text_format(found + used, sizeof found - used, "%s%lld", i ? ", " : "",
                    (long long)t->dim[i]);
    }
    strcat(found, ")");
    return error_set(err, ERROR_EXPECTED, t->key, TEXT("shape %s", SHAPE_TEXT(shape)), found);
}

static const bool little_endian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

const float *safetensors_in_place(const Safetensors *st, const SafeTensor *t) {
    const uint8_t *at = st->data + t->begin;
    bool aligned = (uintptr_t)at % _Alignof(float) == 0;
    return little_endian && aligned && is_dtype(t, "F32") ? (const float *)(const void *)at : NULL;
}

void safetensors_read(const Safetensors *st, const SafeTensor *t, float *out) {
    const uint8_t *p = st->data + t->begin;
    if (is_dtype(t, "F32")) {
        for (size_t i = 0; i < t->size / 4; i++, p += 4) {
            uint32_t bits =
                p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
            memcpy(&out[i], &bits, 4);
        }
    } else {
        for (size_t i = 0; i < t->size / 2; i++, p += 2) {
            uint32_t bits = half_widen(p[0] | (uint32_t)p[1] << 8);
            memcpy(&out[i], &bits, 4);
        }
    }
}
