/* The .npy format as numpy/lib/format.py documents it: a mark, a version, the length of a header,
 * the header (a Python dictionary as text), then the elements. */
#include "tensor/npy.h"

#include "base/file.h"

#include <inttypes.h>
#include <string.h>

static const uint8_t MARK[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

typedef struct Header {
    char kind; /* 'f' or 'u' */
    int size;  /* bytes of one element */
    bool big;  /* big-endian */
    bool fortran;
    Shape shape;
} Header;

/* What is left of the header's text. */
typedef struct Cursor {
    const char *at, *end;
} Cursor;

/* "'abc' " or "nothing more": what stands where something else was expected. */
static const char *excerpt(char buffer[32], const uint8_t *at, size_t left) {
    if (left == 0)
        return "nothing more";
    size_t n = left < 16 ? left : 16;
    buffer[0] = '\'';
    for (size_t i = 0; i < n; i++)
        buffer[1 + i] = at[i] >= ' ' && at[i] < 127 ? (char)at[i] : '?';
    buffer[n + 1] = '\'';
    buffer[n + 2] = 0;
    return buffer;
}

static bool expected(const Cursor *c, const char *what, Error *err) {
    char buffer[32];
    return error_set(err, ERROR_EXPECTED, "npy header", what,
                     excerpt(buffer, (const uint8_t *)c->at, (size_t)(c->end - c->at)));
}

static void skip_space(Cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || (*c->at >= '\t' && *c->at <= '\r')))
        c->at++;
}

/* Skips space and `text` if it comes next. */
static bool take(Cursor *c, const char *text) {
    skip_space(c);
    size_t n = strlen(text);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, text, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* A quoted text without escapes, cut to the buffer. */
static bool read_text(Cursor *c, char *buffer, size_t size, const char *what, Error *err) {
    skip_space(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return expected(c, what, err);
    const char *begin = c->at + 1, *close = begin;
    while (close < c->end && *close != *c->at)
        close++;
    if (close == c->end)
        return expected(c, "a closed quotation", err);
    size_t n = (size_t)(close - begin) < size - 1 ? (size_t)(close - begin) : size - 1;
    memcpy(buffer, begin, n);
    buffer[n] = 0;
    c->at = close + 1;
    return true;
}

/* '<f4' and the like. */
static bool read_type(Cursor *c, Header *h, Error *err) {
    static const char *const wanted = "float16, float32, float64 or uint8 ('<f2', '<f4', '<f8', "
                                      "'|u1')";
    char type[24];
    if (take(c, "["))
        return error_set(err, ERROR_EXPECTED, "npy element type", wanted, "a structure");
    if (!read_text(c, type, sizeof type, "a quoted element type", err))
        return false;
    char size = strlen(type) == 3 ? type[2] : 0;
    if (strlen(type) != 3 || !strchr("<>|=", type[0]) ||
        !((type[1] == 'f' && (size == '2' || size == '4' || size == '8') && type[0] != '|') ||
          (type[1] == 'u' && size == '1')))
        return error_set(err, ERROR_EXPECTED, "npy element type", wanted, TEXT("'%s'", type));
    h->kind = type[1];
    h->size = size - '0';
    h->big = type[0] == '>';
    return true;
}

static bool read_extent(Cursor *c, int64_t *extent, Error *err) {
    skip_space(c);
    if (c->at == c->end || *c->at < '0' || *c->at > '9')
        return expected(c, "an extent or ')'", err);
    const char *begin = c->at;
    int64_t value = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (value < INT64_C(1) << 50) /* beyond any that is taken: no need to be exact */
            value = value * 10 + (*c->at - '0');
    if (value == 0) {
        c->at = begin;
        return expected(c, "extents of at least 1", err);
    }
    if (c->at < c->end && *c->at == 'L') /* as Python 2 wrote them */
        c->at++;
    *extent = value;
    return true;
}

static bool read_shape(Cursor *c, Shape *shape, Error *err) {
    *shape = (Shape){0};
    if (!take(c, "("))
        return expected(c, "a tuple '(...)'", err);
    while (!take(c, ")")) {
        int64_t extent = 0;
        if (!read_extent(c, &extent, err))
            return false;
        if (shape->rank == SHAPE_RANK_MAX)
            return error_set(err, ERROR_EXPECTED, "npy shape",
                             TEXT("1 to %d extents", SHAPE_RANK_MAX), "more");
        shape->dim[shape->rank++] = extent;
        if (!take(c, ",")) {
            if (!take(c, ")"))
                return expected(c, "',' or ')'", err);
            break;
        }
    }
    return shape_check(shape, "npy shape", err);
}

/* One `key: value`; `seen` has a bit for each of the three keys. */
static bool read_entry(Cursor *c, Header *h, unsigned *seen, Error *err) {
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    char key[24];
    if (!read_text(c, key, sizeof key, "a quoted key or '}'", err))
        return false;
    unsigned which = 0;
    while (which < 3 && strcmp(key, keys[which]) != 0)
        which++;
    if (which == 3)
        return error_set(err, ERROR_UNKNOWN, "npy key", key);
    if (*seen & 1u << which)
        return error_set(err, ERROR_TWICE, "npy key", key);
    *seen |= 1u << which;
    if (!take(c, ":"))
        return expected(c, "':'", err);
    if (which == 0)
        return read_type(c, h, err);
    if (which == 2)
        return read_shape(c, &h->shape, err);
    h->fortran = take(c, "True");
    return h->fortran || take(c, "False") || expected(c, "True or False", err);
}

static bool read_header(Header *h, const char *text, size_t size, Error *err) {
    Cursor c = {text, text + size};
    unsigned seen = 0;
    *h = (Header){0};
    if (!take(&c, "{"))
        return expected(&c, "'{'", err);
    while (!take(&c, "}")) {
        if (!read_entry(&c, h, &seen, err))
            return false;
        if (!take(&c, ",")) {
            if (!take(&c, "}"))
                return expected(&c, "',' or '}'", err);
            break;
        }
    }
    skip_space(&c);
    if (c.at != c.end)
        return expected(&c, "nothing after '}'", err);
    if (seen != 7)
        return error_set(err, ERROR_MISSING,
                         !(seen & 1)   ? "npy key 'descr'"
                         : !(seen & 2) ? "npy key 'fortran_order'"
                                       : "npy key 'shape'");
    return true;
}

static float float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float float_of_half(uint32_t half) {
    uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31, mantissa = half & 0x3ffu;
    if (exponent == 0) {
        float value = (float)mantissa * 0x1p-24f; /* exact */
        return sign ? -value : value;
    }
    if (exponent == 31)
        return float_of_bits(sign | 0x7f800000u | mantissa << 13);
    return float_of_bits(sign | (exponent + 112) << 23 | mantissa << 13);
}

static float read_element(const Header *h, const uint8_t *p) {
    uint64_t bits = 0;
    for (int i = 0; i < h->size; i++)
        bits |= (uint64_t)p[h->big ? h->size - 1 - i : i] << 8 * i;
    if (h->size == 1)
        return (float)bits;
    if (h->size == 2)
        return float_of_half((uint32_t)bits);
    if (h->size == 4)
        return float_of_bits((uint32_t)bits);
    double value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

static void read_elements(const Header *h, const uint8_t *data, float *out) {
    const int rank = h->shape.rank;
    const int64_t count = shape_count(&h->shape);
    int64_t stride[SHAPE_RANK_MAX], index[SHAPE_RANK_MAX] = {0}; /* stride: in the file */
    for (int i = 0; i < rank; i++) {
        int d = h->fortran ? i : rank - 1 - i, previous = h->fortran ? d - 1 : d + 1;
        stride[d] = i == 0 ? 1 : stride[previous] * h->shape.dim[previous];
    }
    for (int64_t i = 0, at = 0; i < count; i++) {
        out[i] = read_element(h, data + at * h->size);
        for (int d = rank - 1; d >= 0; d--) { /* the next index, and where it lies */
            at += stride[d];
            if (++index[d] < h->shape.dim[d])
                break;
            at -= stride[d] * h->shape.dim[d];
            index[d] = 0;
        }
    }
}

/* The header's text and what follows it. */
static bool find_header(const uint8_t *data, size_t size, size_t *begin, size_t *length,
                        Error *err) {
    char buffer[32];
    if (size < 10 || memcmp(data, MARK, sizeof MARK) != 0)
        return error_set(err, ERROR_EXPECTED, "start of file", "NumPy's mark '\\x93NUMPY'",
                         excerpt(buffer, data, size));
    if (data[6] < 1 || data[6] > 3)
        return error_set(err, ERROR_EXPECTED, "npy version", "1, 2 or 3", TEXT("%d", data[6]));
    *begin = data[6] == 1 ? 10 : 12;
    *length = data[8] | (size_t)data[9] << 8;
    if (size >= 12 && data[6] > 1)
        *length |= (size_t)data[10] << 16 | (size_t)data[11] << 24;
    if (size < *begin || *length > size - *begin)
        return error_set(err, ERROR_EXPECTED, "npy header", TEXT("%zu bytes", *length),
                         TEXT("%zu", size < *begin ? 0 : size - *begin));
    return true;
}

bool npy_parse(Tensor *t, Arena *arena, const uint8_t *data, size_t size, Error *err) {
    Header h;
    size_t begin = 0, length = 0;
    *t = (Tensor){0};
    if (!find_header(data, size, &begin, &length, err) ||
        !read_header(&h, (const char *)data + begin, length, err))
        return false;
    size_t left = size - begin - length;
    uint64_t bytes = (uint64_t)shape_count(&h.shape) * (uint64_t)h.size; /* at most 2^41 */
    if (left != bytes)
        return error_set(err, ERROR_EXPECTED, "npy data",
                         TEXT("%" PRIu64 " bytes for shape %s", bytes, SHAPE_TEXT(&h.shape)),
                         TEXT("%zu", left));
    if (!tensor_new(t, arena, &h.shape, err))
        return false;
    read_elements(&h, data + begin + length, t->data);
    return true;
}

bool npy_load(Tensor *t, Arena *arena, const char *path, Error *err) {
    FileMap map;
    *t = (Tensor){0};
    if (!file_map(&map, path, err))
        return false;
    bool ok = npy_parse(t, arena, map.data, map.size, err) || error_prefix(err, "%s", path);
    file_unmap(&map);
    return ok;
}

/* The header as numpy writes it, to a multiple of 64 bytes. */
static size_t write_header(char *out, size_t size, const Shape *shape) {
    char text[128];
    shape_text(text, sizeof text, shape);
    if (shape->rank == 1) /* a tuple of one is written (5,) */
        memcpy(text + strlen(text) - 1, ",)", 3);
    memcpy(out, MARK, sizeof MARK);
    memcpy(out + 6, "\1\0", 2);
    size_t n =
        10 + strlen(text_format(out + 10, size - 10,
                                "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", text));
    while ((n + 1) % 64 != 0)
        out[n++] = ' ';
    out[n++] = '\n';
    out[8] = (char)((n - 10) & 255);
    out[9] = (char)((n - 10) >> 8);
    return n;
}

bool npy_save(const char *path, const Tensor *t, Error *err) {
    FileWriter w;
    char header[320];
    uint8_t block[4096];
    if (!shape_check(&t->shape, "tensor", err) || !file_create(&w, path, err))
        return false;
    file_put(&w, header, write_header(header, sizeof header, &t->shape));
    size_t held = 0;
    for (int64_t i = 0, count = tensor_count(t); i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &t->data[i], sizeof bits);
        for (int b = 0; b < 4; b++)
            block[held++] = (uint8_t)(bits >> 8 * b);
        if (held == sizeof block || i == count - 1) {
            file_put(&w, block, held);
            held = 0;
        }
    }
    return file_commit(&w, err);
}
